"""What people do with a waiting action: approve, reject, edit, withdraw, or let it expire.

Deciding runs no model, no graph and no predicate of the past: it changes one row, guarded, and the claim
that follows judges everything again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from policies.decision import Requirement
from policies.satisfied import enough
from shop.actions import Action
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store.database import Snapshot, Transaction
from tools import keys
from tools.compensating import same_subject
from tools.executor import Executor
from tools.filing import SYSTEM, Bench, Session, actor_of, check_requester, file_action, trusted
from tools.ledger import authority, chain, rows, waiting
from tools.ledger.authority import Authority
from tools.ledger.states import ActionView, ApprovalView, GrantView, State
from tools.recording import move, record

_OPEN: Final = (State.PENDING, State.APPROVED)


def check_seen(approval: ApprovalView, seen: str) -> None:
    """A yes must be to the card that was shown; raises ConflictError for an earlier one or another."""
    if seen != approval.seen:
        raise ConflictError(f"{approval.id} is not the request that was shown; open it again")


class Approving:
    """The decisions of people, each in one transaction."""

    def __init__(self, bench: Bench, executor: Executor) -> None:
        self._bench = bench
        self._executor = executor

    def approve(
        self, approval_id: str, person: Principal, note: str, *, seen: str | None, execute: bool
    ) -> ActionView:
        """Write down a yes; with the last one that is needed the action is approved and carried out.

        `seen` is `ApprovalView.seen` of the card that was shown, None where no page stood in between.
        """
        self._bench.admit(person)
        self.expire_due()
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            if seen is not None:
                check_seen(approval, seen)
            yes = replace(self._entitled(tx, approval, person), note=note)
            waiting.grant(tx, approval, yes)
            self._record_acting(tx, approval, yes)
            view = approval.action
            if self._open_requirements(tx, replace(approval, grants=(*approval.grants, yes))):
                record(tx, self._bench, actor_of(person), "approval.granted", view)
            else:
                acting = f" for {yes.acting_for}" if yes.acting_for else ""
                reason = f"approved by {person.name}{acting}"
                view = self._moved(tx, view, State.APPROVED, reason, actor_of(person))
        if execute and view.state is State.APPROVED:
            return self._executor.execute(view.id)
        return view

    def reject(self, approval_id: str, person: Principal, reason: str) -> ActionView:
        """A no of anybody who is asked ends the request."""
        self._bench.admit(person)
        if not reason.strip():
            raise InvalidActionError("say why: whoever asked reads the reason")
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            self._asked_authorities(tx, approval, person)
            text = f"rejected by {person.name}: {reason.strip()} Do not ask for this again; ask the operator."
            return self._moved(tx, approval.action, State.REJECTED, text, actor_of(person))

    def edit(self, approval_id: str, action: Action, person: Principal) -> ActionView:
        """End a waiting action and file another of its kind in its place, asked for by the editor."""
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person edits a waiting request")
        check_requester(person)
        action = trusted(action)
        with self._bench.db.writing() as tx:
            approval = self._waiting(tx, approval_id)
            old = approval.action
            check_edit(old, action)
            session = Session(person, old.conversation, old.run, old.tainted)
            self._moved(tx, old, State.SUPERSEDED, f"edited by {person.name}", actor_of(person))
            view = file_action(
                tx,
                self._bench,
                action,
                session,
                key=keys.of_edit(old.id),
                supersedes=old.id,
                compensates=old.compensates,
            ).view
            rows.link(tx, old, view.id)
        return self._executor.execute(view.id) if view.state is State.APPROVED else view

    def withdraw(self, action_id: str, person: Principal) -> ActionView:
        """Whoever asked or is represented, or an operator, takes a request back before it is carried out."""
        self._bench.admit(person)
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

    def may_decide(
        self, snapshot: Snapshot, approval: ApprovalView, person: Principal, *, amount_counts: bool
    ) -> bool:
        """Whether this person's decision could count now; a no counts whatever the amount."""
        try:
            self._bench.admit(person)
            asked = self._asked_authorities(snapshot, approval, person)
        except AccessDeniedError:
            return False
        return not amount_counts or any(one.covers(approval.action.money) for one in asked)

    def authority_for(self, snapshot: Snapshot, approval: ApprovalView, person: Principal) -> Authority:
        """The authority that this person's yes would rest on; their own where nothing is asked of them."""
        try:
            asked = self._asked_authorities(snapshot, approval, person)
        except AccessDeniedError:
            return authority.own(person)
        waited = self._bench.clock() - approval.asked_at
        still = self._open_requirements(snapshot, approval)
        fitting = [one for one in asked if one.covers(approval.action.money)] or asked
        free = self._free(snapshot, approval, person, fitting) or fitting
        return max(free, key=lambda one: _fulfils(one, still, waited))

    def _waiting(self, tx: Transaction, approval_id: str) -> ApprovalView:
        approval = waiting.get(tx, self._bench.tenant, approval_id)
        if approval.state is not State.PENDING:
            raise ConflictError(f"{approval.id} is {approval.state.value} already: {approval.action.reason}")
        if self._bench.clock() >= approval.action.expires_at:
            raise ConflictError(f"{approval.id} has expired; ask for it again")
        return approval

    def _entitled(self, tx: Transaction, approval: ApprovalView, person: Principal) -> GrantView:
        """This person's yes, on the authority that fulfils most; raises AccessDeniedError if none does.

        Their own authority comes first. A yes rests on one authority, and nobody stands behind two yeses.
        """
        now, money = self._bench.clock(), approval.action.money
        asked = self._asked_authorities(tx, approval, person)
        fitting = [one for one in asked if one.covers(money)]
        if not fitting:
            raise AccessDeniedError(_over_limit(person, asked[0], money))
        still = self._open_requirements(tx, approval)
        waited = now - approval.asked_at
        useful = [one for one in fitting if _fulfils(one, still, waited)]
        if not useful:
            raise AccessDeniedError(f"what is still missing is {_asked(still)}; {person.name} is not that")
        free = self._free(tx, approval, person, useful)
        if not free:
            raise ConflictError(_already(approval, person, useful[0]))
        best = max(free, key=lambda one: _fulfils(one, still, waited))
        acting_for = best.holder if best.delegation else None
        return GrantView(person.id, best.roles, now, "", acting_for, best.delegation)

    def _free(
        self, snapshot: Snapshot, approval: ApprovalView, person: Principal, held: Sequence[Authority]
    ) -> list[Authority]:
        """Those of a person's authorities that stand behind no yes to this approval so far."""
        given = authority.behind(authority.counting(snapshot, approval, self._bench.clock()))
        return [one for one in held if not {person.id, one.holder} & given]

    def _asked_authorities(self, tx: Snapshot, approval: ApprovalView, person: Principal) -> list[Authority]:
        """The authorities of a person that this approval asks for; AccessDeniedError if there is none."""
        if not person.is_human:
            raise AccessDeniedError("an agent never decides an approval")
        if person.id in {approval.action.requester, approval.action.on_behalf_of}:
            raise AccessDeniedError(f"{person.name} asked for {approval.id}, so somebody else must decide it")
        now = self._bench.clock()
        handed = authority.handed_to(tx, self._bench.tenant, person.id, now)
        asked = [Requirement.from_json(body) for body in approval.required]
        waited = now - approval.asked_at
        able = [one for one in (authority.own(person), *handed) if _fulfils(one, asked, waited)]
        found = authority.uninvolved(approval.action, able)
        if able and not found:
            raise AccessDeniedError(
                f"{able[0].holder} asked for {approval.id}, so {person.name} cannot decide it for them either"
            )
        if not found:
            raise AccessDeniedError(f"{approval.id} asks {_asked(asked)}; {person.name} is not that")
        return found

    def _open_requirements(self, tx: Snapshot, approval: ApprovalView) -> list[Requirement]:
        grants = authority.valid_grants(tx, approval, self._bench.clock())
        asked = (Requirement.from_json(body) for body in approval.required)
        return [one for one in asked if not enough(one, grants)]

    def _record_acting(self, tx: Transaction, approval: ApprovalView, yes: GrantView) -> None:
        """The audit names on whose authority somebody decided."""
        if yes.acting_for is None:
            return
        chain.append(
            tx,
            self._bench.tenant,
            yes.at,
            chain.Actor(Kind.HUMAN.value, yes.person),
            "approval.acting",
            action_id=approval.action.id,
            body={"approval": approval.id, "acting_for": yes.acting_for, "delegation": yes.delegation},
        )

    def _by_either_id(self, tx: Transaction, action_id: str) -> ActionView:
        try:
            return rows.get(tx, self._bench.tenant, action_id)
        except NotFoundError:
            return waiting.get(tx, self._bench.tenant, action_id).action

    def _moved(
        self, tx: Transaction, view: ActionView, state: State, reason: str, actor: chain.Actor
    ) -> ActionView:
        return move(tx, self._bench, actor, view, state, reason)


