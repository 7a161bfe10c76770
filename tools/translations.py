"""The words of the pages in other languages: gather them from the code, take translations in, make them ready to use.

    python3 dev.py words                 gather what is new, drop what is gone, make the catalogues ready
    python3 dev.py words --missing cy    write down what is not translated yet, as JSON
    python3 dev.py words --take cy FILE  take translations from such a JSON file

A phrase that no fluent speaker has read carries the remark "unread" in its catalogue; a person who has read it takes
that remark out. Pages in a language with unread phrases say so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "src" / "homeground_web"
LANGUAGES = ("cy", "ar")
UNREAD = "unread"

_JINJA = {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
_METHODS = [("**.py", "python"), ("**/jinja2/**.html", "jinja2"), ("**/jinja2/**.txt", "jinja2")]
_OPTIONS = {"**/jinja2/**.html": _JINJA, "**/jinja2/**.txt": _JINJA}
_KEYWORDS: dict[str, Any] = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
_NO_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # so that the same words give the same bytes
_NAMES = re.compile(r"%\((\w+)\)s")


def gather() -> Catalog:
    """Return every phrase of the code, with where it stands."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for file, _, phrase, _, context in extract_from_dir(str(CODE), _METHODS, _OPTIONS, keywords=_KEYWORDS):
        found.add(phrase, locations=[(Path(file).as_posix(), 1)], context=context)
    return found


def path_of(language: str) -> Path:
    """Return where a language's catalogue lies."""
    return CODE / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return a catalogue; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return _empty()
    with path.open("rb") as opened:
        return read_po(opened)


def _empty() -> Catalog:
    """Return a catalogue of two forms, one and many: phrases with a number are put so that they need no more."""
    return Catalog(charset="utf-8", fuzzy=False)


def renewed(language: str) -> Catalog:
    """Return a catalogue with just the phrases of the code, and what is translated of them."""
    old, made = read(language), _empty()
    for message in sorted(_phrases(gather()), key=lambda one: (str(one.id), str(one.context))):
        known = old.get(message.id, message.context)
        made.add(
            message.id, string=known.string if known else "", context=message.context,
            locations=sorted({(file, 0) for file, _ in message.locations}),
            user_comments=known.user_comments if known else [],
        )  # fmt: skip
    return made


def as_po(language: str, catalog: Catalog) -> bytes:
    """Return a catalogue as a PO file; the same catalogue gives the same bytes."""
    head = '# Words of Homeground. A phrase with the remark "unread" was read by no fluent speaker yet.\n'
    head += 'msgid ""\nmsgstr ""\n'
    head += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    head += f'"Language: {language}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    written = io.BytesIO()
    write_po(written, catalog, omit_header=True, include_lineno=False, width=120)
    return head.encode() + written.getvalue().strip() + b"\n"


def as_mo(po: bytes) -> bytes:
    """Return what a program reads of a PO file."""
    written = io.BytesIO()
    catalog = read_po(io.BytesIO(po))
    catalog.creation_date = catalog.revision_date = _NO_DATE
    write_mo(written, catalog)
    return written.getvalue()


def counts(catalog: Catalog) -> dict[str, int]:
    """Return how many phrases there are, how many are translated, and how many of those nobody fluent has read."""
    all_ = list(_phrases(catalog))
    done = [one for one in all_ if _is_done(one)]
    return {"phrases": len(all_), "translated": len(done), "unread": sum(UNREAD in one.user_comments for one in done)}


def wrong(catalog: Catalog) -> list[str]:
    """Return what is wrong with translations: names in them that the phrase has not, or the other way round."""
    told = []
    for one in _phrases(catalog):
        if not _is_done(one):
            continue
        ids, strings = (value if isinstance(value, tuple | list) else (value,) for value in (one.id, one.string))
        wanted = set(_NAMES.findall(ids[-1]))
        for string in strings:
            has = set(_NAMES.findall(string))
            if not has <= wanted or (string is strings[-1] and has != wanted):
                told.append(f"{ids[0]!r}: {string!r} must hold {sorted(wanted)}")
            if string.count("%") - 2 * string.count("%%") != len(_NAMES.findall(string)) and "%" in string:
                told.append(f"{ids[0]!r}: {string!r} has a stray per cent sign")
    return told


def write(language: str, catalog: Catalog) -> None:
    """Write a catalogue, what programs read of it, and how much of it is unread."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    po = as_po(language, catalog)
    path.write_bytes(po)
    path.with_suffix(".mo").write_bytes(as_mo(po))
    path.with_name("counts.json").write_text(json.dumps(counts(catalog), sort_keys=True) + "\n", encoding="utf-8")


def take(language: str, told: list[dict[str, Any]]) -> int:
    """Put translations into a catalogue, each marked unread; return how many."""
    catalog, taken = renewed(language), 0
    for entry in told:
        phrase = tuple(entry["phrase"]) if isinstance(entry["phrase"], list) else entry["phrase"]
        message = catalog.get(phrase, entry.get("context"))
        string = entry.get("translation")
        if message is None or not string:
            continue
        message.string = tuple(string) if isinstance(string, list) else string
        message.user_comments = [UNREAD]
        taken += 1
    write(language, catalog)
    return taken


def missing(language: str) -> list[dict[str, Any]]:
    """Return what is not translated yet."""
    return [
        {"phrase": one.id, "context": one.context, "where": [file for file, _ in one.locations], "translation": ""}
        for one in _phrases(renewed(language))
        if not _is_done(one)
    ]


def say(text: str) -> None:
    """Say one thing to the person at the terminal."""
    sys.stdout.write(text + "\n")


def _phrases(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def _is_done(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(strings) and all(strings)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 dev.py words", description=__doc__)
    parser.add_argument("--missing", metavar="LANGUAGE", choices=LANGUAGES, help="write down what is not translated")
    parser.add_argument("--take", nargs=2, metavar=("LANGUAGE", "FILE"), help="take translations from a JSON file")
    options = parser.parse_args()
    if options.missing:
        say(json.dumps(missing(options.missing), ensure_ascii=False, indent=1))
        return 0
    if options.take:
        language, file = options.take
        say(f"{take(language, json.loads(Path(file).read_text(encoding='utf-8')))} phrases taken.")
    for language in LANGUAGES:
        catalog = renewed(language)
        write(language, catalog)
        told = counts(catalog)
        say(f"{language}: {told['translated']} of {told['phrases']} phrases, {told['unread']} unread.")
        for line in wrong(catalog):
            say(f"  wrong: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
