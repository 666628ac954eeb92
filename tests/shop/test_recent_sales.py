"""Plans keep under the cover that the rules would ask about, where that costs little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shop.planning import PlanInputs, plan
from shop.recent_sales import SALES_DAYS, pieces_until_asked
from shop.store.reads.cover import Cover, days_of_cover
from tests.shop.planning_worlds import DAYS, Item, Offer, World, verdict_of

LIMIT = 180


def slowed(offer: Offer, on_hand: int = 0) -> PlanInputs:
    """A SKU that sold one a day until eight weeks ago, and one a week since; none of it is old news yet."""
    sold = np.zeros((DAYS, 1), dtype=np.float32)
    sold[: DAYS - SALES_DAYS, 0] = 1
    sold[DAYS - SALES_DAYS :: 7, 0] = 1
    return World([Item("MUG", on_hand=on_hand)], [offer], sold=sold).inputs()


def cover_after(inputs: PlanInputs) -> int:
    """The rules' figure for the order that the plan makes; yesterday's eight weeks."""
    figures = verdict_of(plan(inputs), "MUG").arithmetic
    assert figures.quantity > 0
    sold = int(inputs.history.sold[-SALES_DAYS:, 0].sum())
    empty = int(inputs.history.stocked_out[-SALES_DAYS:, 0].sum())
    return days_of_cover(Cover(figures.on_hand, 0, sold, empty), figures.quantity, SALES_DAYS)


@pytest.mark.parametrize(
    "offer", [Offer("MUG"), Offer("MUG", pack=6), Offer("MUG", breaks=((60, 400),))], ids=["1", "6", "break"]
)
def test_what_sold_lately_bounds_an_order(offer: Offer) -> None:
    """Where sales fell, neither level nor pack nor price break makes a cover that the rules ask about."""
    assert cover_after(slowed(offer)) <= LIMIT


def test_a_large_lot_waits_until_it_fits_under_the_cover() -> None:
    """The reorder point leaves room for the MOQ under the pieces that the rules ask about."""
    small, large = (
        verdict_of(plan(slowed(Offer("MUG", moq=moq), on_hand=9)), "MUG").arithmetic.reorder_point
        for moq in (1, 24)
    )
    assert large < small


def test_an_empty_shelf_is_no_sign_of_slow_sales() -> None:
    """Days without stock are left out of the rate, in the fact and in the plan's bound alike."""
    inputs = slowed(Offer("MUG"))
    out = inputs.history.stocked_out.copy()
    out[-28:] = True
    sold = inputs.history.sold
    full, half = (
        pieces_until_asked(sold, days, inputs.items.observed_from, LIMIT)[0] for days in (out, out & False)
    )
    assert full == pytest.approx(2 * half, abs=2)
    emptied = replace(inputs, history=replace(inputs.history, stocked_out=out))
    assert cover_after(emptied) <= LIMIT


def test_a_product_younger_than_the_window_has_no_bound() -> None:
    """Of a product that came in the last eight weeks the sales of eight weeks say nothing."""
    nothing = np.zeros((DAYS, 1))
    young = np.array([DAYS - 10])
    assert pieces_until_asked(nothing, nothing > 0, young, LIMIT)[0] == np.inf
