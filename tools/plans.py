"""Plans: several actions asked for as one, done in order, and taken back if a later one fails for good.

A plan is filed in one transaction: each step is judged by itself while those before it count as if they
were approved, so that the plan is judged as a whole. Nothing is done before every step is approved; each
is judged again at its claim. If one then fails for good, those that were done are taken back in reverse
order, each by an ordinary action that is judged, keyed and audited like any other. What cannot be taken
back is put before a person. Everything that is to be done next follows from what is stored, under keys
made of the plan and the step: whoever comes after a crash goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from shop.actions import Action, ReceivePurchaseOrder
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.people import Principal, Role
from shop.store.database import Snapshot, Transaction
from tools import keys
from tools.compensating import compensation, standing
from tools.executor import Executor
from tools.filing import (
    SYSTEM,
    Bench,
    Session,
    actor_of,
    check_requester,
    file_action,
    session_again,
    trusted,
)
from tools.ledger import chain, plans, rows, windows
from tools.ledger.plans import UNDER_WAY, PlanState, PlanView, StepView
from tools.ledger.states import ActionView, State
from tools.recording import move

MOST: Final = 50
"""More steps than this in one plan are nobody's considered decision."""
FEWEST: Final = 2
_OPEN: Final = (State.PENDING, State.APPROVED)
_MOVING: Final = (State.EXECUTING, State.UNKNOWN)

Move = Callable[[], None]


