"""How long the reports of all left-behind wards take: figures read once, then a page, a CSV and charts for each ward.

The issue asks for 60 seconds at most for the 226 of them, from a folder that was read before. Prints the seconds of
each step, and with --pdf those of a PDF and of a Word document too.

    .venv/bin/python bench/reports.py [--data FOLDER] [--most N] [--pdf]
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("HOMEGROUND_TEST_DATA", ROOT.parent / "shared" / "data")) / "england"
LIMIT = 60.0


def main() -> int:
    """Time the steps and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, default=DATA, help="folder with the official files")
    asked.add_argument("--most", type=int, default=0, help="only so many wards")
    asked.add_argument("--pdf", action="store_true", help="a PDF and a Word document of one ward too")
    options = asked.parse_args()
    if not options.data.is_dir():
        print(f"No official files at {options.data}: give --data FOLDER.", file=sys.stderr)
        return 2
    import click

    from homeground.journey.profile import prepare, profiles_of
    from homeground.journey.profile_report import write_many, write_profile

    began = time.perf_counter()
    desk = prepare(options.data)
    node, codes = profiles_of(desk, "ward17")
    codes = codes[: options.most or None]
    read = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = write_many(desk.each(node, codes), Path(folder), "html", made_on=dt.date(2026, 1, 1))
        with click.progressbar(made, length=len(codes), label="Reports") as reports:
            for _ in reports:
                pass
        written, worked = time.perf_counter(), time.process_time()
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        if options.pdf:
            one = next(desk.each(node, codes))
            for ending in ("pdf", "docx", "xlsx"):
                start = time.perf_counter()
                write_profile(one, Path(folder, f"one.{ending}"), made_on=dt.date(2026, 1, 1))
                print(f"one {ending:5} {time.perf_counter() - start:8.2f} s")
    print(f"reading    {read - began:8.2f} s")
    print(f"reports    {written - read:8.2f} s  {len(codes):,} wards, {len(files):,} files, {size / 1e6:.1f} MB")
    started = time.perf_counter()
    there = sum(1 for _ in desk.each(node, codes))
    print(f"profiles   {time.perf_counter() - started:8.2f} s  of that, for {there:,} wards alone, measured apart")
    print(f"processor  {worked:8.2f} s  in all")
    whole = written - began
    print(f"all        {whole:8.2f} s  {whole / LIMIT:.2f} of the {LIMIT:.0f} s asked for")
    return 0


if __name__ == "__main__":
    sys.exit(main())
