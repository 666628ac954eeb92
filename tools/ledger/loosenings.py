"""Loosenings as rows: switches that somebody wants to loosen and that wait for a second person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from shop.errors import ConflictError, NotFoundError
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import loosenings
from shop.store.prepared import Prepared

_SPOKEN: Final = re.compile(r"(?:l-?)?([0-9]{1,9})", re.IGNORECASE)


class Standing(StrEnum):
    """Where a loosening stands; all but the first are final."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Loosening:
    """Somebody wants these switches on this value; `roles` are what they held when they asked."""

    id: str
    switches: tuple[str, ...]
    value: str
    requester: str
    roles: tuple[str, ...]
    reason: str
    asked_at: datetime
    expires_at: datetime
    standing: Standing
    ended_by: str | None = None
    ended_at: datetime | None = None


def file(
    tx: Transaction,
    tenant: str,
    switches: Sequence[str],
    value: str,
    *,
    requester: str,
    roles: Iterable[str],
    reason: str,
    now: datetime,
    expires_at: datetime,
) -> Loosening:
    """Write a request down; gives it with its spoken number."""
    number = 1 + (_LAST_NUMBER.scalar(tx, {"b_tenant": tenant}) or 0)
    row = {
        "tenant": tenant,
        "number": number,
        "switches": " ".join(switches),
        "value": value,
        "requester": requester,
        "roles": " ".join(sorted(roles)),
        "reason": reason,
        "asked_at": now,
        "expires_at": expires_at,
        "state": Standing.OPEN.value,
    }
    _INSERT.run(tx, row)
    return get(tx, tenant, f"L-{number}")


def get(snapshot: Snapshot, tenant: str, loosening_id: str) -> Loosening:
    """One request by ``L-3``, ``l3`` or ``3``; raises NotFoundError."""
    match = _SPOKEN.fullmatch(loosening_id.strip())
    row = _ONE.first(snapshot, {"b_tenant": tenant, "b_number": int(match[1])}) if match else None
    if row is None:
        raise NotFoundError(f"there is no request {loosening_id!r} to loosen something; they look like L-3")
    return _loosening(row)


def waiting(snapshot: Snapshot, tenant: str) -> list[Loosening]:
    """The requests that nobody has ended, by number; their time may be over."""
    return [_loosening(row) for row in _WAITING.rows(snapshot, {"b_tenant": tenant})]


def end(
    tx: Transaction, tenant: str, one: Loosening, standing: Standing, by: str, now: datetime
) -> Loosening:
    """End an open request; raises ConflictError if it was ended before."""
    number = int(one.id.removeprefix("L-"))
    values = {"b_tenant": tenant, "b_number": number, "b_state": standing.value, "b_by": by, "b_at": now}
    if _END.run(tx, values) != 1:
        raise ConflictError(f"{one.id} is {get(tx, tenant, one.id).standing.value} already")
    return get(tx, tenant, one.id)


def _loosening(row: Any) -> Loosening:
    return Loosening(
        id=f"L-{row.number}",
        switches=tuple(row.switches.split()),
        value=row.value,
        requester=row.requester,
        roles=tuple(row.roles.split()),
        reason=row.reason,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        standing=Standing(row.state),
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )


# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(loosenings.insert())
_LAST_NUMBER: Final = Prepared(
    select(func.max(loosenings.c.number)).where(loosenings.c.tenant == bindparam("b_tenant"))
)
_HERE: Final = (loosenings.c.tenant == bindparam("b_tenant"), loosenings.c.number == bindparam("b_number"))
_ONE: Final = Prepared(select(loosenings).where(*_HERE))
_END: Final = Prepared(
    loosenings.update()
    .where(*_HERE, loosenings.c.state == Standing.OPEN.value)
    .values(
        state=bindparam("b_state"),
        ended_by=bindparam("b_by"),
        ended_at=bindparam("b_at", type_=loosenings.c.ended_at.type),
    )
)
_WAITING: Final = Prepared(
    select(loosenings)
    .where(loosenings.c.tenant == bindparam("b_tenant"), loosenings.c.state == Standing.OPEN.value)
    .order_by(loosenings.c.number)
)
