"""The page about a list: what it says is true of the table, nothing in a table can break it, nothing goes missing."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground import words
from homeground.errors import BadSpecification, BadTable, BadValue, DuplicateAreas, HomegroundError, WrongBoundaries
from homeground.find.report import About, Absent, Download, Reruns, render_report
from homeground.find.reporting.listing import NEAR, NOW_AND_THEN, Terms, make_listing, report_table
from homeground.find.rules import Rule
from homeground.provenance import Note, Source

WARDS = Terms(
    one="ward",
    many="wards",
    where="the district",
    deprivation="Index A",
    need="Index B",
    n_deprivation=90,
    n_need=90,
    rule=Rule(),
)
VOID = {"meta", "link", "br", "hr", "img", "input", "path", "rect", "circle"}
HOSTILE = [
    "<script>alert(1)</script>",
    "</title></svg></table><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    'O\'Brien & "Sons"',
    "\u202egnirts desrever\u202d",
    "مدينة",
    "line\nbreak\ttab\x00null\x1b",
    "x" * 300,
    "=1+1",
    "   ",
    "",
]


class Reader(HTMLParser):
    """Reads a page as a browser would, and remembers what matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.feed(text)
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag, and see that it is closed in turn."""
        self.tags.append(tag)
        given = {name: value or "" for name, value in attrs}
        self.attributes += list(given.items())
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if tag in VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep the words a person sees."""
        if not self.open or self.open[-1] != "style":
            self.said.append(data)

    @property
    def text(self) -> str:
        """All words, single spaces."""
        return " ".join(" ".join(self.said).split())


def cohort(n: int = 6, *, listed: int = 2, names: list[str] | None = None) -> pl.DataFrame:
    """Return `n` wards in two authorities, the first `listed` of them on the list."""
    return pl.DataFrame(
        {
            "area_code": [f"X{number:08}" for number in range(n)],
            "area_name": names or [f"Ward {number}" for number in range(n)],
            "deprivation_rank": [float(number + 1) for number in range(n)],
            "need_rank": [float(number + 2) for number in range(n)],
            "selected": [number < listed for number in range(n)],
            "cohort": ["left behind" if number < listed else "rest" for number in range(n)],
            "reason": pl.Series([None] * n, dtype=pl.String),
            "larger_area_name": [f"Authority {number % 2}" for number in range(n)],
            "population": [1_000 * (number + 1) for number in range(n)],
        }
    )


def sure(*probabilities: float | None) -> pl.DataFrame:
    """Return a certainty table for the first wards."""
    codes = [f"X{number:08}" for number in range(len(probabilities))]
    return pl.DataFrame({"area_code": codes, "probability": pl.Series(probabilities, dtype=pl.Float64)})


def boxes(n: int = 6) -> pl.DataFrame:
    """Return a square for each ward, side by side."""
    return pl.DataFrame(
        {
            "area_code": [f"X{number:08}" for number in range(n)],
            "geometry": [shapely.box(number, 52, number + 1, 53).wkb for number in range(n)],
        }
    )


def page(table: pl.DataFrame | None = None, **options: object) -> str:
    """Return the page about `table`, with WARDS as terms."""
    given = {"about": About("Places to start with"), "terms": WARDS, **options}
    return render_report(cohort() if table is None else table, **given)  # type: ignore[arg-type]


# ---- What it says ----------------------------------------------------------------------------------------------------


def test_the_first_sentences_count_places_people_and_authorities() -> None:
    """Worked by hand: 2 of 6 wards, 3,000 of 21,000 people, one ward in each authority."""
    text = Reader(page()).text
    assert "2 of 6 wards in the district are in the worst tenth for deprivation and also" in text
    assert "About 3,000 people live in them, about 1 in 7 of everyone in the district." in text
    assert "They lie in 2 of 2 larger areas." in text


