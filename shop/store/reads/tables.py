"""Rows of the large tables for people who look through them: keyset paging, no count, one query a page.

A search for goods finds those whose SKU or title holds every word, in the index of pieces; one for customers
finds ids that begin with the words, names that have words which begin with them, and whole e-mail addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)

from shop.model import Customer, Product
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from shop.store.reads.customers import LAST_LETTER
from shop.store.reads.customers import named as people_named
from shop.store.search_index import HELD, is_kept

PIECE: Final = 3
"""Letters of a piece in the index; a shorter word alone finds SKUs that begin with it."""

_OPEN: Final = ("placed", "partly_received")
_SEARCH: Final = table("product_search", column("rowid"))
_NUMBERS: Final = table("product_numbers", column("number"), column("sku"))


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
    """Shelves in the order of their products and then by location, those behind `after` (SKU, location)."""
    levels, products = schema.stock_levels, schema.products
    place, wanted, source = _searched(snapshot, words)
    rows = (
        select(levels, products.c.title)
        .select_from(source.join(levels, levels.c.sku == products.c.sku))
        .where(*wanted)
        .order_by(place, levels.c.location)
        .limit(limit)
    )
    if location:
        rows = rows.where(levels.c.location == location)
    if after is not None:
        sku, shelf = after
        start = _start(place, sku)
        rows = rows.where(place >= start, or_(place > start, levels.c.location > shelf))
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
    """Products that hold every word, those behind `after`: by SKU, a search as they came into the store."""
    place, wanted, source = _searched(snapshot, words)
    rows = select(schema.products.c.sku).select_from(source).where(*wanted).order_by(place).limit(limit)
    if after:
        rows = rows.where(place > _start(place, after))
    skus = list(snapshot.execute(rows).scalars())
    found = catalogue.products(snapshot, skus)
    return [found[sku] for sku in skus]


def customers(snapshot: Snapshot, *, words: str = "", after: str = "", limit: int = 50) -> list[Customer]:
    """Customers by id, those behind `after`; with personal data, which is masked before it leaves."""
    people = schema.customers
    rows = select(people).order_by(people.c.id).limit(limit)
    if after:
        rows = rows.where(people.c.id > after)
    if "@" in words:
        spelt = rows.where(people.c.email.in_({words, words.lower()}))
        other = rows.where(func.lower(people.c.email) == words.lower())  # reads the table
        return _customers(snapshot, spelt) or _customers(snapshot, other)
    if words:
        begun = _customers(snapshot, rows.where(_begins(snapshot, people.c.id, words)))
        named = people_named(snapshot, words.split(), after=after, limit=limit)
        ids = {one.id for one in (*begun, *named)}
        # Only the database knows its order of ids, by which `after` goes on.
        return _customers(snapshot, rows.where(people.c.id.in_(ids))) if ids else []
    return _customers(snapshot, rows)


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


def _customers(snapshot: Snapshot, rows: Select[Any]) -> list[Customer]:
    return [Customer(*row) for row in snapshot.execute(rows)]


def _searched(
    snapshot: Snapshot, words: str
) -> tuple[ColumnElement[Any], list[ColumnElement[bool]], FromClause]:
    """How to find the products that hold every word: what they are ordered by, the conditions, the tables.

    With the index of pieces, words of three letters and more are found in it and come in its own order, so
    that a page of a million matches is as quick as one of ten.
    """
    goods = schema.products
    parts = words.replace("\x00", " ").split()
    held = [_holds(word) for word in parts if len(word) < PIECE]
    pieces = [word for word in parts if len(word) >= PIECE]
    if not pieces and held:
        return goods.c.sku, [_begins(snapshot, goods.c.sku, words.strip())], goods
    if pieces and snapshot.dialect.name == "sqlite" and is_kept(snapshot):
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in pieces)
        source = _SEARCH.join(_NUMBERS, _NUMBERS.c.number == _SEARCH.c.rowid)
        match = literal_column("product_search").op("MATCH")(quoted)
        return _SEARCH.c.rowid, [match, *held], source.join(goods, goods.c.sku == _NUMBERS.c.sku)
    return goods.c.sku, [*held, *(_holds(word) for word in pieces)], goods


def _holds(word: str) -> ColumnElement[bool]:
    return literal_column(HELD, Text).contains(word.lower(), autoescape=True)


def _begins(snapshot: Snapshot, key: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """As it was typed, or in capitals if nothing is spelt so; one range, which every index answers."""
    typed = and_(key >= start, key < start + LAST_LETTER)
    if snapshot.execute(select(key).where(typed).limit(1)).first() is not None:
        return typed
    return and_(key >= start.upper(), key < start.upper() + LAST_LETTER)


def _start(place: ColumnElement[Any], sku: str) -> Any:
    """Where a SKU stands in an order."""
    if place is schema.products.c.sku:
        return sku
    return select(_NUMBERS.c.number).where(_NUMBERS.c.sku == sku).scalar_subquery()


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
