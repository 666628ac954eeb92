"""People who sign in through an identity provider: the issuer's subject is who they are, never their name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from shop.money import Money
from shop.people import Role
from shop.store.database import Snapshot, Transaction
from shop.store.people import Person, find_person
from shop.store.schema import people
from shop.store.web_schema import identities


def person_of(snapshot: Snapshot, issuer: str, subject: str) -> Person | None:
    """The person behind a subject of an issuer, active or not; None for a stranger."""
    found = snapshot.scalar(
        select(identities.c.person).where(identities.c.issuer == issuer, identities.c.subject == subject)
    )
    return None if found is None else find_person(snapshot, found)


def keep(transaction: Transaction, issuer: str, subject: str, person_id: str, at: datetime) -> None:
    """Remember whose subject it is."""
    row = {"issuer": issuer, "subject": subject, "person": person_id, "created_at": at}
    transaction.execute(insert(identities).values(row))


def set_rights(transaction: Transaction, person_id: str, roles: frozenset[Role], limit: Money | None) -> None:
    """Give somebody the roles that their groups stand for now, and the most that they may approve."""
    transaction.execute(
        update(people)
        .where(people.c.id == person_id)
        .values(
            roles=" ".join(sorted(roles)),
            limit_minor=None if limit is None else limit.minor,
            limit_currency=None if limit is None else limit.currency,
        )
    )
