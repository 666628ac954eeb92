"""Tools for stock: look, list, adjust, transfer."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from shop.actions import MAX_PIECES, AdjustReason, AdjustStock, TransferStock
from shop.errors import ToolInputError
from shop.model import Product, StockLevel
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, stock
from tools import lookups
from tools.answers import Answer, ListAnswer, Record, WriteAnswer
from tools.arguments import Limit, LocationName, PageToken, Pieces, Sku, Words
from tools.tool import Shop, read_from, submit

SALES_DAYS: Final = 28
"""Recent sales are those of four whole weeks up to the store's day."""

_MOVEMENT_PAGE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{1,15}")


_NO_CHANGE: Final = "change must not be 0: say how many pieces to add (2) or take off (-2)"


class ShelfRecord(Record):
    """The stock of a SKU at one location, in pieces. `assumed` figures were invented by an import."""

    location: str
    name: str
    on_hand: int
    committed: int
    unavailable: int
    available: int
    incoming: int
    sold_28_days: int
    days_of_cover: Decimal | None
    assumed: bool
    updated_at: datetime


class StockAnswer(Answer):
    """The stock of a product, location by location."""

    sku: str
    title: str
    status: str
    total_on_hand: int
    total_available: int
    locations: tuple[ShelfRecord, ...]
    note: str = ""


class MovementRecord(Record):
    """A change of stock; pieces out are negative."""

    day: date
    location: str
    kind: str
    quantity: int
    ref: str


class MovementsAnswer(ListAnswer):
    """The movements of a product, newest first."""

    sku: str
    title: str
    items: tuple[MovementRecord, ...]


def check_stock(shop: Shop, sku: Sku, location: LocationName | None = None) -> StockAnswer:
    """Show how many pieces of one product are on hand, available and incoming, by location."""
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location)
        levels = [
            one for one in stock.levels_of(snapshot, product.sku) if place is None or one.location == place.id
        ]
        today = info.business_day(snapshot, shop.clock)
        names = {one.id: one.name for one in catalogue.locations(snapshot)}
        shelves = tuple(_shelf(snapshot, one, names[one.location], today) for one in levels)
        where = "" if place is None else f" at {place.name}"
        return StockAnswer(
            **read_from(shop, snapshot, "stock levels"),
            sku=product.sku,
            title=product.title,
            status=product.status,
            total_on_hand=sum(one.on_hand for one in levels),
            total_available=sum(one.available for one in levels),
            locations=shelves,
            note="" if shelves else f"no stock of {product.sku} was ever kept{where}",
        )


def stock_movements(
    shop: Shop,
    sku: Sku,
    location: LocationName | None = None,
    kind: Literal["opening", "receipt", "sale", "return", "adjustment", "transfer_in", "transfer_out"]
    | None = None,
    limit: Limit = 10,
    page: PageToken | None = None,
) -> MovementsAnswer:
    """List what changed the stock of one product, newest first: sales, receipts, adjustments, transfers."""
    if page is not None and not _MOVEMENT_PAGE.fullmatch(page):
        raise ToolInputError(f"{page!r} is no page; use next_page of the answer before, or leave it out")
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location).id
        found = stock.movements(snapshot, product.sku, location=place, kind=kind, after=page, limit=limit)
        return MovementsAnswer(
            **read_from(shop, snapshot, "stock movements"),
            total=found.total,
            next_page=found.after,
            sku=product.sku,
            title=product.title,
            items=tuple(MovementRecord.copied(one) for one in found.items),
        )


def adjust_stock(
    shop: Shop,
    sku: Sku,
    location: LocationName,
    reason: Literal["count", "damage", "loss", "found", "expired"],
    change: Annotated[
        int | None,
        Field(strict=True, ge=-MAX_PIECES, le=MAX_PIECES, description="pieces to add, or take off: -2"),
    ] = None,
    counted: Annotated[
        int | None, Field(strict=True, ge=0, le=MAX_PIECES, description="pieces that were counted: 117")
    ] = None,
    note: Words | None = None,
) -> WriteAnswer:
    """Ask to correct the stock on hand of a product at a location: by pieces, or to what was counted.

    Changes the stock figure once the rules or a person allow it. Give either change or counted, not both.
    """
    if (change is None) == (counted is None):
        raise ToolInputError("give either change, such as -2, or counted, such as 117")
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = lookups.location(snapshot, location)
        kept = stock.level(snapshot, product.sku, place.id)
    difference = change if change is not None else (counted or 0) - (kept.on_hand if kept else 0)
    if difference == 0:
        told = f"the books say {counted} too, so there is nothing to adjust"
        raise ToolInputError(told if change is None else _NO_CHANGE)
    return submit(
        shop,
        AdjustStock,
        f"adjust {_named(product)} at {place.name} by {difference:+d} ({reason})",
        sku=product.sku,
        location=place.id,
        change=difference,
        reason=AdjustReason(reason),
        note=note or "",
    )


def transfer_stock(
    shop: Shop,
    sku: Sku,
    quantity: Pieces,
    from_location: LocationName,
    to_location: LocationName,
) -> WriteAnswer:
    """Ask to move pieces of a product from one location to another.

    Changes both stock figures once the rules or a person allow it; refuses the same location twice.
    """
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        start = lookups.location(snapshot, from_location)
        end = lookups.location(snapshot, to_location)
    if start.id == end.id:
        raise ToolInputError(f"both locations are {start.name}; name two different ones")
    return submit(
        shop,
        TransferStock,
        f"move {quantity} x {_named(product)} from {start.name} to {end.name}",
        sku=product.sku,
        from_location=start.id,
        to_location=end.id,
        quantity=quantity,
    )


def _named(product: Product) -> str:
    return f"{product.sku} {product.title}"


def _shelf(snapshot: Snapshot, level: StockLevel, name: str, today: date) -> ShelfRecord:
    first = today - timedelta(days=SALES_DAYS - 1)
    sold = stock.units_sold(snapshot, level.sku, location=level.location, first=first, last=today)
    cover = None
    if sold > 0:
        cover = (Decimal(max(level.available, 0) * SALES_DAYS) / sold).quantize(Decimal("0.1"))
    return ShelfRecord.copied(
        level,
        name=name,
        incoming=stock.incoming(snapshot, level.sku, level.location),
        sold_28_days=sold,
        days_of_cover=cover,
    )
