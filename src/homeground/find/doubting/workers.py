"""Who computes the draws: this process, a few on this machine, or Dask workers on several. The result is the same.

Tasks are runs of blocks; what comes back are whole-number tallies, which add up to the same whatever their order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any, Literal

from homeground.errors import BadSpecification, MissingExtra
from homeground.find.doubting.draws import BLOCK, Tally, blocks, empty_tally, run_blocks
from homeground.find.doubting.layout import Plan

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

__all__ = ["Executor", "Progress", "run"]

Executor = Literal["serial", "processes", "dask"]
Progress = Callable[[int, int], None]

_Task = tuple[int, int, int]
_Done = Iterator[tuple[_Task, Tally]]

_STEPS = 5  # in one process, progress is told as often as five workers would tell it
_MOST_DRAWS_IN_A_TASK = 32_768  # ranks are tallied in 16 bits within a task
_received: dict[str, tuple[Plan, ...]] = {}


def run(
    plans: Sequence[Plan],
    *,
    executor: Executor = "serial",
    workers: int | None = None,
    address: str | None = None,
    progress: Progress | None = None,
) -> list[Tally]:
    """Return the tally of every plan.

    Parameters
    ----------
    plans : sequence of Plan
    executor : {'serial', 'processes', 'dask'}
    workers : int, optional
        Number of processes, or of local Dask workers; the number of processors by default.
    address : str, optional
        Of a Dask scheduler that runs already. Without it a local cluster is started and stopped again.
    progress : callable, optional
        Called with the draws done and the draws to do.

    Raises
    ------
    BadSpecification
        If the executor is unknown, or workers or address do not go with it.
    MissingExtra
        If Dask is asked for and not installed.
    """
    count = _check(executor, workers, address)
    tallies = [empty_tally(plan) for plan in plans]
    tasks = _tasks(plans, count)
    done, total = 0, sum(plan.draws for plan in plans)
    if progress is not None:
        progress(0, total)
    if executor == "processes":
        results = _processes(tuple(plans), tasks, count)
    elif executor == "dask":
        results = _dask(tuple(plans), tasks, count, address)
    else:
        results = ((task, run_blocks(plans[task[0]], *task[1:], into=tallies[task[0]])) for task in tasks)
    for (number, first, last), tally in results:
        if tally is not tallies[number]:
            tallies[number].add(tally)
        done += min(last * BLOCK, plans[number].draws) - first * BLOCK
        if progress is not None:
            progress(done, total)
    return tallies


def _check(executor: str, workers: int | None, address: str | None) -> int:
    if executor not in ("serial", "processes", "dask"):
        raise BadSpecification(f"'{executor}' is not a way to run draws", remedy="Use serial, processes or dask.")
    if workers is not None and (isinstance(workers, bool) or workers < 1):
        raise BadSpecification(f"{workers} workers cannot do anything", remedy="Give a number from 1.")
    if address is not None and executor != "dask":
        raise BadSpecification(
            "an address is given, but the draws do not run on Dask", remedy="Say executor = 'dask', or leave it out."
        )
    if executor == "serial":
        if workers is not None and workers > 1:
            raise BadSpecification(
                f"{workers} workers are asked for, but the draws run in one process",
                remedy="Say executor = 'processes'.",
            )
        return _STEPS
    return workers or os.cpu_count() or 1


def _tasks(plans: Sequence[Plan], workers: int) -> list[_Task]:
    found: list[_Task] = []
    for number, plan in enumerate(plans):
        whole = blocks(plan.draws)
        # Small enough to keep everyone busy to the end, large enough not to send tallies about all the time.
        size = max(min(-(-whole // (8 * workers)), _MOST_DRAWS_IN_A_TASK // BLOCK), 1)
        found += [(number, first, min(first + size, whole)) for first in range(0, whole, size)]
    return found


def _processes(plans: tuple[Plan, ...], tasks: list[_Task], count: int) -> _Done:
    import multiprocessing

    # Fresh processes on every system: a forked one would inherit locks and threads.
    context = multiprocessing.get_context("spawn")
    workers = min(count, len(tasks))
    # The plans go through a queue: were they handed over at the start, a process that cannot start would leave us
    # waiting for ever, with megabytes in hand that nobody takes.
    queue = context.Queue()
    for _ in range(workers):
        queue.put(plans)
    pool = ProcessPoolExecutor(max_workers=workers, mp_context=context, initializer=_receive, initargs=(queue,))
    try:
        waiting = {pool.submit(_run_received, task): task for task in tasks}
        for future in as_completed(list(waiting)):
            yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        raise BadSpecification(
            "the processes that were to do the draws could not start, or were stopped",
            remedy="In a script of your own, call this under if __name__ == '__main__':, or use executor = 'serial'. "
            "If memory ran out, take fewer workers.",
        ) from None
    finally:
        queue.cancel_join_thread()
        queue.close()
        pool.shutdown(wait=True, cancel_futures=True)


def _receive(queue: Queue[tuple[Plan, ...]]) -> None:
    _received["plans"] = queue.get()


def _run_received(task: _Task) -> Tally:
    number, first, last = task
    return run_blocks(_received["plans"][number], first, last)


def _dask(plans: tuple[Plan, ...], tasks: list[_Task], count: int, address: str | None) -> _Done:
    try:
        import distributed
    except ImportError:
        raise MissingExtra.named("scale", for_what="run draws on Dask") from None
    # Dask is not typed.
    dask: Any = distributed
    cluster = None
    if address is None:
        cluster = dask.LocalCluster(n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None)
    try:
        client = dask.Client(cluster if cluster is not None else address, timeout="10s")
    except (OSError, ValueError) as error:
        raise BadSpecification(
            f"no Dask scheduler answers at {address} ({error})", remedy="Check the address, e.g. tcp://10.0.0.5:8786."
        ) from None
    try:
        sent = client.scatter(list(plans), broadcast=True, hash=False)
        waiting = {client.submit(run_blocks, sent[task[0]], *task[1:], pure=False): task for task in tasks}
        for future in dask.as_completed(list(waiting)):
            yield waiting.pop(future), future.result()
            future.release()
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
