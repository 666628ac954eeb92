"""Which tools a model is told of: a few that always stand in front, and those that the request speaks of.

Every tool told of is paid for at each step and is one more to be mixed up with another. The choice hangs on
words alone, so the same conversation is offered the same tools, and a server that keeps a prefix finds the
system prompt and the core tools unchanged. A tool that is not offered is still there: `find_tools` brings it,
and a call by its name runs. What may happen is decided at the desk, whatever is offered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agent.brain import Message, ToolDescription
from agent.plan import MAKE_PLAN
from agent.tool_index import index_of
from agent.tool_words import tagged

FIND_TOOLS: Final = "find_tools"
FIND: Final = ToolDescription(
    FIND_TOOLS,
    "Get more tools when none of yours fits: say what you need to do. They are there at your next step.",
    {
        "type": "object",
        "properties": {"need": {"type": "string", "description": "what to do: 'cancel a return'"}},
        "required": ["need"],
    },
)
CORE: Final = ("check_stock", "get_order", "search_guides", FIND_TOOLS, MAKE_PLAN)
"""Always offered, in this order, before all others."""
MOST_TOOLS: Final = 12
MOST_LETTERS: Final = 8_000
"""The most that all offered tools together have, as compact JSON."""
FOUND_AT_ONCE: Final = 3
_FEWEST: Final = 5
_USUAL: Final = (
    "list_low_stock",
    "recommend_reorder",
    "list_purchase_orders",
    "find_orders",
    "list_approvals",
)
"""Offered beside the core when the words say nothing."""
_SHARE: Final = 0.45
"""Beyond the first five, a tool must speak at least this share of the best one's score."""

_LOOK_FIRST: Final = {"place_purchase_order": "supplier_terms", "refund_order": "quote_refund"}
"""Where figures of a write come from: its look-up is offered with it."""
_OF_SEVERAL: Final = {"change_price": "change_prices"}
"""What does for several products at once what another tool does for one."""


class ToolChoice:
    """The tools offered in one conversation, request by request."""

    def __init__(self, tools: Sequence[ToolDescription], *, may_write: bool = True) -> None:
        """`may_write` False leaves out what changes something: a viewer's assistant may look only."""
        self._tools = {tool.name: tool for tool in tools}
        self._barred = {tool.name for tool in tools if tool.writes and not may_write}
        self._index = index_of([tool for tool in tools if tool.name not in CORE])
        self._few = len(tools) <= MOST_TOOLS
        self._more: list[str] = []
        self._used: list[str] = []
        self._before = ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The names of the tools offered now, the core in front."""
        if self._few:
            return tuple(name for name in self._tools if name != FIND_TOOLS and name not in self._barred)
        return (*(name for name in CORE if name in self._tools), *self._more)

    def ask(self, text: str) -> None:
        """The operator says something: offer what it speaks of; what is offered already stays in place."""
        wanted = self._wanted(text)
        self._before = text
        if not set(wanted) <= set(self._more):
            self._more = self._fitting([*wanted, *self._used])
        self._used = []

    def use(self, name: str, args: Mapping[str, Any] | None = None) -> None:
        """A tool is called: keep it in reach for the next request; `find_tools` adds what it finds."""
        if name == FIND_TOOLS:
            for one in self.found(str((args or {}).get("need", ""))):
                self._add(one)
        elif name in self._tools and name not in CORE:
            self._add(name)
            self._used.append(name)

    def found(self, need: str) -> list[str]:
        """The names of the tools that fit a need best."""
        ranked = [name for name, _ in self._index.ranked(need) if name not in self._barred]
        return ranked[:FOUND_AT_ONCE]

    def after(self, history: Sequence[Message]) -> None:
        """Go through what was said and done before, so that a restarted program offers the same."""
        for message in history:
            if message["role"] == "user" and not message["content"].startswith("[Shophand]"):
                self.ask(message["content"])
            for call in message.get("tool_calls", ()):
                self.use(call["name"], call["args"])

    def _wanted(self, text: str) -> list[str]:
        ranked = [one for one in self._index.ranked(text, self._before) if one[0] not in self._barred]
        room = MOST_TOOLS - len(CORE)
        enough = _SHARE * ranked[0][1] if ranked else 0.0
        if not ranked and not self._more:
            return [name for name in _USUAL if name in self._tools]
        kept = [one for place, one in enumerate(ranked[:room]) if place < _FEWEST or one[1] >= enough]
        several = _OF_SEVERAL if tagged(text).count("<sku>") > 1 else {}
        beside = [(name, _LOOK_FIRST.get(name, ""), several.get(name, "")) for name, _ in kept]
        return [one for names in beside for one in names if one in self._tools]

    def _fitting(self, names: Sequence[str]) -> list[str]:
        """As many as fit, the first first; told in the table's own order."""
        chosen: list[str] = []
        letters = sum(length(self._tools[name]) for name in CORE if name in self._tools)
        for name in dict.fromkeys(names):
            letters += length(self._tools[name])
            if len(chosen) < MOST_TOOLS - len(CORE) and letters <= MOST_LETTERS:
                chosen.append(name)
        places = list(self._tools)
        return sorted(chosen, key=places.index)

    def _add(self, name: str) -> None:
        """One more at the end, so that what stands before it stays what it was."""
        if name not in self._more and name not in CORE:
            self._more.append(name)


def length(tool: ToolDescription) -> int:
    """The letters of a tool as it is sent, in compact JSON."""
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return len(json.dumps({"type": "function", "function": function}, separators=(",", ":")))
