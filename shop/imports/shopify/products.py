"""Shopify's products export: one row for each variant, further rows for images."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from shop.imports import cells
from shop.imports.cells import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.imports.shopify.tally import Source

_NO_SKU: Final = ("", "-")
_DEFAULT_OPTION: Final = "Default Title"
_STATUSES: Final = {"draft": "draft", "archived": "archived"}


@dataclass(frozen=True, slots=True)
class Variant:
    """What the shop sells, by its SKU or by a key made of handle and options; money in the home currency."""

    sku: str
    handle: str
    options: tuple[str, ...]
    price_minor: int
    cost_minor: int | None
    quantity: int | None
    grams: int | None


@dataclass(frozen=True, slots=True)
class Parent:
    """What all variants of a product share; stands on its first row only."""

    title: str
    vendor: str
    category: str
    status: str


@dataclass(slots=True)
class Products:
    """All product files together."""

    currency: str
    variants: dict[str, Variant] = field(default_factory=dict)
    parents: dict[str, Parent] = field(default_factory=dict)
    rounded: int = 0

    def add(self, row: Mapping[str, str], source: Source) -> None:
        """Take one row in; raises CellError with the reason when it cannot be used."""
        handle = cells.identifier(row["handle"], "handle")
        if row["title"]:
            self.parents.setdefault(handle, _parent(row))
        if row["gift_card"].lower() == "true" and row["price"]:
            source.count("not_a_product")
        elif _is_variant(row):
            self._add_variant(handle, row, source)
        elif row["image"]:
            source.count("image")
        else:
            raise CellError("neither a variant (no SKU, price or option) nor an image")

    def title(self, variant: Variant) -> str:
        """The product's title with the variant's options, as order lines spell it."""
        parent = self.parents.get(variant.handle)
        title = parent.title if parent else variant.handle
        return line_title(title, variant.options)

    def _add_variant(self, handle: str, row: Mapping[str, str], source: Source) -> None:
        options = options_of(row)
        sku = sku_of(row["sku"]) or key_of(handle, options)
        price, rounded = cells.price(row["price"], self.currency)
        if price < 0:
            raise CellError("the price is negative")
        cost = cells.price(row["cost"], self.currency)[0] if row["cost"] else None
        quantity = cells.pieces(row["quantity"]) if row["quantity"] else None
        variant = Variant(sku, handle, options, price, cost, quantity, _grams(row["grams"]))
        known = self.variants.get(sku)
        if known == variant:
            source.count("duplicate")
        elif known is not None:
            raise CellError(f"SKU {sku!r} stands on another row already; give each variant its own SKU")
        else:
            self.variants[sku] = variant
            self.rounded += rounded
            source.count("variant" if sku_of(row["sku"]) else "keyed")


def sku_of(cell: str) -> str:
    """The SKU, empty when there is none; raises CellError.

    >>> sku_of("AB-1"), sku_of("-")
    ('AB-1', '')
    """
    return "" if cell in _NO_SKU else cells.identifier(cell, "SKU")


def options_of(row: Mapping[str, str]) -> tuple[str, ...]:
    """The option values of a row that say something."""
    values = (row[f"option{n}"] for n in (1, 2, 3))
    return tuple(value for value in values if value and value != _DEFAULT_OPTION)


def key_of(handle: str, options: tuple[str, ...]) -> str:
    """The key of a product without a SKU.

    >>> key_of("mug", ()), key_of("t-shirt", ("Red", "M"))
    ('mug', 't-shirt/Red/M')
    """
    return cells.identifier("/".join((handle, *options)), "handle and options (the SKU is empty)")


def line_title(title: str, options: tuple[str, ...]) -> str:
    """A product's title with its options, as Shopify writes it on order lines.

    >>> line_title("T-shirt", ("Red", "M"))
    'T-shirt - Red / M'
    """
    return cells.plain_text(f"{title} - {' / '.join(options)}" if options else title, 400)


def _is_variant(row: Mapping[str, str]) -> bool:
    return bool(row["price"] or row["sku"] or row["option1"])


def _parent(row: Mapping[str, str]) -> Parent:
    category = row["type"] or row["category"].rpartition(">")[2]
    return Parent(
        cells.plain_text(row["title"], 300),
        cells.plain_text(row["vendor"], 200),
        cells.plain_text(category, 120),
        _STATUSES.get(row["status"].lower(), "active"),
    )


def _grams(cell: str) -> int | None:
    try:
        grams = Decimal(cell).to_integral_value(ROUND_HALF_EVEN)
    except InvalidOperation:
        return None
    return int(grams) if 0 < grams < 10**9 else None
