"""The ledger, the places, the series and the cold spots."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.money import WHOLE, Deflator
from homeground.understand.giving.canonical import canonical
from homeground.understand.giving.flows import flows, spent
from homeground.understand.giving.where import place_weights, where
from homeground.understand.grants import Atlas, Rules, grants, summed_grants

RULES = Rules()
SCHEMA = {
    "award": pl.UInt32, "grant_id": pl.String, "amount_pence": pl.Int64, "currency": pl.String, "award_date": pl.Date,
    "award_year": pl.Int32, "funder_id": pl.String, "funder_name": pl.String, "recipient_id": pl.String,
    "recipient_name": pl.String, "recipient_kind": pl.String, "recipient_postcode": pl.String, "title": pl.String,
    "funding_type": pl.String, "regrant_type": pl.String, "status": pl.String, "date_modified": pl.String,
    "duration_months": pl.Int32,
}  # fmt: skip


def awards(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a table of awards; what a row does not say is plain."""
    made = []
    for place, row in enumerate(rows):
        whole = {"award": place, "grant_id": f"g{place}", "amount_pence": 10000, "currency": "GBP", "funder_id": "F",
                 "recipient_id": None, "recipient_name": f"Club {place}",
                 "award_date": dt.date(2015, 3, 1) + dt.timedelta(20 * place)}  # fmt: skip
        whole |= row
        if whole["award_date"]:
            whole.setdefault("award_year", whole["award_date"].year)
        made.append({name: whole.get(name) for name in SCHEMA})
    return pl.DataFrame(made, schema=SCHEMA)


def classes(table: pl.DataFrame, rules: Rules = RULES) -> list[tuple[str, int]]:
    """Return class and counted pence of each award."""
    return canonical(table, rules=rules).ledger.select("class", "counts_pence").rows()


def test_the_same_identifier_and_facts_is_one_grant_and_the_later_version_counts() -> None:
    """The earlier version is a repeat."""
    table = awards(
        {"grant_id": "a", "recipient_name": "Club", "date_modified": "2016-01-01"},
        {"grant_id": "a", "recipient_name": "The Club", "date_modified": "2017-01-01"},
    )
    assert classes(table) == [("repeat", 0), ("grant", 10000)]


def test_the_same_identifier_with_another_amount_is_a_clash_and_both_are_kept() -> None:
    """And it is told."""
    made = canonical(awards({"grant_id": "a"}, {"grant_id": "a", "amount_pence": 7}), rules=RULES)
    assert made.ledger["counts_pence"].to_list() == [10000, 7]
    assert made.ledger["id_clash"].to_list() == [True, True]
    assert any("identifier clash" in note.text for note in made.notes)


@pytest.mark.parametrize(
    ("days", "names", "ids", "joined"),
    [
        (7, ("St Ann's Centre", "St. Anns Centre Ltd"), (None, None), True),
        (8, ("St Ann's Centre", "St. Anns Centre Ltd"), (None, None), False),
        (2, ("Hulme Garden Centre", "Hulme Garden Center"), (None, None), True),
        (2, ("Hulme Garden Centre", "Hulme Bowling Club"), (None, None), False),
        (2, ("Hulme Garden", "Hulme Garden"), ("GB-1", "GB-2"), False),
        (2, ("Hulme Garden", "Something Else"), ("GB-1", "GB-1"), True),
        (2, ("Hulme Garden", "Hulme Garden"), ("GB-1", None), True),
    ],
)
def test_near_repeats_are_joined_by_rule(days: int, names: tuple[str, str], ids: tuple[Any, Any], joined: bool) -> None:
    """Funder and amount alike, dates within a week, recipients alike; identifiers beat names."""
    rows = [
        {"recipient_name": name, "recipient_id": who, "award_date": dt.date(2015, 3, 1 + gap)}
        for name, who, gap in zip(names, ids, (0, days), strict=True)
    ]
    assert classes(awards(*rows)) == [("grant", 10000), ("repeat", 0) if joined else ("grant", 10000)]


def test_weekly_payments_are_not_taken_for_one_grant() -> None:
    """A chain of near dates is cut at a week from its first."""
    rows = [{"recipient_name": "Club", "award_date": dt.date(2015, 3, 1) + dt.timedelta(5 * i)} for i in range(6)]
    assert [name for name, _ in classes(awards(*rows))] == ["grant", "repeat"] * 3


