"""Pages for people: nothing that stands in them can act, everybody can read them, and they need no other file."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from homeground.errors import BadSpecification
from homeground.page import details, escape, html_table, render_page

HOSTILE = "<script>alert(1)</script>\"' onload=x <img src=//evil.example/x> </title></style> {{ 7*7 }} &"
VOID = {"meta", "link", "img", "br", "hr", "input", "path", "rect", "circle"}


class Tree(HTMLParser):
    """Check that tags close in order, and gather tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(str(html))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note what people read."""
        if self.open and self.open[-1] != "style":
            self.text += data

    def named(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every tag of this name."""
        return [attributes for name, attributes in self.tags if name == tag]


def sample() -> str:
    """A page with everything that a page may have."""
    table = html_table(
        [[f"Sandhaven and Moorend {n}", f"X0{n:07d}", 7200 + n, 45.678, None, "left behind", 0.97] for n in range(6)],
        caption="Places with the greatest double need, 2019",
        headings=["Place", "Area code", "People", "Deprivation score", "Need rank", "Cohort", "Probability"],
    )
    small = html_table([["Sandhaven", "52 to 58"]], caption="Minutes to a hospital", headings=["Where", "Between"])
    chart = Markup(
        '<figure><svg viewBox="0 0 400 80" role="img" aria-label="Sandhaven 55, England 35">'
        '<rect class="c1" x="100" y="10" width="250" height="20"/>'
        '<text x="0" y="26" font-size="16">Sandhaven</text></svg>'
        "<figcaption>Minutes to a hospital by bus. Longer is worse.</figcaption></figure>"
    )
    body = Markup(
        '<h2 id="key">What matters</h2><ol class="key"><li>One.</li><li>Two.</li></ol>'
        '<dl class="figures"><div><dt>places</dt><dd>225</dd></div><div><dt>people</dt><dd>2,373,827</dd></div></dl>'
        '<div class="inset"><p>Sure.</p></div><div class="inset warning"><p>Not sure.</p></div>'
        '<h2 id="places">The places</h2>{}<p class="small"><span class="swatch c1"></span>Sandhaven</p>{}{}'
        '<p><a href="https://example.org/a">The method</a> <code>homeground find cohort</code></p><pre>{}</pre>'
    ).format(table, chart, details("Show the numbers", small), "long " * 40 + "x" * 200)
    return render_page(
        title="Left-behind neighbourhoods of Marram",
        lede="An invented district.",
        body=body,
        contents=[("key", "What matters"), ("places", "The places")],
        footer=Markup("<p>Invented figures.</p>"),
    )


def test_a_page_is_whole_and_names_itself_once() -> None:
    """One main part, one first heading, a language, a title and a way past the top."""
    tree = Tree(sample())
    assert tree.named("html") == [{"lang": "en", "dir": "ltr"}]
    assert len(tree.named("main")) == len(tree.named("h1")) == len(tree.named("title")) == 1
    assert tree.named("a")[0] == {"class": "skip", "href": "#main"}
    assert tree.text.count("Left-behind neighbourhoods of Marram") == 2
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in tree.named("meta")


def test_the_same_words_give_the_same_page() -> None:
    """A page can be told apart by its checksum: it holds no date and no chance."""
    assert sample() == sample()


