from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pytest

from shop.plan_inputs import UNKNOWN
from shop.stock_health import Excess, available, overstocked, running_low


@dataclass
class Shelves:
    """Three shelves, as much of a plan's inputs and assessment as stock health looks at."""

    on_hand: list[int]
    per_day: list[float]
    reorder_point: list[int] = field(default_factory=lambda: [5, 5, 5])
    status: list[str] = field(default_factory=lambda: ["active"] * 3)
    cost: list[int] = field(default_factory=lambda: [100, 100, 100])
    life: list[int] = field(default_factory=lambda: [UNKNOWN] * 3)

    def parts(self) -> tuple[Any, Any]:
        """Inputs and assessment."""
        zeros = np.zeros(3, dtype=np.int64)
        items = _Part(
            sku=np.array(["A", "B", "C"], dtype=object),
            location=np.array(["leeds"] * 3, dtype=object),
            status=np.array(self.status, dtype=object),
            currency=np.array(["GBP"] * 3, dtype=object),
            on_hand=np.array(self.on_hand),
            committed=zeros,
            unavailable=zeros,
            cost_minor=np.array(self.cost),
            shelf_life_days=np.array(self.life),
            in_scope=np.array([True] * 3),
        )
        levels = _Part(
            reorder_point=np.array(self.reorder_point),
            order_up_to=np.array(self.reorder_point) * 2,
            risk=lambda position: 1 / (1 + position.astype(float)),
        )
        inputs = _Part(items=items, home_currency="GBP", rates={}, as_of=date(2026, 11, 20))
        state = _Part(levels=levels, position=np.array(self.on_hand), per_day=np.array(self.per_day))
        return inputs, state


class _Part:
    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def test_low_is_at_or_below_the_reorder_point() -> None:
    """A shelf at its reorder point is low, one piece above it is not; the emptiest comes first."""
    assert running_low(*Shelves([5, 6, 0], [1.0, 1.0, 1.0]).parts()) == [2, 0]


def test_goods_that_are_not_sold_are_never_low() -> None:
    """What is not for sale any more does not run low."""
    shelves = Shelves([0, 0, 0], [1.0, 1.0, 1.0], status=["active", "end_of_life", "draft"])
    assert running_low(*shelves.parts()) == [0]


def test_excess_is_what_the_cover_does_not_need() -> None:
    """100 pieces at half a piece a day are 10 pieces over a cover of 180 days."""
    found = overstocked(*Shelves([100, 90, 91], [0.5, 0.5, 0.5]).parts(), cover_days=180)
    assert found == [Excess(0, 10, 200.0, 1000), Excess(2, 1, 182.0, 100)]


def test_what_spoils_before_it_sells_is_excess() -> None:
    """Of 20 pieces at half a piece a day, five do not sell in a shelf life of 30 days."""
    shelves = Shelves([20, 20, 20], [0.5, 0.5, 0.5], life=[30, UNKNOWN, 400])
    assert overstocked(*shelves.parts(), cover_days=180) == [Excess(0, 5, 40.0, 500, 30)]


def test_dead_stock_is_excess_as_a_whole() -> None:
    """Where nothing is expected to sell all that is available is too much, and the cover has no end."""
    (found,) = overstocked(*Shelves([7, 0, -1], [0.0, 0.0, 0.0]).parts())
    assert found == Excess(0, 7, None, 700)


def test_unknown_costs_come_last() -> None:
    """Excess of unknown cost has no value and stands at the end."""
    shelves = Shelves([10, 99, 20], [0.0, 0.0, 0.0], cost=[100, UNKNOWN, 100])
    found = overstocked(*shelves.parts())
    assert [(one.row, one.value_minor) for one in found] == [(2, 2000), (0, 1000), (1, None)]


@pytest.mark.parametrize("days", [1, 30, 365])
def test_enough_is_never_excess(days: int) -> None:
    """Stock for exactly the cover asked about is not too much."""
    assert overstocked(*Shelves([days] * 3, [1.0] * 3).parts(), cover_days=days) == []


def test_available_subtracts_what_is_spoken_for() -> None:
    """Available is on hand less committed less unavailable."""
    inputs, _ = Shelves([10, 10, 10], [1.0] * 3).parts()
    inputs.items.committed = np.array([1, 2, 3])
    inputs.items.unavailable = np.array([0, 0, 9])
    assert list(available(inputs)) == [9, 8, -2]