def check_edit(old: ActionView, action: Action) -> None:
    """Refuse what cannot take the place of a waiting action; raises InvalidActionError."""
    if action.kind != old.kind:
        raise InvalidActionError(f"an edit stays {old.kind}; submit {action.kind} by itself")
    if old.compensates is not None and not same_subject(old.action, action):
        raise InvalidActionError(f"{old.id} takes {old.compensates} back; edit its figures only")


def _asked(requirements: Sequence[Requirement]) -> str:
    return "; and ".join(one.in_words() for one in requirements)


def _fulfils(one: Authority, requirements: Sequence[Requirement], waited: timedelta) -> int:
    """How many of the requirements these roles speak to, after the question has stood so long."""
    return sum(bool(one.roles & (asked.roles | asked.also_asked(waited))) for asked in requirements)


def _over_limit(person: Principal, nearest: Authority, money: Money | None) -> str:
    limit = nearest.limit
    acting = f" for {nearest.holder}" if nearest.delegation else ""
    if limit is not None and money is not None and limit.currency != money.currency:
        return f"{person.name} may approve{acting} in {limit.currency}; this is {money}"
    return f"{person.name} may approve{acting} up to {limit}; this is {money}"


def _already(approval: ApprovalView, person: Principal, chosen: Authority) -> str:
    who = repr(person.id) if chosen.delegation is None else f"{chosen.holder!r} or somebody acting for them"
    return f"{who} has approved {approval.id} already; it needs another person"
