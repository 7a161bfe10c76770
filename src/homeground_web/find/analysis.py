"""The stair from FIND on the web down to the library: lists of places, how sure they are, and how they were made."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from homeground import stats
from homeground.cohort_file import CohortFile, CohortRanking
from homeground.errors import HomegroundError, MissingDataset
from homeground.find.audit import audit
from homeground.find.certainty import Certainty
from homeground.find.combining import combine
from homeground.find.doubting.doubt import CertaintySpec, Noise, Normalisation, Threshold, Weights
from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.doubting.way import Way
from homeground.find.index import BuiltIndex
from homeground.find.rules import Rule, cut
from homeground.journey.certainty import Ready, certainty_of, explain_places, preset_list
from homeground.journey.change import change_between
from homeground.journey.shelf import node_of
from homeground.method import parse_method
from homeground.sources import presets
from homeground.sources.folder import scan
from homeground_web.places.analysis import source_told

__all__ = [
    "HomegroundError", "Kept", "ListMade", "Reweighed", "kept_at", "list_at", "lists_of", "method_at", "reweigh",
    "why_at",
]  # fmt: skip

SEED = 0
_NOW_AND_THEN = 0.05  # how often a place is on the list, to be told what would bring it there
_AUDIT_SAMPLES = 128
_ROLES = ("deprivation", "need")


@dataclass(frozen=True)
class ListMade:
    """One list of places with how sure it is, plain values and a table.

    ``areas`` holds by code: cohort, group, ranks, probability and the sentence about it. ``method`` says how the list
    was made (see `_method`), and ``engine`` holds the arrays from which it can be made again with other weights.
    """

    preset: str
    node: str
    title: str
    label: str
    areas: dict[str, dict[str, Any]]
    table: pl.DataFrame
    summary: dict[str, Any]
    parameters: dict[str, Any]
    sources: list[dict[str, Any]]
    notes: list[str]
    command: str
    seconds: float
    method: dict[str, Any]
    engine: dict[str, Any]
    why: dict[str, list[str]]


def lists_of(folder: Path, presets: tuple[str, ...], *, draws: int, say: Callable[..., None]) -> Iterator[ListMade]:
    """Yield each list that the folder's files allow, drawn up again `draws` times to say how sure it is."""
    for preset in presets:
        began = time.monotonic()
        path = str(folder / preset) if preset.endswith(".toml") else preset
        say(f"making the list {preset}, {draws:,} times")
        made = _made(path, folder, draws)
        if made is None:
            continue
        ready, sure, noise = made
        assert ready.found is not None  # a preset makes its list
        of, cohort = sure.together, ready.found
        named = f"DATA/{preset}" if preset.endswith(".toml") else preset
        vary = f"weights,{'noise,' if noise else ''}normalisation,threshold"
        say(f"testing how the list {preset} is made")
        yield ListMade(
            preset, node_of(cohort.kind, cohort.boundary_year), ready.title, ready.label, _areas(sure.table, ready),
            sure.table,
            {
                "title": ready.title, "label": ready.label, "rest": ready.rest, "members": sure.members,
                "people": cohort.people, "sure": of.sure, "below_half": of.below_half, "outsiders": of.outsiders,
                "size": list(of.size), "areas": sure.table.height, "draws": draws,
                "apart": [
                    {"source": a.source, "sure": a.sure, "below_half": a.below_half, "outsiders": a.outsiders}
                    for a in sure.apart
                ],
            },
            {"preset": preset, "draws": draws, "seed": SEED, "noise": noise},
            [source_told(source) for source in sure.sources], [note.text for note in sure.notes],
            f"homeground find certainty --preset {named} --data DATA --vary {vary} --draws {draws} --seed {SEED} "
            "--out certainty.csv",
            time.monotonic() - began, _method(path, preset, folder, ready), _engine(ready.model),
            _why(ready, sure.table),
        )  # fmt: skip


def _made(preset: str, folder: Path, draws: int) -> tuple[Ready, Certainty, bool] | None:
    """Return a list, how sure it is, and whether the noise of its indicators is in that; None without its files."""
    for noise in (True, False):
        try:
            ready = preset_list(preset, data=folder, noise=noise)
            return ready, certainty_of(ready, _in_doubt(draws, noise=noise)), noise
        except MissingDataset:
            return None
        except HomegroundError:
            if not noise:
                raise
    return None


