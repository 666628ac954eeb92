"""What a shop backend must be able to do, in small Protocols; the embedded store implements them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from shop.actions import Action


class Outcome(StrEnum):
    """How an effect ended."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one action once. Only ``tools/executor.py`` makes one (a contract test).

    `action_id` is the idempotency key, stored before the first try and the same for every retry.
    """

    tenant: str
    action_id: str
    digest: str
    fence: int
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a backend says it did.

    `detail` is words for people; `reference` names what was made (a purchase order's number);
    `before` and `after` are the changed figures as plain JSON values.
    """

    outcome: Outcome
    detail: str
    reference: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class Effects(Protocol):
    """The write side of a backend; called by the executor only, after the claim is committed (the outbox)."""

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Carry the action out once; a second call with the same claim's action id changes nothing."""

    def reconcile(self, action_id: str) -> Receipt | None:
        """What became of an action whose outcome is unknown; None proves that it had no effect.

        A backend that cannot be asked raises: the outcome then stays unknown and nothing is sent. One whose
        requests may still be on their way must answer a later one under the same key from its books.
        """
