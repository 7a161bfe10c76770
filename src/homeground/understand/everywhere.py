"""Every place of a kind at once: all its figures with limits and standing, worked out by column and read back by place.

A profile takes some hundredths of a second. A site that shows each of 34,000 neighbourhoods needs them all beforehand,
and each on its own: `everywhere` works out whole columns, `Everywhere.packed` puts one place into a few thousand bytes,
and `Guide.read` makes of them the same rows and sentences that `homeground.understand.profile.profile` gives.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from homeground.errors import BadTable
from homeground.understand.profiling import saying
from homeground.understand.profiling.columns import BESIDE, COLUMNS
from homeground.understand.profiling.figures import Figures, FloatArray, Measure, Native, Sums
from homeground.understand.profiling.headlines import headlines
from homeground.understand.profiling.intervals import HOW
from homeground.understand.profiling.nearest import traits
from homeground.understand.profiling.standing import Standings, group_values, limits, values_of
from homeground.understand.profiling.trend import OVER_TIME, changes, over_time

__all__ = ["Everywhere", "Guide", "Read", "everywhere"]

NEAREST = 10
_FORMAT = 1
_STATES = ("known", "missing", "suppressed", "too many")
_SPARE = 15  # further neighbours asked for, so that level ones can be put in order by their code
_CHUNK = 2000
_NUMBERS = (("value", "f8"), ("low", "f8"), ("high", "f8"), ("better", "f8"), ("nearest", "f8"), ("hidden", "f4"),
            ("missing", "f4"), ("rank", "i4"), ("state", "u1"), ("nearest_areas", "u1"))  # fmt: skip


@dataclass(frozen=True)
class Guide:
    """What is the same for every place of a kind: needed to read a packed place, and plain enough for a JSON file.

    Attributes
    ----------
    node, kind, whole : str
        ``lsoa21``, ``lsoa``, and what all places together are called.
    measures : tuple of Measure
    natives : tuple of (str, str, int)
        Areas that figures are of: node, kind, and how many measures, in the order of the columns.
    ranked : tuple of (int, int)
        For each measure, how many places of this kind have a figure, and how many of the areas that it is given for.
    groups : tuple of dict
        ``id``, ``title``, ``people``, ``value``, ``low``, ``high``, ``areas``: the latter four by measure.
    authorities : mapping of str to dict
        By code: ``name``, and ``value`` by measure.
    """

    node: str
    kind: str
    whole: str
    measures: tuple[Measure, ...]
    natives: tuple[tuple[str, str, int], ...]
    ranked: tuple[tuple[int, int], ...]
    groups: tuple[Mapping[str, Any], ...]
    authorities: Mapping[str, Mapping[str, Any]]

    def as_json(self) -> str:
        """Return it as JSON; the same guide gives the same text."""
        told = {name: getattr(self, name) for name in ("node", "kind", "whole", "natives", "ranked", "authorities")}
        told |= {"format": _FORMAT, "measures": [asdict(m) for m in self.measures], "groups": list(self.groups)}
        return json.dumps(told, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Guide:
        """Return what `as_json` wrote.

        Raises
        ------
        BadTable
            If another version of Homeground wrote it.
        """
        told = json.loads(text)
        if told.pop("format", None) != _FORMAT:
            raise BadTable("the stored figures are of another version", remedy="Load the data anew.")
        measures = tuple(
            Measure(**{**m, "breaks": tuple((edition, why) for edition, why in m["breaks"])}) for m in told["measures"]
        )
        natives = tuple((node, kind, many) for node, kind, many in told["natives"])
        ranked = tuple((here, there) for here, there in told["ranked"])
        return cls(
            told["node"], told["kind"], told["whole"], measures, natives, ranked, tuple(told["groups"]),
            told["authorities"],
        )  # fmt: skip

    def read(self, body: bytes) -> Read:
        """Return the figures of a place from what `Everywhere.packed` made."""
        head, _, rest = zlib.decompress(body).partition(b"\n")
        about = json.loads(head)
        count = len(self.measures)
        numbers, at = {}, 0
        for name, kind in _NUMBERS:
            size = np.dtype(kind).itemsize * count
            numbers[name] = np.frombuffer(rest[at : at + size], dtype="<" + kind if kind != "u1" else kind)
            at += size
        return _Reading(self, about, numbers).read()


@dataclass(frozen=True)
class Read:
    """One place as it is read back; tables and sentences as in `homeground.understand.profile.Profile`.

    ``nearest`` holds (code, name, distance).
    """

    code: str
    name: str
    people: float | None
    authority: str
    authority_name: str
    table: pl.DataFrame
    beside: pl.DataFrame
    over_time: pl.DataFrame
    nearest: tuple[tuple[str, str, float], ...]
    headlines: tuple[str, ...]


@dataclass(frozen=True)
class Everywhere:
    """All figures of all places of a kind.

    Attributes
    ----------
    guide : Guide
    codes, names : tuple of str
    people : ndarray of shape (places,)
    authority : tuple of str
        Code of the authority where most of a place's people live, '' where not known.
    authority_names : mapping of str to str
    numbers : mapping of str to ndarray of shape (places, measures)
        ``value``, ``low``, ``high``, ``better`` (per cent of areas that do better), ``rank`` (0 where there is none),
        ``nearest`` (the figure of the places most like it), ``nearest_areas`` (how many of them have one), ``hidden``,
        ``missing`` (shares of its people), ``state``.
    levels : mapping of str to tuple of str
        By native node: for each place the larger area that those figures are of, '' when of the place itself.
    estimated : mapping of str to ndarray of shape (places,)
        By native node: share of the figure that was apportioned.
    nearest : ndarray of shape (places, at most 10)
        Rows of the places most like each, the nearest first; -1 where there are none.
    distance : ndarray of the same shape
    """

    guide: Guide
    codes: tuple[str, ...]
    names: tuple[str, ...]
    people: FloatArray
    authority: tuple[str, ...]
    authority_names: Mapping[str, str]
    numbers: Mapping[str, NDArray[Any]]
    levels: Mapping[str, tuple[str, ...]]
    estimated: Mapping[str, FloatArray]
    nearest: NDArray[np.intp]
    distance: FloatArray

    def packed(self, row: int) -> bytes:
        """Return one place in a few thousand bytes. The same place gives the same bytes."""
        like = [
            (self.codes[at], self.names[at], round(float(far), 6))
            for at, far in zip(self.nearest[row], self.distance[row], strict=True)
            if at >= 0
        ]
        lived = float(self.people[row])
        about = {
            "code": self.codes[row],
            "name": self.names[row],
            "people": lived if np.isfinite(lived) else None,
            "authority": self.authority[row],
            "authority_name": self.authority_names.get(self.authority[row], ""),
            "levels": [self.levels[node][row] for node, _, _ in self.guide.natives],
            "estimated": [float(self.estimated[node][row]) for node, _, _ in self.guide.natives],
            "nearest": like,
        }
        head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
        parts = [
            self.numbers[name][row].astype("<" + kind if kind != "u1" else kind).tobytes() for name, kind in _NUMBERS
        ]
        return zlib.compress(head + b"\n" + b"".join(parts), 1)

    def table(self) -> pl.DataFrame:
        """Return all figures as one wide table, a row for each place: for explorers, comparisons and bulk downloads.

        Returns
        -------
        polars.DataFrame
            ``area_code``, ``area_name``, ``authority_code``, ``authority_name``, ``people``; then five columns for each
            indicator: its id (the value, null where there is none), and the id with ``__low``, ``__high`` (limits,
            null where it is no estimate), ``__rank`` (1 is the most need) and ``__state`` (known, missing,
            suppressed, too many).
        """
        columns: dict[str, Any] = {
            "area_code": list(self.codes), "area_name": list(self.names), "authority_code": list(self.authority),
            "authority_name": [self.authority_names.get(code, "") for code in self.authority], "people": self.people,
        }  # fmt: skip
        states = pl.Enum(_STATES)
        for at, measure in enumerate(self.guide.measures):
            rank = self.numbers["rank"][:, at]
            columns[measure.id] = self.numbers["value"][:, at]
            columns[f"{measure.id}__low"] = self.numbers["low"][:, at]
            columns[f"{measure.id}__high"] = self.numbers["high"][:, at]
            columns[f"{measure.id}__rank"] = pl.Series(rank, dtype=pl.Int32).replace(0, None)
            columns[f"{measure.id}__state"] = pl.Series(
                [_STATES[s] for s in self.numbers["state"][:, at]], dtype=states
            )
        return pl.DataFrame(columns).with_columns(pl.col(pl.Float64, pl.Float32).fill_nan(None))


def everywhere(figures: Figures, among: Standings) -> Everywhere:
    """Return all figures of all places of a kind.

    Parameters
    ----------
    figures : Figures
    among : Standings
        Of the kind; see `homeground.understand.profiling.standing.standings`.

    Returns
    -------
    Everywhere
        The rows that `Guide.read` gives equal those of `homeground.understand.profile.profile` for the same place, but
        for the limits of the places most like it, which are not kept.

    Examples
    --------
    >>> from homeground.understand.profile import _example
    >>> from homeground.understand.profiling.standing import standings
    >>> figures = _example()
    >>> found = everywhere(figures, standings(figures, "lsoa21", cohort=None))
    >>> read = found.guide.read(found.packed(0))
    >>> read.table.select("indicator", "value", "rank", "ranked").row(0)
    ('renting', 40.0, 1, 2)
    """
    places, columns = len(figures.codes[among.node]), len(among.measures)
    numbers: dict[str, NDArray[Any]] = {name: np.zeros((places, columns), dtype=kind) for name, kind in _NUMBERS}
    numbers["value"] = among.values
    levels: dict[str, tuple[str, ...]] = {}
    estimated: dict[str, FloatArray] = {}
    ranked: list[tuple[int, int]] = []
    for name, (added, where) in among.sums.items():
        native = figures.natives[name]
        levels[name] = _levels(figures, among.node, name, added)
        estimated[name] = added.estimated
        numbers["low"][:, where], numbers["high"][:, where] = limits(added, native.measures)
        numbers["hidden"][:, where] = np.nan_to_num(added.hidden)
        numbers["missing"][:, where] = np.nan_to_num(added.missing)
        numbers["state"][:, where] = _states(added, among.values[:, where])
        ranked += _rank(numbers, where, native, among, added.coarse)
    like, far = _nearest(figures, among)
    numbers["nearest"], numbers["nearest_areas"] = _of_nearest(among, figures, like)
    authority, authority_names, authorities = _authorities(figures, among)
    guide = Guide(
        among.node, figures.kinds[among.node], figures.whole, among.measures,
        tuple((name, figures.natives[name].kind, len(figures.natives[name].measures)) for name in among.sums),
        tuple(ranked), tuple(_group(group) for group in among.groups), authorities,
    )  # fmt: skip
    codes, names = figures.codes[among.node], figures.names[among.node]
    called = tuple(name or code for name, code in zip(names, codes, strict=True))
    lived = figures.people_of(among.node)
    return Everywhere(guide, codes, called, lived, authority, authority_names, numbers, levels, estimated, like, far)


def _states(added: Sums, values: FloatArray) -> NDArray[np.uint8]:
    """Return for each figure which of `_STATES` it is in."""
    too_many = np.nan_to_num(added.above) > np.nan_to_num(added.below)
    hidden = np.nan_to_num(added.hidden) > 0
    without = np.where(too_many, 3, np.where(hidden, 2, 1))
    return np.where(np.isfinite(values), 0, without).astype(np.uint8)


def _rank(
    numbers: dict[str, NDArray[Any]], where: slice, native: Native, among: Standings, coarse: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Fill in ranks and shares of a native's columns, as `homeground…standing.ordered` gives them for one place."""
    given = values_of(native, native.measures)
    counts = []
    for at, measure in enumerate(native.measures):
        column = where.start + at
        values = among.values[:, column]
        here, own, better = _ordered(values, values, measure.higher_is)
        there, of_native, better_native = _ordered(given[:, at], values, measure.higher_is)
        numbers["rank"][:, column] = np.where(coarse, of_native, own)
        numbers["better"][:, column] = np.where(coarse, better_native, better)
        counts.append((here, there))
    return counts


