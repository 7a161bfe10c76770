"""The charts of an audit: what each test found, drawn from its table. A title says the finding, not the subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl
from markupsafe import Markup

from homeground.chart import Bar, Span, bars, spans
from homeground.find.audit import Audit
from homeground.find.auditing.agreement import ALPHA, DOUBLE
from homeground.find.auditing.parts import SKEW
from homeground.find.auditing.words import per_cent
from homeground.words import clean, count

__all__ = ["CHARTS", "WORDS"]

_MOST = 10

#: What the words in the tables are called on the page.
WORDS: Mapping[str, str] = {
    "mean_rank_shift": "How far areas move",
    "worst_tenth_turnover": "How much of the worst tenth is replaced",
    "worst_tenth_membership": "Which areas are in the worst tenth",
    "weights": "Weights",
    "normalisation": "Normalisation (the scale)",
    "combine": "Way of combining",
    "left_out": "Leaving one column out",
    "same node": "in one group",
    "different nodes": "across groups",
    "same": "nearly the same",
    "contrary": "opposite",
    "keep": "left as it is",
    "winsorise": "pulled in (winsorise)",
    "clip": "cut off (clip)",
}


def _rows(audit: Audit, name: str) -> pl.DataFrame:
    return audit.tables.get(name, pl.DataFrame())


def _coverage(audit: Audit) -> list[Markup]:
    table = _rows(audit, "coverage").filter(pl.col("gaps") > 0).sort("gap_share", descending=True)
    if table.height == 0:
        return []
    drawn = [Bar(row["title"], row["gap_share"], per_cent(row["gap_share"])) for row in table.head(_MOST).to_dicts()]
    worst = table.row(0, named=True)
    title = f"‘{clean(worst['title'])}’ has the most gaps: {per_cent(worst['gap_share'])} of areas"
    return [bars(title, drawn, caption="Share of areas without a figure, before gaps are filled.")]


def _distribution(audit: Audit) -> list[Markup]:
    table = _rows(audit, "distribution")
    if table.height == 0:
        return []
    table = table.with_columns(size=pl.col("skew_after").abs()).sort("size", descending=True).head(_MOST)
    drawn = [
        Bar(
            row["title"],
            row["size"],
            f"{row['size']:.1f} ({abs(row['skew_before']):.1f})",
            mark=abs(row["skew_before"]),
        )
        for row in table.to_dicts()
    ]
    worst = table.row(0, named=True)
    title = f"The most lopsided indicator is ‘{clean(worst['title'])}’"
    caption = "Size of the skew: the bar after treatment, the upright line (and the figure in brackets) as read."
    return [bars(title, drawn, caption=caption, limit=(SKEW, f"limit {SKEW:g}"))]


def _correlations(audit: Audit) -> list[Markup]:
    table = _rows(audit, "correlations").drop_nulls("spearman")
    if table.height == 0:
        return []
    figures = []
    close = table.filter(pl.col("spearman") > 0).head(8)
    if close.height:
        drawn = [
            Bar(f"{_short(row['title_a'])} – {_short(row['title_b'])}", row["spearman"], f"{row['spearman']:.2f}")
            for row in close.to_dicts()
        ]
        first = close.row(0, named=True)
        title = f"‘{clean(first['title_a'])}’ and ‘{clean(first['title_b'])}’ are closest"
        figures.append(
            bars(
                title,
                drawn,
                caption="The closest pairs (Spearman’s correlation).",
                limit=(DOUBLE, f"limit {DOUBLE:g}"),
                longest=1.0,
            )
        )
    apart = table.filter(pl.col("flag") == "contrary").sort("spearman").head(8)
    if apart.height:
        drawn = [
            Bar(
                f"{_short(row['title_a'])} – {_short(row['title_b'])}",
                -row["spearman"],
                f"−{-row['spearman']:.2f}",
            )
            for row in apart.to_dicts()
        ]
        pairs = count(table.filter(pl.col("flag") == "contrary").height, "pair of parts leans", "pairs of parts lean")
        figures.append(
            bars(
                f"{pairs} apart", drawn, caption="Correlations below zero; a longer bar is further apart.", longest=1.0
            )
        )
    return figures


def _short(title: str) -> str:
    return clean(title, most=19)


def _reliability(audit: Audit) -> list[Markup]:
    table = _rows(audit, "reliability")
    groups = table.filter((pl.col("part") == "") & pl.col("alpha").is_not_null()) if table.height else table
    if groups.height == 0:
        return []
    if groups.height > 1:
        groups = groups.sort("alpha")
        drawn = [Bar(row["title"], row["alpha"], f"{row['alpha']:.2f}") for row in groups.head(_MOST).to_dicts()]
        title = f"‘{clean(groups['title'][0])}’ hangs together least"
        return [
            bars(
                title,
                drawn,
                caption="Cronbach’s alpha of each group of parts.",
                limit=(ALPHA, f"usual line {ALPHA:.2f}"),
                longest=1.0,
            )
        ]
    whole = float(groups["alpha"][0])
    parts = table.filter((pl.col("part") != "") & pl.col("alpha").is_not_null()).sort("alpha", descending=True)
    if parts.height == 0:
        return []
    drawn = [
        Bar(f"Without {row['title']}", row["alpha"], f"{row['alpha']:.2f}") for row in parts.head(_MOST).to_dicts()
    ]
    first = parts.row(0, named=True)
    title = (
        f"Without ‘{clean(first['title'])}’ the rest hangs together {'better' if first['alpha'] > whole else 'best'}"
    )
    return [
        bars(
            title,
            drawn,
            caption="Cronbach’s alpha without each part.",
            limit=(whole, f"with all {whole:.2f}"),
            longest=1.0,
        )
    ]


def _effective(audit: Audit) -> list[Markup]:
    figures = []
    table = _rows(audit, "effective_weights").drop_nulls("effective")
    table = table.filter(pl.col("node") == "index").sort("effective", descending=True)
    if table.height > 1:
        drawn = [
            Bar(
                row["title"],
                row["effective"],
                f"{per_cent(row['effective'])} ({per_cent(row['nominal'])})",
                mark=row["nominal"],
            )
            for row in table.head(_MOST).to_dicts()
        ]
        away = table.with_columns(gap=(pl.col("effective") - pl.col("nominal")).abs()).sort("gap", descending=True)
        row = away.row(0, named=True)
        side = "less" if row["effective"] < row["nominal"] else "more"
        title = f"‘{clean(row['title'])}’ counts for {side} than its weight says"
        caption = (
            "The bar is a part’s influence on the score; the upright line, and the figure in brackets, is its weight."
        )
        figures.append(bars(title, drawn, caption=caption))
    return figures


def _dominance(audit: Audit) -> list[Markup]:
    table = _rows(audit, "dominance")
    if table.height < 2:
        return []
    table = table.sort("within_10", descending=True)
    drawn = [Bar(row["title"], row["within_10"], per_cent(row["within_10"])) for row in table.head(_MOST).to_dicts()]
    title = f"‘{clean(table['title'][0])}’ alone comes nearest to the whole index"
    caption = "Share of areas that the part alone would rank within a tenth of all places of where they are."
    figures = [bars(title, drawn, caption=caption)]
    alone = table.filter(pl.col("only_this_part") > 0).sort("only_this_part", descending=True)
    if alone.height:
        drawn = [
            Bar(row["title"], float(row["only_this_part"]), f"{row['only_this_part']:,}")
            for row in alone.head(_MOST).to_dicts()
        ]
        total = int(alone["only_this_part"].sum())
        title = f"{count(total, 'area rests', 'areas rest')} on one part alone"
        caption = "Areas in the worst tenth of the index that are in the worst tenth of this part and of no other."
        figures.append(bars(title, drawn, caption=caption))
    return figures


def _removal(audit: Audit) -> list[Markup]:
    table = _rows(audit, "removal")
    figures = []
    for kind, many in (("part of the index", "part"), ("indicator", "indicator")):
        rows = table.filter(pl.col("kind") == kind) if table.height else table
        if rows.height == 0:
            continue
        rows = rows.sort("turnover", descending=True)
        drawn = [Bar(row["title"], row["turnover"], per_cent(row["turnover"])) for row in rows.head(_MOST).to_dicts()]
        title = f"Leaving out ‘{clean(rows['title'][0])}’ changes most"
        shown = f", the first {_MOST} of {rows.height:,} {many}s" if rows.height > _MOST else ""
        caption = f"Share of the worst tenth that is replaced when one {many} is left out{shown}."
        figures.append(bars(title, drawn, caption=caption))
    return figures


def _sensitivity(audit: Audit) -> list[Markup]:
    table = _rows(audit, "sensitivity")
    figures = []
    for outcome, lead in (
        ("worst_tenth_membership", "who is in the worst tenth"),
        ("mean_rank_shift", "how far areas move"),
    ):
        rows = table.filter(pl.col("outcome") == outcome).drop_nulls("total") if table.height else table
        if rows.height < 2:
            continue
        rows = rows.sort("total", descending=True)
        drawn = [
            Bar(
                WORDS[row["source"]],
                max(row["first_order"], 0.0),
                f"{per_cent(max(row['first_order'], 0.0))} to {per_cent(min(row['total'], 1.0))}",
                outer=row["total"],
                low=row["total_low"],
                high=row["total_high"],
            )
            for row in rows.to_dicts()
        ]
        title = f"{WORDS[rows['source'][0]]} matters most for {lead}"
        caption = (
            "The filled bar is what the choice explains alone, the outline what it has a hand in together with others."
        )
        if outcome == "mean_rank_shift":
            caption += " The thin line is the 95% interval of the outline."
        figures.append(bars(title, drawn, caption=caption))
    return figures


def _bands(audit: Audit) -> list[Markup]:
    table = _rows(audit, "rank_bands")
    if table.height == 0:
        return []
    n = table.height
    top = max(n // 10, 1)
    worst = table.filter(pl.col("rank") <= top)["share_in_worst_tenth"]
    groups = [
        ("In it nearly always (95 to 100 of 100)", int((worst >= 0.95).sum())),
        ("In it mostly (75 to 94)", int(((worst >= 0.75) & (worst < 0.95)).sum())),
        ("In it more often than not (50 to 74)", int(((worst >= 0.5) & (worst < 0.75)).sum())),
        ("Out of it more often than in (below 50)", int((worst < 0.5).sum())),
    ]
    drawn = [Bar(label, float(number), f"{number:,}") for label, number in groups]
    caption = "Areas in the worst tenth of the index, by how often they are in it when choices vary."
    title = f"{groups[0][1]:,} of {len(worst):,} areas in the worst tenth stay there nearly always"
    figures = [bars(title, drawn, caption=caption)]
    if n >= 100:
        tenth = ((pl.col("rank") * 10 / n).ceil()).clip(1, 10).cast(pl.Int64).alias("tenth")
        by = table.group_by(tenth).agg(pl.col("low_rank", "rank", "high_rank").median()).sort("tenth")
        rows = [
            Span(
                f"Tenth {row['tenth']}",
                row["low_rank"],
                row["rank"],
                row["high_rank"],
                f"{row['low_rank']:,.0f} to {row['high_rank']:,.0f}",
            )
            for row in by.to_dicts()
        ]
        caption = (
            f"Ranks 1 to {n:,} from left to right; tenth 1 has the most need. The dot is the middle rank of the tenth."
        )
        figures.append(
            spans(
                "A middling area of each tenth can stand between these ranks",
                rows,
                lowest=1,
                highest=n,
                caption=caption,
            )
        )
    return figures


CHARTS: Mapping[str, Callable[[Audit], list[Markup]]] = {
    "coverage": _coverage,
    "distribution": _distribution,
    "correlations": _correlations,
    "reliability": _reliability,
    "effective_weights": _effective,
    "dominance": _dominance,
    "removal": _removal,
    "sensitivity": _sensitivity,
    "rank_bands": _bands,
}
