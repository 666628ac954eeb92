"""A large store for `bench/pages.py`: the demo, a catalogue and a ledger multiplied by bulk load.

What is multiplied is real: the demo's own requests, as its rules judged them, are copied under new ids with
other amounts, moments and people, each with its decision, its approval, its entries of the windows and two
chained entries of the audit. The store is kept for the next measurement.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import Table, func, select

from app.bootstrap import House, build_house
from app.demo import build_demo, run_demo
from app.settings import Settings
from shop.people import Role
from shop.store import journal_schema, ledger_schema, schema
from shop.store.bulk import insert_rows
from shop.store.columns import UtcText
from shop.store.database import Transaction
from tools.ledger import chain

MADE_BY: Final = "1"
"""Another number here makes every kept store anew."""

KEPT_FOR: Final = timedelta(days=2)
"""An older store would have nothing of the last day on its pages."""

LOOKERS: Final = 12
_BATCH: Final = 20_000
_FIRST: Final = (
    "Amber", "Ash", "Blue", "Bright", "Calm", "Cedar", "Copper", "Cream", "Dark", "Deep", "Dusk", "Fern",
    "Flint", "Fog", "Golden", "Green", "Grey", "Indigo", "Ivory", "Jade", "Linen", "Moss", "Navy", "Oak",
    "Ochre", "Olive", "Pale", "Pearl", "Pine", "Plum", "Red", "Rose", "Rust", "Sage", "Sand", "Slate",
)  # fmt: skip
_NOUN: Final = (
    "Apron", "Basket", "Blanket", "Board", "Bottle", "Bowl", "Brush", "Candle", "Chair", "Clock", "Cup",
    "Cushion", "Dish", "Doormat", "Frame", "Glass", "Jar", "Jug", "Kettle", "Knife", "Lamp", "Mirror", "Mug",
    "Napkin", "Pan", "Plate", "Pot", "Rug", "Shelf", "Spoon", "Stool", "Table", "Teapot", "Towel", "Tray",
    "Vase",
)  # fmt: skip
_MADE: Final = ("stoneware", "walnut", "enamel", "cotton", "bamboo", "glass", "cast iron", "recycled wool")
RARE: Final = "zanzibar"
"""A word that stands in ten titles."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: SKUs, actions in the ledger, and how many of those wait."""

    skus: int
    actions: int
    open: int

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"pages-{self.skus}-{self.actions}-{self.open}"


def store_of(size: Size, cache: Path, tell: Callable[[str], None]) -> Path:
    """The home of a store of this size, made unless one is kept."""
    home, stamp = cache / size.name, cache / f"{size.name}.json"
    if home.is_dir() and stamp.is_file():
        kept = json.loads(stamp.read_text("utf-8"))
        if kept["made_by"] == MADE_BY and datetime.now(UTC) - datetime.fromisoformat(kept["at"]) < KEPT_FOR:
            build_house(Settings.load({"home": home})).db.close()  # brings the tables up to date
            return home
    shutil.rmtree(home, ignore_errors=True)
    tell(f"making a store of {size.skus:,} SKUs and {size.actions:,} actions in {home}")
    house = build_demo(Settings.load({"home": home}), lambda _: None)
    run_demo(house)
    for number in range(LOOKERS):
        house.admit(
            f"looker-{number}", f"Looker {number}", frozenset({Role.OPERATOR, Role.PURCHASING_MANAGER})
        )
    with house.db.writing() as tx:
        _Filling(tx, house, size).all()
    with house.db.writing() as tx:
        tx.exec_driver_sql("ANALYZE")
    house.db.close()
    stamp.write_text(json.dumps({"made_by": MADE_BY, "at": datetime.now(UTC).isoformat()}), "utf-8")
    return home


