"""Claim, effect, settle, reconcile: the only place where a claim is made and a backend is told to write.

The claim is one transaction that judges the action again on fresh facts. The effect carries the action's
id as its idempotency key. What happened is settled in a transaction of its own; if a process dies in
between, the next start asks the backend by key what became of it and never sends it again blindly.
"""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from policies.judge import Grant, Verdict
from policies.modes import Mode
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError
from shop.people import Kind
from shop.store.database import Transaction
from tools import keys
from tools.compensating import no_longer
from tools.facts import Asked, channel_of
from tools.filing import (
    SYSTEM,
    Bench,
    Judgement,
    file_action,
    file_approval,
    judge,
    lifetime,
    session_again,
    stopped,
    store_decision,
)
from tools.ledger import authority, judged, outbox, plans, rows, waiting, windows
from tools.ledger.states import ActionView, State
from tools.recording import move

LEASE: Final = timedelta(seconds=60)
_DONE: Final = (Outcome.APPLIED, Outcome.ALREADY_APPLIED)


class Executor:
    """Carries approved actions out, each once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._worker = f"{socket.gethostname()}/{os.getpid()}"

    def execute(self, action_id: str) -> ActionView:
        """Claim an approved action and carry it out; gives it back in the state that came of it."""
        with self._bench.db.writing() as tx:
            view = rows.get(tx, self._bench.tenant, action_id)
            if view.state is not State.APPROVED:
                return view
            view = self._claimed(tx, view)
            again = self._filed_again(tx, view) if view.state is State.STALE else None
        if again is not None:
            return self.execute(again.id) if again.state is State.APPROVED else again
        if view.state is not State.EXECUTING:
            return view
        return self._settled(view, self._effect(view))

    def recover(self) -> list[ActionView]:
        """Finish what earlier processes left: executing without a living worker, unknown, approved."""
        with self._bench.db.reading() as snapshot:
            left = rows.in_states(
                snapshot, self._bench.tenant, (State.EXECUTING, State.UNKNOWN, State.APPROVED)
            )
        finished = []
        for view in left:
            if view.state is State.APPROVED:
                finished.append(self.execute(view.id))
            elif view.state is State.UNKNOWN or self._abandoned(view):
                finished.append(self._taken_over(view))
        return finished

    def _claimed(self, tx: Transaction, view: ActionView) -> ActionView:
        """Check everything again inside the transaction and take the action, or move it where it belongs."""
        now = self._bench.clock()
        if now >= view.expires_at:
            return self._moved(tx, view, State.EXPIRED, "nobody carried it out in time")
        if not view.is_intact:
            return self._moved(tx, view, State.FAILED, "its stored arguments are not what was approved")
        if stopped(tx, view.tenant) or not plans.is_its_turn(tx, view):
            return view
        judgement, approved = self._judged(tx, view, now)
        stale = self._stale(tx, view, judgement, approved=approved)
        if stale is not None:
            return self._moved(tx, view, State.STALE, stale)
        refused = self._refused(tx, view, judgement, now)
        if refused is not None:
            return refused
        store_decision(tx, self._bench, view.id, "claim", judgement, now)
        waiting.consume(tx, view, view.fence + 1)
        return self._moved(
            tx,
            view,
            State.EXECUTING,
            "being carried out",
            judgement,
            fence=view.fence + 1,
            worker=self._worker,
            lease_until=now + LEASE,
            attempts=view.attempts + 1,
            decision_id=judgement.decision_id,
            **_revalued(tx, view, judgement),
        )

    def _judged(self, tx: Transaction, view: ActionView, now: datetime) -> tuple[Judgement, bool]:
        """This moment's decision, and whether it rests on people's yes.

        The limits of those who said yes are held against what the action is worth now, not when it was filed:
        exchange rates move in between.
        """
        asked, grants = _asked(view, now), self._grants(tx, view)
        judgement = judge(tx, self._bench, view.action, asked, grants)
        if grants and judgement.facts.money != view.money:
            grants = self._grants(tx, replace(view, money=judgement.facts.money))
            judgement = judge(tx, self._bench, view.action, asked, grants)
        return judgement, bool(grants)

    def _stale(
        self, tx: Transaction, view: ActionView, judgement: Judgement, *, approved: bool
    ) -> str | None:
        """What changed under a person's yes, or why an undo makes no sense any more; None if nothing did."""
        if approved and judgement.facts.versions != view.versions:
            return _changes(view, judgement)
        return no_longer(tx, view, self._bench.clock)

    def _refused(
        self, tx: Transaction, view: ActionView, judgement: Judgement, now: datetime
    ) -> ActionView | None:
        """Where the action goes if this moment's decision does not let it run; None if it may run."""
        verdict = judgement.decision.verdict
        if verdict is Verdict.ALLOW and judgement.mode is Mode.OBSERVE:
            verdict = Verdict.DENY
        unseen = self._unseen_rules(tx, view, judgement)
        if verdict is Verdict.ALLOW and not unseen:
            return None
        if verdict is not Verdict.DENY:  # a new card starts without any yes
            judgement = judge(tx, self._bench, view.action, _asked(view, now))
        store_decision(tx, self._bench, view.id, "claim", judgement, now)
        if verdict is Verdict.DENY:
            return self._moved(
                tx, view, State.DENIED, judgement.reason, judgement, decision_id=judgement.decision_id
            )
        file_approval(tx, self._bench, view.digest, view.action, view.id, judgement, now)
        return self._moved(
            tx,
            view,
            State.PENDING,
            judgement.reason,
            judgement,
            decision_id=judgement.decision_id,
            versions=rows.versions_json(judgement.facts.versions),
            expires_at=now + lifetime(judgement.decision),
            **_revalued(tx, view, judgement),
        )

    def _unseen_rules(self, tx: Transaction, view: ActionView, judgement: Judgement) -> set[str]:
        """Approve rules that fire now and stood on no card that anybody approved."""
        asks = {one.rule for one in judgement.decision.fired if one.effect is Verdict.NEEDS_APPROVAL}
        if not asks:
            return set()
        shown = judged.body_of(tx, view.tenant, view.decision_id)["fired"]
        return asks - {one["rule"] for one in shown}

    def _grants(self, tx: Transaction, view: ActionView) -> list[Grant]:
        """The valid yeses: this digest, this card, and roles that are still held."""
        if view.approval_id is None:
            return []
        approval = waiting.get(tx, view.tenant, view.approval_id, action=view)
        return authority.valid_grants(tx, approval, self._bench.clock())

    def _effect(self, view: ActionView) -> Receipt:
        claim = Claim(
            tenant=view.tenant,
            action_id=view.id,
            digest=view.digest,
            fence=view.fence,
            actor=view.on_behalf_of or view.requester,
            at=self._bench.clock(),
        )
        try:
            return self._bench.effects.apply(view.action, claim)
        except Exception as error:  # noqa: BLE001 - whatever it was, the outcome is not known
            return Receipt(Outcome.UNKNOWN, f"the backend gave no answer: {type(error).__name__}")

    def _settled(self, view: ActionView, receipt: Receipt) -> ActionView:
        now = self._bench.clock()
        state, reason = _settlement(receipt)
        try:
            with self._bench.db.writing() as tx:
                return self._moved(
                    tx,
                    view,
                    state,
                    reason,
                    receipt=rows.receipt_json(receipt),
                    effect_at=now if state is State.EXECUTED else None,
                    settled_at=None if state is State.UNKNOWN else now,
                )
        except ConflictError:  # taken over in between: whoever holds the newer fence settles it
            return self._present(view.id)

    def _taken_over(self, view: ActionView) -> ActionView:
        """Ask the backend what became of an action; only if it proves that nothing did, try again."""
        try:
            with self._bench.db.writing() as tx:
                view = self._moved(
                    tx,
                    view,
                    State.EXECUTING,
                    "taken over after its worker was lost",
                    fence=view.fence + 1,
                    worker=self._worker,
                    lease_until=self._bench.clock() + LEASE,
                )
        except ConflictError:
            return self._present(view.id)
        receipt = self._looked_up(view)
        if receipt is not None:
            return self._settled(view, receipt)
        with self._bench.db.writing() as tx:
            present = rows.get(tx, view.tenant, view.id)
            if (present.state, present.fence) != (State.EXECUTING, view.fence):
                return present  # taken over while the backend was asked: nothing more is sent from here
            refusal = self._late_refusal(tx, view)
            if refusal is not None:
                return self._moved(tx, view, State.FAILED, refusal, settled_at=self._bench.clock())
            outbox.count_attempt(tx, view, self._bench.clock() + LEASE)
        return self._settled(view, self._effect(view))

    def _looked_up(self, view: ActionView) -> Receipt | None:
        """What the backend knows of the key; no answer leaves the outcome unknown, and nothing is sent."""
        try:
            return self._bench.effects.reconcile(view.id)
        except Exception as error:  # noqa: BLE001 - whatever it was, the outcome is still not known
            return Receipt(Outcome.UNKNOWN, f"the backend could not be asked: {type(error).__name__}")

    def _late_refusal(self, tx: Transaction, view: ActionView) -> str | None:
        """Why an interrupted action must not be tried again, judged on this moment; None if it may."""
        now = self._bench.clock()
        if not view.is_intact:
            return "its stored arguments are not what was approved; it had no effect"
        if now >= view.expires_at:
            return "it expired while its outcome was unknown; it had no effect"
        if stopped(tx, view.tenant):
            return "the stop switch is on; it had no effect"
        judgement, approved = self._judged(tx, view, now)
        stale = self._stale(tx, view, judgement, approved=approved)
        if stale is not None:
            return f"{stale}; it had no effect"
        if judgement.decision.verdict is not Verdict.ALLOW or judgement.mode is Mode.OBSERVE:
            return f"{judgement.reason} It had no effect."
        unseen = ", ".join(sorted(self._unseen_rules(tx, view, judgement)))
        if not unseen:
            outbox.note_worth(tx, view, _revalued(tx, view, judgement))
        return f"nobody has said yes to {unseen}, in force since; it had no effect" if unseen else None

    def _filed_again(self, tx: Transaction, view: ActionView) -> ActionView | None:
        """A stale action ends; the same request returns as a new one, judged on the world as it is now.

        It does so in the same transaction, so that no crash loses it, and its card says what changed. An
        undo does not return: whether it still makes sense is asked anew by whoever wants it.
        """
        if view.compensates is not None:
            return None
        again = file_action(
            tx,
            self._bench,
            view.action,
            session_again(view),
            key=keys.of_return(view.id),
            supersedes=view.id,
            because=f"asked again: {view.approval_id or view.id} was {view.reason}",
        ).view
        rows.link(tx, view, again.id)
        return again

    def _abandoned(self, view: ActionView) -> bool:
        """Whether the worker of an executing action is gone: its process ended, or its lease ran out."""
        if view.lease_until is None or self._bench.clock() >= view.lease_until:
            return True
        host, _, process = (view.worker or "").partition("/")
        return host == socket.gethostname() and process.isdigit() and not _alive(int(process))

    def _moved(
        self,
        tx: Transaction,
        view: ActionView,
        state: State,
        reason: str,
        judgement: Judgement | None = None,
        **changes: object,
    ) -> ActionView:
        """Take an action to another state; `judgement` is the one that this rests on, if any does."""
        return move(tx, self._bench, SYSTEM, view, state, reason, judgement, **changes)

    def _present(self, action_id: str) -> ActionView:
        with self._bench.db.reading() as snapshot:
            return rows.get(snapshot, self._bench.tenant, action_id)


