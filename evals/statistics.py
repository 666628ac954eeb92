"""Rates with intervals and paired comparisons: what an evaluation may claim from so many cases.

The unit is the case, not the trial: trials of one case are correlated, and counting them as independent
makes intervals far too narrow (at 50 cases of 4 trials, 95 % intervals cover 67-87 %).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist
from typing import Final

from shop.errors import InvalidActionError

RESAMPLES: Final = 2_000
_NEAR: Final = 5
"""A rate with fewer cases than this on one side is near the edge, where a bootstrap is too narrow."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate and its 95 % interval."""

    rate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.rate:.1f} % ({100 * self.low:.1f}-{100 * self.high:.1f})"


def all_of(successes: int, trials: int, k: int) -> Fraction:
    """The unbiased chance that k fresh trials of a case all succeed: C(c, k) / C(n, k).

    Equal to the mean over all k-subsets of the trials (tau-bench, arXiv 2406.12045, section 4). Raises
    InvalidActionError with fewer than k trials.

    >>> all_of(3, 4, 2)
    Fraction(1, 2)
    """
    _check(successes, trials, k)
    return Fraction(comb(successes, k), comb(trials, k))


def _check(successes: int, trials: int, k: int) -> None:
    if not (0 <= successes <= trials and 1 <= k <= trials):
        raise InvalidActionError(
            f"{successes} of {trials} trials succeeded: k is {k}, it must be 1 to {trials}"
        )


def mean(values: Sequence[Fraction]) -> Fraction:
    """The exact mean."""
    return sum(values, Fraction(0)) / len(values)


def wilson(successes: float, cases: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval of a proportion (Wilson 1927, "Probable inference").

    >>> low, high = wilson(93, 114)
    >>> round(low, 7), round(high, 7)
    (0.7347507, 0.8762397)
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / cases
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return max(0.0, middle - half), min(1.0, middle + half)


def bootstrap(values: Sequence[float], seed: int = 7, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The 95 % percentile interval of the mean over whole cases (Efron and Tibshirani 1993, ch. 13).

    Its percentiles lie a little further out than 2.5 and 97.5, for the spread of a small sample is too
    small and known only roughly: Hesterberg, "What Teachers Should Know About the Bootstrap", The American
    Statistician 69 (2015), section 5.3.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible interval, no secret
    size = len(values)
    means = sorted(sum(rng.choices(values, k=size)) / size for _ in range(resamples))
    tail = _tail(size)
    return means[round(tail * (resamples - 1))], means[round((1 - tail) * (resamples - 1))]


def _tail(size: int) -> float:
    """Which share of the resampled means lies below the interval of so many values; 0.025 for very many."""
    if size < 2:  # noqa: PLR2004 - one value says nothing of its spread
        return 0.0
    return NormalDist().cdf(-sqrt(size / (size - 1)) * _student(0.975, size - 1))


def _student(share: float, freedom: int) -> float:
    """Student's quantile by Fisher's expansion (Abramowitz and Stegun 26.7.5), to 0.01 from 4 degrees on.

    >>> round(_student(0.975, 21), 3), round(_student(0.975, 4), 2)
    (2.08, 2.78)
    """
    x = NormalDist().inv_cdf(share)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return float(x + sum(term / freedom**power for power, term in enumerate(terms, 1)))


def rate(values: Sequence[Fraction]) -> Interval:
    """The mean over the cases with its interval: Wilson for yes or no and near the edges, else bootstrap."""
    exact = mean(values)
    near = min(sum(values), len(values) - sum(values)) < _NEAR
    if near or all(one in (0, 1) for one in values):
        low, high = wilson(float(sum(values)), len(values))
    else:
        low, high = bootstrap([float(one) for one in values])
    return Interval(float(exact), low, high)


def at_most(cases: int, confidence: float = 0.95) -> float:
    """With no event in so many cases: the rate that is excluded, 1 - (1 - confidence)^(1/n).

    >>> round(100 * at_most(114), 1)
    2.6
    """
    return 1 - float((1 - confidence) ** (1 / cases))


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p of so many flips each way (McNemar 1947; binomial with 1/2).

    >>> mcnemar(1, 8), mcnemar(0, 5), mcnemar(0, 0)
    (0.0390625, 0.0625, 1.0)
    """
    flips = lost + won
    tail = sum(comb(flips, each) for each in range(min(lost, won) + 1))
    return min(1.0, float(Fraction(2 * tail, 2**flips)))


def paired(before: Sequence[float], after: Sequence[float], seed: int = 7) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean difference on the same cases."""
    return bootstrap([new - old for old, new in zip(before, after, strict=True)], seed)
