"""The inbox: a list beside one request with everything a person needs to decide it.

Deciding is a POST that redirects to what came of it, so a reload never decides twice. The desk refuses
whatever the person may not do; the page only hides buttons that would not work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bootstrap import House
from app.deciding import asked_roles
from app.editing import edited
from app.web.notes import back_to, note_of
from app.web.rendering import page
from app.web.triage import LONGEST_SNOOZE_HOURS, check_seen, put_off
from app.web.who import Form, Opened, Posted, SignedIn
from shop.errors import InvalidActionError
from shop.money import Money
from shop.people import Principal
from tools.desk import ApprovalView, State, Submission
from tools.ledger import inbox
from tools.ledger.inbox import Order, Pile, Shown, Waiting

router = APIRouter()

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a request that may be edited: its name in the form, its label, its present value."""

    name: str
    label: str
    value: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One request as the page shows it to one person."""

    approval: ApprovalView
    roles: str
    may_decide: bool
    may_edit: bool
    may_withdraw: bool
    fields: tuple[Field, ...]

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

    def address(self, **changed: str) -> str:
        """The address of this list with something changed."""
        values = {
            "kind": self.shown.kind,
            "order": self.shown.order.value,
            "q": self.shown.words,
            "assigned": self.shown.assigned_to,
            "snoozed": "1" if self.shown.snoozed else "",
            **changed,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/approvals?{query}" if query else "/approvals"


@router.get("/approvals")
def listed(
    request: Request,
    house: Opened,
    visit: SignedIn,
    kind: str = "",
    order: str = Order.DEADLINE.value,
    q: str = "",
    assigned: str = "",
    snoozed: str = "",
    offset: int = 0,
) -> Response:
    """The list, with its first request opened beside it."""
    shown = _shown(kind, order, q, assigned, snoozed)
    view = _list(house, shown, max(0, offset))
    first = house.desk.approval(view.lines[0].id) if view.lines else None
    detail = None if first is None else _detail(house, first, visit.principal)
    return page(
        request, "approvals.html", visit, list=view, detail=detail, note=note_of(request, visit), alone=False
    )


@router.get("/approvals/{approval_id}")
def one(request: Request, house: Opened, visit: SignedIn, approval_id: str) -> Response:
    """One request, with the list beside it on wide screens."""
    detail = _detail(house, house.desk.approval(approval_id), visit.principal)
    view = _list(house, Shown(), 0)
    return page(
        request, "approvals.html", visit, list=view, detail=detail, note=note_of(request, visit), alone=True
    )


@router.post("/approvals/{approval_id}/approve")
def approve(house: Opened, form: Posted, approval_id: str) -> Response:
    """One person's yes."""
    check_seen(house, approval_id, form.text("digest"))
    done = house.desk.approve(approval_id, form.person, note=form.text("note"))
    return _shown_again(approval_id, done, form)


@router.post("/approvals/{approval_id}/reject")
def reject(house: Opened, form: Posted, approval_id: str) -> Response:
    """A no, with its reason."""
    done = house.desk.reject(approval_id, form.person, form.required("reason", "the reason"))
    return _shown_again(approval_id, done, form)


@router.post("/approvals/{approval_id}/edit")
def edit(house: Opened, form: Posted, approval_id: str) -> Response:
    """Replace the request by a changed one, which is judged anew."""
    approval = house.desk.approval(approval_id)
    quantities: list[str] = []
    changes: list[str] = []
    for field in fields_of(approval):
        value = form.text(field.name, field.value)
        if value != field.value:
            kind, _, name = field.name.partition(":")
            (quantities if kind == "quantity" else changes).append(f"{name}={value}")
    done = house.desk.edit(approval_id, edited(approval.action.action, quantities, changes), form.person)
    return _shown_again(done.approval_id or approval_id, done, form)


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
    """Approve or reject what is ticked: one result for each, one that fails stops no other."""
    chosen = form.all("chosen")
    if not chosen:
        raise InvalidActionError("nothing is ticked")
    if form.required("decision", "the decision") == "approve":
        done = house.desk.approve_many(chosen, form.person, form.text("note"))
    else:
        done = house.desk.reject_many(chosen, form.person, form.required("reason", "the reason"))
    return page(request, "decided.html", form.visit, done=done)


def fields_of(approval: ApprovalView) -> tuple[Field, ...]:
    """What of a request may be edited: quantities line by line, prices, amounts, dates, places."""
    args = approval.action.args
    found = []
    for name, value in args.items():
        if name == "lines":
            found += [
                Field(
                    f"quantity:{line['sku']}", f"Pieces of {line['sku']}", str(line["quantity"]), numeric=True
                )
                for line in value
            ]
        elif name == "quantity" and "sku" in args:
            found.append(Field(f"quantity:{args['sku']}", "Pieces", str(value), numeric=True))
        elif isinstance(value, dict) and set(value) == {"minor", "cur"}:
            found.append(Field(f"set:{name}", _label(name), str(Money.from_json(value)), numeric=False))
        elif isinstance(value, str) and name != "sku":
            found.append(Field(f"set:{name}", _label(name), value, numeric=False))
    return tuple(found)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _shown(kind: str, order: str, words: str, assigned: str, snoozed: str) -> Shown:
    ranked = Order(order) if order in {each.value for each in Order} else Order.DEADLINE
    return Shown(kind=kind, assigned_to=assigned, words=words[:100], snoozed=bool(snoozed), order=ranked)


def _list(house: House, shown: Shown, offset: int) -> ListView:
    house.desk.expire_due()
    tenant, now = house.db.tenant, house.clock()
    with house.db.reading() as snapshot:
        total = inbox.number_of_lines(snapshot, tenant, now, shown)
        lines = inbox.lines(snapshot, tenant, now, shown, limit=PAGE, offset=offset)
        piles = inbox.piles(snapshot, tenant, now)
    following = offset + PAGE if offset + PAGE < total else None
    return ListView(tuple(lines), total, tuple(piles), shown, offset, following)


def _detail(house: House, approval: ApprovalView, person: Principal) -> Detail:
    waits = approval.state is State.PENDING
    mine = person.id in {approval.action.requester, approval.action.on_behalf_of}
    operator = person.is_human and any(role.value == "operator" for role in person.roles)
    return Detail(
        approval=approval,
        roles=asked_roles(approval),
        may_decide=waits and house.desk.may_decide(approval.id, person),
        may_edit=waits and operator,
        may_withdraw=waits and mine,
        fields=fields_of(approval) if waits and operator else (),
    )


def _shown_again(approval_id: str, done: Submission, form: Form) -> Response:
    return back_to(f"/approvals/{approval_id}", done.in_words(), form.visit)
