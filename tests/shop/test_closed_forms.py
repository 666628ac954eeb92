"""Textbook formulas against numbers that were computed elsewhere."""

import math

import pytest

from shop import closed_forms, distributions


def test_eoq_is_the_textbook_number() -> None:
    """Economic order quantity and cost of Snyder and Shen's example 3.1."""
    assert closed_forms.economic_order_quantity(8, 0.225, 1300) == pytest.approx(
        (304.0467800264, 68.4105255059), rel=1e-9
    )


def test_eoq_with_backorders_is_the_textbook_number() -> None:
    """Quantity, share short and cost with planned backorders."""
    assert closed_forms.economic_order_quantity_with_backorders(8, 0.225, 5, 1300) == pytest.approx(
        (310.812555159, 0.0430622009569, 66.9213635510), rel=1e-9
    )


def test_all_units_discount_takes_the_last_tier() -> None:
    """All-units discounts: 500 pieces at the third price."""
    found = closed_forms.economic_order_quantity_with_price_breaks(
        200, 0.2, 1000, [0, 200, 500], [500, 475, 450]
    )
    assert found == (500, 2, 472900)


def test_newsvendor_normal_is_the_textbook_number() -> None:
    """Level and cost of the normal newsvendor."""
    assert closed_forms.newsvendor_normal(0.18, 0.70, 50, 8) == pytest.approx(
        (56.6039559274, 1.99760519318), rel=1e-9
    )


@pytest.mark.parametrize(("level", "cost"), [(60, 2.15613155287), (40, 7.35613155287)])
def test_newsvendor_cost_of_a_level(level: float, cost: float) -> None:
    """Cost of a level that is not the best one."""
    found = closed_forms.newsvendor_normal_cost(level, 0.18, 0.70, 50, 8)
    assert found == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "level", "cost"),
    [(0.18, 0.70, 50, 56, 1.79723521181), (1, 4, 6, 8, 3.57010694577)],
)
def test_newsvendor_poisson(holding: float, shortage: float, mean: float, level: int, cost: float) -> None:
    """Smallest whole level at the critical ratio, and its cost."""
    found_level, found_cost = closed_forms.newsvendor_poisson(holding, shortage, mean)
    assert found_level == level
    assert found_cost == pytest.approx(cost, rel=1e-9)


def test_r_q_cost_is_the_integral_in_closed_form() -> None:
    """Cost of an (r,Q) policy with normal lead-time demand."""
    found = closed_forms.r_q_cost(126.8, 328.5, 0.225, 7.5, 8, 1300, 150, 1 / 12)
    assert found == pytest.approx(78.0711625093, rel=1e-9)


def test_r_q_by_loss_functions_is_optimal() -> None:
    """The loss-function form finds the exact optimum of this instance."""
    point, quantity = closed_forms.r_q_by_loss_functions(0.225, 7.5, 8, 1300, 150, 1 / 12)
    assert (point, quantity) == pytest.approx((126.867063448, 328.449142198), rel=1e-6)
    cost = closed_forms.r_q_cost(point, quantity, 0.225, 7.5, 8, 1300, 150, 1 / 12)
    assert cost == pytest.approx(78.0711462704, rel=1e-8)


def test_power_approximation_is_the_textbook_number() -> None:
    """(s,S) of Ehrhardt and Mosier's power approximation."""
    assert closed_forms.s_s_power_approximation(0.18, 0.70, 2.5, 50, 8) == pytest.approx(
        (40.1946169565, 74.2901701098), rel=1e-9
    )


def test_losses_are_the_textbook_numbers() -> None:
    """Normal, standard normal, Poisson and gamma loss."""
    assert distributions.normal_loss(18.0, 15.0, 3.0) == pytest.approx(0.249946411763, rel=1e-9)
    assert distributions.normal_loss(0.3, 0.0, 1.0) == pytest.approx(0.266761242117, rel=1e-9)
    assert distributions.poisson_loss(18, 15.0) == pytest.approx(0.517609528258, rel=1e-9)
    assert distributions.gamma_loss(18.0, 9.0, 2.0) == pytest.approx(2.37160152017, rel=1e-9)


@pytest.mark.parametrize("mean", [0.3, 4.0, 37.0])
@pytest.mark.parametrize("spread", [1.0, 1.7, 9.0])
def test_discrete_loss_is_the_sum_of_its_definition(mean: float, spread: float) -> None:
    """E[(D - x)+] of the negative binomial (or Poisson) equals the plain sum over all demands."""
    variance = mean * spread
    mass = [
        distributions.discrete_cdf(k, mean, variance) - distributions.discrete_cdf(k - 1, mean, variance)
        for k in range(1500)
    ]
    for x in (0, 1, 5, 40):
        expected = sum((k - x) * share for k, share in enumerate(mass) if k > x)
        assert distributions.discrete_loss(x, mean, variance) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("share", [0.5, 0.85, 0.98])
@pytest.mark.parametrize(("mean", "variance"), [(0.02, 0.5), (3.0, 3.0), (90.0, 20_000.0), (500.0, 900.0)])
def test_quantile_is_the_least_level_that_covers_the_share(
    share: float, mean: float, variance: float
) -> None:
    """Below the quantile the probability is under the share, at it the share is reached."""
    level = distributions.quantile(share, mean, variance)
    assert distributions.cdf(level + 1e-9, mean, variance) >= share - 1e-9
    below = level - 1 if mean <= distributions.SLOW_MOVER_UNITS else level * (1 - 1e-6)
    assert distributions.cdf(below, mean, variance) < share


def test_fill_rate_is_not_the_cycle_service() -> None:
    """The fill rate of a Poisson (r,Q) instance that was simulated as 0.913."""
    at_point, at_top = (distributions.poisson_loss(level, 25.0) for level in (28, 38))
    assert closed_forms.fill_rate(at_point, at_top, 10) == pytest.approx(0.9143237988, rel=1e-9)
    assert not math.isclose(distributions.discrete_cdf(28, 25.0, 25.0), 0.9143237988, rel_tol=0.01)
