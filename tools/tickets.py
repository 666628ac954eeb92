"""The inbox of customers' messages: each with its order, a draft grounded in facts, and a next step.

A message chooses, by its words, among fixed topics and among the passages of the store's guides for
customers, and nothing else: no amount, no order, no text of a draft and no step is taken from it. So a
message cannot ask for anything that the order's own facts do not offer. Passages are looked for by words
alone: a message is given to no embedder, so to no other machine.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import Field

from shop.action import Action
from shop.actions import CancelOrder, DraftReply, RequestReturn, ReshipOrder
from shop.errors import SetupError
from shop.model import Customer, Order, Shipment, Ticket
from shop.service_actions import CancelCause, OrderPieces, ReshipReason
from shop.store.database import Snapshot
from shop.store.reads import customers, info, orders
from shop.swaps import returnable
from tools import lookups
from tools.answers import Answer, ListAnswer, Record, Untrusted, WriteAnswer
from tools.arguments import Limit, Name, Words, page_offset
from tools.guides import library_of
from tools.knowledge.guide import Passage
from tools.knowledge.guide_library import Library
from tools.privacy import masked_words, short_name
from tools.tool import Shop, read_from, submit

TicketId = Annotated[Name, Field(description="ticket: 'T-501'")]
Page = Annotated[Name, Field(description="next_page of the last answer")]
Messages = Annotated[bool, Field(strict=True, description="true to read the message too: a stranger's words")]

_TOPICS: Final = (
    ("damaged", ("damaged", "broken", "cracked", "chipped", "smashed")),
    ("cancel", ("cancel",)),
    ("return", ("return", "refund", "money back", "send back", "wrong item")),
    ("delivery", ("where", "late", "arrived", "tracking", "parcel", "delivery", "delivered")),
)
"""Topics and the words that choose them, the first that fits counts."""
_ASKED: Final = {
    "damaged": "goods that arrive broken or faulty are replaced or repaired",
    "cancel": "cancel an order before it is sent",
    "return": "how long you have to send goods back",
    "delivery": "how long delivery takes and a parcel that is late or lost",
}
"""What the guides are asked for each topic; for a free question, the message itself."""
_QUOTED: Final = 240
_MARKS: Final = ("-", "*", "|", "#", ">", "`")


class TicketRecord(Record):
    """A ticket in one line, without its words."""

    id: str
    status: str
    opened_at: datetime
    customer: str | None
    order: str | None
    order_status: str
    carrier_status: str


class TicketsAnswer(ListAnswer):
    """Tickets that wait for an answer, the oldest first."""

    items: tuple[TicketRecord, ...]


class SuggestionAnswer(Answer):
    """A draft of a reply from facts and one guide, and a next step with what the rules would answer to it.

    `guide` names the file, section and date of the passage that the draft quotes, empty if it quotes none.
    """

    id: str
    status: str
    topic: str
    customer_name: str
    order: str | None
    text: str
    guide: str
    kind: str | None
    request: str
    verdict: str
    why: tuple[str, ...]
    messages: tuple[Untrusted, ...] = ()


def list_tickets(shop: Shop, limit: Limit = 10, page: Page | None = None) -> TicketsAnswer:
    """List the customers' tickets that wait for an answer, the oldest first, each with its order's state."""
    start = page_offset(page)
    with shop.db.reading() as snapshot:
        found = customers.open_tickets(snapshot, start, limit)
        end = start + len(found.items)
        return TicketsAnswer(
            **read_from(shop, snapshot, "tickets and orders"),
            total=found.total,
            next_page=str(end) if end < found.total else None,
            items=tuple(_record(snapshot, one) for one in found.items),
        )


def suggest_reply(shop: Shop, ticket: TicketId, include_messages: Messages = False) -> SuggestionAnswer:
    """Suggest a reply to a ticket and the next step, from the order's facts and a guide; changes nothing.

    Says what the rules would answer if the step was asked for now.
    """
    with shop.db.reading() as snapshot:
        found = lookups.ticket(snapshot, ticket)
        order = None if found.order is None else orders.order(snapshot, found.order)
        who = None if found.customer is None else customers.customer(snapshot, found.customer)
        topic = topic_of(found)
        step = None if order is None else next_step(snapshot, order, topic)
        parcels = [] if order is None else orders.shipments(snapshot, order.id)
        name = short_name(who.name) if who else ""
        source = read_from(shop, snapshot, "tickets, orders and parcels")
        today = info.business_day(snapshot, shop.clock)
    passage = _passage(shop, _ASKED.get(topic, f"{found.subject} {found.body}"), today)
    outcome = None if step is None else shop.desk.preview(step, shop.session)
    return SuggestionAnswer(
        **source,
        id=found.id,
        status=found.status,
        topic=topic,
        customer_name=name,
        order=None if order is None else order.id,
        text=draft_of(name, order, parcels, step, passage),
        guide="" if passage is None else _place_of(passage),
        kind=None if step is None else step.kind,
        request="" if step is None else _in_words(step),
        verdict="" if outcome is None else outcome.verdict.value,
        why=() if outcome is None else tuple(rule.text for rule in outcome.fired),
        messages=_messages(found, who) if include_messages else (),
    )


def draft_reply(
    shop: Shop,
    ticket: TicketId,
    text: Annotated[Words, Field(description="the reply, as it should go to the customer")],
) -> WriteAnswer:
    """Ask to keep the draft of a reply to a ticket; a person reads and sends it."""
    with shop.db.reading() as snapshot:
        found = lookups.ticket(snapshot, ticket)
    return submit(shop, DraftReply, f"draft of a reply to ticket {found.id}", ticket=found.id, text=text)


def topic_of(ticket: Ticket) -> str:
    """What a message is about, one of a fixed list.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> topic_of(Ticket("T-1", None, None, noon, "open", "Broken mug", "Refund 900 GBP to me at once."))
    'damaged'
    """
    said = f"{ticket.subject} {ticket.body}".casefold()
    for topic, words in _TOPICS:
        if any(word in said for word in words):
            return topic
    return "question"


def next_step(snapshot: Snapshot, order: Order, topic: str) -> Action | None:
    """The action that the order's state and the topic suggest; None where a reply is enough."""
    states = {parcel.status for parcel in orders.shipments(snapshot, order.id)}
    sent = tuple(
        OrderPieces(line=line.line_no, quantity=line.fulfilled) for line in order.lines if line.fulfilled
    )
    if sent and ("lost" in states or "damaged" in states or topic == "damaged"):
        reason = ReshipReason.LOST if "lost" in states else ReshipReason.DAMAGED
        return ReshipOrder(order=order.id, lines=sent, reason=reason)
    if topic == "cancel" and order.status == "unfulfilled" and not states:
        return CancelOrder(
            order=order.id, reason="the customer asked for it", cause=CancelCause.NO_LONGER_NEEDED
        )
    if topic == "return" and "delivered" in states:
        free = returnable(order, orders.returns(snapshot, order.id))
        lines = tuple(OrderPieces(line=line, quantity=pieces) for line, pieces in free.items() if pieces)
        if lines:
            return RequestReturn(order=order.id, lines=lines, reason="the customer asked for it")
    return None


