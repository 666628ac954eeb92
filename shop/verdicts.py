"""The plan's answer for each SKU-location, in words and with its arithmetic, made when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Final, overload

import numpy as np

from shop.demand import DemandClass, Method
from shop.distributions import DISTRIBUTION_NAMES
from shop.explanations import Explanations
from shop.money import MAX_MINOR, Money
from shop.plan_results import Arithmetic, ItemVerdict, Note, Reason, Verdict
from shop.purchasing import NO_OFFER

if TYPE_CHECKING:
    from shop.assessment import Assessment
    from shop.plan_inputs import Floats, PlanInputs, PlanSettings
    from shop.planning import Outcome

ATTENTION: Final = frozenset(
    {
        Reason.NO_SUPPLIER,
        Reason.UNKNOWN_SUPPLIER,
        Reason.NO_COST,
        Reason.NO_EXCHANGE_RATE,
        Reason.NO_LEAD_TIME,
        Reason.PACK_SIZE_ZERO,
        Reason.MOQ_NEGATIVE,
        Reason.MOQ_OVER_MAXIMUM,
        Reason.MOQ_OVER_SHELF_LIFE,
        Reason.QUANTITY_OVER_LIMIT,
        Reason.NEGATIVE_STOCK,
        Reason.NO_HISTORY,
        Reason.SUPPLIER_MINIMUM_URGENT,
        Reason.SUPPLIER_UNAVAILABLE,
        Reason.NO_WEIGHT,
        Reason.NO_VOLUME,
    }
)
"""Findings that a person must clear up; all other reasons not to order are in order."""

WORDS: Final = {
    Reason.AT_REORDER_POINT: "Position {position} is at or below the reorder point {reorder_point}.",
    Reason.BACKORDERED: "{owed} pieces are sold but not there; reorder point {reorder_point}.",
    Reason.SURPLUS_ELSEWHERE: "Surplus of other locations covers the need: {transferred_in} pieces come.",
    Reason.ENOUGH_STOCK: "Position {position} is above the reorder point {reorder_point}.",
    Reason.NO_DEMAND: "No demand: {since} days without a sale.",
    Reason.DEMAND_TOO_LOW: "Less than half a piece is expected to sell within {maximum_cover_days} days.",
    Reason.NOT_FOR_SALE: "The product is {status}.",
    Reason.END_OF_LIFE: "The product is at the end of its life and is sold off.",
    Reason.OTHER_SUPPLIER: "Not bought from {only_supplier}.",
    Reason.OVER_BUDGET: "{quantity_wanted} pieces are needed, but the budget is spent on more urgent lines.",
    Reason.ORDER_FULL: (
        "{quantity_wanted} pieces are needed, but {supplier}'s order is full with lines that are worth more."
    ),
    Reason.NO_WEIGHT: "{supplier}'s orders have a weight limit, but this product has no weight; add it.",
    Reason.NO_VOLUME: "{supplier}'s orders have a volume limit, but this product has no volume; add it.",
    Reason.SUPPLIER_MINIMUM: "{quantity_wanted} pieces are needed; {supplier}'s minimum is not reached.",
    Reason.SUPPLIER_MINIMUM_URGENT: (
        "Will run out before a delivery, but the order stays under {supplier}'s minimum; "
        "add goods, or agree a smaller order."
    ),
    Reason.NO_SUPPLIER: "No supplier offers this SKU; add an offer.",
    Reason.UNKNOWN_SUPPLIER: "{supplier} is not among the store's suppliers; add it, or another offer.",
    Reason.NO_COST: "{supplier}'s offer has no unit cost over zero that money can be; correct it.",
    Reason.NO_EXCHANGE_RATE: "No exchange rate for {supplier}'s currency; add one.",
    Reason.NO_LEAD_TIME: "{supplier} has no usable lead time; correct it.",
    Reason.PACK_SIZE_ZERO: "{supplier}'s offer has a pack size under 1; correct it.",
    Reason.MOQ_NEGATIVE: "{supplier}'s offer has a negative minimum quantity; correct it.",
    Reason.MOQ_OVER_MAXIMUM: (
        "{supplier}'s minimum of {least} pieces is more than sells within {maximum_cover_days} days; "
        "decide whether to buy it."
    ),
    Reason.MOQ_OVER_SHELF_LIFE: (
        "{supplier}'s minimum of {least} pieces is more than sells in the {shelf_life_days} days that it "
        "keeps; decide whether to buy it."
    ),
    Reason.QUANTITY_OVER_LIMIT: "The need is more pieces than one line may order; check the sales figures.",
    Reason.NEGATIVE_STOCK: "On hand, committed or unavailable stock is negative; count it.",
    Reason.SUPPLIER_UNAVAILABLE: (
        "{quantity_needed} pieces are needed, but a signal says that they cannot be had from {supplier}; "
        "find another source, or remove the signal."
    ),
    Reason.NO_HISTORY: "No sales yet and no comparable products; decide the first order.",
}


COUNTED_ABOVE: Final = (
    "Position {position} counts as {counted}, above the reorder point {reorder_point}: sales that are lost "
    "before its deliveries arrive need no replacement."
)
"""Said of enough stock where the position alone is at or below the reorder point."""


class Verdicts(Sequence[ItemVerdict]):
    """One verdict per row in scope, in the order of the inputs; a million of them cost nothing until read."""

    def __init__(
        self, inputs: PlanInputs, settings: PlanSettings, state: Assessment, outcome: Outcome
    ) -> None:
        self._inputs = inputs
        self._settings = settings
        self._state = state
        self._outcome = outcome
        self._rows = np.flatnonzero(inputs.items.in_scope)
        final = state.position + outcome.moved_in - outcome.moved_out
        self._risk_without = state.levels.risk(state.position)
        for item, line in outcome.lines.items():
            final[item] += line.quantity
        self._risk_with = state.levels.risk(final)
        self._safety_stock = state.levels.safety_stock
        self._censored = state.forecasts.censored_days
        self._behind = Explanations(inputs, settings, state, outcome)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> ItemVerdict: ...

    @overload
    def __getitem__(self, index: slice) -> list[ItemVerdict]: ...

    def __getitem__(self, index: int | slice) -> ItemVerdict | list[ItemVerdict]:
        if isinstance(index, slice):
            return [self._verdict(int(row)) for row in self._rows[index]]
        return self._verdict(int(self._rows[index]))

    def arithmetic(self, item: int) -> Arithmetic:
        """All numbers behind the quantity of one row of the inputs."""
        items, state, outcome = self._inputs.items, self._state, self._outcome
        levels, forecasts = state.levels, state.forecasts
        draft, line = outcome.drafts.get(item), outcome.lines.get(item)
        offer = line.offer if line else int(state.choice.offer[item])
        offers = self._inputs.offers
        per_day, variance_per_day = self._per_day
        return Arithmetic(
            on_hand=int(items.on_hand[item]),
            committed=int(items.committed[item]),
            unavailable=int(items.unavailable[item]),
            incoming=int(state.supply.in_time[item]),
            incoming_late=int(state.supply.late[item]),
            position=int(state.position[item]),
            demand_per_day=_rounded(per_day[item]),
            demand_sd_per_day=_rounded(sqrt(variance_per_day[item])),
            demand_class=DemandClass(int(forecasts.demand_class[item])).name.lower(),
            method=Method(int(forecasts.method[item])).name.lower(),
            observed_days=int(forecasts.observed_days[item]),
            stockout_days=int(self._censored[item]),
            bulk_sales=int(forecasts.spikes[item]),
            supplier=self._supplier(offer),
            lead_time_days=_rounded(line.lead_time_days if line else state.lead_time_days[item]),
            lead_time_sd_days=_rounded(state.lead_time_sd_days[item]),
            review_days=self._settings.review_days,
            lead_time_demand=_rounded(levels.demand_mean[item]),
            lead_time_demand_sd=_rounded(sqrt(levels.demand_variance[item])),
            service_target=_rounded(levels.service[item]),
            distribution=DISTRIBUTION_NAMES[int(levels.distribution[item])],
            safety_stock=int(self._safety_stock[item]),
            reorder_point=int(levels.reorder_point[item]),
            economic_quantity=int(levels.economic_quantity[item]),
            order_up_to=int(levels.order_up_to[item]),
            raw_need=int(outcome.need[item]),
            transferred_in=int(outcome.moved_in[item]),
            transferred_out=int(outcome.moved_out[item]),
            moq=0 if offer == NO_OFFER else int(offers.moq[offer]),
            pack_size=0 if offer == NO_OFFER else int(offers.pack_size[offer]),
            after_moq=draft.after_moq if draft else 0,
            after_packs=draft.after_packs if draft else 0,
            quantity=line.quantity if line else 0,
            unit_cost=self._unit_cost(item, offer),
            risk_without=_rounded(self._risk_without[item]),
            risk_with=_rounded(self._risk_with[item]),
            source=self._behind.source(item, offer),
            constraint=self._behind.constraint(item),
            lost_before_delivery=self._lost_before_delivery(item),
            counted_above_position=int(outcome.projection.surplus[item]),
            **self._behind.back_test(item),
            **self._behind.spoiling(item),
            **self._behind.costs(item),
            **self._behind.signalled(item, offer),
        )

    def _lost_before_delivery(self, item: int) -> int:
        """What the need left out; a need is never less than what is owed, so at most the whole of S."""
        if self._outcome.remaining[item] == 0:
            return 0
        return int(min(self._outcome.projection.lost[item], self._state.levels.order_up_to[item]))

    @property
    def _per_day(self) -> tuple[Floats, Floats]:
        return self._state.forecasts.per_day()

    def _verdict(self, item: int) -> ItemVerdict:
        items = self._inputs.items
        verdict, reason = self._decision(item)
        arithmetic = self.arithmetic(item)
        line = self._outcome.lines.get(item)
        return ItemVerdict(
            sku=str(items.sku[item]),
            title=str(items.title[item]),
            location=str(items.location[item]),
            verdict=verdict,
            reason=reason,
            words=self._words(item, reason, arithmetic),
            notes=self._notes(item, verdict),
            value=Money(line.minor, line.currency) if line else None,
            arithmetic=arithmetic,
            signals=self._behind.signals(item, arithmetic.supplier),
            alternatives=self._behind.alternatives.of(item),
        )

    def _decision(self, item: int) -> tuple[Verdict, Reason]:
        outcome = self._outcome
        if item in outcome.lines:
            owed = self._state.position[item] < 0
            return Verdict.ORDERED, Reason.BACKORDERED if owed else Reason.AT_REORDER_POINT
        if outcome.moved_in[item] > 0 and outcome.remaining[item] == 0:
            return Verdict.TRANSFERRED, Reason.SURPLUS_ELSEWHERE
        reason = outcome.held.get(item) or self._state.finding[item] or Reason.ENOUGH_STOCK
        if reason is Reason.SUPPLIER_UNAVAILABLE and outcome.need[item] == 0:
            reason = Reason.ENOUGH_STOCK
        return (Verdict.NEEDS_ATTENTION if reason in ATTENTION else Verdict.NOT_ORDERED), reason

    def _words(self, item: int, reason: Reason, arithmetic: Arithmetic) -> str:
        draft = self._outcome.drafts.get(item)
        pack = max(arithmetic.pack_size, 1)
        if reason is Reason.ENOUGH_STOCK and arithmetic.position <= arithmetic.reorder_point:
            return COUNTED_ABOVE.format(
                position=arithmetic.position,
                counted=arithmetic.position + arithmetic.counted_above_position,
                reorder_point=arithmetic.reorder_point,
            )
        return WORDS[reason].format(
            position=arithmetic.position,
            owed=-arithmetic.position,
            reorder_point=arithmetic.reorder_point,
            transferred_in=arithmetic.transferred_in,
            since=int(self._state.forecasts.days_since_sale[item]),
            maximum_cover_days=self._settings.maximum_cover_days,
            shelf_life_days=arithmetic.shelf_life_days,
            status=self._inputs.items.status[item],
            only_supplier=self._inputs.only_supplier,
            supplier=arithmetic.supplier or "The supplier",
            quantity_needed=arithmetic.raw_need,
            quantity_wanted=draft.quantity if draft else 0,
            least=-(-max(arithmetic.moq, 1) // pack) * pack,
        )

    def _notes(self, item: int, verdict: Verdict) -> tuple[Note, ...]:
        state, outcome = self._state, self._outcome
        draft = outcome.lines.get(item) or outcome.drafts.get(item)
        found = set(draft.notes) if draft else set()
        needed = verdict in {Verdict.ORDERED, Verdict.TRANSFERRED} or item in outcome.held
        flags = {
            Note.OVERDUE_COUNTED: bool(state.supply.overdue_counted[item]),
            Note.OVERDUE_IGNORED: bool(state.supply.overdue_ignored[item]),
            Note.ARRIVES_TOO_LATE: bool(state.supply.late[item] > 0) and needed,
            Note.FLAWED_SALES: bool(state.flawed_sales[item]),
            Note.BULK_SALES_TRIMMED: bool(state.forecasts.spikes[item] > 0),
            Note.NEW_PRODUCT: bool(state.forecasts.demand_class[item] == DemandClass.NEW),
            Note.URGENT: bool(state.urgent[item]) and needed,
        }
        found |= {note for note, holds in flags.items() if holds}
        return tuple(sorted(found))

    def _supplier(self, offer: int) -> str:
        if offer == NO_OFFER:
            return ""
        return str(self._inputs.suppliers.id[self._inputs.offers.supplier[offer]])

    def _unit_cost(self, item: int, offer: int) -> Money | None:
        line = self._outcome.lines.get(item) or self._outcome.drafts.get(item)
        if line:
            return Money(line.unit_cost_minor, line.currency)
        if offer == NO_OFFER or not 0 < self._inputs.offers.unit_cost_minor[offer] <= MAX_MINOR:
            return None
        currency = self._inputs.suppliers.currency[self._inputs.offers.supplier[offer]]
        return Money(int(self._inputs.offers.unit_cost_minor[offer]), str(currency))


def _rounded(figure: float) -> float:
    return round(float(figure), 4)
