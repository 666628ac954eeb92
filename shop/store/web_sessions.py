"""Who is signed in to the pages: hashes of cookies with their person, and failed tries to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from shop.store.database import Snapshot, Transaction
from shop.store.people import Person, find_person
from shop.store.prepared import Prepared
from shop.store.web_schema import failed_sign_ins, web_sessions


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that is good at this moment, and whose it is."""

    person: Person
    how: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def begin(
    transaction: Transaction, cookie_hash: str, person_id: str, how: str, now: datetime, expires_at: datetime
) -> None:
    """Remember a sign-in."""
    row = {"hash": cookie_hash, "person": person_id, "how": how, "created_at": now, "seen_at": now}
    transaction.execute(insert(web_sessions).values(**row, expires_at=expires_at))


def find(snapshot: Snapshot, cookie_hash: str, now: datetime, idle_since: datetime) -> SignedIn | None:
    """The session of a cookie, unless it ended, expired, lay idle, or its person is out."""
    row = _GOOD.first(snapshot, {"b_hash": cookie_hash, "b_now": now, "b_idle_since": idle_since})
    person = None if row is None else find_person(snapshot, row.person)
    if row is None or person is None or not person.active:
        return None
    return SignedIn(person, row.how, row.created_at, row.seen_at, row.expires_at)


@dataclass(frozen=True, slots=True)
class Open:
    """A session of somebody that is good at a moment; `hash` is its cookie's."""

    hash: str
    how: str
    created_at: datetime
    seen_at: datetime


def open_of(snapshot: Snapshot, person_id: str, now: datetime, idle_since: datetime) -> list[Open]:
    """Where somebody is signed in, what was used last first."""
    table = web_sessions
    good = (table.c.ended_at.is_(None), table.c.expires_at > now, table.c.seen_at > idle_since)
    columns = (table.c.hash, table.c.how, table.c.created_at, table.c.seen_at)
    rows = select(*columns).where(table.c.person == person_id, *good).order_by(table.c.seen_at.desc())
    return [Open(*row) for row in snapshot.execute(rows)]


def seen(transaction: Transaction, cookie_hash: str, now: datetime) -> None:
    """Note that a session is in use."""
    transaction.execute(update(web_sessions).where(web_sessions.c.hash == cookie_hash).values(seen_at=now))


def end(transaction: Transaction, cookie_hash: str, now: datetime) -> None:
    """Sign this cookie out."""
    transaction.execute(
        update(web_sessions)
        .where(web_sessions.c.hash == cookie_hash, web_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_of(transaction: Transaction, person_id: str, now: datetime) -> int:
    """Sign somebody out everywhere; gives how many sessions ended."""
    done = transaction.execute(
        update(web_sessions)
        .where(web_sessions.c.person == person_id, web_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return done.rowcount


def fail(transaction: Transaction, visitor: str, now: datetime, forget_before: datetime) -> None:
    """Note a failed try; older ones and sessions long over are swept away with it."""
    transaction.execute(insert(failed_sign_ins).values(visitor=visitor, at=now))
    transaction.execute(delete(failed_sign_ins).where(failed_sign_ins.c.at < forget_before))
    ended = web_sessions.c.ended_at
    transaction.execute(
        delete(web_sessions).where(or_(web_sessions.c.expires_at < forget_before, ended < forget_before))
    )


def failures(snapshot: Snapshot, visitor: str, since: datetime) -> int:
    """Failed tries of a visitor since a moment."""
    found = snapshot.scalar(
        select(func.count())
        .select_from(failed_sign_ins)
        .where(failed_sign_ins.c.visitor == visitor, failed_sign_ins.c.at >= since)
    )
    return int(found or 0)


# Built once: every request asks.
_GOOD: Final = Prepared(
    select(web_sessions).where(
        web_sessions.c.hash == bindparam("b_hash"),
        web_sessions.c.ended_at.is_(None),
        web_sessions.c.expires_at > bindparam("b_now", type_=web_sessions.c.expires_at.type),
        web_sessions.c.seen_at > bindparam("b_idle_since", type_=web_sessions.c.seen_at.type),
    )
)
