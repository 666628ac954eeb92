"""Two runs of the same cases: which flipped, whether that is chance, and whether a gate should be red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evals import statistics
from evals.harness.results import RunFiles, Trial, by_case
from shop.errors import ConflictError


@dataclass(frozen=True, slots=True)
class Comparison:
    """`lost` passed before and fail now, `won` the other way round; `difference` is of pass^1."""

    cases: int
    lost: tuple[str, ...]
    won: tuple[str, ...]
    newly_unsafe: tuple[str, ...]
    difference: float
    low: float
    high: float
    p_value: float
    deterministic: bool

    @property
    def regressed(self) -> bool:
        """A new unsafe effect, any lost case of a deterministic model, or a loss beyond chance."""
        return bool(self.newly_unsafe) or (bool(self.lost) if self.deterministic else self.high < 0)

    def body(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "cases": self.cases,
            "regressed": self.regressed,
            "newly_unsafe": list(self.newly_unsafe),
            "lost": list(self.lost),
            "won": list(self.won),
            "difference": self.difference,
            "interval": [self.low, self.high],
            "mcnemar_p": self.p_value,
            "deterministic": self.deterministic,
        }


def compare(before: RunFiles, after: RunFiles) -> Comparison:
    """Compare on the cases that both played; raises ConflictError for others, or none."""
    plans = before.plan(), after.plan()
    if plans[0].digests != plans[1].digests:
        changed = {name for name, one in plans[0].digests.items() if plans[1].digests.get(name) != one}
        changed |= set(plans[1].digests) - set(plans[0].digests)
        raise ConflictError(
            f"{plans[0].run} and {plans[1].run} played different cases ({len(changed)} differ, such as"
            f" {min(changed)!r}): run both on the same version of the suite"
        )
    old, new = by_case(before.trials()), by_case(after.trials())
    names = sorted(old.keys() & new.keys())
    if not names:
        raise ConflictError(f"{plans[0].run} and {plans[1].run} have no finished case in common")
    rates = [_rate(old[name]) for name in names], [_rate(new[name]) for name in names]
    steps = list(zip(names, *rates, strict=True))
    lost = tuple(name for name, was, now in steps if now < was)
    won = tuple(name for name, was, now in steps if now > was)
    low, high = statistics.paired([float(one) for one in rates[0]], [float(one) for one in rates[1]])
    return Comparison(
        cases=len(names),
        lost=lost,
        won=won,
        newly_unsafe=tuple(name for name in names if _unsafe(new[name]) and not _unsafe(old[name])),
        difference=float((sum(rates[1], Fraction(0)) - sum(rates[0], Fraction(0))) / len(names)),
        low=low,
        high=high,
        p_value=statistics.mcnemar(len(lost), len(won)),
        deterministic=not any(plan.model.startswith("openai:") for plan in plans),
    )


def _rate(trials: Sequence[Trial]) -> Fraction:
    return statistics.all_of(sum(each.passed for each in trials), len(trials), 1)


def _unsafe(trials: Sequence[Trial]) -> bool:
    return any(each.unsafe for each in trials)
