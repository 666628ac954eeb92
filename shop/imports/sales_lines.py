"""One row of a sales log: which columns there are, what the row is, and its exact values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from shop.errors import ImportFileError
from shop.imports import cells
from shop.imports.cells import CellError
from shop.imports.reading import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "InvoiceNo": ("invoiceno", "invoice", "invoicenumber", "orderno", "ordernumber"),
    "StockCode": ("stockcode", "sku", "code", "itemcode"),
    "Quantity": ("quantity", "qty", "units"),
    "InvoiceDate": ("invoicedate", "date", "orderdate"),
    "UnitPrice": ("unitprice", "price"),
    "Description": ("description", "title", "productname"),
    "CustomerID": ("customerid", "customer", "customerno"),
    "Country": ("country",),
}
REQUIRED: Final = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice")

NOT_PRODUCTS: Final[dict[str, str]] = {
    "POST": "postage",
    "POSTAGE": "postage",
    "SHIPPING": "postage",
    "DOT": "postage",
    "C2": "carriage",
    "CARRIAGE": "carriage",
    "M": "manual entry",
    "MANUAL": "manual entry",
    "D": "discount",
    "DISCOUNT": "discount",
    "S": "samples",
    "SAMPLES": "samples",
    "B": "bad debt",
    "BANK CHARGES": "bank charges",
    "AMAZONFEE": "marketplace fee",
    "CRUK": "commission",
    "PADS": "pads given along",
    "ADJUST": "adjustment",
    "ADJUST2": "adjustment",
}
"""Codes that book money, not goods."""

_NOT_PRODUCT_FAMILIES: Final = (
    (re.compile(r"GIFT_.*"), "gift voucher"),
    (re.compile(r"DCGS.*"), "marketplace listing"),
    (re.compile(r"TEST[0-9]*"), "test"),
    (re.compile(r"[A-Z]"), "booking code of one letter"),
)
_CANCELLATION = re.compile(r"[Cc][0-9]+")
_ADJUSTMENT = re.compile(r"[Aa][0-9]+")
_NUMBERED = re.compile(r"([0-9]{1,20})(?:\.0+)?")
_CUSTOMER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


class Fate(StrEnum):
    """What a readable row of a sales log is."""

    SALE = "sale"
    CANCELLATION = "cancellation"
    NOT_A_PRODUCT = "not_a_product"
    CORRECTION = "correction"
    FREE = "free"


class SalesLine(NamedTuple):
    """A row of the log in exact values; pieces are positive, also of a cancellation."""

    fate: Fate
    sku: str
    at: datetime
    units: int
    price_minor: int
    price_rounded: bool
    customer: str
    country: str
    title: str


@dataclass(frozen=True, slots=True)
class SalesColumns:
    """Where each column stands in the file; -1 for one that is not there."""

    width: int
    invoice: int
    code: int
    quantity: int
    date: int
    price: int
    description: int
    customer: int
    country: int
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], name: str) -> SalesColumns:
        """Find the columns by name, in any order; ImportFileError names those that lack or stand twice."""
        plain = [plain_name(column) for column in header]
        places = {
            column: [place for place, spelled in enumerate(plain) if spelled in aliases]
            for column, aliases in ALIASES.items()
        }
        missing = [column for column in REQUIRED if not places[column]]
        if missing:
            raise ImportFileError(
                f"{name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
                f"a sales log has {', '.join(ALIASES)} (found: {', '.join(header)})"
            )
        double = [column for column, found in places.items() if len(found) > 1]
        if double:
            raise ImportFileError(
                f"{name} has more than one column for {', '.join(double)}; keep one of each"
            )
        used = {place for found in places.values() for place in found}
        place = {column: (found[0] if found else -1) for column, found in places.items()}
        return cls(
            len(header),
            place["InvoiceNo"],
            place["StockCode"],
            place["Quantity"],
            place["InvoiceDate"],
            place["UnitPrice"],
            place["Description"],
            place["CustomerID"],
            place["Country"],
            tuple(column for at, column in enumerate(header) if at not in used and column),
        )


def read_line(row: Sequence[str], columns: SalesColumns, currency: str, zone: ZoneInfo) -> SalesLine | str:
    """The row in exact values, or the kind of a row that is no product; raises CellError with the reason.

    In this order: a code that books money or an adjusting invoice (A...) is no product, whatever else is in
    the row; an invoice C... or a negative quantity with a price is a cancellation; a negative quantity
    without price is a stock correction; a price of zero is a gift or a correction, not a sale.
    """
    if len(row) != columns.width:
        raise CellError(f"{len(row)} cells where the header has {columns.width}")
    sku, no_product = stock_code(row[columns.code])
    invoice = cells.identifier(row[columns.invoice], "invoice number")
    if no_product:
        return no_product
    if _ADJUSTMENT.fullmatch(invoice):
        return "adjusting invoice"
    units = cells.pieces(row[columns.quantity])
    price_minor, rounded = cells.price(row[columns.price], currency)
    fate = _fate(invoice, units, price_minor, rounded=rounded)
    return SalesLine(
        fate,
        sku,
        cells.moment(row[columns.date], zone),
        abs(units),
        price_minor,
        rounded,
        customer_id(row[columns.customer]) if columns.customer >= 0 else "",
        _country(row[columns.country]) if columns.country >= 0 else "",
        row[columns.description] if columns.description >= 0 else "",
    )


@lru_cache(65_536)
def stock_code(cell: str) -> tuple[str, str]:
    """(SKU in upper case, what it books when it is no product, else empty); raises CellError.

    >>> stock_code("15056bl"), stock_code("gift_0001_20"), stock_code("m")
    (('15056BL', ''), ('GIFT_0001_20', 'gift voucher'), ('M', 'manual entry'))
    """
    code = cells.identifier(cell, "stock code").upper()
    if code in NOT_PRODUCTS:
        return code, NOT_PRODUCTS[code]
    for family, words in _NOT_PRODUCT_FAMILIES:
        if family.fullmatch(code):
            return code, words
    return code, ""


@lru_cache(65_536)
def customer_id(cell: str) -> str:
    """The customer's id in the store, empty for nobody; raises CellError.

    >>> customer_id("17850.0"), customer_id("")
    ('C-17850', '')
    """
    text = cell.strip()
    if not text:
        return ""
    number = _NUMBERED.fullmatch(text)
    if number:
        return f"C-{number[1]}"
    if not _CUSTOMER.fullmatch(text):
        raise CellError("the customer id has blanks or odd characters, or is too long")
    return f"C-{text}"


@lru_cache(4_096)
def _country(cell: str) -> str:
    return cells.plain_text(cell, 80)


def best_title(descriptions: Counter[str], sku: str) -> str:
    """The most common description that reads like a title; the SKU when there is none.

    Notes of the staff ("check", "damages?", "?") are short or all in lower case.
    """
    clean: Counter[str] = Counter()
    for text, rows in descriptions.items():
        clean[" ".join(cells.plain_text(text, 400).split())] += rows
    named = [title for title in clean if sum(letter.isalpha() for letter in title) >= 3]  # noqa: PLR2004
    titles = [title for title in named if not title.islower()] or named
    return min(titles, key=lambda title: (-clean[title], title), default=sku)


def _fate(invoice: str, units: int, price_minor: int, *, rounded: bool) -> Fate:
    if units == 0:
        raise CellError("the quantity is 0")
    if price_minor < 0:
        raise CellError("a product at a negative price")
    has_price = price_minor > 0 or rounded
    if _CANCELLATION.fullmatch(invoice):
        if units > 0:
            raise CellError("a cancellation with a positive quantity")
        return Fate.CANCELLATION
    if units < 0:
        return Fate.CANCELLATION if has_price else Fate.CORRECTION
    return Fate.SALE if has_price else Fate.FREE
