"""Pulling a data set: whole, the right one, from the web only, and nothing half done.

The publisher is a server on this machine. Every law here is about a publisher that misbehaves in one way.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeground.cli.data.pull import pull as pull_command
from homeground.cli.main import homeground, main
from homeground.errors import BadSpecification, CannotWrite, DownloadFailed
from homeground.sources.datasets import Dataset, parse_dataset
from homeground.sources.fetch import Pulled, pull
from homeground.sources.transport import Limits, check_address

ROWS = 4_000
GOOD = ("code,pubs\n" + "".join(f"X{n:06d},{n % 7}\n" for n in range(ROWS))).encode()
NEWER = GOOD.replace(b"X000000,0", b"X000000,9")
SUM = hashlib.sha256(GOOD).hexdigest()
TOML = """
id = "pubs-invented"
title = "Pubs in invented places"
publisher = "The Office of Invented Figures"
licence = "Open Government Licence v3.0"
licence_address = "https://example.org/licence"
attribution = "Contains invented figures."
address = "https://example.org/pubs"
area_column = "code"
recognise = ["code", "pubs"]
official_codes = false
rows = 4000
columns = [{ name = "code", holds = "code" }, { name = "pubs", holds = "count", higher_is = "better" }]
"""
Answer = Callable[[BaseHTTPRequestHandler, int], None]


class Publisher:
    """A server on this machine whose every address answers as a test says."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[dict[str, str]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
                path = self.path.partition("?")[0]
                times = sum(1 for one in publisher.asked if one["path"] == self.path)
                publisher.answers[path](self, times)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def at(self, path: str, answer: Answer) -> str:
        """Answer at `path` like this from now on, and return the address."""
        self.answers[path.partition("?")[0]] = answer
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Publisher()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def pubs() -> Dataset:
    return parse_dataset(TOML)


def sends(content: bytes, *, tag: str = '"v1"', ranges: bool = True, cut: int | None = None, **headers: str) -> Answer:
    """A server that sends `content`, by pieces if asked; the first time it breaks off after `cut` bytes."""

    def answer(handler: BaseHTTPRequestHandler, times: int) -> None:
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        if ranges and asked and handler.headers.get("If-Range") == tag:
            start = int(asked[1])
            if start >= len(content):
                handler.send_response(416)
                handler.send_header("Content-Length", "0")
                handler.end_headers()
                return
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) - start))
        if tag:
            handler.send_header("ETag", tag)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content[start:] if cut is None or times > 1 else content[start:cut])

    return answer


def says(code: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _times: int) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def pulls(
    pubs: Dataset, folder: Path, address: str, *, attempts: int = 3, timeout_s: float = 5.0, **options: object
) -> Pulled:
    limits = Limits(timeout_s=timeout_s, attempts=attempts, wait=lambda _: None, most_bytes=10_000_000)
    return pull(pubs, folder, address=address, limits=limits, today=lambda: date(2026, 1, 2), **options)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_good_file_arrives_whole_with_its_licence_beside_it(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """The plain case: bytes, checksum, name, and who may be thanked."""
    told: list[tuple[int, int | None]] = []
    folder = tmp_path / "new" / "downloads"
    address = publisher.at("/files/Pubs.csv?download=1", sends(GOOD))
    pulled = pulls(pubs, folder, address, progress=lambda done, total: told.append((done, total)))
    assert pulled.path.read_bytes() == GOOD
    assert (pulled.sha256, pulled.n_bytes, pulled.unchanged, pulled.bytes_kept) == (SUM, len(GOOD), False, 0)
    assert names(folder) == ["Pubs.csv", "Pubs.csv.source.json"]
    beside = json.loads((folder / "Pubs.csv.source.json").read_text())
    assert beside["licence"] == "Open Government Licence v3.0"
    assert beside["attribution"] == "Contains invented figures."
    assert beside["downloaded_from"] == address
    assert (beside["sha256"], beside["pulled_on"], beside["dataset"]) == (SUM, "2026-01-02", "pubs-invented")
    assert told[-1] == (len(GOOD), len(GOOD))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_cut_connection_is_taken_up_again_where_it_broke(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """The second attempt asks for the rest only, and only of the same version."""
    pulled = pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD, cut=20_000)))
    assert pulled.path.read_bytes() == GOOD
    assert [one.get("range") for one in publisher.asked] == [None, "bytes=20000-"]
    assert publisher.asked[1]["if-range"] == '"v1"'


