"""The analyst's desk: files are looked at, read, shown and taken back; only analysts see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from homeground_web.audit.models import Entry
from homeground_web.desk.models import Folder
from homeground_web.jobs.models import Job
from homeground_web.places import queries
from homeground_web.places.models import Area, Load
from homeground_web.runs.models import Run

pytestmark = pytest.mark.django_db

PAGES = ("desk", "desk-new-folder", "desk-new-list", "desk-results")


@pytest.fixture(autouse=True)
def _uploads(tmp_path: Path, settings: Any) -> None:
    """Keep uploads where the test can lose them."""
    settings.UPLOADS = tmp_path / "uploads"


@pytest.fixture
def analyst(member: Callable[..., Client]) -> Client:
    """Somebody who may use the desk."""
    return member("analyst")


def upload(client: Client, *files: SimpleUploadedFile, title: str = "Files") -> Any:
    """Bring files in a new folder."""
    return client.post(reverse("desk-new-folder"), {"title": title, "files": list(files)})


def of(folder: Path, *names: str) -> list[SimpleUploadedFile]:
    """Return files of a folder as a browser sends them."""
    return [SimpleUploadedFile(name, (folder / name).read_bytes()) for name in names]


@pytest.mark.parametrize("page", PAGES)
def test_only_analysts_see_the_desk(client: Client, member: Callable[..., Client], page: str) -> None:
    """A stranger is asked to sign in; a chair is told no; an analyst comes in."""
    assert client.get(reverse(page)).status_code == 302
    assert member("chair", email="chair@example.org").get(reverse(page)).status_code == 403
    assert member("analyst", email="analyst@example.org").get(reverse(page)).status_code == 200


def test_files_are_known_by_their_headings_and_faults_are_told(
    analyst: Client, district_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """A good file, one with a word for a number, and a table nobody knows."""
    good, bad = of(district_folder, "invented-lookup-2021.csv", "invented-deprivation-2025.csv")
    lines = bad.read().decode().splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:-1], "many"])
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(
            analyst, good, SimpleUploadedFile("figures.csv", "\n".join(lines).encode()),
            SimpleUploadedFile("strange.csv", b"colour,size\nred,3\n"),
            *of(district_folder, "invented-lookup-2021.dataset.toml", "invented-deprivation-2025.dataset.toml"),
        )  # fmt: skip
    assert answer.status_code == 302
    folder = Folder.objects.get()
    assert analyst.get(answer.url).url == reverse("desk-folder", kwargs={"number": folder.pk})
    page = analyst.get(reverse("desk-folder", kwargs={"number": folder.pk})).content.decode()
    assert [one["file"] for one in folder.found] == ["invented-lookup-2021.csv"]
    assert {one["file"] for one in folder.problems} == {"figures.csv", "strange.csv"}
    told = next(one["text"] for one in folder.problems if one["file"] == "figures.csv")
    assert "many" in told
    assert "row 4" in told
    assert "strange.csv" in page


@pytest.mark.parametrize("name", ["../../etc/passwd", "run.exe", "", "page.html"])
def test_a_file_of_another_kind_is_refused_and_nothing_is_kept(analyst: Client, name: str) -> None:
    """By its ending; no folder stays behind."""
    answer = upload(analyst, SimpleUploadedFile(name or "x", b"1"))
    assert answer.status_code == 400
    assert not Folder.objects.exists()


def test_a_name_with_folders_in_it_stays_in_its_folder(analyst: Client) -> None:
    """Only the last part of it is used."""
    upload(analyst, SimpleUploadedFile("..\\..\\evil.csv", b"a,b\n1,2\n"))
    folder = Folder.objects.get()
    assert [path.name for path in folder.path.iterdir()] == ["evil.csv"]


def test_an_upload_that_is_too_large_is_refused_before_it_is_read(analyst: Client) -> None:
    """With the limit told; a stranger's limit is a small one."""
    with override_settings(UPLOAD_LIMIT=2000):
        answer = upload(analyst, SimpleUploadedFile("big.csv", b"a" * 3000))
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert not Folder.objects.exists()
    stranger = Client(enforce_csrf_checks=True)  # the token is looked for in the body
    stranger.get(reverse("feedback"))
    assert upload(stranger, SimpleUploadedFile("big.csv", b"a" * 1_100_000)).status_code == 413


