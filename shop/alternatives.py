"""What else could have been done about one line: another supplier, a transfer, the next price break, nothing.

Each alternative comes with its figures, made from the same inputs as the plan; none of them was chosen. The
expected loss of doing nothing is the shortage of the exposure's demand over the position times the margin per
piece (the loss function of `shop/distributions.py`; Silver, Pyke and Thomas 2017, section 6.7).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from shop.money import MAX_MINOR, Money, exponent
from shop.plan_results import Alternative, AlternativeKind
from shop.purchasing import known_rates, offer_faults
from shop.transfers import surplus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, Ints, PlanInputs, PlanSettings
    from shop.planning import Outcome


Spare = tuple[str, int]
"""A location, and the pieces that it could spare."""


class Spares:
    """What each location could spare, after what is moved already; worked out when it is asked for.

    `wanted` are the SKUs that will be asked for; None: any.
    """

    def __init__(
        self, inputs: PlanInputs, state: Assessment, moved_out: Ints, wanted: frozenset[str] | None = None
    ) -> None:
        self._inputs = inputs
        self._state = state
        self._moved_out = moved_out
        self._wanted = wanted
        self._known: dict[str, list[tuple[int, str]]] | None = None

    def elsewhere(self, item: int) -> Spare | None:
        """The other location of a row's SKU that could spare most."""
        items = self._inputs.items
        if self._known is None:
            self._known = self._by_sku()
        found = [one for one in self._known.get(items.sku[item], ()) if one[1] != items.location[item]]
        if not found:
            return None
        pieces, place = max(found)
        return place, pieces

    def _by_sku(self) -> dict[str, list[tuple[int, str]]]:
        """Pieces and location of all that could be spared."""
        items, state = self._inputs.items, self._state
        spare = surplus(items, state.position, state.levels.order_up_to, state.sound) - self._moved_out
        found: dict[str, list[tuple[int, str]]] = {}
        rows = np.flatnonzero(spare > 0)
        for row, sku in zip(rows.tolist(), items.sku[rows].tolist(), strict=True):
            if self._wanted is None or sku in self._wanted:
                found.setdefault(sku, []).append((int(spare[row]), str(items.location[row])))
        return found


