"""Weights that come from the data: one common factor, or the first principal component."""

from __future__ import annotations

import warnings

import numpy as np

from homeground.errors import ImproperSolution, MissingExtra
from homeground.provenance import Note
from homeground.stats import FloatArray

__all__ = ["estimate", "factor_weights", "principal_component_weights"]

# A communality above this leaves no room for error: an estimate at the boundary, known as a Heywood case.
_HEYWOOD = 0.995
# Below this smallest eigenvalue the correlations hold one part twice.
_SINGULAR = 1e-8
# The largest slope at which the likelihood counts as having reached its top.
_FLAT = 1e-4


def estimate(
    stack: FloatArray, *, how: str, on_improper: str = "refuse", where: str = "index"
) -> tuple[FloatArray, Note | None]:
    """Return weights for the rows of `stack`, and a note when a fallback was needed.

    Parameters
    ----------
    stack : ndarray of shape (n_parts, n_areas)
        Areas with a gap in any row are left out of the estimate.
    how : {'equal', 'factor', 'principal-component'}
    on_improper : {'refuse', 'equal', 'principal-component'}
        What to do when the factor estimate is improper.
    where : str
        Name of the node, for messages.

    Examples
    --------
    >>> estimate(np.eye(2), how="equal")
    (array([0.5, 0.5]), None)
    """
    n_parts = len(stack)
    if how == "equal":
        return np.full(n_parts, 1.0 / n_parts), None
    complete = stack[:, np.isfinite(stack).all(axis=0)]
    if how == "principal-component":
        return principal_component_weights(complete, where=where), None
    try:
        return factor_weights(complete, where=where), None
    except ImproperSolution as error:
        if on_improper == "refuse":
            raise
        fallback, _ = estimate(stack, how=on_improper, where=where)
        return fallback, Note(f"{error.problem}; weights fell back to '{on_improper}'.", kind="assumed")


def factor_weights(stack: FloatArray, *, where: str = "index") -> FloatArray:
    """Return weights from a one-factor maximum-likelihood model: each loading over the sum of loadings.

    This is what the factor domains of the Indices of Deprivation use (health, crime): not regression factor scores, and
    not the first principal component.

    Parameters
    ----------
    stack : ndarray of shape (n_parts, n_areas)
        At least three parts, without gaps.

    Returns
    -------
    ndarray of shape (n_parts,)
        Positive, summing to one.

    Raises
    ------
    ImproperSolution
        If a part varies nowhere, the estimate does not converge or sits on its boundary (a Heywood case), or loadings
        have different signs, so that no weighted sum of these parts measures one thing.
    MissingExtra
        If statsmodels, which estimates the model, is not installed.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> common = rng.standard_normal(4000)
    >>> parts = np.vstack([common + rng.standard_normal(4000) for _ in range(4)])
    >>> factor_weights(parts).round(2)
    array([0.25, 0.25, 0.25, 0.25])
    """
    try:
        from statsmodels.multivariate.factor import Factor
    except ImportError:
        raise MissingExtra.named("stats", for_what="estimate factor weights") from None
    correlation = _correlation(stack, where)
    values, vectors = np.linalg.eigh(correlation)
    if values[0] < _SINGULAR:
        raise _improper(where, "is impossible: one part repeats another, or is made of others")
    # A start from the first principal component, because the library's own start is drawn at random.
    start = np.sqrt(0.8 * values[-1]) * vectors[:, -1:]
    room = np.clip(1.0 - start[:, 0] ** 2, 0.05, None)
    with warnings.catch_warnings():
        # statsmodels warns where we raise: below, with what to do.
        warnings.simplefilter("ignore")
        try:
            fitted = Factor(corr=correlation, n_factor=1, method="ml").fit(start=(start, room))
        except (ValueError, np.linalg.LinAlgError) as error:
            raise _improper(where, f"could not be estimated ({error})") from None
    loadings = np.asarray(fitted.loadings, dtype=np.float64)[:, 0]
    loadings = loadings * (1.0 if loadings.sum() >= 0 else -1.0)
    uniqueness = np.asarray(fitted.uniqueness, dtype=np.float64)
    if not np.isfinite(loadings).all():
        raise _improper(where, "did not converge")
    if uniqueness.min() < 1.0 - _HEYWOOD or np.abs(loadings).max() ** 2 > _HEYWOOD:
        raise _improper(where, f"is a Heywood case: part {int(uniqueness.argmin()) + 1} leaves no room for error")
    if np.abs(fitted.mle_retvals.jac).max() > _FLAT:
        raise _improper(where, "did not converge")
    if loadings.min() <= 0:
        raise _improper(
            where, f"has loadings of both signs (part {int(loadings.argmin()) + 1} is {loadings.min():.3f})"
        )
    return np.asarray(loadings / loadings.sum())


def principal_component_weights(stack: FloatArray, *, where: str = "index") -> FloatArray:
    """Return weights in proportion to the first principal component of the correlations, summing to one.

    Raises
    ------
    ImproperSolution
        If its coefficients have different signs or a part varies nowhere.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 5.0])
    >>> principal_component_weights(np.vstack([x, x + np.array([0.1, -0.1, 0.1, 0.0])])).round(2)
    array([0.5, 0.5])
    """
    _, vectors = np.linalg.eigh(_correlation(stack, where))
    first = vectors[:, -1] * (1.0 if vectors[:, -1].sum() >= 0 else -1.0)
    if first.min() <= 0:
        raise _improper(where, f"has coefficients of both signs (part {int(first.argmin()) + 1} is {first.min():.3f})")
    return np.asarray(first / first.sum())


def _correlation(stack: FloatArray, where: str) -> FloatArray:
    spread = stack.std(axis=1)
    if stack.shape[1] <= stack.shape[0]:
        raise _improper(where, f"needs more than {stack.shape[0]} complete areas and has {stack.shape[1]}")
    if spread.min() <= 0:
        raise _improper(where, f"is impossible: part {int(spread.argmin()) + 1} is the same everywhere")
    return np.asarray(np.corrcoef(stack))


def _improper(where: str, what: str) -> ImproperSolution:
    return ImproperSolution(
        f"the weights of '{where}' cannot be estimated: the factor or component {what}",
        remedy="Use weights = 'equal' or 'given', take the odd part out, or set on_improper = 'equal'.",
    )
