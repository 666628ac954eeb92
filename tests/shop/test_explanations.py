"""What a line tells beside its quantity: costs, what bound it, what else there was, how old it all is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import TypeAdapter

from shop.money import Money
from shop.plan_inputs import Ages, Shortages
from shop.plan_results import Alternative, AlternativeKind, Arithmetic, Constraint, ItemVerdict, Reason
from shop.plan_words import sentences
from shop.planning import PlanSettings, plan
from tests.shop.planning_worlds import Due, Item, Offer, Supplier, World, verdict_of

TWO = [Supplier("north"), Supplier("south", lead_time=5)]


def alternative(world: World, kind: AlternativeKind, sku: str = "MUG") -> Alternative | None:
    """The alternative of this kind that the plan names for a SKU in Leeds."""
    found = verdict_of(plan(world.inputs()), sku).alternatives
    return next((one for one in found if one.kind is kind), None)


@pytest.mark.parametrize(
    ("offer", "constraint"),
    [
        (Offer("MUG"), Constraint.NEED),
        (Offer("MUG", moq=400), Constraint.MOQ),
        (Offer("MUG", pack=100), Constraint.PACKS),
        (Offer("MUG", breaks=((400, 300),)), Constraint.PRICE_BREAK),
        (Offer("MUG", moq=100_000), Constraint.MAXIMUM_COVER),
    ],
)
def test_a_line_names_what_bound_its_quantity(offer: Offer, constraint: Constraint) -> None:
    """The last step that moved the quantity away from the need is told."""
    entry = verdict_of(plan(World([Item("MUG")], [offer]).inputs()), "MUG")
    assert entry.arithmetic.constraint is constraint


def test_a_line_without_money_left_names_the_budget() -> None:
    """What the budget did not reach says so, and what doing nothing loses."""
    found = plan(World([Item("MUG")], [Offer("MUG")]).inputs(), PlanSettings(budget=Money.of("1", "GBP")))
    entry = verdict_of(found, "MUG")
    assert entry.arithmetic.constraint is Constraint.BUDGET
    assert entry.arithmetic.lost_margin_without is not None
    assert entry.arithmetic.lost_margin_without > Money.zero("GBP")


def test_doing_nothing_loses_the_shortage_times_the_margin() -> None:
    """An empty shelf without supply loses the whole demand of the exposure: 84 pieces of 5.00 margin."""
    figures = verdict_of(plan(World([Item("MUG")], [Offer("MUG")]).inputs()), "MUG").arithmetic
    assert figures.lost_sales_without == pytest.approx(84, abs=0.5)
    assert figures.lost_margin_without == Money.of("420.00", "GBP")
    assert figures.unit_margin == Money.of("5.00", "GBP")


def test_the_other_supplier_comes_with_its_figures() -> None:
    """Quantity in its packs, its unit cost, its value and its lead time."""
    offers = [Offer("MUG", "north"), Offer("MUG", "south", cost=450, moq=200, pack=50, rank=1)]
    other = alternative(World([Item("MUG")], offers, TWO), AlternativeKind.OTHER_SUPPLIER)
    assert other is not None
    assert (other.supplier, other.lead_time_days, other.unit_cost) == ("south", 5, Money(450, "GBP"))
    assert other.quantity % 50 == 0
    assert other.value == Money(450, "GBP") * other.quantity


def test_an_unusable_offer_is_no_alternative() -> None:
    """A supplier without a price cannot be named instead."""
    offers = [Offer("MUG", "north"), Offer("MUG", "south", cost=0, rank=1)]
    assert alternative(World([Item("MUG")], offers, TWO), AlternativeKind.OTHER_SUPPLIER) is None


def test_the_next_price_break_comes_with_its_figures() -> None:
    """The tier that was not reached, at whole packs."""
    world = World([Item("MUG")], [Offer("MUG", pack=7, breaks=((800, 499),))])
    tier = alternative(world, AlternativeKind.NEXT_BREAK)
    assert tier is not None
    assert (tier.quantity, tier.unit_cost) == (805, Money(499, "GBP"))


def test_surplus_elsewhere_is_named_where_nothing_is_moved() -> None:
    """With transfers switched off, the location that could spare the goods stands as an alternative."""
    world = World([Item("MUG"), Item("MUG", "york", on_hand=9_000, sold=1)], [Offer("MUG")])
    entry = verdict_of(plan(world.inputs(), PlanSettings(transfers=False)), "MUG")
    (move,) = [one for one in entry.alternatives if one.kind is AlternativeKind.TRANSFER]
    assert (move.supplier, move.quantity) == ("york", entry.arithmetic.raw_need)


def test_a_line_in_no_need_has_no_alternatives() -> None:
    """Plenty of stock leaves nothing to decide."""
    world = World([Item("MUG", on_hand=9_000)], [Offer("MUG"), Offer("MUG", "south")], [Supplier(), TWO[1]])
    entry = verdict_of(plan(world.inputs()), "MUG")
    assert (entry.alternatives, entry.arithmetic.constraint) == ((), Constraint.NONE)


def test_the_source_tells_how_old_every_figure_is() -> None:
    """Sales by their last day, stock by its age, assumed terms, the day of the exchange rate."""
    inputs = World([Item("MUG")], [Offer("MUG")]).inputs()
    ages = Ages(
        stock_days=np.array([40]),
        assumed_stock=np.array([True]),
        assumed_terms=np.array([True]),
        rate_days={"GBP": date(2026, 11, 1)},
    )
    source = verdict_of(plan(replace(inputs, ages=ages)), "MUG").arithmetic.source
    assert "set 40 days ago, assumed by an import" in source
    assert "terms of northwind, assumed by an import" in source
    assert "GBP rate of 2026-11-01" in source


def test_what_is_lost_before_delivery_is_told_with_the_need() -> None:
    """An almost empty shelf with a long lead time loses sales: told, and left out of the need."""
    world = World([Item("MUG", on_hand=5)], [Offer("MUG")])
    figures = verdict_of(plan(world.inputs()), "MUG").arithmetic
    lost, told = figures.lost_before_delivery, " ".join(sentences(figures))
    assert lost > 0
    assert f"{lost} pieces are expected to find an empty shelf" in told
    assert f"Need = {figures.order_up_to} - 5 - {lost} lost before delivery = {figures.raw_need}" in told


def test_with_customers_who_wait_nothing_is_left_out_of_the_need() -> None:
    """With backorders the whole difference to the order-up-to level is needed."""
    world = World([Item("MUG", on_hand=5)], [Offer("MUG")])
    kept = plan(world.inputs(), PlanSettings(shortages=Shortages.BACKORDERS))
    figures = verdict_of(kept, "MUG").arithmetic
    assert figures.lost_before_delivery == figures.counted_above_position == 0
    assert figures.raw_need == figures.order_up_to - 5


def test_an_item_that_counts_above_its_position_says_so() -> None:
    """Where sales lost before a late delivery spare the order, the words give both figures."""
    found = [late_delivery(pieces) for pieces in range(40, 140, 2)]
    spared = [
        entry
        for entry in found
        if entry.reason is Reason.ENOUGH_STOCK and entry.arithmetic.position <= entry.arithmetic.reorder_point
    ]
    assert spared
    for entry in spared:
        counted = entry.arithmetic.position + entry.arithmetic.counted_above_position
        assert counted > entry.arithmetic.reorder_point
        assert f"counts as {counted}, above the reorder point" in entry.words


def test_arithmetic_stored_before_lost_sales_were_told_still_loads() -> None:
    """A draft of an older version lacks both figures: they are read as 0."""
    stored = TypeAdapter(Arithmetic)
    kept = stored.dump_python(late_delivery(60).arithmetic, mode="json")
    del kept["lost_before_delivery"], kept["counted_above_position"]
    read = stored.validate_python(kept)
    assert read.lost_before_delivery == read.counted_above_position == 0


def late_delivery(pieces: int) -> ItemVerdict:
    """An empty shelf whose delivery comes a day before an order of today would."""
    world = World([Item("MUG")], [Offer("MUG")], due=[Due("MUG", pieces, 13)])
    return verdict_of(plan(world.inputs()), "MUG")
