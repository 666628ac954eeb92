"""The figures of a replay: totals, savings with their intervals over SKUs, as a table and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.replay.simulation import Result

DRAWS = 2_000
SEED = 11


@dataclass(frozen=True, slots=True)
class Entry:
    """One policy over all worlds, per SKU; `group` is the rule it belongs to."""

    name: str
    group: str
    cost: NDArray[np.float64]
    holding: float
    lost_margin: float
    ordering: float
    demand: NDArray[np.int64]
    served: NDArray[np.int64]

    @property
    def fill_rate(self) -> float:
        """Pieces served of the pieces asked for."""
        return float(self.served.sum() / self.demand.sum())

    def of(self, items: NDArray[np.int64]) -> Entry:
        """The same policy on some of the SKUs (the parts of its cost stay those of all)."""
        return Entry(
            self.name,
            self.group,
            self.cost[items],
            self.holding,
            self.lost_margin,
            self.ordering,
            self.demand[items],
            self.served[items],
        )


def entry(name: str, group: str, results: list[Result]) -> Entry:
    """Sum the same policy over several worlds."""
    return Entry(
        name,
        group,
        np.sum([result.cost for result in results], axis=0),
        float(sum(result.holding.sum() for result in results)),
        float(sum(result.lost_margin.sum() for result in results)),
        float(sum(result.ordering.sum() for result in results)),
        np.sum([result.demand for result in results], axis=0),
        np.sum([result.served for result in results], axis=0),
    )


def saving(ours: Entry, other: Entry) -> dict[str, float]:
    """How much lower our total cost is, as a share of the other's, with a 95 % interval over SKUs.

    Bootstrap: SKUs are drawn again with replacement, both totals added up on the same draw.
    """
    chance = np.random.default_rng(SEED)
    count = len(ours.cost)
    picks = chance.integers(0, count, (DRAWS, count))
    shares = 1 - ours.cost[picks].sum(axis=1) / other.cost[picks].sum(axis=1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return {
        "saving": round(float(1 - ours.cost.sum() / other.cost.sum()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def rivals_of(ours: Entry, entries: list[Entry]) -> list[tuple[str, Entry]]:
    """Of each group the cheapest setting, and of min-max also the cheapest that serves at least as much."""
    found = []
    for group in dict.fromkeys(each.group for each in entries):
        members = [each for each in entries if each.group == group]
        found.append((f"{group}, cheapest setting", min(members, key=lambda each: each.cost.sum())))
        serving = [each for each in members if each.fill_rate >= ours.fill_rate]
        if len(members) > 1 and serving:
            cheapest = min(serving, key=lambda each: each.cost.sum())
            found.append((f"{group}, at our fill rate or above", cheapest))
    return found


def as_row(label: str, each: Entry) -> dict[str, Any]:
    """One line of the table."""
    return {
        "policy": label,
        "setting": each.name,
        "total_cost": round(float(each.cost.sum())),
        "holding": round(each.holding),
        "lost_margin": round(each.lost_margin),
        "ordering": round(each.ordering),
        "fill_rate": round(each.fill_rate, 4),
    }


def as_table(rows: list[dict[str, Any]]) -> str:
    """The rows for people."""
    lines = [
        f"{'policy':46} {'total':>9} {'holding':>8} {'lost':>8} {'orders':>8} {'fill':>6}  saving (95 %)"
    ]
    for row in rows:
        share = f"{row['saving']:.1%} ({row['low']:.1%} to {row['high']:.1%})" if "saving" in row else ""
        lines.append(
            f"{row['policy'][:46]:46} {row['total_cost']:>9,} {row['holding']:>8,} {row['lost_margin']:>8,} "
            f"{row['ordering']:>8,} {row['fill_rate']:>6.1%}  {share}"
        )
        lines.append(f"    {row['setting']}")
    return "\n".join(lines)
