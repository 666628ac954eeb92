"""Rolling sums and counts over what was spent or is about to be: the memory behind every budget.

An approved, executing or unknown action is reserved and counts in full whatever its age; an executed one
counts by the moment of its effect; a pending one counts nowhere, so that asking never blocks anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, distinct, func, or_, select

from policies.windows import Dimension, Measure
from shop.money import Money
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions, entries
from shop.store.prepared import Prepared
from tools.ledger.states import RESERVING, State

_MEASURES: Final = {
    "spend": func.sum(entries.c.money_minor),
    "count": func.count(distinct(entries.c.action_id)),
    "pieces": func.sum(entries.c.pieces),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of an action spends, in the home currency, and on what."""

    money: Money
    pieces: int = 0
    supplier: str | None = None
    customer: str | None = None
    location: str | None = None
    category: str | None = None
    sku: str | None = None


def enter(
    tx: Transaction,
    tenant: str,
    action_id: str,
    kind: str,
    requester: str,
    state: State,
    lines: Sequence[Entry],
) -> None:
    """Write the lines of a new action."""
    if not lines:
        return
    rows = [
        {
            "tenant": tenant,
            "action_id": action_id,
            "line": number,
            "counts": _counting(state),
            "at": None,
            "kind": kind,
            "requester": requester,
            "supplier": line.supplier,
            "customer": line.customer,
            "location": line.location,
            "category": line.category,
            "sku": line.sku,
            "money_minor": line.money.minor,
            "pieces": line.pieces,
        }
        for number, line in enumerate(lines, 1)
    ]
    _ENTER.run_each(tx, rows)


def follow(tx: Transaction, tenant: str, action_id: str, state: State, at: datetime | None) -> None:
    """Let the lines of an action count as its new state says."""
    values = {"b_tenant": tenant, "b_action": action_id, "b_counts": _counting(state), "b_at": at}
    _FOLLOW.run(tx, values)


def pass_on(
    tx: Transaction, tenant: str, action_id: str, before: State, after: State, at: datetime | None
) -> None:
    """The same when an action goes from one state to another: what counts alike in both stays as it is."""
    if _counting(before) != _counting(after):
        follow(tx, tenant, action_id, after, at)


def revalue(tx: Transaction, tenant: str, action_id: str, lines: Sequence[Entry]) -> None:
    """Let the lines of an action count for what they are worth now."""
    here = {"b_tenant": tenant, "b_action": action_id}
    _REVALUE.run_each(
        tx, [{**here, "b_line": number, "b_money": line.money.minor} for number, line in enumerate(lines, 1)]
    )


def measure(
    snapshot: Snapshot,
    what: Measure,
    tenant: str,
    kind: str,
    since: datetime,
    *,
    without: str = "",
) -> int:
    """Minor units, actions or pieces of all actions of a kind since a moment."""
    values = {"b_tenant": tenant, "b_kind": kind, "b_since": since, "b_without": without}
    return int(_whole(what).scalar(snapshot, values) or 0)


def measure_by(
    snapshot: Snapshot,
    what: Measure,
    tenant: str,
    kind: str,
    since: datetime,
    dimension: Dimension,
    values: Sequence[str | None],
    *,
    without: str = "",
) -> dict[str | None, int]:
    """The same for each of some values of a dimension in one question; None is the lines without a value."""
    named = [value for value in values if value is not None]
    statement = _grouped(what, dimension, len(named) < len(values))
    found = statement.rows(
        snapshot,
        {"b_tenant": tenant, "b_kind": kind, "b_since": since, "b_without": without, "b_values": named},
    )
    return {value: int(total or 0) for value, total in found}


def requests(
    snapshot: Snapshot, tenant: str, kind: str, requester: str, since: datetime, without: str = ""
) -> int:
    """How many actions of a kind somebody asked for since a moment, whatever became of them."""
    values = {
        "b_tenant": tenant,
        "b_kind": kind,
        "b_requester": requester,
        "b_since": since,
        "b_without": without,
    }
    return int(_REQUESTS.scalar(snapshot, values) or 0)


@cache
def _whole(what: Measure) -> Prepared:
    return Prepared(select(_MEASURES[what]).where(*_counted()))


@cache
def _grouped(what: Measure, dimension: Dimension, with_none: bool) -> Prepared:
    column = entries.c[dimension]
    wanted = column.in_(bindparam("b_values", expanding=True))
    return Prepared(
        select(column, _MEASURES[what])
        .where(*_counted(), or_(wanted, column.is_(None)) if with_none else wanted)
        .group_by(column)
    )


def _counted() -> tuple[ColumnElement[bool], ...]:
    return (
        entries.c.tenant == bindparam("b_tenant"),
        entries.c.kind == bindparam("b_kind"),
        entries.c.action_id != bindparam("b_without"),
        or_(
            entries.c.counts == "reserved",
            and_(entries.c.counts == "spent", entries.c.at > bindparam("b_since", type_=entries.c.at.type)),
        ),
    )


def _counting(state: State) -> str:
    if state in RESERVING:
        return "reserved"
    return "spent" if state is State.EXECUTED else "no"


_ENTER: Final = Prepared(entries.insert())
_FOLLOW: Final = Prepared(
    entries.update()
    .where(entries.c.tenant == bindparam("b_tenant"), entries.c.action_id == bindparam("b_action"))
    .values(counts=bindparam("b_counts"), at=bindparam("b_at", type_=entries.c.at.type))
)
_REVALUE: Final = Prepared(
    entries.update()
    .where(
        entries.c.tenant == bindparam("b_tenant"),
        entries.c.action_id == bindparam("b_action"),
        entries.c.line == bindparam("b_line"),
    )
    .values(money_minor=bindparam("b_money"))
)
_REQUESTS: Final = Prepared(
    select(func.count()).where(
        actions.c.tenant == bindparam("b_tenant"),
        actions.c.kind == bindparam("b_kind"),
        actions.c.requester == bindparam("b_requester"),
        actions.c.created_at > bindparam("b_since", type_=actions.c.created_at.type),
        actions.c.id != bindparam("b_without"),
    )
)
