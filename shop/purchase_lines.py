"""Drafts of purchase lines: what each item in need would be bought by, if nothing else limited it.

A candidate is an item with one of its offers. Its quantity follows from the need alone: MOQ, whole packs,
the maximum cover, and a price break where that is cheaper. All in columns; a `Line` is made of one when it is
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from shop.actions import MAX_PIECES
from shop.money import exponent
from shop.plan_inputs import MaximumStock
from shop.plan_results import Note, Reason
from shop.purchase_terms import Tiers
from shop.purchasing import home_rates, known_rates
from shop.replenishment import DAYS_PER_YEAR, after_minimum, in_packs
from shop.signalled import added_lead_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.assessment import Assessment
    from shop.plan_inputs import Flags, Floats, Ints, PlanInputs, PlanSettings

DEAREST_LINE: Final = 10**15
"""A line of more minor units than this is a typing error, not an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A purchase of one item; `most` is the largest quantity that the maximum cover allows."""

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
    lead_time_days: float
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """One row per candidate: `item` and `offer` are rows of the inputs, `preferred` the item's first choice.

    `quantity` is what the need alone asks for; `least` and `most` bound any other quantity.
    """

    item: Ints
    offer: Ints
    supplier: Ints
    need: Ints
    position: Ints
    moq: Ints
    pack: Ints
    after_moq: Ints
    after_packs: Ints
    least: Ints
    most: Ints
    quantity: Ints
    lead_time_days: Floats
    preferred: Flags

    def __len__(self) -> int:
        return len(self.item)


def draft(
    inputs: PlanInputs,
    settings: PlanSettings,
    state: Assessment,
    tiers: Tiers,
    item: Ints,
    offer: Ints,
    need: Ints,
    position: Ints,
) -> tuple[Drafts, dict[int, Reason]]:
    """Candidates (pairs of `item` and `offer`) with their quantities, and why others are none.

    `need` and `position` have an entry per item of the inputs. A finding goes by the item.
    """
    offers = inputs.offers
    supplier = offers.supplier[offer]
    moq, pack = np.maximum(offers.moq[offer], 1), offers.pack_size[offer]
    wanted, per_day = need[item], state.per_day[item]
    minimum = after_minimum(wanted, moq)
    packed = in_packs(minimum, pack, moq, settings.rounding)
    least = in_packs(np.ones_like(minimum), pack, moq, settings.rounding)
    cover = np.ceil(per_day * settings.maximum_cover_days).astype(np.int64)
    most = np.minimum(np.maximum(cover - position[item], wanted), MAX_PIECES)
    unasked = _unasked_packs(state, item, packed, pack, least, position[item])
    packed = np.where(wanted > 0, unasked, packed)
    room = np.floor(np.minimum(state.most_unasked[item] - position[item], MAX_PIECES)).astype(np.int64)
    most = np.maximum(np.minimum(most, room), np.maximum(wanted, np.minimum(least, most)))
    if settings.maximum_stock is MaximumStock.KEPT:
        packed = np.minimum(packed, np.maximum(most // pack * pack, least))
    # The need leaves out what is lost before the delivery, which makes no room for pieces that spoil.
    spare = state.fresh[item] - state.levels.order_up_to[item]
    fresh = np.minimum(wanted + spare, MAX_PIECES).astype(np.int64)
    packed = np.where(packed > fresh, np.maximum(fresh // pack * pack, np.minimum(least, packed)), packed)
    most = np.minimum(most, np.maximum(fresh, 0))
    found = Drafts(
        item=item,
        offer=offer,
        supplier=supplier,
        need=wanted,
        position=position[item],
        moq=moq,
        pack=pack,
        after_moq=minimum,
        after_packs=packed,
        least=least,
        most=most,
        quantity=_with_price_breaks(inputs, settings, state, tiers, offer, packed, most, per_day),
        lead_time_days=supplier_lead_times(inputs, settings)[supplier],
        preferred=state.choice.offer[item] == offer,
    )
    reasons = _findings(inputs, tiers, found, fresh)
    sound = reasons == None  # noqa: E711 - element by element over an object array
    findings = dict(zip(item[~sound].tolist(), reasons[~sound].tolist(), strict=True))
    return rows_of(found, np.flatnonzero(sound)), findings


def _unasked_packs(
    state: Assessment, item: Ints, packed: Ints, pack: Ints, least: Ints, position: Ints
) -> Ints:
    """A pack less where the last one would make the rules ask, and what is left still ends the need."""
    fewer = packed - pack
    asked = position + packed > state.most_unasked[item]
    return np.where(
        asked & (fewer >= least) & (position + fewer > state.levels.reorder_point[item]), fewer, packed
    )


def rows_of(drafts: Drafts, rows: Ints) -> Drafts:
    """Some of the candidates."""
    columns = {name: getattr(drafts, name)[rows] for name in Drafts.__dataclass_fields__}
    return Drafts(**columns)


def supplier_lead_times(inputs: PlanInputs, settings: PlanSettings) -> Floats:
    """Days from order to shelf of each supplier, with the floor (R11) and what signals add."""
    floor = np.maximum(inputs.suppliers.lead_time_days, settings.minimum_lead_time_days)
    return np.asarray(floor + added_lead_time(inputs))


def weights_and_volumes(inputs: PlanInputs, drafts: Drafts) -> tuple[Ints, Ints]:
    """Grams and millilitres of a piece of each candidate; -1 where nobody told them."""
    unknown = np.full(len(inputs.items), -1, dtype=np.int64)
    weight = unknown if inputs.items.weight_grams is None else inputs.items.weight_grams
    volume = unknown if inputs.items.volume_ml is None else inputs.items.volume_ml
    return weight[drafts.item], volume[drafts.item]


def order_limits(inputs: PlanInputs) -> tuple[Ints, Ints]:
    """The most that one order of each supplier may weigh and take up; -1 for no limit."""
    none = np.full(len(inputs.suppliers.id), -1, dtype=np.int64)
    suppliers = inputs.suppliers
    weight = none if suppliers.most_weight_grams is None else suppliers.most_weight_grams
    volume = none if suppliers.most_volume_ml is None else suppliers.most_volume_ml
    return weight, volume


def _findings(inputs: PlanInputs, tiers: Tiers, drafts: Drafts, fresh: Ints) -> NDArray[np.object_]:
    """Why a candidate cannot be bought (a Reason), or None."""
    found = np.full(len(drafts), None, dtype=np.object_)
    found[drafts.least > drafts.most] = Reason.MOQ_OVER_MAXIMUM
    found[drafts.least > fresh] = Reason.MOQ_OVER_SHELF_LIFE
    weight, volume = weights_and_volumes(inputs, drafts)
    most_weight, most_volume = order_limits(inputs)
    found[(most_weight[drafts.supplier] >= 0) & (weight < 0)] = Reason.NO_WEIGHT
    found[(most_volume[drafts.supplier] >= 0) & (volume < 0)] = Reason.NO_VOLUME
    cost = tiers.unit_cost(drafts.offer, drafts.quantity)
    dear = cost.astype(np.float64) * drafts.quantity > DEAREST_LINE
    found[(drafts.need > MAX_PIECES) | (drafts.after_packs > MAX_PIECES) | dear] = Reason.QUANTITY_OVER_LIMIT
    return found


def _with_price_breaks(
    inputs: PlanInputs,
    settings: PlanSettings,
    state: Assessment,
    tiers: Tiers,
    offer: Ints,
    packed: Ints,
    most: Ints,
    per_day: Floats,
) -> Ints:
    """Quantities raised to a price break iff that is cheaper per day, holding included (R10; S&S 3.4.2)."""
    breaks = tiers.first[offer + 1] - tiers.first[offer]
    row = np.repeat(np.arange(len(offer)), breaks)
    place = np.arange(len(row)) - np.repeat(np.cumsum(breaks) - breaks, breaks)
    start = tiers.start[tiers.first[offer[row]] + place]
    pack = inputs.offers.pack_size[offer[row]]
    raised = -(-start // np.maximum(pack, 1)) * pack
    fits = (raised > packed[row]) & (raised <= most[row]) & (per_day[row] > 0)
    row, raised = row[fits], raised[fits]
    now = _daily_costs(inputs, settings, state, tiers, offer, packed, per_day)
    cost = _daily_costs(inputs, settings, state, tiers, offer[row], raised, per_day[row])
    better = cost < now[row]
    row, raised, cost = row[better], raised[better], cost[better]
    order = np.lexsort((-raised, -cost, row))  # the cheapest of a row comes last and stays
    found = packed.copy()
    found[row[order]] = raised[order]
    return found


def _daily_costs(
    inputs: PlanInputs,
    settings: PlanSettings,
    state: Assessment,
    tiers: Tiers,
    offer: Ints,
    quantity: Ints,
    per_day: Floats,
) -> Floats:
    """Purchase, ordering and holding per day at one quantity: c d + K d / Q + i c Q / 2 (S&S 3.4.2)."""
    rate = home_rates(inputs)[inputs.offers.supplier[offer]]
    unit_cost = tiers.unit_cost(offer, quantity) * rate
    pieces = np.maximum(quantity, 1)
    held = settings.holding_rate_per_year / DAYS_PER_YEAR * unit_cost * pieces / 2
    return np.asarray(unit_cost * per_day + state.ordering_weight * per_day / pieces + held)


def home_costs(inputs: PlanInputs, offer: Ints, unit_cost: Ints) -> Floats:
    """Unit costs of offers in home major units, as weights."""
    return np.asarray(unit_cost * home_rates(inputs)[inputs.offers.supplier[offer]])


class Lines(Mapping[int, Line]):
    """Lines by item, made when they are asked for: candidates with a quantity each."""

    def __init__(
        self,
        inputs: PlanInputs,
        settings: PlanSettings,
        state: Assessment,
        tiers: Tiers,
        drafts: Drafts,
        quantity: Ints,
    ) -> None:
        self._inputs = inputs
        self._settings = settings
        self._state = state
        self._tiers = tiers
        self.drafts = drafts
        self.quantity = quantity
        self._rates = known_rates(inputs)
        self._row = dict(zip(drafts.item.tolist(), range(len(drafts)), strict=True))

    def __len__(self) -> int:
        return len(self._row)

    def __iter__(self) -> Iterator[int]:
        return iter(self._row)

    def __getitem__(self, item: int) -> Line:
        row = self._row[item]
        inputs, drafts, offers = self._inputs, self.drafts, self._inputs.offers
        offer, supplier, quantity = int(drafts.offer[row]), int(drafts.supplier[row]), int(self.quantity[row])
        tiers = self._tiers.of(offer)
        currency = str(inputs.suppliers.currency[supplier])
        return Line(
            item=item,
            key=(str(inputs.items.sku[item]), str(inputs.items.location[item])),
            offer=offer,
            supplier=supplier,
            location=str(inputs.items.location[item]),
            position=int(drafts.position[row]),
            per_day=float(self._state.per_day[item]),
            moq=max(int(offers.moq[offer]), 1),
            pack_size=int(drafts.pack[row]),
            after_moq=int(drafts.after_moq[row]),
            after_packs=int(drafts.after_packs[row]),
            quantity=quantity,
            most=int(drafts.most[row]),
            unit_cost_minor=next(cost for start, cost in reversed(tiers) if start <= quantity),
            tiers=tiers,
            currency=currency,
            rate=self._rates[currency],
            home_currency=inputs.home_currency,
            lead_time_days=float(drafts.lead_time_days[row]),
            urgent=bool(self._state.urgent[item]),
            notes=self._notes(row, supplier),
        )

    def _notes(self, row: int, supplier: int) -> frozenset[Note]:
        drafts, suppliers, quantity = self.drafts, self._inputs.suppliers, int(self.quantity[row])
        found = {
            Note.PRICE_BREAK_TAKEN: drafts.after_packs[row] < drafts.quantity[row] <= quantity,
            Note.TOPPED_UP: quantity > drafts.quantity[row],
            Note.REDUCED: quantity < drafts.quantity[row],
            Note.OTHER_SOURCE: not drafts.preferred[row],
            Note.ROUNDED_OVER_MAXIMUM: quantity > drafts.most[row],
            Note.SUPPLIER_NOT_APPROVED: not suppliers.approved[supplier],
            Note.LEAD_TIME_FLOOR: suppliers.lead_time_days[supplier] < self._settings.minimum_lead_time_days,
        }
        return frozenset(note for note, holds in found.items() if holds)
