"""What happened, newest first: actions page by page, however many there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from shop.money import Money
from shop.store.database import Snapshot
from shop.store.ledger_schema import actions, approvals, audit
from tools.ledger.states import State


@dataclass(frozen=True, slots=True)
class Happened:
    """One action in a few words. `at` is when it took effect, else when it was asked for (`asked_at`)."""

    id: str
    kind: str
    state: State
    words: str
    reference: str | None
    money: Money | None
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    approval_id: str | None
    at: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which actions somebody wants to see; empty means all."""

    states: tuple[State, ...] = ()
    kind: str = ""
    who: str = ""
    run: str = ""
    conversation: str = ""
    since: datetime | None = None


def page(
    snapshot: Snapshot,
    tenant: str,
    wanted: Wanted,
    *,
    limit: int = 50,
    before: tuple[datetime, str] | None = None,
) -> list[Happened]:
    """Actions by when they were asked for, newest first, those before a moment and id."""
    if wanted.who:  # two questions that an index answers each, where one with "or" would read everything
        found = [
            one
            for column in (actions.c.requester, actions.c.on_behalf_of)
            for one in _page(snapshot, tenant, wanted, [column == wanted.who], limit, before)
        ]
        by_id = {one.id: one for one in found}
        return sorted(by_id.values(), key=lambda one: (one.asked_at, one.id), reverse=True)[:limit]
    return _page(snapshot, tenant, wanted, [], limit, before)


def _page(
    snapshot: Snapshot,
    tenant: str,
    wanted: Wanted,
    also: list[ColumnElement[bool]],
    limit: int,
    before: tuple[datetime, str] | None,
) -> list[Happened]:
    conditions = [actions.c.tenant == tenant, *also]
    if wanted.states:
        conditions.append(actions.c.state.in_([state.value for state in wanted.states]))
    if wanted.kind:
        conditions.append(actions.c.kind == wanted.kind)
    if wanted.run:
        conditions.append(actions.c.run == wanted.run)
    if wanted.conversation:
        conditions.append(actions.c.conversation == wanted.conversation)
    if wanted.since is not None:
        conditions.append(actions.c.created_at >= wanted.since)
    if before is not None:
        at, action_id = before
        earlier = and_(actions.c.created_at == at, actions.c.id < action_id)
        conditions.append(or_(actions.c.created_at < at, earlier))
    newest = (actions.c.created_at.desc(), actions.c.id.desc())
    return [
        _happened(row) for row in snapshot.execute(_FOUND.where(*conditions).order_by(*newest).limit(limit))
    ]


def executed_since(snapshot: Snapshot, tenant: str, since: datetime, *, limit: int) -> list[Happened]:
    """What took effect since a moment, newest first."""
    query = _FOUND.where(
        actions.c.tenant == tenant,
        actions.c.state == State.EXECUTED.value,
        actions.c.effect_at >= since,
    ).order_by(actions.c.effect_at.desc(), actions.c.id.desc())
    return [_happened(row) for row in snapshot.execute(query.limit(limit))]


def count_executed_since(snapshot: Snapshot, tenant: str, since: datetime) -> int:
    """How many actions took effect since a moment."""
    query = select(func.count()).where(
        actions.c.tenant == tenant,
        actions.c.state == State.EXECUTED.value,
        actions.c.effect_at >= since,
    )
    return int(snapshot.scalar(query) or 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the audit, without what its hash is over."""

    seq: int
    at: str
    actor: str
    type: str
    hash: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the audit as people read it; `about` is its body, which holds no personal data."""

    seq: int
    at: str
    actor_kind: str
    actor: str
    type: str
    action_id: str
    hash: str
    about: dict[str, Any]


LOOKED_THROUGH: Final = 20_000
"""So many entries a filter looks through at once, so that a rare one is not waited for."""


def recorded(
    snapshot: Snapshot, tenant: str, *, subject: str = "", who: str = "", before: int, limit: int = 50
) -> list[Recorded]:
    """Entries with a number below `before`, newest first; only the next `LOOKED_THROUGH` are looked at.

    `subject` is the first word of an entry's type: action, approval, customer, person, session, policy.
    """
    near = (audit.c.tenant == tenant, audit.c.seq < before, audit.c.seq >= before - LOOKED_THROUGH)
    query = select(
        audit.c.seq,
        audit.c.at,
        audit.c.actor_kind,
        audit.c.actor,
        audit.c.type,
        audit.c.action_id,
        audit.c.hash,
        audit.c.body,
    ).where(*near)
    if subject:
        query = query.where(audit.c.type.startswith(f"{subject}.", autoescape=True))
    if who:
        query = query.where(audit.c.actor == who)
    rows = snapshot.execute(query.order_by(audit.c.seq.desc()).limit(limit))
    return [Recorded(*row[:-1], json.loads(row.body)) for row in rows]


def entries_about(snapshot: Snapshot, tenant: str, action_id: str) -> list[Entry]:
    """The audit entries of one action, in order."""
    query = (
        select(audit.c.seq, audit.c.at, audit.c.actor, audit.c.type, audit.c.hash)
        .where(audit.c.tenant == tenant, audit.c.action_id == action_id)
        .order_by(audit.c.seq)
    )
    return [Entry(*row) for row in snapshot.execute(query)]


def _happened(row: Any) -> Happened:
    receipt = json.loads(row.receipt) if row.receipt else {}
    return Happened(
        id=row.id,
        kind=row.kind,
        state=State(row.state),
        words=receipt.get("detail") or row.reason,
        reference=receipt.get("reference"),
        money=None if row.money_minor is None else Money(row.money_minor, row.money_currency),
        requester=row.requester,
        requester_kind=row.requester_kind,
        on_behalf_of=row.on_behalf_of,
        conversation=row.conversation,
        run=row.run,
        approval_id=None if row.number is None else f"A-{row.number}",
        at=row.effect_at or row.created_at,
        asked_at=row.created_at,
    )


_FOUND: Final = select(
    actions.c.id,
    actions.c.kind,
    actions.c.state,
    actions.c.reason,
    actions.c.receipt,
    actions.c.money_minor,
    actions.c.money_currency,
    actions.c.requester,
    actions.c.requester_kind,
    actions.c.on_behalf_of,
    actions.c.conversation,
    actions.c.run,
    actions.c.created_at,
    actions.c.effect_at,
    approvals.c.number,
).select_from(
    actions.outerjoin(
        approvals, and_(approvals.c.tenant == actions.c.tenant, approvals.c.action_id == actions.c.id)
    )
)
