"""Everything the store holds of one person: read in full for a reason, exported, and erased; each is audited.

The audit names the customer's id and the reason, never what was read. Money, pieces and dates stay:
the books must add up without the person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from shop.errors import AccessDeniedError, InvalidActionError, NotFoundError
from shop.people import Principal, Role
from shop.store.database import Snapshot, Transaction
from shop.store.schema import customers, order_notes, orders, payments, returns, tickets
from shop.store.service_schema import payment_methods, store_credits, ticket_replies
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
    _record(tx, tenant, "customer.read", customer, person, reason, now)
    return row


def export(
    tx: Transaction, tenant: str, customer: str, person: Principal, reason: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """All rows about a customer by table, for the customer; raises as read_in_full does."""
    record = read_in_full(tx, tenant, customer, person, reason, now)
    mine = _orders_of(tx, customer)
    return {
        "customers": [record],
        "payment_methods": _rows(tx, payment_methods, payment_methods.c.customer == customer),
        "orders": _rows(tx, orders, orders.c.customer == customer),
        "payments": _rows(tx, payments, payments.c.order_id.in_(mine)),
        "returns": _rows(tx, returns, returns.c.order_id.in_(mine)),
        "order_notes": _rows(tx, order_notes, order_notes.c.order_id.in_(mine)),
        "tickets": _rows(tx, tickets, tickets.c.customer == customer),
        "store_credits": _rows(tx, store_credits, store_credits.c.customer == customer),
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
    _record(tx, tenant, "customer.erased", customer, person, reason, now)


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
    tx: Transaction, tenant: str, event: str, customer: str, person: Principal, reason: str, now: datetime
) -> None:
    if not reason.strip():
        raise InvalidActionError("personal data is read and erased for a reason; say which")
    actor = chain.Actor(person.kind.value, person.id)
    chain.append(tx, tenant, now, actor, event, body={"customer": customer, "reason": reason.strip()[:200]})
