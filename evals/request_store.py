"""A fresh sample store for each talk, and records of it that fit the placeholders of a case."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, Final

from evals.request_cases import RequestCase
from evals.request_matching import Aliases
from policies.install import install
from policies.rules import load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.errors import SetupError
from shop.imports.sample import create_sample_store
from shop.people import Kind, Principal, Role
from shop.store.database import Database, Snapshot
from shop.store.migrate import upgrade
from shop.store.reads import catalogue, customers, info, orders, purchasing, stock
from tools.desk import Desk, Session
from tools.toolbox import Shop, call

MOMENT: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OPERATOR: Final = Principal("olivia", "Olivia", Kind.HUMAN, frozenset({Role.OPERATOR}))
_ASSISTANT: Final = Principal(
    "assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="olivia"
)
_MOST: Final = 400
"""So many records of a kind are looked at."""
_ENOUGH: Final = 12
"""Pieces a shelf must hold, so that some of them can be moved."""
_LARGE_MINOR: Final = 10_000
"""A refund that is worth more needs a person."""
_ATTEMPTS: Final = 10
_WORTH_MINOR: Final = 2_000
"""An order worth less is no use for a partial refund."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh store with its desk; `filed` is the id of an action that waits for a decision."""

    db: Database
    desk: Desk
    guides: Path | None
    filed: str


class Template:
    """A sample store made once; each talk gets a copy of it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._rules = directory / "policies"
        self.path = directory / "template.db"
        install(self._rules, "GBP")
        policies = load_policies(self._rules)
        self._policies = lambda: policies
        db = Database(f"sqlite:///{self.path}")
        upgrade(db)
        create_sample_store(db)
        with db.reading() as snapshot:
            self.aliases = _aliases(snapshot)
            self._candidates = Candidates.of(snapshot)
        self.filed = _file(db, self._desk(db, 1), self.guides, self._candidates)
        db.close()

    @property
    def guides(self) -> Path | None:
        """The sample store's guides."""
        path = Path(create_sample_store.__globals__["__file__"]).parent / "guides"
        return path if path.is_dir() else None

    def fill(self, case: RequestCase, seed: int) -> RequestCase:
        """The case about records of this store; the same for the same seed."""
        return filled(case, self._candidates.chosen(case, self.filed, seed))

    @contextmanager
    def copy(self) -> Iterator[Opened]:
        """A fresh copy, removed afterwards."""
        path = self._directory / "case.db"
        shutil.copy(self.path, path)
        db = Database(f"sqlite:///{path}")
        try:
            yield Opened(db, self._desk(db, 1_000), self.guides, self.filed)
        finally:
            db.close()
            for left in self._directory.glob("case.db*"):
                left.unlink()

    def _desk(self, db: Database, first: int) -> Desk:
        numbers = count(first)  # a copy's ids must not meet the template's
        return Desk(
            db,
            self._policies,
            EmbeddedEffects(db),
            _clock,
            ids=lambda prefix: f"{prefix}_{_word(next(numbers))}",
        )


def _word(number: int) -> str:
    """Letters and digits for an id, the same ones in every run."""
    return "".join(random.Random(f"{number}").choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))


def _clock() -> datetime:
    return MOMENT


def _file(db: Database, desk: Desk, guides: Path | None, candidates: Candidates) -> str:
    """Submit something that the rules put before people, and give its action id."""
    shop = Shop(db, desk, Session(_ASSISTANT), guides, _clock)
    refunds: list[tuple[str, dict[str, Any]]] = [
        ("refund_order", {"order": one["order"], "reason": "parcel lost"})
        for one in candidates.shipped
        if _refundable_minor(shop, one["order"]) >= _LARGE_MINOR
    ]
    purchases: list[tuple[str, dict[str, Any]]] = [
        ("place_purchase_order", {"sku": one["sku"], "quantity": 960}) for one in candidates.products
    ]
    for tool, args in (*refunds[:_ATTEMPTS], *purchases[:_ATTEMPTS]):
        result: Any = call(shop, tool, args).result
        if result is not None and result.state == "pending":
            return str(result.action_id)
    raise SetupError(
        "nothing waits for approval in the sample store: the rules allow or deny all that was tried"
    )


