"""Budgets: how much may be spent in a run, a week, a month, on one supplier or one category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from shop.errors import InvalidActionError
from shop.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


class Period(StrEnum):
    """The time that a budget is for: this run alone, or the calendar period around the plan's day."""

    RUN = "run"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def starts_on(self, day: date) -> date:
        """The first day of the period that holds `day`; weeks start on Monday.

        >>> Period.QUARTER.starts_on(date(2026, 11, 20))
        datetime.date(2026, 10, 1)
        """
        if self is Period.RUN:
            return day
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        months = MONTHS[self.value]
        return date(day.year, (day.month - 1) // months * months + 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that purchases may cost, in the home currency; of one supplier (id) or category, if named.

    Raises InvalidActionError for a negative amount, and for a supplier and a category at once.
    """

    amount: Money
    period: Period = Period.RUN
    supplier: str | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        if self.amount.minor < 0:
            raise InvalidActionError(f"a budget cannot be negative: {self.amount}")
        if self.supplier is not None and self.category is not None:
            raise InvalidActionError("a budget is for a supplier or for a category, not for both")

    @property
    def words(self) -> str:
        """What it is for: `the month's budget for northwind`."""
        whose = self.supplier or self.category
        return f"the {self.period.value}'s budget" + (f" for {whose}" if whose else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    """A line that was ordered, or asked for and not refused, before the plan's day or on it."""

    ordered_on: date
    supplier: str
    category: str
    home_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """A budget in a plan: what the period had spent before it, what the plan spends, and its price.

    `price`: what one more unit of money in this budget would have been worth (expected margin saved, less
    holding, in the same money); 0 where the budget did not bind.
    """

    budget: Budget
    spent_before: Money
    spent: Money
    price: Decimal

    @property
    def left(self) -> Money:
        """What remains of it after the plan; below zero where the period had overspent before."""
        return self.budget.amount - self.spent_before - self.spent


def spent_before(budget: Budget, placed: Sequence[PlacedLine], as_of: date) -> Money:
    """What was ordered in the budget's period, from its first day to `as_of`; a run starts at zero."""
    start = budget.period.starts_on(as_of)
    total = 0
    if budget.period is not Period.RUN:
        total = sum(
            line.home_minor
            for line in placed
            if start <= line.ordered_on <= as_of
            and budget.supplier in {None, line.supplier}
            and budget.category in {None, line.category}
        )
    return Money(total, budget.amount.currency)
