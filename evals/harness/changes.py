"""What a case changes in the sample store before it begins: typed changes, by name.

They write tables directly, through the standard library and not through the code under test, so that a
fault in the product's own writes cannot hide itself. Written ``{set_stock: {sku: MUG-01, ...}}``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from evals.harness.change import MOMENT, Change, minor, only_one, stamp
from evals.harness.customers import AddCustomer, AddOrder, AddPaymentMethod, Line
from evals.harness.earlier import Earlier
from evals.harness.messages import (
    AddExchange,
    AddNote,
    AddReturn,
    AddSupplierNote,
    AddTicket,
    NameLine,
    NameProduct,
)


def change_of(value: object) -> object:
    """The change that a mapping with one key names; anything else stays, and is refused by its type."""
    if isinstance(value, Mapping) and len(value) == 1:
        name, fields = next(iter(value.items()))
        if name not in CHANGES:
            raise ValueError(f"there is no change {name!r}; there are {', '.join(CHANGES)}")
        return CHANGES[name].model_validate(fields)
    if isinstance(value, Change):
        return value
    raise ValueError("a change is written {name: {...}}")


class SetStock(Change):
    """Pieces on a shelf; `committed` are promised to customers."""

    sku: str
    location: str
    on_hand: int
    committed: int = 0
    unavailable: int = 0

    def apply(self, store: sqlite3.Connection) -> None:
        """Set the shelf, or make it."""
        store.execute(
            "INSERT INTO stock_levels (sku, location, on_hand, committed, unavailable, assumed, updated_at, version)"
            " VALUES (?, ?, ?, ?, ?, 0, ?, 1) ON CONFLICT (sku, location) DO UPDATE SET on_hand = excluded.on_hand,"
            " committed = excluded.committed, unavailable = excluded.unavailable",
            (self.sku, self.location, self.on_hand, self.committed, self.unavailable, stamp(MOMENT)),
        )


class SetProduct(Change):
    """Price, cost, minimum advertised price, title, status, or hours since the last change of price."""

    sku: str
    price: str | int | None = None
    cost: str | int | None = None
    minimum_price: str | int | None = None
    title: str | None = None
    status: Literal["active", "draft", "archived"] | None = None
    price_changed_hours_ago: int | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Set what is given."""
        changed = self.price_changed_hours_ago
        values = {
            "price_minor": None if self.price is None else minor(self.price),
            "cost_minor": None if self.cost is None else minor(self.cost),
            "map_minor": None if self.minimum_price is None else minor(self.minimum_price),
            "title": self.title,
            "status": self.status,
            "price_changed_at": None if changed is None else stamp(MOMENT - timedelta(hours=changed)),
        }
        for column, value in values.items():
            if value is not None:
                only_one(store, f"UPDATE products SET {column} = ? WHERE sku = ?", (value, self.sku))
        if self.price is not None:  # it has always been this one, and no competitor is known to ask another
            store.execute(
                "UPDATE price_changes SET price_minor = ? WHERE sku = ?", (minor(self.price), self.sku)
            )
            store.execute("DELETE FROM competitor_prices WHERE sku = ?", (self.sku,))


class SetOffer(Change):
    """A supplier's terms for a product; price breaks are dropped, other suppliers' offers stay.

    `assumed` are terms that nobody confirmed.
    """

    supplier: str
    sku: str
    unit_cost: str | int
    moq: int = 1
    pack_size: int = 1
    assumed: bool = False

    def apply(self, store: sqlite3.Connection) -> None:
        """Set the terms, as those of the preferred supplier."""
        currency = store.execute("SELECT currency FROM suppliers WHERE id = ?", (self.supplier,)).fetchone()[
            0
        ]
        store.execute("DELETE FROM price_breaks WHERE supplier = ? AND sku = ?", (self.supplier, self.sku))
        store.execute("UPDATE offers SET rank = rank + 1 WHERE sku = ?", (self.sku,))
        store.execute(
            "INSERT OR REPLACE INTO offers (supplier, sku, unit_cost_minor, moq, pack_size, rank, assumed, version)"
            " VALUES (?, ?, ?, ?, ?, 0, ?, 1)",
            (
                self.supplier,
                self.sku,
                minor(self.unit_cost, currency),
                self.moq,
                self.pack_size,
                self.assumed,
            ),
        )


