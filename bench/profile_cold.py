"""How long the profile of one place takes: the first run, later runs as whole processes, and after the start alone.

Each run is a new Python that imports everything. The first reads every official file of the folder and keeps what it
made; later ones read what was kept. "After the start" leaves out the import of the libraries. Beside it, in the same
run, plain pandas looks up the same ward: it reads the same Parquet files, joins the lookups, adds up, and ranks it
among all others, for a handful of indicators only. The issue asks for 1 second at most after the start.

    python3 bench/profile_cold.py [--data FOLDER] [--place CODE] [--runs N] [--many N]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("HOMEGROUND_TEST_DATA", ROOT.parent / "shared" / "data")) / "england"

# Times of one process, as JSON: imports, then the work. Loading the libraries is told apart from the work.
OURS = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
import polars
from homeground.cli.main import main
from homeground.journey.profile import prepare
started = time.perf_counter()
desk = prepare(Path(sys.argv[1]))
ready = time.perf_counter()
found = desk.profile(sys.argv[2], kind="ward17")
done = time.perf_counter()
many = 0.0
if int(sys.argv[3]):
    codes = desk.figures.cohorts["ward17"].filter(polars.col("group") == "left-behind")["area_code"].to_list()
    count = 0
    for _ in desk.each("ward17", codes[: int(sys.argv[3])]):
        count += 1
    many = time.perf_counter() - done
print(json.dumps({"start": started - began, "load": ready - started, "profile": done - ready, "many": many,
                  "figures": found.table.height, "values": dict(found.table.select("indicator", "value").iter_rows())}))
"""
PANDAS = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
import numpy as np, pandas as pd
started = time.perf_counter()
data, ward = Path(sys.argv[1]), sys.argv[2]
census = pd.read_parquet(data / "profiles/census2021_lsoa21_profile.parquet").set_index("lsoa21_code")
change = pd.read_parquet(data / "lookups/LSOA11_LSOA21_LAD22_EW_LU.parquet")[["LSOA11CD", "LSOA21CD"]].drop_duplicates()
change = change[change.LSOA11CD.str.startswith("E")]
people = pd.read_parquet(data / "population/population_lsoa11_mid2017_mid2019_mid2020.parquet")
people = people[people.mid_year == 2020].set_index("LSOA11CD").total_population
wards = pd.read_parquet(data / "lookups/LSOA11_WD17_LAD17_EW_LU.parquet")
change["part"] = change.LSOA21CD.map(census.total_residents) / change.groupby("LSOA21CD").LSOA11CD.transform("count")
change["before"] = change.part / change.groupby("LSOA11CD").part.transform("sum") * change.LSOA11CD.map(people)
change["share"] = change.before / change.groupby("LSOA21CD").before.transform("sum")
change = change.merge(wards[["LSOA11CD", "WD17CD"]], on="LSOA11CD")
tenure = [name for name in census if name.startswith("tenure: ")]
poor = [name for name in census if "deprived in" in name and "one" not in name and "not" not in name]
homes = [name for name in census if name.startswith("household_deprivation")]
ranks = pd.read_parquet(data / "iod2025/iod2025_file7_lsoa21.parquet").set_index("LSOA code (2021)")
counts = {
    "own-home": (census[[n for n in tenure if "Owned" in n or "Shared" in n]].sum(axis=1), census[tenure].sum(axis=1)),
    "social-rent": (census[[n for n in tenure if "Social rented" in n]].sum(axis=1), census[tenure].sum(axis=1)),
    "private-rent": (census[[n for n in tenure if "Private" in n]].sum(axis=1), census[tenure].sum(axis=1)),
    "two-needs": (census[poor].sum(axis=1), census[homes].sum(axis=1)),
    "disabled": (census["disability: Disabled under the Equality Act"], census.filter(like="disability").sum(axis=1)),
    "imd-2025": ((ranks.filter(like="(IMD) Rank").iloc[:, 0] - 0.5) / len(ranks) * census.total_residents,
                 census.total_residents),
}
values, standing = {}, {}
for name, (above, below) in counts.items():
    up = (change.LSOA21CD.map(above) * change.share).groupby(change.WD17CD).sum()
    down = (change.LSOA21CD.map(below) * change.share).groupby(change.WD17CD).sum()
    every = 100 * up / down
    values[name], standing[name] = every[ward], int(every.rank(ascending=False)[ward])
done = time.perf_counter()
print(json.dumps({"start": started - began, "profile": done - started, "figures": len(values), "values": values}))
"""


def main() -> int:
    """Time the runs, check that both find the same figures, and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, default=DATA, help="folder with the official files")
    asked.add_argument("--place", default="E05001644", help="a ward of 2017")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--many", type=int, default=225, help="profiles from one loaded store")
    options = asked.parse_args()
    if not options.data.is_dir():
        print(f"No official files at {options.data}: give --data FOLDER.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        cache = str(Path(folder, "cache"))
        # As installed: modules are compiled once. The first run compiles them, too.
        compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        compiled["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
        environment = {**compiled, "HOMEGROUND_CACHE": cache}
        _, wall_first = _run(OURS, [options.data, options.place, 0], environment)
        later = [_run(OURS, [options.data, options.place, 0], environment) for _ in range(options.runs)]
        many, _ = _run(OURS, [options.data, options.place, options.many], environment)
        size = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
        command = "from homeground.cli.main import main; main()"
        arguments = ["understand", "profile", options.place, "--data", options.data, "--json"]
        typed = [
            _timed([sys.executable, "-c", command, *map(str, arguments)], environment) for _ in range(options.runs)
        ]
        peers = [_run(PANDAS, [options.data, options.place], compiled) for _ in range(options.runs)]
    ours, theirs = later[0][0], peers[0][0]
    for name, value in theirs["values"].items():
        if abs(ours["values"][name] - value) > 1e-6:
            print(f"{name}: {ours['values'][name]} here, {value} in pandas", file=sys.stderr)
            return 1
    after = [found["load"] + found["profile"] for found, _ in later]
    slow = [found["profile"] for found, _ in peers]
    print(f"profile of {options.place}: {ours['figures']} indicators, load {os.getloadavg()[0]:.1f}")
    print(f"  first run, everything read and kept ({size / 1e6:.0f} MB):  {wall_first:.2f} s whole process")
    print(f"  later runs, whole process:          {_told([wall for _, wall in later])}")
    print(f"  the command as typed, --json:       {_told(typed)}")
    print(f"  after the start:                    {_told(after)}")
    print(f"    of which reading what was kept    {_told([found['load'] for found, _ in later])}")
    print(f"  {options.many} more from one loaded store:       {many['many']:.2f} s")
    print(f"pandas, {theirs['figures']} of these indicators, after the start: {_told(slow)}")
    mine, other = statistics.median(after) / ours["figures"], statistics.median(slow) / theirs["figures"]
    print(f"  for each indicator: {1000 * mine:.1f} ms here, {1000 * other:.1f} ms in pandas ({other / mine:.1f} x)")
    return 0


def _run(text: str, arguments: list[object], environment: dict[str, str]) -> tuple[dict[str, object], float]:

    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)], check=True, env=environment, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout), time.perf_counter() - began


def _timed(command: list[str], environment: dict[str, str]) -> float:

    began = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def _told(times: list[float]) -> str:
    return f"best {min(times):.2f} s, median {statistics.median(times):.2f} s, worst {max(times):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
