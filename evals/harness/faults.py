"""A backend that fails as networks do: the request or the answer is lost, or it refuses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from shop.actions import Action
from shop.backends.ports import Claim, Effects, Outcome, Receipt


class FaultyEffects:
    """The store's own effects behind faults, which are used up call by call."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._faults: deque[str] = deque()

    def expect(self, faults: Iterable[str]) -> None:
        """Let the next calls fail like this."""
        self._faults.extend(faults)

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Carry it out, unless a fault says otherwise; raises TimeoutError for what a network loses."""
        fault = self._faults.popleft() if self._faults else ""
        if fault == "lost request":
            raise TimeoutError("no connection")
        if fault == "refused":
            return Receipt(Outcome.REJECTED, "the shop refused it")
        receipt = self._effects.apply(action, claim)
        if fault == "lost answer":
            raise TimeoutError("no answer")
        return receipt

    def reconcile(self, action_id: str) -> Receipt | None:
        """What the store's books say."""
        return self._effects.reconcile(action_id)
