"""Needs -> purchase lines: which supplier, how many packs, at which unit cost.

Quantities and money are whole numbers throughout (pieces, minor units of the supplier's currency). The
float figures (`holding_rate_per_year`, demand per day, home unit costs) only weigh alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.actions import MAX_PIECES
from shop.money import Money, exponent
from shop.plan_results import Note, Reason
from shop.replenishment import DAYS_PER_YEAR, after_minimum, in_packs
from shop.signalled import unavailable_offers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shop.plan_inputs import Flags, Floats, Ints, Offers, PlanInputs, PlanSettings, Suppliers

NO_OFFER: Final = -1
REFERENCE_DAYS: Final = 30.0
"""Offers of equal rank are compared at the cost of buying a month's demand at a time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The offer (row) that serves each item, or `NO_OFFER`; and what stands against all of its offers."""

    offer: Ints
    finding: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A purchase under construction; `most` is the largest quantity that the maximum cover allows.

    `worth` is the margin (home currency, float) that the order is expected to save within the exposure.
    """

    item: int
    key: tuple[str, str]
    offer: int
    supplier: int
    location: str
    position: int
    per_day: float
    moq: int
    pack_size: int
    after_moq: int
    after_packs: int
    quantity: int
    most: int
    unit_cost_minor: int
    tiers: tuple[tuple[int, int], ...]
    currency: str
    rate: Decimal
    home_currency: str
    worth: float
    urgent: bool
    notes: frozenset[Note]

    @property
    def minor(self) -> int:
        """Value in minor units of the supplier's currency."""
        return self.quantity * self.unit_cost_minor

    @property
    def home_minor(self) -> int:
        """Value in minor units of the home currency, rounded up, so that a budget is never exceeded."""
        places = exponent(self.home_currency) - exponent(self.currency)
        exact = (self.minor * self.rate).scaleb(places)
        return int(exact.to_integral_value(ROUND_CEILING))

    def unit_cost_of(self, quantity: int) -> int:
        """Minor units per piece when so many are bought: the last tier that starts at or below it."""
        return next(cost for start, cost in reversed(self.tiers) if start <= quantity)


def home_money(amount: Money, rate: Decimal, home_currency: str) -> Money:
    """An amount at `rate` units of home currency each, rounded half to even."""
    return Money.rounded(amount.amount * rate, home_currency)


def choose_offers(inputs: PlanInputs, per_day: Floats) -> Choice:
    """The offer for every item: approved suppliers first, then the preferred rank, then the lowest cost.

    Costs are compared per year at a month's demand of the whole SKU, price breaks and holding included.
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
    order = np.lexsort(
        (tie[offers.supplier], yearly, offers.rank, ~suppliers.approved[offers.supplier], ~usable, offer_code)
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
    faults[offers.unit_cost_minor <= 0] = Reason.NO_COST
    return faults


def known_rates(inputs: PlanInputs) -> Mapping[str, Decimal]:
    """The rates and the home currency's own, which is 1; rates that are not positive are left out."""
    rates = {currency: rate for currency, rate in inputs.rates.items() if rate > 0}
    return {**rates, inputs.home_currency: Decimal(1)}


def home_unit_costs(inputs: PlanInputs, unit_cost_minor: Ints) -> Floats:
    """Unit costs of the offers in home major units, to compare and to weigh; NaN without a rate."""
    rates = known_rates(inputs)
    factor = np.array(
        [
            float(rates[currency]) / 10 ** exponent(currency) if currency in rates else np.nan
            for currency in inputs.suppliers.currency
        ]
    )
    return np.asarray(unit_cost_minor * factor[inputs.offers.supplier])


def tier_costs(offers: Offers, quantity: Ints) -> Ints:
    """Minor units per piece of each offer at a quantity: its last price break at or below it."""
    cost = offers.unit_cost_minor.copy()
    order = np.lexsort((offers.break_from, offers.break_offer))
    reached = order[offers.break_from[order] <= quantity[offers.break_offer[order]]]
    cost[offers.break_offer[reached]] = offers.break_cost_minor[reached]
    return cost


