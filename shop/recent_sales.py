"""Days of cover as the rules count them: stock over what a shelf sold lately, on the days it had stock.

The rules ask about long covers by these figures, not by the plan's forecast: anybody can count them. The plan
knows them too and keeps under what the rules would ask about where that costs little
(`shop/replenishment.py`, `shop/purchase_lines.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints

SALES_DAYS: Final = 56
"""Days of recent sales behind every days-of-cover fact: eight whole weeks."""

LEAST_SHELF_DAYS: Final = 14
"""A rate is taken over at least so many days, however long the shelf was empty."""


def shelf_days(empty_days: int, days: int = SALES_DAYS) -> int:
    """Days on which the shelf had something to sell.

    >>> shelf_days(0), shelf_days(20), shelf_days(55)
    (56, 36, 14)
    """
    return max(days - empty_days, min(LEAST_SHELF_DAYS, days))


def pieces_until_asked(
    sold: NDArray[Any], stocked_out: Flags, observed_from: Ints, cover_days: int
) -> Floats:
    """Pieces (on hand and coming) of each series up to which no cover is over `cover_days`.

    `sold` and `stocked_out`: days x series, the last row being yesterday. Today is one of the days of the
    fact and not over yet, so one day less of the past counts. Infinite where the series is younger than the
    days looked at: of a new product nothing is said by them.
    """
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    recent = slice(max(len(sold) - SALES_DAYS + 1, 0), None)
    pieces = np.asarray(sold[recent].sum(axis=0, dtype=np.float64))
    shelf = np.maximum(SALES_DAYS - stocked_out[recent].sum(axis=0), LEAST_SHELF_DAYS)
    young = observed_from > len(sold) - SALES_DAYS
    return np.where(young, np.inf, np.floor(pieces * cover_days / shelf))
