"""Unit costs by quantity and amounts in the home currency, for many offers and quantities at once."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.money import exponent

if TYPE_CHECKING:
    from shop.plan_inputs import Ints, Offers

_SPAN: Final = 2**32
_LARGEST: Final = 2**62


class Tiers:
    """The price breaks of all offers, sorted; a break without a cost over zero is none."""

    def __init__(self, offers: Offers) -> None:
        sound = np.flatnonzero((offers.break_cost_minor > 0) & (offers.break_from < _SPAN))
        order = sound[
            np.lexsort((offers.break_cost_minor[sound], offers.break_from[sound], offers.break_offer[sound]))
        ]
        self.offer = offers.break_offer[order]
        self.start = np.maximum(offers.break_from[order], 0)
        self.cost = offers.break_cost_minor[order]
        self._base = offers.unit_cost_minor
        self._keys = self.offer * _SPAN + self.start
        self.first = np.searchsorted(self.offer, np.arange(len(offers.sku) + 1)).astype(np.int64)

    def unit_cost(self, offer: Ints, quantity: Ints) -> Ints:
        """Minor units per piece of each offer at a quantity: its last break at or below it."""
        place = np.searchsorted(self._keys, offer * _SPAN + np.minimum(quantity, _SPAN - 1), side="right") - 1
        reached = place >= self.first[offer]
        cost = self._base[offer].copy()
        cost[reached] = self.cost[place[reached]]
        return cost

    def of(self, offer: int) -> tuple[tuple[int, int], ...]:
        """From which quantity on which unit cost holds, the offer's own first."""
        rows = slice(int(self.first[offer]), int(self.first[offer + 1]))
        breaks = zip(self.start[rows].tolist(), self.cost[rows].tolist(), strict=True)
        return ((0, int(self._base[offer])), *breaks)


def home_minor_up(minor: Ints, rate: Decimal, currency: str, home_currency: str) -> Ints:
    """Amounts in home minor units, rounded up, so that a budget is never exceeded; exact whole numbers.

    >>> home_minor_up(np.array([1000, 1001]), Decimal("0.791"), "USD", "GBP").tolist()
    [791, 792]
    """
    factor = rate.scaleb(exponent(home_currency) - exponent(currency))
    above, below = factor.as_integer_ratio()
    if int(minor.max(initial=0)) * above < _LARGEST:
        return np.asarray(-(-minor * above // below))
    exact = [int((amount * factor).to_integral_value(ROUND_CEILING)) for amount in minor.tolist()]
    return np.array(exact, dtype=np.int64)
