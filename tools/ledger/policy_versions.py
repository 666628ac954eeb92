"""Versions of the rules as rows: drafted, on trial (shadow), active, retired or withdrawn; never deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, select

from policies.decision import Verdict
from shop.actions import canonical
from shop.errors import AmbiguousError, ConflictError, NotFoundError
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import audit, decisions, policy_versions
from shop.store.prepared import Prepared

FOUNDED: Final = "policy.founded"
ACTIVATED: Final = "policy.activated"
_NUMBER: Final = re.compile(r"v?([0-9]{1,5})", re.IGNORECASE)
_SHA: Final = re.compile(r"[0-9a-f]{6,64}")


class Status(StrEnum):
    """Where a version stands. draft <-> shadow, either -> active -> retired; either -> withdrawn."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


PROPOSED: Final = (Status.DRAFT, Status.SHADOW)
"""A version in one of these may still become active."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version. `base` is the version it was drafted upon, 0 for the first; `roles` are its author's."""

    number: int
    sha: str
    status: Status
    base: int
    author: str
    roles: tuple[str, ...]
    reason: str
    drafted_at: datetime
    shadow_since: datetime | None
    shadow_by: str | None
    activated_at: datetime | None
    activated_by: str | None
    ended_at: datetime | None

    @property
    def name(self) -> str:
        """Spoken: ``v3``."""
        return f"v{self.number}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Number and digest of the active version and of the one on trial."""

    active: tuple[int, str] | None = None
    shadow: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many decisions the active rules and a shadow answered with these two verdicts."""

    active: Verdict
    shadow: str
    decisions: int


def standing(snapshot: Snapshot, tenant: str) -> Standing:
    """What counts and what is on trial at this moment."""
    found = {row.status: (row.number, row.sha) for row in _STANDING.rows(snapshot, {"b_tenant": tenant})}
    return Standing(found.get(Status.ACTIVE.value), found.get(Status.SHADOW.value))


def files(snapshot: Snapshot, tenant: str, number: int) -> dict[str, str]:
    """The rule files of a version, name -> text; raises NotFoundError."""
    text = _FILES.scalar(snapshot, {"b_tenant": tenant, "b_number": number})
    if text is None:
        raise NotFoundError(f"there are no rules v{number}")
    return {str(name): str(source) for name, source in json.loads(text).items()}


def add(
    tx: Transaction,
    tenant: str,
    sources: Mapping[str, str],
    sha: str,
    status: Status,
    *,
    base: int,
    author: str,
    roles: Iterable[str],
    reason: str,
    now: datetime,
) -> PolicyVersion:
    """Write a version down under the next number."""
    number = 1 + (_LAST_NUMBER.scalar(tx, {"b_tenant": tenant}) or 0)
    row = {
        "tenant": tenant,
        "number": number,
        "sha": sha,
        "files": canonical(dict(sources)),
        "status": status.value,
        "base": base,
        "author": author,
        "roles": " ".join(sorted(roles)),
        "reason": reason,
        "drafted_at": now,
        "activated_at": now if status is Status.ACTIVE else None,
        "activated_by": author if status is Status.ACTIVE else None,
    }
    _INSERT.run(tx, row)
    return get(tx, tenant, number)


def get(snapshot: Snapshot, tenant: str, number: int) -> PolicyVersion:
    """One version; raises NotFoundError."""
    row = _ONE.first(snapshot, {"b_tenant": tenant, "b_number": number})
    if row is None:
        raise NotFoundError(f"there are no rules v{number}; see: shophand policy versions")
    return _version(row)


def named(snapshot: Snapshot, tenant: str, what: str) -> PolicyVersion:
    """The version of a number (``v3``) or of the beginning of a digest, of which the latest is meant.

    Raises NotFoundError, and AmbiguousError for the beginning of several digests.
    """
    text = what.strip().lower()
    if number := _NUMBER.fullmatch(text):
        return get(snapshot, tenant, int(number[1]))
    if not _SHA.fullmatch(text):
        raise NotFoundError(f"{what!r} names no rules: write v3, or six or more characters of a digest")
    found = _found(snapshot, _of(tenant), policy_versions.c.sha.startswith(text))
    if not found:
        raise NotFoundError(f"there are no rules whose digest begins with {what!r}")
    if len({one.sha for one in found}) > 1:
        names = [one.name for one in found]
        raise AmbiguousError(f"{what!r} begins the digests of {', '.join(names)}; write more of it", names)
    return found[-1]


def listed(snapshot: Snapshot, tenant: str) -> list[PolicyVersion]:
    """Every version there ever was, by number."""
    return _found(snapshot, _of(tenant))


def standing_with(snapshot: Snapshot, tenant: str, sha: str) -> list[PolicyVersion]:
    """The versions of a digest that are active or may still become so."""
    return [_version(row) for row in _STANDING_WITH.rows(snapshot, {"b_tenant": tenant, "b_sha": sha})]


def move(tx: Transaction, tenant: str, before: PolicyVersion, status: Status, **changes: Any) -> None:
    """Take a version from the status it was read in to another; ConflictError if it moved on."""
    values = {
        "b_tenant": tenant,
        "b_number": before.number,
        "b_sha": before.sha,
        "b_status": before.status.value,
        **{f"new_{name}": value for name, value in {**changes, "status": status.value}.items()},
    }
    if _move(("status", *changes)).run(tx, values) != 1:
        raise ConflictError(f"{before.name} is no longer {before.status.value}")


@cache
def _move(changed: tuple[str, ...]) -> Prepared:
    """The guarded change of some columns: it touches nothing if the version is not as it was read."""
    guard = (
        policy_versions.c.sha == bindparam("b_sha"),
        policy_versions.c.status == bindparam("b_status"),
    )
    new = {name: bindparam(f"new_{name}", type_=policy_versions.c[name].type) for name in changed}
    return Prepared(policy_versions.update().where(*_HERE, *guard).values(new))


def compared(snapshot: Snapshot, tenant: str, sha: str) -> list[Compared]:
    """What the rules in force answered while rules of this digest were on trial, and what those did."""
    query = (
        select(decisions.c.verdict, decisions.c.shadow_verdict, func.count())
        .where(decisions.c.tenant == tenant, decisions.c.shadow_sha == sha)
        .group_by(decisions.c.verdict, decisions.c.shadow_verdict)
        .order_by(decisions.c.verdict, decisions.c.shadow_verdict)
    )
    return [Compared(Verdict(one), str(other), count) for one, other, count in snapshot.execute(query)]


def founding_entries(snapshot: Snapshot, tenant: str) -> int:
    """How often the chain says that the first rules were put in force: more than once never happens."""
    query = select(func.count()).where(audit.c.tenant == tenant, audit.c.type == FOUNDED)
    return int(snapshot.scalar(query) or 0)


def last_activated(snapshot: Snapshot, tenant: str) -> str | None:
    """The digest that the chain's last entry about it put in force; None if there is no such entry."""
    query = (
        select(audit.c.policy_sha)
        .where(audit.c.tenant == tenant, audit.c.type.in_((FOUNDED, ACTIVATED)))
        .order_by(audit.c.seq.desc())
        .limit(1)
    )
    return snapshot.scalar(query)


