"""The site under load: the seconds a load takes, and how many pages of places it gives in a second.

England when its files are there (HOMEGROUND_TEST_DATA, or shared/data/england beside the checkout), else the invented
district. It is served on this machine as an operator would, with the settings of production. `wrk` asks when it is
installed, else a small client in Python, which takes more of the processor from the site than `wrk` does. Issue 4
asks for: England loaded in 300 s; 200 kept pages a second and 40 that are made anew, with 95 of 100 in 150 ms; a first
load of 100 KB.

    python3 dev.py bench site [--seconds S --open N --home FOLDER]     (FOLDER: a loaded home; the load is left out)
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import secrets
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "import sys; from homeground_web.commands import main; main(sys.argv[1:])"
HOST = "127.0.0.1"
PLAIN = {"Host": "localhost", "Accept-Encoding": "gzip"}
WANTED = {"kept": (200.0, 150.0), "made anew": (40.0, 150.0)}
LOAD_SECONDS, FIRST_LOAD = 300.0, 100_000


@dataclass(frozen=True)
class Measured:
    """What came of asking for some seconds: pages a second, milliseconds, and answers that were no page."""

    rate: float
    p50: float
    p95: float
    p99: float
    errors: int


def england() -> Path | None:
    """Return the folder of England's files; None when there is none."""
    beside = [folder / "shared" / "data" / "england" for folder in ROOT.parents]
    named = os.environ.get("HOMEGROUND_TEST_DATA", "")
    there = [Path(named) / "england", Path(named)] if named else []
    return next((folder for folder in [*there, *beside] if (folder / "iod2025").is_dir()), None)


def settings(home: Path) -> dict[str, str]:
    """Return the environment of a site in production, whose home is a folder."""
    own = {
        "HOMEGROUND_HOME": str(home), "HOMEGROUND_MODE": "production", "HOMEGROUND_PLAIN_HTTP": "yes",
        "HOMEGROUND_HOSTS": "localhost", "HOMEGROUND_SECRET_KEY": secrets.token_urlsafe(60),
    }  # fmt: skip
    return {name: value for name, value in os.environ.items() if not name.startswith("HOMEGROUND_")} | own


def load(home: Path, scratch: Path) -> float:
    """Load England, else the invented district; return the seconds it took."""
    folder, plan = england(), ["--plan", "england"]
    if folder is None:
        print("England's files are not here: this is the invented district.")
        sys.path.insert(0, str(ROOT))
        from examples.district.generate import generate

        folder, plan = scratch / "district", []
        generate(folder)
    command = [sys.executable, "-c", BEGIN]
    subprocess.run([*command, "migrate"], env=settings(home), check=True, stdout=subprocess.DEVNULL)
    began = time.perf_counter()
    subprocess.run([*command, "load", str(folder), *plan, "--show"], env=settings(home), check=True)
    return time.perf_counter() - began


@contextmanager
def served(home: Path) -> Iterator[int]:
    """Serve a home while the block runs; give the port."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    line = [sys.executable, "-c", BEGIN, "serve", "--port", str(port), "--no-worker"]
    site = subprocess.Popen(line, env=settings(home), stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                ask(http.client.HTTPConnection(HOST, port, timeout=10), "/")
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise SystemExit("the site did not answer within a minute")
        yield port
    finally:
        site.terminate()
        site.wait(timeout=30)


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    """Ask for a page; return the status and the bytes as they were sent, packed where the site packs them."""
    connection.request("GET", path, headers=PLAIN)
    answer = connection.getresponse()
    return answer.status, answer.read()


def codes_of(home: Path, most: int) -> list[str]:
    """Return codes of wards and neighbourhoods that the public sees, picked at random, the same ones each time."""
    with sqlite3.connect(next(home.glob("*.sqlite3"))) as database:
        rows = database.execute(
            "SELECT DISTINCT a.code FROM places_area a JOIN places_load l ON l.id = a.load_id"
            " WHERE l.state = 'current' AND a.kind IN ('ward', 'lsoa', 'area') ORDER BY a.code"
        ).fetchall()
    codes = [code for (code,) in rows]
    return random.Random(1).sample(codes, min(most, len(codes)))


def paths(codes: list[str], *, kept: bool) -> Iterator[str]:
    """Yield addresses of places: the same ones again and again, or each one only once, so that it is made anew."""
    for turn in count():
        yield f"/places/{codes[turn % len(codes)]}" + ("" if kept else f"?turn={turn}")


def by_wrk(port: int, codes: list[str], *, kept: bool, seconds: float, open_: int) -> Measured:
    """Ask with wrk."""
    listed = ",".join(f'"{code}"' for code in codes)
    mark = "" if kept else ' .. "?turn=" .. turn .. "x" .. mine'
    script = f"""
