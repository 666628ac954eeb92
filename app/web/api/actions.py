"""Actions: what was asked for, by whom, what came of it, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from app.masks import Mask, mask_of
from app.web.api.shapes import (
    PAGE,
    After,
    Id,
    In,
    Limit,
    Listed,
    MoneyOut,
    Out,
    SubmissionOut,
    Words,
    shown_args,
)
from app.web.traces import mark_of, moment_of, trace_of
from app.web.who import Asker, Caller, Opened
from tools.desk import ActionView, Session, State
from tools.ledger import activity
from tools.ledger.activity import Wanted

router = APIRouter(tags=["actions"])


class HappenedOut(Out):
    """One action in a few words."""

    id: str
    kind: str
    state: State
    words: str
    reference: str | None
    money: MoneyOut | None
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    approval_id: str | None
    at: datetime
    asked_at: datetime


class ReceiptOut(Out):
    """What was done."""

    outcome: str
    detail: str
    reference: str


class ActionOut(Out):
    """One action as the ledger holds it; `digest` names its arguments, of which personal words are masked."""

    id: str
    kind: str
    args: dict[str, Any]
    digest: str
    state: State
    reason: str
    money: MoneyOut | None
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    tainted: bool
    created_at: datetime
    expires_at: datetime
    effect_at: datetime | None
    supersedes: str | None
    superseded_by: str | None
    compensates: str | None
    approval_id: str | None
    receipt: ReceiptOut | None

    @classmethod
    def of(cls, view: ActionView, mask: Mask) -> ActionOut:
        """From the ledger's view, with money as this API writes it and what people typed masked."""
        found = {name: getattr(view, name) for name in cls.model_fields}
        return cls.model_validate({**found, "args": shown_args(mask.args(view))})


class DecisionOut(Out):
    """What the rules said once: when it was asked for (submit) or just before it was done (claim)."""

    id: str
    stage: str
    at: datetime
    verdict: str
    words: str
    policy_sha: str


class EntryOut(Out):
    """One entry of the audit."""

    seq: int
    at: str
    actor: str
    type: str
    hash: str


class TraceOut(Out):
    """An action, the words that caused it, every decision about it, its audit and what took it back."""

    action: ActionOut
    words: str
    decisions: list[DecisionOut]
    audit: list[EntryOut]
    undone_by: list[ActionOut]


class UndoIn(In):
    """Which SKU to take back, where an action has several."""

    sku: Words | None = None


@router.get("/actions", summary="What happened, newest first")
def listed(
    house: Opened,
    caller: Caller,
    kind: Annotated[Words, Query()] = "",
    state: Annotated[State | Literal[""], Query()] = "",
    who: Annotated[Words, Query()] = "",
    run: Annotated[Words, Query()] = "",
    conversation: Annotated[Words, Query()] = "",
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[HappenedOut]:
    """Actions by when they were asked for; `who` is a requester or the one it was asked for."""
    del caller
    states = (State(state),) if state else ()
    wanted = Wanted(states=states, kind=kind, who=who, run=run, conversation=conversation)
    with house.db.reading() as snapshot:
        found = activity.page(snapshot, house.db.tenant, wanted, limit=limit + 1, before=moment_of(after))
    following = mark_of(found[limit - 1]) if len(found) > limit else None
    return Listed(items=[HappenedOut.model_validate(one) for one in found[:limit]], next=following)


@router.get("/actions/{action_id}", summary="One action with its whole story")
def trace(house: Opened, caller: Caller, action_id: Id) -> TraceOut:
    """Who asked, in which words, what the rules said each time, who decided, what came of it."""
    del caller
    found = trace_of(house, house.desk.status(action_id).id)
    with house.db.reading() as snapshot:
        mask = mask_of(snapshot, found.action)
    return TraceOut(
        action=ActionOut.of(found.action, mask),
        words=found.said.typed,
        decisions=[
            DecisionOut(
                id=one.id,
                stage=one.stage,
                at=one.at,
                verdict=one.decision.verdict.value,
                words=one.decision.in_words(),
                policy_sha=one.decision.policy_sha,
            )
            for one in found.decisions
        ],
        audit=[EntryOut.model_validate(one) for one in found.audit],
        undone_by=[ActionOut.of(one, mask) for one in found.undone_by],
    )


@router.post("/actions/{action_id}/undo", summary="Ask for what takes an executed action back")
def undo(house: Opened, asker: Asker, action_id: Id, asked: UndoIn | None = None) -> SubmissionOut:
    """Judged like any other request; asked again, the earlier one is given back."""
    sku = asked.sku if asked else None
    return SubmissionOut.of(house.desk.undo(action_id, Session(asker), sku=sku))