def _in_doubt(draws: int, *, noise: bool) -> CertaintySpec:
    return CertaintySpec(
        draws=draws, seed=SEED, weights=Weights(), normalisation=Normalisation(), threshold=Threshold(),
        noise=Noise() if noise else None,
    )  # fmt: skip


def _areas(table: pl.DataFrame, ready: Ready) -> dict[str, dict[str, Any]]:
    found = {}
    for row in table.iter_rows(named=True):
        cohort = row["cohort"] or ""
        group = "left-behind" if row["selected"] else "other-deprived" if cohort == "other deprived" else ""
        found[row["area_code"]] = {
            "cohort": cohort, "group": group, "deprivation_rank": row["deprivation_rank"], "need_rank":
            row["need_rank"], "probability": row["probability"], "sure_sentence": row["sentence"] or "",
        }  # fmt: skip
    return found


def _why(ready: Ready, table: pl.DataFrame) -> dict[str, list[str]]:
    """Return of each place on the list, or now and then on it, why that is so and what would change it, in sentences.

    The first sentence is left out: the page says where a place stands. Without an exact explanation there is none.
    """
    close = table.filter(pl.col("selected") | (pl.col("probability") >= _NOW_AND_THEN))["area_code"]
    try:
        found = {told.area_code: list(told.sentences[1:]) for told in explain_places(ready, close)}
    except HomegroundError:
        return {}
    return {code: sentences for code, sentences in found.items() if sentences}


def why_at(path: Path, code: str) -> tuple[str, ...]:
    """Return what a stored list says of a place."""
    return _whys_at(path).get(code, ())


@lru_cache(maxsize=8)
def _whys_at(path: Path) -> dict[str, tuple[str, ...]]:
    told = json.loads(path.read_text(encoding="utf-8"))
    return {code: tuple(sentences) for code, sentences in told.items()}


def _method(path: str, preset: str, folder: Path, ready: Ready) -> dict[str, Any]:
    """Return how a list was made, as plain values: the file, the rule, both indices with their audit, what changed."""
    made, found = presets.load(path), ready.found
    assert found is not None  # a preset makes its list
    ranked = {"deprivation": found.n_deprivation, "need": found.n_need}
    plain = found.rule.rule == "worst-on-both"
    named = f"DATA/{preset}" if preset.endswith(".toml") else preset
    return {
        "preset": preset, "description": " ".join(made.description.split()), "reference": made.reference,
        "kind": found.kind, "year": found.boundary_year, "label": found.label, "rest": found.rest,
        "rule": {"rule": found.rule.rule, "share": found.rule.share, "count": found.rule.count},
        "ranked": ranked, "last": {role: cut(found.rule, n) for role, n in ranked.items()} if plain else {},
        "other_deprived_share": made.other_deprived_share, "unplaced": len(found.unplaced),
        "filters": made.filters.model_dump(exclude_defaults=True, mode="json"),
        "file_text": _file_text(path), "command": f"homeground find cohort --preset {named} --data DATA --out list.csv",
        "indices": [
            _index(role, getattr(made, role), index) for role, index in zip(_ROLES, ready.model.indices, strict=False)
        ],
        "change": _changed(made, preset, folder),
    }  # fmt: skip


def _file_text(path: str) -> str:
    if path.endswith(".toml"):
        return Path(path).read_text(encoding="utf-8")
    where = Path(presets.__file__).with_name("presets") / f"{path}.toml"
    return where.read_text(encoding="utf-8")


def _index(role: str, wanted: CohortRanking, index: IndexModel) -> dict[str, Any]:
    built = index.built
    method, parts = built.method, built.method.index.parts
    weights = built.weights["index"]
    total = sum(weights.values())
    return {
        "role": role, "title": wanted.title or method.title or method.name, "method": method.name,
        "description": " ".join(method.description.split()), "publisher": method.publisher,
        "reference": method.reference, "licence": method.licence, "ranked": index.n,
        "carried": [{"by": step.by, "weighted": step.weight is not None} for step in wanted.carried],
        "how": method.index.combine,
        "parts": [
            {"id": part, "title": method.label(part), "weight": weights[part], "share": weights[part] / total}
            for part in parts
        ] if len(parts) > 1 else [],
        "audit": _audit(built) if len(parts) > 1 else None,
    }  # fmt: skip