def test_every_place_has_its_sentence_with_the_figure() -> None:
    """The words the issue asks for, for a place that is sure and one that was never in doubt."""
    text = Reader(page(certainty=sure(0.97, 1.0))).text
    assert "Ward 0 is in both worst tenths. In 97 of 100 re-runs it stays in." in text
    assert "Ward 1 is in both worst tenths. In every re-run it stays in." in text


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((3, 2, 1), "The most are in A0 (3) and A1 (2)."),
        ((3, 2, 2, 2), "The most are in A0 (3)."),
        ((2, 2, 2, 2), "None has more than 2 of them."),
        ((1, 1), "Each has one."),
        ((2,), "They are all in A0."),
    ],
)
def test_only_authorities_that_stand_out_are_named(sizes: tuple[int, ...], said: str) -> None:
    """Where many have as many, naming three would be chance; a single one is never called the most."""
    larger = [f"A{number}" for number, size in enumerate(sizes) for _ in range(size)]
    table = cohort(len(larger), listed=len(larger)).with_columns(larger_area_name=pl.Series(larger))
    assert said in Reader(page(table)).text


def test_the_research_term_is_explained_once() -> None:
    """Whether the list is called so or not."""
    for title in ("Left-behind wards", "Places to start with"):
        text = Reader(page(about=About(title))).text
        assert text.count("dislike") == 1


def test_a_sentence_from_the_certainty_run_is_kept() -> None:
    """What the run wrote of a place stands on the page, word for word."""
    given = sure(0.97).with_columns(sentence=pl.lit("Ward 0 is in. In 97 of 100 re-runs it stays in."))
    assert "Ward 0 is in. In 97 of 100 re-runs it stays in." in Reader(page(certainty=given)).text


def test_places_are_counted_by_how_sure_they_are() -> None:
    """By hand: one sure, one likely, one on the edge; one just outside, one now and then, one never."""
    text = Reader(page(cohort(6, listed=3), certainty=sure(0.95, 0.75, 0.2, 0.25, 0.05, 0.0))).text
    assert "Sure in at least 95 of 100 re-runs 1 Likely in 75 to 94 of 100 re-runs 1 On the edge" in text
    assert "1 of them are sure" not in text
    assert "1 of them is sure" in text
    assert "1 ward in at least 25 of 100 re-runs" in text
    assert "1 ward now and then" in text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1) | st.none(), min_size=6, max_size=6), st.integers(0, 6))
def test_each_place_stands_in_one_band(chances: list[float | None], listed: int) -> None:
    """The slow way agrees: count each place by comparing, none twice, none lost."""
    listing = make_listing(cohort(6, listed=listed), terms=WARDS, certainty=sure(*chances))
    inside, outside = chances[:listed], chances[listed:]
    known = [chance for chance in inside if chance is not None]
    expected = [
        sum(chance >= 0.95 for chance in known),
        sum(0.75 <= chance < 0.95 for chance in known),
        sum(chance < 0.75 for chance in known),
    ]
    assert [n for _, _, n in listing.bands()] == expected
    assert listing.outside.height == sum(chance is not None and chance >= NOW_AND_THEN for chance in outside)
    near = int((listing.table["kind"] == "near").sum())
    assert near == sum(chance is not None and chance >= NEAR for chance in outside)


@given(st.floats(0, 1, allow_nan=False))
def test_never_and_always_are_said_only_when_they_are_true(chance: float) -> None:
    """0 in 100 and 100 in 100 are exact; all else is rounded towards the middle, by less than one in a hundred."""
    said = words.in_100(chance)
    assert (said == "100 in 100") == (chance == 1)
    assert (said == "0 in 100") == (chance == 0)
    if said[0].isdigit():
        assert abs(int(said.split()[0]) / 100 - chance) < 0.01


@given(st.floats(0, 1, allow_nan=False))
def test_the_band_never_promises_more_than_the_figure(chance: float) -> None:
    """A place that is 'sure' has a figure of 95 or more beside it."""
    figure = words.in_100(chance)
    number = int(figure.split()[0]) if figure[0].isdigit() else 99 if figure.startswith("more") else 0
    assert (words.band(chance) == "Sure") == (number >= 95)


@given(st.floats(1, 9e7))
def test_rounded_people_are_within_a_twentieth(people: float) -> None:
    """The figure in words can be trusted to 5 per cent (to one person below 100)."""
    said = words.people(people)
    number = float(said.replace("about ", "").split()[0].replace(",", "")) * (1e6 if "million" in said else 1)
    assert abs(number - people) <= max(0.051 * people, 0.5)


