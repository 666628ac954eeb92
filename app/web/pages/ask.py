"""Ask: conversations with the assistant. A question is a POST that starts a turn; its page follows it live.

The turn belongs to the journal, not to the browser: reload, a second window or a restart of the server
change nothing about it.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.bootstrap import House
from app.serving import agreed, identify, questions
from app.web.asking import ask, followed, mine
from app.web.rendering import page
from app.web.sessions import Visit
from app.web.turns import Call, turns_of
from app.web.who import Opened, Posted, SignedIn
from shop.errors import InvalidActionError, NotFoundError
from shop.store.journal import RUNNING

router = APIRouter()

SUGGESTED: Final = (
    "What needs my attention today?",
    "Which products will run out soon?",
    "What should we reorder first?",
    "Which products have too much stock?",
    "What do our return rules say?",
)


@router.get("/ask")
def fresh(request: Request, house: Opened, visit: SignedIn, about: str = "") -> Response:
    """An empty conversation with suggestions, and the earlier ones."""
    history = house.conversations.newest(visit.principal)
    return page(
        request,
        "ask.html",
        visit,
        stream=None,
        turns=[],
        history=history,
        suggested=SUGGESTED,
        about=about[:200],
        last=0,
        brain=house.brain_name,
        spoken=None,
        questions=(),
    )


@router.post("/ask")
def begin(request: Request, house: Opened, form: Posted) -> Response:
    """Start a conversation with its first question; with a customer, if the form says so."""
    text = form.required("text", "the question")
    conversation = house.conversations.start(form.person, with_customer=form.text("with_customer") == "1")
    ask(request, house, conversation, text, form.person)
    return RedirectResponse(f"/ask/{conversation}", 303)


@router.get("/ask/{conversation}")
def shown(request: Request, house: Opened, visit: SignedIn, conversation: str) -> Response:
    """A conversation as it stands; a module goes on from the last event that is on the page."""
    stream = mine(house, conversation, visit.principal)
    house.conversations.refresh(conversation)
    events = house.conversations.history(conversation)
    return page(
        request,
        "ask.html",
        visit,
        stream=stream,
        turns=turns_of(events, house.desk),
        history=house.conversations.newest(visit.principal),
        suggested=(),
        about="",
        last=events[-1].number if events else 0,
        brain=house.brain_name,
        spoken=house.desk.identity.talk(conversation),
        questions=questions(house, conversation) if stream.state != RUNNING else (),
    )


@router.get("/ask/{conversation}/{turn}/{call}.csv")
def table(
    house: Opened, visit: SignedIn, conversation: str, turn: str, call: str, part: str = ""
) -> Response:
    """A table that a call of a turn found, as CSV with all its columns."""
    chosen = _call(house, visit, conversation, turn, call)
    found = chosen.found.part(part) if chosen.found is not None else None
    if found is None:
        raise NotFoundError(f"turn {turn} of {conversation} has no table {call}")
    name = "-".join(each for each in (chosen.name, part, conversation) if each)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(found.as_csv(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/ask/{conversation}/{turn}/{call}.svg")
def drawing(house: Opened, visit: SignedIn, conversation: str, turn: str, call: str) -> Response:
    """The drawing of what a call of a turn found; the tables beside it hold the same figures."""
    chosen = _call(house, visit, conversation, turn, call).drawing
    if chosen is None:
        raise NotFoundError(f"turn {turn} of {conversation} has no drawing {call}")
    return Response(chosen.as_svg(), media_type="image/svg+xml")


@router.post("/ask/{conversation}/identify")
def identified(house: Opened, form: Posted, conversation: str) -> Response:
    """Match the customer of a conversation by e-mail address, or by full name and postcode."""
    mine(house, conversation, form.person)
    given = {key: form.text(key) or None for key in ("email", "name", "postcode")}
    identify(house, conversation, **given)
    return RedirectResponse(f"/ask/{conversation}", 303)


@router.post("/ask/{conversation}/agree")
def customer_agreed(house: Opened, form: Posted, conversation: str) -> Response:
    """Record the customer's yes to exactly what was put to them, and ask for it again."""
    mine(house, conversation, form.person)
    action = form.required("action", "the action")
    if house.desk.status(action).conversation != conversation:
        raise InvalidActionError(f"{action} was not asked for in this conversation")
    agreed(house, action, form.person)
    return RedirectResponse(f"/ask/{conversation}", 303)


@router.post("/ask/{conversation}")
def follow_up(request: Request, house: Opened, form: Posted, conversation: str) -> Response:
    """The next question of a conversation."""
    ask(request, house, conversation, form.required("text", "the question"), form.person)
    return RedirectResponse(f"/ask/{conversation}", 303)


@router.post("/ask/{conversation}/stop")
def stop(house: Opened, form: Posted, conversation: str) -> Response:
    """Ask the turn under way to stop."""
    mine(house, conversation, form.person)
    house.conversations.stop(conversation, form.person.id)
    return RedirectResponse(f"/ask/{conversation}", 303)


def _call(house: House, visit: Visit, conversation: str, turn: str, call: str) -> Call:
    """One call of a turn of this visitor's own conversation."""
    mine(house, conversation, visit.principal)
    for each in turns_of(house.conversations.history(conversation), house.desk):
        for one in each.calls:
            if str(each.number) == turn and str(one.index) == call:
                return one
    raise NotFoundError(f"turn {turn} of {conversation} has no call {call}")


@router.get("/ask/{conversation}/events")
def events(request: Request, house: Opened, visit: SignedIn, conversation: str, after: int = 0) -> Response:
    """What happens in a conversation from a number on, as server-sent events."""
    stream = mine(house, conversation, visit.principal)
    return followed(request, house, stream, after)
