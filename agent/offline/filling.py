"""One request on its way to one tool: how a record that it means is told, or asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from agent.offline import values
from agent.offline.dialogue import Dialogue
from agent.offline.mentions import Mention, Sort
from agent.offline.names import StoreNames
from agent.offline.requests import Request
from tools.toolbox import TOOLS, Effect

WRITES: Final = frozenset(tool.name for tool in TOOLS.values() if tool.effect is Effect.WRITE)
"""Tools that ask for a change; a model that is unsure asks back before it calls one."""

QUESTIONS: Final = {
    "sku": "Which product do you mean? Give me its SKU or title.",
    "location": "For which location?",
    "from_location": "From which location?",
    "to_location": "To which location?",
    "supplier": "From which supplier?",
    "order": "Which order? Give me its number, such as #1042.",
    "purchase_order": "Which purchase order? Give me its id, such as PO-77.",
    "customer": "Which customer? Give me an e-mail address or a name.",
    "quantity": "How many pieces?",
    "change": "How many pieces, and more or fewer?",
    "price": "What should the new price be?",
    "amount": "How much should be refunded? Name an amount, or say 'in full'.",
    "note": "What should the note say?",
    "ticket": "Which ticket? Give me its id, such as T-501.",
    "rma": "Which return? Give me its id, such as RMA-301.",
    "exchange": "Which exchange? Give me its id, such as EX-1.",
    "action": "Which request? Give me its id, such as A-3.",
}
_NOUNS: Final = {
    Sort.SKU: "SKU",
    Sort.LOCATION: "location",
    Sort.SUPPLIER: "supplier",
    Sort.ORDER: "order",
    Sort.PURCHASE_ORDER: "purchase order",
}


class MissingError(Exception):
    """An argument cannot be told from what was said; `text` asks for it."""

    def __init__(self, argument: str, text: str) -> None:
        super().__init__(text)
        self.argument = argument
        self.text = text


class UnknownError(Exception):
    """A change was commanded for something that this store does not have."""


@dataclass(slots=True)
class Filling:
    """One request on its way to one tool."""

    tool: str
    request: Request
    dialogue: Dialogue
    names: StoreNames
    home: str
    missing: MissingError | None = None
    """The first record that could not be told; the other arguments are filled all the same."""

    def record(self, argument: str, sort: Sort, *, required: bool = True) -> str | None:
        """The id of the record that an argument means: said now, or talked of before."""
        try:
            return self._told(argument, sort, required=required)
        except MissingError as missing:
            self.missing = self.missing or missing
            return None

    def _told(self, argument: str, sort: Sort, *, required: bool) -> str | None:
        mentions = self.request.of(sort)
        mention = mentions[0] if mentions else None
        if mention is not None:
            return self._checked(argument, mention)
        if not required:
            return None
        return self._remembered(argument, sort)

    def _checked(self, argument: str, mention: Mention) -> str:
        if mention.choices:
            raise MissingError(argument, self._which(mention))
        if not mention.known and self.tool in WRITES:
            raise UnknownError(
                f"I could not find {_NOUNS.get(mention.sort, 'record')} {mention.said!r} in this store"
            )
        return mention.value

    def _which(self, mention: Mention) -> str:
        titles = [
            f"{one} ({self.names.title[one]})" if one in self.names.title else one for one in mention.choices
        ]
        shown, more = titles[:5], len(titles) > 5
        return f"Several products match {mention.said.strip()!r}: {', '.join(shown)}{', ...' if more else ''}. Which one?"

    def _remembered(self, argument: str, sort: Sort) -> str:
        foreign = values.unknown_words(self.request) if sort in (Sort.SKU, Sort.CUSTOMER) else ""
        if foreign and self.tool not in WRITES:
            return foreign
        if sort in self.dialogue.focus:
            return self.dialogue.focus[sort]
        raise MissingError(argument, QUESTIONS[argument])

    def location(self) -> str | None:
        """The location of a read, where one is said; an unknown place goes to the tool as it was said."""
        said = self.record("location", Sort.LOCATION, required=False)
        if said is not None:
            return said
        hit = re.search(r"\b(?:in|at)\s+(?:our\s+|the\s+)?(?P<place>[a-z]{4,})\b", self.request.text)
        place = hit.group("place") if hit else ""
        return (
            place
            if place
            and values.unknown_words(self.request, start=r"\b(?:in|at)\s+(?:our\s+|the\s+)?") == place
            else None
        )


Filled = tuple[dict[str, Any], str]
"""The arguments, and how a missing number comes from another tool's answer (`Call.derive`)."""
