"""What a quantity is worth: the options of a candidate, and the expected benefit of each.

worth(q) = margin of the sales that q saves + ordering cost that q saves - holding - dearer purchase

The saved sales are ``n(x) - n(x + q)`` with the loss function n of the exposure's demand and the position x
(Zipkin 2000, section C.2): concave in q, as n is convex. The cycle stock above the reorder point saves
ordering: by renewal at the best cost rate ``g = h Q`` (Zipkin 2000, section 3.2), stock P of it is worth
``g P / d - h P^2 / (2 d)``, which is ``K (1 - (1 - P / Q)^2)``: nothing at P = 0, the ordering cost K at the
economic quantity Q, less beyond it. A later delivery loses the margin of what is missed until then, a dearer
offer the difference of the costs. An unreliable supplier saves only its share of the sales.

The quantity that the need asks for is the best one where nothing binds: others are never worth more.
Amounts are floats in home minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from shop import distributions
from shop.compiled import njit
from shop.money import exponent
from shop.purchase_lines import Drafts, home_costs
from shop.replenishment import DAYS_PER_YEAR

if TYPE_CHECKING:
    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, Ints, PlanInputs, PlanSettings
    from shop.purchase_terms import Tiers

BELOW: Final = 12
ABOVE: Final = 24
TIERS: Final = 8
"""So many quantities under and over the draft are looked at; top-ups are cut to the pack afterwards."""

STEP: Final = 1e-3
"""A piece away from the draft costs at least a thousandth of a minor unit of worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The quantities of each candidate (`first[k]` to `first[k + 1]`), with unit cost and worth."""

    first: Ints
    quantity: Ints
    unit_cost: Ints
    worth: Floats

    @property
    def candidate(self) -> Ints:
        """The candidate of each option."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def options(
    inputs: PlanInputs,
    settings: PlanSettings,
    state: Assessment,
    tiers: Tiers,
    drafts: Drafts,
    low: Ints,
    middle: Ints,
    high: Ints,
) -> Options:
    """Quantities from `low` over `middle` to `high` (whole packs, per candidate), with their worth."""
    first, quantity = _quantities(low, middle, high, drafts.pack, drafts.offer, tiers.first, tiers.start)
    candidate = np.repeat(np.arange(len(drafts)), np.diff(first))
    unit_cost = tiers.unit_cost(drafts.offer[candidate], quantity)
    worth = _worth(inputs, settings, state, tiers, drafts, candidate, quantity, unit_cost)
    each = np.arange(len(drafts))
    at_draft = tiers.unit_cost(drafts.offer, drafts.quantity)
    best = _worth(inputs, settings, state, tiers, drafts, each, drafts.quantity, at_draft)
    best = np.where(drafts.preferred, np.maximum(best, 1.0), best)
    wanted, preferred = drafts.quantity[candidate], drafts.preferred[candidate]
    floor = np.where(preferred, STEP * np.minimum(quantity, wanted) / wanted, -np.inf)
    capped = np.minimum(worth, best[candidate] - STEP * np.abs(quantity - wanted))
    capped = np.where(quantity == wanted, best[candidate], capped)
    return Options(first=first, quantity=quantity, unit_cost=unit_cost, worth=np.maximum(capped, floor))


def _worth(
    inputs: PlanInputs,
    settings: PlanSettings,
    state: Assessment,
    tiers: Tiers,
    drafts: Drafts,
    candidate: Ints,
    quantity: Ints,
    unit_cost: Ints,
) -> Floats:
    levels, item = state.levels, drafts.item[candidate]
    mean, variance = levels.demand_mean[item], levels.demand_variance[item]
    before = drafts.position[candidate].astype(np.float64)
    reliability = _reliability(inputs)[drafts.supplier[candidate]]
    saved = _losses(before, mean, variance) - _losses(before + quantity, mean, variance)
    saved = saved * reliability - _waiting(inputs, state, drafts)[candidate]
    wanted = drafts.quantity[candidate]
    cost = home_costs(inputs, drafts.offer[candidate], unit_cost)
    references = _reference_costs(inputs, state, tiers, drafts)
    reference = references[candidate]
    cycle = _cycle_worth(settings, state, drafts, references)[candidate]
    worth = state.margin[item] * saved + _of_cycle(cycle, quantity, wanted) - (cost - reference) * quantity
    return np.asarray(worth * 10 ** exponent(inputs.home_currency))


