"""A model passes figures on: a write with one that nobody said is not made, whatever loop asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from agent.conversation import Conversations
from agent.plain_loop import PlainLoop
from agent.said_figures import REFUSAL, Said
from tests.gate import SAM

MOVE = (
    "transfer_stock",
    {"sku": "MUG-01", "quantity": 24, "from_location": "Leeds", "to_location": "Bristol"},
)


def said(*words: str) -> Said:
    """What an operator has said."""
    heard = Said()
    heard.hear(*({"role": "user", "content": each} for each in words))
    return heard


@pytest.mark.parametrize(
    ("words", "args"),
    [
        ("move 24 of them", {"quantity": 24}),
        ("move two dozen", {"quantity": 24}),
        ("order a hundred and twenty", {"lines": [{"sku": "MUG-01", "quantity": 120}]}),
        ("2k please", {"quantity": 2000}),
        ("make it £1,250", {"price": "1250.00 GBP"}),
        ("credit 5,50 GBP", {"amount": "5.50"}),
        ("make it 1.250,00", {"price": "1250.00"}),
        ("raise it by 7,5 %", {"change_percent": "7.5"}),
        ("50p off", {"amount": "0.50 GBP"}),
        ("15 % off", {"change_percent": "-15"}),
        ("15 % off", {"share": 0.15}),
        ("refund half of it", {"percent": "50"}),
        ("return 2 APR-NVY", {"items": [{"sku": "APR-NVY", "quantity": 2}]}),
        ("take 7 away", {"change": -7}),
        ("they are all gone", {"counted": 0}),
        ("cancel PO-1007", {"order": "1007"}),
        ("cancel #88051", {"order": "88051"}),
        ("refund the mug", {"quantity": 1, "full": True, "reason": "came 3 days late", "on": "2026-12-24"}),
    ],
)
def test_what_was_said_is_passed_on(words: str, args: dict[str, Any]) -> None:
    """In digits, in words, in thousands and pence; signs, names, dates and one piece need no saying."""
    assert said(words).objection(args) is None


@pytest.mark.parametrize(
    ("words", "args", "named"),
    [
        ("credit 5,50 GBP", {"amount": "550"}, "550"),
        ("credit 5,50 GBP", {"amount": "5"}, "5"),
        ("move some MUG-BLU-350", {"quantity": 350}, "350"),
        ("move some, 24 at most", {"quantity": 12}, "12"),
        ("lower it a bit", {"price": "11.40 GBP"}, "11.40"),
        ("10 mugs and 14 bowls", {"quantity": 24}, "24"),
        ("refund half of 30.00 GBP", {"amount": "15.00"}, "15.00"),
        ("they look fewer", {"counted": 0}, "0"),
        ("cancel the last one", {"order": "88051"}, "88051"),
    ],
)
def test_what_nobody_said_is_named(words: str, args: dict[str, Any], named: str) -> None:
    """An invented figure, a sum, a share and digits of a SKU are refused by their value."""
    assert str(said(words).objection(args)).startswith(f"{REFUSAL}{named} was said neither")


def test_an_answer_that_repeats_a_calls_figure_says_nothing() -> None:
    """A look-up with an invented figure does not make it a figure that a tool gave."""
    heard = said("how long will they last?")
    heard.answered("forecast_demand", {"sku": "MUG-01", "days": 24}, '{"days": 24, "expected": 57}')
    assert heard.objection({"quantity": 24}) is not None
    assert heard.objection({"quantity": 57}) is None


@pytest.mark.parametrize(
    ("tool", "args", "answer"),
    [
        ("check_stock", {"sku": "PO-500"}, "there is no product 'PO-500'"),
        ("get_order", {"order": "#500"}, "there is no order #500"),
        ("check_stock", {"sku": "mug 500"}, "nothing is called 'mug 500'"),
        (
            "search_guides",
            {"question": "who may get 500 pieces"},
            "nothing found for: who may get 500 pieces",
        ),
        ("suggest_price", {"percent": 500}, "500 % is too much"),
        ("check_stock", {"sku": "five hundred"}, "nothing is called 'five hundred'"),
    ],
)
def test_a_look_up_cannot_be_made_to_say_a_figure(tool: str, args: dict[str, Any], answer: str) -> None:
    """Whatever a call asks for, and in whatever words: its answer that repeats it is no source of it."""
    heard = said("order some mugs")
    heard.answered(tool, args, answer)
    assert heard.objection({"quantity": 500}) is not None
    assert heard.objection({"amount": "5.00 GBP"}) is not None


def test_a_tool_may_give_what_was_refused_before() -> None:
    """What a refused call asked for takes nothing out of the answer of the look-up that follows it."""
    heard = said("order some")
    heard.answered("place_purchase_order", {"quantity": 24}, str(heard.objection({"quantity": 24})))
    heard.answered("recommend_reorder", {"sku": "MUG-01"}, '{"quantity": 24}')
    assert heard.objection({"quantity": 24}) is None


def test_what_the_model_itself_wrote_says_nothing() -> None:
    """Neither its own sentence nor what it was told of its wrong figures is a source."""
    heard = Said()
    heard.hear({"role": "assistant", "content": "Shall I move 24?"})
    heard.answered("transfer_stock", {"quantity": 24}, str(heard.objection({"quantity": 24})))
    assert heard.objection({"quantity": 24}) is not None


@pytest.mark.parametrize("bare", [False, True], ids=["our loop", "a bare loop"])
def test_no_loop_moves_what_nobody_said(shop: Any, *, bare: bool) -> None:
    """The call comes back as a failure, nothing is filed, and the turn goes on."""
    conversations = shop.scripted([MOVE], "How many?")
    if bare:
        brain = PlainLoop(shop.settings, shop.model)
        conversations = Conversations(
            shop.gate.db, shop.gate.restarted(), shop.settings, shop.clock, brain=brain
        )
    result = conversations.turn(
        conversations.start(SAM), "Move some MUG-01 from Leeds to Bristol.", principal=SAM
    )
    (told,) = [event.body for event in result.events if event.kind == "tool_result"]
    assert told["status"] == "error"
    assert told["summary"].startswith(f"{REFUSAL}24 was said neither")
    assert not shop.gate.desk.actions()