def build_lines(
    inputs: PlanInputs,
    settings: PlanSettings,
    rows: Ints,
    need: Ints,
    choice: Choice,
    position: Ints,
    per_day: Floats,
    worth: Floats,
    urgent: Flags,
    order_cost: float,
) -> tuple[list[Line], dict[int, Reason]]:
    """A line for each item (row) in need, with MOQ, packs and price breaks; and what speaks against others.

    The arrays `need`, `position`, `per_day`, `worth`, `urgent` have one entry per item of the inputs.
    """
    offers, suppliers, rates = inputs.offers, inputs.suppliers, known_rates(inputs)
    offer = choice.offer[rows]
    moq, pack = np.maximum(offers.moq[offer], 1), offers.pack_size[offer]
    minimum = after_minimum(need[rows], moq)
    packed = in_packs(minimum, pack, moq, settings.rounding)
    least = in_packs(np.ones_like(minimum), pack, moq, settings.rounding)
    cover = np.ceil(per_day[rows] * settings.maximum_cover_days).astype(np.int64)
    most = np.minimum(np.maximum(cover - position[rows], need[rows]), MAX_PIECES)
    lines: list[Line] = []
    findings: dict[int, Reason] = {}
    breaks = _breaks_by_offer(offers)
    for place, item in enumerate(rows.tolist()):
        if least[place] > most[place] or packed[place] > MAX_PIECES:
            too_many = need[item] > MAX_PIECES or packed[place] > MAX_PIECES
            findings[item] = Reason.QUANTITY_OVER_LIMIT if too_many else Reason.MOQ_OVER_MAXIMUM
            continue
        row = int(offer[place])
        supplier = int(offers.supplier[row])
        line = Line(
            item=item,
            key=(str(inputs.items.sku[item]), str(inputs.items.location[item])),
            offer=row,
            supplier=supplier,
            location=str(inputs.items.location[item]),
            position=int(position[item]),
            per_day=float(per_day[item]),
            moq=int(moq[place]),
            pack_size=int(pack[place]),
            after_moq=int(minimum[place]),
            after_packs=int(packed[place]),
            quantity=int(packed[place]),
            most=int(most[place]),
            unit_cost_minor=int(offers.unit_cost_minor[row]),
            tiers=((0, int(offers.unit_cost_minor[row])), *breaks.get(row, ())),
            currency=str(suppliers.currency[supplier]),
            rate=rates[str(suppliers.currency[supplier])],
            home_currency=inputs.home_currency,
            worth=float(worth[item]),
            urgent=bool(urgent[item]),
            notes=_first_notes(inputs, settings, supplier, int(packed[place]), int(most[place])),
        )
        lines.append(with_price_break(line, order_cost, settings))
    return lines, findings


def with_quantity(line: Line, quantity: int, *notes: Note) -> Line:
    """The line at another quantity, at the unit cost of that quantity."""
    return _replaced(line, quantity, line.notes | frozenset(notes))


def with_price_break(line: Line, order_cost: float, settings: PlanSettings) -> Line:
    """The line raised to a price break iff that is cheaper per day, holding included (R10; S&S 3.4.2)."""
    here = with_quantity(line, line.quantity)
    best, best_cost = here, _daily_cost(here, order_cost, settings)
    for start, _ in line.tiers:
        raised = -(-start // line.pack_size) * line.pack_size
        if line.quantity < raised <= line.most and line.per_day > 0:
            candidate = with_quantity(line, raised, Note.PRICE_BREAK_TAKEN)
            cost = _daily_cost(candidate, order_cost, settings)
            if cost < best_cost:
                best, best_cost = candidate, cost
    return best


def _daily_cost(line: Line, order_cost: float, settings: PlanSettings) -> float:
    unit_cost = float(line.rate) * line.unit_cost_minor / 10 ** exponent(line.currency)
    held = settings.holding_rate_per_year / DAYS_PER_YEAR * unit_cost * line.quantity / 2
    return float(unit_cost * line.per_day + order_cost * line.per_day / line.quantity + held)


def _first_notes(
    inputs: PlanInputs, settings: PlanSettings, supplier: int, packed: int, most: int
) -> frozenset[Note]:
    suppliers: Suppliers = inputs.suppliers
    found = {
        Note.ROUNDED_OVER_MAXIMUM: packed > most,
        Note.SUPPLIER_NOT_APPROVED: not suppliers.approved[supplier],
        Note.LEAD_TIME_FLOOR: suppliers.lead_time_days[supplier] < settings.minimum_lead_time_days,
    }
    return frozenset(note for note, holds in found.items() if holds)


def _replaced(line: Line, quantity: int, notes: frozenset[Note]) -> Line:
    return replace(line, quantity=quantity, unit_cost_minor=line.unit_cost_of(quantity), notes=notes)


def _breaks_by_offer(offers: Offers) -> dict[int, tuple[tuple[int, int], ...]]:
    found: dict[int, list[tuple[int, int]]] = {}
    rows = zip(
        offers.break_offer.tolist(),
        offers.break_from.tolist(),
        offers.break_cost_minor.tolist(),
        strict=True,
    )
    for offer, start, cost in sorted(rows):
        if cost > 0:
            found.setdefault(offer, []).append((start, cost))
    return {offer: tuple(tiers) for offer, tiers in found.items()}


def _yearly_costs(inputs: PlanInputs, per_day: Floats, usable: Flags) -> Floats:
    offers = inputs.offers
    pack = np.maximum(offers.pack_size, 1)
    wanted = np.maximum(np.ceil(per_day * REFERENCE_DAYS).astype(np.int64), np.maximum(offers.moq, 1))
    quantity = -(-wanted // pack) * pack
    unit_cost = home_unit_costs(inputs, tier_costs(offers, quantity))
    held = 0.25 * unit_cost * quantity / 2
    return np.where(usable, unit_cost * per_day * DAYS_PER_YEAR + held, np.inf)
