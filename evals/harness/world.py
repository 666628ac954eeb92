"""A fresh store for each case: the sample store, changed as the case says, with a desk of its own.

The sample store is made once and kept between runs. It has triggers that note which tables were written, so
that a write beside the effects of the ledger is seen whoever made it.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

from evals.harness.change import MOMENT, Change
from evals.harness.changes import Before, SetProduct, WriteGuide
from evals.harness.faults import FaultyEffects
from evals.harness.messages import NameProduct
from evals.harness.places import Place
from policies.install import install
from policies.rules import PolicySet, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.errors import SetupError
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from shop.store.migrate import upgrade
from tools.desk import Desk, Session
from tools.todays_plan import forget
from tools.toolbox import Shop, call

OPERATOR: Final = "olivia"
_COLLEAGUE: Final = Principal(
    "assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="oscar"
)
WATCHED: Final = (
    "competitor_prices", "customers", "exchange_rates", "exchanges", "locations", "offers", "order_lines",
    "order_notes", "orders", "payment_methods", "payments", "people", "policy_versions", "price_breaks",
    "price_changes", "products", "promotions", "purchase_order_lines", "purchase_orders", "returns",
    "shipments", "signals", "stock_levels", "stock_movements", "store_credits", "store_info",
    "supplier_notes", "suppliers", "switches", "ticket_replies", "tickets",
)  # fmt: skip
"""Tables of the business and of what the assistant may do, without the ledger and the journal."""


@dataclass(slots=True)
class World:
    """One case's store; `moment` moves when the case says that time passes."""

    beside: sqlite3.Connection
    """A second way to the tables that does not go through the code under test."""
    db: Database
    desk: Desk
    guides: Path
    effects: FaultyEffects
    moment: datetime = MOMENT
    before: frozenset[str] = field(default_factory=frozenset)

    def clock(self) -> datetime:
        """The present moment of the case."""
        return self.moment

    def change(self, changes: Sequence[Change]) -> None:
        """Change the world in the middle of a case; what the watch notes of it is forgotten."""
        noted = self.beside.execute("SELECT name FROM evaluation_watch").fetchall()
        _make(self.beside, changes, noted)


class Slot:
    """A place for one store at a time, with an engine that keeps its connections."""

    def __init__(self, home: Path, template: Path) -> None:
        home.mkdir()
        self.home = home
        self.place = Place(template, home / "shop.db")
        self.url = f"sqlite:///{self.place.path}"
        self.db = Database(self.url)
        self._told = ""

    def fill(self, changes: Sequence[Change]) -> None:
        """Put the changed store in the place; ValueError for a change that cannot be made.

        Plans and names are kept by the store's address: those of an unchanged store serve every such case,
        a plan of a changed one only a store that was changed in the same way just after it, and so its names
        if they are what was changed.
        """
        told = _told(changes)
        if told != self._told and not self.db.url.endswith("#sample"):
            forget(self.db)
        self._told = told
        self.db.url = f"{self.url}#{_kind(changes, told)}"
        self.place.renew()
        if changes:
            _make(self.place.beside, changes)

    def clear(self) -> None:
        """Leave nothing of the store but its place."""
        shutil.rmtree(self.home / "guides", ignore_errors=True)

    def close(self) -> None:
        """Give the place up."""
        self.db.close()
        self.place.close()


def _told(changes: Sequence[Change]) -> str:
    """A digest of the changes; empty without any."""
    told = "\n".join(f"{type(one).__name__} {one!r}" for one in changes)
    return hashlib.sha256(told.encode()).hexdigest() if changes else ""


def _kind(changes: Sequence[Change], told: str) -> str:
    """What a store is for those that keep its plan or its names."""
    if not changes:
        return "sample"
    renamed = any(isinstance(one, NameProduct) or _titles(one) for one in changes)
    return f"names-{told}" if renamed else "changed"


def _titles(change: Change) -> bool:
    return isinstance(change, SetProduct) and (change.title, change.status) != (None, None)


class Worlds:
    """Makes fresh stores from one template, in places that are used again; close it."""

    def __init__(self, directory: Path, template: Path | None = None) -> None:
        self._directory = directory
        self.policies = shipped_policies()
        self._template = template or sample_store()
        self._numbers = count(1)
        self._slots: list[Slot] = []
        self._free: dict[Path, list[Slot]] = {}

    @contextmanager
    def fresh(self, changes: Sequence[Change] = (), seed: str = "") -> Iterator[World]:
        """A store of its own, changed, gone afterwards; ValueError for a change that cannot be made."""
        template, moment = _begins(changes) or (self._template, MOMENT)
        free = self._free.setdefault(template, [])
        slot = free.pop() if free else self._slot(template)
        try:
            slot.fill(changes)
            world = self._opened(slot, changes, seed)
            _ask_before(world, changes, moment)
            yield world
        finally:
            slot.clear()
            free.append(slot)

    def close(self) -> None:
        """Give all places up."""
        while self._slots:
            self._slots.pop().close()

    def _slot(self, template: Path) -> Slot:
        slot = Slot(self._directory / f"store-{next(self._numbers)}", template)
        self._slots.append(slot)
        return slot

    def _opened(self, slot: Slot, changes: Sequence[Change], seed: str) -> World:
        effects = FaultyEffects(EmbeddedEffects(slot.db))
        numbers = count(1)
        world = World(slot.place.beside, slot.db, None, _guides(slot.home, changes), effects)  # type: ignore[arg-type] # set below
        world.desk = Desk(
            slot.db,
            lambda: self.policies,
            effects,
            world.clock,
            ids=lambda prefix: f"{prefix}_{_word(f'{seed}:{next(numbers)}')}",
        )
        return world