class Alternatives:
    """The alternatives of any row of the inputs, worked out when they are asked for.

    `elsewhere` tells for each row which other location could spare most, where the inputs do not hold all of
    them.
    """

    def __init__(
        self,
        inputs: PlanInputs,
        settings: PlanSettings,
        state: Assessment,
        outcome: Outcome,
        elsewhere: Sequence[Spare | None] | None = None,
    ) -> None:
        self._inputs = inputs
        self._settings = settings
        self._state = state
        self._outcome = outcome
        self._elsewhere = elsewhere
        self._spares = Spares(inputs, state, outcome.moved_out)
        self._missing: Floats | None = None
        self._usable: dict[str, list[int]] | None = None

    def of(self, item: int) -> tuple[Alternative, ...]:
        """All alternatives of a row in need; none where nothing is needed."""
        if self._outcome.need[item] == 0:
            return ()
        found = (
            self._other_supplier(item),
            self._transfer(item),
            self._next_break(item),
            self._nothing(item),
        )
        return tuple(one for one in found if one is not None)

    def lost_without(self, item: int) -> tuple[float, Money]:
        """Pieces and margin (home currency) that are expected to be lost if nothing is done."""
        pieces = float(self._shortage()[item])
        return pieces, home_amount(pieces * float(self._state.margin[item]), self._inputs.home_currency)

    def _nothing(self, item: int) -> Alternative:
        pieces, lost = self.lost_without(item)
        return Alternative(
            kind=AlternativeKind.NOTHING,
            words=f"Doing nothing is expected to lose {pieces:.1f} sales, {lost} of margin, in this time.",
            lost_margin=lost,
        )

    def _other_supplier(self, item: int) -> Alternative | None:
        inputs, offers = self._inputs, self._inputs.offers
        chosen = int(self._state.choice.offer[item])
        others = [row for row in self._offers_of(str(inputs.items.sku[item])) if row != chosen]
        if not others:
            return None
        wanted = int(self._outcome.remaining[item]) or int(self._outcome.need[item])
        row = min(others, key=lambda offer: (self._home_cost(offer, wanted), offer))
        quantity = self._fitting(row, wanted)
        supplier = int(offers.supplier[row])
        name, days = str(inputs.suppliers.id[supplier]), float(inputs.suppliers.lead_time_days[supplier])
        cost = Money(self._tier_cost(row, quantity), str(inputs.suppliers.currency[supplier]))
        approved = "" if inputs.suppliers.approved[supplier] else ", not approved"
        return Alternative(
            kind=AlternativeKind.OTHER_SUPPLIER,
            words=f"{name} would deliver {quantity} at {cost} each, {cost * quantity}, in {days:g} days"
            f" (rank {int(offers.rank[row])}{approved}).",
            supplier=name,
            quantity=quantity,
            unit_cost=cost,
            value=cost * quantity,
            lead_time_days=round(days, 2),
        )

    def _transfer(self, item: int) -> Alternative | None:
        """The location that could spare most, where nothing is moved."""
        if self._outcome.moved_in[item] > 0:
            return None
        found = self._spares.elsewhere(item) if self._elsewhere is None else self._elsewhere[item]
        if found is None:
            return None
        place, spare = found
        quantity = min(spare, int(self._outcome.need[item]))
        return Alternative(
            kind=AlternativeKind.TRANSFER,
            words=f"{place} could spare {quantity} pieces.",
            supplier=place,
            quantity=quantity,
        )

    def _next_break(self, item: int) -> Alternative | None:
        line = self._outcome.lines.get(item)
        if line is None:
            return None
        later = [(start, cost) for start, cost in line.tiers if start > line.quantity]
        if not later:
            return None
        start, minor = later[0]
        quantity = -(-start // line.pack_size) * line.pack_size
        cost = Money(minor, line.currency)
        days = f", {(line.position + quantity) / line.per_day:.0f} days of cover" if line.per_day > 0 else ""
        return Alternative(
            kind=AlternativeKind.NEXT_BREAK,
            words=f"From {start} pieces on they cost {cost} each: {quantity} for {cost * quantity}{days}.",
            supplier=str(self._inputs.suppliers.id[line.supplier]),
            quantity=quantity,
            unit_cost=cost,
            value=cost * quantity,
        )

    def _shortage(self) -> Floats:
        if self._missing is None:
            self._missing = self._state.levels.shortage(self._state.position)
        return self._missing

    def _offers_of(self, sku: str) -> list[int]:
        if self._usable is None:
            faults = offer_faults(self._inputs)
            self._usable = {}
            for row, name in enumerate(self._inputs.offers.sku.tolist()):
                if faults[row] is None:
                    self._usable.setdefault(name, []).append(row)
        return self._usable.get(sku, [])

    def _fitting(self, offer: int, wanted: int) -> int:
        """Pieces in whole packs, MOQ kept."""
        pack = max(int(self._inputs.offers.pack_size[offer]), 1)
        return -(-max(wanted, int(self._inputs.offers.moq[offer]), 1) // pack) * pack

    def _tier_cost(self, offer: int, quantity: int) -> int:
        offers = self._inputs.offers
        rows = np.flatnonzero((offers.break_offer == offer) & (offers.break_from <= quantity))
        if not len(rows):
            return int(offers.unit_cost_minor[offer])
        return int(offers.break_cost_minor[rows[np.argmax(offers.break_from[rows])]])

    def _home_cost(self, offer: int, wanted: int) -> float:
        quantity = self._fitting(offer, wanted)
        currency = str(self._inputs.suppliers.currency[self._inputs.offers.supplier[offer]])
        rate = float(known_rates(self._inputs)[currency]) / 10 ** exponent(currency)
        return float(self._tier_cost(offer, quantity) * rate * quantity)


def home_amount(amount: float, currency: str) -> Money:
    """An expectation in major units as money, rounded: for telling, not for paying.

    At most what money can be: a price with too many zeros is told as it is, and stops no run.
    """
    most = Money(MAX_MINOR, currency).amount
    return Money.rounded(min(Decimal(repr(max(amount, 0.0))), most), currency)
