"""Backup and restore: database, stored results and uploads in one file, checked before anything is replaced."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from homeground_web.runs.store import hash_of

__all__ = ["Damaged", "register", "restore", "write"]

_FORMAT = 1
_SQLITE, _POSTGRES = "database.sqlite3", "database.pgdump"
_FOLDERS = {"store": "STORE", "uploads": "UPLOADS"}


_AFTER: list[Callable[[], None]] = []


def register(after: Callable[[], None]) -> None:
    """Let a later stage do its own part once a backup is back: erase again what was erased since it was written."""
    _AFTER.append(after)


class Damaged(Exception):
    """A backup that cannot be restored, or cannot be made; the message says why and what to do."""


def write(path: Path) -> dict[str, Any]:
    """Write a backup while the site runs; return its manifest. A file of that name is never overwritten.

    The secret key and the queue of jobs are not in it.
    """
    if path.exists():
        raise Damaged(f"{path} is there already. Give another name.")
    half = path.with_name(path.name + ".half")
    try:
        with (
            tempfile.TemporaryDirectory(dir=path.parent) as folder,
            tarfile.open(half, "w:gz", compresslevel=3) as archive,
        ):
            database = _dump(Path(folder))
            files = {database.name: database}
            for name, setting in _FOLDERS.items():
                root = Path(getattr(settings, setting))
                files |= {f"{name}/{found.relative_to(root).as_posix()}": found for found in _files(root)}
            manifest = {
                "format": _FORMAT, "made": timezone.now().isoformat(), "vendor": connection.vendor,
                "files": {name: hash_of(found) for name, found in sorted(files.items())},
            }  # fmt: skip
            told = Path(folder) / "manifest.json"
            told.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            archive.add(told, "manifest.json")
            for name, found in sorted(files.items()):
                archive.add(found, name)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    path.chmod(0o600)
    return manifest


def _files(root: Path) -> Iterator[Path]:
    return (found for found in sorted(root.rglob("*")) if found.is_file()) if root.exists() else iter(())


def _dump(folder: Path) -> Path:
    if connection.vendor == "sqlite":
        target = folder / _SQLITE
        with (
            closing(sqlite3.connect(f"file:{settings.DATABASES['default']['NAME']}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        return target
    target = folder / _POSTGRES
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
    return target


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on our database; the password goes by the environment."""
    found = shutil.which(program)
    if found is None:
        raise Damaged(f"{program} is not installed. On Debian: sudo apt-get install postgresql-client")
    told = settings.DATABASES["default"]
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(told[key]) for name, key in names.items() if told.get(key)}
    ended = subprocess.run(  # noqa: S603  a program of PostgreSQL, with arguments of ours
        [found, *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise Damaged(f"{program} did not work: {ended.stderr.strip()[-500:]}")


def restore(path: Path) -> dict[str, Any]:
    """Put back what a backup holds, in place of what is there; return its manifest.

    All is unpacked and checked first. What was there is kept aside until all is in its place, and is put back when
    anything fails.

    Raises
    ------
    Damaged
        If the file is no backup, is damaged, or is of another kind of database.
    """
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        fresh = Path(folder)
        manifest = _unpack(path, fresh)
        connections.close_all()
        moved = []
        try:
            for name, setting in _FOLDERS.items():
                (fresh / name).mkdir(exist_ok=True)
                moved += _put(fresh / name, Path(getattr(settings, setting)), fresh / f"old-{name}")
            if connection.vendor == "sqlite":
                moved += _put_sqlite(fresh)
            else:
                name = str(settings.DATABASES["default"]["NAME"])
                options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", f"--dbname={name}")
                _run("pg_restore", *options, str(fresh / _POSTGRES))
        except BaseException:
            _undo(moved)
            raise
    for after in _AFTER:
        after()
    return manifest


def _unpack(path: Path, fresh: Path) -> dict[str, Any]:
    try:
        with tarfile.open(path, "r:gz") as archive:
            _extract(archive, fresh)
        manifest = json.loads((fresh / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, tarfile.TarError, ValueError, EOFError) as error:
        raise Damaged(f"{path.name} is no backup of Homeground, or is damaged ({error}).") from None
    if manifest.get("format") != _FORMAT:
        raise Damaged(f"{path.name} was made by another version of Homeground.")
    if manifest["vendor"] != connection.vendor:
        raise Damaged(f"{path.name} is of {manifest['vendor']}, and this site runs on {connection.vendor}.")
    for name, expected in manifest["files"].items():
        found = fresh / name
        if not found.is_file() or hash_of(found) != expected:
            raise Damaged(f"{path.name} is damaged: {name} is not what was written. Take another backup.")
    return dict(manifest)


def _extract(archive: tarfile.TarFile, fresh: Path) -> None:
    """Unpack plain files, none of them outside of the folder. Python before 3.11.4, such as Debian 12's, cannot."""
    inside = fresh.resolve()
    for member in archive:
        target = (inside / member.name).resolve()
        packed = archive.extractfile(member) if member.isfile() and target.is_relative_to(inside) else None
        if packed is None:
            raise tarfile.TarError(f"it holds {member.name}, which no backup does")
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed, target.open("wb") as written:
            shutil.copyfileobj(packed, written, 1 << 20)


def _put_sqlite(fresh: Path) -> list[tuple[Path, Path]]:
    target = Path(settings.DATABASES["default"]["NAME"])
    moved = []
    for ending in ("-wal", "-shm"):  # of the database that is replaced
        side = target.with_name(target.name + ending)
        if side.exists():
            moved.append((side, side.rename(fresh / f"old{ending}")))
    return moved + _put(fresh / _SQLITE, target, fresh / "old-database")


def _put(found: Path, target: Path, aside: Path) -> list[tuple[Path, Path]]:
    """Put a file or folder in the place of another; return what must be moved back if a later step fails."""
    moved = []
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        moved.append((target, target.rename(aside)))
    found.rename(target)
    return moved


def _undo(moved: list[tuple[Path, Path]]) -> None:
    for target, aside in reversed(moved):
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        aside.rename(target)
