"""Estimators, intervals and paired tests against closed forms, published values and simulation."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from evals import statistics
from shop.errors import InvalidActionError

FOUR_TRIALS = (4, 4, 4, 3, 3, 2, 1, 0)


@pytest.mark.parametrize("trials", range(1, 8))
def test_pass_k_is_the_mean_over_all_subsets(trials: int) -> None:
    """C(c, k) / C(n, k) is the share of k-subsets in which all succeed; its dual, in which one does."""
    for good in range(trials + 1):
        outcomes = [1] * good + [0] * (trials - good)
        for k in range(1, trials + 1):
            subsets = list(combinations(outcomes, k))
            assert statistics.all_of(good, trials, k) == Fraction(sum(map(min, subsets)), len(subsets))
            assert statistics.any_of(good, trials, k) == Fraction(sum(map(max, subsets)), len(subsets))


@pytest.mark.parametrize(("k", "expected"), [(1, 0.65625), (2, 0.5208333333333334), (3, 0.4375), (4, 0.375)])
def test_pass_k_of_eight_cases(k: int, expected: float) -> None:
    """Eight cases of four trials give the closed form to 1e-12."""
    made = statistics.mean([statistics.all_of(good, 4, k) for good in FOUR_TRIALS])
    assert abs(float(made) - expected) < 1e-12


def test_too_few_trials_are_an_error() -> None:
    """pass^k of fewer than k trials is not guessed."""
    with pytest.raises(InvalidActionError, match="k is 5"):
        statistics.all_of(3, 4, 5)


@pytest.mark.parametrize(
    ("good", "cases", "low", "high"),
    [(93, 114, 0.7347507, 0.8762397), (11, 114, 0.0547361, 0.1645539), (0, 114, 0, 0.0325985)],
)
def test_wilson(good: int, cases: int, low: float, high: float) -> None:
    """Wilson's interval has its published values, and is never of width 0."""
    assert statistics.wilson(good, cases) == pytest.approx((low, high), abs=1e-7)


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [
        (0, 4, 0.125),
        (0, 6, 0.03125),
        (1, 7, 0.0703125),
        (3, 12, 0.03515625),
        (3, 10, 0.09228515625),
        (5, 5, 1),
    ],
)
def test_mcnemar(lost: int, won: int, p: float) -> None:
    """The exact p of flips is the binomial's."""
    assert statistics.mcnemar(lost, won) == p == statistics.mcnemar(won, lost)


@pytest.mark.parametrize("kind", ["all trials", "each trial"])
def test_intervals_cover_what_they_promise(kind: str) -> None:
    """In 1,000 simulated evaluations of 60 cases the 95 % interval holds the truth in 93-97.5 %."""
    rng = random.Random(5)
    k = 4 if kind == "all trials" else 1
    truth = _truth(k)
    held = 0
    for _ in range(1_000):
        values = []
        for _ in range(60):
            chance = _chance(rng)
            good = sum(rng.random() < chance for _ in range(4))
            values.append(statistics.all_of(good, 4, k))
        held += _holds(values, truth)
    assert 0.93 <= held / 1_000 <= 0.975


def _chance(rng: random.Random) -> float:
    return rng.betavariate(3, 1.5)


def _truth(k: int) -> float:
    """The mean of the k-th power of a beta(3, 1.5): the product of (3 + i) / (4.5 + i)."""
    product = 1.0
    for each in range(k):
        product *= (3 + each) / (4.5 + each)
    return product


def _holds(values: list[Fraction], truth: float) -> bool:
    if all(one in (0, 1) for one in values):
        low, high = statistics.wilson(float(sum(values)), len(values))
    else:
        low, high = statistics.bootstrap([float(one) for one in values], seed=len(values), resamples=400)
    return low <= truth <= high


def test_no_event_excludes_a_rate() -> None:
    """0 unsafe of 114 excludes 2.6 % and more, of 1,000 still 0.3 %."""
    assert statistics.at_most(114) == pytest.approx(0.026, abs=5e-4)
    assert statistics.at_most(1_000) == pytest.approx(0.003, abs=5e-5)


def test_a_paired_interval_of_equal_runs_is_zero() -> None:
    """Two runs with the same outcomes differ by nothing."""
    assert statistics.paired([1, 0, 1], [1, 0, 1]) == (0, 0)
