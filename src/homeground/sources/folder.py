"""Folders of downloads: which known data sets lie in one, and how they are opened."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from homeground.errors import BadTable, HomegroundError, MissingColumns, MissingDataset, WrongBoundaries
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.cells import check_headings
from homeground.sources.datasets import Dataset, add, almost, datasets, matching_key, one_of, recognise
from homeground.sources.opening import Opened, checksum, odd_names, open_known
from homeground.tables import listed

__all__ = ["Found", "Opened", "Problem", "Scan", "open_dataset", "open_file", "scan"]


@dataclass(frozen=True)
class Problem:
    """A file that was passed over, why, and the data set it comes near to ('' when none)."""

    path: Path
    text: str
    nearest: str = ""


@dataclass(frozen=True)
class Found:
    """A known data set in a folder.

    Attributes
    ----------
    dataset : Dataset
    path : Path
    layer : str
        Sheet or layer, '' where the file holds one table.
    format : str
        ``csv``, ``csv.gz``, ``parquet``, ``xlsx``, ``geopackage``, ``geojson``, ``shapefile``.
    rows : int or None
        Row count where it can be told without reading the file.
    problems : tuple of str
        What looks wrong already.
    """

    dataset: Dataset
    path: Path
    layer: str = ""
    format: str = ""
    rows: int | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scan:
    """What a folder holds.

    Attributes
    ----------
    folder : Path
    found : tuple of Found
        One entry per data set: the file that will be used (Parquet first, then the order of paths).
    unknown : tuple of Path
        Tables that no catalogue file describes.
    duplicates : tuple of Found
        Further files with a data set that is already in `found`.
    problems : tuple of Problem
        Files that were passed over, and why.
    catalogue : dict of str to Dataset
        The shipped data sets and those that the folder's own ``*.dataset.toml`` files add.
    ignored : int
        How many files are no tables: by their ending, or as text and JSON of another kind.
    """

    folder: Path
    found: tuple[Found, ...] = ()
    unknown: tuple[Path, ...] = ()
    duplicates: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    catalogue: dict[str, Dataset] = field(default_factory=dict)
    ignored: int = 0

    def has(self, id: str) -> bool:
        """Return whether the folder holds the data set `id`."""
        return any(found.dataset.id == id for found in self.found)


def scan(folder: Path, *, progress: Callable[[str], None] | None = None) -> Scan:
    """Return which known data sets a folder and its subfolders hold, recognised by headings, not by names.

    Only headings are read. Nothing in the folder can stop the scan: what cannot be read is passed over, and told. A
    folder in which nothing was touched since is not read again.

    Parameters
    ----------
    folder : Path
    progress : callable, optional
        Is given the path of each file that is looked into.

    Raises
    ------
    MissingDataset
        If there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "this is a file, not a folder" if folder.exists() else "the folder does not exist"
        raise MissingDataset(what, remedy="Give the folder with the official files.", file=folder)
    problems: list[Problem] = []
    files, ignored = _walk(folder, problems)
    touched = [_mark(path) for path in files]
    marks = (folder, *problems, ignored, *touched)
    seen = _kept.get(marks)
    if seen is None:
        seen = _looked_through(folder, files, problems, ignored, progress or (lambda _: None))
        if time.time() - max((mark.last for mark in touched), default=0.0) > _SETTLED:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            _kept[marks] = seen
    return replace(seen, catalogue=dict(seen.catalogue))


_kept: dict[tuple[object, ...], Scan] = {}
_MOST_KEPT = 8
_SETTLED = 2.0  # seconds: what was touched since may be written to again within one tick of the file system's clock


@dataclass(frozen=True)
class _Mark:
    """What tells whether a file was touched; one that cannot be asked was touched just now."""

    path: Path
    told: tuple[int, ...] = ()
    last: float = float("inf")


def _mark(path: Path) -> _Mark:
    try:
        now = path.stat()
    except OSError:
        return _Mark(path)
    told = (now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)
    return _Mark(path, told, max(now.st_mtime, now.st_ctime))


