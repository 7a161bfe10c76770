"""How long one command takes from official files to the 225 wards: a whole process, started cold, on the wall clock.

Standard library only. Each run starts a new Python that imports everything, reads the publisher's own CSV and lookup
files (File 7 of the Indices of Deprivation 2019, the Community Needs Index 2019, the LSOA to ward lookup), and writes
the table. The issue asks for 5 seconds at most.

    python3 bench/cohort_cold.py [--data FOLDER] [--preset NAME] [--runs N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("HOMEGROUND_TEST_DATA", ROOT.parent / "shared" / "data")) / "england"
# Not the Parquet copies: what a person downloads.
OFFICIAL = {
    "left-behind-wards-2019": ["iod2019/File_7*.csv*", "cni/cni2019*", "lookups/LSOA11_WD17*", "population/*ward17*"],
    "left-behind-lsoas-2023": [
        "iod2019/File_7*.csv*",
        "iod2025/File_7*.csv*",
        "cni/cni2023*",
        "lookups/LSOA11_LSOA21*",
    ],
}


def main() -> int:
    """Time the runs and print them."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, default=DATA, help="folder with the official files")
    asked.add_argument("--preset", default="left-behind-wards-2019", choices=OFFICIAL)
    asked.add_argument("--runs", type=int, default=5)
    options = asked.parse_args()
    if not options.data.is_dir():
        print(f"No official files at {options.data}: give --data FOLDER.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        downloads = Path(folder, "my-downloads")
        downloads.mkdir()
        for pattern in OFFICIAL[options.preset]:
            for path in sorted(options.data.glob(pattern)):
                (downloads / path.name).symlink_to(path)
        command = [sys.executable, "-c", "from homeground.cli.main import main; main()"]
        command += ["find", "cohort", "--preset", options.preset, "--data", str(downloads)]
        command += ["--out", str(Path(folder, "list.csv")), "--quiet"]
        wall, cpu = [], []
        for _ in range(options.runs):
            before, began = os.times(), time.perf_counter()
            done = subprocess.run(command, check=False)
            wall.append(time.perf_counter() - began)
            after = os.times()
            cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
            if done.returncode:
                return done.returncode
    print(f"homeground find cohort --preset {options.preset}, {options.runs} cold runs, load {os.getloadavg()[0]:.1f}:")
    print(f"  wall  best {min(wall):.2f} s, median {statistics.median(wall):.2f} s, worst {max(wall):.2f} s")
    print(f"  CPU   best {min(cpu):.2f} s, median {statistics.median(cpu):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
