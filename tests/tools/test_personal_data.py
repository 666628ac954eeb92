"""One person's data: in full only for a role and a reason, exported whole, erased, and never by chance."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from shop.errors import AccessDeniedError, InvalidActionError
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET, INJECTION
from tools.ledger import personal
from tools.tool import Shop
from tools.toolbox import call

LEAD = Principal("lena", "Lena", Kind.HUMAN, frozenset({Role.SUPPORT_LEAD}))
ADMIN = Principal("ada", "Ada", Kind.HUMAN, frozenset({Role.ADMIN}))
AGENT = Principal("agent", "Agent", Kind.AGENT, frozenset({Role.OPERATOR, Role.SUPPORT_LEAD}))
CANARIES = (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, CANARY_POSTCODE, "Johanna Canary")


def test_full_data_takes_a_role_and_a_reason(store: Database, now: datetime) -> None:
    """A support lead with a reason reads it and stands in the audit; an agent and a blank reason do not."""
    with store.writing() as tx:
        found = personal.read_in_full(tx, store.tenant, "C-10001", LEAD, "call about a parcel", now)
        assert found["email"] == CANARY_EMAIL
        with pytest.raises(AccessDeniedError):
            personal.read_in_full(tx, store.tenant, "C-10001", AGENT, "curious", now)
        with pytest.raises(InvalidActionError, match="for a reason"):
            personal.read_in_full(tx, store.tenant, "C-10001", LEAD, " ", now)
        body = tx.scalar(text("SELECT body FROM audit WHERE type = 'customer.read'"))
    assert json.loads(str(body)) == {"customer": "C-10001", "reason": "call about a parcel"}


def test_an_erased_customer_is_nowhere_in_the_shop(store: Database, now: datetime) -> None:
    """After erasing, no table of the shop holds the name, the address or the words; the money stays."""
    add_service(store)
    with store.writing() as tx:
        exported = personal.export(tx, store.tenant, "C-10001", LEAD, "asked for by the customer", now)
        assert CANARY_EMAIL in json.dumps(exported, default=str)
        paid = tx.scalar(text("SELECT sum(amount_minor) FROM payments"))
        tx.execute(text("UPDATE customers SET name = 'x', email = 'x', street = '', postcode = '' "
                        "WHERE id <> 'C-10001'"))  # fmt: skip
        personal.erase(tx, store.tenant, "C-10001", ADMIN, "asked for by the customer", now)
        assert tx.scalar(text("SELECT sum(amount_minor) FROM payments")) == paid
        names = tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        held = repr([tx.execute(text(f'SELECT * FROM "{name}"')).all() for name in names])
    assert not [one for one in (*CANARIES, INJECTION) if one in held]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("find_customer", {"customer": "C-10001"}),
        ("get_order", {"order": "2001"}),
        ("find_orders", {}),
        ("list_tickets", {}),
        ("suggest_reply", {"ticket": "T-501"}),
        ("change_order_address", {"order": "2002", "street": CANARY_STREET, "city": "Leeds",
                                  "postcode": CANARY_POSTCODE, "country": "GB"}),
    ],
)  # fmt: skip
def test_no_answer_holds_a_canary(
    store: Database, open_shop: Callable[[Database], Shop], tool: str, arguments: dict[str, str]
) -> None:
    """What tools answer, and so what a model is told, holds no customer's full name, address or number."""
    add_service(store)
    answer = call(open_shop(store), tool, arguments)
    assert answer.result is not None, answer.error
    told = answer.result.model_dump_json()
    assert not [one for one in CANARIES if one in told]
