"""UNDERSTAND on the web: what a place is like, what it was given, what is within reach."""
