"""What was generated, as columns for the bulk insert: catalogue, terms, stock and purchasing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from shop.imports.sample.catalogue import HOME
from shop.imports.sample.demand import LOCATIONS
from shop.imports.sample.period import BUSINESS_DATE, DAYS, FIRST_DAY, calendar_day
from shop.imports.sample.prices import old_price
from shop.imports.sample.promotions import PROMOTIONS
from shop.imports.sample.terms import SUPPLIERS
from shop.store import schema
from shop.store.bulk import insert_columns, insert_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue, Item
    from shop.imports.sample.demand import Shelves
    from shop.imports.sample.past import Past
    from shop.imports.sample.purchases import PastOrder
    from shop.imports.sample.terms import Offer
    from shop.store.database import Transaction

NAME: Final = "Harbour & Hearth"
Numbered = list[tuple[str, "PastOrder"]]


def moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of a calendar day, in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def write_store(transaction: Transaction) -> None:
    """The store itself and its locations."""
    info = {
        "id": 1,
        "name": NAME,
        "home_currency": HOME,
        "timezone": "Europe/London",
        "source": "sample",
        "business_date": BUSINESS_DATE,
        "own_names": True,
    }
    insert_rows(transaction, schema.store_info, [info])
    places = [{"id": key, "name": name, "rank": rank} for rank, (key, name) in enumerate(LOCATIONS)]
    insert_rows(transaction, schema.locations, places)


def write_catalogue(transaction: Transaction, catalogue: Catalogue) -> int:
    """Products and the history of their prices; returns the number of products."""
    count = insert_rows(transaction, schema.products, [_product(item) for item in catalogue.items])
    prices = [change for item in catalogue.items for change in _prices(item)]
    insert_rows(transaction, schema.price_changes, prices)
    return count


def _product(item: Item) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "title": item.title,
        "category": item.category,
        "vendor": item.vendor,
        "status": item.status,
        "price_minor": item.price,
        "currency": HOME,
        "cost_minor": item.cost,
        "map_minor": item.map_price,
        "item_class": item.item_class,
        "shelf_life_days": item.shelf_life_days,
        "weight_grams": item.grams,
        "launched_on": None if item.status == "draft" else calendar_day(item.launched),
        "price_changed_at": _prices(item)[-1]["at"],
        "product_group": item.family,
        "options": json.dumps({"variant": item.title.partition(", ")[2]}, sort_keys=True),
    }


def _prices(item: Item) -> list[dict[str, Any]]:
    first = {
        "sku": item.sku,
        "at": moment(calendar_day(item.launched), 9),
        "currency": HOME,
        "source": "sample",
    }
    before = old_price(item)
    if before is None:
        return [{**first, "price_minor": item.price}]
    later = {**first, "at": moment(calendar_day(before[0]), 6), "price_minor": item.price}
    return [{**first, "price_minor": before[1]}, later]


def write_promotions(transaction: Transaction) -> int:
    """Promotions of the past and those planned."""
    rows = [
        {
            "id": promotion.id,
            "name": promotion.name,
            "sku": promotion.sku,
            "category": promotion.category,
            "starts_on": promotion.starts_on,
            "ends_on": promotion.ends_on,
            "discount_percent": Decimal(promotion.percent),
        }
        for promotion in PROMOTIONS
    ]
    return insert_rows(transaction, schema.promotions, rows)


def write_terms(
    transaction: Transaction, offers: Mapping[str, list[Offer]], rates: Mapping[tuple[str, date], Decimal]
) -> None:
    """Suppliers, offers, price breaks and exchange rates."""
    insert_rows(transaction, schema.suppliers, [_supplier(place) for place in range(len(SUPPLIERS))])
    all_offers = [offer for some in offers.values() for offer in some]
    insert_rows(transaction, schema.offers, [_offer(offer) for offer in all_offers])
    breaks = [
        {"supplier": offer.supplier, "sku": offer.sku, "from_quantity": start, "unit_cost_minor": cost}
        for offer in all_offers
        for start, cost in offer.breaks
    ]
    insert_rows(transaction, schema.price_breaks, breaks)
    dated = [{"currency": currency, "day": day, "rate": rate} for (currency, day), rate in rates.items()]
    insert_rows(transaction, schema.exchange_rates, dated)


def _supplier(place: int) -> dict[str, Any]:
    terms = SUPPLIERS[place]
    return {
        "id": terms.id,
        "name": terms.name,
        "currency": terms.currency,
        "lead_time_days": float(terms.lead),
        "lead_time_sd_days": float(terms.lead_sd),
        "minimum_order_minor": terms.minimum,
        "approved": terms.approved,
        "email": f"orders@{terms.id}.example.com",
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "supplier": offer.supplier,
        "sku": offer.sku,
        "unit_cost_minor": offer.unit_cost,
        "moq": offer.moq,
        "pack_size": offer.pack,
        "rank": offer.rank,
    }


def write_purchase_orders(transaction: Transaction, orders: Numbered) -> int:
    """Purchase orders and their lines."""
    insert_rows(transaction, schema.purchase_orders, [_purchase_order(key, order) for key, order in orders])
    lines = [
        {
            "purchase_order": key,
            "sku": line.sku,
            "quantity": line.quantity,
            "received": 0 if order.cancelled else line.received(),
            "unit_cost_minor": line.unit_cost,
        }
        for key, order in orders
        for line in order.lines
    ]
    insert_rows(transaction, schema.purchase_order_lines, lines)
    return len(orders)


def _purchase_order(key: str, order: PastOrder) -> dict[str, Any]:
    received = order.received_day
    return {
        "id": key,
        "supplier": order.supplier.id,
        "location": LOCATIONS[order.location][0],
        "status": order.status,
        "ordered_on": calendar_day(order.ordered),
        "expected_on": calendar_day(order.expected),
        "received_on": None if received is None else calendar_day(received),
        "currency": order.supplier.currency,
        "total_minor": order.total,
    }


def write_stock(
    transaction: Transaction,
    catalogue: Catalogue,
    shelves: Shelves,
    past: Past,
    orders: Numbered,
    committed: NDArray[np.int64],
) -> int:
    """Stock levels, movements and stockout days; returns the number of movements."""
    names = _Names(catalogue, shelves)
    everything = np.arange(len(shelves.sku))
    levels = {
        **names.of(everything),
        "on_hand": past.on_hand.tolist(),
        "committed": committed.tolist(),
        "updated_at": [moment(BUSINESS_DATE, 6)] * len(everything),
    }
    insert_columns(transaction, schema.stock_levels, levels)
    day, shelf = np.nonzero(past.stockout)
    insert_columns(transaction, schema.stockout_days, {**names.of(shelf), "day": _days(day)})
    columns = _movements(names, past, orders)
    return insert_columns(transaction, schema.stock_movements, columns)


class _Names:
    """SKU and location ids of shelves."""

    def __init__(self, catalogue: Catalogue, shelves: Shelves) -> None:
        self._sku = [catalogue.items[place].sku for place in shelves.sku.tolist()]
        self._location = [LOCATIONS[place][0] for place in shelves.location.tolist()]

    def of(self, shelf: NDArray[np.int64]) -> dict[str, list[Any]]:
        """The two key columns of these shelves."""
        places = shelf.tolist()
        return {
            "sku": [self._sku[place] for place in places],
            "location": [self._location[place] for place in places],
        }


def _days(day: NDArray[np.int64]) -> list[date]:
    known = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    return [known[number] for number in day.tolist()]


_KINDS: Final = ("opening", "receipt", "transfer_in", "transfer_out", "sale", "return", "adjustment")


def _movements(names: _Names, past: Past, orders: Numbered) -> dict[str, list[Any]]:
    """All movements in the order of their days, as columns."""
    receipts, refs = _receipts(orders)
    parts = [_opening(past), receipts]
    for kind, quantity in (
        ("transfer_in", np.maximum(past.moved, 0)),
        ("transfer_out", np.minimum(past.moved, 0)),
        ("sale", -past.sales),
        ("return", past.returned),
        ("adjustment", past.adjusted),
    ):
        day, shelf = np.nonzero(quantity)
        parts.append(np.stack([day, shelf, np.full(len(day), _KINDS.index(kind)), quantity[day, shelf]]))
    table = np.concatenate(parts, axis=1)
    ref = [""] * parts[0].shape[1] + refs + [""] * (table.shape[1] - parts[0].shape[1] - len(refs))
    order = np.lexsort((table[2], table[1], table[0]))
    day, shelf, kind_place, quantity = table[:, order]
    return {
        **names.of(shelf),
        "day": _days(day),
        "kind": [_KINDS[place] for place in kind_place.tolist()],
        "quantity": quantity.tolist(),
        "ref": [ref[place] for place in order.tolist()],
    }


def _opening(past: Past) -> NDArray[np.int64]:
    shelf = np.flatnonzero(past.opening)
    nothing = np.zeros(len(shelf), dtype=np.int64)
    return np.stack([nothing, shelf, nothing, past.opening[shelf]])


def _receipts(orders: Numbered) -> tuple[NDArray[np.int64], list[str]]:
    """One receipt for each delivery of a purchase order line that came before the business date."""
    rows, refs = [], []
    for key, order in orders:
        for line in order.lines:
            came = {line.first_day: line.first, line.rest_day: line.quantity - line.first}
            if line.first == line.quantity:
                came = {line.first_day: line.quantity}
            for day, quantity in came.items():
                if day < DAYS and quantity and not order.cancelled:
                    rows.append((day, line.shelf, _KINDS.index("receipt"), quantity))
                    refs.append(key)
    return np.array(rows, dtype=np.int64).T, refs