def _refundable_minor(shop: Shop, order: str) -> int:
    quote: Any = call(shop, "quote_refund", {"order": order}).result
    return 0 if quote is None else int(quote.refundable.minor)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The records that a placeholder may stand for, found once; each talk chooses among them by its seed."""

    products: tuple[dict[str, str], ...]
    shipped: tuple[dict[str, str], ...]
    unshipped: tuple[dict[str, str], ...]
    purchase_orders: tuple[str, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Candidates:
        """All of them, in a fixed order; raises SetupError when the store has none of a kind."""
        found = cls(
            products=tuple(_products(snapshot)),
            shipped=tuple(_orders(snapshot, "fulfilled")),
            unshipped=tuple(_orders(snapshot, "unfulfilled")),
            purchase_orders=tuple(
                one.id for one in purchasing.purchase_orders(snapshot, status="placed", limit=_MOST).items
            ),
        )
        if not all((found.products, found.shipped, found.unshipped, found.purchase_orders)):
            raise SetupError(
                "the sample store lacks a product, an order or a purchase order that talks can be about"
            )
        return found

    def chosen(self, case: RequestCase, filed: str, seed: int) -> dict[str, str]:
        """The records of one talk; an order that is to be cancelled has not been shipped."""
        rng = random.Random(f"{seed}:{case.id}")
        product = dict(rng.choice(self.products))
        if rng.random() < 0.5:
            product["location"], product["location2"] = product["location2"], product["location"]
        order = rng.choice(self.unshipped if "cancel_order" in case.tools else self.shipped)
        return {**product, **order, "po": rng.choice(self.purchase_orders), "action": filed}


def filled(case: RequestCase, records: Mapping[str, str]) -> RequestCase:
    """The case with its placeholders filled."""

    def put(value: Any) -> Any:
        if isinstance(value, str):
            for name, record in records.items():
                value = value.replace(f"{{{name}}}", record)
            return value
        if isinstance(value, list):
            return [put(one) for one in value]
        return {key: put(one) for key, one in value.items()} if isinstance(value, dict) else value

    return replace(case, say=tuple(put(one) for one in case.say), args=put(case.args))


def _products(snapshot: Snapshot) -> Iterator[dict[str, str]]:
    """Active products that two locations stock and an approved supplier sells."""
    names = {one.id: one.name for one in catalogue.locations(snapshot)}
    sellers = {one.id: one.name for one in purchasing.suppliers(snapshot) if one.approved}
    for product in catalogue.product_page(snapshot, limit=_MOST).items:
        levels = [one for one in stock.levels_of(snapshot, product.sku) if one.available >= _ENOUGH]
        offers = [one for one in purchasing.offers_for(snapshot, product.sku) if one.supplier in sellers]
        if product.status == "active" and len(levels) > 1 and offers:
            yield {
                "sku": product.sku,
                "title": product.title,
                "location": names[levels[0].location],
                "location2": names[levels[1].location],
                "supplier": sellers[offers[0].supplier],
                "newprice": f"{(product.price.amount * Decimal('0.98')).quantize(Decimal('0.01'))}",
            }


def _orders(snapshot: Snapshot, status: str) -> Iterator[dict[str, str]]:
    """Recent paid orders in a status, with the e-mail addresses of their customers."""
    since = MOMENT - timedelta(days=25)
    for order in orders.orders_page(snapshot, status=status, placed_from=since, limit=_MOST).items:
        customer = customers.customer(snapshot, order.customer or "")
        paid = order.financial_status == "paid" and order.total.minor >= _WORTH_MINOR
        parcels = bool(orders.shipments(snapshot, order.id))
        if paid and customer is not None and customer.email and parcels == (status == "fulfilled"):
            yield {"order": order.id, "email": customer.email}


def _aliases(snapshot: Snapshot) -> Aliases:
    names = {one.name.lower(): one.id.lower() for one in catalogue.locations(snapshot)}
    names |= {one.name.lower(): one.id.lower() for one in purchasing.suppliers(snapshot)}
    return Aliases(names, info.store_info(snapshot).home_currency)
