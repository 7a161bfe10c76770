"""Test an index as the OECD/JRC Handbook on Constructing Composite Indicators asks, and say in words what was found.

Nine tests: coverage, distribution, correlations, reliability, effective weights, dominance, removal, sensitivity
(Sobol) and rank bands. A test that cannot be made is listed with its reason, never skipped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from homeground.errors import BadSpecification
from homeground.find.auditing.agreement import correlations, inflation, own_domain, reliability
from homeground.find.auditing.balance import contributions, dominance, effective_weights, removal
from homeground.find.auditing.findings import findings
from homeground.find.auditing.material import Finding, Material, NotDone, gather
from homeground.find.auditing.parts import coverage, distribution
from homeground.find.auditing.sensitivity import Sensitivity, sensitivity
from homeground.find.auditing.variation import prepare
from homeground.find.index import BuiltIndex
from homeground.method import Method
from homeground.provenance import Note, Source

__all__ = ["TESTS", "Audit", "Finding", "NotDone", "audit"]

#: Every test: its name, its heading, and the tables it gives.
TESTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("coverage", "Is a figure there for every area?", ("coverage",)),
    ("distribution", "Do a few extreme areas stretch the scale?", ("distribution",)),
    ("correlations", "Do two parts say the same, or the opposite?", ("correlations", "own_domain", "inflation")),
    ("reliability", "Do the parts of a group measure one thing?", ("reliability",)),
    ("effective_weights", "Does each part count as much as its weight says?", ("effective_weights",)),
    ("dominance", "Does one part rule?", ("dominance", "contributions")),
    ("removal", "What if one part is left out?", ("removal",)),
    ("sensitivity", "Which choice moves the ranks most?", ("sensitivity", "sensitivity_areas")),
    ("rank_bands", "How far could each area’s rank be off?", ("rank_bands",)),
)


@dataclass(frozen=True)
class Audit:
    """What the tests of an index gave.

    Attributes
    ----------
    title : str
        Of the index.
    method : Method
    areas, scored : int
        Areas in the table, and those with a score.
    tables : mapping of str to polars.DataFrame
        One table or more per test, by name: see `TESTS` and the functions of the same names for their columns;
        ``findings`` and ``not_done`` as tables too.
    findings : tuple of Finding
        Plain sentences with their figure and what to do, the most important first.
    not_done : tuple of NotDone
        Tests that could not be made, each with the part and the reason.
    sensitivity : Sensitivity or None
        The Sobol analysis whole, with what was varied. None when nothing could be.
    samples, seed : int
        What the random parts started from.
    notes, sources : tuple
        Of the index.
    """

    title: str
    method: Method
    areas: int
    scored: int
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...]
    not_done: tuple[NotDone, ...]
    sensitivity: Sensitivity | None
    samples: int
    seed: int
    notes: tuple[Note, ...] = ()
    sources: tuple[Source, ...] = ()


def audit(
    index: BuiltIndex,
    *,
    samples: int = 512,
    seed: int = 0,
    weight_change: float = 0.25,
    progress: Callable[[str], None] | None = None,
) -> Audit:
    """Return every test of `index`, and what they say in words.

    Parameters
    ----------
    index : BuiltIndex
        From `homeground.find.index.build`. Left as it was.
    samples : int
        Base sample of the sensitivity analysis, raised to a power of two; the index is made again some six times as
        often.
    seed : int
        The same seed gives the same audit, figure for figure.
    weight_change : float
        How far weights are varied: 0.25 is up or down by up to a quarter.
    progress : callable, optional
        Told in a few words how far it is.

    Returns
    -------
    Audit

    Raises
    ------
    BadTable
        If fewer than three areas have a score.
    BadSpecification
        If `samples` or `weight_change` makes no sense.

    Source
    ------
    OECD and JRC, Handbook on Constructing Composite Indicators: methodology and user guide (2008); Paruolo, Saisana and
    Saltelli, Ratings and rankings: voodoo or science? (2013).

    Examples
    --------
    >>> import polars as pl
    >>> from homeground.find.index import build
    >>> from homeground.method import parse_method
    >>> method = parse_method({
    ...     "name": "two", "index": {"parts": ["poor", "unwell"], "weights": "equal"},
    ...     "parts": {"poor": {"column": "poor", "transform": "percentile"},
    ...               "unwell": {"column": "unwell", "transform": "percentile"}},
    ... })
    >>> table = pl.DataFrame({
    ...     "area_code": [f"X{i}" for i in range(40)],
    ...     "poor": [float(i) for i in range(40)],
    ...     "unwell": [i * 2.0 + 1 for i in range(40)],
    ... })
    >>> found = audit(build(method, table), samples=16)
    >>> print(found.findings[0])
    ‘poor’ and ‘unwell’ say nearly the same (correlation 1.00). What they share counts twice: join them, drop one, or \
give the reason why both stay.
    """
    if not 0 < weight_change < 1:
        raise BadSpecification(
            f"weights cannot be varied by {weight_change:g} of themselves",
            remedy="Give a share between 0 and 1, e.g. 0.25.",
        )
    tell = progress or (lambda _: None)
    material = gather(index)
    remaker = prepare(index)
    tell("testing each part, and the parts beside each other")
    tables, not_done = _tests(material)
    tables["removal"], missing = removal(material, remaker)
    not_done += missing
    varied = sensitivity(remaker, samples=samples, seed=seed, weight_change=weight_change, progress=progress)
    if varied is None:
        why = "not possible: the method leaves no choice to vary (one part, no normalisation)"
        not_done += [NotDone("sensitivity", "", why), NotDone("rank_bands", "", why)]
    else:
        tables |= {"sensitivity": varied.indices, "sensitivity_areas": varied.areas, "rank_bands": varied.bands}
    found = findings(material, tables, varied)
    tables["findings"] = pl.DataFrame(
        [(f.test, f.level, f.text, f.todo) for f in found], schema=["test", "level", "text", "todo"], orient="row"
    )
    tables["not_done"] = pl.DataFrame(
        [(n.test, n.part, n.why) for n in not_done],
        schema=dict.fromkeys(["test", "part", "why"], pl.String),
        orient="row",
    )
    return Audit(
        title=material.title("index"),
        method=index.method,
        areas=len(material.scored),
        scored=material.n,
        tables=tables,
        findings=found,
        not_done=tuple(not_done),
        sensitivity=varied,
        samples=varied.samples if varied else 0,
        seed=seed,
        notes=index.notes,
        sources=index.sources,
    )


def _tests(material: Material) -> tuple[dict[str, pl.DataFrame], list[NotDone]]:
    tables = {"coverage": coverage(material), "own_domain": own_domain(material)}
    not_done: list[NotDone] = []
    for name, test in (
        ("distribution", distribution),
        ("correlations", correlations),
        ("inflation", inflation),
        ("reliability", reliability),
        ("effective_weights", effective_weights),
        ("dominance", dominance),
        ("contributions", contributions),
    ):
        table, missing = test(material)
        if table is not None:
            tables[name] = table
        not_done += missing
    return tables, not_done
