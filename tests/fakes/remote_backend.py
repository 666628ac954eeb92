"""A backend somewhere else, behind a network that may lose a request, an answer, or send either twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from shop.actions import Action
from shop.backends.ports import Claim, Outcome, Receipt


@dataclass
class RemoteBackend:
    """Keeps its own books by idempotency key, as a payment or purchasing service does.

    `faults` are used up one by one, by a call each: ``lost request``, ``lost answer``, ``sent twice``,
    ``unreachable`` (for a look-up), ``refused``; nothing is wrong once they are used up.
    """

    faults: list[str] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    booked: dict[str, tuple[str, Receipt]] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    lookups: int = 0

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Do it once per key; raises TimeoutError when the network loses something."""
        self.sent.append((claim.action_id, claim.digest))
        fault = self._fault()
        if fault == "lost request":
            raise TimeoutError("no connection")
        if fault == "refused":
            return Receipt(Outcome.REJECTED, "the service refused it")
        receipt = self._booked(action, claim)
        if fault == "sent twice":
            receipt = self._booked(action, claim)
        if fault == "lost answer":
            raise TimeoutError("no answer")
        return receipt

    def reconcile(self, action_id: str) -> Receipt | None:
        """What stands in its books under a key; raises TimeoutError when it cannot be asked."""
        self.lookups += 1
        if self.faults and self.faults[0] == "unreachable":
            self._fault()
            raise TimeoutError("no connection")
        return self.booked[action_id][1] if action_id in self.booked else None

    def _booked(self, action: Action, claim: Claim) -> Receipt:
        known = self.booked.get(claim.action_id)
        if known is not None:
            assert known[0] == claim.digest, "one key came with two bodies"
            return Receipt(Outcome.ALREADY_APPLIED, known[1].detail, known[1].reference)
        self.effects[claim.action_id] += 1
        receipt = Receipt(Outcome.APPLIED, f"{action.kind} done", f"R-{len(self.booked) + 1}")
        self.booked[claim.action_id] = (claim.digest, receipt)
        return receipt

    def _fault(self) -> str:
        return self.faults.pop(0) if self.faults else ""
