"""Who is at the door: people, their roles, and the random tokens that prove who they are."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shop.clock import Clock, utc_now
from shop.errors import AccessDeniedError, InvalidActionError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store import people, web_sessions
from shop.store.database import Database, Transaction
from shop.store.people import Person, Scope
from tools.ledger import chain
from tools.ledger.chain import Actor

APPROVING: Final = frozenset(
    {
        Role.PURCHASING_MANAGER,
        Role.PRICING_MANAGER,
        Role.INVENTORY_MANAGER,
        Role.SUPPORT_LEAD,
        Role.FINANCE,
        Role.ADMIN,
    }
)
"""Roles whose holder decides approvals or runs the house: for humans only."""

TOKEN_PREFIX: Final = "shp_"  # noqa: S105 - the public prefix that lets secret scanners find a leaked token
TOKEN_BYTES: Final = 20

REFUSED: Final = "this token is not valid here; ask an administrator for a new one (people token NAME)"
"""The same words whether a token is unknown, expired, revoked or its owner inactive."""

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")


SETUP: Final = Actor("system", "setup")
"""Who adds the first people, before there is anybody."""


@dataclass(frozen=True, slots=True)
class People:
    """The people of one store; `by` is who changes them, for the audit."""

    db: Database
    clock: Clock = utc_now
    by: Actor = SETUP

    def create(
        self,
        person_id: str,
        name: str,
        roles: Iterable[Role],
        *,
        kind: Kind = Kind.HUMAN,
        limit: Money | None = None,
        token: str | None = None,
    ) -> Person:
        """Add somebody, with their first token if one is given, in one transaction.

        Raises InvalidActionError for an id that is no name or for an agent with an approving role, and
        ConflictError when the id is taken.
        """
        somebody = people.Person(person_id, name, kind, frozenset(roles), limit, True, self.clock())  # noqa: FBT003 - active
        _refuse_impossible(somebody)
        with self.db.writing() as transaction:
            people.add_person(transaction, somebody)
            self._audit(transaction, "person.added", person_id, roles=sorted(somebody.roles), kind=kind.value)
            if token is not None:
                people.keep_token(transaction, hash_of(token), person_id, somebody.created_at, None)
                self._audit(transaction, "token.issued", person_id)
        return somebody

    def everybody(self) -> tuple[Person, ...]:
        """All people, the inactive ones too."""
        with self.db.reading() as snapshot:
            return people.everybody(snapshot)

    def issue(self, person_id: str, lifetime: timedelta | None = None, scope: Scope = Scope.FULL) -> str:
        """A new token of 160 random bits, shown once; its scope may be narrower than its person's roles.

        Raises NotFoundError, and InvalidActionError for somebody inactive or a lifetime that is none.
        """
        if lifetime is not None and lifetime <= timedelta(0):
            raise InvalidActionError("a token needs a lifetime of at least one day")
        token = new_token()
        now = self.clock()
        with self.db.writing() as transaction:
            if not people.person(transaction, person_id).active:
                raise InvalidActionError(f"{person_id!r} is deactivated and gets no token")
            expires_at = None if lifetime is None else now + lifetime
            people.keep_token(transaction, hash_of(token), person_id, now, expires_at, scope)
            self._audit(transaction, "token.issued", person_id, scope=scope.value)
        return token

    def revoke_all(self, person_id: str) -> int:
        """Make all tokens of somebody worthless and sign them out everywhere; gives how many tokens.

        A session may have been begun with the very token that got lost. Raises NotFoundError.
        """
        with self.db.writing() as transaction:
            people.person(transaction, person_id)
            self._audit(transaction, "tokens.revoked", person_id)
            web_sessions.end_all_of(transaction, person_id, self.clock())
            return people.revoke_tokens_of(transaction, person_id, self.clock())

    def deactivate(self, person_id: str) -> Person:
        """Let somebody in no more; what they did stays in the records. Raises NotFoundError."""
        with self.db.writing() as transaction:
            self._audit(transaction, "person.deactivated", person_id)
            return people.deactivate_person(transaction, person_id, self.clock())

    def principal_for(self, token: str) -> Principal:
        """Whose token this is; raises AccessDeniedError in the same words for every invalid token."""
        return self.credential(token)[0]

    def credential(self, token: str) -> tuple[Principal, Scope]:
        """Whose token this is, with the roles that its scope leaves, and the scope; raises as above."""
        with self.db.reading() as snapshot:
            found = people.holder_of_token(snapshot, hash_of(token), self.clock())
        if found is None or found[1] is Scope.LINK:
            raise AccessDeniedError(REFUSED)
        return narrowed(principal_of(found[0], self.db.tenant), found[1]), found[1]

    def _audit(self, transaction: Transaction, event: str, person_id: str, **body: object) -> None:
        body = {"person": person_id, **body}
        chain.append(transaction, self.db.tenant, self.clock(), self.by, event, body=body)


def principal_of(somebody: Person, tenant: str) -> Principal:
    """A person of a tenant as the desk knows them."""
    return Principal(
        somebody.id,
        somebody.name,
        somebody.kind,
        somebody.roles,
        limit=somebody.limit,
        tenant=tenant,
    )


def narrowed(principal: Principal, scope: Scope) -> Principal:
    """What is left of somebody's roles under the scope of a token: never more than they hold."""
    if scope is Scope.FULL:
        return principal
    kept = principal.roles & {Role.OPERATOR} if scope is Scope.ASK else frozenset()
    return replace(principal, roles=kept or frozenset({Role.VIEWER}))


def new_token() -> str:
    """160 random bits behind the prefix."""
    return TOKEN_PREFIX + base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()


def hash_of(token: str) -> str:
    """SHA-256 (hex): enough for 160 random bits, which nobody can guess through a list of words."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def _refuse_impossible(somebody: Person) -> None:
    if not _ID.fullmatch(somebody.id):
        raise InvalidActionError(
            f"{somebody.id!r} is no id: lower-case letters, digits, - and _, a letter first, at most 40"
        )
    if not somebody.roles:
        raise InvalidActionError(f"{somebody.id!r} needs at least one role: {', '.join(Role)}")
    forbidden = somebody.roles & APPROVING
    if somebody.kind is not Kind.HUMAN and forbidden:
        raise InvalidActionError(
            f"only humans may be {' or '.join(sorted(forbidden))}; {somebody.id!r} is none"
        )