class Plans:
    """Propose, go on, take back; each change of a plan is one transaction."""

    def __init__(self, bench: Bench, executor: Executor) -> None:
        self._bench = bench
        self._executor = executor

    def propose(self, steps: Sequence[Action], session: Session, *, key: str | None) -> PlanView:
        """File all steps and judge them, each by itself and with those before it; nothing is done yet.

        One step that is denied (or only observed) refuses the whole plan. Raises AccessDeniedError and
        InvalidActionError as for one action, ConflictError for a key that another plan was filed under and
        for a step that was refused in this conversation before.
        """
        self._bench.admit(session.principal)
        check_requester(session.principal)
        if not FEWEST <= len(steps) <= MOST:
            raise InvalidActionError(f"a plan has {FEWEST} to {MOST} steps, not {len(steps)}")
        actions = [trusted(one) for one in steps]
        with self._bench.db.writing() as tx:
            known = plans.by_key(tx, self._bench.tenant, key) if key is not None else None
            if known is not None:
                return self._same(tx, known, actions)
            self._check_not_refused_before(tx, actions, session)
            plan_id = self._file(tx, actions, session, key or f"once:{self._bench.ids('key')}")
            plan = self._get(tx, plan_id)
            if plan.broken_by is not None:
                self._withdraw_rest(tx, plan)
            return self._noted(tx, self._get(tx, plan_id), session.principal, is_new=True)

    def advance(self, plan_id: str) -> PlanView:
        """Do whatever is to be done next, until the plan has ended or waits for somebody."""
        before = None
        while True:
            plan = self.get(plan_id)
            if _footprint(plan) == before:
                return self._settled(plan)
            before = _footprint(plan)
            due = self._next(plan)
            if due is None:
                return self._settled(plan)
            try:
                due()
            except ConflictError:  # another process was faster: look again
                continue

    def recover(self) -> list[PlanView]:
        """Go on with all plans that a crash, an expiry or a decision elsewhere has left half-way."""
        with self._bench.db.reading() as snapshot:
            left = plans.listed(snapshot, self._bench.tenant, UNDER_WAY, None)
        return [self.advance(plan.id) for plan in reversed(left)]

    def of_action(self, view: ActionView) -> str | None:
        """The plan of which an action is a step, or of which it takes a step back."""
        with self._bench.db.reading() as snapshot:
            return plans.of_action(snapshot, view)

    def get(self, plan_id: str) -> PlanView:
        """One plan by ``P-3`` or ``3``; raises NotFoundError."""
        with self._bench.db.reading() as snapshot:
            return self._get(snapshot, plan_id)

    def withdraw(self, plan_id: str, person: Principal) -> PlanView:
        """Take the steps back that were not done; what was done is then undone.

        Raises AccessDeniedError for strangers to it, ConflictError when nothing is left to withdraw.
        """
        self._bench.admit(person)
        with self._bench.db.writing() as tx:
            plan = self._get(tx, plan_id)
            is_theirs = person.id in {plan.requester, plan.on_behalf_of}
            if not is_theirs and not (person.is_human and Role.OPERATOR in person.roles):
                raise AccessDeniedError(f"{person.name} did not ask for {plan.id}")
            left = [step for step in plan.steps if step.action.state in _OPEN]
            if plan.state not in UNDER_WAY or not left:
                raise ConflictError(f"{plan.id} is {plan.state.value}; there is nothing to take back")
            for step in left:
                self._withdrawn(
                    tx, step.action, f"{plan.id} was withdrawn by {person.name}", actor_of(person)
                )
        return self.advance(plan_id)

    def answer(self, plan_id: str, step: int, person: Principal, text: str) -> PlanView:
        """Write down what a person decided about a step that could not be taken back.

        Raises AccessDeniedError for agents and viewers, InvalidActionError without words, ConflictError
        when nobody asks about that step.
        """
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person decides what becomes of a step that stays")
        check_requester(person)
        if not text.strip():
            raise InvalidActionError("say what was decided: others read it")
        with self._bench.db.writing() as tx:
            plan = self._get(tx, plan_id)
            if step not in {one.number for one in plan.questions}:
                raise ConflictError(f"nothing waits for a decision about step {step} of {plan.id}")
            now = self._bench.clock()
            plans.note(tx, plan, step, answered_by=person.id, answered_at=now, answer=text.strip())
            # The words stand beside the step: the chain keeps none that people type.
            self._audit(tx, plan, "plan.answered", actor_of(person), step=step)
            return self._noted(tx, self._get(tx, plan_id), person)

    def _same(self, tx: Transaction, known: PlanView, actions: Sequence[Action]) -> PlanView:
        firsts = [rows.by_key(tx, known.tenant, keys.of_step(known.id, step.number)) for step in known.steps]
        if len(firsts) != len(actions) or not all(
            one is not None and one.is_of(action) for one, action in zip(firsts, actions, strict=True)
        ):
            raise ConflictError(f"the key {known.key!r} was used for another plan, {known.id}")
        return known

    def _check_not_refused_before(self, tx: Transaction, actions: Sequence[Action], session: Session) -> None:
        if session.conversation is None:
            return
        for number, action in enumerate(actions, 1):
            refused = rows.refused_before(tx, self._bench.tenant, session.conversation, action)
            if refused is not None:
                raise ConflictError(f"step {number} was refused in this conversation: {refused.reason}")

    def _file(self, tx: Transaction, actions: Sequence[Action], session: Session, key: str) -> str:
        now, principal = self._bench.clock(), session.principal
        values = {
            "idempotency_key": key,
            "requester": principal.id,
            "requester_kind": principal.kind.value,
            "on_behalf_of": principal.on_behalf_of,
            "conversation": session.conversation,
            "run": session.run,
            "tainted": session.tainted,
            "state": PlanState.WAITING.value,
            "created_at": now,
            "changed_at": now,
        }
        plan_id = plans.insert(tx, self._bench.tenant, values)
        waiting = []
        for number, action in enumerate(actions, 1):
            because = f"step {number} of {len(actions)} of plan {plan_id}"
            filed = file_action(
                tx, self._bench, action, session, key=keys.of_step(plan_id, number), because=because
            ).view
            plans.add_step(tx, self._bench.tenant, plan_id, number, filed.id)
            if filed.state is State.PENDING:  # the steps after it are judged as if it were approved
                windows.follow(tx, filed.tenant, filed.id, State.APPROVED, None)
                waiting.append(filed)
        for filed in waiting:
            windows.follow(tx, filed.tenant, filed.id, State.PENDING, None)
        return plan_id

    def _next(self, plan: PlanView) -> Move | None:
        """What is to be done now; None if the plan has ended or waits."""
        states = {step.action.state for step in plan.steps}
        if plan.broken_by is not None:
            return self._next_back(plan, states)
        ahead = next((step for step in plan.steps if step.action.state is not State.EXECUTED), None)
        if ahead is None or State.PENDING in states or ahead.action.state is not State.APPROVED:
            return None
        return partial(self._execute, ahead.action)

    def _next_back(self, plan: PlanView, states: set[State]) -> Move | None:
        if states & set(_OPEN):
            return partial(self._stop, plan.id)
        if states & set(_MOVING):
            return None
        with self._bench.db.reading() as snapshot:
            for step in reversed(plan.steps):
                if step.action.state is not State.EXECUTED or step.question is not None:
                    continue
                for sku in _parts(step.action):
                    undo = self._undo_of(snapshot, plan, step, sku)
                    if undo is None:
                        return partial(self._take_back, plan, step, sku)
                    if undo.state is not State.EXECUTED:
                        return self._with_undo(plan, step, undo)
        return None

    def _with_undo(self, plan: PlanView, step: StepView, undo: ActionView) -> Move | None:
        """What is to be done about an undo that was filed and has not taken effect."""
        if undo.state is State.APPROVED:
            return partial(self._execute, undo)
        if undo.state in {State.PENDING, *_MOVING}:
            return None
        return partial(self._ask, plan, step, f"its undo {undo.id} is {undo.state.value}: {undo.reason}")

    def _execute(self, view: ActionView) -> None:
        self._executor.execute(view.id)

    def _stop(self, plan_id: str) -> None:
        with self._bench.db.writing() as tx:
            self._withdraw_rest(tx, self._get(tx, plan_id))

    def _withdraw_rest(self, tx: Transaction, plan: PlanView) -> None:
        broken = plan.broken_by
        if broken is None:
            return
        reason = f"step {broken.number} of {plan.id} is {broken.action.state.value}"
        for step in plan.steps:
            if step.action.state in _OPEN:
                self._withdrawn(tx, step.action, reason, SYSTEM)

    def _withdrawn(self, tx: Transaction, view: ActionView, reason: str, actor: chain.Actor) -> None:
        move(tx, self._bench, actor, view, State.WITHDRAWN, reason)

    def _undo_of(
        self, snapshot: Snapshot, plan: PlanView, step: StepView, sku: str | None
    ) -> ActionView | None:
        """The action that takes a step back: the plan's own, as it stands, or one that a person filed."""
        own = rows.by_key(snapshot, plan.tenant, keys.of_step_undo(plan.id, step.number, sku))
        while own is not None and own.superseded_by is not None:
            own = rows.get(snapshot, plan.tenant, own.superseded_by)
        return own or standing(snapshot, step.action, sku)

    def _take_back(self, plan: PlanView, step: StepView, sku: str | None) -> None:
        with self._bench.db.writing() as tx:
            if self._undo_of(tx, plan, step, sku) is not None:
                return
            done = rows.get(tx, plan.tenant, step.action.id)
            try:
                action = trusted(compensation(tx, done, self._bench.clock, sku))
            except (ConflictError, InvalidActionError) as error:
                self._asked(tx, plan, step, str(error))
                return
            file_action(
                tx,
                self._bench,
                action,
                session_again(plan),
                key=keys.of_step_undo(plan.id, step.number, sku),
                compensates=done.id,
                because=f"takes step {step.number} of plan {plan.id} back",
            )

    def _ask(self, plan: PlanView, step: StepView, why: str) -> None:
        with self._bench.db.writing() as tx:
            self._asked(tx, plan, step, why)

    def _asked(self, tx: Transaction, plan: PlanView, step: StepView, why: str) -> None:
        current = next(one for one in self._get(tx, plan.id).steps if one.number == step.number)
        if current.question is not None:
            return
        plans.note(tx, plan, step.number, question=f"{why}; a person must decide")
        self._audit(tx, plan, "plan.asked", SYSTEM, step=step.number)

    def _settled(self, plan: PlanView) -> PlanView:
        if _standing(plan) is plan.state:
            return plan
        with self._bench.db.writing() as tx:
            return self._noted(tx, self._get(tx, plan.id))

    def _noted(
        self, tx: Transaction, plan: PlanView, by: Principal | None = None, *, is_new: bool = False
    ) -> PlanView:
        """Bring the stored state of a plan up to its steps, and write a change into the audit."""
        state = _standing(plan)
        if state is plan.state and not is_new:
            return plan
        plans.set_state(tx, plan, state, self._bench.clock())
        self._audit(tx, plan, f"plan.{state.value}", SYSTEM if by is None else actor_of(by))
        return self._get(tx, plan.id)

    def _audit(
        self, tx: Transaction, plan: PlanView, event: str, actor: chain.Actor, *, step: int | None = None
    ) -> None:
        body: dict[str, object] = {"plan": plan.id, "steps": [one.action.id for one in plan.steps]}
        if step is not None:
            body["step"] = step
        chain.append(tx, self._bench.tenant, self._bench.clock(), actor, event, body=body)

    def _get(self, snapshot: Snapshot, plan_id: str) -> PlanView:
        return plans.get(snapshot, self._bench.tenant, plan_id)


