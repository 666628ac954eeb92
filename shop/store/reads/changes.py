"""Whether anything that a reorder plan is made from has changed, in one cheap look."""

import hashlib
from typing import Any, Final

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, cast, func, select

from shop.store import schema
from shop.store.columns import ExactDecimal, UtcText
from shop.store.database import Snapshot

_SMALL: Final = (
    schema.store_info,
    schema.locations,
    schema.suppliers,
    schema.purchase_orders,
    schema.exchange_rates,
    schema.promotions,
    schema.signals,
)
"""Read row by row: few rows, and dates or rates that no sum would show."""

_LARGE: Final = (
    schema.products,
    schema.stock_levels,
    schema.stock_movements,
    schema.stockout_days,
    schema.offers,
    schema.price_breaks,
    schema.purchase_order_lines,
    schema.effects,
    schema.imports,
)
"""Read as counts, sums and extremes. Every write of the product also adds an effect or an import, or raises
a version, so a change can hide here only if somebody edits the database by hand and the sums stay equal."""


def mark(snapshot: Snapshot) -> str:
    """A digest that changes when stock, sales, terms, catalogue, purchase orders or the store's day do."""
    digest = hashlib.blake2b(digest_size=16)
    for table in _SMALL:
        rows = snapshot.execute(select(table).order_by(*table.primary_key.columns)).all()
        digest.update(repr([tuple(row) for row in rows]).encode())
    for table in _LARGE:
        digest.update(repr(tuple(snapshot.execute(_summed(table)).one())).encode())
    return digest.hexdigest()


def _summed(table: Table) -> Any:
    figures: list[Any] = [func.count()]
    for column in table.columns:
        figures += _figures(column)
    return select(*figures).select_from(table)


def _figures(column: Column[Any]) -> list[Any]:
    if isinstance(column.type, Boolean):
        return [func.sum(cast(column, Integer))]
    if isinstance(column.type, Integer | Float):
        return [func.sum(column)]
    if isinstance(column.type, String) and not column.primary_key:
        return [func.sum(func.length(column)), func.max(column)]
    if isinstance(column.type, UtcText | ExactDecimal):
        return [func.max(column)]
    return [func.min(column), func.max(column)]
