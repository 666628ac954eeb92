"""Who may sign in, and the hashes of their tokens; a token itself is never stored."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, update

from shop.errors import ConflictError, NotFoundError
from shop.money import Money
from shop.people import Kind, Role
from shop.store.database import Snapshot, Transaction
from shop.store.prepared import Prepared
from shop.store.schema import people
from shop.store.web_schema import tokens

_COLUMNS: Final = (
    people.c.id,
    people.c.name,
    people.c.kind,
    people.c.roles,
    people.c.limit_minor,
    people.c.limit_currency,
    people.c.active,
    people.c.created_at,
)


class Scope(StrEnum):
    """What a token may be used for: all that its person may, asking only, reading only, one sign-in."""

    FULL = "full"
    ASK = "ask"
    READ = "read"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Person:
    """A human or an agent of this store; `limit` is the largest amount they may approve, None is no limit."""

    id: str
    name: str
    kind: Kind
    roles: frozenset[Role]
    limit: Money | None
    active: bool
    created_at: datetime


def add_person(transaction: Transaction, person: Person) -> None:
    """Add somebody; raises ConflictError when the id is taken."""
    if find_person(transaction, person.id) is not None:
        raise ConflictError(f"there is already somebody called {person.id!r}; choose another id")
    transaction.execute(
        insert(people).values(
            id=person.id,
            name=person.name,
            kind=person.kind.value,
            roles=" ".join(sorted(person.roles)),
            limit_minor=None if person.limit is None else person.limit.minor,
            limit_currency=None if person.limit is None else person.limit.currency,
            active=person.active,
            created_at=person.created_at,
        )
    )


def find_person(snapshot: Snapshot, person_id: str) -> Person | None:
    """Somebody by id, active or not; None when there is nobody."""
    row = _PERSON.first(snapshot, {"b_id": person_id})
    return None if row is None else _person(row)


def person(snapshot: Snapshot, person_id: str) -> Person:
    """Somebody by id, active or not; raises NotFoundError."""
    found = find_person(snapshot, person_id)
    if found is None:
        raise NotFoundError(f"there is nobody called {person_id!r}; see: shophand people list")
    return found


def everybody(snapshot: Snapshot) -> tuple[Person, ...]:
    """All people in the order of their ids, the inactive ones too."""
    return tuple(_person(row) for row in _EVERYBODY.rows(snapshot))


def deactivate_person(transaction: Transaction, person_id: str, at: datetime) -> Person:
    """Let somebody in no more: inactive, all tokens revoked; raises NotFoundError."""
    found = person(transaction, person_id)
    transaction.execute(update(people).where(people.c.id == person_id).values(active=False))
    revoke_tokens_of(transaction, person_id, at)
    return replace(found, active=False)


def keep_token(
    transaction: Transaction,
    token_hash: str,
    person_id: str,
    at: datetime,
    expires_at: datetime | None,
    scope: Scope = Scope.FULL,
) -> None:
    """Remember the hash of a token that was just issued."""
    row = {"hash": token_hash, "person": person_id, "created_at": at, "expires_at": expires_at}
    transaction.execute(insert(tokens).values(**row, scope=scope.value))


def spend_token(transaction: Transaction, token_hash: str, at: datetime) -> bool:
    """Make a token that is good once worthless; False when somebody was faster."""
    done = transaction.execute(
        update(tokens).where(tokens.c.hash == token_hash, tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    return done.rowcount == 1


def revoke_tokens_of(transaction: Transaction, person_id: str, at: datetime) -> int:
    """Make all tokens of somebody worthless; the number of tokens that were valid."""
    valid = tokens.c.revoked_at.is_(None)
    done = transaction.execute(
        update(tokens).where(tokens.c.person == person_id, valid).values(revoked_at=at)
    )
    return done.rowcount


def holder_of_token(snapshot: Snapshot, token_hash: str, now: datetime) -> tuple[Person, Scope] | None:
    """The active person whose valid token has this hash, and its scope; None for anything else."""
    row = snapshot.execute(
        select(*_COLUMNS, tokens.c.scope)
        .join(tokens, tokens.c.person == people.c.id)
        .where(
            tokens.c.hash == token_hash,
            tokens.c.revoked_at.is_(None),
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
            people.c.active.is_(True),
        )
    ).one_or_none()
    return None if row is None else (_person(row), Scope(row.scope))


def _person(row: Any) -> Person:
    limit = None if row.limit_minor is None else Money(row.limit_minor, row.limit_currency)
    roles = frozenset(Role(role) for role in row.roles.split())
    return Person(row.id, row.name, Kind(row.kind), roles, limit, row.active, row.created_at)


# Built once: making a statement costs more than running it.
_EVERYBODY: Final = Prepared(select(*_COLUMNS).order_by(people.c.id))
_PERSON: Final = Prepared(select(*_COLUMNS).where(people.c.id == bindparam("b_id")))