class _Filling:
    """One bulk load; a seed draws the same store each time."""

    def __init__(self, tx: Transaction, house: House, size: Size) -> None:
        self._tx = tx
        self._tenant = house.db.tenant
        self._size = size
        self._now = house.clock()
        self._random = Random(size.skus)

    def all(self) -> None:
        """Everything, in the order in which the tables refer to each other."""
        suppliers = list(self._tx.execute(select(schema.suppliers.c.id, schema.suppliers.c.currency)))
        self._in_batches(schema.products, self._products())
        self._in_batches(schema.stock_levels, self._levels())
        self._in_batches(schema.offers, self._offers([row.id for row in suppliers]))
        self._in_batches(schema.customers, self._customers())
        self._orders()
        self._ledger()
        self._conversations()

    def _in_batches(self, table: Table, rows: Iterator[Mapping[str, Any]]) -> None:
        while batch := list(islice(rows, _BATCH)):
            insert_rows(self._tx, table, batch)

    def _products(self) -> Iterator[dict[str, Any]]:
        present = self._tx.scalar(select(func.count()).select_from(schema.products)) or 0
        every = max(1, self._size.skus // 10)
        for number in range(self._size.skus - present):
            price = self._random.randrange(300, 20_000)
            words = [self._random.choice(_FIRST), self._random.choice(_MADE), self._random.choice(_NOUN)]
            rare = f", {RARE}" if number % every == 0 else ""
            yield {
                "sku": f"B{number:07d}",
                "title": f"{' '.join(words)} no. {number % 997}{rare}",
                "category": words[-1],
                "vendor": "Bench",
                "status": "active",
                "price_minor": price,
                "cost_minor": price // 2,
                "currency": "GBP",
            }

    def _levels(self) -> Iterator[dict[str, Any]]:
        for row in self._skus():
            yield {
                "sku": row,
                "location": self._random.choice(("leeds", "bristol", "glasgow")),
                "on_hand": self._random.randrange(400),
                "updated_at": self._now,
            }

    def _offers(self, suppliers: list[str]) -> Iterator[dict[str, Any]]:
        for row in self._skus():
            cost = self._random.randrange(100, 9_000)
            yield {"sku": row, "supplier": self._random.choice(suppliers), "unit_cost_minor": cost}

    def _skus(self) -> Iterator[str]:
        present = select(schema.products.c.sku).where(schema.products.c.vendor == "Bench")
        yield from list(self._tx.execute(present).scalars())

    def _customers(self) -> Iterator[dict[str, Any]]:
        for number in range(self._size.actions):
            name = f"{self._random.choice(_FIRST)} {self._random.choice(_NOUN)}{number % 983}"
            yield {"id": f"C-B{number:07d}", "name": name, "email": f"bench{number}@example.com"}

    def _orders(self) -> None:
        """Copies of the demo's orders, with their lines, over the last two years."""
        rows = [dict(row) for row in self._tx.execute(select(schema.orders).limit(1_000)).mappings()]
        lines: dict[str, list[dict[str, Any]]] = {}
        for row in self._tx.execute(select(schema.order_lines)).mappings():
            lines.setdefault(row["order_id"], []).append(dict(row))

        def copied() -> Iterator[dict[str, Any]]:
            for number in range(self._size.actions):
                at = self._now - timedelta(minutes=10 * number)
                yield {**rows[number % len(rows)], "id": f"B{number:07d}", "placed_at": at}

        def copied_lines() -> Iterator[dict[str, Any]]:
            for number in range(self._size.actions):
                for line in lines.get(rows[number % len(rows)]["id"], ()):
                    yield {**line, "order_id": f"B{number:07d}"}

        self._in_batches(schema.orders, copied())
        self._in_batches(schema.order_lines, copied_lines())

    def _ledger(self) -> None:
        """Copies of the demo's actions until there are enough, the wanted number of them waiting."""
        templates = _Templates(self._tx)
        present = self._tx.scalar(select(func.count()).select_from(ledger_schema.actions)) or 0
        waiting = len(templates.pending)
        made = range(self._size.actions - present)
        tables = [
            ledger_schema.decisions,
            ledger_schema.actions,
            ledger_schema.approvals,
            ledger_schema.entries,
        ]
        pending: dict[str, list[dict[str, Any]]] = {table.name: [] for table in tables}
        for number in made:
            waits = number < self._size.open - waiting
            chosen = templates.pending if waits else templates.executed
            copy = self._copy(chosen[number % len(chosen)], number, waits=waits)
            for table in tables:
                pending[table.name] += copy.get(table.name, [])
            if number % _BATCH == 0 or number == made[-1]:
                for table in tables:
                    insert_rows(self._tx, table, pending[table.name])
                    pending[table.name] = []
        self._audit(made)

    def _copy(self, found: Template, number: int, *, waits: bool) -> dict[str, list[dict[str, Any]]]:
        action_id, decision_id = f"act_b{number:07d}", f"dec_b{number:07d}"
        spread = timedelta(days=60) if waits else timedelta(days=400)
        at = self._now - self._random.random() * spread
        minor = self._random.randrange(100_000, 4_000_000) if waits else self._random.randrange(1_000, 90_000)
        action = {
            **found.action,
            "id": action_id,
            "decision_id": decision_id,
            "idempotency_key": f"bench-{number}",
            "created_at": at,
            "expires_at": self._now + self._random.random() * timedelta(days=3_000) + timedelta(days=3),
            "money_minor": minor if found.action["money_minor"] is not None else None,
            "effect_at": None if waits else at,
            "settled_at": None if waits else at,
            "run": None,
        }
        effect = {"at": None if waits else at, "action_id": action_id}
        return {
            "actions": [action],
            "decisions": [{**found.decision, "id": decision_id, "action_id": action_id, "at": at}],
            "approvals": [
                {**one, "number": 1_000 + number, "action_id": action_id, "created_at": at, "asked_at": at}
                for one in found.approval
            ],
            "entries": [{**one, **effect} for one in found.entries[:3]],
        }

    def _audit(self, made: range) -> None:
        """Two entries for each action, behind those of the demo, with the chain's own hashes."""
        audit = ledger_schema.audit
        last = self._tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).one()
        body = json.dumps({"kind": "place_purchase_order", "state": "executed"}, separators=(",", ":"))
        at = UtcText().process_bind_param(self._now, self._tx.dialect)

        def linked() -> Iterator[dict[str, Any]]:
            seq, previous = last
            for number in made:
                for event in ("action.pending", "action.executed"):
                    seq += 1
                    row = {
                        "tenant": self._tenant,
                        "seq": seq,
                        "prev": previous,
                        "at": at,
                        "actor_kind": "agent",
                        "actor": "assistant",
                        "type": event,
                        "action_id": f"act_b{number:07d}",
                        "decision_id": f"dec_b{number:07d}",
                        "policy_sha": chain.GENESIS,
                        "body": body,
                    }
                    previous = chain.entry_hash(row)
                    yield {**row, "hash": previous}

        self._in_batches(audit, linked())

    def _conversations(self) -> None:
        """A few hundred conversations of everybody, and as many events in each as a short one has."""
        said = [("user", {"turn": 1, "text": "How many blue mugs do we have?", "by": "looker-0"})]
        said.append(("answer", {"turn": 1, "text": "**Blue mug**: 40 on hand, 6 promised."}))
        said.append(("end", {"turn": 1, "state": "done"}))
        streams, events = [], []
        for number in range(600):
            at = self._now - timedelta(minutes=number)
            stream = f"con_b{number:05d}"
            owner = f"looker-{number % LOOKERS}"
            streams.append(
                {"id": stream, "kind": "conversation", "owner": owner, "title": f"Blue mugs {number}",
                 "state": "open", "started_at": at}
            )  # fmt: skip
            for place, (kind, body) in enumerate(said, 1):
                events.append(
                    {"stream": stream, "number": place, "at": at, "kind": kind, "body": json.dumps(body)}
                )
        insert_rows(self._tx, journal_schema.streams, streams)
        insert_rows(self._tx, journal_schema.events, events)


@dataclass(frozen=True, slots=True)
class Template:
    """One action of the demo with everything that hangs on it."""

    action: dict[str, Any]
    decision: dict[str, Any]
    approval: list[dict[str, Any]]
    entries: list[dict[str, Any]]


class _Templates:
    """The demo's own actions, those that wait and those that took effect."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.pending = self._of("pending")
        self.executed = self._of("executed")

    def _of(self, state: str) -> list[Template]:
        actions = ledger_schema.actions
        rows = self._tx.execute(select(actions).where(actions.c.state == state)).mappings()
        return [self._one(dict(row)) for row in rows]

    def _one(self, action: dict[str, Any]) -> Template:
        decisions = ledger_schema.decisions
        found = self._tx.execute(select(decisions).where(decisions.c.id == action["decision_id"])).mappings()
        return Template(
            action,
            dict(found.one()),
            self._rows(ledger_schema.approvals, action["id"]),
            self._rows(ledger_schema.entries, action["id"]),
        )

    def _rows(self, table: Table, action_id: str) -> list[dict[str, Any]]:
        found = self._tx.execute(select(table).where(table.c.action_id == action_id)).mappings()
        return [dict(row) for row in found]
