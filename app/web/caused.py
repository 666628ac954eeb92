"""What was said before something was asked for: the operator's words, and apart from them the assistant's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.journal import EventKind
from app.bootstrap import House
from app.masks import mask_of
from shop.errors import NotFoundError
from shop.store.journal import StoredEvent
from tools.ledger.states import ActionView

LONGEST: Final = 1_200
"""Characters of the assistant's words that are shown; the conversation has all of them."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words around a request; nothing of them is checked, and no decision of a rule rests on them."""

    typed: str = ""
    written: str = ""


def said_about(house: House, action: ActionView) -> Said:
    """What was typed before an action was asked for, and what the assistant wrote in that turn, masked.

    The conversation itself shows them whole to whoever led it. Nothing for what comes from no conversation,
    or from one that was erased since.
    """
    if action.conversation is None:
        return Said()
    kinds = (EventKind.USER, EventKind.MESSAGE, EventKind.ANSWER)
    try:
        events = house.conversations.journal.of_kinds(action.conversation, *kinds)
    except NotFoundError:
        return Said()
    before = [event for event in events if event.kind == EventKind.USER and event.at <= action.created_at]
    if not before:
        return Said()
    later = [event.number for event in events if event.kind == EventKind.USER]
    until = next((number for number in later if number > before[-1].number), None)
    turn = [e for e in events if e.number > before[-1].number and (until is None or e.number < until)]
    written = "\n".join(text for event in turn if (text := _written(event)))
    with house.db.reading() as snapshot:
        mask = mask_of(snapshot, action)
    return Said(mask.words(str(before[-1].body["text"])), _cut(mask.words(written)))


def _written(event: StoredEvent) -> str:
    """What the assistant wrote beside its calls, and its answer."""
    if event.kind == EventKind.ANSWER:
        return str(event.body["text"]).strip()
    message = event.body.get("message", {})
    beside_calls = message.get("role") == "assistant" and message.get("tool_calls")
    return str(message.get("content") or "").strip() if beside_calls else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} ..."
