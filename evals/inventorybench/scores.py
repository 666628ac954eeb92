"""Scores of InventoryBench: the mean over instances, by group, with a bootstrap interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from evals.inventorybench.buyer import Buyer
from evals.inventorybench.instances import Instance
from evals.inventorybench.market import Market

PUBLISHED: Final = {
    "real lead_time_0": 0.744,
    "real lead_time_4": 0.307,
    "real lead_time_stochastic": 0.353,
    "synthetic lead_time_0": 0.839,
    "synthetic lead_time_4": 0.540,
    "synthetic lead_time_stochastic": 0.411,
}
"""The best published score of each group, over all 1,320 instances (no method leads in all of them)."""
RESAMPLES: Final = 2_000
SEED: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Mean score over all instances and by group, each with a 95 % interval."""

    instances: int
    mean: float
    interval: tuple[float, float]
    groups: Mapping[str, float]
    group_intervals: Mapping[str, tuple[float, float]]
    group_sizes: Mapping[str, int]
    scores: Mapping[str, float]

    def as_json(self) -> dict[str, object]:
        """Plain numbers, rounded to four digits."""
        return {
            "instances": self.instances,
            "mean": round(self.mean, 4),
            "interval": [round(end, 4) for end in self.interval],
            "groups": {name: round(score, 4) for name, score in self.groups.items()},
            "group_intervals": {
                name: [round(end, 4) for end in ends] for name, ends in self.group_intervals.items()
            },
            "group_sizes": dict(self.group_sizes),
            "published_best": {name: PUBLISHED[name] for name in self.groups if name in PUBLISHED},
        }


def play(instances: Sequence[Instance]) -> dict[str, float]:
    """The score of each instance, the product's code ordering."""
    found: dict[str, float] = {}
    for batch in _batches(instances):
        market = Market(batch)
        past = np.array([one.past for one in batch], dtype=np.int64).T
        buyer = Buyer(past, batch[0].promised)
        for _ in range(market.periods):
            orders = buyer.orders(*market.terms())
            buyer.see(orders, market.play(orders))
        found |= dict(zip((one.name for one in batch), market.scores().tolist(), strict=True))
    return found


def _batches(instances: Iterable[Instance]) -> list[list[Instance]]:
    """Instances that can be played together: same promise, same number of periods."""

    def shape(one: Instance) -> tuple[int, int, int]:
        return one.promised, len(one.past), len(one.demand)

    return [list(batch) for _, batch in groupby(sorted(instances, key=shape), shape)]


def report(instances: Sequence[Instance], scores: Mapping[str, float]) -> Report:
    """Means and intervals of the scores; instances of one article or pattern stay together.

    The interval resamples articles (real) and pattern variants (synthetic), not instances: those that share
    their demand are not independent.
    """
    by_group: dict[str, list[Instance]] = defaultdict(list)
    for one in instances:
        by_group[one.group].append(one)
    return Report(
        instances=len(instances),
        mean=float(np.mean([scores[one.name] for one in instances])),
        interval=_interval(instances, scores),
        groups={name: _mean(of_it, scores) for name, of_it in sorted(by_group.items())},
        group_intervals={name: _interval(of_it, scores) for name, of_it in sorted(by_group.items())},
        group_sizes={name: len(of_it) for name, of_it in sorted(by_group.items())},
        scores=scores,
    )


def _mean(instances: Iterable[Instance], scores: Mapping[str, float]) -> float:
    return float(np.mean([scores[one.name] for one in instances]))


def _interval(instances: Sequence[Instance], scores: Mapping[str, float]) -> tuple[float, float]:
    """Percentile interval of the cluster bootstrap (Davison and Hinkley 1997, section 3.8)."""
    families: dict[str, list[float]] = defaultdict(list)
    for one in instances:
        families[_family(one)].append(scores[one.name])
    totals = np.array([sum(of_it) for of_it in families.values()])
    sizes = np.array([len(of_it) for of_it in families.values()])
    picked = np.random.default_rng(SEED).integers(0, len(totals), (RESAMPLES, len(totals)))
    means = totals[picked].sum(axis=1) / sizes[picked].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _family(one: Instance) -> str:
    """The article, or the pattern with its variant: instances of one family have like demand."""
    parts = one.name.split("/")
    return parts[2] if parts[0].startswith("real") else "/".join(parts[2:4])
