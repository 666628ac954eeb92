"""Everything the store holds of one person: read in full for a reason, exported, and erased; each is audited.

The audit names the customer's id and the reason, never what was read. Money, pieces and dates stay:
the books must add up without the person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from shop.errors import AccessDeniedError, InvalidActionError, NotFoundError
from shop.model import Customer
from shop.people import Principal, Role
from shop.store.database import Snapshot, Transaction
from shop.store.journal_schema import events
from shop.store.ledger_schema import actions
from shop.store.reads import customers as people
from shop.store.schema import (
    customers,
    order_lines,
    order_notes,
    orders,
    payments,
    returns,
    shipments,
    tickets,
)
from shop.store.service_schema import (
    consents,
    customer_conversations,
    exchanges,
    payment_methods,
    refund_parts,
    store_credits,
    ticket_replies,
)
from tools.ledger import chain

MAY_READ: Final = frozenset({Role.SUPPORT_LEAD, Role.ADMIN})
ERASED: Final = "[erased]"
_SHIP_TO: Final = ("street", "street2", "city", "region", "postcode", "country")


def read_in_full(
    tx: Transaction, tenant: str, customer: str, person: Principal, reason: str, now: datetime
) -> dict[str, Any]:
    """The unmasked record of a customer; who asked, and that there was a reason, goes into the audit.

    Raises AccessDeniedError for anybody but a human support lead or admin, InvalidActionError without a
    reason, NotFoundError.
    """
    if not person.is_human or not person.roles & MAY_READ:
        raise AccessDeniedError(f"{person.name} may not read personal data in full; it takes a support lead")
    row = _row(tx, customer)
    _record(tx, tenant, "customer.read", row, person, reason, now)
    return row


def customer_of(snapshot: Snapshot, tenant: str, action_id: str) -> Customer | None:
    """The customer whom an action is about, unmasked; None if it is about nobody."""
    query = select(actions.c.customer).where(actions.c.tenant == tenant, actions.c.id == action_id)
    found = snapshot.execute(query).scalar()
    return None if found is None else people.customer(snapshot, found)


def export(
    tx: Transaction, tenant: str, customer: str, person: Principal, reason: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """All rows about a customer by table, for the customer; raises as read_in_full does."""
    record = read_in_full(tx, tenant, customer, person, reason, now)
    mine, talks = (
        _orders_of(tx, customer),
        _rows(tx, customer_conversations, customer_conversations.c.customer == customer),
    )
    written = select(tickets.c.id).where(tickets.c.customer == customer)
    spoken = [one["conversation"] for one in talks]
    return {
        "customers": [record],
        "payment_methods": _rows(tx, payment_methods, payment_methods.c.customer == customer),
        "orders": _rows(tx, orders, orders.c.customer == customer),
        "order_lines": _rows(tx, order_lines, order_lines.c.order_id.in_(mine)),
        "shipments": _rows(tx, shipments, shipments.c.order_id.in_(mine)),
        "payments": _rows(tx, payments, payments.c.order_id.in_(mine)),
        "refund_parts": _rows(tx, refund_parts, refund_parts.c.order_id.in_(mine)),
        "exchanges": _rows(tx, exchanges, exchanges.c.order_id.in_(mine)),
        "returns": _rows(tx, returns, returns.c.order_id.in_(mine)),
        "order_notes": _rows(tx, order_notes, order_notes.c.order_id.in_(mine)),
        "tickets": _rows(tx, tickets, tickets.c.customer == customer),
        "ticket_replies": _rows(tx, ticket_replies, ticket_replies.c.ticket.in_(written)),
        "store_credits": _rows(tx, store_credits, store_credits.c.customer == customer),
        "customer_conversations": talks,
        "consents": _rows(tx, consents, consents.c.conversation.in_(spoken)),
        "events": _rows(tx, events, events.c.stream.in_(spoken)),
    }


def erase(tx: Transaction, tenant: str, customer: str, person: Principal, reason: str, now: datetime) -> None:
    """Take out of the store's tables what tells who a customer is, and what they and others wrote of them.

    What actions and conversations hold is erased by `erasure.erase_action_text`, action by action. Raises
    AccessDeniedError for anybody but a human admin, InvalidActionError without a reason, NotFoundError.
    """
    if not person.is_human or Role.ADMIN not in person.roles:
        raise AccessDeniedError(f"{person.name} may not erase a customer; it takes the role admin")
    row = _row(tx, customer)
    mine = _orders_of(tx, customer)
    blank = dict.fromkeys(("phone", *_SHIP_TO), "")
    tx.execute(
        customers.update()
        .where(customers.c.id == customer)
        .values(name=ERASED, email=None, version=row["version"] + 1, **blank)
    )
    nowhere = {f"ship_{part}": "" for part in _SHIP_TO}
    tx.execute(orders.update().where(orders.c.customer == customer).values(**nowhere))
    ours = payment_methods.c.customer == customer
    tx.execute(payment_methods.update().where(ours).values(brand="", last_four=""))
    cards = payments.c.order_id.in_(mine) & payments.c.method.like("%card ending%")
    tx.execute(payments.update().where(cards).values(method="card"))
    tx.execute(order_notes.update().where(order_notes.c.order_id.in_(mine)).values(text=ERASED))
    tx.execute(returns.update().where(returns.c.order_id.in_(mine)).values(reason=ERASED, inspection=""))
    written = tickets.c.customer == customer
    numbers = list(tx.execute(select(tickets.c.id).where(written)).scalars())
    tx.execute(ticket_replies.update().where(ticket_replies.c.ticket.in_(numbers)).values(text=ERASED))
    tx.execute(tickets.update().where(written).values(subject=ERASED, body=ERASED))
    credited = store_credits.c.customer == customer
    tx.execute(store_credits.update().where(credited).values(reason=ERASED))
    _record(tx, tenant, "customer.erased", row, person, reason, now)


def _row(snapshot: Snapshot, customer: str) -> dict[str, Any]:
    found = _rows(snapshot, customers, customers.c.id == customer)
    if not found:
        raise NotFoundError(f"there is no customer {customer!r}")
    return found[0]


def _rows(snapshot: Snapshot, table: Any, condition: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in snapshot.execute(select(table).where(condition)).mappings()]


def _orders_of(snapshot: Snapshot, customer: str) -> list[str]:
    return list(snapshot.execute(select(orders.c.id).where(orders.c.customer == customer)).scalars())


def _record(
    tx: Transaction,
    tenant: str,
    event: str,
    row: Mapping[str, Any],
    person: Principal,
    reason: str,
    now: datetime,
) -> None:
    actor = chain.Actor(person.kind.value, person.id)
    body = {"customer": str(row["id"]), "reason": _checked(reason, row)}
    chain.append(tx, tenant, now, actor, event, body=body)


_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_REACHABLE: Final = re.compile(r"\S+@\S+|(?:\d[ ()+-]?){7,}")
_SHORTEST: Final = 3


def _checked(reason: str, row: Mapping[str, Any]) -> str:
    """The reason as the audit keeps it for good: in words, and without anything that tells who somebody is.

    Raises InvalidActionError for anything else.
    """
    said = " ".join(reason.split())[:200]
    if not any(len(set(word.casefold())) > 1 for word in _WORD.findall(said)):
        raise InvalidActionError(
            "personal data is read and erased for a reason; say which in words, as in 'parcel came back'"
        )
    own = {*str(row["name"]).split(), row["email"], row["phone"], row["street"], row["postcode"]}
    plain = f" {said.casefold()} "
    told = [one for one in own if one and len(one) >= _SHORTEST and str(one).casefold() in plain]
    if told or _REACHABLE.search(said):
        raise InvalidActionError(
            "the reason stays in the audit for good: leave out names, e-mail and numbers, and say only why"
        )
    return said
