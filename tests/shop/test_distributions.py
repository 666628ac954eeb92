"""Demand distributions: losses and quantiles against numbers that were computed elsewhere."""

import pytest

from shop import distributions


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