def _of(tenant: str) -> ColumnElement[bool]:
    return policy_versions.c.tenant == tenant


def _found(snapshot: Snapshot, *conditions: ColumnElement[bool]) -> list[PolicyVersion]:
    query = select(*_COLUMNS).where(*conditions).order_by(policy_versions.c.number)
    return [_version(row) for row in snapshot.execute(query)]


def _version(row: Any) -> PolicyVersion:
    values = row._asdict()  # the public name of a named tuple, and of SQLAlchemy's row, for this
    return PolicyVersion(
        **{**values, "status": Status(values["status"]), "roles": tuple(values["roles"].split())}
    )


_COLUMNS: Final = tuple(one for one in policy_versions.c if one.name not in {"tenant", "files"})
# Built once: making a statement costs more than running it.
_STANDING: Final = Prepared(
    select(policy_versions.c.number, policy_versions.c.sha, policy_versions.c.status).where(
        policy_versions.c.tenant == bindparam("b_tenant"),
        policy_versions.c.status.in_((Status.ACTIVE.value, Status.SHADOW.value)),
    )
)
_HERE: Final = (
    policy_versions.c.tenant == bindparam("b_tenant"),
    policy_versions.c.number == bindparam("b_number"),
)
_INSERT: Final = Prepared(policy_versions.insert())
_LAST_NUMBER: Final = Prepared(
    select(func.max(policy_versions.c.number)).where(policy_versions.c.tenant == bindparam("b_tenant"))
)
_FILES: Final = Prepared(select(policy_versions.c.files).where(*_HERE))
_ONE: Final = Prepared(select(*_COLUMNS).where(*_HERE))
_STANDING_WITH: Final = Prepared(
    select(*_COLUMNS)
    .where(
        policy_versions.c.tenant == bindparam("b_tenant"),
        policy_versions.c.sha == bindparam("b_sha"),
        policy_versions.c.status.in_([one.value for one in (Status.ACTIVE, *PROPOSED)]),
    )
    .order_by(policy_versions.c.number)
)
