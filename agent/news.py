"""What became of a conversation's actions while no turn was looking: decided approvals, and a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.journal import Draft, EventKind
from shop.store.journal import StoredEvent
from tools.desk import Desk
from tools.ledger.states import ABSORBING, ActionView, State

_ON_ITS_WAY: Final = frozenset(state.value for state in State) - {state.value for state in ABSORBING}


def decided_since(desk: Desk, events: Sequence[StoredEvent], turn: int) -> list[Draft]:
    """An approval event for each action of the conversation that has moved since its newest event."""
    known: dict[str, str] = {}
    for event in events:
        if event.kind in (EventKind.TOOL_RESULT, EventKind.APPROVAL) and event.body.get("action"):
            known[event.body["action"]] = event.body["state"]
    waiting = {action: state for action, state in known.items() if state in _ON_ITS_WAY}
    return [
        Draft(EventKind.APPROVAL, {"turn": turn, **_news(desk, view)})
        for view in map(desk.status, waiting)
        if view.state.value != waiting[view.id]
    ]


def _news(desk: Desk, view: ActionView) -> Mapping[str, Any]:
    name = view.approval_id or view.id
    words = desk.explain(view.id).in_words()
    return {
        "approval": view.approval_id,
        "action": view.id,
        "state": view.state.value,
        "text": f"{name} ({view.kind.replace('_', ' ')}) is now {view.state.value}: {words}",
    }


def still_open(desk: Desk, conversation: str) -> list[str]:
    """What of a conversation's requests waits for a person or is on its way, in words, oldest first."""
    views = desk.actions(conversation=conversation)
    return [str(_news(desk, view)["text"]) for view in views if view.state.value in _ON_ITS_WAY]


def what_ran(desk: Desk, conversation: str, events: Sequence[StoredEvent], begun: StoredEvent) -> list[Draft]:
    """The events that close a turn which a crash cut off: the fate of its open calls, and its end."""
    turn = begun.body["turn"]
    mine = [event for event in events if event.number > begun.number]
    answered = {event.body["call"] for event in mine if event.kind == EventKind.TOOL_RESULT}
    filed = {view.key: view for view in desk.actions(conversation=conversation)}
    drafts: list[Draft] = []
    for event in mine:
        if event.kind == EventKind.TOOL_CALL and event.body["call"] not in answered:
            prefix = f"{conversation}:{turn}:{event.body['index']}"
            views = [view for key, view in filed.items() if key == prefix or key.startswith(f"{prefix}:")]
            drafts += _fate(desk, event.body, views)
    text = "The last request was interrupted: the program ended while it was working. "
    text += " ".join(draft.body["text"] for draft in drafts if draft.kind is EventKind.NOTICE)
    drafts += [
        Draft(EventKind.NOTICE, {"text": text.strip()}),
        Draft(EventKind.MESSAGE, {"message": {"role": "assistant", "content": text.strip()}}),
        Draft(EventKind.END, {"state": "interrupted"}),
    ]
    return [Draft(draft.kind, {"turn": turn, **draft.body}) for draft in drafts]


def _fate(desk: Desk, call: Mapping[str, Any], views: Sequence[ActionView]) -> list[Draft]:
    what = str(call["name"]).replace("_", " ")
    view = views[0] if views else None
    if view is None:
        text = f"{what} did not get to submit anything."
    else:
        text = f"{what} had been submitted ({view.id}): {desk.explain(view.id).in_words()}"
    result = {
        "index": call["index"],
        "call": call["call"],
        "name": call["name"],
        "status": "error" if view is None else "ok",
        "summary": text,
        "tainted": False,
        "action": view.id if view else None,
        "state": view.state.value if view else None,
        "approval": view.approval_id if view else None,
    }
    message = {
        "role": "tool",
        "tool_call_id": call["call"],
        "name": call["name"],
        "content": f"interrupted: {text}",
        "status": result["status"],
    }
    return [
        Draft(EventKind.TOOL_RESULT, result),
        Draft(EventKind.MESSAGE, {"message": message}),
        Draft(EventKind.NOTICE, {"text": text}),
    ]
