"""Who computes the draws makes no difference: one process, several, or Dask workers, with one thread or many."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from homeground.errors import BadSpecification
from homeground.find.certainty import certainty
from homeground.find.doubting.doubt import CertaintySpec, Noise, Normalisation, RuleChoice, Threshold, Weights
from homeground.find.doubting.plan import make_plan
from homeground.find.doubting.workers import run
from tests.homeground.find.invented import wards_list

ROOT = Path(__file__).resolve().parents[3]
SPEC = CertaintySpec(
    draws=100,
    seed=11,
    weights=Weights(),
    noise=Noise(stated=0.2),
    threshold=Threshold(),
    rule=RuleChoice(),
    normalisation=Normalisation(of=("need",)),
)


def fingerprint(**how):
    """Return a checksum of every bit of the result."""
    found = certainty(wards_list(), SPEC, **how)
    text = found.table.write_csv() + repr((found.together, found.apart))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def serial():
    """The result of one process."""
    return fingerprint()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_pool_of_processes_gives_the_same_bits(serial, workers):
    """However many share the work."""
    assert fingerprint(executor="processes", workers=workers) == serial


def test_a_real_dask_cluster_gives_the_same_bits(serial):
    """Two worker processes on this machine, started here, and the address of a scheduler that runs already."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        assert fingerprint(executor="dask", address=cluster.scheduler_address) == serial


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_the_number_of_threads_of_the_matrix_library_changes_no_bit(serial, threads):
    """In a fresh process, as the library reads it when it is loaded."""
    code = "from tests.homeground.find.test_workers import fingerprint; print(fingerprint())"
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {
        **os.environ,
        **dict.fromkeys(names, threads),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
    )
    assert ran.stdout.split()[-1] == serial


def test_processes_that_cannot_start_end_in_an_error():
    """A program read from standard input cannot be started a second time: it is said so, and nothing hangs."""
    code = """
from homeground.errors import BadSpecification
from tests.homeground.find.test_workers import fingerprint
try:
    fingerprint(executor="processes", workers=2)
except BadSpecification as error:
    print("refused:", error)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    ran = subprocess.run(
        [sys.executable, "-"],
        input=code,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert "refused: the processes that were to do the draws could not start" in ran.stdout


def test_progress_counts_every_draw_once():
    """From none to all, over all runs, without going back."""
    seen = []
    certainty(wards_list(), SPEC, progress=lambda done, total: seen.append((done, total)))
    done = [step[0] for step in seen]
    assert {step[1] for step in seen} == {100 * 6}
    assert done[0] == 0 and done[-1] == 600 and done == sorted(done)


def test_the_tally_does_not_depend_on_how_it_is_cut_into_tasks():
    """One task or many: the members, the sizes and the counts of ranks are the same whole numbers."""
    plan = make_plan(SPEC, {"one": wards_list()}, on=SPEC.sources, name="all", bands=True)
    one, many = run([plan])[0], run([plan], executor="processes", workers=2)[0]
    assert np.array_equal(one.members, many.members)
    assert np.array_equal(one.all_sizes(), many.all_sizes())
    assert all(np.array_equal(a, b) for a, b in zip(one.ranks, many.ranks, strict=True))
    assert one.members.sum() == one.all_sizes().sum()
    assert all((counts.sum(axis=1) == 100).all() for counts in one.ranks)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"executor": "gpu"}, "'gpu' is not a way"),
        ({"executor": "processes", "workers": 0}, "0 workers"),
        ({"workers": 4}, "one process"),
        ({"executor": "processes", "address": "tcp://127.0.0.1:1"}, "do not run on Dask"),
    ],
)
def test_an_executor_that_makes_no_sense_is_refused(how, words):
    """Before anything is computed."""
    with pytest.raises(BadSpecification, match=words):
        certainty(wards_list(), SPEC, **how)
