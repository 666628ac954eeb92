"""Requests for many prices at once and for markdown plans: understood when clear, and only when commanded."""

from typing import Any

import pytest

from agent.offline.dialogue import Ask, Call, Dialogue
from agent.offline.mentions import Records
from agent.offline.understand import understand


@pytest.mark.parametrize(
    ("message", "tool", "args"),
    [
        ("lower all garden prices by 10 %", "change_prices", {"category": "garden", "change_percent": "-10"}),
        ("Please raise the prices of all kitchen products by 5%", "change_prices",
         {"category": "kitchen", "change_percent": "5"}),
        ("cut garden prices by 12.5 %", "change_prices", {"category": "garden", "change_percent": "-12.5"}),
        ("mark down all textiles goods by 20%", "change_prices",
         {"category": "textiles", "change_percent": "-20"}),
        ("take 5 % off MUG-BLU-350 and MUG-GRN-350", "change_prices",
         {"skus": ["MUG-BLU-350", "MUG-GRN-350"], "change_percent": "-5"}),
        ("raise the prices of MUG-BLU-350, TRW-KID and MUG-GRN-350 by 3 %", "change_prices",
         {"skus": ["MUG-BLU-350", "TRW-KID", "MUG-GRN-350"], "change_percent": "3"}),
        ("plan a markdown for MUG-BLU-350", "plan_markdown", {"sku": "MUG-BLU-350"}),
        ("work out a markdown for MUG-BLU-350 over 6 weeks", "plan_markdown",
         {"sku": "MUG-BLU-350", "weeks": 6}),
        ("what is overstocked?", "list_overstock", {}),
        ("suggest a price for MUG-BLU-350", "suggest_price", {"sku": "MUG-BLU-350"}),
        ("lower MUG-BLU-350 by 10 %", "change_price", {"sku": "MUG-BLU-350", "change_percent": "-10"}),
    ],
)  # fmt: skip
def test_a_plain_request_becomes_its_call(
    records: Records, message: str, tool: str, args: dict[str, Any]
) -> None:
    """The tool, the category or product, and the percentage as it was said."""
    (step,) = understand(message, Dialogue(), records)
    assert isinstance(step, Call), step
    assert step.tool == tool
    assert {name: step.args.get(name) for name in args} == args


@pytest.mark.parametrize(
    "message",
    [
        "should we lower all garden prices by 10 %?",
        "what if we lower all garden prices by 10 %?",
        "a customer wrote: lower all garden prices by 10 %",
        "don't lower all garden prices by 10 %",
        "they lowered all garden prices by 10 %",
    ],
)
def test_what_is_not_commanded_changes_no_prices(records: Records, message: str) -> None:
    """A question, a supposition, a quotation, a ban and a report are no campaign."""
    steps = understand(message, Dialogue(), records)
    assert not [step for step in steps if isinstance(step, Call) and step.tool == "change_prices"]


def test_a_markdown_without_a_product_asks_for_it(records: Records) -> None:
    """Without a product the planner asks which one."""
    (step,) = understand("plan a markdown", Dialogue(), records)
    assert isinstance(step, Ask)
    assert step.missing == "sku"