def _ordered(others: FloatArray, values: FloatArray, higher_is: str) -> tuple[int, NDArray[np.int32], FloatArray]:
    known = np.sort(others[np.isfinite(others)])
    many = len(known)
    if not many:
        return 0, np.zeros(len(values), dtype=np.int32), np.full(len(values), np.nan)
    below, upto = np.searchsorted(known, values, "left"), np.searchsorted(known, values, "right")
    same = upto - below
    ahead = below if higher_is == "better" else many - upto
    fine = np.isfinite(values)
    behind = many - ahead - same
    rank = np.where(fine, ahead + 1, 0).astype(np.int32)
    return many, rank, np.where(fine, 100.0 * (behind + same / 2) / many, np.nan)


def _levels(figures: Figures, node: str, native: str, added: Sums) -> tuple[str, ...]:
    """Return for each place the names of the larger areas that a native's figures are of, '' when it is fine enough."""
    coarse = added.coarse
    if not coarse.any():
        return ("",) * len(coarse)
    touched = figures.between(node, native)
    names, codes = figures.names[native], figures.codes[native]
    found = []
    for row, is_coarse in enumerate(coarse):
        if not is_coarse:
            found.append("")
            continue
        part = slice(touched.indptr[row], touched.indptr[row + 1])
        order = np.argsort(-touched.data[part], kind="stable")[:3]
        found.append(" and ".join(names[at] or codes[at] for at in touched.indices[part][order]))
    return tuple(found)