def test_a_later_run_goes_on_from_what_an_earlier_one_left(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A pull that gave up leaves the beginning, and nothing that could be taken for the file."""
    address = publisher.at("/pubs.csv", sends(GOOD, cut=20_000))
    with pytest.raises(DownloadFailed, match=r"20,000 of .* bytes have arrived.*Run the command again"):
        pulls(pubs, tmp_path, address, attempts=1)
    assert names(tmp_path) == ["pubs-invented.part", "pubs-invented.part.json"]
    pulled = pulls(pubs, tmp_path, address, attempts=1)
    assert pulled.path.read_bytes() == GOOD
    assert pulled.bytes_kept == 20_000
    assert names(tmp_path) == ["pubs.csv", "pubs.csv.source.json"]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """Two halves of two versions are never put together."""
    address = publisher.at("/pubs.csv", sends(GOOD, cut=20_000))
    with pytest.raises(DownloadFailed):
        pulls(pubs, tmp_path, address, attempts=1)
    publisher.at("/pubs.csv", sends(NEWER, tag='"v2"'))
    assert pulls(pubs, tmp_path, address).path.read_bytes() == NEWER


def test_the_start_of_one_address_is_not_continued_from_another(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """A beginning belongs to the address it came from, even where version marks are alike."""
    with pytest.raises(DownloadFailed):
        pulls(pubs, tmp_path, publisher.at("/old.csv", sends(GOOD, cut=20_000)), attempts=1)
    pulled = pulls(pubs, tmp_path, publisher.at("/new.csv", sends(NEWER)))
    assert pulled.path.read_bytes() == NEWER
    assert "range" not in publisher.asked[-1]


@pytest.mark.parametrize("options", [{"ranges": False}, {"tag": ""}, {"tag": 'W/"weak"'}])
def test_a_server_that_cannot_continue_is_asked_for_all_of_it(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, options: dict[str, object]
) -> None:
    """Without pieces, or without a mark of the version, a broken download begins again."""
    pulled = pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD, cut=20_000, **options)))  # type: ignore[arg-type]
    assert pulled.path.read_bytes() == GOOD
    assert pulled.bytes_kept == 0


def test_the_date_of_a_file_also_marks_its_version(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Many publishers send Last-Modified and no ETag."""
    when = "Wed, 29 Oct 2025 09:30:00 GMT"
    pulled = pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD, tag="", cut=20_000, Last_Modified=when)))
    assert pulled.path.read_bytes() == GOOD
    assert publisher.asked[1]["if-range"] == when


def test_a_server_that_sends_another_piece_than_asked_is_not_believed(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """A wrong Content-Range would splice the file; the download begins again instead."""
    good = sends(GOOD, cut=20_000)

    def answer(handler: BaseHTTPRequestHandler, times: int) -> None:
        if times != 2:
            good(handler, times)
            return
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 0-99/{len(GOOD)}")
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(GOOD[:100])

    assert pulls(pubs, tmp_path, publisher.at("/pubs.csv", answer)).path.read_bytes() == GOOD


def test_a_whole_part_that_was_never_named_is_fetched_again(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """A run that was killed between the last byte and the name leaves a part to which nothing can be added."""
    address = publisher.at("/pubs.csv", sends(GOOD))
    (tmp_path / "pubs-invented.part").write_bytes(GOOD)
    (tmp_path / "pubs-invented.part.json").write_text(json.dumps({"address": address, "version": '"v1"'}))
    assert pulls(pubs, tmp_path, address).path.read_bytes() == GOOD


@pytest.mark.parametrize("memory", ["", "[]", "{", '{"address": 3}', "\x00"])
def test_a_spoilt_memory_of_a_part_only_costs_a_fresh_start(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, memory: str
) -> None:
    """What lies beside a part may be damaged; the download must not be."""
    (tmp_path / "pubs-invented.part").write_bytes(b"rubbish")
    (tmp_path / "pubs-invented.part.json").write_text(memory)
    assert pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD))).path.read_bytes() == GOOD