def _of_cycle(cycle: Floats, quantity: Ints, wanted: Ints) -> Floats:
    """Ordering saved less holding; `cycle`: K, economic quantity, holding per piece^2, excess."""
    saving, economic, holding, excess = cycle.T
    missing = np.clip((wanted - quantity) / economic, 0.0, 1.0)
    extra = np.maximum(quantity - wanted, 0)
    return np.asarray(saving * (1.0 - missing**2) - holding * extra * (extra + 2.0 * excess))


def _cycle_worth(settings: PlanSettings, state: Assessment, drafts: Drafts, unit_cost: Floats) -> Floats:
    levels, per_day = state.levels, np.maximum(state.per_day[drafts.item], 1e-9)
    economic = np.maximum(levels.economic_quantity[drafts.item], 1)
    held = settings.holding_rate_per_year / DAYS_PER_YEAR * unit_cost / (2.0 * per_day)
    saving = np.minimum(held * economic.astype(np.float64) ** 2, state.ordering_weight)
    stock = drafts.position + drafts.quantity - levels.reorder_point[drafts.item]
    excess = np.maximum(stock - economic, 0)
    return np.stack((saving, economic, held, excess), axis=1)


def _reference_costs(inputs: PlanInputs, state: Assessment, tiers: Tiers, drafts: Drafts) -> Floats:
    """Home major units per piece by the item's preferred offer, at the quantity that this one drafts."""
    offer = state.choice.offer[drafts.item]
    return home_costs(inputs, offer, tiers.unit_cost(offer, drafts.quantity))


def _waiting(inputs: PlanInputs, state: Assessment, drafts: Drafts) -> Floats:
    """Pieces that are missed because this candidate delivers later than the preferred one (or fewer)."""
    per_day, variance = (column[drafts.item] for column in state.forecasts.per_day())
    deviation = inputs.suppliers.lead_time_sd_days
    usual = inputs.offers.supplier[state.choice.offer[drafts.item]]
    position = drafts.position.astype(np.float64)

    def missed(days: Floats, supplier: Ints) -> Floats:
        return _losses(position, per_day * days, variance * days + (per_day * deviation[supplier]) ** 2)

    found = missed(drafts.lead_time_days, drafts.supplier) - missed(state.lead_time_days[drafts.item], usual)
    return np.where(drafts.preferred, 0.0, found)


def _reliability(inputs: PlanInputs) -> Floats:
    known = inputs.suppliers.reliability
    return np.ones(len(inputs.suppliers.id)) if known is None else np.clip(known, 0.01, 1.0)


@njit(cache=True)
def _losses(position: Floats, mean: Floats, variance: Floats) -> Floats:
    found = np.zeros(len(mean))
    for row in range(len(mean)):
        found[row] = distributions.loss(position[row], mean[row], variance[row])
    return found


@njit(cache=True)
def _quantities(
    low: Ints, wanted: Ints, high: Ints, pack: Ints, offer: Ints, tier_first: Ints, tier_start: Ints
) -> tuple[Ints, Ints]:
    """Whole packs from `low` over `wanted` to `high`, in steps, with the price breaks between; ascending."""
    first = np.zeros(len(wanted) + 1, dtype=np.int64)
    most = len(wanted) * (BELOW + ABOVE + TIERS + 1)
    found = np.empty(most, dtype=np.int64)
    size = 0
    for row in range(len(wanted)):
        start = size
        packs = (wanted[row] - low[row]) // pack[row]
        steps = min(packs, BELOW)
        for step in range(steps):
            found[size] = low[row] + step * packs // steps * pack[row]
            size += 1
        found[size] = wanted[row]
        size += 1
        packs = (high[row] - wanted[row]) // pack[row]
        steps = min(packs, ABOVE)
        for step in range(1, steps + 1):
            found[size] = wanted[row] + step * packs // steps * pack[row]
            size += 1
        last_tier = min(tier_first[offer[row] + 1], tier_first[offer[row]] + TIERS)
        for tier in range(tier_first[offer[row]], last_tier):
            raised = -(-tier_start[tier] // pack[row]) * pack[row]
            if low[row] <= raised <= high[row]:
                place = size
                while place > start and found[place - 1] > raised:
                    place -= 1
                if place == start or found[place - 1] != raised:
                    for later in range(size, place, -1):
                        found[later] = found[later - 1]
                    found[place] = raised
                    size += 1
        first[row + 1] = size
    return first, found[:size]
