"""Messages that narrow the last list: "just candles", "only the late ones"."""

from __future__ import annotations

import re
from typing import Final

from agent.offline import values
from agent.offline.dialogue import Call
from agent.offline.mentions import Records
from agent.offline.requests import Request
from agent.offline.sureness import ELLIPSIS


def narrowed(request: Request, last: Call, records: Records) -> Call | None:
    """The last list for one category ("just candles")."""
    state = _state(request, last)
    if state is not None:
        return Call(last.tool, {**last.args, "status": state})
    named = values.category(request.text, records.names)
    if named is None or last.tool not in ("list_low_stock", "list_overstock") or request.mentions:
        return None
    words = [word for word in re.findall(r"[a-z']+", request.text) if word not in named.lower()]
    brief = ELLIPSIS.match(" ".join(words)) or len(words) < _FEW
    return Call(last.tool, {**last.args, "category": named}) if brief else None


def _state(request: Request, last: Call) -> str | None:
    """The state to which a brief message narrows the last list of orders ("just the late ones")."""
    if request.mentions or last.tool not in _BY_STATE or not _ONLY.match(request.text):
        return None
    return next((state for state, said in _BY_STATE[last.tool] if re.search(said, request.text)), None)


_ONLY: Final = re.compile(
    r"^(?:(?:and|ok|now|no|actually|please|what about|how about|show|me|but)[\s,]+)*(?:only|just|the|which|any|those)\b(?:\W+\w+(?:n't)?){1,6}\W*$"
)
_BY_STATE: Final = {
    "find_orders": (
        (
            "unfulfilled",
            r"\b(?:unshipped|unfulfilled|open|unsent|(?:not|n't|yet|still) (?:\w+ )?(?:shipped|sent|out|gone|to ship|to go))\b",
        ),
        ("cancelled", r"\bcancell?ed\b"),
        ("fulfilled", r"\b(?:shipped|fulfilled|sent|dispatched)\b"),
    ),
    "list_purchase_orders": (
        ("overdue", r"\b(?:late|overdue|delayed)\b"),
        ("cancelled", r"\bcancell?ed\b"),
        ("received", r"\b(?:received|arrived|delivered)\b"),
        ("open", r"\b(?:open|outstanding)\b"),
    ),
}
_FEW: Final = 4
"""So many words at most, beside a category, narrow a list to it."""
