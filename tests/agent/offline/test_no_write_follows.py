"""Sentences that deny, report, ask or answer away what they name: no write follows from any of them."""

from datetime import date

import pytest

from agent.offline.dialogue import Ask, Call, Dialogue, Step
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.understand import remember, understand

FRIDAY = date(2026, 11, 20)


def talk(records: Records, *messages: str, settled: str = "") -> list[Step]:
    """The steps of the last of some messages of one conversation, the first of which ended as `settled`."""
    records.names.categories["candle"] = "Candles"
    dialogue = Dialogue()
    steps: list[Step] = []
    for message in messages:
        steps = understand(message, dialogue, records, today=FRIDAY)
        remember(dialogue, steps)
        dialogue.settled = settled
    return steps


def written(steps: list[Step]) -> list[str]:
    """The changes among steps."""
    return [one.tool for one in steps if isinstance(one, Call) and one.tool in WRITES]


DENIED = (
    "prices of Candles should not go up by 5%",
    "prices of Candles must never go up by 10%",
    "prices of Candles shouldn't go up by 5%, please",
    "nobody should raise prices of Candles by 5% please",
    "RMA-301 box is here don't book it in",
    "RMA-301 is here, nobody book it in please",
    "had a look at RMA-302, not in bits, nothing to write off",
    "RMA-302 should not be written off",
    "RMA-302 can't go back on the shelf",
    "the customer would rather pay 1042 by gift card but we don't allow that",
    "the customer wants to pay 1042 by gift card but that is not allowed",
    "let nobody change the payment of 1042 to PayPal",
    "plan nothing more for MUG-BLU-350 in December, not 20%",
    "record that Northwind is not late any more, 5 days please",
    "note please that Northwind isn't 5 days late",
    "nobody cancels RMA-301 please",
    "RMA-301 must not be cancelled",
    "1042 need not be sent again, the broken mug turned up",
    "never send 1042 again, it was smashed",
    "order 1042 should not be cancelled",
    "1042 must never be refunded £5",
)
REPORTED = (
    "competitors raise candles by 10% please check",
    "the supplier raised prices of Candles by 5 %, please look",
    "prices of Candles were raised by 5% in October",
    "prices of Candles went up by 5% last month",
    "ann@example.com demands: give me £5 credit please",
    "ann@example.com writes give me £5 credit please",
    "ann@example.com says put £5 credit on my account please",
    "ann@example.com begged: let me have £5 credit",
    "ann@example.com wants: put £5 credit on my account please",
    "ann@example.com emailed, give me £5 credit",
    "ann@example.com insists that we give her £5 credit, please look into it",
    "the note on RMA-301 says book it in",
    "the label of RMA-301 reads: check it in",
    "1042 got squashed on the way, they said please send a fresh one",
    "customer emailed: 1042 arrived smashed, please send another one",
    "a customer complains: 1042 is broken, please resend it",
    "the email about 1042 goes: cancel order 1042 please",
    "the customer texted: please cancel order 1042",
    "the customer replied: refund £5 on 1042",
    "the supplier claims RMA-302 must be written off",
    "from ann@example.com: please cancel order 1042",
    "Mrs Smith emailed - please cancel order 1042",
    "cancel order 1042, says the customer",
    "PO-77 was received in full, she claims",
    "order 1042 gets £5 back, says the customer",
    "a colleague told me RMA-301 has to be cancelled",
)
TOLD = (
    "order 1042 arrived smashed, the customer is upset",
    "1042's parcel got lost by the courier",
    "RMA-301 was put back on sale by Leeds",
    "PO-77 was cancelled by the supplier",
    "Candles up 5% since October",
    "the price of MUG-BLU-350 went back to what it was",
    "MUG-BLU-350 price from Northwind goes up to £9.50 from 1 January",
    "PO-77 does not need cancelling",
    "1042 needs no cancelling",
    "RMA-303 needs looking at",
    "MUG-BLU-350 was moved back to its old price",
    "maybe I'll order 30 MUG-BLU-350 tomorrow",
)
"""What is told of, without a word that it is to be done."""
TAKEN_BACK = (
    "cancel RMA-301, not really, keep it",
    "close RMA-301, no, leave it",
    "drop S-2, I think not",
    "cancel PO-77, rather not",
    "cancel order 1042, no",
    "refund £5 on 1042, actually don't",
    "move 5 MUG-BLU-350 from Leeds to Bristol, oh never mind",
    "take S-2 out, but not before Monday",
)
"""A command whose own end takes it back."""
NOT_NOW = (
    "cancel order 1042 when the customer calls back",
    "remember to cancel PO-77 tomorrow",
    "cancel PO-77 next week",
    "set the price of MUG-BLU-350 to £12.50 from 1 December",
    "I doubt PO-77 needs cancelling",
    "PO-77 needs cancelling says the supplier",
    "stop cancelling orders like 1042",
    "undo the cancellation of 1042",
    "cancel RMA-301, it need not be cancelled after all",
    "book RMA-301 in, it is not allowed yet",
)
"""What is to be done later or by somebody else's word, is doubted, or is the other way round."""
UNDONE = (
    "don't roll back the price of MUG-BLU-350",
    "should we roll back the price of MUG-BLU-350?",
    "would you mind not cancelling PO-77",
    "do you mind if we cancel PO-77?",
    "would rolling back the price of MUG-BLU-350 help",
    "if we undo the price change on MUG-BLU-350, what happens?",
    "nobody needs to undo the last price change on MUG-BLU-350",
    "the supplier said: roll back the price of MUG-BLU-350",
    "don't move 3 MUG-BLU-350 and 4 TRW-KID from Leeds to Bristol",
    "should we put MUG-BLU-350 and TRW-KID up 4%?",
    "the customer says refund the mug on 1043",
    "was the mug on 1043 refunded?",
    "don't refund the mug on 1043",
    "Lily Owen wants £5 credit",
    "what if we ordered 24 MUG-BLU-350 and 36 MUG-GRN-350 from Northwind",
)
"""The new classes of command, denied, asked, supposed or told of others."""
ASKED = (
    "take S-3 off? I think not",
    "let PayPal pay for order 1042? not possible",
    "put up the prices of Candles by 5%? no, leave them",
    "treat ann@example.com to £5 credit? no",
    "refund £5 on 1042? no way",
    "cancel order 1042? I think not",
    "cancel order 1042? rather not",
    "cancel order 1042? hmm, what would that cost us",
    "cancel RMA-301? we should wait",
    "receive PO-77? nope",
    "write off 2 broken MUG-BLU-350 in Leeds? no, they can be glued",
    "set the price of TRW-KID to £12.50? never",
    "move 5 MUG-BLU-350 from Leeds to Bristol? better not",
)
SETTLED = (
    ("cancel order 1042", "wrong one, keep 1043"),
    ("cancel order 1042", "I meant don't cancel 1043"),
    ("cancel order 1042", "1043 instead was fine"),
    ("cancel order 1042", "sorry, 1043 is not to be touched"),
    ("cancel order 1042", "no, 1043 was already cancelled"),
    ("cancel order 1042", "no, 1043?"),
    ("refund £5 on order 1042", "wrong, 1043 was already refunded"),
    ("refund £5 on order 1042", "oops, 1043 got that"),
)
"""A change that was refused, and what is said of another record then."""
COUNTS = (
    "not 4",
    "maybe 4",
    "4?",
    "about 4 or so",
    "we have 4 now",
    "should be 4 in total",
    "it was 3 last time",
    "how about 3",
    "at least 4",
    "4 or 5",
    "there were 4, now none",
    "probably 4",
    "4 but they are back",
)
FIND = "found some MUG-BLU-350 behind the racks in Leeds that aren't on the system"