def _nearest(figures: Figures, among: Standings) -> tuple[NDArray[np.intp], FloatArray]:
    """Return for each place the rows of those most like it, and how far they are; ties go to the smaller code."""
    names, table = traits(figures, among)
    places = len(figures.codes[among.node])
    if not names or places < 2:
        return np.full((places, 1), -1, dtype=np.intp), np.full((places, 1), np.nan)
    fit = np.flatnonzero(np.isfinite(table).all(axis=1))
    ask = min(len(fit), NEAREST + 1 + _SPARE)
    like = np.full((places, NEAREST), -1, dtype=np.intp)
    far = np.full((places, NEAREST), np.nan)
    if ask < 2:
        return like, far
    distance, found = cKDTree(table[fit]).query(table[fit], k=ask)
    # Codes are in the order of the rows, so the smaller row is the smaller code.
    order = np.lexsort((fit[found], np.round(distance, 12)), axis=1)
    for kept in range(len(fit)):
        rows = fit[found[kept][order[kept]]]
        others = rows != fit[kept]
        chosen = rows[others][:NEAREST]
        like[fit[kept], : len(chosen)] = chosen
        far[fit[kept], : len(chosen)] = distance[kept][order[kept]][others][:NEAREST]
    return like, far


def _of_nearest(among: Standings, figures: Figures, like: NDArray[np.intp]) -> tuple[FloatArray, NDArray[np.uint8]]:
    """Return the figures of the places most like each, taken together, and how many of these have one."""
    found = np.full(among.values.shape, np.nan)
    many = np.zeros(among.values.shape, dtype=np.uint8)
    for name, (added, where) in among.sums.items():
        per = np.array([measure.per for measure in figures.natives[name].measures])
        fine = np.isfinite(added.above) & np.isfinite(added.below)
        above, below = np.where(fine, added.above, 0.0), np.where(fine, added.below, 0.0)
        for start in range(0, len(like), _CHUNK):
            rows = like[start : start + _CHUNK]
            there = (rows >= 0)[..., None]
            top, base = (above[rows] * there).sum(axis=1), (below[rows] * there).sum(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                found[start : start + _CHUNK, where] = np.where(base > 0, top / base, np.nan) * per
            many[start : start + _CHUNK, where] = (fine[rows] & there).sum(axis=1)
    return found, many


def _authorities(
    figures: Figures, among: Standings
) -> tuple[tuple[str, ...], dict[str, str], dict[str, dict[str, Any]]]:
    """Return each place's authority of the latest year, their names, and the name and figures of each."""
    node, spine = among.node, figures.spine
    known = [name for name, kind in figures.kinds.items() if kind == "authority" and figures.leads(name, spine)]
    nothing: tuple[str, ...] = ("",) * len(figures.codes[node])
    if not known or not figures.leads(node, spine) or figures.kinds[node] in ("region", "country"):
        return nothing, {}, {}
    latest = max(known, key=lambda name: (figures.years[name] or 0, name))
    codes, names = figures.codes[latest], figures.names[latest]
    named = {code: name or code for code, name in zip(codes, names, strict=True)}
    if latest == node:
        return codes, named, {}
    people = np.nan_to_num(figures.people_of(spine))
    lived = figures.between(node, spine).multiply(people[None, :])
    shared = sparse.csr_array(lived @ figures.between(latest, spine).T)
    best = np.asarray(shared.argmax(axis=1)).ravel()
    there = np.asarray(shared.max(axis=1).todense()).ravel() > 0
    of = tuple(codes[at] if fine else "" for at, fine in zip(best, there, strict=True))
    natives = list(among.sums)
    told = {}
    for code in sorted(set(of) - {""}):
        fit = [name for name in known if code in figures.codes[name] and all(figures.leads(name, n) for n in natives)]
        if not fit:
            continue
        by = max(fit, key=lambda name: (figures.years[name] or 0, name))
        group = group_values(figures, natives, by, figures.place_in(by, [code]), "authority", named[code])
        told[code] = {
            "name": named[code], "value": _plain(group.value), "areas": group.areas.tolist(),
            "people": group.people,
        }  # fmt: skip
    return of, named, told


def _group(group: Any) -> dict[str, Any]:
    return {
        "id": group.id, "title": group.title, "people": group.people, "areas": group.areas.tolist(),
        "value": _plain(group.value), "low": _plain(group.low), "high": _plain(group.high),
    }  # fmt: skip


def _plain(values: FloatArray) -> list[float | None]:
    return [_or_none(value) for value in values]


class _Reading:
    """One packed place, on its way to rows and sentences."""

    def __init__(self, guide: Guide, about: Mapping[str, Any], numbers: Mapping[str, NDArray[Any]]) -> None:
        self.guide, self.about, self.numbers = guide, about, numbers
        self.england = next(group for group in guide.groups if group["id"] == "england")
        self.authority_name = str(about["authority_name"])

    def read(self) -> Read:
        from homeground.understand.profile import newest_rows

        rows = self._rows()
        table = pl.DataFrame(newest_rows(rows, self.guide.measures), schema=COLUMNS)
        editions = pl.DataFrame(rows, schema={name: COLUMNS[name] for name in OVER_TIME})
        history = over_time(editions, self.guide.measures)
        told = changes(table, history, self.guide.measures)
        table = table.join(told, on="indicator", how="left", maintain_order="left")
        about = self.about
        return Read(
            about["code"], about["name"], about["people"], about["authority"], self.authority_name,
            table.drop("edition", "series"), self._beside(set(table["indicator"])), history,
            tuple((code, name, far) for code, name, far in about["nearest"]), headlines(table),
        )  # fmt: skip

    def _rows(self) -> list[dict[str, Any]]:
        rows, column = [], 0
        for at, (_, kind, many) in enumerate(self.guide.natives):
            for _ in range(many):
                rows.append(self._row(column, kind, self.about["levels"][at], self.about["estimated"][at]))
                column += 1
        return rows

    def _row(self, column: int, native_kind: str, level: str, estimated: float) -> dict[str, Any]:
        measure, number = self.guide.measures[column], self.numbers
        state = _STATES[number["state"][column]]
        known = state == "known"
        hidden, missing = float(number["hidden"][column]), float(number["missing"][column])
        parts = saying.parts_sentence(hidden, missing) if known else ""
        low, high = _or_none(number["low"][column]), _or_none(number["high"][column])
        england = self.england["value"][column]
        here, there = self.guide.ranked[column]
        named = level or (self.authority_name if measure.level else "")
        row = {
            "indicator": measure.id, "title": measure.title, "theme": measure.theme, "unit": measure.unit,
            "value": float(number["value"][column]) if known else None,
            "state": "missing" if state == "too many" else state,
            "low": low if known else None, "high": high if known else None, "interval": HOW[measure.interval],
            "rank": int(number["rank"][column]) or None, "ranked": there if level else here,
            "percentile": _or_none(number["better"][column]), "higher_is": measure.higher_is,
            "level": measure.level or native_kind, "level_name": named, "source_id": measure.source_id,
            "period": measure.period, "licence": measure.licence,
            "quality": " ".join(text for text in (measure.quality, parts) if text), "estimated_share": estimated,
            "kind": measure.kind, "edition": measure.edition, "series": measure.series, "sure": None,
        }  # fmt: skip
        if row["low"] is not None and row["high"] is not None and england is not None:
            row["sure"] = not (row["low"] <= england <= row["high"])
        row["sentence"] = self._sentence(
            row, measure, state, hidden, native_kind if level else self.guide.kind, england
        )
        return row

    def _sentence(
        self, row: Mapping[str, Any], measure: Measure, state: str, hidden: float, kind: str, england: float | None
    ) -> str:
        if row["value"] is None:
            return saying.without_figure(measure, hidden=hidden, too_many=state == "too many")
        return saying.sentence(
            measure, row["value"], england=england, sure=row["sure"], rank=row["rank"], of=row["ranked"],
            better=row["percentile"], kind=kind, level=row["level_name"], whole=str(self.england["title"]),
        )  # fmt: skip

    def _beside(self, indicators: set[str]) -> pl.DataFrame:
        rows = []
        authority = self.guide.authorities.get(self.about["authority"])
        near = self.about["nearest"]
        for column, measure in enumerate(self.guide.measures):
            if measure.id not in indicators:
                continue
            for group in self.guide.groups:
                values = {name: group[name][column] for name in ("value", "low", "high", "areas")}
                rows.append(_beside(measure, group["id"], group["title"], group["people"], values))
            if authority:
                values = {"value": authority["value"][column], "areas": authority["areas"][column]}
                rows.append(_beside(measure, "authority", authority["name"], authority["people"], values))
            if near:
                value = _or_none(self.numbers["nearest"][column])
                title = f"the {len(near)} places most like it"
                rows.append(
                    _beside(
                        measure,
                        "nearest",
                        title,
                        None,
                        {"value": value, "areas": int(self.numbers["nearest_areas"][column])},
                    )
                )
        return pl.DataFrame(rows, schema=BESIDE)


def _beside(measure: Measure, id: str, title: str, people: float | None, values: Mapping[str, Any]) -> dict[str, Any]:
    none = {"low": None, "high": None}
    return {"indicator": measure.id, "comparator": id, "title": title, "people": people, **none, **values}


def _or_none(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
