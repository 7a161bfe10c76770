"""What an audit found, in plain sentences: the figure, and what to do. The most important come first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from homeground.find.auditing.findings_parts import (
    correlation_findings,
    coverage_findings,
    distribution_findings,
    inflation_findings,
    own_domain_findings,
    reliability_findings,
)
from homeground.find.auditing.material import Finding, Level, Material
from homeground.find.auditing.sensitivity import Sensitivity
from homeground.find.auditing.words import per_cent, places, quoted
from homeground.words import clean, count

__all__ = ["findings"]

_ORDER = {"act": 0, "look": 1, "fine": 2}


def findings(
    material: Material, tables: Mapping[str, pl.DataFrame], sensitivity: Sensitivity | None
) -> tuple[Finding, ...]:
    """Return every finding, those to act on first, and the greater before the smaller."""
    found = [
        *coverage_findings(material, tables["coverage"]),
        *distribution_findings(material, tables["distribution"]),
        *correlation_findings(tables["correlations"]),
        *own_domain_findings(material, tables["own_domain"]),
        *inflation_findings(tables["inflation"]),
        *reliability_findings(material, tables["reliability"]),
        *_effective(tables["effective_weights"]),
        *_dominance(material, tables["dominance"]),
        *_removal(tables["removal"]),
    ]
    if sensitivity is not None:
        found += [*_sensitivity(material, sensitivity), *_bands(material, sensitivity)]
    return tuple(sorted(found, key=lambda finding: (_ORDER[finding.level], -finding.size)))


def _effective(table: pl.DataFrame) -> list[Finding]:
    own = table.filter((pl.col("node") == "index") & pl.col("ratio").is_not_null())
    if own.height < 2:
        return []
    apart = own.with_columns(gap=(pl.col("effective") - pl.col("nominal")).abs()).sort("gap", descending=True)
    row = apart.row(0, named=True)
    text = (
        f"‘{clean(row['title'])}’ has {per_cent(row['nominal'])} of the weight but {per_cent(row['effective'])} of the "
        f"influence on the score, the widest gap of the {own.height} parts."
    )
    low, high = float(own["ratio"].min()), float(own["ratio"].max())  # type: ignore[arg-type]
    if low < 0.5 or high > 2.0:
        little = row["effective"] < row["nominal"]
        todo = (
            "It goes its own way, and the others outvote it. If it is meant to count as its weight says, the "
            "weight must rise; "
            "if not, say that weights are not importance."
            if little
            else "It goes with the others, which lend it influence. If that is not meant, lower its weight; "
            "else say so."
        )
        return [Finding("effective_weights", "act", text, todo, 0.45 + min(row["gap"], 0.5))]
    if row["gap"] > 0.05:
        return [Finding("effective_weights", "look", text, "Say that weights are not quite importance.", row["gap"])]
    text = f"Parts count about as much as their weights say: the widest gap is ‘{clean(row['title'])}’, "
    text += f"{per_cent(row['nominal'])} of the weight and {per_cent(row['effective'])} of the influence."
    return [Finding("effective_weights", "fine", text, "Nothing to do.", row["gap"])]


def _dominance(material: Material, table: pl.DataFrame) -> list[Finding]:
    if table.height < 2:
        return []
    found = []
    row = table.row(0, named=True)
    text = (
        f"Ranked by ‘{clean(row['title'])}’ alone, {per_cent(row['within_10'])} of areas would be within a "
        f"tenth of all places of "
        f"where they are, and {per_cent(row['shared_worst_tenth'])} of the worst tenth would be in it."
    )
    if row["within_10"] > 0.8:
        todo = "One part nearly makes the index: ask what the others add, and say it."
        found.append(Finding("dominance", "act", text, todo, row["within_10"] - 0.3))
    elif row["within_10"] > 0.6:
        found.append(
            Finding("dominance", "look", text, "Say how near the index comes to this one part.", row["within_10"] - 0.4)
        )
    else:
        found.append(Finding("dominance", "fine", text, "No part rules: nothing to do.", 0.2))
    alone = int(table["only_this_part"].sum())
    worst = int((material.rank <= material.top).sum())
    if alone:
        most = table.sort("only_this_part", descending=True).row(0, named=True)
        text = (
            f"{count(alone, 'area')} of the {worst:,} in the worst tenth ({per_cent(alone / worst)}) "
            f"{'is' if alone == 1 else 'are'} in a worst tenth on one part only, most often ‘{clean(most['title'])}’ "
            f"({most['only_this_part']:,})."
        )
        level: Level = "look" if alone / worst > 0.1 else "fine"
        todo = (
            "The place of such an area rests on one measurement: look it up (contributions.csv) before money follows."
        )
        found.append(Finding("dominance", level, text, todo, alone / worst))
    return found


def _removal(table: pl.DataFrame) -> list[Finding]:
    if table.height == 0:
        return []
    found = []
    top = table.filter(pl.col("kind") == "part of the index")
    if top.height:
        row = top.sort("turnover", descending=True).row(0, named=True)
        text = (
            f"Without ‘{clean(row['title'])}’ areas move {places(row['mean_rank_shift'])} on average, "
            f"{per_cent(row['decile_changed'])} change tenth and {per_cent(row['turnover'])} of the worst tenth "
            f"is replaced: "
            f"more than without any other part."
        )
        level: Level = "act" if row["turnover"] > 0.25 else "look" if row["turnover"] > 0.1 else "fine"
        todo = {
            "act": "The list of places hangs on this part: its figures and its reason must stand up to challenge.",
            "look": "Make sure that its figures are sound, and say why it is in.",
            "fine": "No single part decides the list: nothing to do.",
        }[level]
        found.append(Finding("removal", level, text, todo, row["turnover"]))
    idle = table.filter((pl.col("kind") == "indicator") & (pl.col("mean_rank_shift_share") < 0.002))
    if idle.height:
        titles = idle.reverse()["title"].to_list()
        text = f"{quoted(titles)} could be left out and areas would move less than one place in 500."
        text = text if idle.height > 1 else text.replace("areas would move", "areas would hardly move:")
        todo = "An indicator that changes nothing costs trust and money: ask why it is in."
        found.append(Finding("removal", "look", text, todo, 0.1))
    return found


_WHAT = {
    "weights": "the weights",
    "normalisation": "the normalisation",
    "combine": "the way parts are combined",
    "left_out": "which column is left out",
}


def _sensitivity(material: Material, result: Sensitivity) -> list[Finding]:
    shift, turnover = result.mean_rank_shift, result.turnover
    text = (
        f"Had other choices been made, areas would stand {places(shift[0])} away on average "
        f"({per_cent(shift[0] / material.n)} of all), and {per_cent(turnover[0])} of the worst tenth would be "
        f"other areas "
        f"(between {per_cent(turnover[1])} and {per_cent(turnover[2])} in 9 of 10 re-runs)."
    )
    level: Level = "act" if turnover[0] > 0.2 else "look" if turnover[0] > 0.1 else "fine"
    todo = "Show each area’s band of ranks beside its rank, and do not draw a hard line through the middle of it."
    found = [
        Finding("sensitivity", level, text, todo if level != "fine" else "Say so: it is a strength.", turnover[0] + 0.2)
    ]
    member = result.indices.filter(pl.col("outcome") == "worst_tenth_membership").drop_nulls("total")
    if member.height > 1:
        row = member.sort("total", descending=True).row(0, named=True)
        text = (
            f"Whether an area is in the worst tenth hangs most on {_WHAT[row['source']]}: "
            f"by itself and together with other choices it makes {per_cent(min(row['total'], 1.0))} of the difference."
        )
        todo = "Give the reason for this choice first, and ask those who use the index whether they share it."
        found.append(Finding("sensitivity", "look", text, todo, 0.3))
    found.append(_convergence(result))
    return found


def _convergence(result: Sensitivity) -> Finding:
    known = result.indices.drop_nulls(["total_low"])
    if known.height == 0:
        text = f"In {result.runs:,} re-runs with other choices no area moved."
        return Finding("sensitivity", "fine", text, "Nothing to do, unless that is a surprise.", 0.1)
    width = float(((known["total_high"] - known["total_low"]) / 2).max() or 0.0)  # type: ignore[arg-type]
    moved = float((result.indices["total"] - result.indices["total_half"]).abs().max() or 0.0)  # type: ignore[arg-type]
    text = (
        f"These shares are estimates from {result.runs:,} re-runs: the widest 95% interval is ± {width:.2f}, "
        f"and doubling the "
        f"sample to {result.samples:,} moved none by more than {moved:.2f}."
    )
    steady = width <= 0.12 and moved <= 0.12
    todo = "Good enough to tell large from small." if steady else "Not settled: run again with more --samples."
    return Finding("sensitivity", "fine" if steady else "look", text, todo, 0.05 if steady else 0.4)


def _bands(material: Material, result: Sensitivity) -> list[Finding]:
    bands = result.bands
    half = float(np.median(bands["width"].to_numpy()))
    worst = bands.filter(pl.col("rank") <= material.top)
    sure = int((worst["share_in_worst_tenth"] >= 0.95).sum())
    rare = int((worst["share_in_worst_tenth"] < 0.5).sum())
    text = (
        f"Of the {worst.height:,} areas in the worst tenth {sure:,} ({per_cent(sure / worst.height)}) stay in "
        f"it in at least 95 of "
        f"100 re-runs, and {rare:,} in fewer than half."
    )
    level: Level = "act" if sure / worst.height < 0.4 else "look" if sure / worst.height < 0.7 else "fine"
    todo = "Treat the rest as on the edge: publish the list with its doubt (homeground find certainty)."
    found = [Finding("rank_bands", level, text, todo, 1 - sure / worst.height)]
    text = (
        f"Half of all areas have a band of ranks (9 in 10 re-runs) of {places(half)} or less, "
        f"{per_cent(half / material.n)} of all."
    )
    found.append(
        Finding(
            "rank_bands", "fine", text, "Quote a rank with its band, or quote the tenth instead.", half / material.n
        )
    )
    return found
