"""Approvals: what waits for people, and deciding it. A yes names what was seen."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from app.bootstrap import House
from app.deciding import asked_roles
from app.editing import edited
from app.masks import mask_of
from app.web.api.actions import ActionOut
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
    SubmissionOut,
    Words,
    place_in_list,
)
from app.web.triage import LONGEST_SNOOZE_HOURS, put_off
from app.web.who import Caller, Decider, Opened
from shop.errors import InvalidActionError, ShopError
from shop.people import Principal
from tools.approving import check_seen
from tools.batch import MOST, BatchItem
from tools.desk import ApprovalView, State
from tools.ledger import inbox
from tools.ledger.inbox import Order, Shown

router = APIRouter(tags=["approvals"])

Seen = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}(\.[0-9]{1,9})?$")]


class WaitingOut(Out):
    """One line of the inbox."""

    id: str
    action_id: str
    kind: str
    title: str
    reason: str
    money: MoneyOut | None
    state: State
    requester: str
    on_behalf_of: str | None
    tainted: bool
    created_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    assigned_to: str | None


class CardLineOut(Out):
    """One figure: what it is now and what it would be."""

    label: str
    before: str
    after: str


class GrantOut(Out):
    """One person's yes."""

    person: str
    at: datetime
    note: str
    acting_for: str | None


class ApprovalOut(Out):
    """Everything a person needs to decide; `may_decide` says whether the caller's decision could count.

    `seen` names this card: a yes must bring it along.
    """

    id: str
    seen: str
    state: State
    title: str
    lines: list[CardLineOut]
    evidence: list[str]
    undo: str
    undo_by: str
    why: list[str]
    nearest_flip: str
    asked_roles: str
    grants: list[GrantOut]
    created_at: datetime
    asked_at: datetime
    expires_at: datetime
    snoozed_until: datetime | None
    assigned_to: str | None
    may_decide: bool
    action: ActionOut


class ApproveIn(In):
    """A yes to exactly what was seen: `digest` is the approval's `seen`, another one once it is renewed."""

    digest: Seen
    note: Note = ""


class RejectIn(In):
    """A no, with its reason."""

    reason: Reason


class EditIn(In):
    """Changed values: pieces by SKU (nought drops the line), and other fields as text (``12.50 GBP``)."""

    quantities: dict[Words, Annotated[int, Field(strict=True, ge=0, le=10_000_000)]] = Field(
        default_factory=dict
    )
    changes: dict[Words, Note] = Field(default_factory=dict)


class SnoozeIn(In):
    """For how many hours to leave it out of the list; nought brings it back."""

    hours: int = Field(strict=True, ge=0, le=LONGEST_SNOOZE_HOURS)


class AssignIn(In):
    """Who should decide; null names nobody."""

    to: Words | None


class Decision(StrEnum):
    """What to say to all of a batch."""

    APPROVE = "approve"
    REJECT = "reject"


