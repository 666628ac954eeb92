"""Where partitions are planned: processes of this machine, or a Ray cluster. Both give the same tables.

Each partition leaves two files in the run's directory: its verdicts, then its candidates, which name what
they were made from. A run that was cut off plans only the partitions whose candidates are not there yet.
Ray is the optional extra ``ray``; its workers must see the directories under the same names.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shop.errors import SetupError

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.partitions import Frame
    from shop.plan_inputs import PlanSettings

WORKERS: Final = 2


class Engine(StrEnum):
    """Who plans the partitions."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class Task:
    """One partition of a run: its file, what all share, and where its tables go."""

    path: Path
    frame: Frame
    settings: PlanSettings
    out: Path
    common: str


def plan_partitions(
    paths: Sequence[Path],
    frame: Frame,
    settings: PlanSettings,
    out: Path,
    *,
    engine: Engine = Engine.LOCAL,
    workers: int = WORKERS,
    show: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Plan each partition, `workers` at a time; gives the files of their candidates in the partitions' order.

    `show` is told how many are done, and of how many. Raises SetupError for Ray without its extra.
    """
    out.mkdir(parents=True, exist_ok=True)
    common = digest_of(frame, settings)
    tasks = [Task(path, frame, settings, out, common) for path in paths]
    each = {Engine.LOCAL: _on_this_machine, Engine.RAY: _on_ray}[engine]
    for done, _ in enumerate(each(tasks, workers), 1):
        if show is not None:
            show(done, len(tasks))
    return [_candidates_file(task) for task in tasks]


def digest_of(frame: Frame, settings: PlanSettings) -> str:
    """A name for all that partitions share, their code included."""
    from shop.compiled import state_of_kernels  # noqa: PLC0415 - loads numba

    told = {one.name: _plain(getattr(frame, one.name)) for one in fields(frame)}
    text = json.dumps([told, repr(settings), state_of_kernels()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__") and any(hasattr(part, "tolist") for part in _parts(value)):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def _parts(value: Any) -> list[Any]:
    return [getattr(value, one.name) for one in fields(value)]


def plan_partition(task: Task) -> str:
    """Plan one partition and write its tables, unless they are there; gives the name of its candidates."""
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    from shop.partition_plan import needs_of_partition  # noqa: PLC0415 - loads numba
    from shop.partitions import read_partition  # noqa: PLC0415 - loads numpy, which only a plan needs

    path = _candidates_file(task)
    source = hashlib.sha256(task.path.read_bytes()).hexdigest() + task.common
    if path.exists() and parquet.read_schema(path).metadata.get(b"source") == source.encode():
        return path.name
    found = needs_of_partition(read_partition(task.path), task.frame, task.settings)
    _write(found.verdicts, task.out / task.path.name.replace("part-", "verdicts-"))
    moves = json.dumps([asdict(move) for move in found.transfers])
    told = {
        b"source": source.encode(),
        b"transfers": moves.encode(),
        b"rows": str(len(found.verdicts)).encode(),
    }
    _write(found.candidates.replace_schema_metadata(told), path)
    return path.name


def _candidates_file(task: Task) -> Path:
    return task.out / task.path.name.replace("part-", "candidates-")


def _write(table: pa.Table, path: Path) -> None:
    """A file that is complete or not there."""
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    half = path.with_suffix(".half")
    parquet.write_table(table, half, compression="zstd")
    half.replace(path)


def _on_this_machine(tasks: Sequence[Task], workers: int) -> Iterator[str]:
    if workers == 1 or len(tasks) == 1:
        yield from map(plan_partition, tasks)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415 - only large runs need it
    from multiprocessing import get_context  # noqa: PLC0415 - only large runs need it

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_alone) as pool:
        for future in as_completed([pool.submit(plan_partition, task) for task in tasks]):
            yield future.result()


def _alone() -> None:
    """One core for each process: the others have work of their own."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    pa.set_cpu_count(1)
    os.environ["OMP_NUM_THREADS"] = "1"


def _on_ray(tasks: Sequence[Task], workers: int) -> Iterator[str]:
    try:
        import ray  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SetupError("the engine ray needs the extra: pip install 'shophand[ray]'") from error
    started = not ray.is_initialized()
    if started:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        remote = ray.remote(num_cpus=1)(plan_partition)
        waiting = [remote.remote(task) for task in tasks]
        while waiting:
            done, waiting = ray.wait(waiting)
            yield from ray.get(done)
    finally:
        if started:
            ray.shutdown()
