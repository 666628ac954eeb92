"""Tools for signals: tell the plan what the figures cannot know yet, see what was told, take it back."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shop.actions import AddDemandSignal, AddSupplySignal, RemoveSignal
from shop.errors import NotFoundError, ToolInputError
from shop.signal_actions import MAX_DAYS, MAX_PERCENT, DemandEffect, SupplyEffect
from shop.signals import Signal
from shop.store.reads import info, signals
from tools import lookups
from tools.answers import Amount, ListAnswer, Record, WriteAnswer
from tools.arguments import (
    NO_REASON,
    AmountText,
    Category,
    Day,
    Limit,
    LocationName,
    Name,
    PageToken,
    Pieces,
    PurchaseOrderId,
    Reason,
    Sku,
    SupplierName,
    numbered,
    parse_amount,
)
from tools.planning import category_named
from tools.tool import Shop, read_from, submit

Percent = Annotated[
    int, Field(strict=True, ge=-100, le=MAX_PERCENT, description="change in whole percent: 20 or -15")
]
DelayDays = Annotated[int, Field(strict=True, ge=1, le=MAX_DAYS, description="days late: 10")]
FirstDay = Annotated[Day, Field(description="first day, such as '2026-11-23'")]
LastDay = Annotated[Day, Field(description="last day, included: '2026-11-29'")]
SignalId = Annotated[Name, numbered("S"), Field(description="signal: 'S-3'")]


class SignalRecord(Record):
    """A signal that somebody told; `reason` is in that person's words."""

    id: str
    effect: str
    reach: str
    percent: int | None
    quantity: int | None
    days: int | None
    unit_cost: Amount | None
    starts_on: date
    ends_on: date | None
    reason: str
    author: str
    added_at: datetime
    removed: bool


class SignalsAnswer(ListAnswer):
    """Signals in the order of their first day."""

    items: tuple[SignalRecord, ...]


def add_demand_signal(
    shop: Shop,
    effect: Literal["promotion", "season", "one_off"],
    starts_on: FirstDay,
    ends_on: LastDay,
    sku: Sku | None = None,
    category: Category | None = None,
    whole_store: Annotated[bool, Field(strict=True, description="true: of everything sold")] = False,
    location: LocationName | None = None,
    percent: Percent | None = None,
    quantity: Pieces | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to note a promotion, a season or a one-off sale that is to come, so that reordering counts it.

    A promotion or season changes the demand of a product, a category or the whole store by percent; a
    one_off adds a quantity of one product at one location. Orders nothing by itself.
    """
    with shop.db.reading() as snapshot:
        product = None if sku is None else lookups.product(snapshot, sku)
        group = None if category is None else category_named(snapshot, category)
        place = None if location is None else lookups.location(snapshot, location)
    of = product.sku if product else group or "the whole store"
    amount = f"{quantity} pieces" if quantity is not None else f"{percent or 0:+d} %"
    where = f" at {place.name}" if place else ""
    return submit(
        shop,
        AddDemandSignal,
        f"note a {effect.replace('_', '-')} of {of}{where}: {amount}, {starts_on} to {ends_on}",
        effect=DemandEffect(effect),
        sku=product.sku if product else None,
        category=group,
        whole_store=whole_store,
        location=place.id if place else None,
        percent=percent,
        quantity=quantity,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
    )


def add_supply_signal(
    shop: Shop,
    effect: Literal["delay", "unavailable", "price"],
    supplier: SupplierName | None = None,
    purchase_order: PurchaseOrderId | None = None,
    sku: Sku | None = None,
    days: DelayDays | None = None,
    percent: Percent | None = None,
    unit_cost: AmountText | None = None,
    starts_on: FirstDay | None = None,
    ends_on: LastDay | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to note that a supplier or purchase order is late, goods cannot be had, or a unit cost changes.

    A delay needs days, unavailable goods need ends_on, a price a unit_cost or percent and starts_on; without
    starts_on it holds from today. Orders nothing by itself.
    """
    with shop.db.reading() as snapshot:
        today = info.business_day(snapshot, shop.clock)
        who = None if supplier is None else lookups.supplier(snapshot, supplier)
        order = None if purchase_order is None else lookups.purchase_order(snapshot, purchase_order)
        product = None if sku is None else lookups.product(snapshot, sku)
    if unit_cost is not None and who is None:
        raise ToolInputError("a unit_cost is a supplier's: name the supplier")
    named = [one for one in (order and order.id, who and who.name, product and product.sku) if one]
    until = f" until {ends_on}" if ends_on else ""
    what = f"{days} days late" if days else unit_cost or (f"{percent:+d} %" if percent else "")
    return submit(
        shop,
        AddSupplySignal,
        f"note {effect} of {', '.join(named) or 'nothing'}: {what} from {starts_on or today}{until}",
        effect=SupplyEffect(effect),
        supplier=who.id if who else None,
        purchase_order=order.id if order else None,
        sku=product.sku if product else None,
        days=days,
        percent=percent,
        unit_cost=parse_amount(unit_cost, who.currency) if unit_cost is not None and who else None,
        starts_on=starts_on or today,
        ends_on=ends_on,
        reason=reason,
    )


def remove_signal(shop: Shop, signal: SignalId, reason: Reason = NO_REASON) -> WriteAnswer:
    """Ask to take a signal back, so that reordering no longer counts it; the record of it stays."""
    with shop.db.reading() as snapshot:
        stored = _named(signals.signal(snapshot, signal.upper()), signal)
    return submit(
        shop,
        RemoveSignal,
        f"remove {stored.id}: {stored.says()}, {stored.period()}",
        signal=stored.id,
        reason=reason,
    )


def list_signals(
    shop: Shop,
    include_past: Annotated[bool, Field(strict=True, description="also removed ones and those over")] = False,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> SignalsAnswer:
    """List the promotions, seasons, one-off sales, delays and prices that reordering was told of."""
    with shop.db.reading() as snapshot:
        today = info.business_day(snapshot, shop.clock)
        if page is not None:
            _named(signals.signal(snapshot, page), page)
        found = signals.signals(snapshot, today=today, all_of_them=include_past, after=page, limit=limit)
        return SignalsAnswer(
            **read_from(shop, snapshot, "signals"),
            total=found.total,
            next_page=found.after,
            items=tuple(_record(one) for one in found.items),
        )


def _named(stored: Signal | None, said: str) -> Signal:
    if stored is None:
        raise NotFoundError(f"there is no signal {said!r}; list_signals shows them")
    return stored


def _record(one: Signal) -> SignalRecord:
    return SignalRecord.copied(
        one, reach=one.reach(), unit_cost=Amount.maybe(one.unit_cost), removed=one.removed_at is not None
    )
