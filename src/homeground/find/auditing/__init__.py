"""The nine tests of an audit, and how their findings are put into words, charts and tables."""

__all__: list[str] = []
