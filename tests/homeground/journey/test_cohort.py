"""Lists of places from official files and from tables of one's own."""

from __future__ import annotations

import gzip

import polars as pl
import pytest

from homeground.cohort_file import CohortFile, parse_cohort_file
from homeground.errors import (
    BadInput,
    BadSpecification,
    BadTable,
    BadValue,
    MissingDataset,
    UnknownArea,
    WrongBoundaries,
)
from homeground.find.cohort import Cohort
from homeground.journey.cohort import boundaries_of, build_cohort, own_cohort
from homeground.sources import presets


@pytest.fixture(scope="module")
def wards(england) -> Cohort:
    """The wards of 2019, as shipped."""
    return build_cohort("left-behind-wards-2019", data=england)


@pytest.fixture(scope="module")
def lsoas(england) -> Cohort:
    """The LSOAs of 2023, as shipped."""
    return build_cohort("left-behind-lsoas-2023", data=england)


@pytest.fixture(scope="module")
def msoas(england) -> Cohort:
    """The MSOAs in the style of the national programme."""
    return build_cohort("pride-in-place-style-msoas", data=england)


def flagged(path, code):
    """The published list: text that says true or false."""
    table = pl.read_csv(path, infer_schema_length=0)
    return set(table.filter(pl.col("Left Behind Area?").str.to_lowercase() == "true")[code].to_list())


# The published lists.


def test_the_225_wards_are_met_as_far_as_open_lookups_reach(wards, england):
    """226 are found, 219 of the published 225 among them: Jaccard .944. The rest needs areas smaller than LSOAs."""
    published = flagged(england / "cni/cni2019_england_ward17.csv", "ward17_code")
    found = set(wards.selected)
    assert (len(published), len(found), len(found & published)) == (225, 226, 219)
    assert len(found & published) / len(found | published) >= 0.94


def test_the_12_wards_that_no_lsoa_leads_to_are_listed(wards):
    """They keep their row, their need rank and the reason; they are not on the list and not lost."""
    assert len(wards.unplaced) == 12
    rows = wards.table.filter(pl.col("cohort") == "not placed")
    assert rows["area_code"].to_list() == list(wards.unplaced)
    assert rows["need_rank"].null_count() == 0
    assert rows["reason"].unique().to_list() == ["no deprivation rank: no area leads to it in lookup-lsoa11-ward17"]
    assert "E05003230" in wards.unplaced
    assert any(note.areas == wards.unplaced for note in wards.notes)


def test_the_6_wards_that_have_no_need_index_are_told(wards):
    """Five of the City of London and one of the Isles of Scilly are in the lookup, and not in the need index."""
    assert wards.uncovered == ("E05009288", "E05009302", "E05009304", "E05009308", "E05009311", "E05011093")
    assert not set(wards.uncovered) & set(wards.table["area_code"].to_list())
    assert any(note.areas == wards.uncovered for note in wards.notes)


def test_every_ward_is_one_row(wards):
    """7,433 wards, each with its part; ranks are among all of them."""
    parts = dict(wards.table["cohort"].value_counts().iter_rows())
    assert parts == {"left behind": 226, "other deprived": 517, "rest of England": 6678, "not placed": 12}
    assert (wards.n_deprivation, wards.n_need) == (7433, 7433)


def test_the_published_lsoas_exactly(lsoas, england):
    """1,305 of 1,305 and no other, with 2,108,056 people."""
    assert set(lsoas.selected) == flagged(england / "cni/cni2023_england_lsoa21.csv", "lsoa21_code")
    assert len(lsoas.selected) == 1305
    assert lsoas.people == 2_108_056


def test_ranks_of_2019_are_not_made_anew(lsoas, england):
    """An LSOA that did not change has its published rank among 32,844."""
    file7 = pl.read_parquet(england / "iod2019/iod2019_file7_lsoa11.parquet").select(
        area_code="LSOA code (2011)", published="Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"
    )
    change = pl.read_parquet(england / "lookups/LSOA11_LSOA21_LAD22_EW_LU.parquet").filter(pl.col("CHGIND") == "U")
    same = lsoas.table.join(file7, on="area_code").join(change, left_on="area_code", right_on="LSOA11CD")
    assert same.height == 31_810
    assert (same["deprivation_rank"] == same["published"]).all()
    assert (lsoas.n_deprivation, lsoas.n_need) == (32_844, 33_755)


