"""Themes from the words themselves, each with its quotes: a proposal that people confirm, merge, split and rename.

Texts that say alike things are joined in a graph of nearest neighbours, and the graph is parted where few lines cross
(community detection by modularity, from many starts); then each text moves to the part whose middle is nearest.
Nothing is thrown away: what only one person said is shown as such. A theme is named by its distinguishing words and its
most central quote; no sentence is invented.

Source: Traag, Waltman and van Eck (2019), From Louvain to Leiden: guaranteeing well-connected communities;
Lancichinetti and Fortunato (2012), Consensus clustering in complex networks; Hennig (2007), Cluster-wise assessment of
cluster stability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from homeground.errors import BadTable
from homeground.listen.likeness import WORDS_ALONE, By, Meaning, likeness, nearest, unit_rows, words_of
from homeground.listen.points import split_points
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import require_columns
from homeground.words import count

__all__ = ["FEWEST", "GRAINS", "Grain", "Themes", "find_themes", "order_is_sure"]

Grain = Literal["coarser", "middle", "finer"]

FEWEST = 5  # notes, from which themes are looked for
GRAINS: dict[Grain, float] = {"coarser": 0.6, "middle": 0.8, "finer": 2.0}
_RUNS_FROM = 100  # points: among fewer, 'rivers' and 'towers' are alike for an ending that nobody else has
_TERMS = 5
_DIGITS = 6
_SHARE = 0.8  # of the notes in each repeat
_REPEATS = 20
_STARTS = 20  # partings from other starts, of which what comes back counts


@dataclass(frozen=True)
class Themes:
    """Themes as proposed, and what each stands on.

    Attributes
    ----------
    themes : polars.DataFrame
        ``theme`` (0, 1, …, said by most people first), ``label``, ``terms`` (list), ``central`` (row of its most
        central quote in `points`), ``people`` (notes in it, each counted once), ``points``, ``stability`` (0 to 1:
        how much of it comes back when a fifth of the notes is left out; higher is steadier), ``stability_low``,
        ``stability_high`` (the middle nine tenths of the repeats).
    points : polars.DataFrame
        ``note``, ``start``, ``end``, ``text``, ``theme`` (null where only one person said it), ``closeness`` (0 to 1:
        how near the middle of its theme).
    note_themes : polars.DataFrame
        ``note``, ``theme``: where most of each note's words stand; null where only one person said it.
    grain : str
        How fine the themes are.
    order_is_sure : bool
        Whether the sizes of neighbouring themes differ by more than chance, so that their order may be shown.
    notes : tuple of Note
        What a reader must know.
    """

    themes: pl.DataFrame
    points: pl.DataFrame
    note_themes: pl.DataFrame
    grain: str
    order_is_sure: bool
    notes: tuple[Note, ...]


def find_themes(
    notes: pl.DataFrame,
    *,
    meaning: Meaning | None = None,
    grain: Grain = "middle",
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Themes:
    """Return the themes in what people said.

    Parameters
    ----------
    notes : polars.DataFrame
        ``note`` (number) and ``text``, one row for each person; at least five with words.
    meaning : callable, optional
        Gives the meanings of texts as rows of length 1; without it words alone are compared.
    grain : {'coarser', 'middle', 'finer'}
        How many themes: there is no right number, people choose.
    seed : int
        Start of the random numbers. Same notes and seed, same themes.
    progress : callable, optional
        Told how many of how many repeats are done.

    Raises
    ------
    BadTable
        If fewer than five notes hold words.

    Examples
    --------
    >>> said = ["The bus never comes.", "No bus after six.", "The bus is late.", "A lovely park.", "We love the park."]
    >>> found = find_themes(pl.DataFrame({"note": range(5), "text": said}))
    >>> found.themes.select("people", "terms").rows()
    [(3, ['bus']), (2, ['park', 'love', 'lovely'])]
    """
    require_columns(notes, ["note", "text"])
    points = split_points(notes)
    heard = points["note"].n_unique()
    if heard < FEWEST:
        raise BadTable(
            f"{heard} of {notes.height} notes hold words, and themes need at least {FEWEST}", column="text",
            remedy="Gather more notes; so few are read aloud sooner than sorted.",
        )  # fmt: skip
    texts = points["text"].to_list()
    by: tuple[By, ...] = ("words", "runs") if len(texts) >= _RUNS_FROM else ("words",)
    alike = likeness(texts, meanings=None if meaning is None else meaning(texts), by=by)
    graph = nearest(alike.rows, twice=True)
    note = points["note"].to_numpy()
    label = _lonely(_parted(_agreed(graph, GRAINS[grain], seed), alike.rows, GRAINS[grain], seed), note)
    closeness = _closeness(alike.rows, label)
    stability = _stability(graph, alike.rows, label, note, GRAINS[grain], seed, progress)
    table = _described(points, label, closeness, stability, note)
    # By size: the numbers of the themes follow the order of the table.
    place = {old: new for new, old in enumerate(table["was"].to_list())}
    theme = pl.Series([place.get(one) for one in label.tolist()], dtype=pl.Int64)
    points = points.with_columns(theme=theme, closeness=closeness)
    table = table.with_columns(theme=pl.int_range(pl.len(), dtype=pl.Int64)).select("theme", pl.exclude("theme", "was"))
    return Themes(
        themes=table,
        points=points,
        note_themes=_by_note(points),
        grain=grain,
        order_is_sure=order_is_sure(table["people"].to_list()),
        notes=_told(notes, points, meaning=alike.meaning),
    )


def _parted(graph: sparse.csr_matrix, rows: FloatArray, fineness: float, seed: int) -> IntArray:
    """Return the theme of each text: a community, each text then moved once to the nearest middle of them."""
    label = _communities(graph, fineness, seed)
    size = np.bincount(label)
    several = np.flatnonzero(size > 1)
    if len(several):
        sums = sparse.csr_matrix((np.ones(len(label)), (label, np.arange(len(label))))) @ rows
        moves = size[label] > 1
        label[moves] = several[(rows[moves] @ unit_rows(sums[several]).T).round(_DIGITS).argmax(axis=1)]
    return label


def _agreed(graph: sparse.csr_matrix, fineness: float, seed: int) -> sparse.csr_matrix:
    """Return the graph, each line as strong as its ends stay together wherever the search for communities starts."""
    lines = graph.tocoo()
    together = np.zeros(len(lines.data))
    for start in range(_STARTS):
        label = _communities(graph, fineness, seed * _STARTS + start)
        together += label[lines.row] == label[lines.col]
    kept = sparse.csr_matrix((lines.data * together / _STARTS, (lines.row, lines.col)), shape=graph.shape)
    kept.eliminate_zeros()
    return kept


def _communities(graph: sparse.csr_matrix, fineness: float, seed: int) -> IntArray:
    """Return the community of each text; one that has no neighbour stands alone."""
    from sknetwork.clustering import Leiden

    if not graph.nnz:
        return np.arange(graph.shape[0], dtype=np.int64)
    found = Leiden(resolution=fineness, random_state=seed % 2**32, shuffle_nodes=True).fit_predict(graph)
    # Numbered in the order in which they are met.
    _, first, label = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[label].astype(np.int64)


def _lonely(label: IntArray, note: NDArray[np.generic]) -> IntArray:
    """Mark what only one person said: -1."""
    people = {one: len(set(note[label == one].tolist())) for one in np.unique(label).tolist()}
    return np.array([one if people[one] > 1 else -1 for one in label.tolist()], dtype=np.int64)


def _closeness(rows: FloatArray, label: IntArray) -> FloatArray:
    close = np.zeros(len(rows))
    for one in np.unique(label[label >= 0]):
        own = np.flatnonzero(label == one)
        middle = unit_rows(rows[own].mean(axis=0, keepdims=True))[0]
        close[own] = np.clip(rows[own] @ middle, 0.0, 1.0).round(_DIGITS)
    return close


def _stability(
    graph: sparse.csr_matrix,
    rows: FloatArray,
    label: IntArray,
    note: NDArray[np.generic],
    fineness: float,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> dict[int, tuple[float, float, float]]:
    """Return for each theme how much of it comes back from a part of the notes: mean, low, high (Jaccard)."""
    people = np.unique(note)
    themes = [int(one) for one in np.unique(label) if one >= 0]
    back: dict[int, list[float]] = {one: [] for one in themes}
    for turn in range(_REPEATS):
        random = np.random.default_rng([seed, turn])
        kept = random.permutation(people)[: max(2, round(_SHARE * len(people)))]
        here = np.flatnonzero(np.isin(note, kept))
        again = _parted(graph[here][:, here].tocsr(), rows[here], fineness, seed + turn + 1)
        sizes = Counter(again.tolist())
        for one in themes:
            own = label[here] == one
            if own.any():
                met = Counter(again[own].tolist())
                back[one].append(max(n / (own.sum() + sizes[other] - n) for other, n in met.items()))
        if progress is not None:
            progress(turn + 1, _REPEATS)
    return {
        one: (float(np.mean(v)), float(np.quantile(v, 0.05)), float(np.quantile(v, 0.95))) if v else (0.0, 0.0, 0.0)
        for one, v in back.items()
    }


def _described(
    points: pl.DataFrame,
    label: IntArray,
    closeness: FloatArray,
    stability: dict[int, tuple[float, float, float]],
    note: NDArray[np.generic],
) -> pl.DataFrame:
    bags = [Counter(words_of(text)) for text in points["text"].to_list()]
    whole: Counter[str] = Counter()
    for bag in bags:
        whole.update(bag.keys())
    rows = []
    for one, (mean, low, high) in stability.items():
        own = np.flatnonzero(label == one)
        terms = _terms([bags[row] for row in own], whole, len(bags))
        central = int(own[np.lexsort((own, -closeness[own]))[0]])
        words = ", ".join(terms[:3]) or points["text"][central]
        people = len(set(note[own].tolist()))
        rows.append((one, words, terms, central, people, len(own), mean, low, high))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "was": pl.Int64, "label": pl.String, "terms": pl.List(pl.String), "central": pl.Int64, "people": pl.Int64,
        "points": pl.Int64, "stability": pl.Float64, "stability_low": pl.Float64, "stability_high": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort(["people", "was"], descending=[True, False])


def _terms(bags: Sequence[Counter[str]], whole: Counter[str], everything: int) -> list[str]:
    """Return the words that mark a theme: said here far more than elsewhere, by more than one where it can be."""
    here: Counter[str] = Counter()
    for bag in bags:
        here.update(bag.keys())
    least = 2 if len(bags) > 2 else 1
    # The signed log-likelihood of a word here against everywhere (Dunning 1993), on texts that hold it.
    score = {}
    for word, times in here.items():
        if times < least:
            continue
        expected = whole[word] * len(bags) / everything
        if times > expected:
            score[word] = times * np.log(times / expected)
    if not score:  # one theme alone: nothing is said more here than elsewhere
        score = {word: float(times) for word, times in here.items() if times >= least}
    return sorted(score, key=lambda word: (-score[word], word))[:_TERMS]


def _by_note(points: pl.DataFrame) -> pl.DataFrame:
    """Return the theme in which most of a note's words stand."""
    return (
        points.with_columns(length=pl.col("end") - pl.col("start"))
        .group_by("note", "theme", maintain_order=True)
        .agg(pl.col("length").sum())
        .sort(["note", "length", "theme"], descending=[False, True, False], nulls_last=True)
        .unique("note", keep="first", maintain_order=True)
        .select("note", "theme")
    )


def order_is_sure(people: Sequence[int]) -> bool:
    """Return whether each theme is larger than the next by more than chance (95 % of a Poisson count).

    Parameters
    ----------
    people : sequence of int
        How many people raised each theme, the largest first.

    Examples
    --------
    >>> order_is_sure([100, 40]), order_is_sure([12, 10])
    (True, False)
    """
    return all(big - small > 1.96 * (big + small) ** 0.5 for big, small in pairwise(people))


def _told(notes: pl.DataFrame, points: pl.DataFrame, *, meaning: bool) -> tuple[Note, ...]:
    told = []
    empty = notes.height - points["note"].n_unique()
    if empty:
        told.append(Note(f"{empty} of {notes.height} notes have no words and stand in no theme.", kind="missing"))
    alone = points["theme"].null_count()
    if alone:
        told.append(Note(f"{count(alone, 'thing')} said by one person only: kept, apart.", kind="info"))
    if not meaning:
        told.append(WORDS_ALONE)
    return tuple(told)
