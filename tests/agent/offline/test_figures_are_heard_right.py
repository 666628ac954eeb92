"""Figures and records of a change are those that the operator means; what is unclear is asked back."""

from typing import Any

import pytest

from agent.offline.corrections import heard
from agent.offline.dialogue import Call, Dialogue, Offer, Say, Step
from agent.offline.filling import WRITES
from agent.offline.mentions import Records, tag
from agent.offline.understand import remember, understand

MUG = "MUG-BLU-350"
MOVE = f"transfer 3 {MUG} from Leeds to Bristol"


def talk(records: Records, *messages: str) -> list[Step]:
    """The steps of the last of some messages of one conversation."""
    records.names.categories["candle"] = "Candles"
    dialogue = Dialogue()
    steps: list[Step] = []
    for message in messages:
        steps = understand(message, dialogue, records)
        remember(dialogue, steps)
    return steps


HEARD: list[tuple[str, dict[str, Any]]] = [
    # decimal commas and groups
    ("give C-10002 5,00 GBP credit", {"amount": "5.00"}),
    ("give C-10002 £1,25 credit", {"amount": "1.25"}),
    ("refund order 1042 5,50 GBP", {"amount": "5.50"}),
    ("refund 1.250,00 GBP on order 1042", {"amount": "1250.00"}),
    ("refund £1,250 on order 1042", {"amount": "1250"}),
    ("refund £12.50. on order 1042", {"amount": "12.50"}),
    (f"change the price of {MUG} to 12,50", {"price": "12.50"}),
    (f"set the price of {MUG} to €12,50", {"price": "12.50 EUR"}),
    (f"order 3,000 {MUG} from Northwind", {"quantity": 3000}),
    (f"raise the price of {MUG} by 7,5%", {"change_percent": "7.5"}),
    # corrections
    ("give C-10002 10 GBP credit, no make that 15", {"amount": "15"}),
    ("give C-10002 10 GBP credit. Sorry, 15 GBP.", {"amount": "15"}),
    (f"{MOVE}, no wait, 5", {"quantity": 5, "from_location": "leeds", "to_location": "bristol"}),
    (f"adjust {MUG} at Leeds by -3, no, -2", {"change": -2}),
    (f"set the price of {MUG} to 12 not 15", {"price": "12"}),
    (f"set the price of {MUG} to not 15 but 12", {"price": "12"}),
    (f"change the price of {MUG} from 10 to 12", {"price": "12"}),
    ("refund 2 GBP on order 1042, sorry 3 GBP", {"amount": "3"}),
    ("cancel order 1042, sorry 1043", {"order": "1043"}),
    ("cancel order 1042, not 1043", {"order": "1042"}),
    (f"move 3 {MUG}, no, MUG-GRN-350, from Leeds to Bristol", {"sku": "MUG-GRN-350", "quantity": 3}),
    (f"transfer 3 {MUG} from Bristol, not from Leeds, to Leeds", {"from_location": "bristol"}),
    (f"order 24 {MUG} from Northwind - no, from Kyoto", {"supplier": "kyoto", "quantity": 24}),
    (f"order 24 {MUG}, actually 36, from Northwind", {"quantity": 36}),
    ("raise prices of Candles by 5%, sorry, 6%", {"change_percent": "6"}),
    ("give C-10002, no, C-10003 £5 credit", {"customer": "C-10003", "amount": "5"}),
    ("refund £5 on order 1042, sorry about that, she was upset", {"amount": "5"}),
    ("cancel order 1042, no rush", {"order": "1042"}),
    # where the money goes, how much of it, and the postage
    ("refund 5 GBP of order 1042 to her card, not as store credit", {"to": None, "amount": "5"}),
    ("refund order 1042 in full, she insists on money and not a gift card", {"to": None}),
    ("refund order 1042 in full as store credit", {"to": "gift card"}),
    ("refund half of order 1042", {"percent": "50"}),
    ("refund order 1042 in full but not the shipping", {"include_shipping": None, "amount": None}),
    ("refund order 1042 in full minus delivery costs", {"include_shipping": None}),
    ("refund order 1042 in full including shipping", {"include_shipping": True}),
    # to and by, up and down, counted and signed
    (f"increase {MUG} at Leeds from 10 to 12", {"counted": 12, "change": None}),
    (f"lower {MUG} at Leeds to 12", {"counted": 12, "change": None}),
    (f"reduce {MUG} at Leeds by 3", {"change": -3, "counted": None}),
    (f"counted 47 {MUG} at Leeds instead of 50", {"counted": 47}),
    (f"change the price of {MUG} by -5%", {"change_percent": "-5"}),
    (f"put the price of {MUG} up to £12", {"price": "12"}),
    (f"transfer 5 dozen {MUG} from Leeds to Bristol", {"quantity": 60}),
    (f"transfer 2x {MUG} from Leeds to Bristol", {"quantity": 2}),
    (f"write off 2 broken {MUG} in Leeds because 10 were dropped", {"change": -2}),
    (f"order {MUG} x 5, MUG-GRN-350 x 10 from Northwind", {"quantity": 5}),
]

