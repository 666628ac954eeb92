"""Conversations with the assistant: ask, read, follow, stop. Each belongs to whoever began it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from agent.conversation import CONVERSATION, LONGEST_REQUEST
from app.bootstrap import House
from app.web.api.shapes import PAGE, After, Id, In, Limit, Listed, MoneyOut, Out
from app.web.asking import ask, followed, mine
from app.web.places import mark_of_stream, streams_behind
from app.web.turns import Call, Turn, turns_of
from app.web.who import Asker, Caller, Opened
from shop.store.journal import Stream

router = APIRouter(tags=["conversations"])

_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event; `data` is JSON. Pieces of text that are still coming have no `id`.",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    "required": ["event", "data"],
}
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": _EVENT}}},
    204: {"description": "Nothing can follow."},
}


class ConversationOut(Out):
    """One conversation; `last` is the number of its newest event."""

    id: str
    title: str
    state: str
    started_at: datetime
    last: int


class CallOut(Out):
    """One tool call of a turn."""

    name: str
    status: str
    summary: str
    seconds: float | None
    approval_id: str | None
    action_id: str | None

    @classmethod
    def of(cls, call: Call) -> CallOut:
        """From the page's view of it."""
        return cls(
            name=call.name,
            status=call.status,
            summary=call.summary,
            seconds=call.seconds,
            approval_id=call.approval.id if call.approval else None,
            action_id=call.action or None,
        )


class TurnOut(Out):
    """One question with what followed; `answer` is Markdown, empty while the turn is under way."""

    number: int
    question: str
    asked_at: datetime
    state: str
    answer: str
    calls: list[CallOut]
    notices: list[str]
    tokens: int
    cost: MoneyOut | None
    models: list[str]

    @classmethod
    def of(cls, turn: Turn) -> TurnOut:
        """From the page's view of it."""
        cost = None if turn.cost is None else MoneyOut(amount=str(turn.cost), currency=turn.currency)
        return cls(
            number=turn.number,
            question=turn.text,
            asked_at=turn.at,
            state=turn.state,
            answer=turn.answer_text,
            calls=[CallOut.of(call) for call in turn.calls],
            notices=turn.notices,
            tokens=turn.tokens,
            cost=cost,
            models=sorted(turn.models),
        )


class ConversationDetail(Out):
    """A conversation with its turns."""

    conversation: ConversationOut
    turns: list[TurnOut]


class AskIn(In):
    """A question."""

    text: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=LONGEST_REQUEST, pattern=r"^[^\x00]*$"
        ),
    ]


@router.get("/conversations", summary="Your conversations, newest first")
def listed(house: Opened, caller: Caller, after: After = "", limit: Limit = PAGE) -> Listed[ConversationOut]:
    """Nobody sees anybody else's."""
    owner = caller.on_behalf_of or caller.id
    found = streams_behind(house, CONVERSATION, after, limit + 1, owner)
    following = mark_of_stream(found[limit - 1]) if len(found) > limit else None
    return Listed(items=[ConversationOut.model_validate(one) for one in found[:limit]], next=following)


@router.post("/conversations", summary="Begin a conversation", status_code=201)
def begin(house: Opened, asker: Asker) -> ConversationOut:
    """An empty one; ask in it next."""
    return _one(house, house.conversations.start(asker))


@router.get("/conversations/{conversation_id}", summary="A conversation with its turns")
def shown(house: Opened, caller: Caller, conversation_id: Id) -> ConversationDetail:
    """As it stands; poll it, or follow its events."""
    stream = mine(house, conversation_id, caller)
    turns = turns_of(house.conversations.history(conversation_id), house.desk)
    return ConversationDetail(
        conversation=ConversationOut.model_validate(stream), turns=[TurnOut.of(turn) for turn in turns]
    )


@router.post("/conversations/{conversation_id}/questions", summary="Ask", status_code=202)
def question(
    request: Request, house: Opened, asker: Asker, conversation_id: Id, asked: AskIn
) -> ConversationOut:
    """The turn goes on by itself; 409 while another one is under way."""
    ask(request, house, conversation_id, asked.text, asker)
    return _one(house, conversation_id)


@router.post("/conversations/{conversation_id}/stop", summary="Stop the turn under way", status_code=202)
def stop(house: Opened, asker: Asker, conversation_id: Id) -> ConversationOut:
    """It stops at its next step; nothing happens if none is under way."""
    mine(house, conversation_id, asker)
    house.conversations.stop(conversation_id, asker.id)
    return _one(house, conversation_id)


@router.get("/conversations/{conversation_id}/events", summary="Follow a conversation",
            response_class=Response, responses=_EVENTS)  # fmt: skip
def events(
    request: Request,
    house: Opened,
    caller: Caller,
    conversation_id: Id,
    after: Annotated[int, Query(ge=0, lt=10**9, description="the number of your last event")] = 0,
) -> Response:
    """Numbered events from a number, or from ``Last-Event-ID``, on; ``close`` ends the stream."""
    return followed(request, house, mine(house, conversation_id, caller), after)


def _one(house: House, conversation_id: str) -> ConversationOut:
    stream: Stream = house.conversations.journal.stream(conversation_id)
    return ConversationOut.model_validate(stream)
