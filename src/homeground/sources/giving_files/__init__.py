"""Behind `homeground.sources.giving`: grants in the 360Giving standard, read at speed and checked against its rules."""

__all__: list[str] = []
