"""What the docs site does for itself: navigation from folders, a page for each module, no request to anybody else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

# Four modes, and the decisions. Within a folder, pages named here come first; the others follow by name.
MODES = {
    "Tutorial": "tutorial",
    "How to": "how-to",
    "Reference": "reference",
    "Explanation": "explanation",
    "Decisions": "decisions",
}
FIRST = ("index.md", "first-list.md", "the-house.md", "catalogue-file.md", "method-file.md")
EXPORTS = re.compile(r"^__all__ = \[\s*[\"']", re.MULTILINE)
SUBFOLDERS = {"cli": "Command line", "api": "Python"}
# Modules whose names nobody calls: they make the command line, or only hold a docstring.
NOT_IN_REFERENCE = re.compile(r"\.cli(\.|$)|\._")
# What a browser loads by itself. A link that a person may follow is not in here.
LOADED = re.compile(
    r"<(?:script|img|iframe|source|audio|video|embed|object)\b[^>]*?\s(?:src|srcset|data)\s*=\s*[\"']?\s*(?:https?:)?//"
    r"|<link\b(?![^>]*rel=[\"']?(?:canonical|alternate|next|prev))[^>]*?\shref\s*=\s*[\"']?\s*(?:https?:)?//",
    re.IGNORECASE,
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each public module."""
    source = Path(config.docs_dir).parent / "src"
    for path in sorted(source.glob("homeground/**/*.py")):
        name = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        if NOT_IN_REFERENCE.search(name) or not EXPORTS.search(path.read_text(encoding="utf-8")):
            continue
        text = f"# {name}\n\n::: {name}\n"
        files.append(File.generated(config, f"reference/api/{name}.md", content=text))
    config.nav = navigation(files)
    return files


def navigation(files: Files) -> list[dict[str, object]]:
    """Return the navigation: home, then each mode with its pages, folders within it last."""
    pages = sorted(file.src_uri for file in files.documentation_pages() if not file.src_uri.startswith("hooks/"))
    nav: list[dict[str, object]] = [{"Home": "index.md"}]
    for title, folder in MODES.items():
        inside = [page for page in pages if page.startswith(f"{folder}/")]
        entries: list[object] = sorted((page for page in inside if page.count("/") == 1), key=_order)
        for sub in sorted({page.split("/")[1] for page in inside if page.count("/") > 1}):
            below = sorted((page for page in inside if page.startswith(f"{folder}/{sub}/")), key=_order)
            entries.append({SUBFOLDERS.get(sub, sub.replace("-", " ").capitalize()): below})
        if entries:
            nav.append({title: entries})
    return nav


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 (mkdocs calls it so)
    """Refuse a page that makes a browser ask another server for something."""
    found = LOADED.search(output)
    if found:
        where, what = page.file.src_uri, output[found.start() : found.end() + 60]
        raise PluginError(f"{where} loads something from elsewhere: {what}")
    return output


def _order(page: str) -> tuple[int, str]:
    name = page.rsplit("/", 1)[-1]
    return (FIRST.index(name) if name in FIRST else len(FIRST), page)
