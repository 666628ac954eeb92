"""Customer service and pricing from request to receipt, in the chat and on the page, without any model."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.bootstrap import House
from app.web.work import Work
from shop.people import Role
from tests.app.web.conftest import SignIn
from tests.service_store import add_goods_that_are_back, add_service
from tools.desk import State

Door = Callable[[str], None]

HOME = "1 Mill Lane, York, YO1 1AA, GB"
FLOWS: tuple[tuple[str, str, State], ...] = (
    ("refund 1 MUG-01 of order 2001", "refund_order", State.EXECUTED),
    ("refund 2 GBP for the TEA-100 on order 2001", "refund_order", State.EXECUTED),
    ("refund the shipping of order 2001", "refund_order", State.EXECUTED),
    ("refund 5 GBP of order 2001 to a gift card", "refund_order", State.PENDING),
    ("open a return for 1 MUG-01 of order 2001, too small", "request_return", State.EXECUTED),
    ("receive RMA-303", "receive_return", State.EXECUTED),
    ("inspect return RMA-303: restock it", "inspect_return", State.EXECUTED),
    ("open a return for 1 TEA-100 of order 2001, wrong one", "request_return", State.EXECUTED),
    ("receive RMA-304", "receive_return", State.EXECUTED),
    ("write off return RMA-304, torn", "inspect_return", State.EXECUTED),
    ("exchange 1 MUG-01 of order 2001 for MUG-02", "request_exchange", State.EXECUTED),
    ("inspect return RMA-302: restock it", "inspect_return", State.EXECUTED),
    ("complete exchange EX-1", "complete_exchange", State.EXECUTED),
    (
        "change the address of order 2002 to 1 Mill Lane, York, YO1 1AA, GB",
        "change_order_address",
        State.EXECUTED,
    ),
    ("let a gift card pay for order 2002", "change_order_payment", State.EXECUTED),
    ("change MUG-01 on order 2002 to MUG-02", "change_order_items", State.EXECUTED),
    ("cancel order 2002", "cancel_order", State.EXECUTED),
    ("send the TEA-100 of order 2001 again, it arrived damaged", "reship_order", State.PENDING),
    ("refund order 2001 in full", "refund_order", State.PENDING),
    ("give customer C-10001 5 GBP credit for the delay", "give_credit", State.EXECUTED),
    ("add a note to order 2001: customer called", "add_order_note", State.EXECUTED),
    ("draft a reply to ticket T-501: We have sent it again.", "draft_reply", State.EXECUTED),
    ("change the price of MUG-02 to 13.20", "change_price", State.EXECUTED),
    ("raise the prices of Kitchen by 2 %", "change_prices", State.PENDING),
)
"""What is said, and what must have come of it."""

LOOKS = (
    ("list overstock", "cover"),
    ("suggest a price for MUG-01", "MUG-01"),
    ("plan a markdown for MUG-01", "MUG-01"),
)


@pytest.fixture(params=["chat", "page"])
def door(request: pytest.FixtureRequest, house: House, sign_in: SignIn) -> Any:
    """Says something at the chat's or at the page's door, and waits for the end of the turn."""
    add_service(house.db)
    add_goods_that_are_back(house.db)
    with house.db.writing() as tx:
        tx.execute(text("DELETE FROM payments WHERE kind = 'refund'"))
        tx.execute(text("UPDATE orders SET shipping_minor = 399, total_minor = 3798 WHERE id = '2001'"))
        tx.execute(text("UPDATE payments SET amount_minor = 3798 WHERE order_id = '2001'"))
        tx.execute(text("UPDATE returns SET status = 'received' WHERE id = 'RMA-302'"))
    if request.param == "chat":
        person = house.people.principal_for(operator_token(house))
        talk = house.conversations.start(person)
        yield lambda said: house.conversations.turn(talk, said, lambda _: None, principal=person)
        return
    browser = sign_in("operator")
    path = browser.post("/ask", text="hello").path

    def say(said: str) -> None:
        browser.client.get(f"{path}/events")
        browser.post(path, text=said)
        browser.client.get(f"{path}/events")

    yield say
    work: Work = browser.client.app.state.work  # type: ignore[attr-defined]  # the application of the test
    work.close()


def test_each_flow_goes_from_request_to_receipt(door: Door, house: House, sign_in: SignIn) -> None:
    """Each request becomes its action, done or waiting; what waits is done on a support lead's yes."""
    house.admit("lea", "Lea", frozenset({Role.SUPPORT_LEAD, Role.PRICING_MANAGER}))
    lead = sign_in("lea")
    came: list[tuple[str, str, str]] = []
    known: set[str] = set()
    for said, _, _ in FLOWS:
        door(said)
        new = [one for one in house.desk.actions() if one.id not in known]
        known |= {one.id for one in new}
        came.append((said, " ".join(one.kind for one in new), " ".join(one.state.value for one in new)))
        for waiting in house.desk.approvals():
            answer = lead.post(f"/approvals/{waiting.id}/approve", digest=waiting.action.digest)
            assert answer.status == 200, answer.text[-1500:]
    assert came == [(said, kind, state.value) for said, kind, state in FLOWS]
    assert {one.state for one in house.desk.actions()} == {State.EXECUTED}


def test_looks_before_a_price_is_changed(door: Door, house: House) -> None:
    """Overstock, a suggested price and a markdown plan are answered with what they are about."""
    for said, about in LOOKS:
        door(said)
        (talk, *_) = house.conversations.newest(house.people.principal_for(operator_token(house)))
        answers = [one for one in house.conversations.history(talk.id) if one.kind == "answer"]
        assert about in str(answers[-1].body), said
    assert house.desk.actions() == []


def operator_token(house: House) -> str:
    """The operator's own credential."""
    return house.credentials.tokens()["operator"]
