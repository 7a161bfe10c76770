"""Moving figures to other boundaries: by hand, by law, and through the official lookups of England."""

from __future__ import annotations

import math
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.areas import convert, with_shares
from homeground.errors import BadSpecification, BadTable, BadValue, DuplicateAreas, MissingDataset, UnknownArea
from homeground.journey.convert import convert_table
from homeground.sources.folder import open_dataset, scan

IMD = "Index of Multiple Deprivation (IMD) Score"
PEOPLE = "Total population: mid 2015 (excluding prisoners)"
CODE = "LSOA code (2011)"


def areas(**columns):
    """Return a table of old areas."""
    return pl.DataFrame({"area_code": list(columns.pop("codes")), **columns})


def pairs(*both, share=None):
    """Return a lookup from pairs of letters such as 'aX'."""
    columns = {"from_code": [pair[0] for pair in both], "to_code": [pair[1] for pair in both]}
    return pl.DataFrame(columns | ({"share": share} if share else {}))


# --- by hand ----------------------------------------------------------------------------------------------------


def test_a_merger_adds_people_and_averages_rates_by_them():
    """Areas a (100 people, rate 10) and b (300 people, rate 30) make X: 400 people, rate 25."""
    found = convert(
        areas(codes="ab", rate=[10.0, 30.0], people=[100, 300]),
        pairs("aX", "bX"),
        means=("rate",),
        totals=("people",),
        weight="people",
    )
    assert found.table.rows() == [("X", 25.0, 400.0, 0.0)]
    assert found.estimated == 0


def test_a_split_gives_each_part_the_rate_and_a_share_of_the_people():
    """Area a goes to X and Y, equally where nothing tells otherwise; all of both rests on the split."""
    old = areas(codes="a", rate=[10.0], people=[100])
    found = convert(old, pairs("aX", "aY"), means=("rate",), totals=("people",), weight="people")
    assert found.table.rows() == [("X", 10.0, 50.0, 1.0), ("Y", 10.0, 50.0, 1.0)]
    assert found.estimated == 2


def test_a_part_of_a_split_that_joins_another_area_is_estimated_in_part():
    """Y gets half of a (50 of 100 people) and all of b (150): a quarter of it is estimated."""
    old = areas(codes="ab", rate=[10.0, 20.0], people=[100, 150])
    found = convert(old, pairs("aX", "aY", "bY"), means=("rate",), totals=("people",), weight="people")
    assert found.table.row(1) == ("Y", (10 * 50 + 20 * 150) / 200, 200.0, 0.25)


def test_people_of_the_new_areas_tell_how_an_area_was_split():
    """300 live in X and 100 in Y: three quarters of a go to X."""
    lookup = with_shares(pairs("aX", "aY", "bZ"), pl.DataFrame({"area_code": ["X", "Y", "Z"], "people": [300, 100, 5]}))
    found = convert(areas(codes="ab", people=[100, 7]), lookup, totals=("people",))
    assert found.table.rows() == [("X", 75.0, 1.0), ("Y", 25.0, 1.0), ("Z", 7.0, 0.0)]


def test_an_area_is_split_equally_where_people_of_its_parts_are_unknown_or_none():
    """Y is not in the table of people; nobody lives in V and W."""
    people = pl.DataFrame({"area_code": ["X", "V", "W"], "people": [300, 0, 0]})
    assert with_shares(pairs("aX", "aY", "bV", "bW"), people)["share"].to_list() == [0.5, 0.5, 0.5, 0.5]


def test_missing_figures_stay_missing_and_are_told():
    """A total of nothing known is missing, not nought; a mean is of those known."""
    old = areas(codes="abcd", rate=[10.0, None, None, math.nan], people=[1, None, None, 4])
    found = convert(old, pairs("aX", "bX", "cY", "dZ"), means=("rate",), totals=("people",))
    assert found.table.rows() == [("X", 10.0, 1.0, 0.0), ("Y", None, None, 0.0), ("Z", None, 4.0, 0.0)]
    assert found.incomplete == ("X", "Y", "Z")


def test_areas_without_people_count_in_no_mean_unless_all_lack_them():
    """Area b has no number of people, so X is a's rate; in Y nobody is known to live, so it is the plain mean."""
    old = areas(codes="abcd", rate=[10.0, 90.0, 20.0, 40.0], people=[5, None, None, 0])
    found = convert(old, pairs("aX", "bX", "cY", "dY"), means=("rate",), weight="people")
    assert found.table["rate"].to_list() == [10.0, 30.0]
    assert found.weightless == ("b", "c")


