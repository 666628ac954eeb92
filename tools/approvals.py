"""Tools that look at what waits for people. Deciding is not a tool: people do that at another door."""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from shop.errors import ToolInputError
from tools.answers import Amount, Answer, ListAnswer, Record
from tools.arguments import Limit, Name, PageToken, numbered
from tools.desk import ActionView, ApprovalView, State
from tools.tool import Shop

_SOURCE: Final = "the desk's ledger"
_PAGE: Final = re.compile(r"A-[0-9]{1,9}")

ActionId = Annotated[Name, numbered("A"), Field(description="approval or action: 'A-17' or 'act_4x8k2m'")]


class CardLineRecord(Record):
    """A figure before and after."""

    label: str
    before: str
    after: str


class ApprovalRecord(Record):
    """A frozen request that waits for people."""

    id: str
    action_id: str
    title: str
    state: str
    why: tuple[str, ...]
    nearest_flip: str
    money: Amount | None
    requester: str
    asked_at: datetime
    expires_at: datetime
    given_by: tuple[str, ...]


class ApprovalsAnswer(ListAnswer):
    """What waits for a decision, the oldest first."""

    items: tuple[ApprovalRecord, ...]


class ActionStatusAnswer(Answer):
    """What became of a request. Only `executed` means that it is done."""

    action_id: str
    approval_id: str | None
    kind: str
    title: str
    state: str
    reason: str
    result: str
    lines: tuple[CardLineRecord, ...]
    requester: str
    asked_at: datetime
    expires_at: datetime


def list_approvals(shop: Shop, limit: Limit = 10, page: PageToken | None = None) -> ApprovalsAnswer:
    """List the requests that wait for a person's decision, with what they would change and why they wait.

    Deciding them is for people, not for tools.
    """
    if page is not None and not _PAGE.fullmatch(page):
        raise ToolInputError(f"{page!r} is no page; use next_page of the answer before, or leave it out")
    after = 0 if page is None else int(page.removeprefix("A-"))
    found = shop.desk.approvals(states=(State.PENDING,), limit=limit + 1, after=after, include_snoozed=True)
    shown = found[:limit]
    return ApprovalsAnswer(
        source=_SOURCE,
        as_of=shop.clock(),
        total=len(shop.desk.actions(states=(State.PENDING,))),
        next_page=shown[-1].id if len(found) > limit else None,
        items=tuple(_record(view) for view in shown),
    )


def action_status(shop: Shop, action: ActionId) -> ActionStatusAnswer:
    """Show what became of one request: done, waiting, refused, expired or failed, and why."""
    view = shop.desk.status(action)
    card = shop.desk.approval(view.approval_id).card if view.approval_id else None
    return ActionStatusAnswer(
        source=_SOURCE,
        as_of=shop.clock(),
        action_id=view.id,
        approval_id=view.approval_id,
        kind=view.kind,
        title=card.title if card else view.kind.replace("_", " "),
        state=view.state.value,
        reason=view.reason,
        result=view.receipt.detail if view.receipt else "",
        lines=tuple(CardLineRecord.copied(line) for line in (card.lines if card else ())),
        requester=_asked_by(view),
        asked_at=view.created_at,
        expires_at=view.expires_at,
    )


def _record(view: ApprovalView) -> ApprovalRecord:
    return ApprovalRecord(
        id=view.id,
        action_id=view.action.id,
        title=view.card.title,
        state=view.state.value,
        why=view.why,
        nearest_flip=view.nearest_flip,
        money=Amount.maybe(view.action.money),
        requester=_asked_by(view.action),
        asked_at=view.created_at,
        expires_at=view.action.expires_at,
        given_by=tuple(grant.person for grant in view.grants),
    )


def _asked_by(view: ActionView) -> str:
    return view.requester if view.on_behalf_of is None else f"{view.requester} for {view.on_behalf_of}"