def test_no_merged_lsoa_lies_astride_the_cut(england):
    """Whichever rank an LSOA of several parts were given, the list would be the same: the choice decides nothing."""
    ranks = pl.read_parquet(england / "iod2019/iod2019_file7_lsoa11.parquet").select(
        LSOA11CD="LSOA code (2011)", rank="Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"
    )
    pairs = pl.read_parquet(england / "lookups/LSOA11_LSOA21_LAD22_EW_LU.parquet").join(ranks, on="LSOA11CD")
    merged = pairs.group_by("LSOA21CD").agg(
        pl.len(), pl.col("rank").min().alias("best"), pl.col("rank").max().alias("worst")
    )
    merged = merged.filter(pl.col("len") > 1)
    assert merged.height == 100
    need = pl.read_csv(england / "cni/cni2023_england_lsoa21.csv", null_values=["NA"])
    needy = need.filter(pl.col("Community Needs Index 2023 Rank") <= 3375)["lsoa21_code"].to_list()
    astride = merged.filter((pl.col("best") <= 3284) & (pl.col("worst") > 3284) & pl.col("LSOA21CD").is_in(needy))
    assert astride.height == 0


def test_the_newer_deprivation_changes_the_list(lsoas, england):
    """With the IMD 2025 there are 1,262, of which 1,156 were on the list before."""
    newer = build_cohort("left-behind-lsoas-2025", data=england)
    assert len(newer.selected) == 1262
    assert len(set(newer.selected) & set(lsoas.selected)) == 1156


def test_the_national_style_keeps_its_own_rules(msoas):
    """169 places, at most 2 in a district, none under 5,000 people, nobody passed over without a reason."""
    chosen = msoas.table.filter("selected")
    assert chosen.height == 169
    assert chosen["larger_area"].value_counts()["count"].max() == 2
    assert chosen["population"].min() >= 5000
    ahead = msoas.table.filter(pl.col("combined_need") > chosen["combined_need"].min(), ~pl.col("selected"))
    assert ahead.height > 0
    assert ahead["reason"].null_count() == 0
    assert "not a reproduction" in presets.load("pride-in-place-style-msoas").description


def test_people_of_larger_areas_are_those_of_their_parts(msoas):
    """Mid-2022: 57,112,129 in England."""
    assert msoas.table["population"].sum() == 57_112_129


# Presets, changed.


def test_a_preset_can_be_made_for_larger_areas(england):
    """By MSOA of 2021 and by ward of 2024; the title says that the list was changed."""
    by_msoa = build_cohort("left-behind-lsoas-2025", data=england, level="msoa")
    assert by_msoa.table.height == by_msoa.n_need == 6856
    assert by_msoa.title.endswith("(changed: level msoa)")
    assert by_msoa.table["population"].sum() == 57_112_129
    by_ward = build_cohort("left-behind-lsoas-2025", data=england, level="ward", rule="sum", count=50)
    assert len(by_ward.selected) == 50
    assert by_ward.boundary_year == 2024
    assert by_ward.table.height == 6784


def test_the_msoas_of_a_level_are_those_of_the_preset(msoas, england):
    """Two ways to the same ranks: the preset for MSOAs, and the preset for LSOAs made by MSOA."""
    by_level = build_cohort("left-behind-lsoas-2025", data=england, level="msoa", rule="sum", count=169)
    columns = ["area_code", "deprivation_rank", "need_rank", "combined_need", "population"]
    assert by_level.table.select(columns).equals(msoas.table.select(columns))


def test_neighbourhoods_of_ones_own(england, tmp_path):
    """LSOAs brought together to two places with names; people are added up, and the two are ranked."""
    own = tmp_path / "own.csv"
    own.write_text(
        "area_code,neighbourhood_code,neighbourhood_name\n"
        "E01000001,N1,By the river\nE01000002,N1,By the river\nE01021988,N2,On the shore\nE01021989,N2,On the shore\n"
    )
    found = build_cohort("left-behind-lsoas-2025", data=england, areas=own, share=0.5)
    assert found.table.select("area_code", "area_name", "deprivation_rank", "population", "selected").rows() == [
        ("N1", "By the river", 2, 3466, False),
        ("N2", "On the shore", 1, 3555, True),
    ]


