"""Demand distributions, compiled: probability, quantile and expected loss of a level.

``loss(x) = E[(D - x)+]``: the pieces short, on average, when x are there (reference formulas: Zipkin 2000,
Foundations of Inventory Management, sections C.2 and C.3). Every function takes the mean and, where the
distribution has one, the variance. All are plain numbers in, plain numbers out, callable from Python and
from other compiled code.
"""

from __future__ import annotations

import math

from shop.compiled import njit

NORMAL = 0
GAMMA = 1
POISSON = 2
NEGATIVE_BINOMIAL = 3
NONE = 4
DISTRIBUTION_NAMES = ("normal", "gamma", "poisson", "negative binomial", "none")

SLOW_MOVER_UNITS = 40.0
"""Up to this mean the discrete distributions are summed term by term; above it the gamma is as good."""

_HALF = 0.5
_CLOSE = 1e-15
_LONGEST = 1_000_000
_ROOT_2 = math.sqrt(2.0)
_ROOT_2_PI = math.sqrt(2.0 * math.pi)


@njit(cache=True)
def normal_density(z: float) -> float:
    """Standard normal density phi(z)."""
    return math.exp(-0.5 * z * z) / _ROOT_2_PI


@njit(cache=True)
def normal_cdf(z: float) -> float:
    """Standard normal probability Phi(z)."""
    return 0.5 * math.erfc(-z / _ROOT_2)


@njit(cache=True)
def normal_quantile(p: float) -> float:
    """The z with Phi(z) = p, 0 < p < 1: Abramowitz and Stegun 26.2.23, then Newton to machine accuracy.

    >>> round(normal_quantile(0.975), 9)
    1.959963985
    """
    tail = min(p, 1.0 - p)
    t = math.sqrt(-2.0 * math.log(tail))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    for _ in range(4):
        z += (0.5 * math.erfc(z / _ROOT_2) - tail) / normal_density(z)
    return z if p > _HALF else -z


@njit(cache=True)
def normal_loss(x: float, mean: float, sd: float) -> float:
    """``sd * (phi(z) - z (1 - Phi(z)))`` with ``z = (x - mean) / sd``; stockpyl ``normal_loss(18, 15, 3)``.

    >>> round(normal_loss(18.0, 15.0, 3.0), 12)
    0.249946411763
    """
    if sd <= 0.0:
        return max(mean - x, 0.0)
    z = (x - mean) / sd
    return sd * (normal_density(z) - z * 0.5 * math.erfc(z / _ROOT_2))


@njit(cache=True)
def normal_second_loss(x: float, mean: float, sd: float) -> float:
    """``E[((D - x)+)^2] / 2 = sd^2 ((z^2 + 1)(1 - Phi(z)) - z phi(z)) / 2``."""
    if sd <= 0.0:
        return 0.5 * max(mean - x, 0.0) ** 2
    z = (x - mean) / sd
    return sd * sd * ((z * z + 1.0) * 0.5 * math.erfc(z / _ROOT_2) - z * normal_density(z)) / 2.0


@njit(cache=True)
def gamma_cdf(x: float, shape: float) -> float:
    """Regularised lower incomplete gamma P(shape, x): series below, continued fraction above shape + 1.

    Press et al., Numerical Recipes (3rd ed.), section 6.2.
    """
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = 1.0 / shape
        total = term
        step = shape
        for _ in range(10_000):
            step += 1.0
            term *= x / step
            total += term
            if term < total * _CLOSE:
                break
        return min(total * front, 1.0)
    tiny = 1e-300
    b = x + 1.0 - shape
    c = 1.0 / tiny
    d = 1.0 / b
    h = d
    for i in range(1, 10_000):
        a = -i * (i - shape)
        b += 2.0
        d = a * d + b
        if abs(d) < tiny:
            d = tiny
        c = b + a / c
        if abs(c) < tiny:
            c = tiny
        d = 1.0 / d
        delta = d * c
        h *= delta
        if abs(delta - 1.0) < _CLOSE:
            break
    return max(1.0 - front * h, 0.0)


@njit(cache=True)
def gamma_loss(x: float, shape: float, scale: float) -> float:
    """``k t (1 - F_{k+1}(x)) - x (1 - F_k(x))``; stockpyl ``gamma_loss(18, 9, 2)``.

    >>> round(gamma_loss(18.0, 9.0, 2.0), 11)
    2.37160152017
    """
    if x <= 0.0:
        return shape * scale - x
    y = x / scale
    return max(shape * scale * (1.0 - gamma_cdf(y, shape + 1.0)) - x * (1.0 - gamma_cdf(y, shape)), 0.0)


@njit(cache=True)
def gamma_quantile(p: float, shape: float, scale: float) -> float:
    """The x with F(x) = p: Wilson and Hilferty (1931) as a start, bracketed, then bisection with Newton."""
    z = normal_quantile(p)
    start = shape * max(1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape)), 0.05) ** 3
    low, high = 0.0, max(start, 1e-12)
    while gamma_cdf(high, shape) < p:
        low, high = high, high * 2.0
    x = min(max(start, low), high)
    for _ in range(100):
        error = gamma_cdf(x, shape) - p
        if error > 0.0:
            high = x
        else:
            low = x
        density = math.exp((shape - 1.0) * math.log(x) - x - math.lgamma(shape)) if x > 0.0 else 0.0
        newton = x - error / density if density > 0.0 else low - 1.0
        following = newton if low < newton < high else 0.5 * (low + high)
        if abs(following - x) <= 1e-12 * x:
            break
        x = following
    return x * scale


