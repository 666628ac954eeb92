"""Who does the work of a plan in partitions: processes of this machine, or a Ray cluster.

Both give the same answers; they may come in any order. Ray is the optional extra ``ray``; its workers must
see the directories under the same names.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Final

from shop.errors import SetupError

WORKERS: Final = 2

Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""Does a piece of work for each task and gives the answers as they come, in any order."""


class Engine(StrEnum):
    """Who plans the partitions."""

    LOCAL = "local"
    RAY = "ray"


@contextmanager
def _on_this_machine(workers: int) -> Iterator[Each]:
    if workers <= 1:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415 - only large runs need it
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415 - only large runs need it
    from multiprocessing import get_context  # noqa: PLC0415 - only large runs need it

    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_alone)

    def each(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        for future in as_completed([pool.submit(work, task) for task in tasks]):
            yield future.result()

    try:
        yield each
    except BrokenProcessPool as error:
        raise SetupError(
            "a process that planned a partition was ended from outside, as for want of memory; start the run "
            "again with fewer workers, what is planned already is kept"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # they end by themselves, and nobody has to see it


def _alone() -> None:
    """One core for each process: the others have work of their own."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    pa.set_cpu_count(1)
    os.environ["OMP_NUM_THREADS"] = "1"


@contextmanager
def _on_ray(workers: int) -> Iterator[Each]:
    try:
        import ray  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SetupError("the engine ray needs the extra: pip install 'shophand[ray]'") from error
    started = not ray.is_initialized()
    if started:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)

    def each(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        remote = ray.remote(num_cpus=1)(work)
        waiting = [remote.remote(task) for task in tasks]
        while waiting:
            done, waiting = ray.wait(waiting)
            yield from ray.get(done)

    try:
        yield each
    finally:
        if started:
            ray.shutdown()


ENGINES: Final = {Engine.LOCAL: _on_this_machine, Engine.RAY: _on_ray}
"""Each takes how many workers there are to be, and gives their `Each` for as long as its block lasts."""
