"""What waits for people, kept in memory and brought up to date by the audit.

Every change of an action or its approval adds an entry to the audit in the same transaction. So whoever read
the queue once needs to look again only at the actions that later entries name, whichever process wrote them:
with ten thousand open requests and a hundred people on the pages, a count is not counted anew for each page.
"""

from __future__ import annotations

import json
from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter
from threading import Lock
from typing import Any, Final

from sqlalchemy import bindparam, select

from shop.store.database import Snapshot
from shop.store.ledger_schema import actions, approvals, audit
from shop.store.prepared import Prepared
from tools.ledger import chain
from tools.ledger.inbox import JOINED, LISTED, Order, Pile, Shown, piled
from tools.ledger.states import State

MOST_CHANGES: Final = 2_000
"""More entries than this since the last look, and everything is read again."""

_AT_ONCE: Final = 500
_MOST_FILTERS: Final = 100

_ELSEWHERE: Final = frozenset(
    {"session.begun", "session.ended", "sessions.ended", "customer.read", "customer.revealed"}
)
"""Entries about people who look: nothing that waits, no switch and no rule is another one after them."""


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """One request that waits, with what it is counted, ranked and found by.

    `minor` is its worth in the smallest unit of `currency`, both None without any; `words` is its card.
    """

    number: int
    action_id: str
    kind: str
    minor: int | None
    currency: str | None
    expires_at: datetime
    snoozed_until: datetime | None
    assigned_to: str | None
    created_at: datetime
    words: str


@dataclass(slots=True)
class _Span:
    """What was found for a moment holds from then on until a request expires or is no longer put off."""

    since: datetime
    until: datetime
    lists: dict[Shown, list[Open]] = field(default_factory=dict)
    piles: list[Pile] | None = None


class Standing:
    """The queue at one entry of the audit.

    `version` is the number of the last entry that could change anything about requests, switches or rules.
    """

    def __init__(self, version: int, ranked: Mapping[Order, list[Open]]) -> None:
        self.version = version
        self._ranked = dict(ranked)
        self._span: _Span | None = None

    @classmethod
    def of(cls, version: int, waiting: Iterable[Open]) -> Standing:
        """The queue of these requests."""
        return cls(version, {Order.AGE: sorted(waiting, key=_RANKS[Order.AGE])})

    def shown(self, shown: Shown, now: datetime) -> Sequence[Open]:
        """What a filter leaves at a moment, ranked as asked; only requests that wait are here."""
        lists = self._at(now).lists
        found = lists.get(shown)
        if found is None:
            found = self._found(shown, now)
            if len(lists) < _MOST_FILTERS:
                lists[shown] = found
        return found

    def piles(self, now: datetime) -> list[Pile]:
        """What waits and is not put off, kind by kind, the largest pile first."""
        span = self._at(now)
        if span.piles is None:
            sums: dict[tuple[str, str | None], tuple[int, int]] = {}
            for one in self.shown(Shown(), now):
                number, minor = sums.get((one.kind, one.currency), (0, 0))
                sums[one.kind, one.currency] = (number + 1, minor + (one.minor or 0))
            span.piles = piled(sums)
        return span.piles

    def oldest(self, now: datetime) -> datetime | None:
        """When the oldest request was made; None if nothing waits."""
        found = self.shown(Shown(order=Order.AGE), now)
        return found[0].created_at if found else None

    def moved_on(self, version: int, gone: AbstractSet[str], came: Sequence[Open]) -> Standing:
        """The queue at a later entry: without some actions, with others."""
        if not gone and not came:
            return Standing(version, self._ranked)
        ranked = {}
        for order, known in self._ranked.items():
            stayed = [one for one in known if one.action_id not in gone]
            for one in came:
                insort(stayed, one, key=_RANKS[order])
            ranked[order] = stayed
        return Standing(version, ranked)

    def _found(self, shown: Shown, now: datetime) -> list[Open]:
        if shown != (plain := Shown(order=shown.order, snoozed=shown.snoozed)):
            words = shown.words.casefold()
            return [
                one
                for one in self.shown(plain, now)
                if (not shown.kind or one.kind == shown.kind)
                and (not shown.assigned_to or one.assigned_to == shown.assigned_to)
                and (not words or words in one.words)
            ]
        return [
            one
            for one in self._in(shown.order)
            if one.expires_at > now
            and (one.snoozed_until is not None and one.snoozed_until > now) is shown.snoozed
        ]

    def _at(self, now: datetime) -> _Span:
        """The span of time that a moment lies in; nothing about the queue changes within it."""
        span = self._span
        if span is None or not span.since <= now < span.until:
            ends = (
                end
                for one in self._ranked[Order.AGE]
                for end in (one.expires_at, one.snoozed_until)
                if end is not None and end > now
            )
            span = self._span = _Span(now, min(ends, default=datetime.max.replace(tzinfo=UTC)))
        return span

    def _in(self, order: Order) -> list[Open]:
        """All of them in an order."""
        known = self._ranked.get(order)
        if known is None:
            known = self._ranked[order] = sorted(self._ranked[Order.AGE], key=_RANKS[order])
        return known


