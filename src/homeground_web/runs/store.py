"""The store: files of runs, each kept once under its SHA-256, so that nothing stored is ever overwritten."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

__all__ = ["hash_of", "keep", "path_of"]

_CHUNK = 1 << 20


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def path_of(sha256: str) -> Path:
    """Return where a stored file lies."""
    return Path(settings.STORE) / sha256[:2] / sha256


def keep(path: Path) -> tuple[str, int]:
    """Put a copy of a file into the store; return its hash and its size in bytes.

    One that is there already is new from now on, so that nobody who tidies takes it out before its result is on record.
    """
    found = hash_of(path)
    target = path_of(found)
    try:
        os.utime(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=target.parent)
        os.close(handle)
        shutil.copyfile(path, half)
        Path(half).replace(target)
    return found, path.stat().st_size