def test_areas_that_could_not_be_placed_are_all_named_with_their_reason() -> None:
    """Neither dropped nor counted on either side."""
    table = cohort().with_columns(
        deprivation_rank=pl.when(pl.col("area_code") == "X00000005").then(None).otherwise("deprivation_rank"),
        reason=pl.when(pl.col("area_code") == "X00000005").then(pl.lit("no LSOA leads to it")),
        cohort=pl.when(pl.col("area_code") == "X00000005").then(pl.lit("not placed")).otherwise("cohort"),
    )
    text = Reader(page(table)).text
    assert "1 ward could not be placed, because a figure is missing. It is named on this page." in text
    assert "No LSOA leads to it. Ward 5" in text


def test_places_left_out_for_a_reason_are_not_called_just_outside() -> None:
    """An excluded place is listed with why, whatever its probability."""
    table = cohort().with_columns(
        reason=pl.when(pl.col("area_code") == "X00000002").then(pl.lit("excluded: it is on the list of exclusions"))
    )
    listing = make_listing(table, terms=WARDS, certainty=sure(1.0, 1.0, 0.9, 0.9))
    assert listing.left_out["area_code"].to_list() == ["X00000002"]
    assert listing.outside["area_code"].to_list() == ["X00000003"]
    assert "Excluded: it is on the list of exclusions. Ward 2" in Reader(page(table)).text


def test_how_far_a_place_is_from_the_line_is_counted_in_ranks() -> None:
    """With 90 wards the line lies after rank 9; a place at 10 and 11 is one and two ranks short."""
    table = cohort(6, listed=0).with_columns(
        deprivation_rank=pl.col("deprivation_rank") + 9, need_rank=pl.col("need_rank") + 9
    )
    text = Reader(page(table, certainty=sure(0.4))).text
    assert "Ward 0 is not on the list: it is 1 rank short for deprivation and 2 ranks short for community need." in text


@pytest.mark.parametrize("rule", [Rule(), Rule(count=9), Rule("sum"), Rule("product", count=2), Rule("worst-of-two")])
def test_the_method_is_told_with_a_place_of_the_list_as_example(rule: Rule) -> None:
    """For every rule: some 200 plain words, and the ranks of a place that is on the list."""
    terms = Terms(**{**WARDS.__dict__, "rule": rule})
    text = Reader(page(terms=terms, certainty=sure(1.0, 1.0))).text
    told = text.split("How the list is made")[-1].split("Get the data")[0]
    assert 90 <= len(told.split()) <= 260
    assert "One place, step by step: Ward" in told
    assert "its rank is 2 of 90" in told or "its rank is 1 of 90" in told


def test_the_sum_in_the_example_is_that_of_the_rule() -> None:
    """By hand: ranks 1 and 1 of 90 are 100 + 100 on the exponential scale; multiplied they are 1."""
    table = cohort(6, listed=1).with_columns(need_rank=pl.col("deprivation_rank"))
    by_sum = Terms(**{**WARDS.__dict__, "rule": Rule("sum", count=1)})
    by_product = Terms(**{**WARDS.__dict__, "rule": Rule("product", count=1)})
    assert "add up to 200.0 of 200" in Reader(page(table, terms=by_sum)).text
    assert "multiplied give 1," in Reader(page(table, terms=by_product)).text


def test_what_the_doubt_comes_from_is_counted_source_by_source() -> None:
    """A place that only the line can move counts there and not under the weights; a standard error is no source."""
    given = sure(0.9, 1.0, 0.1).with_columns(
        probability_weights=pl.Series([1.0, 1.0, 0.0]),
        probability_threshold=pl.Series([0.9, 1.0, 0.1]),
        probability_error=pl.Series([0.02, 0.0, 0.02]),
    )
    listing = make_listing(cohort(), terms=WARDS, certainty=given)
    assert listing.sources_of_doubt.rows() == [("weights", 0, 0), ("threshold", 1, 1)]
    text = Reader(page(certainty=given, reruns=Reruns(200, 0, ("weights", "threshold"), (1, 3)))).text
    assert "Where the line is drawn 1 1" in text
    assert "made again 200 times" in text
    assert "between 1 and 3 places" in text