def _audit(built: BuiltIndex) -> dict[str, Any]:
    """Return what the tests of an index found: what each part adds, how the parts agree, and the findings in words."""
    try:
        found = audit(built, samples=_AUDIT_SAMPLES, seed=SEED)
    except HomegroundError as error:
        return {"not_done": str(error)}

    def top(name: str, *columns: str) -> list[list[Any]]:
        table = found.tables.get(name)
        return [] if table is None else [
            list(row) for row in table.filter(pl.col("node") == "index").select(columns).iter_rows()
        ]  # fmt: skip

    return {
        "samples": found.samples, "scored": found.scored,
        "adds": top("effective_weights", "title", "nominal", "effective"),
        "agree": top("correlations", "title_a", "title_b", "spearman"),
        "without": top("removal", "title", "turnover"),
        "findings": [[finding.level, finding.text, finding.todo] for finding in found.findings],
        "not_done_tests": [f"{item.test}: {item.why}" for item in found.not_done],
    }  # fmt: skip


_EDITION = re.compile(r"^(?P<stem>.+?)(?:-(?P<year>\d{4}))?(?P<ending>\.toml)?$")


def _earlier(preset: str, folder: Path) -> str | None:
    """Return the edition before a list: the same name with the latest earlier year, shipped or in the folder."""
    own = _EDITION.match(preset)
    assert own is not None  # anything matches
    ending = own["ending"] or ""
    there = [path.name for path in folder.glob("*.toml")] if ending else presets.shipped()
    found = []
    for name in there:
        other = _EDITION.match(name)
        if other and other["year"] and (other["stem"], other["ending"] or "") == (own["stem"], ending):
            found.append((int(other["year"]), name))
    last = int(own["year"]) if own["year"] else 9999
    earlier = [pair for pair in found if pair[0] < last]
    return max(earlier)[1] if earlier else None


def _changed(made: CohortFile, preset: str, folder: Path) -> dict[str, Any] | None:
    """Return who joined and left since the edition before, and why; None where there is none, or a reason why not."""
    before = _earlier(preset, folder)
    if before is None:
        return None
    inside = folder / before if before.endswith(".toml") else None
    old = presets.load(inside or before)
    try:
        found = change_between(
            inside or before, folder / preset if inside else preset, data=folder, lookup=_lookup(old, made, folder)
        )
    except HomegroundError as error:
        return {"before": old.title or old.name, "because": str(error)}
    moved = found.table.filter(pl.col("move").is_in(["joins", "leaves"]))
    return {
        "before": old.title or old.name,
        "moves": [list(row) for row in moved.select("area_code", "move", "because", "sentence").iter_rows()],
        "notes": [note.text for note in found.notes],
    }  # fmt: skip


def _lookup(old: CohortFile, new: CohortFile, folder: Path) -> Path | None:
    """Return the lookup by which the earlier edition reached the areas of today, where it names one in the folder."""
    step = next(iter(old.deprivation.carried), None)
    if step is None or old.deprivation.carried[1:] or old.areas.kind != new.areas.kind:
        return None
    if step.file:
        return folder / step.file
    return next((entry.path for entry in scan(folder).found if entry.dataset.id == step.dataset), None)


def _engine(model: ListModel) -> dict[str, Any]:
    """Return the arrays that a list is made from: for each index the values of its parts, and its way to the places."""
    arrays: dict[str, Any] = {"places": np.array(model.places)}
    if model.eligible is not None:
        arrays["eligible"] = model.eligible
    if model.larger_area is not None:
        arrays["larger_area"] = model.larger_area
    told: dict[str, Any] = {
        "rule": [model.rule.rule, model.rule.share, model.rule.count], "cap": model.cap, "indices": []
    }  # fmt: skip
    for role, index in zip(_ROLES, model.indices, strict=False):
        built, root = index.built, index.built.method.index
        arrays[f"{role}.score"] = index.scores
        arrays[f"{role}.rank"] = built.table["rank"].cast(pl.Float64).to_numpy()
        if len(root.parts) > 1:
            arrays[f"{role}.parts"] = np.vstack([built.values[part] for part in root.parts])
        for number, way in enumerate(index.ways):
            for name in ("place", "area", "share"):
                arrays[f"{role}.{number}.{name}"] = getattr(way, name)
        told["indices"].append(
            {
                "role": role, "n": index.n, "how": root.combine, "power": root.power, "total": root.score == "sum",
                "ties": root.ties, "parts": list(root.parts), "weights": list(built.weights["index"].values()),
                "skip": [built.method.parts[part].missing == "reweight" for part in root.parts],
                "ways": [[way.by, way.n_places, way.n_from] for way in index.ways],
            }
        )  # fmt: skip
    arrays["told"] = np.array(json.dumps(told))
    return arrays