def test_a_list_of_areas_keeps_the_national_ranks(lsoas, england, tmp_path):
    """Choosing among the LSOAs of one district: the same places as before, no other."""
    district = lsoas.table.filter(pl.col("larger_area_name") == "Blackpool")
    own = tmp_path / "own.csv"
    district.select("area_code").write_csv(own)
    found = build_cohort("left-behind-lsoas-2023", data=england, areas=own)
    assert found.table.height == district.height
    assert found.selected == tuple(district.filter("selected")["area_code"].to_list())
    assert found.n_deprivation == 32_844


def test_a_cap_by_a_heading_of_the_publisher(england):
    """The column need not be renamed for it."""
    found = build_cohort("left-behind-wards-2019", data=england, cap=1, cap_by="lad19_name")
    assert found.table.filter("selected")["lad19_name"].is_unique().all()


def test_a_cohort_file_may_take_an_index_from_a_method(england):
    """The need index built anew from its domains gives the list of the published one, but for ties."""
    made = parse_cohort_file(
        {
            "name": "from methods",
            "datasets": ["cni2019-wards"],
            "deprivation": {"method": "cni2019"},
            "need": {"dataset": "cni2019-wards", "column": "Community Needs Index rank"},
        }
    )
    found = build_cohort(made, data=england)
    assert abs(len(found.selected) - 743) <= 1
    assert found.table.height == 7433


def test_boundaries_are_found_by_kind_and_year(wards, lsoas, england):
    """Ward shapes for wards, LSOA shapes for LSOAs, none without a folder."""
    shapes, crs = boundaries_of(wards, england)
    assert (shapes.height, crs) == (7427, "EPSG:4326")
    shapes, _ = boundaries_of(lsoas, england)
    assert shapes.height == 33_755
    assert boundaries_of(wards, None) is None


# Folders that lack something.


def test_a_missing_data_set_is_named(england):
    """And nothing else is read first."""
    with pytest.raises(MissingDataset, match="iod2019-file7"):
        build_cohort("left-behind-wards-2019", data=england / "cni")


def test_without_a_folder_the_data_sets_are_named():
    """The person learns what to download."""
    with pytest.raises(BadSpecification, match=r"iod2019-file7, cni2019-wards and lookup-lsoa11-ward17.*--data FOLDER"):
        build_cohort("left-behind-wards-2019")


def test_people_are_told_when_nobody_counted_them(england, tmp_path):
    """The population file may be missing: the list is the same, the people are not told, and that is said."""
    for name in ("iod2019/iod2019_file7_lsoa11.parquet", "cni/cni2019_england_ward17.csv",
                 "lookups/LSOA11_WD17_LAD17_EW_LU.parquet"):  # fmt: skip
        (tmp_path / name.rsplit("/", 1)[1]).symlink_to(england / name)
    found = build_cohort("left-behind-wards-2019", data=tmp_path)
    assert len(found.selected) == 226
    assert found.people is None
    assert any("population-ward17" in note.text and note.kind == "missing" for note in found.notes)
    with pytest.raises(BadSpecification, match="number of people is not known"):
        build_cohort("left-behind-wards-2019", data=tmp_path, minimum_population=100)


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (lambda text: text.replace("E05000026,", "E05000027,", 1), BadTable, "E05000027"),
        (lambda text: text.replace("E05000026,", "E01000026,", 1), BadInput, "E01000026"),
        (lambda text: "\n".join(text.split("\n")[:3000]) + "\n", BadTable, "rows"),
        (lambda text: text.replace(",4966,", ",9999,", 1), BadValue, "9,?999"),
        (lambda text: text.replace(",4966,", ",4965,", 1), BadValue, "4,?965"),
        (lambda text: text.replace(",4966,", ",many,", 1), BadValue, "'many'"),
        (lambda text: text.split("\n")[0] + "\n", BadTable, "no rows"),
        (lambda text: text.replace("Community Needs Index rank", "Rank", 1), BadInput, "Community Needs Index rank"),
    ],
    ids=[
        "code twice",
        "another kind of code",
        "cut short",
        "rank out of range",
        "rank twice",
        "text",
        "empty",
        "heading",
    ],
)
def test_a_spoilt_official_file_is_refused(england, tmp_path, spoil, error, said):
    """The need index with one fault each: the message names the file."""
    for name in ("iod2019/iod2019_file7_lsoa11.parquet", "lookups/LSOA11_WD17_LAD17_EW_LU.parquet"):
        (tmp_path / name.rsplit("/", 1)[1]).symlink_to(england / name)
    text = (england / "cni/cni2019_england_ward17.csv").read_text()
    (tmp_path / "need.csv").write_text(spoil(text))
    with pytest.raises(error, match=said) as caught:
        build_cohort("left-behind-wards-2019", data=tmp_path)
    assert "need.csv" in str(caught.value)


