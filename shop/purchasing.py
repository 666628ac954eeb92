"""Which offer serves each item, what stands against an offer, and what offers cost.

Money is whole minor units of the supplier's currency. The float figures (demand per day, home unit costs)
only weigh alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.money import MAX_MINOR, Money, exponent
from shop.plan_inputs import SupplierChoice
from shop.plan_results import Reason
from shop.purchase_terms import Tiers
from shop.replenishment import DAYS_PER_YEAR
from shop.signalled import unavailable_offers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints, PlanInputs

NO_OFFER: Final = -1
REFERENCE_DAYS: Final = 30.0
"""Offers of equal rank are compared at the cost of buying a month's demand at a time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The offer (row) that serves each item, or `NO_OFFER`; and what stands against all of its offers."""

    offer: Ints
    finding: NDArray[np.object_]


def home_money(amount: Money, rate: Decimal, home_currency: str) -> Money:
    """An amount at `rate` units of home currency each, rounded half to even."""
    return Money.rounded(amount.amount * rate, home_currency)


def choose_offers(
    inputs: PlanInputs, per_day: Floats, wish: SupplierChoice = SupplierChoice.PREFERRED
) -> Choice:
    """The offer for every item: approved suppliers first, then the preferred rank, then the lowest cost.

    `wish` CHEAPEST leaves the rank out. A supplier that delivers only a share of what is ordered counts as
    dearer by that. Costs are compared per year at a month's demand of the whole SKU, price breaks and holding
    included.
    An item whose offers are all unusable gets the finding of its preferred one.
    """
    offers, suppliers = inputs.offers, inputs.suppliers
    names, code = np.unique(np.concatenate((inputs.items.sku, offers.sku)), return_inverse=True)
    item_code, offer_code = code[: len(inputs.items)], code[len(inputs.items) :]
    demand = np.bincount(item_code, weights=per_day, minlength=len(names)).astype(np.float64)[offer_code]
    faults = offer_faults(inputs)
    usable = faults == None  # noqa: E711 - element by element over an object array
    yearly = _yearly_costs(inputs, demand, usable)
    _, tie = np.unique(suppliers.id, return_inverse=True)
    rank = offers.rank if wish is SupplierChoice.PREFERRED else np.zeros_like(offers.rank)
    order = np.lexsort(
        (tie[offers.supplier], yearly, rank, ~suppliers.approved[offers.supplier], ~usable, offer_code)
    )
    first = np.full(len(names), NO_OFFER, dtype=np.int64)
    leading = np.flatnonzero(np.diff(offer_code[order], prepend=-1))
    first[offer_code[order[leading]]] = order[leading]
    chosen = first[item_code]
    finding = np.full(len(inputs.items), None, dtype=np.object_)
    finding[chosen == NO_OFFER] = Reason.NO_SUPPLIER
    there = np.flatnonzero(chosen != NO_OFFER)
    finding[there] = faults[chosen[there]]
    return Choice(chosen, finding)


def offer_faults(inputs: PlanInputs) -> NDArray[np.object_]:
    """What makes each offer unusable (a Reason), or None."""
    offers, suppliers = inputs.offers, inputs.suppliers
    faults = np.full(len(offers.sku), None, dtype=np.object_)
    lead_time = suppliers.lead_time_days[offers.supplier]
    deviation = suppliers.lead_time_sd_days[offers.supplier]
    rated = np.array([currency in known_rates(inputs) for currency in suppliers.currency], dtype=bool)
    wrong_time = ~np.isfinite(lead_time) | (lead_time < 0) | ~np.isfinite(deviation) | (deviation < 0)
    faults[unavailable_offers(inputs)] = Reason.SUPPLIER_UNAVAILABLE
    faults[wrong_time] = Reason.NO_LEAD_TIME
    faults[~rated[offers.supplier]] = Reason.NO_EXCHANGE_RATE
    faults[offers.moq < 0] = Reason.MOQ_NEGATIVE
    faults[offers.pack_size < 1] = Reason.PACK_SIZE_ZERO
    faults[(offers.unit_cost_minor <= 0) | (offers.unit_cost_minor > MAX_MINOR)] = Reason.NO_COST
    if suppliers.unknown is not None:
        faults[suppliers.unknown[offers.supplier]] = Reason.UNKNOWN_SUPPLIER
    return faults


def known_rates(inputs: PlanInputs) -> Mapping[str, Decimal]:
    """The rates and the home currency's own, which is 1; rates that are not positive are left out."""
    rates = {currency: rate for currency, rate in inputs.rates.items() if rate > 0}
    return {**rates, inputs.home_currency: Decimal(1)}


def home_rates(inputs: PlanInputs) -> Floats:
    """Home major units per minor unit of each supplier's currency, as weights; NaN without a rate."""
    rates = known_rates(inputs)
    return np.array(
        [
            float(rates[currency]) / 10 ** exponent(currency) if currency in rates else np.nan
            for currency in inputs.suppliers.currency
        ]
    )


def home_unit_costs(inputs: PlanInputs, unit_cost_minor: Ints) -> Floats:
    """Unit costs of all offers in home major units, to compare and to weigh; NaN without a rate."""
    return np.asarray(unit_cost_minor * home_rates(inputs)[inputs.offers.supplier])


def _yearly_costs(inputs: PlanInputs, per_day: Floats, usable: Flags) -> Floats:
    offers = inputs.offers
    pack = np.maximum(offers.pack_size, 1)
    wanted = np.maximum(np.ceil(per_day * REFERENCE_DAYS).astype(np.int64), np.maximum(offers.moq, 1))
    quantity = -(-wanted // pack) * pack
    unit_cost = home_unit_costs(inputs, Tiers(offers).unit_cost(np.arange(len(pack)), quantity))
    if inputs.suppliers.reliability is not None:
        unit_cost = unit_cost / np.clip(inputs.suppliers.reliability, 0.01, 1.0)[offers.supplier]
    held = 0.25 * unit_cost * quantity / 2
    return np.where(usable, unit_cost * per_day * DAYS_PER_YEAR + held, np.inf)