def _looked_through(
    folder: Path, files: list[Path], problems: list[Problem], ignored: int, progress: Callable[[str], None]
) -> Scan:
    catalogue = dict(datasets())
    for path in [path for path in files if path.name.endswith(_OWN)]:
        try:
            add(catalogue, path)
        except HomegroundError as error:
            problems.append(Problem(path, str(error.problem)))
    found: list[Found] = []
    unknown: list[Path] = []
    for path in files:
        if path.name.endswith(_OWN):
            continue
        progress(str(path))
        known, problem = _look_into(path, catalogue)
        found += known
        if not known and path.name.lower().endswith(_MOSTLY_OTHERS) and not (problem and problem.nearest):
            ignored += 1
            continue
        if problem:
            problems.append(problem)
        if not known and (problem is None or problem.nearest):
            unknown.append(path)
    used, duplicates = _choose(found)
    return Scan(folder, used, tuple(unknown), duplicates, tuple(problems), catalogue, ignored)


_OWN = ".dataset.toml"
_ENDINGS = (
    ".csv", ".tsv", ".tab", ".txt", ".gz", ".parquet", ".pq", ".geoparquet", ".xlsx", ".xlsm", ".gpkg", ".geojson",
    ".json", ".zip", _OWN,
)  # fmt: skip
_TABLES_OF_OTHERS = (
    ".xls", ".xlsb", ".ods", ".numbers", ".shp", ".mdb", ".accdb", ".sav", ".dta", ".rds", ".rdata", ".feather",
    ".arrow", ".7z", ".rar", ".bz2", ".xz", ".zst", ".kml", ".fgb",
)  # fmt: skip
# Notes and settings end so too: only a known data set among them, or what comes near to one, is worth a word.
_MOSTLY_OTHERS = (".txt", ".json")


def _walk(folder: Path, problems: list[Problem]) -> tuple[list[Path], int]:
    """Return the files worth a look, in the order of their paths, and how many others there are."""
    files: list[Path] = []
    ignored = 0
    seen: set[str] = set()

    def passed_over(error: OSError) -> None:
        problems.append(Problem(Path(error.filename or folder), f"cannot be opened ({error.strerror or error})"))

    for place, folders, names in os.walk(folder, followlinks=True, onerror=passed_over):
        real = os.path.realpath(place)
        if real in seen:  # a link that leads back up, or a second way to the same folder
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in sorted(names):
            path = Path(place) / name
            ending = name.lower()
            if name.startswith((".", "~$")):
                ignored += 1
            elif ending.endswith(_TABLES_OF_OTHERS):
                how = (
                    "zip it with the files beside it" if ending.endswith(".shp") else "save it as CSV, XLSX or Parquet"
                )
                problems.append(Problem(path, f"this kind of file is not read: {how}"))
            elif not ending.endswith(_ENDINGS):
                ignored += 1
            elif not path.is_file():
                what = "a link that leads nowhere" if path.is_symlink() else "not a file (a pipe or a device)"
                problems.append(Problem(path, what))
            else:
                files.append(path)
    return sorted(files), ignored


def _look_into(path: Path, catalogue: dict[str, Dataset]) -> tuple[list[Found], Problem | None]:
    try:
        kind = readers.format_of(path)
        layers = readers.headings(path)
        found = _recognised(path, kind, layers, catalogue)
    except HomegroundError as error:
        return [], Problem(path, _reason(error))
    except Exception as error:  # noqa: BLE001  a scan must come through any file that somebody keeps among downloads
        return [], Problem(path, f"cannot be read ({type(error).__name__}: {str(error)[:120]})")
    if found:
        return found, None
    for _, names in layers:
        near = almost(names, catalogue)
        if near:
            lacking = listed([repr(name) for name in near[1]])
            return [], Problem(path, f"looks like {near[0].id} but lacks {lacking}", nearest=near[0].id)
    return [], None


def _reason(error: HomegroundError) -> str:
    where = f"row {error.row}: " if error.row else ""
    return where + error.problem


