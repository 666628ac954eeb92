"""A plan in partitions, in three rounds: count sales, fit series, plan; in between all are added up.

Each partition leaves four files in the run's directory: what its series tell by themselves, the rows by
which forecasts are judged, its verdicts, then its candidates. They name what they were made from, so that a
run that was cut off does only what is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Final

from shop.engines import ENGINES, WORKERS, Each, Engine
from shop.nights import Nights
from shop.partition_tasks import (
    Task,
    digest_of,
    fit_partition,
    plan_partition,
    state_of_all_code,
    with_known,
)

if TYPE_CHECKING:
    from pathlib import Path

    from shop.forecasting.updates import Counts
    from shop.partition_sales import PartSales
    from shop.partitions import Frame
    from shop.plan_inputs import PlanSettings
    from shop.signalled_past import PromotionSums

LAST_ROUND: Final = "plan of"


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
    with ENGINES[engine](min(workers, len(paths))) as each:
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
        tasks = with_known(first, common, known)
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
