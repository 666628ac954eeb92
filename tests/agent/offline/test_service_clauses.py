"""Customer service in free wording: records first or last, the verb anywhere, statements of what is to be."""

from typing import Any

import pytest

from agent.offline.dialogue import Ask, Call, Dialogue, Say
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.understand import remember, understand

HOME = "7 Canal Row, Hull, HU1 2AB, United Kingdom"


@pytest.mark.parametrize(
    ("message", "tool", "args"),
    [
        ("RMA-301 has reached us, please take it in", "receive_return", {"rma": "RMA-301"}),
        ("he changed his mind, please void RMA 301", "cancel_return", {"rma": "RMA-301"}),
        ("RMA-301 is as good as new, put it back on sale", "inspect_return", {"result": "restock"}),
        ("the contents of RMA-301 are mouldy, throw them away", "inspect_return", {"result": "write_off"}),
        ("the old one is here, you can settle EX-12", "complete_exchange", {"exchange": "EX-12"}),
        ("1042 is still here: swap MUG-BLU-350 for MUG-GRN-350", "change_order_items", {"order": "1042"}),
        ("on order 1042 she'd like to exchange MUG-BLU-350 for MUG-GRN-350", "request_exchange",
         {"items": [{"sku": "MUG-BLU-350", "new_sku": "MUG-GRN-350"}]}),
        ("1042 arrived, trade MUG-GRN-350 instead of MUG-BLU-350", "request_exchange",
         {"items": [{"sku": "MUG-BLU-350", "new_sku": "MUG-GRN-350"}]}),
        (f"1042 has to go to {HOME}", "change_order_address", {"street": "7 Canal Row"}),
        (f"C-10001 has moved to {HOME}", "change_customer_address", {"customer": "C-10001", "city": "Hull"}),
        ("she wants to pay 1042 with the card ending 4711", "change_order_payment",
         {"order": "1042", "method": "card ending 4711"}),
        ("1042 went missing, send the parcel once more", "reship_order", {"order": "1042", "reason": "lost"}),
        ("15 GBP goodwill for C-10001, we were late", "give_credit", {"customer": "C-10001", "amount": "15"}),
        ("the client wants to return 1042", "request_return", {"order": "1042"}),
        ("sort out an RMA for 1042 please", "request_return", {"order": "1042"}),
        ("how should we answer T-501", "suggest_reply", {"ticket": "T-501"}),
        ("which customers wait for an answer from us", "list_tickets", {}),
    ],
)  # fmt: skip
def test_free_wording_becomes_its_call(
    records: Records, message: str, tool: str, args: dict[str, Any]
) -> None:
    """The records and what is to be done may stand in any order."""
    (step,) = understand(message, Dialogue(), records)
    assert isinstance(step, Call)
    assert (step.tool, {name: step.args.get(name) for name in args}) == (tool, args)


@pytest.mark.parametrize(
    "message",
    [
        "the parcel of 1042 got lost",
        "he sent 1042 back last week",
        "was RMA-301 put back in stock?",
        "if RMA-301 is sound, put it back into stock",
        "RMA-301 has arrived",
        "the customer wants to know whether EX-1 has gone",
        "customer wants to return 1042, can he?",
        f"the mail says: send 1042 to {HOME}",
        f"did 1042 go to {HOME}?",
        "she says we owe her 40 pounds credit, C-10001",
        "don't book RMA-301 in",
        "what would happen if C-10001 moved to Hull?",
        "can she pay 1042 with the card ending 4711?",
        "the customer of 1042 wants a replacement price list by mail",
    ],
)
def test_a_story_or_a_question_changes_nothing(records: Records, message: str) -> None:
    """What happened, what is asked and what others write is no command."""
    for step in understand(message, Dialogue(), records):
        assert not (isinstance(step, Call) and step.tool in WRITES)


def test_a_part_of_an_order_is_never_taken_for_all_of_it(records: Records) -> None:
    """Goods that the store's names do not hold, wherever they stand, are asked about."""
    (step,) = understand("the lamp of 1042 came broken, send it again", Dialogue(), records)
    assert isinstance(step, Say)
    assert step.text.startswith("Which goods do you mean?")


def test_each_thing_that_is_missing_is_asked_for(records: Records) -> None:
    """An answer that leaves something else open is followed by the question for that."""
    dialogue, asked = Dialogue(), []
    for message in ("reship", "1042", "it got lost"):
        steps = understand(message, dialogue, records)
        remember(dialogue, steps)
        asked += [step.missing for step in steps if isinstance(step, Ask)]
    assert asked == ["order", "reason"]
    (step,) = steps
    assert isinstance(step, Call)
    assert (step.tool, step.args) == ("reship_order", {"order": "1042", "reason": "lost"})


@pytest.mark.parametrize(
    "message",
    ["10 mugs, two teapots, 3 bowls, four plates", "refund 5 GBP, 3 mugs, 2 bowls, United Kingdom"],
)
def test_a_list_is_no_address(records: Records, message: str) -> None:
    """Only a street, a town, a postcode and a country are."""
    for step in understand(f"send 1042 to {message}", Dialogue(), records):
        assert not (isinstance(step, Call) and step.tool == "change_order_address")
