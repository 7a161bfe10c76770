"""10,000 certainty draws on 33,755 areas x 60 indicators, beside the same job in plain pandas.

Each draw takes other weights for the seven domains and for the indicators in them, sampling error in all 60
indicators, one of three normalisations of the domains, and ranks all seven domains afresh; then the worst tenth is
marked. Homeground does all draws, in as many processes as are asked for. Plain pandas does a few, and its time is
scaled up to the same number: the table says so.

Run: python bench/certainty_draws.py [--draws 10000] [--workers 2] [--pandas-draws 5]
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np
from _made_up import AREAS, DOMAINS, WEIGHTS, made_up_table

from homeground import stats
from homeground.find.doubting.doubt import CertaintySpec, Noise, Normalisation, Weights
from homeground.find.doubting.draws import blocks, run_blocks
from homeground.find.doubting.fit import check_fits
from homeground.find.doubting.layout import Plan
from homeground.find.doubting.model import ListModel, index_model
from homeground.find.doubting.plan import make_plan
from homeground.find.doubting.workers import run
from homeground.find.index import build
from homeground.find.rules import Rule
from homeground.method import Method, parse_method

LINE = 3_375
SCALES = ("exponential-rank", "rank-to-normal", "z")
CONCENTRATION = 100.0


def method() -> Method:
    """Return 60 standardised rates in seven domains on the exponential scale."""
    parts: dict[str, dict[str, object]] = {}
    for (domain, count), weight in zip(DOMAINS.items(), WEIGHTS, strict=True):
        children = [f"{domain}_{i}" for i in range(count)]
        parts[domain] = {"parts": children, "weights": "equal", "transform": "exponential-rank", "weight": weight}
        for child in children:
            parts[child] = {"numerator": f"{child}_above", "denominator": f"{child}_below", "transform": "z"}
    return parse_method({"name": "bench", "index": {"parts": list(DOMAINS), "score": "sum"}, "parts": parts})


def made_up_list(draws: int) -> tuple[CertaintySpec, Plan]:
    """Return what is in doubt, and the list laid out."""
    table = made_up_table()
    built = build(method(), table)
    codes = table["area_code"]
    model = ListModel(tuple(codes.to_list()), index_model(built, codes, table=table), rule=Rule(share=0.1))
    spec = CertaintySpec(
        draws=draws,
        seed=1,
        weights=Weights(concentration=CONCENTRATION, levels=("domains", "indicators")),
        noise=Noise(),
        normalisation=Normalisation(choices=SCALES),
    )
    check_fits(spec, {"bench": model})
    return spec, make_plan(spec, {"bench": model}, on=spec.sources, name="all", bands=False)


def one_process(draws: int) -> float:
    """Return processor milliseconds for one draw, in this process alone, as plain pandas is timed."""
    _, plan = made_up_list(draws)
    run_blocks(plan, 0, 2)
    start = time.process_time()
    run_blocks(plan, 0, blocks(draws))
    return (time.process_time() - start) / draws * 1000


def homeground(draws: int, workers: int) -> tuple[float, float, float, np.ndarray]:
    """Return wall and processor seconds of all draws, megabytes of all processes, and the probabilities."""
    _, plan = made_up_list(draws)
    start, before = time.perf_counter(), _cpu()
    peak = 0.0

    def look(*_: int) -> None:
        nonlocal peak
        peak = max(peak, _megabytes())

    tally = run([plan], executor="processes" if workers > 1 else "serial", workers=workers, progress=look)[0]
    wall, cpu = time.perf_counter() - start, _cpu() - before
    return wall, cpu, peak, tally.members / draws


def _megabytes() -> float:
    """Return the memory that this process and its children hold now (Linux), in megabytes."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            facts = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(facts["Pid"]) == os.getpid() or int(facts["PPid"]) == os.getpid():
            total += int(facts.get("VmRSS", "0 kB").split()[0])
    return total / 1024


def _cpu() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def plain_pandas(draws: int) -> tuple[float, np.ndarray]:
    """Return processor seconds of some draws, one after the other, and the probabilities."""
    import pandas as pd

    table = made_up_table()
    built = build(method(), table)
    model = index_model(built, table["area_code"], table=table)
    names = [f"{domain}_{i}" for domain, count in DOMAINS.items() for i in range(count)]
    raw = pd.DataFrame({name: built.raw[name] for name in names})
    errors = pd.DataFrame({name: model.errors[name] for name in names})
    rng = np.random.default_rng(1)
    counted = np.zeros(AREAS)
    start = time.process_time()
    for _ in range(draws):
        noisy = raw + errors * rng.standard_normal(raw.shape)
        noisy = (noisy - noisy.mean()) / noisy.std(ddof=0)
        given = np.array(WEIGHTS) / sum(WEIGHTS)
        weights = rng.dirichlet(CONCENTRATION * given)
        scale = SCALES[rng.integers(len(SCALES))]
        score = 0.0
        for (domain, count), weight in zip(DOMAINS.items(), weights, strict=True):
            inside = rng.dirichlet(CONCENTRATION * np.full(count, 1.0 / count))
            value = (noisy[[f"{domain}_{i}" for i in range(count)]] * inside).sum(axis=1)
            if scale == "z":
                value = (value - value.mean()) / value.std(ddof=0)
            else:
                ranks = value.rank(ascending=False, method="min").to_numpy()
                by = stats.exponential_of_rank if scale == "exponential-rank" else stats.normal_of_rank
                value = pd.Series(by(ranks, AREAS))
            score = score + weight * value
        counted += (pd.Series(score).rank(ascending=False, method="min") <= LINE).to_numpy()
    return time.process_time() - start, counted / draws


def main() -> None:
    """Time both and print one row each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=int, default=10_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--pandas-draws", type=int, default=5)
    asked = options.parse_args()
    wall, cpu, megabytes, ours = homeground(asked.draws, asked.workers)
    alone = one_process(min(asked.draws, 320))
    taken, theirs = plain_pandas(asked.pandas_draws)
    scaled = taken / asked.pandas_draws * asked.draws
    print(f"{asked.draws:,} draws, {AREAS:,} areas x 60 indicators, all seven domains ranked afresh in each")
    print(f"homeground, {asked.workers} processes: {wall:.1f} s wall, {cpu:.1f} s processor, {megabytes:.0f} MB in all")
    print(f"plain pandas: {scaled:.1f} s processor (scaled up from {asked.pandas_draws} draws of {taken:.1f} s in all)")
    each = taken / asked.pandas_draws * 1000
    print(f"one draw in one process: homeground {alone:.1f} ms, plain pandas {each:.0f} ms: {each / alone:.0f} x")
    print(f"against the clock: {scaled / wall:.0f} x (with {asked.workers} processes against one)")
    surely = (ours > 0.99) | (ours < 0.01)
    agree = np.mean(np.round(theirs[surely]) == np.round(ours[surely]))
    print(f"of {surely.sum():,} areas that are surely in or out here, {100 * agree:.2f} % are so in the pandas draws")


if __name__ == "__main__":
    main()
