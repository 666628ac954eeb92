"""The life of an action, and the views that doors and tools get of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, cast

from shop.actions import Action, Undo, parse_action
from shop.backends.ports import Receipt
from shop.money import Money
from tools.ledger.salts import digest_of_args


class State(StrEnum):
    """Where an action stands.

    submitted -> observed | denied | pending | approved
    pending   -> approved | rejected | expired | withdrawn | superseded
    approved  -> executing | pending | denied | expired | stale | withdrawn
    executing -> executed | failed | unknown;  unknown -> executed | failed
    """

    OBSERVED = "observed"
    DENIED = "denied"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    STALE = "stale"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    UNKNOWN = "unknown"


ABSORBING: Final = frozenset(
    {
        State.OBSERVED,
        State.DENIED,
        State.REJECTED,
        State.EXPIRED,
        State.WITHDRAWN,
        State.SUPERSEDED,
        State.STALE,
        State.EXECUTED,
        State.FAILED,
    }
)
"""An action in one of these never moves again; it can only return as a new action."""

RESERVING: Final = (State.APPROVED, State.EXECUTING, State.UNKNOWN)
"""These count in full in every window; pending never reserves, so nobody can block others by asking."""


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action as the ledger holds it. `money` is its value in the home currency, None if it has none."""

    tenant: str
    id: str
    kind: str
    args: Mapping[str, Any]
    digest: str
    key: str
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    tainted: bool
    state: State
    reason: str
    decision_id: str
    versions: Mapping[str, int]
    money: Money | None
    created_at: datetime
    expires_at: datetime
    supersedes: str | None
    superseded_by: str | None
    fence: int
    worker: str | None
    lease_until: datetime | None
    attempts: int
    receipt: Receipt | None
    effect_at: datetime | None
    approval_id: str | None
    compensates: str | None = None
    salt: str | None = field(default=None, repr=False)
    _parsed: Action | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def action(self) -> Action:
        """The frozen action, parsed from its stored arguments; raises InvalidActionError."""
        if self._parsed is None:
            object.__setattr__(self, "_parsed", parse_action(self.kind, dict(self.args)))
        return cast("Action", self._parsed)

    @property
    def is_intact(self) -> bool:
        """Whether the stored arguments are still the ones that the digest names."""
        return digest_of_args(self.kind, self.args, self.tenant, self.salt) == self.digest

    def is_of(self, action: Action) -> bool:
        """Whether this is a filing of exactly that action."""
        return self.kind == action.kind and self.args == action.as_json()


@dataclass(frozen=True, slots=True)
class GrantView:
    """One person's yes; `acting_for` is whose authority it rests on if it was handed to them."""

    person: str
    roles: frozenset[str]
    at: datetime
    note: str
    acting_for: str | None = None
    delegation: str | None = None


@dataclass(frozen=True, slots=True)
class CardLine:
    """One figure on a card: what it is, what it is now and what it would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person sees before deciding; made by code from the action and its facts, never by a model."""

    title: str
    lines: tuple[CardLine, ...]
    evidence: tuple[str, ...]
    undo: Undo
    undo_by: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """An approval: a frozen action that waits (or waited) for people.

    `asked_at` is when its present card was made; who is asked in addition after a while counts from there.
    `round` says which card that is: a yes to an earlier one does not count.
    """

    id: str
    action: ActionView
    card: Card
    why: tuple[str, ...]
    nearest_flip: str
    required: tuple[Mapping[str, Any], ...]
    grants: tuple[GrantView, ...]
    created_at: datetime
    asked_at: datetime
    snoozed_until: datetime | None = None
    assigned_to: str | None = None
    round: int = 0

    @property
    def seen(self) -> str:
        """What a yes names: the action's digest, and behind it which card that was once it was renewed."""
        return self.action.digest if self.round <= 1 else f"{self.action.digest}.{self.round}"

    @property
    def state(self) -> State:
        """The state of its action."""
        return self.action.state
