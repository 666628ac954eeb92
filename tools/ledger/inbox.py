"""The inbox of approvals as pages show it: counted, summed by kind, ranked by deadline and by money.

One query for each answer however many wait, so that the inbox stays fast with ten thousand open requests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from shop.money import Money
from shop.store.database import Snapshot
from shop.store.ledger_schema import actions, approvals
from shop.store.prepared import Prepared
from tools.ledger.states import State


class Order(StrEnum):
    """How a list is ranked."""

    DEADLINE = "deadline"
    MONEY = "money"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the inbox. `money` is the value in the home currency, None if it has none."""

    id: str
    action_id: str
    kind: str
    title: str
    reason: str
    money: Money | None
    state: State
    requester: str
    on_behalf_of: str | None
    tainted: bool
    created_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    assigned_to: str | None


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits of one kind: how many, and their worth by currency."""

    kind: str
    count: int
    worth: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which lines somebody wants to see; empty means all. `snoozed` asks for those that are put off."""

    kind: str = ""
    assigned_to: str = ""
    words: str = ""
    states: tuple[State, ...] = (State.PENDING,)
    snoozed: bool = False
    order: Order = Order.DEADLINE


def piles(snapshot: Snapshot, tenant: str, now: datetime) -> list[Pile]:
    """What waits, kind by kind, the largest pile first."""
    query = (
        select(actions.c.kind, actions.c.money_currency, func.count(), func.sum(actions.c.money_minor))
        .select_from(JOINED)
        .where(_wanted(tenant, Shown(), now))
        .group_by(actions.c.kind, actions.c.money_currency)
    )
    sums: dict[tuple[str, str | None], tuple[int, int]] = {}
    for kind, currency, number, minor in snapshot.execute(query):
        sums[kind, currency] = (number, int(minor or 0))
    return piled(sums)


def piled(sums: Mapping[tuple[str, str | None], tuple[int, int]]) -> list[Pile]:
    """One pile for each kind, the largest first, from numbers and minor units by kind and currency."""
    counts: dict[str, int] = {}
    worth: dict[str, list[Money]] = {}
    for (kind, currency), (number, minor) in sums.items():
        counts[kind] = counts.get(kind, 0) + number
        if currency is not None:
            worth.setdefault(kind, []).append(Money(minor, currency))
    found = [Pile(kind, number, tuple(worth.get(kind, ()))) for kind, number in counts.items()]
    return sorted(found, key=lambda pile: (-pile.count, pile.kind))


def lines(
    snapshot: Snapshot,
    tenant: str,
    now: datetime,
    shown: Shown,
    *,
    limit: int = 50,
    offset: int = 0,
    after: int = 0,
) -> list[Waiting]:
    """A page of the inbox, ranked as asked; those whose number is over `after`, for lists by age."""
    query = _ranked(select(*_COLUMNS).select_from(JOINED), shown.order)
    query = query.where(_wanted(tenant, shown, now), approvals.c.number > after)
    found = snapshot.execute(query.limit(limit).offset(offset))
    return [_line(row) for row in found]


def lines_of(snapshot: Snapshot, tenant: str, numbers: Sequence[int]) -> list[Waiting]:
    """The lines of some approvals by their numbers, in the order of these."""
    found = {
        row.number: _line(row)
        for row in _OF_NUMBERS.rows(snapshot, {"b_tenant": tenant, "b_numbers": numbers})
    }
    return [found[number] for number in numbers if number in found]


def _wanted(tenant: str, shown: Shown, now: datetime) -> ColumnElement[bool]:
    conditions = [
        actions.c.tenant == tenant,
        actions.c.state.in_([state.value for state in shown.states]),
    ]
    until = approvals.c.snoozed_until
    if shown.states == (State.PENDING,):
        # What is past its time is ended by the next look at it; until then it must not be counted.
        conditions.append(actions.c.expires_at > now)
        conditions.append(until > now if shown.snoozed else or_(until.is_(None), until <= now))
    if shown.kind:
        conditions.append(actions.c.kind == shown.kind)
    if shown.assigned_to:
        conditions.append(approvals.c.assigned_to == shown.assigned_to)
    if shown.words:
        conditions.append(approvals.c.card.contains(json.dumps(shown.words)[1:-1], autoescape=True))
    return and_(*conditions)


def _ranked(query: Select[Any], order: Order) -> Select[Any]:
    if order is Order.MONEY:
        return query.order_by(func.coalesce(actions.c.money_minor, 0).desc(), approvals.c.number)
    if order is Order.AGE:
        return query.order_by(approvals.c.number)
    return query.order_by(actions.c.expires_at, approvals.c.number)


def _line(row: Any) -> Waiting:
    card: Mapping[str, Any] = json.loads(row.card)
    return Waiting(
        id=f"A-{row.number}",
        action_id=row.id,
        kind=row.kind,
        title=card["title"],
        reason=row.reason,
        money=None if row.money_minor is None else Money(row.money_minor, row.money_currency),
        state=State(row.state),
        requester=row.requester,
        on_behalf_of=row.on_behalf_of,
        tainted=row.tainted,
        created_at=row.created_at,
        expires_at=row.expires_at,
        snoozed_until=row.snoozed_until,
        assigned_to=row.assigned_to,
    )


JOINED: Final = approvals.join(
    actions, and_(actions.c.tenant == approvals.c.tenant, actions.c.id == approvals.c.action_id)
)
LISTED: Final = (
    approvals.c.number,
    approvals.c.card,
    approvals.c.snoozed_until,
    approvals.c.assigned_to,
    approvals.c.created_at,
    actions.c.id,
    actions.c.kind,
    actions.c.money_minor,
    actions.c.money_currency,
    actions.c.state,
    actions.c.expires_at,
)
"""What every list of approvals shows of one."""
_COLUMNS: Final = (
    *LISTED,
    actions.c.reason,
    actions.c.requester,
    actions.c.on_behalf_of,
    actions.c.tainted,
)
# An outer join, although each approval has its action: a database then begins at the few that are asked for,
# whatever it has counted or not.
_OF_NUMBERS: Final = Prepared(
    select(*_COLUMNS)
    .select_from(approvals.outerjoin(actions, JOINED.onclause))
    .where(
        approvals.c.tenant == bindparam("b_tenant"),
        approvals.c.number.in_(bindparam("b_numbers", expanding=True)),
    )
)
