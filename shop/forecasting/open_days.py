"""When the store sells: its closed days, and how much each weekday sells beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from shop.forecasting.shared import StoreDays
    from shop.plan_inputs import Flags, Floats, Ints

OPEN_WEEKDAY_SHARE: Final = 0.05
WEEKDAY_WEEKS: Final = 26
WEEKDAY_PRIOR_SALES: Final = 200.0
LEAST_OPEN_DAYS: Final = 16
LEAST_SALE_DAYS: Final = 56
CLOSING_SHOWS_FROM: Final = 0.8


@dataclass(frozen=True, slots=True)
class Calendar:
    """The weight of each day of the history, that of each weekday, and the largest usual sale's logarithm."""

    day_weight: Floats
    weekday_weights: Floats
    first_weekday: int
    largest_usual: float

    @property
    def full_weight(self) -> float:
        """The weight of an ordinary week."""
        return float(self.weekday_weights.sum())

    @property
    def next_weekday(self) -> int:
        """The weekday after the history."""
        return (self.first_weekday + len(self.day_weight)) % 7


def calendar_of(days: StoreDays, first_weekday: int) -> Calendar:
    """The days of the whole store."""
    weights = weekday_weights(days.sellers, first_weekday)
    weekday = (first_weekday + np.arange(len(days.sellers))) % 7
    day_weight = np.where(open_mask(days.sellers, first_weekday, weights), weights[weekday], 0.0)
    return Calendar(day_weight, weights, first_weekday, days.largest_usual())


def weekday_weights(sellers_by_day: Ints, first_weekday: int) -> Floats:
    """The store's weekly pattern, Monday first: 0 for weekdays it does not sell on, mean 1 over the others.

    From the number of series that sold on each weekday in the last half year, so that one bulk order does
    not make a weekday. With under four weeks of sales every day weighs 1.
    """
    days = len(sellers_by_day)
    recent = np.arange(max(0, days - 7 * WEEKDAY_WEEKS), days)
    sellers = sellers_by_day[recent].astype(np.float64)
    if np.count_nonzero(sellers) < LEAST_OPEN_DAYS or sellers.sum() < LEAST_SALE_DAYS:
        return np.ones(7)
    weekday = (first_weekday + recent) % 7
    totals = np.bincount(weekday, weights=sellers, minlength=7)
    counts = np.maximum(np.bincount(weekday[sellers > 0], minlength=7), 1)
    held = np.bincount(weekday[sellers > 0], minlength=7) >= 0.2 * np.bincount(weekday, minlength=7)
    pattern = np.where(held, totals / counts, 0.0)
    pattern[pattern < OPEN_WEEKDAY_SHARE * pattern.max()] = 0.0
    open_weekdays = pattern > 0
    share = pattern / pattern[open_weekdays].mean()
    # Few sales say little about a weekday: its weight stays near 1 until there are hundreds of them.
    trust = totals / (totals + WEEKDAY_PRIOR_SALES)
    return np.asarray(np.where(open_weekdays, 1.0 + trust * (share - 1.0), 0.0))


def open_mask(sellers_by_day: Ints, first_weekday: int, weights: Floats) -> Flags:
    """Days on which the store sold: not the closed weekdays, and no day on which nothing sold at all.

    A store so small that one open day in five passes without a sale has no visible closing days: there
    all days of open weekdays count.
    """
    regular = weights[(first_weekday + np.arange(len(sellers_by_day))) % 7] > 0
    sold_something: Flags = sellers_by_day > 0
    share = float(np.mean(sold_something[regular])) if regular.any() else 0.0
    return regular & sold_something if share >= CLOSING_SHOWS_FROM else regular
