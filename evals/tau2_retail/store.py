"""Stores with tau2's shop in them, each with a desk under tau2's rules, and what stands in them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Final

from evals.tau2_retail import exporting
from evals.tau2_retail.comparing import State, canonical
from evals.tau2_retail.loading import NOW, load_people, load_products
from evals.tau2_retail.shapes import ProductType, Retail
from policies.rules import PolicySet, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.people import Kind, Principal, Role
from shop.store import schema, service_schema
from shop.store.database import Database
from shop.store.migrate import upgrade
from shop.store.prepared import select_by
from tools.desk import Desk

RULES: Final = Path(__file__).parent / "rules"
ASSISTANT: Final = Principal("assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}))


@dataclass(slots=True)
class RetailStore:
    """One store: its database, its desk and its clock, which only moves when it is told to."""

    db: Database
    desk: Desk
    shop: Retail
    gone: Callable[[Database], None]
    conversations: count[int] = field(default_factory=lambda: count(1))
    now: datetime = NOW

    def wait(self, how_long: timedelta) -> None:
        """Let time pass."""
        self.now += how_long

    def as_retail(self) -> Retail:
        """The shop as it stands now: the products as they were, customers and orders from the tables."""
        with self.db.reading() as snapshot:
            return self.shop.model_copy(
                update={"users": exporting.users(snapshot), "orders": exporting.orders(snapshot)}
            )

    def state(self) -> State:
        """Customers and orders in the form that is compared."""
        with self.db.reading() as snapshot:
            return canonical(exporting.users(snapshot), exporting.orders(snapshot))

    def fingerprint(self) -> str:
        """A digest of customers, orders, money and returns, and of what was carried out (with any stock)."""
        digest = hashlib.sha256()
        with self.db.reading() as snapshot:
            for table in _WRITTEN:
                digest.update(repr(select_by(table).rows(snapshot)).encode())
        return digest.hexdigest()

    def close(self) -> None:
        """Give the database back; another store will take its place."""
        self.db.close()
        self.gone(self.db)


_WRITTEN: Final = (
    schema.effects,
    schema.customers,
    schema.orders,
    schema.order_lines,
    schema.payments,
    schema.returns,
    service_schema.payment_methods,
    service_schema.exchanges,
)


class Stores:
    """Makes stores: the tables and the products are made once, customers and orders for each store.

    A closed store's file is written over by a later one, whose engine then knows the compiled statements.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count(1)
        self._free: list[Database] = []
        self._with_products: dict[int, tuple[dict[str, ProductType], Path]] = {}

    def holding(self, shop: Retail) -> RetailStore:
        """A new store that holds this shop."""
        db = self._free.pop() if self._free else self._place()
        path = Path(db.url.removeprefix("sqlite:///"))
        for left in path.parent.glob(f"{path.name}-*"):
            left.unlink()
        shutil.copy(self._template(shop), path)
        load_people(db, shop)
        return self._opened(db, shop)

    def _place(self) -> Database:
        return Database(f"sqlite:///{self._directory / f'{next(self._numbers)}.db'}")

    def _opened(self, db: Database, shop: Retail) -> RetailStore:
        ids = count(1)
        desk = Desk(
            db,
            self._policies,
            EmbeddedEffects(db),
            lambda: store.now,
            lambda prefix: f"{prefix}-{next(ids):06}",
        )
        store = RetailStore(db, desk, shop, self._free.append)
        return store

    def _policies(self) -> PolicySet:
        return self._rules

    @cached_property
    def _rules(self) -> PolicySet:
        return load_policies(RULES)

    def _template(self, shop: Retail) -> Path:
        """A store with the products of this shop, made once for each set of products."""
        kept = self._with_products.get(id(shop.products))
        if kept is None:
            path = self._directory / f"products-{len(self._with_products)}.db"
            shutil.copy(self._empty, path)
            db = Database(f"sqlite:///{path}")
            load_products(db, shop)
            db.close()
            kept = self._with_products[id(shop.products)] = shop.products, path
        return kept[1]

    @cached_property
    def _empty(self) -> Path:
        path = self._directory / "empty.db"
        db = Database(f"sqlite:///{path}")
        upgrade(db)
        db.close()
        return path
