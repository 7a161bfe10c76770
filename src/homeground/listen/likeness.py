"""How alike texts are: by their words always, by their meaning too where a language model is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from homeground.provenance import Note
from homeground.stats import FloatArray

__all__ = ["WORDS_ALONE", "By", "Likeness", "Meaning", "likeness", "nearest", "unit_rows", "words_of"]

Meaning = Callable[[Sequence[str]], NDArray[np.float32]]
By = Literal["words", "runs"]
WORDS_ALONE = Note(
    "No language model took part: texts are alike where they share words. With the model more is found.",
    kind="estimated",
)

# Beside meaning: tried on NHS comments, see bench/themes.py
_WEIGH: dict[frozenset[By], float] = {
    frozenset(["words"]): 0.7, frozenset(["runs"]): 0.85, frozenset(["words", "runs"]): 0.45,
}  # fmt: skip
_DIRECTIONS = 300
_RUN = 4  # letters
_TINY = 1e-9
_DIGITS = 9
_BLOCK = 1024  # rows compared at once
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
# Words that say nothing of what a text is about. Other languages' are found by being everywhere.
_EMPTY_TEXT = """
    a about after again all also am an and any are as at be because been before being both but by can could did do
    does doing don't down during each even every few for from further get got had has have having he her here hers him
    his how i i'd i'll i'm i've if in into is isn't it it's its itself just me more most much my myself no nor not now
    of off on once only or other our ours out over own really said same she should so some such than that that's the
    their them then there these they this those through to too under until up us very was we were what when where
    which while who whom why will with would you your yours