def _standing(plan: PlanView) -> PlanState:
    """Where a plan stands, by its steps alone."""
    states = [step.action.state for step in plan.steps]
    done = [step for step in plan.steps if step.action.state is State.EXECUTED]
    if plan.broken_by is None:
        if len(done) == len(states):
            return PlanState.DONE
        return PlanState.WAITING if State.PENDING in states else PlanState.RUNNING
    if set(states) & {*_OPEN, *_MOVING} or not all(step.question or _is_undone(step) for step in done):
        return PlanState.COMPENSATING
    return PlanState.EXCEPTION if plan.questions else _ended(done)


def _ended(done: Sequence[StepView]) -> PlanState:
    """How a broken plan ended about which nobody has a question any more."""
    if not done:
        return PlanState.REFUSED
    return PlanState.CLOSED if any(step.question for step in done) else PlanState.COMPENSATED


def _is_undone(step: StepView) -> bool:
    """Whether every part of a step was taken back."""
    undone = [one for one in step.undone_by if one.state is State.EXECUTED]
    parts = _parts(step.action)
    if parts == (None,):
        return bool(undone)
    return {one.args.get("sku") for one in undone} >= set(parts)


def _parts(view: ActionView) -> tuple[str | None, ...]:
    """What is taken back one by one: the SKUs of a receipt, in reverse; else the action as a whole."""
    if view.kind != ReceivePurchaseOrder.kind:
        return (None,)
    return tuple(line["sku"] for line in reversed(view.args["lines"]))


def _footprint(plan: PlanView) -> object:
    """What tells two moments of a plan apart."""
    return [
        (step.action.id, step.action.state, step.question, [(one.id, one.state) for one in step.undone_by])
        for step in plan.steps
    ]