def test_codes_of_the_wrong_year_in_the_right_layout_are_refused(england, tmp_path):
    """A file with the headings of 2025 and the LSOAs of 2011."""
    (tmp_path / "need.csv").symlink_to(england / "cni/cni2023_england_lsoa21.csv")
    with gzip.open(next((england / "iod2019").glob("File_7*.csv.gz")), "rt", encoding="utf-8-sig") as file:
        rows = file.read().split("\n")
    with gzip.open(next((england / "iod2025").glob("File_7*.csv.gz")), "rt", encoding="utf-8-sig") as file:
        rows[0] = file.readline().strip("\n")
    (tmp_path / "file7.csv").write_text("\n".join(rows))
    with pytest.raises(BadInput, match=r"file7\.csv|need\.csv"):
        build_cohort("left-behind-lsoas-2025", data=tmp_path)


# Two tables of one's own.

ROWS = "".join(f"Q{i:02d},{i + 1},{20 - i},{1000 + i},D{i % 3}\n" for i in range(20))


def ours(tmp_path, text=None, **options) -> CohortFile:
    """Two rankings in one table."""
    path = tmp_path / "ours.csv"
    path.write_text("area_code,poor,alone,people,district\n" + (ROWS if text is None else text))
    return own_cohort(path, path, deprivation_column="poor", need_column="alone", **options)


def test_two_columns_of_one_table(tmp_path):
    """Worst half on both of two opposite rankings: nobody; by the sum, both ends."""
    assert build_cohort(ours(tmp_path), share=0.5).selected == ()
    assert build_cohort(ours(tmp_path), rule="sum", count=2).selected == ("Q00", "Q19")


def test_people_and_districts_stand_beside_the_ranks(tmp_path):
    """Columns of the tables serve for the filters, and their headings are kept."""
    made = ours(tmp_path, population_column="people")
    found = build_cohort(made, rule="sum", count=3, cap=1, cap_by="district", minimum_population=1002)
    assert found.table.filter("selected")["district"].sort().to_list() == ["D0", "D1", "D2"]
    assert found.table["population"].to_list() == list(range(1000, 1020))
    assert set(found.selected).isdisjoint({"Q00", "Q01"})


def test_scores_are_taken_for_what_they_are(tmp_path):
    """Higher is more need: the last area has the highest score of the one and the lowest of the other."""
    made = ours(tmp_path, deprivation_holds="score", need_holds="rank")
    assert build_cohort(made, count=1).selected == ("Q19",)


def test_a_part_of_a_larger_ranking_says_of_how_many(tmp_path):
    """Ranks 101 to 120 of 1,000: in the worst fifth of these 1,000, not of the 20 at hand."""
    rows = "".join(f"Q{i:02d},{101 + i},{i + 1},1,D\n" for i in range(20))
    with pytest.raises(BadValue, match="out of range"):
        build_cohort(ours(tmp_path, rows), share=0.11)
    found = build_cohort(ours(tmp_path, rows, deprivation_of=1000, need_of=1000), share=0.11)
    assert found.selected == tuple(f"Q{i:02d}" for i in range(10))
    with pytest.raises(BadValue, match=r"row 21.*one of 119 ranks"):
        build_cohort(ours(tmp_path, rows, deprivation_of=119, need_of=1000))


