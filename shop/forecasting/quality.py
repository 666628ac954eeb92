"""How good forecasts are, by demand class: pinball loss, coverage, bias and WAPE on days they did not see.

Pinball loss (Koenker and Bassett 1978, Econometrica 46) of the quantile q at share p, for demand y:
max(p (y - q), (p - 1)(y - q)); it is least, on average, at the true quantile. Shown as a share of mean
demand. WAPE is the sum of absolute errors of the mean over the sum of demand; it is least at the median,
so for lumpy demand the pinball loss is the better judge.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop import distributions
from shop.assessment import category_codes
from shop.compiled import njit
from shop.demand import forecast
from shop.forecasting.back_test import ASKED, JUDGED, LOSS, SHARES
from shop.forecasting.columns import DemandClass
from shop.forecasting.seasons import seasonal
from shop.plan_inputs import History
from shop.sound_sales import sound_sales

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.demand import Forecasts
    from shop.plan_inputs import Flags, Floats, Ints, PlanInputs

ALL: Final = "all"
HELD_OUT_DAYS: Final = 28
LEAST_DAYS: Final = 56
"""Days before the held-out ones without which nothing can be forecast that a class could be judged by."""
MOST_SERIES: Final = 5_000
"""Of a larger catalogue as many are judged, evenly spread over its SKUs: their figures hardly differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of all series of one class (or ``all``): shares of their demand, `pinball` and `coverage` by `SHARES`.

    `bias` is positive where more was forecast than sold. Figures are NaN where nothing was sold. `by_weeks`
    is how far the forecasts went by the weeks on average, `back_test` the mean pinball loss of days and weeks
    together on the mornings by which that was judged (`shop/forecasting/back_test.py`).
    """

    demand_class: str
    series: int
    demand: float
    wape: float
    bias: float
    pinball: tuple[float, ...]
    coverage: tuple[float, ...]
    by_weeks: float = 0.5
    back_test: float = np.nan


def back_test(
    sold: NDArray[Any],
    stocked_out: Flags,
    observed_from: Ints,
    category: Ints,
    first_weekday: int,
    *,
    held_out_days: int = HELD_OUT_DAYS,
) -> list[Quality]:
    """Forecast the last days from those before and compare; series short of stock in them are left out.

    Arguments as in `shop.demand.forecast`; one row per class that occurs, then ``all``.
    """
    split = sold.shape[0] - held_out_days
    before = forecast(sold[:split], stocked_out[:split], observed_from, category, first_weekday)
    mean, variance = before.over(np.full(sold.shape[1], float(held_out_days)))
    known = (before.demand_class != DemandClass.NONE) & ~stocked_out[split:].any(axis=0)
    return quality_beside(
        sold[split:].sum(axis=0)[known].astype(np.float64),
        mean[known],
        variance[known],
        before,
        known,
    )


def quality_of_plan(inputs: PlanInputs, *, held_out_days: int = HELD_OUT_DAYS) -> list[Quality]:
    """How good the plan's forecasts, seasons included, would have been for the days just past.

    Of the rows in scope that were never short of stock in these days; classes in which nothing sold are left
    out, and all of them where the history is too short.
    """
    split = inputs.history.days - held_out_days
    rows = _judged_rows(inputs)
    if split < LEAST_DAYS or not len(rows):
        return []
    sold, _ = sound_sales(inputs.history.sold[:, rows])
    empty = inputs.history.stocked_out[:, rows]
    columns: dict[str, Any] = {one.name: getattr(inputs.items, one.name) for one in fields(inputs.items)}
    columns = {name: None if column is None else column[rows] for name, column in columns.items()}
    items = replace(inputs.items, **columns)
    history = History(starts_on=inputs.history.starts_on, sold=sold[:split], stocked_out=empty[:split])
    then = replace(inputs, items=items, history=history)
    before = forecast(
        sold[:split],
        empty[:split],
        items.observed_from,
        category_codes(then),
        history.starts_on.weekday(),
    )
    mean, variance = seasonal(before, then).over(np.full(len(rows), float(held_out_days)))
    known = (before.demand_class != DemandClass.NONE) & ~empty[split:].any(axis=0)
    demand = sold[split:].sum(axis=0).astype(np.float64)
    found = quality_beside(demand[known], mean[known], variance[known], before, known)
    return [one for one in found if one.demand > 0]


def _judged_rows(inputs: PlanInputs) -> Ints:
    """Rows in scope, at most `MOST_SERIES` of them: whichever order the rows have, the same SKUs."""
    rows = np.flatnonzero(inputs.items.in_scope)
    if len(rows) <= MOST_SERIES:
        return rows
    order = np.lexsort((inputs.items.location[rows].astype(str), inputs.items.sku[rows].astype(str)))
    return np.asarray(rows[order][np.linspace(0, len(rows) - 1, MOST_SERIES).astype(np.int64)])


def quality_beside(
    demand: Floats, mean: Floats, variance: Floats, forecasts: Forecasts, rows: Flags
) -> list[Quality]:
    """As `quality` of these rows of the forecasts, with how these came about."""
    kinds = forecasts.demand_class[rows]
    found = quality(demand, mean, variance, kinds)
    if forecasts.share_of_weeks is None or forecasts.back_test is None:
        return found
    share, tests = forecasts.share_of_weeks[rows], forecasts.back_test[rows]
    judged = tests[:, JUDGED] > 0
    told = []
    for one in found:
        here = (kinds == DemandClass[one.demand_class.upper()]) if one.demand_class != ALL else kinds >= 0
        asked = float(tests[here & judged, ASKED].sum())
        loss = float(tests[here & judged, LOSS].sum()) / asked / len(SHARES) if asked > 0 else np.nan
        by_weeks = float(share[here].mean()) if here.any() else 0.5
        told.append(replace(one, by_weeks=by_weeks, back_test=loss))
    return told


def quality(demand: Floats, mean: Floats, variance: Floats, demand_class: NDArray[np.uint8]) -> list[Quality]:
    """Compare what was demanded with the mean and variance that were forecast, one entry per series."""
    levels = [_quantiles(share, mean, variance) for share in SHARES]
    found = []
    for kind in DemandClass:
        rows = np.flatnonzero(demand_class == kind)
        if len(rows):
            found.append(_of(kind.name.lower(), rows, demand, mean, levels))
    return [*found, _of(ALL, np.arange(len(demand)), demand, mean, levels)]


def _of(name: str, rows: Ints, demand: Floats, mean: Floats, levels: list[Floats]) -> Quality:
    actual, expected = demand[rows], mean[rows]
    total = float(actual.sum())
    whole = total if total > 0 else np.nan
    missed = [actual - level[rows] for level in levels]
    return Quality(
        demand_class=name,
        series=len(rows),
        demand=total,
        wape=float(np.abs(actual - expected).sum() / whole),
        bias=float((expected - actual).sum() / whole),
        pinball=tuple(
            float(np.maximum(share * miss, (share - 1.0) * miss).sum() / whole)
            for share, miss in zip(SHARES, missed, strict=True)
        ),
        coverage=tuple(float(np.mean(miss <= 0)) if len(rows) else np.nan for miss in missed),
    )


@njit(cache=True)
def _quantiles(share: float, mean: Floats, variance: Floats) -> Floats:
    found: Floats = np.zeros(len(mean))
    for i in range(len(mean)):
        found[i] = distributions.quantile(share, mean[i], max(variance[i], mean[i]))
    return found
