"""Ask: conversations with the assistant. A question is a POST that starts a turn; its page follows it live.

The turn belongs to the journal, not to the browser: reload, a second window or a restart of the server
change nothing about it.
"""

from __future__ import annotations

from threading import Event
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.bootstrap import House
from app.web.rendering import page
from app.web.streaming import HEADERS, MOST_READERS, LiveReaders, events_of
from app.web.turns import turns_of
from app.web.who import Opened, Posted, SignedIn
from app.web.work import Work
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.people import Principal
from shop.store.journal import RUNNING, StoredEvent, Stream

router = APIRouter()

BEGIN_SECONDS: Final = 20.0
"""A question is in the journal within milliseconds, unless eight others are being worked on."""

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
    )


@router.post("/ask")
def begin(request: Request, house: Opened, form: Posted) -> Response:
    """Start a conversation with its first question."""
    text = form.required("text", "the question")
    conversation = house.conversations.start(form.person)
    return _asked(request, house, conversation, text, form.person)


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
    )


@router.post("/ask/{conversation}")
def follow_up(request: Request, house: Opened, form: Posted, conversation: str) -> Response:
    """The next question of a conversation."""
    stream = mine(house, conversation, form.person)
    if stream.state == RUNNING:
        raise ConflictError("the last question is still being worked on: stop it, or wait for its end")
    return _asked(request, house, conversation, form.required("text", "the question"), form.person)


@router.post("/ask/{conversation}/stop")
def stop(house: Opened, form: Posted, conversation: str) -> Response:
    """Ask the turn under way to stop."""
    mine(house, conversation, form.person)
    house.conversations.stop(conversation, form.person.id)
    return RedirectResponse(f"/ask/{conversation}", 303)


@router.get("/ask/{conversation}/events")
def events(request: Request, house: Opened, visit: SignedIn, conversation: str, after: int = 0) -> Response:
    """What happens in a conversation from a number on, as server-sent events."""
    stream = mine(house, conversation, visit.principal)
    given = request.headers.get("last-event-id", "")
    after = int(given) if given.isdecimal() else max(0, after)
    if stream.state != RUNNING and stream.last <= after:
        return Response(status_code=204)  # the browser's reader then asks no more
    readers: LiveReaders = request.app.state.readers
    if readers.count >= MOST_READERS:
        raise ConflictError("too many pages follow conversations on this server; reload instead")
    body = events_of(readers, house.conversations.journal, conversation, after)
    return StreamingResponse(body, media_type="text/event-stream", headers=HEADERS)


def mine(house: House, conversation: str, person: Principal) -> Stream:
    """A conversation of this person; raises NotFoundError, or AccessDeniedError for anybody else's."""
    stream = house.conversations.journal.stream(conversation)
    if stream.kind != "conversation" or stream.owner != person.id:
        raise AccessDeniedError("this conversation belongs to somebody else")
    return stream


def _asked(request: Request, house: House, conversation: str, text: str, person: Principal) -> Response:
    """Start the turn in the background and lead to its page, once the question is in the journal."""
    readers: LiveReaders = request.app.state.readers
    work: Work = request.app.state.work
    name, begun = f"turn:{conversation}", Event()
    tell_readers = readers.listener(conversation)

    def tell(event: StoredEvent) -> None:
        begun.set()
        tell_readers(event)

    def turn() -> None:
        try:
            house.conversations.turn(conversation, text, tell, principal=person)
        finally:
            begun.set()

    if not work.start(name, turn):
        raise ConflictError("the last question is still being worked on: stop it, or wait for its end")
    begun.wait(BEGIN_SECONDS)
    if work.fault_of(name):
        raise InvalidActionError(work.fault_of(name))
    return RedirectResponse(f"/ask/{conversation}", 303)
