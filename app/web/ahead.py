"""What Today tells of the days ahead: shelves that run empty, and how much of each budget is used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agent.reorder_run import load_report
from agent.run_report import OUTCOME_WORDS, Line, Outcome
from app.bootstrap import House
from policies.decision import Verdict
from policies.windows import Window
from shop.money import Money
from shop.store.database import Snapshot
from tools.ledger import windows

SHELVES: Final = 5
LIKELY: Final = 0.5
"""A shelf is told of when running empty is more likely than not."""

_HELPED: Final = frozenset({Outcome.PLACED, Outcome.TRANSFERRED})


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf that probably runs empty before an order could help, and what the run did about it."""

    sku: str
    title: str
    location: str
    risk_percent: int
    lost_margin: Money | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What counts against one limit of the rules; `effect` is what the rules do beyond it."""

    kind: str
    words: str
    used: int
    limit: int
    used_money: Money | None
    limit_money: Money | None
    effect: str


@lru_cache(maxsize=16)
def shelves_of(house: House, run: str) -> tuple[Shelf, ...]:
    """The shelves that a finished run found in danger and did not help, the dearest first."""
    report = load_report(house.db, run)
    left = [
        (line, report.outcome_of(line))
        for line in report.draft.lines
        if line.arithmetic.risk_without >= LIKELY and report.outcome_of(line) not in _HELPED
    ]
    left.sort(key=lambda pair: _weight(pair[0]), reverse=True)
    return tuple(
        Shelf(
            line.sku,
            line.title,
            line.location,
            round(100 * line.arithmetic.risk_without),
            line.arithmetic.lost_margin_without,
            OUTCOME_WORDS[outcome],
        )
        for line, outcome in left[:SHELVES]
    )


def _weight(line: Line) -> tuple[int, float]:
    lost = line.arithmetic.lost_margin_without
    return (lost.minor if lost else 0, line.arithmetic.risk_without)


def budgets_of(house: House, snapshot: Snapshot, home_currency: str) -> tuple[Budget, ...]:
    """Every limit of the rules over a whole kind in a time, with what counts against it now."""
    rules = house.policies()
    found: dict[tuple[str, str], Budget] = {}
    for kind in rules.kinds:
        whole = {window.name: window for window in rules.window_facts(kind) if window.by == "all"}
        for rule in rules.rules_for(kind):
            first = rule.when[0]
            if len(rule.when) != 1 or rule.scope or first.test != "over" or first.fact not in whole:
                continue
            budget = _used(house, snapshot, kind, whole[first.fact], first.limits[0], home_currency)
            if budget is not None:
                effect = "refused" if rule.effect is Verdict.DENY else "asks a person"
                found[kind, rule.id] = Budget(kind, *budget, effect)
    return tuple(sorted(found.values(), key=lambda one: one.used / one.limit, reverse=True))


def _used(
    house: House, snapshot: Snapshot, kind: str, window: Window, limit: object, home: str
) -> tuple[str, int, int, Money | None, Money | None] | None:
    """The words, the used part and the limit of a window; None for a limit in another currency."""
    used = windows.measure(snapshot, window.measure, house.db.tenant, kind, house.clock() - window.period)
    if isinstance(limit, Money):
        if limit.currency != home or limit.minor <= 0:
            return None
        return window.in_words(), used, limit.minor, Money(used, home), limit
    if isinstance(limit, int) and limit > 0:
        return window.in_words(), used, limit, None, None
    return None
