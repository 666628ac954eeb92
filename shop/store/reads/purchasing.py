"""Reads of suppliers, their terms and their messages, and of purchase orders."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, select

from shop.model import (
    Offer,
    Page,
    PriceBreak,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
    SupplierNote,
)
from shop.money import Money
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads.paging import page

OPEN = ("placed", "partly_received")
_CHUNK = 500  # bound values in one IN list


def supplier(snapshot: Snapshot, supplier_id: str) -> Supplier | None:
    """The supplier of exactly this id."""
    row = _SUPPLIER.first(snapshot, {"b_id": supplier_id})
    return None if row is None else _supplier(row)


def suppliers(snapshot: Snapshot) -> list[Supplier]:
    """All suppliers by name."""
    table = schema.suppliers
    return [_supplier(row) for row in snapshot.execute(select(table).order_by(table.c.name, table.c.id))]


def offer(snapshot: Snapshot, supplier_id: str, sku: str) -> Offer | None:
    """A supplier's terms for a SKU, with the price breaks."""
    return offers_at(snapshot, supplier_id, [sku]).get(sku)


def offers_at(snapshot: Snapshot, supplier_id: str, skus: Sequence[str]) -> dict[str, Offer]:
    """A supplier's terms for these SKUs, with the price breaks; SKUs without an offer are left out."""
    found: dict[str, Offer] = {}
    for start in range(0, len(skus), _CHUNK):
        values = {"b_supplier": supplier_id, "b_skus": skus[start : start + _CHUNK]}
        rows = _OFFERS_AT.rows(snapshot, values)
        found.update((one.sku, one) for one in _with_breaks(snapshot, rows))
    return found


def offers_for(snapshot: Snapshot, sku: str) -> list[Offer]:
    """All suppliers' terms for a SKU, the preferred one first."""
    return _offers(snapshot, schema.offers.c.sku == sku)


def offers_of(
    snapshot: Snapshot, supplier_id: str, *, after: str | None = None, limit: int = 10
) -> Page[Offer]:
    """What a supplier offers, in the order of the SKUs."""
    table = schema.offers
    rows = _offer_rows().where(table.c.supplier == supplier_id).order_by(None).order_by(table.c.sku)
    behind = None if after is None else table.c.sku > after
    return page(
        snapshot,
        rows,
        limit,
        lambda found: _with_breaks(snapshot, found),
        key=lambda item: item.sku,
        behind=behind,
    )


def purchase_order(snapshot: Snapshot, purchase_order_id: str) -> PurchaseOrder | None:
    """The purchase order of exactly this id, with its lines."""
    rows = _PURCHASE_ORDER.rows(snapshot, {"b_id": purchase_order_id})
    found = _purchase_orders(snapshot, rows)
    return found[0] if found else None


def purchase_orders(
    snapshot: Snapshot,
    *,
    open_only: bool = False,
    status: str | None = None,
    supplier_id: str | None = None,
    location: str | None = None,
    sku: str | None = None,
    expected_before: date | None = None,
    soonest_first: bool = False,
    after: str | None = None,
    limit: int = 10,
) -> Page[PurchaseOrder]:
    """Purchase orders with their lines, the latest expected first, or the soonest."""
    table, lines = schema.purchase_orders, schema.purchase_order_lines
    key = (table.c.expected_on, table.c.id)
    rows = select(table).order_by(*(key if soonest_first else (one.desc() for one in key)))
    if expected_before is not None:
        rows = rows.where(table.c.expected_on < expected_before)
    if open_only:
        rows = rows.where(table.c.status.in_(OPEN))
    if sku is not None:
        rows = rows.where(exists().where(lines.c.purchase_order == table.c.id, lines.c.sku == sku))
    for column, value in (
        (table.c.status, status),
        (table.c.supplier, supplier_id),
        (table.c.location, location),
    ):
        if value is not None:
            rows = rows.where(column == value)
    behind = None
    if after is not None:
        day = select(table.c.expected_on).where(table.c.id == after).scalar_subquery()
        same = table.c.expected_on == day
        earlier = (table.c.expected_on < day) | (same & (table.c.id < after))
        later = (table.c.expected_on > day) | (same & (table.c.id > after))
        behind = later if soonest_first else earlier
    return page(
        snapshot,
        rows,
        limit,
        lambda found: _purchase_orders(snapshot, found),
        key=lambda item: item.id,
        behind=behind,
    )


def coming(snapshot: Snapshot, location: str, skus: Sequence[str]) -> list[tuple[str, date, int]]:
    """What open orders still bring of some SKUs to a location: SKU, day and pieces, the soonest first."""
    rows = _COMING.rows(snapshot, {"b_location": location, "b_skus": list(skus)})
    return [(row.sku, row.expected_on, row.quantity - row.received) for row in rows]


def has_purchase_orders(snapshot: Snapshot, supplier_id: str) -> bool:
    """Whether the store ever ordered from this supplier; a cancelled order does not count."""
    return bool(_HAS_ORDERS.scalar(snapshot, {"b_supplier": supplier_id}))


def ordered_before(snapshot: Snapshot, skus: Iterable[str]) -> set[str]:
    """Those of some SKUs that the store ever ordered, from anybody; a cancelled order does not count."""
    return {row.sku for row in _ORDERED.rows(snapshot, {"b_skus": list(skus)})}