def _recognised(
    path: Path, kind: str, layers: list[tuple[str, list[str]]], catalogue: dict[str, Dataset]
) -> list[Found]:
    single = {id: entry for id, entry in catalogue.items() if not entry.joined}
    found = []
    for layer, names in layers:
        known = recognise(names, single)
        if known:
            found.append(Found(known, path, layer, kind, *_first_look(path, known, names)))
    joined = {id: entry for id, entry in catalogue.items() if entry.joined}
    together = [name for _, names in layers for name in names]
    known = recognise(together, joined) if joined and layers else None
    # One table with all the headings is also whole; a more particular data set on the same headings goes first.
    if known and not any(len(other.dataset.recognise) >= len(known.recognise) for other in found):
        layer = "" if len(layers) > 1 else layers[0][0]
        found = [other for other in found if not set(other.dataset.recognise) <= set(known.recognise)]
        found.append(Found(known, path, layer, kind, *_first_look(path, known, together)))
    return found


def _first_look(path: Path, known: Dataset, names: list[str]) -> tuple[int | None, tuple[str, ...]]:
    """Return the row count where it costs nothing, and what looks wrong already."""
    problems = []
    rows = readers.row_count(path)
    expected = [count for count in (known.rows, *known.other_rows) if count is not None]
    if rows is not None and expected and not any(abs(rows - count) <= count / 100 for count in expected):
        problems.append(f"{rows:,} rows where {known.rows:,} are expected")
    keys = {matching_key(name) for name in names}
    lacking = [
        column.name
        for column in known.columns
        if not keys & {matching_key(name) for name in (column.name, *column.aliases)}
    ]
    if lacking:
        many = "column" if len(lacking) == 1 else "columns"
        problems.append(f"{len(lacking)} {many} missing: {listed([repr(name) for name in lacking])}")
    return rows, tuple(problems)


def _choose(found: list[Found]) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """Return one file for each data set (Parquet first, then the order of paths) and the others."""
    order = sorted(found, key=lambda entry: (entry.format != "parquet", str(entry.path), entry.layer))
    used: dict[str, Found] = {}
    duplicates = []
    for entry in order:
        if entry.dataset.id in used:
            duplicates.append(entry)
        else:
            used[entry.dataset.id] = entry
    return tuple(used[id] for id in sorted(used)), tuple(duplicates)


def open_dataset(where: Path | Scan, id: str, *, columns: Sequence[str] | None = None) -> Opened:
    """Return a data set from a folder, checked against the catalogue.

    Parameters
    ----------
    where : Path or Scan
        A folder, or its `Scan` (quicker when several data sets are needed), or the path of one file.
    id : str
        Name in the catalogue.
    columns : sequence of str, optional
        Headings of the catalogue; only these are read, and the area code (or what names a row) with them.

    Raises
    ------
    MissingDataset
        If the folder does not hold it; the message says what it holds instead.
    BadTable
        If it is damaged, cut short or wrong, naming file, row and column.
    """
    if not isinstance(where, Scan):
        if Path(where).is_file():
            return open_file(Path(where), dataset=id, columns=columns)
        where = scan(Path(where))
    known = one_of(id, where.catalogue)
    entry = next((found for found in where.found if found.dataset.id == id), None)
    if entry is None:
        raise _not_there(where, known)
    opened = open_known(entry.path, known, entry.layer, columns)
    others = [other.path.name for other in where.duplicates if other.dataset.id == id]
    if others:
        too = "holds it too and is not used" if len(others) == 1 else "hold it too and are not used"
        note = Note(f"{id} is read from {entry.path.name}; {listed(others)} {too}.")
        opened = replace(opened, notes=(*opened.notes, note))
    return opened


