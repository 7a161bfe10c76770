"""The tables of an audit as they stand on its page: some columns, in words, and the first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from homeground.find.audit import Audit
from homeground.find.auditing.charts import WORDS
from homeground.find.auditing.words import per_cent
from homeground.page import html_table
from homeground.words import clean

__all__ = ["shown"]

_MOST_ROWS = 40  # of a table on the page; the file beside it has all


@dataclass(frozen=True)
class _Shown:
    """One table: from which of the audit's, what it is called, and its columns with their headings."""

    table: str
    caption: str
    columns: Mapping[str, str]
    words: str = "Show the numbers"
    where: pl.Expr | None = None
    sort: str | None = None


_EDGE = (pl.col("share_in_worst_tenth") > 0.05) & (pl.col("share_in_worst_tenth") < 0.95)
_BAND = {
    "area_code": "Code",
    "area_name": "Area",
    "rank": "Rank",
    "low_rank": "From",
    "high_rank": "To",
    "width": "Places",
    "share_in_worst_tenth": "In the worst tenth",
}

_SOBOL = {
    "source": "Choice",
    "first_order": "Alone",
    "first_low": "Alone, from",
    "first_high": "Alone, to",
    "total": "With others",
    "total_low": "With others, from",
    "total_high": "With others, to",
    "total_half": "With others, half the sample",
}

_SHOWN: Mapping[str, Sequence[_Shown]] = {
    "coverage": [
        _Shown(
            "coverage",
            "Coverage of each column",
            {
                "title": "Column",
                "gaps": "Areas without a figure",
                "gap_share": "Share",
                "distinct": "Different values",
                "tied_areas": "Areas that share a value",
                "mode_share": "Share with the commonest value",
                "flag": "Note",
            },
            sort="gap_share",
        )
    ],
    "distribution": [
        _Shown(
            "distribution",
            "Shape of each indicator, before and after treatment",
            {
                "title": "Indicator",
                "skew_before": "Skew as read",
                "kurtosis_before": "Kurtosis as read",
                "far_out": "Areas far out",
                "treatment": "Treatment",
                "treated_areas": "Values changed",
                "skew_after": "Skew after",
                "kurtosis_after": "Kurtosis after",
                "outside_after": "Outside after",
            },
        )
    ],
    "correlations": [
        _Shown(
            "correlations",
            "Correlation of each two parts, the strongest first",
            {
                "title_a": "One part",
                "title_b": "The other",
                "level": "Where",
                "spearman": "Spearman",
                "pearson": "Pearson",
                "flag": "Note",
            },
        ),
        _Shown(
            "own_domain",
            "How each indicator goes with its own group and with others (Spearman)",
            {
                "title": "Indicator",
                "node": "Its group",
                "own": "With the rest of its group",
                "other_node": "Nearest other group",
                "other": "With that",
                "with_index": "With the index",
                "flag": "Note",
            },
            words="Show how indicators go with their groups",
        ),
        _Shown(
            "inflation",
            "How far each part is a sum of those beside it",
            {
                "title": "Part",
                "node": "Group",
                "vif": "Variance inflation",
                "explained": "Explained by the others",
                "flag": "Note",
            },
            sort="explained",
            words="Show variance inflation",
        ),
    ],
    "reliability": [
        _Shown(
            "reliability",
            "Alpha of each group of parts",
            {
                "title": "Group",
                "parts": "Parts",
                "alpha": "Alpha",
                "mean_correlation": "Mean correlation",
                "areas": "Areas",
            },
            where=pl.col("part") == "",
        ),
        _Shown(
            "reliability",
            "Alpha without each part, the greatest gain first",
            {"title": "Without", "node": "Group", "alpha": "Alpha would be", "gain": "Change"},
            where=(pl.col("part") != "") & pl.col("alpha").is_not_null(),
            sort="gain",
            words="Show alpha without each part",
        ),
    ],
    "effective_weights": [
        _Shown(
            "effective_weights",
            "Weight and influence of each part",
            {
                "title": "Part",
                "node": "In",
                "nominal": "Weight",
                "effective": "Influence",
                "ratio": "Influence over weight",
                "main_effect": "Knowing it removes",
                "correlation": "Correlation",
                "variance_share": "Share of variance",
            },
        )
    ],
    "dominance": [
        _Shown(
            "dominance",
            "Each part alone, against the index",
            {
                "title": "Part",
                "spearman": "Spearman with the index",
                "within_5": "Within 5% of places",
                "within_10": "Within 10% of places",
                "shared_worst_tenth": "Worst tenth shared",
                "largest_in_worst_tenth": "Adds most, in the worst tenth",
                "highest_share": "Most it adds to any score",
                "only_this_part": "Areas resting on it alone",
                "falls_out": "Areas out if it were ordinary",
            },
        )
    ],
    "removal": [
        _Shown(
            "removal",
            "What leaving each part out does",
            {
                "title": "Left out",
                "node": "From",
                "weight_in_index": "Weight in the index",
                "mean_rank_shift": "Places moved on average",
                "decile_changed": "Areas that change tenth",
                "left_worst_tenth": "Areas leaving the worst tenth",
                "turnover": "Of the worst tenth",
            },
        )
    ],
    "sensitivity": [
        _Shown(
            "sensitivity",
            "Which areas are in the worst tenth: Sobol indices, shares of the variation from 0 to 1",
            {column: words for column, words in _SOBOL.items() if not column.endswith(("low", "high"))},
            where=pl.col("outcome") == "worst_tenth_membership",
            words="Show the numbers for who is in the worst tenth",
        ),
        _Shown(
            "sensitivity",
            "How far areas move: Sobol indices, shares of the variation from 0 to 1, with 95% intervals",
            _SOBOL,
            where=pl.col("outcome") == "mean_rank_shift",
            words="Show the numbers for how far areas move",
        ),
        _Shown(
            "sensitivity",
            "How much of the worst tenth is replaced: Sobol indices, shares of the variation, with 95% intervals",
            _SOBOL,
            where=pl.col("outcome") == "worst_tenth_turnover",
            words="Show the numbers for how much of the worst tenth is replaced",
        ),
    ],
    "rank_bands": [
        _Shown(
            "rank_bands",
            "The areas whose rank is least sure",
            _BAND,
            sort="width",
            words="Show the areas whose rank is least sure",
        ),
        _Shown(
            "rank_bands",
            "Areas on the edge of the worst tenth, the widest bands first",
            _BAND,
            where=_EDGE,
            sort="width",
            words="Show areas on the edge of the worst tenth",
        ),
    ],
}