def test_what_is_no_grant_is_classed_and_told() -> None:
    """Nought, below nought, loans, withdrawn, people, other money, unreadable."""
    table = awards(
        {"amount_pence": 0}, {"amount_pence": -5}, {"funding_type": "Loan"}, {"status": "Withdrawn"},
        {"recipient_kind": "individual"}, {"currency": "EUR"}, {"amount_pence": None}, {},
    )  # fmt: skip
    want = ["nothing", "negative", "loan", "withdrawn", "individual", "other currency", "unreadable", "grant"]
    found = grants(table)
    assert found.ledger["class"].to_list() == want
    assert found.counted_pence == 10000
    assert all(found.ledger["why"].str.len_chars() > 0)
    assert len([note for note in found.notes if note.kind == "excluded"]) == 7
    assert grants(table, rules=Rules(individuals=True)).counted_pence == 20000


def test_money_is_counted_at_the_last_hop_that_was_seen() -> None:
    """100 to a foundation that gives 30 and 50 on: 20 stay with it, and count as not resolved."""
    table = awards(
        {"recipient_id": "M", "amount_pence": 100, "regrant_type": "FRG010"},
        {"funder_id": "M", "amount_pence": 30, "award_date": dt.date(2015, 6, 1)},
        {"funder_id": "M", "amount_pence": 50, "award_date": dt.date(2015, 7, 1)},
        {"funder_id": "M", "amount_pence": 900, "award_date": dt.date(2014, 1, 1)},
    )
    found = flows(canonical(table, rules=RULES).ledger)
    assert found.ledger["counts_pence"].to_list() == [20, 30, 50, 900]
    assert (found.unresolved_pence, found.passed_on_pence) == (20, 80)


def test_more_given_on_than_received_takes_nothing_below_nought() -> None:
    """A funder of its own means."""
    table = awards({"recipient_id": "M", "amount_pence": 100}, {"funder_id": "M", "amount_pence": 700})
    assert flows(canonical(table, rules=RULES).ledger).ledger["counts_pence"].to_list() == [0, 700]


def test_two_that_give_to_one_another_lose_no_money() -> None:
    """What goes back is not passed on."""
    table = awards({"funder_id": "A", "recipient_id": "B"}, {"funder_id": "B", "recipient_id": "A"})
    assert flows(canonical(table, rules=RULES).ledger).ledger["counts_pence"].sum() == 20000


def test_an_endowment_is_spread_over_its_years_to_the_penny() -> None:
    """101 pence over 10 years: one year has the odd penny."""
    table = awards({"amount_pence": 101, "regrant_type": "FRG060"}, {"amount_pence": 120, "duration_months": 144})
    ledger = flows(canonical(table, rules=RULES).ledger).ledger
    spread, notes = spent(ledger, rules=Rules(spend_endowments=True))
    first = spread.filter(pl.col("award") == 0).sort("year")
    assert first["pence"].to_list() == [11] + [10] * 9
    assert first["year"].to_list() == list(range(2015, 2025))
    assert spread.filter(pl.col("award") == 1)["pence"].to_list() == [10] * 12
    assert notes[0].text.startswith("2 endowments")
    assert spent(ledger, rules=RULES)[0].height == 2


AREAS = pl.DataFrame(
    {
        "area_code": ["W1", "W2", "W3"], "population": [100.0, 300.0, 0.0], "cohort": ["left", "rest", "rest"],
        "need_decile": [1, 5, 5], "region": ["R", "R", "R"],
    }
)  # fmt: skip


