"""Requests in the words of people who say it otherwise: terse, chatty, in a second language."""

import pytest

from agent.offline.dialogue import Call, Dialogue, Step
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.understand import remember, understand


def last_steps(records: Records, *messages: str) -> list[Step]:
    """The steps of the last of several messages."""
    dialogue, steps = Dialogue(), []
    for message in messages:
        steps = understand(message, dialogue, records)
        remember(dialogue, steps)
    return steps


@pytest.mark.parametrize(
    ("message", "tool"),
    [
        ("please to order 24 TRW-KID from northwind", "place_purchase_order"),
        ("I need that you order 24 TRW-KID from northwind", "place_purchase_order"),
        ("please you send 4 TRW-KID from Leeds to Bristol", "transfer_stock"),
        ("4 TRW-KID Leeds > Bristol", "transfer_stock"),
        ("minus 1 TRW-KID Leeds, dropped", "adjust_stock"),
        ("log on 1042 that the customer rang", "add_order_note"),
        ("the price of TRW-KID please make £12.50", "change_price"),
        ("TRW-KID goes to £12.50", "change_price"),
        ("Leeds: +3 TRW-KID, found behind the counter", "adjust_stock"),
        ("1042 gets £5 back, postage was too high", "refund_order"),
    ],
)
def test_a_command_in_other_words_is_a_command(records: Records, message: str, tool: str) -> None:
    """A clear command becomes its write in terse and in foreign wording too."""
    (step,) = last_steps(records, message)
    assert isinstance(step, Call)
    assert step.tool == tool


@pytest.mark.parametrize(
    "message",
    [
        "we must order 40 TRW-KID from northwind or not yet?",
        "we want order 40 TRW-KID from northwind?",
        "you send 4 TRW-KID from Leeds to Bristol?",
        "can we get 20 TRW-KID from northwind?",
        "could we please have 20 TRW-KID from northwind, or is that too many?",
        "another 20 TRW-KID from northwind, please?",
        "would £12.50 be mad for TRW-KID?",
        "TRW-KID goes to £12.50?",
        "stock of TRW-KID in Bristol",
        "Leeds: 24 TRW-KID",
        "Leeds: 24 TRW-KID found?",
        "1042 gets £5 back?",
        "pull up 1042",
        "leave 1042 alone for now",
        "hands off 1042",
    ],
)
def test_a_question_in_other_words_writes_nothing(records: Records, message: str) -> None:
    """Foreign and terse wording never turns a question into a write."""
    steps = last_steps(records, message)
    assert not [step for step in steps if isinstance(step, Call) and step.tool in WRITES]


def test_it_is_the_last_order(records: Records) -> None:
    """A follow-up without a record is about the order that was just looked up."""
    (step,) = last_steps(records, "show me order 1042", "has it left yet?")
    assert isinstance(step, Call)
    assert (step.tool, step.args["order"]) == ("track_shipment", "1042")


def test_go_for_a_number_orders_after_advice(records: Records) -> None:
    """Saying "let's go for 30" after a recommendation orders thirty pieces."""
    (step,) = last_steps(records, "how many TRW-KID should we order", "hmm let's go for 30")
    assert step == Call("place_purchase_order", {"sku": "TRW-KID", "quantity": 30})


def test_a_number_asked_about_after_advice_orders_nothing(records: Records) -> None:
    """Saying "30?" after a recommendation is a question."""
    steps = last_steps(records, "how many TRW-KID should we order", "go for 30?")
    assert not [step for step in steps if isinstance(step, Call) and step.tool in WRITES]


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("two dozen", 24),
        ("twenty-five", 25),
        ("seventeen", 17),
        ("a hundred and twenty", 120),
        ("half a dozen", 6),
        ("one thousand two hundred", 1200),
    ],
)
def test_a_number_in_words_is_heard_whole(records: Records, words: str, pieces: int) -> None:
    """What is ordered is the whole number, not its first word."""
    (step,) = last_steps(records, f"order {words} TRW-KID from northwind")
    assert isinstance(step, Call)
    assert step.args["quantity"] == pieces
