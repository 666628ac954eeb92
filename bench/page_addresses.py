"""What `bench/pages.py` opens: every kind of page by its name, and records of each kind in its store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from bench.page_store import RARE
from shop.store import journal_schema, ledger_schema, schema
from shop.store.database import Database

MINE = "00000"
"""Stands for the number of a conversation of whoever opens it."""

Some = Callable[..., list[str]]
"""Some values of a column, under conditions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is measured: addresses by a page's name. An address may be one of many."""

    pages: dict[str, tuple[str, ...]]

    def some(self, random: Random) -> tuple[str, str]:
        """A page's name and one of its addresses."""
        name = random.choice(list(self.pages))
        return name, random.choice(self.pages[name])


def pages_of(home: Path) -> Seen:
    """Every page, and records of each kind."""
    db = Database(f"sqlite:///{home / 'shop.db'}")
    with db.reading() as snapshot:

        def some(column: Any, *where: Any, limit: int = 40) -> list[str]:
            return [str(one) for one in snapshot.execute(select(column).where(*where).limit(limit)).scalars()]

        pages = {**_work(some), **_goods(), **_trade(some), **_history(some)}
    db.close()
    return Seen({name: tuple(addresses) for name, addresses in pages.items()})


def _work(some: Some) -> dict[str, list[str]]:
    """What is done every day."""
    streams = journal_schema.streams
    return {
        "Today": ["/"],
        "Ask": ["/ask"],
        "A conversation": [f"/ask/con_b{MINE}"],
        "Approvals": ["/approvals"],
        "Approvals by money": ["/approvals?order=money"],
        "Approvals by age": ["/approvals?order=age"],
        "Approvals of a kind": ["/approvals?kind=place_purchase_order"],
        "Approvals with words": ["/approvals?q=Albion"],
        "Approvals, page 100": ["/approvals?offset=4950"],
        "An approval": [f"/approvals/A-{number}" for number in range(1_000, 1_400, 10)],
        "Reorder runs": ["/runs"],
        "A run": [f"/runs/{one}" for one in some(streams.c.id, streams.c.kind == "run")],
    }


def _goods() -> dict[str, list[str]]:
    """Shelves and products."""
    skus = [f"B{number:07d}" for number in range(1_000, 19_000, 450)]
    return {
        "Stock": ["/stock", "/stock?after=B0009000~leeds"],
        "Stock at a place": ["/stock?location=glasgow"],
        "Stock, common words": ["/stock?q=blue+mug"],
        "Stock, rare word": [f"/stock?q={RARE}"],
        "Products": ["/products", "/products?after=B0009000"],
        "Products, common word": ["/products?q=mug"],
        "Products, rare word": [f"/products?q={RARE}"],
        "Products, no match": ["/products?q=quixotic"],
        "Products, two letters": ["/products?q=zq"],
        "Products, part of an id": ["/products?q=B00012"],
        "A product": [f"/products/{sku}" for sku in skus],
        "A drawing of sales": [f"/products/{sku}/sales.svg" for sku in skus],
    }


def _trade(some: Some) -> dict[str, list[str]]:
    """Customers and suppliers, and the orders of both."""
    return {
        "Orders": ["/orders"],
        "Orders in a state": ["/orders?status=unfulfilled"],
        "An order": [f"/orders/{one}" for one in some(schema.orders.c.id)],
        "Customers": ["/customers"],
        "Customers by name": ["/customers?q=amber"],
        "Customers by e-mail": ["/customers?q=bench4711%40example.com"],
        "A customer": [f"/customers/{one}" for one in some(schema.customers.c.id)],
        "Suppliers": ["/suppliers"],
        "A supplier": [f"/suppliers/{one}" for one in some(schema.suppliers.c.id)],
        "Purchase orders": ["/purchase-orders"],
        "A purchase order": [f"/purchase-orders/{one}" for one in some(schema.purchase_orders.c.id)],
    }


def _history(some: Some) -> dict[str, list[str]]:
    """What happened, by which rules, and how well."""
    actions = ledger_schema.actions
    return {
        "Activity": ["/activity"],
        "Activity in a state": ["/activity?state=executed", "/activity?state=denied"],
        "Activity of a kind": ["/activity?kind=transfer_stock", "/activity?kind=refund_order"],
        "Activity of somebody": ["/activity?who=sam", "/activity?who=nobody"],
        "Every entry": ["/activity/record", "/activity/record?subject=policy"],
        "A trace": [f"/activity/{one}" for one in some(actions.c.id, actions.c.state == "executed")],
        "Policies": ["/policies", "/policies?file=service.yaml"],
        "A version of the rules": ["/policies/v1"],
        "Evaluations": ["/evaluations"],
        "Autonomy": ["/autonomy"],
    }
