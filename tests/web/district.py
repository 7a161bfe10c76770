"""The folder of the invented district as tests load it: whole, but for how often its lists are drawn."""

from __future__ import annotations

from pathlib import Path

__all__ = ["small_district"]


def small_district(folder: Path, *, draws: int = 100) -> Path:
    """Write the district into a folder; return the folder."""
    from examples.district.generate import generate

    generate(folder)
    plan = folder / "homeground-load.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("draws = 1000", f"draws = {draws}"), encoding="utf-8")
    return folder
