"""Plans as rows: which actions are the steps of which plan, and what people said of those that stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, func, select

from shop.actions import Undo
from shop.errors import NotFoundError
from shop.money import Money
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions, plan_steps, plans
from shop.store.prepared import Prepared
from tools.ledger import rows
from tools.ledger.states import ActionView, State

_SPOKEN = re.compile(r"(?:p-?)?([0-9]{1,9})", re.IGNORECASE)


class PlanState(StrEnum):
    """Where a plan stands.

    proposed  -> refused | waiting | running
    waiting   -> running | refused | compensating;  running -> done | waiting | compensating | ...
    compensating -> compensated | exception;  exception -> closed
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    EXCEPTION = "exception"
    CLOSED = "closed"


UNDER_WAY: Final = (PlanState.WAITING, PlanState.RUNNING, PlanState.COMPENSATING)
"""What may go on by itself; `recover` looks at these."""

BROKEN_BY: Final = frozenset(
    {
        State.OBSERVED,
        State.DENIED,
        State.REJECTED,
        State.EXPIRED,
        State.WITHDRAWN,
        State.SUPERSEDED,
        State.STALE,
        State.FAILED,
    }
)
"""A step in one of these will never be done. One that was edited or asked for again has a new action."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: its action as it stands, what takes it back, and what a person must decide about it.

    `undone_by` are the actions that were filed to take it back; `question` says why it could not be.
    """

    number: int
    action: ActionView
    undone_by: tuple[ActionView, ...]
    question: str | None
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None

    @property
    def undo(self) -> Undo:
        """Whether it can be taken back at all; shown before anybody approves."""
        return self.action.action.undo

    @property
    def undo_by(self) -> str:
        """What takes it back, in words."""
        return self.action.action.undo_by

    @property
    def is_open_question(self) -> bool:
        """Whether a person must still decide about it."""
        return self.question is not None and self.answered_at is None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with all its steps."""

    tenant: str
    id: str
    key: str
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    tainted: bool
    state: PlanState
    created_at: datetime
    changed_at: datetime
    steps: tuple[StepView, ...]

    @property
    def totals(self) -> tuple[Money, ...]:
        """The value of all steps that have one, by currency."""
        found: dict[str, Money] = {}
        for step in self.steps:
            money = step.action.money
            if money is not None:
                found[money.currency] = found.get(money.currency, Money(0, money.currency)) + money
        return tuple(found.values())

    @property
    def broken_by(self) -> StepView | None:
        """The first step that will never be done."""
        return next((step for step in self.steps if step.action.state in BROKEN_BY), None)

    @property
    def approvals(self) -> tuple[str, ...]:
        """The approvals that people still have to decide, in the order of the steps."""
        waiting = (step.action for step in self.steps if step.action.state is State.PENDING)
        return tuple(one.approval_id for one in waiting if one.approval_id)

    @property
    def questions(self) -> tuple[StepView, ...]:
        """The steps that stay although the plan was taken back: a person must decide about each."""
        return tuple(step for step in self.steps if step.is_open_question)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stays if a later step fails; shown before anybody approves."""
        return tuple(
            f"step {step.number} ({step.action.kind.replace('_', ' ')}) is final: "
            "if a later step fails, it stays"
            for step in self.steps[:-1]
            if step.undo is Undo.FINAL
        )


def number_of(plan_id: str) -> int:
    """The number in ``P-3``, ``p3`` or ``3``; raises NotFoundError for anything else."""
    match = _SPOKEN.fullmatch(plan_id.strip())
    if match is None:
        raise NotFoundError(f"{plan_id!r} is no plan; they look like P-3")
    return int(match[1])


def insert(tx: Transaction, tenant: str, values: Mapping[str, Any]) -> str:
    """File a plan without steps; gives its spoken number."""
    last = tx.scalar(select(func.max(plans.c.number)).where(plans.c.tenant == tenant)) or 0
    tx.execute(plans.insert().values(tenant=tenant, number=last + 1, **values))
    return f"P-{last + 1}"


def add_step(tx: Transaction, tenant: str, plan_id: str, step: int, action_id: str) -> None:
    """Make an action a step of a plan."""
    tx.execute(
        plan_steps.insert().values(tenant=tenant, plan=number_of(plan_id), step=step, action_id=action_id)
    )


def set_state(tx: Transaction, plan: PlanView, state: PlanState, now: datetime) -> None:
    """Note where a plan stands."""
    tx.execute(
        plans.update()
        .where(plans.c.tenant == plan.tenant, plans.c.number == number_of(plan.id))
        .values(state=state.value, changed_at=now)
    )


