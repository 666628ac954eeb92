"""The inbox: a list beside one request with everything a person needs to decide it.

Deciding is a POST that redirects to what came of it, so a reload never decides twice. The desk refuses
whatever the person may not do; the page only hides buttons that would not work.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from app.auth import principal_of
from app.bootstrap import House
from app.deciding import Asked, asked_roles, is_asked, is_within_limit, progress_of
from app.masks import mask_of
from app.web.bulk import batch_of, decided
from app.web.caused import Said, said_about
from app.web.charts import outlook_chart
from app.web.edit_form import Field, action_of, fields_of
from app.web.notes import back_to, note_of
from app.web.outlooks import Prospect, outlooks_of
from app.web.rendering import formats_of, page
from app.web.sessions import Visit
from app.web.triage import LONGEST_SNOOZE_HOURS, put_off
from app.web.who import Form, Opened, Posted, SignedIn
from shop.errors import InvalidActionError, MoneyError, NotFoundError
from shop.people import Principal
from tools.desk import ApprovalView, State, Submission
from tools.ledger import authority, inbox
from tools.ledger.inbox import Order, Pile, Shown, Waiting
from tools.trial import Trial

router = APIRouter()

PAGE: Final = 50
_MOST_DECIDERS: Final = 50


@dataclass(frozen=True, slots=True)
class Detail:
    """One request as the page shows it to one person."""

    approval: ApprovalView
    roles: str
    progress: tuple[Asked, ...]
    may_decide: bool
    may_edit: bool
    may_withdraw: bool
    deciders: tuple[Principal, ...]
    fields: tuple[Field, ...]
    ahead: Prospect | None = None
    said: Said = field(default_factory=Said)
    trial: Trial | None = None

    @property
    def waits(self) -> bool:
        """Whether it can still be decided."""
        return self.approval.state is State.PENDING


@dataclass(frozen=True, slots=True)
class ListView:
    """The list of the inbox under a filter."""

    lines: tuple[Waiting, ...]
    total: int
    piles: tuple[Pile, ...]
    shown: Shown
    offset: int
    following: int | None
    me: str

    def address(self, **changed: str) -> str:
        """The address of this list with something changed."""
        query = self.query(**changed)
        return f"/approvals?{query}" if query else "/approvals"

    def opening(self, approval_id: str) -> str:
        """The address of one request with this list beside it."""
        offset = str(self.offset) if self.offset else ""
        query = self.query(offset=offset)
        return f"/approvals/{approval_id}?{query}" if query else f"/approvals/{approval_id}"

    def query(self, **changed: str) -> str:
        """The filters of this list with something changed, as an address writes them."""
        values = {
            "kind": self.shown.kind,
            "order": self.shown.order.value,
            "q": self.shown.words,
            "assigned": self.shown.assigned_to,
            "snoozed": "1" if self.shown.snoozed else "",
            **changed,
        }
        default = {"order": Order.DEADLINE.value}
        return urlencode({name: value for name, value in values.items() if value != default.get(name, "")})


@dataclass(frozen=True, slots=True)
class Filter:
    """What an address asks the list to show, and from which place on."""

    kind: str = ""
    order: str = Order.DEADLINE.value
    q: str = ""
    assigned: str = ""
    snoozed: str = ""
    offset: int = 0

    @property
    def shown(self) -> Shown:
        """As the inbox takes it; an order that is none is by deadline."""
        ranked = Order(self.order) if self.order in {each.value for each in Order} else Order.DEADLINE
        return Shown(
            kind=self.kind,
            assigned_to=self.assigned,
            words=self.q[:100],
            snoozed=bool(self.snoozed),
            order=ranked,
        )


Filtered = Annotated[Filter, Depends()]


@router.get("/approvals")
def listed(request: Request, house: Opened, visit: SignedIn, wanted: Filtered) -> Response:
    """The list, with its first request opened beside it."""
    view = _list(house, visit, wanted)
    first = house.desk.approval(view.lines[0].id) if view.lines else None
    detail = None if first is None else _detail(house, first, visit.principal)
    return page(
        request, "approvals.html", visit, list=view, detail=detail, note=note_of(request, visit), alone=False
    )


@router.get("/approvals/{approval_id}")
def one(request: Request, house: Opened, visit: SignedIn, wanted: Filtered, approval_id: str) -> Response:
    """One request, with the list from which it was opened beside it on wide screens."""
    detail = _detail(house, house.desk.approval(approval_id), visit.principal)
    view = _list(house, visit, wanted)
    return page(
        request, "approvals.html", visit, list=view, detail=detail, note=note_of(request, visit), alone=True
    )


@router.get("/approvals/{approval_id}/outlook.svg")
def drawing(house: Opened, visit: SignedIn, approval_id: str, sku: str) -> Response:
    """A line's stock with and without the order, as a drawing."""
    del visit
    found = outlooks_of(house, house.desk.approval(approval_id))
    shown = found.shown if found is not None else ()
    chosen = next((one.outlook for one in shown if one.outlook.sku == sku), None)
    if chosen is None:
        raise NotFoundError(f"{approval_id} has no outlook for {sku!r}")
    return Response(outlook_chart(chosen), media_type="image/svg+xml")


@router.post("/approvals/{approval_id}/approve")
def approve(house: Opened, form: Posted, approval_id: str) -> Response:
    """One person's yes."""
    done = house.desk.approve(approval_id, form.person, note=form.text("note"), seen=form.text("digest"))
    return _shown_again(approval_id, done, form)


@router.post("/approvals/{approval_id}/reject")
def reject(house: Opened, form: Posted, approval_id: str) -> Response:
    """A no, with its reason."""
    done = house.desk.reject(approval_id, form.person, form.required("reason", "the reason"))
    return _shown_again(approval_id, done, form)


