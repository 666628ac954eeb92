"""Perishable goods: no order leads to more than sells while it keeps, and the line says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.plan_inputs import PlanInputs, PlanSettings
from shop.plan_results import Constraint, Reason, Verdict
from shop.plan_words import sentences
from shop.planning import plan
from tests.shop.planning_worlds import Item, Offer, World


def perishable(life: int, *, sold: int = 4, on_hand: int = 0, moq: int = 1, pack: int = 1) -> PlanInputs:
    """One SKU that keeps `life` days, from a supplier two weeks away; cheap to hold, dear to miss."""
    item = Item("FUD", sold=sold, on_hand=on_hand, price=2_000, cost=300)
    inputs = World([item], [Offer("FUD", cost=300, moq=moq, pack=pack)]).inputs()
    return replace(inputs, items=replace(inputs.items, shelf_life_days=np.array([life])))


@given(
    st.integers(1, 60),
    st.integers(1, 30),
    st.integers(0, 80),
    st.integers(1, 200),
    st.sampled_from([1, 6, 48]),
)
@settings(max_examples=60, deadline=None)
def test_no_order_leads_to_more_than_sells_while_it_keeps(
    life: int, sold: int, on_hand: int, moq: int, pack: int
) -> None:
    """Whatever MOQ and packs say: what is there and what is lost until then leave time to sell the order."""
    (found,) = plan(perishable(life, sold=sold, on_hand=on_hand, moq=moq, pack=pack)).verdicts
    figures = found.arithmetic
    assert figures.sold_before_spoiling <= round(figures.demand_per_day * (figures.lead_time_days + life))
    if figures.quantity:
        gone = figures.position + figures.lost_before_delivery
        assert gone + figures.quantity <= figures.sold_before_spoiling


@given(st.integers(1, 200), st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_what_keeps_longer_is_never_bought_in_smaller_lots(one: int, other: int) -> None:
    """The order-up-to level rises with the shelf life."""
    levels = [
        next(iter(plan(perishable(life)).verdicts)).arithmetic.order_up_to for life in sorted((one, other))
    ]
    assert levels[0] <= levels[1]


def test_goods_that_keep_are_planned_as_ever() -> None:
    """An unknown shelf life changes nothing, and nothing is said of it."""
    with_column = plan(perishable(-1)).verdicts[0].arithmetic
    inputs = perishable(-1)
    without = plan(replace(inputs, items=replace(inputs.items, shelf_life_days=None))).verdicts[0].arithmetic
    assert with_column == without
    assert not any("keeps" in line for line in sentences(without))


def test_the_line_names_the_shelf_life_as_what_bound() -> None:
    """Goods of five days, bought for two weeks ahead and five: constraint and arithmetic tell."""
    (found,) = plan(perishable(5)).verdicts
    assert found.verdict is Verdict.ORDERED
    assert found.arithmetic.constraint is Constraint.SHELF_LIFE
    told = " ".join(sentences(found.arithmetic))
    assert "It keeps 5 days after delivery" in told
    assert "The shelf life fixed it" in told


def test_a_pack_that_would_spoil_is_left_out() -> None:
    """Whole packs go down where the last one would not sell in time."""
    (found,) = plan(perishable(5, pack=12)).verdicts
    assert (found.arithmetic.raw_need, found.arithmetic.quantity) == (20, 12)
    assert found.arithmetic.constraint is Constraint.SHELF_LIFE


def test_a_minimum_that_would_spoil_goes_before_a_person() -> None:
    """An MOQ of more than sells in time is not bought; the words name minimum and days."""
    (found,) = plan(perishable(5, moq=200)).verdicts
    assert (found.verdict, found.reason) == (Verdict.NEEDS_ATTENTION, Reason.MOQ_OVER_SHELF_LIFE)
    assert "minimum of 200 pieces is more than sells in the 5 days" in found.words


@pytest.mark.parametrize("wanted", [{"fill_rate_target": 0.99}, {"service_level": 0.999}])
def test_a_target_does_not_make_goods_keep(wanted: dict[str, float]) -> None:
    """A fill rate or service level that the store names is limited by the shelf life too."""
    (found,) = plan(perishable(3), PlanSettings(**wanted)).verdicts  # type: ignore[arg-type] # by name
    assert found.arithmetic.order_up_to <= found.arithmetic.sold_before_spoiling
