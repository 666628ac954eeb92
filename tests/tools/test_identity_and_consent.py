"""Who the customer is, and their yes: bound to the conversation and to exactly one action."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from sqlalchemy import text

from shop.actions import parse_action
from shop.errors import AccessDeniedError, ConflictError, NotFoundError
from shop.people import Kind, Principal, Role
from tests.service_asking import HOME, TALK, agree, asked, rows
from tests.small_store import CANARY_EMAIL, CANARY_POSTCODE
from tools.desk import Session, State
from tools.tool import Shop

CANCEL = {"order": "2002", "reason": "asked", "cause": "no_longer_needed"}


def dearer(shop: Shop) -> None:
    """The green mug costs a pound more from now on."""
    with shop.db.writing() as tx:
        tx.execute(text("UPDATE products SET price_minor = price_minor + 100 WHERE sku = 'MUG-02'"))


SWAP = {"order": "2001", "lines": [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}], "reason": "colour"}


def test_a_yes_to_an_exchange_is_to_its_price_difference(desk_shop: Shop) -> None:
    """Without the amount, or after the price has changed, the customer's yes lets nothing through."""
    desk_shop.desk.identity.open(TALK)
    desk_shop.desk.identity.verify(TALK, email=CANARY_EMAIL)
    agreed = {**SWAP, "difference": {"minor": 50, "cur": "GBP"}}
    for args in (SWAP, agreed):
        agree(desk_shop, "request_exchange", args)
    unseen = asked(desk_shop, "request_exchange", SWAP)
    assert (unseen.state, "the customer has not seen it" in unseen.reason) == (State.DENIED, True)
    dearer(desk_shop)
    stale = asked(desk_shop, "request_exchange", agreed)
    assert (stale.state, "1.50 GBP now, not 0.50 GBP" in stale.reason) == (State.DENIED, True)


def test_an_exchange_that_waits_is_stale_at_another_price(desk_shop: Shop) -> None:
    """What a person approves is the difference that they saw; at another one nothing is sent or charged."""
    lines = [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}]
    action = parse_action("change_order_items", {"order": "2002", "lines": lines,
                                                 "difference": {"minor": 50, "cur": "GBP"}})  # fmt: skip
    filed = desk_shop.desk.submit(action, Session(desk_shop.session.principal), execute=False)
    dearer(desk_shop)
    done_now = desk_shop.desk.execute(filed.action_id)
    assert done_now.state is not State.EXECUTED
    assert rows(desk_shop, "SELECT sku FROM order_lines WHERE order_id = '2002'") == [("MUG-01",)]


def test_a_customer_must_be_known_and_agree(desk_shop: Shop) -> None:
    """Without identity, then without consent, an action is denied; with both it is done, once."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    first = asked(desk_shop, "cancel_order", CANCEL)
    assert (first.state, "Identify the customer first" in first.reason) == (State.DENIED, True)
    assert desk.identity.verify(TALK, email=CANARY_EMAIL.upper()) == "C-10001"
    second = asked(desk_shop, "cancel_order", CANCEL)
    assert (second.state, "ask for a yes first" in second.reason) == (State.DENIED, True)
    agree(desk_shop, "cancel_order", {**CANCEL, "cause": "ordered_by_mistake"})
    assert asked(desk_shop, "cancel_order", CANCEL).state is State.DENIED
    agree(desk_shop, "cancel_order", CANCEL)
    assert asked(desk_shop, "cancel_order", CANCEL).state is State.EXECUTED


def test_a_yes_counts_once(desk_shop: Shop) -> None:
    """The same action again needs a yes of its own."""
    desk_shop.desk.identity.open(TALK)
    desk_shop.desk.identity.verify(TALK, name="johanna CANARY", postcode=CANARY_POSTCODE.lower())
    args = {"customer": "C-10001", **HOME}
    agree(desk_shop, "change_customer_address", args)
    assert asked(desk_shop, "change_customer_address", args).state is State.EXECUTED
    assert asked(desk_shop, "change_customer_address", args).state is State.DENIED


def test_a_second_click_on_a_yes_does_nothing_again(desk_shop: Shop) -> None:
    """What was carried out on a yes is not put to the customer any more, though it could be done twice."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    desk.identity.verify(TALK, email=CANARY_EMAIL)
    refund = {"order": "2001", "amount": {"minor": 100, "cur": "GBP"}, "reason": "scratched"}
    first = asked(desk_shop, "refund_order", refund)
    operator = Principal("olivia", "Olivia", Kind.HUMAN, frozenset({Role.OPERATOR}))
    action, session = desk.identity.agree(first.action_id, operator)
    assert desk.submit(action, session).state is State.EXECUTED
    with pytest.raises(ConflictError, match="does not wait"):
        desk.identity.agree(first.action_id, operator)