def test_ties_are_declared(tmp_path):
    """Two areas at rank 2 are an error, until it is said that there is a tie."""
    rows = ROWS.replace("Q02,3,", "Q02,2,")
    with pytest.raises(BadValue, match="rank 2 stands here a second time"):
        build_cohort(ours(tmp_path, rows))
    assert len(build_cohort(ours(tmp_path, rows, tied=1), share=1.0).selected) == 20


def test_codes_are_found_by_their_heading(tmp_path):
    """LSOA21CD in one table, 'LSOA code (2021)' in the other; the list then knows its kind and year."""
    codes = [f"E0100{i}" for i in range(1000, 1010)]
    for name, heading in (("a.csv", "LSOA21CD"), ("b.csv", "LSOA code (2021)")):
        rows = "".join(f"{code},{i + 1}\n" for i, code in enumerate(codes))
        (tmp_path / name).write_text(f"{heading},place\n{rows}")
    made = own_cohort(tmp_path / "a.csv", tmp_path / "b.csv", deprivation_column="place", need_column="place")
    found = build_cohort(made)
    assert found.selected == (codes[0],)
    assert (found.kind, found.boundary_year) == ("lsoa", 2021)


def test_headings_of_two_years_are_refused(tmp_path):
    """Even where every code is in both."""
    for name, heading in (("a.csv", "LSOA11CD"), ("b.csv", "LSOA21CD")):
        (tmp_path / name).write_text(f"{heading},place\nE01000001,1\nE01000002,2\n")
    made = own_cohort(tmp_path / "a.csv", tmp_path / "b.csv", deprivation_column="place", need_column="place")
    with pytest.raises(
        WrongBoundaries, match="need ranking is by lsoa of 2021, the deprivation ranking by lsoa of 2011"
    ):
        build_cohort(made)


def test_blanks_around_codes_do_not_part_two_tables(tmp_path):
    """What a spreadsheet adds by accident."""
    made = ours(tmp_path, ROWS.replace("Q03,", "Q03 ,"))
    assert "Q03" in build_cohort(made).table["area_code"].to_list()


def test_exclusions_by_code_and_by_file(tmp_path):
    """A file with a heading, a bare list, and a code: each leaves its places out."""
    (tmp_path / "funded.csv").write_text("area_code,why\nQ00,funded\n")
    found = build_cohort(ours(tmp_path), rule="sum", count=20, exclude=[tmp_path / "funded.csv", "Q01"])
    assert set(found.table.filter(~pl.col("selected"))["area_code"].to_list()) == {"Q00", "Q01"}


@pytest.mark.parametrize(
    ("item", "error", "said"),
    [
        ("Q99", UnknownArea, "Q99, which is to be left out"),
        ("nowhere.csv", BadSpecification, "no such file"),
        ("funded.csv", UnknownArea, "row 3.*first: Q99"),
    ],
)
def test_exclusions_that_would_do_nothing_are_refused(tmp_path, item, error, said):
    """A mistyped code would fund a place twice."""
    (tmp_path / "funded.csv").write_text("area_code\nQ00\nQ99\n")
    item = tmp_path / item if item.endswith("csv") else item
    with pytest.raises(error, match=said):
        build_cohort(ours(tmp_path), exclude=[item])


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("area_code,hood\nQ00,A\nQ00,B\n", BadTable, "row 3.*second time"),
        ("area_code,hood\nQ00,A\nQ98,B\n", UnknownArea, "row 3.*first: Q98"),
        ("area_code,hood\nQ00,A\nQ01,\n", BadValue, "row 3, column 'hood'"),
        ("area_code\nQ00\nQ00\n", BadTable, "second time"),
        ("name,hood\nx,A\n", BadTable, "no heading says"),
        ("area_code\n", BadTable, "no rows"),
    ],
)
def test_a_table_of_areas_with_a_fault_is_refused(tmp_path, text, error, said):
    """An area belongs to one neighbourhood, exists, and is named."""
    (tmp_path / "own.csv").write_text(text)
    with pytest.raises(error, match=said):
        build_cohort(ours(tmp_path), areas=tmp_path / "own.csv")


# Cohort files.


def test_shipped_files_are_whole():
    """Each has a title, a description, and names the data sets it cannot do without."""
    for name in presets.shipped():
        made = presets.load(name)
        assert made.name == name
        assert made.title
        assert made.description
        assert set(made.datasets) >= {part.dataset for part in (made.deprivation, made.need)}


