"""The docs site: every page can be found, and no page asks another server for anything."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest
from mkdocs.config import load_config
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import get_files

from tests.house.commands import ROOT


@pytest.fixture
def hook() -> ModuleType:
    """The hook of the docs site."""
    spec = importlib.util.spec_from_file_location("site_hook", ROOT / "docs" / "hooks" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def leaves(entry: object) -> Iterator[str]:
    """Return the pages that a piece of navigation holds."""
    if isinstance(entry, str):
        yield entry
    for part in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from leaves(part)


def test_every_page_stands_in_the_navigation_once(hook: ModuleType) -> None:
    """Pages that others write, and one for each public module, without an entry by hand."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    config.plugins._current_plugin = "test"  # mkdocs sets it when it calls a hook
    files = hook.on_files(get_files(config), config)
    pages = sorted(file.src_uri for file in files.documentation_pages() if not file.src_uri.startswith("hooks/"))
    assert sorted(leaves(config.nav)) == pages
    assert "reference/api/homeground.find.index.md" in pages
    assert [next(iter(entry)) for entry in config.nav or []][:2] == ["Home", "Tutorial"]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<img alt='' src=//cdn.example/x.png>",
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<iframe title="a" src="http://example.org"></iframe>',
    ],
)
def test_a_page_that_loads_from_elsewhere_is_refused(hook: ModuleType, markup: str) -> None:
    """A reader's visit is told to nobody."""
    page = SimpleNamespace(file=SimpleNamespace(src_uri="page.md"))
    with pytest.raises(PluginError, match=r"page\.md loads something from elsewhere"):
        hook.on_post_page(f"<html>{markup}</html>", page, None)


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://www.gov.uk">a link</a>',
        '<script src="assets/x.js"></script>',
        '<link rel="next" href="b.html">',
    ],
)
def test_a_link_that_a_person_may_follow_is_allowed(hook: ModuleType, markup: str) -> None:
    """Only what a browser fetches by itself is refused."""
    page = SimpleNamespace(file=SimpleNamespace(src_uri="page.md"))
    assert hook.on_post_page(markup, page, None) == markup
