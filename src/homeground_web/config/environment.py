"""Reading the environment: one function for each kind of setting, with errors that say what to set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

__all__ = ["database", "flag", "home_folder", "listed", "number", "text"]


def text(name: str, otherwise: str = "") -> str:
    """Return a setting as it stands."""
    return os.environ.get(name, "").strip() or otherwise


def flag(name: str) -> bool:
    """Return whether a setting is switched on."""
    said = text(name).lower()
    if said not in ("", "0", "no", "false", "1", "yes", "true"):
        raise ImproperlyConfigured(f"{name} is '{said}'. Set it to yes or to no.")
    return said in ("1", "yes", "true")


def number(name: str, otherwise: int) -> int:
    """Return a setting that is a whole number of nought or more."""
    said = text(name, str(otherwise))
    if not said.isdecimal():
        raise ImproperlyConfigured(f"{name} is '{said}'. Set it to a whole number, such as {otherwise}.")
    return int(said)


def listed(name: str) -> list[str]:
    """Return a setting with commas between its items."""
    return [item.strip() for item in text(name).split(",") if item.strip()]


def home_folder() -> Path:
    """Return the folder of this installation: ``HOMEGROUND_HOME``, else one in the person's account."""
    named = text("HOMEGROUND_HOME")
    if named:
        return Path(named).expanduser().resolve()
    return Path(text("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))) / "homeground"


def database(home: Path) -> dict[str, Any]:
    """Return Django's database settings: what ``HOMEGROUND_DATABASE`` names, else SQLite in the home folder.

    ``postgresql://user:password@host:5432/name`` or ``sqlite:///path/to/file``.
    """
    said = text("HOMEGROUND_DATABASE")
    if not said:
        return _sqlite(home / "homeground.sqlite3")
    parts = urlsplit(said)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "HOMEGROUND_DATABASE must look like postgresql://user:password@host:5432/name or sqlite:///path/to/file."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def _sqlite(path: Path) -> dict[str, Any]:
    """Return an SQLite database that readers and one writer share, and that survives a power cut."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;",
        },
    }
