"""Signals in a plan: the days ahead, the past, what is on its way, who can deliver, at which cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.money import Money
from shop.plan_check import faults_of
from shop.plan_results import Arithmetic, Reason, Verdict
from shop.planning import PlanSettings, plan
from shop.signalled import with_signals
from shop.signals import Signal
from tests.shop.planning_worlds import AS_OF, DAYS, Due, Item, Offer, Supplier, World, ordered, verdict_of

ADDED = datetime(2026, 11, 19, tzinfo=UTC)


def signal(effect: str, first: int = 0, last: int | None = 60, **more: Any) -> Signal:
    """A signal by Priya from `first` to `last` days ahead."""
    ends = None if last is None else AS_OF + timedelta(days=last)
    base: dict[str, Any] = {"id": "S-1", "reason": "told", "author": "priya", "added_at": ADDED}
    return Signal(
        **{**base, "effect": effect, "starts_on": AS_OF + timedelta(days=first), "ends_on": ends, **more}
    )


def told(world: World, *signals: Signal) -> World:
    """The world in which these signals are known."""
    return replace(world, signals=signals)


def figures(world: World, sku: str = "MUG", location: str = "leeds") -> Arithmetic:
    """The arithmetic of one line."""
    return verdict_of(plan(with_signals(world.inputs())), sku, location).arithmetic


MUG = World([Item("MUG")], [Offer("MUG")])
TWO = World(
    [Item("MUG")],
    [Offer("MUG", "north"), Offer("MUG", "south", cost=600, rank=1)],
    [Supplier("north"), Supplier("south")],
)


def test_a_promotion_scales_the_demand_of_its_days_only() -> None:
    """Half as much again on 10 of the 21 days of the exposure adds 10 x 4 x 0.5 pieces."""
    plain, promoted = figures(MUG), figures(told(MUG, signal("promotion", 5, 14, sku="MUG", percent=50)))
    assert promoted.lead_time_demand - plain.lead_time_demand == pytest.approx(20, abs=0.01)
    assert promoted.demand_per_day == plain.demand_per_day
    assert promoted.reorder_point > plain.reorder_point


def test_a_promotion_after_the_exposure_changes_nothing_yet() -> None:
    """What begins when the next order has long arrived is not bought for today."""
    assert (
        figures(told(MUG, signal("promotion", 22, 30, sku="MUG", percent=50))).quantity
        == figures(MUG).quantity
    )


def test_a_one_off_adds_its_pieces_once() -> None:
    """Sixty pieces for one customer raise the exposure's demand by sixty at that location alone."""
    world = World([Item("MUG"), Item("MUG", "york")], [Offer("MUG")])
    one_off = signal("one_off", 3, 3, sku="MUG", location="york", quantity=60)
    before, after = figures(world, "MUG", "york"), figures(told(world, one_off), "MUG", "york")
    assert after.lead_time_demand - before.lead_time_demand == pytest.approx(60, abs=0.01)
    assert figures(told(world, one_off)) == figures(world)


def test_signals_on_the_same_days_add_up() -> None:
    """Twenty and thirty percent on the same day are fifty."""
    both = (
        signal("promotion", 0, 20, sku="MUG", percent=20),
        signal("season", 0, 20, id="S-2", category="kitchen", percent=30),
    )
    one = signal("promotion", 0, 20, sku="MUG", percent=50)
    assert figures(told(MUG, *both)).lead_time_demand == pytest.approx(
        figures(told(MUG, one)).lead_time_demand, abs=0.01
    )


def test_a_signal_of_another_category_or_place_touches_nothing() -> None:
    """Category and location bound a signal."""
    garden = signal("promotion", percent=90, category="garden")
    york = signal("promotion", percent=90, sku="MUG", location="york")
    assert figures(told(MUG, garden)) == figures(told(MUG, york)) == figures(MUG)


def test_demand_may_vanish_but_never_falls_below_zero() -> None:
    """A hundred percent less is nothing: no order, and no crash."""
    gone = figures(told(MUG, signal("season", 0, 90, percent=-100)))
    assert (gone.lead_time_demand, gone.quantity) == (0, 0)


@pytest.mark.parametrize("percent", [100, None])
def test_a_past_promotion_is_taken_out_of_the_history(percent: int | None) -> None:
    """Two weeks at twice the usual sales do not raise the forecast, told or measured from the days around."""
    sold = np.full((DAYS, 1), 4.0, dtype=np.float32)
    sold[-28:-14] = 8.0
    world = replace(MUG, sold=sold)
    known = told(world, signal("promotion", -28, -15, sku="MUG", percent=percent))
    assert figures(known).demand_per_day == pytest.approx(figures(MUG).demand_per_day, rel=0.02)


def test_the_measured_effect_of_a_past_promotion_counts_not_the_told_one() -> None:
    """Somebody told of +300 %, sales doubled: they are halved."""
    sold = np.full((DAYS, 1), 4.0, dtype=np.float32)
    sold[-28:-14] = 8.0
    cleaned = with_signals(
        told(replace(MUG, sold=sold), signal("promotion", -28, -15, sku="MUG", percent=300)).inputs()
    )
    assert np.allclose(cleaned.history.sold, 4.0)


def test_a_past_one_off_is_taken_out_of_the_history() -> None:
    """The pieces that one customer took are no demand of every day."""
    sold = np.full((DAYS, 1), 4.0, dtype=np.float32)
    sold[-10] = 104.0
    world = told(
        replace(MUG, sold=sold), signal("one_off", -10, -10, sku="MUG", location="leeds", quantity=100)
    )
    assert with_signals(world.inputs()).history.sold[-10, 0] == pytest.approx(4.0)


