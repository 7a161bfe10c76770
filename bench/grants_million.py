"""A million made-up grants in 360Giving form, from the file to what cohorts were given, beside plain pandas.

Each job runs in a Python of its own: reading the file, checking it against the schema of the standard with formats on,
telling each problem and what else is to be known (addresses and numbers of people, dates, codes, broken encodings),
counting each grant once (by identifier, and within a week, also under names that are only alike), leaving out loans,
following money that was passed on, placing it, and the series of areas and cohorts, by year, funder, theme and size, in
prices of one year, with limits and cold spots. Plain pandas does that with json.load, json_normalize, sorting,
str.contains, merge and groupby; both must tell as many problems, find the same money in each theme and the same cold
spots.

Pandas checks with jsonschema-rs, the quickest there is; then once more with jsonschema, which most Python programs use
(``--usual``: it takes many minutes). Last it runs for a few sums alone: that is not the same job, and shows what the
rest of it costs.

    python3 bench/grants_million.py [--grants N] [--csv] [--usual]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
AREAS = 33_755
WHAT = (
    "To open the hall and the library",
    "For football and swimming",
    "To plant a garden and mend bikes",
    "For a choir, a theatre and music",
    "To teach reading, and training for work",
    "To meet and to be warm",
)
OURS = """
import datetime as dt, json, resource, sys, time
from pathlib import Path
if __name__ == "__main__":
    began = time.perf_counter()
    from homeground.journey.grants import Choices, build_grants
    areas = Path(sys.argv[2])
    found = build_grants([Path(sys.argv[1])], choices=Choices(keep_good=True), cohort=areas, population=areas,
                         level="lsoa21", data=Path(sys.argv[3]), today=dt.date(2026, 1, 1))
    took = time.perf_counter() - began
    best = found.grants.by_cohort.filter(found.grants.by_cohort["series"] == "best")
    themes = found.grants.by_theme
    themes = themes.filter((themes["series"] == "best") & (themes["cohort"] == "all areas"))
    own, kids = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(who.ru_utime + who.ru_stime for who in (own, kids))
    print(json.dumps({"seconds": took, "cpu": cpu, "told": found.problems.height,
                      "cold": int(found.grants.table["cold_spot"].sum()),
                      "mb": own.ru_maxrss / 1024, "rows": found.rows,
                      "good": found.good, "pounds": found.amounts["GBP"],
                      "a_head": dict(best.select("cohort", "gbp_per_head").iter_rows()),
                      "themes": {theme: round(gbp * 100) for theme, gbp in themes.select("theme", "gbp").iter_rows()}}))
"""
PANDAS = """
import json, resource, sys, time
import tomllib
from pathlib import Path
began = time.perf_counter()
import numpy as np
import pandas as pd
path, whole_job, usual = sys.argv[1], sys.argv[3] != "few", sys.argv[3] == "usual"
rules, themes, prices = (tomllib.loads(Path(sys.argv[4], f"{name}.toml").read_text())["values"]
                         for name in ("grants", "grant-themes", "gdp-deflator"))
if path.endswith(".json"):
    with open(path) as file:
        raw = json.load(file)["grants"]
    if whole_job:
        from homeground.sources.giving_files.standard import schema
        if usual:
            import jsonschema
            checker = jsonschema.Draft202012Validator(
                schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
            )
        else:
            import jsonschema_rs
            checker = jsonschema_rs.Draft202012Validator(schema(), validate_formats=True)
        sound = np.ones(len(raw), dtype=bool)
        wrong = []
        for at, grant in enumerate(raw):
            if not checker.is_valid(grant):
                sound[at] = False
                for e in checker.iter_errors(grant):
                    where = "/".join(map(str, e.path if usual else e.instance_path))
                    wrong.append((at + 1, where, e.message, "error", "schema"))
        problems = [pd.DataFrame(wrong, columns=["row", "field", "problem", "kind", "rule"])]
    table = pd.json_normalize(raw)
    rows = len(table)
    def first(column, field):
        return table[column].map(lambda items: items[0].get(field) if isinstance(items, list) else None)
    table["funder"] = first("fundingOrganization", "id")
    table["recipient"] = first("recipientOrganization", "id")
    table["name"] = first("recipientOrganization", "name")
    table["starts"], table["ends"] = (first("plannedDates", name) for name in ("startDate", "endDate"))
    table["code"] = first("beneficiaryLocation", "geoCode")
    table["code_type"] = first("beneficiaryLocation", "geoCodeType")
    table["programme"] = first("grantProgramme", "title")
    table["amount"] = pd.to_numeric(table["amountAwarded"], errors="coerce")
    table["date"] = table["awardDate"]