def test_a_file_that_is_always_cut_short_is_never_put_in_place(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """Fewer bytes than Content-Length says is no file."""

    def answer(handler: BaseHTTPRequestHandler, _times: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD[:1000])

    with pytest.raises(DownloadFailed, match=rf"1,000 of {len(GOOD):,} bytes have arrived \(3 attempts\)"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", answer))
    assert "pubs.csv" not in names(tmp_path)


def test_without_a_length_the_rows_are_counted(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A server that does not say how long the file is may break off unseen, so the catalogue's row count is asked."""

    def answer(content: bytes) -> Answer:
        def send(handler: BaseHTTPRequestHandler, _times: int) -> None:
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(content)

        return send

    half = GOOD[: GOOD.index(b"X002000")]
    with pytest.raises(DownloadFailed, match="2,000 rows where 4,000 are expected; it may have been cut short"):
        pulls(pubs, tmp_path / "half", publisher.at("/half.csv", answer(half)))
    assert names(tmp_path / "half") == []
    assert pulls(pubs, tmp_path / "whole", publisher.at("/whole.csv", answer(GOOD))).notes == ()
    unknown = pulls(replace(pubs, rows=None), tmp_path / "unknown", publisher.at("/unknown.csv", answer(half)))
    assert "did not say how long" in unknown.notes[0].text


@pytest.mark.parametrize(
    ("code", "words", "asked"),
    [
        (404, r"nothing at this address any more \(404\).*Get the file by hand from https://example\.org/pubs", 1),
        (403, r"does not let programs have the file \(403\).*by hand", 1),
        (500, r"the server is in trouble \(500\) \(3 attempts\).*Try again later", 3),
        (503, r"the server is in trouble \(503\)", 3),
        (429, r"asked too often \(429\)", 3),
        (418, r"the server refuses \(418\)", 1),
    ],
)
def test_each_refusal_says_what_to_do(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, code: int, words: str, asked: int
) -> None:
    """What may pass is tried again; what will not is not; nothing is left behind."""
    with pytest.raises(DownloadFailed, match=words):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", says(code, b"<html>oh</html>")))
    assert len(publisher.asked) == asked
    assert names(tmp_path) == []


def test_a_server_in_trouble_is_asked_again_as_late_as_it_asks(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """Retry-After is kept to, and a minute is the longest wait."""
    waited: list[float] = []
    good, busy = sends(GOOD), says(503, Retry_After="7")

    def answer(handler: BaseHTTPRequestHandler, times: int) -> None:
        (busy if times == 1 else says(503, Retry_After="86400") if times == 2 else good)(handler, times)

    pulled = pull(
        pubs, tmp_path, address=publisher.at("/pubs.csv", answer), limits=Limits(attempts=3, wait=waited.append)
    )
    assert pulled.sha256 == SUM
    assert waited == [7.0, 60.0]


def test_waits_grow_from_attempt_to_attempt(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Nobody hammers a server that is down."""
    waited: list[float] = []
    with pytest.raises(DownloadFailed):
        pull(pubs, tmp_path, address=publisher.at("/x.csv", says(500)), limits=Limits(attempts=4, wait=waited.append))
    assert waited == [1.0, 2.0, 4.0]


def test_a_silent_server_ends_in_words_not_in_waiting(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A connection on which nothing comes counts as lost after the time allowed."""
    release = threading.Event()

    def answer(handler: BaseHTTPRequestHandler, _times: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD[:500])
        handler.wfile.flush()
        release.wait(10)

    try:
        with pytest.raises(DownloadFailed, match="stopped sending"):
            pulls(pubs, tmp_path, publisher.at("/pubs.csv", answer), attempts=1, timeout_s=0.2)
    finally:
        release.set()


def test_a_slow_server_that_keeps_sending_is_waited_for(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """The time allowed is for silence, not for the whole download."""

    def answer(handler: BaseHTTPRequestHandler, _times: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        for start in range(0, len(GOOD), 8_000):
            handler.wfile.write(GOOD[start : start + 8_000])
            handler.wfile.flush()
            time.sleep(0.15)

    assert pulls(pubs, tmp_path, publisher.at("/pubs.csv", answer), attempts=1, timeout_s=0.6).sha256 == SUM


def test_no_network_says_so(pubs: Dataset, tmp_path: Path, publisher: Publisher) -> None:
    """A port on which nobody listens is the nearest to no network that a test can have."""
    port = publisher.server.server_address[1]
    publisher.server.shutdown()
    publisher.server.server_close()
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1 cannot be reached .*Check the connection"):
        pulls(pubs, tmp_path, f"http://127.0.0.1:{port}/pubs.csv", attempts=2)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><title>Sorry</title></html>", "a web page, not a table"),
        (b"\n  <html><body>Sorry, moved</body></html>", "a web page, not a table"),
        (b"<!-- error --><p>Sorry, we have moved</p>\nand more\n", "its headings are"),
        (b"", "empty"),
        (b"name,figure\na,1\n", "its headings are 'name' and 'figure'"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", ""),
        (b'{"error": "not found"}', "not GeoJSON"),
        (b"PK\x03\x04 and then nothing that a workbook has", ""),
        (b"PAR1 cut short", "Parquet"),
        (bytes(range(256)) * 40, ""),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_is_left(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, content: bytes, words: str
) -> None:
    """An error page with code 200, another table, a damaged file: told apart by headings, never by names."""
    with pytest.raises(DownloadFailed, match=rf"is not 'pubs-invented': .*{re.escape(words)}.*Nothing was kept"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(content)))
    assert names(tmp_path) == []


def test_a_wrong_file_leaves_the_good_one_alone(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """What was pulled yesterday stays when today's answer is rubbish."""
    address = publisher.at("/pubs.csv", sends(GOOD))
    pulls(pubs, tmp_path, address)
    publisher.at("/pubs.csv", sends(b"<html>Sorry</html>"))
    with pytest.raises(DownloadFailed):
        pulls(pubs, tmp_path, address)
    assert (tmp_path / "pubs.csv").read_bytes() == GOOD
    assert names(tmp_path) == ["pubs.csv", "pubs.csv.source.json"]


def test_the_same_file_again_is_unchanged(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Pulling twice is harmless."""
    address = publisher.at("/pubs.csv", sends(GOOD))
    assert [pulls(pubs, tmp_path, address).unchanged for _ in range(2)] == [False, True]


def test_a_changed_checksum_is_refused_until_it_is_accepted(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """The message says what it was and what it is; the old file stays."""
    address = publisher.at("/pubs.csv", sends(GOOD))
    pulls(pubs, tmp_path, address)
    publisher.at("/pubs.csv", sends(NEWER, tag='"v2"'))
    newer = hashlib.sha256(NEWER).hexdigest()
    with pytest.raises(DownloadFailed, match=f"checksum is {newer}, an earlier pull had {SUM}.*--accept-changed"):
        pulls(pubs, tmp_path, address)
    assert (tmp_path / "pubs.csv").read_bytes() == GOOD
    assert pulls(pubs, tmp_path, address, accept_changed=True).path.read_bytes() == NEWER
    assert json.loads((tmp_path / "pubs.csv.source.json").read_text())["sha256"] == newer


def test_the_catalogues_checksum_counts_before_an_earlier_pulls(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """A file that somebody swapped before the first pull is caught too."""
    address = publisher.at("/pubs.csv", sends(NEWER))
    with pytest.raises(DownloadFailed, match=f"the catalogue gives {SUM}"):
        pulls(replace(pubs, sha256=SUM), tmp_path, address)
    assert names(tmp_path) == []


def test_a_checksum_that_was_asked_for_is_not_waived(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Accepting changes is about what was known before, not about what the caller demands now."""
    address = publisher.at("/pubs.csv", sends(NEWER))
    with pytest.raises(DownloadFailed, match=f"you asked for {SUM}"):
        pulls(pubs, tmp_path, address, sha256=SUM, accept_changed=True)
    newer = hashlib.sha256(NEWER).hexdigest()
    assert pulls(pubs, tmp_path, address, sha256=f"SHA256:{newer.upper()}").sha256 == newer


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "0" * 63])
def test_a_checksum_that_is_none_is_refused_before_anything_is_asked(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, text: str
) -> None:
    """A slip in the checksum must not cost a download."""
    with pytest.raises(BadSpecification, match="not a SHA-256 checksum"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD)), sha256=text)
    assert publisher.asked == []


def test_somebodys_own_file_of_that_name_is_not_overwritten(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """Only what was pulled is replaced without a word."""
    (tmp_path / "pubs.csv").write_text("my own work")
    with pytest.raises(CannotWrite, match="not one that was pulled"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", sends(GOOD)))
    assert (tmp_path / "pubs.csv").read_text() == "my own work"
    assert names(tmp_path) == ["pubs.csv"]


def test_another_data_sets_file_is_not_overwritten(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Two publishers may call their files download.csv."""
    pulls(pubs, tmp_path, publisher.at("/halls/download.csv", sends(NEWER)))
    other = replace(pubs, id="halls-invented")
    pulls(other, tmp_path, publisher.at("/halls.csv", sends(GOOD)))
    with pytest.raises(CannotWrite, match="not one that was pulled as 'halls-invented'"):
        pulls(other, tmp_path, publisher.at("/download.csv", sends(GOOD)))
    assert (tmp_path / "download.csv").read_bytes() == NEWER


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/pubs.csv", "data:text/csv,code,pubs", "gopher://x/"]
)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_leads_only_to_the_web(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, target: str, code: int
) -> None:
    """A server cannot make us read our own files and take them for its own."""
    with pytest.raises(DownloadFailed, match="no address of the web"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", says(code, Location=target)))
    assert names(tmp_path) == []


def test_a_redirect_within_the_web_is_followed_with_the_piece_asked_for(
    publisher: Publisher, pubs: Dataset, tmp_path: Path
) -> None:
    """Publishers move files to other servers; the name is the last address's."""
    publisher.at("/store/Pubs-2026.csv", sends(GOOD, cut=20_000))
    pulled = pulls(pubs, tmp_path, publisher.at("/go", says(302, Location="/store/Pubs-2026.csv")))
    assert pulled.path.name == "Pubs-2026.csv"
    assert pulled.path.read_bytes() == GOOD
    assert publisher.asked[-1]["range"] == "bytes=20000-"


def test_a_redirect_in_a_circle_ends(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A loop is told, not run."""
    with pytest.raises(DownloadFailed, match="round in circles"):
        pulls(pubs, tmp_path, publisher.at("/pubs.csv", says(302, Location="/pubs.csv")))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "ftp://example.org/x.csv", "data:text/csv,a", "",
        "http://", "http:///x.csv", "https://[::1/x.csv", "http://example.org:port/x", "javascript:alert(1)",
        "example.org/x.csv", "/etc/passwd", "http://exa mple.org/x", "http://example.org:0/x",
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_opened(address: str) -> None:
    """Files of this machine and other services are no publishers."""
    with pytest.raises(BadSpecification, match="address"):
        check_address(address)


def test_an_address_with_a_password_is_refused() -> None:
    """It would be written down beside the file."""
    with pytest.raises(BadSpecification, match="name or password"):
        check_address("https://me:secret@example.org/x.csv")


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('attachment; filename="Pubs 2026.csv"', "Pubs 2026.csv"),
        ("attachment; filename=Pubs.csv; size=3", "Pubs.csv"),
        ("attachment; filename*=UTF-8''Caf%C3%A9s.csv; filename=\"Cafes.csv\"", "Cafés.csv"),
        ('attachment; filename="../../etc/cron.d/pubs.csv"', "pubs.csv"),
        ('attachment; filename="..\\\\..\\\\windows\\\\pubs.csv"', "pubs.csv"),
        ("attachment; filename*=UTF-8''..%2F..%2Fpubs.csv", "pubs.csv"),
        ("attachment; filename*=UTF-8''%2e%2e%5cpubs.csv", "pubs.csv"),
        ('attachment; filename="/etc/passwd"', "passwd.csv"),
        ('attachment; filename=".bashrc"', "bashrc.csv"),
        ('attachment; filename=".."', "download.csv"),
        ('attachment; filename="run.sh"', "run.sh.csv"),
        ('attachment; filename="CON.csv"', "file_CON.csv"),
        ('attachment; filename="a|b?.csv"', "a_b_.csv"),
        ('attachment; filename="own.dataset.toml"', "own.dataset.toml.csv"),
        ("attachment; filename*=no-such-code''%E9.csv", "download.csv"),
        ("attachment", "download.csv"),
        ("", "download.csv"),
    ],
)
def test_no_name_that_a_server_gives_leads_out_of_the_folder(
    publisher: Publisher, pubs: Dataset, tmp_path: Path, disposition: str, expected: str
) -> None:
    """The last part of a name counts, without what other systems read in it, with the ending of what it is."""
    folder = tmp_path / "downloads"
    pulled = pulls(pubs, folder, publisher.at("/download", sends(GOOD, Content_Disposition=disposition)))
    assert names(folder) == sorted([expected, f"{expected}.source.json"])
    assert names(tmp_path) == ["downloads"]
    assert pulled.path == folder / expected


def test_a_very_long_name_is_shortened(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """Disks have limits, servers have none."""
    name = "p" * 500 + ".csv"
    pulled = pulls(
        pubs, tmp_path, publisher.at("/x", sends(GOOD, Content_Disposition=f'attachment; filename="{name}"'))
    )
    assert len(pulled.path.name) == 120
    assert pulled.path.suffix == ".csv"


def test_a_link_of_that_name_is_replaced_not_followed(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A link that was put there must not let the download overwrite a file elsewhere."""
    folder, elsewhere = tmp_path / "downloads", tmp_path / "precious.txt"
    folder.mkdir()
    elsewhere.write_text("precious")
    (folder / "pubs.csv").symlink_to(elsewhere)
    pulls(pubs, folder, publisher.at("/pubs.csv", sends(GOOD)), accept_changed=True)
    assert elsewhere.read_text() == "precious"
    assert (folder / "pubs.csv").read_bytes() == GOOD


@pytest.mark.parametrize("told", [True, False])
def test_a_file_larger_than_allowed_is_refused(publisher: Publisher, pubs: Dataset, tmp_path: Path, told: bool) -> None:
    """At once where the server says so, else at the first byte too many; nothing stays on the disk."""

    def answer(handler: BaseHTTPRequestHandler, _times: int) -> None:
        handler.send_response(200)
        if told:
            handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD)

    limits = Limits(most_bytes=30_000, attempts=1)
    with pytest.raises(DownloadFailed, match=r"30,000.*--most-bytes"):
        pull(pubs, tmp_path, address=publisher.at("/pubs.csv", answer), limits=limits)
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_used_says_so(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """A file where the folder should be is told before the server is asked."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(CannotWrite, match="a file, not a folder"):
        pulls(pubs, tmp_path / "taken", publisher.at("/pubs.csv", sends(GOOD)))
    assert publisher.asked == []


def test_two_pulls_of_one_data_set_do_not_mix(publisher: Publisher, pubs: Dataset, tmp_path: Path) -> None:
    """The second is told that the first is running."""
    pytest.importorskip("fcntl")
    begun, release = threading.Event(), threading.Event()
    good = sends(GOOD)

    def answer(handler: BaseHTTPRequestHandler, times: int) -> None:
        begun.set()
        release.wait(10)
        good(handler, times)

    address = publisher.at("/pubs.csv", answer)
    first = threading.Thread(target=pulls, args=(pubs, tmp_path, address))
    first.start()
    try:
        assert begun.wait(10)
        with pytest.raises(DownloadFailed, match="another pull of the same data set"):
            pulls(pubs, tmp_path, address)
    finally:
        release.set()
        first.join(10)
    assert (tmp_path / "pubs.csv").read_bytes() == GOOD


def test_a_data_set_without_an_address_says_where_to_get_it(pubs: Dataset, tmp_path: Path) -> None:
    """By hand, from the publisher's page."""
    with pytest.raises(DownloadFailed, match=r"no lasting address.*Get it from https://example\.org/pubs.*--address"):
        pull(pubs, str(tmp_path))
    assert names(tmp_path) == []


def test_the_command_prints_one_object_and_tells_the_licence_first(publisher: Publisher, tmp_path: Path) -> None:
    """What scripts read goes to standard output; the licence goes to the person, before the download."""
    (tmp_path / "pubs.dataset.toml").write_text(TOML)
    address = publisher.at("/pubs.csv", sends(GOOD))
    done = CliRunner().invoke(pull_command, ["pubs-invented", "--to", str(tmp_path), "--address", address, "--json"])
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["sha256"], result["bytes"], result["file"]) == (SUM, len(GOOD), str(tmp_path / "pubs.csv"))
    assert done.stderr.index("Open Government Licence") < done.stderr.index("MB")
    quiet = CliRunner().invoke(pull_command, ["pubs-invented", "--to", str(tmp_path), "--address", address, "--quiet"])
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-thing"], "there is no data set 'no-such-thing'"),
        (["pubs-invented"], "Get it from https://example.org/pubs"),
        (["pubs-invented", "--address", "file:///etc/passwd"], "not an address of the web"),
        (["pubs-invented", "--address", "https://example.org/x", "--sha256", "12"], "not a SHA-256"),
    ],
)
def test_bad_use_ends_with_code_2_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """Whatever is wrong, a script sees 2 and a person sees what to do."""
    (tmp_path / "pubs.dataset.toml").write_text(TOML)
    with pytest.raises(SystemExit) as stop:
        main(["data", "pull", *arguments, "--to", str(tmp_path), "--json"])
    assert stop.value.code == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""
    assert names(tmp_path) == ["pubs.dataset.toml"]


def test_help_needs_no_network_and_shows_an_example() -> None:
    """Help is the first thing that a person asks for."""
    done = CliRunner().invoke(homeground, ["data", "pull", "--help"])
    assert done.exit_code == 0
    assert "Example:" in done.stdout
