"""Stock, products and suppliers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from app.web.api.shapes import PAGE, After, Id, Limit, Listed, MoneyOut, Out, Words
from app.web.places import mark_of_shelf, shelf_at
from app.web.who import Caller, Opened
from shop.errors import NotFoundError
from shop.store.reads import catalogue, purchasing, stock, tables

router = APIRouter(tags=["records"])

Search = Annotated[Words, Query(description="the beginning of an id, or words of the title")]


class ShelfOut(Out):
    """A SKU at a location, in pieces."""

    sku: str
    title: str
    location: str
    on_hand: int
    committed: int
    unavailable: int
    available: int
    incoming: int


class ProductOut(Out):
    """A product."""

    sku: str
    title: str
    category: str
    vendor: str
    status: str
    price: MoneyOut
    cost: MoneyOut | None
    map_price: MoneyOut | None
    margin_percent: Decimal | None
    item_class: str


class LevelOut(Out):
    """What a location holds, in pieces."""

    location: str
    on_hand: int
    committed: int
    unavailable: int
    available: int


class OfferOut(Out):
    """A supplier's terms for a SKU."""

    supplier: str
    unit_cost: MoneyOut
    moq: int
    pack_size: int


class MovementOut(Out):
    """Pieces that came or went."""

    day: date
    location: str
    kind: str
    quantity: int
    ref: str


class PriceOut(Out):
    """A selling price from a moment on."""

    at: datetime
    price: MoneyOut
    source: str


class ProductDetail(Out):
    """A product with stock, offers, its latest movements and prices."""

    product: ProductOut
    levels: list[LevelOut]
    offers: list[OfferOut]
    movements: list[MovementOut]
    prices: list[PriceOut]


class SupplierOut(Out):
    """Who sells to the store."""

    id: str
    name: str
    currency: str
    lead_time_days: float
    lead_time_sd_days: float
    minimum_order: MoneyOut
    approved: bool
    assumed: bool


@router.get("/stock", summary="What lies on each shelf")
def shelves(
    house: Opened,
    caller: Caller,
    q: Search = "",
    location: Annotated[Words, Query()] = "",
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[ShelfOut]:
    """By SKU and location."""
    del caller
    behind = shelf_at(after)
    with house.db.reading() as snapshot:
        found = tables.shelves(snapshot, words=q, location=location, after=behind, limit=limit + 1)
    following = mark_of_shelf(found[limit - 1]) if len(found) > limit else None
    return Listed(items=[ShelfOut.model_validate(one) for one in found[:limit]], next=following)


@router.get("/products", summary="The catalogue")
def products(
    house: Opened, caller: Caller, q: Search = "", after: After = "", limit: Limit = PAGE
) -> Listed[ProductOut]:
    """By SKU."""
    del caller
    with house.db.reading() as snapshot:
        found = tables.products(snapshot, words=q, after=after, limit=limit + 1)
    following = found[limit - 1].sku if len(found) > limit else None
    return Listed(items=[ProductOut.model_validate(one) for one in found[:limit]], next=following)


@router.get("/products/{sku}", summary="One product")
def product(house: Opened, caller: Caller, sku: Id) -> ProductDetail:
    """With stock by location, who sells it, and its latest movements and prices."""
    del caller
    with house.db.reading() as snapshot:
        found = catalogue.product(snapshot, sku)
        if found is None:
            raise NotFoundError(f"there is no product {sku!r}")
        moves = stock.movements(snapshot, sku, limit=PAGE).items
        prices = catalogue.price_changes(snapshot, sku)[-PAGE:]
        return ProductDetail(
            product=ProductOut.model_validate(found),
            levels=[LevelOut.model_validate(one) for one in stock.levels_of(snapshot, sku)],
            offers=[OfferOut.model_validate(one) for one in purchasing.offers_for(snapshot, sku)],
            movements=[MovementOut.model_validate(one) for one in moves],
            prices=[PriceOut.model_validate(one) for one in prices],
        )


@router.get("/suppliers", summary="Who sells to the store")
def suppliers(
    house: Opened, caller: Caller, q: Search = "", after: After = "", limit: Limit = PAGE
) -> Listed[SupplierOut]:
    """By id."""
    del caller
    with house.db.reading() as snapshot:
        everyone = sorted(purchasing.suppliers(snapshot), key=lambda one: one.id)
    found = [one for one in everyone if one.id > after and q.lower() in f"{one.id} {one.name}".lower()]
    following = found[limit - 1].id if len(found) > limit else None
    return Listed(items=[SupplierOut.model_validate(one) for one in found[:limit]], next=following)


@router.get("/suppliers/{supplier_id}", summary="One supplier")
def supplier(house: Opened, caller: Caller, supplier_id: Id) -> SupplierOut:
    """Their terms."""
    del caller
    with house.db.reading() as snapshot:
        found = purchasing.supplier(snapshot, supplier_id)
    if found is None:
        raise NotFoundError(f"there is no supplier {supplier_id!r}")
    return SupplierOut.model_validate(found)
