"""Facts of stock adjustments and transfers."""

from __future__ import annotations

from shop.actions import AdjustStock, TransferStock
from shop.model import Product, StockLevel
from shop.money import Money
from shop.recent_sales import SALES_DAYS
from shop.store.reads import catalogue, stock
from shop.store.reads.cover import Cover, covers, days_of_cover
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.ledger.windows import Entry


@read_facts.register
def _adjust(action: AdjustStock, scene: Scene, into: Gathered) -> None:
    into.title = f"Adjust {action.sku} at {action.location} by {action.change:+d} ({action.reason.value})"
    product, level = _stocked(action.sku, action.location, scene, into)
    if product is None or level is None:
        return
    pieces = abs(action.change)
    into.values["pieces"] = pieces
    into.values["stays_non_negative"] = level.on_hand + action.change >= 0
    _value(product, pieces, action.location, scene, into)
    into.show("On hand", level.on_hand, level.on_hand + action.change)


@read_facts.register
def _transfer(action: TransferStock, scene: Scene, into: Gathered) -> None:
    into.title = f"Move {action.quantity} of {action.sku} from {action.from_location} to {action.to_location}"
    target = catalogue.location(scene.snapshot, action.to_location)
    found(target, f"location {action.to_location!r}", into)
    product, level = _stocked(action.sku, action.from_location, scene, into)
    if product is None or level is None or target is None:
        return
    into.values["quantity"] = action.quantity
    into.values["enough_available"] = level.available >= action.quantity
    _value(product, action.quantity, action.from_location, scene, into)
    figures = covers(scene.snapshot, action.from_location, [action.sku], until=scene.today, days=SALES_DAYS)
    source: Cover = figures[action.sku]
    after = days_of_cover(source, -action.quantity, SALES_DAYS)
    into.values["source_cover_after_days"] = after
    before = days_of_cover(source, 0, SALES_DAYS)
    there = stock.level(scene.snapshot, action.sku, action.to_location)
    on_hand = there.on_hand if there else 0
    into.show(f"Available at {action.from_location}", level.available, level.available - action.quantity)
    into.show(f"On hand at {action.to_location}", on_hand, on_hand + action.quantity)
    into.show(f"Days of cover left at {action.from_location}", before, after)


def _stocked(
    sku: str, location: str, scene: Scene, into: Gathered
) -> tuple[Product | None, StockLevel | None]:
    product = catalogue.product(scene.snapshot, sku)
    level = stock.level(scene.snapshot, sku, location)
    if found(product, f"product {sku!r}", into) and product is not None:
        into.versions[f"product:{sku}"] = product.version
        into.evidence.append(f"{sku}: {product.title}")
    if found(level, f"stock of {sku!r} at {location!r}", into) and level is not None:
        into.versions[f"stock:{sku}:{location}"] = level.version
        into.evidence.append(f"stock of {location} as of {level.updated_at:%Y-%m-%d %H:%M} UTC")
    return product, level


def _value(product: Product, pieces: int, location: str, scene: Scene, into: Gathered) -> None:
    """The value of the pieces at cost; at the selling price, which is more, where the cost is unknown."""
    each: Money = product.price if product.cost is None else product.cost
    value = scene.at_home(each * pieces, into)
    if value is None:
        return
    into.money = into.values["value"] = value[0]
    into.entries.append(
        Entry(value[0], pieces, location=location, category=product.category, sku=product.sku)
    )
    basis = "selling price (cost unknown)" if product.cost is None else "cost"
    into.show(f"Value at {basis}", "", into.money)
