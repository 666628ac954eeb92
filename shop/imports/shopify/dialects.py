"""The header dialects of Shopify's four CSV exports: which file is which, and where its columns stand.

Headers are compared without case, blanks and punctuation. A file is known by its set of columns, never by
its name. Columns that nobody needs are reported, never fatal; empty columns may be missing from a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shop.errors import ImportFileError
from shop.imports.cells import CellError
from shop.imports.reading import plain_name


class Kind(StrEnum):
    """The four exports."""

    PRODUCTS = "products"
    INVENTORY = "inventory"
    ORDERS = "orders"
    CUSTOMERS = "customers"


_OPTIONS: Final = {f"option{n}": (f"option{n}value",) for n in (1, 2, 3)}

FIELDS: Final[dict[Kind, dict[str, tuple[str, ...]]]] = {
    Kind.PRODUCTS: {
        **_OPTIONS,
        "handle": ("urlhandle", "handle"),
        "title": ("title",),
        "vendor": ("vendor",),
        "type": ("type",),
        "category": ("productcategory",),
        "status": ("status",),
        "sku": ("sku", "variantsku"),
        "price": ("price", "variantprice"),
        "cost": ("costperitem",),
        "quantity": ("inventoryquantity", "variantinventoryqty"),
        "grams": ("weightvaluegrams", "variantgrams"),
        "image": ("productimageurl", "imagesrc"),
        "gift_card": ("giftcard",),
    },
    Kind.INVENTORY: {
        **_OPTIONS,
        "handle": ("handle",),
        "title": ("title",),
        "sku": ("sku",),
        "location": ("location",),
        "incoming": ("incoming", "incomingnoteditable"),
        "unavailable": ("unavailable", "unavailablenoteditable"),
        "committed": ("committed", "committednoteditable"),
        "available": ("available", "availablenoteditable"),
        "on_hand": ("onhandcurrent", "onhand"),
    },
    Kind.ORDERS: {
        "name": ("name",),
        "email": ("email",),
        "financial_status": ("financialstatus",),
        "paid_at": ("paidat",),
        "fulfillment_status": ("fulfillmentstatus",),
        "currency": ("currency",),
        "subtotal": ("subtotal",),
        "shipping": ("shipping",),
        "taxes": ("taxes",),
        "total": ("total",),
        "discount": ("discountamount",),
        "created_at": ("createdat",),
        "cancelled_at": ("cancelledat",),
        "payment_method": ("paymentmethod",),
        "refunded": ("refundedamount",),
        "outstanding": ("outstandingbalance",),
        "location": ("location",),
        "billing_name": ("billingname",),
        "quantity": ("lineitemquantity",),
        "title": ("lineitemname",),
        "price": ("lineitemprice",),
        "sku": ("lineitemsku",),
        "line_status": ("lineitemfulfillmentstatus",),
    },
    Kind.CUSTOMERS: {
        "id": ("customerid",),
        "first_name": ("firstname",),
        "last_name": ("lastname",),
        "email": ("email",),
        "phone": ("phone",),
        "address_phone": ("defaultaddressphone",),
        "street": ("defaultaddressaddress1", "address1"),
        "street2": ("defaultaddressaddress2", "address2"),
        "city": ("defaultaddresscity", "city"),
        "zip": ("defaultaddresszip", "zip"),
        "country": ("defaultaddresscountrycode", "countrycode", "country"),
    },
}

# Columns of inventory files that are not the name of a location (oldest dialect: one column per location).
_NOT_LOCATIONS: Final = {
    *("hscode", "coo", "binname", "barcode", "onhandnew"),
    *(f"option{n}name" for n in (1, 2, 3)),
    *(f"option{n}linkedto" for n in (1, 2, 3)),
    *(alias for aliases in FIELDS[Kind.INVENTORY].values() for alias in aliases),
}

# Columns that Shopify writes and nobody here needs; they are not worth a word in a report.
_UNUSED: Final = re.compile(
    r"(googleshopping|seo|unitprice|billing|shipping|lineitem|variant|included|price|compareatprice).*"
    r"|option[123](name|linkedto)|tax[1-5](name|value)|accepts.*marketing|(payment|paymentterms).+"
    r"|description|bodyhtml|tags|published.*|barcode|chargetax|tax(code|exempt)|inventorytracker"
    r"|continuesellingwhenoutofstock|weightunitfordisplay|requiresshipping|fulfillmentservice"
    r"|image(position|alttext)|hscode|coo|binname|onhandnew|fulfilledat|discountcode|notes?|noteattributes"
    r"|vendor|employee|deviceid|id|risklevel|source|phone|receiptnumber|duties|nextpaymentdueat"
    r"|(defaultaddress)?(company|province(code)?)|country|total(spent|orders)"
)


def kind_of(header: Sequence[str]) -> Kind | None:
    """Which export has these columns; None for a CSV that is none of the four.

    >>> kind_of(["Handle", "Title", "SKU", "HS Code", "COO", "Leeds"])
    <Kind.INVENTORY: 'inventory'>
    """
    names = {plain_name(column) for column in header}
    if {"name", "lineitemname"} <= names and "lineitemquantity" in names:
        return Kind.ORDERS
    if names & {"handle", "urlhandle"} and names & {"variantprice", "price"}:
        return Kind.PRODUCTS
    stock = {alias for field in ("available", "on_hand") for alias in FIELDS[Kind.INVENTORY][field]}
    if {"handle", "sku"} <= names and ("location" in names and names & stock):
        return Kind.INVENTORY
    if {"handle", "sku"} <= names and names & {"hscode", "coo", "option1value"} and names - _NOT_LOCATIONS:
        return Kind.INVENTORY
    if {"firstname", "lastname"} <= names and names & {"email", "customerid", "phone"}:
        return Kind.CUSTOMERS
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the fields of one file stand. `by_location`: the columns of the oldest inventory dialect."""

    kind: Kind
    header: tuple[str, ...]
    places: Mapping[str, int]
    by_location: Mapping[str, int]
    unknown: tuple[str, ...]

    @classmethod
    def of(cls, kind: Kind, header: tuple[str, ...], name: str) -> Dialect:
        """Find the fields; raises ImportFileError when the columns that make a row are missing."""
        plain = [plain_name(column) for column in header]
        places: dict[str, int] = {}
        for field, aliases in FIELDS[kind].items():
            found = [plain.index(alias) for alias in aliases if alias in plain]
            if found:
                places[field] = found[0]
        by_location: dict[str, int] = {}
        if kind is Kind.INVENTORY and "location" not in places:
            by_location = {
                header[at]: at for at, column in enumerate(plain) if column and column not in _NOT_LOCATIONS
            }
        missing = [field for field in _NEEDED[kind] if field not in places]
        if missing:
            raise ImportFileError(f"{name} looks like Shopify's {kind} export but lacks {', '.join(missing)}")
        used = {*places.values(), *by_location.values()}
        unknown = tuple(
            column
            for at, column in enumerate(header)
            if at not in used and column and not _UNUSED.fullmatch(plain[at])
        )
        return cls(kind, header, places, by_location, unknown)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """The row's cells by field, stripped, without Shopify's leading apostrophe; CellError when torn.

        A field whose column is not in the file is an empty cell.
        """
        if len(row) != len(self.header):
            raise CellError(f"{len(row)} cells where the header has {len(self.header)}")
        found = dict.fromkeys(FIELDS[self.kind], "")
        for field, at in self.places.items():
            text = row[at].strip()
            # Exports put an apostrophe before ids, postcodes and phones so that spreadsheets keep them.
            found[field] = text[1:] if text.startswith("'") and field != "title" else text
        return found


_NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.PRODUCTS: ("handle", "title", "price"),
    Kind.INVENTORY: ("handle", "sku"),
    Kind.ORDERS: ("name", "created_at", "financial_status", "quantity", "title", "price"),
    Kind.CUSTOMERS: ("first_name", "last_name"),
}
