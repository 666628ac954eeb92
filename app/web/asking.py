"""Asking the assistant from a page or the API: a turn that outlives its request, and following it."""

from __future__ import annotations

from threading import Event
from typing import Final
from uuid import uuid4

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from app.bootstrap import House
from app.web.places import number_at
from app.web.streaming import HEADERS, MOST_READERS, LiveReaders, events_of
from app.web.work import Work
from shop.errors import AccessDeniedError, CapReachedError, ConflictError, ShopError
from shop.people import Principal
from shop.store.journal import RUNNING, StoredEvent, Stream

BEGIN_SECONDS: Final = 20.0
"""A question is in the journal within milliseconds, unless eight others are being worked on."""

UNDER_WAY: Final = "the last question is still being worked on: stop it, or wait for its end"


def mine(house: House, conversation: str, person: Principal) -> Stream:
    """A conversation of this person; raises NotFoundError, or AccessDeniedError for anybody else's."""
    stream = house.conversations.journal.stream(conversation)
    if stream.kind != "conversation" or stream.owner != (person.on_behalf_of or person.id):
        raise AccessDeniedError("this conversation belongs to somebody else")
    return stream


def ask(request: Request, house: House, conversation: str, text: str, person: Principal) -> None:
    """Start a turn in the background; comes back once the question is in the journal.

    Raises AccessDeniedError for somebody else's conversation, ConflictError while a turn is under way, and
    InvalidActionError for a question that is none.
    """
    mine(house, conversation, person)
    if house.conversations.is_busy(conversation):
        raise ConflictError(UNDER_WAY)
    readers: LiveReaders = request.app.state.readers
    work: Work = request.app.state.work
    begun, refused = Event(), list[ShopError]()
    tell_readers = readers.listener(conversation)

    def tell(event: StoredEvent) -> None:
        begun.set()
        tell_readers(event)

    def turn() -> None:
        try:
            house.conversations.turn(conversation, text, tell, principal=person)
        except ShopError as error:
            if begun.is_set():
                raise
            refused.append(error)
        finally:
            begun.set()

    # The journal alone says whether a turn is under way: it tells the end before this work is over.
    work.start(f"turn:{conversation}:{uuid4()}", turn)
    begun.wait(BEGIN_SECONDS)
    if refused:
        raise refused[0]


def followed(request: Request, house: House, stream: Stream, after: int) -> Response:
    """The events of a conversation behind a number, or behind ``Last-Event-ID``, as server-sent events."""
    given = number_at(request.headers.get("last-event-id", ""))
    after = max(0, after) if given is None else given
    if stream.state != RUNNING and stream.last <= after:
        return Response(status_code=204)  # a browser's reader then asks no more
    readers: LiveReaders = request.app.state.readers
    if readers.count >= MOST_READERS:
        raise CapReachedError("too many follow conversations on this server; ask again in a minute")
    body = events_of(readers, house.conversations.journal, stream.id, after)
    return StreamingResponse(body, media_type="text/event-stream", headers=HEADERS)
