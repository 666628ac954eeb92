"""Needs of small catalogues: levels, positions, supply on its way and data that cannot be."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import pytest

from shop.planning import Note, PlanSettings, Reason, Verdict, plan
from tests.shop.planning_worlds import DAYS, Due, Item, Offer, Supplier, World, ordered, verdict_of


def single(item: Item, offer: Offer | None = None, **more: object) -> World:
    """One SKU of one supplier."""
    return replace(World([item], [offer or Offer(item.sku)]), **more)  # type: ignore[arg-type] # fields by name


def point_of(item: Item) -> int:
    """The reorder point that the plan computes for an item."""
    return verdict_of(plan(single(item).inputs()), item.sku).arithmetic.reorder_point


def test_at_the_reorder_point_it_orders_and_above_it_does_not() -> None:
    """The position that equals the reorder point orders; one piece more does not."""
    point = point_of(Item("MUG"))
    at = verdict_of(plan(single(Item("MUG", on_hand=point)).inputs()), "MUG")
    above = verdict_of(plan(single(Item("MUG", on_hand=point + 1)).inputs()), "MUG")
    assert (at.verdict, at.reason) == (Verdict.ORDERED, Reason.AT_REORDER_POINT)
    assert (above.verdict, above.reason) == (Verdict.NOT_ORDERED, Reason.ENOUGH_STOCK)


def test_the_arithmetic_of_a_line_adds_up() -> None:
    """Position, exposure, levels and quantity follow from each other, figure by figure."""
    world = single(Item("MUG", on_hand=20, committed=3, unavailable=2), Offer("MUG", moq=50, pack=12))
    figures = verdict_of(plan(replace(world, due=[Due("MUG", 5, 3)]).inputs()), "MUG").arithmetic
    assert figures.position == 20 - 3 - 2 + 5
    assert figures.lead_time_demand == pytest.approx(4 * (14 + 7), rel=1e-6)
    assert figures.safety_stock == round(figures.reorder_point - figures.lead_time_demand)
    assert figures.order_up_to == figures.reorder_point + figures.economic_quantity
    assert figures.lost_before_delivery > 0
    assert figures.raw_need == figures.order_up_to - figures.position - figures.lost_before_delivery
    assert figures.after_moq == max(figures.raw_need, 50)
    assert figures.after_packs == ceil(figures.after_moq / 12) * 12 == figures.quantity


def test_a_slow_mover_with_a_high_margin_keeps_to_the_level_cover() -> None:
    """Costs alone would hold a longer stock: the order-up-to level is what sells within the cover."""
    world = single(Item("RING", sold=1, every=8, price=90_000), Offer("RING", cost=100))
    capped, free = (
        verdict_of(plan(world.inputs(), PlanSettings(level_cover_days=days)), "RING").arithmetic
        for days in (60, 3_650)
    )
    assert capped.order_up_to == ceil(capped.demand_per_day * 60) < free.order_up_to
    assert capped.reorder_point < capped.order_up_to


def test_lead_time_deviation_raises_the_variance_by_its_square() -> None:
    """Variance of the exposure's demand grows by d^2 * sdL^2."""
    sure = single(Item("MUG"), suppliers=[Supplier(lead_time_sd=0)])
    unsure = single(Item("MUG"), suppliers=[Supplier(lead_time_sd=5)])
    small, large = (verdict_of(plan(world.inputs()), "MUG").arithmetic for world in (sure, unsure))
    gained = large.lead_time_demand_sd**2 - small.lead_time_demand_sd**2
    assert gained == pytest.approx((4 * 5) ** 2, rel=1e-3)


def test_a_supplier_next_door_still_leaves_a_warning() -> None:
    """A lead time of almost nothing is raised to the minimum, and the line says so."""
    found = verdict_of(plan(single(Item("MUG"), suppliers=[Supplier(lead_time=0.0003)]).inputs()), "MUG")
    assert found.arithmetic.lead_time_days == 1.0
    assert Note.LEAD_TIME_FLOOR in found.notes


def test_only_supply_inside_the_exposure_counts() -> None:
    """An order that arrives within lead time and review counts; one after it is told, not trusted."""
    soon = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, 21)]).inputs()), "MUG")
    late = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, 22)]).inputs()), "MUG")
    assert soon.verdict is Verdict.NOT_ORDERED
    assert late.verdict is Verdict.ORDERED
    assert late.arithmetic.incoming_late == 500
    assert Note.ARRIVES_TOO_LATE in late.notes


@pytest.mark.parametrize(
    ("days", "verdict", "note"),
    [(-14, Verdict.NOT_ORDERED, Note.OVERDUE_COUNTED), (-15, Verdict.ORDERED, Note.OVERDUE_IGNORED)],
)
def test_an_overdue_order_is_trusted_for_two_weeks_only(days: int, verdict: Verdict, note: Note) -> None:
    """Overdue supply is flagged, counts for 14 days, then no more."""
    found = verdict_of(plan(single(Item("MUG"), due=[Due("MUG", 500, days)]).inputs()), "MUG")
    assert found.verdict is verdict
    assert note in found.notes


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World([Item("MUG")]), Reason.NO_SUPPLIER),
        (single(Item("MUG"), Offer("MUG", cost=0)), Reason.NO_COST),
        (single(Item("MUG"), Offer("MUG", pack=0)), Reason.PACK_SIZE_ZERO),
        (single(Item("MUG"), Offer("MUG", moq=-1)), Reason.MOQ_NEGATIVE),
        (single(Item("MUG"), Offer("MUG", moq=100_000)), Reason.MOQ_OVER_MAXIMUM),
        (single(Item("MUG"), suppliers=[Supplier(lead_time=float("nan"))]), Reason.NO_LEAD_TIME),
        (single(Item("MUG"), suppliers=[Supplier(currency="EUR")]), Reason.NO_EXCHANGE_RATE),
        (single(Item("MUG", on_hand=-1)), Reason.NEGATIVE_STOCK),
        (single(Item("MUG", sold=0, observed_from=2**31 - 1)), Reason.NO_HISTORY),
        (single(Item("MUG", sold=0, observed_from=DAYS - 3)), Reason.NO_HISTORY),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_bad_data_needs_attention_with_its_name(world: World, reason: Reason) -> None:
    """Each kind of unusable input gives a verdict with the finding, no order and no crash."""
    found = plan(world.inputs())
    entry = verdict_of(found, "MUG")
    assert (entry.verdict, entry.reason) == (Verdict.NEEDS_ATTENTION, reason)
    assert entry.words
    assert found.orders == ()


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (Item("MUG", sold=0), Reason.NO_DEMAND),
        (Item("MUG", status="archived"), Reason.NOT_FOR_SALE),
        (Item("MUG", status="draft"), Reason.NOT_FOR_SALE),
        (Item("MUG", status="end_of_life"), Reason.END_OF_LIFE),
    ],
)
def test_what_nobody_should_buy_is_not_ordered_and_says_why(item: Item, reason: Reason) -> None:
    """No demand, no sale, no future: not ordered."""
    entry = verdict_of(plan(single(item).inputs()), "MUG")
    assert (entry.verdict, entry.reason) == (Verdict.NOT_ORDERED, reason)


def test_what_is_owed_is_ordered_even_without_demand() -> None:
    """Ten pieces sold and not there are bought although nothing else will sell."""
    found = plan(single(Item("MUG", sold=0, committed=10)).inputs())
    assert ordered(found) == {("MUG", "leeds"): 10}
    assert verdict_of(found, "MUG").reason is Reason.BACKORDERED