else:
    table = pd.read_csv(path, dtype=str)
    rows = len(table)
    table = table.rename(columns={"Identifier": "id", "Title": "title", "Description": "description",
        "Currency": "currency", "Recipient Org:Name": "name", "Beneficiary Location:Geographic Code Type": "code_type",
        "Award Date": "date", "Recipient Org:Identifier": "recipient", "Funding Org:Identifier": "funder",
        "Beneficiary Location:Geographic Code": "code"})
    table["programme"] = ""
    table["amount"] = pd.to_numeric(table["Amount Awarded"], errors="coerce")
table["pence"] = (table["amount"] * 100).round()
needed = ["id", "title", "description", "currency", "funder", "recipient", "amount"]
told = {}
good = table[needed].notna().all(axis=1) & (table["currency"] == "GBP")
good &= table["date"].astype(str).str.match(r"^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$")
good &= table["dateModified"].astype(str).str.match(r"^\\d{4}-\\d\\d-\\d\\dT") if "dateModified" in table else True
if whole_job:
    # What is valid, and yet to be known: told by row and field.
    if path.endswith(".json"):
        good &= sound
    else:
        wrong = table.index[~good]  # a sheet has no schema of its own: what is needed, and of which form, as above
        problems = [pd.DataFrame({"row": wrong + 2, "field": "", "problem": "not whole", "kind": "error", "rule": ""})]
    def tell(rule, field, where, said):
        there = table.index[where.fillna(False).astype(bool)]
        if len(there):
            each = {"row": there + 1, "field": field, "problem": said, "kind": "told", "rule": rule}
            problems.append(pd.DataFrame(each))
    day, amount = pd.to_datetime(table["date"], errors="coerce", format="%Y-%m-%d"), table["amount"]
    tell("amount-none", "amountAwarded", amount == 0, "the amount is 0")
    tell("amount-below-none", "amountAwarded", amount < 0, "the amount is below nought")
    tell("amount-fraction", "amountAwarded", (amount * 100 - table["pence"]).abs() > 1e-4, "more than two decimals")
    tell("amount-huge", "amountAwarded", amount.abs() > 1e12, "larger than any grant")
    tell("award-in-future", "awardDate", day > pd.Timestamp(2026, 1, 1), "in the future")
    tell("award-long-ago", "awardDate", day < pd.Timestamp(1900, 1, 1), "long ago")
    no_day = day.isna() & table["date"].str.match(r"^\\d{4}-\\d\\d-\\d\\d$")
    tell("award-no-day", "awardDate", no_day, "there is no such day")
    if "ends" in table:
        ends = table["ends"].astype("str")
        tell("ends-before-start", "plannedDates", ends < table["starts"].astype("str"), "it ends before it starts")
    tell("id-form", "id", ~table["id"].str.startswith("360G-"), "the identifier has no prefix")
    tell("id-again", "id", table["id"].duplicated(), "stands there before")
    known = r"^(?:[A-Z]{2}-[A-Z0-9]{2,}-.+|360G-.+|XI-[A-Z]+-.+|XM-[A-Z]+-.+)$"
    tell("funder-form", "fundingOrganization/0/id", ~table["funder"].str.match(known), "unknown form")
    email = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}"
    phone = r"(?:\\+44\\s?|\\b0)(?:\\d[\\s-]?){9,10}\\b"
    for name in ("title", "description"):
        tell("email", name, table[name].str.contains(email), "an e-mail address")
        tell("phone", name, table[name].str.contains(phone), "a phone number")
    broken = "Ã[\x80-\xbf]|â€|Â[£\xa0-\xbf]|\ufffd"
    for name in ("title", "description", "name"):
        tell("mojibake", name, table[name].str.contains(broken), "read in a wrong encoding")
    tell("postcode-as-code", "beneficiaryLocation/geoCode",
         table["code"].str.match(r"^(?i:[A-Z]{1,2}\\d[A-Z\\d]?\\s*\\d[A-Z]{2})$"), "a postcode, no code of an area")
    tell("place-type-unknown", "beneficiaryLocation/geoCodeType",
         ~table["code_type"].isin(["LSOA", "MSOA", "WD", "OA", "UA", "NMD", "CTY", "RGN", "CTRY"]), "unknown type")
    tell("place-type-without-code", "beneficiaryLocation/geoCode",
         table["code_type"].notna() & table["code"].isna(), "a type and no code")
    problems = pd.concat(problems, ignore_index=True)
    told["told"] = len(problems)