@contextmanager
def worlds(template: Path | None = None) -> Iterator[Worlds]:
    """Worlds in a scratch directory of their own."""
    with scratch() as directory, closing(Worlds(directory, template)) as made:
        yield made


@contextmanager
def scratch() -> Iterator[Path]:
    """A private directory, in memory where the machine offers that."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private directory in it
    with tempfile.TemporaryDirectory(prefix="shophand-evaluation-", dir=memory) as directory:
        yield Path(directory)


@cache
def shipped_policies() -> PolicySet:
    """The rules of a new house, read once; they take a second."""
    with tempfile.TemporaryDirectory(prefix="shophand-evaluation-") as directory:
        install(Path(directory) / "policies", "GBP")
        return load_policies(Path(directory) / "policies")


def _make(store: sqlite3.Connection, changes: Sequence[Change], noted: Sequence[tuple[str]] = ()) -> None:
    """Make the changes, and leave of what the watch notes only what it had noted before."""
    try:
        store.execute("BEGIN IMMEDIATE")
        with store:
            for one in changes:
                one.apply(store)
            store.execute("DELETE FROM evaluation_watch")
            store.executemany("INSERT OR IGNORE INTO evaluation_watch VALUES (?)", noted)
    except (sqlite3.Error, TypeError) as error:
        raise ValueError(f"the world cannot be changed like this: {error}") from error


def _begins(changes: Sequence[Change]) -> tuple[Path, datetime] | None:
    """The store and the moment that the changes name instead of the sample store and its own."""
    from evals.harness.captured_store import UseStore  # noqa: PLC0415 - it looks at worlds itself

    named = next((one for one in changes if isinstance(one, UseStore)), None)
    return None if named is None else (named.file, named.at)


def _ask_before(world: World, changes: Sequence[Change], moment: datetime) -> None:
    """Put the requests of the past before the desk, at their time, and forget that the tables changed."""
    past = [one for one in changes if isinstance(one, Before)]
    for one in sorted(past, key=lambda each: -each.hours_ago):
        world.moment = moment - timedelta(hours=one.hours_ago)
        shop = Shop(world.db, world.desk, Session(_COLLEAGUE), world.guides, world.clock)
        for _ in range(one.times):
            answer: Any = call(shop, one.tool, one.args)
            if answer.result is None:
                raise ValueError(f"before: {one.tool} failed: {answer.error}")
    world.moment = moment
    if past:
        world.before = frozenset(each.id for each in world.desk.actions(limit=10_000))
        world.beside.execute("DELETE FROM evaluation_watch")


def _guides(home: Path, changes: Sequence[Change]) -> Path:
    written = [one for one in changes if isinstance(one, WriteGuide)]
    shipped = shipped_guides()
    if not written:
        return shipped
    shutil.copytree(shipped, home / "guides")
    for one in written:
        (home / "guides" / f"{one.name}.md").write_text(one.body, "utf-8")
    return home / "guides"


@cache
def shipped_guides() -> Path:
    """The sample store's own guides."""
    from shop.imports import sample  # noqa: PLC0415 - the generator is not needed for a kept template

    return Path(sample.__file__).parent / "guides"


def _word(seed: str) -> str:
    return "".join(random.Random(seed).choices("0123456789abcdefghjkmnpqrstvwxyz", k=16))  # noqa: S311 - repeats


def sample_store() -> Path:
    """The kept sample store of this version of its generator and its tables."""
    root = Path(__file__).parents[2] / "shop"
    sources = sorted(
        [Path(__file__), *(root / "imports" / "sample").rglob("*"), *(root / "store").rglob("*.py")]
    )
    digest = hashlib.sha256(
        b"".join(each.read_bytes() for each in sources if each.suffix in _KEPT)
    ).hexdigest()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shophand"
    kept = base / f"evaluation-store-{digest[:16]}.db"
    if not kept.is_file():
        try:
            base.mkdir(parents=True, exist_ok=True)
            for old in base.glob("evaluation-store-*.db"):
                old.unlink(missing_ok=True)
        except OSError as error:
            raise SetupError(
                f"{base} cannot be written; name another place with XDG_CACHE_HOME: {error}"
            ) from error
        make_template(kept)
    return kept


_KEPT: Final = (".py", ".csv", ".md")


def make_template(path: Path) -> None:
    """Make the sample store in a file, with the watch on its tables; the file is complete or not there."""
    from shop.imports.sample import create_sample_store  # noqa: PLC0415 - only when it is made

    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        draft = Path(scratch) / "store.db"
        db = Database(f"sqlite:///{draft}")
        upgrade(db)
        create_sample_store(db)
        db.close()
        watch(draft)
        draft.replace(path)


def watch(path: Path) -> None:
    """Put the watch on a store's tables, and its file in the smallest form."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("CREATE TABLE evaluation_watch (name TEXT PRIMARY KEY)")
    tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in WATCHED:
        for event in ("INSERT", "UPDATE", "DELETE") if name in tables else ():
            store.execute(
                f"CREATE TRIGGER evaluation_{name}_{event.lower()} AFTER {event} ON {name}"
                f" BEGIN INSERT INTO evaluation_watch SELECT '{name}'"
                f" WHERE NOT EXISTS (SELECT 1 FROM evaluation_watch WHERE name = '{name}'); END"
            )
    store.execute("VACUUM")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
