"""How far prices may go without a person, by the rules in force: a changed rule changes advice at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.decision import Verdict
from policies.regions import cover
from shop.price_bounds import WHOLE, PriceLimits

if TYPE_CHECKING:
    from policies.model import PolicySet
    from policies.regions import Span

_KIND: Final = "change_price"
_WIDEST: Final = WHOLE - 1
"""A price cannot fall by all of itself; a rule that asks nobody leaves this much."""
_UP: Final = 4 * WHOLE


def price_limits(policies: PolicySet) -> PriceLimits:
    """The limits beyond which a rule asks a person or denies; rules with a scope or more conditions are left.

    The tightest rule of each fact counts. What is left open here is still judged when the price is asked for.
    """
    barred: dict[str, list[Span]] = {}
    for rule in policies.rules_for(_KIND):
        facts = {condition.fact for condition in rule.when}
        if rule.effect is not Verdict.ALLOW and len(facts) == 1 and not rule.scope:
            for fact, region in cover(rule).items():
                barred.setdefault(fact, []).extend(region.spans)
    return PriceLimits(
        least_margin=_first_free(barred.get("margin_after_pct", [])),
        step=_around_zero(barred.get("change_pct", [])),
        day=_around_zero(barred.get("change_24h_pct", [])),
        week=_around_zero(barred.get("change_7d_pct", [])),
        cooldown_hours=_first_free(barred.get("hours_since_last_change", [])),
    )


def _first_free(spans: list[Span]) -> int:
    """The lowest value from 0 on that no span below bars, in the fact's own steps."""
    free = 0
    for low, high in sorted(spans):
        if low <= free <= high:
            free = high + 1
    return min(free, _WIDEST)


def _around_zero(spans: list[Span]) -> tuple[int, int]:
    """How far down and up from 0 no span bars, in basis points."""
    down = min((-high - 1 for _, high in spans if high < 0), default=_WIDEST)
    up = min((low - 1 for low, _ in spans if low > 0), default=_UP)
    return (0, 0) if any(low <= 0 <= high for low, high in spans) else (min(down, _WIDEST), up)
