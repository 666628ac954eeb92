"""Keeps a turn, and a day, within its caps; the day's totals come from the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from time import monotonic
from typing import TYPE_CHECKING

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


def _spent_today(journal: Journal) -> Totals:
    midnight = journal.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    totals = Totals()
    for event in journal.since(EventKind.USAGE, midnight):
        totals = totals.plus(event.body)
    return totals
