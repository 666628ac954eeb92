"""What an import of Shopify exports changes in a store, over all tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shop.imports.report import Finding
from shop.imports.shopify.catalogue import Catalogue
from shop.imports.shopify.inventory import Level
from shop.imports.shopify.order_rows import OrderRows
from shop.imports.shopify.stock import Locations, level_changes, movement_changes, stock_findings
from shop.imports.store_claim import claim_store
from shop.store.loading import Difference, compare, stored_rows

if TYPE_CHECKING:
    from datetime import datetime

    from shop.imports.assumptions import Assumptions
    from shop.imports.shopify.customers import Customers
    from shop.imports.shopify.exports import Exports
    from shop.imports.shopify.products import Products
    from shop.store.database import Snapshot

_CUSTOMER: Final = ("id", "name", "email", "phone", "street", "city", "postcode", "country")


def plan_shopify(
    snapshot: Snapshot,
    exports: Exports,
    *,
    store_name: str,
    location_name: str,
    timezone: str,
    assumptions: Assumptions,
    now: datetime,
) -> tuple[list[Difference], list[Finding]]:
    """(changes in the order in which they can be written, what a person should know).

    Raises ImportFileError when the store holds other data.
    """
    catalogue = Catalogue(snapshot, exports.products, exports.currency, now)
    exports.inventory.settle(catalogue.skus)
    locations = Locations(snapshot)
    locations.know(exports.inventory, location_name)
    rows = OrderRows(
        snapshot,
        exports.orders.orders,
        exports.customers.of_order,
        catalogue.resolve,
        lambda name: locations.ids.get(name, locations.default),
    )
    sales = rows.sales(catalogue.skus, exports.zone)
    last_day = max((day for _, _, day in sales), default=None)
    info = claim_store(
        snapshot,
        source="shopify",
        name=store_name,
        currency=exports.currency,
        timezone=timezone,
        business_date=last_day,
    )
    levels, on_hand = level_changes(
        snapshot, _levels(exports.inventory.levels, exports.products, locations), now
    )
    opened_on = last_day or now.astimezone(exports.zone).date()
    differences = [
        info,
        locations.changes(),
        catalogue.product_changes(),
        catalogue.price_changes(),
        movement_changes(snapshot, sales, on_hand, opened_on),
        levels,
        *catalogue.terms(assumptions),
        _customer_changes(snapshot, exports.customers, rows),
        *rows.differences(),
    ]
    findings = [
        *exports.findings,
        *_product_findings(catalogue, {sku for sku, _ in on_hand}),
        *stock_findings(exports.inventory),
        *rows.findings,
    ]
    return differences, findings


def _levels(
    levels: dict[tuple[str, str], Level], products: Products, locations: Locations
) -> dict[tuple[str, str], Level]:
    """Stock by SKU and location id; that of the products export where there is no inventory export."""
    if levels:
        return {(sku, locations.ids[name]): level for (sku, name), level in levels.items()}
    return {
        (sku, locations.default): Level(variant.quantity, 0, 0)
        for sku, variant in products.variants.items()
        if variant.quantity is not None
    }


def _product_findings(catalogue: Catalogue, stocked: set[str]) -> list[Finding]:
    rounded = catalogue.products.rounded
    unstocked = len(catalogue.wanted.keys() - stocked)
    found = (
        ("rounded_prices", rounded, "{:,} prices are finer than the smallest coin; rounded half to even"),
        ("no_stock_figure", unstocked, "{:,} products have no stock figure anywhere; they are not planned"),
    )
    own = [Finding(code, count, text.format(count)) for code, count, text in found if count]
    return [*catalogue.findings, *own]


def _customer_changes(snapshot: Snapshot, customers: Customers, rows: OrderRows) -> Difference:
    """Customers of the customers export, and those that only orders name."""
    stored = stored_rows(snapshot, "customers", _CUSTOMER)
    known = {row["id"] for row in stored}
    wanted = dict(customers.rows)
    for order in rows.orders.values():
        key = customers.of_order(order.email)
        if key is not None and key not in wanted and key not in known:
            wanted[key] = {**dict.fromkeys(_CUSTOMER, ""), "id": key, "email": order.email}
    return compare("customers", ("id",), stored, wanted.values())
