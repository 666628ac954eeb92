"""What is done for one partition, by whichever process: its series are fitted, then its needs are planned.

What is there already and was made from the same is kept; what cannot be read is made anew, which is logged.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from shop.errors import ImportFileError
from shop.nights import name_of
from shop.run_tables import source_of, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shop.forecasting.open_days import Calendar
    from shop.partition_sales import Known, PartFits, PartSums
    from shop.partitions import Frame
    from shop.plan_inputs import PlanSettings

_log = logging.getLogger(__name__)


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


def fit_partition(asked: tuple[Task, Calendar, int]) -> PartSums:
    """Fit the series of a partition and keep what was found, unless it is there; gives their sums.

    `asked`: the task, the store's calendar, and how many rows the catalogue has in scope.
    """
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.forecasting.states import read_states, write_states  # noqa: PLC0415 - loads numba
    from shop.partition_sales import PartSums, fits_of, judged, write_fits  # noqa: PLC0415 - loads numba
    from shop.partitions import OFFERS, inputs_of, read_partition  # noqa: PLC0415 - loads numpy

    task, calendar, of_all = asked
    path = task.table("fits", ".npz")
    states = task.path.with_suffix(".npz").name
    before = None if task.before is None else task.before / states
    gone_on_from = "" if before is None or not before.exists() else name_of(before)
    source = task.source + digest([task.common, _plain(calendar), of_all, gone_on_from])
    kept = _kept_sums(path, source)
    beside = [task.table("judged"), *([] if task.after is None else [task.after / states])]
    if kept is not None and all(one.exists() for one in beside):
        return kept
    table = read_partition(task.path, without=(OFFERS,))
    inputs = inputs_of(table, task.frame)
    found, after = fits_of(inputs, task.settings, calendar, None if before is None else read_states(before))
    if task.after is not None:
        write_states(after, task.after / states)
    write_table(table.take(np.flatnonzero(judged(inputs.items, of_all))), task.table("judged"))
    write_fits(found, source, path)
    return PartSums(found.categories, found.sums, found.counts)


def _kept_sums(path: Path, source: str) -> PartSums | None:
    """The sums of fits that were made from this source; None where there are none that can be read whole."""
    from shop.forecasting.states import UNREADABLE  # noqa: PLC0415 - loads numba
    from shop.partition_sales import read_fits, read_sums  # noqa: PLC0415 - loads numba

    try:
        sums = read_sums(path, source)
        if sums is not None:
            read_fits(path)
    except UNREADABLE as fault:
        _log.warning("%s cannot be read, every series of its partition is fitted: %s", path, fault)
        return None
    return sums


def _fits(path: Path) -> PartFits:
    """The fits of this run; raises ImportFileError where somebody removed or broke them meanwhile."""
    from shop.forecasting.states import UNREADABLE  # noqa: PLC0415 - loads numba
    from shop.partition_sales import read_fits  # noqa: PLC0415 - loads numba

    try:
        return read_fits(path)
    except UNREADABLE as error:
        raise ImportFileError(f"{path} was changed while the run went on: {error}; start it again") from error


def state_of_all_code() -> str:
    """A name for the present text of all compiled code: states of other code are of no use."""
    from shop.compiled import state_of_kernels  # noqa: PLC0415 - loads numba

    return state_of_kernels()


def with_known(tasks: Sequence[Task], common: str, known: Known) -> list[Task]:
    """The tasks, whose tables are made from what all partitions tell, too."""
    return [replace(task, common=digest([common, _plain(known)])) for task in tasks]


def digest_of(frame: Frame, settings: PlanSettings) -> str:
    """A name for all that partitions share, their code included."""
    return digest([_plain(frame), repr(settings), state_of_all_code()])


def digest(told: Any) -> str:
    """A name of 64 digits for plain values."""
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
    from shop.partition_plan import needs_of_partition  # noqa: PLC0415 - loads numba
    from shop.partitions import HISTORY, read_partition  # noqa: PLC0415 - loads numpy

    task, known = asked
    path, source = task.table("candidates"), task.source + task.common
    verdicts = task.table("verdicts")
    if source_of(path) == source and source_of(verdicts) is not None:
        return path.name
    table = read_partition(task.path, without=HISTORY)
    part = _fits(task.table("fits", ".npz"))
    found = needs_of_partition(table, task.frame, task.settings, part, known)
    write_table(found.verdicts, verdicts, compression="lz4", use_dictionary=_TEXTS_OF_VERDICTS)
    moves = json.dumps([asdict(move) for move in found.transfers])
    told = {
        b"source": source.encode(),
        b"transfers": moves.encode(),
        b"rows": str(len(found.verdicts)).encode(),
        b"stockouts": json.dumps(asdict(found.stockouts)).encode(),
    }
    write_table(found.candidates.replace_schema_metadata(told), path)
    return path.name


_TEXTS_OF_VERDICTS: Final = ["sku", "location", "finding", "status", "supplier", "currency"]
"""Columns that repeat; to look for that in all the figures takes longer than all else in writing them."""