def note(tx: Transaction, plan: PlanView, step: int, **values: Any) -> None:
    """Write a question or its answer beside a step."""
    tx.execute(
        plan_steps.update()
        .where(
            plan_steps.c.tenant == plan.tenant,
            plan_steps.c.plan == number_of(plan.id),
            plan_steps.c.step == step,
        )
        .values(**values)
    )


def get(snapshot: Snapshot, tenant: str, plan_id: str) -> PlanView:
    """One plan; raises NotFoundError."""
    found = _views(
        snapshot, select(plans).where(plans.c.tenant == tenant, plans.c.number == number_of(plan_id))
    )
    if not found:
        raise NotFoundError(f"there is no plan {plan_id!r}")
    return found[0]


def by_key(snapshot: Snapshot, tenant: str, key: str) -> PlanView | None:
    """The plan that was filed under an idempotency key, if any."""
    found = _views(snapshot, select(plans).where(plans.c.tenant == tenant, plans.c.idempotency_key == key))
    return found[0] if found else None


def listed(snapshot: Snapshot, tenant: str, states: Iterable[PlanState], limit: int | None) -> list[PlanView]:
    """Plans in any of some states, the newest first."""
    query = select(plans).where(plans.c.tenant == tenant, plans.c.state.in_([one.value for one in states]))
    return _views(snapshot, query.order_by(plans.c.number.desc()).limit(limit))


def of_action(snapshot: Snapshot, view: ActionView) -> str | None:
    """The plan of which an action is a step, or a step of which it takes back."""
    names = [one for one in (view.id, view.compensates) if one]
    number = _OF_ACTION.scalar(snapshot, {"b_tenant": view.tenant, "b_names": names})
    return None if number is None else f"P-{number}"


def is_its_turn(snapshot: Snapshot, view: ActionView) -> bool:
    """Whether an action may be claimed: in a plan, when all before it are done and all after it approved."""
    found = _TURN.rows(snapshot, {"b_tenant": view.tenant, "b_action": view.id})
    mine = next((row.step for row in found if row.action_id == view.id), 0)
    return all(
        row.state == (State.EXECUTED if row.step < mine else State.APPROVED)
        for row in found
        if row.step != mine
    )


def _views(snapshot: Snapshot, query: Select[Any]) -> list[PlanView]:
    return [_view(snapshot, row) for row in snapshot.execute(query).all()]


def _view(snapshot: Snapshot, row: Row[Any]) -> PlanView:
    found = snapshot.execute(
        select(plan_steps)
        .where(plan_steps.c.tenant == row.tenant, plan_steps.c.plan == row.number)
        .order_by(plan_steps.c.step)
    ).all()
    return PlanView(
        tenant=row.tenant,
        id=f"P-{row.number}",
        key=row.idempotency_key,
        requester=row.requester,
        requester_kind=row.requester_kind,
        on_behalf_of=row.on_behalf_of,
        conversation=row.conversation,
        run=row.run,
        tainted=row.tainted,
        state=PlanState(row.state),
        created_at=row.created_at,
        changed_at=row.changed_at,
        steps=_steps(snapshot, found),
    )


def _steps(snapshot: Snapshot, found: Sequence[Row[Any]]) -> tuple[StepView, ...]:
    return tuple(
        StepView(
            number=row.step,
            action=rows.get(snapshot, row.tenant, row.action_id),
            undone_by=tuple(rows.compensating(snapshot, row.tenant, row.action_id)),
            question=row.question,
            answered_by=row.answered_by,
            answered_at=row.answered_at,
            answer=row.answer,
        )
        for row in found
    )


_OWN: Final = plan_steps.alias("own")
_TURN: Final = Prepared(
    select(plan_steps.c.step, plan_steps.c.action_id, actions.c.state)
    .select_from(_OWN)
    .join(plan_steps, (plan_steps.c.tenant == _OWN.c.tenant) & (plan_steps.c.plan == _OWN.c.plan))
    .join(actions, (actions.c.tenant == plan_steps.c.tenant) & (actions.c.id == plan_steps.c.action_id))
    .where(_OWN.c.tenant == bindparam("b_tenant"), _OWN.c.action_id == bindparam("b_action"))
)
"""Every step of the plan of an action, with the state of its action."""
_OF_ACTION: Final = Prepared(
    select(plan_steps.c.plan).where(
        plan_steps.c.tenant == bindparam("b_tenant"),
        plan_steps.c.action_id.in_(bindparam("b_names", expanding=True)),
    )
)