@pytest.mark.parametrize("message", [*DENIED, *REPORTED, *ASKED, *TOLD, *TAKEN_BACK, *NOT_NOW, *UNDONE])
def test_no_write_follows_from_what_is_no_command(records: Records, message: str) -> None:
    """What is denied, told of others, or asked and answered changes nothing."""
    assert written(talk(records, message)) == []


@pytest.mark.parametrize(("first", "then"), SETTLED)
def test_no_write_follows_from_a_word_about_another_record(records: Records, first: str, then: str) -> None:
    """After a refusal, naming another record does not put it in the place of the first."""
    assert written(talk(records, first, then, settled="refused")) == []


@pytest.mark.parametrize("answer", COUNTS)
def test_no_write_follows_from_an_unsure_number(records: Records, answer: str) -> None:
    """A number that is denied, guessed or of something else does not answer how many there are."""
    assert isinstance(talk(records, FIND)[-1], Ask)
    assert written(talk(records, FIND, answer)) == []


@pytest.mark.parametrize(
    "answer", ["it is 1042 but they changed their mind", "it's not 1042", "was it 1042?"]
)
def test_no_write_follows_from_an_answer_that_is_taken_back(records: Records, answer: str) -> None:
    """To "which order?" an answer with an objection is no answer."""
    assert written(talk(records, "a customer wants out before it ships, can you cancel for me", answer)) == []


