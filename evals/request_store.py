"""A fresh sample store for each talk, and records of it that fit the placeholders of a case."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
_TRIED: Final = 400
"""So many records are looked at until one fits a placeholder."""


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
        self.filed = _file(db, self._desk(db), self.guides)
        with db.reading() as snapshot:
            self.aliases = _aliases(snapshot)
        db.close()

    @property
    def guides(self) -> Path | None:
        """The sample store's guides."""
        path = Path(create_sample_store.__globals__["__file__"]).parent / "guides"
        return path if path.is_dir() else None

    @contextmanager
    def copy(self) -> Iterator[Opened]:
        """A fresh copy, removed afterwards."""
        path = self._directory / "case.db"
        shutil.copy(self.path, path)
        db = Database(f"sqlite:///{path}")
        try:
            yield Opened(db, self._desk(db), self.guides, self.filed)
        finally:
            db.close()
            for left in self._directory.glob("case.db*"):
                left.unlink()

    def _desk(self, db: Database) -> Desk:
        numbers = count(1)
        return Desk(db, self._policies, EmbeddedEffects(db), _clock, ids=lambda prefix: f"{prefix}_{_word(next(numbers))}")


def _word(number: int) -> str:
    """Letters and digits for an id, the same ones in every run, and new ones in a copy of the template."""
    return "".join(random.Random(f"{number}").choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))  # noqa: S311 - an id of a test store


def _clock() -> datetime:
    return MOMENT


def _file(db: Database, desk: Desk, guides: Path | None) -> str:
    """Submit something that the rules put before people, and give its action id."""
    shop = Shop(db, desk, Session(_ASSISTANT), guides, _clock)
    with db.reading() as snapshot:
        chosen = _product(snapshot, random.Random(0))  # noqa: S311 - the same choice every time
    for pieces in (480, 960, 1920, 4800, 96_000):
        answer = call(shop, "place_purchase_order", {"sku": chosen["sku"], "quantity": pieces})
        result: Any = answer.result
        if result is not None and result.state == "pending":
            return str(result.action_id)
    raise SetupError("no order of the sample store waits for approval: the shipped rules allow or deny all of them")


def filled(case: RequestCase, opened: Opened, seed: int) -> tuple[RequestCase, dict[str, str]]:
    """The case with its placeholders filled, and what they were filled with; the same for the same seed."""
    rng = random.Random(f"{seed}:{case.id}")  # noqa: S311 - a reproducible choice, no secret
    with opened.db.reading() as snapshot:
        chosen = {
            **_product(snapshot, rng),
            **_orders(snapshot, rng, unshipped="cancel_order" in case.tools),
            "po": _purchase_order(snapshot, rng),
            "action": opened.filed,
        }

    def put(value: Any) -> Any:
        if isinstance(value, str):
            for name, record in chosen.items():
                value = value.replace(f"{{{name}}}", record)
            return value
        if isinstance(value, list):
            return [put(one) for one in value]
        return {key: put(one) for key, one in value.items()} if isinstance(value, dict) else value

    new = RequestCase(
        id=case.id,
        say=tuple(put(one) for one in case.say),
        tools=case.tools,
        all_tools=case.all_tools,
        args=put(case.args),
        must_not_write=case.must_not_write,
        must_not_execute=case.must_not_execute,
        must_say_not_found=case.must_say_not_found,
    )
    return new, chosen


def _product(snapshot: Snapshot, rng: random.Random) -> dict[str, str]:
    """An active product that two locations stock and an approved supplier sells."""
    skus = [sku for sku, _ in sorted(catalogue.titles(snapshot))]
    names = {one.id: one.name for one in catalogue.locations(snapshot)}
    for sku in rng.sample(skus, len(skus)):
        product = catalogue.product(snapshot, sku)
        levels = [one for one in stock.levels_of(snapshot, sku) if one.available >= 12]  # noqa: PLR2004 - enough to move
        offers = purchasing.offers_for(snapshot, sku)
        supplier = purchasing.supplier(snapshot, offers[0].supplier) if offers else None
        if product is None or product.status != "active" or len(levels) < 2 or supplier is None or not supplier.approved:  # noqa: PLR2004
            continue
        start, end = rng.sample(levels, 2)
        return {
            "sku": sku,
            "title": product.title,
            "location": names[start.location],
            "location2": names[end.location],
            "supplier": supplier.name,
            "newprice": f"{(product.price.amount * Decimal('0.98')).quantize(Decimal('0.01'))}",
        }
    raise SetupError("the sample store has no product that two locations stock")


def _orders(snapshot: Snapshot, rng: random.Random, *, unshipped: bool) -> dict[str, str]:
    """A paid order (shipped and lately, or not shipped) and the e-mail address of a customer with orders."""
    status = "unfulfilled" if unshipped else "fulfilled"
    recent = orders.orders_page(
        snapshot, status=status, placed_from=MOMENT - timedelta(days=25), limit=_TRIED
    ).items
    fitting = [one for one in recent if one.financial_status == "paid" and one.total.minor >= 2_000]  # noqa: PLR2004 - 20.00
    for order in rng.sample(fitting, len(fitting)):
        customer = customers.customer(snapshot, order.customer or "")
        if customer is None or not customer.email:
            continue
        if unshipped or orders.shipments(snapshot, order.id):
            return {"order": order.id, "email": customer.email}
    raise SetupError(f"the sample store has no {status} paid order of a customer with an e-mail address")


def _purchase_order(snapshot: Snapshot, rng: random.Random) -> str:
    found = purchasing.purchase_orders(snapshot, status="placed", limit=_TRIED).items
    return rng.choice([one.id for one in found])


def _aliases(snapshot: Snapshot) -> Aliases:
    names = {one.name.lower(): one.id.lower() for one in catalogue.locations(snapshot)}
    names |= {one.name.lower(): one.id.lower() for one in purchasing.suppliers(snapshot)}
    return Aliases(names, info.store_info(snapshot).home_currency)
