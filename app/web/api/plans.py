"""Plans: several actions as one, proposed, approved together, taken back; people decide about what stays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from app.bootstrap import House
from app.masks import mask_of
from app.web.api.actions import ActionOut
from app.web.api.approvals import BatchItemOut, item_of
from app.web.api.shapes import (
    PAGE,
    After,
    Id,
    In,
    Limit,
    Listed,
    MoneyOut,
    Note,
    Out,
    Reason,
    Words,
    place_in_list,
    taken_args,
)
from app.web.who import Asker, Caller, Decider, Opened
from shop.actions import parse_action
from shop.errors import ConflictError
from tools.approving import check_seen
from tools.desk import PlanState, PlanView, Session

router = APIRouter(tags=["plans"])

MOST_STEPS = 50
_MOST_READ = 10_000


class StepOut(Out):
    """One step: its action, how it would be taken back, and what a person must decide about it."""

    number: int
    action: ActionOut
    undo: str
    undo_by: str
    undone_by: list[str]
    question: str | None
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None


class PlanOut(Out):
    """A plan with its steps; `approvals` still wait, `warnings` name what stays if a later step fails."""

    id: str
    state: PlanState
    requester: str
    on_behalf_of: str | None
    created_at: datetime
    changed_at: datetime
    totals: list[MoneyOut]
    approvals: list[str]
    warnings: list[str]
    steps: list[StepOut]

    @classmethod
    def of(cls, house: House, plan: PlanView) -> PlanOut:
        """From the ledger's view."""
        own = {name: getattr(plan, name) for name in cls.model_fields if name != "steps"}
        with house.db.reading() as snapshot:
            masks = [mask_of(snapshot, one.action) for one in plan.steps]
        steps = [
            StepOut(
                number=one.number,
                action=ActionOut.of(one.action, mask),
                undo=one.undo.value,
                undo_by=one.undo_by,
                undone_by=[each.id for each in one.undone_by],
                question=one.question,
                answered_by=one.answered_by,
                answered_at=one.answered_at,
                answer=one.answer,
            )
            for one, mask in zip(plan.steps, masks, strict=True)
        ]
        return cls.model_validate({**own, "steps": steps})


class StepIn(In):
    """One action: its kind and its arguments, money as this API writes it."""

    kind: Words
    args: dict[str, Any]


class PlanIn(In):
    """A plan; the same `key` again gives the plan that was made the first time."""

    steps: list[StepIn] = Field(min_length=2, max_length=MOST_STEPS)
    key: Words | None = None


class ApprovePlanIn(In):
    """A yes to every step that waits: by approval, its `seen`."""

    seen: dict[Words, Words] = Field(max_length=MOST_STEPS)
    note: Note = ""


class ApprovedPlanOut(Out):
    """The plan as it then stands, and what became of each yes."""

    plan: PlanOut
    items: list[BatchItemOut]


class AnswerIn(In):
    """What was decided about a step that could not be taken back."""

    note: Reason


@router.get("/plans", summary="Plans, by number")
def listed(
    house: Opened,
    caller: Caller,
    state: Annotated[PlanState | None, Query(description="all unless told otherwise")] = None,
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[PlanOut]:
    """Each with its steps as they stand."""
    del caller
    behind = place_in_list(after)
    states = tuple(PlanState) if state is None else (state,)
    every = sorted(house.desk.plans(states, _MOST_READ), key=_number)
    found = [one for one in every if _number(one) > behind]
    following = str(_number(found[limit - 1])) if len(found) > limit else None
    return Listed(items=[PlanOut.of(house, one) for one in found[:limit]], next=following)


@router.post("/plans", summary="Propose a plan")
def propose(house: Opened, asker: Asker, asked: PlanIn) -> PlanOut:
    """Each step is judged by itself and with those before it; one that is denied refuses the whole."""
    steps = [parse_action(one.kind, taken_args(one.args)) for one in asked.steps]
    return PlanOut.of(house, house.desk.propose_plan(steps, Session(asker), key=asked.key))


@router.get("/plans/{plan_id}", summary="One plan")
def one(house: Opened, caller: Caller, plan_id: Id) -> PlanOut:
    """Every step, what waits, and what a person must decide."""
    del caller
    return PlanOut.of(house, house.desk.plan(plan_id))


@router.post("/plans/{plan_id}/approve", summary="Say yes to every step that waits")
def approve(house: Opened, person: Decider, plan_id: Id, yes: ApprovePlanIn) -> ApprovedPlanOut:
    """409 unless every waiting step is one that was seen; carried out once none waits any more."""
    waiting = house.desk.plan(plan_id).approvals
    unseen = [one for one in waiting if one not in yes.seen]
    if unseen:
        raise ConflictError(f"{', '.join(unseen)} waits too and was not seen; look at {plan_id} again")
    for approval in waiting:
        check_seen(house.desk.approval(approval), yes.seen[approval])
    plan, results = house.desk.approve_plan(plan_id, person, note=yes.note, seen=yes.seen)
    return ApprovedPlanOut(plan=PlanOut.of(house, plan), items=[item_of(each) for each in results.items])


@router.post("/plans/{plan_id}/withdraw", summary="Stop a plan")
def withdraw(house: Opened, person: Decider, plan_id: Id) -> PlanOut:
    """What was not done is withdrawn, what was done is taken back."""
    return PlanOut.of(house, house.desk.withdraw_plan(plan_id, person))


@router.post("/plans/{plan_id}/steps/{step}/answer", summary="Decide about a step that stays")
def answer(house: Opened, person: Decider, plan_id: Id, step: int, said: AnswerIn) -> PlanOut:
    """Written down beside the step; others read it."""
    return PlanOut.of(house, house.desk.answer_plan(plan_id, step, person, said.note))


def _number(plan: PlanView) -> int:
    return int(plan.id.removeprefix("P-"))
