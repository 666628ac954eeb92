"""What stands in a store's business tables, read past all code of the gate."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shop.store.database import Database

FROZEN = {
    "prices": "SELECT sku, price_minor, currency, cost_minor, map_minor, status FROM products ORDER BY sku",
    "payments": "SELECT * FROM payments ORDER BY id",
    "orders": "SELECT id, status, financial_status, cancelled_at, total_minor FROM orders ORDER BY id",
    "suppliers": "SELECT * FROM suppliers ORDER BY id",
    "offers": "SELECT * FROM offers ORDER BY supplier, sku",
    "customers": "SELECT * FROM customers ORDER BY id",
    "bought": "SELECT id, supplier, total_minor, currency FROM purchase_orders ORDER BY id",
    "cancelled": "SELECT id FROM purchase_orders WHERE status = 'cancelled' ORDER BY id",
    "corrections": "SELECT * FROM stock_movements WHERE kind = 'adjustment' ORDER BY id",
    "people": "SELECT * FROM people ORDER BY id",
    "tokens": "SELECT * FROM tokens ORDER BY hash",
    "switches": "SELECT * FROM switches ORDER BY kind",
    "grants": "SELECT * FROM grants",
}
"""What an assistant that has read a stranger's text may change under no shipped rule without a person."""


@dataclass(frozen=True)
class World:
    """One moment of a store: the frozen tables, stock by SKU, and movements."""

    frozen: dict[str, list[Any]]
    pieces: dict[str, int]
    available: dict[tuple[str, str], int]
    movements: list[Any]


def look(db: Database) -> World:
    """The world as it is now."""
    with db.reading() as snapshot:

        def rows(query: str) -> list[Any]:
            return [tuple(row) for row in snapshot.execute(text(query))]

        return World(
            frozen={name: rows(query) for name, query in FROZEN.items()},
            pieces=dict(rows("SELECT sku, sum(on_hand) FROM stock_levels GROUP BY sku")),
            available={
                (sku, place): left
                for sku, place, left in rows(
                    "SELECT sku, location, on_hand - committed - unavailable FROM stock_levels"
                )
            },
            movements=rows("SELECT id, sku, location, kind, quantity, ref FROM stock_movements ORDER BY id"),
        )