@dataclass(frozen=True)
class Kept:
    """A stored list, ready to be made again.

    ``told`` says of each index how its parts are brought together; ``arrays`` holds the values.
    """

    model: ListModel
    told: dict[str, Any]
    arrays: Mapping[str, Any]
    selected: np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Reweighed:
    """A list made with other weights: who is on it, who joins and leaves, and the ranks of each place by code."""

    size: int
    before: int
    joins: tuple[str, ...]
    leaves: tuple[str, ...]
    ranks: Mapping[str, tuple[float | None, float | None]]
    members: frozenset[str]


@lru_cache(maxsize=4)
def kept_at(path: Path) -> Kept:
    """Return what a list is made from; what is stored never changes, so it is read once."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    told = json.loads(str(arrays["told"]))
    sides = [_side(index, arrays, arrays[f"{index['role']}.score"], arrays[f"{index['role']}.rank"]) for index in
             told["indices"]]  # fmt: skip
    model = _model(told, arrays, sides)
    return Kept(model, told, arrays, model.point()[2])


# A stored index has its scores and ranks; only these are asked of it.
_STORED = parse_method(
    {"name": "stored", "index": {"parts": ["score"], "weights": "equal"}, "parts": {"score": {"column": "score"}}}
)


def _side(told: Mapping[str, Any], arrays: Mapping[str, Any], score: Any, rank: Any) -> IndexModel:
    table = pl.DataFrame({"score": score, "rank": rank}).fill_nan(None)
    role = told["role"]
    ways = tuple(
        Way(by, arrays[f"{role}.{number}.place"], arrays[f"{role}.{number}.area"], arrays[f"{role}.{number}.share"],
            n_places, n_from)
        for number, (by, n_places, n_from) in enumerate(told["ways"])
    )  # fmt: skip
    return IndexModel(BuiltIndex(table, _STORED, {}, {}, {}, {}), ways, told["n"])


def _model(told: Mapping[str, Any], arrays: Mapping[str, Any], sides: Sequence[IndexModel]) -> ListModel:
    name, share, count = told["rule"]
    return ListModel(
        tuple(arrays["places"].tolist()), sides[0], sides[1] if len(sides) > 1 else None,
        Rule(name, share=share, count=count), arrays.get("eligible"), told["cap"], arrays.get("larger_area"),
    )  # fmt: skip


def reweigh(kept: Kept, weights: Mapping[str, Sequence[float]]) -> Reweighed:
    """Return the list that other weights give, beside the one that the published weights give.

    Parameters
    ----------
    kept : Kept
    weights : mapping of str to sequence of float
        For each index by its role the weight of each part, nought or more and one of them above it; only the
        proportions count. An index that is left out keeps its own.
    """
    sides = []
    for told in kept.told["indices"]:
        role, how = told["role"], told
        score, rank = kept.arrays[f"{role}.score"], kept.arrays[f"{role}.rank"]
        given = np.array(weights.get(role, told["weights"]), dtype=np.float64)
        if role in weights and f"{role}.parts" in kept.arrays:
            used = given > 0
            score = combine(
                kept.arrays[f"{role}.parts"][used], given[used], how=how["how"], power=how["power"], total=how["total"],
                may_skip=np.array(how["skip"])[used], where=role,
            )  # fmt: skip
            rank = stats.rank(score, ties=how["ties"])
        sides.append(_side(told, kept.arrays, score, rank))
    model = _model(kept.told, kept.arrays, sides)
    deprivation, need, selected = model.point()
    places = np.array(model.places)
    blank = np.full(len(places), np.nan)

    def plain(values: Any) -> list[float | None]:
        return [float(value) if np.isfinite(value) else None for value in (blank if values is None else values)]

    return Reweighed(
        int(selected.sum()), int(kept.selected.sum()), tuple(places[selected & ~kept.selected].tolist()),
        tuple(places[~selected & kept.selected].tolist()),
        dict(zip(model.places, zip(plain(deprivation), plain(need), strict=True), strict=True)),
        frozenset(places[selected].tolist()),
    )  # fmt: skip


@lru_cache(maxsize=16)
def method_at(path: Path) -> dict[str, Any]:
    """Return how a stored list was made; what is stored never changes, so it is read once."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def list_at(path: Path, ending: str) -> bytes:
    """Return a stored list as ``csv`` or ``json``: a row for each area."""
    table = pl.read_parquet(path)
    return (table.write_csv() if ending == "csv" else table.write_json()).encode()
