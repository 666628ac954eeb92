"""What stands around every page: where one can go, what waits, how far the assistant may go by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.bootstrap import House
from app.kept import MINUTE
from app.web.sessions import Visit
from app.web.who import may_operate
from policies.modes import Mode
from shop.store.database import Snapshot
from tools.ledger.inbox import Shown


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `count` is shown beside it when something waits there."""

    title: str
    path: str
    here: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The common frame of a page for one person."""

    store: str
    places: tuple[Place, ...]
    records: tuple[Place, ...]
    autonomy: str
    stopped: bool
    brain: str
    may_operate: bool


PLACES: Final = (
    ("Today", "/"),
    ("Ask", "/ask"),
    ("Approvals", "/approvals"),
    ("Reorder runs", "/runs"),
    ("Stock", "/stock"),
    ("Activity", "/activity"),
    ("Policies", "/policies"),
    ("Evaluations", "/evaluations"),
)
RECORDS: Final = (
    ("Products", "/products"),
    ("Orders", "/orders"),
    ("Customers", "/customers"),
    ("Suppliers", "/suppliers"),
    ("Purchase orders", "/purchase-orders"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says on every page: the stop switch, and what all dials come to."""

    stopped: bool
    autonomy: str


def frame_of(house: House, snapshot: Snapshot, store: str, visit: Visit, path: str) -> Frame:
    """The frame around a page of the store of this name."""
    now = house.clock()
    standing = house.kept.of(snapshot, now, "standing", lambda: _standing(house), seconds=MINUTE)
    counts = {"/approvals": len(house.kept.queue.at(snapshot).shown(Shown(), now))}
    return Frame(
        store=store,
        places=tuple(_place(title, to, path, counts) for title, to in PLACES),
        records=tuple(_place(title, to, path, counts) for title, to in RECORDS),
        autonomy=standing.autonomy,
        stopped=standing.stopped,
        brain=house.brain_name,
        may_operate=may_operate(visit.principal),
    )


def _standing(house: House) -> Standing:
    stopped = house.desk.is_stopped()
    return Standing(stopped, "stopped" if stopped else autonomy(house.desk.modes()))


def autonomy(modes: dict[str, Mode]) -> str:
    """All dials in one word: the mode that all kinds share, else ``mixed``."""
    distinct = {mode.value for mode in modes.values()}
    return distinct.pop() if len(distinct) == 1 else "mixed"


def _place(title: str, to: str, path: str, counts: dict[str, int]) -> Place:
    here = path == to if to == "/" else path == to or path.startswith(f"{to}/")
    return Place(title, to, here, counts.get(to, 0))
