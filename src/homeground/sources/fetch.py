"""Pulling a data set from its publisher: download, check that it is what was asked for, keep where it came from.

Nothing is put in place before it is known to be whole, to have the expected checksum, and to be the data set asked for.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from homeground.errors import BadSpecification, BadTable, CannotWrite, DownloadFailed
from homeground.provenance import Note, Source
from homeground.sources import readers
from homeground.sources.datasets import Dataset, datasets, recognise
from homeground.sources.datasets import dataset as find_dataset
from homeground.sources.transport import Arrived, Limits, Progress, check_address, forget, get
from homeground.sources.whole import put_whole
from homeground.tables import listed

__all__ = ["Pulled", "pull"]


@dataclass(frozen=True)
class Pulled:
    """A data set that was pulled.

    Attributes
    ----------
    dataset : str
        Its id in the catalogue.
    path : Path
        The file.
    n_bytes : int
        Its size.
    sha256 : str
        Its checksum.
    address : str
        The address that was asked.
    bytes_kept : int
        How many bytes of it an earlier, broken-off pull had left.
    unchanged : bool
        Whether the same file was there already.
    source_file : Path
        The file beside it with publisher, licence, attribution, address and checksum.
    source : Source
    notes : tuple of Note
    """

    dataset: str
    path: Path
    n_bytes: int
    sha256: str
    address: str
    bytes_kept: int
    unchanged: bool
    source_file: Path
    source: Source
    notes: tuple[Note, ...] = ()


def pull(
    dataset: Dataset | str,
    folder: Path | str,
    *,
    address: str | None = None,
    sha256: str | None = None,
    accept_changed: bool = False,
    limits: Limits | None = None,
    progress: Progress | None = None,
    opener: urllib.request.OpenerDirector | None = None,
    today: Callable[[], dt.date] | None = None,
) -> Pulled:
    """Download `dataset` from its publisher into `folder`.

    Parameters
    ----------
    dataset : Dataset or str
        From the catalogue: ``datasets.dataset("iod2025-file7")``, or its id there.
    folder : Path or str
        Made if it is not there.
    address : str, optional
        Where the file is, if not where the catalogue says. http or https.
    sha256 : str, optional
        The checksum it must have, 64 hexadecimal digits; else the catalogue's counts, else that of an earlier pull.
    accept_changed : bool
        Whether a file may differ from the catalogue's checksum or from the one pulled earlier.
    limits : Limits, optional
        Time, attempts and size.
    progress : callable, optional
        Is given the bytes that have arrived and the bytes there will be (None while unknown).
    opener : urllib.request.OpenerDirector, optional
        What opens addresses; http and https only when left out.
    today : callable, optional
        The date to note; the machine's when left out.

    Returns
    -------
    Pulled

    Raises
    ------
    BadSpecification
        If the address is not one of the web, or `sha256` is no checksum.
    DownloadFailed
        If there is no address, the file could not be had whole, is not the data set asked for, or has another checksum.
        A file that is wrong is removed; one that is not whole stays as ``.part``, and the next pull goes on from there.
    CannotWrite
        If it cannot be kept, or a file of that name is there which was not pulled.

    Examples
    --------
    >>> pull("iod2019-file7", "my-downloads", address="file:///my/own/file.csv")
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: 'file:///my/own/file.csv' is not an address of the web. \
It starts with https:// or http://.
    """
    dataset = find_dataset(dataset) if isinstance(dataset, str) else dataset
    folder = Path(folder)
    wanted = _checksum(sha256)
    where = check_address(address or _address_of(dataset))
    limits = limits or Limits()
    with _in(folder, dataset.id) as part:
        arrived = get(where, part, limits=limits, page=dataset.address, progress=progress, opener=opener)
        kind, notes = _checked(arrived, dataset)
        target = folder / _file_name(arrived, dataset, kind)
        found = _sha256(part)
        earlier = _remembered(folder, target, dataset)
        _check_checksum(found, wanted, dataset, earlier, part, accept_changed=accept_changed)
        unchanged = target.is_file() and _sha256(target) == found
        if target.exists() and not (unchanged or accept_changed or _notes_beside(target).get("dataset") == dataset.id):
            forget(part)
            raise CannotWrite(
                f"a file of this name is there already, and it is not one that was pulled as '{dataset.id}'",
                remedy="Move it away, choose another folder with --to, or write --accept-changed to replace it.",
                file=target,
            )
        n_bytes = part.stat().st_size
        source_file = _settle(part, target, dataset, where, found, arrived, n_bytes, (today or _today)())
    source = Source(
        dataset.id,
        dataset.title,
        dataset.publisher,
        dataset.period,
        dataset.licence,
        dataset.address,
        target.name,
        found,
    )
    return Pulled(dataset.id, target, n_bytes, found, where, arrived.bytes_kept, unchanged, source_file, source, notes)


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.UTC).date()


def _checksum(text: str | None) -> str:
    if text is None:
        return ""
    digits = text.strip().lower().removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise BadSpecification(f"'{text}' is not a SHA-256 checksum", remedy="It has 64 digits from 0 to 9 and a to f.")
    return digits


def _address_of(dataset: Dataset) -> str:
    if dataset.download:
        return dataset.download
    page = f" Get it from {dataset.address} and put it in your data folder" if dataset.address else ""
    raise DownloadFailed(
        f"the publisher gives no lasting address for the file of '{dataset.id}'",
        remedy=f"{page.strip() or 'Ask the publisher'}, or give the address of the file with --address.",
    )


@contextlib.contextmanager
def _in(folder: Path, id: str) -> Iterator[Path]:
    """Make `folder`, and keep a second pull of the same data set out of it meanwhile; an empty beginning is removed."""
    part = folder / f"{id}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = part.open("ab")
    except OSError as error:
        what = "this is a file, not a folder" if folder.is_file() else f"it cannot be used ({error.strerror or error})"
        raise CannotWrite(what, remedy="Choose another folder with --to.", file=folder) from None
    with lock:
        _lock(lock.fileno(), folder)
        try:
            yield part
        finally:
            if not part.exists() or part.stat().st_size == 0:
                forget(part)


def _lock(handle: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has none; two pulls of the same data set at once are the reader's own care there
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DownloadFailed(
            f"another pull of the same data set into {folder} is running",
            remedy="Wait until it is done, or choose another folder.",
        ) from None
    except OSError:
        return  # a disk that knows no locks


def _checked(arrived: Arrived, dataset: Dataset) -> tuple[str, tuple[Note, ...]]:
    """Return what kind of file has arrived; raise and leave nothing behind if it is not the data set asked for."""
    try:
        kind = readers.format_of(arrived.part)
        _recognise(readers.headings(arrived.part), dataset)
        return kind, _whole(arrived, dataset)
    except BadTable as error:
        where = f"row {error.row}: " if error.row else ""
        forget(arrived.part)
        by_hand = f", or get the file from {dataset.address}" if dataset.address else ""
        raise DownloadFailed(
            f"what arrived from {arrived.address} is not '{dataset.id}': {where}{error.problem}",
            remedy=f"Nothing was kept. Check the address{by_hand}.",
        ) from None


def _recognise(layers: list[tuple[str, list[str]]], dataset: Dataset) -> None:
    """Raise `BadTable` unless one of the tables in the file, or all together, are `dataset`."""
    known = {**datasets(), dataset.id: dataset}
    found = [recognise(names, known) for _, names in layers]
    if any(entry is not None and entry.id == dataset.id for entry in found):
        return
    if dataset.joined and recognise([name for _, names in layers for name in names], {dataset.id: dataset}):
        return
    raise BadTable(_what_it_is(found, layers))


def _what_it_is(found: list[Dataset | None], layers: list[tuple[str, list[str]]]) -> str:
    other = next((entry for entry in found if entry is not None), None)
    if other is not None:
        return f"it is '{other.id}' ({other.title})"
    names = [repr(name[:60]) for _, headings in layers for name in headings]
    return f"its headings are {listed(names, most=4)}" if names else "it has no headings"


def _whole(arrived: Arrived, dataset: Dataset) -> tuple[Note, ...]:
    """Where the server did not say how long the file is, count its rows."""
    if arrived.length_told:
        return ()
    expected = {count for count in (dataset.rows, *dataset.other_rows) if count is not None}
    if dataset.joined or not expected or len(readers.headings(arrived.part)) != 1:
        return (Note("The server did not say how long the file is, so that a cut could not be seen.", kind="assumed"),)
    rows = readers.read_table(arrived.part).height
    if rows not in expected:
        raise BadTable(f"it has {rows:,} rows where {max(expected):,} are expected; it may have been cut short")
    return ()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_checksum(
    found: str, wanted: str, dataset: Dataset, before: str, part: Path, *, accept_changed: bool
) -> None:
    expected = wanted or dataset.sha256.lower() or before
    if not expected or expected == found or (accept_changed and not wanted):
        return
    forget(part)
    if wanted:
        whose, remedy = "you asked for", "Check both the address and the checksum."
    else:
        whose = "the catalogue gives" if dataset.sha256 else "an earlier pull had"
        remedy = "If the publisher has put out a corrected file, write --accept-changed; results may change with it."
    raise DownloadFailed(
        f"the file of '{dataset.id}' has changed: its checksum is {found}, {whose} {expected}", remedy=remedy
    )


_ENDINGS = {
    "csv": (".csv", ".tsv", ".txt"), "csv.gz": (".csv.gz", ".tsv.gz"), "parquet": (".parquet", ".pq", ".geoparquet"),
    "xlsx": (".xlsx", ".xlsm"), "geopackage": (".gpkg",), "geojson": (".geojson", ".json"), "shapefile": (".zip",),
}  # fmt: skip
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def _file_name(arrived: Arrived, dataset: Dataset, kind: str) -> str:
    """Return a harmless name: the server's or the address's last part, with the ending of what the file really is."""
    last = urllib.parse.unquote(urllib.parse.urlsplit(arrived.address).path.rstrip("/").rpartition("/")[2])
    for given in (_disposition_name(arrived.disposition), last):
        name = _harmless(given)
        if name:
            break
    else:
        name = dataset.id
    endings = _ENDINGS[kind]
    bare = name.lower().endswith(endings)
    # A bare ending of another kind would mislead whoever opens the file, and "run.sh" must not become a program.
    return name if bare else f"{name}{endings[0]}"


def _disposition_name(header: str) -> str:
    extended = re.search(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", header, re.IGNORECASE)
    if extended:
        with contextlib.suppress(LookupError):
            return urllib.parse.unquote(extended[2], encoding=extended[1], errors="replace")
    quoted = re.search(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', header, re.IGNORECASE)
    bare = re.search(r"filename\s*=\s*([^;\s\"]+)", header, re.IGNORECASE)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else bare[1] if bare else ""


def _harmless(name: str) -> str:
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"(\.source\.json)+$", ".json", name, flags=re.IGNORECASE)  # that ending is ours
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*%\u202a-\u202e\u2066-\u2069]', "_", name).strip(" ._")
    if name.split(".")[0].lower() in _RESERVED:
        name = f"file_{name}"
    return name if len(name) <= 120 else name[:60] + name[-60:]


_OURS = ".source.json"


def _beside(target: Path) -> Path:
    return target.with_name(target.name + _OURS)


def _notes_beside(target: Path) -> dict[str, Any]:
    """Return what an earlier pull wrote down beside `target`; nothing where there was none."""
    try:
        found = json.loads(_beside(target).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("sha256"), str) else {}


def _remembered(folder: Path, target: Path, dataset: Dataset) -> str:
    """Return the checksum of `dataset` when it was last pulled into `folder`, under the same file name first."""
    others = [path.with_name(path.name.removesuffix(_OURS)) for path in sorted(folder.glob(f"*{_OURS}"))]
    for path in [target, *others]:
        found = _notes_beside(path)
        if found.get("dataset") == dataset.id:
            return str(found["sha256"])
    return ""


def _settle(
    part: Path,
    target: Path,
    dataset: Dataset,
    address: str,
    sha256: str,
    arrived: Arrived,
    n_bytes: int,
    pulled_on: dt.date,
) -> Path:
    """Give the file its name and write down beside it where it came from."""
    about = {
        "dataset": dataset.id,
        **{key: value for key, value in asdict(dataset).items() if key in _TOLD},
        "downloaded_from": address,
        "version": arrived.version,
        "pulled_on": pulled_on.isoformat(),
        "bytes": n_bytes,
        "sha256": sha256,
    }
    try:
        part.replace(target)
    except OSError as error:
        raise CannotWrite(
            f"the file cannot be put in its place ({error.strerror or error})",
            remedy="Choose another folder.",
            file=target,
        ) from None
    forget(part)
    text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    return put_whole([(_beside(target), text.encode())])[0]


_TOLD = ("title", "publisher", "period", "licence", "licence_address", "attribution", "address")