def test_what_lies_outside_is_listed_on_every_side():
    """Old areas the lookup lacks, new ones that get nothing, get a part only, or were not asked for."""
    found = convert(
        areas(codes="abz", people=[1, 2, 3]),
        pairs("aX", "bY", "cY", "dW"),
        totals=("people",),
        targets=pl.Series(["X", "V"]),
        unmatched="report",
    )
    assert (found.unmatched, found.uncovered, found.beyond, found.partial) == (("z",), ("V",), ("Y",), ("Y",))


def test_pairs_without_a_code_and_repeated_pairs_do_not_count():
    """Lookups of the United Kingdom have gaps, and list a pair once for each name."""
    lookup = pl.DataFrame({"from_code": ["a", "a", "b", None], "to_code": ["X", "X", None, "Y"]})
    assert convert(areas(codes="a", people=[8]), lookup, totals=("people",)).table.rows() == [("X", 8.0, 0.0)]


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        ({"old": areas(codes="aa", people=[1, 2])}, DuplicateAreas, "row 3.*a stands here a second time"),
        (
            {"old": areas(codes="ay", people=[1, 2])},
            UnknownArea,
            "1 of 2 areas are not in the lookup.*first: y.*report",
        ),
        ({"old": areas(codes="xy", people=[1, 2]), "unmatched": "report"}, UnknownArea, "2 of 2 areas"),
        ({"old": areas(codes="a", people=[-1])}, BadValue, "row 2, column 'people': -1 people"),
        ({"lookup": pairs("aX", "aY", share=[0.5, 0.4])}, BadTable, r"shares of a add up to 0\.9"),
        ({"lookup": pairs("aX", "aY", share=[1.5, -0.5])}, BadTable, "shares of a add up to 1 "),
        ({"unmatched": "drop"}, BadTable, "'refuse' or 'report'"),
    ],
)
def test_what_cannot_be_moved_is_refused(change, kind, told):
    """With the area and the remedy."""
    given = {"old": areas(codes="a", people=[1]), "lookup": pairs("aX")} | change
    with pytest.raises(kind, match=told):
        convert(given.pop("old"), given.pop("lookup"), totals=("people",), weight="people", **given)


# --- by law -----------------------------------------------------------------------------------------------------

LOOKUPS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("UVWXYZ")), min_size=1, unique=True)


@settings(deadline=None)
@given(lookup=LOOKUPS, people=st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
def test_people_are_neither_lost_nor_made(lookup, people):
    """Whatever is split or merged, the sum of the areas that the lookup knows stays."""
    old = areas(codes="abcdef", people=people)
    found = convert(old, pairs(*["".join(pair) for pair in lookup]), totals=("people",), unmatched="report")
    kept = sum(count for code, count in zip("abcdef", people, strict=True) if code not in found.unmatched)
    assert found.table["people"].sum() == pytest.approx(kept)


@settings(deadline=None)
@given(lookup=LOOKUPS, people=st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=6, max_size=6))
def test_the_shares_of_every_old_area_add_up_to_one(lookup, people):
    """Whoever lives where, and whether that is known or not."""
    there = pl.DataFrame({"area_code": list("UVWXYZ"), "people": people}, schema_overrides={"people": pl.Int64})
    shared = with_shares(pairs(*["".join(pair) for pair in lookup]), there)
    assert shared.height == len(lookup)
    assert shared.group_by("from_code").agg(pl.col("share").sum())["share"].to_numpy() == pytest.approx(1)
    assert shared["share"].min() >= 0


@settings(max_examples=60, deadline=None)
@given(
    lookup=LOOKUPS,
    people=st.lists(st.integers(1, 9), min_size=6, max_size=6),
    rates=st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=6, max_size=6),
)
def test_the_slow_way_by_fractions_gives_the_same(lookup, people, rates):
    """One area after the other, in exact fractions."""
    old = areas(codes="abcdef", people=people, rate=rates).with_columns(pl.col("rate").cast(pl.Float64))
    found = convert(
        old,
        pairs(*["".join(pair) for pair in lookup]),
        means=("rate",),
        totals=("people",),
        weight="people",
        unmatched="report",
    )
    targets_of = {code: [to for start, to in lookup if start == code] for code in "abcdef"}
    for area, total, mean, estimated in found.table.select("area_code", "people", "rate", "estimated_share").rows():
        parts = []
        for code, count, rate in zip("abcdef", people, rates, strict=True):
            if area in targets_of[code]:
                parts.append((Fraction(count, len(targets_of[code])), rate, len(targets_of[code]) > 1))
        whole = sum(weight for weight, _, _ in parts)
        known = [(weight, rate) for weight, rate, _ in parts if rate is not None]
        slow = sum(weight * rate for weight, rate in known) / sum(weight for weight, _ in known) if known else None
        assert total == pytest.approx(float(whole))
        assert mean == (None if slow is None else pytest.approx(float(slow)))
        assert estimated == pytest.approx(float(sum(weight for weight, _, split in parts if split) / whole))


