"""Getting one file over HTTP, in pieces if need be: resume, retries, limits, and errors that say what to do.

What has arrived lies in ``<name>.part``; beside it ``<name>.part.json`` remembers from where and which version, so that
a later run goes on only if the publisher's file is still the same.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import json
import math
import os
import re
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from homeground import __version__
from homeground.errors import BadSpecification, CannotWrite, DownloadFailed, HomegroundError

__all__ = ["Arrived", "Limits", "Progress", "check_address", "forget", "get", "safe_opener"]

Progress = Callable[[int, int | None], None]
"""Is told how many bytes have arrived and how many there will be (None while that is not known)."""

_CHUNK = 1 << 16
_SCHEMES = ("https", "http")


@dataclass(frozen=True)
class Limits:
    """How patient a download is.

    Attributes
    ----------
    timeout_s : float
        Seconds of silence after which a connection counts as lost.
    attempts : int
        How often it is tried.
    most_bytes : int
        A larger file is refused.
    wait : callable
        Is given the seconds to wait before the next attempt: 1, 2, 4 … or what the server asks for, 60 at most.
    """

    timeout_s: float = 30.0
    attempts: int = 4
    most_bytes: int = 2 << 30
    wait: Callable[[float], None] = field(default_factory=lambda: _sleep)


@dataclass(frozen=True)
class Arrived:
    """A file that has arrived whole.

    Attributes
    ----------
    part : Path
        Where its bytes lie.
    address : str
        Where it came from in the end, after any redirects.
    disposition : str
        What the server says of its name (``Content-Disposition``).
    version : str
        The publisher's mark of this version (``ETag`` or ``Last-Modified``).
    bytes_kept : int
        How many bytes were there from an earlier run.
    length_told : bool
        Whether the server said how long the file is, so that a cut could be seen.
    """

    part: Path
    address: str
    disposition: str
    version: str
    bytes_kept: int
    length_told: bool


class _TryAgain(Exception):
    """An attempt failed in a way that the next one may not."""

    def __init__(self, problem: str, remedy: str, *, after_s: float = 0.0) -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.after_s = problem, remedy, after_s


def check_address(address: str) -> str:
    """Return `address` in the form that can be sent, or raise `BadSpecification` if it is not one of the web.

    Examples
    --------
    >>> check_address("https://example.org/a file.csv")
    'https://example.org/a%20file.csv'
    >>> check_address("file:///etc/passwd")
    Traceback (most recent call last):
    ...
    homeground.errors.BadSpecification: 'file:///etc/passwd' is not an address of the web. It starts with https:// or http://.
    """
    try:
        parts = urllib.parse.urlsplit(address.strip())
        place = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        known = parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise BadSpecification(f"'{address}' is not an address", remedy="Check it for slips.") from None
    if not known or any(letter.isspace() or not letter.isprintable() for letter in place):
        raise BadSpecification(
            f"'{address}' is not an address of the web", remedy="It starts with https:// or http://."
        )
    if parts.username or parts.password:
        raise BadSpecification(
            "the address holds a name or password", remedy="Give it without: what is pulled is public."
        )
    path, query = (urllib.parse.quote(text, safe="%/:=&?~+!$,;'@()*[]|") for text in (parts.path, parts.query))
    return urllib.parse.urlunsplit((parts.scheme.lower(), place, path, query, ""))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to the web, and never from a protected connection to an open one."""

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> Any:
        target = urllib.parse.urljoin(req.full_url, headers.get("location") or headers.get("uri") or "")
        scheme = urllib.parse.urlsplit(target).scheme.lower()
        if scheme not in _SCHEMES:
            raise DownloadFailed(
                f"{_host(req.full_url)} sends us on to '{target[:200]}', which is no address of the web",
                remedy="Do not trust that address. Get the file from the publisher's page.",
            )
        if req.full_url.lower().startswith("https:") and scheme == "http":
            raise DownloadFailed(
                f"{_host(req.full_url)} sends us on from a protected connection to an open one ('{target[:200]}')",
                remedy="Give that address yourself with --address if you trust it.",
            )
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def safe_opener() -> urllib.request.OpenerDirector:
    """Return an opener that knows http and https, and nothing else: no files, no FTP, no data addresses."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def get(
    address: str,
    part: Path,
    *,
    limits: Limits,
    page: str = "",
    progress: Progress | None = None,
    opener: urllib.request.OpenerDirector | None = None,
) -> Arrived:
    """Bring the file at `address` to `part`, going on from what lies there if it is of the same version.

    Parameters
    ----------
    address : str
        As `check_address` returns it.
    part : Path
        Where the bytes are gathered. After a lost connection they stay, so that the next run can go on.
    limits : Limits
    page : str
        The publisher's page, for messages.
    progress : callable, optional
    opener : urllib.request.OpenerDirector, optional
        What opens addresses; one that knows nothing but http and https when left out.

    Raises
    ------
    DownloadFailed
        If it could not be had whole; the message says why and what to do.
    CannotWrite
        If the disk is full or closed to us.
    """
    opener = opener or safe_opener()
    kept = part.stat().st_size if part.exists() and _state(part).get("address") == address else 0
    for attempt in range(1, limits.attempts + 1):
        try:
            return _attempt(address, part, kept=kept, limits=limits, page=page, progress=progress, opener=opener)
        except _TryAgain as trouble:
            if attempt == limits.attempts:
                tried = f" ({attempt} attempts)" if attempt > 1 else ""
                raise DownloadFailed(f"{address}: {trouble.problem}{tried}", remedy=trouble.remedy) from None
            limits.wait(min(max(trouble.after_s, 2.0 ** (attempt - 1)), 60.0))
    raise BadSpecification("no attempt is allowed", remedy="Allow one attempt or more.")


def _attempt(
    address: str,
    part: Path,
    *,
    kept: int,
    limits: Limits,
    page: str,
    progress: Progress | None,
    opener: urllib.request.OpenerDirector,
) -> Arrived:
    have = part.stat().st_size if part.exists() else 0
    version = _state(part).get("version", "") if _state(part).get("address") == address else ""
    headers = {"User-Agent": f"Homeground/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
    if have and version:
        headers |= {"Range": f"bytes={have}-", "If-Range": version}
    # The scheme was checked by check_address and is checked again at every redirect.
    request = urllib.request.Request(address, headers=headers)  # noqa: S310
    with _network_faults(address, page, part), opener.open(request, timeout=limits.timeout_s) as answer:
        goes_on = answer.status == 206
        if goes_on and _first_byte(answer) != have:
            part.unlink(missing_ok=True)
            raise _TryAgain("the server sent another piece of the file than was asked for", _LATER)
        start = have if goes_on else 0
        total = _total(answer, start)
        _check_length(total, limits, address)
        _remember(part, address, _version(answer))
        arrived = _gather(answer, part, start, total, limits, progress)
        if total is not None and arrived != total:
            raise _TryAgain(
                f"the connection was cut: {arrived:,} of {total:,} bytes have arrived",
                "Run the command again: it goes on from there.",
            )
        return Arrived(
            part=part,
            address=answer.geturl(),
            disposition=answer.headers.get("Content-Disposition", ""),
            version=_version(answer),
            bytes_kept=min(kept, start),
            length_told=total is not None or answer.headers.get("Transfer-Encoding", "").lower() == "chunked",
        )


_LATER = "Try again later."


def _gather(answer: Any, part: Path, start: int, total: int | None, limits: Limits, progress: Progress | None) -> int:
    """Write what the server sends behind the first `start` bytes of `part`, and return how many there are now."""
    arrived = start
    with contextlib.ExitStack() as closing:
        with _disk_faults(part):
            file = closing.enter_context(part.open("r+b" if start else "wb"))
            file.truncate(start)
            file.seek(start)
        while True:
            if progress:
                progress(arrived, total)
            piece = answer.read(_CHUNK)
            if not piece:
                break
            arrived += len(piece)
            if arrived > limits.most_bytes or (total is not None and arrived > total):
                forget(part)
                raise DownloadFailed(
                    f"the server sends more than the {min(total or limits.most_bytes, limits.most_bytes):,} bytes "
                    "that are expected",
                    remedy="Check the address; raise the limit with --most-bytes if the file is meant to be so large.",
                )
            with _disk_faults(part):
                file.write(piece)
        with _disk_faults(part):
            file.flush()
            os.fsync(file.fileno())
    return arrived


def _check_length(total: int | None, limits: Limits, address: str) -> None:
    if total is not None and total > limits.most_bytes:
        raise DownloadFailed(
            f"{address}: the file has {total:,} bytes, more than the {limits.most_bytes:,} that are allowed",
            remedy="Check the address; raise the limit with --most-bytes if the file is meant to be so large.",
        )


def _first_byte(answer: Any) -> int:
    match = re.match(r"\s*bytes\s+(\d+)-", answer.headers.get("Content-Range", ""), re.IGNORECASE)
    return int(match[1]) if match else -1


def _total(answer: Any, start: int) -> int | None:
    """Return how long the whole file is, as far as the server tells."""
    match = re.match(r"\s*bytes\s+\d+-\d+/(\d+)", answer.headers.get("Content-Range", ""), re.IGNORECASE)
    if match and start:
        return int(match[1])
    length = answer.headers.get("Content-Length", "")
    chunked = answer.headers.get("Transfer-Encoding", "").lower() == "chunked"
    return start + int(length) if length.isascii() and length.isdigit() and not chunked else None


def _version(answer: Any) -> str:
    """Return the mark of the file's version that may be sent back as ``If-Range``: a strong ETag, else the date."""
    tag = str(answer.headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(answer.headers.get("Last-Modified", ""))


def _beside(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _state(part: Path) -> dict[str, str]:
    try:
        found = json.loads(_beside(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # nothing is remembered, so the download starts from its beginning
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _remember(part: Path, address: str, version: str) -> None:
    with _disk_faults(part):
        _beside(part).write_text(json.dumps({"address": address, "version": version}), encoding="utf-8")


def forget(part: Path) -> None:
    """Remove what has arrived and what is remembered of it."""
    for path in (part, _beside(part)):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _disk_faults(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        forget(part)
        raise CannotWrite(
            f"the download cannot be kept ({error.strerror or error})",
            remedy="Make room, or choose another folder with --to.",
            file=part.parent,
        ) from error


@contextlib.contextmanager
def _network_faults(address: str, page: str, part: Path) -> Iterator[None]:
    """Tell apart what may pass (try again), what will not (say what to do), and what is none of ours."""
    by_hand = f"Get the file by hand from {page} and put it in the folder." if page else "Ask the publisher."
    try:
        yield
    except HomegroundError:
        raise
    except urllib.error.HTTPError as error:
        error.close()
        raise _answered(error, address, by_hand, part) from None
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise DownloadFailed(
                f"{_host(address)} cannot prove that it is who it says ({reason.verify_message})",
                remedy="Do not trust this connection. Check the clock of your machine, or ask who runs your network.",
            ) from None
        if isinstance(reason, socket.gaierror):
            what = f"{_host(address)} cannot be found: there may be no network"
            raise _TryAgain(what, f"Check the connection and the address. {by_hand}") from None
        if isinstance(reason, TimeoutError):
            raise _TryAgain(f"{_host(address)} does not answer", f"Try again later. {by_hand}") from None
        raise _TryAgain(
            f"{_host(address)} cannot be reached ({getattr(reason, 'strerror', None) or reason})",
            f"Check the connection and the address. {by_hand}",
        ) from None
    except TimeoutError:
        raise _TryAgain(
            f"{_host(address)} has stopped sending", "Run the command again: it goes on where it stopped."
        ) from None
    except (http.client.HTTPException, OSError) as error:
        raise _TryAgain(
            f"the connection was cut ({type(error).__name__})", "Run the command again: it goes on where it stopped."
        ) from None


def _answered(error: urllib.error.HTTPError, address: str, by_hand: str, part: Path) -> Exception:
    """Return what to do about an answer that is not the file."""
    code = error.code
    if code == 416:  # what we have is no beginning of what the server has
        forget(part)
        return _TryAgain("the server's file has changed while it was fetched", _LATER)
    if code in (404, 410):
        return DownloadFailed(f"{address}: there is nothing at this address any more ({code})", remedy=by_hand)
    if code in (401, 403, 407, 451):
        return DownloadFailed(f"{address}: the server does not let programs have the file ({code})", remedy=by_hand)
    if code == 429 or code >= 500 or code in (408, 425):
        what = "the server is asked too often" if code == 429 else "the server is in trouble"
        remedy = f"Try again later. {by_hand}"
        return _TryAgain(f"{what} ({code})", remedy, after_s=_asked_to_wait(error.headers.get("Retry-After", "")))
    if 300 <= code < 400:
        return DownloadFailed(f"{address}: the server sends us round in circles ({code})", remedy=by_hand)
    return DownloadFailed(f"{address}: the server refuses ({code})", remedy=by_hand)


def _asked_to_wait(text: str) -> float:
    if text.isascii() and text.isdigit():
        return float(text[:6])
    with contextlib.suppress(TypeError, ValueError):
        # A date instead of seconds: without a clock here, the longest wait is the polite one.
        return 60.0 if email.utils.parsedate_to_datetime(text) else 0.0
    return 0.0


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).hostname or address


def _sleep(seconds: float) -> None:
    import time

    time.sleep(seconds if math.isfinite(seconds) else 1.0)