def atlas() -> Atlas:
    """Return three areas in two authorities: L1 holds W1 and W2 (1 to 3), L2 holds W3."""
    crosswalk = pl.DataFrame(
        {
            "code": ["W1", "W2", "W3", "L1", "L1", "L2"], "area_code": ["W1", "W2", "W3", "W1", "W2", "W3"],
            "parts": [WHOLE, WHOLE, WHOLE, WHOLE // 4, 3 * WHOLE // 4, WHOLE],
        }
    )  # fmt: skip
    codes = pl.DataFrame(
        {
            "code": ["W1", "W2", "W3", "L1", "L2"], "size": ["small"] * 3 + ["large"] * 2,
            "authority": ["L1", "L1", "L2", "L1", "L2"],
        }
    )  # fmt: skip
    names = pl.DataFrame({"name": ["elltown"], "code": ["L1"]})
    postcodes = pl.DataFrame({"postcode": ["AA11AA", "BB11BB"], "code": ["W1", "W3"]})
    return Atlas(AREAS, crosswalk, codes, names, postcodes)


def located(*rows: tuple[int, str | None, str | None]) -> pl.DataFrame:
    """Return beneficiary locations: award, code, name."""
    table = pl.DataFrame(rows, schema={"award": pl.UInt32, "geo_code": pl.String, "name": pl.String}, orient="row")
    return table.with_columns(role=pl.lit("beneficiary"))


def test_each_grant_is_placed_by_the_best_way_there_is() -> None:
    """A code, an authority, its name, the recipient where it works, the recipient, another nation, nowhere."""
    table = awards(
        {"recipient_id": "r1", "recipient_postcode": "aa1 1aa"}, {}, {},
        {"recipient_id": "r1", "recipient_postcode": "AA1 1AA"},
        {"recipient_id": "r2", "recipient_postcode": "BB1 1BB"}, {}, {}, {},
    )  # fmt: skip
    places = located(
        (0, "W1", None), (1, "L1", None), (2, None, "Elltown"), (5, "S01000001", None), (6, "E92000001", None)
    )
    found = grants(table, places, atlas=atlas())
    assert found.ledger["method"].to_list() == ["A", "B", "B", "C", "D", "A", "E", "E"]
    assert found.ledger["confidence"].to_list() == ["high", "medium", "low", "medium", "low", "high", "none", "none"]
    row = found.by_cohort.filter(pl.col("cohort") == "all areas")
    got = dict(row.select("series", "gbp").iter_rows())
    assert got == {"recipient": 300.0, "best": 500.0, "low": 400.0, "high": 700.0}
    left = dict(found.by_cohort.filter(pl.col("cohort") == "left").select("series", "gbp").iter_rows())
    # Best: W1 has grants 0 and 3 whole and a quarter of 1 and 2; the upper bound adds a quarter of the two nowhere.
    assert left == {"recipient": 200.0, "best": 250.0, "low": 250.0, "high": 300.0}


def test_a_recipient_that_works_elsewhere_too_is_not_local() -> None:
    """Its own postcode then says little."""
    table = awards(*({"recipient_id": "r", "recipient_postcode": "AA1 1AA"} for _ in range(3)))
    found = grants(table, located((0, "W1", None), (1, "W3", None)), atlas=atlas())
    assert found.ledger["method"].to_list() == ["A", "A", "D"]


def test_without_a_postcode_lookup_it_says_what_could_not_be_placed() -> None:
    """Grants, pounds, and what to give."""
    from dataclasses import replace

    table = awards({"recipient_postcode": "AA1 1AA"}, {})
    found = grants(table, located((1, "W1", None)), atlas=replace(atlas(), postcodes=None))
    said = next(note.text for note in found.notes if "could not be placed" in note.text)
    assert said.startswith("1 grant of 2 (50.0%), with £100.00 (50.0% of the money)")
    assert "--postcodes" in said


def test_real_terms_use_the_prices_of_the_year_of_award() -> None:
    """100 pounds of 2015 are 120 of 2020 when prices rose by a fifth."""
    found = grants(
        awards({}),
        located((0, "W1", None)),
        atlas=atlas(),
        deflator=Deflator({2015: 100.0, 2020: 120.0}),
        price_year=2020,
    )
    assert found.table["best_gbp_per_head"][0] == pytest.approx(1.0)
    assert found.table["best_real_gbp_per_head"][0] == pytest.approx(1.2)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "amount_pence": st.sampled_from([100, 101, 9_999, 1_000_001, 0, -7]),
            "grant_id": st.sampled_from(["a", "b", "c", "d", None]),
            "recipient_name": st.sampled_from(["The Club", "Club Ltd", "Hall", "Halls", None]),
            "recipient_id": st.sampled_from([None, None, "r1", "r2", "F2"]),
            "funder_id": st.sampled_from(["F", "F2"]),
            "regrant_type": st.sampled_from([None, None, "FRG010"]),
            "recipient_postcode": st.sampled_from([None, "AA1 1AA", "BB1 1BB"]),
            "award_date": st.dates(dt.date(2015, 1, 1), dt.date(2015, 2, 1)),
        }
    ),
    min_size=1,
    max_size=25,
)
CODES = st.lists(st.sampled_from(["W1", "W2", "W3", "L1", "L2", "S01000001", "E92000001", "none"]), max_size=3)


