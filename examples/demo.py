"""Walk through FIND and UNDERSTAND on the invented district, load it into the site, and serve that.

    python3 dev.py demo              everything, then the site in a browser until Ctrl-C
    python3 dev.py demo --once       everything but stay up

Nothing in it is real: see examples/district/README.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from homeground.find.doubting.doubt import CertaintySpec
    from homeground.journey.report import Written

_DRAWS = 1000
_SEED = 0


def tell(text: str = "") -> None:
    """Say one thing to the person at the terminal, at once."""
    print(text, flush=True)


def walk(out: Path) -> Path:
    """Make the district, run FIND and UNDERSTAND on it, write everything into `out`, and return the first page."""
    # What is kept for the next time stays with the demo.
    os.environ.setdefault("HOMEGROUND_CACHE", str(out.resolve() / "kept"))
    data, results = out / "data", out / "report"
    tell("Homeground, on a district that does not exist: a coast, a coalfield, six authorities. All is invented.")
    tell()
    _make(data)
    _indices(data, results)
    _list(data, results)
    _certainty(data, results)
    _change(data, results)
    _audit(data, results)
    written = _report(data, results)
    from examples.demo_understand import understand

    first = understand(data, results, tell)
    tell()
    tell("Written:")
    tell(f"  the report     {_near(written.page)}")
    for item in written.downloads:
        tell(f"  its data       {_near(written.page.with_name(item.file))}  ({item.holds})")
    tell(f"  both audits    {_near(results / 'audit-deprivation.html')}, audit-community-need.html")
    tell(f"  all pages      {_near(first)}")
    tell(f"  the data       {_near(data)}")
    return first


def _make(data: Path) -> None:
    from examples.district.generate import generate
    from homeground.sources.folder import scan

    tell("1. A folder of files, as a council would have downloaded them.")
    district = generate(data)
    people = district.tables["invented-people-2025.csv"]["residents"].sum()
    there = scan(data)
    tell(f"   {len(there.found)} data sets are recognised by their headings: figures of 2019 and 2025, lookups, maps.")
    tell(f"   600 small areas in 90 wards and 6 authorities, {people:,} people.")


def _indices(data: Path, results: Path) -> None:
    from homeground.journey.index import build_index
    from homeground.sources.writers import write_table

    tell("2. Two indices, each from its method file.")
    for name in ("deprivation", "community-need"):
        built = build_index(data / f"district-{name}.toml", data=data)
        title = built.method.title
        write_table(built.table, results / f"{name}.csv", title=title, notes=built.notes, sources=built.sources)
        first = built.table.sort("rank").row(0, named=True)
        gaps = sum(note.kind == "missing" for note in built.notes)
        tell(f"   {built.method.index.title}: most need in {first['area_name']}. {gaps} notes on missing figures.")


def _list(data: Path, results: Path) -> None:
    from homeground.journey.cohort import build_cohort
    from homeground.sources.writers import write_table

    tell("3. The list: in the worst tenth of both.")
    found = build_cohort(data / "district-left-behind.toml", data=data)
    write_table(found.table, results / "list.csv", title=found.title, notes=found.notes, sources=found.sources)
    chosen = found.table.filter("selected")
    by_authority = chosen["larger_area_name"].value_counts(sort=True).rows()
    where = ", ".join(f"{name} {count}" for name, count in by_authority)
    tell(f"   {chosen.height} of {found.table.height} areas, with {found.people:,} people: {where}.")
    wards = build_cohort(data / "district-left-behind-wards.toml", data=data)
    names = wards.table.filter("selected")["area_name"].to_list()
    tell(f"   By wards, in the worst fifth of both: {', '.join(names)}.")
    before = build_cohort(data / "district-left-behind-2019.toml", data=data)
    stayed = len(set(before.selected) & set(found.selected))
    tell(f"   By the figures of 2019 it had {len(before.selected)} areas, of which {stayed} are on it still.")


def _certainty(data: Path, results: Path) -> None:
    from homeground.journey.certainty import certainty_of, explain_place, preset_list
    from homeground.sources.writers import write_table

    doubt = _doubt()
    tell(f"4. How sure? The list is made again {doubt.draws:,} times: other weights, other scales, another line,")
    tell("   and figures that could have come out otherwise, by their sampling error.")
    ready = preset_list(data / "district-left-behind.toml", data=data, noise=True)
    sure = certainty_of(ready, doubt)
    title = f"How sure: {ready.title}"
    write_table(sure.table, results / "certainty.csv", title=title, notes=sure.notes, sources=sure.sources)
    of = sure.together
    tell(
        f"   {of.sure} of the {sure.members} stay in at least 95 times in 100, {of.below_half} less than half the time."
    )
    chosen = sure.table.filter("selected").sort("probability", "area_code")
    for place in (chosen.row(-1, named=True), chosen.row(0, named=True)):
        tell(f"   {place['sentence']}")
    why = explain_place(ready, chosen["area_code"][0]).sentences
    for sentence in why[:1] + tuple(said for said in why if said.startswith("Smallest change")):
        tell(f"   {sentence}")


def _doubt() -> CertaintySpec:
    from homeground.find.doubting.doubt import CertaintySpec, Noise, Normalisation, Threshold, Weights

    return CertaintySpec(
        draws=_DRAWS,
        seed=_SEED,
        weights=Weights(),
        noise=Noise(),
        normalisation=Normalisation(),
        threshold=Threshold(),
    )


def _change(data: Path, results: Path) -> None:
    import numpy as np

    from homeground.journey.change import change_between
    from homeground.sources.writers import write_table

    tell("5. What changed since 2019: the figures, the method or the boundaries?")
    found = change_between(
        data / "district-left-behind-2019.toml",
        data / "district-left-behind.toml",
        data=data,
        lookup=data / "invented-changes-2011-2021.csv",
    )
    title = "What changed from 2019 to 2025 (invented; no real place)"
    write_table(found.table, results / "change.csv", title=title, notes=found.notes, sources=found.sources)
    moved = [(cause, float(np.abs(found.table[f"score_{cause}"].to_numpy()).mean())) for cause in found.causes]
    by = ", ".join(f"{cause} {points:.1f}" for cause, points in moved)
    tell(f"   By deprivation, with community need as it is now: {len(found.joins)} join, {len(found.leaves)} leave.")
    tell(f"   Points by which a score moved on average, up or down: {by}.")


def _audit(data: Path, results: Path) -> None:
    from homeground.journey.audit import audit_index, write_audit

    tell("6. An audit of each index, as the OECD and the Joint Research Centre ask.")
    for name in ("deprivation", "community-need"):
        found = audit_index(data / f"district-{name}.toml", data=data, samples=128, seed=_SEED)
        write_audit(found, results / f"audit-{name}.html")
        tell(f"   {found.title.split(' in the ')[0]}: {len(found.findings)} findings. {found.findings[0].text}")


def _report(data: Path, results: Path) -> Written:
    from homeground.journey.report import from_preset, write_report

    tell("7. The report: one page with map, every place in a sentence, and the data beside it.")
    material = from_preset(data / "district-left-behind.toml", data=data, spec=_doubt())
    today = dt.datetime.now(tz=dt.UTC).date()
    command = (
        "homeground find report --preset data/district-left-behind.toml --data data "
        f"--draws {_DRAWS} --seed {_SEED} --out report/report.html"
    )
    written = write_report(material, results / "report.html", made_on=today, command=command)
    for missing in written.absent:
        tell(f"   Not there: {missing.what}, because {missing.why}. {missing.remedy}")
    return written


def _near(path: Path) -> str:
    """Return a path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _has_screen() -> bool:
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, walk through all of it, and stay up unless told otherwise."""
    try:
        from homeground.errors import HomegroundError
    except ImportError:
        print("Homeground is not installed for this Python. Type: python3 dev.py demo", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(
        prog="python3 dev.py demo", description="FIND, UNDERSTAND and the site, on an invented district."
    )
    parser.add_argument("--once", action="store_true", help="do everything, but do not stay up or open a browser")
    parser.add_argument("--out", type=Path, default=ROOT / ".homeground" / "demo", help="folder to write into")
    parser.add_argument("--port", type=int, default=8000, help="where to serve the site (default 8000)")
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= 65535:
        parser.error("--port is a number from 0 to 65535")
    try:
        from examples import demo_site

        page = walk(options.out)
        tell()
        home = options.out / "site"
        demo_site.prepare(home, options.out / "data", tell)
    except (HomegroundError, OSError, RuntimeError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    tell()
    tell(f"The library's pages, as files: {_near(page)}")
    if options.once:
        tell("The site: python3 dev.py demo, without --once, serves it.")
        return 0
    return demo_site.serve(home, options.port, tell, screen=_has_screen())


if __name__ == "__main__":
    sys.exit(main())
