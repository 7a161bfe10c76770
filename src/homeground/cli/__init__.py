"""The command line: the library's verbs, typed."""
