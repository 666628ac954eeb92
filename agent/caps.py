"""Keeps a turn, and a day, within its caps; the day's totals come from the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from agent.journal import EventKind, Journal
from agent.models import Caps, ModelSettings, Totals, Usage
from shop.errors import CapReachedError

if TYPE_CHECKING:
    from decimal import Decimal


class Meter:
    """Counts what a turn uses on top of what the day has used; asked before every model call.

    The day is the calendar day in UTC, over all conversations and runs of this store.
    """

    def __init__(
        self, settings: ModelSettings, journal: Journal, timer: Callable[[], float] = monotonic
    ) -> None:
        self._turn_caps = settings.turn
        self._day_caps = settings.day
        self._currency = settings.price.currency if settings.price else ""
        self._timer = timer
        self._started = timer()
        self.turn = Totals()
        self._day = _spent_today(journal)

    def check(self) -> None:
        """Raise CapReachedError, in words, when the next model call must not be made."""
        within = Totals(self.turn.steps, self.turn.tokens, self.turn.cost, self._elapsed())
        self._compare(within, self._turn_caps, "this request")
        self._compare(self._day, self._day_caps, "today")

    def add(self, usage: Usage) -> None:
        """Count one model call."""
        body = usage.body()
        self.turn = self.turn.plus(body)
        self._day = self._day.plus(body)

    def check_time(self) -> None:
        """Raise CapReachedError when the turn's time is over; asked while the model is being heard."""
        self._compare(Totals(seconds=self._elapsed()), Caps(seconds=self._turn_caps.seconds), "this request")

    def _elapsed(self) -> float:
        return self._timer() - self._started

    def _compare(self, used: Totals, caps: Caps, scope: str) -> None:
        if caps.steps is not None and used.steps >= caps.steps:
            raise CapReachedError(f"the limit of {caps.steps:,} model calls for {scope} is reached")
        if caps.tokens is not None and used.tokens >= caps.tokens:
            raise CapReachedError(
                f"the limit of {caps.tokens:,} tokens for {scope} is reached ({used.tokens:,} used)"
            )
        if caps.cost is not None and used.cost >= caps.cost:
            raise CapReachedError(f"the limit of {self._money(caps.cost)} for {scope} is reached")
        if caps.seconds is not None and used.seconds >= caps.seconds:
            raise CapReachedError(f"the limit of {caps.seconds:g} seconds for {scope} is reached")

    def _money(self, amount: Decimal) -> str:
        return f"{amount:f} {self._currency}".strip()


@dataclass(slots=True)
class _Day:
    """What has been read of a day's usage: a turn reads only what came since, not the whole day again."""

    midnight: datetime
    totals: Totals = field(default_factory=Totals)
    seen: set[tuple[str, int]] = field(default_factory=set)
    until: datetime | None = None

    def read(self, journal: Journal, now: datetime) -> Totals:
        """The day's totals with what was written meanwhile, in whatever process."""
        since = self.midnight if self.until is None else max(self.midnight, self.until - _LATE)
        for event in journal.since(EventKind.USAGE, since):
            if (event.stream, event.number) not in self.seen:
                self.seen.add((event.stream, event.number))
                self.totals = self.totals.plus(event.body)
        self.until = now if self.until is None else max(self.until, now)
        return self.totals


_LATE: Final = timedelta(minutes=15)
"""So far back an event may stand that was not there at the last look: writers wait, and clocks differ."""
_days: WeakKeyDictionary[Journal, _Day] = WeakKeyDictionary()
_reading: Final = Lock()


def _spent_today(journal: Journal) -> Totals:
    now = journal.now.astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with _reading:
        day = _days.get(journal)
        if day is None or day.midnight != midnight:
            day = _days[journal] = _Day(midnight)
        return day.read(journal, now)
