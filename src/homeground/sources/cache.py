"""Prepared tables kept between runs, so that the second run starts at once.

They lie in the cache folder of the person's account (``HOMEGROUND_CACHE`` names another one), never in a data folder.
What is kept is named by what it was made from: when a source file or Homeground changes, it is made anew.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from homeground import __version__

__all__ = ["DAMAGED", "Kept", "cache_folder", "fingerprint", "keep", "kept"]

DAMAGED = "what was prepared before is damaged; it is prepared again"
"""What is said when kept tables cannot be read."""

_FORMAT = 1
_MOST = 8  # further prepared sets than this are thrown away, the oldest first
_HALF = ".half-"
_DAY = 86_400.0
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)


@dataclass(frozen=True)
class Kept:
    """Tables by name, and what is to be known of them."""

    tables: Mapping[str, pl.DataFrame]
    about: Mapping[str, Any]


def cache_folder() -> Path:
    """Return the folder where prepared tables are kept. It need not be there yet."""
    named = os.environ.get("HOMEGROUND_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "homeground"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "homeground"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "homeground"


def fingerprint(folder: Path, *, also: Sequence[str] = ()) -> str:
    """Return a name for what a folder holds now: path, size and time of change of every table in it.

    Parameters
    ----------
    folder : Path
    also : sequence of str
        What else the prepared tables depend on. A path among them counts with its size and time of change.
    """
    found = [f"{_FORMAT} {__version__} {sys.byteorder} {folder.resolve()}", *_shipped(), *_held(folder)]
    for text in also:
        path = Path(text)
        found.append(f"{text} {path.stat().st_size} {path.stat().st_mtime_ns}" if path.is_file() else text)
    return hashlib.sha256("\n".join(found).encode("utf-8", errors="replace")).hexdigest()[:32]


def _held(folder: Path) -> list[str]:
    """Return path, size and time of change of every file in a folder, also below links, as a scan follows them."""
    found, seen, own = [], set(), cache_folder().absolute()
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen or Path(place).absolute() == own:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith((".", "~$"))):
            path = os.path.join(place, name)  # noqa: PTH118  thousands of files: plain text is quicker
            try:
                told = os.stat(path)  # noqa: PTH116
            except OSError:
                continue
            found.append(f"{path} {told.st_size} {told.st_mtime_ns}")
    return found


def _shipped() -> list[str]:
    """Return what the shipped catalogue is: a changed entry makes other figures."""
    here = Path(__file__).parent
    files = sorted([*(here / "catalogue").glob("*.toml"), *(here / "presets").glob("*.toml")])
    return [f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]


def kept(name: str, *, progress: Callable[[str], None] | None = None) -> Kept | None:
    """Return what is kept under `name`; None when nothing is, or when it is damaged, which `progress` is then told."""
    folder = cache_folder() / name
    if not folder.exists():
        return None
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        tables = {table: pl.read_parquet(folder / f"{table}.parquet", memory_map=False) for table in about["tables"]}
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
        if progress:
            progress(DAMAGED)
        return None
    return Kept(tables, about["about"])


def keep(name: str, tables: Mapping[str, pl.DataFrame], about: Mapping[str, Any]) -> bool:
    """Keep tables under `name`; return whether that could be done. Two processes may do so at once."""
    place = cache_folder()
    half = None
    try:
        place.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=_HALF, dir=place))
        for table, content in tables.items():
            content.write_parquet(half / f"{table}.parquet", compression="uncompressed")
        said = json.dumps({"tables": list(tables), "about": about}, ensure_ascii=False)
        (half / "about.json").write_text(said, encoding="utf-8")
        _swap(half, place / name)
        _tidy(place)
    except OSError:  # a full or read-only disk costs time, not the answer
        if half is not None:
            shutil.rmtree(half, ignore_errors=True)
        return False
    return True


def _swap(half: Path, target: Path) -> None:
    """Put what was written in the place of what was there, in one step each; whoever reads sees the old or the new."""
    aside = half.with_name(half.name + "-old")
    with contextlib.suppress(FileNotFoundError):
        target.rename(aside)
    try:
        half.rename(target)
    except OSError as error:
        if error.errno not in _TAKEN and not target.exists():
            raise
        shutil.rmtree(half, ignore_errors=True)  # another process was quicker, with the same: its copy stays
    shutil.rmtree(aside, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Throw away the oldest sets, and the halves of runs that were stopped: nobody writes for a day."""
    found = [(path, _changed(path)) for path in place.iterdir() if path.is_dir()]
    sets = [(path, when) for path, when in found if not path.name.startswith(".")]
    sets.sort(key=lambda pair: pair[1], reverse=True)
    old = [path for path, when in found if path.name.startswith(_HALF) and time.time() - when > _DAY]
    for path in [*(path for path, _ in sets[_MOST:]), *old]:
        shutil.rmtree(path, ignore_errors=True)


def _changed(path: Path) -> float:
    """Return when a folder was changed last; now, when another process has just moved it away."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()
