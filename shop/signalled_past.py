"""The past as signals let it be read: sales as they would have been without promotions and one-off sales.

What a promotion brought is measured on all of its products together. Where a catalogue is planned in parts,
each part gives its sums, which are of whole pieces and so add up exactly, and is told those of all.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, History, Ints, PlanInputs
    from shop.signals import Signal

LEAST_MEASURED: Final = 20.0
"""A promotion's real effect is measured where at least so many pieces sold in it and outside of it."""
LEAST_DAYS: Final = 14
"""Days without the promotion that a measurement needs."""


@dataclass(frozen=True, slots=True)
class PromotionSums:
    """Pieces sold within and around the days of a signal, and days of series with goods on the shelf."""

    pieces_in: float = 0.0
    pieces_out: float = 0.0
    days_in: int = 0
    days_out: int = 0

    def __add__(self, other: PromotionSums) -> PromotionSums:
        return PromotionSums(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def past_demand(signals: Sequence[Signal], as_of: date) -> list[Signal]:
    """The signals that say something of the demand of days before `as_of`."""
    return [signal for signal in signals if signal.is_demand and signal.starts_on < as_of]


def rows_of(signal: Signal, inputs: PlanInputs) -> Ints:
    """The rows of the inputs that a demand signal speaks of."""
    items = inputs.items
    spoken = np.ones(len(items), dtype=bool)
    for column, wanted in (
        (items.sku, signal.sku),
        (items.category, signal.category),
        (items.location, signal.location),
    ):
        if wanted is not None:
            spoken &= np.asarray(column == wanted, dtype=bool)
    return np.flatnonzero(spoken)


def cleaned(inputs: PlanInputs) -> History:
    """Sales as they would have been without the promotions, seasons and one-offs that signals tell of."""
    past, history = past_demand(inputs.signals, inputs.as_of), inputs.history
    if not past or not history.days:
        return history
    sold = np.array(history.sold, dtype=np.float32)
    base = np.array(sold)
    told = [None] * len(past) if inputs.promoted is None else inputs.promoted
    for signal, sums in zip(past, told, strict=True):
        days = _days_of(signal, inputs)
        rows = rows_of(signal, inputs)
        if not len(rows) or days.start >= days.stop:
            continue
        if signal.quantity is not None:
            _without_pieces(sold, days, rows, signal.quantity)
            continue
        own = sums or _sums(base, history.stocked_out, days, rows)
        factor = _measured(own, len(base), days)
        if factor is None and signal.percent is not None:
            factor = 1.0 + signal.percent / 100.0
        if factor is not None and factor > 0:
            sold[days, rows] /= np.float32(factor)
    return replace(history, sold=sold)


def _days_of(signal: Signal, inputs: PlanInputs) -> slice:
    """The rows of the history in which a signal held."""
    first = (signal.starts_on - inputs.history.starts_on).days
    end = inputs.history.days if signal.ends_on is None else first + signal.lasts_days
    return slice(max(first, 0), max(min(end, inputs.history.days), 0))


def _without_pieces(sold: NDArray[np.float32], days: slice, rows: Ints, pieces: int) -> None:
    for row in rows.tolist():
        total = float(sold[days, row].sum())
        if total > 0:
            sold[days, row] *= np.float32(max(total - pieces, 0.0) / total)


def promotion_sums(inputs: PlanInputs) -> tuple[PromotionSums, ...]:
    """The sums of each past demand signal over these rows; `inputs` hold the history as it was sold."""
    history = inputs.history
    return tuple(
        _sums(history.sold, history.stocked_out, _days_of(signal, inputs), rows_of(signal, inputs))
        for signal in past_demand(inputs.signals, inputs.as_of)
    )


def _sums(sold: NDArray[Any], stocked_out: Flags, days: slice, rows: Ints) -> PromotionSums:
    """Within a signal's days and in the four weeks on either side, without days of an empty shelf."""
    within, around = _within(days, len(sold)), _around(days, len(sold))
    open_days = ~stocked_out[:, rows]
    pieces = np.where(open_days, sold[:, rows], 0).sum(axis=1, dtype=np.float64)
    count = open_days.sum(axis=1)
    return PromotionSums(
        float(pieces[within].sum()),
        float(pieces[around].sum()),
        int(count[within].sum()),
        int(count[around].sum()),
    )


def _within(days: slice, length: int) -> Flags:
    found = np.zeros(length, dtype=bool)
    found[days] = True
    return found


def _around(days: slice, length: int) -> Flags:
    found = np.zeros(length, dtype=bool)
    found[max(days.start - 28, 0) : days.stop + 28] = True
    found[days] = False
    return found


def _measured(sums: PromotionSums, length: int, days: slice) -> float | None:
    """Sales a day within over sales a day around, all rows together.

    None where too little was sold to tell; kept between a tenth and ten.
    """
    enough = _around(days, length).sum() >= LEAST_DAYS and min(sums.days_in, sums.days_out) > 0
    if not enough or min(sums.pieces_in, sums.pieces_out) < LEAST_MEASURED:
        return None
    ratio = (sums.pieces_in / sums.days_in) / (sums.pieces_out / sums.days_out)
    return float(np.clip(ratio, 0.1, 10.0))
