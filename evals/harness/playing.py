"""Plays a case: the real agent in a fresh store, and afterwards what it did, as the tables tell it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from agent.brain import Brain, TurnState
from agent.conversation import Conversations, TurnResult
from agent.journal import EventKind
from agent.models import Totals
from evals.harness.brains import Follows, Model
from evals.harness.case import (
    Agree,
    Case,
    Decide,
    Fault,
    Happening,
    Identify,
    Meanwhile,
    Recover,
    Trigger,
    Wait,
)
from evals.harness.state import read, written
from evals.harness.world import OPERATOR, World, Worlds
from shop.errors import AccessDeniedError, ConflictError, NotFoundError, ShopError
from shop.people import Kind, Principal, Role
from tools.desk import Session, State
from tools.tool import Shop

ASKED: Final = (State.PENDING, State.APPROVED, State.REJECTED, State.EXPIRED, State.STALE, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Done:
    """An action as the ledger holds it; `times` it had an effect in the shop's books."""

    kind: str
    args: Mapping[str, Any]
    state: str
    reason: str
    asked: bool
    times: int


@dataclass(slots=True)
class Played:
    """What came of a case. `trace` is every event of its turns, for the report."""

    actions: list[Done] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    end: dict[str, str | int | None] = field(default_factory=dict)
    tables: frozenset[str] = frozenset()
    decided: frozenset[str] = frozenset()
    """The rules that had a say in the decisions about this case's actions."""
    judged: tuple[tuple[str, str], ...] = ()
    """The kind of action and the facts, as JSON, of each of these decisions."""
    used: Totals = field(default_factory=Totals)
    input_tokens: int = 0
    seconds: float = 0.0
    store_seconds: float = 0.0
    trace: list[dict[str, Any]] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    obeyed: int = 0


def play(case: Case, worlds: Worlds, model: Model, brain: Brain | None = None) -> Played:
    """Play a case from a fresh store; ValueError when its world cannot be made."""
    brain = brain or model.brain(case)
    begun = time.perf_counter()
    with worlds.fresh(case.world, case.id) as world:
        played = Played(store_seconds=time.perf_counter() - begun)
        started = time.perf_counter()
        if case.trigger is not None:
            _run(case.trigger, world, played)
        else:
            _talk(case, world, model, brain, played)
        played.seconds = time.perf_counter() - started
        _look(case, world, played)
    if isinstance(brain, Follows):
        played.values, played.obeyed = brain.values, brain.obeyed
        played.faults += brain.failed
    return played


def _talk(case: Case, world: World, model: Model, brain: Brain | None, played: Played) -> None:
    person = Principal(OPERATOR, "Olivia", Kind.HUMAN, frozenset({case.who}))
    talks = Conversations(world.db, world.desk, model.settings, world.clock, guides=world.guides, brain=brain)
    conversation = talks.start(person, with_customer=case.with_customer)
    for one in case.say:
        if isinstance(one, str):
            _note(talks.turn(conversation, one, principal=person), played)
        elif isinstance(one, Identify | Agree):
            _meet(one, world, conversation, person, played)
        else:
            _happen(one, world, played)


def _note(result: TurnResult, played: Played) -> None:
    played.answers.append(result.answer)
    played.states.append(result.state.value)
    failed = {
        event.body["call"]: event.body["status"] == "error"
        for event in result.events
        if event.kind == EventKind.TOOL_RESULT
    }
    for event in result.events:
        body = event.body
        if event.kind == EventKind.TOOL_CALL:
            played.calls.append(
                {"tool": body["name"], "args": body["args"], "failed": failed.get(body["call"], True)}
            )
        if event.kind == EventKind.USAGE:
            played.used = played.used.plus(body)
            played.input_tokens += int(body["input"])
        if event.kind not in (EventKind.MESSAGE, EventKind.USER):
            played.trace.append({"kind": str(event.kind), **{k: v for k, v in body.items() if k != "turn"}})
    played.trace.append({"kind": "said", "answer": result.answer})