def test_a_yes_recorded_twice_is_one_yes(desk_shop: Shop) -> None:
    """A yes that two clicks record before anything was done on it lets the action through once."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    desk.identity.verify(TALK, email=CANARY_EMAIL)
    refund = {"order": "2001", "amount": {"minor": 100, "cur": "GBP"}, "reason": "scratched"}
    for _ in range(2):
        agree(desk_shop, "refund_order", refund)
    states = [asked(desk_shop, "refund_order", refund).state for _ in range(2)]
    assert states == [State.EXECUTED, State.DENIED]


def test_two_clicks_at_the_same_moment_are_one_yes(desk_shop: Shop) -> None:
    """Whoever looks while another click is served sees it whole, or is a part of it: one effect each time."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    desk.identity.verify(TALK, email=CANARY_EMAIL)
    operator = Principal("olivia", "Olivia", Kind.HUMAN, frozenset({Role.OPERATOR}))

    def click(action_id: str, together: Barrier) -> None:
        together.wait()
        with suppress(ConflictError):
            desk.submit(*desk.identity.agree(action_id, operator))

    for pence in (100, 101):
        refund = {"order": "2001", "amount": {"minor": pence, "cur": "GBP"}, "reason": "scratched"}
        first = asked(desk_shop, "refund_order", refund)
        together = Barrier(2)
        with ThreadPoolExecutor(2) as clicks:
            for done in [clicks.submit(click, first.action_id, together) for _ in range(2)]:
                done.result()
        assert sum(one.state is State.EXECUTED for one in desk.actions()) == pence - 99


def test_who_hears_a_yes_is_of_this_store(desk_shop: Shop) -> None:
    """A person of another tenant records no customer's yes here."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    desk.identity.verify(TALK, email=CANARY_EMAIL)
    first = asked(desk_shop, "cancel_order", CANCEL)
    stranger = Principal("zoe", "Zoe", Kind.HUMAN, frozenset({Role.OPERATOR}), tenant="other")
    with pytest.raises(AccessDeniedError, match="another store"):
        desk.identity.agree(first.action_id, stranger)


def test_one_customer_per_conversation(desk_shop: Shop) -> None:
    """A second customer is refused, and so is an action about another customer's order."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    desk.identity.verify(TALK, email=CANARY_EMAIL)
    with pytest.raises(AccessDeniedError, match="another customer"):
        desk.identity.verify(TALK, email="john.smith@example.com")
    other = {"order": "1043", "reason": "asked", "cause": "no_longer_needed"}
    agree(desk_shop, "cancel_order", other)
    found = asked(desk_shop, "cancel_order", other)
    assert (found.state, "with another customer" in found.reason) == (State.DENIED, True)


def test_guessing_who_one_is_ends(desk_shop: Shop) -> None:
    """After five attempts that match nobody, a person has to take over."""
    desk = desk_shop.desk
    desk.identity.open(TALK)
    for _ in range(5):
        with pytest.raises(NotFoundError):
            desk.identity.verify(TALK, name="Johanna Canary", postcode="XX1 1XX")
    with pytest.raises(AccessDeniedError, match="a person must take over"):
        desk.identity.verify(TALK, email=CANARY_EMAIL)


def test_only_a_customers_kinds_are_open_to_customers(desk_shop: Shop) -> None:
    """In a conversation with a customer nothing but service for customers can be asked for."""
    desk_shop.desk.identity.open(TALK)
    desk_shop.desk.identity.verify(TALK, email=CANARY_EMAIL)
    note = {"order": "2002", "note": "give me everything"}
    assert asked(desk_shop, "add_order_note", note).state is State.DENIED


def test_consent_needs_a_customer(desk_shop: Shop) -> None:
    """Nobody agrees to anything in an operator's conversation, or before it is known who they are."""
    with pytest.raises(ConflictError, match="no conversation with a customer"):
        agree(desk_shop, "cancel_order", CANCEL)
    desk_shop.desk.identity.open(TALK)
    with pytest.raises(AccessDeniedError, match="identify the customer"):
        agree(desk_shop, "cancel_order", CANCEL)
