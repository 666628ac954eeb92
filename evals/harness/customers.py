"""Changes of a case's world that are about customers: who they are, how they pay, what they ordered."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from evals.harness.change import MOMENT, Change, minor, stamp


class AddCustomer(Change):
    """A customer; the account was opened on 2026-01-05 unless `joined_days_ago` says when."""

    id: str
    name: str
    email: str
    joined_days_ago: int | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Add the customer."""
        joined = date(2026, 1, 5)
        if self.joined_days_ago is not None:
            joined = (MOMENT - timedelta(days=self.joined_days_ago)).date()
        store.execute(
            "INSERT INTO customers (id, name, email, phone, street, city, postcode, country, created_on, version)"
            " VALUES (?, ?, ?, '07700 900999', '1 Quay Street', 'York', 'YO1 9ZZ', 'United Kingdom', ?, 1)",
            (self.id, self.name, self.email, joined.isoformat()),
        )


class Line(BaseModel):
    """Pieces of a product at a price; `received` of a purchase order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    quantity: Annotated[int, Field(ge=1)] = 1
    price: str | int
    received: int = 0


class AddOrder(Change):
    """A customer's paid order; with `delivered_days_ago` or `in_transit_days` it has been sent.

    `parcel` is what the carrier says of a parcel that did not simply arrive; `method` the id of the
    customer's payment method that paid, without it a card that is not on file.
    """

    id: str
    customer: str = "C-10001"
    lines: tuple[Line, ...]
    placed_days_ago: int = 2
    delivered_days_ago: int | None = None
    in_transit_days: int | None = None
    parcel: Literal["lost", "damaged", "late", "returned"] | None = None
    tracking: str = ""
    refunded: str | int | None = None
    method: str | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Add order, lines, payment and parcel."""
        total = sum(minor(line.price) * line.quantity for line in self.lines)
        placed = MOMENT - timedelta(days=max(self.placed_days_ago, (self.delivered_days_ago or 0) + 3))
        sent = self.delivered_days_ago is not None or self.in_transit_days is not None
        store.execute(
            "INSERT INTO orders (id, customer, placed_at, status, financial_status, currency, subtotal_minor,"
            " shipping_minor, tax_minor, discount_minor, total_minor, location, version)"
            " VALUES (?, ?, ?, ?, ?, 'GBP', ?, 0, 0, 0, ?, 'leeds', 1)",
            (self.id, self.customer, stamp(placed), "fulfilled" if sent else "unfulfilled",
             "paid" if self.refunded is None else "partly_refunded", total, total),
        )  # fmt: skip
        for number, line in enumerate(self.lines, 1):
            title = store.execute("SELECT title FROM products WHERE sku = ?", (line.sku,)).fetchone()[0]
            store.execute(
                "INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    self.id,
                    number,
                    line.sku,
                    title,
                    line.quantity,
                    line.quantity if sent else 0,
                    minor(line.price),
                ),
            )
        self._pay(store, "sale", total, placed)
        if self.refunded is not None:
            self._pay(store, "refund", minor(self.refunded), placed + timedelta(hours=1))
        if sent:
            self._send(store)

    def _pay(self, store: sqlite3.Connection, kind: str, amount: int, at: datetime) -> None:
        store.execute(
            "INSERT INTO payments (id, order_id, kind, method, amount_minor, currency, at, method_id)"
            " VALUES (?, ?, ?, 'card ending 4242', ?, 'GBP', ?, ?)",
            (f"PAY-{self.id}-{kind}", self.id, kind, amount, stamp(at), self.method),
        )

    def _send(self, store: sqlite3.Connection) -> None:
        delivered = None
        if self.delivered_days_ago is not None:
            delivered = (MOMENT - timedelta(days=self.delivered_days_ago)).date().isoformat()
        days = (self.delivered_days_ago or 0) + 2 if self.in_transit_days is None else self.in_transit_days
        shipped = (MOMENT - timedelta(days=days)).date()
        store.execute(
            "INSERT INTO shipments (id, order_id, carrier, tracking, status, shipped_on, promised_on, delivered_on)"
            " VALUES (?, ?, 'Royal Mail', ?, ?, ?, ?, ?)",
            (f"SH-{self.id}", self.id, self.tracking or f"RM{self.id}00GB",
             self.parcel or ("in_transit" if delivered is None else "delivered"), shipped.isoformat(),
             (shipped + timedelta(days=4)).isoformat(), delivered),
        )  # fmt: skip


class AddPaymentMethod(Change):
    """A way in which a customer can pay; a gift card has a balance."""

    id: str
    customer: str = "C-10002"
    kind: Literal["card", "gift_card", "paypal"] = "card"
    last_four: str = ""
    balance: str | int | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Add it."""
        balance = None if self.balance is None else minor(self.balance)
        store.execute(
            "INSERT INTO payment_methods (id, customer, kind, brand, last_four, balance_minor, currency, version)"
            " VALUES (?, ?, ?, '', ?, ?, ?, 1)",
            (self.id, self.customer, self.kind, self.last_four, balance, None if balance is None else "GBP"),
        )