kept = table[good].drop_duplicates("id")
kept = kept.assign(day=pd.to_datetime(kept["date"]))
kept["year"] = kept["day"].dt.year
if whole_job:
    # Loans are no grants; the same money within a week is one grant.
    loan = "|".join(rules["loan_words"])
    for name in ("title", "programme"):
        kept = kept[~kept[name].str.contains(rf"(?i)\\b(?:{loan})\\b")]
    kept["plain"] = (kept["name"].str.lower().str.replace("&", " and ").str.replace(r"[^\\w]+", " ", regex=True)
                     .str.replace(r"\\b(the|ltd|limited|cic|cio|plc)\\b", " ", regex=True).str.strip())
    kept = kept.sort_values(["funder", "pence", "recipient", "day"])
    same = (kept[["funder", "pence", "recipient"]] == kept[["funder", "pence", "recipient"]].shift()).all(axis=1)
    kept = kept[~(same & ((kept["day"] - kept["day"].shift()).dt.days <= rules["near_days"]))]
    # So is money under a name that is only alike, where an identifier is lacking.
    blocks = kept[kept.duplicated(["funder", "pence"], keep=False)]
    blocks = blocks[blocks["recipient"].isna().groupby([blocks["funder"], blocks["pence"]]).transform("any")]
    if len(blocks):
        from rapidfuzz import fuzz
        again = []
        for _, some in blocks.groupby(["funder", "pence"]):
            some = some.sort_values("day")
            for one, two in zip(some.itertuples(), some.iloc[1:].itertuples()):
                if ((two.day - one.day).days <= rules["near_days"] and not (one.recipient and two.recipient)
                        and fuzz.token_sort_ratio(one.plain, two.plain) >= rules["name_threshold"]):
                    again.append(two.Index)
        kept = kept.drop(again)
    # Money that a recipient gave on counts where it arrived.
    onward = kept[kept["recipient"].isin(kept["funder"].unique()) & (kept["recipient"] != kept["funder"])]
    if len(onward):
        gave = kept.groupby("funder")["pence"].sum()
        left = (onward["pence"] - onward["recipient"].map(gave).fillna(0)).clip(lower=0)
        kept.loc[onward.index, "pence"] = left
    text = kept["title"] + " " + kept["programme"] + " " + kept["description"]
    kept["theme"] = "other"
    for theme, words in reversed(list(themes.items())):
        kept.loc[text.str.contains("|".join(words), case=False), "theme"] = theme
    kept["band"] = pd.cut(kept["amount"], [0, *rules["size_bands_gbp"], np.inf], right=False)
people = pd.read_csv(sys.argv[2])
placed = kept.merge(people, left_on="code", right_on="area_code", how="left")
by = placed.groupby("cohort")["pence"].sum() / 100 / people.groupby("cohort")["population"].sum()
years = placed.groupby(["cohort", "year"])["pence"].sum()
if whole_job:
    cuts = [placed.groupby(["cohort", name], observed=True)["pence"].agg(["sum", "count"])
            for name in ("funder", "theme", "band")]
    cuts += [placed.groupby(name, observed=True)["pence"].agg(["sum", "count"]) for name in ("funder", "theme", "band")]
    # In prices of one year; what has no place counts in the upper bound, by people.
    index = {int(year): level for year, level in prices.items()}
    factors = {year: index[max(index)] / level for year, level in index.items()}
    placed["real"] = placed["pence"] * placed["year"].map(factors)
    lost, here = placed[placed["area_code"].isna()], placed[placed["area_code"].notna()]
    totals = people["population"].sum()
    for name in ("pence", "real"):
        sums = here.groupby(["cohort", "year"])[name].agg(["sum", "count"])
        spread = lost.groupby("year")[name].sum()
        high = {(cohort, year): one + spread.get(year, 0) * those / totals
                for cohort, those in people.groupby("cohort")["population"].sum().items()
                for year, one in sums.loc[cohort, "sum"].items()}
    told["themes"] = {theme: int(pence) for theme, pence in placed.groupby("theme")["pence"].sum().items()}
    areas = people.set_index("area_code")
    placed["log"] = np.log(placed["pence"])
    placed["square"] = placed["log"] ** 2
    got = placed.groupby("area_code").agg(pence=("pence", "sum"), real=("real", "sum"), grants=("pence", "count"),
                                          logs=("log", "sum"), squares=("square", "sum"))
    areas = areas.join(got).fillna(0)
    for name in ("pence", "real"):
        areas[f"{name}_a_head"] = areas[name] / 100 / areas["population"]
    areas["per_10000"] = areas["grants"] / areas["population"] * 10_000
    # How many funders an area has, and how much hangs on the largest.
    by_funder = placed.groupby(["area_code", "funder"])["pence"].sum()
    shares = by_funder / by_funder.groupby("area_code").transform("sum")
    areas["funders"] = by_funder.groupby("area_code").size()
    areas["largest"] = shares.groupby("area_code").max()
    areas["hhi"] = (shares**2).groupby("area_code").sum()
    # Cold spots: clearly fewer grants than half of what is expected of places of like need.
    from scipy import special
    n, heads = areas["grants"].to_numpy(), areas["population"].to_numpy()
    hope = heads * n.sum() / heads.sum()
    excess = (hope**2 * (n / hope - 1) ** 2 - hope).sum() / (hope**2).sum()
    shape = np.clip(1 / max(excess, 1e-6), 0.05, rules["cold_most_shape"])
    sure = special.gammainc(shape + n, rules["cold_share"] * (shape + hope))
    told["cold"] = int((sure > rules["cold_probability"]).sum())
    drawn = np.random.default_rng(0)
    logs, squares = (areas[name].to_numpy() / np.maximum(n, 1) for name in ("logs", "squares"))
    width = np.sqrt(np.maximum(squares - logs**2, 0))
    below = np.zeros(len(areas))
    for _ in range(200):
        rate = drawn.standard_gamma(shape + n) / (shape + hope)
        below += rate * np.exp(drawn.standard_normal(len(n)) * width) < rules["cold_share"]
    areas["cold_by_pounds"] = below / 200
    for cohort, those in areas.groupby("cohort"):
        shares = drawn.standard_exponential((200, len(those)))
        heads = shares @ those["pence"].to_numpy() / (shares @ those["population"].to_numpy()) / 100
        told[cohort] = np.quantile(heads, [0.025, 0.975]).tolist()
