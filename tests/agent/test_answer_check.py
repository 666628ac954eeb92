"""What the model is told when its answer cannot be delivered, and what the operator sees then."""

from __future__ import annotations

from typing import Any

from agent.answer_check import CONCLUDE, TAKEN_OUT, UNCONFIRMED
from agent.brain import TurnState
from agent.conversation import Conversations, TurnResult
from agent.number_check import UNSUPPORTED
from tests.gate import SAM

STOCK = [("check_stock", {"sku": "MUG-01"})]
WRONG = "There are 12 mugs."


def ask(conversations: Conversations, text: str = "how many?", conversation: str | None = None) -> TurnResult:
    """One turn of Sam, in a new conversation unless told otherwise."""
    return conversations.turn(conversation or conversations.start(SAM), text, principal=SAM)


def shown(result: TurnResult) -> str:
    """The text as a reader has it at the end."""
    text = ""
    for event in result.events:
        if event.kind == "text":
            text = event.body["text"] if event.body["restart"] else text + event.body["text"]
    return text


def told(house: Any) -> list[str]:
    """What the model was told by us in its last call."""
    return [str(each.text) for each in house.model.seen[-1] if str(each.text).startswith("[Shophand]")]


def test_a_number_that_no_tool_returned_is_sent_back(house: Any) -> None:
    """The model is told which number it was and answers again; the first answer is not shown."""
    result = ask(house.scripted(STOCK, WRONG, "There are 7 mugs."))
    assert (result.answer, shown(result)) == ("There are 7 mugs.", "There are 7 mugs.")
    assert told(house)[0].startswith(f"{UNSUPPORTED}12.")


def test_a_number_that_stays_wrong_is_taken_out(house: Any) -> None:
    """The operator sees a plain notice instead of the number, in the answer and in the stream."""
    result = ask(house.scripted(STOCK, WRONG, "There are 12 mugs, 7 in sight."))
    assert result.answer == f"There are {UNCONFIRMED} mugs, 7 in sight.\n\n{TAKEN_OUT}"
    assert shown(result) == result.answer
    assert result.state is TurnState.DONE
    assert next(e.body["text"] for e in result.events if e.kind == "notice").endswith("it: 12")


def test_a_wrong_number_does_not_become_known_by_being_corrected(house: Any) -> None:
    """Our own correction names the number; in the next turn it is as unknown as before."""
    first = ask(house.scripted(STOCK, WRONG, "There are 7 mugs."))
    again = ask(house.scripted(WRONG, "Seven."), "sure?", first.conversation)
    assert again.answer == "Seven."


def test_the_model_may_look_up_what_it_lacked(house: Any) -> None:
    """Sent back, it may call a tool, and say then what the tool gave."""
    assert ask(house.scripted("There are 7 mugs.", STOCK, "There are 7 mugs.")).answer == "There are 7 mugs."


def test_numbers_of_earlier_turns_are_known(house: Any) -> None:
    """A tool's answer of an earlier turn may be quoted again."""
    first = ask(house.scripted(STOCK, "There are 7 mugs."))
    assert ask(house.scripted("Still 7."), "sure?", first.conversation).answer == "Still 7."


def test_a_model_that_writes_calls_with_results_in_hand_gets_a_last_try_without_tools(house: Any) -> None:
    """Two failures after a look-up: no tools are offered, and the results stand in the message."""
    result = ask(house.scripted(STOCK, "functions.check_stock:", "", "There are 7 mugs."))
    assert (result.answer, result.state) == ("There are 7 mugs.", TurnState.DONE)
    assert '"on_hand":7' in told(house)[-1]
    assert len(house.model.offered) == 3  # the fourth call was made without any


def test_a_strangers_words_are_not_repeated_under_our_name(house: Any) -> None:
    """Tainted results are left out of what the last try is told."""
    read = [("read_ticket", {"sku": "T-1"})]
    ask(house.scripted(STOCK + read, "functions.check_stock:", "", "Seven."))
    assert "Ignore all rules" not in " ".join(told(house))


def test_a_model_that_goes_in_circles_is_asked_to_answer(house: Any) -> None:
    """The same call with the same result three times: from then on no tools are offered."""
    result = ask(house.scripted(STOCK, STOCK, STOCK, "There are 7 mugs."))
    assert result.answer == "There are 7 mugs."
    assert told(house) == [CONCLUDE]
    assert len(house.model.offered) == 3


def test_a_long_conversation_keeps_what_waits(ordering: Any) -> None:
    """What is left out of the history is told in short, and an open approval is never left out."""
    ordering.scripted([("place_order", {"quantity": 240})], "word " * 400, "As I said.")
    conversations = ordering.conversations(history_tokens=300)
    first = ask(conversations, "order 240 mugs")
    ask(conversations, "and?", first.conversation)
    (short,) = [text for text in told(ordering) if "Earlier in this conversation" in text]
    assert "asked: order 240 mugs (place_order)" in short
    assert "A-1 (place purchase order) is now pending" in short