class Queue:
    """The requests of one store that wait, for the pages of one process."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._lock = Lock()
        self._followed = 0
        self._standing: Standing | None = None

    def at(self, snapshot: Snapshot) -> Standing:
        """What waits as of this snapshot, or of a later one that somebody else has read meanwhile."""
        with self._lock:
            last = chain.last_number(snapshot, self._tenant)
            if self._standing is None or last > self._followed + MOST_CHANGES:
                self._standing = Standing.of(last, self._read(snapshot))
            elif last > self._followed:
                self._standing = self._moved_on(snapshot, self._standing)
            self._followed = max(last, self._followed)
            return self._standing

    def _moved_on(self, snapshot: Snapshot, known: Standing) -> Standing:
        found = _SINCE.rows(snapshot, {"b_tenant": self._tenant, "b_after": self._followed})
        entries = [row for row in found if row.type not in _ELSEWHERE]
        if not entries:
            return known
        changed = {row.action_id for row in entries} - {""}
        return known.moved_on(entries[-1].seq, changed, self._read(snapshot, sorted(changed)))

    def _read(self, snapshot: Snapshot, only: Sequence[str] | None = None) -> list[Open]:
        """These actions as far as they wait, or all that do; some at a time, for their cards are long."""
        tenant = {"b_tenant": self._tenant}
        pending = {**tenant, "b_state": State.PENDING.value}
        wanted = [row.id for row in _IDS.rows(snapshot, pending)] if only is None else only
        starts = range(0, len(wanted), _AT_ONCE)
        batches = ({**tenant, "b_ids": wanted[start : start + _AT_ONCE]} for start in starts)
        rows = (row for batch in batches for row in _SOME.rows(snapshot, batch))
        return [_open(row) for row in rows if row.state == State.PENDING.value]


def _open(row: Any) -> Open:
    return Open(
        number=row.number,
        action_id=row.id,
        kind=row.kind,
        minor=row.money_minor,
        currency=row.money_currency,
        expires_at=row.expires_at,
        snoozed_until=row.snoozed_until,
        assigned_to=row.assigned_to,
        created_at=row.created_at,
        words=_words(json.loads(row.card)),
    )


def _words(card: Mapping[str, Any]) -> str:
    """What a card says, without what it is called in the record, folded."""
    lines = (part for line in card["lines"] for part in (line["label"], line["before"], line["after"]))
    return "\n".join(part for part in (card["title"], *lines, *card["evidence"]) if part).casefold()


def _dear(one: Open) -> tuple[int, int]:
    return -(one.minor or 0), one.number


_RANKS: Final[Mapping[Order, Callable[[Open], Any]]] = {
    Order.DEADLINE: attrgetter("expires_at", "number"),
    Order.MONEY: _dear,
    Order.AGE: attrgetter("number"),
}

# Built once: making a statement costs more than running it.
# By the approvals of a few actions, whatever else waits: asked for those that wait, a database would rather
# walk all of them.
_SOME: Final = Prepared(
    select(*LISTED)
    .select_from(approvals.outerjoin(actions, JOINED.onclause))
    .where(
        approvals.c.tenant == bindparam("b_tenant"),
        approvals.c.action_id.in_(bindparam("b_ids", expanding=True)),
    )
)
_IDS: Final = Prepared(
    select(actions.c.id).where(
        actions.c.tenant == bindparam("b_tenant"), actions.c.state == bindparam("b_state")
    )
)
_SINCE: Final = Prepared(
    select(audit.c.seq, audit.c.type, audit.c.action_id)
    .where(audit.c.tenant == bindparam("b_tenant"), audit.c.seq > bindparam("b_after"))
    .order_by(audit.c.seq)
)
