"""Forgetting one customer: in the shop's tables, in actions about them, and in conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from shop.errors import ConflictError
from shop.people import Principal
from shop.store import journal
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions
from shop.store.reads import customers
from shop.store.service_schema import customer_conversations
from tools.ledger import personal, rows
from tools.ledger.erasure import erase_action_text, is_erased
from tools.ledger.states import ABSORBING

_NAMED: Final = 5
_TICKETS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased beside the shop's tables: actions by their ids, and conversations by theirs."""

    actions: tuple[str, ...]
    conversations: tuple[str, ...]


def forget(
    tx: Transaction, tenant: str, customer: str, person: Principal, reason: str, now: datetime, salt: bytes
) -> Forgotten:
    """Erase a customer for good, in one transaction: all of it, or nothing.

    In conversations, what identifies the customer and what they wrote is replaced wherever it stands; what
    was said of them in other words stays. Raises AccessDeniedError for anybody but a human admin,
    InvalidActionError without a reason, NotFoundError, and ConflictError while an action about the customer
    is under way.
    """
    gone = _told_by(tx, customer)
    mine = _actions_about(tx, tenant, customer)
    _refuse_while_under_way(tx, tenant, mine)
    personal.erase(tx, tenant, customer, person, reason, now)
    erased = tuple(one for one in mine if not is_erased(tx, tenant, one))
    for action_id in erased:
        erase_action_text(tx, tenant, action_id, person, now, salt)
    spoken = _conversations_with(tx, tenant, customer)
    for conversation in spoken:
        journal.replace_texts(tx, conversation, gone)
    return Forgotten(erased, spoken)


def _told_by(snapshot: Snapshot, customer: str) -> Mapping[str, str]:
    """What identifies a customer and what they wrote, longest first, each with what is put in its place."""
    found = customers.customer(snapshot, customer)
    if found is None:
        return {}
    own = [found.name, found.email or "", found.phone, found.street, found.street2, found.postcode]
    for ticket in customers.tickets_of(snapshot, customer, limit=_TICKETS):
        own += [ticket.subject, ticket.body]
    return dict.fromkeys(sorted(filter(None, own), key=len, reverse=True), personal.ERASED)


def _actions_about(snapshot: Snapshot, tenant: str, customer: str) -> list[str]:
    query = select(actions.c.id).where(actions.c.tenant == tenant, actions.c.customer == customer)
    return list(snapshot.execute(query.order_by(actions.c.id)).scalars())


def _refuse_while_under_way(snapshot: Snapshot, tenant: str, mine: Sequence[str]) -> None:
    moving = [one for one in mine if rows.get(snapshot, tenant, one).state not in ABSORBING]
    if moving:
        named = ", ".join(moving[:_NAMED])
        raise ConflictError(f"{len(moving)} actions about the customer must end first, such as {named}")


def _conversations_with(snapshot: Snapshot, tenant: str, customer: str) -> tuple[str, ...]:
    """Conversations with the customer, and those and the runs in which an action about them was asked for."""
    matched = select(customer_conversations.c.conversation).where(
        customer_conversations.c.customer == customer
    )
    found = set(snapshot.execute(matched).scalars())
    query = select(actions.c.conversation, actions.c.run).where(
        actions.c.tenant == tenant, actions.c.customer == customer
    )
    for row in snapshot.execute(query):
        found.update(filter(None, row))
    return tuple(sorted(found))
