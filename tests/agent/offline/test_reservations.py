"""A word of denial, condition, test, doubt or another's voice beside a command: it is only offered."""

from datetime import date

import pytest

from agent.offline.dialogue import Call, Dialogue, Offer, Say, Step
from agent.offline.filling import WRITES
from agent.offline.mentions import Records
from agent.offline.phrases import phrases
from agent.offline.reservations import word_against
from agent.offline.understand import remember, understand

FRIDAY = date(2026, 11, 20)
MUG = "MUG-BLU-350"


def talk(records: Records, *messages: str) -> list[Step]:
    """The steps of the last of some messages of one conversation."""
    dialogue = Dialogue()
    steps: list[Step] = []
    for message in messages:
        steps = understand(message, dialogue, records, today=FRIDAY)
        remember(dialogue, steps)
    return steps


def written(steps: list[Step]) -> list[str]:
    """The changes among steps."""
    return [one.tool for one in steps if isinstance(one, Call) and one.tool in WRITES]


FORBIDDEN = (
    "no cancelling of 1042 please",
    "stop the cancellation of 1042",
    "cancel order 1042 - NOT",
    "cancel order 1042 not!",
    "cancel 1042 (do not run this yet)",
    "cancel 1042 and do not run this",
    "please no refund of £5 on 1042",
    "halt the refund of £5 on 1042",
    "call off the refund of £5 on 1042",
    f"skip moving 3 {MUG} from Leeds to Bristol",
    f"cancel the transfer of 3 {MUG} from Leeds to Bristol",
    "cancel the cancellation of 1042",
    "forget about refunding £5 on 1042",
    "do not, I repeat, cancel 1042",
    "never ever cancel 1042",
    "cancel 1042 under no circumstances",
    "cancel 1042. Don't actually do it.",
)
PLAYED = (
    "test: cancel order 1042 (only a test, don't execute)",
    "for training purposes: cancel order 1042",
    f"this is only a drill: move 3 {MUG} from Leeds to Bristol",
    "cancel order 1042, just kidding",
    "cancel PO-77 haha",
    f"as an exercise: set {MUG} to £12",
    "rehearsal: cancel PO-77",
    "pretend: refund £5 on 1042",
    f"demo only, move 3 {MUG} from Leeds to Bristol",
    "let's practise: cancel order 1042",
    "We are in training. Refund £5 on 1042.",
    "Cancel 1042. This is a test.",
    "just to see what happens, cancel 1042",
)
NOT_YET = (
    "once 1043 has shipped, cancel 1042",
    "after Maya agrees, cancel 1042",
    "once 1043 has shipped, refund 5 pounds on it",
    "as soon as 1043 arrives, cancel 1042",
    "cancel 1042 provided Maya is fine with it",
    "cancel 1042 subject to Maya's ok",
    "cancel 1042 pending approval by Maya",
    "should she call, cancel 1042",
    f"when Maya has agreed, set {MUG} to £12",
    "refund £5 on 1042 after the parcel is back",
    f"move 3 {MUG} from Leeds to Bristol when the van gets here",
    f"move 3 {MUG} from Leeds to Bristol later",
    f"set {MUG} to £12 tonight",
    "cancel 1042 in an hour",
    "check with Noor first, then cancel 1042",
    "cancel 1042, wait for Maya's ok",
    "Wait until Maya agrees. Cancel 1042.",
    "where is 1043? cancel 1042 once it arrives",
    "book PO-77 in once counted",
    f"order 24 {MUG} from Northwind unless we have enough",
    "cancel 1042, Maya has not confirmed",
)
UNSURE = (
    "maybe cancel 1042",
    "cancel 1042, I think",
    "cancel 1042, not sure",
    "cancel 1042 or maybe not",
    "I might cancel 1042",
    "cancel 1042 is what he wrote",
    "cancel 1042 - that's how she put it",
    "in his words: cancel 1042",
    "according to the boss, cancel 1042",
    "Noor says cancel 1042",
    f"set {MUG} somewhere near £34",
    "give ann@example.com something like 5 pounds credit",
    f"move 3 {MUG} from Leeds to Bristol, give or take",
    f"move some 30 {MUG} from Leeds to Bristol",
)
ORDINARY = (
    ("cancel 1042, she changed her mind and does not want it any more", "cancel_order"),
    ("please cancel 1042 as soon as possible", "cancel_order"),
    ("cancel 1042 at once", "cancel_order"),
    ("cancel 1042 before it goes out", "cancel_order"),
    ("cancel 1042, it was a test order", "cancel_order"),
    ("cancel 1042 and let me know when it is done", "cancel_order"),
    ("don't forget to cancel 1042", "cancel_order"),
    ("refund £5 on 1042 because it was not what she expected", "refund_order"),
    ("refund £5 on 1042 after the mix-up last week", "refund_order"),
    ("refund £5 on 1042, it broke when she opened it", "refund_order"),
    ("refund £5 on 1042, no questions asked", "refund_order"),
    ("give ann@example.com £5 credit, we don't want to lose her", "give_credit"),
    (f"set {MUG} to £12 until further notice", "change_price"),
    (f"move 3 {MUG} from Leeds to Bristol, they have none left", "transfer_stock"),
    (f"write off 2 {MUG} in Leeds, they are not sellable", "adjust_stock"),
    (f"write off 2 {MUG} in Leeds, broken when unpacking", "adjust_stock"),
    ("cancel PO-77, the supplier can't deliver until March", "cancel_purchase_order"),
    ("open a return for 1042, it doesn't fit", "request_return"),
    ("add a note to 1042: do not ship before Monday", "add_order_note"),
    (f"order 24 {MUG} from Northwind and don't wait for the manager", "place_purchase_order"),
)


@pytest.mark.parametrize("message", [*FORBIDDEN, *PLAYED, *NOT_YET, *UNSURE])
def test_a_command_with_a_word_against_it_changes_nothing(records: Records, message: str) -> None:
    """What is denied, only played, still to come or unsure is never carried out."""
    assert written(talk(records, message)) == []


@pytest.mark.parametrize(("message", "tool"), ORDINARY)
def test_an_ordinary_reason_does_not_stop_a_command(records: Records, message: str, tool: str) -> None:
    """Denials and times that tell why, or how soon, leave the command one."""
    assert written(talk(records, message)) == [tool]


def test_what_was_held_back_is_offered_with_its_word(records: Records) -> None:
    """The offer names the word of the message, and "do it" carries it out."""
    message = "after Maya agrees, cancel 1042"
    (offer,) = talk(records, message)
    assert isinstance(offer, Offer)
    assert offer.against == "after"
    assert written(talk(records, message, "do it")) == ["cancel_order"]


def test_a_figure_does_not_complete_what_was_held_back(records: Records) -> None:
    """After a refund with a word against it and no amount, a number pays nothing."""
    message = "no need to refund order 1042 any more"
    assert all(isinstance(one, Say) for one in talk(records, message))
    assert written(talk(records, message, "20")) == []


def test_two_changes_with_a_word_against_them_are_told_one_at_a_time(records: Records) -> None:
    """One "do it" could not tell which of them is meant."""
    (step,) = talk(records, f"move 3 {MUG} and 4 TRW-KID from Leeds to Bristol, only joking")
    assert isinstance(step, Say)


def test_the_phrasebook_is_hardly_held_back() -> None:
    """Of the commands that operators worded, at most one in fifty is asked back for a word beside it."""
    commands = [(tool, text) for tool, text in phrases() if tool in WRITES]
    held = [text for tool, text in commands if word_against(text, tool)]
    assert len(held) <= len(commands) / 50, held