def _meet(one: Identify | Agree, world: World, conversation: str, person: Principal, played: Played) -> None:
    """What the customer says to the door: who they are, or a yes; how it ends must be as the case says."""
    refused = False
    try:
        if isinstance(one, Identify):
            name, _, postcode = one.identify.partition(",")
            by_name = {"name": name.strip(), "postcode": postcode.strip()}
            world.desk.identity.verify(conversation, **by_name if postcode else {"email": one.identify})
        else:
            _agree(world, conversation, person)
    except (AccessDeniedError, ConflictError, NotFoundError):
        refused = True
    if refused is not one.refused:
        played.faults.append(f"{one} was {'refused' if refused else 'accepted'}")
    played.trace.append({"kind": "meanwhile", "what": str(one)})


def _agree(world: World, conversation: str, person: Principal) -> None:
    """The customer's yes to the newest action that was refused for want of it, and what follows."""
    denied = world.desk.actions(conversation=conversation, states=[State.DENIED])
    if not denied:
        raise ConflictError("nothing was put to the customer")
    action, session = world.desk.identity.agree(denied[-1].id, person)
    world.desk.submit(action, session)


def _happen(one: Happening, world: World, played: Played) -> None:
    match one:
        case Wait():
            world.moment += timedelta(hours=one.wait_hours)
            world.desk.expire_due()
        case Meanwhile():
            world.change(one.meanwhile)
        case Fault():
            world.effects.expect(one.fault)
        case Recover():
            world.desk.recover()
        case Decide():
            _decide(one, world, played)
    played.trace.append({"kind": "meanwhile", "what": str(one)})


def _decide(one: Decide, world: World, played: Played) -> None:
    """A person's decision; whether the desk refuses it must be as the case says."""
    waiting = world.desk.approvals()
    if not waiting:
        played.faults.append(f"nothing waits for {one.by} to decide")
        return
    name = one.person or one.by.value
    person = Principal(name, name.title(), Kind.HUMAN, frozenset({one.by, Role.OPERATOR}))
    refused = False
    newest = waiting[-1].id
    try:
        if one.decide == "reject":
            world.desk.reject(newest, person, "not now")
        else:
            world.desk.approve(newest, person, execute=one.decide == "approve")
    except (AccessDeniedError, ConflictError):
        refused = True
    if refused is not one.refused:
        played.faults.append(f"{one.decide} by {name} was {'refused' if refused else 'accepted'}")


def _run(trigger: Trigger, world: World, played: Played) -> None:
    """The autonomous run; its summary is what it says."""
    from agent.reorder_run import ReorderRequest, run_reorder  # noqa: PLC0415 - the planning is heavy

    system = Principal("scheduler", "Scheduler", Kind.SYSTEM, frozenset({Role.OPERATOR}))
    shop = Shop(world.db, world.desk, Session(system), world.guides, world.clock)
    try:
        report = run_reorder(shop, ReorderRequest(location=trigger.location, supplier=trigger.supplier))
    except ShopError as error:
        played.faults.append(str(error))
        return
    played.answers.append(report.model_dump_json(include={"kpis"}))
    played.states.append(TurnState.DONE.value)


def _look(case: Case, world: World, played: Played) -> None:
    """What stands in the tables at the end."""
    store = world.beside
    effects = Counter(action for (action,) in store.execute("SELECT action_id FROM effects"))
    asked = {action for (action,) in store.execute("SELECT action_id FROM approvals")}
    known = {one.id: one for one in world.desk.actions() if one.id not in world.before}
    played.actions = [
        Done(
            one.kind, json.loads(json.dumps(dict(one.args))), one.state.value, one.reason,
            one.id in asked, effects[one.id],
        )
        for one in known.values()
    ]  # fmt: skip
    kinds = {action: one.kind for action, one in known.items()}
    decided = [
        (kinds[action], facts, body)
        for action, facts, body in store.execute("SELECT action_id, facts, body FROM decisions")
        if action in kinds
    ]
    played.decided = frozenset(fired["rule"] for *_, body in decided for fired in json.loads(body)["fired"])
    played.judged = tuple((kind, facts) for kind, facts, _ in decided)
    played.end = {key: read(store, key) for key in case.end_state}
    played.tables = written(store)
