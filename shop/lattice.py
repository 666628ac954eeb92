"""Demand on a lattice of whole steps: chances and expected losses from a mean and a variance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shop.compiled import njit

if TYPE_CHECKING:
    from shop.plan_inputs import Floats

_SURE = 0.5
_SKEWED_BELOW = 12.0


@njit(cache=True)
def fill_losses(mean: float, variance: float, unit: float, last: int, loss: Floats) -> None:
    """E[(D - k unit)+] for k = 0 .. last: mean less the summed chances of more."""
    fill_masses(mean / unit, variance / unit**2, last, loss)
    total, left = 0.0, mean
    for k in range(last + 1):
        total += loss[k]
        loss[k] = left
        left = max(left - unit * max(1.0 - total, 0.0), 0.0)


@njit(cache=True)
def fill_masses(mean: float, variance: float, last: int, mass: Floats) -> None:
    """Chances of 0 .. last steps: the distribution with this mean and variance.

    Negative binomial, Poisson or (less variance, few steps) binomial: one family, Panjer's (a, b, 0)
    class of 1981, so that a longer horizon always has more of everything; for many steps the normal.
    """
    for k in range(last + 1):
        mass[k] = 0.0
    if mean <= 0.0:
        mass[0] = 1.0
    elif variance > mean * 1.000001:
        size, ratio = mean * mean / (variance - mean), 1.0 - mean / variance
        mass[0] = math.exp(size * math.log(mean / variance))
        for k in range(last):
            mass[k + 1] = mass[k] * (k + size) / (k + 1.0) * ratio
    elif variance > mean * 0.999999:
        mass[0] = math.exp(-mean)
        for k in range(last):
            mass[k + 1] = mass[k] * mean / (k + 1.0)
    elif variance < _SURE * _SURE:
        whole = min(math.floor(mean), last)
        mass[whole] = 1.0 - (mean - whole)
        if whole < last:
            mass[whole + 1] = mean - whole
    elif mean < _SKEWED_BELOW:
        _binomial_masses(mean, variance, last, mass)
    else:
        _normal_masses(mean, variance, last, mass)


@njit(cache=True)
def _binomial_masses(mean: float, variance: float, last: int, mass: Floats) -> None:
    """Binomial with a number of trials that need not be whole; what that adds or lacks is scaled away."""
    chance = 1.0 - variance / mean
    trials = mean / chance
    mass[0] = math.exp(trials * math.log(1.0 - chance))
    total = mass[0]
    for k in range(last):
        if k >= trials:
            break
        mass[k + 1] = mass[k] * (trials - k) / (k + 1.0) * chance / (1.0 - chance)
        total += mass[k + 1]
    for k in range(last + 1):
        mass[k] /= total


@njit(cache=True)
def _normal_masses(mean: float, variance: float, last: int, mass: Floats) -> None:
    deviation = math.sqrt(variance)
    first = max(0, math.floor(mean - 8.0 * deviation))
    end = min(last, math.ceil(mean + 8.0 * deviation))
    total = 0.0
    for k in range(first, math.ceil(mean + 8.0 * deviation) + 1):
        chance = math.exp(-0.5 * ((k - mean) / deviation) ** 2)
        total += chance
        if k <= end:
            mass[k] = chance
    for k in range(first, end + 1):
        mass[k] /= total
