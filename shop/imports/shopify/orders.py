"""Shopify's orders export: order cells on an order's first row, one row for each line, files cut anywhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shop.imports import cells
from shop.imports.cells import CellError
from shop.imports.shopify.customers import plain_email

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from shop.imports.shopify.tally import Source

_FINANCIAL: Final = {
    "paid": "paid",
    "partially_refunded": "partly_refunded",
    "refunded": "refunded",
    "voided": "voided",
    "expired": "voided",
    "authorized": "pending",
    "pending": "pending",
    "partially_paid": "pending",
    "": "pending",
}
_FULFILMENT: Final = {"fulfilled": "fulfilled", "partial": "partly_fulfilled"}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line; `sku` is as the file has it, `title` Shopify's name of the variant."""

    sku: str
    title: str
    quantity: int
    fulfilled: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Order:
    """One order in exact values; money in minor units of its own currency."""

    id: str
    email: str
    placed_at: datetime
    status: str
    financial_status: str
    currency: str
    subtotal_minor: int
    shipping_minor: int
    tax_minor: int
    discount_minor: int
    total_minor: int
    refunded_minor: int
    paid_minor: int
    paid_at: datetime | None
    cancelled_at: datetime | None
    method: str
    location: str
    lines: tuple[OrderLine, ...]

    @property
    def is_demand(self) -> bool:
        """Whether somebody wanted these goods and paid or got them: not cancelled, not merely pending."""
        if self.status == "cancelled":
            return False
        return (
            self.financial_status in ("paid", "partly_refunded", "refunded") or self.status != "unfulfilled"
        )


@dataclass(slots=True)
class _Segment:
    """Rows of one order that follow each other in one file; `head` when the order's own cells are there."""

    head: Mapping[str, str] | None
    rows: list[tuple[Mapping[str, str], Source]]


@dataclass(slots=True)
class Orders:
    """All order files together. Rows wait until all files are read, since an order may straddle two."""

    zone: ZoneInfo
    currencies: Counter[str] = field(default_factory=Counter)
    orders: dict[str, Order] = field(default_factory=dict)
    _segments: dict[str, list[_Segment]] = field(default_factory=dict)
    _last: tuple[int, str] = (0, "")

    def add(self, row: Mapping[str, str], source: Source) -> None:
        """Take one row in; raises CellError when it names no order."""
        name = cells.identifier(row["name"].removeprefix("#"), "order name")
        # Some exports repeat the creation date on every line; status and total stand on the first row only.
        head = row if row["financial_status"] or row["total"] else None
        segments = self._segments.setdefault(name, [])
        here = (id(source.tally), name)
        if head is not None or here != self._last or not segments:
            segments.append(_Segment(head, []))
        self._last = here
        segments[-1].rows.append((row, source))
        if head is not None and head["currency"]:
            self.currencies[head["currency"].upper()] += 1

    def settle(self, home: str) -> None:
        """Put the orders together and give every row its outcome. `home` is for orders without a currency."""
        for name, segments in self._segments.items():
            self._settle_one(name, segments, home)
        self._segments.clear()

    def _settle_one(self, name: str, segments: list[_Segment], home: str) -> None:
        whole = [segment for segment in segments if segment.head is not None]
        rest = [row for segment in segments if segment.head is None for row in segment.rows]
        if not whole:
            for _, source in rest:
                source.reject(f"the first row of order {name!r} is in none of the files")
            return
        # Overlapping exports bring an order twice: the longest copy counts, of equals the last one read.
        best = max(enumerate(whole), key=lambda item: (len(item[1].rows), item[0]))[1]
        for segment in whole:
            if segment is not best:
                for _, source in segment.rows:
                    source.count("duplicate")
        kept = _with_tail(best.rows, rest, repeats=len(whole) > 1)
        try:
            order = _order(name, best.rows[0][0], [row for row, _ in kept], self.zone, home)
        except CellError as error:
            for _, source in kept:
                source.reject(f"order {name!r}: {error}")
            return
        self.orders[name] = order
        for place, (row, source) in enumerate(kept):
            source.count("order" if place == 0 else "line" if _has_line(row) else "no_line")


