#!/usr/bin/env python3
"""Everything that is typed here, by a newcomer or by a server, with the standard library alone.

    python3 dev.py demo          make .venv, install, run the demo (--once: do everything but stay up)
    python3 dev.py test          the same with the test tools, then every check there is (--fast: the quick ones)
    python3 dev.py lint          style, types, import contracts, docstrings (--fix: mend what can be mended)
    python3 dev.py bench         time Homeground beside its peers (--list: what there is)
    python3 dev.py docs          build the docs site (--serve: and show it)
    python3 dev.py words         gather the words of the pages for translators (--missing, --take)
    python3 dev.py lock          renew requirements.lock (--upgrade: to the newest versions)

It works from any folder and puts all it makes into .venv, node_modules and site beside this file. uv is used when it is
there, else pip. Nothing is installed twice: a stamp in .venv remembers what was.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "homeground-stamp.json"
LOCK = ROOT / "requirements.lock"
BENCH_LOCK = ROOT / "bench" / "requirements.lock"
MODEL_LOCK = ROOT / "model.lock"
OLDEST = (3, 11)
OWN_DATABASES = ("runs/test_backup.py", "jobs/test_worker.py")  # tests that bring a database of each kind themselves
NO_DATABASES = ("shell/test_plain.py",)  # how plainly pages are written is the same on each kind
# Tests run beside each other, one to a core: sums that take all cores for themselves would wait for one another.
ONE_THREAD_EACH = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LONGEST_CHECK = 30  # minutes; none takes half as long
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")

# The lock has two parts: above this line what Homeground runs on, below it what tests, linters and docs add.
PARTING = "# ---- Below: what tests, checks and the docs site add. Above: what Homeground runs on. ----"

SIGNS_OF_NO_NETWORK = re.compile(
    r"name resolution|failed to resolve|dns error|connection|network is unreachable|timed out|failed to fetch|"
    r"proxyerror|no matching distribution|could not find a version",
    re.IGNORECASE,
)


class Stop(Exception):
    """Something a person has to do first; the message says what."""


# ---------------------------------------------------------------------------------------------------------------------
# What is typed
# ---------------------------------------------------------------------------------------------------------------------


def main() -> int:
    """Run the verb that was typed; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", metavar="demo | test | lint | bench | docs | words | lock")
    verbs.add_parser("demo", help="install and run the demo; options go on to it", add_help=False)
    test = verbs.add_parser("test", help="install the test tools and run every check")
    test.add_argument("--fast", action="store_true", help="leave out slow and browser tests, docs and demo")
    test.add_argument("--no-browser", action="store_true", help="do not look for Chromium, nor install it")
    test.add_argument("pytest", nargs="*", metavar="-- ARGUMENTS", help="run pytest alone, with these arguments")
    lint = verbs.add_parser("lint", help="style, types, import contracts, docstrings")
    lint.add_argument("--fix", action="store_true", help="mend what can be mended, then check")
    bench = verbs.add_parser("bench", help="time Homeground beside its peers; options go on to each bench")
    bench.add_argument("names", nargs="*", help="which ones (all)")
    bench.add_argument("--list", action="store_true", help="say what there is")
    docs = verbs.add_parser("docs", help="build the docs site into site/")
    docs.add_argument("--serve", action="store_true", help="show it on this machine, and follow changes")
    verbs.add_parser("words", help="gather the words of the pages for translators", add_help=False)
    lock = verbs.add_parser("lock", help="renew requirements.lock (needs uv)")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions")

    given, rest = parser.parse_known_args()
    if given.verb is None:
        parser.print_help()
        return 2
    if rest and given.verb not in ("demo", "bench", "words"):
        parser.error(f"unknown: {' '.join(rest)}")
    run = {
        "demo": lambda: demo(rest),
        "test": lambda: test_everything(fast=given.fast, browser=not given.no_browser, arguments=given.pytest),
        "lint": lambda: lint_everything(fix=given.fix),
        "bench": lambda: run_benches(given.names, rest, only_list=given.list),
        "docs": lambda: docs_site(serve=given.serve),
        "words": lambda: words_of_pages(rest),
        "lock": lambda: renew_lock(upgrade=given.upgrade),
    }
    return run[given.verb]()


def demo(arguments: list[str]) -> int:
    """Install what Homeground runs on, with all extras, and run the demo."""
    script = ROOT / "examples" / "demo.py"
    if not script.exists():
        raise Stop("examples/demo.py is missing: this copy of Homeground is not whole. Fetch it again.")
    install(tests=False)
    return stay([PYTHON, script, *arguments])


