"""Reads of products, prices, promotions and locations."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from shop.model import Location, Page, PriceChange, Product, Promotion
from shop.money import Money
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared
from shop.store.reads.paging import page

_CHUNK = 500  # bound values in one IN list


def product(snapshot: Snapshot, sku: str) -> Product | None:
    """The product of exactly this SKU."""
    row = _PRODUCT.first(snapshot, {"b_sku": sku})
    return None if row is None else _product(row)


def products(snapshot: Snapshot, skus: Iterable[str]) -> dict[str, Product]:
    """The products of these SKUs, by SKU; unknown ones are left out."""
    wanted = sorted(set(skus))
    found: dict[str, Product] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = _PRODUCTS.rows(snapshot, {"b_skus": wanted[start : start + _CHUNK]})
        found.update((row.sku, _product(row)) for row in rows)
    return found


def product_page(
    snapshot: Snapshot, *, category: str | None = None, after: str | None = None, limit: int = 10
) -> Page[Product]:
    """Products in the order of their SKUs."""
    table = schema.products
    rows = select(table).order_by(table.c.sku)
    if category is not None:
        rows = rows.where(func.lower(table.c.category) == category.lower())
    behind = None if after is None else table.c.sku > after
    return page(snapshot, rows, limit, _products, key=lambda item: item.sku, behind=behind)


def titles_with(snapshot: Snapshot, words: Sequence[str], limit: int = 6) -> list[tuple[str, str]]:
    """(SKU, title) of products whose title holds every one of these words or parts of words."""
    table = schema.products
    rows = select(table.c.sku, table.c.title).order_by(func.length(table.c.title), table.c.sku).limit(limit)
    for word in words:
        rows = rows.where(func.lower(table.c.title).contains(word.lower(), autoescape=True))
    return [(row.sku, row.title) for row in snapshot.execute(rows)]


def titles(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(SKU, title) of the whole catalogue, for approximate search."""
    table = schema.products
    return [(row.sku, row.title) for row in snapshot.execute(select(table.c.sku, table.c.title))]


def categories(snapshot: Snapshot) -> list[str]:
    """The names of all categories, sorted."""
    table = schema.products
    return list(snapshot.execute(select(table.c.category).distinct().order_by(table.c.category)).scalars())


def location(snapshot: Snapshot, location_id: str) -> Location | None:
    """The location of exactly this id."""
    row = _LOCATION.first(snapshot, {"b_id": location_id})
    return None if row is None else Location(row.id, row.name, row.rank)


def locations(snapshot: Snapshot) -> list[Location]:
    """All locations, the default one first."""
    return [Location(row.id, row.name, row.rank) for row in _LOCATIONS.rows(snapshot)]


def price_changes(snapshot: Snapshot, sku: str, *, since: datetime | None = None) -> list[PriceChange]:
    """The selling prices a SKU was given, oldest first."""
    table = schema.price_changes
    rows = select(table).where(table.c.sku == sku).order_by(table.c.at, table.c.id)
    if since is not None:
        rows = rows.where(table.c.at >= since)
    return [
        PriceChange(row.sku, row.at, Money(row.price_minor, row.currency), row.source)
        for row in snapshot.execute(rows)
    ]


def promotions(snapshot: Snapshot, item: Product, *, first: date, last: date) -> list[Promotion]:
    """Promotions of a product or of its category that touch the days from `first` to `last`."""
    table = schema.promotions
    rows = (
        select(table)
        .where(or_(table.c.sku == item.sku, table.c.category == item.category))
        .where(table.c.starts_on <= last, table.c.ends_on >= first)
        .order_by(table.c.starts_on, table.c.id)
    )
    return [Promotion(*row) for row in snapshot.execute(rows)]


def variants(snapshot: Snapshot, group: str, limit: int = 50) -> list[Product]:
    """The variants of one product, by SKU."""
    table = schema.products
    rows = select(table).where(table.c.product_group == group).order_by(table.c.sku).limit(limit)
    return _products(list(snapshot.execute(rows)))


def _products(rows: Sequence[Any]) -> list[Product]:
    return [_product(row) for row in rows]


def _product(row: Any) -> Product:
    return Product(
        sku=row.sku,
        title=row.title,
        category=row.category,
        vendor=row.vendor,
        status=row.status,
        price=Money(row.price_minor, row.currency),
        cost=_optional(row.cost_minor, row.currency),
        map_price=_optional(row.map_minor, row.currency),
        item_class=row.item_class,
        shelf_life_days=row.shelf_life_days,
        weight_grams=row.weight_grams,
        launched_on=row.launched_on,
        price_changed_at=row.price_changed_at,
        version=row.version,
        product_group=row.product_group,
        options=tuple(sorted(json.loads(row.options).items())) if row.options else (),
    )


def _optional(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


# Built once: making a statement costs more than running it.
_PRODUCT = Prepared(select(schema.products).where(schema.products.c.sku == bindparam("b_sku")))
_PRODUCTS = Prepared(
    select(schema.products).where(schema.products.c.sku.in_(bindparam("b_skus", expanding=True)))
)
_LOCATION = Prepared(select(schema.locations).where(schema.locations.c.id == bindparam("b_id")))
_LOCATIONS = Prepared(select(schema.locations).order_by(schema.locations.c.rank, schema.locations.c.id))
