"""Base-stock levels of stages in a row against the reference."""

from __future__ import annotations

import pytest

from shop.closed_forms.newsvendor import newsvendor_normal
from shop.closed_forms.serial_stages import serial_base_stock


def test_three_stages_are_the_reference_ones() -> None:
    """Echelon levels to the step of the grid that the reference was found on, the cost to a thousandth."""
    found = serial_base_stock([7.0, 4.0, 2.0], [1.0, 1.0, 2.0], 37.12, 5.0, 1.0)
    assert found.echelon_levels == pytest.approx((6.484, 12.028, 22.72), abs=0.015)
    assert found.cost == pytest.approx(47.66539, rel=1e-3)


def test_one_stage_is_the_newsvendor() -> None:
    """Level and cost of a single stage are those of the newsvendor's closed form."""
    found = serial_base_stock([7.0], [1.0], 37.12, 5.0, 1.0)
    level, cost = newsvendor_normal(7.0, 37.12, 5.0, 1.0)
    assert (*found.echelon_levels, found.cost) == pytest.approx((level, cost), rel=1e-4)
