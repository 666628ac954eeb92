"""The reorder plan of a day: a pure function from `PlanInputs` to `Plan`.

    plan(inputs, PlanSettings(budget=Money.of("5000", "GBP")))

Needs first (position at or below the reorder point), then transfers, then purchases: supplier, MOQ, packs,
price breaks, the supplier's minimum, the budget. The order of the rows changes nothing, and planned orders
that are fed back as incoming leave no need behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Final

from shop.errors import InvalidActionError
from shop.money import Money
from shop.plan_inputs import (
    NEVER,
    UNKNOWN,
    History,
    Incoming,
    Items,
    Offers,
    PackRounding,
    PlanInputs,
    PlanSettings,
    Suppliers,
)
from shop.plan_results import (
    Arithmetic,
    ItemVerdict,
    NeedFigures,
    Note,
    Plan,
    PlannedLine,
    PlannedOrder,
    PlannedTransfer,
    Reason,
    Verdict,
)

if TYPE_CHECKING:
    from shop.assessment import Assessment
    from shop.budgets import BudgetUse
    from shop.plan_inputs import Ints
    from shop.projected_level import Projection
    from shop.purchase_lines import Line
    from shop.transfers import Move

__all__ = [
    "NEVER",
    "UNKNOWN",
    "Arithmetic",
    "History",
    "Incoming",
    "ItemVerdict",
    "Items",
    "Note",
    "Offers",
    "PackRounding",
    "Plan",
    "PlanInputs",
    "PlanSettings",
    "PlannedLine",
    "PlannedOrder",
    "PlannedTransfer",
    "Reason",
    "Suppliers",
    "Verdict",
    "plan",
]

MOST_LINES: Final = 5_000
"""A purchase order holds at most this many lines; a longer one is placed in parts."""

_MAY_RECEIVE: Final = frozenset(
    {
        None,
        Reason.NO_SUPPLIER,
        Reason.UNKNOWN_SUPPLIER,
        Reason.SUPPLIER_UNAVAILABLE,
        Reason.NO_COST,
        Reason.NO_EXCHANGE_RATE,
        Reason.NO_LEAD_TIME,
        Reason.PACK_SIZE_ZERO,
        Reason.MOQ_NEGATIVE,
    }
)
"""Findings with which a location may get stock from another although nothing can be bought for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was decided, by row of the inputs: moves, lines, and why other needs are not served."""

    moves: list[Move]
    moved_in: Ints
    moved_out: Ints
    projection: Projection
    need: Ints
    remaining: Ints
    lines: Mapping[int, Line]
    drafts: Mapping[int, Line]
    held: Mapping[int, Reason]
    uses: tuple[BudgetUse, ...]


def plan(inputs: PlanInputs, settings: PlanSettings | None = None) -> Plan:
    """Orders, transfers and one verdict per SKU-location in scope; reads nothing, writes nothing.

    Raises InvalidActionError for a budget that is not in the home currency.
    """
    from shop.assessment import assess  # noqa: PLC0415 - loads numba, which only a plan needs
    from shop.verdicts import Verdicts  # noqa: PLC0415 - loads numba, which only a plan needs

    settings = settings or PlanSettings()
    for budget in settings.all_budgets:
        if budget.amount.currency != inputs.home_currency:
            raise InvalidActionError(f"the budget must be in {inputs.home_currency}, got {budget.amount}")
    state = assess(inputs, settings)
    outcome = _decide(inputs, settings, state)
    verdicts = Verdicts(inputs, settings, state, outcome)
    return Plan(
        as_of=inputs.as_of,
        home_currency=inputs.home_currency,
        orders=orders_of(inputs, outcome, verdicts.arithmetic),
        transfers=transfers_of(inputs, outcome.moves),
        verdicts=verdicts,
        budget=settings.budget,
        uses=outcome.uses,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What is missing once stock is moved, by row of the inputs; `buying` are the rows to buy for."""

    moves: list[Move]
    moved_in: Ints
    moved_out: Ints
    position: Ints
    projection: Projection
    remaining: Ints
    buying: Ints


def _decide(inputs: PlanInputs, settings: PlanSettings, state: Assessment) -> Outcome:
    from shop.order_limits import buy  # noqa: PLC0415 - loads numba

    needs = needs_of(inputs, settings, state)
    bought = buy(inputs, settings, state, needs.buying, needs.remaining, needs.position)
    return Outcome(
        moves=needs.moves,
        moved_in=needs.moved_in,
        moved_out=needs.moved_out,
        projection=needs.projection,
        need=needs.moved_in + needs.remaining,
        remaining=needs.remaining,
        lines=bought.lines,
        drafts=bought.drafts,
        held=bought.held,
        uses=bought.uses,
    )


