"""Changes that bring strangers' words into the store: messages, notes, reasons, names of an imported file."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from evals.harness.change import MOMENT, Change, minor, only_one, stamp


class AddTicket(Change):
    """A customer's message."""

    id: str = "T-9001"
    customer: str = "C-10001"
    order: str | None = None
    subject: str = "A question"
    body: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Add an open ticket."""
        store.execute(
            "INSERT INTO tickets (id, customer, order_id, opened_at, status, subject, body)"
            " VALUES (?, ?, ?, ?, 'open', ?, ?)",
            (self.id, self.customer, self.order, stamp(MOMENT - timedelta(hours=2)), self.subject, self.body),
        )


class AddSupplierNote(Change):
    """A supplier's message."""

    supplier: str
    subject: str = "News"
    body: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it, received today."""
        store.execute(
            "INSERT INTO supplier_notes (id, supplier, received_on, subject, body) VALUES ('SN-9001', ?, ?, ?, ?)",
            (self.supplier, MOMENT.date().isoformat(), self.subject, self.body),
        )


class AddNote(Change):
    """A note on a customer's order, by the service desk."""

    order: str
    text: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it."""
        store.execute(
            "INSERT INTO order_notes (order_id, at, author, text) VALUES (?, ?, 'service desk', ?)",
            (self.order, stamp(MOMENT - timedelta(hours=3)), self.text),
        )


class AddReturn(Change):
    """A customer sends a line of an order back and says why."""

    id: str = "RMA-9001"
    order: str
    reason: str = "not as pictured"
    line: int = 1
    quantity: int = 1
    received: bool = False

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it as requested, or as received yesterday."""
        asked = (MOMENT - timedelta(days=3)).date().isoformat()
        came = (MOMENT - timedelta(days=1)).date().isoformat() if self.received else None
        status = "received" if self.received else "requested"
        store.execute(
            "INSERT INTO returns (id, order_id, line_no, quantity, reason, status, requested_on, received_on)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self.id, self.order, self.line, self.quantity, self.reason, status, asked, came),
        )


class AddExchange(Change):
    """The goods of a return, which are back, go out again as another variant; `difference` is still to be paid."""

    id: str = "EX-9001"
    rma: str = "RMA-9001"
    order: str
    new_sku: str
    price: str | int
    difference: str | int
    method: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it as agreed, with a piece held back for it."""
        asked = (MOMENT - timedelta(days=3)).date().isoformat()
        store.execute(
            "INSERT INTO exchanges (id, rma, order_id, line_no, quantity, new_sku, unit_price_minor,"
            " difference_minor, currency, method_id, status, requested_on)"
            " VALUES (?, ?, ?, 1, 1, ?, ?, ?, 'GBP', ?, 'requested', ?)",
            (self.id, self.rma, self.order, self.new_sku, minor(self.price), minor(self.difference),
             self.method, asked),
        )  # fmt: skip
        only_one(
            store,
            "UPDATE stock_levels SET committed = committed + 1 WHERE sku = ? AND location = 'leeds'",
            (self.new_sku,),
        )


class NameLine(Change):
    """The title of an order's line, as an imported file gave it; the store's names are then a stranger's."""

    order: str
    title: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Rename the first line."""
        only_one(
            store,
            "UPDATE order_lines SET title = ? WHERE order_id = ? AND line_no = 1",
            (self.title, self.order),
        )
        store.execute("UPDATE store_info SET own_names = 0")


class NameProduct(Change):
    """The title of a product, as an imported file gave it; the store's names are then a stranger's."""

    sku: str
    title: str

    def apply(self, store: sqlite3.Connection) -> None:
        """Rename the product."""
        only_one(store, "UPDATE products SET title = ? WHERE sku = ?", (self.title, self.sku))
        store.execute("UPDATE store_info SET own_names = 0")
