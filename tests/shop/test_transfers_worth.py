"""Goods are moved only when what they are worth beats the work of moving them."""

from dataclasses import replace

import pytest

from shop.money import Money
from shop.planning import Plan, PlanSettings, Verdict, plan
from tests.shop.planning_worlds import Item, Offer, World, verdict_of

CHEAP = World(
    [
        Item("PIN", cost=10, price=30),
        Item("PIN", "york", on_hand=9_000, sold=1, cost=10, price=30),
    ],
    [Offer("PIN", cost=10)],
)


def with_cost(amount: str, world: World = CHEAP) -> Plan:
    """The plan when moving one SKU once costs so much."""
    return plan(world.inputs(), PlanSettings(transfer_cost=Money.of(amount, "GBP")))


def test_goods_worth_less_than_the_work_are_bought_instead() -> None:
    """Pins of 0.10 are not moved for 1,000 GBP of work; they are ordered."""
    found = with_cost("1000")
    assert found.transfers == ()
    assert verdict_of(found, "PIN").verdict is Verdict.ORDERED


def test_goods_worth_more_than_the_work_are_moved() -> None:
    """The same pins are moved when that costs next to nothing."""
    assert [move.from_location for move in with_cost("0.01").transfers] == ["york"]


@pytest.mark.parametrize("amount", ["0.01", "1000"])
def test_what_nobody_sells_is_moved_whatever_it_costs(amount: str) -> None:
    """Without a supplier the surplus elsewhere is all that there is."""
    assert len(with_cost(amount, replace(CHEAP, offers=[])).transfers) == 1
