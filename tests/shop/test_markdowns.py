"""Markdown plans against enumeration, and ladders that may be set as they stand."""

from functools import cache
from itertools import product
from math import exp, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.markdowns import Markdown, ladder_of, plan, reach_of
from shop.price_bounds import PriceLimits, PriceState, broken


def enumerated(question: Markdown) -> float:
    """The best of all policies, one after the other: a rung for every week, rung before and stock."""
    rungs, stock = range(len(question.ladder)), question.stock
    states = [(week, k, n) for week in range(question.weeks) for k in rungs for n in range(1, stock + 1)]
    ways = [range(k, question.reach[k] + 1) for _, k, _ in states]
    return max(_worth(question, dict(zip(states, policy, strict=True))) for policy in product(*ways))


def _worth(question: Markdown, policy: dict[tuple[int, int, int], int]) -> float:
    @cache
    def from_here(week: int, k: int, n: int) -> float:
        if week == question.weeks or n == 0:
            return float(question.leftover * n)
        j = policy[week, k, n]
        mean = question.base * (question.ladder[j] / question.ladder[0]) ** question.elasticity
        chances: list[float] = [exp(-mean) * mean**d / factorial(d) for d in range(n)]
        chances.append(1 - sum(chances))
        worth: float = sum(
            chance * (question.ladder[j] * sold + from_here(week + 1, j, n - sold))
            for sold, chance in enumerate(chances)
        )
        return worth

    return from_here(0, 0, question.stock)


@settings(max_examples=25, deadline=None)
@given(
    base=st.floats(0.1, 3),
    elasticity=st.floats(-4, -0.2),
    leftover=st.integers(0, 60),
    shape=st.sampled_from([(2, 2, 2), (2, 3, 2), (3, 1, 2), (2, 1, 3), (2, 2, 3)]),
    second=st.integers(40, 95),
)
def test_a_plan_is_worth_what_the_best_of_all_policies_is(
    base: float, elasticity: float, leftover: int, shape: tuple[int, int, int], second: int
) -> None:
    """On small cases the plan's value is that of the best of all policies, tried one after another."""
    weeks, stock, rungs = shape
    ladder = (100, second, second // 2)[:rungs]
    reach = (1, *range(2, rungs), rungs - 1)[:rungs]
    question = Markdown(ladder, reach, base, elasticity, weeks, stock, leftover)
    found = plan(question)
    assert found.value == pytest.approx(enumerated(question), rel=1e-9)
    assert found.value == pytest.approx(found.revenue + leftover * found.left, rel=1e-9)


@settings(deadline=None)
@given(
    price=st.integers(50, 500_000),
    cost_points=st.integers(500, 10_000),
    map_points=st.none() | st.integers(3_000, 10_000),
    currency=st.sampled_from(["GBP", "JPY", "KWD"]),
)
def test_every_rung_may_be_set_from_each_rung_that_reaches_it(
    price: int, cost_points: int, map_points: int | None, currency: str
) -> None:
    """Prices of a ladder fall, and no move between rungs in reach breaks floor, MAP or a limit."""
    limits = PriceLimits()
    cost, least = (
        max(1, price * cost_points // 10_000),
        None if map_points is None else max(1, price * map_points // 10_000),
    )
    ladder = ladder_of(PriceState(price, cost, least), limits, currency=currency)
    assert ladder[0] == price
    assert list(ladder) == sorted(set(ladder), reverse=True)
    for k, last in enumerate(reach_of(ladder, limits)):
        for rung in ladder[k + 1 : last + 1]:
            before = PriceState(ladder[k], cost, least, day_ago=ladder[k], week_ago=ladder[k])
            assert broken(rung, before, limits) == ()


def test_with_too_much_stock_the_price_falls_and_with_little_it_stays() -> None:
    """Elastic demand and a mountain of stock start lower; the last pieces are not given away."""
    much, little = (Markdown((1000, 900, 810), (1, 2, 2), 5, -3, 6, stock, 0) for stock in (300, 5))
    assert plan(much).weeks[0].rung == 1
    assert plan(little).weeks[0].rung == 0


def test_inelastic_demand_keeps_the_price() -> None:
    """Where a lower price sells hardly more, nothing is marked down."""
    found = plan(Markdown((1000, 900), (1, 1), 5, -0.5, 4, 200, 0))
    assert [one.rung for one in found.weeks] == [0, 0, 0, 0]


def test_a_large_stock_is_planned_the_same_way() -> None:
    """The transform for large stocks gives what direct sums give: all can be sold, so pieces add up."""
    found = plan(Markdown((1000, 900), (1, 1), 2_500, -2.5, 3, 6_000, 100))
    assert found.left + sum(one.sold for one in found.weeks) == pytest.approx(6_000)
    assert found.value == pytest.approx(found.revenue + 100 * found.left)