"""
_EMPTY = frozenset(_EMPTY_TEXT.split())


@dataclass(frozen=True)
class Likeness:
    """Texts as rows of length 1, whose products say how alike they are.

    Attributes
    ----------
    rows : ndarray of shape (n, width)
        The product of two rows is near 1 for the same thing said, near 0 for unrelated ones.
    extra : ndarray of shape (m, width)
        The same for further texts that took no part in learning what is common.
    meaning : bool
        Whether a language model took part, or words alone.
    """

    rows: FloatArray
    extra: FloatArray
    meaning: bool


def words_of(text: str) -> list[str]:
    """Return the words of a text that say what it is about, in small letters, in order.

    Examples
    --------
    >>> words_of("There is no bus after 6, and the road isn't safe.")
    ['bus', '6', 'road', 'safe']
    """
    return [word for word in (w.lower().replace("’", "'") for w in _WORD.findall(text)) if word not in _EMPTY]


def likeness(
    texts: Sequence[str],
    *,
    meanings: NDArray[np.float32] | None = None,
    extra: Sequence[str] = (),
    extra_meanings: NDArray[np.float32] | None = None,
    by: tuple[By, ...] = ("words", "runs"),
) -> Likeness:
    """Return texts as rows that can be compared.

    Parameters
    ----------
    texts : sequence of str of length n
    meanings : ndarray of shape (n, width), optional
        The meaning of each, by a language model. Without it words alone are compared.
    extra : sequence of str of length m
        Texts to place among them, such as the names of themes.
    extra_meanings : ndarray of shape (m, width), optional
        Their meanings.
    by : tuple of {'words', 'runs'}
        Compare by whole words and pairs of them, by runs of four letters within words ('bus' and 'buses', 'Radweg'
        and 'Radwege' share most of theirs), or by both alike. Runs alone are better where quotes are few.

    Source
    ------
    Words: inverse document frequency with logarithmic counts (Manning, Raghavan and Schütze 2008, 6.4), in their main
    directions (latent semantic analysis, Deerwester et al. 1990).
    """
    each = [_by_words(texts, extra, _BAGS[one]) for one in by]
    rows, others = (np.hstack(part) for part in zip(*each, strict=True))
    if meanings is None:
        rows, others = unit_rows(rows), unit_rows(others)
        return Likeness(rows, others, meaning=False)
    middle = meanings.mean(axis=0)
    weigh = _WEIGH[frozenset(by)]
    near = unit_rows(meanings - middle)
    far = unit_rows(extra_meanings - middle) if extra_meanings is not None else np.zeros((0, near.shape[1]))
    return Likeness(
        unit_rows(np.hstack([near, weigh * rows])),
        unit_rows(np.hstack([far, weigh * others])),
        meaning=True,
    )


def unit_rows(values: NDArray[np.floating]) -> FloatArray:
    """Return rows of length 1; a row of nothing stays nothing."""
    values = np.asarray(values, dtype=np.float64)
    rows: FloatArray = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), _TINY)
    # The last digits change with the order in which threads add up: without them the same notes give the same themes.
    return rows.round(_DIGITS)


def _by_words(
    texts: Sequence[str], extra: Sequence[str], bag_of: Callable[[str], Counter[str]]
) -> tuple[FloatArray, FloatArray]:
    """Return texts, and others placed among them, by the words they share."""
    bags = [bag_of(text) for text in texts]
    found = Counter(word for bag in bags for word in bag)
    kept = sorted(word for word, times in found.items() if times > 1)
    place = {word: column for column, word in enumerate(kept)}
    rarity = np.array([np.log((1 + len(bags)) / (1 + found[word])) + 1 for word in kept])
    counted = _weighted(bags, place, rarity)
    others = _weighted([bag_of(text) for text in extra], place, rarity)
    most = min(_DIRECTIONS, *(size - 1 for size in counted.shape))
    if most < 2:
        return counted.toarray(), others.toarray()
    if min(counted.shape) <= 2 * _DIRECTIONS:  # small: all of them at once, whichever are as strong as each other
        _, strength, directions = np.linalg.svd(counted.toarray(), full_matrices=False)
        strength, directions = strength[:_DIRECTIONS], directions[:_DIRECTIONS]
    else:
        _, strength, directions = svds(counted, k=most, v0=np.ones(min(counted.shape)), solver="arpack")
    directions = directions[strength > _TINY * strength.max(initial=1.0)]
    return unit_rows(counted @ directions.T), unit_rows(others @ directions.T)


def _bag(text: str) -> Counter[str]:
    words = words_of(text)
    return Counter([*words, *(f"{first} {second}" for first, second in pairwise(words))])


def _runs(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in words_of(text):
        whole = f" {word} "
        found.update(whole[at : at + _RUN] for at in range(max(1, len(whole) - _RUN + 1)))
    return found


_BAGS: dict[By, Callable[[str], Counter[str]]] = {"words": _bag, "runs": _runs}


def _weighted(bags: Sequence[Counter[str]], place: dict[str, int], rarity: FloatArray) -> sparse.csr_matrix:
    cells = [
        (row, place[word], (1 + np.log(times)) * rarity[place[word]])
        for row, bag in enumerate(bags)
        for word, times in bag.items()
        if word in place
    ]
    shape = (len(bags), len(place))
    if not cells:
        return sparse.csr_matrix(shape)
    at, column, value = zip(*cells, strict=True)
    matrix = sparse.csr_matrix((value, (at, column)), shape=shape)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.maximum(length, _TINY)) @ matrix


def nearest(rows: FloatArray, *, count: int = 15, least: float = 0.35, twice: bool = False) -> sparse.csr_matrix:
    """Return the graph of who is near whom: each text and its `count` most alike, as a symmetric matrix.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        Of length 1.
    count : int
        Neighbours of each.
    least : float
        What is less alike than this is no neighbour: a text may have none.
    twice : bool
        Let those count twice who are each among the nearest of the other.

    Returns
    -------
    sparse matrix of shape (n, n)
        The squares of the likenesses; no text is its own neighbour.
    """
    size = len(rows)
    count = min(count, size - 1)
    if count < 1:
        return sparse.csr_matrix((size, size))
    at, to, value = [], [], []
    for start in range(0, size, _BLOCK):
        alike = rows[start : start + _BLOCK] @ rows.T
        here = np.arange(len(alike))
        alike[here, start + here] = -2.0
        chosen = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        near = np.take_along_axis(alike, chosen, axis=1)
        good = near >= least
        at.append((np.repeat(start + here, count).reshape(-1, count))[good])
        to.append(chosen[good])
        value.append(near[good] ** 2)
    graph = sparse.csr_matrix((np.concatenate(value), (np.concatenate(at), np.concatenate(to))), shape=(size, size))
    return (graph + graph.T if twice else graph.maximum(graph.T)).tocsr()
