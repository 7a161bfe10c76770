"""``understand.compare``: differences between cohorts, with errors that know that neighbours are alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeground.errors import BadSpecification, BadTable, BadValue, DuplicateAreas, MissingColumns
from homeground.understand.compare import Comparison, Measure, compare
from homeground.understand.comparing.clusters import estimate, gather, holm, similarity, step_up, wild_p
from homeground.understand.comparing.near import morans_i, nearest

COHORTS = ["left behind", "other deprived", "rest of England"]
LEFT = np.array([1.0, -1.0, 0.0])


def a_country(seed: int, *, n: int = 300, clusters: int = 12, alike: float = 1.0) -> pl.DataFrame:
    """Return an invented country in which areas of one cluster are alike."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, clusters, n)
    group = rng.integers(0, 3, n)
    value = alike * rng.normal(size=clusters)[cluster] + 0.3 * group + rng.normal(size=n)
    return pl.DataFrame(
        {
            "area_code": [f"a{i:04}" for i in range(n)],
            "cohort": [COHORTS[g] for g in group],
            "cluster": [f"c{c:02}" for c in cluster],
            "population": rng.integers(500, 3000, n),
            "value": value,
        }
    )


def numbered(table: pl.DataFrame) -> tuple[Any, Any, Any, Any]:
    """Return values, weights, groups and clusters as arrays."""
    group = table["cohort"].replace_strict({name: i for i, name in enumerate(COHORTS)}).to_numpy().astype(np.int64)
    cluster = np.unique(table["cluster"].to_numpy().astype(str), return_inverse=True)[1].astype(np.int64)
    return table["value"].to_numpy(), table["population"].to_numpy().astype(float), group, cluster


def compared(table: pl.DataFrame, **options: Any) -> Comparison:
    """Return the comparison of the one column `value`."""
    return compare(table, [Measure("value", "Value", higher_is="worse")], **options)


def row_of(found: Comparison, comparison: str = "other deprived") -> dict[str, Any]:
    """Return one comparison."""
    return found.table.row(by_predicate=pl.col("comparison") == comparison, named=True)


class TestByHand:
    """Four authorities, one area of each kind in each: the paired t-test, which fits on the back of an envelope."""

    TABLE = pl.DataFrame(
        {
            "area_code": [f"a{i}" for i in range(12)],
            "cohort": COHORTS * 4,
            "cluster": [letter for letter in "ABCD" for _ in range(3)],
            "value": [31.0, 20, 10, 33, 21, 8, 32, 22, 9, 30, 19, 11],
        }
    )

    def test_one_area_of_each_kind_in_each_authority_is_a_paired_t_test(self) -> None:
        """Differences 11, 12, 10, 11: mean 11, variance 2/3, error sqrt(2/3/4), three degrees of freedom."""
        row = row_of(compared(self.TABLE))
        assert row["left_behind"] == 31.5
        assert row["other"] == 20.5
        assert row["difference"] == pytest.approx(11)
        assert row["standard_error"] == pytest.approx(np.sqrt(2 / 3 / 4))
        assert row["df"] == pytest.approx(3)
        assert row["low"] == pytest.approx(11 - 3.18245 * 0.408248, abs=1e-4)
        assert row["verdict"] == "clear difference"
        assert row["way"] == "worse"

    def test_england_is_the_mean_of_everybody(self) -> None:
        """Left-behind places are part of England; all twelve areas count equally here."""
        row = row_of(compared(self.TABLE), "England")
        assert row["other"] == pytest.approx(self.TABLE["value"].mean())
        assert row["difference"] == pytest.approx(31.5 - 20.5)

    def test_counts_make_a_mean_of_the_total_over_the_total(self) -> None:
        """Ten of 100 and 30 of 100 people in left-behind areas, 1 of 400 in a third: 41 of 600."""
        table = pl.DataFrame(
            {
                "area_code": list("abcdef"),
                "cohort": ["left behind"] * 3 + ["other deprived"] * 3,
                "cluster": list("ABCABC"),
                "sick": [10, 30, 1, 5, 5, 6],
                "people": [100, 100, 400, 100, 100, 100],
            }
        )
        found = compare(table, [Measure("ill", numerator="sick", denominator="people", per=100.0)])
        assert row_of(found)["left_behind"] == pytest.approx(100 * 41 / 600)
        first = found.cohorts.row(0, named=True)
        assert (first["areas"], first["weight"], first["median"]) == (3, 600.0, 10.0)

    def test_the_number_of_clusters_that_count_is_told(self) -> None:
        """Weights 1 and 3 in two clusters are as good as 16 / 10 clusters of equal size."""
        table = pl.DataFrame(
            {
                "area_code": list("abcd"),
                "cohort": ["left behind", "left behind", "other deprived", "other deprived"],
                "cluster": list("ABAB"),
                "population": [1, 3, 1, 1],
                "value": [1.0, 2.0, 3.0, 5.0],
            }
        )
        found = compared(table)
        assert found.cohorts["effective_clusters"][0] == pytest.approx(1.6)
        assert any("few clusters" in note.text for note in found.notes)