def test_everything(*, fast: bool, browser: bool, arguments: list[str]) -> int:
    """Run every check, all of them even when one fails, and say at the end what failed and what was skipped and why."""
    began = time.monotonic()
    install(tests=True)
    if arguments:
        with Postgres() as database:
            extra = {"HOMEGROUND_CHROMIUM": chromium(), "HOMEGROUND_TEST_POSTGRES": database.address}
            return start([PYTHON, "-m", "pytest", *arguments], extra=extra)
    checks = Checks()
    extra = {}
    if fast:
        checks.skipped.append("--fast: slow tests, browser tests, the docs site and the demo")
    else:
        node_packages(checks)
        if browser:
            extra = {"HOMEGROUND_CHROMIUM": find_or_fetch_chromium(checks)}
        else:
            checks.skipped.append("--no-browser: tests that need a browser may not have run")
    linters(checks)
    if not fast:
        checks.run("docs site", [PYTHON, "-m", "mkdocs", "build", "--strict"])
    report = VENV / "pytest.xml"
    report.unlink(missing_ok=True)
    pytest = [PYTHON, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", f"--junitxml={report}"]
    extra |= ONE_THREAD_EACH
    if fast:
        checks.run("pytest", [*pytest, "-m", "not slow and not browser"], extra=extra)
        checks.skipped += skipped_tests(report)
        return checks.close(time.monotonic() - began)
    find_or_fetch_postgres(checks)
    with Postgres() as database:
        checks.run("pytest", pytest, extra={**extra, "HOMEGROUND_TEST_POSTGRES": database.address})
        checks.skipped += skipped_tests(report)
        if database.address:
            left_out = (*OWN_DATABASES, *NO_DATABASES)
            again = [*pytest, "tests/web", *(f"--deselect=tests/web/{name}" for name in left_out)]
            both = {"HOMEGROUND_TEST_DATABASE": database.address, "HOMEGROUND_TEST_POSTGRES": database.address}
            checks.run("the platform on PostgreSQL", again, extra=ONE_THREAD_EACH | both)
    return checks.close(time.monotonic() - began)


def lint_everything(*, fix: bool) -> int:
    """Run the checks that read the code without running it."""
    began = time.monotonic()
    install(tests=True)
    if fix:
        start([PYTHON, "-m", "ruff", "check", "--fix", "--quiet"])
        start([PYTHON, "-m", "ruff", "format", "--quiet"])
    checks = Checks()
    linters(checks)
    return checks.close(time.monotonic() - began)


def words_of_pages(arguments: list[str]) -> int:
    """Gather the words of the pages for translators; options go on."""
    install(tests=True)
    return start([PYTHON, ROOT / "tools" / "translations.py", *arguments])


def run_benches(names: list[str], arguments: list[str], *, only_list: bool) -> int:
    """Run the benches one by one; each prints a table with ratios to its peers."""
    found = {path.stem: path for path in sorted((ROOT / "bench").glob("[!_]*.py"))}
    if only_list:
        for name, path in found.items():
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            say(f"{name:24} {text.splitlines()[0] if text else ''}")
        return 0
    unknown = [name for name in names if name not in found]
    if unknown:
        raise Stop(f"there is no bench '{unknown[0]}'. There are: {', '.join(found) or 'none yet'}.")
    install(tests=True)
    if BENCH_LOCK.exists():
        install_lock(BENCH_LOCK, "the peers that are timed", key="bench")
    failed = []
    for name in names or found:
        say(f"\n== bench: {name}")
        if start([PYTHON, found[name], *arguments]):
            failed.append(name)
    if failed:
        say(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def docs_site(*, serve: bool) -> int:
    """Build the docs site, strictly; with `serve`, show it."""
    install(tests=True)
    if serve:
        return start([PYTHON, "-m", "mkdocs", "serve", "--strict"])
    code = start([PYTHON, "-m", "mkdocs", "build", "--strict"])
    if code == 0:
        say(f"Built. Open {ROOT / 'site' / 'index.html'}")
    return code


def renew_lock(*, upgrade: bool) -> int:
    """Write requirements.lock and bench/requirements.lock anew: versions and hashes, no address."""
    uv = working_uv()
    if uv is None:
        raise Stop("renewing the lock needs uv. Type: pip install uv")
    flags = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url"]
    flags += ["--no-annotate", "--quiet"]
    runtime = ["--all-extras", "--group", "build"]
    with tempfile.TemporaryDirectory() as folder:
        whole, part, peers = (Path(folder) / name for name in ("whole", "part", "peers"))
        for path, old in ((whole, LOCK), (peers, BENCH_LOCK)):
            if old.exists() and not upgrade:
                shutil.copyfile(old, path)
        compile_ = [uv, "pip", "compile", "pyproject.toml", *flags]
        everything = [*runtime, "--group", "test", "--group", "docs"]
        if start([*compile_, *everything, "--output-file", whole]):
            return 1
        if start([*compile_, *runtime, "--constraints", whole, "--output-file", part], quiet=True):
            return 1
        bench = [*everything, "--group", "bench", "--constraints", whole]
        if start([*compile_, *bench, "--output-file", peers], quiet=True):
            return 1
        blocks, needed = entries(whole.read_text()), entries(part.read_text())
        added = {name: block for name, block in entries(peers.read_text()).items() if name not in blocks}
    above = "".join(block for name, block in blocks.items() if name in needed)
    below = "".join(block for name, block in blocks.items() if name not in needed)
    LOCK.write_text(f"# Renew with: python3 dev.py lock\n{above}{PARTING}\n{below}", encoding="utf-8")
    head = "# Peers that bench/ times, beside requirements.lock. Renew with: python3 dev.py lock\n"
    BENCH_LOCK.write_text(head + "".join(added.values()), encoding="utf-8")
    say(f"Locked {len(needed)} packages to run, {len(blocks) - len(needed)} to test, {len(added)} to bench.")
    return 0


def entries(lock: str) -> dict[str, str]:
    """Return the lines of each package of a lock, by name (a package may have a version for each Python)."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if line.startswith("#") or not line.strip():
            continue
        start_of_entry = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
        name = start_of_entry.group().lower() if start_of_entry else name
        found[name] = found.get(name, "") + line
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Checks, and the last line
# ---------------------------------------------------------------------------------------------------------------------


class Checks:
    """Checks that ran, with what failed and what was skipped."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.failed: list[str] = []
        self.skipped: list[str] = []

    def run(self, name: str, command: list[object], *, extra: dict[str, str] | None = None) -> None:
        """Run one check and remember how it ended."""
        say(f"\n== {name}")
        began = time.monotonic()
        code = start(command, extra=extra, minutes=LONGEST_CHECK)
        (self.failed if code else self.held).append(name)
        say(f"   {name}: {'FAILED' if code else 'held'} ({time.monotonic() - began:.0f} s)")

    def close(self, seconds: float) -> int:
        """Say how it went, and return the exit code."""
        say("")
        for reason in self.skipped:
            say(f"Skipped: {reason}")
        took = f"{int(seconds // 60)} min {int(seconds % 60)} s"
        if self.failed:
            say(f"FAILED after {took}: {', '.join(self.failed)}. Held: {', '.join(self.held) or 'nothing'}.")
            return 1
        skipped = f" Skipped: {len(self.skipped)}, see above." if self.skipped else ""
        say(f"All held in {took}: {', '.join(self.held)}.{skipped}")
        return 0


def linters(checks: Checks) -> None:
    """Run what reads the code without running it."""
    checks.run("ruff check", [PYTHON, "-m", "ruff", "check", "--output-format", "concise"])
    checks.run("ruff format", [PYTHON, "-m", "ruff", "format", "--check", "--output-format", "concise"])
    checks.run("mypy", [PYTHON, "-m", "mypy"])
    lint_imports = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"
    checks.run("import contracts", [PYTHON, "-c", lint_imports])
    checks.run("docstring coverage", [PYTHON, "-m", "interrogate", "--config", "pyproject.toml", "src"])


def skipped_tests(report: Path) -> list[str]:
    """Return why tests were skipped and how many, from pytest's report."""
    if not report.exists():
        return []
    # Our own pytest wrote this file a moment ago.
    skips = ET.parse(report).iter("skipped")  # noqa: S314
    reasons = Counter((skip.get("message") or "no reason given").splitlines()[0] for skip in skips)
    return [f"{count} test{'s' if count > 1 else ''}: {reason}" for reason, count in reasons.most_common()]


# ---------------------------------------------------------------------------------------------------------------------
# The environment
# ---------------------------------------------------------------------------------------------------------------------


def install(*, tests: bool) -> None:
    """Make .venv if need be, and bring it to what requirements.lock says; do nothing when it is already there."""
    make_venv()
    text = LOCK.read_text(encoding="utf-8")
    above, _, below = text.partition(PARTING)
    project = (ROOT / "pyproject.toml").read_bytes()
    wanted = {"run": digest(above.encode(), project), "test": digest(below.encode())}
    levels = ["run", "test"] if tests else ["run"]
    had = read_stamp()
    parts = {"run": above, "test": below}
    for level in levels:
        if had.get(level) != wanted[level]:
            what = "what Homeground runs on" if level == "run" else "the tools that test it"
            install_text(parts[level], what)
            if level == "run":
                install_packages(["--no-deps", "--no-build-isolation", "--editable", str(ROOT)], "Homeground itself")
            had = {**had, level: wanted[level]}
            write_stamp(had)
    if tests:
        # With --no-deps, as all that is locked: the package names a runtime of over a gigabyte that nothing here needs.
        install_lock(MODEL_LOCK, "the language model", key="model")


def install_lock(lock: Path, what: str, *, key: str) -> None:
    """Install a whole lock file once."""
    wanted, had = digest(lock.read_bytes()), read_stamp()
    if had.get(key) != wanted:
        install_text(lock.read_text(encoding="utf-8"), what)
        write_stamp({**had, key: wanted})


def install_text(lock: str, what: str) -> None:
    """Install the packages that a piece of lock lists, each checked against its hash."""
    count = len(entries(lock))
    if not count:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text(lock, encoding="utf-8")
        install_packages(["--no-deps", "--require-hashes", "-r", str(path)], f"{what} ({count} packages)")


def install_packages(arguments: list[str], what: str) -> None:
    """Install with uv when it works, else with pip; explain when neither can."""
    said = ""
    began = time.monotonic()
    uv = working_uv()
    if uv:
        say(f"Installing {what} with uv …")
        code, said = patiently([uv, "pip", "install", "--quiet", "--python", PYTHON, *arguments])
        if code == 0:
            say(f"   done in {time.monotonic() - began:.0f} s")
            return
        say("   uv could not do it; trying pip.")
    if start([PYTHON, "-m", "pip", "--version"], quiet=True) and start([PYTHON, "-m", "ensurepip"], quiet=True):
        raise Stop(f"{said}\n.venv has no pip and none could be added. {venv_remedy()}")
    say(f"Installing {what} with pip (a few minutes the first time) …")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--progress-bar", "off"]
    code, said = patiently([*pip, *arguments])
    if code:
        tail = "\n".join(said.strip().splitlines()[-12:])
        if SIGNS_OF_NO_NETWORK.search(said):
            remedy = (
                "The package index could not be reached, or does not have what the lock names. Homeground needs it "
                "once, to fill .venv; later runs work offline.\nConnect this machine (or point pip at your own mirror: "
                "pip config set global.index-url ADDRESS) and type the same line again."
            )
        else:
            remedy = "Nothing was left half-done: mend what is named above and type the same line again."
        raise Stop(f"{tail}\n\nCould not install {what}. {remedy}")
    say(f"   done in {time.monotonic() - began:.0f} s")


def make_venv() -> None:
    """Make .venv, unless a working one for this folder is there."""
    if PYTHON.exists():
        stamp = read_stamp()
        probe = "import sys; sys.exit(sys.version_info[:2] < (%d, %d))" % OLDEST
        if stamp.get("root", str(ROOT)) == str(ROOT) and start([PYTHON, "-c", probe], quiet=True) == 0:
            return
        say(".venv was made for another folder or another Python: making it anew.")
    if VENV.exists():
        if not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
            raise Stop(f"{VENV} is there but is no Python environment. Move it away and type the same line again.")
        shutil.rmtree(VENV)
    uv = working_uv()
    if uv and start([uv, "venv", "--quiet", "--python", sys.executable, VENV], quiet=True) == 0:
        write_stamp({})
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Stop(f"this Python cannot make environments. {venv_remedy()}") from None
    if start([sys.executable, "-m", "venv", VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop(f"the environment .venv could not be made. {venv_remedy()}")
    write_stamp({})


def venv_remedy() -> str:
    """Return the one line to type when Python came without venv, as on Debian and Ubuntu."""
    if shutil.which("apt-get"):
        return "Type: sudo apt-get install -y python{}.{}-venv".format(*sys.version_info[:2])
    return "Install a Python with venv and pip (python.org's has both), or install uv, and type the same line again."


def working_uv() -> str | None:
    """Return where uv is, if it is there and runs."""
    uv = shutil.which("uv")
    return uv if uv and start([uv, "--version"], quiet=True) == 0 else None


def read_stamp() -> dict[str, str]:
    """Return what .venv was last brought to; empty if unknown."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Remember what .venv was brought to."""
    STAMP.write_text(json.dumps({**stamp, "root": str(ROOT)}, indent=1), encoding="utf-8")


def digest(*parts: bytes) -> str:
    """Return a fingerprint of some bytes."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


# ---------------------------------------------------------------------------------------------------------------------
# Node and the browser: used when they are there, fetched where that is harmless
# ---------------------------------------------------------------------------------------------------------------------


def node_packages(checks: Checks) -> None:
    """Fetch the accessibility rules that browser tests run, when npm is there."""
    npm = shutil.which("npm")
    if npm is None:
        checks.skipped.append("accessibility rules (axe): npm is not installed")
        return
    mark = ROOT / "node_modules" / ".homeground-stamp"
    wanted = digest((ROOT / "package-lock.json").read_bytes())
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    say("Fetching the accessibility rules with npm …")
    code, said = patiently([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"])
    if code:
        checks.skipped.append(f"accessibility rules (axe): npm ci failed: {last_line(said)}")
        return
    mark.write_text(wanted, encoding="utf-8")


def find_or_fetch_chromium(checks: Checks) -> str:
    """Return where a Chromium is; on Debian install it when that needs no password. Missing in CI is a failure."""
    if not chromium():
        why = fetch_chromium()
        if not chromium():
            if IN_CI:
                checks.failed.append(f"Chromium ({why})")
            checks.skipped.append(f"browser tests: no Chromium ({why})")
    return chromium()


def chromium() -> str:
    """Return where a Chromium or Chrome of this system is; nothing if there is none."""
    named = os.environ.get("HOMEGROUND_CHROMIUM")
    places = [named] if named else []
    places += [shutil.which(n) or "" for n in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")]
    places += ["/Applications/Chromium.app/Contents/MacOS/Chromium"]
    places += ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
    return next((place for place in places if place and Path(place).exists()), "")


def fetch_chromium() -> str:
    """Install Debian's Chromium if nobody has to be asked; return why not, in a few words."""
    if platform.system() != "Linux" or not shutil.which("apt-get"):
        return "install Chromium or Chrome, or set HOMEGROUND_CHROMIUM to it"
    release = Path("/etc/os-release").read_text(encoding="utf-8") if Path("/etc/os-release").exists() else ""
    if "ubuntu" in release.lower():
        return "type: sudo snap install chromium"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and (not shutil.which("sudo") or start([*sudo, "true"], quiet=True)):
        return "type: sudo apt-get install -y chromium"
    say("Installing Chromium with apt-get, for the browser tests (--no-browser leaves it out) …")
    packages = ["--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for step in (["update", "-qq"], ["install", "-y", "-qq", *packages]):
        code, said = patiently([*sudo, "apt-get", *step], extra={"DEBIAN_FRONTEND": "noninteractive"})
    return f"apt-get: {last_line(said)}" if code else "installed, but not found"


# ---------------------------------------------------------------------------------------------------------------------
# PostgreSQL: a server of our own for the time of the tests
# ---------------------------------------------------------------------------------------------------------------------


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; the newest of several."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4), reverse=True
    )
    return next((place for place in places if (place / "initdb").exists()), None)


def find_or_fetch_postgres(checks: Checks) -> None:
    """See that PostgreSQL is there; on Debian and Ubuntu install it when that needs no password."""
    if postgres_programs():
        return
    sudo = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    why = "install PostgreSQL 14 or newer"
    if shutil.which("apt-get"):
        why = "type: sudo apt-get install -y postgresql"
        if not sudo or (shutil.which("sudo") and start([*sudo, "true"], quiet=True) == 0):
            say("Installing PostgreSQL with apt-get, for the tests …")
            for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "postgresql"]):
                code, said = patiently([*sudo, "apt-get", *step], extra={"DEBIAN_FRONTEND": "noninteractive"})
            why = f"apt-get: {last_line(said)}" if code else "installed, but not found"
    if not postgres_programs():
        if IN_CI:
            checks.failed.append(f"PostgreSQL ({why})")
        checks.skipped.append(f"tests on PostgreSQL: it is not here ({why})")


class Postgres:
    """A PostgreSQL server on this machine alone, in a throw-away folder; `address` is "" without its programs."""

    def __init__(self) -> None:
        self.address = ""
        self.folder = ""
        self.programs = postgres_programs()
        # The server refuses to run as root; Debian's package brings a user for it.
        self.other = ["runuser", "-u", "postgres", "--"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []

    def __enter__(self) -> Postgres:
        """Start it."""
        if self.programs is None or (self.other and not shutil.which("runuser")):
            return self
        mktemp = [*self.other, "mktemp", "-d", "-t", "homeground-pg-XXXXXX"]
        made = subprocess.run(mktemp, capture_output=True, text=True, check=True)
        self.folder = made.stdout.strip()
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        data = f"{self.folder}/data"
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -k {self.folder}"
        how = ["-U", "homeground", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        initdb = [self.programs / "initdb", "-D", data, *how]
        serve = [self.programs / "pg_ctl", "-D", data, "-o", options, "-l", f"{self.folder}/log", "-w", "start"]
        for command in (initdb, serve):
            if self._run(command):
                say(f"PostgreSQL could not be started: {' '.join(map(str, command))}")
                return self
        self.address = f"postgresql://homeground@127.0.0.1:{port}/postgres"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, and leave nothing behind."""
        if self.address:
            self._run([self.programs / "pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop"])
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[object]) -> int:
        words = [*self.other, *(str(word) for word in command)]
        return subprocess.run(
            words, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        ).returncode


# ---------------------------------------------------------------------------------------------------------------------
# Starting things, and saying things
# ---------------------------------------------------------------------------------------------------------------------


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment that our tools run in: .venv first, nothing from the person's own Python."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET")}
    path = os.pathsep.join([str(PYTHON.parent), kept.get("PATH", "")])
    ours = {"PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONNOUSERSITE": "1", "PIP_USER": "0", "PYTHONUTF8": "1"}
    ours["NO_MKDOCS_2_WARNING"] = "1"  # we know: docs/decisions
    return {**kept, **ours, **(extra or {})}


def start(
    command: list[object], *, quiet: bool = False, extra: dict[str, str] | None = None, minutes: float | None = None
) -> int:
    """Run a command in the root folder and return its exit code; end it when it takes more than so many minutes."""
    silence = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} if quiet else {}
    words = [str(word) for word in command]
    try:
        patience = minutes * 60 if minutes else None
        return subprocess.run(
            words, cwd=ROOT, env=environment(extra), check=False, timeout=patience, **silence
        ).returncode
    except subprocess.TimeoutExpired:
        say(f"   Ended: it took more than {minutes:.0f} minutes.")
        return 124
    except OSError:
        return 127


def stay(command: list[object]) -> int:
    """Run a command that stays until somebody ends it: it hears Ctrl-C itself, and this waits until it has ended."""
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment())
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def patiently(command: list[object], *, extra: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a long command with a sign of life now and then; return its exit code and all it said."""
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as heard:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, env=environment(extra), stdout=heard, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=20)
                    break
                except subprocess.TimeoutExpired:
                    say(f"   … still at it ({time.monotonic() - began:.0f} s)")
        except BaseException:
            process.terminate()
            raise
        heard.seek(0)
        return code, heard.read()


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")


def say(text: str) -> None:
    """Say something to the person at the terminal, now."""
    print(text, flush=True)


def newer_python() -> str | None:
    """Return a Python on this machine that is new enough."""
    for minor in range(OLDEST[1] + 3, OLDEST[1] - 1, -1):
        path = shutil.which(f"python3.{minor}")
        # A shim may be there without the Python behind it, so it is tried as it will be called.
        if path and subprocess.run([path, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def with_a_python_that_is_new_enough() -> int:
    """Run `main`, with another Python of this machine when this one is too old."""
    if sys.version_info[:2] >= OLDEST:
        return main()
    newer = newer_python()
    if newer is None:
        raise Stop("Homeground needs Python 3.11 or newer, and this is {}.{}.".format(*sys.version_info[:2]))
    return subprocess.call([newer, *sys.argv])


if __name__ == "__main__":
    try:
        sys.exit(with_a_python_that_is_new_enough())
    except Stop as stop:
        print(f"\ndev.py: {stop}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
