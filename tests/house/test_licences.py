"""What Homeground needs, anybody may use: no dependency of the library obliges its user to more than credit."""

from __future__ import annotations

import re
from importlib import metadata

from tests.house.sealed import needed

# GPL and AGPL, but not LGPL, in names and in classifiers.
STRONG = re.compile(
    r"(?<!L)(?<!Lesser )(?<!Library or Lesser )\b(A?GPL|(Affero )?General Public License)", re.IGNORECASE
)
OPEN = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General|Zlib|HPND|Unlicense|0BSD|"
    r"Permission is hereby granted, free of charge",
    re.IGNORECASE,
)


def licence(name: str) -> str:
    """Return what a package says of its licence: expression, classifiers, else how the text it ships with begins."""
    data = metadata.metadata(name)
    classifiers = [text for text in data.get_all("Classifier", []) if text.startswith("License ::")]
    told = [data.get("License-Expression", ""), *classifiers, (data.get("License") or "")[:60]]
    if not any(told):
        texts = [file for file in metadata.files(name) or [] if "LICEN" in file.name.upper()]
        told = [file.read_text(encoding="utf-8")[:300] for file in texts]
    return " | ".join(told)


def test_no_runtime_dependency_is_under_gpl_or_agpl() -> None:
    """Permissive licences, MPL and LGPL only: a council or a company may build on the library."""
    said = {name: licence(name) for name in sorted(needed("all", "stats", "geo", "sheets", "scale"))}
    assert {"polars", "click", "statsmodels", "pyogrio", "gptables", "distributed"} <= set(said)
    assert {name: text for name, text in said.items() if STRONG.search(text)} == {}
    assert {name: text for name, text in said.items() if not OPEN.search(text)} == {}


def test_the_search_for_strong_copyleft_finds_it() -> None:
    """Guard the test above: the pattern tells GPL from LGPL."""
    strong = ["GPL-3.0-only", "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "AGPL-3.0-or-later"]
    weak = ["LGPL-2.1-or-later", "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", "MIT"]
    assert [bool(STRONG.search(text)) for text in strong + weak] == [True, True, True, False, False, False]
