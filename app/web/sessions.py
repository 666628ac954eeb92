"""Signing in: a token or a one-time link becomes a session in a cookie; too many failures wait.

There are no passwords. A token has 160 random bits, so nobody guesses it; the throttle keeps the doors from
being rattled. The cookie holds 256 random bits of which the database keeps the hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from app.auth import REFUSED, hash_of, narrowed, principal_of
from shop.clock import Clock
from shop.errors import AccessDeniedError
from shop.people import Kind, Principal
from shop.store import identities, people, web_sessions
from shop.store.database import Database, Transaction
from shop.store.people import Person, Scope
from tools.ledger import chain
from tools.ledger.chain import Actor

if TYPE_CHECKING:
    from app.web.oidc import Identity

LONGEST: Final = timedelta(hours=24)
IDLE: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly it is known when a session was used: a write for each request would be one too many."""

FAILURES: Final = 10
FAILURE_WINDOW: Final = timedelta(minutes=15)
TOO_MANY: Final = "too many failed sign-ins from your address; wait a quarter of an hour"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who is signed in. `csrf` must come back in every form; `since` is when they signed in."""

    principal: Principal
    cookie: str
    since: datetime
    until: datetime

    @property
    def csrf(self) -> str:
        """A value that only pages made for this session know."""
        return self.signature("form")

    def signature(self, words: str) -> str:
        """A mark that only this session's pages can put on some words."""
        return hmac.new(self.cookie.encode(), f"shophand {words}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sign-ins of one store."""

    db: Database
    clock: Clock

    def sign_in(self, token: str, visitor: str) -> str:
        """A cookie for a token or a one-time link; raises AccessDeniedError, always in the same words.

        `visitor` is the address that asks. A token whose scope is narrower than its person signs nobody in.
        """
        now = self.clock()
        with self.db.reading() as snapshot:
            if web_sessions.failures(snapshot, _hidden(visitor), now - FAILURE_WINDOW) >= FAILURES:
                raise AccessDeniedError(TOO_MANY)
        with self.db.writing() as tx:
            person = self._holder(tx, token, now)
            cookie = None if person is None else self._begin(tx, person, "token", now)
            if cookie is None:
                web_sessions.fail(tx, _hidden(visitor), now, now - LONGEST)
        if cookie is None:
            raise AccessDeniedError(REFUSED)
        return cookie

    def enter(self, identity: Identity) -> str:
        """A cookie for somebody whom the identity provider vouched for, with the roles of their groups now.

        A stranger becomes a person of this store under an id of their own: nobody who was here before is ever
        taken for them, whatever they are called. Raises AccessDeniedError for somebody who was deactivated.
        """
        now = self.clock()
        with self.db.writing() as tx:
            found = identities.person_of(tx, identity.issuer, identity.subject)
            if found is not None and not found.active:
                raise AccessDeniedError("you are deactivated in this store; ask its administrator")
            if found is None:
                found = self._new(tx, identity, now)
            elif (found.roles, found.limit) != (identity.roles, identity.limit):
                identities.set_rights(tx, found.id, identity.roles, identity.limit)
                roles = {"before": sorted(found.roles), "after": sorted(identity.roles)}
                self._audit(tx, "person.roles", found.id, **roles)
            return self._begin(tx, found, "oidc", now)

    def _new(self, tx: Transaction, identity: Identity, now: datetime) -> Person:
        slug = re.sub(r"[^a-z0-9]+", "-", identity.called.lower()).strip("-")[:20]
        mark = hashlib.sha256(f"{identity.issuer} {identity.subject}".encode()).hexdigest()[:8]
        name = "-".join(part for part in ("sso", slug, mark) if part)
        person = Person(
            name, identity.name, Kind.HUMAN, identity.roles, identity.limit, active=True, created_at=now
        )
        people.add_person(tx, person)
        identities.keep(tx, identity.issuer, identity.subject, name, now)
        self._audit(tx, "person.added", name, roles=sorted(identity.roles), kind=Kind.HUMAN.value)
        return person

    def visit(self, cookie: str | None) -> Visit | None:
        """Who comes with this cookie; None for anybody who is not signed in."""
        if not cookie:
            return None
        now = self.clock()
        with self.db.reading() as snapshot:
            found = web_sessions.find(snapshot, _digest(cookie), now, now - IDLE)
        if found is None:
            return None
        if now - found.seen_at > SEEN_EVERY:
            with self.db.writing() as tx:
                web_sessions.seen(tx, _digest(cookie), now)
        principal = principal_of(found.person, self.db.tenant)
        return Visit(principal, cookie, found.created_at, found.expires_at)

    def open_with(self, visit: Visit) -> list[tuple[web_sessions.Open, bool]]:
        """Where the same person is signed in, the last used first; true for the visit itself."""
        now, own = self.clock(), _digest(visit.cookie)
        with self.db.reading() as snapshot:
            found = web_sessions.open_of(snapshot, visit.principal.id, now, now - IDLE)
        return [(one, one.hash == own) for one in found]

    def sign_out(self, visit: Visit) -> None:
        """End this session at once."""
        with self.db.writing() as tx:
            web_sessions.end(tx, _digest(visit.cookie), self.clock())
            self._audit(tx, "session.ended", visit.principal.id)

    def sign_out_everywhere(self, visit: Visit) -> int:
        """End all sessions of this person; gives how many."""
        with self.db.writing() as tx:
            self._audit(tx, "sessions.ended", visit.principal.id)
            return web_sessions.end_all_of(tx, visit.principal.id, self.clock())

    def _holder(self, tx: Transaction, token: str, now: datetime) -> Person | None:
        found = people.holder_of_token(tx, hash_of(token), now)
        if found is None:
            return None
        person, scope = found
        if person.kind is not Kind.HUMAN:
            return None
        if scope is Scope.LINK:
            return person if people.spend_token(tx, hash_of(token), now) else None
        full = principal_of(person, self.db.tenant)
        return person if narrowed(full, scope) == full else None

    def _begin(self, tx: Transaction, person: Person, how: str, now: datetime) -> str:
        cookie = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        web_sessions.begin(tx, _digest(cookie), person.id, how, now, now + LONGEST)
        self._audit(tx, "session.begun", person.id, how=how)
        return cookie

    def _audit(self, tx: Transaction, event: str, person: str, **body: object) -> None:
        actor = Actor(Kind.HUMAN.value, person)
        chain.append(tx, self.db.tenant, self.clock(), actor, event, body={"person": person, **body})


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _hidden(visitor: str) -> str:
    return hashlib.sha256(f"visitor:{visitor}".encode()).hexdigest()
