"""Ids as models and people write them: with and without their prefix."""

from __future__ import annotations

from typing import Any

import pytest

from tools.toolbox import TOOLS

NUMBERED = {
    ("action_status", "action"): "A-17",
    ("remove_signal", "signal"): "S-17",
    ("cancel_return", "rma"): "RMA-17",
    ("complete_exchange", "exchange"): "EX-17",
}


@pytest.mark.parametrize(("place", "whole"), NUMBERED.items(), ids=str)
@pytest.mark.parametrize("written", ["{p}-17", "{l}-17", "{l} 17", "17", "#17", 17, "{p}17"])
def test_an_id_is_accepted_with_and_without_its_prefix(place: Any, whole: str, written: Any) -> None:
    """The number alone, or the prefix in any spelling, means the same record."""
    tool, argument = place
    prefix = whole.partition("-")[0]
    text = written.format(p=prefix, l=prefix.lower()) if isinstance(written, str) else written
    accepted = TOOLS[tool].args.model_validate({argument: text})
    assert getattr(accepted, argument) == whole


@pytest.mark.parametrize("text", ["act_4x8k2m", "A-17b", "B-17"])
def test_another_id_stays_as_it_is(text: str) -> None:
    """What is not the prefix and a number is passed on unchanged."""
    accepted = TOOLS["action_status"].args.model_validate({"action": text})
    assert accepted.model_dump() == {"action": text}