took = time.perf_counter() - began
own = resource.getrusage(resource.RUSAGE_SELF)
cpu = own.ru_utime + own.ru_stime
print(json.dumps({"seconds": took, "cpu": cpu,
                  "mb": own.ru_maxrss / 1024, "rows": rows, "good": int(good.sum()),
                  "pounds": f"{table['pence'].sum() / 100:.2f}", "a_head": by.to_dict(), **told}))
"""


def grants(many: int) -> Iterator[dict[str, Any]]:
    """Yield made-up grants: one in fifty breaks the standard, one in a hundred stands twice."""
    chance = random.Random(1)
    for number in range(many):
        shown = number - 1 if number % 100 == 99 else number
        chance.seed(shown)
        date = f"20{chance.randint(10, 24)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        made = {
            "id": f"360G-made-{shown}",
            "title": f"Made-up grant {shown}",
            "description": f"{WHAT[shown % len(WHAT)]} on two evenings a week, with a lift home for those who need it.",
            "currency": "GBP",
            "amountAwarded": round(chance.uniform(200, 60_000), 2),
            "awardDate": date if number % 50 else date.replace("-", "/"),
            "plannedDates": [{"startDate": date, "duration": chance.randint(3, 36)}],
            "recipientOrganization": [
                {"id": f"GB-CHC-{chance.randint(200_000, 299_999)}", "name": f"Society {chance.randint(1, 90_000)}",
                 "postalCode": "XQ1 1AA"}
            ],
            "fundingOrganization": [{"id": f"GB-CHC-{1_000_000 + chance.randint(1, 60)}", "name": "A made-up fund"}],
            "beneficiaryLocation": [
                {"name": "A place", "geoCode": f"E{1_000_001 + chance.randrange(AREAS):08d}", "geoCodeType": "LSOA"}
            ],
            "grantProgramme": [{"title": "Together"}],
            "dateModified": "2025-01-01T00:00:00Z",
        }  # fmt: skip
        yield made


def write(folder: Path, many: int, *, as_csv: bool) -> tuple[Path, Path]:
    """Write the grants, and a table of areas with their people and cohort."""
    areas = folder / "areas.csv"
    cohorts = ("left behind" if n % 26 == 0 else "rest of England" for n in range(AREAS))
    rows = (f"E{1_000_001 + n:08d},{1500 + n % 700},{cohort}" for n, cohort in enumerate(cohorts))
    areas.write_text("area_code,population,cohort\n" + "\n".join(rows) + "\n", encoding="utf-8")
    path = folder / ("grants.csv" if as_csv else "grants.json")
    with path.open("w", encoding="utf-8", newline="") as file:
        if not as_csv:
            file.write('{"license": "made up", "grants": [\n')
            for number, made in enumerate(grants(many)):
                file.write((",\n" if number else "") + json.dumps(made))
            file.write("\n]}\n")
            return path, areas
        writer = csv.writer(file)
        writer.writerow(
            ["Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date",
             "Recipient Org:Identifier", "Recipient Org:Name", "Recipient Org:Postal Code",
             "Funding Org:Identifier", "Funding Org:Name",
             "Beneficiary Location:Geographic Code", "Beneficiary Location:Geographic Code Type", "Last Modified"]
        )  # fmt: skip
        for made in grants(many):
            lists = ("recipientOrganization", "fundingOrganization", "beneficiaryLocation")
            to, by, at = (made[name][0] for name in lists)
            writer.writerow(
                [made["id"], made["title"], made["description"], "GBP", made["amountAwarded"], made["awardDate"],
                 to["id"], to["name"], to["postalCode"], by["id"], by["name"], at["geoCode"], "LSOA",
                 made["dateModified"]]
            )  # fmt: skip
    return path, areas


def run(code: str, *arguments: object) -> dict[str, Any]:
    """Run a piece of Python in a process of its own; return what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "job.py")
        script.write_text(code, encoding="utf-8")
        command = [sys.executable, str(script), *map(str, arguments)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
            ended, most = threading.Event(), [0.0]
            watch = threading.Thread(target=_watch, args=(job.pid, ended, most))
            watch.start()
            out, problem = job.communicate()
            ended.set()
            watch.join()
    if job.returncode:
        raise SystemExit(problem[-2000:])
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {**found, "together_mb": most[0]}


def _watch(pid: int, ended: threading.Event, most: list[float]) -> None:
    """Keep the most memory that a process and its helpers hold at one time, twice a second; 0 where it is not told."""
    while not ended.wait(0.5):
        most[0] = max(most[0], _held(pid))


def _held(pid: int) -> float:
    """Return the MB of a process and those that it started; what several share counts once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has just ended, or this is no Linux
        return 0.0
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return own + sum(_held(int(kid)) for kid in kids)


def main() -> None:
    """Print the table of times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--grants", type=int, default=1_000_000)
    parser.add_argument("--csv", action="store_true", help="grants in a CSV file instead of JSON")
    parser.add_argument("--usual", action="store_true", help="also with the checker that most Python programs use")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path, areas = write(Path(folder), given.grants, as_csv=given.csv)
        empty = Path(folder, "data")
        empty.mkdir()
        size = path.stat().st_size / 1e6
        print(f"{given.grants:,} grants, {size:,.0f} MB, written in {time.perf_counter() - began:.0f} s")
        told = {"homeground": run(OURS, path, areas, empty)}
        rules = ROOT / "src" / "homeground" / "sources" / "parameters"
        told["pandas"] = run(PANDAS, path, areas, "whole", rules)
        if given.usual:
            told["pandas, usual check"] = run(PANDAS, path, areas, "usual", rules)
        told["pandas, few sums"] = run(PANDAS, path, areas, "few", rules)
    ours = told["homeground"]["seconds"]
    print(f"{'':20}{'seconds':>9}{'ratio':>8}{'CPU s':>8}{'peak MB':>9}{'together':>10}{'rows':>12}{'good':>12}")
    for name, done in told.items():
        seconds = done["seconds"]
        memory = f"{done['mb']:9,.0f}{done['together_mb']:10,.0f}"
        spent = f"{seconds:9.1f}{seconds / ours:8.1f}{done['cpu']:8.1f}"
        print(f"{name:20}{spent}{memory}{done['rows']:12,}{done['good']:12,}")
    if len({done["pounds"] for done in told.values()}) > 1:
        raise SystemExit(f"the two do not read the same money: {[done['pounds'] for done in told.values()]}")
    if len({done["good"] for done in told.values()}) > 1:
        raise SystemExit(f"the jobs do not find the same grants good: {[done['good'] for done in told.values()]}")
    for what in ("themes", "told", "cold"):
        both = [told[name][what] for name in ("homeground", "pandas")]
        if both[0] != both[1]:
            raise SystemExit(f"the two do not find the same {what}: {both}")
    heads = {name: done["a_head"] for name, done in told.items()}
    print("load average:", *(f"{load:.1f}" for load in os.getloadavg()), "(what else runs costs time)")
    print("pounds a head, left behind:", *(f"{name} {head['left behind']:.2f}" for name, head in heads.items()))


if __name__ == "__main__":
    main()
