"""No number in an answer that no tool returned, however it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.number_check import Known, unsupported, without

RESULT = {
    "as_of": "2026-11-20T09:05:00Z",
    "items": [
        {"sku": "MUG-BLU-350", "on_hand": 1256, "location": "Leeds", "due": "2026-11-27"},
        {"sku": "CAP-01", "on_hand": 67, "cost": "12.50 GBP", "expected": 34.27, "order": "1042"},
    ],
    "margin": 0.354,
    "po": "PO-1007",
}


def known(*texts: str) -> Known:
    """What these texts and the result say."""
    made = Known()
    for text in (json.dumps(RESULT), *texts):
        made.learn(text)
    return made


@pytest.mark.parametrize(
    "answer",
    [
        "**1,256** in Leeds and 67 of CAP-01, 2 products.",
        "1. MUG-BLU-350: 1256 pieces\n2. CAP-01: 67",
        "It costs £12.50 (12.50GBP, 12.5 GBP).",
        "About 34.3 pieces, say 34; the margin is 35 %, or 35.4%.",
        "PO-1007, PO 1007, po-1007; order #1042, #1042.",
        "Due 2026-11-27, 27 November 2026, Nov 27th, 27/11/2026; seen at 09:05 or 9:05, in 2026.",
        "| SKU | pieces |\n|---|---|\n| MUG-BLU-350 | 1256 |\n| CAP-01 | 67 |\nThese 2.",
        "We answer 24/7, the 1st is Leeds.",
        "Nothing at all.",
    ],
)
def test_what_a_tool_returned_may_be_said_in_any_way(answer: str) -> None:
    """Signs, separators, rounding, dates, ids and counts of what is listed are the same number."""
    assert unsupported(answer, known()) == []


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("1,323 pieces together", ["1,323"]),
        ("1,255 pieces", ["1,255"]),
        ("It costs £12.05.", ["£12.05"]),
        ("About 35 pieces.", ["35"]),
        ("The margin is 36 %.", ["36"]),
        ("PO-1008 and #1043", ["PO-1008", "#1043"]),
        ("A-17 waits", ["A-17"]),
        ("Due 28 November, or 2026-11-28", ["28 November", "2026-11-28"]),
        ("At 10:05.", ["10:05"]),
        ("There are 5 of them: 5.", ["5"]),
    ],
)
def test_any_other_number_is_found(answer: str, wrong: list[str]) -> None:
    """A sum, a slip, another id, another day: no tool gave it."""
    assert unsupported(answer, known()) == wrong


def test_the_operators_own_numbers_may_be_said_back() -> None:
    """What the operator asked for is not the model's invention."""
    assert unsupported("I have asked for 240 pieces.", known("order 240 of them")) == []


def test_digits_of_an_id_or_a_date_are_no_quantity() -> None:
    """The 350 of a SKU and the 27 of a day give nobody 350 or 27 pieces."""
    assert unsupported("350 or 27 pieces", known()) == ["350", "27"]


@given(st.integers(10, 10**9), st.sampled_from(["{}", "{:,}", "**{:,}**", "£{:,}", "{} pieces", "({})"]))
def test_a_number_is_known_however_it_is_written(number: int, form: str) -> None:
    """Whatever the form, a number that a tool gave is known, and its neighbour is not."""
    made = Known()
    made.learn(json.dumps({"on_hand": number}))
    assert unsupported(form.format(number), made) == []
    assert unsupported(form.format(number + 1), made) != []


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever a model writes, the check gives an answer, and what it names stands in the text."""
    found: Any = unsupported(text, Known())
    assert all(isinstance(one, str) and one for one in found)


def test_only_the_wrong_number_is_replaced() -> None:
    """A number inside a longer one stays."""
    assert without("12 of 1,512 and 12.50, so 12.", ["12"], "?") == "? of 1,512 and 12.50, so ?."
