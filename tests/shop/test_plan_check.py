"""The independent check finds what is wrong with a plan that somebody bent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shop.money import Money
from shop.plan_check import faults_of
from shop.planning import Plan, PlannedTransfer, plan
from tests.shop.planning_worlds import Item, Offer, Supplier, World

WORLD = World(
    [Item("MUG"), Item("MUG", "york", on_hand=500)],
    [Offer("MUG", moq=60, pack=12)],
    [Supplier(minimum=10_000)],
)
INPUTS = WORLD.inputs()


def bent(**line: Any) -> Plan:
    """The plan with one line changed; without transfers, so that there is an order."""
    from shop.planning import PlanSettings  # noqa: PLC0415 - used here only

    sound = plan(INPUTS, PlanSettings(transfers=False))
    assert faults_of(sound, INPUTS) == []
    (order,) = sound.orders
    return replace(sound, orders=(replace(order, lines=(replace(order.lines[0], **line),)),))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"quantity": 61}, "no number of packs"),
        ({"quantity": 48}, "under the MOQ"),
        ({"quantity": 12}, "under the supplier's minimum"),
        ({"unit_cost": Money(499, "GBP")}, "cost 500 each"),
        ({"unit_cost": Money(500, "EUR")}, "priced in EUR"),
    ],
)
def test_a_bent_line_is_found(line: dict[str, Any], fault: str) -> None:
    """A broken pack, MOQ, minimum, price or currency is named."""
    assert any(fault in found for found in faults_of(bent(**line), INPUTS))


def test_an_order_without_need_is_found() -> None:
    """A line whose position is above the reorder point is named."""
    figures = replace(bent().orders[0].lines[0].arithmetic, position=10_000)
    assert any("without need" in found for found in faults_of(bent(arithmetic=figures), INPUTS))


def test_a_budget_that_is_exceeded_is_found() -> None:
    """One penny over the budget is too much."""
    sound = bent()
    less = sound.orders[0].total - Money(1, "GBP")
    assert any("the budget is" in found for found in faults_of(replace(sound, budget=less), INPUTS))


def test_a_line_ordered_twice_is_found() -> None:
    """The same SKU for the same location in two orders is named."""
    sound = bent()
    assert any("2 times" in found for found in faults_of(replace(sound, orders=sound.orders * 2), INPUTS))


def test_a_transfer_of_what_is_not_there_is_found() -> None:
    """More pieces than the lender has are named."""
    move = PlannedTransfer(sku="MUG", from_location="york", to_location="leeds", quantity=501)
    assert any("501 leave york" in found for found in faults_of(replace(bent(), transfers=(move,)), INPUTS))


def test_a_missing_verdict_is_found() -> None:
    """Every SKU-location in scope has its verdict, or the plan is not used."""
    sound = bent()
    short = replace(sound, verdicts=sound.verdicts[:1])
    assert any("1 verdicts for 2" in found for found in faults_of(short, INPUTS))
