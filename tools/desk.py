"""The desk: the one gate that every write passes, whichever door it came through.

Tools submit, people decide, the executor carries out. Deciding runs no model; an approval is a stored row
that freezes one exact action; an edit is a new action, judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from policies.modes import STRICTER, Mode
from policies.rules import PolicySet
from shop.actions import KINDS, Action
from shop.backends.ports import Effects
from shop.clock import Clock, IdSource, new_id, utc_now
from shop.errors import AccessDeniedError, ConflictError, NotFoundError
from shop.money import Money
from shop.people import Principal, Role
from shop.store.database import Database, Transaction
from tools import batch, compensating
from tools.approving import Approving
from tools.batch import BatchResult
from tools.delegating import Delegating
from tools.executor import Executor
from tools.filing import (
    STOP,
    Bench,
    Session,
    Submission,
    actor_of,
    answered,
    check_requester,
    file_action,
    mode_of,
    stopped,
    submission,
    trusted,
)
from tools.ledger import chain, delegations, rows, waiting
from tools.ledger.delegations import Delegation
from tools.ledger.states import ActionView, ApprovalView, GrantView, State
from tools.triage import Triage

__all__ = [
    "ActionView",
    "ApprovalView",
    "BatchResult",
    "Delegation",
    "Desk",
    "GrantView",
    "Mode",
    "Session",
    "State",
    "Submission",
]


class Desk:
    """Submit, decide, look up; nothing else in the product changes the world."""

    def __init__(
        self,
        db: Database,
        policies: Callable[[], PolicySet],
        effects: Effects,
        clock: Clock = utc_now,
        ids: IdSource = new_id,
    ) -> None:
        self._bench = Bench(db, policies, effects, clock, ids)
        self._executor = Executor(self._bench)
        self._approving = Approving(self._bench, self._executor)
        self._delegating = Delegating(self._bench)
        self._triage = Triage(self._bench, self._approving)

    def submit(
        self, action: Action, session: Session, *, key: str | None = None, execute: bool = True
    ) -> Submission:
        """File an action: judged at once, carried out if the rules allow it, put before people if they ask.

        The same key again gives the earlier submission back and does nothing; the same key with another
        action is a ConflictError. What was refused in this conversation is refused again without asking.
        Raises AccessDeniedError if this principal may not ask, InvalidActionError for a malformed action.
        """
        self._bench.admit(session.principal)
        check_requester(session.principal)
        action = trusted(action)
        with self._bench.db.writing() as tx:
            earlier = self._earlier(tx, action, session, key)
            if earlier is not None:
                return submission(tx, earlier, duplicate=True)
            filed = file_action(tx, self._bench, action, session, key=key or f"once:{self._bench.ids('key')}")
        if execute and filed.view.state is State.APPROVED:
            return self._answer(self._executor.execute(filed.view.id))
        return answered(filed.view, filed.decision)

    def approve(
        self, approval_id: str, person: Principal, *, note: str = "", execute: bool = True
    ) -> Submission:
        """Count a person's yes; with the last one that is needed, the action is carried out.

        Raises AccessDeniedError for agents, the requester, the person represented, a missing role or an
        amount over the person's limit; ConflictError when nothing waits any more.
        """
        return self._answer(self._approving.approve(approval_id, person, note, execute=execute))

    def reject(self, approval_id: str, person: Principal, reason: str) -> Submission:
        """One no is enough, and it is final; raises as approve does."""
        return self._answer(self._approving.reject(approval_id, person, reason))

    def approve_many(
        self, approval_ids: Iterable[str], person: Principal, note: str = "", *, execute: bool = True
    ) -> BatchResult:
        """Approve up to 500 approvals, each by itself; one that fails does not stop the others.

        The total value is weighed first: over what the person may approve nothing at all is decided and
        AccessDeniedError is raised. InvalidActionError for more than 500.
        """
        self.expire_due()
        wanted = batch.named_once(approval_ids)
        with self._bench.db.reading() as snapshot:
            batch.check_total(snapshot, self._bench, self._approving, wanted, person)
        return batch.each(wanted, lambda one: self.approve(one, person, note=note, execute=execute))

    def reject_many(self, approval_ids: Iterable[str], person: Principal, reason: str) -> BatchResult:
        """Reject up to 500 approvals with one reason, each by itself; raises InvalidActionError over 500."""
        return batch.each(batch.named_once(approval_ids), lambda one: self.reject(one, person, reason))

    def edit(self, approval_id: str, action: Action, person: Principal) -> Submission:
        """Replace a waiting action by another of the same kind: judged anew, with the editor as requester."""
        return self._answer(self._approving.edit(approval_id, action, person))

    def withdraw(self, action_id: str, person: Principal) -> Submission:
        """Take back a request that has not been carried out."""
        return self._answer(self._approving.withdraw(action_id, person))

    def undo(
        self, action_id: str, session: Session, *, sku: str | None = None, execute: bool = True
    ) -> Submission:
        """File the action that takes an executed one back; judged like any other, and linked to it.

        A receipt of several SKUs is taken back SKU by SKU. Asked again while an earlier undo stands, that
        one is given back. Raises ConflictError when there is nothing to undo or the world has moved on,
        InvalidActionError for what is final, NotFoundError, and AccessDeniedError as submit does.
        """
        self._bench.admit(session.principal)
        check_requester(session.principal)
        done = self.status(action_id)
        with self._bench.db.writing() as tx:
            done = rows.get(tx, self._bench.tenant, done.id)
            earlier = compensating.standing(tx, done, sku)
            if earlier is not None:
                return submission(tx, earlier, duplicate=True)
            action = trusted(compensating.compensation(tx, done, self._bench.clock, sku))
            number = len(rows.compensating(tx, self._bench.tenant, done.id)) + 1
            key = f"undo:{done.id}:{number}"
            filed = file_action(tx, self._bench, action, session, key=key, compensates=done.id)
        if execute and filed.view.state is State.APPROVED:
            return self._answer(self._executor.execute(filed.view.id))
        return answered(filed.view, filed.decision)

    def undone_by(self, action_id: str) -> list[ActionView]:
        """The actions that were filed to take an action back, whatever became of them."""
        done = self.status(action_id)
        with self._bench.db.reading() as snapshot:
            return rows.compensating(snapshot, self._bench.tenant, done.id)

    def execute(self, action_id: str) -> Submission:
        """Carry out an approved action now; gives it in the state that came of it, whatever it was before."""
        return self._answer(self._executor.execute(self.status(action_id).id))

    def expire_due(self) -> int:
        """End what waited too long; gives how many."""
        return self._approving.expire_due()

    def recover(self) -> list[Submission]:
        """Finish what an earlier process left half-way; every door calls it at its start."""
        return [self._answer(view) for view in self._executor.recover()]

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

    def modes(self) -> dict[str, Mode]:
        """The dial of each kind of action."""
        with self._bench.db.reading() as snapshot:
            return {kind: mode_of(snapshot, self._bench.tenant, kind) for kind in sorted(KINDS)}

    def is_stopped(self) -> bool:
        """Whether the stop switch is on."""
        with self._bench.db.reading() as snapshot:
            return stopped(snapshot, self._bench.tenant)

    def set_mode(self, kind: str, mode: Mode, person: Principal, reason: str = "") -> None:
        """Turn a dial: anybody who may ask may tighten it, only an administrator may loosen it."""
        if kind not in KINDS:
            raise NotFoundError(f"there is no kind of action {kind!r}; known are {', '.join(sorted(KINDS))}")
        with self._bench.db.reading() as snapshot:
            loosens = STRICTER[mode] > STRICTER[mode_of(snapshot, self._bench.tenant, kind)]
        self._turn(kind, mode.value, person, reason, admin=loosens)

    def stop_all(self, person: Principal, reason: str) -> None:
        """Nothing is carried out any more, at once, until somebody resumes."""
        self._turn(STOP, "stopped", person, reason, admin=False)

    def resume(self, person: Principal, reason: str) -> None:
        """Release the stop switch; takes an administrator."""
        self._turn(STOP, "running", person, reason, admin=True)

    def _turn(self, kind: str, value: str, person: Principal, reason: str, *, admin: bool) -> None:
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person may turn a dial or the stop switch")
        check_requester(person)
        if admin and Role.ADMIN not in person.roles:
            raise AccessDeniedError(f"{person.name} may tighten; to loosen it takes the role admin")
        with self._bench.db.writing() as tx:
            before = waiting.switch(tx, self._bench.tenant, kind)
            now = self._bench.clock()
            waiting.set_switch(tx, self._bench.tenant, kind, value, person.id, now, reason)
            chain.append(
                tx,
                self._bench.tenant,
                now,
                actor_of(person),
                "switch.turned",
                # The reason stands beside the switch: the chain keeps no words that people type.
                body={"switch": kind, "before": before, "after": value},
            )

    def _earlier(
        self, tx: Transaction, action: Action, session: Session, key: str | None
    ) -> ActionView | None:
        digest = action.digest(self._bench.tenant)
        known = rows.by_key(tx, self._bench.tenant, key) if key is not None else None
        if known is not None and known.digest != digest:
            raise ConflictError(f"the key {key!r} was used for another action, {known.id!r}")
        if known is None and session.conversation is not None:
            known = rows.refused_before(tx, self._bench.tenant, session.conversation, digest)
        return known

    def _answer(self, view: ActionView) -> Submission:
        with self._bench.db.reading() as snapshot:
            return submission(snapshot, view)
