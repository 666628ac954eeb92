"""Order quantities and levels for suppliers that fail, against numbers that were computed elsewhere."""

from __future__ import annotations

import pytest

from shop.closed_forms import disruptions


def test_order_quantity_with_disruptions() -> None:
    """Quantity and cost of the EOQ with a supplier that is sometimes down."""
    quantity, cost = disruptions.economic_order_quantity_with_disruptions(8, 0.225, 5, 1300, 1.5, 14)
    assert quantity == pytest.approx(772.8111, rel=1e-6)
    assert cost == pytest.approx(173.950002573, rel=1e-9)


def test_base_stock_with_disruptions_is_a_multiple_of_the_demand() -> None:
    """Four periods of demand, and what they cost."""
    level, cost = disruptions.newsvendor_with_disruptions(0.25, 3, 2000, 0.04, 0.25)
    assert level == 8000
    assert cost == pytest.approx(2737.0689655, rel=1e-9)


def test_cost_of_a_base_stock_below_one_period_of_demand() -> None:
    """A level under the demand of a period is short every time."""
    found = disruptions.newsvendor_with_disruptions_cost(1200, 0.25, 3, 2000, 0.04, 0.25)
    assert found == pytest.approx(5710.3448276, rel=1e-9)


@pytest.mark.parametrize("level", [1200, 2000, 5000, 8000, 30_000])
def test_the_cost_is_the_sum_of_its_definition(level: float) -> None:
    """The closed tail equals the sum over three hundred periods."""
    up = 0.25 / 0.29
    chances = [up, *(0.04 * up * 0.75**n for n in range(300))]
    expected = sum(
        chance * (0.25 * max(level - 2000 * (n + 1), 0) + 3 * max(2000 * (n + 1) - level, 0))
        for n, chance in enumerate(chances)
    )
    found = disruptions.newsvendor_with_disruptions_cost(level, 0.25, 3, 2000, 0.04, 0.25)
    assert found == pytest.approx(expected, rel=1e-9)
