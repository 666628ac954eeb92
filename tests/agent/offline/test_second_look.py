"""Words that no pattern foresaw: what their likelihood may do, and what it may not."""

from datetime import date

import pytest

from agent.offline.dialogue import Ask, Call, Dialogue, Offer, Step
from agent.offline.filling import WRITES
from agent.offline.intents import Intent
from agent.offline.likelihood import Likelihood, likely
from agent.offline.mentions import Records
from agent.offline.mood import Mood
from agent.offline.requests import Request
from agent.offline.second_look import second_look
from agent.offline.understand import remember, understand

FRIDAY = date(2026, 11, 20)


def talk(records: Records, *messages: str) -> list[Step]:
    """The steps of the last of some messages of one conversation."""
    dialogue = Dialogue()
    steps: list[Step] = []
    for message in messages:
        steps = understand(message, dialogue, records, today=FRIDAY)
        remember(dialogue, steps)
    return steps


@pytest.mark.parametrize(
    ("message", "tool"),
    [
        ("1042 got squashed on the way, send a fresh one", "reship_order"),
        ("RMA-301 box is here book it in", "receive_return"),
        ("had a look at RMA-302, its in bits, write off", "inspect_return"),
        ("let PayPal pay for order 1042", "change_order_payment"),
        ("MUG-BLU-350 sells 20% more in December, tell the planning please", "add_demand_signal"),
        ("Northwind can't ship MUG-BLU-350 before 15 December", "add_supply_signal"),
    ],
)
def test_a_command_in_new_words_is_carried_out(records: Records, message: str, tool: str) -> None:
    """A command whose tool is likely by its words is that tool's call."""
    assert [one.tool for one in talk(records, message) if isinstance(one, Call)] == [tool]


@pytest.mark.parametrize("message", ["RMA-302 just arrived at the desk", "1042 is a bit smashed I hear"])
def test_what_is_only_told_is_offered_at_most(records: Records, message: str) -> None:
    """A story calls no change, however likely the change is by its words."""
    steps = talk(records, message)
    assert not any(isinstance(one, Call) and one.tool in ("receive_return", "reship_order") for one in steps)


def test_an_answer_to_a_question_back_may_be_a_sentence(records: Records) -> None:
    """The record that was asked for completes the request, with a reason around it too."""
    said = (
        "a customer wants out before it ships, can you cancel for me",
        "sorry, it's 1042, bought by mistake",
    )
    (step,) = talk(records, *said)
    assert isinstance(step, Call)
    assert (step.tool, step.args["order"]) == ("cancel_order", "1042")


def test_it_is_the_return_that_was_named_last(records: Records) -> None:
    """What "receive it" and "put them back" mean is the return of the conversation."""
    (step,) = talk(
        records, "open a return for order 1042", "RMA-301", "receive it", "put them back on the shelf"
    )
    assert isinstance(step, Call)
    assert step.args == {"rma": "RMA-301", "result": "restock"}


def test_a_story_of_a_find_asks_for_its_number(records: Records) -> None:
    """Where only the number lacks, it is asked for, and its sign is what the story tells."""
    story = "found some MUG-BLU-350 behind the racks in Leeds that aren't on the system"
    *_, asked = talk(records, story)
    assert isinstance(asked, Ask)
    (step,) = talk(records, story, "4 of them")
    assert isinstance(step, Call)
    assert step.args["change"] == 4


def test_ruined_goods_are_never_booked_as_more(records: Records) -> None:
    """Damage takes away, and a shelf "knocked over" holds no "over"."""
    (step,) = talk(records, "Knocked over a shelf in Leeds, 3 MUG-BLU-350 ruined, take them off please")
    assert isinstance(step, Call)
    assert step.args["change"] == -3


def test_prices_without_a_direction_are_asked_about(records: Records) -> None:
    """Neither up nor down is guessed."""
    records.names.categories["candle"] = "Candles"
    (step,) = talk(records, "prices of category Candles by 3 %")
    assert isinstance(step, Ask)
    assert step.missing == "change_percent"


def test_an_offer_alone_changes_nothing(records: Records) -> None:
    """A return that is said to have come is offered to be received."""
    assert [type(one) for one in talk(records, "RMA-302 just arrived at the desk")] == [Offer]


def test_words_that_nobody_used_speak_for_nothing() -> None:
    """Without a known word there is no likelihood at all."""
    assert likely("zzyzx <sku> qwrt") == {}


def test_likelihood_is_of_all_tools_together() -> None:
    """The shares of the tools are one in sum, the likeliest first."""
    shares = Likelihood([("a", "send it again"), ("b", "what is left"), ("b", "how many are left")]).of(
        "left"
    )
    assert list(shares) == ["b", "a"]
    assert sum(shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("tool", sorted(WRITES - {"reship_order"}))
def test_every_change_that_the_words_speak_against_is_not_called(tool: str) -> None:
    """Whatever change the patterns saw in a story of another: a look-up answers, or the change is offered."""
    request = Request("<order_id> broke in the post, reship it", ())
    doubted = second_look(request, Intent(tool), Mood.REPORT)
    assert doubted is not None
    assert doubted.tool not in WRITES
