"""Estimated against true elasticity: ``python -m evals.elasticity [--skus N] [--seed N] [--json]``.

Categories of SKUs are simulated with a seed of their own: elasticities from a normal law of each category,
price changes and promotions, a season that the estimator is not told, weeks without stock, and sales that
are Poisson or spread wider (gamma-mixed). The estimator sees sales, prices and open days. Printed is how
often the 95 % interval holds the truth, its width, and the error with and without the category. Exit code 1
outside 93 to 97 %.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evals.options import simulation_options
from shop.elasticity import elasticities

SKUS_OF_A_CATEGORY: Final = 40
WEEKS: Final = 52
EVERY: Final = 40
WORLDS: Final = {"poisson": 0.0, "spread wider": 0.15}
"""Variance above the mean, in shares of the squared mean."""
WANTED: Final = (0.93, 0.97)

Floats = NDArray[np.float64]


def main(arguments: list[str] | None = None) -> int:
    """Simulate, print, and give the exit code."""
    options = simulation_options("evals.elasticity", __doc__, counted="skus", usually=4_000).parse_args(
        arguments
    )
    found = measure(options.skus, options.seed)
    print(json.dumps(found, indent=1) if options.json else _told(found))
    return 0 if all(WANTED[0] <= row["coverage"] <= WANTED[1] for row in found["rows"]) else 1


def measure(skus: int, seed: int) -> dict[str, Any]:
    """Coverage, width and error over at least `skus` simulated SKUs of each world."""
    rng = np.random.default_rng(seed)
    categories = -(-skus // SKUS_OF_A_CATEGORY)
    return {
        "seed": seed,
        "skus": categories * SKUS_OF_A_CATEGORY,
        "rows": [_world(name, alpha, categories, rng) for name, alpha in WORLDS.items()],
    }


def _world(name: str, alpha: float, categories: int, rng: np.random.Generator) -> dict[str, Any]:
    truths, means, lows, highs, alone = [], [], [], [], []
    for _ in range(categories):
        truth, sold, log_price, open_share = simulated(alpha, rng)
        found = elasticities(sold, log_price, open_share)
        truths.append(truth)
        means.append(found.mean)
        lows.append(found.low)
        highs.append(found.high)
        alone.append(_alone(sold, log_price, open_share))
    truth, mean, low, high, own = (np.concatenate(one) for one in (truths, means, lows, highs, alone))
    return {
        "sales": name,
        "coverage": round(float(((low <= truth) & (truth <= high)).mean()), 4),
        "width": round(float((high - low).mean()), 3),
        "error": round(float(np.sqrt(((mean - truth) ** 2).mean())), 3),
        "error_alone": round(float(np.sqrt(((own - truth[::EVERY]) ** 2).mean())), 3),
        "bias": round(float((mean - truth).mean()), 3),
    }


def simulated(alpha: float, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """One category: true elasticities, pieces sold, log prices and open shares, shape (SKUs, WEEKS)."""
    shape = (SKUS_OF_A_CATEGORY, WEEKS)
    truth = rng.normal(rng.normal(-1.8, 0.5), rng.uniform(0.2, 0.8), SKUS_OF_A_CATEGORY)
    level = np.exp(rng.normal(1.6, 1.0, (SKUS_OF_A_CATEGORY, 1)))
    weeks = np.arange(WEEKS)
    season = 1 + rng.uniform(0, 0.8) * np.sin(2 * np.pi * (weeks - rng.integers(WEEKS)) / WEEKS)
    log_price = np.zeros(shape)
    for sku in range(SKUS_OF_A_CATEGORY):
        for _ in range(rng.integers(0, 4)):  # some never change
            log_price[sku, rng.integers(4, WEEKS) :] += np.log(1 + rng.uniform(-0.15, 0.15))
        if rng.random() < 0.5:  # noqa: PLR2004 - every other SKU has a promotion
            start = rng.integers(0, WEEKS - 3)
            log_price[sku, start : start + rng.integers(1, 4)] += np.log(1 - rng.uniform(0.1, 0.25))
    open_share = np.where(rng.random(shape) < 0.06, rng.integers(0, 7, shape) / 7, 1.0)  # noqa: PLR2004 - seldom
    mean = level * season * open_share * np.exp(truth[:, None] * log_price)
    mood = rng.gamma(1 / alpha, alpha, shape) if alpha else 1.0
    return truth, rng.poisson(mean * mood).astype(np.float64), log_price, open_share


def _alone(sold: Floats, log_price: Floats, open_share: Floats) -> Floats:
    """One SKU of each category fitted as a category of its own, without a season."""
    some = range(0, len(sold), EVERY)
    one = [elasticities(sold[[sku]], log_price[[sku]], open_share[[sku]]).mean for sku in some]
    return np.concatenate(one)


def _told(found: dict[str, Any]) -> str:
    lines = [f"{found['skus']:,} SKUs of each world, seed {found['seed']}"]
    lines += [
        f"{row['sales']:14} 95 % interval holds the truth {row['coverage']:.1%}, width {row['width']}, "
        f"error {row['error']} (alone {row['error_alone']}), bias {row['bias']}"
        for row in found["rows"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
