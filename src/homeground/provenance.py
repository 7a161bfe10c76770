"""Where a result comes from and what a reader must know: these travel with every result."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Note", "Source"]


@dataclass(frozen=True)
class Source:
    """A publication that a result rests on.

    Attributes
    ----------
    id : str
        The name of the data set in the catalogue, e.g. ``iod2025-file7``.
    title, publisher, period, licence, address : str
        As the publisher gives them; `period` is what the figures describe ("mid-2022"), `address` the publisher's page.
    file : str
        The name of the file that was read ('' when the table came from memory).
    sha256 : str
        Checksum of that file ('' when not computed).
    """

    id: str
    title: str
    publisher: str = ""
    period: str = ""
    licence: str = ""
    address: str = ""
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Note:
    """One thing that a reader of a result must be told.

    Attributes
    ----------
    text : str
        A plain sentence with its figures: "12 of 7,433 wards could not be placed."
    areas : tuple of str
        The area codes it is about, all of them.
    kind : str
        ``missing``, ``estimated``, ``excluded``, ``assumed`` or ``info``.

    Examples
    --------
    >>> Note("1 area has no people.", areas=("X01000001",), kind="missing").areas
    ('X01000001',)
    """

    text: str
    areas: tuple[str, ...] = ()
    kind: str = "info"