local codes, turn, threads = {{{listed}}}, 0, 0
function setup(thread) thread:set("mine", threads); threads = threads + 1 end
function request()
  turn = turn + 1
  return wrk.format("GET", "/places/" .. codes[(turn * 7) % #codes + 1]{mark})
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("MEASURED %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as told:
        told.write(script)
        told.flush()
        line = ["wrk", "-t1", f"-c{open_}", f"-d{round(seconds)}s", "--timeout", "20s", "-s", told.name]
        line += [part for name, value in PLAIN.items() for part in ("-H", f"{name}: {value}")]
        out = subprocess.run([*line, f"http://{HOST}:{port}/"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^MEASURED (\S+) (\S+) (\S+) (\S+) (\d+)$", out, re.MULTILINE)
    if found is None:
        raise SystemExit(f"wrk said nothing that can be read:\n{out}")
    return Measured(*(float(found[part]) for part in range(1, 5)), errors=int(found[5]))


def by_ourselves(port: int, codes: list[str], *, kept: bool, seconds: float, open_: int) -> Measured:
    """Ask with threads of this process."""
    wanted, lock, took, errors = paths(codes, kept=kept), threading.Lock(), list[float](), [0]
    end = time.perf_counter() + seconds

    def one() -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=20)
        while time.perf_counter() < end:
            with lock:
                path = next(wanted)
            began = time.perf_counter()
            try:
                good = ask(connection, path)[0] == 200
            except (OSError, http.client.HTTPException):
                good = False
                connection.close()
            took.append(1000 * (time.perf_counter() - began))
            errors[0] += not good

    began = time.perf_counter()
    threads = [threading.Thread(target=one) for _ in range(open_)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts = statistics.quantiles(took, n=100)
    return Measured(len(took) / (time.perf_counter() - began), parts[49], parts[94], parts[98], errors[0])


def first_load(port: int, codes: list[str]) -> tuple[int, str]:
    """Return the most bytes that a first look at one of some places takes, without its map, and which place."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    pages = {code: ask(connection, f"/places/{code}")[1] for code in codes}
    largest = max(pages, key=lambda code: len(pages[code]))
    connection.request("GET", f"/places/{largest}", headers={"Host": "localhost"})
    page = connection.getresponse().read().decode()
    files = set(re.findall(r'(?:<link[^>]*rel="stylesheet"[^>]*href|<script[^>]*src)="([^"]+)"', page))
    return len(pages[largest]) + sum(len(ask(connection, file)[1]) for file in files), largest


def main() -> int:
    """Load, serve, ask; print what came out. Return 1 when less came out than was asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=15.0, help="how long to ask, for each row (15)")
    asked.add_argument("--open", type=int, default=3, help="how many ask at once (3)")
    asked.add_argument("--home", type=Path, help="a home that is loaded already")
    options = asked.parse_args()
    ask_for = by_wrk if shutil.which("wrk") else by_ourselves
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        if options.home is None:
            home.mkdir()
            took = load(home, Path(scratch))
            good = took <= LOAD_SECONDS
            print(f"loaded in {took:.0f} s (at most {LOAD_SECONDS:.0f})")
        codes = codes_of(home, 400)
        who = "wrk" if ask_for is by_wrk else "a client in Python, on the same processor"
        with served(home) as port:
            size, largest = first_load(port, codes[:60])
            good &= size <= FIRST_LOAD
            print(f"first load without map: {size / 1000:.1f} KB, the largest of {len(codes[:60])} places ({largest})")
            print(f"asked by {who}, {options.open} at once; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
            print(
                f"{'page of a place':16} {'a second':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'errors':>7}  asked"
            )
            for name, (rate, p95) in WANTED.items():
                kept = name == "kept"
                chosen = codes[:50] if kept else codes
                ask_for(port, chosen, kept=kept, seconds=3, open_=options.open)
                found = ask_for(port, chosen, kept=kept, seconds=options.seconds, open_=options.open)
                good &= found.rate >= rate and found.p95 < p95 and not found.errors
                told = f"{found.rate:9.1f} {found.p50:8.1f} {found.p95:8.1f} {found.p99:8.1f} {found.errors:7d}"
                print(f"{name:16} {told}  {rate:.0f} a second, p95 {p95:.0f} ms")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
