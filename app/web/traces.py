"""The way from an effect back to the words that caused it, and places in the list of what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.bootstrap import House
from app.masks import mask_of
from app.web.caused import Said, said_about
from app.web.places import moment_at
from tools.ledger import activity, history, rows
from tools.ledger.activity import Entry, Happened
from tools.ledger.history import PastDecision
from tools.ledger.states import ActionView


@dataclass(frozen=True, slots=True)
class Trace:
    """One action with all that is known of where it came from and what it led to; `args` are masked."""

    action: ActionView
    args: dict[str, Any]
    decisions: tuple[PastDecision, ...]
    audit: tuple[Entry, ...]
    undone_by: tuple[ActionView, ...]
    said: Said


def trace_of(house: House, action_id: str) -> Trace:
    """The whole story of an action; raises NotFoundError."""
    with house.db.reading() as snapshot:
        action = rows.get(snapshot, house.db.tenant, action_id)
        return Trace(
            action=action,
            args=mask_of(snapshot, action).args(action),
            decisions=tuple(history.decisions_about(snapshot, house.db.tenant, action)),
            audit=tuple(activity.entries_about(snapshot, house.db.tenant, action_id)),
            undone_by=tuple(rows.compensating(snapshot, house.db.tenant, action_id)),
            said=said_about(house, action),
        )


def mark_of(one: Happened) -> str:
    """The place of an action in the list."""
    return f"{one.asked_at.isoformat()}~{one.id}"


def moment_of(text: str) -> tuple[datetime, str] | None:
    """The place that a mark names, None for the beginning; raises InvalidActionError.

    >>> moment_of("2026-11-20T09:00:00+00:00~act_1")
    (datetime.datetime(2026, 11, 20, 9, 0, tzinfo=datetime.timezone.utc), 'act_1')
    """
    if not text:
        return None
    at, _, action_id = text.partition("~")
    return moment_at(at), action_id