def test_a_page_needs_no_other_file_and_holds_no_script() -> None:
    """It can be sent by e-mail, opened on a train and kept for ten years."""
    tree = Tree(sample())
    assert not tree.named("script")
    assert [link["href"] for link in tree.named("link")] == ["data:,"]
    assert not any("src" in attributes for _, attributes in tree.tags)
    assert not any(name.startswith("on") for _, attributes in tree.tags for name in attributes)
    style = re.search(r"<style>(.*?)</style>", sample(), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_the_policy_in_the_page_allows_its_own_style_sheet_only() -> None:
    """The checksum in the policy is that of the style sheet, extra rules and all; a browser blocks every other."""
    html = render_page(title="t", body=Markup("<p>x</p>"), style=".mine{color:red}")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = next(m["content"] for m in Tree(html).named("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert style
    assert ".mine{color:red}" in style[1]
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy


@pytest.mark.parametrize("place", ["title", "body", "lede", "footer"])
def test_no_text_becomes_part_of_the_page(place: str) -> None:
    """Names of areas come from other people's files; wherever one is put, it is words."""
    html = render_page(**({"title": "t", "body": Markup("<p>x</p>")} | {place: HOSTILE}))  # type: ignore[arg-type]
    tree = Tree(html)
    assert HOSTILE in tree.text
    assert not tree.named("script")
    assert not tree.named("img")


def test_no_text_becomes_part_of_a_table_or_of_details() -> None:
    """The same for cells, headings, captions (which stand in an attribute too) and summaries."""
    table = html_table([[HOSTILE, HOSTILE]], caption=HOSTILE, headings=[HOSTILE, "b"])
    tree = Tree(details(HOSTILE, HOSTILE) + table)
    assert tree.text.count(HOSTILE) == 6
    assert tree.named("div")[1]["aria-label"] == HOSTILE
    assert {tag for tag, _ in tree.tags} == {
        "details", "summary", "div", "table", "caption", "span", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """Only control characters, which HTML cannot hold, are dropped."""
    shown = Tree(f"<p>{escape(text)}</p>").text
    assert shown == re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)


def test_escaping_twice_changes_nothing_more() -> None:
    """What is safe already is left as it is."""
    assert escape(escape("a & b")) == "a &amp; b"


def test_a_table_says_which_heading_each_cell_belongs_to() -> None:
    """Scope for rows and columns, a caption, and a region that the keyboard can scroll."""
    tree = Tree(html_table([["Moorend", 7200]], caption="People, 2024", headings=["Place", "People"]))
    assert [cell["scope"] for cell in tree.named("th")] == ["col", "col", "row"]
    region = tree.named("div")[0]
    assert region == {"class": "scroll", "role": "region", "aria-label": "People, 2024", "tabindex": "0"}
    assert len(tree.named("caption")) == 1
    plain = Tree(html_table([[1, 2]], caption="c", headings=["a", "b"], row_headings=False))
    assert len(plain.named("th")) == 2


def test_numbers_are_shown_as_people_write_them() -> None:
    """Thousands have commas, minus is a minus, missing is said in words, zero is zero."""
    values = [1234567, -3, 0, 1234.5678, -0.001, float("nan"), None, True, np.float64(2.5), np.int64(1000), "x", -0.5]
    rows = [[str(n), value] for n, value in enumerate(values)]
    html = html_table(rows, caption="c", headings=["n", "value"], decimals={"value": 1})
    shown = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert shown == [
        "1,234,567", "−3", "0", "1,234.6", "0.0", '<span class="none">no figure</span>',
        '<span class="none">no figure</span>', "yes", "2.5", "1,000", "x", "−0.5",
    ]  # fmt: skip


def test_columns_of_numbers_stand_to_the_right() -> None:
    """Found by what they hold, or as told; a column of gaps only is none."""
    rows = [["a", 1.0, None, "5"], ["b", None, None, "6"]]
    tree = Tree(html_table(rows, caption="c", headings=["w", "x", "y", "z"]))
    assert [cell.get("class", "") for cell in tree.named("th")[:4]] == ["", "n", "", ""]
    told = Tree(html_table(rows, caption="c", headings=["w", "x", "y", "z"], numeric=["z"]))
    assert [cell.get("class", "") for cell in told.named("th")[:4]] == ["", "", "", "n"]


def test_a_table_without_rows_is_still_a_table() -> None:
    """Its headings say what would stand there."""
    assert len(Tree(html_table([], caption="c", headings=["a", "b"])).named("th")) == 2


def test_what_makes_no_sense_is_refused() -> None:
    """Each with its own words."""
    with pytest.raises(BadSpecification, match="row 2 of the table has 1 cells under 2 headings"):
        html_table([[1, 2], [3]], caption="c", headings=["a", "b"])
    with pytest.raises(BadSpecification, match="no heading is called 'z'"):
        html_table([], caption="c", headings=["a"], numeric=["z"])
    with pytest.raises(BadSpecification, match="needs a title"):
        render_page(title=" ", body=Markup("<p>x</p>"))
    with pytest.raises(BadSpecification, match="is not a language"):
        render_page(title="t", body=Markup("<p>x</p>"), language='en" onload="x')
    with pytest.raises(BadSpecification, match="contents lead to 'Nowhere'"):
        render_page(title="t", body=Markup('<h2 id="here">x</h2>'), contents=[("here", "Here"), ("nowhere", "Nowhere")])
    with pytest.raises(BadSpecification, match="hold a '<'"):
        render_page(title="t", body=Markup("<p>x</p>"), style="</style><script>")


def test_languages_that_run_from_right_to_left_do() -> None:
    """Urdu is one of the languages of England."""
    assert Tree(render_page(title="t", body="x", language="ur")).named("html") == [{"lang": "ur", "dir": "rtl"}]


# --- in a browser ----------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (1200, "light"), (1200, "dark")])
def test_everybody_can_read_it(chromium: Any, axe: str, tmp_path: Path, width: int, scheme: str) -> None:
    """No sideways scrolling, nothing asked for, nothing blocked that is ours, and no rule of accessibility broken."""
    file = tmp_path / "page.html"
    file.write_text(sample(), encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert complaints == []
    page.evaluate(axe)
    broken = page.evaluate("axe.run().then(found => found.violations.map(rule => rule.id))")
    page.close()
    assert broken == []


@pytest.mark.browser
def test_on_paper_everything_is_open_and_black_on_white(chromium: Any, tmp_path: Path) -> None:
    """Numbers behind 'Show the numbers' are printed; dark colours are not."""
    file = tmp_path / "page.html"
    file.write_text(sample(), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 700, "height": 900}, color_scheme="dark")
    page.goto(file.as_uri())
    shown = "document.querySelector('details table').checkVisibility({contentVisibilityAuto: true})"
    assert not page.evaluate(shown)
    page.emulate_media(media="print")
    page.wait_for_function(shown)  # the style of the other medium may settle a frame later
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()
