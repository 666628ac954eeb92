"""What people do with a waiting action: approve, reject, edit, withdraw, or let it expire.

Deciding runs no model, no graph and no predicate of the past: it changes one row, guarded, and the claim
that follows judges everything again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policies.decision import Grant, Requirement
from policies.satisfied import enough
from shop.actions import Action
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.people import Principal, Role
from shop.store.database import Transaction
from tools.executor import Executor
from tools.filing import SYSTEM, Bench, Session, actor_of, check_requester, file_action, record, trusted
from tools.ledger import chain, rows, waiting
from tools.ledger.states import ActionView, ApprovalView, State

_OPEN: Final = (State.PENDING, State.APPROVED)


class Approving:
    """The decisions of people, each in one transaction."""

    def __init__(self, bench: Bench, executor: Executor) -> None:
        self._bench = bench
        self._executor = executor

    def approve(self, approval_id: str, person: Principal, note: str, *, execute: bool) -> ActionView:
        """Write down a yes; with the last one that is needed the action is approved and carried out."""
        self.expire_due()
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            roles = self._entitled(tx, approval, person)
            now = self._bench.clock()
            waiting.grant(tx, approval, person.id, roles, note, now)
            view = approval.action
            if self._open_requirements(tx, approval.id):
                record(tx, self._bench, actor_of(person), "approval.granted", view)
            else:
                view = self._moved(tx, view, State.APPROVED, f"approved by {person.name}", actor_of(person))
        if execute and view.state is State.APPROVED:
            return self._executor.execute(view.id)
        return view

    def reject(self, approval_id: str, person: Principal, reason: str) -> ActionView:
        """A no of anybody who is asked ends the request."""
        if not reason.strip():
            raise InvalidActionError("say why: whoever asked reads the reason")
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            self._check_is_asked(approval, person)
            text = f"rejected by {person.name}: {reason.strip()} Do not ask for this again; ask the operator."
            return self._moved(tx, approval.action, State.REJECTED, text, actor_of(person))

    def edit(self, approval_id: str, action: Action, person: Principal) -> ActionView:
        """End a waiting action and file another of its kind in its place, asked for by the editor."""
        if not person.is_human:
            raise AccessDeniedError("only a person edits a waiting request")
        check_requester(person)
        action = trusted(action)
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            old = approval.action
            if action.kind != old.kind:
                raise InvalidActionError(f"an edit stays {old.kind}; submit {action.kind} by itself")
            session = Session(person, old.conversation, old.run, old.tainted)
            self._moved(tx, old, State.SUPERSEDED, f"edited by {person.name}", actor_of(person))
            view = file_action(tx, self._bench, action, session, key=f"{old.id}:edit", supersedes=old.id).view
            rows.link(tx, old, view.id)
        return self._executor.execute(view.id) if view.state is State.APPROVED else view

    def withdraw(self, action_id: str, person: Principal) -> ActionView:
        """Whoever asked or is represented, or an operator, takes a request back before it is carried out."""
        with self._bench.db.writing() as tx:
            view = self._by_either_id(tx, action_id)
            if view.state not in _OPEN:
                raise ConflictError(f"{view.id} is {view.state.value}; there is nothing to take back")
            is_theirs = person.id in {view.requester, view.on_behalf_of}
            if not is_theirs and not (person.is_human and Role.OPERATOR in person.roles):
                raise AccessDeniedError(f"{person.name} did not ask for {view.id}")
            return self._moved(tx, view, State.WITHDRAWN, f"withdrawn by {person.name}", actor_of(person))

    def expire_due(self) -> int:
        """End every waiting action whose time is over."""
        now = self._bench.clock()
        with self._bench.db.reading() as snapshot:
            due = rows.overdue(snapshot, self._bench.tenant, _OPEN, now)
        if not due:
            return 0
        with self._bench.db.writing() as tx:
            still = rows.overdue(tx, self._bench.tenant, _OPEN, now)
            for view in still:
                self._moved(tx, view, State.EXPIRED, "nobody decided in time", SYSTEM)
        return len(still)

    def _waiting(self, tx: Transaction, approval_id: str) -> ApprovalView:
        approval = waiting.get(tx, self._bench.tenant, approval_id)
        if approval.state is not State.PENDING:
            raise ConflictError(f"{approval.id} is {approval.state.value} already: {approval.action.reason}")
        if self._bench.clock() >= approval.action.expires_at:
            raise ConflictError(f"{approval.id} has expired; ask for it again")
        return approval

    def _entitled(self, tx: Transaction, approval: ApprovalView, person: Principal) -> frozenset[str]:
        """The roles with which this person's yes counts; raises AccessDeniedError in words if none does."""
        self._check_is_asked(approval, person)
        money, limit = approval.action.money, person.limit
        if limit is not None and money is not None:
            if limit.currency != money.currency:
                raise AccessDeniedError(f"{person.name} may approve in {limit.currency}; this is {money}")
            if money > limit:
                raise AccessDeniedError(f"{person.name} may approve up to {limit}; this is {money}")
        roles = frozenset(role.value for role in person.roles)
        still = self._open_requirements(tx, approval.id)
        if not any(roles & {*one.by, *one.by_each} for one in still):
            raise AccessDeniedError(f"what is still missing is {_asked(still)}; {person.name} is not that")
        return roles

    def _check_is_asked(self, approval: ApprovalView, person: Principal) -> None:
        if not person.is_human:
            raise AccessDeniedError("an agent never decides an approval")
        if person.id in {approval.action.requester, approval.action.on_behalf_of}:
            raise AccessDeniedError(f"{person.name} asked for {approval.id}, so somebody else must decide it")
        asked = [Requirement.from_json(body) for body in approval.required]
        roles = {role.value for role in person.roles}
        if not any(roles & {*one.by, *one.by_each} for one in asked):
            raise AccessDeniedError(f"{approval.id} asks {_asked(asked)}; {person.name} is not that")

    def _open_requirements(self, tx: Transaction, approval_id: str) -> list[Requirement]:
        approval = waiting.get(tx, self._bench.tenant, approval_id)
        grants: Sequence[Grant] = waiting.valid_grants(tx, approval)
        asked = (Requirement.from_json(body) for body in approval.required)
        return [one for one in asked if not enough(one, grants)]

    def _by_either_id(self, tx: Transaction, action_id: str) -> ActionView:
        try:
            return rows.get(tx, self._bench.tenant, action_id)
        except NotFoundError:
            return waiting.get(tx, self._bench.tenant, action_id).action

    def _moved(
        self, tx: Transaction, view: ActionView, state: State, reason: str, actor: chain.Actor
    ) -> ActionView:
        rows.move(tx, view, state, reason)
        moved = rows.get(tx, view.tenant, view.id)
        record(tx, self._bench, actor, f"action.{state.value}", moved)
        return moved


def _asked(requirements: Sequence[Requirement]) -> str:
    return "; and ".join(one.in_words() for one in requirements)