DOUBTFUL = (
    "give C-10002 5,0 GBP credit",
    "give C-10002 £1,2,3 credit",
    "give C-10002 £2k credit",
    "refund 1 250 GBP on order 1042",
    "refund 5.5.2 GBP on order 1042",
    f"change the price of {MUG} to 12,5",
    f"adjust {MUG} at Leeds by -3, no, 2",
    f"{MOVE}, no, the other way round",
    f"transfer all but 2 {MUG} from Leeds to Bristol",
    f"order twice 24 {MUG} from Northwind",
    f"set the price of {MUG} 10% lower, no, higher",
    f"reduce {MUG} to 90%",
    f"{MOVE.replace('Leeds', 'Leeds, I mean Bristol,')}",
    f"order 5 {MUG}, no, 10 MUG-GRN-350 from Northwind",
    f"order 24 {MUG}, not from Northwind",
    f"raise the price of {MUG} by 5%, no, lower it by 5%",
    "refund 5 GBP on order 1042, no, half",
    "refund £5 and £3 on order 1042",
    "refund £20 of the £50 on order 1042",
    "the order 1042 was £20, refund £5",
    "cancel order 1042, sorry 1049",
    "cancel order 1042, scratch that",
    "cancel order 1042. actually don't",
    "cancel order 1042 and 1043",
    "refund £5 on 1042 and 1043",
    "refund order 1042, half the box was crushed",
    "refund order 1042, half of the mugs are chipped",
    "refund order 1042, the whole box was crushed",
    f"adjust {MUG} at Leeds by 3",
    f"adjust {MUG} in Leeds and Bristol by -2",
    f"write off 2 or 3 {MUG} in Leeds, broken",
    f"write off 2 of the 10 {MUG} in Leeds, broken",
    f"write off a few {MUG} in Leeds",
    f"write off about 20 {MUG} in Leeds, broken",
    f"write off 5-10 broken {MUG} in Leeds",
    f"transfer up to 5 {MUG} from Leeds to Bristol",
    f"transfer 5 to 10 {MUG} from Leeds to Bristol",
    f"transfer one and a half dozen {MUG} from Leeds to Bristol",
    f"transfer -3 {MUG} from Leeds to Bristol",
    f"transfer 2 x 6 {MUG} from Leeds to Bristol",
    f"order {MUG} 5 and 10 MUG-GRN-350 from Northwind",
    f"order 3 boxes of 12 {MUG} from Northwind",
    f"order 24 {MUG} from Northwind or Kyoto",
    f"order 24 {MUG} from Northwind, max 30",
    "receive PO-77, 3 of the mugs are missing",
    f"lower {MUG} by £2 to £12",
    f"raise the price of {MUG} by -5%",
    f"raise the price of {MUG} by 5-10%",
    f"raise the price of {MUG} from 5% to 10%",
    f"set the price of {MUG} to under £10",
    f"set the price of {MUG} to £10 or £12",
    f"set the price of {MUG} at £12 for two",
    f"raise prices of Candles by 5% except {MUG}",
    "raise prices of Candles by -5%",
    "refund -5 GBP on order 1042",
    "refund £5 each for 2 mugs on order 1042",
    "refund £5 twice on order 1042",
    "refund £5 or 10% on order 1042",
    "refund 5 of order 1042, 2 mugs broken",
    "refund £5 minus £1 on order 1042",
    "give C-10002 and C-10003 £5 credit",
    "give C-10002 £5 credit, sorry that 2 mugs broke",
    "give C-10002 2 x £5 credit",
)


@pytest.mark.parametrize(("message", "wanted"), HEARD)
def test_a_change_has_the_figures_that_are_meant(
    records: Records, message: str, wanted: dict[str, Any]
) -> None:
    """What was said plainly, or put right plainly, is what the call holds."""
    (step,) = talk(records, message)
    assert isinstance(step, Call)
    assert {name: step.args.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("message", DOUBTFUL)
def test_nothing_is_changed_with_a_figure_in_doubt(records: Records, message: str) -> None:
    """From two figures for one argument, a guess, a range or an unclear correction no change follows."""
    steps = talk(records, message)
    assert [
        one for one in steps if isinstance(one, Offer) or (isinstance(one, Call) and one.tool in WRITES)
    ] == []


@pytest.mark.parametrize(
    ("first", "answer", "wanted"),
    [
        (f"order about 20 {MUG} from Northwind", "24", {"quantity": 24, "supplier": "northwind"}),
        ("refund £5 or £6 on order 1042", "£6", {"amount": "6", "order": "1042"}),
        (f"adjust {MUG} at Leeds by 2 or 3", "3 fewer", {"change": -3, "location": "leeds"}),
        (f"order {MUG} from Northwind", "20, no, 30", {"quantity": 30}),
    ],
)
def test_the_answer_to_a_doubt_completes_the_change(
    records: Records, first: str, answer: str, wanted: dict[str, Any]
) -> None:
    """The question back keeps what was clear and takes the figure that is told then."""
    (step,) = talk(records, first, answer)
    assert isinstance(step, Call)
    assert {name: step.args.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,250.00", "1250.00"),
        ("1.250,00", "1250.00"),
        ("1250", "1250"),
        ("12,50", "12.50"),
        ("0.99", "0.99"),
        ("3,000", "3000"),
    ],
)
def test_a_figure_is_never_cut_short(records: Records, written: str, value: str) -> None:
    """However a sum is written, no part of it is taken for the whole."""
    assert [one.value for one in tag(f"pay {written} GBP", records).mentions] == [value]


def test_a_correction_leaves_what_else_was_said(records: Records) -> None:
    """Only the superseded mention is replaced; the others stay where they stand."""
    told = heard(tag(f"{MOVE}, no wait, 5", records))
    assert [one.value for one in told.message.mentions] == ["5", MUG, "leeds", "bristol"]
    assert told.doubt == ""


def test_an_order_at_a_price_of_its_own_is_asked_about(records: Records) -> None:
    """An order is placed at the offer's price: who names a price is told so, and nothing is ordered."""
    (step,) = understand("order 24 TRW-KID from northwind at £3 each", Dialogue(), records)
    assert isinstance(step, Say)
    assert "at the price of its offer" in step.text
