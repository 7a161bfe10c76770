"""A document for people as one tree, and what it is written as: a page, or the source of a PDF."""

__all__: list[str] = []
