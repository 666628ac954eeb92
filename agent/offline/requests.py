"""Cuts a message into requests: "where is 1042? and cancel PO-7" are two, each with its own mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from agent.offline.lexicon import THRESHOLD, WRITE_THRESHOLD, scores
from agent.offline.mentions import Mention, Sort, Tagged
from agent.offline.mood import COMMANDED, commands, is_statement, opens_quotation, without_lead
from agent.offline.spelling import repaired

TAG: Final = re.compile(r"<(?:" + "|".join(Sort) + ")>")
_ASKING: Final = r"who|whos|who's|what|whats|what's|when|where|wheres|where's|which|whether|hows|how's|why|how|is|are|was|do|does|did|has|have|can|could|should|shall|may|will|would|any"
_AUXILIARY: Final = r"is|are|was|do|does|did|has|have|can|could|should|shall|may|will|would"  # "and has not left" asks nothing
_DOING: Final = (
    r"check|show|tell|give|list|find|look|get|pull|order|buy|purchase|reorder|restock|move|transfer|send|ship|shift|set|change|raise|lower|drop|put|"
    r"refund|cancel|add|write|adjust|book|receive|forecast|predict|suggest|recommend|propose|track|see|let|make|mark|note|leave|approve|reject|"
    r"remove|take|update|increase|reduce|cut|place|pay|reprice|call|scrap|bin|kill|search|explain|compare|work|bring"
)
_CUT: Final = re.compile(
    r"(?P<end>[.!?;\n]+(?:\s|$)+)"
    rf"|(?P<strong>,?\s+(?:and\s+then|and\s+also|then|also|plus|as\s+well\s+as|after\s+that|afterwards)\s+(?=(?:please\s+|just\s+)*(?:{_ASKING}|{_DOING})\b))"
    rf"|(?P<weak>,?\s+(?:and|but)\s+(?=(?:please\s+|also\s+|then\s+|just\s+)*(?:{_ASKING}|{_DOING})\b)(?!(?:{_AUXILIARY})\b[^?]*$))"
    rf"|(?P<comma>,\s+(?=(?:please\s+|also\s+|then\s+|just\s+|and\s+)*(?:{_ASKING}|{_DOING})\b))"
    rf"|(?P<dash>\s+-+\s+(?=(?:please\s+|also\s+|then\s+|just\s+)*(?:{_ASKING}|{_DOING})\b))"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: repaired tagged text, its mentions in order, and what stood around it.

    `context` are mentions of statements in the same message ("2 mugs broke. Take them out."); `follows`
    is true when the request hangs on the one before by a bare "and", so that its mood carries over. `today`
    is the store's own day, where it is known.
    """

    text: str
    mentions: tuple[Mention, ...]
    context: tuple[Mention, ...] = ()
    follows: bool = False
    quoted: bool = False
    today: date | None = None

    def of(self, sort: Sort) -> list[Mention]:
        """The mentions of a sort, the request's own first."""
        return [one for one in (*self.mentions, *self.context) if one.sort is sort]

    @property
    def said(self) -> str:
        """The request in the operator's words."""
        mentions = iter(self.mentions)
        return TAG.sub(lambda _: _said(next(mentions, None)), self.text).strip(" ,.;-")


def _said(mention: Mention | None) -> str:
    return mention.said.strip() if mention else ""


def requests(message: Tagged) -> list[Request]:
    """The requests of a message, at least one; statements and leftovers are folded into them."""
    pieces = list(_pieces(message))
    asking = [
        number
        for number, piece in enumerate(pieces)
        if _stands_alone(piece) and not (number and _finishes(piece, pieces[number - 1]))
    ]
    if len(asking) < 2:
        return [_whole(pieces)]
    folded: list[Request] = []
    start = 0
    for number in asking[:-1]:
        folded.append(_joined(pieces[start : number + 1]))
        start = number + 1
    folded.append(_joined(pieces[start:]))
    return [
        replace(one, context=tuple(mention for other in folded[:at] for mention in other.mentions))
        for at, one in enumerate(folded)
    ]


def about_one(message: Tagged) -> bool:
    """Whether a message asks for one thing, as far as its records tell: at most one of each, and no question."""
    named = [one.sort for one in message.mentions if one.sort in (Sort.ORDER, Sort.TICKET, Sort.CUSTOMER)]
    return len(set(named)) == len(named) and "?" not in message.text


def as_one(message: Tagged) -> Request:
    """The whole message as one request."""
    return _whole(list(_pieces(message)))


def _pieces(message: Tagged) -> Iterator[Request]:
    mentions = iter(message.mentions)
    at, follows, quoted = 0, False, False
    for cut in (*_CUT.finditer(message.text), None):
        raw = message.text[at : cut.end("end") if cut and cut.group("end") else cut.start() if cut else None]
        own = tuple(next(mentions) for _ in TAG.findall(raw))
        text = repaired(raw).strip()
        if text.strip(" ,.;!?-"):
            colon = raw.rfind(":")
            yield Request(text, own, follows=follows, quoted=quoted)
            quoted = (
                quoted or opens_quotation(raw) or (colon >= 0 and opens_quotation(raw[: colon + 1].lower()))
            )
        if cut:
            at = cut.end()
            follows = "and" in (cut.group("weak") or "")


def _stands_alone(piece: Request) -> bool:
    """Whether a piece asks for something by itself."""
    return (
        not is_statement(piece.text)
        and not _CONDITION.match(piece.text)
        and max(scores(piece.text).values()) >= THRESHOLD
        and not _is_detail(piece.text)
    )


_CONDITION: Final = re.compile(r"^(?:and |so |well |ok |but )*if (?:i|we|you|they|he|she|it|the)\b(?!.*\?)")
"""A condition whose question or command is still to come."""


def _finishes(piece: Request, before: Request) -> bool:
    """Whether a piece only commands what the one before talks of ("... arrived, please book it in")."""
    if piece.mentions:
        return False
    spoken = scores(before.text)
    return any(spoken[tool] >= WRITE_THRESHOLD and commands(piece.text, tool) for tool in COMMANDED)


def _is_detail(text: str) -> bool:
    """Whether a piece only tells more about another ("in Leeds", "it was damaged")."""
    bare = TAG.sub("", without_lead(text))
    return (
        not re.search(r"[a-z]{2}", bare)
        or re.match(r"^\s*(?:in|at|for|from|to|with|because|since|as|due)\b(?!.*\?)", bare) is not None
    )


def _whole(pieces: Sequence[Request]) -> Request:
    return _joined(pieces) if pieces else Request("", ())


def _joined(pieces: Sequence[Request]) -> Request:
    text = " , ".join(piece.text.rstrip(" ,.;") for piece in pieces)
    return Request(
        text=re.sub(r"([?!]) , ", r"\1 ", text),
        mentions=tuple(mention for piece in pieces for mention in piece.mentions),
        follows=pieces[0].follows,
        quoted=pieces[-1].quoted,
    )
