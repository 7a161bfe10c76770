"""Weights from the data: one common factor, a principal component, and the guards against improper answers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA, FactorAnalysis

from homeground.errors import ImproperSolution
from homeground.find.index import build
from homeground.find.weights import estimate, factor_weights, principal_component_weights
from homeground.method import parse_method


def parts_with_loadings(loadings, n=20000, seed=3):
    """Standardised parts that share one factor with known loadings."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    noise = rng.standard_normal((len(loadings), n))
    load = np.array(loadings)[:, None]
    return load * common + np.sqrt(1 - load**2) * noise


def test_known_loadings_come_back():
    """Parts made with loadings .5 .6 .7 .8 get weights in that proportion."""
    loadings = np.array([0.5, 0.6, 0.7, 0.8])
    assert factor_weights(parts_with_loadings(loadings)) == pytest.approx(loadings / loadings.sum(), abs=0.01)


def test_factor_weights_agree_with_another_library():
    """scikit-learn's maximum-likelihood factor, found by another algorithm, gives the same weights."""
    parts = parts_with_loadings([0.4, 0.7, 0.6, 0.8, 0.5])
    standard = (parts - parts.mean(axis=1, keepdims=True)) / parts.std(axis=1, keepdims=True)
    other = FactorAnalysis(n_components=1, tol=1e-8, max_iter=5000).fit(standard.T).components_[0]
    assert factor_weights(parts) == pytest.approx(np.abs(other) / np.abs(other).sum(), abs=1e-4)


def test_principal_component_agrees_with_another_library():
    """The first component of scikit-learn on standardised parts, in proportion."""
    parts = parts_with_loadings([0.4, 0.7, 0.6])
    standard = (parts - parts.mean(axis=1, keepdims=True)) / parts.std(axis=1, keepdims=True)
    other = np.abs(PCA(1).fit(standard.T).components_[0])
    assert principal_component_weights(parts) == pytest.approx(other / other.sum(), abs=1e-8)


@settings(max_examples=20)
@given(st.lists(st.floats(0.3, 0.9), min_size=3, max_size=8), st.integers(0, 1000))
def test_weights_are_positive_and_add_up_to_one_or_are_refused(loadings, seed):
    """Whatever comes out can be used as weights."""
    try:
        weights = factor_weights(parts_with_loadings(loadings, n=500, seed=seed))
    except ImproperSolution:
        return
    assert weights.min() > 0
    assert weights.sum() == pytest.approx(1)


def test_a_part_that_repeats_another_is_refused():
    """Two copies of one part make the correlations singular."""
    parts = parts_with_loadings([0.6, 0.6, 0.6])
    with pytest.raises(ImproperSolution, match="repeats another"):
        factor_weights(np.vstack([parts[0], parts[0] + 1e-9 * parts[1], parts[1], parts[2]]))


def test_a_heywood_case_is_refused():
    """Correlations .8, .75 and .3 would need a loading above one: the second part leaves no room for error."""
    wanted = np.array([[1, 0.8, 0.3], [0.8, 1, 0.75], [0.3, 0.75, 1]]) * 0.97 + 0.03 * np.eye(3)
    assert wanted[0, 1] * wanted[1, 2] / wanted[0, 2] > 1  # the square of the loading that one factor would need
    draws = np.random.default_rng(5).standard_normal((4000, 3))
    white = np.linalg.qr(draws - draws.mean(axis=0))[0].T
    with pytest.raises(ImproperSolution, match="Heywood case: part 2"):
        factor_weights(np.linalg.cholesky(wanted) @ white)


def test_the_same_parts_give_the_same_weights_to_the_last_bit():
    """The estimate starts from the parts themselves, not from a random point."""
    parts = parts_with_loadings([0.5, 0.6, 0.7, 0.8], n=2000)
    assert len({factor_weights(parts).tobytes() for _ in range(3)}) == 1


def test_loadings_of_both_signs_are_refused():
    """A part that runs against the others needs its polarity looked at, not a negative weight."""
    parts = parts_with_loadings([0.7, 0.7, 0.7, 0.7])
    parts[2] *= -1
    with pytest.raises(ImproperSolution, match=r"both signs .part 3"):
        factor_weights(parts)


def test_a_constant_part_is_refused():
    """What is the same everywhere cannot be weighed."""
    parts = parts_with_loadings([0.7, 0.7, 0.7])
    parts[1] = 4.0
    with pytest.raises(ImproperSolution, match="part 2 is the same everywhere"):
        factor_weights(parts)


def test_a_fallback_is_used_only_when_the_method_says_so_and_is_told():
    """on_improper = 'equal' gives equal weights and a note."""
    parts = parts_with_loadings([0.7, 0.7, 0.7])
    parts[2] *= -1
    weights, note = estimate(parts, how="factor", on_improper="equal", where="health")
    assert weights.tolist() == pytest.approx([1 / 3] * 3)
    assert "fell back to 'equal'" in note.text


def test_factor_weights_work_inside_a_method():
    """A node with weights = 'factor' uses its children's scores as they come up."""
    parts = parts_with_loadings([0.5, 0.7, 0.8], n=3000)
    table = pl.DataFrame({"area_code": [f"a{i}" for i in range(3000)], **{f"x{i}": row for i, row in enumerate(parts)}})
    leaves = {f"x{i}": {"column": f"x{i}", "transform": "z"} for i in range(3)}
    method = parse_method({"name": "f", "index": {"parts": list(leaves), "weights": "factor"}, "parts": leaves})
    built = build(method, table)
    expected = factor_weights(np.vstack([built.values[name] for name in leaves]))
    assert list(built.weights["index"].values()) == pytest.approx(expected)