# --- England ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(england):
    """The real folder, looked at once."""
    return scan(england)


@pytest.fixture(scope="module")
def imd(found):
    """The Index of Multiple Deprivation 2019 of 32,844 LSOAs, with its people of mid-2015."""
    table = open_dataset(found, "iod2019-file7", columns=[IMD, PEOPLE]).table
    return table.rename({CODE: "area_code", IMD: "imd", PEOPLE: "people"})


def lookup(found, id, start, end):
    """Return an official lookup."""
    return open_dataset(found, id).table.select(from_code=start, to_code=end)


def test_neighbourhoods_of_2011_become_those_of_2021(found, imd):
    """All 33,755; nobody lost; unchanged and split areas keep their score, mergers average it by people."""
    between = lookup(found, "lookup-lsoa11-lsoa21", "LSOA11CD", "LSOA21CD")
    new = open_dataset(found, "iod2025-file7", columns=["Total population: mid 2022"]).table["LSOA code (2021)"]
    moved = convert(imd, between, means=("imd",), totals=("people",), weight="people", targets=new)
    assert (moved.table.height, moved.uncovered, moved.unmatched, moved.beyond) == (33_755, (), (), ())
    assert moved.table["people"].sum() == pytest.approx(54_728_204)
    alone = between.filter(pl.len().over("to_code") == 1)
    same = moved.table.join(alone, left_on="area_code", right_on="to_code").join(
        imd, left_on="from_code", right_on="area_code", suffix="_old"
    )
    # 31,810 unchanged, 1,842 parts of splits, and three of the nine rows of areas redrawn in another way.
    assert same.height == 31_810 + 1_842 + 3
    assert (same["imd"] - same["imd_old"]).abs().max() < 1e-9
    assert moved.estimated == 1848


def test_splitting_by_people_of_2021_keeps_every_person_too(found, imd):
    """The people of mid-2022 tell how large the parts are."""
    between = lookup(found, "lookup-lsoa11-lsoa21", "LSOA11CD", "LSOA21CD").filter(
        pl.col("from_code").str.starts_with("E")
    )
    people = open_dataset(found, "iod2025-file7", columns=["Total population: mid 2022"]).table
    people = people.rename({"LSOA code (2021)": "area_code", "Total population: mid 2022": "people"})
    shares = with_shares(between, people)
    assert shares.group_by("from_code").agg(pl.col("share").sum())["share"].to_numpy() == pytest.approx(1)
    moved = convert(imd, shares, totals=("people",))
    assert moved.table["people"].sum() == pytest.approx(54_728_204)
    split = between.filter(pl.len().over("from_code") > 1)["from_code"].unique()
    assert shares.filter(pl.col("from_code").is_in(split.to_list()))["share"].n_unique() > 1000


def test_there_and_back_again_gives_the_same_people_and_nearly_the_same_scores(found, imd):
    """Splits come back exactly; only mergers (and nine redrawn areas) lose what told them apart."""
    there = lookup(found, "lookup-lsoa11-lsoa21", "LSOA11CD", "LSOA21CD")
    back = there.rename({"from_code": "to_code", "to_code": "from_code"})
    moved = convert(imd, there, means=("imd",), totals=("people",), weight="people").table
    again = convert(moved.drop("estimated_share"), back, means=("imd",), totals=("people",), weight="people").table
    both = imd.join(again, on="area_code", suffix="_again")
    assert both.height == 32_844
    assert both["people_again"].sum() == pytest.approx(54_728_204)
    changed = both.filter((pl.col("imd") - pl.col("imd_again")).abs() > 1e-9)
    assert changed.height <= 194 + 9


