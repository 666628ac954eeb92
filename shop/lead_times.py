"""How long orders take, learnt from receipts: a distribution over whole periods, and the share that is lost.

A Dirichlet-multinomial (Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., section 3.4): the promised lead
time is worth a few orders, each receipt is one more. An order that is still out after the longest time
thought possible counts as lost; should it arrive after all, the receipt corrects that. What an order may
still do, given that it has not arrived yet, is the same distribution cut at its age.

A period is a day, a week, whatever the caller reviews in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.compiled import njit

if TYPE_CHECKING:
    from shop.plan_inputs import Floats, Ints

LATE_PERIODS: Final = 2
PROMISE_ORDERS: Final = 3.0
OTHER_ORDERS: Final = 0.3
"""A promise is worth three orders that kept it; each other outcome (early, late, lost) a third of one."""
AT_ONCE_ORDERS: Final = 0.05
"""Who promises delivery at once has the goods: other outcomes are a rarer surprise."""


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """`counts` is (series, periods + 1): orders that took 0, 1, 2, ... periods; in the last column the lost.

    An order is given up when it is as old as there are columns of arrivals.
    """

    counts: Floats
    promised: Ints

    @property
    def given_up_after(self) -> int:
        """Periods after which an order that has not arrived counts as lost."""
        return int(self.counts.shape[1]) - 1

    def probabilities(self) -> Floats:
        """Rows add up to 1; the last column is the chance that an order never arrives."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    def with_outcomes(self, series: Ints, periods: Ints, share: Floats | float = 1.0) -> LeadTimes:
        """One more outcome for each entry: the order of `series` took `periods`; `lost` ones the last column.

        `share` is the part of the order that came then: an order delivered in parts is parts of an outcome.
        Later arrivals than thought possible count in the latest period.
        """
        counts = self.counts.copy()
        np.add.at(counts, (series, np.minimum(periods, self.given_up_after)), share)
        return LeadTimes(counts, self.promised)


def promised(periods: Ints) -> LeadTimes:
    """What to expect of orders with promised lead times before the first receipt.

    >>> promised(np.array([2])).probabilities().round(2).tolist()
    [[0.02, 0.07, 0.7, 0.07, 0.07, 0.07]]
    """
    longest = int(periods.max(initial=0)) + LATE_PERIODS
    columns = np.arange(longest + 1)
    counts = np.where(columns[None, :] > periods[:, None] + LATE_PERIODS, 0.0, OTHER_ORDERS)
    counts[:, 0] = np.minimum(counts[:, 0], OTHER_ORDERS / 3.0)
    counts[periods == 0] = np.where(columns <= LATE_PERIODS, AT_ONCE_ORDERS, 0.0)
    counts[np.arange(len(periods)), periods] = PROMISE_ORDERS
    lost = np.where(periods == 0, AT_ONCE_ORDERS, OTHER_ORDERS)
    return LeadTimes(np.column_stack((counts, lost)), periods)


def learnt_days(
    promised_days: Floats, promised_deviation: Floats, supplier: Ints, taken_days: Floats
) -> tuple[Floats, Floats]:
    """Mean and deviation in days of each supplier's next lead time, from promises and receipts.

    `promised_days` and its deviation are per supplier, `supplier` and `taken_days` per receipt. The promise
    is worth three orders; mean and variance are those of all of them together (the normal model with a
    conjugate prior, Gelman et al. 2013, section 3.3). A supplier without receipts keeps the promise.

    >>> mean, deviation = learnt_days(np.array([10.0, 5.0]), np.zeros(2), np.array([0] * 9), np.full(9, 14.0))
    >>> mean.tolist(), deviation.round(2).tolist()
    ([13.0, 5.0], [1.73, 0.0])
    """
    suppliers = len(promised_days)
    receipts = np.bincount(supplier, minlength=suppliers)
    total = np.bincount(supplier, weights=taken_days, minlength=suppliers)
    square = np.bincount(supplier, weights=taken_days**2, minlength=suppliers)
    orders = PROMISE_ORDERS + receipts
    mean = (PROMISE_ORDERS * promised_days + total) / orders
    squares = PROMISE_ORDERS * (promised_deviation**2 + promised_days**2) + square
    return mean, np.sqrt(np.maximum(squares / orders - mean**2, 0.0))


@njit(cache=True)
def outcome(point: float, counts: Floats, age: int) -> int:
    """Periods an order of this age takes in all, for a uniform `point`; the number of columns - 1 if lost."""
    left = 0.0
    for d in range(age, len(counts)):
        left += counts[d]
    reached = 0.0
    for d in range(age, len(counts) - 1):
        reached += counts[d]
        if point * left < reached:
            return d
    return len(counts) - 1