def test_the_json_schema_is_that_of_the_code():
    """What is published beside the files is what is checked."""
    schema = CohortFile.model_json_schema(by_alias=True)
    assert presets.json_schema() == {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"}


GOOD = """
name = "ours"
[deprivation]
file = "ours.csv"
column = "poor"
[need]
file = "ours.csv"
column = "alone"
[rule]
share = 0.5
"""


def test_a_cohort_file_of_ones_own(tmp_path):
    """Files are looked for in the data folder."""
    ours(tmp_path)
    (tmp_path / "ours.toml").write_text(GOOD.replace("share = 0.5", 'rule = "sum"\ncount = 2'))
    assert build_cohort(tmp_path / "ours.toml", data=tmp_path).selected == ("Q00", "Q19")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "ours"', "", "lacks 'name'"),
        ("share = 0.5", "shares = 0.5", "unknown entry 'rule.shares'.*Did you mean 'share'"),
        ("share = 0.5", "share = 0", "greater than 0"),
        ("share = 0.5", "share = 10", "for 10 % write 0.1"),
        ("share = 0.5", "share = 0.5\ncount = 3", "both a share and a count"),
        ("share = 0.5", 'rule = "median"', "'rule.rule' is 'median'.*'worst-on-both'"),
        ('column = "poor"', "", "does not say which column"),
        ('column = "poor"', 'column = "poor"\nmethod = "iod2025"', "one place"),
        ('column = "poor"', 'column = "poor"\nholds = "position"', "'rank' or 'score'"),
        (
            'column = "poor"',
            'column = "poor"\n[[deprivation.carried]]\nfrom = "a"\nto = "b"\nby = "keep-rank"',
            "no lookup",
        ),
        (
            'column = "poor"',
            'column = "poor"\n[[deprivation.carried]]\nfile = "x.csv"\nfrom = "a"\nto = "b"\nby = "mean-score"',
            "averages scores, but its column holds ranks",
        ),
        ("[rule]", '[filters]\ncap_by = "x"\n[rule]', "no cap"),
        ("[rule]", "[rule", "not TOML"),
    ],
)
def test_a_cohort_file_with_a_fault_is_refused(tmp_path, old, new, said):
    """The message names the file, the entry and what to write."""
    path = tmp_path / "ours.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadSpecification, match=said) as caught:
        presets.load(path)
    assert "ours.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("strangers", "error", "said"),
    [
        (1, UnknownArea, r"row 201.*1 of 200 areas are not among the parishes of 2020 of the list \(first: X199\)"),
        (9, WrongBoundaries, "9 of 200 areas are not among the parishes of 2020"),
    ],
)
def test_codes_that_the_list_does_not_have_are_refused(tmp_path, strangers, error, said):
    """One is a slip of the pen; many are another boundary year. Each is told with file and row."""
    rows = [f"{'X' if i >= 200 - strangers else 'Q'}{i:03d},{i + 1},{i + 1}" for i in range(200)]
    (tmp_path / "ours.csv").write_text("area_code,poor,alone\n" + "\n".join(rows))
    (tmp_path / "parishes.csv").write_text("area_code\n" + "\n".join(f"Q{i:03d}" for i in range(200)))
    made = GOOD + '[areas]\nfile = "parishes.csv"\nkind = "parish"\nyear = 2020\nplural = "parishes"\n'
    (tmp_path / "ours.toml").write_text(made)
    with pytest.raises(error, match=said) as caught:
        build_cohort(tmp_path / "ours.toml", data=tmp_path)
    assert "ours.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("left-behind-ward-2019", "Did you mean 'left-behind-wards-2019'"),
        ("zzz", "There are: left-behind-lsoas-2023"),
        ("nowhere.toml", "does not exist"),
    ],
)
def test_an_unknown_preset_is_told_the_nearest(name, said):
    """And all there are."""
    with pytest.raises(BadSpecification, match=said):
        presets.load(name)


def test_an_unknown_level_is_told_which_there_are(england):
    """Before anything large is read."""
    with pytest.raises(BadSpecification, match="msoa, ward"):
        build_cohort("left-behind-lsoas-2025", data=england, level="town")
