"""Known demand laws of one period, as chances of 0, 1, 2 ... pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.float64]
NEGLIGIBLE = 1e-11


@dataclass(frozen=True, slots=True)
class Law:
    """A demand per period with its name."""

    name: str
    mass: Chances

    @property
    def mean(self) -> float:
        """Expected pieces."""
        return float(np.arange(len(self.mass)) @ self.mass)

    @property
    def variance(self) -> float:
        """Variance of the pieces."""
        return float(np.arange(len(self.mass)) ** 2 @ self.mass) - self.mean**2

    def over(self, periods: int) -> Chances:
        """Chances of the demand of so many periods."""
        total = np.ones(1)
        for _ in range(periods):
            total = np.convolve(total, self.mass)
        return _trimmed(total)


def poisson(mean: float) -> Law:
    """Every customer takes one piece."""
    return Law(f"Poisson {mean:g}", _by_ratio(math.exp(-mean), lambda k: mean / (k + 1)))


def negative_binomial(mean: float, spread: float) -> Law:
    """Variance `spread` times the mean."""
    size = mean / (spread - 1)
    first = spread**-size
    found = _by_ratio(first, lambda k: (k + size) / (k + 1) * (1 - 1 / spread))
    return Law(f"negative binomial {mean:g}, variance {spread:g} x mean", found)


def uniform(most: int) -> Law:
    """0 .. most, all alike."""
    return Law(f"uniform 0 to {most}", np.full(most + 1, 1 / (most + 1)))


def normal(mean: float, sd: float) -> Law:
    """A normal on whole pieces."""
    pieces = np.arange(max(math.floor(mean - 7 * sd), 0), math.ceil(mean + 7 * sd) + 1)
    chances = np.exp(-0.5 * ((pieces - mean) / sd) ** 2)
    mass = np.zeros(int(pieces[-1]) + 1)
    mass[pieces] = chances / chances.sum()
    return Law(f"normal {mean:g}, deviation {sd:g}", mass)


def lumpy(chance: float, size: float) -> Law:
    """A sale on some periods only, of geometric size with the given mean."""
    found = [1 - chance]
    left = chance / size
    while left > NEGLIGIBLE:
        found.append(left)
        left *= 1 - 1 / size
    return Law(f"sales in {chance:.0%} of periods, geometric of {size:g}", _whole(np.array(found)))


def batches(chance: float, size: int) -> Law:
    """A sale on some periods only, always of the same size or its half."""
    mass = np.zeros(size + 1)
    mass[0] = 1 - chance
    mass[size] += chance / 2
    mass[(size + 1) // 2] += chance / 2
    return Law(f"sales in {chance:.0%} of periods, of {size} or half of it", mass)


def _by_ratio(first: float, ratio: object) -> Chances:
    found = [first]
    while len(found) < 3 or found[-1] > NEGLIGIBLE or found[-1] > found[-2]:  # noqa: PLR2004 - past the mode
        found.append(found[-1] * ratio(len(found) - 1))  # type: ignore[operator] # a function of k
    return _whole(np.array(found))


def _trimmed(mass: Chances) -> Chances:
    end = len(mass) - int(np.argmax(mass[::-1] > NEGLIGIBLE))
    return _whole(mass[:end])


def _whole(mass: Chances) -> Chances:
    return np.asarray(mass / mass.sum())
