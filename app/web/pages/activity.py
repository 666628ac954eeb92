"""Activity: every action with filters, the way from an effect back to the words that caused it, the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.web.notes import back_to, note_of
from app.web.rendering import page
from app.web.who import Opened, Posted, SignedIn
from shop.actions import KINDS
from shop.errors import AuditBrokenError, InvalidActionError, NotFoundError
from tools.desk import Session, State
from tools.ledger import activity, chain, history, rows
from tools.ledger.activity import Entry, Happened, Wanted
from tools.ledger.history import PastDecision
from tools.ledger.states import ActionView

router = APIRouter()

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Trace:
    """One action with all that is known of where it came from and what it led to."""

    action: ActionView
    decisions: tuple[PastDecision, ...]
    audit: tuple[Entry, ...]
    undone_by: tuple[ActionView, ...]
    words: str


@router.get("/activity")
def listed(
    request: Request,
    house: Opened,
    visit: SignedIn,
    kind: str = "",
    state: str = "",
    who: str = "",
    run: str = "",
    before: str = "",
) -> Response:
    """Actions, the newest first, fifty at a time."""
    if state and state not in {each.value for each in State}:
        raise InvalidActionError(f"{state!r} is no state; they are {', '.join(State)}")
    wanted = Wanted(states=(State(state),) if state else (), kind=kind, who=who, run=run)
    with house.db.reading() as snapshot:
        found = activity.page(snapshot, house.db.tenant, wanted, limit=PAGE + 1, before=_moment(before))
        entries = chain.length(snapshot, house.db.tenant)
    shown, older = found[:PAGE], ""
    if len(found) > PAGE:
        chosen = {"kind": kind, "state": state, "who": who, "run": run, "before": _mark(shown[-1])}
        older = "/activity?" + urlencode({name: value for name, value in chosen.items() if value})
    return page(
        request,
        "activity.html",
        visit,
        found=shown,
        older=older,
        wanted=wanted,
        state=state,
        kinds=sorted(KINDS),
        states=[each.value for each in State],
        entries=entries,
        note=note_of(request, visit),
    )


@router.get("/activity/{action_id}")
def trace(request: Request, house: Opened, visit: SignedIn, action_id: str) -> Response:
    """One action: who asked, in which words, what the rules said each time, who decided, what came of it."""
    with house.db.reading() as snapshot:
        action = rows.get(snapshot, house.db.tenant, action_id)
        found = Trace(
            action=action,
            decisions=tuple(history.decisions_about(snapshot, house.db.tenant, action)),
            audit=tuple(activity.entries_about(snapshot, house.db.tenant, action_id)),
            undone_by=tuple(rows.compensating(snapshot, house.db.tenant, action_id)),
            words=_words(house, action),
        )
    return page(request, "trace.html", visit, trace=found, note=note_of(request, visit))


@router.post("/activity/verify")
def verify(house: Opened, form: Posted) -> Response:
    """Walk the whole record and say whether it holds."""
    try:
        with house.db.reading() as snapshot:
            report = chain.verify(snapshot, house.db.tenant)
    except AuditBrokenError as error:
        return back_to("/activity", f"the record does NOT hold: {error}", form.visit)
    words = f"verified: {report.entries:,} entries, head {report.head[:16]}, at {house.clock():%H:%M} UTC"
    return back_to("/activity", words, form.visit)


@router.post("/activity/{action_id}/undo")
def undo(house: Opened, form: Posted, action_id: str) -> Response:
    """Ask for what takes an executed action back."""
    done = house.desk.undo(action_id, Session(form.person))
    return back_to(f"/activity/{done.action_id}", done.in_words(), form.visit)


def _words(house: House, action: ActionView) -> str:
    """What somebody typed before this was asked for, if it came from a conversation."""
    if action.conversation is None:
        return ""
    try:
        events = house.conversations.history(action.conversation)
    except NotFoundError:
        return ""  # erased since
    typed = [event for event in events if event.kind == "user" and event.at <= action.created_at]
    return str(typed[-1].body["text"]) if typed else ""


def _mark(one: Happened) -> str:
    return f"{one.asked_at.isoformat()}~{one.id}"


def _moment(text: str) -> tuple[datetime, str] | None:
    if not text:
        return None
    at, _, action_id = text.partition("~")
    try:
        return datetime.fromisoformat(at), action_id
    except ValueError as error:
        raise InvalidActionError(f"{text!r} is no place in this list") from error
