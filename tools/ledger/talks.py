"""Conversations with customers: who was identified, and what they agreed to, once each.

A row of ``customer_conversations`` says that a customer is on the other side. What they agreed to is kept as
a salted hash of the exact action's digest, so nothing that they said stands here.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, select

from shop.store.database import Snapshot, Transaction
from shop.store.prepared import Prepared, insert_into
from shop.store.service_schema import consents, customer_conversations

CONSENT_FOR: Final = timedelta(minutes=30)
"""A yes that is older than this is asked for again."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with a customer; `customer` is None until code has matched who it is."""

    conversation: str
    customer: str | None
    failed: int


def talk(snapshot: Snapshot, conversation: str | None) -> Talk | None:
    """The customer's conversation of this id; None for any other conversation."""
    row = None if conversation is None else _TALK.first(snapshot, {"b_conversation": conversation})
    return None if row is None else Talk(row.conversation, row.customer, row.failed)


def open_talk(tx: Transaction, conversation: str, now: datetime) -> None:
    """From now on a customer is on the other side; a second time changes nothing."""
    if talk(tx, conversation) is None:
        insert_into(customer_conversations).run(tx, {"conversation": conversation, "opened_at": now})


def identify(tx: Transaction, conversation: str, customer: str, matched_by: str, now: datetime) -> None:
    """Note whom code has matched."""
    found = {"b_customer": customer, "b_by": matched_by, "b_at": now}
    _IDENTIFY.run(tx, {"b_conversation": conversation, **found})


def count_failure(tx: Transaction, known: Talk) -> None:
    """Note an attempt that matched nobody."""
    mine = customer_conversations.c.conversation == known.conversation
    tx.execute(customer_conversations.update().where(mine).values(failed=known.failed + 1))


def consent(tx: Transaction, conversation: str, digest: str, salt: str, now: datetime) -> None:
    """Note a yes to the action of this digest; said again before anything was done on it, it is one yes."""
    standing = consent_for(tx, conversation, digest, "", now)
    if standing is not None:
        _SAID_AGAIN.run(tx, {"b_id": standing, "b_at": now})
        return
    values = {"conversation": conversation, "digest": _salted(salt, digest), "salt": salt, "at": now}
    insert_into(consents).run(tx, values)


def consent_for(
    snapshot: Snapshot, conversation: str, digest: str, action_id: str, now: datetime
) -> int | None:
    """The number of the yes that this action rests on: its own, else a fresh one that nothing used."""
    for row in _CONSENTS.rows(snapshot, {"b_conversation": conversation}):
        if row.salt is None or not hmac.compare_digest(row.digest, _salted(row.salt, digest)):
            continue
        if row.used_by == action_id or (row.used_by is None and timedelta(0) <= now - row.at <= CONSENT_FOR):
            return int(row.id)
    return None


def use_consent(tx: Transaction, number: int, action_id: str) -> None:
    """Bind a yes to the action that it was given for; it counts for no other one."""
    _USE.run(tx, {"b_id": number, "b_action": action_id})


def _salted(salt: str, digest: str) -> str:
    return sha256(f"{salt}:{digest}".encode()).hexdigest()


# Built once: making a statement costs more than running it.
_TALK: Final = Prepared(
    select(customer_conversations).where(customer_conversations.c.conversation == bindparam("b_conversation"))
)
_IDENTIFY: Final = Prepared(
    customer_conversations.update()
    .where(customer_conversations.c.conversation == bindparam("b_conversation"))
    .values(
        customer=bindparam("b_customer"),
        matched_by=bindparam("b_by"),
        matched_at=bindparam("b_at", type_=customer_conversations.c.matched_at.type),
    )
)
_USE: Final = Prepared(
    consents.update().where(consents.c.id == bindparam("b_id")).values(used_by=bindparam("b_action"))
)
_SAID_AGAIN: Final = Prepared(
    consents.update()
    .where(consents.c.id == bindparam("b_id"))
    .values(at=bindparam("b_at", type_=consents.c.at.type))
)
_CONSENTS: Final = Prepared(
    select(consents).where(consents.c.conversation == bindparam("b_conversation")).order_by(consents.c.id)
)
