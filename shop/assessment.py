"""The state of every SKU-location before anything is decided: forecast, supplier, levels, position."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from shop import demand, purchasing, replenishment
from shop.demand import DemandClass, Forecasts, Method
from shop.forecasting.seasons import seasonal
from shop.money import Money, exponent
from shop.plan_inputs import Shortages
from shop.plan_results import Reason
from shop.projected_level import Projection, project
from shop.recent_sales import pieces_until_asked
from shop.shelf_life import sold_before_spoiling
from shop.signalled import added_lead_time, signal_demand, signalled
from shop.sound_sales import sound_sales
from shop.supply import Supply, supply

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints, Items, Names, PlanInputs, PlanSettings
    from shop.purchasing import Choice
    from shop.replenishment import Levels

LEAST_SALES: float = 0.5
"""An item that is expected to sell less than this within the maximum cover is not worth an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One entry per SKU-location. `finding` is why nothing may be ordered (a Reason), or None.

    `most_unasked`: pieces that recent sales account for within the maximum cover; the rules ask about more.
    `fresh`: pieces that sell before they spoil, infinite for goods that keep. `ordering_weight`: what a line
    costs to place, in home major units, to weigh against holding; no amount that is booked comes from it.
    """

    forecasts: Forecasts
    choice: Choice
    levels: Levels
    supply: Supply
    lead_time_days: Floats
    lead_time_sd_days: Floats
    per_day: Floats
    position: Ints
    finding: NDArray[np.object_]
    sound: Flags
    flawed_sales: Flags
    urgent: Flags
    margin: Floats
    ordering_weight: float
    most_unasked: Floats
    fresh: Floats


@dataclass(frozen=True, slots=True)
class Told:
    """What the history tells of each item: its forecast, and `unasked` and `flawed` as in `Assessment`."""

    forecasts: Forecasts
    unasked: Floats
    flawed: Flags


def told_by_history(inputs: PlanInputs, settings: PlanSettings) -> Told:
    """Read the whole history of all items; seasons and signals of the days ahead are not in it."""
    history, items = inputs.history, inputs.items
    sold, flawed = sound_sales(history.sold)
    empty, since = history.stocked_out, items.observed_from
    forecasts = demand.forecast(sold, empty, since, category_codes(inputs), history.starts_on.weekday())
    return Told(forecasts, pieces_until_asked(sold, empty, since, settings.maximum_cover_days), flawed)


def assess(inputs: PlanInputs, settings: PlanSettings, told: Told | None = None) -> Assessment:
    """Forecast everything, choose the suppliers, compute the levels, count the supply.

    `told` is what the history tells, where it was read before.
    """
    items = inputs.items
    told = told or told_by_history(inputs, settings)
    forecasts, unasked = signalled(seasonal(told.forecasts, inputs), inputs), told.unasked
    per_day, _ = forecasts.per_day()
    choice = purchasing.choose_offers(inputs, per_day, settings.supplier_choice)
    lead_time, lead_time_sd = _lead_times(inputs, choice, settings)
    price = _in_home(inputs, items.price_minor)
    unit_cost = _unit_costs(inputs, choice)
    weight = ordering_weight(inputs, settings)
    asking = replenishment.Asking(pieces=unasked, lot=_least_lots(inputs, choice))
    fresh = sold_before_spoiling(forecasts, lead_time, items.shelf_life_days, price, unit_cost)
    levels = replenishment.levels(
        forecasts, lead_time, lead_time_sd, price, unit_cost, weight, settings, asking, fresh
    )
    coming = supply(inputs.incoming, levels.exposure_days, settings.overdue_trust_days)
    free = items.on_hand - items.committed - items.unavailable
    position = free + coming.in_time
    soon = supply(inputs.incoming, lead_time, settings.overdue_trust_days)
    sound = _sound(inputs, forecasts)
    return Assessment(
        forecasts=forecasts,
        choice=choice,
        levels=levels,
        supply=coming,
        lead_time_days=lead_time,
        lead_time_sd_days=lead_time_sd,
        per_day=per_day,
        position=position,
        finding=_findings(inputs, settings, forecasts, per_day, position, choice, sound),
        sound=sound,
        flawed_sales=told.flawed,
        urgent=free + soon.in_time <= forecasts.over(lead_time)[0],
        margin=_margins(price, unit_cost),
        ordering_weight=weight,
        fresh=fresh,
        most_unasked=unasked + signal_demand(forecasts, levels.exposure_days).clip(min=0.0),
    )


def projection(inputs: PlanInputs, settings: PlanSettings, state: Assessment, moved: Ints) -> Projection:
    """What items at or below their reorder point will lose before a delivery; nothing with backorders.

    `moved` is what transfers bring or take at once. That deliveries may be late counts for a fill-rate
    target: without it more is ordered than the target needs. Levels that costs choose have it in them, and
    the replay of real sales is half a percent cheaper if it does not also shorten their orders.
    """
    items, incoming, levels = inputs.items, inputs.incoming, state.levels
    due = (state.position + moved <= levels.reorder_point) & (state.per_day > 0) & items.in_scope
    trusted = (incoming.due_in_days >= -settings.overdue_trust_days) | (incoming.quantity < 0)
    return project(
        state.forecasts,
        state.lead_time_days,
        items.on_hand - items.committed - items.unavailable + moved,
        levels.order_up_to,
        incoming,
        trusted,
        due & (settings.shortages is Shortages.LOST_SALES),
        state.lead_time_sd_days if settings.fill_rate_target is not None else None,
    )


def home_major(minor: Ints, currency: NDArray[np.object_], inputs: PlanInputs) -> Floats:
    """Amounts in home major units as floats, to weigh with; NaN where unknown or without a rate."""
    rates = purchasing.known_rates(inputs)
    codes = set(currency)
    factors = {code: float(rates[code]) / 10 ** exponent(code) for code in codes if code in rates}
    if len(codes) == 1:
        return np.where(minor >= 0, minor * factors.get(codes.pop(), np.nan), np.nan)
    factor = np.array([factors.get(code, np.nan) for code in currency], dtype=np.float64)
    return np.where(minor >= 0, minor * factor, np.nan)


def _in_home(inputs: PlanInputs, minor: Ints) -> Floats:
    return home_major(minor, inputs.items.currency, inputs)


def category_codes(inputs: PlanInputs) -> Ints:
    """A number for the category of each row at its location: what young series lean on."""
    return categories(inputs.items)[1]


def categories(items: Items) -> tuple[Names, Ints]:
    """The names of the categories at locations in order, and the number of each row's."""
    names = [f"{place}\x1f{name}" for place, name in zip(items.location, items.category, strict=True)]
    known = sorted(set(names))
    code = {name: place for place, name in enumerate(known)}
    return np.array(known), np.array([code[name] for name in names], dtype=np.int64)


