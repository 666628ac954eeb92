"""A desk over the small store, its own few rules, and the people of the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select, text

from policies.rules import PolicySet, parse_policies
from shop.actions import Action, PlacePurchaseOrder, PurchaseLine
from shop.backends.embedded import EmbeddedEffects
from shop.backends.ports import Claim, Outcome, Receipt
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store import schema
from shop.store.database import Database
from tests import small_store
from tools.desk import Desk, Session

RULES = """
policy: gate
version: 1
default: deny
rules:
  - {id: po, action: place_purchase_order, allow: {when: [{supplier.approved: true}]}}
  - {id: po-terms, action: place_purchase_order, deny: {when: [{terms.current: false}],
     because: "Old terms."}}
  - {id: po-cap, action: place_purchase_order, deny: {when: [{total: {over: 50_000 GBP}}],
     because: "No order may exceed {limit}."}}
  - {id: po-big, action: place_purchase_order, approve: {when: [{total: {over: 1_000 GBP}}],
     by: [purchasing_manager], expires: 72h, because: "Order of {value} is over the {limit} limit."}}
  - {id: po-huge, action: place_purchase_order, approve: {when: [{total: {over: 10_000 GBP}}],
     by_each: [purchasing_manager, finance], expires: 72h, because: "Order of {value} is over {limit}."}}
  - {id: po-day, action: place_purchase_order, approve: {when: [{spend.supplier.24h: {over: 2_000 GBP}}],
     by: [purchasing_manager], expires: 72h, because: "{value} with this supplier in 24 h (limit {limit})."}}
  - {id: po-tainted, action: place_purchase_order, approve: {when: [{tainted: true}],
     by: [purchasing_manager], expires: 72h, because: "A stranger's text was read before this was asked."}}
  - {id: po-cancel, action: cancel_purchase_order, allow: {when: [{open: true}]}}
  - {id: po-receive, action: receive_purchase_order,
     allow: {when: [{open: true}, {over_received: {under: 1}}]}}
  - {id: move, action: transfer_stock, allow: {when: [{enough_available: true}]}}
  - {id: adjust, action: adjust_stock, allow: {when: [{stays_non_negative: true}]}}
  - {id: adjust-big, action: adjust_stock, approve: {when: [{value: {over: 100 GBP}}],
     by: [inventory_manager], expires: 72h, because: "{value} is over {limit}."}}
  - {id: price, action: change_price, allow: {when: [{margin_after_pct: {over: 15}}]}}
  - {id: price-swing, action: change_price, approve: {when: [{change_pct: {outside: [-10, 10]}}],
     by: [pricing_manager], expires: 72h, because: "Price moves {value} % (allowed {limit})."}}
  - {id: prices, action: change_prices, allow: {when: [{margin_after_pct: {over: 15}}]}}
  - {id: prices-swing, action: change_prices, approve: {when: [{change_pct.lowest: {under: -10}}],
     by: [pricing_manager], expires: 72h, because: "A price moves {value} % (at least {limit})."}}
  - {id: refund, action: refund_order, allow: {when: [{within_refundable: true}]}}
  - {id: refund-big, action: refund_order, approve: {when: [{amount: {over: 20 GBP}}],
     by: [support_lead], expires: 72h, because: "Refund of {value} is over {limit}."}}
  - {id: cancel, action: cancel_order, allow: {when: [{cancellable: true}]}}
  - {id: note, action: add_order_note, allow: {when: [{length: {under: 500}}]}}
  - {id: demand-signal, action: add_demand_signal, allow: {when: [{percent: {between: [-50, 50]}}]}}
  - {id: supply-signal, action: add_supply_signal, allow: {when: [{delay_days: {under: 30}}]}}
  - {id: unsignal, action: remove_signal, allow: {when: [{in_force: true}]}}
