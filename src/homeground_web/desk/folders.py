"""Keeping uploaded files, under plain names, all of one kind of work in one folder."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from homeground_web.audit import log
from homeground_web.desk.models import Folder

__all__ = ["KINDS", "BadFile", "add", "files", "open_folder", "remove", "throw_away"]

KINDS = (".csv", ".tsv", ".xlsx", ".ods", ".parquet", ".json", ".geojson", ".gpkg", ".toml", ".gz", ".zip")
_MANY = 200
_ODD = re.compile(r"[^\w.() -]+")


class BadFile(ValueError):
    """A file that is not taken; the message says why."""


@transaction.atomic
def open_folder(title: str, user: Any) -> Folder:
    """Make an empty folder."""
    folder = Folder.objects.create(title=title[:200], user_id=user.pk)
    folder.path.mkdir(parents=True)
    log.write("opened", folder, user=user)
    return folder


def add(folder: Folder, uploaded: Iterable[UploadedFile], user: Any) -> list[str]:
    """Put files into a folder: all of them or, when one is refused, none; one of the same name is replaced.

    Raises
    ------
    BadFile
        If one has a name or an ending that is not taken, or there are too many.
    """
    given = {_name(str(one.name)): one for one in uploaded}
    if len({*given, *(file["name"] for file in files(folder))}) > _MANY:
        raise BadFile(_("A folder holds %(many)s files at most.") % {"many": _MANY})
    folder.path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.path) as half:
        for name, one in given.items():
            with (Path(half) / name).open("wb") as written:
                for chunk in one.chunks():
                    written.write(chunk)
        for name in given:
            os.replace(Path(half) / name, folder.path / name)  # noqa: PTH105  over what is there, on every system
    Folder.objects.filter(pk=folder.pk).update(looked=None)
    log.write("added files to", folder, user=user, after={"files": sorted(given)})
    return sorted(given)


def remove(folder: Folder, name: str, user: Any) -> None:
    """Take a file out of a folder."""
    path = folder.path / _name(name)
    if path.is_file():
        path.unlink()
        Folder.objects.filter(pk=folder.pk).update(looked=None)
        log.write("took a file out of", folder, user=user, before={"file": path.name})


def throw_away(folder: Folder, user: Any) -> None:
    """Take a folder away with all its files."""
    log.write("threw away", folder, user=user, before={"files": [file["name"] for file in files(folder)]})
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.delete()


def files(folder: Folder) -> list[dict[str, Any]]:
    """Return name and size of the files in a folder, by name."""
    if not folder.path.is_dir():
        return []
    there = sorted(path for path in folder.path.iterdir() if path.is_file())
    return [{"name": path.name, "bytes": path.stat().st_size} for path in there]


def _name(told: str) -> str:
    """Return a plain name for a file: no folders, no odd signs."""
    name = _ODD.sub("_", told.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")[-120:]
    if not name or not name.lower().endswith(KINDS):
        kinds = ", ".join(KINDS)
        raise BadFile(_("“%(name)s” is not taken. Files end in %(kinds)s.") % {"name": told[:100], "kinds": kinds})
    return name