def _lead_times(inputs: PlanInputs, choice: Choice, settings: PlanSettings) -> tuple[Floats, Floats]:
    """Lead time with its floor (R11) and deviation of the chosen supplier; a stated guess without one."""
    known = np.array([fault is None for fault in choice.finding], dtype=bool)
    supplier = inputs.offers.supplier[choice.offer[known]]
    lead_time = np.full(len(inputs.items), settings.unknown_lead_time_days)
    deviation = np.zeros(len(inputs.items))
    lead_time[known] = replenishment.lead_time_with_floor(
        inputs.suppliers.lead_time_days[supplier], settings.minimum_lead_time_days
    )
    lead_time[known] += added_lead_time(inputs)[supplier]
    deviation[known] = inputs.suppliers.lead_time_sd_days[supplier]
    return lead_time, deviation


def _least_lots(inputs: PlanInputs, choice: Choice) -> Ints:
    """The least quantity of the chosen offer in whole packs; 1 without one."""
    found = np.ones(len(inputs.items), dtype=np.int64)
    known = choice.offer != purchasing.NO_OFFER
    offer = choice.offer[known]
    pack = np.maximum(inputs.offers.pack_size[offer], 1)
    found[known] = -(-np.maximum(inputs.offers.moq[offer], 1) // pack) * pack
    return found


def _unit_costs(inputs: PlanInputs, choice: Choice) -> Floats:
    """The chosen offer's unit cost, else the product's own cost; home major units, NaN where unknown."""
    own = _in_home(inputs, np.where(inputs.items.cost_minor > 0, inputs.items.cost_minor, -1))
    known = np.array([fault is None for fault in choice.finding], dtype=bool)
    offered = purchasing.home_unit_costs(inputs, inputs.offers.unit_cost_minor)
    own[known] = offered[choice.offer[known]]
    return own


def ordering_weight(inputs: PlanInputs, settings: PlanSettings) -> float:
    """What a line costs to place, in home major units: a float, as it only ranks quantities."""
    return float(_cost_of_a_line(inputs, settings))


def told_order_cost(inputs: PlanInputs, settings: PlanSettings) -> Money:
    """The same as money, to be told."""
    return Money.rounded(_cost_of_a_line(inputs, settings), inputs.home_currency)


def _cost_of_a_line(inputs: PlanInputs, settings: PlanSettings) -> Decimal:
    cost = settings.order_cost or Money.of(5, inputs.home_currency)
    return cost.amount * purchasing.known_rates(inputs).get(cost.currency, Decimal(1))


def _margins(price: Floats, unit_cost: Floats) -> Floats:
    """Margin per piece; half the cost where the price is unknown, a hundredth where it is a loss."""
    with np.errstate(invalid="ignore"):
        margin = np.where(np.isnan(price), 0.5 * unit_cost, np.maximum(price - unit_cost, 0.01 * unit_cost))
    return np.where(np.isnan(margin), 1.0, margin)


def _sound(inputs: PlanInputs, forecasts: Forecasts) -> Flags:
    """Stock figures make sense and demand is known, so that surplus may be lent."""
    items = inputs.items
    negative = (items.on_hand < 0) | (items.committed < 0) | (items.unavailable < 0)
    return ~negative & ~_without_history(forecasts)


def _without_history(forecasts: Forecasts) -> Flags:
    nothing = forecasts.demand_class == DemandClass.NONE
    guess = (forecasts.demand_class == DemandClass.NEW) & (forecasts.method != Method.CATEGORY)
    return np.asarray(nothing | (guess & (forecasts.sale_days == 0)))


def _findings(
    inputs: PlanInputs,
    settings: PlanSettings,
    forecasts: Forecasts,
    per_day: Floats,
    position: Ints,
    choice: Choice,
    sound: Flags,
) -> NDArray[np.object_]:
    """The first thing that stands against ordering each item; later assignments take precedence."""
    items = inputs.items
    idle = position >= 0
    found = np.full(len(items), None, dtype=np.object_)
    faulty = np.array([fault is not None for fault in choice.finding], dtype=bool)
    found[faulty] = choice.finding[faulty]
    found[idle & (per_day * settings.maximum_cover_days < LEAST_SALES)] = Reason.DEMAND_TOO_LOW
    found[idle & (per_day <= 0)] = Reason.NO_DEMAND
    found[_without_history(forecasts)] = Reason.NO_HISTORY
    found[~sound & ~_without_history(forecasts)] = Reason.NEGATIVE_STOCK
    if inputs.only_supplier is not None:
        found[_served_by_others(inputs, choice)] = Reason.OTHER_SUPPLIER
    found[items.status == "end_of_life"] = Reason.END_OF_LIFE
    found[(items.status == "draft") | (items.status == "archived")] = Reason.NOT_FOR_SALE
    return found


def _served_by_others(inputs: PlanInputs, choice: Choice) -> Flags:
    theirs = np.ones(len(inputs.items), dtype=bool)
    there = choice.offer != purchasing.NO_OFFER
    supplier = inputs.offers.supplier[choice.offer[there]]
    theirs[there] = inputs.suppliers.id[supplier] != inputs.only_supplier
    return theirs
