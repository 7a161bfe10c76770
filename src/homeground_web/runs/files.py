"""Where the files of a run lie: asked for on every page, and never changed once the run is on record."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from homeground_web.runs.models import Run, RunFile
from homeground_web.runs.store import path_of

__all__ = ["file_of"]


def file_of(run: Run, name: str) -> Path | None:
    """Return where a file of a run is stored; None when it has none of that name, or no more."""
    sha256 = _sha256(run.pk, run.result_hash, name)
    path = path_of(sha256) if sha256 else None
    return path if path is not None and path.is_file() else None  # it may have been tidied away meanwhile


@lru_cache(maxsize=4096)
def _sha256(run_id: int, _result_hash: str, name: str) -> str | None:
    """Return the hash of a file; the hash of all results stands for the run, whose number may be given again."""
    return RunFile.objects.filter(run_id=run_id, name=name).values_list("sha256", flat=True).first()
