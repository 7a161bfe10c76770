"""What is said about certainty: one sentence for each place, and the notes that every reader must be given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from homeground.find.doubting.doubt import CertaintySpec, IndexRole, SourceName
from homeground.find.doubting.fit import noise_of, threshold_range
from homeground.find.doubting.model import IndexModel, ListModel
from homeground.find.rules import Rule
from homeground.provenance import Note
from homeground.tables import listed
from homeground.words import clean, in_100

__all__ = ["sentences", "tell", "worst"]


def sentences(table: pl.DataFrame, model: ListModel, *, draws: int) -> pl.Series:
    """Return one plain sentence for each place: where it stands, and in how many re-runs it is on the list.

    Parameters
    ----------
    table : polars.DataFrame
        ``area_code``, ``selected``, ``probability`` and, where known, ``area_name``, the ranks and ``reason``.
    model : ListModel
    draws : int
        Number of re-runs.

    Returns
    -------
    polars.Series of shape (n_places,)
    """
    names = table["area_name" if "area_name" in table.columns else "area_code"]
    codes = table["area_code"]
    chosen, probability = table["selected"].to_list(), table["probability"].to_list()
    where = _where(table, model)
    reasons = table["reason"].to_list() if "reason" in table.columns else [None] * table.height
    return pl.Series(
        "sentence",
        [
            f"{_tidy(name) or code} {place}{_left_out(reason, place)}. {_in_re_runs(share, draws, member=member)}"
            if share is not None
            else f"{_tidy(name) or code} could not be placed{f': {reason}' if reason else ''}."
            for name, code, place, reason, share, member in zip(
                names, codes, where, reasons, probability, chosen, strict=True
            )
        ],
        dtype=pl.String,
    )


def _tidy(name: str | None) -> str:
    # Most of 33,755 names are plain, and need not be looked at letter by letter.
    if name and name.isascii() and name.isprintable() and "  " not in name:
        return name.strip()
    return clean(name)


def _left_out(reason: str | None, place: str) -> str:
    return f", but left out ({reason})" if reason and not place.startswith("is not") else ""


def worst(rule: Rule) -> tuple[str, str]:
    """Return what the worst part of one index, and of both, is called.

    Examples
    --------
    >>> worst(Rule()), worst(Rule(share=0.12)), worst(Rule(count=50))
    (('the worst tenth', 'both worst tenths'), ('the worst 12 %', 'the worst 12 % of both'), \
('the worst 50', 'both worst 50'))
    """
    if rule.count is not None:
        return f"the worst {rule.count:,}", f"both worst {rule.count:,}"
    share = rule.share or 0.1
    tenth = {0.1: "tenth", 0.2: "fifth", 0.25: "quarter", 0.05: "twentieth"}.get(share)
    if tenth:
        return f"the worst {tenth}", f"both worst {tenth}s"
    return f"the worst {share * 100:g} %", f"the worst {share * 100:g} % of both"


def _where(table: pl.DataFrame, model: ListModel) -> list[str]:
    """Return for each place which of the two lists it is in, as the list stands."""
    chosen = table["selected"].to_list()
    if model.rule.rule != "worst-on-both":
        return ["is on the list" if member else "is not on the list" for member in chosen]
    one, both = worst(model.rule)
    within = "among" if model.rule.count is not None else "in"
    if model.need is None:
        return [f"is {within} {one}" if member else f"is not {within} {one}" for member in chosen]
    inside = []
    for name, index in (("deprivation_rank", model.deprivation), ("need_rank", model.need)):
        ranks = table[name].cast(pl.Float64).to_numpy() if name in table.columns else index.ranks
        limit = (
            model.rule.count if model.rule.count is not None else np.floor((model.rule.share or 0.1) * index.n + 1e-9)
        )
        inside.append(ranks <= limit)
    words = {
        (True, True): f"is {within} {both}",
        (True, False): f"is {within} {one} for deprivation, not for community need",
        (False, True): f"is {within} {one} for community need, not for deprivation",
        (False, False): f"is {within} neither of the two worst {both.split()[-1]}"
        if both.startswith("both")
        else f"is {within} {one} of neither",
    }
    return [
        words[True, True] if member else words[bool(first), bool(second)]
        for member, first, second in zip(chosen, *inside, strict=True)
    ]


def _in_re_runs(probability: float, draws: int, *, member: bool) -> str:
    if probability >= 1:
        return f"In all {draws:,} re-runs it {'stays in' if member else 'comes in'}."
    if probability <= 0:
        return f"In none of {draws:,} re-runs does it {'stay in' if member else 'come in'}."
    said = in_100(probability).replace(" in 100", " of 100")
    return f"In {said} re-runs it {'stays in' if member else 'comes in'}."


def tell(spec: CertaintySpec, models: Mapping[str, ListModel], different: list[str], without: list[str]) -> list[Note]:
    """Return what a reader must be told: seed and draws, the model of each source of doubt, and what was held exact.

    Parameters
    ----------
    spec : CertaintySpec
    models : mapping of str to ListModel
        By edition; the first is the one asked about.
    different : list of str
        Places that the rebuilt indices place differently from the list as it stands.
    without : list of str
        Places without a probability.
    """
    model = next(iter(models.values()))
    total = f"{len(model.places):,} places"
    notes = [Note(f"{spec.draws:,} re-runs from seed {spec.seed}; in doubt: {listed(spec.sources, most=6)}.")]
    notes += [Note(text, kind="assumed") for name in spec.sources for text in _of_source(spec, name, models)]
    roles: tuple[IndexRole, ...] = ("deprivation", "need")
    for role, index in zip(roles, model.indices, strict=False):
        notes += _of_noise(spec, role, index)
    if different:
        text = (
            f"The re-runs start from the indices rebuilt from their parts. These place {len(different):,} of {total} "
            f"differently from the list as it stands: {listed(different)}."
        )
        notes.append(Note(text, areas=tuple(different)))
    if without:
        text = f"{len(without):,} of {total} have no rank, and so no probability: {listed(without)}."
        notes.append(Note(text, areas=tuple(without), kind="missing"))
    return notes


def _of_source(spec: CertaintySpec, name: SourceName, models: Mapping[str, ListModel]) -> Iterator[str]:
    model = next(iter(models.values()))
    if name == "weights" and spec.weights is not None:
        doubt = spec.weights
        held = f"concentration {doubt.concentration_of(2):g}"
        if doubt.relative_sd is not None:
            held = f"relative standard deviation {doubt.relative_sd:g} for a part of average weight"
        yield (
            f"Weights of the {' and '.join(doubt.levels)} ({_used(doubt.of, model)}) are drawn from a Dirichlet "
            f"distribution around the given ones, {held}. Weights that came from the data are not estimated again."
        )
    if name == "normalisation" and spec.normalisation is not None:
        yield (
            f"The domains ({_used(spec.normalisation.of, model)}) are put on one of these scales in each re-run, each "
            f"as likely: {', '.join(spec.normalisation.choices)}."
        )
    if name == "threshold":
        low, high = threshold_range(spec, model.rule)
        what = "places" if model.rule.count is not None else "of the areas"
        yield f"The line is drawn evenly between {low:.6g} and {high:.6g} {what}, at the same height for both indices."
    if name == "rule" and spec.rule is not None:
        yield (
            f"Each re-run takes one of the rules {', '.join(spec.rule.choices)}, each as likely; all but "
            f"{model.rule.rule} are set to take as many places as the list has."
        )
    if name == "edition" and spec.edition is not None:
        choices = spec.edition.choices or tuple(models)
        yield f"Each re-run takes one of the editions {', '.join(choices)}, each as likely."


def _used(of: tuple[IndexRole, ...], model: ListModel) -> str:
    return " and ".join(role for role in of if role == "deprivation" or model.need is not None)


def _of_noise(spec: CertaintySpec, role: IndexRole, index: IndexModel) -> list[Note]:
    noise = noise_of(spec, role, index)
    if not noise or spec.noise is None:
        return []
    method, doubt = index.built.method, spec.noise
    from_data = [name for name in noise if doubt.published and name in index.errors and name not in doubt.parts]
    stated = [name for name in noise if name not in from_data]
    notes = list(index.notes) if from_data else []
    if from_data:
        text = (
            f"{role.capitalize()}: normal sampling error from counts or standard errors for {len(from_data):,} parts."
        )
        notes.append(Note(text, kind="assumed"))
    if stated:
        sizes = sorted({doubt.parts.get(name, doubt.stated or 0.0) for name in stated})
        said = " to ".join(f"{size:g}" for size in dict.fromkeys((sizes[0], sizes[-1])))
        text = (
            f"{role.capitalize()}: no error is published for {listed([method.label(n) for n in stated], most=7)}. The "
            f"size of its noise, {said} of the spread between areas, was stated for these re-runs, not measured."
        )
        notes.append(Note(text, kind="assumed"))
    exact = [method.label(name) for name in method.leaves() if not _has_noise(index, name, set(noise))]
    if exact:
        text = f"{role.capitalize()}: held exact, as no error is known: {listed(exact, most=7)}."
        notes.append(Note(text, kind="assumed"))
    return notes


def _has_noise(index: IndexModel, leaf: str, covered: set[str]) -> bool:
    method = index.built.method

    def above(name: str) -> list[str]:
        parents = [parent for parent, part in method.parts.items() if name in part.parts]
        return [name] + [found for parent in parents for found in above(parent)]

    return any(name in covered for name in above(leaf))