class SetSupplier(Change):
    """Whether a supplier is approved, and what an order must be worth at least."""

    supplier: str
    approved: bool | None = None
    minimum_order: str | int | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Set what is given."""
        if self.approved is not None:
            only_one(store, "UPDATE suppliers SET approved = ? WHERE id = ?", (self.approved, self.supplier))
        if self.minimum_order is not None:
            worth = minor(self.minimum_order)
            only_one(
                store, "UPDATE suppliers SET minimum_order_minor = ? WHERE id = ?", (worth, self.supplier)
            )


class AddPurchaseOrder(Change):
    """An order at a supplier; `price` of a line is its unit cost."""

    id: str
    supplier: str
    location: str = "leeds"
    lines: tuple[Line, ...]
    expected_in_days: int = 5
    status: Literal["placed", "partly_received", "received", "cancelled"] = "placed"

    def apply(self, store: sqlite3.Connection) -> None:
        """Add the order and its lines."""
        currency = store.execute("SELECT currency FROM suppliers WHERE id = ?", (self.supplier,)).fetchone()[
            0
        ]
        total = sum(minor(line.price, currency) * line.quantity for line in self.lines)
        day = (MOMENT - timedelta(days=3)).date().isoformat()
        due = (MOMENT + timedelta(days=self.expected_in_days)).date().isoformat()
        store.execute(
            "INSERT INTO purchase_orders (id, supplier, location, status, ordered_on, expected_on, currency,"
            " total_minor, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
            (self.id, self.supplier, self.location, self.status, day, due, currency, total),
        )
        for line in self.lines:
            store.execute(
                "INSERT INTO purchase_order_lines (purchase_order, sku, quantity, received, unit_cost_minor)"
                " VALUES (?, ?, ?, ?, ?)",
                (self.id, line.sku, line.quantity, line.received, minor(line.price, currency)),
            )


class SetMode(Change):
    """How much the assistant may do by itself: of one kind of action, or of all with the stop switch ``*``."""

    kind: str
    value: Literal["observe", "assist", "auto", "stopped"]

    def apply(self, store: sqlite3.Connection) -> None:
        """Turn the switch, as an administrator would have."""
        store.execute(
            "INSERT OR REPLACE INTO switches (tenant, kind, value, by, at, reason) VALUES ('main', ?, ?, 'ada', ?, '')",
            (self.kind, self.value, stamp(MOMENT - timedelta(hours=1))),
        )


class OldRate(Change):
    """The newest exchange rate of a currency is so many days old."""

    currency: str
    days: int

    def apply(self, store: sqlite3.Connection) -> None:
        """Drop the younger ones and put the newest at that day."""
        day = (MOMENT - timedelta(days=self.days)).date().isoformat()
        store.execute("DELETE FROM exchange_rates WHERE currency = ? AND day > ?", (self.currency, day))


class AddCompetitorPrice(Change):
    """What a competitor asks for a product, as it was seen some days ago."""

    sku: str
    price: str | int
    competitor: str = "Northern Camp"
    seen_days_ago: int = 1

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it, in place of what this competitor asked before."""
        seen = (MOMENT - timedelta(days=self.seen_days_ago)).date().isoformat()
        store.execute(
            "INSERT OR REPLACE INTO competitor_prices (sku, competitor, price_minor, currency, seen_on)"
            " VALUES (?, ?, ?, 'GBP', ?)",
            (self.sku, self.competitor, minor(self.price), seen),
        )


class WriteGuide(Change):
    """A guide of the store; the world writes the file."""

    name: str
    body: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Nothing in the tables: `evals.harness.world` writes it beside them."""


class Before(Change):
    """Somebody asked for this before, at the same desk: it counts in budgets, or waits for a decision."""

    tool: str
    args: dict[str, Any]
    hours_ago: Annotated[int, Field(ge=0, le=2_000)] = 1
    times: Annotated[int, Field(ge=1, le=1_000)] = 1

    def apply(self, store: sqlite3.Connection) -> None:
        """Nothing in the tables: `evals.harness.world` asks the desk."""


CHANGES: Final[dict[str, type[Change]]] = {
    "set_stock": SetStock,
    "set_product": SetProduct,
    "set_offer": SetOffer,
    "set_supplier": SetSupplier,
    "add_customer": AddCustomer,
    "add_payment_method": AddPaymentMethod,
    "add_order": AddOrder,
    "add_purchase_order": AddPurchaseOrder,
    "add_ticket": AddTicket,
    "add_supplier_note": AddSupplierNote,
    "add_note": AddNote,
    "add_return": AddReturn,
    "add_exchange": AddExchange,
    "name_line": NameLine,
    "name_product": NameProduct,
    "set_mode": SetMode,
    "old_rate": OldRate,
    "add_competitor_price": AddCompetitorPrice,
    "earlier": Earlier,
    "write_guide": WriteGuide,
    "before": Before,
}
"""Every change by the name that a case calls it."""
