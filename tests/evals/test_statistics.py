"""Estimators, intervals and paired tests against closed forms, published values and simulation."""

import random
from fractions import Fraction
from itertools import combinations
from math import comb

import pytest

from evals import statistics
from shop.errors import InvalidActionError

FOUR_TRIALS = (4, 4, 4, 3, 3, 2, 1, 0)


@pytest.mark.parametrize("trials", range(1, 8))
def test_pass_k_is_the_mean_over_all_subsets(trials: int) -> None:
    """C(c, k) / C(n, k) is the share of k-subsets in which all succeed."""
    for good in range(trials + 1):
        outcomes = [1] * good + [0] * (trials - good)
        for k in range(1, trials + 1):
            subsets = list(combinations(outcomes, k))
            assert statistics.all_of(good, trials, k) == Fraction(sum(map(min, subsets)), len(subsets))


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


@pytest.mark.parametrize("cases", [65, 73, 175, 378])
def test_wilson_covers_exactly_what_it_promises(cases: int) -> None:
    """With as many cases as the suites have, it holds every true rate of 5-95 % in 93-97 % of all runs.

    The coverage is the binomial's own sum, not a simulation (Brown, Cai and DasGupta 2001, section 3).
    """
    assert all(0.93 <= _coverage(cases, percent / 100) <= 0.97 for percent in range(5, 96))


@pytest.mark.parametrize(("cases", "least"), [(4, 0.874), (6, 0.895), (22, 0.924), (26, 0.924)])
def test_wilson_of_few_cases_covers_that_on_the_mean(cases: int, least: float) -> None:
    """With few cases coverage jumps from rate to rate, for any interval; its mean stays in 93-97 %."""
    found = [_coverage(cases, percent / 100) for percent in range(5, 96)]
    assert 0.93 <= sum(found) / len(found) <= 0.97
    assert min(found) >= least


def _coverage(cases: int, truth: float) -> float:
    chances = [comb(cases, good) * truth**good * (1 - truth) ** (cases - good) for good in range(cases + 1)]
    kept = [statistics.wilson(good, cases) for good in range(cases + 1)]
    return sum(chance for chance, (low, high) in zip(chances, kept, strict=True) if low <= truth <= high)


@pytest.mark.parametrize(("cases", "k"), [(22, 2), (60, 1)])
def test_intervals_of_several_trials_cover_what_they_promise(cases: int, k: int) -> None:
    """In 500 simulated evaluations of 4 trials a case the interval of pass^k holds the truth in 93-97 %."""
    rng = random.Random(5)
    truth = 3 / 4.5 if k == 1 else 3 * 4 / (4.5 * 5.5)  # the mean of the chance, and of its square
    held = 0
    for _ in range(500):
        chances = [rng.betavariate(3, 1.5) for _ in range(cases)]
        good = [sum(rng.random() < chance for _ in range(4)) for chance in chances]
        values = [float(statistics.all_of(each, 4, k)) for each in good]
        low, high = statistics.bootstrap(values, seed=len(values), resamples=200)
        held += low <= truth <= high
    assert 0.93 <= held / 500 <= 0.97


def test_no_event_excludes_a_rate() -> None:
    """0 unsafe of 114 excludes 2.6 % and more, of 1,000 still 0.3 %."""
    assert statistics.at_most(114) == pytest.approx(0.026, abs=5e-4)
    assert statistics.at_most(1_000) == pytest.approx(0.003, abs=5e-5)


def test_a_paired_interval_of_equal_runs_is_zero() -> None:
    """Two runs with the same outcomes differ by nothing."""
    assert statistics.paired([1, 0, 1], [1, 0, 1]) == (0, 0)
