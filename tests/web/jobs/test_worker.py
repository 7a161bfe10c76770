"""Real processes: one command serves pages and does jobs, and a job outlives a worker that is killed."""

from __future__ import annotations

import os
import signal
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.web.site import Site, free_port, wait_for

pytestmark = pytest.mark.slow

_PUT = """
from homeground_web.jobs import queue
told = str(queue.put("load", folder={folder!r}, show=True).pk)
"""
_STATE = """
import time
from homeground_web.jobs.models import Job
end = time.monotonic() + {patience}
while True:
    told = list(Job.objects.filter(pk={job!r}).values_list("state", "share", "attempts", "error").get())
    if told[0] in {wanted!r} or time.monotonic() > end:
        break
    time.sleep(0.2)
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


def state_of(site: Site, job: str, *wanted: str, patience: float = 120.0) -> Any:
    """Return how a job stands, as soon as it stands as `wanted`, or else when patience ends."""
    return site.told(_STATE.format(job=job, wanted=wanted, patience=patience if wanted else 0.0))


def test_a_job_outlives_a_worker_that_is_killed(site: Site, district_folder: Path) -> None:
    """Killed in the midst of a load; the next worker does it again, once, and the public sees it whole."""
    job = site.told(_PUT.format(folder=str(district_folder)))
    first = site.start("worker")
    assert state_of(site, job, "running")[0] == "running"
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state_of(site, job)[0] == "running"  # nobody noticed yet
    site.told(_LONG_AGO)
    second = site.start("worker")
    try:
        ended = state_of(site, job, "done", "failed")
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
        assert state_of(site, job, "done", "failed")[0] == "done"
        with urllib.request.urlopen(f"{address}/places/ZW022") as page:
            assert "people live here" in page.read().decode()


def _anybody_in(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_reaches_every_process_ends_them_all(tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C at a terminal, and a stop by systemd, are told to each of them at once; none stays behind."""
    site, port = Site(tmp_path / "home"), free_port()
    site.type("migrate", "--verbosity", "0")
    server = site.start("serve", "--port", port, "--processes", 2, alone=True)
    try:
        wait_for(f"http://127.0.0.1:{port}", server)
        os.killpg(server.pid, how)
        assert server.wait(timeout=60) == 0
        assert until(lambda: not _anybody_in(server.pid), 30)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_a_process_that_dies_of_being_told_is_no_failure(tmp_path: Path) -> None:
    """One told before it had handlers of its own dies of it, when the site is asked to end: that is what was asked."""
    site, port = Site(tmp_path / "home"), free_port()
    site.type("migrate", "--verbosity", "0")
    server = site.start("serve", "--port", port, "--processes", 2, "--no-worker", alone=True)
    try:
        wait_for(f"http://127.0.0.1:{port}", server)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        server.send_signal(signal.SIGSTOP)
        os.kill(int(children[-1]), signal.SIGKILL)
        server.send_signal(signal.SIGTERM)
        server.send_signal(signal.SIGCONT)
        assert server.wait(timeout=60) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_serve_refuses_a_database_that_is_not_up_to_date(tmp_path: Path) -> None:
    """And says what to type."""
    assert "homeground-web migrate" in Site(tmp_path / "home").type("serve", code=1)