def test_sources_and_notes_all_stand_on_the_page() -> None:
    """Publisher, period, licence, address and checksum; an address that is no web address is words, not a link."""
    good = Source(
        "a", "Index A", "A publisher", "mid-2022", "Open licence", "https://example.org/a", "a.csv", "ab" * 32
    )
    bad = Source("b", "Index B", address="javascript:alert(1)")
    notes = [Note("12 wards are missing.", areas=("X1", "X2", "X3", "X4"), kind="missing"), Note("Seed 0.")]
    made = Reader(page(sources=[good, bad, good], notes=notes, attributions={"a": "Contains data of A."}))
    for expected in ("A publisher", "mid-2022", "Open licence", "a.csv", "ab" * 32, "Contains data of A.", "Seed 0."):
        assert expected in made.text
    assert made.text.count("A publisher") == 1
    assert "https://example.org/a" in made.links
    assert not [link for link in made.links if link.startswith("javascript")]
    assert "javascript:alert(1)" in made.text
    assert "X1, X2, X3, X4" in made.text


def test_files_beside_the_page_are_linked_with_size_and_format() -> None:
    """By relative address, also when the name has a space or a hash; what is not there says what to type."""
    files = [Download("my list #1.csv", "CSV", 812_345, "every ward"), Download("r.xlsx", "Excel", 999)]
    missing = [Absent("GeoPackage", "an extra part is needed", "Type: pip install 'homeground[geo]'")]
    made = Reader(page(downloads=files, absent=missing))
    assert "my%20list%20%231.csv" in made.links
    assert "CSV, 812 kB : every ward" in made.text
    assert "Excel, 999 bytes" in made.text
    assert "GeoPackage: an extra part is needed. Type: pip install 'homeground[geo]'" in made.text


def test_the_day_comes_from_the_caller_only() -> None:
    """The same arguments give the same bytes, and no day is printed that was not given."""
    assert page() == page()
    assert "Made on" not in Reader(page()).text
    told = Reader(page(about=About("t", made_on=dt.date(2025, 5, 3), version="1.2.3", contact="the liaison desk"))).text
    assert "Made on 3 May 2025 with Homeground 1.2.3." in told
    assert "Tell the liaison desk." in told


def test_an_invented_list_says_so_at_the_top_and_at_the_end() -> None:
    """Nobody may take it for a real one."""
    assert Reader(page(about=About("t", invented=True))).text.count("Every place on this page is invented.") == 2


# ---- What cannot break it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE, ids=[repr(name)[:24] for name in HOSTILE])
def test_a_hostile_name_is_only_a_name(name: str) -> None:
    """In the table, the map, the titles, the notes and the sources: it stays text, and the page stays whole."""
    table = cohort(2, listed=1, names=[name, "Ward 1"]).with_columns(larger_area_name=pl.lit(name), reason=pl.lit(name))
    made = Reader(
        page(
            table,
            about=About(name, description=name, reference=name, command=name, contact=name),
            certainty=sure(0.4, 0.4).with_columns(sentence=pl.lit(name)),
            boundaries=boxes(2),
            notes=[Note(name, areas=(name,) * 5)],
            sources=[Source(name, name, name, name, name, name, name, name)],
            downloads=[Download(name or "x", name, 1, name)],
            absent=[Absent(name, name, name)],
        )
    )
    assert not {"script", "img", "iframe", "object", "embed", "form", "input"} & set(made.tags)
    assert not [attribute for attribute, _ in made.attributes if attribute.startswith("on")]
    assert not {"\u202e", "\u202d", "\x00", "\x1b"} & set("".join(made.said))
    if name.strip() and "\n" not in name and "\u202e" not in name:
        assert name in " ".join(made.said)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=4, max_size=4))
def test_any_names_leave_the_page_whole(names: list[str]) -> None:
    """Every element is closed in turn, and every place of the list has its row."""
    text = page(cohort(4, listed=3, names=names), boundaries=boxes(4))
    made = Reader(text)
    assert text.count('role="rowheader"') == 3
    assert "script" not in made.tags


def test_the_page_asks_for_nothing() -> None:
    """No script, no picture, no font, no style sheet from anywhere; only links that a person may follow."""
    made = Reader(page(boundaries=boxes(), certainty=sure(0.9, 0.5, 0.4)))
    assert not {"script", "img", "iframe", "object", "video", "audio", "source"} & set(made.tags)
    assert not [value for name, value in made.attributes if name in ("src", "srcset", "data", "action", "poster")]
    assert [link for link in made.links if not link.startswith(("#", "data:,"))] == []
    assert "default-src 'none'" in dict(made.attributes)["content"] or "default-src 'none'" in page()


