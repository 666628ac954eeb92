"""Delegations as rows: who handed which approving roles to whom, from when until when; never deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, select

from shop.errors import ConflictError, NotFoundError
from shop.money import Money
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import delegations
from shop.store.prepared import Prepared

_SPOKEN: Final = re.compile(r"(?:d-?)?([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewDelegation:
    """What somebody hands on: roles, the most they may be used for (None adds no limit), and the time."""

    delegator: str
    delegate: str
    roles: frozenset[str]
    limit: Money | None
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """A stored delegation. It says what was handed on; what it is worth is known only when it is used."""

    id: str
    delegator: str
    delegate: str
    roles: frozenset[str]
    limit: Money | None
    since: datetime
    until: datetime
    reason: str
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    def in_force(self, now: datetime) -> bool:
        """Whether it may be used at this moment: begun, not over, not revoked."""
        return self.revoked_at is None and self.since <= now < self.until


def number_of(delegation_id: str) -> int:
    """The number in ``D-3``, ``d3`` or ``3``; raises NotFoundError for anything else."""
    match = _SPOKEN.fullmatch(delegation_id.strip())
    if match is None:
        raise NotFoundError(f"{delegation_id!r} is no delegation; they look like D-3")
    return int(match[1])


def file(tx: Transaction, tenant: str, new: NewDelegation, now: datetime) -> Delegation:
    """Write a delegation down; gives it with its spoken number."""
    number = 1 + (_LAST_NUMBER.scalar(tx, {"b_tenant": tenant}) or 0)
    row = {
        "tenant": tenant,
        "number": number,
        "delegator": new.delegator,
        "delegate": new.delegate,
        "roles": " ".join(sorted(new.roles)),
        "limit_minor": new.limit.minor if new.limit else None,
        "limit_currency": new.limit.currency if new.limit else None,
        "since": new.since,
        "until": new.until,
        "reason": new.reason,
        "created_at": now,
    }
    _INSERT.run(tx, row)
    return get(tx, tenant, f"D-{number}")


def get(snapshot: Snapshot, tenant: str, delegation_id: str) -> Delegation:
    """One delegation; raises NotFoundError."""
    row = _ONE.first(snapshot, {"b_tenant": tenant, "b_number": number_of(delegation_id)})
    if row is None:
        raise NotFoundError(f"there is no delegation {delegation_id!r}")
    return _delegation(row)


def listed(snapshot: Snapshot, tenant: str) -> list[Delegation]:
    """Every delegation there ever was, by number."""
    return _found(snapshot, _of(tenant))


def handed_to(snapshot: Snapshot, tenant: str, delegate: str, now: datetime) -> list[Delegation]:
    """The delegations that somebody may use at this moment, by number."""
    rows = _TO.rows(snapshot, {"b_tenant": tenant, "b_delegate": delegate, "b_now": now})
    found = [_delegation(row) for row in rows]
    return [one for one in found if one.in_force(now)]


def revoke(tx: Transaction, tenant: str, delegation: Delegation, by: str, now: datetime) -> None:
    """End a delegation at once; raises ConflictError if it was ended before."""
    result = tx.execute(
        delegations.update()
        .where(
            _of(tenant),
            delegations.c.number == number_of(delegation.id),
            delegations.c.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )
    if result.rowcount != 1:
        raise ConflictError(f"{delegation.id} was revoked before")


def _of(tenant: str) -> ColumnElement[bool]:
    return delegations.c.tenant == tenant


def _found(snapshot: Snapshot, *conditions: ColumnElement[bool]) -> list[Delegation]:
    query = select(delegations).where(*conditions).order_by(delegations.c.number)
    return [_delegation(row) for row in snapshot.execute(query)]


def _delegation(row: Any) -> Delegation:
    return Delegation(
        id=f"D-{row.number}",
        delegator=row.delegator,
        delegate=row.delegate,
        roles=roles_of(row.roles.split()),
        limit=None if row.limit_minor is None else Money(row.limit_minor, row.limit_currency),
        since=row.since,
        until=row.until,
        reason=row.reason,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def roles_of(names: Iterable[str]) -> frozenset[str]:
    """Role names as a set of plain texts."""
    return frozenset(str(name) for name in names)


# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(delegations.insert())
_LAST_NUMBER: Final = Prepared(
    select(func.max(delegations.c.number)).where(delegations.c.tenant == bindparam("b_tenant"))
)
_ONE: Final = Prepared(
    select(delegations).where(
        delegations.c.tenant == bindparam("b_tenant"), delegations.c.number == bindparam("b_number")
    )
)
_TO: Final = Prepared(
    select(delegations)
    .where(
        delegations.c.tenant == bindparam("b_tenant"),
        delegations.c.delegate == bindparam("b_delegate"),
        delegations.c.revoked_at.is_(None),
        delegations.c.until > bindparam("b_now", type_=delegations.c.until.type),
    )
    .order_by(delegations.c.number)
)
