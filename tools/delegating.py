"""Handing one's approving to another person for a time, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store.database import Snapshot, Transaction
from shop.store.people import Person
from shop.store.people import person as somebody
from tools.filing import Bench, actor_of
from tools.ledger import chain, delegations
from tools.ledger.delegations import Delegation, NewDelegation

LONGEST: Final = timedelta(days=366)
"""Nobody hands their authority on for ever: after a year it takes a new decision."""

_NOT_APPROVING: Final = frozenset({Role.VIEWER, Role.OPERATOR})


class Delegating:
    """Delegations, each written, changed and audited in one transaction."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def delegate(
        self,
        person: Principal,
        to: str,
        *,
        until: datetime,
        since: datetime | None = None,
        roles: Iterable[Role] = (),
        limit: Money | None = None,
        reason: str = "",
    ) -> Delegation:
        """Hand approving roles on; without `roles` all that the person holds."""
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("an agent holds no approving role, so it has none to hand on")
        with self._bench.db.writing() as tx:
            now = self._bench.clock()
            giver, taker = somebody(tx, person.id), somebody(tx, to)
            _check_pair(giver, taker)
            since = since or now
            _check_time(since, until, now)
            given = _roles_given(giver, roles)
            _check_limit(giver, limit)
            new = NewDelegation(
                giver.id, taker.id, delegations.roles_of(given), limit, since, until, reason.strip()
            )
            done = delegations.file(tx, self._bench.tenant, new, now)
            self._audit(tx, person, "delegation.given", done, now)
            return done

    def revoke(self, delegation_id: str, person: Principal) -> Delegation:
        """End a delegation: its giver, its taker or an administrator may."""
        self._bench.admit(person)
        with self._bench.db.writing() as tx:
            found = delegations.get(tx, self._bench.tenant, delegation_id)
            theirs = person.id in {found.delegator, found.delegate}
            if not person.is_human or not (theirs or Role.ADMIN in person.roles):
                raise AccessDeniedError(
                    f"{found.id} is between {found.delegator} and {found.delegate}; "
                    f"{person.name} may not end it (an administrator may)"
                )
            now = self._bench.clock()
            if now >= found.until:
                raise ConflictError(f"{found.id} was over at {found.until:%Y-%m-%d %H:%M} UTC")
            delegations.revoke(tx, self._bench.tenant, found, person.id, now)
            done = delegations.get(tx, self._bench.tenant, found.id)
            self._audit(tx, person, "delegation.revoked", done, now)
            return done

    def delegations(self, snapshot: Snapshot, *, ended: bool) -> list[Delegation]:
        """Delegations by number; with `ended` also those that are over or revoked."""
        now = self._bench.clock()
        found = delegations.listed(snapshot, self._bench.tenant)
        return [one for one in found if ended or (one.revoked_at is None and now < one.until)]

    def _audit(self, tx: Transaction, by: Principal, event: str, one: Delegation, now: datetime) -> None:
        body = {
            "delegation": one.id,
            "delegator": one.delegator,
            "delegate": one.delegate,
            "roles": sorted(one.roles),
            "limit": one.limit.as_json() if one.limit else None,
            "since": one.since.isoformat(),
            "until": one.until.isoformat(),
        }
        chain.append(tx, self._bench.tenant, now, actor_of(by), event, body=body)


def _check_pair(giver: Person, taker: Person) -> None:
    if not giver.active or giver.kind is not Kind.HUMAN:
        raise AccessDeniedError(f"{giver.name} is not an active person and hands nothing on")
    if taker.kind is not Kind.HUMAN:
        raise AccessDeniedError(f"{taker.name} is no human; only people decide approvals")
    if not taker.active:
        raise InvalidActionError(f"{taker.name} is deactivated and can decide nothing")
    if taker.id == giver.id:
        raise InvalidActionError("a delegation goes to another person")


def _check_time(since: datetime, until: datetime, now: datetime) -> None:
    if until <= max(since, now):
        raise InvalidActionError("the delegation would be over before it begins; give a later end")
    if until - since > LONGEST:
        raise InvalidActionError(f"a delegation lasts {LONGEST.days} days at most; give an earlier end")


def _roles_given(giver: Person, roles: Iterable[Role]) -> frozenset[Role]:
    held = giver.roles - _NOT_APPROVING
    given = frozenset(roles) or held
    if not given:
        raise AccessDeniedError(f"{giver.name} holds no approving role to hand on")
    missing = given - held
    if missing:
        names = " and ".join(sorted(role.value.replace("_", " ") for role in missing))
        raise AccessDeniedError(
            f"{giver.name} does not approve as {names} and cannot hand it on "
            "(what was handed to somebody is not theirs to hand on)"
        )
    return given


def _check_limit(giver: Person, limit: Money | None) -> None:
    if limit is None:
        return
    if limit.minor <= 0:
        raise InvalidActionError("the limit of a delegation must be over zero")
    if giver.limit is None:
        return
    if limit.currency != giver.limit.currency:
        raise InvalidActionError(f"{giver.name} may approve in {giver.limit.currency}; give the limit in it")
    if limit > giver.limit:
        raise AccessDeniedError(f"{giver.name} may approve up to {giver.limit}, so not hand on {limit}")