"""


def rules(changed: dict[str, str] | None = None) -> PolicySet:
    """The rules of the tests, with some of their text replaced."""
    source = RULES
    for old, new in (changed or {}).items():
        assert old in source
        source = source.replace(old, new)
    return parse_policies({"gate.yaml": source})


def person(name: str, *roles: Role, kind: Kind = Kind.HUMAN, **more: Any) -> Principal:
    """Somebody with these roles."""
    return Principal(name, name.capitalize(), kind, frozenset(roles), **more)


AGENT = person("agent", Role.OPERATOR, kind=Kind.AGENT, on_behalf_of="sam")
SAM = person("sam", Role.OPERATOR)
PRIYA = person("priya", Role.PURCHASING_MANAGER, Role.INVENTORY_MANAGER)
MARCUS = person("marcus", Role.FINANCE, Role.SUPPORT_LEAD, Role.PRICING_MANAGER)
ADA = person("ada", Role.ADMIN, Role.PURCHASING_MANAGER)


EVERYBODY = {one.id: one for one in (AGENT, SAM, PRIYA, MARCUS, ADA)}


def person_of(name: str) -> Principal:
    """One of these by name."""
    return EVERYBODY[name]


class BackendDied(BaseException):
    """Stands for a process that ends in the middle."""


@dataclass
class Backend:
    """The embedded store with faults: it can die or fall silent, before or after the effect."""

    real: EmbeddedEffects
    fault: str = ""
    calls: list[str] = field(default_factory=list)
    refuses: str = ""
    script: list[str] = field(default_factory=list)
    """Faults of the next calls, one each; ``refuses`` is a proven refusal."""
    dies_at: tuple[int, str] = (-1, "")
    """The effect, counted from 0, at which the fault happens by itself."""

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Do what the embedded store does, or what the fault says."""
        if len(self.calls) == self.dies_at[0]:
            self.fault = self.dies_at[1]
        self.calls.append(claim.action_id)
        if self.script:
            self.fault = self.script.pop(0)
        fault, self.fault = self.fault, ""
        if fault == "dies before":
            raise BackendDied
        if fault == "silent before":
            raise TimeoutError("no answer")
        if claim.action_id == self.refuses or fault == "refuses":
            return Receipt(Outcome.CONFLICT, "the backend refused it")
        receipt = self.real.apply(action, claim)
        if fault == "dies after":
            raise BackendDied
        if fault == "silent after":
            raise TimeoutError("no answer")
        return receipt

    def reconcile(self, action_id: str) -> Receipt | None:
        """Look up what the embedded store did."""
        return self.real.reconcile(action_id)


class Gate:
    """Everything a test of the gate needs, on a small store."""

    def __init__(self, db: Database) -> None:
        small_store.fill(db)
        _catch_up(db)
        self.db = db
        self.now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
        self.rules = rules()
        self.backend = Backend(EmbeddedEffects(db))
        numbers = count(1)
        self.ids: Callable[[str], str] = lambda prefix: f"{prefix}_{next(numbers):06d}"
        self.desk = Desk(db, lambda: self.rules, self.backend, lambda: self.now, self.ids)

    def restarted(self) -> Desk:
        """The desk of a new process on the same database."""
        return Desk(self.db, lambda: self.rules, self.backend, lambda: self.now, self.ids)

    def later(self, **by: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**by)

    def purchase_orders(self) -> list[str]:
        """Purchase orders that actions placed."""
        with self.db.reading() as snapshot:
            table = schema.purchase_orders
            found = snapshot.execute(
                select(table.c.id).where(table.c.action_id.is_not(None)).order_by(table.c.id)
            )
            return list(found.scalars())

    def effects(self) -> int:
        """How many effects there were, by the store's own books."""
        return count_effects(self.db)

    def sql(self, statement: str) -> None:
        """Change the world behind everybody's back."""
        with self.db.writing() as tx:
            tx.execute(text(statement))


def count_effects(db: Database) -> int:
    """How many effects a store has seen, by its own books."""
    with db.reading() as snapshot:
        return int(snapshot.scalar(select(func.count()).select_from(schema.effects)) or 0)


def order(quantity: int = 24, unit_cost: str = "5.00", sku: str = "MUG-01") -> PlacePurchaseOrder:
    """A purchase order from Northwind: 24 mugs of 5.00 GBP unless told otherwise."""
    line = PurchaseLine(sku=sku, quantity=quantity, unit_cost=Money.of(unit_cost, "GBP"))
    return PlacePurchaseOrder(
        supplier="northwind", location="leeds", lines=(line,), expected_on=date(2026, 12, 1)
    )


def big_order() -> PlacePurchaseOrder:
    """An order of 1,080 GBP, over the limit of 1,000: 240 mugs at the price break of 4.50."""
    return order(240, "4.50")


def session(principal: Principal = AGENT, **more: Any) -> Session:
    """A session of the agent, unless told otherwise."""
    return Session(principal, **more)


def _catch_up(db: Database) -> None:
    """Rows with hand-written ids leave PostgreSQL's sequences behind."""
    if db.dialect != "postgresql":
        return
    with db.writing() as tx:
        for table in ("stock_movements", "price_changes", "order_notes"):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            tx.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}) + 1)"))
