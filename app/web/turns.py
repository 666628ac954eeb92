"""The events of a conversation as what its page shows: question, plan, steps, cards, answer, cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from app.web.drawings import Plotted, plotted
from app.web.looked_up import LookedUp, links_of, looked_up
from app.web.markdown import as_html
from app.web.tables import Cell
from shop.errors import NotFoundError
from shop.store.journal import StoredEvent
from tools.desk import ApprovalView, Desk


@dataclass(slots=True)
class Call:
    """One tool call: what was looked up or asked for, and what came of it."""

    name: str
    args: dict[str, Any]
    status: str = "running"
    summary: str = ""
    seconds: float | None = None
    approval: ApprovalView | None = None
    action: str = ""
    index: int = 0
    found: LookedUp | None = None

    @property
    def links(self) -> list[Cell]:
        """The records that it was asked about."""
        return list(links_of(self.args))

    @property
    def drawing(self) -> Plotted | None:
        """What of its answer is worth a drawing."""
        return None if self.found is None else plotted(self.name, self.found)


@dataclass(slots=True)
class Turn:
    """One question with all that followed."""

    number: int
    text: str
    at: datetime
    steps: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    said: str = ""
    answer: Markup = field(default_factory=Markup)
    answer_text: str = ""
    notices: list[str] = field(default_factory=list)
    state: str = "running"
    tokens: int = 0
    cost: Decimal | None = None
    currency: str = ""
    models: set[str] = field(default_factory=set)


def turns_of(events: Iterable[StoredEvent], desk: Desk) -> list[Turn]:
    """The turns of a conversation in order."""
    turns: dict[int, Turn] = {}
    open_calls: dict[str, tuple[Call, datetime]] = {}
    for event in events:
        number = int(event.body.get("turn", 0))
        if event.kind == "user":
            turns[number] = Turn(number, str(event.body["text"]), event.at)
        turn = turns.get(number)
        if turn is not None:
            _tell(turn, event, open_calls, desk)
    return list(turns.values())


def _tell(turn: Turn, event: StoredEvent, open_calls: dict[str, tuple[Call, datetime]], desk: Desk) -> None:
    """What an event adds to its turn; stop marks and the model's own messages are not for this page."""
    body = event.body
    match event.kind:
        case "plan" | "step":
            _planned(turn, event.kind, body)
        case "text":
            turn.said = body["text"] if body.get("restart") else turn.said + body["text"]
        case "tool_call":
            call = Call(str(body["name"]), dict(body["args"]), index=int(body["index"]))
            turn.calls.append(call)
            open_calls[body["call"]] = (call, event.at)
        case "tool_result":
            _result(body, event.at, open_calls, desk)
        case "message":
            _told(turn, body["message"])
        case "approval" | "notice" | "error":
            turn.notices.append(str(body["text"]))
        case "usage":
            _spent(turn, body)
        case "answer":
            turn.answer_text = str(body["text"])
            turn.answer = as_html(turn.answer_text)
        case "end":
            turn.state = str(body["state"])


def _planned(turn: Turn, kind: str, body: Any) -> None:
    if kind == "plan":
        turn.steps = [dict(step) for step in body["steps"]]
    elif body["index"] < len(turn.steps):
        turn.steps[body["index"]]["state"] = body["state"]


def _result(body: Any, at: datetime, open_calls: dict[str, tuple[Call, datetime]], desk: Desk) -> None:
    call, began = open_calls.pop(body["call"], (None, at))
    if call is None:
        return
    call.status, call.summary = str(body["status"]), str(body["summary"])
    call.seconds = (at - began).total_seconds()
    call.action = str(body.get("action") or "")
    if body.get("approval"):
        try:
            call.approval = desk.approval(str(body["approval"]))
        except NotFoundError:
            call.approval = None


def _told(turn: Turn, message: Any) -> None:
    """What the last call of the message's tool found, as the assistant was told it."""
    if message.get("role") != "tool" or not turn.calls or turn.calls[-1].name != message.get("name"):
        return
    if turn.calls[-1].status == "ok":
        turn.calls[-1].found = looked_up(str(message.get("content", "")), turn.calls[-1].name)


def _spent(turn: Turn, body: Any) -> None:
    turn.tokens += int(body["input"]) + int(body["output"])
    turn.models.add(str(body["model"]))
    if body.get("cost") is not None:
        turn.cost = (turn.cost or Decimal(0)) + Decimal(str(body["cost"]))
        turn.currency = str(body.get("currency") or "")
