"""What is kept of every series from one run to the next, so that a new day needs no fit of the whole year."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np

from shop.compiled import njit
from shop.whole_files import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

REFIT_DAYS: Final = 14
"""Every series is fitted anew at least so often: its bulk orders, its back-test, the pattern of its week."""
PRIME = 1_099_511_628_211
START = 14_695_981_039_346_656_037
ABSENT = 4_294_967_291
"""A day before the series was there, in a digest: no bits of a number of pieces."""
UNREADABLE: Final = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    MemoryError,
    RuntimeError,
    BadZipFile,
)
"""What reading a file raises that was cut off, is empty or spoilt, or is no file of arrays."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStates:
    """A row for each series: the sufficient statistics of its fit, from which the next day goes on.

    `found`, `codes`, `kept`, `smoothing` are those of `shop/demand_fit.py`; `models` and `own` the beliefs
    about whole weeks (`shop/forecasting/beliefs.py`), `week` pieces and weight of the days since the last
    one; `back_test` of `shop/forecasting/back_test.py`. `told` is what was forecast for a day of weight 1
    (mean, variance, variance of the level), `alarm` the two sums that watch it for drift. `digest` names
    the days that were learnt.
    """

    found: Floats
    codes: NDArray[np.uint8]
    kept: Floats
    smoothing: Floats
    models: Floats
    own: Floats
    week: Floats
    back_test: NDArray[np.float32]
    told: Floats
    alarm: Floats
    digest: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.found)

    def rows(self, chosen: Ints | Flags) -> SeriesStates:
        """Copies of some of the rows."""
        return SeriesStates(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def with_rows(self, chosen: Ints | Flags, other: SeriesStates) -> SeriesStates:
        """The same with some of the rows as in `other`."""
        found = {one.name: getattr(self, one.name).copy() for one in fields(self)}
        for name, values in found.items():
            values[chosen] = getattr(other, name)
        return SeriesStates(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """The states of a partition's series by name, and the calendar by which they were fitted.

    `until` is the day after the last one that they know; `fitted_on` that of the last fit of all;
    `week_days` how many days have passed since the last whole week; `checked_from` the first day of the
    digests, so late that it is still in the history when the next fit of all is due; `was_open` tells for
    each day from there to `until` whether the store sold.
    """

    names: tuple[str, ...]
    series: SeriesStates
    until: date
    fitted_on: date
    checked_from: date
    week_days: int
    weekday_weights: Floats
    was_open: Flags

    def due(self, today: date) -> bool:
        """Whether all series are to be fitted anew on this day."""
        return today <= self.until or (today - self.fitted_on).days >= REFIT_DAYS

    def of(self, names: tuple[str, ...]) -> tuple[States, Flags]:
        """The states of series by name, and which of them are known; the other rows hold anything."""
        if names == self.names:
            return self, np.ones(len(names), dtype=bool)
        place = {name: row for row, name in enumerate(self.names)}
        rows = np.array([place.get(name, -1) for name in names], dtype=np.int64)
        found = self.series.rows(np.maximum(rows, 0))
        return replace(self, names=names, series=found), rows >= 0


def digests(sold: NDArray[Any], stocked_out: Flags, observed_from: Ints) -> NDArray[np.uint64]:
    """A name of 64 bits for what each series (column) sold on the days (rows), and when its shelf was empty.

    After Fowler, Noll and Vo (FNV-1a), over the bits of the pieces as 32-bit floats.

    >>> one = np.array([[1.0, 1.0], [0.0, 2.0]])
    >>> told = digests(one, one > 5, np.zeros(2, dtype=np.int64))
    >>> bool(told[0] == told[1]), len(told)
    (False, 2)
    """
    found = np.full(sold.shape[1], START, dtype=np.uint64)
    bits = np.ascontiguousarray(sold, dtype=np.float32).view(np.uint32)
    _digest(bits, np.ascontiguousarray(stocked_out), observed_from, found)
    return found


@njit(cache=True)
def _digest(bits: NDArray[np.uint32], stocked_out: Flags, observed_from: Ints, found: Any) -> None:
    for t in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            day = np.uint64(2) * np.uint64(bits[t, k]) + np.uint64(stocked_out[t, k])
            if t < observed_from[k]:
                day = np.uint64(ABSENT)
            found[k] = (found[k] ^ day) * np.uint64(PRIME)


def write_states(states: States, path: Path) -> None:
    """Keep the states; the file is complete or not there."""
    series = {f"series.{one.name}": getattr(states.series, one.name) for one in fields(SeriesStates)}
    smoothed = np.flatnonzero(states.series.smoothing.any(axis=(1, 2)))
    series["series.smoothing"] = states.series.smoothing[smoothed]
    days = [one.toordinal() for one in (states.until, states.fitted_on, states.checked_from)]
    with whole_file(path) as half, half.open("wb") as file:
        np.savez(
            file,
            names=np.frombuffer("".join(f"{name}\0" for name in states.names).encode(), dtype=np.uint8),
            days=np.array([*days, states.week_days], dtype=np.int64),
            weekday_weights=states.weekday_weights,
            was_open=states.was_open,
            smoothed=smoothed,
            **series,
        )
        file.flush()
        os.fsync(file.fileno())


def read_states(path: Path) -> States | None:
    """The states that were kept, or None where none were, or none that can be read, which is logged."""
    if not path.exists():
        return None
    try:
        return _read(path)
    except UNREADABLE as fault:
        _log.warning("%s holds no states that can be read, every series is fitted: %s", path, fault)
        return None


def _read(path: Path) -> States:
    with path.open("rb") as file, np.load(file) as kept:
        series = {one.name: kept[f"series.{one.name}"] for one in fields(SeriesStates)}
        until, fitted_on, checked_from, week_days = kept["days"].tolist()
        every = np.zeros((len(series["found"]), *series["smoothing"].shape[1:]))
        every[kept["smoothed"]] = series["smoothing"]
        names = tuple(kept["names"].tobytes().decode().split("\0")[:-1])
        if len(names) != len(every):
            raise ValueError(f"{len(names)} names of {len(every)} series")
        return States(
            names=names,
            series=SeriesStates(**{**series, "smoothing": every}),
            until=date.fromordinal(until),
            fitted_on=date.fromordinal(fitted_on),
            checked_from=date.fromordinal(checked_from),
            week_days=week_days,
            weekday_weights=kept["weekday_weights"],
            was_open=kept["was_open"],
        )