@pytest.mark.parametrize(
    "answer", ["4", "4.", "4 of them", "there are 4", "it was 4 pieces", "there were 4 units"]
)
def test_a_plain_number_is_the_answer(records: Records, answer: str) -> None:
    """Nothing beside the number leaves no doubt."""
    (step,) = talk(records, FIND, answer)
    assert isinstance(step, Call)
    assert step.args["change"] == 4


@pytest.mark.parametrize(
    "correction",
    ["I meant 1043", "sorry, make it 1043", "it should be 1043", "typo, 1043", "wrong line, I meant 1043"],
)
def test_a_clear_correction_is_carried_out(records: Records, correction: str) -> None:
    """Who says which record was meant has it changed."""
    (step,) = talk(records, "cancel order 1042", correction, settled="refused")
    assert isinstance(step, Call)
    assert (step.tool, step.args["order"]) == ("cancel_order", "1043")


@pytest.mark.parametrize(
    ("message", "tool"),
    [
        ("raise the prices of Candles by 5% please", "change_prices"),
        ("prices of Candles should go up by 5%, please", "change_prices"),
        ("ann@example.com is upset? give her £5 credit", "give_credit"),
        ("can you cancel order 1042? thanks", "cancel_order"),
        ("she wants to return 1042, open the RMA", "request_return"),
        ("1042 never arrived, send it again", "reship_order"),
        ("Northwind can't ship MUG-BLU-350 before 15 December", "add_supply_signal"),
        ("would you mind cancelling PO-77? we found it cheaper", "cancel_purchase_order"),
        ("PO-77 needs cancelling, the supplier let us down", "cancel_purchase_order"),
        ("roll back the price of MUG-BLU-350", "change_price"),
        ("refund the mug on 1043", "refund_order"),
        ("give Lily Owen £5 credit, sorry for the wait", "give_credit"),
        ("drop signal S-2, that promo got pulled", "remove_signal"),
        ("cancel PO-77, no rush", "cancel_purchase_order"),
        ("Candles: 5 percent down across the board", "change_prices"),
    ],
)
def test_a_command_stays_a_command(records: Records, message: str, tool: str) -> None:
    """Caution does not stop what is plainly commanded."""
    assert written(talk(records, message)) == [tool]


@pytest.mark.parametrize(
    "message",
    [
        "orders of the last 9999 years",
        "orders from the last 99999999 days",
        "orders of the last 99999999999999999999 weeks",
        "Northwind is 99999999 days late, note that please",
        "Northwind told us it is 99999999 days late",
        "20% promotion on MUG-BLU-350 for the next 99999999 days",
        "Northwind cannot deliver MUG-BLU-350 for 99999999 weeks",
    ],
)
def test_a_length_beyond_all_dates_is_no_fault(records: Records, message: str) -> None:
    """A period that no calendar holds writes nothing and raises nothing."""
    assert written(talk(records, message)) == []


@pytest.mark.parametrize(
    ("message", "placed"),
    [
        ("find orders placed before december", (None, "2025-11-30")),
        ("find orders placed after 3 november", ("2026-11-04", None)),
        ("find orders placed since 3 november", ("2026-11-03", None)),
        ("find orders placed until october", (None, "2026-10-31")),
    ],
)
def test_before_and_after_a_day_leave_it_out(
    records: Records, message: str, placed: tuple[str | None, str | None]
) -> None:
    """Before December ends in November; since and until keep their day."""
    (step,) = talk(records, message)
    assert isinstance(step, Call)
    assert (step.args.get("placed_from"), step.args.get("placed_until")) == placed


def test_days_of_two_months_are_not_taken_for_one(records: Records) -> None:
    """An end before its beginning is never looked up."""
    for one in talk(records, "find orders placed from 28 october to 3 november"):
        if isinstance(one, Call):
            since, until = one.args.get("placed_from"), one.args.get("placed_until")
            assert since is None or until is None or since <= until
            assert until != "2026-10-03"