def test_every_link_inside_leads_somewhere_and_every_id_is_its_own() -> None:
    """Also with several small maps on one page."""
    table = cohort(60, listed=55).with_columns(
        larger_area_name=pl.format(
            "{}uthority {}", pl.Series([chr(65 + n % 26) for n in range(60)]), pl.Series(range(60))
        )
    )
    made = Reader(page(table, boundaries=boxes(60), certainty=sure(*([0.97, 0.5, 0.3] * 20))))
    assert len(made.ids) == len(set(made.ids))
    assert {link[1:] for link in made.links if link.startswith("#")} <= set(made.ids)
    assert {value for name, value in made.attributes if name in ("aria-labelledby", "aria-describedby")} <= set(
        made.ids
    )


def test_an_empty_list_helps() -> None:
    """It says that no place is on it and what to try, and the page is whole."""
    text = Reader(page(cohort(listed=0), boundaries=boxes())).text
    assert "No ward is on this list" in text
    assert "Try a larger share." in text
    assert "about left" not in text


def test_a_list_of_everything_says_that_it_tells_nothing_apart() -> None:
    """All six of six."""
    assert "All 6 wards in the district are on this list" in Reader(page(cohort(listed=6))).text


def test_without_certainty_nothing_is_claimed() -> None:
    """No figure, no band, and a word on what that means."""
    text = Reader(page()).text
    assert "has not been worked out for this page" in text
    assert "in 100" not in text
    assert "Likely" not in text


def test_without_boundaries_the_page_says_why_there_is_no_map() -> None:
    """Not given; of other areas; or a missing extra."""
    assert "because no boundaries were given" in Reader(page()).text
    elsewhere = boxes().with_columns(area_code=pl.format("Y{}", "area_code"))
    assert "none of the areas of the list has a boundary" in Reader(page(boundaries=elsewhere)).text


def test_a_bare_list_of_codes_is_enough() -> None:
    """Two columns: a code stands where a name would, and nothing is said of what is not known."""
    text = Reader(
        render_report(pl.DataFrame({"area_code": ["X1", "X2"], "selected": ["True", "no"]}), about=About("Codes"))
    ).text
    assert "1 of 2 areas is on this list." in text
    assert "X1 is on the list." in text
    assert "rank" not in text.split("Every place on the list")[-1].split("How the list is made")[0].lower()


def test_the_map_names_the_authorities_with_the_most_places() -> None:
    """Beside the places, as words in the picture; each place says its own name to a pointer."""
    text = page(boundaries=boxes())
    picture = text.split("<svg", 2)[2] if "<svg" in text else ""
    assert ">Authority 0</text>" in picture
    assert "<title>Ward 0, Authority 0</title>" in picture


def test_places_without_a_boundary_are_counted_under_the_map() -> None:
    """Two of six."""
    text = Reader(page(boundaries=boxes(4))).text
    assert "2 wards could not be drawn: X00000004 and X00000005." in text


@pytest.mark.parametrize(
    ("table", "certainty", "error", "said"),
    [
        (cohort().drop("selected"), None, BadTable, "selected"),
        (cohort().with_columns(selected=pl.lit("perhaps")), None, BadValue, "row 2, column 'selected': 'perhaps'"),
        (cohort().with_columns(area_code=pl.lit("X1")), None, DuplicateAreas, "row 3"),
        (cohort().with_columns(need_rank=pl.lit("many")), None, BadValue, "row 2, column 'need_rank'"),
        (cohort().with_columns(need_rank=pl.lit(0)), None, BadValue, "1 or more"),
        (cohort().with_columns(population=pl.lit(-3)), None, BadValue, "population"),
        (cohort(), sure(97.0), BadValue, "For 97 % write 0.97"),
        (cohort(), sure(-0.1), BadValue, "from 0 to 1"),
        (cohort(), sure(0.5).drop("probability"), BadTable, "probability"),
        (cohort(), sure(0.5).with_columns(area_code=pl.lit("Y1")), WrongBoundaries, "first: Y1"),
        (cohort(0), None, BadTable, "no rows"),
    ],
    ids=[
        "no selected",
        "perhaps",
        "twice",
        "text",
        "rank 0",
        "negative",
        "percent",
        "below",
        "lacks",
        "other",
        "empty",
    ],
)
def test_a_table_that_cannot_be_right_is_refused(
    table: pl.DataFrame, certainty: pl.DataFrame | None, error: type[HomegroundError], said: str
) -> None:
    """With the row, the column and what to do."""
    with pytest.raises(error) as caught:
        page(table, certainty=certainty)
    assert said in str(caught.value)