def test_twelve_wards_receive_nothing_and_are_listed(found, imd):
    """The best-fit lookup to wards of 2017 leaves 12 of the 7,433 wards of the Community Needs Index empty."""
    wards = open_dataset(found, "cni2019-wards", columns=["Left Behind Area?"]).table
    moved = convert(
        imd,
        lookup(found, "lookup-lsoa11-ward17", "LSOA11CD", "WD17CD"),
        means=("imd",),
        totals=("people",),
        weight="people",
        targets=wards["ward17_code"],
    )
    assert (moved.table.height, len(moved.uncovered), len(moved.beyond), moved.estimated) == (7427, 12, 6, 0)
    assert moved.table["people"].sum() == 54_728_204
    empty = wards.filter(pl.col("ward17_code").is_in(list(moved.uncovered)))
    assert empty["Left Behind Area?"].to_list() == [False] * 12


@pytest.mark.parametrize(
    ("id", "start", "end", "count"),
    [
        ("lookup-lsoa21-msoa21", "LSOA21CD", "MSOA21CD", 6856),
        ("lookup-lsoa21-ward24", "lsoa21_code", "ward24_code", 6784),
        ("lookup-lsoa21-ward24", "lsoa21_code", "ltla24_code", 296),
        ("lookup-lsoa21-msoa21", "LSOA21CD", "RGN22CD", 9),
    ],
)
def test_neighbourhoods_of_2021_add_up_to_larger_areas(found, id, start, end, count):
    """MSOAs, wards, districts and regions, with all 57,112,129 people of mid-2022."""
    table = open_dataset(found, "iod2025-file7", columns=["Total population: mid 2022"]).table
    table = table.rename({"LSOA code (2021)": "area_code"})
    moved = convert(table, lookup(found, id, start, end), totals=("Total population: mid 2022",))
    assert (moved.table.height, moved.estimated) == (count, 0)
    assert moved.table["Total population: mid 2022"].sum() == 57_112_129


def test_district_averages_are_the_published_ones(found, imd):
    """File 10: the population-weighted average score of 317 districts, within its rounding."""
    table = open_dataset(found, "iod2019-file7", columns=["Local Authority District code (2019)"]).table
    districts = table.rename({CODE: "from_code", "Local Authority District code (2019)": "to_code"})
    moved = convert(imd, districts, means=("imd",), weight="people").table
    published = open_dataset(found, "iod2019-lad-summaries", columns=["IMD - Average score"]).table
    both = moved.join(published, left_on="area_code", right_on="Local Authority District code (2019)")
    assert both.height == 317
    assert (both["imd"] - both["IMD - Average score"]).abs().max() <= 0.0006


# --- as typed ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Three old areas and a lookup with names."""
    (tmp_path / "old.csv").write_text("code,rate,people\na,10,100\nb,30,300\nc,5,\n")
    (tmp_path / "pairs.csv").write_text("old_code,new_code,new_name\na,X,Ash\nb,X,Ash\nc,Y,Elm\nd,Y,Elm\n")
    return tmp_path


def typed(homeground, folder, *more):
    """Run the command on the small tables."""
    arguments = ["--lookup", folder / "pairs.csv", "--to", "new_code", "--area-column", "code"]
    return homeground("data", "convert", folder / "old.csv", *arguments, *more)


def test_the_command_writes_the_table_and_says_what_it_took(homeground, folder):
    """The old codes are found by themselves; names come along; notes go to standard error."""
    ran = typed(
        homeground, folder, "--means", "rate", "--totals", "people", "--weight", "people", "--out", folder / "n.csv"
    )
    assert (ran.code, ran.out) == (0, "")
    written = pl.read_csv(folder / "n.csv")
    assert written.columns == ["area_code", "area_name", "rate", "people", "estimated_share"]
    assert written.rows() == [("X", "Ash", 25.0, 400.0, 0.0), ("Y", "Elm", 5.0, None, 0.0)]
    assert "1 area rests on a part" in ran.err
    assert "1 area has no number of people" in ran.err


def test_the_command_gives_scripts_every_list(homeground, folder):
    """One object: headings used, and the areas on every side."""
    told = typed(homeground, folder, "--totals", "people", "--json").json
    assert (told["areas"], told["from"], told["to"]) == (2, "old_code", "new_code")
    assert (told["partial"], told["incomplete"], told["unmatched"], told["uncovered"]) == (["Y"], ["Y"], [], [])
    assert [source["file"] for source in told["sources"]] == ["old.csv", "pairs.csv"]


