"""The desk: the one gate that every write passes, whichever door it came through.

Tools submit, people decide, the executor carries out. Deciding runs no model; an approval is a stored row
that freezes one exact action; an edit is a new action, judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from policies.decision import Decision
from policies.modes import Mode
from policies.rules import PolicySet
from shop.actions import Action
from shop.backends.ports import Effects
from shop.clock import Clock, IdSource, new_id, utc_now
from shop.errors import ConflictError
from shop.money import Money
from shop.people import Principal, Role
from shop.store.database import Database
from tools import batch, keys
from tools.batch import BatchResult
from tools.desk_records import DeskRecords
from tools.filing import (
    Bench,
    Session,
    Submission,
    answered,
    asked_by,
    check_requester,
    file_action,
    filed_before,
    judge,
    submission,
    trusted,
)
from tools.identity import Identity
from tools.ledger.delegations import Delegation
from tools.ledger.loosenings import Loosening
from tools.ledger.outbox import Intent
from tools.ledger.plans import PlanState, PlanView
from tools.ledger.states import ActionView, ApprovalView, GrantView, State
from tools.rulebook import Given, Rulebook
from tools.switching import Turned
from tools.triage import Triage
from tools.undoing import file_undo

__all__ = [
    "ActionView", "ApprovalView", "BatchResult", "Delegation", "Desk", "GrantView", "Intent", "Loosening",
    "Mode", "PlanState", "PlanView", "Session", "State", "Submission", "Turned",
]  # fmt: skip


class Desk(DeskRecords):
    """Submit, decide, look up; nothing else in the product changes the world."""

    def __init__(
        self,
        db: Database,
        policies: Rulebook | Callable[[], PolicySet],
        effects: Effects,
        clock: Clock = utc_now,
        ids: IdSource = new_id,
    ) -> None:
        rulebook = policies if isinstance(policies, Rulebook) else Given(policies)
        super().__init__(Bench(db, rulebook, effects, clock, ids))
        self._triage = Triage(self._bench, self._approving)
        self._identity = Identity(self._bench)

    def submit(
        self, action: Action, session: Session, *, key: str | None = None, execute: bool = True
    ) -> Submission:
        """File an action: judged at once, carried out if the rules allow it, put before people if they ask.

        The same key again gives the earlier submission back and does nothing; the same key with another
        action is a ConflictError. What was refused in this conversation is refused again without asking.
        Raises AccessDeniedError if this principal may not ask, InvalidActionError for a malformed action and
        for a key of the desk's own.
        """
        self._bench.admit(session.principal)
        check_requester(session.principal)
        if key is not None:
            keys.check_free(key)
        action = trusted(action)
        with self._bench.db.writing() as tx:
            earlier = filed_before(tx, self._bench, action, session, key)
            if earlier is not None:
                return submission(tx, earlier, duplicate=True)
            filed = file_action(tx, self._bench, action, session, key=key or f"once:{self._bench.ids('key')}")
        if execute and filed.view.state is State.APPROVED:
            return self._answer(self._executor.execute(filed.view.id))
        return answered(filed.view, filed.decision)

    def preview(self, action: Action, session: Session) -> Decision:
        """What the rules would answer to an action now; nothing is filed. Raises InvalidActionError."""
        with self._bench.db.reading() as snapshot:
            return judge(snapshot, self._bench, trusted(action), asked_by(self._bench, session)).decision

    def approve(
        self,
        approval_id: str,
        person: Principal,
        *,
        note: str = "",
        seen: str | None = None,
        execute: bool = True,
    ) -> Submission:
        """Count a person's yes; with the last one that is needed, the action is carried out.

        `seen` is `ApprovalView.seen` of the card that the person was shown; one that was renewed since is
        another. Raises AccessDeniedError for agents, the requester, the person represented, a missing role
        or an amount over the person's limit; ConflictError for another card and when nothing waits any more.
        """
        view = self._approving.approve(approval_id, person, note, seen=seen, execute=execute)
        return self._followed(view) if execute else self._answer(view)

    def reject(self, approval_id: str, person: Principal, reason: str) -> Submission:
        """One no is enough, and it is final; raises as approve does."""
        return self._followed(self._approving.reject(approval_id, person, reason))

    def approve_many(
        self,
        approval_ids: Iterable[str],
        person: Principal,
        note: str = "",
        *,
        seen: Mapping[str, str] | None = None,
        execute: bool = True,
    ) -> BatchResult:
        """Approve up to 500 approvals, each by itself; one that fails does not stop the others.

        `seen`, where it is given, holds for each of them what was shown, as in `approve`.

        The total value is weighed first: over what the person may approve nothing at all is decided and
        AccessDeniedError is raised. InvalidActionError for more than 500.
        """
        self.expire_due()
        wanted = batch.named_once(approval_ids)
        with self._bench.db.reading() as snapshot:
            batch.check_total(snapshot, self._bench, self._approving, wanted, person)

        def yes(one: str) -> Submission:
            shown = None if seen is None else seen.get(one, "")
            return self.approve(one, person, note=note, seen=shown, execute=execute)

        return batch.each(wanted, yes)

    def reject_many(self, approval_ids: Iterable[str], person: Principal, reason: str) -> BatchResult:
        """Reject up to 500 approvals with one reason, each by itself; raises InvalidActionError over 500."""
        return batch.each(batch.named_once(approval_ids), lambda one: self.reject(one, person, reason))

    def edit(self, approval_id: str, action: Action, person: Principal) -> Submission:
        """Replace a waiting action by another of the same kind: judged anew, with the editor as requester."""
        return self._followed(self._approving.edit(approval_id, action, person))

    def withdraw(self, action_id: str, person: Principal) -> Submission:
        """Take back a request that has not been carried out."""
        return self._followed(self._approving.withdraw(action_id, person))

    @property
    def identity(self) -> Identity:
        """Conversations with customers: who speaks there, and what they agreed to."""
        return self._identity

    def undo(
        self, action_id: str, session: Session, *, sku: str | None = None, execute: bool = True
    ) -> Submission:
        """File the action that takes an executed one back; judged like any other, and linked to it.

        A receipt of several SKUs is taken back SKU by SKU. Asked again while an earlier undo stands, that
        one is given back. Raises ConflictError when there is nothing to undo or the world has moved on,
        InvalidActionError for what is final, NotFoundError, and AccessDeniedError as submit does.
        """
        filed = file_undo(self._bench, self.status(action_id).id, session, sku)
        if execute and filed.state is State.APPROVED and not filed.duplicate:
            return self._answer(self._executor.execute(filed.action_id))
        return filed

    def execute(self, action_id: str) -> Submission:
        """Carry out an approved action now; gives it in the state that came of it, whatever it was before."""
        return self._followed(self._executor.execute(self.status(action_id).id))

    def propose_plan(
        self, steps: Sequence[Action], session: Session, *, key: str | None = None, execute: bool = True
    ) -> PlanView:
        """File several actions as one plan: judged each and together, done in order once all are approved.

        If a step fails for good, those that were done are taken back in reverse order, by ordinary actions;
        what cannot be taken back waits for a person. Raises as submit does, and InvalidActionError for
        fewer than two steps or more than fifty.
        """
        plan = self._plans.propose(steps, session, key=key)
        return self._plans.advance(plan.id) if execute else plan

    def approve_plan(
        self, plan_id: str, person: Principal, *, note: str = "", seen: Mapping[str, str] | None = None
    ) -> tuple[PlanView, BatchResult]:
        """Say yes to every step that waits, with one result for each; the plan runs when none waits.

        `seen`, where it is given, holds for each approval what was shown, as in `approve`.

        The total of the steps is weighed first, as in a batch. Raises ConflictError when none waits.
        """
        waiting_steps = self._plans.get(plan_id).approvals
        if not waiting_steps:
            raise ConflictError(f"no step of {self._plans.get(plan_id).id} waits for a decision")
        results = self.approve_many(waiting_steps, person, note, seen=seen, execute=False)
        return self._plans.advance(plan_id), results

    def withdraw_plan(self, plan_id: str, person: Principal) -> PlanView:
        """Stop a plan: what was not done is withdrawn, what was done is taken back."""
        return self._plans.withdraw(plan_id, person)

    def answer_plan(self, plan_id: str, step: int, person: Principal, text: str) -> PlanView:
        """Write down what a person decided about a step that could not be taken back."""
        return self._plans.answer(plan_id, step, person, text)

    def recover(self) -> list[Submission]:
        """Finish what an earlier process left half-way; every door calls it at its start.

        What is approved and waits for its turn in a plan, or for the end of a stop, was not left by anybody.
        """
        looked_at = self._executor.recover()
        finished = [self._answer(view) for view in looked_at if view.state is not State.APPROVED]
        self._plans.recover()
        return finished

    def snooze(self, approval_id: str, until: datetime | None, person: Principal) -> ApprovalView:
        """Leave an approval out of the list until a moment before its expiry; None puts it back.

        Raises AccessDeniedError for agents and viewers, InvalidActionError for a moment that makes no
        sense, ConflictError when nothing waits any more.
        """
        return self._triage.snooze(approval_id, until, person)

    def assign(self, approval_id: str, to: str | None, person: Principal) -> ApprovalView:
        """Name who should decide; a hint that gives no right. None names nobody.

        Raises as snooze does, and InvalidActionError for somebody who may not decide it.
        """
        return self._triage.assign(approval_id, to, person)

    def delegate(
        self,
        person: Principal,
        to: str,
        *,
        until: datetime,
        since: datetime | None = None,
        roles: Iterable[Role] = (),
        limit: Money | None = None,
        reason: str = "",
    ) -> Delegation:
        """Let another person approve for this one for a time, with some roles (else all) up to a limit.

        What it is worth is worked out when it is used: never more than the giver then holds. Raises
        AccessDeniedError for what the giver does not hold and for takers who are no human, NotFoundError
        for nobody, InvalidActionError for times and limits that make no sense.
        """
        return self._delegating.delegate(
            person, to, until=until, since=since, roles=roles, limit=limit, reason=reason
        )

    def revoke_delegation(self, delegation_id: str, person: Principal) -> Delegation:
        """End a delegation at once; yeses given under it that were not carried out stop counting.

        Raises NotFoundError, AccessDeniedError for strangers to it, ConflictError when it was over.
        """
        return self._delegating.revoke(delegation_id, person)

    def set_mode(self, kind: str, mode: Mode, person: Principal, reason: str = "") -> Turned:
        """Turn one dial; see `set_modes`."""
        return self.set_modes((kind,), mode, person, reason)

    def set_modes(self, kinds: Iterable[str], mode: Mode, person: Principal, reason: str = "") -> Turned:
        """Turn dials: whoever may ask tightens at once; to loosen, somebody else must confirm.

        Raises NotFoundError for an unknown kind, AccessDeniedError for agents, and for whoever may not ask
        to loosen.
        """
        return self._switching.set_modes(kinds, mode, person, reason)

    def stop_all(self, person: Principal, reason: str) -> Turned:
        """Nothing is carried out any more, at once, until two people resume."""
        return self._switching.stop(person, reason)

    def resume(self, person: Principal, reason: str) -> Turned:
        """Ask for the release of the stop switch; somebody else must confirm."""
        return self._switching.resume(person, reason)

    def vouch_names(self, person: Principal, reason: str = "", *, own: bool) -> Turned:
        """Say that titles, supplier names and guides are the store's own words: takes two people.

        Until then, and again after an import of a catalogue, what reads them taints a conversation. The
        opposite takes one person at once.
        """
        return self._switching.vouch_names(person, reason, own=own)

    def confirm_loosening(self, loosening_id: str, person: Principal) -> Turned:
        """Let a request to loosen something take effect.

        Raises AccessDeniedError for agents, the one who asked, whoever acts for them, or two people
        neither of whom is an admin; ConflictError when nothing waits any more.
        """
        return self._switching.confirm(loosening_id, person)

    def withdraw_loosening(self, loosening_id: str, person: Principal) -> Loosening:
        """Take a request to loosen something back; whoever asked, or an admin."""
        return self._switching.withdraw(loosening_id, person)

    def _followed(self, view: ActionView) -> Submission:
        """Let the plan that an action belongs to go on; what became of the action by then."""
        plan_id = self._plans.of_action(view)
        if plan_id is None:
            return self._answer(view)
        self._plans.advance(plan_id)
        return self._answer(self.status(view.id))
