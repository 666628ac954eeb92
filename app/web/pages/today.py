"""Today: what needs a decision, what was done without you, what runs out, how far the assistant may go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.kept import MINUTE
from app.web.ahead import Budget, Shelf, budgets_of, shelves_of
from app.web.rendering import page
from app.web.who import Opened, SignedIn
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.journal import DONE, Stream
from shop.store.reads.info import business_day, store_info
from tools.ledger import activity, inbox
from tools.ledger.activity import Happened
from tools.ledger.inbox import Order, Pile, Shown, Waiting

router = APIRouter()

CARDS: Final = 5
"""Not more decisions than somebody takes in at a glance; the inbox has the rest."""

LATELY: Final = timedelta(hours=24)
_DONE: Final = 8


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the page shows."""

    store: str
    source: str
    business_day: str
    waiting: int
    worth: tuple[Money, ...]
    piles: tuple[Pile, ...]
    cards: tuple[Waiting, ...]
    oldest: datetime | None
    done: tuple[Happened, ...]
    done_count: int
    last_run: Stream | None
    shelves: tuple[Shelf, ...]
    budgets: tuple[Budget, ...]


@router.get("/")
def today(request: Request, house: Opened, visit: SignedIn) -> Response:
    """The page."""
    house.desk.expire_due()
    with house.db.reading() as snapshot:
        view = view_of(house, snapshot)
    return page(request, "today.html", visit, view=view)


def view_of(house: House, snapshot: Snapshot) -> TodayView:
    """What Today shows at this moment."""
    tenant, now = house.db.tenant, house.clock()
    info = store_info(snapshot)
    kept = partial(house.kept.of, snapshot, now, seconds=MINUTE)
    waiting = house.kept.queue.at(snapshot)
    piles = waiting.piles(now)
    done = activity.executed_since(snapshot, tenant, now - LATELY, limit=_DONE)
    runs = house.conversations.journal.streams("run", limit=1)
    return TodayView(
        store=info.name,
        source=info.source,
        business_day=business_day(snapshot, house.clock).isoformat(),
        waiting=sum(pile.count for pile in piles),
        worth=total_by_currency(amount for pile in piles for amount in pile.worth),
        piles=tuple(piles),
        cards=tuple(ranked(house, snapshot, now)),
        oldest=waiting.oldest(now),
        done=tuple(done),
        done_count=kept("done", lambda: activity.count_executed_since(snapshot, tenant, now - LATELY)),
        last_run=runs[0] if runs else None,
        shelves=shelves_of(house, runs[0].id) if runs and runs[0].state == DONE else (),
        budgets=kept("budgets", lambda: budgets_of(house, snapshot, info.home_currency)),
    )


def ranked(house: House, snapshot: Snapshot, now: datetime) -> list[Waiting]:
    """The few that matter most: what expires within a day first, then by money."""
    waiting = house.kept.queue.at(snapshot)
    due = waiting.shown(Shown(order=Order.DEADLINE), now)[:CARDS]
    soon = [one.number for one in due if one.expires_at - now <= LATELY]
    dear = [one.number for one in waiting.shown(Shown(order=Order.MONEY), now)[:CARDS]]
    chosen = list(dict.fromkeys([*soon, *dear]))[:CARDS]
    return inbox.lines_of(snapshot, house.db.tenant, chosen)


def total_by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Sums, one for each currency: two currencies are never added up."""
    totals: dict[str, Money] = {}
    for amount in amounts:
        earlier = totals.get(amount.currency)
        totals[amount.currency] = amount if earlier is None else earlier + amount
    return tuple(totals[currency] for currency in sorted(totals))
