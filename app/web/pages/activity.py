"""Activity: every action with filters, the way from an effect back to the words that caused it, the audit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.web.notes import back_to, note_of
from app.web.rendering import formats_of, page
from app.web.traces import mark_of, moment_of, trace_of
from app.web.who import Opened, Posted, SignedIn
from shop.actions import KINDS
from shop.errors import AuditBrokenError, InvalidActionError
from tools.desk import Session, State
from tools.ledger import activity, chain
from tools.ledger.activity import Wanted

router = APIRouter()

PAGE: Final = 50
SUBJECTS: Final = (
    "action",
    "approval",
    "consent",
    "customer",
    "delegation",
    "loosening",
    "person",
    "plan",
    "policy",
    "session",
    "token",
)
"""What entries of the audit are about: the first word of their type."""


@router.get("/activity")
def listed(
    request: Request,
    house: Opened,
    visit: SignedIn,
    kind: str = "",
    state: str = "",
    who: str = "",
    run: str = "",
    since: str = "",
    until: str = "",
    before: str = "",
) -> Response:
    """Actions, the newest first, fifty at a time; `since` and `until` are days, both included."""
    if state and state not in {each.value for each in State}:
        raise InvalidActionError(f"{state!r} is no state; they are {', '.join(State)}")
    first, last = _bounds(house, since, until)
    wanted = Wanted(states=(State(state),) if state else (), kind=kind, who=who, run=run, since=first)
    place = moment_of(before) or last
    with house.db.reading() as snapshot:
        found = activity.page(snapshot, house.db.tenant, wanted, limit=PAGE + 1, before=place)
        entries = chain.last_number(snapshot, house.db.tenant)
    shown, older = found[:PAGE], ""
    if len(found) > PAGE:
        chosen = {"kind": kind, "state": state, "who": who, "run": run, "since": since, "until": until}
        chosen["before"] = mark_of(shown[-1])
        older = "/activity?" + urlencode({name: value for name, value in chosen.items() if value})
    return page(
        request,
        "activity.html",
        visit,
        found=shown,
        older=older,
        wanted=wanted,
        state=state,
        first_day=since,
        last_day=until,
        kinds=sorted(KINDS),
        states=[each.value for each in State],
        entries=entries,
        note=note_of(request, visit),
    )


@router.get("/activity/record")
def record(
    request: Request, house: Opened, visit: SignedIn, subject: str = "", who: str = "", before: int = 0
) -> Response:
    """Every entry of the audit: decisions, people, switches, rules, looks at customers; newest first."""
    if subject and subject not in SUBJECTS:
        raise InvalidActionError(f"{subject!r} is no subject; they are {', '.join(SUBJECTS)}")
    with house.db.reading() as snapshot:
        last = chain.last_number(snapshot, house.db.tenant)
        start = min(before, last + 1) if before > 0 else last + 1
        found = activity.recorded(
            snapshot, house.db.tenant, subject=subject, who=who[:80], before=start, limit=PAGE
        )
    floor = found[-1].seq if len(found) == PAGE else max(start - activity.LOOKED_THROUGH, 1)
    chosen = {"subject": subject, "who": who, "before": str(floor)}
    return page(
        request,
        "record_of_all.html",
        visit,
        found=found,
        subjects=SUBJECTS,
        subject=subject,
        who=who,
        first=floor,
        last=start - 1,
        older=f"/activity/record?{urlencode({k: v for k, v in chosen.items() if v})}" if floor > 1 else "",
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


def _bounds(house: House, since: str, until: str) -> tuple[datetime | None, tuple[datetime, str] | None]:
    """The moments between the beginning of a day and the end of another, in the store's zone."""
    zone = formats_of(house).zone
    first, last = _midnight(since, zone), _midnight(until, zone, after=timedelta(days=1))
    return first, (last, "") if last is not None else None


def _midnight(text: str, zone: tzinfo, after: timedelta = timedelta()) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text) + after, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidActionError(f"{text!r} is no day; days look like 2026-11-20") from error
