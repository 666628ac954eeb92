"""Reads of customers' orders: lines, payments, shipments, returns, notes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select

from shop.model import (
    Order,
    OrderLine,
    OrderNote,
    Page,
    Payment,
    PaymentKind,
    Return,
    Shipment,
)
from shop.money import Money
from shop.service_model import Exchange, PostalAddress
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads.paging import page
from shop.store.service_schema import exchanges as _exchanges


def order(snapshot: Snapshot, order_id: str) -> Order | None:
    """The order of exactly this id, with its lines."""
    rows = _ORDER.rows(snapshot, {"b_id": order_id})
    found = _orders(snapshot, rows)
    return found[0] if found else None


def orders_page(
    snapshot: Snapshot,
    *,
    customer: str | None = None,
    status: str | None = None,
    sku: str | None = None,
    placed_from: datetime | None = None,
    placed_before: datetime | None = None,
    after: str | None = None,
    limit: int = 10,
    counted: bool = True,
) -> Page[Order]:
    """Orders with their lines, newest first; from `placed_from` on, before `placed_before`."""
    table, lines = schema.orders, schema.order_lines
    rows = select(table).order_by(table.c.placed_at.desc(), table.c.id.desc())
    if customer is not None:
        rows = rows.where(table.c.customer == customer)
    if status is not None:
        rows = rows.where(table.c.status == status)
    if sku is not None:
        rows = rows.where(exists().where(lines.c.order_id == table.c.id, lines.c.sku == sku))
    if placed_from is not None:
        rows = rows.where(table.c.placed_at >= placed_from)
    if placed_before is not None:
        rows = rows.where(table.c.placed_at < placed_before)
    behind = None
    if after is not None:
        at = select(table.c.placed_at).where(table.c.id == after).scalar_subquery()
        behind = (table.c.placed_at < at) | ((table.c.placed_at == at) & (table.c.id < after))
    return page(
        snapshot,
        rows,
        limit,
        lambda found: _orders(snapshot, found),
        key=lambda item: item.id,
        behind=behind,
        counted=counted,
    )


def orders_by_tracking(snapshot: Snapshot, tracking: str, limit: int = 6) -> list[str]:
    """Ids of orders that a parcel with this tracking number belongs to."""
    table = schema.shipments
    rows = select(table.c.order_id).where(table.c.tracking == tracking).distinct().limit(limit)
    return list(snapshot.execute(rows).scalars())


def payments(snapshot: Snapshot, order_id: str) -> list[Payment]:
    """Money in and out for an order, oldest first."""
    return [_payment(row) for row in _PAYMENTS.rows(snapshot, {"b_order": order_id})]


def paid(snapshot: Snapshot, item: Order) -> Money:
    """What the customer has paid for an order, refunds not subtracted; raises CurrencyMismatchError."""
    return _sum_of(snapshot, item, "sale")


def refunded(snapshot: Snapshot, item: Order) -> Money:
    """What has been paid back of an order so far; raises CurrencyMismatchError."""
    return _sum_of(snapshot, item, "refund")


def refunds_since(snapshot: Snapshot, customer: str, since: datetime) -> list[Payment]:
    """The refunds of all orders of a customer at or after a moment, oldest first."""
    values = {"b_customer": customer, "b_since": since}
    return [_payment(row) for row in _REFUNDS.rows(snapshot, values)]


def shipments(snapshot: Snapshot, order_id: str) -> list[Shipment]:
    """The parcels of an order, oldest first."""
    return [Shipment(*row) for row in _SHIPMENTS.rows(snapshot, {"b_order": order_id})]


def returns(snapshot: Snapshot, order_id: str) -> list[Return]:
    """The returns of an order, oldest first."""
    return [Return(*row) for row in _RETURNS.rows(snapshot, {"b_order": order_id})]


def rma(snapshot: Snapshot, rma_id: str) -> Return | None:
    """The return of exactly this id."""
    row = _RETURN.first(snapshot, {"b_id": rma_id})
    return None if row is None else Return(*row)


def exchanges(snapshot: Snapshot, order_id: str) -> list[Exchange]:
    """The exchanges of an order, oldest first."""
    return [_exchange(row) for row in _EXCHANGES.rows(snapshot, {"b_order": order_id})]


def exchange(snapshot: Snapshot, exchange_id: str) -> Exchange | None:
    """The exchange of exactly this id."""
    row = _EXCHANGE.first(snapshot, {"b_id": exchange_id})
    return None if row is None else _exchange(row)


def is_replaced(snapshot: Snapshot, order_id: str) -> bool:
    """Whether goods of an order were sent again by an order that was not cancelled."""
    return _REPLACING.first(snapshot, {"b_order": order_id}) is not None


def notes(snapshot: Snapshot, order_id: str, limit: int = 10) -> list[OrderNote]:
    """The newest notes on an order, newest first."""
    table = schema.order_notes
    rows = select(table).where(table.c.order_id == order_id).order_by(table.c.id.desc()).limit(limit)
    return [OrderNote(*row) for row in snapshot.execute(rows)]


def _sum_of(snapshot: Snapshot, item: Order, kind: PaymentKind) -> Money:
    amounts = (one.amount for one in payments(snapshot, item.id) if one.kind == kind)
    return Money.total(amounts, item.total.currency)


def _orders(snapshot: Snapshot, rows: Sequence[Any]) -> list[Order]:
    ids = [row.id for row in rows]
    lines: dict[str, list[Any]] = {}
    if ids:
        for line in _LINES.rows(snapshot, {"b_ids": ids}):
            lines.setdefault(line.order_id, []).append(line)
    return [_order(row, lines.get(row.id, [])) for row in rows]


def _order(row: Any, lines: Sequence[Any]) -> Order:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return Order(
        id=row.id,
        customer=row.customer,
        placed_at=row.placed_at,
        status=row.status,
        financial_status=row.financial_status,
        subtotal=money(row.subtotal_minor),
        shipping=money(row.shipping_minor),
        tax=money(row.tax_minor),
        discount=money(row.discount_minor),
        total=money(row.total_minor),
        location=row.location,
        cancelled_at=row.cancelled_at,
        version=row.version,
        ship_to=_ship_to(row),
        cancel_cause=row.cancel_cause,
        items_changed_at=row.items_changed_at,
        replaces=row.replaces,
        ship_country=row.ship_country or "",
        lines=tuple(
            OrderLine(
                line_no=line.line_no,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                fulfilled=line.fulfilled,
                returned=line.returned,
                unit_price=money(line.unit_price_minor),
            )
            for line in lines
        ),
    )


def _ship_to(row: Any) -> PostalAddress | None:
    """The order's own address; None for one that goes to its customer's."""
    if not row.ship_street:
        return None
    return PostalAddress(
        row.ship_street,
        row.ship_street2,
        row.ship_city,
        row.ship_region,
        row.ship_postcode,
        row.ship_country,
    )


def _exchange(row: Any) -> Exchange:
    return Exchange(
        id=row.id,
        rma=row.rma,
        order=row.order_id,
        line_no=row.line_no,
        quantity=row.quantity,
        new_sku=row.new_sku,
        unit_price=Money(row.unit_price_minor, row.currency),
        difference=Money(row.difference_minor, row.currency),
        method_id=row.method_id,
        status=row.status,
        requested_on=row.requested_on,
        completed_on=row.completed_on,
        location=row.location,
    )


def _payment(row: Any) -> Payment:
    return Payment(
        row.id,
        row.order_id,
        row.kind,
        row.method,
        Money(row.amount_minor, row.currency),
        row.at,
        row.action_id,
        row.method_id,
    )


# Built once: making a statement costs more than running it.
_ORDER = Prepared(select(schema.orders).where(schema.orders.c.id == bindparam("b_id")))
_LINES = Prepared(
    select(schema.order_lines)
    .where(schema.order_lines.c.order_id.in_(bindparam("b_ids", expanding=True)))
    .order_by(schema.order_lines.c.line_no)
)
_PAYMENTS = Prepared(
    select(schema.payments)
    .where(schema.payments.c.order_id == bindparam("b_order"))
    .order_by(schema.payments.c.at, schema.payments.c.id)
)
_SHIPMENTS = Prepared(
    select(schema.shipments)
    .where(schema.shipments.c.order_id == bindparam("b_order"))
    .order_by(schema.shipments.c.shipped_on, schema.shipments.c.id)
)
_RETURN = Prepared(select(schema.returns).where(schema.returns.c.id == bindparam("b_id")))
_RETURNS = Prepared(
    select(schema.returns)
    .where(schema.returns.c.order_id == bindparam("b_order"))
    .order_by(schema.returns.c.requested_on, schema.returns.c.id)
)
_EXCHANGE = Prepared(select(_exchanges).where(_exchanges.c.id == bindparam("b_id")))
_EXCHANGES = Prepared(
    select(_exchanges).where(_exchanges.c.order_id == bindparam("b_order")).order_by(_exchanges.c.id)
)
_REPLACING = Prepared(
    select(schema.orders.c.id)
    .where(schema.orders.c.replaces == bindparam("b_order"), schema.orders.c.status != "cancelled")
    .limit(1)
)
_REFUNDS = Prepared(
    select(schema.payments)
    .join(schema.orders, schema.orders.c.id == schema.payments.c.order_id)
    .where(
        schema.orders.c.customer == bindparam("b_customer"),
        schema.payments.c.kind == "refund",
        schema.payments.c.at >= bindparam("b_since", type_=schema.payments.c.at.type),
    )
    .order_by(schema.payments.c.at, schema.payments.c.id)
)
