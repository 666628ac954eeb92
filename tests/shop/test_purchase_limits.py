"""Plans under budgets of periods, suppliers and categories, weight limits, and with several suppliers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from shop.budgets import Budget, Period, PlacedLine
from shop.errors import InvalidActionError
from shop.money import Money
from shop.plan_check import faults_of
from shop.plan_inputs import MaximumStock, PlanInputs
from shop.planning import PlanSettings, Reason, plan
from tests.shop.planning_worlds import AS_OF, Item, Offer, Supplier, World, ordered, verdict_of

TWO = World(
    [Item("MUG"), Item("CUP", category="garden")],
    [Offer("MUG"), Offer("CUP", "south")],
    [Supplier(), Supplier("south")],
)


def with_weights(world: World, grams: int, most: int) -> PlanInputs:
    """Every piece weighs so much, every order may weigh so much."""
    inputs = world.inputs()
    items = replace(inputs.items, weight_grams=np.full(len(inputs.items), grams, dtype=np.int64))
    limits = np.full(len(inputs.suppliers.id), most, dtype=np.int64)
    return replace(inputs, items=items, suppliers=replace(inputs.suppliers, most_weight_grams=limits))


@pytest.mark.parametrize(("supplier", "category"), [("south", None), (None, "garden")])
def test_a_budget_of_a_supplier_or_category_holds_it_alone(
    supplier: str | None, category: str | None
) -> None:
    """The other supplier, or category, is bought in full; the plan tells what was spent and the price."""
    inputs = TWO.inputs()
    budget = Budget(amount=Money(5_000, "GBP"), supplier=supplier, category=category)
    found = plan(inputs, PlanSettings(budgets=(budget,)))
    free = plan(inputs)
    assert ordered(found)["MUG", "leeds"] == ordered(free)["MUG", "leeds"]
    assert ordered(found)["CUP", "leeds"] == 10
    (use,) = found.uses
    assert use.spent == Money(5_000, "GBP")
    assert use.price > 0
    assert faults_of(found, inputs) == []


def test_what_the_period_has_seen_counts() -> None:
    """Of a month's budget only what earlier orders left is spent; last month's orders do not count."""
    placed = (
        PlacedLine(ordered_on=AS_OF.replace(day=2), supplier="south", category="", home_minor=4_000),
        PlacedLine(ordered_on=date(2026, 10, 31), supplier="south", category="", home_minor=9_999),
    )
    inputs = replace(TWO.inputs(), placed=placed)
    budget = Budget(amount=Money(6_000, "GBP"), period=Period.MONTH)
    found = plan(inputs, PlanSettings(budgets=(budget,)))
    assert found.home_value == Money(2_000, "GBP")
    assert found.uses[0].left == Money(0, "GBP")
    assert faults_of(found, inputs) == []


def test_a_period_that_is_overspent_buys_nothing() -> None:
    """Everything is over budget, and no budget goes deeper into the red."""
    placed = (PlacedLine(ordered_on=AS_OF, supplier="x", category="", home_minor=9_000),)
    budget = Budget(amount=Money(6_000, "GBP"), period=Period.YEAR)
    found = plan(replace(TWO.inputs(), placed=placed), PlanSettings(budgets=(budget,)))
    assert found.orders == ()
    assert {entry.reason for entry in found.verdicts} == {Reason.OVER_BUDGET}


def test_a_budget_is_for_a_supplier_or_a_category() -> None:
    """Both at once, and a negative amount, are refused."""
    with pytest.raises(InvalidActionError, match="not for both"):
        Budget(amount=Money(1, "GBP"), supplier="a", category="b")
    with pytest.raises(InvalidActionError, match="negative"):
        Budget(amount=Money(-1, "GBP"))


def test_an_order_keeps_its_weight() -> None:
    """An order of at most 30 kg of pieces of 500 g holds 60 pieces, and the check agrees."""
    inputs = with_weights(World([Item("MUG")], [Offer("MUG")]), 500, 30_000)
    found = plan(inputs)
    assert ordered(found) == {("MUG", "leeds"): 60}
    assert faults_of(found, inputs) == []
    heavier = with_weights(World([Item("MUG")], [Offer("MUG")]), 501, 30_000)
    assert any("grams are over" in fault for fault in faults_of(found, heavier))


def test_a_product_without_weight_is_a_finding_where_weight_is_limited() -> None:
    """Nothing is ordered, and a person is told what to add."""
    found = plan(with_weights(World([Item("MUG")], [Offer("MUG")]), -1, 30_000))
    assert found.orders == ()
    assert verdict_of(found, "MUG").reason is Reason.NO_WEIGHT


def test_another_supplier_of_the_same_rank_serves_what_the_first_cannot() -> None:
    """With no money for the one supplier, the other of equal rank is ordered from."""
    offers = [Offer("MUG", cost=500), Offer("MUG", "south", cost=510)]
    inputs = World([Item("MUG")], offers, [Supplier(), Supplier("south")]).inputs()
    budget = Budget(amount=Money(0, "GBP"), supplier="northwind")
    found = plan(inputs, PlanSettings(budgets=(budget,)))
    assert [order.supplier for order in found.orders] == ["south"]
    assert faults_of(found, inputs) == []


def test_the_maximum_stock_may_be_kept_against_whole_packs() -> None:
    """A pack that passes the maximum cover is bought and reported, or left out by an explicit setting."""
    world = World([Item("MUG", sold=1)], [Offer("MUG", pack=50)])
    settings = PlanSettings(maximum_cover_days=60, economic_cover_days=60)
    loose = ordered(plan(world.inputs(), settings))["MUG", "leeds"]
    kept = ordered(plan(world.inputs(), replace(settings, maximum_stock=MaximumStock.KEPT)))["MUG", "leeds"]
    assert kept <= 60
    assert kept <= loose
    assert kept % 50 == loose % 50 == 0


def test_costs_in_another_currency_are_rounded_up_against_the_budget() -> None:
    """A budget one penny under the exact value in home currency does not buy the line."""
    world = World(
        [Item("MUG", sold=0, committed=10)],
        [Offer("MUG", moq=10, cost=333)],
        [Supplier(currency="USD")],
        rates={"USD": Decimal("0.791")},
    )
    inputs = world.inputs()
    exact = Decimal(3330) * Decimal("0.791")
    enough, short = (PlanSettings(budget=Money(int(exact) + more, "GBP")) for more in (1, 0))
    assert ordered(plan(inputs, enough)) == {("MUG", "leeds"): 10}
    assert plan(inputs, short).orders == ()
