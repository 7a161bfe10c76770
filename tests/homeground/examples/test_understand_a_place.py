"""The tutorial that follows the first list: every line that a reader types works, and leaves the file it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homeground.examples import test_first_list as first

PAGE = first.ROOT / "docs" / "tutorial" / "understand-a-place.md"


@pytest.mark.slow
def test_what_is_typed_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All commands of the page in one folder, one after another, as a reader would; exit code 0, and a file each."""
    monkeypatch.setattr(first, "PAGE", PAGE)
    monkeypatch.setenv("HOMEGROUND_CACHE", str(tmp_path / "kept"))
    (tmp_path / "examples").symlink_to(first.ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    lines = [line for typed, _ in first.steps() for line in typed]
    for line in lines:
        status, output = first.type_it(line, tmp_path)
        assert status == 0, f"{line}\n{output}"
    for name in ("sandgrove", "our-patch", "access", "sites", "differences"):
        assert (tmp_path / f"{name}.csv").stat().st_size > 100
    assert len(lines) == 6
