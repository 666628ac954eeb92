"""Achieved against wanted fill rate: ``python -m evals.fill_rates [--seed N] [--json]``.

Daily demand of the four classes (Syntetos and Boylan) is simulated with a seed of its own: a year of history,
then a year and a half with lost sales, in which the reorder run's plan is made every week for a fill-rate
target. The product sees its sales, never the law. A fill rate is the share of the pieces asked for that were
served from the shelf, not the chance of a cycle without a stock-out. Exit code 0.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.replay.product import Shophand
from evals.replay.sales import Sales
from evals.replay.simulation import Result, replay
from evals.replay.world import draw

CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
TARGETS = (0.9, 0.95, 0.98)
HISTORY_DAYS = 364
WARM_UP_DAYS = 84
COUNTED_DAYS = 546
REVIEW_DAYS = 7


def main(arguments: list[str] | None = None) -> int:
    """Simulate, print, and give the exit code."""
    options = _parser().parse_args(arguments)
    found = measure(options.seed, options.items)
    print(json.dumps(found, indent=1) if options.json else _told(found))
    return 0


def measure(seed: int, items: int, targets: tuple[float, ...] = TARGETS) -> dict[str, Any]:
    """Achieved fill rate by class for each target, `items` SKUs per class."""
    sales = simulated(seed, items)
    world = draw(
        sales,
        seed,
        held_out_days=WARM_UP_DAYS + COUNTED_DAYS,
        warm_up_days=WARM_UP_DAYS,
        review_days=REVIEW_DAYS,
    )
    rows = []
    for target in targets:
        result = replay(world, Shophand(world, fill_rate_target=target))
        rows += [
            {"class": name, "target": target, "achieved": round(_achieved(result, number, items), 4)}
            for number, name in enumerate(CLASSES)
        ]
    return {"seed": seed, "items_per_class": items, "rows": rows}


def simulated(seed: int, items: int) -> Sales:
    """`items` SKUs of each class, in the order of `CLASSES`."""
    chance = np.random.default_rng(seed)
    days = HISTORY_DAYS + WARM_UP_DAYS + COUNTED_DAYS
    pieces = [_demand(name, chance, (days, items)) for name in CLASSES]
    count = items * len(CLASSES)
    names = np.array([f"{CLASSES[row // items]}-{row % items:03}" for row in range(count)], dtype=np.object_)
    price = chance.integers(200, 5_000, size=(count,))
    return Sales(date(2025, 1, 6), names, np.concatenate(pieces, axis=1), price)


def _demand(name: str, chance: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.int64]:
    items = shape[1]
    if name == "smooth":
        return np.asarray(chance.poisson(chance.uniform(4, 40, items), shape), dtype=np.int64)
    if name == "erratic":
        mean, spread = chance.uniform(8, 40, items), chance.uniform(8, 16, items)
        return np.asarray(chance.negative_binomial(mean / (spread - 1), 1 / spread, shape), dtype=np.int64)
    sells = chance.random(shape) < chance.uniform(0.1, 0.5, items)
    size = chance.uniform(2, 12, items)
    if name == "intermittent":
        return np.asarray(sells * (1 + chance.poisson(size - 1, shape)), dtype=np.int64)
    return np.asarray(sells * chance.geometric(1 / size, shape), dtype=np.int64)


def _achieved(result: Result, number: int, items: int) -> float:
    """The mean of the SKUs' fill rates, so that a fast mover counts no more than a slow one."""
    here = slice(number * items, (number + 1) * items)
    asked, served = result.demand[here], result.served[here]
    return float(np.mean(served[asked > 0] / asked[asked > 0]))


def _told(found: dict[str, Any]) -> str:
    lines = [
        f"{found['items_per_class']} SKUs per class, seed {found['seed']}",
        "class         target  achieved",
    ]
    lines += [f"{row['class']:13} {row['target']:>6.1%} {row['achieved']:>9.2%}" for row in found["rows"]]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.fill_rates", description="Achieved against wanted fill rate."
    )
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--items", type=int, default=60, help="SKUs per class")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
