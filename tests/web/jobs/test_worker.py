"""Real processes: one command serves pages and does jobs, and a job outlives a worker that is killed."""

from __future__ import annotations

import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.site import Site

pytestmark = pytest.mark.slow

_PUT = """
from homeground_web.jobs import queue
told = str(queue.put("load", folder={folder!r}, show=True).pk)
"""
_STATE = """
from homeground_web.jobs.models import Job
told = list(Job.objects.filter(pk={job!r}).values_list("state", "share", "attempts", "error").get())
"""
_LONG_AGO = """
from datetime import timedelta
from django.utils import timezone
from homeground_web.jobs.models import Job
told = Job.objects.update(heard=timezone.now() - timedelta(minutes=5))
"""
_SHOWN = """
from homeground_web.places.models import Area, Load
told = [list(Load.objects.values_list("state", flat=True)), Area.objects.count()]
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """A site without data, on each kind of database."""
    database = request.getfixturevalue("empty_postgres") if request.param == "postgresql" else ""
    made = Site(tmp_path / "home", database)
    made.type("migrate", "--verbosity", "0")
    return made


def until(holds: Callable[[], Any], seconds: float = 90.0) -> Any:
    """Wait until something holds; return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.2)
    raise AssertionError("it never came to be")


def test_a_job_outlives_a_worker_that_is_killed(site: Site, district_folder: Path) -> None:
    """Killed in the midst of a load; the next worker does it again, once, and the public sees it whole."""
    job = site.told(_PUT.format(folder=str(district_folder)))
    state = _STATE.format(job=job)
    first = site.start("worker")
    until(lambda: site.told(state)[0] == "running")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert site.told(state)[0] == "running"  # nobody noticed yet
    site.told(_LONG_AGO)
    second = site.start("worker")
    try:
        ended = until(lambda: (now := site.told(state))[0] in ("done", "failed") and now)
    finally:
        second.terminate()
        second.wait(timeout=30)
    assert ended == ["done", 1.0, 2, ""]
    states, areas = site.told(_SHOWN)
    assert states.count("current") == 1
    assert areas >= 696


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_one_command_serves_pages_and_does_jobs(site: Site, district_folder: Path) -> None:
    """On SQLite, without any other server: a load put down while it serves is on its pages soon after."""
    with site.served() as address:
        job = site.told(_PUT.format(folder=str(district_folder)))
        until(lambda: site.told(_STATE.format(job=job))[0] == "done")
        with urllib.request.urlopen(f"{address}/places/ZW022") as page:
            assert "people live here" in page.read().decode()


def test_serve_refuses_a_database_that_is_not_up_to_date(tmp_path: Path) -> None:
    """And says what to type."""
    assert "homeground-web migrate" in Site(tmp_path / "home").type("serve", code=1)
