"""Messages that narrow the last list, and prices that go back."""

from typing import Any

import pytest

from agent.offline.dialogue import Call, Dialogue
from agent.offline.mentions import Records
from agent.offline.understand import remember, understand


def last(records: Records, *messages: str) -> Call:
    """The one call of the last of some messages."""
    dialogue = Dialogue()
    for message in messages:
        steps = understand(message, dialogue, records)
        remember(dialogue, steps)
    (step,) = steps
    assert isinstance(step, Call)
    return step


@pytest.mark.parametrize(
    ("messages", "tool", "args"),
    [
        (["who bought MUG-BLU-350", "only the unshipped ones"], "find_orders",
         {"sku": "MUG-BLU-350", "status": "unfulfilled"}),
        (["purchase orders with Northwind", "just the late ones"], "list_purchase_orders",
         {"supplier": "northwind", "status": "overdue"}),
        (["what's on PO-77", "which supplier is that"], "list_purchase_orders", {"purchase_order": "PO-77"}),
        (["how many MUG-BLU-350 did we sell last month"], "stock_movements",
         {"sku": "MUG-BLU-350", "kind": "sale"}),
        (["what's arriving tomorrow"], "list_purchase_orders", {"due_within_days": 1}),
        (["what's in the inbox?"], "list_tickets", {}),
    ],
)  # fmt: skip
def test_a_list_is_narrowed_as_it_was_said(
    records: Records, messages: list[str], tool: str, args: dict[str, Any]
) -> None:
    """States, days and the record spoken of narrow a list."""
    call = last(records, *messages)
    assert (call.tool, {name: call.args.get(name) for name in args}) == (tool, args)


@pytest.mark.parametrize(
    ("message", "derive", "price"),
    [
        ("roll back the price of MUG-BLU-350", "back:0", None),
        ("undo the last price change on MUG-BLU-350", "back:0", None),
        ("knock 50p off MUG-BLU-350", "by:-0.50", None),
        ("raise MUG-BLU-350 a pound", "by:1", None),
        ("put MUG-BLU-350 up to £24", "", "24"),
    ],
)
def test_a_price_moves_by_or_to_or_back(
    records: Records, message: str, derive: str, price: str | None
) -> None:
    """An amount off is no new price, and a price goes back to the one before."""
    call = last(records, message)
    assert (call.tool, call.derive, call.args.get("price")) == ("change_price", derive, price)
