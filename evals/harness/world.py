"""A fresh store for each case: the sample store, changed as the case says, with a desk of its own."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final

from evals.harness.change import MOMENT, Change
from evals.harness.changes import Before, WriteGuide
from evals.harness.faults import FaultyEffects
from evals.harness.slots import Slot, make
from evals.harness.template import sample_store, scratch
from policies.rules import SHIPPED, PolicySet, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from tools.desk import Desk, Session
from tools.toolbox import Shop, call

OPERATOR: Final = "olivia"
_COLLEAGUE: Final = Principal(
    "assistant", "Shophand", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="oscar"
)


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
        make(self.beside, changes, noted)


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
        slot = self._taken(free, template)
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

    def _taken(self, free: list[Slot], template: Path) -> Slot:
        """A free place, or a new one; another thread may take the last free one at the same time."""
        try:
            return free.pop()
        except IndexError:
            return self._slot(template)

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


@cache
def shipped_policies() -> PolicySet:
    """The rules of a new house in pounds, which are the shipped ones; read once, they take half a second."""
    return load_policies(SHIPPED)


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
    world.before = frozenset(each for (each,) in world.beside.execute("SELECT id FROM actions"))
    if past:
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
