"""Giving back room: stored files of loads that nobody can go back to, and files that nothing names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from homeground_web.audit import log
from homeground_web.places.models import Load
from homeground_web.runs.models import RunFile

__all__ = ["Tidied", "tidy"]


@dataclass(frozen=True)
class Tidied:
    """What was given back: of how many loads, how many files, how many bytes."""

    loads: int
    files: int
    freed: int


def tidy(*, older_than: dt.timedelta, really: bool = True) -> Tidied:
    """Take out the files of loads that are kept for the record alone, and files in the store that no result names.

    The load before the present one stays whole, so that one can still go back to it. Of older loads the results stay
    on record, with what they were computed from and the command that computes the same again. A file that was put
    into the store within `older_than` stays: a load that is at work may name it in a moment.

    Parameters
    ----------
    older_than : datetime.timedelta
    really : bool
        False only counts.

    Returns
    -------
    Tidied
    """
    done = RunFile.objects.filter(run__load__state=Load.State.OLD)
    loads = list(Load.objects.filter(runs__files__in=done).distinct())
    named = set(RunFile.objects.exclude(pk__in=done.values("pk")).values_list("sha256", flat=True))
    if really:
        for load in loads:
            with transaction.atomic():
                count, _ = RunFile.objects.filter(run__load=load).delete()
                log.write("tidied", load, after={"files": count})
    before = (timezone.now() - older_than).timestamp()
    files = freed = 0
    for path in _stored():
        about = path.stat()
        if path.name not in named and about.st_mtime <= before:
            files, freed = files + 1, freed + about.st_size
            if really:
                path.unlink()
    return Tidied(len(loads), files, freed)


def _stored() -> Iterator[Path]:
    root = Path(settings.STORE)
    return (path for path in sorted(root.glob("??/*")) if path.is_file()) if root.is_dir() else iter(())