def test_a_page_needs_a_name() -> None:
    """A blank title becomes a plain one: the page's own name for a list without one."""
    assert "<h1>The places on the list</h1>" in page(about=About(" \n "))


def test_the_data_beside_the_page_hold_what_it_says() -> None:
    """One row per area, in the order of the table, with band and sentence; the table given is left as it was."""
    table, given = cohort(6, listed=3), sure(0.95, 0.75, 0.2, 0.25, 0.05, 0.0)
    before = table.clone(), given.clone()
    held = report_table(table, terms=WARDS, certainty=given)
    assert held["area_code"].equals(table["area_code"])
    assert held["how_sure"].to_list() == ["Sure", "Likely", "On the edge", "Just outside", "Now and then", None]
    assert held["sentence"][2] == "Ward 2 is in both worst tenths. In 20 of 100 re-runs it stays in."
    assert table.equals(before[0])
    assert given.equals(before[1])


def test_terms_do_not_guess_how_many_areas_a_ranking_has() -> None:
    """Ranks 1 to 6 of six areas are complete; ranks of a larger ranking are not, and then nothing is said."""
    whole = cohort().with_columns(need_rank=pl.col("deprivation_rank"))
    assert make_listing(whole, terms=Terms()).terms.n_need == 6
    part = cohort().with_columns(need_rank=pl.col("deprivation_rank") * 10)
    assert make_listing(part, terms=Terms()).terms.n_need is None


# ---- Real England ----------------------------------------------------------------------------------------------------


def real_lsoas(england: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the 33,755 LSOAs with their published flag, their boundaries, and those of the authorities."""
    flags = pl.read_csv(england / "cni" / "cni2023_england_lsoa21.csv", infer_schema_length=None)
    names = pl.read_parquet(england / "lookups" / "lsoa21_ward24_ltla24.parquet")
    table = flags.select(
        area_code="lsoa21_code",
        area_name="lsoa21_name",
        need_rank="Community Needs Index 2023 Rank",
        selected="Left Behind Area?",
    ).join(
        names.select(area_code="lsoa21_code", larger_area_name="ltla24_name", larger_area="ltla24_code"),
        on="area_code",
        how="left",
    )
    shapes = pl.read_parquet(england / "boundaries" / "lsoa21.parquet").rename({"lsoa21_code": "area_code"})
    outlines = pl.read_parquet(england / "boundaries" / "ltla24.parquet").rename({"ltla24_code": "area_code"})
    return table, shapes, outlines


@pytest.mark.slow
def test_the_1305_neighbourhoods_fit_on_one_small_page(england: Path) -> None:
    """Every published one has a row and is on the map, and the page with all its maps stays under 3 MB."""
    table, shapes, outlines = real_lsoas(england)
    text = render_report(
        table,
        about=About("Left-behind neighbourhoods, 2023"),
        terms=Terms.of("lsoa", 2021, where="England"),
        boundaries=shapes,
        outlines=outlines,
    )
    made = Reader(text)
    assert "1,305 of 33,755 neighbourhoods in England are on this list." in made.text
    assert text.count('role="rowheader"') == 1305
    assert len(text.encode()) < 3_000_000
    main = text.split('id="map-title"')[1].split("</svg>")[0]
    assert main.count("<title>") == 1305
    assert "could not be drawn" not in made.text


@pytest.mark.slow
def test_even_a_list_of_all_33755_fits(england: Path) -> None:
    """The page says what it leaves to the data files, and stays under 3 MB."""
    table, shapes, outlines = real_lsoas(england)
    text = render_report(
        table.with_columns(selected=pl.lit(value=True)),
        about=About("Everywhere"),
        terms=Terms.of("lsoa", 2021),
        boundaries=shapes,
        outlines=outlines,
    )
    assert len(text.encode()) < 3_000_000
    assert "The 3,000 places with the most need stand here; the other 30,755 are in the data." in Reader(text).text


def test_a_page_refuses_a_language_that_is_none() -> None:
    """The frame is the shared one: its errors are the family's."""
    from homeground import page as frame

    with pytest.raises(BadSpecification):
        frame.render_page(title="t", body="", language="not a language")
