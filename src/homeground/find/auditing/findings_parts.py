"""What the tests of the parts found (coverage, distribution, correlations, reliability), in plain sentences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from homeground.find.auditing.agreement import ALPHA, DOUBLE
from homeground.find.auditing.material import Finding, Level, Material
from homeground.find.auditing.parts import KURTOSIS, PILE_UP, SKEW
from homeground.find.auditing.words import number, per_cent, quoted, signed
from homeground.words import clean, count

__all__ = [
    "correlation_findings",
    "coverage_findings",
    "distribution_findings",
    "inflation_findings",
    "own_domain_findings",
    "reliability_findings",
]

_FEW = 30  # areas; below, a tenth is two or three
_BY_RANK = ("exponential-rank", "rank-to-normal", "percentile")
_Row = dict[str, object]


def coverage_findings(material: Material, table: pl.DataFrame) -> list[Finding]:
    """Say which columns have gaps, pile up on one value or tell no area from another."""
    found = []
    unscored = len(material.scored) - material.n
    if unscored:
        text = (
            f"{count(unscored, 'area')} of {len(material.scored):,} could not be scored and "
            f"{'has' if unscored == 1 else 'have'} no rank."
        )
        todo = "Find the missing figures, or list these areas wherever the index is shown."
        found.append(Finding("coverage", "act", text, todo, unscored / len(material.scored)))
    for flag, level, wording in _COVERAGE:
        rows = table.filter(pl.col("flag") == flag).to_dicts()
        if rows:
            found.append(wording(material, rows, level))
    found += _tied(material)
    gaps = table.filter((pl.col("gaps") > 0) & (pl.col("flag") != "gaps"))
    if gaps.height:
        worst = gaps.sort("gaps", descending=True).row(0, named=True)
        text = (
            f"{count(gaps.height, 'column lacks', 'columns lack')} a few figures; "
            f"the most is ‘{clean(worst['title'])}’, for {count(worst['gaps'], 'area')} "
            f"({per_cent(worst['gap_share'])})."
        )
        found.append(
            Finding("coverage", "fine", text, "Say beside the index how they were filled.", worst["gap_share"])
        )
    if material.n < _FEW:
        text = f"There are only {material.n} areas, and the worst tenth is {count(material.top, 'area')}."
        todo = "Every figure below hangs on single areas: read it as a hint."
        found.append(Finding("coverage", "look", text, todo, 1.0))
    if not found:
        text = f"No figure is missing: {count(table.height, 'column')}, {count(len(material.scored), 'area')}, no gaps."
        found.append(Finding("coverage", "fine", text, "Nothing to do."))
    return found


def _tied(material: Material) -> list[Finding]:
    _, counts = np.unique(material.score, return_counts=True)
    tied = int(counts[counts > 1].sum())
    if tied <= PILE_UP * material.n or counts.max() == 1:
        return []
    text = (
        f"{count(tied, 'area')} of {material.n:,} ({per_cent(tied / material.n)}) share their score with "
        f"another; the largest "
        f"tie is of {int(counts.max()):,}."
    )
    worst = int((material.rank <= material.top).sum())
    todo = (
        f"A tenth is {material.top:,} areas, but {worst:,} stand in it: take in finer figures, or say how ties "
        f"are broken."
    )
    if worst == material.top:
        todo = "A rank among so many equals says little: take in finer figures, or quote the tenth."
    return [Finding("coverage", "act", text, todo, tied / material.n)]


def _same_everywhere(_: Material, rows: list[_Row], level: Level) -> Finding:
    text = f"{quoted([str(row['title']) for row in rows])} {'is' if len(rows) == 1 else 'are'} the same in every area."
    todo = "It tells no area from another: take it out, or check the column."
    return Finding("coverage", level, text, todo, 1.0)


def _gaps(material: Material, rows: list[_Row], level: Level) -> Finding:
    worst = max(rows, key=lambda row: number(row["gap_share"]))
    text = (
        f"‘{clean(worst['title'])}’ lacks a figure for {count(int(number(worst['gaps'])), 'area')} "
        f"({per_cent(number(worst['gap_share']))})"
    )
    text += (
        "."
        if len(rows) == 1
        else f", and {count(len(rows) - 1, 'other column has', 'other columns have')} many gaps too."
    )
    policy = material.method.parts[str(worst["part"])].missing
    done = {
        "leave-out": "These areas have no score.",
        "reweight": "These areas are scored without it.",
        "larger-area": "They were given the mean of their larger area, and may look more alike than they are.",
        "zero": "They were given zero, and may look better than they are.",
    }.get(policy, f"They were given the {policy}, and may look more ordinary than they are.")
    return Finding("coverage", level, text, f"{done} Find the figures, or test what another filling would change.", 0.5)


def _piled_up(_: Material, rows: list[_Row], level: Level) -> Finding:
    worst = max(rows, key=lambda row: number(row["mode_share"]))
    text = f"‘{clean(worst['title'])}’ has the same value in {per_cent(number(worst['mode_share']))} of areas"
    text += (
        "." if len(rows) == 1 else f"; {count(len(rows) - 1, 'other column piles', 'other columns pile')} up as well."
    )
    todo = "It cannot tell these areas apart, however they are ranked: look for a finer figure, or a longer period."
    return Finding("coverage", level, text, todo, number(worst["mode_share"]))


def _coarse(_: Material, rows: list[_Row], level: Level) -> Finding:
    worst = min(rows, key=lambda row: number(row["distinct"]))
    text = (
        f"‘{clean(worst['title'])}’ has only {int(number(worst['distinct'])):,} different values "
        f"for {int(number(worst['areas'])):,} areas"
    )
    text += (
        "." if len(rows) == 1 else f", and {count(len(rows) - 1, 'other column is', 'other columns are')} coarse too."
    )
    return Finding("coverage", level, text, "Ranks made from it are full of ties: use unrounded figures.", 0.2)


_COVERAGE: tuple[tuple[str, Level, Callable[[Material, list[_Row], Level], Finding]], ...] = (
    ("same everywhere", "act", _same_everywhere),
    ("gaps", "look", _gaps),
    ("piled up", "look", _piled_up),
    ("coarse", "look", _coarse),
)


def distribution_findings(material: Material, table: pl.DataFrame) -> list[Finding]:
    """Say whether far-flung values stretch the scale, and whether the method keeps them from doing so."""
    if table.height == 0:
        return []
    outside = table.filter("outside_after").sort(pl.col("skew_after").abs(), descending=True).to_dicts()
    parts = material.method.parts
    felt = [row for row in outside if parts[row["part"]].transform not in _BY_RANK]
    limits = f"(limits: skew {SKEW:g} and kurtosis {KURTOSIS:g})"
    if felt:
        worst = felt[0]
        text = (
            f"{count(len(felt), 'indicator has', 'indicators have')} far-flung values that weigh on the score; "
            f"the most "
            f"lopsided is ‘{clean(worst['title'])}’: skew {worst['skew_after']:.1f}, kurtosis "
            f"{worst['kurtosis_after']:.1f} {limits}."
        )
        todo = "A few areas stretch the scale for all: treat the outliers in the method (winsorise, log), or rank it."
        return [Finding("distribution", "act", text, todo, min(0.4 + 0.02 * len(felt), 0.8))]
    if outside:
        text = (
            f"{count(len(outside), 'indicator is', 'indicators are')} lopsided, ‘{clean(outside[0]['title'])}’ "
            f"the most "
            f"(skew {outside[0]['skew_after']:.1f}), but the method turns them into ranks first."
        )
        todo = "Ranks are not moved by outliers. Do not quote means of these indicators without a word of warning."
        return [Finding("distribution", "fine", text, todo, 0.3)]
    before, treated = int(table["outside_before"].sum()), int(table["treated_areas"].sum())
    if before:
        one = "indicator was" if before == 1 else "indicators were"
        text = f"{before:,} {one} lopsided and no longer; the treatment changed {count(treated, 'value')}."
        return [Finding("distribution", "fine", text, "Say so in the method's description.", 0.2)]
    none = "The one indicator is not" if table.height == 1 else f"None of the {table.height:,} indicators is"
    text = f"{none} lopsided beyond what the handbook allows {limits}."
    return [Finding("distribution", "fine", text, "Nothing to do.")]


def correlation_findings(table: pl.DataFrame) -> list[Finding]:
    """Say which parts say the same, and which pull against each other."""
    if table.height == 0:
        return []
    found = []
    same = table.filter(pl.col("flag") == "same").to_dicts()
    if same:
        first = same[0]
        top = max(first["pearson"], first["spearman"])
        text = (
            f"‘{clean(first['title_a'])}’ and ‘{clean(first['title_b'])}’ say nearly the same (correlation "
            f"{signed(top)})"
        )
        text += (
            "."
            if len(same) == 1
            else f", and so {'does' if len(same) == 2 else 'do'} {count(len(same) - 1, 'other pair')}."
        )
        todo = "What they share counts twice: join them, drop one, or give the reason why both stay."
        found.append(Finding("correlations", "act", text, todo, 0.5 + 4 * (top - DOUBLE)))
    contrary = table.filter(pl.col("flag") == "contrary").sort("spearman").to_dicts()
    if contrary:
        found.append(_contrary(contrary))
    if not found:
        top_pair = table.row(0, named=True)
        text = (
            f"No two parts say the same (limit {DOUBLE:g}), and none pull against each other; "
            f"the strongest correlation is {top_pair['spearman']:.2f}, between ‘{clean(top_pair['title_a'])}’ and "
            f"‘{clean(top_pair['title_b'])}’."
        )
        found.append(Finding("correlations", "fine", text, "Nothing to do.", 0.2))
    return found


def _contrary(rows: list[dict[str, object]]) -> Finding:
    first = rows[0]
    value = number(first["spearman"])
    strong = value < -0.1
    which = f"‘{clean(first['title_a'])}’ and ‘{clean(first['title_b'])}’"
    if strong:
        text = f"{which} pull against each other (correlation {signed(value)})"
        todo = "In one sum they cancel out: check the direction of both, or report them side by side."
    else:
        text = f"{which} have next to nothing in common, and lean apart (correlation {signed(value)})"
        todo = "They measure different things. Say so, and show them apart as well as summed."
    text += "." if len(rows) == 1 else f"; {count(len(rows) - 1, 'other pair does', 'other pairs do')} so too."
    return Finding("correlations", "act" if strong else "look", text, todo, min(0.3 + abs(value), 1.0))


def own_domain_findings(material: Material, table: pl.DataFrame) -> list[Finding]:
    """Say which indicators stand in the wrong group, or the wrong way round."""
    found = []
    astray = table.filter(pl.col("flag") == "belongs elsewhere").with_columns(gap=pl.col("other") - pl.col("own"))
    if astray.height:
        row = astray.sort("gap", descending=True).row(0, named=True)
        text = (
            f"{count(astray.height, 'indicator goes', 'indicators go')} better with another group than with "
            f"{'its' if astray.height == 1 else 'their'} own; first ‘{clean(row['title'])}’ "
            f"({signed(row['own'])} with the rest of ‘{clean(material.title(row['node']))}’, "
            f"{signed(row['other'])} with "
            f"‘{clean(material.title(row['other_node']))}’)."
        )
        todo = "Ask whether it stands in the right group; what it measures may be wider than its name."
        found.append(Finding("correlations", "look", text, todo, min(0.3 + row["gap"], 1.0)))
    wrong = table.filter(pl.col("flag") == "contrary").sort("own")
    if wrong.height:
        row = wrong.row(0, named=True)
        text = (
            f"{count(wrong.height, 'indicator runs', 'indicators run')} against the rest of "
            f"{'its' if wrong.height == 1 else 'their'} group: ‘{clean(row['title'])}’ the most (correlation "
            f"{signed(row['own'])})."
        )
        todo = "Check its direction first (higher_is in the method): a reversed column looks like this."
        found.append(Finding("correlations", "act", text, todo, min(0.6 + abs(row["own"]), 1.0)))
    return found


def inflation_findings(table: pl.DataFrame) -> list[Finding]:
    """Say which parts are nearly a sum of the others beside them."""
    rows = table.filter(pl.col("flag") != "").sort("explained", descending=True).to_dicts()
    if not rows:
        return []
    exact = rows[0]["vif"] is None
    text = f"‘{clean(rows[0]['title'])}’ " + (
        "is an exact sum of the other parts beside it"
        if exact
        else f"is {per_cent(rows[0]['explained'])} explained by the other parts beside it"
    )
    text += "." if len(rows) == 1 else f"; {count(len(rows) - 1, 'other part is', 'other parts are')} nearly so."
    todo = "Factor weights would be unsteady here, and it adds little of its own: ask what the index loses without it."
    return [Finding("correlations", "act" if exact else "look", text, todo, 0.35)]


def reliability_findings(material: Material, table: pl.DataFrame) -> list[Finding]:
    """Say how well the parts of each group hang together, and which is the odd one out."""
    found = []
    for row in table.filter((pl.col("part") == "") & pl.col("alpha").is_not_null()).sort("alpha").to_dicts():
        parts = table.filter((pl.col("node") == row["node"]) & (pl.col("part") != "") & pl.col("gain").is_not_null())
        odd = parts.sort("gain", descending=True).row(0, named=True) if parts.height else None
        found.append(_alpha(material, row, odd))
    if len(found) > 3:  # one sentence for those that hold, not one each
        loose = [finding for finding in found if finding.level != "fine"][:3]
        fine = sum(finding.level == "fine" for finding in found)
        held = Finding(
            "reliability",
            "fine",
            f"{count(fine, 'group of parts hangs', 'groups of parts hang')} together (alpha {ALPHA:.2f} or more).",
            "Nothing to do.",
        )
        found = [*loose, held] if fine else loose
    return found


def _alpha(material: Material, row: dict[str, object], odd: dict[str, object] | None) -> Finding:
    alpha, title = number(row["alpha"]), clean(material.title(str(row["node"])))
    helps = odd is not None and number(odd["gain"]) > 0.02
    without = (
        f"without ‘{clean(odd['title'])}’ it would be {number(odd['alpha']):.2f}" if odd is not None and helps else ""
    )
    if alpha < ALPHA:
        text = f"The parts of ‘{title}’ hang together loosely: alpha is {alpha:.2f}, where {ALPHA:.2f} is usual"
        text += f"; {without}." if without else "."
        todo = (
            "No fault if they are meant to be different things: then say so. If they are meant to be one, look "
            "at the odd one."
        )
        return Finding("reliability", "look", text, todo, min(max(ALPHA - alpha, 0.0) + 0.2, 1.0))
    if helps:
        text = f"The parts of ‘{title}’ hang together (alpha {alpha:.2f}), but {without}."
        todo = "It measures something of its own: that can be the very reason to keep it. Say which."
        return Finding("reliability", "look", text, todo, number(odd["gain"]) if odd else 0.0)
    text = f"The parts of ‘{title}’ hang together: alpha is {alpha:.2f}, and no part spoils it."
    return Finding("reliability", "fine", text, "Nothing to do.", 0.1)
