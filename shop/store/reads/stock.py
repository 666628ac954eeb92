"""Reads of stock levels, movements and sales."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from shop.model import Movement, Page, StockLevel
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads.paging import page


def level(snapshot: Snapshot, sku: str, location: str) -> StockLevel | None:
    """The stock of a SKU at a location; None where it was never kept."""
    row = _LEVEL.first(snapshot, {"b_sku": sku, "b_location": location})
    return None if row is None else _level(row)


def levels_of(snapshot: Snapshot, sku: str) -> list[StockLevel]:
    """The stock of a SKU at every location that keeps it, the default location first."""
    return [_level(row) for row in _LEVELS.rows(snapshot, {"b_sku": sku})]


def movements(
    snapshot: Snapshot,
    sku: str,
    *,
    location: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = 10,
) -> Page[Movement]:
    """The movements of a SKU, newest first; `after` is the key a page ended with."""
    table = schema.stock_movements
    rows = select(table).where(table.c.sku == sku).order_by(table.c.day.desc(), table.c.id.desc())
    if location is not None:
        rows = rows.where(table.c.location == location)
    if kind is not None:
        rows = rows.where(table.c.kind == kind)
    behind = None
    if after is not None:
        day, _, number = after.partition("/")
        last = date.fromisoformat(day)
        behind = (table.c.day < last) | ((table.c.day == last) & (table.c.id < int(number)))
    return page(snapshot, rows, limit, _movements, key=_movement_key, behind=behind)


def units_sold(snapshot: Snapshot, sku: str, *, location: str | None = None, first: date, last: date) -> int:
    """Pieces sold from `first` to `last`, both days included; customers' returns are not subtracted."""
    values = {"b_sku": sku, "b_first": first, "b_last": last}
    if location is None:
        return -int(_SOLD.scalar(snapshot, values))
    return -int(_SOLD_AT.scalar(snapshot, {**values, "b_location": location}))


def stockout_days(
    snapshot: Snapshot, sku: str, *, location: str | None = None, first: date, last: date
) -> int:
    """Days from `first` to `last` on which the shelf was empty; with several locations, shelf-days."""
    table = schema.stockout_days
    rows = (
        select(func.count())
        .select_from(table)
        .where(table.c.sku == sku, table.c.day >= first, table.c.day <= last)
    )
    if location is not None:
        rows = rows.where(table.c.location == location)
    return snapshot.execute(rows).scalar_one()


def incoming(snapshot: Snapshot, sku: str, location: str) -> int:
    """Pieces on open purchase orders for a location that have not arrived."""
    rows = _INCOMING.rows(snapshot, {"b_sku": sku, "b_location": location})
    return sum(max(row.quantity - row.received, 0) for row in rows)


def _level(row: Any) -> StockLevel:
    return StockLevel(
        row.sku,
        row.location,
        row.on_hand,
        row.committed,
        row.unavailable,
        row.assumed,
        row.updated_at,
        row.version,
    )


def _movements(rows: Sequence[Any]) -> list[Movement]:
    return [Movement(*row) for row in rows]


def _movement_key(movement: Movement) -> str:
    return f"{movement.day.isoformat()}/{movement.id}"


# Built once: making a statement costs more than running it.
_LEVEL = Prepared(
    select(schema.stock_levels).where(
        schema.stock_levels.c.sku == bindparam("b_sku"),
        schema.stock_levels.c.location == bindparam("b_location"),
    )
)
_LEVELS = Prepared(
    select(schema.stock_levels)
    .join(schema.locations, schema.locations.c.id == schema.stock_levels.c.location)
    .where(schema.stock_levels.c.sku == bindparam("b_sku"))
    .order_by(schema.locations.c.rank, schema.stock_levels.c.location)
)
_MOVES = schema.stock_movements
_SALES = select(func.coalesce(func.sum(_MOVES.c.quantity), 0)).where(
    _MOVES.c.sku == bindparam("b_sku"),
    _MOVES.c.kind == "sale",
    _MOVES.c.day >= bindparam("b_first", type_=_MOVES.c.day.type),
    _MOVES.c.day <= bindparam("b_last", type_=_MOVES.c.day.type),
)
_SOLD = Prepared(_SALES)
_SOLD_AT = Prepared(_SALES.where(_MOVES.c.location == bindparam("b_location")))
_LINES = schema.purchase_order_lines
_INCOMING = Prepared(
    select(_LINES.c.quantity, _LINES.c.received)
    .join(schema.purchase_orders, schema.purchase_orders.c.id == _LINES.c.purchase_order)
    .where(_LINES.c.sku == bindparam("b_sku"))
    .where(schema.purchase_orders.c.location == bindparam("b_location"))
    .where(schema.purchase_orders.c.status.in_(("placed", "partly_received")))
)
