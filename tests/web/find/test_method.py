"""How a list is decided: what the pages say is what the library says, and the commands they show are true."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from homeground.cli.main import homeground
from homeground.find.audit import audit
from homeground.journey.certainty import preset_list
from homeground.journey.change import change_between
from homeground_web.find import deciding, queries
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run, RunFile

pytestmark = pytest.mark.django_db


def run_of(node: str = "ward21") -> Run:
    """The published list."""
    return Run.objects.get(load__state=Load.State.CURRENT, kind=f"list {node}")


def made_of(node: str = "ward21") -> dict[str, Any]:
    """How it was made."""
    made = queries.method_of(run_of(node))
    assert made is not None
    return made


def on_the_list(node: str = "ward21") -> set[str]:
    """The codes that the pages show as being on it."""
    found = Area.objects.filter(load__state=Load.State.CURRENT, node=node, group="left-behind")
    return set(found.values_list("code", flat=True))


def done(command: str, folder: Path, out: Path) -> pl.DataFrame:
    """Run a command as it stands on the page, with the folder for DATA; return the table that it wrote."""
    words = [word.replace("DATA", str(folder)) for word in shlex.split(command)]
    assert words[0] == "homeground"
    words[words.index("--out") + 1] = str(out)
    result = CliRunner().invoke(homeground, words[1:])
    assert result.exit_code == 0, result.output
    return pl.read_csv(out)


@pytest.mark.parametrize("node", ["ward21", "area21"])
def test_the_command_on_the_page_makes_the_same_list(
    client: Client, node: str, district_folder: Path, tmp_path: Path
) -> None:
    """Whoever types it gets the very codes that are shown."""
    command = made_of(node)["command"]
    assert command in client.get(f"/method/{node}").content.decode()
    table = done(command, district_folder, tmp_path / "list.csv")
    assert set(table.filter("selected")["area_code"]) == on_the_list(node) != set()


def test_the_second_command_says_the_same_of_how_sure_it_is(
    client: Client, district_folder: Path, tmp_path: Path
) -> None:
    """Same draws, same seed: the same probability of each place."""
    command = run_of().command
    assert command in client.get("/method/ward21").content.decode()
    table = done(command, district_folder, tmp_path / "certainty.csv")
    shown = dict(Area.objects.filter(load__state=Load.State.CURRENT, node="ward21").values_list("code", "probability"))
    told = dict(table.select("area_code", "probability").iter_rows())
    assert told == pytest.approx(shown)


def test_the_first_page_works_a_place_through(client: Client) -> None:
    """A place of the list with its two ranks, one that misses it, and a link to each list."""
    page = client.get("/method").content.decode()
    inside = Area.objects.filter(node="ward21", group="left-behind").order_by("deprivation_rank")[0]
    assert f"Take {inside.name}, a ward." in page
    assert f"It is number {inside.deprivation_rank} of 90 by deprivation" in page
    assert "So it is not on the list." in page
    assert page.index("/method/ward21") < page.index("/method/area21")


def test_the_navigation_leads_there(client: Client) -> None:
    """From every page."""
    assert '<a class="govuk-link" href="/method">How we decide</a>' in client.get("/").content.decode()


def test_the_rule_is_said_line_by_line(client: Client) -> None:
    """Each part of the file in plain words, and the file itself."""
    page = client.get("/method/ward21").content.decode()
    for words in (
        "The list is about wards, with the boundaries of 2021.", "the worst fifth of both orders",
        "up to number 18 by deprivation, and 18 by community need",
        "A larger area has the mean of the scores of the small areas in it. Places with more people count more.",
        "name = &#34;district-left-behind-wards&#34;",
    ):  # fmt: skip
        assert words in page, words


def test_what_each_part_adds_is_what_the_audit_found(client: Client, district_folder: Path) -> None:
    """The weights, what they really move, and the findings, as `homeground find audit` gives them."""
    ready = preset_list(district_folder / "district-left-behind-wards.toml", data=district_folder)
    expected = audit(ready.model.deprivation.built, samples=128, seed=0)
    shown = made_of()["indices"][0]["audit"]
    top = expected.tables["effective_weights"].filter(pl.col("node") == "index")
    assert [row[2] for row in shown["adds"]] == pytest.approx(top["effective"].to_list())
    assert [row[1] for row in shown["findings"]] == [finding.text for finding in expected.findings]
    effective = top.filter(pl.col("part") == "income")["effective"][0]
    assert f"{100 * effective:.1f}%" in client.get("/method/ward21").content.decode()


def test_how_sure_it_is_is_told_with_the_places_nearest_to_the_line(client: Client) -> None:
    """How often the list was made, what was changed, and the least sure places first."""
    page = client.get("/method/area21").content.decode()
    run = run_of("area21")
    near = queries.near_the_line(run.load_id, "area21")  # type: ignore[arg-type]
    assert "We made the list 100 times" in page
    assert [abs(area.probability - 0.5) for area in near] == sorted(abs(area.probability - 0.5) for area in near)
    assert all(area.name in page for area in near)
    assert near


def test_what_changed_since_the_edition_before_is_what_the_verb_says(client: Client, district_folder: Path) -> None:
    """Who joins, who leaves, because of what."""
    expected = change_between(
        district_folder / "district-left-behind-2019.toml", district_folder / "district-left-behind.toml",
        data=district_folder, lookup=district_folder / "invented-changes-2011-2021.csv",
    )  # fmt: skip
    moves = made_of("area21")["change"]["moves"]
    assert {code for code, move, *_ in moves if move == "joins"} == set(expected.joins)
    assert {code for code, move, *_ in moves if move == "leaves"} == set(expected.leaves)
    page = client.get("/method/area21").content.decode()
    assert f"Places that join: {len(expected.joins)}. Places that leave: {len(expected.leaves)}." in page
    assert "joins the list because the figures changed" in page


def test_a_list_without_an_earlier_edition_says_so(client: Client) -> None:
    """There is none for the wards."""
    assert "No earlier edition of this list is at hand." in client.get("/method/ward21").content.decode()


def test_sources_have_their_licences_and_limits_are_told(client: Client) -> None:
    """Every source and every note of the run stands on the page."""
    page = client.get("/method/ward21").content.decode()
    run = run_of()
    assert all(source["title"] in page for source in run.sources)
    assert "Licence: Invented for demonstration" in page
    assert run.notes


def test_the_list_is_handed_out_as_a_table_and_for_programs(client: Client) -> None:
    """Both hold every area with its probability."""
    answer = client.get("/method/ward21/list.csv")
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(answer.content.decode().splitlines()))
    told = json.loads(client.get("/method/ward21/list.json").content)
    assert len(rows) == len(told) == 90
    assert {row["area_code"] for row in rows if row["selected"] == "true"} == on_the_list()
    assert client.get("/method/ward21/list.exe").status_code == 404


def test_an_unknown_list_is_no_page(client: Client) -> None:
    """404 in words, for each of its pages."""
    for address in ("/method/parish99", "/method/parish99/weights", "/method/parish99/list.csv"):
        assert client.get(address).status_code == 404


def test_a_list_from_before_says_that_nothing_more_was_kept(client: Client) -> None:
    """A list that was stored without its method has a page all the same."""
    RunFile.objects.filter(run=run_of(), name__in=["method.json", "engine.npz"]).delete()
    assert "was not kept with it" in client.get("/method/ward21").content.decode()
    assert "cannot be weighed anew" in client.get("/method/ward21/weights").content.decode()


def test_without_a_list_the_first_page_says_what_to_do(client: Client) -> None:
    """An empty page helps."""
    Run.objects.filter(kind__startswith="list ").delete()
    assert "No list has been made here yet." in client.get("/method").content.decode()


def test_the_page_of_a_place_leads_to_the_method(client: Client) -> None:
    """What would change that, what each part adds, try your own weights."""
    page = client.get("/places/ZW022").content.decode()
    for address in ("/method/ward21#sure", "/method/ward21#adds", "/method/ward21/weights?place=ZW022"):
        assert f'href="{address}"' in page, address


def test_pages_ask_the_database_a_few_times(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """However long the list."""
    for address in ("/method", "/method/area21", "/method/area21/weights?d-income=99"):
        with django_assert_max_num_queries(14):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("share", "count", "said"),
    [(0.1, None, "the worst tenth"), (0.2, None, "the worst fifth"), (0.15, None, "the worst 15%"),
     (None, 225, "the worst 225")],
)  # fmt: skip
def test_a_share_is_said_as_people_say_it(share: float | None, count: int | None, said: str) -> None:
    """A tenth, a fifth, else per cent, or a number."""
    assert deciding.part_word(share, count) == said


@pytest.mark.parametrize("rule", ["sum", "product", "worst-of-two"])
def test_every_rule_has_words(rule: str) -> None:
    """And ranks without a line have an example without one."""
    made = made_of() | {"rule": {"rule": rule, "share": None, "count": 50}, "last": {}}
    assert "the worst 50" in deciding.rule_words(made)
    area = Area.objects.filter(node="ward21", group="left-behind")[0]
    assert len(deciding.examples(made, area, None)[0].sentences) == 2
