"""What sells before it spoils: the most pieces of a perishable SKU that its orders may lead to.

A batch arrives after the lead time and keeps its shelf life from then on; what is there already sells first.
So all pieces, on hand and on order, must be sold within lead time and shelf life. The last piece is worth
buying only while the chance that it sells outweighs what it costs to throw away: the newsvendor's quantile
margin / (margin + unit cost) of that demand (Nahmias 2011, Perishable Inventory Systems, chapter 1; Silver,
Pyke and Thomas 2017, section 9.2), and never more than the mean, as a shelf life limits, it does not invite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from shop import distributions
from shop.compiled import njit

if TYPE_CHECKING:
    from shop.demand import Forecasts
    from shop.plan_inputs import Floats, Ints

LEAST_SHARE: Final = 0.05


def sold_before_spoiling(
    forecasts: Forecasts,
    lead_time_days: Floats,
    shelf_life_days: Ints | None,
    price: Floats,
    unit_cost: Floats,
) -> Floats:
    """Whole pieces per SKU-location that are expected to sell while they keep; infinite for goods that keep.

    `shelf_life_days` is under 1 where nothing spoils; `price` and `unit_cost` per piece, NaN where unknown
    (then the mean alone limits).
    """
    most = np.full(len(lead_time_days), np.inf)
    if shelf_life_days is None:
        return most
    spoils = shelf_life_days > 0
    mean, variance = forecasts.over(np.where(spoils, lead_time_days + shelf_life_days, lead_time_days))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((price - unit_cost) / price, LEAST_SHARE, 1.0 - LEAST_SHARE)
    share = np.where(np.isnan(share), 1.0 - LEAST_SHARE, share)
    worth = np.zeros(len(mean))
    _quantiles(np.flatnonzero(spoils & (mean > 0)), share, mean, np.maximum(variance, mean), worth)
    most[spoils] = np.rint(np.minimum(mean, worth))[spoils]
    return most


@njit(cache=True)
def _quantiles(rows: Ints, share: Floats, mean: Floats, variance: Floats, found: Floats) -> None:
    for i in rows:
        found[i] = distributions.quantile(share[i], mean[i], variance[i])
