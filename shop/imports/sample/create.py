"""Creates the sample store: one seed, one transaction, the same rows every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shop.errors import SetupError
from shop.imports.sample import order_tables, tables
from shop.imports.sample.catalogue import build_catalogue
from shop.imports.sample.competitors import write_competitors
from shop.imports.sample.demand import choose_shelves, draw_demand, expected_demand
from shop.imports.sample.past import play
from shop.imports.sample.service import serve_customers
from shop.imports.sample.story_orders import find_story_orders
from shop.imports.sample.terms import build_offers, exchange_rates
from shop.store import schema

if TYPE_CHECKING:
    from shop.store.database import Database, Transaction

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """How many of everything the sample store holds, and orders that a demo can talk about."""

    products: int
    shelves: int
    movements: int
    stockout_days: int
    purchase_orders: int
    customers: int
    orders: int
    shipments: int
    returns: int
    tickets: int
    supplier_notes: int
    story_orders: dict[str, str]


def create_sample_store(db: Database, *, seed: int = 7, progress: Progress | None = None) -> SampleSummary:
    """Fill an empty migrated store with Harbour & Hearth: 18 months up to the business date, 2026-11-20.

    The same seed gives the same rows. `progress` is told each step in words. Everything is written in one
    transaction. Raises SetupError when the store already holds anything.
    """
    tell = progress or (lambda _: None)
    with db.writing() as transaction:
        _refuse_unless_empty(transaction)
        return _fill(transaction, seed, tell)


def _refuse_unless_empty(transaction: Transaction) -> None:
    for table in (schema.store_info, schema.products, schema.orders, schema.stock_movements):
        if transaction.execute(table.select().limit(1)).first() is not None:
            raise SetupError(
                f"this store is not empty ({table.name} has rows): "
                "create the sample store in a new database or another SHOPHAND_HOME"
            )


def _generators(seed: int, count: int) -> list[np.random.Generator]:
    """Independent streams, so that a change in one part does not shift the numbers of the others."""
    children = np.random.SeedSequence(seed).spawn(count)
    return [np.random.Generator(np.random.PCG64(child)) for child in children]


def _fill(transaction: Transaction, seed: int, tell: Progress) -> SampleSummary:
    for_catalogue, for_rates, for_shelves, for_demand, for_past, for_service, for_competitors = _generators(
        seed, 7
    )
    tell("catalogue and suppliers")
    catalogue = build_catalogue(for_catalogue)
    rates = exchange_rates(for_rates)
    offers = build_offers(catalogue, rates)
    tell("18 months of demand and stock")
    shelves = choose_shelves(catalogue, for_shelves)
    expected = expected_demand(catalogue, shelves, for_demand)
    demand = draw_demand(expected, catalogue, shelves, for_demand)
    past = play(catalogue, shelves, offers, expected, demand, for_past)
    purchase_orders = past.book.numbered()
    tell("customers, orders and tickets")
    service = serve_customers(catalogue, shelves, past, for_service)
    tell("writing")
    tables.write_store(transaction)
    products = tables.write_catalogue(transaction, catalogue)
    tables.write_promotions(transaction)
    write_competitors(transaction, catalogue, for_competitors)
    tables.write_terms(transaction, offers, rates)
    tables.write_purchase_orders(transaction, purchase_orders)
    movements = tables.write_stock(transaction, catalogue, shelves, past, purchase_orders, service.committed)
    order_tables.write_service(transaction, catalogue, service)
    tell("tidying up")
    transaction.exec_driver_sql("ANALYZE")
    return SampleSummary(
        products=products,
        shelves=len(shelves.sku),
        movements=movements,
        stockout_days=int(past.stockout.sum()),
        purchase_orders=len(purchase_orders),
        customers=len(service.customers),
        orders=len(service.orders),
        shipments=len(service.parcels),
        returns=len(service.rmas),
        tickets=len(service.tickets),
        supplier_notes=len(service.supplier_notes),
        story_orders=find_story_orders(service),
    )
