"""Where partitions are planned: processes of this machine, or a Ray cluster. Both give the same tables.

Each partition leaves four files in the run's directory: what its series tell by themselves, the rows by
which forecasts are judged, its verdicts, then its candidates. They name what they were made from, so that a
run that was cut off does only what is not there yet.
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
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shop.errors import SetupError
from shop.nights import Nights, name_of

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.forecasting.open_days import Calendar
    from shop.forecasting.updates import Counts
    from shop.partition_sales import Known, PartSales, PartSums
    from shop.partitions import Frame
    from shop.plan_inputs import PlanSettings
    from shop.signalled_past import PromotionSums

WORKERS: Final = 2
LINES: Final = "lines.parquet"
"""The table of a run's candidates, with what is bought of each."""
LAST_ROUND: Final = "plan of"

Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""Does a piece of work for each task and gives the answers as they come, in any order."""


class Engine(StrEnum):
    """Who plans the partitions."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class Task:
    """One partition of a run: its file, what all share, and where its tables go.

    `source` names the contents of the file, `common` all that its tables were made from beside it. `before`
    is where the states of an earlier day lie, `after` where those of this one go; None: nothing is kept.
    """

    path: Path
    frame: Frame
    settings: PlanSettings
    out: Path
    source: str
    common: str
    before: Path | None = None
    after: Path | None = None

    def table(self, kind: str, suffix: str = ".parquet") -> Path:
        """Where a table of this partition lies."""
        return self.out / self.path.with_suffix(suffix).name.replace("part-", f"{kind}-")


@dataclass(frozen=True, slots=True)
class Planned:
    """The partitions of a run, planned: files in their order.

    `judging` is the frame with what all of them told before the days by which forecasts are judged; `counts`
    how the forecasts were found.
    """

    tasks: tuple[Task, ...]
    judging: Frame
    counts: Counts

    @property
    def candidates(self) -> list[Path]:
        """The rows to buy for."""
        return [task.table("candidates") for task in self.tasks]

    @property
    def verdicts(self) -> list[Path]:
        """A row for each SKU-location in scope."""
        return [task.table("verdicts") for task in self.tasks]

    @property
    def judged(self) -> list[Path]:
        """The rows, with their sales, by which the forecasts are judged."""
        return [task.table("judged") for task in self.tasks]


Show = Callable[[str, int, int], None]
"""Is told what is done with the partitions, with how many so far, and of how many."""


