"""The desk as it stands: actions, approvals, plans, delegations, dials and rules, to be looked at.

What waited too long is ended before approvals are shown, so that nobody decides what is over.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.modes import Mode
from policies.rules import PolicySet
from shop.actions import KINDS
from shop.errors import NotFoundError
from shop.people import Principal
from tools.approving import Approving
from tools.delegating import Delegating
from tools.executor import Executor
from tools.filing import (
    Bench,
    Submission,
    mode_of,
    stopped,
    submission,
)
from tools.ledger import delegations, outbox, plans, rows, waiting
from tools.ledger.delegations import Delegation
from tools.ledger.loosenings import Loosening
from tools.ledger.outbox import Intent
from tools.ledger.plans import PlanState, PlanView
from tools.ledger.states import ActionView, ApprovalView, State
from tools.plans import Plans
from tools.switching import Switching


class DeskRecords:
    """The reading side of the desk; `tools/desk.py` adds what changes something."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._executor = Executor(bench)
        self._approving = Approving(bench, self._executor)
        self._plans = Plans(bench, self._executor)
        self._delegating = Delegating(bench)
        self._switching = Switching(bench)

    def undone_by(self, action_id: str) -> list[ActionView]:
        """The actions that were filed to take an action back, whatever became of them."""
        done = self.status(action_id)
        with self._bench.db.reading() as snapshot:
            return rows.compensating(snapshot, self._bench.tenant, done.id)

    def plan(self, plan_id: str) -> PlanView:
        """One plan by ``P-3`` or ``3``; raises NotFoundError."""
        return self._plans.get(plan_id)

    def plans(self, states: Iterable[PlanState] = tuple(PlanState), limit: int | None = 50) -> list[PlanView]:
        """Plans in any of some states, the newest first."""
        with self._bench.db.reading() as snapshot:
            return plans.listed(snapshot, self._bench.tenant, states, limit)

    def under_way(self) -> list[Intent]:
        """What was written down to be sent and has no settled answer yet (the open outbox)."""
        with self._bench.db.reading() as snapshot:
            return outbox.waiting(snapshot, self._bench.tenant)

    def expire_due(self) -> int:
        """End what waited too long; gives how many."""
        return self._approving.expire_due()

    def approvals(
        self,
        *,
        states: Iterable[State] = (State.PENDING,),
        limit: int = 50,
        after: int = 0,
        include_snoozed: bool = False,
    ) -> list[ApprovalView]:
        """Approvals by number; those that are past their time are ended first, snoozed ones left out."""
        self.expire_due()
        awake_at = None if include_snoozed else self._bench.clock()
        with self._bench.db.reading() as snapshot:
            return waiting.listed(snapshot, self._bench.tenant, states, limit, after, awake_at=awake_at)

    def approval(self, approval_id: str) -> ApprovalView:
        """One approval by ``A-17`` or ``17``; raises NotFoundError."""
        self.expire_due()
        with self._bench.db.reading() as snapshot:
            return waiting.get(snapshot, self._bench.tenant, approval_id)

    def delegation(self, delegation_id: str) -> Delegation:
        """One delegation by ``D-3`` or ``3``; raises NotFoundError."""
        with self._bench.db.reading() as snapshot:
            return delegations.get(snapshot, self._bench.tenant, delegation_id)

    def delegations(self, *, ended: bool = False) -> list[Delegation]:
        """Delegations by number; with `ended` also those that are over or revoked."""
        with self._bench.db.reading() as snapshot:
            return self._delegating.delegations(snapshot, ended=ended)

    def may_decide(self, approval_id: str, person: Principal, *, amount_counts: bool = True) -> bool:
        """Whether a decision of this person could count at this moment; raises NotFoundError."""
        with self._bench.db.reading() as snapshot:
            approval = waiting.get(snapshot, self._bench.tenant, approval_id)
            return self._approving.may_decide(snapshot, approval, person, amount_counts=amount_counts)

    def status(self, action_id: str) -> ActionView:
        """One action by its id, or by its approval's; raises NotFoundError."""
        with self._bench.db.reading() as snapshot:
            try:
                return rows.get(snapshot, self._bench.tenant, action_id)
            except NotFoundError:
                return waiting.get(snapshot, self._bench.tenant, action_id).action

    def actions(
        self,
        *,
        states: Iterable[State] = tuple(State),
        kind: str | None = None,
        run: str | None = None,
        conversation: str | None = None,
        limit: int | None = None,
    ) -> list[ActionView]:
        """Actions by state, kind, run or conversation, oldest first."""
        with self._bench.db.reading() as snapshot:
            return rows.in_states(
                snapshot,
                self._bench.tenant,
                states,
                kind=kind,
                run=run,
                conversation=conversation,
                limit=limit,
            )

    def explain(self, action_id: str) -> Submission:
        """The decision in force about an action, with its reasons."""
        return self._answer(self.status(action_id))

    def rules(self) -> PolicySet:
        """The rules in force at this moment."""
        with self._bench.db.reading() as snapshot:
            return self._bench.policies.at(snapshot).active

    def modes(self) -> dict[str, Mode]:
        """The dial of each kind of action."""
        with self._bench.db.reading() as snapshot:
            return {kind: mode_of(snapshot, self._bench.tenant, kind) for kind in sorted(KINDS)}

    def is_stopped(self) -> bool:
        """Whether the stop switch is on."""
        with self._bench.db.reading() as snapshot:
            return stopped(snapshot, self._bench.tenant)

    def loosenings(self) -> list[Loosening]:
        """The requests to loosen something that wait for a second person."""
        return self._switching.waiting()

    def _answer(self, view: ActionView) -> Submission:
        with self._bench.db.reading() as snapshot:
            return submission(snapshot, view)
