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
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shop.errors import SetupError

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.partitions import Frame
    from shop.plan_inputs import Floats, Names, PlanSettings

WORKERS: Final = 2

Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""Does a piece of work for each task and gives the answers as they come, in any order."""


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
    with _ENGINES[engine](min(workers, len(paths))) as each:
        if frame.earlier is not None:
            frame = with_season(paths, frame, each)
        common = digest_of(frame, settings)
        tasks = [Task(path, frame, settings, out, common) for path in paths]
        for done, _ in enumerate(each(plan_partition, tasks), 1):
            if show is not None:
                show(done, len(tasks))
    return [_candidates_file(task) for task in tasks]


def with_season(paths: Sequence[Path], frame: Frame, each: Each) -> Frame:
    """The frame with the seasons that the year before and all partitions together tell: one more reading.

    How the catalogue is cut changes nothing in them, and neither does who reads it.
    """
    from shop.forecasting.seasons import season_of  # noqa: PLC0415 - loads numpy, which only a plan needs

    known, bare = frame.earlier, replace(frame, earlier=None)
    if known is None:
        return frame
    parts = list(each(_category_sales, [(path, bare) for path in paths]))
    return replace(bare, season=season_of(known, parts))


def _category_sales(asked: tuple[Path, Frame]) -> tuple[Names, Floats]:
    """The categories of a partition and what was sold of them day by day, known signals set apart."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.forecasting.seasons import category_sales  # noqa: PLC0415 - loads numpy, which only a plan needs
    from shop.partitions import inputs_of, read_partition  # noqa: PLC0415 - loads numba

    path, frame = asked
    inputs = inputs_of(read_partition(path), frame)
    names, group = np.unique(inputs.items.category.astype(str), return_inverse=True)
    return names, category_sales(inputs, names, group)


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


@contextmanager
def _on_this_machine(workers: int) -> Iterator[Each]:
    if workers <= 1:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415 - only large runs need it
    from multiprocessing import get_context  # noqa: PLC0415 - only large runs need it

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_alone) as pool:

        def each(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
            for future in as_completed([pool.submit(work, task) for task in tasks]):
                yield future.result()

        yield each


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


_ENGINES: Final = {Engine.LOCAL: _on_this_machine, Engine.RAY: _on_ray}
