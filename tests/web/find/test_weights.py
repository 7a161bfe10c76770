"""Trying one's own weights: the list is the one that the library gives with these weights, and typing is forgiven."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from homeground.journey.cohort import build_cohort
from homeground_web.find import analysis, own_weights, queries
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run

pytestmark = pytest.mark.django_db

PARTS = ("income", "employment", "education", "health", "crime", "barriers", "living")


def kept_of(node: str) -> analysis.Kept:
    """What the list can be made again from."""
    kept = queries.engine_of(Run.objects.get(load__state=Load.State.CURRENT, kind=f"list {node}"))
    assert kept is not None
    return kept


def fields_of(node: str = "ward21") -> list[own_weights.Field]:
    """The fields of the form."""
    made = queries.method_of(Run.objects.get(load__state=Load.State.CURRENT, kind=f"list {node}"))
    assert made is not None
    return own_weights.fields_of(made)


def by_the_library(folder: Path, tmp_path: Path, preset: str, weights: dict[str, float]) -> set[str]:
    """The list that the library makes when the weights in the method file are other ones."""
    text = (folder / "district-deprivation.toml").read_text(encoding="utf-8")
    method = tomllib.loads(text)
    for part, weight in weights.items():
        start = text.index(f"[parts.{part}]")
        own = f"weight = {method['parts'][part]['weight']}"
        at = text.index(own, start)
        text = text[:at] + f"weight = {weight}" + text[at + len(own) :]
    for name in (preset, "district-community-need.toml"):
        (tmp_path / name).write_text((folder / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "district-deprivation.toml").write_text(text, encoding="utf-8")
    return set(build_cohort(tmp_path / preset, data=folder).selected)


@pytest.mark.parametrize(
    ("node", "preset"), [("ward21", "district-left-behind-wards.toml"), ("area21", "district-left-behind.toml")]
)
def test_the_list_is_the_one_of_the_library_with_these_weights(
    node: str, preset: str, district_folder: Path, tmp_path: Path
) -> None:
    """Crime and the living environment count most: who is in is who the whole machinery takes."""
    weights = dict.fromkeys(PARTS, 0.05) | {"crime": 0.4, "living": 0.35}
    expected = by_the_library(district_folder, tmp_path, preset, weights)
    kept = kept_of(node)
    found = analysis.reweigh(kept, {"deprivation": [weights[part] for part in PARTS]})
    assert found.members == expected
    assert found.joins or found.leaves


@pytest.mark.parametrize("node", ["ward21", "area21"])
def test_with_the_usual_weights_nothing_changes(node: str) -> None:
    """The list is the published one, place by place."""
    kept = kept_of(node)
    usual = {index["role"]: index["weights"] for index in kept.told["indices"]}
    found = analysis.reweigh(kept, usual)
    shown = Area.objects.filter(load__state=Load.State.CURRENT, node=node, group="left-behind")
    assert (found.joins, found.leaves) == ((), ())
    assert found.members == set(shown.values_list("code", flat=True))


def test_only_proportions_count() -> None:
    """Twice all weights is the same list."""
    kept = kept_of("area21")
    one = [float(number) for number in range(1, 8)]
    twice = [2 * number for number in one]
    assert analysis.reweigh(kept, {"deprivation": one}) == analysis.reweigh(kept, {"deprivation": twice})


def test_the_page_says_how_many_leave_and_join_and_which(client: Client) -> None:
    """With a link that keeps the weights, and each place by its name."""
    found = analysis.reweigh(kept_of("area21"), {"deprivation": [0, 0, 0, 0, 1, 0, 1]})
    asked = {f"d-{part}": "0" for part in PARTS} | {"d-crime": "5", "d-living": "5"}
    page = client.get("/method/area21/weights", asked).content.decode()
    assert f"{len(found.leaves)} places leave the list." in page
    joins = len(found.joins)
    assert ("One place joins." if joins == 1 else f"{joins} places join.") in page
    names = Area.objects.filter(node="area21", code__in=[*found.joins, *found.leaves]).values_list("name", flat=True)
    assert all(name in page for name in names)
    assert "d-crime=5&amp;d-barriers=0&amp;d-living=5" in page


@pytest.mark.parametrize("on_list", [True, False])
def test_a_place_is_told_whether_it_is_in(client: Client, on_list: bool) -> None:
    """In or out, with its two ranks; it stays in the address."""
    areas = Area.objects.filter(load__state=Load.State.CURRENT, node="area21")
    area = (areas.filter(group="left-behind") if on_list else areas.exclude(group="left-behind"))[0]
    page = client.get("/method/area21/weights", {"place": area.code, "d-income": "23"}).content.decode()
    now = analysis.reweigh(
        kept_of("area21"), {"deprivation": [23, 22.5, 13.5, 13.5, 9.3, 9.3, 9.3]}
    )  # fmt: skip
    said = {(True, True): "stays on", (True, False): "leaves", (False, True): "comes onto", (False, False): "stays off"}
    assert f"{area.name} {said[on_list, area.code in now.members]} the list." in page
    assert f"It is number {now.ranks[area.code][0]:.0f} by deprivation" in page
    assert f'name="place" value="{area.code}"' in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("much", "Income: write a number, such as 20."),
        ("", "Income: write a number, such as 20."),
        ("-3", "Income: a weight cannot be below 0. Write 0 to leave it out."),
        ("1e300", "Income: write a smaller number, such as 20."),
        ("nan", "Income: write a smaller number, such as 20."),
    ],
)
def test_a_wrong_number_is_told_kindly(client: Client, typed: str, said: str) -> None:
    """What is wrong, where, what to write; what was typed stands there still."""
    answer = client.get("/method/ward21/weights", {"d-income": typed, "d-crime": "12"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert 'href="#d-income"' in page
    assert 'value="12"' in page
    assert "With these weights" not in page


def test_all_nought_is_told_kindly(client: Client) -> None:
    """At least one part must count."""
    answer = client.get("/method/ward21/weights", {f"d-{part}": "0" for part in PARTS})
    assert "At least one part must count." in answer.content.decode()


def test_a_comma_and_a_per_cent_sign_are_read() -> None:
    """As people write numbers."""
    read: Any = own_weights.read(fields_of(), {"d-income": "12,5", "d-crime": "30%"})
    assert (read.weights["deprivation"][0], read.weights["deprivation"][4]) == (12.5, 30.0)


def test_a_field_that_is_left_as_it_is_keeps_its_exact_weight() -> None:
    """33.3333 on the page is a third in the sum."""
    read = own_weights.read(fields_of(), {"n-civic": "33.3333"})
    assert read.weights["need"][0] == pytest.approx(100 / 3, abs=1e-12)


def test_what_was_typed_cannot_break_the_page(client: Client) -> None:
    """It is shown as text."""
    page = client.get("/method/ward21/weights", {"d-income": '"><script>', "place": "<b>"}).content.decode()
    assert '"><script>' not in page
    assert "&#34;&gt;&lt;script&gt;" in page
