"""Loading a folder: NEXT, checked, swapped; a load that fails changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from homeground_web.audit.models import Entry
from homeground_web.jobs.work import Refused
from homeground_web.places import loading, queries
from homeground_web.places.models import Area, Load, Postcode
from homeground_web.places.plan import BadPlan, Plan, read_plan
from homeground_web.runs.models import PlaceResult, Run

pytestmark = pytest.mark.django_db


def quiet(*_: Any) -> None:
    """Say nothing."""


def counts() -> tuple[int, ...]:
    """Return how many rows there are of what a load fills."""
    return tuple(model.objects.count() for model in (Area, Postcode, Run, PlaceResult))


def test_a_load_fills_areas_postcodes_lists_and_profiles() -> None:
    """Every area has a page's worth: a name, people, an outline, a profile."""
    load = queries.current()
    assert load is not None
    assert load.summary["areas"] == {"ward21": 90, "area21": 600, "authority21": 6}
    areas = Area.objects.filter(load=load)
    assert not areas.filter(outline=None).exists()
    assert not areas.filter(population=None).exists()
    for kind in ("profile", "given", "reach"):
        assert PlaceResult.objects.filter(run__load=load, run__kind__startswith=kind).count() == 696, kind
    assert areas.filter(node="ward21", group="left-behind").count() == 11
    assert not areas.filter(node="ward21", authority="").exists()


def test_a_load_that_fails_changes_nothing(district_folder: Path, tmp_path: Path) -> None:
    """A postcode file that is not there: the load is FAILED and emptied, and the public sees what it saw."""
    before, current = counts(), queries.current()
    folder = tmp_path / "broken"
    shutil.copytree(district_folder, folder)
    (folder / "invented-postcodes.csv").unlink()
    load = loading.begin(folder)
    with pytest.raises(Refused, match=r"invented-postcodes\.csv"):
        loading.prepare(load, quiet)
    load.refresh_from_db()
    assert load.state == Load.State.FAILED
    assert counts() == before
    assert queries.current() == current


def test_a_folder_is_known_to_be_shown_until_one_of_its_files_changes(district_folder: Path, tmp_path: Path) -> None:
    """By hashes: a grant file or the rule of a list counts as much as a table of figures."""
    folder = tmp_path / "copy"
    shutil.copytree(district_folder, folder)
    assert loading.is_shown(folder)
    rule = folder / "district-left-behind-wards.toml"
    rule.write_text(rule.read_text(encoding="utf-8") + "\n# another line\n", encoding="utf-8")
    assert not loading.is_shown(folder)


def test_each_run_of_a_load_tells_the_files_it_rests_on() -> None:
    """Name, bytes and hash, those the plan names among them."""
    for run in Run.objects.filter(load=queries.current()):
        files = {entry["file"]: entry for entry in run.inputs}
        assert "invented-grants-trust.xlsx" in files
        assert "district-left-behind-wards.toml" in files
        assert all(len(entry["sha256"]) == 64 and entry["bytes"] > 0 for entry in files.values())


def test_a_second_load_has_the_same_bytes_and_a_swap_to_it_can_be_taken_back(district_folder: Path) -> None:
    """A run computed again has the same hash; NEXT to CURRENT, CURRENT to PREVIOUS, and back again."""
    first = queries.current()
    assert first is not None
    second = loading.begin(district_folder)
    loading.prepare(second, quiet)
    second.refresh_from_db()
    assert queries.current() == first
    assert second.preview["lists"][0]["joins"] == []
    hashes = [dict(Run.objects.filter(load=load).values_list("kind", "result_hash")) for load in (first, second)]
    assert hashes[0] == hashes[1]
    bodies = [
        {code: bytes(body) for code, body in PlaceResult.objects.filter(run__load=load).values_list("code", "body")}
        for load in (first, second)
    ]
    assert bodies[0] == bodies[1]
    loading.swap(second)
    first.refresh_from_db()
    assert (queries.current(), first.state) == (second, Load.State.PREVIOUS)
    loading.take_back()
    assert queries.current() == first


def test_all_that_join_a_list_are_counted_though_few_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of England has more members than a page should name."""
    monkeypatch.setattr(loading, "_NAMED", 2)
    load = queries.current()
    assert load is not None
    on_it = Area.objects.filter(load=load, node="ward21", group="left-behind").count()
    Load.objects.filter(pk=load.pk).update(state=Load.State.PREVIOUS)
    told = next(one for one in loading._preview(load)["lists"] if one["node"] == "ward21")
    assert on_it > 2
    assert (told["joining"], len(told["joins"])) == (on_it, 2)


def test_only_one_load_can_be_current() -> None:
    """The database itself refuses a second."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Load.objects.create(title="another", folder="x", state=Load.State.CURRENT)


def test_a_load_that_is_not_ready_is_not_shown(district_folder: Path) -> None:
    """Swapping needs a load that was prepared."""
    load = loading.begin(district_folder)
    with pytest.raises(Refused, match="not ready"):
        loading.swap(load)


def test_every_step_is_in_the_log(district_folder: Path) -> None:
    """Begun, computed, prepared, moved: who and when, in one line each."""
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"began", "computed", "prepared", "moved"} <= verbs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("draws = 'many'", "draws"),
        ("colour = 'red'", "colour"),
        ("title = [1]", "title"),
        ("title = ", "cannot be read"),
    ],
)
def test_a_plan_that_cannot_be_followed_says_which_entry(tmp_path: Path, text: str, said: str) -> None:
    """And what to write."""
    (tmp_path / "homeground-load.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadPlan, match=said):
        read_plan(tmp_path)


def test_the_shipped_plan_for_england_can_be_read() -> None:
    """And one that is not shipped is refused with those that are."""
    assert read_plan(Path("/nowhere"), "england").areas[0] == "ward24"
    with pytest.raises(BadPlan, match="england"):
        read_plan(Path("/nowhere"), "france")
    assert Plan.from_dict(Plan(title="x").as_dict()) == Plan(title="x")
