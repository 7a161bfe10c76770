"""Groups of areas side by side on what is within their reach, and the gaps in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray

from homeground.words import capital, clean

__all__ = ["EVERYWHERE", "beside", "gap_sentences", "singular"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
#: The group of all areas in the table.
EVERYWHERE = "everywhere"
_ANY = "any"


def singular(kind: str) -> str:
    """Return one of a kind, in words.

    Examples
    --------
    >>> [singular(kind) for kind in ("libraries", "warm-spaces", "bus-stop", "access", "halls", "surgeries")]
    ['library', 'warm space', 'bus stop', 'access', 'hall', 'surgery']
    """
    words = kind.replace("-", " ")
    if words.endswith("ies"):
        return words[:-3] + "y"
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us")) else words


def beside(
    table: pl.DataFrame, places: pl.DataFrame, *, kinds: Sequence[str], within: Sequence[float], unit: str
) -> pl.DataFrame:
    """Return groups of areas side by side: all of them, each cohort, each authority.

    Parameters
    ----------
    table : polars.DataFrame
        As in `homeground.understand.access.Access`.
    places : polars.DataFrame
        ``kind`` and the ``area_code`` that each place was counted in (null: none).
    kinds, within, unit
        As there.

    Returns
    -------
    polars.DataFrame
        ``kind``, ``of`` (everywhere, cohort, authority), ``group``, ``areas``, ``people``, ``places``,
        ``places_per_10000``, ``mean_nearest_<unit>``, ``mean_catchment`` (weighted by people, over areas where it is
        known), ``unknown`` (people whose nearest place is not known) and, for each reach, ``beyond_<reach><unit>`` and
        ``share_beyond_<reach><unit>``: how many people have none within it.
    """
    people = table["population"].cast(pl.Float64).fill_null(0.0).to_numpy()
    home = places.select("kind", "area_code").join(table.with_row_index("at").select("area_code", "at"), "area_code")
    found = []
    for of, names, group in _groups(table):
        for kind in kinds:
            mine = home if kind == _ANY else home.filter(pl.col("kind") == kind)
            of_place = group[mine["at"].to_numpy()]
            columns = _figures(table, kind, people, group, len(names), within, unit)
            total = _sums(group, people, len(names))
            count = np.bincount(of_place[of_place >= 0], minlength=len(names))
            about: dict[str, object] = {
                "kind": [kind] * len(names),
                "of": [of] * len(names),
                "group": names,
                "areas": np.bincount(group[group >= 0], minlength=len(names)),
                "people": total,
                "places": count,
                "places_per_10000": _ratio(np.asarray(10_000 * count, dtype=np.float64), total),
            }
            found.append(pl.DataFrame({**about, **columns}).with_columns(cs.float().fill_nan(None)))
    return pl.concat(found)


def _groups(table: pl.DataFrame) -> Iterator[tuple[str, list[str], IntArray]]:
    """Yield each way of grouping: its name, the groups, and the group of each area (-1: none)."""
    yield EVERYWHERE, [EVERYWHERE], np.zeros(table.height, dtype=np.int64)
    for of, column in (("cohort", "cohort"), ("authority", "larger_area_name")):
        if column not in table.columns or table[column].null_count() == table.height:
            continue
        values = table[column].cast(pl.String)
        names = values.drop_nulls().unique().sort().to_list()
        numbers = pl.DataFrame({column: names}).with_row_index("group")
        group = pl.DataFrame({column: values}).join(numbers, on=column, how="left", maintain_order="left")["group"]
        yield of, names, group.cast(pl.Int64).fill_null(-1).to_numpy()


def _sums(group: IntArray, values: FloatArray, n: int) -> FloatArray:
    inside = group >= 0
    return np.bincount(group[inside], values[inside], n).astype(np.float64)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _figures(
    table: pl.DataFrame, kind: str, people: FloatArray, group: IntArray, n: int, within: Sequence[float], unit: str
) -> dict[str, FloatArray]:
    far = table[f"nearest_{unit}_{kind}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = np.isfinite(far)
    there = np.where(known, people, 0.0)
    total = _sums(group, people, n)
    found = {
        f"mean_nearest_{unit}": _ratio(_sums(group, there * np.nan_to_num(far), n), _sums(group, there, n)),
        "mean_catchment": _ratio(_sums(group, people * table[f"catchment_{kind}"].to_numpy(), n), total),
        "unknown": _sums(group, people - there, n),
    }
    for reach in within:
        none = table[f"within_{reach:g}{unit}_{kind}"].to_numpy() == 0
        beyond = _sums(group, people * none, n)
        found[f"beyond_{reach:g}{unit}"] = beyond
        found[f"share_beyond_{reach:g}{unit}"] = _ratio(beyond, total)
    return found


def gap_sentences(compared: pl.DataFrame, *, within: Sequence[float], unit: str, called: str) -> tuple[str, ...]:
    """Return the gaps in sentences: all areas first, then each cohort beside all.

    Parameters
    ----------
    compared : polars.DataFrame
        Of `beside`.
    within, unit
        The widest reach is told.
    called : str
        What a place of any kind is called.
    """
    reach = max(within)
    far = f"{reach:g} km" if unit == "km" else f"{reach:g} minutes"
    everywhere = {row["kind"]: row for row in compared.filter(pl.col("of") == EVERYWHERE).iter_rows(named=True)}
    told = []
    only_kind = len(everywhere) == 2
    for row in compared.filter(pl.col("of") != "authority").iter_rows(named=True):
        one = called if row["kind"] == _ANY else singular(row["kind"])
        beyond, people = row[f"beyond_{reach:g}{unit}"], row["people"]
        if not people or (only_kind and row["kind"] == _ANY):
            continue
        group = f"{clean(row['group'])}: " if row["of"] == "cohort" else ""
        if beyond == 0:
            text = f"{group}nobody is more than {far} from {_article(one)}"
        elif unit == "km":
            text = f"{group}{beyond:,.0f} of {people:,.0f} people are more than {far} from any {one}"
        else:
            text = f"{group}{beyond:,.0f} of {people:,.0f} people cannot reach any {one} within {far}"
        text += _against(row, everywhere[row["kind"]], unit, one) if row["of"] == "cohort" else ""
        told.append(capital(text) + ".")
    return tuple(told)


def _article(one: str) -> str:
    return ("an " if one[:1].lower() in "aeiou" else "a ") + one


def _against(row: dict[str, Any], all_: dict[str, Any], unit: str, one: str) -> str:
    mine, theirs = row[f"mean_nearest_{unit}"], all_[f"mean_nearest_{unit}"]
    if mine is None or theirs is None:
        return ""
    word = "km" if unit == "km" else "minutes"
    return f"; the nearest {one} is {mine:.1f} {word} away on average, against {theirs:.1f} everywhere"