def test_a_folder_becomes_a_load_is_shown_and_taken_back(
    analyst: Client, district_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    """The whole way in pages; until the button is pressed nobody sees it."""
    first = queries.current()
    names = [path.name for path in district_folder.iterdir() if path.suffix in (".csv", ".toml", ".geojson", ".xlsx")]
    names += [path.name for path in district_folder.glob("*.json")]
    with django_capture_on_commit_callbacks(execute=True):
        upload(analyst, *of(district_folder, *names), title="The district anew")
    page = reverse("desk-folder", kwargs={"number": Folder.objects.get().pk})
    with django_capture_on_commit_callbacks(execute=True):
        put = analyst.post(page, {"wish": "load"})
    ready = analyst.get(put.url)
    assert queries.current() == first
    shown = analyst.get(ready.url).content.decode()
    assert "0 places join the list" in shown
    analyst.post(ready.url)
    assert queries.current() != first
    assert queries.current().title == "The district anew"  # type: ignore[union-attr]
    analyst.post(reverse("desk"))
    assert queries.current() == first


def test_a_folder_that_cannot_be_read_says_why_and_changes_nothing(
    analyst: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """The job's page tells; the public sees what it saw."""
    first = queries.current()
    with django_capture_on_commit_callbacks(execute=True):
        upload(analyst, SimpleUploadedFile("strange.csv", b"colour,size\nred,3\n"))
    page = reverse("desk-folder", kwargs={"number": Folder.objects.get().pk})
    with django_capture_on_commit_callbacks(execute=True):
        put = analyst.post(page, {"wish": "load"})
    told = analyst.get(put.url).content.decode()
    assert "It did not work" in told
    assert queries.current() == first
    assert Load.objects.filter(state=Load.State.FAILED).count() == 1


def test_a_plan_that_names_a_file_elsewhere_is_refused(analyst: Client) -> None:
    """Neither by dots nor from the root."""
    for path in ("../secret.csv", "/etc/passwd"):
        upload(analyst, SimpleUploadedFile("homeground-load.toml", f'postcodes = "{path}"'.encode()))
        folder = Folder.objects.first()
        assert folder is not None
        answer = analyst.post(reverse("desk-folder", kwargs={"number": folder.pk}), {"wish": "load"})
        assert answer.status_code == 400
        assert "inside the folder" in answer.content.decode()


def test_files_are_replaced_taken_out_and_thrown_away(analyst: Client) -> None:
    """Each of them is in the log."""
    upload(analyst, SimpleUploadedFile("a.csv", b"x,y\n1,2\n"))
    folder = Folder.objects.get()
    page = reverse("desk-folder", kwargs={"number": folder.pk})
    analyst.post(page, {"wish": "add", "files": [SimpleUploadedFile("a.csv", b"x,y\n3,4\n")]})
    assert (folder.path / "a.csv").read_bytes() == b"x,y\n3,4\n"
    analyst.post(page, {"wish": "remove", "name": "a.csv"})
    assert not (folder.path / "a.csv").exists()
    analyst.post(page, {"wish": "throw away"})
    assert not folder.path.exists()
    verbs = list(Entry.objects.filter(object_kind="desk.folder").order_by("id").values_list("verb", flat=True))
    assert verbs == ["opened", "added files to", "added files to", "took a file out of", "threw away"]


def test_a_list_is_drawn_anew_and_seen_only_when_published(
    analyst: Client, django_capture_on_commit_callbacks: Any
) -> None:
    """A draft first; published, each page says what it says; the one before can be published again."""
    load = queries.current()
    assert load is not None
    before = Run.objects.get(load=load, kind="list ward21", state=Run.State.PUBLISHED)
    wards = Area.objects.filter(load=load, node="ward21").order_by("code")
    first = list(wards.values_list("probability", "sure_sentence"))
    with django_capture_on_commit_callbacks(execute=True):
        put = analyst.post(reverse("desk-new-list"), {"preset": "district-left-behind-wards.toml", "draws": "20"})
    page = analyst.get(put.url).url
    run = Run.objects.get(state=Run.State.DRAFT)
    assert "0 places join the list" in analyst.get(page).content.decode()
    assert Run.objects.get(pk=before.pk).state == Run.State.PUBLISHED
    with django_capture_on_commit_callbacks(execute=True):
        analyst.post(page, {"wish": "publish"})
    run.refresh_from_db()
    before.refresh_from_db()
    assert (run.state, before.state) == (Run.State.PUBLISHED, Run.State.WITHDRAWN)
    drawn = list(wards.values_list("probability", "sure_sentence"))
    assert drawn != first
    assert {round(20 * share, 6) % 1 for share, _ in drawn if share is not None} == {0.0}
    with django_capture_on_commit_callbacks(execute=True):
        analyst.post(reverse("desk-result", kwargs={"number": before.pk}), {"wish": "publish"})
    assert list(wards.values_list("probability", "sure_sentence")) == first


@pytest.mark.parametrize("draws", ["", "9", "10001", "many", "-5", "1e3"])
def test_a_wrong_number_of_repeats_is_told(analyst: Client, draws: str) -> None:
    """No job is put down."""
    answer = analyst.post(reverse("desk-new-list"), {"preset": "district-left-behind.toml", "draws": draws})
    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_the_list_of_results_asks_the_database_little(analyst: Client, django_assert_max_num_queries: Any) -> None:
    """However many there are."""
    load = queries.current()
    run = Run.objects.filter(load=load).first()
    assert run is not None
    for _ in range(60):
        run.pk = None
        run.state = Run.State.WITHDRAWN
        run.save()
    with django_assert_max_num_queries(8):
        page = analyst.get(reverse("desk-results"))
    assert page.content.decode().count("hg-target") > 45
