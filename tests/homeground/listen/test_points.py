"""What somebody said is cut into single points, and each knows where it stood."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeground.listen.points import split_points


def points(*texts: str | None) -> list[str]:
    """Return the points of some notes."""
    notes = pl.DataFrame({"note": range(len(texts)), "text": list(texts)}, schema={"note": pl.Int64, "text": pl.String})
    return split_points(notes)["text"].to_list()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The park is lovely. There is no bus after six.", ["The park is lovely.", "There is no bus after six."]),
        ("We need a youth club!\nAnd the road is not safe", ["We need a youth club!", "And the road is not safe"]),
        ("No bus. Never. The shops are all shut now.", ["No bus. Never. The shops are all shut now."]),
        ("It closes at 2.30 pm and Mr. Bold has the key.", ["It closes at 2.30 pm and Mr. Bold has the key."]),
        ("Buses are late today; the park is clean and safe", ["Buses are late today;", "the park is clean and safe"]),
        ("公园很漂亮，我们喜欢。六点以后没有公共汽车。", ["公园很漂亮，我们喜欢。", "六点以后没有公共汽车。"]),
    ],
)  # fmt: skip
def test_one_claim_a_point(text: str, wanted: list[str]) -> None:
    """Sentences, lines and semicolons part; what is too short stays with what was said before."""
    assert points(text) == wanted


def test_notes_without_words_have_no_points() -> None:
    """Nothing, blanks, a missing note, and only signs."""
    assert points("", "   ", None, "?!?") == []


@given(st.text(max_size=300))
def test_a_point_is_what_stands_between_its_start_and_end(text: str) -> None:
    """Whatever was typed; points do not overlap, and no word is lost."""
    found = split_points(pl.DataFrame({"note": [0], "text": [text]}))
    spans = found.select("start", "end").rows()
    assert [text[start:end] for start, end in spans] == found["text"].to_list()
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    before, after = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    left = "".join(text[end:start] for end, start in zip(before, after, strict=True))
    assert not any(sign.isalnum() for sign in left)
