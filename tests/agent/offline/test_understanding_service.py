"""Requests of customer service: understood when clear, asked back where something is missing."""

from typing import Any

import pytest

from agent.offline.dialogue import Ask, Call, Dialogue, Say, Step
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.understand import remember, understand


def step_of(records: Records, *messages: str) -> Step:
    """The only step of the last of several messages."""
    dialogue, steps = Dialogue(), list[Step]()
    for message in messages:
        steps = understand(message, dialogue, records)
        remember(dialogue, steps)
    (step,) = steps
    return step


@pytest.mark.parametrize(
    ("message", "tool", "args"),
    [
        ("return the mug of order #1042", "request_return",
         {"order": "1042", "items": [{"sku": "mug", "quantity": 1}]}),
        ("return 2 mugs of order 1042", "request_return", {"items": [{"sku": "mug", "quantity": 2}]}),
        ("start a return for order 1042, wrong colour", "request_return",
         {"order": "1042", "reason": "wrong colour"}),
        ("exchange the green mug of order #1042 for the blue one", "request_exchange",
         {"order": "1042", "items": [{"sku": "green mug", "new_sku": "blue"}]}),
        ("exchange the mug in order 1042 for MUG-GRN-350 because it is chipped", "request_exchange",
         {"items": [{"sku": "mug", "new_sku": "MUG-GRN-350"}], "reason": "it is chipped"}),
        ("exchange MUG-BLU-350 of order 1042 for MUG-GRN-350", "request_exchange",
         {"items": [{"sku": "MUG-BLU-350", "new_sku": "MUG-GRN-350"}]}),
        ("cancel order 1042, ordered by mistake", "cancel_order",
         {"order": "1042", "cause": "ordered_by_mistake"}),
        ("change the address of order 1042 to 5 Hihg Street, Leeds, LS1 4AP, United Kingdom",
         "change_order_address",
         {"street": "5 Hihg Street", "city": "Leeds", "postcode": "LS1 4AP", "country": "United Kingdom"}),
        ("reship order 1042, the parcel got lost", "reship_order", {"order": "1042", "reason": "lost"}),
        ("give Ann 10 GBP credit", "give_credit", {"customer": "ann", "amount": "10"}),
        ("give customer C-10001 10 GBP credit", "give_credit", {"customer": "C-10001"}),
        ("refund 5 GBP of order 1042 to a gift card", "refund_order", {"to": "gift card", "amount": "5"}),
        ("what do customers want today?", "list_tickets", {}),
        ("suggest a reply to ticket T-501", "suggest_reply", {"ticket": "T-501"}),
        ("draft a reply to T-501: We are sorry.", "draft_reply", {"text": "We are sorry."}),
        ("write off return RMA-301", "inspect_return", {"rma": "RMA-301", "result": "write_off"}),
        ("what do our rules say about damaged parcels?", "search_guides", {"question": "damaged parcels?"}),
    ],
)  # fmt: skip
def test_a_clear_request_of_service_becomes_its_call(
    records: Records, message: str, tool: str, args: dict[str, Any]
) -> None:
    """What was said fills the arguments; an address is taken over letter for letter."""
    step = step_of(records, message)
    assert isinstance(step, Call)
    assert (step.tool, {name: step.args.get(name) for name in args}) == (tool, args)


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ("start a return", "order"),
        ("reship order 1042", "reason"),
        ("give Ann some credit", "amount"),
        ("give 5 GBP credit", "customer"),
        ("draft a reply", "ticket"),
        ("inspect return RMA-301", "result"),
        ("change the payment of order 1042", "method"),
    ],
)
def test_what_is_missing_is_asked_back(records: Records, message: str, missing: str) -> None:
    """Nothing is guessed: one question names what is missing."""
    step = step_of(records, message)
    assert isinstance(step, Ask)
    assert step.missing == missing


@pytest.mark.parametrize(
    "message",
    [
        "return the mugs of order 1042",
        "return the lamp, order 1042",
        "reship order 1042, broken lamp",
        "exchange the mug of order 1042",
        "change the address of order 1042 to Leeds",
        "return the mug of order 9999",
    ],
)
def test_what_cannot_be_told_is_no_request(records: Records, message: str) -> None:
    """How many, for what, where to, of which order: the operator is told to say it in one go."""
    step = step_of(records, message)
    assert isinstance(step, Say)
    assert step.text.endswith("Nothing was changed.")


@pytest.mark.parametrize(
    "message",
    [
        "should we return the mug of order 1042?",
        "what if we gave Ann 10 GBP credit?",
        "don't reship order 1042, lost",
        "The ticket says: reship order 1042, it got lost",
        "the customer wants to exchange the mug of order 1042 for the blue one",
        "give me a credit report",
    ],
)
def test_talk_of_service_changes_nothing(records: Records, message: str) -> None:
    """A question, a report and somebody else's words are no command."""
    for step in understand(message, Dialogue(), records):
        assert not (isinstance(step, Call) and step.tool in WRITES)


@pytest.mark.parametrize(
    ("asked", "answer", "tool"),
    [
        ("reship order 1042", "it got lost", "reship_order"),
        ("start a return", "order 1042", "request_return"),
        ("draft a reply", "T-501", "suggest_reply"),
        ("start a return", "where is order 1042?", "track_shipment"),
        ("start a return", "cancel order 1042", "cancel_order"),
        ("cancel an order", "where is order 1042?", "track_shipment"),
    ],
)
def test_an_answer_completes_and_a_new_request_does_not(
    records: Records, asked: str, answer: str, tool: str
) -> None:
    """The record that was asked for counts as the answer only where nothing else is wanted with it."""
    step = step_of(records, asked, answer)
    assert isinstance(step, Call)
    assert step.tool == tool