def _with_tail(
    rows: list[tuple[Mapping[str, str], Source]],
    rest: list[tuple[Mapping[str, str], Source]],
    *,
    repeats: bool,
) -> list[tuple[Mapping[str, str], Source]]:
    """The rows of an order with those that stand elsewhere; `repeats` when other copies of it were read.

    Only then is a line that the order has already a repetition; else it is a second line of the same goods.
    """
    have = Counter(_spelling(row) for row, _ in rows) if repeats else Counter()
    kept = list(rows)
    for row, source in rest:
        if have[_spelling(row)] > 0:
            have[_spelling(row)] -= 1
            source.count("duplicate")
        else:
            kept.append((row, source))
    return kept


def _spelling(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("sku", "title", "quantity", "price"))


def _has_line(row: Mapping[str, str]) -> bool:
    return bool(row["title"] or row["sku"] or row["quantity"])


def _order(
    name: str, head: Mapping[str, str], rows: list[Mapping[str, str]], zone: ZoneInfo, home: str
) -> Order:
    currency = head["currency"].upper() or home
    total = _amount(head, "total", currency)
    financial = head["financial_status"].lower()
    if financial not in _FINANCIAL:
        raise CellError(f"unknown financial status {financial!r}")
    cancelled_at = _moment(head, "cancelled_at", zone)
    placed_at = _moment(head, "created_at", zone)
    if placed_at is None:
        raise CellError("no creation date")
    return Order(
        id=name,
        email=plain_email(head["email"]),
        placed_at=placed_at,
        status="cancelled"
        if cancelled_at
        else _FULFILMENT.get(head["fulfillment_status"].lower(), "unfulfilled"),
        financial_status=_FINANCIAL[financial],
        currency=currency,
        subtotal_minor=_amount(head, "subtotal", currency),
        shipping_minor=_amount(head, "shipping", currency),
        tax_minor=_amount(head, "taxes", currency),
        discount_minor=abs(_amount(head, "discount", currency)),
        total_minor=total,
        refunded_minor=abs(_amount(head, "refunded", currency)),
        paid_minor=_paid(financial, total, _amount(head, "outstanding", currency)),
        paid_at=_moment(head, "paid_at", zone),
        cancelled_at=cancelled_at,
        method=cells.plain_text(head["payment_method"], 80),
        location=cells.plain_text(head["location"], 200),
        lines=tuple(_line(row, currency) for row in rows if _has_line(row)),
    )


def _paid(financial: str, total: int, outstanding: int) -> int:
    if financial in ("paid", "refunded", "partially_refunded"):
        return total
    return max(total - outstanding, 0) if financial == "partially_paid" else 0


def _line(row: Mapping[str, str], currency: str) -> OrderLine:
    quantity = cells.pieces(row["quantity"])
    if quantity <= 0:
        raise CellError(f"a line of {quantity} pieces")
    price, _ = cells.price(row["price"], currency)
    if price < 0:
        raise CellError("a line at a negative price")
    sku = "" if row["sku"] == "-" else row["sku"][:80].strip()
    return OrderLine(
        sku,
        cells.plain_text(row["title"], 400),
        quantity,
        quantity if row["line_status"].lower() == "fulfilled" else 0,
        price,
    )


def _amount(row: Mapping[str, str], field_name: str, currency: str) -> int:
    try:
        return cells.price(row[field_name], currency)[0] if row[field_name] else 0
    except CellError as error:
        raise CellError(f"{field_name}: {error}") from error


def _moment(row: Mapping[str, str], field_name: str, zone: ZoneInfo) -> datetime | None:
    try:
        return cells.moment(row[field_name], zone) if row[field_name] else None
    except CellError as error:
        raise CellError(f"{field_name.replace('_', ' ')}: {error}") from error
