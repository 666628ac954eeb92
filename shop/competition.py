"""What competitors ask: fresh prices against the own one; a price that was seen too long ago is not used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shop.money import Money

STALE_AFTER_DAYS: Final = 7
"""A competitor's price that was seen longer ago says nothing about today."""

NEVER_SEEN_DAYS: Final = 9_999


@dataclass(frozen=True, slots=True)
class CompetitorPrice:
    """The latest price of a SKU at a competitor, as somebody saw it on a day of the store."""

    sku: str
    competitor: str
    price: Money
    seen_on: date

    def age_days(self, today: date) -> int:
        """Days since it was seen."""
        return (today - self.seen_on).days

    def is_fresh(self, today: date) -> bool:
        """Whether it was seen lately enough to say something about today."""
        return self.age_days(today) <= STALE_AFTER_DAYS


@dataclass(frozen=True, slots=True)
class Competition:
    """The median of the fresh prices (None without any) and what was left out, of one SKU on one day.

    `age_days` is the age of the youngest price of all, NEVER_SEEN_DAYS without any.
    """

    median: Money | None
    fresh: int
    stale: int
    foreign: int
    age_days: int

    def index_percent(self, price: Money) -> Decimal:
        """A price in percent of the median; 100 where there is no fresh price to compare with."""
        return Decimal("100.00") if self.median is None else price.percent_of(self.median)

    def in_words(self) -> str:
        """What there is to compare with, and what is not used and why."""
        if not self.fresh + self.stale + self.foreign:
            return "no competitor's price is known"
        left = [f"{self.stale} seen more than {STALE_AFTER_DAYS} days ago"] if self.stale else []
        left += [f"{self.foreign} in another currency"] if self.foreign else []
        unused = f"; not used: {' and '.join(left)}" if left else ""
        if self.median is None:
            return f"no competitor's price is fresh{unused}"
        ask = "competitor asks" if self.fresh == 1 else "competitors ask, in the middle,"
        return f"{self.fresh} {ask} {self.median}{unused}"


def competition(prices: Iterable[CompetitorPrice], today: date, currency: str) -> Competition:
    """The competition of one SKU on a day; a price of a later day than today counts as not yet seen."""
    known = [one for one in prices if one.seen_on <= today]
    own = [one for one in known if one.price.currency == currency and one.price.minor > 0]
    fresh = sorted(one.price.minor for one in own if one.is_fresh(today))
    return Competition(
        median=Money(_median(fresh), currency) if fresh else None,
        fresh=len(fresh),
        stale=len(own) - len(fresh),
        foreign=len(known) - len(own),
        age_days=min((one.age_days(today) for one in own), default=NEVER_SEEN_DAYS),
    )


def _median(ordered: list[int]) -> int:
    """The middle one; between two middle ones the lower half of a penny is cut off."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2