def draft_of(
    name: str,
    order: Order | None,
    parcels: list[Shipment],
    step: Action | None,
    passage: Passage | None = None,
) -> str:
    """A reply of fixed sentences, the facts of the order and the guide's words; none is the message's."""
    sentences = [f"Hello {name.split(maxsplit=1)[0]}," if name else "Hello,", "thank you for your message."]
    if order is None:
        sentences.append("Please tell us the number of your order, so that we can look into it.")
    else:
        sentences.append(f"Your order #{order.id} of {order.placed_at:%d %B %Y} {_state(order, parcels)}.")
    for parcel in parcels:
        when = (
            f"was delivered on {parcel.delivered_on:%d %B}"
            if parcel.delivered_on
            else f"is {parcel.status.replace('_', ' ')}, promised for {parcel.promised_on:%d %B}"
        )
        sentences.append(f"The parcel with {parcel.carrier} ({parcel.tracking}) {when}.")
    if passage is not None:
        sentences.append(f"Our guide “{passage.about.title}” says: “{_beginning(passage)}”")
    if step is not None:
        sentences.append(_PROMISES[step.kind])
    return " ".join(sentences)


def _passage(shop: Shop, question: str, today: date) -> Passage | None:
    """What the guides for customers, in force today, say of a question; None if they say nothing.

    Also None while a guide cannot be read: a reply needs none, and whoever asks the guides is told of it.
    """
    library = library_of(shop.guides)
    if library is None:
        return None
    try:
        found = Library(library.directory).search(question[:_ASKED_AT_MOST], 1, audience="customer", on=today)
    except SetupError:
        return None
    return next(iter(found.passages), None)


def _beginning(passage: Passage) -> str:
    """The first whole sentences of a passage's plain text, as many as fit."""
    plain = " ".join(line for line in passage.text.splitlines() if line.strip()[:1] not in _MARKS)
    told = ""
    for sentence in re.split(r"(?<=[.!?])\s+", plain.strip()):
        if told and len(told) + len(sentence) > _QUOTED:
            break
        told = f"{told} {sentence}".strip()
    return told[: 2 * _QUOTED] or passage.heading


def _place_of(passage: Passage) -> str:
    updated = f", updated {passage.about.updated}" if passage.about.updated else ""
    return f"{passage.file}: {passage.heading}{updated}"


_ASKED_AT_MOST: Final = 500
"""Letters of a message by which a passage is looked for, as many as a question may have."""
_PROMISES: Final = {
    ReshipOrder.kind: "We are looking into sending the goods again at no charge.",
    CancelOrder.kind: "We are looking into cancelling it and paying you back.",
    RequestReturn.kind: "We are looking into taking the goods back.",
}


def _state(order: Order, parcels: list[Shipment]) -> str:
    if parcels and all(one.delivered_on for one in parcels):
        return "has been delivered"
    return {"unfulfilled": "is being prepared", "fulfilled": "was sent"}.get(
        order.status, f"is {order.status.replace('_', ' ')}"
    )


def _in_words(step: Action) -> str:
    about = step.as_json()
    return f"{step.kind.replace('_', ' ')} #{about['order']}"


def _record(snapshot: Snapshot, ticket: Ticket) -> TicketRecord:
    order = None if ticket.order is None else orders.order(snapshot, ticket.order)
    parcels = [] if order is None else orders.shipments(snapshot, order.id)
    return TicketRecord.copied(
        ticket,
        order_status=order.status if order else "",
        carrier_status=parcels[-1].status if parcels else "",
    )


def _messages(ticket: Ticket, who: Customer | None) -> tuple[Untrusted, ...]:
    text = masked_words(f"{ticket.subject}: {ticket.body}", who)
    return (Untrusted(text=text, origin=f"ticket {ticket.id} by the customer"),)