def plan_partitions(
    paths: Sequence[Path],
    frame: Frame,
    settings: PlanSettings,
    out: Path,
    *,
    engine: Engine = Engine.LOCAL,
    workers: int = WORKERS,
    show: Show | None = None,
    states: Path | None = None,
) -> Planned:
    """Plan each partition, `workers` at a time, in three rounds: count sales, fit series, plan.

    Between the rounds all partitions are added up. With a directory `states` forecasts go on from what an
    earlier day kept there, and are kept for the next (`shop/forecasting/updates.py`). Raises SetupError for
    Ray without its extra, ImportFileError for partitions of different days.
    """
    from shop.forecasting.quality import HELD_OUT_DAYS  # noqa: PLC0415 - loads numba
    from shop.partition_sales import calendar_of_all, known_of  # noqa: PLC0415 - loads numba

    out.mkdir(parents=True, exist_ok=True)
    nights = None if states is None else Nights.of(states, frame.as_of, state_of_all_code())
    with _ENGINES[engine](min(workers, len(paths))) as each:
        rounds = _Rounds(each, show)
        frame = with_promotions(paths, frame, rounds)
        sales = rounds.do("sales of", _sales, [(path, frame) for path in paths])
        judging, frame = with_season(sales, frame, HELD_OUT_DAYS), with_season(sales, frame)
        calendar = calendar_of_all(sales)
        common = digest_of(frame, settings)
        kept = {} if nights is None else {"before": nights.before, "after": nights.after}
        first = [
            Task(path, frame, settings, out, part.source, common, **kept)
            for path, part in zip(paths, sales, strict=True)
        ]
        rows = sum(part.rows for part in sales)
        sums = rounds.do("forecasts of", fit_partition, [(task, calendar, rows) for task in first])
        known = known_of(sums, calendar)
        if nights is not None:
            nights.complete()
        tasks = [replace(task, common=_digest([common, _plain(known)])) for task in first]
        rounds.do(LAST_ROUND, plan_partition, [(task, known) for task in tasks])
    return Planned(tuple(tasks), judging, reduce(add, (part.counts for part in sums)))


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Does work for all partitions, tells how far it is, and gives the answers in the partitions' order."""

    each: Each
    show: Show | None

    def do(self, what: str, work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        found: list[Any] = [None] * len(tasks)
        numbered = [(work, place, task) for place, task in enumerate(tasks)]
        for done, (place, answer) in enumerate(self.each(_numbered, numbered), 1):
            found[place] = answer
            if self.show is not None:
                self.show(what, done, len(tasks))
        return found


def _numbered(asked: tuple[Callable[[Any], Any], int, Any]) -> tuple[int, Any]:
    work, place, task = asked
    return place, work(task)


def with_promotions(paths: Sequence[Path], frame: Frame, rounds: _Rounds) -> Frame:
    """The frame with what all partitions sold within and around the promotions that signals tell of."""
    from shop.partition_sales import promoted_of  # noqa: PLC0415 - loads numba
    from shop.signalled_past import past_demand  # noqa: PLC0415 - loads numpy, which only a plan needs

    if not past_demand(frame.signals, frame.as_of):
        return frame
    parts = rounds.do("promotions of", _promotions, [(path, frame) for path in paths])
    return replace(frame, promoted=promoted_of(parts))


def with_season(sales: Sequence[PartSales], frame: Frame, held_out_days: int = 0) -> Frame:
    """The frame with the seasons that the year before and all partitions together tell.

    The last `held_out_days` are left out, where forecasts are to be judged by them.
    """
    from shop.forecasting.seasons import season_of  # noqa: PLC0415 - loads numpy, which only a plan needs

    if frame.earlier is None:
        return frame
    known = [part.season for part in sales if part.season is not None]
    parts = [(names, pieces[: max(len(pieces) - held_out_days, 0)]) for names, pieces in known]
    return replace(frame, earlier=None, season=season_of(frame.earlier, parts))


def _promotions(asked: tuple[Path, Frame]) -> tuple[PromotionSums, ...]:
    from shop.partition_sales import promotions_in  # noqa: PLC0415 - loads numba

    return promotions_in(*asked)


def _sales(asked: tuple[Path, Frame]) -> PartSales:
    from shop.partition_sales import sales_of  # noqa: PLC0415 - loads numba

    return sales_of(*asked)


def fit_partition(asked: tuple[Task, Calendar, int]) -> PartSums:
    """Fit the series of a partition and keep what was found, unless it is there; gives their sums.

    `asked`: the task, the store's calendar, and how many rows the catalogue has in scope.
    """
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.forecasting.states import read_states, write_states  # noqa: PLC0415 - loads numba
    from shop.partition_sales import PartSums, fits_of, judged, read_sums, write_fits  # noqa: PLC0415 - loads numba
    from shop.partitions import OFFERS, inputs_of, read_partition  # noqa: PLC0415 - loads numpy

    task, calendar, of_all = asked
    path = task.table("fits", ".npz")
    states = task.path.with_suffix(".npz").name
    before = None if task.before is None else task.before / states
    gone_on_from = "" if before is None or not before.exists() else name_of(before)
    source = task.source + _digest([task.common, _plain(calendar), of_all, gone_on_from])
    kept = read_sums(path, source)
    if kept is not None and (task.after is None or (task.after / states).exists()):
        return kept
    table = read_partition(task.path, without=(OFFERS,))
    inputs = inputs_of(table, task.frame)
    found, after = fits_of(inputs, task.settings, calendar, None if before is None else read_states(before))
    if task.after is not None:
        write_states(after, task.after / states)
    _write(table.take(np.flatnonzero(judged(inputs.items, of_all))), task.table("judged"))
    write_fits(found, source, path)
    return PartSums(found.categories, found.sums, found.counts)


def state_of_all_code() -> str:
    """A name for the present text of all compiled code: states of other code are of no use."""
    from shop.compiled import state_of_kernels  # noqa: PLC0415 - loads numba

    return state_of_kernels()


def digest_of(frame: Frame, settings: PlanSettings) -> str:
    """A name for all that partitions share, their code included."""
    return _digest([_plain(frame), repr(settings), state_of_all_code()])


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Arrays as lists, within records of them too; anything else as its text."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return repr(value)


def plan_partition(asked: tuple[Task, Known]) -> str:
    """Plan one partition and write its tables, unless they are there; gives the name of its candidates.

    `asked`: the task, and what the sales of all partitions tell.
    """
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    from shop.partition_plan import needs_of_partition  # noqa: PLC0415 - loads numba
    from shop.partition_sales import read_fits  # noqa: PLC0415 - loads numba
    from shop.partitions import HISTORY, read_partition  # noqa: PLC0415 - loads numpy

    task, known = asked
    path, source = task.table("candidates"), task.source + task.common
    if path.exists() and parquet.read_schema(path).metadata.get(b"source") == source.encode():
        return path.name
    table = read_partition(task.path, without=HISTORY)
    part = read_fits(task.table("fits", ".npz"))
    found = needs_of_partition(table, task.frame, task.settings, part, known)
    _write(found.verdicts, task.table("verdicts"), compression="lz4", use_dictionary=_TEXTS_OF_VERDICTS)
    moves = json.dumps([asdict(move) for move in found.transfers])
    told = {
        b"source": source.encode(),
        b"transfers": moves.encode(),
        b"rows": str(len(found.verdicts)).encode(),
        b"stockouts": json.dumps(asdict(found.stockouts)).encode(),
    }
    _write(found.candidates.replace_schema_metadata(told), path)
    return path.name


_TEXTS_OF_VERDICTS: Final = ["sku", "location", "finding", "status", "supplier", "currency"]
"""Columns that repeat; to look for that in all the figures takes longer than all else in writing them."""


def _write(table: pa.Table, path: Path, **how: Any) -> None:
    """A file that is complete or not there."""
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    half = path.with_suffix(".half")
    parquet.write_table(table, half, **{"compression": "zstd", **how})
    half.replace(path)


@contextmanager
def _on_this_machine(workers: int) -> Iterator[Each]:
    if workers <= 1:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415 - only large runs need it
    from multiprocessing import get_context  # noqa: PLC0415 - only large runs need it

    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_alone)

    def each(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        for future in as_completed([pool.submit(work, task) for task in tasks]):
            yield future.result()

    try:
        yield each
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


_ENGINES: Final = {Engine.LOCAL: _on_this_machine, Engine.RAY: _on_ray}