def test_the_table_goes_to_standard_output_and_notes_to_standard_error(homeground, folder):
    """To be piped; that areas count equally is told where it matters."""
    assert "count equally" not in typed(homeground, folder, "--totals", "people").err
    assert "count equally" in typed(homeground, folder, "--means", "people").err
    ran = typed(homeground, folder, "--totals", "people", "--quiet")
    assert ran.out == "area_code,area_name,people,estimated_share\nX,Ash,400.0,0.0\nY,Elm,,0.0\n"
    assert ran.err == ""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), "nothing is to be moved"),
        (("--means", "rate", "--totals", "rate"), "'rate' is both"),
        (("--means", "rte"), "the column 'rte' is missing. The nearest heading is 'rate'"),
        (("--means", "rate", "--from", "new_code"), "both the old and the new code"),
        (("--means", "rate", "--from", "new_name"), "3 of 3 areas are not in the lookup"),
        (("--means", "rate", "--weight-from", "nowhere.csv", "--weight", "x"), "no such file, nor a data set"),
        (("--means", "rate", "--targets", "cni2019-wards"), "no folder is given"),
        (("--means", "rate", "--targets", "cni2019-ward"), "Did you mean 'cni2019-wards'?"),
        (("--means", "rate", "--out", "x.docx"), "docx"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_2_and_writes_nothing(homeground, folder, more, told):
    """Each with what to do."""
    before = sorted(folder.iterdir())
    ran = typed(homeground, folder, *more)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert sorted(folder.iterdir()) == before


def test_areas_that_the_lookup_lacks_stop_the_command_unless_it_may_report_them(homeground, folder):
    """Mixing boundary years is an error, not a warning."""
    (folder / "pairs.csv").write_text("old_code,new_code\na,X\nb,X\n")
    ran = typed(homeground, folder, "--totals", "people")
    assert ran.code == 2
    assert f"{folder / 'old.csv'}: 1 of 3 areas are not in the lookup (first: c)" in ran.err
    told = typed(homeground, folder, "--totals", "people", "--unmatched", "report", "--json")
    assert (told.code, told.json["unmatched"]) == (0, ["c"])


def test_data_sets_are_called_by_name_and_ranks_are_not_averaged(england):
    """The catalogue knows what a column holds."""
    options = {"lookup": "lookup-lsoa11-ward17", "to_column": "WD17CD", "data": england}
    moved = convert_table("iod2019-file7", means=[IMD], weight=PEOPLE, targets="cni2019-wards", **options)
    assert moved.table.columns == ["area_code", "area_name", IMD, "estimated_share"]
    assert moved.from_column == "LSOA11CD"
    assert any("12 areas receive nothing" in note.text for note in moved.notes)
    assert [source.id for source in moved.sources] == ["iod2019-file7", "lookup-lsoa11-ward17", "cni2019-wards"]
    with pytest.raises(BadSpecification, match="a mean of ranks is no rank"):
        convert_table("iod2019-file7", means=["Income Rank (where 1 is most deprived)"], **options)
    with pytest.raises(BadSpecification, match="holds scores, which do not add up"):
        convert_table("iod2019-file7", totals=[IMD], **options)
    with pytest.raises(BadSpecification, match="holds counts, which add up"):
        convert_table("iod2019-file7", means=[PEOPLE], **options)
    with pytest.raises(BadSpecification, match="several rows for an area"):
        convert_table("population-lsoa11", totals=["total_population"], **options)


def test_a_table_of_other_boundaries_is_refused(england):
    """Neighbourhoods of 2021 do not go through a lookup of 2011."""
    with pytest.raises(UnknownArea, match=r"of 33,755 areas are not in the lookup"):
        convert_table("iod2025-file7", lookup="lookup-lsoa11-ward17", to_column="WD17CD", means=[IMD], data=england)
    with pytest.raises(MissingDataset, match="lookup-lsoa11-ward17"):
        convert_table(
            "iod2019-file7", lookup="lookup-lsoa11-ward17", to_column="WD17CD", means=[IMD], data=england / "iod2019"
        )


def test_splitting_by_people_is_told(england):
    """By name of a data set; its total column is found by itself."""
    moved = convert_table(
        "iod2019-file7",
        lookup="lookup-lsoa11-lsoa21",
        to_column="LSOA21CD",
        totals=[PEOPLE],
        split_by="iod2025-file7",
        data=england,
    )
    assert moved.table[PEOPLE].sum() == pytest.approx(54_728_204)
    assert any("by the people of their parts" in note.text for note in moved.notes)