@settings(max_examples=25)
@given(ROWS, st.data())
def test_nothing_is_lost_and_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    """Counted and not counted are the files' total; weights add up to one; shuffled rows give the same places."""
    table = awards(*rows)
    codes = [data.draw(CODES) for _ in rows]
    places = located(*((i, code, None) for i, those in enumerate(codes) for code in those))
    found = grants(table, places, atlas=atlas(), draws=2)
    ledger = found.ledger
    lost = (ledger["amount_pence"] - ledger["counts_pence"]).sum()
    assert found.counted_pence + lost == table["amount_pence"].sum() == found.total_pence
    assert int(ledger["counts_pence"].min()) >= 0  # type: ignore[arg-type]
    made = atlas()
    way = where(ledger, places, codes=made.codes, postcodes=made.postcodes, names=made.names, rules=RULES)
    sums = way.places.group_by("award").agg(pl.col("parts").sum())
    assert set(sums["parts"].to_list()) <= {WHOLE}
    weights = place_weights(way, made.crosswalk).group_by("award").agg(pl.col("weight").sum())
    assert weights["weight"].to_list() == pytest.approx([1.0] * weights.height, abs=1e-12)
    order = data.draw(st.permutations(range(len(rows))))
    shuffled = grants(table[order], places.reverse(), atlas=atlas(), draws=2)
    figures = [name for name in found.table.columns if name.endswith(("_gbp", "_grants"))]
    assert found.table.select(figures).equals(shuffled.table.select(figures))
    # Other running numbers, as other files would give them.
    new = pl.DataFrame(
        {"award": pl.Series(order, dtype=pl.UInt32), "to": pl.Series(range(len(order)), dtype=pl.UInt32)}
    )
    moved = table[order].with_columns(award=pl.Series(range(len(order)), dtype=pl.UInt32))
    there = places.join(new, on="award").drop("award").rename({"to": "award"})
    again = grants(moved, there, atlas=atlas(), draws=2)
    assert again.counted_pence == found.counted_pence


def test_figures_by_year_and_funder_add_up_to_those_of_the_cohort() -> None:
    """The same money, cut three ways."""
    rng = np.random.default_rng(1)
    n = 200
    table = pl.DataFrame(
        {
            "code": rng.choice(["W1", "W2", "W3", "L1"], n), "year": rng.integers(2013, 2016, n),
            "funder": rng.choice(["A", "B"], n), "pence": rng.integers(1, 99_999, n), "grants": rng.integers(1, 5, n),
        }
    )  # fmt: skip
    found = summed_grants(table, atlas=atlas(), draws=2)
    whole = found.by_cohort.filter((pl.col("cohort") == "all areas") & (pl.col("series") == "recipient"))["gbp"][0]
    assert round(whole * 100) == table["pence"].sum()
    for cut in (found.by_year, found.by_funder):
        some = cut.filter((pl.col("cohort") == "all areas") & (pl.col("series") == "recipient"))
        assert some["gbp"].sum() == pytest.approx(whole)


def test_figures_are_the_same_to_the_last_bit_whichever_rows_are_added_first() -> None:
    """Shares of hundreds of funders, and parts of grants: added in another order they would end in other digits."""
    rng = np.random.default_rng(2)
    n = 600
    table = pl.DataFrame(
        {
            "code": rng.choice(["W1", "W2", "W3", "L1"], n), "year": rng.integers(2013, 2016, n),
            "funder": [f"F{i % 290}" for i in range(n)], "pence": rng.integers(1, 99_999, n),
            "grants": rng.integers(1, 5, n),
        }
    )  # fmt: skip
    deflator = Deflator({2013: 97.1, 2014: 98.3, 2015: 100.0})
    made = [
        summed_grants(rows, atlas=atlas(), draws=9, deflator=deflator, price_year=2015).table
        for rows in (table.sample(fraction=1, shuffle=True, seed=seed) for seed in range(12))
    ]
    assert made[0]["hhi"].min() > 0  # type: ignore[operator]
    assert all(one.equals(made[0]) for one in made)


