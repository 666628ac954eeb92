"""Rows of the large tables for people who look through them: keyset paging, no count, one query a page.

A search finds ids that begin with the words, else titles or names that hold them; it reads at most one page
more than it gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select

from shop.model import Customer, Product
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.reads import catalogue

_OPEN = ("placed", "partly_received")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A SKU at a location: pieces on hand, promised, not for sale, and on their way."""

    sku: str
    title: str
    location: str
    on_hand: int
    committed: int
    unavailable: int
    incoming: int

    @property
    def available(self) -> int:
        """Pieces that can be sold now."""
        return self.on_hand - self.committed - self.unavailable


def shelves(
    snapshot: Snapshot,
    *,
    words: str = "",
    location: str = "",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[Shelf]:
    """Shelves by SKU and location, those behind `after` (SKU, location)."""
    levels, products = schema.stock_levels, schema.products
    rows = (
        select(levels, products.c.title)
        .join(products, products.c.sku == levels.c.sku)
        .order_by(levels.c.sku, levels.c.location)
        .limit(limit)
    )
    if words:
        rows = rows.where(_matches(products.c.sku, products.c.title, words))
    if location:
        rows = rows.where(levels.c.location == location)
    if after is not None:
        sku, place = after
        same = and_(levels.c.sku == sku, levels.c.location > place)
        rows = rows.where(or_(levels.c.sku > sku, same))
    found = snapshot.execute(rows).all()
    coming = _incoming(snapshot, [row.sku for row in found])
    return [
        Shelf(
            row.sku,
            row.title,
            row.location,
            row.on_hand,
            row.committed,
            row.unavailable,
            coming.get((row.sku, row.location), 0),
        )
        for row in found
    ]


def products(snapshot: Snapshot, *, words: str = "", after: str = "", limit: int = 50) -> list[Product]:
    """Products by SKU, those behind `after`."""
    table = schema.products
    skus = select(table.c.sku).where(table.c.sku > after).order_by(table.c.sku).limit(limit)
    if words:
        skus = skus.where(_matches(table.c.sku, table.c.title, words))
    wanted = list(snapshot.execute(skus).scalars())
    found = catalogue.products(snapshot, wanted)
    return [found[sku] for sku in wanted]


def customers(snapshot: Snapshot, *, words: str = "", after: str = "", limit: int = 50) -> list[Customer]:
    """Customers by id, those behind `after`; with personal data, which is masked before it leaves."""
    table = schema.customers
    rows = select(table).where(table.c.id > after).order_by(table.c.id).limit(limit)
    if "@" in words:
        rows = rows.where(func.lower(table.c.email) == words.lower())
    elif words:
        rows = rows.where(_matches(table.c.id, table.c.name, words))
    return [Customer(*row) for row in snapshot.execute(rows)]


def daily_sales(snapshot: Snapshot, sku: str, first: date, last: date) -> list[tuple[date, int]]:
    """Pieces of a SKU sold on each day that had sales, all locations together."""
    table = schema.stock_movements
    rows = (
        select(table.c.day, func.sum(-table.c.quantity))
        .where(table.c.sku == sku, table.c.kind == "sale", table.c.day >= first, table.c.day <= last)
        .group_by(table.c.day)
        .order_by(table.c.day)
    )
    return [(day, int(pieces)) for day, pieces in snapshot.execute(rows)]


def _matches(key: ColumnElement[str], name: ColumnElement[str], words: str) -> ColumnElement[bool]:
    held = [func.lower(name).contains(word.lower(), autoescape=True) for word in words.split()]
    return or_(key.startswith(words, autoescape=True), and_(*held))


def _incoming(snapshot: Snapshot, skus: list[str]) -> dict[tuple[str, str], int]:
    """Pieces on open purchase orders by SKU and location."""
    orders, lines = schema.purchase_orders, schema.purchase_order_lines
    left = lines.c.quantity - lines.c.received
    rows = (
        select(lines.c.sku, orders.c.location, func.sum(left))
        .join(orders, orders.c.id == lines.c.purchase_order)
        .where(orders.c.status.in_(_OPEN), lines.c.sku.in_(set(skus)), left > 0)
        .group_by(lines.c.sku, orders.c.location)
    )
    return {(sku, location): int(pieces) for sku, location, pieces in snapshot.execute(rows)}
