"""A Python with sockets closed and chosen packages absent, and what belongs to the core install."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_SEAL = """
import socket, sys

def _refuse(*args, **kwargs):
    raise AssertionError("this reached for the network")

socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = _refuse
socket.create_connection = socket.getaddrinfo = _refuse

class _Without:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in ABSENT else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [_Without(finder) for finder in sys.meta_path]
"""


def run(
    code: str, *, absent: frozenset[str] = frozenset({"django", "homeground_web"}), folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh Python with sockets closed, where the packages in `absent` are as if never installed."""
    text = f"ABSENT = {set(absent)!r}\n{_SEAL}\n{code}"
    command = [sys.executable, "-c", text]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=folder)


def needed(*extras: str) -> set[str]:
    """Return the names of all packages that the library, with `extras`, installs on this machine."""
    wanted = {"homeground": {"", *extras}}
    waiting = ["homeground"]
    while waiting:
        name = waiting.pop()
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            other = re.sub(r"[-_.]+", "-", requirement.name).lower()
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted[name]):
                continue
            asked = {"", *requirement.extras}
            if other != "homeground" and not asked <= wanted.get(other, set()):
                wanted[other] = wanted.get(other, set()) | asked
                waiting.append(other)
    return set(wanted) - {"homeground"}


def beyond_the_core() -> frozenset[str]:
    """Return the import names of all packages installed here that a core install would not have."""
    core = needed() | {"homeground"}
    return frozenset(
        package
        for package, owners in metadata.packages_distributions().items()
        if not {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners} & core
    )
