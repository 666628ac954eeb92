"""The plan of a reorder run as it is stored: requests to the desk, lines with arithmetic, projections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING

from agent.projections import outlooks, projections
from agent.run_report import Draft, ForecastQuality, Line, Outlook, Request
from shop.actions import Action, PlacePurchaseOrder, PurchaseLine, TransferStock, parse_action
from shop.money import Money
from shop.plan_results import ItemVerdict, Plan, PlannedOrder, PlannedTransfer, Reason

if TYPE_CHECKING:
    from shop.plan_inputs import PlanInputs


def draft_of(
    plan: Plan,
    inputs: PlanInputs,
    *,
    key: str,
    tenant: str,
    started_at: datetime,
    location: str | None,
    dry_run: bool,
) -> Draft:
    """The plan with the requests it makes, transfers first: what can be moved is not waited for."""
    verdicts = list(plan.verdicts)
    requests = [
        *(transfer_request(move, key, tenant) for move in plan.transfers),
        *(order_request(order, key, tenant) for order in plan.orders),
    ]
    lines = _lines(plan, verdicts, outlooks(plan, inputs, verdicts))
    at_risk = [entry.arithmetic for entry in verdicts if entry.arithmetic.demand_per_day > 0]
    return Draft(
        key=key,
        as_of=plan.as_of,
        started_at=started_at,
        home_currency=plan.home_currency,
        location=location,
        supplier=inputs.only_supplier,
        budget=plan.budget,
        dry_run=dry_run,
        lines=tuple(lines),
        requests=tuple(requests),
        projections=projections(plan, inputs, lines),
        unmet=_over_budget(verdicts, inputs),
        stockouts_without=round(sum(figures.risk_without for figures in at_risk), 2),
        stockouts_with=round(sum(figures.risk_with for figures in at_risk), 2),
        signals=tuple(
            signal.in_words()
            for signal in inputs.signals
            if signal.ends_on is None or signal.ends_on >= plan.as_of
        ),
        quality=forecast_quality(inputs),
    )


def forecast_quality(inputs: PlanInputs) -> tuple[ForecastQuality, ...]:
    """How good the plan's forecasts would have been for the days just past, by demand class."""
    from shop.forecasting.back_test import SHARES  # noqa: PLC0415 - loads numba
    from shop.forecasting.quality import HELD_OUT_DAYS, quality_of_plan  # noqa: PLC0415 - loads numba

    return tuple(
        ForecastQuality(
            demand_class=one.demand_class,
            series=one.series,
            demand=one.demand,
            days=HELD_OUT_DAYS,
            bias=round(one.bias, 4),
            wape=round(one.wape, 4),
            shares=SHARES,
            pinball=tuple(round(loss, 4) for loss in one.pinball),
            coverage=tuple(round(share, 4) for share in one.coverage),
            by_weeks=round(one.by_weeks, 4),
            back_test=None if isnan(one.back_test) else round(one.back_test, 4),
        )
        for one in quality_of_plan(inputs)
    )


def action_of(request: Request) -> Action:
    """The frozen action that a request asks for."""
    return parse_action(request.kind, request.args)


def _key(run_key: str, action: Action, tenant: str) -> str:
    return f"{run_key}:{action.digest(tenant)}"


def transfer_request(move: PlannedTransfer, run_key: str, tenant: str) -> Request:
    """What is asked of the desk for a transfer; its key names the run and the action."""
    action = TransferStock(
        sku=move.sku,
        from_location=move.from_location,
        to_location=move.to_location,
        quantity=move.quantity,
    )
    return Request(
        kind=action.kind,
        args=action.as_json(),
        key=_key(run_key, action, tenant),
        title=f"Move {move.quantity} of {move.sku} from {move.from_location} to {move.to_location}",
        supplier="",
        location=move.to_location,
        lines=1,
        pieces=move.quantity,
        value=None,
        home_value=None,
        expected_on=None,
    )


def order_request(order: PlannedOrder, run_key: str, tenant: str) -> Request:
    """What is asked of the desk for a purchase order; its key names the run and the action."""
    action = PlacePurchaseOrder(
        supplier=order.supplier,
        location=order.location,
        lines=tuple(
            PurchaseLine(sku=line.sku, quantity=line.quantity, unit_cost=line.unit_cost)
            for line in order.lines
        ),
        expected_on=order.expected_on,
    )
    return Request(
        kind=action.kind,
        args=action.as_json(),
        key=_key(run_key, action, tenant),
        title=f"Order {len(order.lines)} SKUs from {order.supplier} for {order.location}",
        supplier=order.supplier,
        location=order.location,
        lines=len(order.lines),
        pieces=sum(line.quantity for line in order.lines),
        value=order.total,
        home_value=order.home_value,
        expected_on=order.expected_on,
    )


def _lines(plan: Plan, verdicts: Sequence[ItemVerdict], ahead: Sequence[Outlook]) -> list[Line]:
    places: dict[tuple[str, str], int] = {}
    home: dict[tuple[str, str], Money] = {}
    for place, move in enumerate(plan.transfers):
        places[move.sku, move.to_location] = place
    for place, order in enumerate(plan.orders, len(plan.transfers)):
        shares = order.home_value.split([line.value.minor for line in order.lines])
        for line, share in zip(order.lines, shares, strict=True):
            places[line.sku, order.location] = place
            home[line.sku, order.location] = share
    return [_line(entry, outlook, places, home) for entry, outlook in zip(verdicts, ahead, strict=True)]


def _line(
    entry: ItemVerdict,
    outlook: Outlook,
    places: dict[tuple[str, str], int],
    home: dict[tuple[str, str], Money],
) -> Line:
    figures = entry.arithmetic
    acts = entry.verdict.value in ("ordered", "transferred")
    return Line(
        sku=entry.sku,
        title=entry.title,
        location=entry.location,
        verdict=entry.verdict.value,
        reason=entry.reason.value,
        words=entry.words,
        notes=tuple(note.value for note in entry.notes),
        supplier=figures.supplier,
        quantity=figures.quantity or figures.transferred_in,
        value=entry.value,
        home_value=home.get((entry.sku, entry.location)),
        submission=places[entry.sku, entry.location] if acts else None,
        arithmetic=figures,
        signals=entry.signals,
        alternatives=entry.alternatives,
        outlook=outlook,
    )


def _over_budget(verdicts: Sequence[ItemVerdict], inputs: PlanInputs) -> Money:
    """What the lines that the budget did not reach would have cost, in the home currency."""
    from shop.purchasing import home_money  # noqa: PLC0415 - loads numba

    total = Money.zero(inputs.home_currency)
    for entry in verdicts:
        cost = entry.arithmetic.unit_cost
        if entry.reason is Reason.OVER_BUDGET and cost is not None:
            rate = Decimal(1) if cost.currency == inputs.home_currency else inputs.rates[cost.currency]
            total += home_money(cost * entry.arithmetic.after_packs, rate, inputs.home_currency)
    return total
