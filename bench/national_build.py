"""A full national build, 33,755 areas x 60 indicators, beside plain pandas and scikit-criteria on the simple job.

The full job: 60 rates shrunk to 296 authorities, ranked to normal scores, seven domains weighted by a
maximum-likelihood factor, domains on the exponential scale, weighted, ranked, and summed up for authorities. No peer
can do it, so peers are timed on the simple job (min-max of 60 columns, equal weights, one ranking), which Homeground
does too, in the same run.

Run: python bench/national_build.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import polars as pl
from _made_up import AREAS, DOMAINS, WEIGHTS, made_up_table

from homeground.find.index import build
from homeground.find.summaries import summarise
from homeground.method import Method, parse_method


def full_method() -> Method:
    """Return the method of the full job."""
    parts: dict[str, dict[str, object]] = {}
    for (domain, count), weight in zip(DOMAINS.items(), WEIGHTS, strict=True):
        children = [f"{domain}_{i}" for i in range(count)]
        parts[domain] = {"parts": children, "weights": "factor", "transform": "exponential-rank", "weight": weight}
        for child in children:
            parts[child] = {
                "numerator": f"{child}_above",
                "denominator": f"{child}_below",
                "shrink": True,
                "transform": "rank-to-normal",
            }
    areas = {"code": "area_code", "larger_area": "authority", "population": "people"}
    return parse_method(
        {"name": "full", "areas": areas, "index": {"parts": list(DOMAINS), "score": "sum"}, "parts": parts}
    )


def simple_method() -> Method:
    """Return the method of the simple job."""
    names = [f"{domain}_{i}" for domain, count in DOMAINS.items() for i in range(count)]
    parts: dict[str, dict[str, object]] = {name: {"column": f"{name}_rate", "transform": "min-max"} for name in names}
    # One node over all indicators, so that one ranking is made, as the peers make.
    parts["all"] = {"parts": names, "weights": "equal"}
    return parse_method({"name": "simple", "index": {"parts": ["all"], "weights": "equal"}, "parts": parts})


def cpu_ms(job: Callable[[], object], runs: int = 7) -> float:
    """Return the median processor time of a job, in milliseconds, after one warm-up."""
    job()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        job()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def main() -> None:
    """Time the jobs and print one row each."""
    table = made_up_table()
    rates = table.select(
        "area_code",
        *[
            (pl.col(name) / pl.col(name.replace("_above", "_below"))).alias(name.replace("_above", "_rate"))
            for name in table.columns
            if name.endswith("_above")
        ],
    )
    full, simple = full_method(), simple_method()

    def whole() -> object:
        built = build(full, table)
        return summarise(built.table, table["authority"], table["people"])

    rows = [("full build (60 shrinkages, 7 factors, summaries)", "homeground", cpu_ms(whole))]
    rows.append(("simple job (min-max, mean, rank)", "homeground", cpu_ms(lambda: build(simple, rates))))
    pandas_rates = rates.to_pandas().set_index("area_code")

    def plain_pandas() -> object:
        scaled = (pandas_rates - pandas_rates.min()) / (pandas_rates.max() - pandas_rates.min())
        score = scaled.mean(axis=1)
        return score.rank(ascending=False, method="min")

    rows.append(("simple job (min-max, mean, rank)", "plain pandas", cpu_ms(plain_pandas)))
    try:
        rows.append(
            ("simple job (min-max, mean, rank)", "scikit-criteria", cpu_ms(_scikit_criteria(pandas_rates), runs=3))
        )
    except ImportError:
        print("scikit-criteria is not installed: left out (pip install -r bench/requirements.lock)")
    ours = rows[1][2]
    print(f"{AREAS:,} areas x {sum(DOMAINS.values())} indicators; processor time, median of 7")
    for job, who, ms in rows:
        ratio = "" if who == "homeground" else f"  {ms / ours:5.1f} x homeground"
        print(f"{job:52} {who:16} {ms:8.0f} ms{ratio}")


def _scikit_criteria(rates: object) -> Callable[[], object]:
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.pipelines import mkpipe
    from skcriteria.preprocessing.scalers import MinMaxScaler

    matrix = skcriteria.mkdm(rates.to_numpy(), [max] * rates.shape[1], alternatives=list(rates.index))  # type: ignore[attr-defined]
    pipe = mkpipe(MinMaxScaler("matrix"), WeightedSumModel())
    return lambda: pipe.evaluate(matrix)


if __name__ == "__main__":
    main()