@router.post("/approvals/{approval_id}/edit")
def edit(house: Opened, form: Posted, approval_id: str) -> Response:
    """Replace the request by a changed one, which is judged anew."""
    action = action_of(house, house.desk.approval(approval_id), form.text)
    done = house.desk.edit(approval_id, action, form.person)
    return _shown_again(done.approval_id or approval_id, done, form)


@router.post("/approvals/{approval_id}/check")
def check(request: Request, house: Opened, form: Posted, approval_id: str) -> Response:
    """What the rules would say to an edit: as data for the script of the form, else on the page. No write."""
    approval = house.desk.approval(approval_id)
    wants_data = "application/json" in request.headers.get("accept", "")
    try:
        trial = house.tried(approval_id, action_of(house, approval, form.text), form.person)
    except (InvalidActionError, MoneyError) as error:
        if wants_data:
            return JSONResponse({"verdict": "invalid", "words": str(error), "value": ""})
        raise
    if wants_data:
        formats = formats_of(house)
        value = formats.money(trial.money) if trial.money else ""
        words = formats.told(trial.words)
        return JSONResponse({"verdict": trial.verdict.value, "words": words, "value": value})
    detail = _detail(house, approval, form.person)
    fields = tuple(replace(one, value=form.text(one.name, one.value)) for one in detail.fields)
    return page(
        request,
        "approvals.html",
        form.visit,
        list=_list(house, form.visit, Filter()),
        detail=replace(detail, fields=fields, trial=trial),
        note="",
        alone=True,
    )


@router.post("/approvals/{approval_id}/withdraw")
def withdraw(house: Opened, form: Posted, approval_id: str) -> Response:
    """Take a request back."""
    return _shown_again(approval_id, house.desk.withdraw(approval_id, form.person), form)


@router.post("/approvals/{approval_id}/snooze")
def snooze(house: Opened, form: Posted, approval_id: str) -> Response:
    """Put a request off for some hours; nought brings it back."""
    hours = form.required("hours", "how many hours")
    if not hours.isdecimal():
        raise InvalidActionError(f"{hours!r}: a whole number of hours, at most {LONGEST_SNOOZE_HOURS}")
    done = put_off(house, approval_id, int(hours), form.person)
    words = f"{done.id} is put off" if done.snoozed_until else f"{done.id} is in the list again"
    return back_to("/approvals", words, form.visit)


@router.post("/approvals/{approval_id}/assign")
def assign(house: Opened, form: Posted, approval_id: str) -> Response:
    """Name who should decide."""
    done = house.desk.assign(approval_id, form.text("to") or None, form.person)
    words = f"{done.id} is assigned to {done.assigned_to}" if done.assigned_to else f"{done.id} is unassigned"
    return back_to(f"/approvals/{done.id}", words, form.visit)


@router.post("/approvals")
def decide_many(request: Request, house: Opened, form: Posted) -> Response:
    """Show what is ticked with its total; once confirmed, decide each: one that fails stops no other."""
    chosen = form.all("chosen")
    if not chosen:
        raise InvalidActionError("nothing is ticked")
    yes = form.required("decision", "the decision") == "approve"
    reason = form.text("note") if yes else form.required("reason", "the reason")
    if not form.text("confirmed"):
        batch = batch_of(house, chosen, approve=yes, reason=reason)
        return page(request, "confirm.html", form.visit, batch=batch)
    done = decided(house, chosen, form.all("seen"), form.person, approve=yes, reason=reason)
    return page(request, "decided.html", form.visit, done=done)


def _list(house: House, visit: Visit, wanted: Filter) -> ListView:
    house.desk.expire_due()
    tenant, now = house.db.tenant, house.clock()
    shown, offset = wanted.shown, max(0, wanted.offset)
    with house.db.reading() as snapshot:
        waiting = house.kept.queue.at(snapshot)
        piles, found = waiting.piles(now), waiting.shown(shown, now)
        numbers = [one.number for one in found[offset : offset + PAGE]]
        lines = inbox.lines_of(snapshot, tenant, numbers)
    total = len(found)
    following = offset + PAGE if offset + PAGE < total else None
    return ListView(tuple(lines), total, tuple(piles), shown, offset, following, visit.principal.id)


def _detail(house: House, approval: ApprovalView, person: Principal) -> Detail:
    waits = approval.state is State.PENDING
    mine = person.id in {approval.action.requester, approval.action.on_behalf_of}
    operator = person.is_human and any(role.value == "operator" for role in person.roles)
    with house.db.reading() as snapshot:
        fields = fields_of(snapshot, approval) if waits and operator else ()
        shown = mask_of(snapshot, approval.action).approval(approval)
        grants = authority.valid_grants(snapshot, approval, house.clock()) if waits else []
    return Detail(
        approval=shown,
        roles=asked_roles(approval),
        progress=progress_of(approval, grants) if waits else (),
        may_decide=waits and house.desk.may_decide(approval.id, person),
        may_edit=waits and operator,
        may_withdraw=waits and mine,
        deciders=_deciders(house, approval) if waits else (),
        fields=fields,
        ahead=outlooks_of(house, approval) if waits else None,
        said=said_about(house, approval.action),
    )


def _deciders(house: House, approval: ApprovalView) -> tuple[Principal, ...]:
    """Whom it may be assigned to by what they hold themselves; the desk looks again when it is."""
    everybody = (principal_of(one, house.db.tenant) for one in house.people.everybody() if one.active)
    may = (one for one in everybody if is_asked(approval, one) and is_within_limit(approval, one))
    return tuple(islice(may, _MOST_DECIDERS))


def _shown_again(approval_id: str, done: Submission, form: Form) -> Response:
    return back_to(f"/approvals/{approval_id}", done.in_words(), form.visit)
