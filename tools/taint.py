"""Whose words stand in a tool's answer, known for every text field before any tool is called.

An answer is made of typed fields, and each text field is one of these:

- **ours**: ids that the desk gave, states, fixed words, figures in words. Nobody outside writes them.
- **shaped**: a customer's name or town, masked and cut so short that no sentence fits.
- **names**: what a file may have brought in: titles, supplier names, SKUs, guides, and our own sentences in
  which such names stand. They taint a conversation until two people have vouched that the names in the
  store are its own words (`shophand mode names own`); every import of a catalogue takes that back.
- **strangers'**: messages, notes and letters. They stand in `Untrusted` and always taint.

A field of a name that is in no list is refused at start-up, so a new tool cannot bring in text unseen.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from shop.errors import SetupError
from tools.answers import Untrusted

if TYPE_CHECKING:
    from tools.tool import Tool

OURS: Final = frozenset(
    {
        "action_id",
        "approval_id",
        "audience",
        "author",
        "carrier_status",
        "cur",
        "currency",
        "demand_class",
        "effect",
        "financial_status",
        "given_by",
        "kind",
        "latest_orders",
        "method",
        "next_page",
        "order_status",
        "requester",
        "run",
        "source",
        "stale",
        "state",
        "status",
        "tickets",
        "topic",
        "undo",
        "verdict",
    }
)
SHAPED: Final = frozenset({"city", "country", "customer_name", "email", "phone"})
NAMES: Final = frozenset(
    {
        "after",
        "arithmetic",
        "asked",
        "before",
        "carrier",
        "customer",
        "file",
        "guide",
        "heading",
        "id",
        "instead",
        "label",
        "location",
        "name",
        "nearest_flip",
        "note",
        "notes",
        "order",
        "plan",
        "reach",
        "reason",
        "reasons",
        "ref",
        "request",
        "result",
        "signals",
        "sku",
        "steps",
        "supplier",
        "text",
        "title",
        "tracking",
        "why",
        "words",
        "version",
    }
)


_AMOUNT: Final = "Amount"  # its text is money in words


def text_fields(answer: Any) -> Iterator[tuple[str, str]]:
    """Class and name of every text field that an answer of this type may hold, but for strangers' words."""
    yield from _texts(answer, "", "", set())


def brings_names(tool: Tool) -> bool:
    """Whether a file may have written something that stands in this tool's answers."""
    return any(name in NAMES and owner != _AMOUNT for owner, name in text_fields(_answer_of(tool)))


def check_declared(tools: Mapping[str, Tool]) -> None:
    """Refuse a tool with a text field of which nothing says whose words it holds; raises SetupError."""
    known = OURS | SHAPED | NAMES
    for tool in tools.values():
        for owner, name in text_fields(_answer_of(tool)):
            if name not in known:
                raise SetupError(
                    f"tool {tool.name!r}: tools/taint.py does not say whose words {owner}.{name} holds; "
                    "add it to one list, or make it Untrusted"
                )


def _answer_of(tool: Tool) -> Any:
    return get_type_hints(tool.run)["return"]


def _texts(kind: Any, owner: str, name: str, seen: set[type]) -> Iterator[tuple[str, str]]:
    origin = get_origin(kind)
    if origin is Annotated:
        yield from _texts(get_args(kind)[0], owner, name, seen)
    elif origin is Literal:
        return
    elif origin is not None or isinstance(kind, types.UnionType):
        for part in get_args(kind):
            yield from _texts(part, owner, name, seen)
    elif kind is str or kind is Any or kind is object:
        yield owner, name
    elif (
        isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not Untrusted and kind not in seen
    ):
        seen.add(kind)
        for field, info in kind.model_fields.items():
            yield from _texts(info.annotation, kind.__name__, field, seen)
