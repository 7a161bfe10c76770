"""Reports of a place: made once in a job, kept, and given at once to the next who asks."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from homeground_web.jobs.models import Job
from homeground_web.places import queries as places
from homeground_web.places.models import Load
from homeground_web.runs.models import Run
from homeground_web.understand import queries

pytestmark = pytest.mark.django_db

PAGE = "/places/ZW022/report"


def ask(client: Client, capture: Any, ending: str, page: str = PAGE) -> Any:
    """Press the button; let the job run."""
    with capture(execute=True):
        return client.post(page, {"ending": ending})


def content(client: Client, address: str) -> bytes:
    """Return a file."""
    answer = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer)  # type: ignore[arg-type]


@pytest.mark.parametrize(("ending", "starts"), [("pdf", b"%PDF-"), ("docx", b"PK"), ("xlsx", b"PK")])
def test_a_report_is_made_in_a_job_and_given(
    client: Client, ending: str, starts: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    """From the button over the waiting page to the file; the run says what it rests on."""
    put = ask(client, django_capture_on_commit_callbacks, ending)
    assert put.status_code == 302
    done = client.get(put.url)
    assert done.url == f"{PAGE}.{ending}"
    file = content(client, done.url)
    assert file.startswith(starts)
    if ending == "pdf":
        assert b"/MarkInfo" in file
        assert b"/Lang" in file
    else:
        assert zipfile.ZipFile(io.BytesIO(file)).testzip() is None
    run = Run.objects.get(kind=f"report {ending} ward21 ZW022")
    assert run.sources
    assert run.inputs


def test_the_next_who_asks_has_it_at_once(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    """No second job; the same bytes, and a short answer to who has them."""
    ask(client, django_capture_on_commit_callbacks, "docx")
    again = ask(client, django_capture_on_commit_callbacks, "docx")
    assert again.url == f"{PAGE}.docx"
    assert Job.objects.filter(name="place-report").count() == 1
    first = client.get(again.url)
    assert client.get(again.url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "Get the report (DOCX)" in client.get(PAGE).content.decode()


def test_two_who_ask_at_the_same_time_wait_for_the_same_job(client: Client) -> None:
    """The second is led to the first one's job."""
    first = client.post(PAGE, {"ending": "pdf"})
    second = client.post(PAGE, {"ending": "pdf"})
    assert first.url == second.url
    assert Job.objects.filter(name="place-report").count() == 1


def test_a_file_that_is_not_there_leads_to_the_page_that_makes_it(client: Client) -> None:
    """Also after new data were loaded."""
    assert client.get(f"{PAGE}.pdf").url == PAGE
    assert client.get(f"{PAGE}.exe").status_code == 404
    assert client.get("/places/NOWHERE/report").status_code == 404


def test_files_that_have_gone_are_told(client: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    """And that nothing has changed."""
    Load.objects.filter(state=Load.State.CURRENT).update(folder=str(tmp_path / "gone"))
    put = ask(client, django_capture_on_commit_callbacks, "pdf")
    page = client.get(put.url).content.decode()
    assert "are not there" in page
    assert "Nothing that people see has changed" in page


def test_who_asks_for_many_is_told_when_to_come_back(client: Client, settings: Any) -> None:
    """By address; reports that are there already do not count."""
    settings.REPORTS_PER_HOUR = 2
    codes = ["ZW001", "ZW002", "ZW003"]
    answers = [client.post(f"/places/{code}/report", {"ending": "pdf"}, REMOTE_ADDR="10.0.0.9") for code in codes]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    other = client.post("/places/ZW004/report", {"ending": "pdf"}, REMOTE_ADDR="10.0.0.8")
    assert other.status_code == 302


def test_many_waiting_reports_are_a_queue_with_an_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it people are asked to come back in a few minutes."""
    from homeground_web.understand import report_views

    monkeypatch.setattr(report_views, "_MOST_WAITING", 1)
    client.post("/places/ZW001/report", {"ending": "pdf"})
    answer = client.post("/places/ZW002/report", {"ending": "pdf"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "120"


def test_a_missing_part_says_which_line_to_type(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a button."""
    from homeground_web.understand import analysis

    monkeypatch.setattr(analysis, "what_is_missing", lambda ending: f"pip install for {ending}")
    page = client.get(PAGE).content.decode()
    assert "pip install for pdf" in page
    assert "<button" not in page.split("<main", 1)[1].split("</main>")[0]


def test_a_neighbourhood_of_ones_own_has_its_report(
    member: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    """For those who may see it."""
    officer = member("council_officer")
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(reverse("our-new"), {"name": "Our patch", "areas": "ZW022\nZW088"})
    page = reverse("our-report", kwargs={"slug": "our-patch"})
    put = ask(officer, django_capture_on_commit_callbacks, "docx", page)
    assert officer.get(put.url).url == f"{page}.docx"
    assert content(officer, f"{page}.docx").startswith(b"PK")
    assert Client().get(page).status_code == 404


def test_the_place_page_leads_to_it(client: Client) -> None:
    """Near its foot."""
    assert places.current() is not None
    assert f'href="{PAGE}"' in client.get("/places/ZW022").content.decode()


def test_a_report_tells_what_the_page_tells_beside_the_figures(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """What the place was given, and what is within reach: in the same words, with the same numbers, and sources."""
    ask(client, django_capture_on_commit_callbacks, "docx")
    paragraphs, cells = _words(content(client, f"{PAGE}.docx"))
    page = client.get("/places/ZW022").content.decode()
    for title in ("What the place has been given", "What is within reach"):
        assert title in paragraphs
        assert f">{title}</h2>" in page
    given = next(text for text in paragraphs if "funders gave" in text)
    assert given in html.unescape(page)
    assert "At least" in cells
    assert "Libraries" in cells
    run = Run.objects.get(kind="report docx ward21 ZW022")
    beside = [queries.row_of(places.area_of(places.current(), "ZW022"), kind) for kind in ("given", "reach")]
    titles = {source["title"] for row in beside if row for source in row[1].sources}
    assert len(titles) > 2
    assert titles <= {source["title"] for source in run.sources}


def test_a_workbook_has_a_sheet_for_each_of_them(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    """Numbers are numbers there, and those of the page."""
    ask(client, django_capture_on_commit_callbacks, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(content(client, f"{PAGE}.xlsx")))
    rows = [row for row in book["Given"].iter_rows(values_only=True) if row[0]]
    heads = next(place for place, row in enumerate(rows) if row[0] == "place")
    here = dict(zip(rows[heads], rows[heads + 1], strict=True))
    run = Run.objects.get(kind="given ward21", state=Run.State.PUBLISHED)
    stored = queries.row_of(places.area_of(places.current(), "ZW022"), "given")
    assert stored is not None
    assert run == stored[1]
    assert here["best_gbp_per_head"] == pytest.approx(stored[0]["best_gbp_per_head"])
    assert {row[0] for row in book["Within reach"].iter_rows(values_only=True)} >= {"Libraries", "Any place to meet"}


def _words(file: bytes) -> tuple[list[str], list[str]]:
    document = docx.Document(io.BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs], cells