@njit(cache=True)
def poisson_loss(x: int, mean: float) -> float:
    """``-(x - mu)(1 - F(x)) + mu f(x)`` for a whole number x; stockpyl ``poisson_loss(18, 15)``.

    >>> round(poisson_loss(18, 15.0), 12)
    0.517609528258
    """
    if x < 0:
        return mean - x
    mass = (
        math.exp(x * math.log(mean) - mean - math.lgamma(x + 1.0)) if mean > 0.0 else (1.0 if x == 0 else 0.0)
    )
    return max(-(x - mean) * (1.0 - discrete_cdf(x, mean, mean)) + mean * mass, 0.0)


@njit(cache=True)
def discrete_cdf(x: int, mean: float, variance: float) -> float:
    """P(D <= x) of the negative binomial with this mean and variance; Poisson where variance <= mean."""
    if x < 0:
        return 0.0
    if mean <= 0.0:
        return 1.0
    mass = _mass_at_zero(mean, variance)
    total = mass
    for k in range(x):
        mass *= _mass_ratio(k, mean, variance)
        total += mass
        if total >= 1.0 - _CLOSE:
            break
    return min(total, 1.0)


@njit(cache=True)
def discrete_quantile(p: float, mean: float, variance: float) -> int:
    """The smallest whole number x with P(D <= x) >= p, negative binomial or Poisson as `discrete_cdf`."""
    if mean <= 0.0:
        return 0
    mass = _mass_at_zero(mean, variance)
    total = mass
    x = 0
    while total < p and x < _LONGEST:
        mass *= _mass_ratio(x, mean, variance)
        total += mass
        x += 1
    return x


@njit(cache=True)
def discrete_loss(x: int, mean: float, variance: float) -> float:
    """``E[(D - x)+] = mean - sum_{k < x} P(D > k)``, negative binomial or Poisson as `discrete_cdf`."""
    if x <= 0 or mean <= 0.0:
        return max(mean - x, 0.0)
    mass = _mass_at_zero(mean, variance)
    total = mass
    loss = mean
    for k in range(x):
        if total >= 1.0 - _CLOSE:
            break
        loss -= 1.0 - total
        mass *= _mass_ratio(k, mean, variance)
        total += mass
    return max(loss, 0.0)


@njit(cache=True)
def _mass_at_zero(mean: float, variance: float) -> float:
    if variance <= mean * 1.000001:
        return math.exp(-mean)
    size = mean * mean / (variance - mean)
    return math.exp(size * math.log(mean / variance))


@njit(cache=True)
def _mass_ratio(k: int, mean: float, variance: float) -> float:
    """P(k + 1) / P(k)."""
    if variance <= mean * 1.000001:
        return mean / (k + 1.0)
    size = mean * mean / (variance - mean)
    return (k + size) / (k + 1.0) * (1.0 - mean / variance)


@njit(cache=True)
def fitting(mean: float, variance: float) -> int:
    """Which distribution to use: discrete for slow movers (R8), normal where it hardly reaches below zero."""
    if mean <= 0.0:
        return NONE
    if mean <= SLOW_MOVER_UNITS:
        return POISSON if variance <= mean * 1.000001 else NEGATIVE_BINOMIAL
    return NORMAL if variance <= 0.04 * mean * mean else GAMMA


@njit(cache=True)
def quantile(p: float, mean: float, variance: float) -> float:
    """The level that demand stays at or below with probability p, by the distribution of `fitting`."""
    kind = fitting(mean, variance)
    if kind == NONE:
        return 0.0
    if kind == NORMAL:
        return mean + normal_quantile(p) * math.sqrt(variance)
    if kind == GAMMA:
        return gamma_quantile(p, mean * mean / variance, variance / mean)
    return float(discrete_quantile(p, mean, variance))


@njit(cache=True)
def cdf(x: float, mean: float, variance: float) -> float:
    """P(demand <= x) by the distribution of `fitting`."""
    kind = fitting(mean, variance)
    if kind == NONE:
        return 1.0 if x >= 0.0 else 0.0
    if kind == NORMAL:
        return normal_cdf((x - mean) / math.sqrt(variance))
    if kind == GAMMA:
        return gamma_cdf(x * mean / variance, mean * mean / variance)
    return discrete_cdf(math.floor(x), mean, variance)


@njit(cache=True)
def loss(x: float, mean: float, variance: float) -> float:
    """``E[(D - x)+]`` by the distribution of `fitting`; x is a whole number for the discrete ones."""
    kind = fitting(mean, variance)
    if kind == NONE:
        return max(-x, 0.0)
    if kind == NORMAL:
        return normal_loss(x, mean, math.sqrt(variance))
    if kind == GAMMA:
        return gamma_loss(x, mean * mean / variance, variance / mean)
    return discrete_loss(math.floor(x), mean, variance)