def open_file(
    path: Path, *, dataset: str | None = None, layer: str | None = None, columns: Sequence[str] | None = None
) -> Opened:
    """Return the table in one given file: recognised when it is known, as it stands when it is not.

    Parameters
    ----------
    path : Path
    dataset : str, optional
        Name in the catalogue that the file must have; without it, any table will do.
    layer : str, optional
        Sheet or layer, where a file has several.
    columns : sequence of str, optional
        Headings that are needed.

    Raises
    ------
    WrongBoundaries
        If the file is another edition than `dataset`.
    BadTable, MissingColumns
        If the file is damaged or is not that data set.
    """
    path = Path(path)
    kind = readers.format_of(path)
    layers = [entry for entry in readers.headings(path) if layer is None or entry[0] == layer]
    catalogue = _catalogue_beside(path)
    if dataset is not None:
        known = one_of(dataset, catalogue)
        entry = _as_asked(path, known, kind, layers, catalogue)
        return open_known(path, known, entry, columns)
    found = _recognised(path, kind, layers, catalogue)
    if len(found) == 1:
        return open_known(path, found[0].dataset, found[0].layer, columns)
    reading = readers.read(path, layer=layer, columns=columns)
    source = Source(id="", title=path.name, file=path.name, sha256=checksum(path))
    notes = (*reading.notes, *odd_names(reading.table, str(path), first_row=reading.first_row))
    return Opened(reading.table, None, source, str(path), notes, reading.crs)


def _catalogue_beside(path: Path) -> dict[str, Dataset]:
    catalogue = dict(datasets())
    for own in sorted(path.absolute().parent.glob(f"*{_OWN}")):
        add(catalogue, own)
    return catalogue


def _as_asked(
    path: Path, known: Dataset, kind: str, layers: list[tuple[str, list[str]]], catalogue: dict[str, Dataset]
) -> str:
    """Return the layer of `path` that holds `known`; raise when it is another data set."""
    names_of = dict(layers)
    if known.joined and recognise([name for names in names_of.values() for name in names], {known.id: known}):
        return "" if len(layers) > 1 else layers[0][0]
    for layer, names in layers:
        if recognise(names, {known.id: known}):
            return layer
    other = _recognised(path, kind, layers, catalogue)
    if other:
        held = other[0].dataset
        kind_of_error = WrongBoundaries if _family(held.id) == _family(known.id) else BadTable
        raise kind_of_error(
            f"this is {_named(held)}, not {_named(known)}",
            remedy=f"Give the file of {known.id}{_where_from(known)}.",
            file=path,
        )
    for _, names in layers:
        check_headings(names, path, row=1, wanted=())
    together = {matching_key(name) for _, names in layers for name in names}
    lacking = [name for name in known.recognise if matching_key(name) not in together]
    raise MissingColumns(
        f"this is not {_named(known)}: it lacks {listed([repr(name) for name in lacking])}",
        remedy=f"Give the publisher's file{_where_from(known)}.",
        file=path,
    )


def _named(entry: Dataset) -> str:
    return f"{entry.id} ({entry.title})"


def _where_from(entry: Dataset) -> str:
    if entry.download:
        return f" (homeground data pull {entry.id})"
    return f" ({entry.address})" if entry.address else ""


def _family(id: str) -> str:
    """Return what editions of one publication share: 'iod2019-file7' and 'iod2025-file7' are 'iod-file'."""
    return re.sub(r"\d+", "", id)


def _not_there(where: Scan, known: Dataset) -> MissingDataset:
    hints = []
    editions = [entry.dataset.id for entry in where.found if _family(entry.dataset.id) == _family(known.id)]
    if editions:
        hints.append(f"The folder holds another edition: {listed(editions)}.")
    hints += [f"{problem.path.name} {problem.text}." for problem in where.problems if problem.nearest == known.id]
    broken = [problem for problem in where.problems if not problem.nearest]
    if broken and not hints:
        told = listed([f"{problem.path.name}: {problem.text}" for problem in broken], most=2)
        hints.append(f"Files that could not be read: {told}.")
    if known.download:
        hints.append(f"Download it: homeground data pull {known.id} (or from {known.address}).")
    elif known.address:
        hints.append(f"Get it from {known.address}.")
    return MissingDataset(f"the folder does not hold {_named(known)}", remedy=" ".join(hints), file=where.folder)
