"""Cells of files that spreadsheets open."""

from __future__ import annotations

__all__ = ["as_cell"]


def as_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
