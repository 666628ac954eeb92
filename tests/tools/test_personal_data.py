"""One person's data: in full only for a role and a reason, exported whole, erased, and never by chance."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from shop.errors import AccessDeniedError, InvalidActionError
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from tests.service_store import add_service
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET, INJECTION
from tools.knowledge.guide_library import Library
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


class Recorder:
    """An embedder that notes the texts it is given, and gives each the same vector."""

    id = "recorder"

    def __init__(self) -> None:
        self.given: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text."""
        self.given += texts
        return np.full((len(texts), 4), 0.5, dtype=np.float32)


def test_no_vector_is_made_or_kept_of_a_customer(
    store: Database, open_shop: Callable[[Database], Shop], tmp_path: Path
) -> None:
    """Whatever is read of a customer, only guides and questions become vectors, and no question is kept."""
    add_service(store)
    shop, recorder, index = open_shop(store), Recorder(), tmp_path / "guides.index"
    assert isinstance(shop.guides, Path)
    library = Library(shop.guides, index, recorder)
    looked_up: dict[str, dict[str, object]] = {
        "find_customer": {"customer": CANARY_EMAIL, "include_messages": True},
        "get_order": {"order": "2001", "include_messages": True},
        "suggest_reply": {"ticket": "T-501", "include_messages": True},
        "search_guides": {"question": "How many days for sending goods back?"},
    }
    for tool, arguments in looked_up.items():
        assert call(replace(shop, guides=library), tool, arguments).error is None
    assert recorder.given
    assert not [one for one in CANARIES for given in recorder.given if one in given]
    personal_words = {"question": f"may {CANARY_EMAIL} of {CANARY_STREET} send goods back?"}
    assert call(replace(shop, guides=library), "search_guides", personal_words).error is None
    kept = b"".join(one.read_bytes() for one in index.rglob("*") if one.is_file())
    assert kept
    assert not [one for one in CANARIES if one.encode() in kept]