def _asked(view: ActionView, now: datetime) -> Asked:
    kind, channel = Kind(view.requester_kind), channel_of(view.run, view.conversation)
    return Asked(
        view.tenant,
        view.id,
        view.requester,
        kind,
        view.tainted,
        now,
        channel,
        view.on_behalf_of,
        view.conversation,
    )


def _revalued(tx: Transaction, view: ActionView, judgement: Judgement) -> dict[str, object]:
    """What changes of a row when the action has come to be worth something else; its lines follow at once."""
    money = judgement.facts.money
    if money == view.money:
        return {}
    windows.revalue(tx, view.tenant, view.id, judgement.facts.entries)
    return {
        "money_minor": money.minor if money else None,
        "money_currency": money.currency if money else None,
    }


def _settlement(receipt: Receipt) -> tuple[State, str]:
    if receipt.outcome in _DONE:
        return State.EXECUTED, receipt.detail
    if receipt.outcome is Outcome.UNKNOWN:
        return State.UNKNOWN, f"{receipt.detail}; its outcome is looked up before anything else happens"
    return State.FAILED, receipt.detail


def _changes(view: ActionView, judgement: Judgement) -> str:
    now, then = judgement.facts.versions, view.versions
    changed = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    return f"changed since it was approved: {', '.join(changed)}"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