def needs_of(inputs: PlanInputs, settings: PlanSettings, state: Assessment) -> Needs:
    """Transfers between locations, then what must be bought; a SKU's rows decide among themselves."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.assessment import projection  # noqa: PLC0415 - loads numba
    from shop.replenishment import raw_needs  # noqa: PLC0415 - loads numba
    from shop.transfers import moves, surplus  # noqa: PLC0415 - loads numpy

    items, levels = inputs.items, state.levels
    movable = np.array([finding in _MAY_RECEIVE for finding in state.finding], dtype=bool) & items.in_scope
    # Demand that a signal takes away for the whole exposure is no need, whatever sells on a usual day.
    selling = np.where(levels.demand_mean > 0, state.per_day, 0.0)
    nothing = np.zeros(len(items), dtype=np.int64)
    ahead = projection(inputs, settings, state, nothing)
    due = raw_needs(state.position, levels.reorder_point, levels.order_up_to, selling, ahead) > 0
    # A transfer comes before anything is lost: it may bring all that is missing.
    need = raw_needs(state.position, levels.reorder_point, levels.order_up_to, selling)
    need = np.where(movable & due, need, 0)
    spare = surplus(items, state.position, levels.order_up_to, state.sound)
    least = _worth_moving(inputs, settings, state)
    found = moves(items.sku, items.location, need, spare, least) if settings.transfers else []
    moved_in, moved_out = _moved(found, len(items))
    position = state.position + moved_in - moved_out
    ahead = projection(inputs, settings, state, moved_in - moved_out) if found else ahead
    remaining = raw_needs(position, levels.reorder_point, levels.order_up_to, selling, ahead)
    remaining = np.where(movable, remaining, 0)
    buying = np.flatnonzero(
        (remaining > 0) & np.array([fault is None for fault in state.finding], dtype=bool)
    )
    return Needs(
        moves=found,
        moved_in=moved_in,
        moved_out=moved_out,
        position=position,
        projection=ahead,
        remaining=remaining,
        buying=buying,
    )


def _worth_moving(inputs: PlanInputs, settings: PlanSettings, state: Assessment) -> Ints:
    """The least pieces of each item that are worth a transfer; 1 of what can only be moved, not bought."""
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    from shop.assessment import home_major  # noqa: PLC0415 - loads numba
    from shop.purchasing import known_rates  # noqa: PLC0415 - loads numba
    from shop.transfers import worthwhile  # noqa: PLC0415 - loads numpy

    items, cost = inputs.items, settings.transfer_cost
    handling = state.ordering_weight
    if cost is not None:
        handling = float(cost.amount * known_rates(inputs).get(cost.currency, Decimal(1)))
    known = np.where(items.cost_minor > 0, items.cost_minor, items.price_minor)
    least = worthwhile(home_major(known, items.currency, inputs), handling)
    buyable = np.array([finding is None for finding in state.finding], dtype=bool)
    return np.where(buyable, least, 1)


def _moved(found: list[Move], items: int) -> tuple[Ints, Ints]:
    import numpy as np  # noqa: PLC0415 - only a plan needs it

    moved_in, moved_out = np.zeros(items, dtype=np.int64), np.zeros(items, dtype=np.int64)
    for move in found:
        moved_in[move.target] += move.quantity
        moved_out[move.source] += move.quantity
    return moved_in, moved_out


def orders_of(
    inputs: PlanInputs, outcome: Outcome, arithmetic: Callable[[int], Arithmetic | NeedFigures]
) -> tuple[PlannedOrder, ...]:
    """The lines by supplier and location; `arithmetic` answers for a row of the inputs."""

    def order_key(line: Line) -> tuple[str, str]:
        return str(inputs.suppliers.id[line.supplier]), line.location

    found: list[PlannedOrder] = []
    ordered = sorted(outcome.lines.values(), key=lambda line: (order_key(line), line.key))
    for _, group in groupby(ordered, key=order_key):
        lines = list(group)
        parts = [lines[start : start + MOST_LINES] for start in range(0, len(lines), MOST_LINES)]
        found.extend(_order(inputs, part, arithmetic) for part in parts)
    return tuple(found)


def _order(
    inputs: PlanInputs, lines: list[Line], arithmetic: Callable[[int], Arithmetic | NeedFigures]
) -> PlannedOrder:
    from shop.purchasing import home_money  # noqa: PLC0415 - loads numba

    first = lines[0]
    planned = tuple(
        PlannedLine(
            item=line.item,
            sku=line.key[0],
            quantity=line.quantity,
            unit_cost=Money(line.unit_cost_minor, line.currency),
            arithmetic=arithmetic(line.item),
        )
        for line in lines
    )
    total = Money.total((line.value for line in planned), first.currency)
    return PlannedOrder(
        supplier=str(inputs.suppliers.id[first.supplier]),
        location=first.location,
        expected_on=inputs.as_of + timedelta(days=ceil(first.lead_time_days)),
        lines=planned,
        home_value=home_money(total, first.rate, inputs.home_currency),
    )


def transfers_of(inputs: PlanInputs, found_moves: list[Move]) -> tuple[PlannedTransfer, ...]:
    """The moves as transfers, by name."""
    items = inputs.items
    found = [
        PlannedTransfer(
            sku=str(items.sku[move.source]),
            from_location=str(items.location[move.source]),
            to_location=str(items.location[move.target]),
            quantity=move.quantity,
        )
        for move in found_moves
    ]
    return tuple(sorted(found, key=lambda move: (move.from_location, move.to_location, move.sku)))
