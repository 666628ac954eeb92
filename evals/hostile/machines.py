"""Machines that fail: a connector with faults, and a clock at which a process may die anywhere."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from random import Random
from typing import Final

from evals.hostile.oracle import Oracle
from shop.actions import Action
from shop.backends.embedded import EmbeddedEffects
from shop.backends.ports import Claim, Receipt

FAULTS: Final = {
    "none": 880,
    "dies before": 25,
    "dies after": 25,
    "silent before": 20,
    "silent after": 20,
    "answers twice": 15,
    "server error": 15,
}


class Crash(BaseException):
    """The process ended here."""


class Connector:
    """The store behind a wire that fails, by chance or as planned; the oracle sits on the wire."""

    def __init__(
        self,
        real: EmbeddedEffects,
        oracle: Oracle,
        random: Random,
        clock: FailingClock,
        planned: deque[str],
    ) -> None:
        self._planned = planned
        self._real = real
        self._oracle = oracle
        self._random = random
        self._clock = clock

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Carry the action out, with faults before and after."""
        fault = self._planned.popleft() if self._planned else self._drawn()
        self._oracle.seen[f"fault {fault}"] += 1
        if fault == "dies before":
            raise Crash
        if fault in {"silent before", "server error"}:
            raise TimeoutError(fault)
        receipt = self._once(action, claim)
        if fault == "answers twice":
            receipt = self._once(action, claim)
        if fault == "dies after":
            raise Crash
        if fault == "silent after":
            raise TimeoutError(fault)
        return receipt

    def reconcile(self, action_id: str) -> Receipt | None:
        """The wire's other direction: what became of a key."""
        return self._real.reconcile(action_id)

    def _drawn(self) -> str:
        return self._random.choices(tuple(FAULTS), tuple(FAULTS.values()))[0]

    def _once(self, action: Action, claim: Claim) -> Receipt:
        now = self._clock.now
        if claim.action_id not in self._oracle.books.done:
            self._oracle.before(action, claim, now)
        receipt = self._real.apply(action, claim)
        self._oracle.after(action, claim, receipt, now)
        return receipt


class FailingClock:
    """Tells the time of the simulation; when armed, the process dies the n-th time somebody asks."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.dies_in: int | None = None

    def __call__(self) -> datetime:
        """The present moment of the simulation."""
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in <= 0:
                self.dies_in = None
                raise Crash
        return self.now
