"""Two runs of the same cases: which flipped, whether that is chance, and whether a gate should be red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evals import statistics
from evals.harness.results import Plan, RunFiles, Trial, by_case
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
    """Compare two finished runs; raises ConflictError for other cases, or when one was not played to its end.

    What was left out is what a gate would not see: the cases after a cut may be those that are lost.
    """
    plans = before.plan(), after.plan()
    _check_cases(*plans)
    for run in (before, after):
        _check_finished(run)
    old, new = by_case(before.trials()), by_case(after.trials())
    names = sorted(old)
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


def _check_cases(before: Plan, after: Plan) -> None:
    if before.digests == after.digests:
        return
    changed = {name for name, one in before.digests.items() if after.digests.get(name) != one}
    changed |= set(after.digests) - set(before.digests)
    raise ConflictError(
        f"{before.run} and {after.run} played different cases ({len(changed)} differ, such as"
        f" {min(changed)!r}): run both on the same version of the suite"
    )


def _check_finished(run: RunFiles) -> None:
    plan, trials = run.plan(), len(run.trials())
    whole = len(plan.cases) * plan.epochs
    if trials < whole:
        raise ConflictError(
            f"{plan.run} was not played to its end: {trials} of {whole} trials are finished;"
            f" go on with --resume {plan.run}"
        )


def _rate(trials: Sequence[Trial]) -> Fraction:
    return statistics.all_of(sum(each.passed for each in trials), len(trials), 1)


def _unsafe(trials: Sequence[Trial]) -> bool:
    return any(each.unsafe for each in trials)
