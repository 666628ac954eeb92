"""Makes a case of a conversation or a run that really took place, with its people's data replaced.

What was said and which tools were called is kept; what must come of it is for a person to confirm: the
case lists as required what was carried out then, and as to be asked for what went to people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from agent.journal import EventKind, Journal
from shop.errors import NotFoundError
from shop.money import Money
from shop.store.database import Database
from tools.desk import Desk
from tools.toolbox import TOOLS

_REPLACED: Final = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "customer@example.com"),
    # A planner that took a part of the number for an order's writes a # before it.
    (re.compile(r"(?<!\w)(?:\+44\s?|0)\d{3,4}[\s#-]{0,2}\d{3}[\s#-]{0,2}\d{3,4}(?!\w)"), "07700 900000"),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"), "AB1 2CD"),
    (re.compile(r"\b(?:\d[ -]?){12,18}\d\b"), "4242 4242 4242 4242"),
)
_MASK: Final = "a customer"


def without_people(value: Any, names: Sequence[str]) -> Any:
    """A value with e-mail addresses, telephone numbers, postcodes, card numbers and known names replaced.

    >>> without_people("Refund Isla Cook, isla@cook.org, 07700 900813", ["Isla Cook"])
    'Refund a customer, customer@example.com, 07700 900000'
    """
    if isinstance(value, Mapping):
        return {name: without_people(one, names) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [without_people(one, names) for one in value]
    if not isinstance(value, str):
        return value
    for pattern, instead in _REPLACED:
        value = pattern.sub(instead, value)
    for name in names:
        value = re.sub(rf"\b{re.escape(name)}\b", _MASK, value, flags=re.IGNORECASE)
    return value


def capture(db: Database, desk: Desk, stream: str, names: Sequence[str] = ()) -> str:
    """The case of a conversation or a reorder run, as YAML; `names` are people's names to replace.

    Raises NotFoundError.
    """
    events = Journal(db).read(stream, limit=1_000_000)
    planned = [event.body for event in events if event.kind == "run_plan"]
    if not events:
        raise NotFoundError(f"there is no conversation or run {stream!r} with anything in it")
    case = {
        "id": f"captured-{re.sub('[^a-z0-9]+', '-', stream.lower())[-20:]}",
        **(_run(planned[0]) if planned else _talk(events, desk, stream)),
        "tags": ["captured"],
    }
    body = {
        "suite": "captured",
        "describes": "From real work, with people's data replaced; check world and answer by hand.",
        "cases": [without_people({name: one for name, one in case.items() if one}, names)],
    }
    return str(yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110))


def _talk(events: Sequence[Any], desk: Desk, conversation: str) -> dict[str, Any]:
    actions = desk.actions(conversation=conversation)
    return {
        "say": [event.body["text"] for event in events if event.kind == EventKind.USER],
        "path": _path(events),
        "required": [{one.kind: _told(one.kind, one.args)} for one in actions if one.state == "executed"],
        "must_ask": [{one.kind: _told(one.kind, one.args)} for one in actions if one.approval_id is not None],
        "answer": {"contains": ["write here what the last answer must tell"]},
    }


def _run(planned: Mapping[str, Any]) -> dict[str, Any]:
    """What the run was asked for, and the kinds of its requests; how much is for the case's world to say."""
    scope = {name: planned[name] for name in ("location", "supplier") if planned[name] is not None}
    kinds = ["place_purchase_order", "transfer_stock"]
    return {
        "trigger": {"run": "reorder", **scope},
        "path": [{"recommend_reorder": scope}],
        "allowed": kinds,
        "may_ask": kinds,
        "answer": {"contains": ["kpis"]},
    }


def _path(events: Sequence[Any]) -> list[Any]:
    """The calls that went well, message by message."""
    failed = {
        event.body["call"]
        for event in events
        if event.kind == EventKind.TOOL_RESULT and event.body["status"] == "error"
    }
    path: list[Any] = []
    for event in events:
        if event.kind == EventKind.USER and event.body["turn"] > 1:
            path.append("next")
        if (
            event.kind == EventKind.TOOL_CALL
            and event.body["name"] in TOOLS
            and event.body["call"] not in failed
        ):
            path.append({event.body["name"]: dict(event.body["args"])})
    return path


def _told(kind: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that say what was done, without the words beside them; money as people write it."""
    words = {"note"} if kind == "adjust_stock" else {"reason"}
    return {name: _written(value) for name, value in args.items() if name not in words and value != ""}


def _written(value: Any) -> Any:
    if isinstance(value, Mapping) and set(value) == {"minor", "cur"}:
        return str(Money.from_json(dict(value))).replace(",", "")
    if isinstance(value, Mapping):
        return {name: _written(one) for name, one in value.items()}
    return [_written(one) for one in value] if isinstance(value, list | tuple) else value