def test_a_late_purchase_order_no_longer_comes_in_time() -> None:
    """An order due in 15 days that is 10 days late misses the exposure of 21 days, and more is bought."""
    world = replace(MUG, due=[Due("MUG", 500, 15)])
    late = signal("delay", 0, None, purchase_order="PO-1", days=10)
    assert figures(world).quantity == 0
    found = figures(told(world, late))
    assert (found.incoming, found.incoming_late) == (0, 500)
    assert found.quantity > 0


def test_a_supplier_that_is_late_takes_longer_for_orders_and_deliveries() -> None:
    """The lead time of new orders and the dates of deliveries that fall due meanwhile both move."""
    late = signal("delay", 0, 7, supplier="northwind", days=10)
    due_soon, due_later = replace(MUG, due=[Due("MUG", 500, 5)]), replace(MUG, due=[Due("MUG", 500, 9)])
    assert figures(told(MUG, late)).lead_time_days == figures(MUG).lead_time_days + 10
    assert with_signals(told(due_soon, late).inputs()).incoming.due_in_days.tolist() == [15]
    assert with_signals(told(due_later, late).inputs()).incoming.due_in_days.tolist() == [9]


def test_a_delay_that_is_over_changes_nothing() -> None:
    """After its last day a supplier is on time again."""
    assert figures(told(MUG, signal("delay", -9, -1, supplier="northwind", days=10))) == figures(MUG)


def test_unavailable_goods_come_from_the_next_supplier() -> None:
    """While the preferred one cannot deliver, the other does."""
    found = plan(with_signals(told(TWO, signal("unavailable", 0, 30, supplier="north")).inputs()))
    assert {order.supplier for order in found.orders} == {"south"}


def test_unavailable_goods_without_another_supplier_need_a_person() -> None:
    """What is needed and cannot be had is a named finding; what is not needed is simply not ordered."""
    gone = signal("unavailable", 0, 30, sku="MUG")
    needed = verdict_of(plan(with_signals(told(TWO, gone).inputs())), "MUG")
    plenty = replace(TWO, items=[Item("MUG", on_hand=9_000)])
    idle = verdict_of(plan(with_signals(told(plenty, gone).inputs())), "MUG")
    assert (needed.verdict, needed.reason) == (Verdict.NEEDS_ATTENTION, Reason.SUPPLIER_UNAVAILABLE)
    assert (idle.verdict, idle.reason) == (Verdict.NOT_ORDERED, Reason.ENOUGH_STOCK)


@pytest.mark.parametrize(
    ("price", "pence"),
    [
        ({"percent": 10}, 550),
        ({"sku": "MUG", "unit_cost": Money(430, "GBP")}, 430),
        ({"percent": 10, "starts_on": AS_OF + timedelta(days=1)}, 500),
    ],
)
def test_a_price_counts_from_its_day(price: dict[str, Any], pence: int) -> None:
    """The order is placed at the new unit cost from the first day on, before it at the old one."""
    found = plan(with_signals(told(MUG, signal("price", 0, None, supplier="northwind", **price)).inputs()))
    assert [line.unit_cost for order in found.orders for line in order.lines] == [Money(pence, "GBP")]


def test_price_breaks_change_with_the_price() -> None:
    """Ten percent more on the offer is ten percent more on each of its price breaks."""
    world = World([Item("MUG")], [Offer("MUG", breaks=((10, 400), (100, 300)))])
    dearer = told(world, signal("price", 0, None, supplier="northwind", percent=10))
    assert with_signals(dearer.inputs()).offers.break_cost_minor.tolist() == [440, 330]


def test_every_line_that_a_signal_touches_names_it() -> None:
    """Id, author and days stand with the line; lines elsewhere say nothing."""
    world = World([Item("MUG"), Item("POT", category="garden")], [Offer("MUG"), Offer("POT")])
    found = plan(
        with_signals(told(world, signal("promotion", 2, 8, category="kitchen", percent=20)).inputs())
    )
    (words,) = verdict_of(found, "MUG").signals
    assert "S-1" in words
    assert "priya" in words
    assert "2026-11-22 to 2026-11-28" in words
    assert verdict_of(found, "POT").signals == ()


SIGNALS = st.lists(
    st.builds(
        lambda effect, first, length, percent: signal(
            effect, first, first + length, id=f"S-{first}-{length}", percent=percent
        ),
        st.sampled_from(["promotion", "season"]),
        st.integers(-200, 100),
        st.integers(0, 300),
        st.integers(-100, 900),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=40)
@given(SIGNALS)
def test_plans_with_signals_keep_all_rules(signals: list[Signal]) -> None:
    """Whatever is told, the plan passes the independent check, and no line is ordered without need."""
    world = World([Item("MUG"), Item("MUG", "york", on_hand=90)], [Offer("MUG", moq=6, pack=6)])
    inputs = with_signals(told(world, *signals).inputs())
    found = plan(inputs, PlanSettings())
    assert faults_of(found, inputs) == []
    figures = [line.arithmetic for order in found.orders for line in order.lines]
    assert all(isinstance(one, Arithmetic) and one.raw_need > 0 for one in figures)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 300), st.integers(0, 300))
def test_more_uplift_never_orders_less(one: int, other: int) -> None:
    """The quantity grows with the percentage of a promotion; S and Q are whole, so up to two pieces of it."""
    small, large = sorted((one, other))
    quantities = [
        sum(
            ordered(plan(told(MUG, signal("promotion", 0, 30, sku="MUG", percent=percent)).inputs())).values()
        )
        for percent in (small, large)
    ]
    assert quantities[1] >= quantities[0] - 2