def cold_world(got: int) -> pl.DataFrame:
    """Return 200 areas of 1,000 people with 20 grants or so each, and one with `got`."""
    rng = np.random.default_rng(3)
    areas = [f"A{i:03}" for i in range(200)]
    counts = [got, *rng.poisson(20, 199).tolist()]
    return pl.DataFrame({"code": areas, "year": 2015, "funder": "F", "pence": 1000, "grants": counts})


@pytest.mark.parametrize(("got", "cold"), [(2, True), (19, False)])
def test_a_cold_spot_is_flagged_only_when_it_is_sure(got: int, cold: bool) -> None:
    """2 where 20 are usual is sure; 19 is not."""
    table = cold_world(got)
    areas = table.select(area_code="code", cohort=pl.lit("all"), need_decile=pl.lit(3), region=pl.lit("R"))
    made = Atlas.of_areas(areas.with_columns(population=pl.lit(1000.0)))
    found = summed_grants(table, atlas=made, seed=5, draws=50)
    flags = found.table.filter(pl.col("cold_spot"))["area_code"].to_list()
    assert flags == (["A000"] if cold else [])
    assert (found.table["cold_spot_sentence"][0] != "") == cold
    again = summed_grants(table, atlas=made, seed=5, draws=50)
    assert again.table["cold_spot_probability_gbp"].equals(found.table["cold_spot_probability_gbp"])


def test_the_probability_of_a_cold_spot_agrees_with_draws_from_the_posterior() -> None:
    """The slow version: many draws of the Gamma."""
    from homeground.understand.giving.coldspots import cold_spots

    areas = pl.DataFrame(
        {
            "area_code": ["a", "b", "c", "d"], "population": [1000.0] * 4, "grants": [1.0, 12.0, 8.0, 25.0],
            "logs": [5.0, 60.0, 40.0, 125.0], "squares": [25.0, 310.0, 205.0, 640.0], "need_decile": [1] * 4,
            "region": ["R"] * 4,
        }
    )  # fmt: skip
    table, _ = cold_spots(areas, rules=RULES, draws=10)
    expected = table["expected_grants"].to_numpy()
    ratio = table["grants_ratio"].to_numpy()
    shape = (areas["grants"].to_numpy()[0] - ratio[0] * expected[0]) / (ratio[0] - 1)
    rng = np.random.default_rng(0)
    for place, got in enumerate(areas["grants"]):
        draws = rng.gamma(shape + got, 1 / (shape + expected[place]), 200_000)
        assert table["cold_spot_probability"][place] == pytest.approx((draws < 0.5).mean(), abs=0.005)


def test_publishing_that_grows_is_told_apart_from_giving_that_grows() -> None:
    """The constant panel leaves out who published only once."""
    rows = {"code": ["W1"] * 3, "year": [2014, 2015, 2015], "funder": ["A", "A", "B"], "pence": [100, 100, 800]}
    table = pl.DataFrame({**rows, "grants": [1, 1, 1]})
    found = summed_grants(table, atlas=atlas(), draws=2)
    assert found.funder_years["panel_gbp"].to_list() == [1.0, 1.0]
    assert any("constant panel" in note.text for note in found.notes)
    only = summed_grants(table, atlas=atlas(), constant_panel=True, draws=2)
    assert only.by_cohort.filter(pl.col("cohort") == "all areas")["gbp"][0] == pytest.approx(2.0)


def test_what_cannot_be_placed_at_all_is_missing_and_not_nought() -> None:
    """No figures by recipient or best, the upper bound all the same."""
    found = grants(awards({}), atlas=atlas(), draws=2)
    assert found.table["best_gbp"].null_count() == 3
    assert found.table["high_gbp"].sum() == pytest.approx(100.0)
    assert set(found.by_year["series"]) == {"high"}
    assert sum("which is not nought" in note.text for note in found.notes) == 2


def test_endowments_spent_beyond_the_deflator_are_told() -> None:
    """Ten years from 2015, prices up to 2020."""
    prices = Deflator(dict.fromkeys(range(2010, 2021), 100.0))
    found = grants(
        awards({"regrant_type": "FRG060", "amount_pence": 1000}), located((0, "W1", None)), atlas=atlas(), draws=2,
        rules=Rules(spend_endowments=True), deflator=prices, price_year=2020,
    )  # fmt: skip
    assert any(note.text.startswith("£4.00 of 2021 to 2024 has no figures in real terms") for note in found.notes)
    assert found.table["best_gbp"][0] == pytest.approx(10.0)
