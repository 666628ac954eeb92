"""Makes a case of a conversation or a run that really took place, with its people's data replaced.

What was said and which tools were called is kept; what must come of it is for a person to confirm: the
case lists as required what was carried out then, and as to be asked for what went to people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from agent.journal import EventKind, Journal
from evals.harness.captured_store import customers_of_orders, leave_copy
from evals.harness.masks import without_forms
from evals.harness.pseudonyms import People, people_of
from evals.harness.told import numbers_in
from shop.errors import NotFoundError
from shop.money import Money
from shop.store.database import Database
from tools.desk import Desk
from tools.toolbox import TOOLS

_MOST: Final = 3
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
    value = without_forms(value)
    for words in (name.split() for name in names if name.strip()):
        name = r"\s+".join(map(re.escape, words))
        value = re.sub(rf"(?<!\w){name}(?!\w)", _MASK, value, flags=re.IGNORECASE)
    return value


@dataclass(frozen=True, slots=True)
class Captured:
    """The case as YAML, the model's replies as a script for it, and what a person still has to do."""

    case: str
    script: str
    left: tuple[str, ...] = ()


def capture(
    db: Database, desk: Desk, stream: str, names: Sequence[str] = (), store: Path | None = None
) -> Captured:
    """The case of a conversation or a reorder run; `names` are further people's names to replace.

    With `store` the present store is copied there as the case's world, people replaced, what the stream did
    taken back. Raises NotFoundError, SetupError.
    """
    journal = Journal(db)
    events = journal.read(stream, limit=1_000_000)
    planned = [event.body for event in events if event.kind == "run_plan"]
    if not events:
        raise NotFoundError(f"there is no conversation or run {stream!r} with anything in it")
    people = people_of(db)
    spoken_of = _spoken_of(db, desk, stream, people, events)

    def masked(text: str, customer: str | None = None) -> str:
        of = spoken_of if customer is None else {*spoken_of, customer}
        return str(without_people(people.without(text, of), names))

    left: tuple[str, ...] = ()
    world: list[Any] = []
    if store is not None:
        actions = desk.actions(run=stream) if planned else desk.actions(conversation=stream)
        done = {one.id: one.kind for one in actions if one.state == "executed"}
        left = tuple(leave_copy(db, store, done, masked))
        world = [{"store": {"file": store.name, "at": events[0].at.isoformat()}}]
    told = _run(planned[0]) if planned else _talk(events, desk, stream, masked)
    name = f"captured-{re.sub('[^a-z0-9]+', '-', stream.lower())[-20:]}"
    case = {"id": name, "world": world, **told, "tags": ["captured"]}
    body = {
        "suite": "captured",
        "describes": "From real work, with people's data replaced; check world and answer by hand.",
        "cases": [_each({name: one for name, one in case.items() if one}, masked)],
    }
    return Captured(_yaml(body), _yaml({name: _each(_replies(events), masked)}), left)


def _spoken_of(db: Database, desk: Desk, stream: str, people: People, events: Sequence[Any]) -> set[str]:
    """The customers that a conversation is about: who identified themselves, and who was named.

    Named by name, e-mail address or id, or by an order's id, in words and in calls. The results of look-ups
    do not count: a list of fifty orders would make fifty first names of everyday words.
    """
    told = [event.body["text"] for event in events if event.kind == EventKind.USER]
    told += [
        json.dumps(event.body["args"], ensure_ascii=False)
        for event in events
        if event.kind == EventKind.TOOL_CALL
    ]
    text = "\n".join(told)
    talk = desk.identity.talk(stream)
    known = {talk.customer} if talk is not None and talk.customer else set()
    return known | people.named_in(text) | customers_of_orders(db, set(re.findall(r"[\w-]+", text)))


def _yaml(body: Any) -> str:
    return str(yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110))


def _each(value: Any, masked: Callable[[str], str]) -> Any:
    """A value with every text in it masked."""
    if isinstance(value, Mapping):
        return {name: _each(one, masked) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_each(one, masked) for one in value]
    return masked(value) if isinstance(value, str) else value


def _replies(events: Sequence[Any]) -> list[Any]:
    """What the model answered, call by call, for ``--model scripted:FILE``; the planner's calls too."""
    replies: list[Any] = []
    for event in events:
        message = event.body.get("message", {}) if event.kind == EventKind.MESSAGE else {}
        if message.get("role") == "assistant":
            calls = [
                {"name": one["name"], "args": dict(one["args"])} for one in message.get("tool_calls", ())
            ]
            replies.append(calls or message["content"])
        elif event.kind == EventKind.ANSWER and (not replies or replies[-1] != event.body["text"]):
            replies.append(event.body["text"])
    return replies


def _talk(
    events: Sequence[Any], desk: Desk, conversation: str, masked: Callable[[str], str]
) -> dict[str, Any]:
    actions = desk.actions(conversation=conversation)
    return {
        "say": [event.body["text"] for event in events if event.kind == EventKind.USER],
        "path": _path(events),
        "required": [{one.kind: _told(one.kind, one.args)} for one in actions if one.state == "executed"],
        "must_ask": [{one.kind: _told(one.kind, one.args)} for one in actions if one.approval_id is not None],
        "answer": {"contains": _facts(events, masked)},
    }


def _facts(events: Sequence[Any], masked: Callable[[str], str]) -> list[str]:
    """The first figures of the last answer that nobody had said before; words are for a person to choose."""
    said = [masked(event.body["text"]) for event in events if event.kind == EventKind.USER]
    answers = [masked(event.body["text"]) for event in events if event.kind == EventKind.ANSWER][-1:]
    known = {number for text in said for number in numbers_in(text)}
    found = sorted(numbers_in(answers[-1]) - known) if answers else []
    return [format(number, "f") for number in found[:_MOST]] or ["write here what the last answer must tell"]


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
