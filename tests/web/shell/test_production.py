"""Production: what it refuses to start without, and what it then does for those who visit."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.web.site import Site

HOST = "homeground.example.org"
SETTINGS = {
    "HOMEGROUND_MODE": "production", "HOMEGROUND_SECRET_KEY": "x9" * 15 + "-a-Key-of-Many-Signs-0123456789-äöü-ok",
    "HOMEGROUND_HOSTS": f"{HOST},127.0.0.1", "HOMEGROUND_PROXIES": "1", "HOMEGROUND_EMAIL_HOST": "mail.example.org",
}  # fmt: skip


def site_without(home: Path, *names: str) -> Site:
    """Return a site in production mode whose environment lacks some settings."""
    return Site(home, **{**SETTINGS, **dict.fromkeys(names, "")})


def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    """With the settings that the how-to gives."""
    assert "no issues (0 silenced)" in site_without(tmp_path).type("check", "--deploy", "--fail-level", "INFO")


@pytest.mark.parametrize("name", ["HOMEGROUND_SECRET_KEY", "HOMEGROUND_HOSTS"])
@pytest.mark.parametrize("command", ["check", "serve", "worker", "migrate"])
def test_it_refuses_to_start_without_its_key_and_hosts(tmp_path: Path, name: str, command: str) -> None:
    """In one sentence that says what to set."""
    said = site_without(tmp_path, name).type(command, code=2)
    assert said.startswith(f"Error: {name} is not set")


def test_a_mode_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """With the modes there are."""
    said = Site(tmp_path, HOMEGROUND_MODE="live").type("check", code=2)
    assert "Set it to local or to production" in said


def test_it_makes_no_key_of_its_own(tmp_path: Path) -> None:
    """A key that is made anew would sign everybody out."""
    site_without(tmp_path).type("check")
    assert not (tmp_path / "secret-key").exists()


def test_a_host_with_all_below_it_may_send_forms(tmp_path: Path) -> None:
    """Written with a dot before it."""
    site = Site(tmp_path, **{**SETTINGS, "HOMEGROUND_HOSTS": ".example.org"})
    told = site.told("from django.conf import settings\ntold = settings.CSRF_TRUSTED_ORIGINS")
    assert told == ["https://*.example.org"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site in production mode, served as an operator would."""
    site = site_without(tmp_path_factory.mktemp("production"))
    site.type("migrate", "--verbosity", "0")
    with site.served("--processes", "1") as found:
        yield found


def ask(address: str, path: str, *, host: str = HOST, **headers: str) -> http.client.HTTPResponse:
    """Ask as the proxy does; no redirect is followed."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", path, headers={"Host": host, **headers})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def securely(address: str, path: str) -> Any:
    """Ask as the proxy does for somebody who came by HTTPS."""
    return ask(address, path, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"})


@pytest.mark.slow
def test_who_comes_by_http_is_sent_to_https(address: str) -> None:
    """To the same page."""
    answer = ask(address, "/feedback?page=/")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/feedback?page=/")


@pytest.mark.slow
def test_those_who_watch_the_site_may_ask_from_inside(address: str) -> None:
    """Without HTTPS, whether it is alive."""
    assert ask(address, "/alive").status == 200


@pytest.mark.slow
def test_a_host_that_is_not_ours_is_refused(address: str) -> None:
    """As a wrong question, not as our fault."""
    assert ask(address, "/alive", host="elsewhere.example").status == 400


@pytest.mark.slow
def test_browsers_are_told_to_come_by_https_only(address: str) -> None:
    """For a year, with all hosts below ours."""
    header = securely(address, "/").headers["Strict-Transport-Security"]
    assert header == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/feedback?page=/", "/language/cy", "/accounts/login/"])
def test_every_cookie_is_for_https_and_out_of_reach_of_scripts(address: str, path: str) -> None:
    """That of the session, of forms and of the language."""
    cookies = securely(address, path).headers.get_all("Set-Cookie") or []
    assert cookies
    assert [cookie for cookie in cookies if "Secure" not in cookie or "HttpOnly" not in cookie] == []


@pytest.mark.slow
def test_files_of_the_pages_have_their_hash_in_their_name(address: str) -> None:
    """So that an old one is never taken for a new one."""
    page = securely(address, "/").body.decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
    assert files
    assert [file for file in files if not re.search(r"\.[0-9a-f]{12}\.(css|js)$", file)] == []


@pytest.mark.slow
def test_files_of_the_pages_are_served_and_kept_for_ever(address: str) -> None:
    """Under that name they never change."""
    page = securely(address, "/").body.decode()
    for file in re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page):
        answer = securely(address, file)
        assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True), file


@pytest.mark.slow
def test_a_page_that_is_not_there_shows_no_innards(address: str) -> None:
    """No path, no setting, no line of code."""
    answer = securely(address, "/no-such-page")
    assert answer.status == 404
    assert b"Traceback" not in answer.body
