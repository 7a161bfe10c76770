"""What the report of a list is put together from: listings, words and maps."""

__all__: list[str] = []