_SHARES = {
    "decile_changed",
    "effective",
    "explained",
    "gap_share",
    "highest_share",
    "largest_in_worst_tenth",
    "main_effect",
    "mode_share",
    "nominal",
    "share_in_worst_tenth",
    "shared_worst_tenth",
    "turnover",
    "variance_share",
    "weight_in_index",
    "within_10",
    "within_5",
}
_WHOLE = {"rank", "low_rank", "high_rank", "width", "mean_rank_shift"}
_CODED = {"outcome", "source", "level", "flag", "treatment"}
_TEXT = {*_CODED, "title", "title_a", "title_b", "node", "other_node", "area_code", "area_name", "outside_after"}


def shown(audit: Audit, test: str) -> list[tuple[str, Markup]]:
    """Return the tables of a test for the page, each with the words that open it.

    A table that is longer than a page bears says how much longer, and which file holds all of it.
    """
    found = []
    for each in _SHOWN[test]:
        table = audit.tables.get(each.table)
        if table is None:
            continue
        table = table.filter(each.where) if each.where is not None else table
        if each.sort:
            table = table.sort(each.sort, descending=True, nulls_last=True, maintain_order=True)
        if table.height:
            found.append((each.words, _table(audit, each, table)))
    return found


def _table(audit: Audit, each: _Shown, table: pl.DataFrame) -> Markup:
    columns = [column for column in each.columns if column in table.columns]
    rows = [[_cell(audit, column, row[column]) for column in columns] for row in table.head(_MOST_ROWS).to_dicts()]
    caption = each.caption
    if table.height > _MOST_ROWS:
        caption += f" (the first {_MOST_ROWS} of {table.height:,}; all are in {each.table}.csv)"
    headings = [each.columns[column] for column in columns]
    numeric = [each.columns[column] for column in columns if column not in _TEXT]
    return html_table(rows, caption=caption, headings=headings, numeric=numeric)


def _cell(audit: Audit, column: str, value: object) -> object:
    if isinstance(value, str):
        if column in ("node", "other_node"):
            value = audit.title if value == "index" else audit.method.label(value)
        return clean(WORDS.get(value, value) if column in _CODED else value)
    if isinstance(value, float) and column in _SHARES:
        return per_cent(value)
    return round(value) if isinstance(value, float) and column in _WHOLE else value
