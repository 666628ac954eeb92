"""Economic order quantities and their variants against numbers that other programs computed."""

from __future__ import annotations

import pytest

from shop.closed_forms import lot_sizing


def test_eoq_is_the_textbook_number() -> None:
    """Economic order quantity and cost of Snyder and Shen's example 3.1."""
    found = lot_sizing.economic_order_quantity(8, 0.225, 1300)
    assert found == pytest.approx((304.0467800264, 68.4105255059), rel=1e-9)


def test_eoq_with_backorders_is_the_textbook_number() -> None:
    """Quantity, share short and cost with planned backorders."""
    found = lot_sizing.economic_order_quantity_with_backorders(8, 0.225, 5, 1300)
    assert found == pytest.approx((310.812555159, 0.0430622009569, 66.9213635510), rel=1e-9)


def test_all_units_discount_takes_the_last_tier() -> None:
    """All-units discounts: 500 pieces at the third price."""
    found = lot_sizing.economic_order_quantity_with_price_breaks(
        200, 0.2, 1000, [0, 200, 500], [500, 475, 450]
    )
    assert found == (500, 2, 472900)


def test_incremental_discount_takes_the_last_tier() -> None:
    """Incremental discounts: quantity, third tier and cost."""
    quantity, tier, cost = lot_sizing.economic_order_quantity_with_incremental_discounts(
        150, 0.25, 2400, [0, 300, 600], [100, 90, 80]
    )
    assert tier == 2
    assert (quantity, cost) == pytest.approx((1481.89068423, 222762.813685), rel=1e-9)


def test_production_quantity_is_the_textbook_number() -> None:
    """Batch and cost when goods come in at a rate."""
    found = lot_sizing.economic_production_quantity(8, 0.225, 1300, 1700)
    assert found == pytest.approx((626.808494589, 33.1839791253), rel=1e-9)


def test_joint_replenishment_is_silvers() -> None:
    """Interval, multiples, quantities and cost of three items with one supplier."""
    found = lot_sizing.joint_replenishment(600, [120, 840, 300], [160, 20, 50], [1, 1, 1])
    assert found.multiples == (1, 3, 1)
    assert found.interval == pytest.approx(3.10316445417, rel=1e-9)
    assert found.quantities == pytest.approx((3.10316445417, 9.30949336251, 3.10316445417), rel=1e-9)
    assert found.cost == pytest.approx(837.854402626, rel=1e-9)
