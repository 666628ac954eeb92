"""Orders of the files into rows of the store: orders, lines, payments, and what they say about demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.imports.report import Finding
from shop.store.loading import Difference, Row, compare, stored_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from shop.imports.shopify.orders import Order
    from shop.store.database import Snapshot

_ORDER: Final = (
    "id",
    "customer",
    "placed_at",
    "status",
    "financial_status",
    "currency",
    "subtotal_minor",
    "shipping_minor",
    "tax_minor",
    "discount_minor",
    "total_minor",
    "location",
    "cancelled_at",
)
_LINE: Final = ("order_id", "line_no", "sku", "title", "quantity", "fulfilled", "unit_price_minor")
_PAYMENT: Final = ("id", "order_id", "kind", "method", "amount_minor", "currency", "at")


@dataclass(slots=True)
class OrderRows:
    """What the files' orders become. Orders that actions have touched in this store stay as they are here."""

    snapshot: Snapshot
    orders: dict[str, Order]
    customer_of: Callable[[str], str | None]
    resolve: Callable[[str, str], str]
    location_id: Callable[[str], str]
    findings: list[Finding] = field(default_factory=list)
    stored: list[Row] = field(init=False)
    stored_lines: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.stored = stored_rows(self.snapshot, "orders", _ORDER)
        self.stored_lines = stored_rows(self.snapshot, "order_lines", _LINE)
        kept = self._touched_here()
        if kept:
            text = f"{len(kept):,} orders were changed here and differ from the export; they stay as here"
            self.findings.append(Finding("orders_changed_here", len(kept), text))
        self.orders = {name: order for name, order in self.orders.items() if name not in kept}

    def differences(self) -> list[Difference]:
        """Orders, lines and payments, in this order."""
        named = self.orders.keys()
        orders = [self._order(order) for order in self.orders.values()]
        payments = [row for order in self.orders.values() for row in self._payments(order)]
        old_payments = stored_rows(self.snapshot, "payments", (*_PAYMENT, "action_id"))
        self._check_lines()
        return [
            compare("orders", ("id",), self.stored, orders),
            compare(
                "order_lines",
                ("order_id", "line_no"),
                [row for row in self.stored_lines if row["order_id"] in named],
                self._lines(),
                remove_missing=True,
            ),
            compare(
                "payments",
                ("id",),
                [row for row in old_payments if row["order_id"] in named and row["action_id"] is None],
                payments,
                remove_missing=True,
            ),
        ]

    def sales(self, known: set[str], zone: ZoneInfo) -> dict[tuple[str, str, date], int]:
        """(SKU, location, day) -> pieces, over the orders of the files and those that the store had."""
        sold: Counter[tuple[str, str, date]] = Counter()
        for order in self.orders.values():
            if order.is_demand:
                day = order.placed_at.astimezone(zone).date()
                for line in order.lines:
                    sku = self.resolve(line.sku, line.title)
                    if sku in known:
                        sold[sku, self.location_id(order.location), day] += line.quantity
        older = {row["id"]: row for row in self.stored if row["id"] not in self.orders and _was_demand(row)}
        for row in self.stored_lines:
            before = older.get(row["order_id"])
            if before is not None and row["sku"] in known:
                place = before["location"] or self.location_id("")
                sold[row["sku"], place, before["placed_at"].astimezone(zone).date()] += row["quantity"]
        return dict(sold)

    def _order(self, order: Order) -> Row:
        return {
            "id": order.id,
            "customer": self.customer_of(order.email),
            "placed_at": order.placed_at,
            "status": order.status,
            "financial_status": order.financial_status,
            "currency": order.currency,
            "subtotal_minor": order.subtotal_minor,
            "shipping_minor": order.shipping_minor,
            "tax_minor": order.tax_minor,
            "discount_minor": order.discount_minor,
            "total_minor": order.total_minor,
            "location": self.location_id(order.location),
            "cancelled_at": order.cancelled_at,
        }

    def _lines(self) -> list[Row]:
        return [
            {
                "order_id": order.id,
                "line_no": number,
                "sku": self.resolve(line.sku, line.title),
                "title": line.title,
                "quantity": line.quantity,
                "fulfilled": line.fulfilled,
                "unit_price_minor": line.unit_price_minor,
            }
            for order in self.orders.values()
            for number, line in enumerate(order.lines, start=1)
        ]

    def _payments(self, order: Order) -> list[Row]:
        at = order.paid_at or order.placed_at
        # The export has no date of a refund; the cancellation is the best known moment, else the payment.
        moments: tuple[tuple[str, int, datetime], ...] = (
            ("sale", order.paid_minor, at),
            ("refund", order.refunded_minor, order.cancelled_at or at),
        )
        return [
            {
                "id": f"{order.id}-{kind}",
                "order_id": order.id,
                "kind": kind,
                "method": order.method or "unknown",
                "amount_minor": amount,
                "currency": order.currency,
                "at": moment,
            }
            for kind, amount, moment in moments
            if amount > 0
        ]

    def _touched_here(self) -> set[str]:
        paid_here = {
            row["order_id"]
            for row in stored_rows(self.snapshot, "payments", ("order_id", "action_id"))
            if row["action_id"] is not None
        }
        cancelled_here = {
            row["id"]
            for row in self.stored
            if row["status"] == "cancelled"
            and row["id"] in self.orders
            and self.orders[row["id"]].status != "cancelled"
        }
        return (paid_here | cancelled_here) & self.orders.keys()

    def _check_lines(self) -> None:
        nameless = sum(
            not self.resolve(line.sku, line.title) for order in self.orders.values() for line in order.lines
        )
        if nameless:
            text = (
                f"{nameless:,} order lines have no SKU and match no product by title: they count as no demand"
            )
            self.findings.append(Finding("lines_without_product", nameless, text))
        differ = sum(not _adds_up(order) for order in self.orders.values())
        if differ:
            text = f"the totals of {differ:,} orders are not subtotal and shipping, with or without taxes"
            self.findings.append(Finding("totals_differ", differ, text))


def _adds_up(order: Order) -> bool:
    net = order.subtotal_minor + order.shipping_minor
    return order.total_minor in (net, net + order.tax_minor)


def _was_demand(row: Row) -> bool:
    if row["status"] == "cancelled":
        return False
    return (
        row["financial_status"] in ("paid", "partly_refunded", "refunded") or row["status"] != "unfulfilled"
    )
