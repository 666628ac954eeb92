"""Facts of price changes."""

from __future__ import annotations

from shop.actions import ChangePrice
from shop.model import Product
from shop.money import Money
from shop.store.reads import catalogue
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.ledger.windows import Entry

NEVER_CHANGED_HOURS = 9_999


@read_facts.register
def _price(action: ChangePrice, scene: Scene, into: Gathered) -> None:
    into.title = f"Price of {action.sku} to {action.price}"
    product = catalogue.product(scene.snapshot, action.sku)
    if not found(product, f"product {action.sku!r}", into) or product is None:
        return
    into.versions[f"product:{product.sku}"] = product.version
    into.evidence.append(f"{product.sku}: {product.title}")
    same = product.price.currency == action.price.currency
    into.values["same_currency"] = same
    into.show("Price", product.price, action.price)
    if not same:
        into.missing.append(f"{product.sku} is priced in {product.price.currency}")
        return
    into.entries.append(Entry(Money.zero(scene.home), category=product.category, sku=product.sku))
    _cooldown(product, scene, into)
    if product.price.minor > 0:
        into.values["change_pct"] = (action.price - product.price).percent_of(product.price)
    else:
        into.missing.append(f"{product.sku} has no price yet, so a change has no percentage")
    into.values["below_map"] = product.map_price is not None and action.price < product.map_price
    _margin(action, product, into)


def _margin(action: ChangePrice, product: Product, into: Gathered) -> None:
    if product.cost is None:
        into.missing.append(f"the cost of {product.sku} is unknown, so its margin is too")
        return
    into.values["below_cost"] = action.price < product.cost
    into.values["margin_after_pct"] = (action.price - product.cost).percent_of(action.price)
    if product.price.minor > 0:
        before = (product.price - product.cost).percent_of(product.price)
        into.show("Margin, % of price", before, into.values["margin_after_pct"])


def _cooldown(product: Product, scene: Scene, into: Gathered) -> None:
    changed = product.price_changed_at
    hours = (
        NEVER_CHANGED_HOURS
        if changed is None
        else min(NEVER_CHANGED_HOURS, max(0, int((scene.asked.now - changed).total_seconds() // 3600)))
    )
    into.values["hours_since_last_change"] = hours
    into.values["price.first"] = changed is None
