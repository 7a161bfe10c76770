"""The parts of the report of a place: which figures are charted, the charts, and the tables."""

__all__: list[str] = []
