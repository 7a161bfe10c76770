"""After people have put some quotes under each theme: where the rest might belong, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from homeground.errors import BadTable, BadValue
from homeground.listen.likeness import WORDS_ALONE, Meaning, likeness, nearest
from homeground.provenance import Note
from homeground.stats import FloatArray, IntArray
from homeground.tables import require_columns

__all__ = ["ENOUGH", "Suggestions", "suggest"]

ENOUGH = 5  # confirmed quotes of a theme, from which a suggestion is worth reading
_LEARN = 15.0  # how far the rule may bend to the confirmed quotes
_NAME = 6.0  # how many quotes the name of a theme counts for
_PASS_ON = 0.85  # how much a note hears from its neighbours
_HEARD_FROM = 0.05  # how alike a note must be to be heard
_NEIGHBOURS = 25  # how many notes each hears from at most
_FIRST_SHARP = 1.5  # how much surer each is before it tells the others
_ROUNDS = 40
_FOLDS = 5
_LEAST_LIKE = 0.25  # the share of confirmed quotes that may be less like the others than a note that belongs
_FALLS = 2.0  # how quickly belonging falls below that
_FEW = 2  # to how many quotes of a theme a note must be near
_DIGITS = 4  # what comes after changes with the order in which threads add up, and nobody reads it
_SHARP = np.geomspace(0.25, 16.0, 25)


@dataclass(frozen=True)
class Suggestions:
    """Where each unconfirmed note might belong.

    Attributes
    ----------
    table : polars.DataFrame
        ``note``, ``theme``, ``confidence`` (0 to 1): the likeliest theme of each note that nobody has put anywhere, the
        least sure first, for those are the ones that people should look at.
    chances : polars.DataFrame
        ``note``, ``theme``, ``confidence`` for every note and every theme; a note may belong to several, or to none.
    agreement : float
        Share of confirmed quotes that the same rule puts right when it has not seen them.
    notes : tuple of Note
        What a reader must know.
    """

    table: pl.DataFrame
    chances: pl.DataFrame
    agreement: float
    notes: tuple[Note, ...]


def suggest(notes: pl.DataFrame, confirmed: pl.DataFrame, *, meaning: Meaning | None = None) -> Suggestions:
    """Suggest a theme for every note that people have not put under one.

    Nothing is decided here: what is suggested stays with people, the least sure first. The rule learns from the quotes
    people confirmed and from the names they gave; then each note hears from those most like it.

    Parameters
    ----------
    notes : polars.DataFrame
        ``note`` (number) and ``text``.
    confirmed : polars.DataFrame
        ``note`` and ``theme``, as people put them; a note may stand under several themes. At least two themes.
    meaning : callable, optional
        Gives the meanings of texts as rows of length 1; without it words alone are compared.

    Raises
    ------
    BadTable
        If fewer than two themes are confirmed, or a confirmed note is not among the notes.

    Source
    ------
    Logistic regression with a quadratic penalty; label spreading (Zhou et al. 2004); temperature scaling for the
    confidence (Guo et al. 2017), by folds of the confirmed quotes, with one more that goes wrong (Laplace's rule). What
    is less like the quotes of a theme than nearly all of them are like each other is told with less confidence.

    Examples
    --------
    >>> said = ["The bus never comes", "No bus after six", "A late bus", "A lovely park", "A green park", "Our park"]
    >>> notes = pl.DataFrame({"note": range(6), "text": said})
    >>> people = pl.DataFrame({"note": [0, 1, 3, 4], "theme": ["buses", "buses", "park", "park"]})
    >>> suggest(notes, people).table.sort("note").select("note", "theme").rows()
    [(2, 'buses'), (5, 'park')]
    """
    themes, pairs = _confirmed(notes, confirmed)
    texts = [text or "" for text in notes["text"].to_list()]
    alike = likeness(
        texts,
        meanings=None if meaning is None else meaning(texts),
        extra=themes,
        extra_meanings=None if meaning is None else meaning(themes),
        by=("runs",),
    )
    graph = _balanced(nearest(alike.rows, count=_NEIGHBOURS, least=_HEARD_FROM, twice=True))
    chances = _chances(alike.rows, alike.extra, graph, pairs, len(themes))
    sharp, agreement = _tempered(alike.rows, alike.extra, graph, pairs, len(themes))
    chances = softmax(sharp * np.log(np.maximum(chances, 1e-12)), axis=1)
    likeliest = chances.argmax(axis=1)
    chances = (chances * _belongs(alike.rows, pairs, len(themes))).round(_DIGITS)
    open_ = np.setdiff1d(np.arange(notes.height), pairs[:, 0])
    every = pl.DataFrame(
        {
            "note": np.repeat(notes["note"].to_numpy()[open_], len(themes)),
            "theme": themes * len(open_),
            "confidence": chances[open_].ravel(),
        }
    )
    best = likeliest[open_]
    table = pl.DataFrame(
        {
            "note": notes["note"].to_numpy()[open_],
            "theme": [themes[column] for column in best],
            "confidence": chances[open_, best],
        },
        schema_overrides={"theme": pl.String},
    ).sort("confidence", "note")
    return Suggestions(table, every, agreement, _told(notes, themes, pairs, agreement, meaning=alike.meaning))


def _confirmed(notes: pl.DataFrame, confirmed: pl.DataFrame) -> tuple[list[str], IntArray]:
    """Return the themes by name, and each confirmed quote as (row of the note, theme)."""
    require_columns(notes, ["note", "text"])
    require_columns(confirmed, ["note", "theme"])
    place = {note: row for row, note in enumerate(notes["note"].to_list())}
    for row, (note, theme) in enumerate(confirmed.select("note", "theme").iter_rows(), start=2):
        if note not in place:
            raise BadValue(
                f"note {note} is not among the notes ({notes.height} are there)", row=row, column="note",
                remedy="Count the rows of the file of notes from 0.",
            )  # fmt: skip
        if theme is None or not str(theme).strip():
            raise BadValue("a confirmed quote has no theme", row=row, column="theme", remedy="Write its theme.")
    themes = sorted({str(theme).strip() for theme in confirmed["theme"].to_list()})
    if len(themes) < 2:
        raise BadTable(
            f"{len(themes)} theme is confirmed, and two are needed", column="theme",
            remedy="Put some quotes under a second theme, such as 'something else'.",
        )  # fmt: skip
    column = {theme: number for number, theme in enumerate(themes)}
    pairs = {(place[note], column[str(theme).strip()]) for note, theme in confirmed.select("note", "theme").iter_rows()}
    return themes, np.array(sorted(pairs), dtype=np.int64)


def _balanced(graph: sparse.csr_matrix) -> sparse.csr_matrix:
    reach = np.asarray(graph.sum(axis=1)).ravel()
    scale = sparse.diags_array(1 / np.sqrt(np.maximum(reach, 1e-9)))
    return (scale @ graph @ scale).tocsr()


def _chances(rows: FloatArray, names: FloatArray, graph: sparse.csr_matrix, pairs: IntArray, themes: int) -> FloatArray:
    """Return how likely each theme is for each note, rows adding up to one."""
    learned = _learned(np.vstack([rows[pairs[:, 0]], names]), np.r_[pairs[:, 1], np.arange(themes)], themes)
    told = softmax(_FIRST_SHARP * (rows @ learned[:-1] + learned[-1]), axis=1)
    told[pairs[:, 0]] = 0.0
    told[pairs[:, 0], pairs[:, 1]] = 1.0
    told /= told.sum(axis=1, keepdims=True)
    heard = told
    for _ in range(_ROUNDS):
        heard = _PASS_ON * (graph @ heard) + (1 - _PASS_ON) * told
    whole: FloatArray = heard / heard.sum(axis=1, keepdims=True)
    return whole


def _learned(rows: FloatArray, theme: IntArray, themes: int) -> FloatArray:
    """Return the weights of a logistic regression, the last row its constants."""
    weight = np.ones(len(rows))
    weight[-themes:] = _NAME
    wanted = np.zeros((len(rows), themes))
    wanted[np.arange(len(rows)), theme] = 1.0
    shape = (rows.shape[1] + 1, themes)

    def cost(flat: FloatArray) -> tuple[float, FloatArray]:
        w = flat.reshape(shape)
        logs = log_softmax(rows @ w[:-1] + w[-1], axis=1)
        off = weight[:, None] * (np.exp(logs) - wanted)
        slope = np.vstack([rows.T @ off + w[:-1] / _LEARN, off.sum(axis=0)])
        return float(-(weight[:, None] * wanted * logs).sum() + (w[:-1] ** 2).sum() / (2 * _LEARN)), slope.ravel()

    found = minimize(
        cost,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-8},
    )
    return np.asarray(found.x, dtype=np.float64).reshape(shape)


def _tempered(
    rows: FloatArray, names: FloatArray, graph: sparse.csr_matrix, pairs: IntArray, themes: int
) -> tuple[float, float]:
    """Return how much sharper or blunter to be sure, and the share put right, by quotes held back in turn."""
    fold = np.empty(len(pairs), dtype=np.int64)
    for theme in range(themes):
        own = np.flatnonzero(pairs[:, 1] == theme)
        fold[own] = np.arange(len(own)) % _FOLDS
    seen, right = [], []
    for turn in range(_FOLDS):
        held = pairs[fold == turn]
        # A note under several themes is held back whole.
        kept = pairs[(fold != turn) & ~np.isin(pairs[:, 0], held[:, 0])]
        if len(held):  # where nothing else is left, the names of the themes teach alone
            seen.append(np.log(np.maximum(_chances(rows, names, graph, kept, themes)[held[:, 0]], 1e-12)))
            right.append(held[:, 1])
    logs, truth = np.vstack(seen), np.concatenate(right)
    each = np.arange(len(truth))
    right_share = float((logs.argmax(axis=1) == truth).mean())
    if len(pairs) < 2 * themes:  # so few say nothing of how sure to be
        return 1.0, right_share
    # However well it went with so few, the next may be wrong: as if one more had been tried, and was (Laplace's rule).
    slip = 1 / (len(truth) + 2)
    fit = []
    for sharp in _SHARP:
        sure = log_softmax(sharp * logs, axis=1)
        others = (sure.sum(axis=1) - sure[each, truth]) / max(themes - 1, 1)
        fit.append(float(((1 - slip) * sure[each, truth] + slip * others).sum()))
    return float(_SHARP[int(np.argmax(np.round(fit, _DIGITS)))]), right_share


def _belongs(rows: FloatArray, pairs: IntArray, themes: int) -> FloatArray:
    """Return for each note and theme how far the note is like what people confirmed there: 1 as much as they are.

    What nobody has a theme for is unlike all of them, and must not be called sure because it is least unlike one.
    """
    found = np.ones((len(rows), themes))
    own: list[FloatArray] = []
    for theme in range(themes):
        mine = pairs[pairs[:, 1] == theme, 0]
        alike = rows @ rows[mine].T
        found[:, theme] = _nearest_few(alike)
        if len(mine) > 1:
            among = alike[mine]
            np.fill_diagonal(among, -np.inf)
            own.append(_nearest_few(among))
    usual = float(np.quantile(np.concatenate(own), _LEAST_LIKE)) if own else 0.0
    if usual <= 0:
        return np.ones_like(found)
    return np.clip(found / usual, 0.0, 1.0) ** _FALLS


def _nearest_few(alike: FloatArray) -> FloatArray:
    """Return how alike each row is to the few that are most like it, on average."""
    few = min(_FEW, max(1, int(np.isfinite(alike).sum(axis=1).min())))
    nearest_ones: FloatArray = np.sort(alike, axis=1)[:, -few:].mean(axis=1)
    return nearest_ones


def _told(
    notes: pl.DataFrame, themes: list[str], pairs: IntArray, agreement: float, *, meaning: bool
) -> tuple[Note, ...]:
    told = [
        Note(
            f"Of {len(pairs)} confirmed quotes the same rule puts {agreement:.0%} right when it has not seen them.",
            kind="info",
        )
    ]
    counts = np.bincount(pairs[:, 1], minlength=len(themes))
    few = [f"'{theme}' ({count})" for theme, count in zip(themes, counts, strict=True) if count < ENOUGH]
    if few:
        told.append(
            Note(
                f"Fewer than {ENOUGH} quotes are confirmed for {len(few)} themes: {', '.join(few[:5])}. What is "
                "suggested for these is a guess.",
                kind="estimated",
            )
        )
    empty = sum(1 for text in notes["text"].to_list() if not (text or "").strip())
    if empty:
        told.append(Note(f"{empty} notes have no words: what is suggested for them means nothing.", kind="missing"))
    if not meaning:
        told.append(WORDS_ALONE)
    return tuple(told)