def supplier_notes(snapshot: Snapshot, supplier_id: str, limit: int = 5) -> list[SupplierNote]:
    """A supplier's newest messages: strangers' words."""
    table = schema.supplier_notes
    rows = (
        select(table)
        .where(table.c.supplier == supplier_id)
        .order_by(table.c.received_on.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [SupplierNote(*row) for row in snapshot.execute(rows)]


def _supplier(row: Any) -> Supplier:
    return Supplier(
        id=row.id,
        name=row.name,
        currency=row.currency,
        lead_time_days=row.lead_time_days,
        lead_time_sd_days=row.lead_time_sd_days,
        minimum_order=Money(row.minimum_order_minor, row.currency),
        approved=row.approved,
        assumed=row.assumed,
        email=row.email,
        version=row.version,
    )


def _offer_rows() -> Any:
    table, who = schema.offers, schema.suppliers
    return (
        select(table, who.c.currency)
        .join(who, who.c.id == table.c.supplier)
        .order_by(table.c.rank, table.c.unit_cost_minor, table.c.supplier)
    )


def _offers(snapshot: Snapshot, *conditions: Any) -> list[Offer]:
    return _with_breaks(snapshot, snapshot.execute(_offer_rows().where(*conditions)).all())


def _with_breaks(snapshot: Snapshot, rows: Sequence[Any]) -> list[Offer]:
    skus = sorted({row.sku for row in rows})
    breaks: dict[tuple[str, str], list[Any]] = {}
    for step in _BREAKS.rows(snapshot, {"b_skus": skus}) if skus else ():
        breaks.setdefault((step.supplier, step.sku), []).append(step)
    return [_offer(row, breaks.get((row.supplier, row.sku), [])) for row in rows]


def _offer(row: Any, steps: Sequence[Any]) -> Offer:
    return Offer(
        supplier=row.supplier,
        sku=row.sku,
        unit_cost=Money(row.unit_cost_minor, row.currency),
        moq=row.moq,
        pack_size=row.pack_size,
        rank=row.rank,
        assumed=row.assumed,
        version=row.version,
        breaks=tuple(
            PriceBreak(step.from_quantity, Money(step.unit_cost_minor, row.currency)) for step in steps
        ),
    )


def _purchase_orders(snapshot: Snapshot, rows: Sequence[Any]) -> list[PurchaseOrder]:
    ids = [row.id for row in rows]
    lines: dict[str, list[Any]] = {}
    if ids:
        for line in _LINES.rows(snapshot, {"b_ids": ids}):
            lines.setdefault(line.purchase_order, []).append(line)
    return [_purchase_order(row, lines.get(row.id, [])) for row in rows]


def _purchase_order(row: Any, lines: Sequence[Any]) -> PurchaseOrder:
    return PurchaseOrder(
        id=row.id,
        supplier=row.supplier,
        location=row.location,
        status=row.status,
        ordered_on=row.ordered_on,
        expected_on=row.expected_on,
        received_on=row.received_on,
        total=Money(row.total_minor, row.currency),
        action_id=row.action_id,
        version=row.version,
        lines=tuple(
            PurchaseOrderLine(
                line.sku, line.quantity, line.received, Money(line.unit_cost_minor, row.currency)
            )
            for line in lines
        ),
    )


# Built once: making a statement costs more than running it.
_SUPPLIER = Prepared(select(schema.suppliers).where(schema.suppliers.c.id == bindparam("b_id")))
_OFFERS_AT = Prepared(
    _offer_rows().where(
        schema.offers.c.supplier == bindparam("b_supplier"),
        schema.offers.c.sku.in_(bindparam("b_skus", expanding=True)),
    )
)
_BREAKS = Prepared(
    select(schema.price_breaks)
    .where(schema.price_breaks.c.sku.in_(bindparam("b_skus", expanding=True)))
    .order_by(schema.price_breaks.c.from_quantity)
)
_PURCHASE_ORDER = Prepared(
    select(schema.purchase_orders).where(schema.purchase_orders.c.id == bindparam("b_id"))
)
_LINES = Prepared(
    select(schema.purchase_order_lines)
    .where(schema.purchase_order_lines.c.purchase_order.in_(bindparam("b_ids", expanding=True)))
    .order_by(schema.purchase_order_lines.c.sku)
)
_HAS_ORDERS = Prepared(
    select(
        exists().where(
            schema.purchase_orders.c.supplier == bindparam("b_supplier"),
            schema.purchase_orders.c.status != "cancelled",
        )
    )
)
_ORDERED = Prepared(
    select(schema.products.c.sku).where(  # the first order that there is ends the search for a product
        schema.products.c.sku.in_(bindparam("b_skus", expanding=True)),
        exists().where(
            schema.purchase_order_lines.c.sku == schema.products.c.sku,
            schema.purchase_orders.c.id == schema.purchase_order_lines.c.purchase_order,
            schema.purchase_orders.c.status != "cancelled",
        ),
    )
)
_COMING = Prepared(
    select(
        schema.purchase_order_lines.c.sku,
        schema.purchase_orders.c.expected_on,
        schema.purchase_order_lines.c.quantity,
        schema.purchase_order_lines.c.received,
    )
    .join(
        schema.purchase_orders,
        schema.purchase_orders.c.id == schema.purchase_order_lines.c.purchase_order,
    )
    .where(
        schema.purchase_orders.c.status.in_(OPEN),
        schema.purchase_orders.c.location == bindparam("b_location"),
        schema.purchase_order_lines.c.sku.in_(bindparam("b_skus", expanding=True)),
        schema.purchase_order_lines.c.quantity > schema.purchase_order_lines.c.received,
    )
    .order_by(schema.purchase_orders.c.expected_on, schema.purchase_orders.c.id)
)
