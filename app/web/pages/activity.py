"""Activity: every action with filters, the way from an effect back to the words that caused it, the audit."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.notes import back_to, note_of
from app.web.rendering import page
from app.web.traces import mark_of, moment_of, trace_of
from app.web.who import Opened, Posted, SignedIn
from shop.actions import KINDS
from shop.errors import AuditBrokenError, InvalidActionError
from tools.desk import Session, State
from tools.ledger import activity, chain
from tools.ledger.activity import Wanted

router = APIRouter()

PAGE: Final = 50


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
        found = activity.page(snapshot, house.db.tenant, wanted, limit=PAGE + 1, before=moment_of(before))
        entries = chain.last_number(snapshot, house.db.tenant)
    shown, older = found[:PAGE], ""
    if len(found) > PAGE:
        chosen = {"kind": kind, "state": state, "who": who, "run": run, "before": mark_of(shown[-1])}
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
    found = trace_of(house, action_id)
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