class TestAgainstPeers:
    """The same numbers as statsmodels gives, and as the textbook formula written out in full matrices."""

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_cr1_and_naive_errors_are_those_of_statsmodels(self, seed: int) -> None:
        """A weighted regression on three dummies with errors clustered, and with HC1."""
        sm = pytest.importorskip("statsmodels.api")
        table = a_country(seed)
        y, w, group, cluster = numbered(table)
        model = sm.WLS(y, np.eye(3)[group], weights=w)
        robust = model.fit(cov_type="cluster", cov_kwds={"groups": cluster})
        naive = model.fit(cov_type="HC1")
        found = compared(table)
        share = np.bincount(group, weights=w) / w.sum()
        for comparison, contrast in (
            ("other deprived", LEFT),
            ("rest of England", np.array([1.0, 0.0, -1.0])),
            ("England", np.array([1.0, 0.0, 0.0]) - share),
        ):
            row = row_of(found, comparison)
            assert row["difference"] == pytest.approx(float(contrast @ robust.params), abs=1e-8)
            cr1 = float(np.sqrt(contrast @ robust.cov_params() @ contrast))
            assert row["standard_error_cr1"] == pytest.approx(cr1, abs=1e-8)
            hc1 = float(np.sqrt(contrast @ naive.cov_params() @ contrast))
            assert row["standard_error_naive"] == pytest.approx(hc1, abs=1e-8)

    @pytest.mark.parametrize("seed", [4, 5])
    def test_cr2_and_its_degrees_of_freedom_are_those_of_the_full_matrices(self, seed: int) -> None:
        """Bell and McCaffrey's formula, cluster by cluster, with a square root of each residual block."""
        table = a_country(seed, n=90, clusters=7)
        y, w, group, cluster = numbered(table)
        x = np.eye(3)[group] * np.sqrt(w)[:, None]
        z = y * np.sqrt(w)
        bread = np.linalg.inv(x.T @ x)
        maker = np.eye(len(z)) - x @ bread @ x.T
        residual = maker @ z
        variance, columns = 0.0, []
        for one in np.unique(cluster):
            at = np.flatnonzero(cluster == one)
            values, vectors = np.linalg.eigh(maker[np.ix_(at, at)])
            root = vectors @ np.diag(values**-0.5) @ vectors.T
            pull = root @ x[at] @ bread @ LEFT
            variance += float(pull @ residual[at]) ** 2
            columns.append(maker[:, at] @ pull)
        inner = np.column_stack(columns)
        inner = inner.T @ inner
        row = row_of(compared(table))
        assert row["standard_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)
        assert row["df"] == pytest.approx(np.trace(inner) ** 2 / (inner**2).sum(), rel=1e-9)

    def test_the_wild_bootstrap_is_that_of_a_regression_run_again_for_every_draw(self) -> None:
        """Impose no difference, draw signs, fit again, compare t: three hundred times over."""
        table = a_country(6, n=80, clusters=9)
        y, w, group, cluster = numbered(table)
        signs = np.random.default_rng(1).choice([-1.0, 1.0], size=(300, 9))
        x, root = np.eye(3)[group], np.sqrt(w)

        def t_of(values: Any) -> float:
            fit = np.linalg.lstsq(x * root[:, None], values * root, rcond=None)[0]
            left = values - x @ fit
            size = np.bincount(group, weights=w)
            parts = np.bincount(cluster, weights=w * left * LEFT[group] / size[group])
            return float(LEFT @ fit / np.sqrt(parts @ parts))

        same = x[:, [0, 2]] + x[:, [1, 2]] * [1, 0]  # the first two groups share a mean
        null = same @ np.linalg.lstsq(same * root[:, None], y * root, rcond=None)[0]
        drawn = np.array([t_of(null + (y - null) * sign[cluster]) for sign in signs])
        expected = (1 + (np.abs(drawn) >= abs(t_of(y)) * (1 - 1e-12)).sum()) / 301
        cells = gather(y, w, group, cluster, n_groups=3, n_clusters=9)
        assert wild_p(cells, LEFT, signs) == pytest.approx(expected)

    def test_corrections_are_those_of_statsmodels(self) -> None:
        """Holm, and Benjamini and Hochberg; what was not tested stays out."""
        multi = pytest.importorskip("statsmodels.stats.multitest")
        p = np.array([0.001, 0.04, np.nan, 0.03, 0.2, 0.011])
        known = np.isfinite(p)
        np.testing.assert_allclose(holm(p)[known], multi.multipletests(p[known], method="holm")[1])
        np.testing.assert_allclose(step_up(p)[known], multi.multipletests(p[known], method="fdr_bh")[1])
        assert np.isnan(holm(p)[2])
        assert np.isnan(step_up(p)[2])


class TestWithoutADifference:
    """In a country where nothing differs, five in a hundred tests may say otherwise, and no more."""

    def test_naive_errors_reject_far_too_often_and_ours_do_not(self) -> None:
        """Cohorts come in patches (whole authorities lean one way), values too: 400 countries, seed fixed."""
        rng = np.random.default_rng(20)
        clusters, each = 40, 15
        cluster = np.repeat(np.arange(clusters), each)
        naive = ours = wild = 0
        signs = rng.choice([-1.0, 1.0], size=(199, clusters))
        for _ in range(400):
            leaning = rng.random(clusters)
            group = (rng.random(len(cluster)) > leaning[cluster]).astype(np.int64)
            value = rng.normal(size=clusters)[cluster] + rng.normal(size=len(cluster))
            cells = gather(value, np.ones(len(value)), group, cluster, n_groups=2, n_clusters=clusters)
            found = estimate(cells, np.array([1.0, -1.0]))
            naive += found.p_naive < 0.05
            ours += found.p_value < 0.05
            wild += wild_p(cells, np.array([1.0, -1.0]), signs) < 0.05
        assert naive / 400 > 0.2
        assert 0.02 < ours / 400 < 0.08
        assert 0.02 < wild / 400 < 0.08

    def test_areas_of_one_cluster_that_are_all_the_same_have_similarity_one(self) -> None:
        """And areas that have nothing to do with their cluster have about none."""
        cluster = np.repeat(np.arange(30), 20)
        rng = np.random.default_rng(3)
        assert similarity(rng.normal(size=30)[cluster], cluster) == pytest.approx(1)
        assert abs(similarity(rng.normal(size=600), cluster)) < 0.05


class TestLaws:
    """What holds for every table."""

    @settings(max_examples=20)
    @given(seed=st.integers(0, 1000), shift=st.floats(-1000, 1000), scale=st.floats(0.1, 50))
    def test_a_constant_added_changes_no_difference_and_a_factor_scales_it(
        self, seed: int, shift: float, scale: float
    ) -> None:
        """The unit and the origin of an indicator decide nothing."""
        table = a_country(seed, n=60, clusters=6)
        before = row_of(compared(table, draws=99))
        after = row_of(compared(table.with_columns(value=pl.col("value") * scale + shift), draws=99))
        for name in ("difference", "low", "high", "standard_error"):
            assert after[name] == pytest.approx(scale * before[name], rel=1e-6, abs=1e-7 * (1 + abs(shift)))
        for name in ("df", "p_value", "p_bootstrap"):
            assert after[name] == pytest.approx(before[name], rel=1e-4)

    @settings(max_examples=20)
    @given(seed=st.integers(0, 1000))
    def test_the_order_of_rows_does_not_matter(self, seed: int) -> None:
        """Neither for the figures nor, with the same seed, for the bootstrap."""
        table = a_country(seed, n=60, clusters=6)
        first, second = compared(table), compared(table.sample(fraction=1.0, shuffle=True, seed=seed))
        columns = ["difference", "standard_error", "df", "p_value", "p_bootstrap"]
        np.testing.assert_allclose(
            first.table.select(columns).to_numpy(), second.table.select(columns).to_numpy(), rtol=1e-8
        )
        assert first.table["sentence"].to_list() == second.table["sentence"].to_list()

    def test_an_area_without_a_figure_is_as_good_as_absent_but_counted(self) -> None:
        """Missing and suppressed are counted apart; nought is a figure."""
        table = a_country(8).with_columns(held=pl.lit(value=False))
        gaps = pl.int_range(pl.len()) < 20
        with_gaps = table.with_columns(
            value=pl.when(gaps).then(None).otherwise("value"), held=gaps & (pl.int_range(pl.len()) < 5)
        )
        found = compare(with_gaps, [Measure("value", suppressed="held")])
        assert row_of(found)["difference"] == pytest.approx(row_of(compared(table[20:]))["difference"])
        assert found.cohorts.filter(pl.col("cohort") == "England").select("areas", "missing", "suppressed").rows() == [
            (280, 15, 5)
        ]
        texts = [note.text for note in found.notes]
        assert "value: 15 of 300 areas have no figure." in texts
        assert "value: 5 of 300 areas have a figure that the publisher holds back." in texts

    def test_the_table_that_was_given_is_as_it_was(self) -> None:
        """Arguments are left as they were found."""
        table = a_country(9)
        before = table.clone()
        compared(table)
        assert table.equals(before)

    def test_a_difference_that_the_bootstrap_doubts_is_not_called_clear(self) -> None:
        """Two clusters: t with two or so degrees of freedom can be small by luck, but signs repeat themselves."""
        table = pl.DataFrame(
            {
                "area_code": list("abcd"),
                "cohort": ["left behind", "other deprived"] * 2,
                "cluster": list("AABB"),
                "value": [10.0, 1.0, 10.001, 1.0],
            }
        )
        row = row_of(compared(table))
        assert row["p_value"] < 0.05
        assert row["p_bootstrap"] > 0.05
        assert row["verdict"] == "cannot tell"


class TestNeighbours:
    """Moran's I on the nearest areas."""

    def test_morans_i_is_that_of_the_full_matrix(self) -> None:
        """The formula with all pairs written out, and the variance under normality with S1 and S2 by definition."""
        rng = np.random.default_rng(5)
        x, y, e = rng.random(60), rng.random(60), rng.normal(size=60)
        near = nearest(x, y, k=4)
        w = np.zeros((60, 60))
        for i, j in np.ndindex(60, 4):
            w[i, near.rows[i, j]] = 0.25
        z = e - e.mean()
        expected = 60 / w.sum() * (z @ w @ z) / (z @ z)
        s1, s2 = ((w + w.T) ** 2).sum() / 2, ((w.sum(0) + w.sum(1)) ** 2).sum()
        variance = (60**2 * s1 - 60 * s2 + 3 * w.sum() ** 2) / ((60**2 - 1) * w.sum() ** 2) - (1 / 59) ** 2
        found = morans_i(e, near)
        assert found.i == pytest.approx(expected)
        assert found.z == pytest.approx((expected + 1 / 59) / np.sqrt(variance))

    def test_nobody_is_their_own_neighbour(self) -> None:
        """Not even where ten areas stand on one spot."""
        near = nearest(np.zeros(10), np.zeros(10), k=3)
        assert not (near.rows == np.arange(10)[:, None]).any()
        assert near.rows.shape == (10, 3)

    def test_a_smooth_pattern_shows_and_noise_does_not(self) -> None:
        """A slope across the map against random figures on the same map."""
        rng = np.random.default_rng(6)
        table = a_country(1, n=500).with_columns(x=pl.Series(rng.random(500)), y=pl.Series(rng.random(500)))
        sloped = table.with_columns(value=pl.col("x") * 10)
        noisy = table.with_columns(value=pl.Series(rng.normal(size=500)))
        assert compared(sloped).likeness["moran_i"][0] > 0.7
        assert abs(compared(noisy).likeness["moran_z"][0]) < 3


class TestRefusals:
    """What cannot be compared is said, with the reason."""

    def test_figures_of_larger_areas_are_not_compared(self) -> None:
        """One figure for each authority, repeated for each of its areas, would pass for hundreds of witnesses."""
        table = a_country(2).with_columns(value=pl.col("value").mean().over("cluster"))
        row = row_of(compared(table))
        assert row["verdict"] == "not compared"
        assert "of larger areas" in row["reason"]
        assert row["difference"] is None

    def test_nor_when_a_cluster_was_merged_from_two_with_a_figure_each(self) -> None:
        """One authority of thirty has two figures: these are still figures of authorities."""
        table = a_country(2, n=600, clusters=30).with_columns(value=pl.col("value").mean().over("cluster"))
        merged = table.with_columns(cluster=pl.col("cluster").replace({"c01": "c00"}))
        assert row_of(compared(merged))["verdict"] == "not compared"

    def test_what_is_nought_nearly_everywhere_is_compared(self) -> None:
        """Forty places without a library, and one with it: nought is a figure, of these places."""
        table = a_country(2, n=600, clusters=30).with_columns(value=(pl.int_range(pl.len()) == 7).cast(pl.Float64))
        assert row_of(compared(table))["verdict"] in ("cannot tell", "clear difference")

    def test_a_constant_is_not_compared(self) -> None:
        """Every area has the same figure."""
        row = row_of(compared(a_country(2).with_columns(value=pl.lit(4.0))))
        assert (row["verdict"], row["reason"]) == ("not compared", "every area has the same figure (4)")

    def test_an_indicator_without_figures_is_told(self) -> None:
        """A column of nothing."""
        row = row_of(compared(a_country(2).with_columns(value=pl.lit(None, dtype=pl.Float64))))
        assert (row["verdict"], row["reason"]) == ("no figures", "there are no figures")

    def test_a_cohort_in_one_authority_has_no_interval(self) -> None:
        """Nobody can say how far it could be off: there is no second witness."""
        table = a_country(2).with_columns(
            cohort=pl.when(pl.col("cluster") == "c03").then(pl.lit("left behind")).otherwise(pl.lit("other deprived"))
        )
        row = row_of(compared(table))
        assert np.isnan(row["standard_error"])
        assert row["verdict"] == "cannot tell"
        assert row["reason"].startswith("all left behind areas lie in one cluster")

    @pytest.mark.parametrize(
        ("change", "error", "words"),
        [
            ({"cohort": pl.lit("left-behind")}, BadValue, "'left-behind' is no cohort of this comparison"),
            ({"cohort": pl.lit("rest of England")}, BadTable, "no area is left behind"),
            ({"cohort": pl.lit("left behind")}, BadTable, "no area is anything else"),
            ({"cluster": pl.lit("c1")}, BadTable, "all areas lie in one cluster"),
            ({"cluster": pl.when(pl.int_range(pl.len()) > 0).then("cluster")}, BadValue, "a0000 lies in no cluster"),
            ({"area_code": pl.lit("a1")}, DuplicateAreas, "stands here a second time"),
            ({"population": -pl.col("population")}, BadValue, "people"),
            ({"value": pl.lit("n/a")}, BadValue, "'n/a' is not a number"),
        ],
    )
    def test_bad_tables_are_refused(self, change: dict[str, pl.Expr], error: type[Exception], words: str) -> None:
        """Each with its own words."""
        with pytest.raises(error, match=words):
            compared(a_country(3).with_columns(**change))

    def test_a_missing_column_is_named(self) -> None:
        """With the nearest heading."""
        with pytest.raises(MissingColumns, match="'cluster' is missing"):
            compared(a_country(3).rename({"cluster": "clusters"}))

    @pytest.mark.parametrize(
        "options", [{"level": 95}, {"correction": "sidak"}, {"draws": 5}, {"draws": -1}], ids=lambda o: next(iter(o))
    )
    def test_options_that_make_no_sense_are_refused(self, options: dict[str, Any]) -> None:
        """With what to give instead."""
        with pytest.raises(BadSpecification):
            compared(a_country(3), **options)

    def test_two_indicators_of_one_name_are_refused(self) -> None:
        """Results could not be told apart."""
        with pytest.raises(BadSpecification, match="two indicators are called value"):
            compare(a_country(3), [Measure("value"), Measure("value")])