class ChosenIn(In):
    """One of a batch; what was seen is needed for a yes."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
    digest: Seen | None = None


class BatchIn(In):
    """Several decisions of one kind; a no needs a reason."""

    decision: Decision
    items: list[ChosenIn] = Field(min_length=1, max_length=MOST)
    note: Note = ""
    reason: Note = ""


class BatchItemOut(Out):
    """What became of one of the batch: the result, or why it was refused."""

    id: str
    result: SubmissionOut | None
    error: str | None
    words: str


class BatchOut(Out):
    """One item for each, in the order in which they were named."""

    items: list[BatchItemOut]


@router.get("/approvals", summary="What waits, by number")
def listed(
    house: Opened,
    caller: Caller,
    state: Annotated[State, Query(description="pending unless told otherwise")] = State.PENDING,
    kind: Annotated[Words, Query()] = "",
    assigned: Annotated[Words, Query(description="the person whom it is assigned to")] = "",
    q: Annotated[Words, Query(description="words on the card")] = "",
    snoozed: Annotated[bool, Query(description="those that are put off, instead of the others")] = False,
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[WaitingOut]:
    """The inbox under a filter."""
    del caller
    house.desk.expire_due()
    shown = Shown(kind=kind, assigned_to=assigned, words=q, states=(state,), snoozed=snoozed, order=Order.AGE)
    behind = place_in_list(after)
    with house.db.reading() as snapshot:
        found = inbox.lines(snapshot, house.db.tenant, house.clock(), shown, limit=limit + 1, after=behind)
    following = found[limit - 1].id.removeprefix("A-") if len(found) > limit else None
    return Listed(items=[WaitingOut.model_validate(one) for one in found[:limit]], next=following)


@router.post("/approvals/decisions", summary="Decide several, each by itself")
def decide_many(house: Opened, person: Decider, batch: BatchIn) -> BatchOut:
    """The total is weighed first; one that fails stops no other."""
    if batch.decision is Decision.REJECT:
        if not batch.reason.strip():
            raise InvalidActionError("the reason is missing")
        done = house.desk.reject_many([one.id for one in batch.items], person, batch.reason).items
        return BatchOut(items=[item_of(one) for one in done])
    unseen = _unseen(house, batch.items)
    seen = {one.id: one.digest or "" for one in batch.items}
    wanted = [one.id for one in batch.items if one.id not in {item.approval_id for item in unseen}]
    done = house.desk.approve_many(wanted, person, batch.note, seen=seen).items if wanted else ()
    return BatchOut(items=[item_of(one) for one in (*done, *unseen)])


@router.get("/approvals/{approval_id}", summary="One approval with its card")
def one(house: Opened, caller: Caller, approval_id: Id) -> ApprovalOut:
    """What is asked, why, what changes, who has said yes."""
    return _shown(house, house.desk.approval(approval_id), caller)


@router.post("/approvals/{approval_id}/approve", summary="Say yes to what was seen")
def approve(house: Opened, person: Decider, approval_id: Id, yes: ApproveIn) -> SubmissionOut:
    """With the last yes that is needed the action is carried out; 409 if it is not what was seen."""
    return SubmissionOut.of(house.desk.approve(approval_id, person, note=yes.note, seen=yes.digest))


@router.post("/approvals/{approval_id}/reject", summary="Say no; it is final")
def reject(house: Opened, person: Decider, approval_id: Id, no: RejectIn) -> SubmissionOut:
    """One no is enough."""
    return SubmissionOut.of(house.desk.reject(approval_id, person, no.reason))


@router.post("/approvals/{approval_id}/edit", summary="Replace the request by a changed one")
def edit(house: Opened, person: Decider, approval_id: Id, changed: EditIn) -> SubmissionOut:
    """The changed request is judged anew, with the editor as its requester."""
    action = house.desk.approval(approval_id).action.action
    quantities = [f"{sku}={pieces}" for sku, pieces in changed.quantities.items()]
    changes = [f"{name}={value}" for name, value in changed.changes.items()]
    return SubmissionOut.of(house.desk.edit(approval_id, edited(action, quantities, changes), person))


@router.post("/approvals/{approval_id}/withdraw", summary="Take a request back")
def withdraw(house: Opened, person: Decider, approval_id: Id) -> SubmissionOut:
    """Whoever asked, or an operator, gives the request up."""
    return SubmissionOut.of(house.desk.withdraw(approval_id, person))


@router.post("/approvals/{approval_id}/snooze", summary="Put a request off")
def snooze(house: Opened, person: Decider, approval_id: Id, asked: SnoozeIn) -> ApprovalOut:
    """Leave it out of the list for some hours."""
    return _shown(house, put_off(house, approval_id, asked.hours, person), person)


@router.post("/approvals/{approval_id}/assign", summary="Name who should decide")
def assign(house: Opened, person: Decider, approval_id: Id, asked: AssignIn) -> ApprovalOut:
    """A hint that gives no right."""
    return _shown(house, house.desk.assign(approval_id, asked.to or None, person), person)


def _unseen(house: House, chosen: list[ChosenIn]) -> list[BatchItem]:
    """Those of a batch that are not what was seen, each with its error."""
    found = []
    for one in chosen:
        try:
            check_seen(house.desk.approval(one.id), one.digest or "")
        except ShopError as error:
            found.append(BatchItem(one.id, None, error))
    return found


def item_of(one: BatchItem) -> BatchItemOut:
    """One of a batch as this API tells it."""
    return BatchItemOut(
        id=one.approval_id,
        result=None if one.submission is None else SubmissionOut.of(one.submission),
        error=None if one.error is None else type(one.error).__name__,
        words=one.in_words(),
    )


def _shown(house: House, approval: ApprovalView, caller: Principal) -> ApprovalOut:
    waits = approval.state is State.PENDING
    with house.db.reading() as snapshot:
        mask = mask_of(snapshot, approval.action)
    approval = mask.approval(approval)
    return ApprovalOut(
        id=approval.id,
        seen=approval.seen,
        state=approval.state,
        title=approval.card.title,
        lines=[CardLineOut.model_validate(line) for line in approval.card.lines],
        evidence=list(approval.card.evidence),
        undo=approval.card.undo.value,
        undo_by=approval.card.undo_by,
        why=list(approval.why),
        nearest_flip=approval.nearest_flip,
        asked_roles=asked_roles(approval),
        grants=[GrantOut.model_validate(grant) for grant in approval.grants],
        created_at=approval.created_at,
        asked_at=approval.asked_at,
        expires_at=approval.action.expires_at,
        snoozed_until=approval.snoozed_until,
        assigned_to=approval.assigned_to,
        may_decide=waits and house.desk.may_decide(approval.id, caller),
        action=ActionOut.of(approval.action, mask),
    )
