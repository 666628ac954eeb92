"""What a tool is, and what it may use. The list of all tools is ``tools/toolbox.py``."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, NotRequired, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError, create_model

from policies.decision import FACTS_AT_FAULT
from shop.actions import Action, in_words
from shop.clock import Clock
from shop.errors import InvalidActionError
from shop.store.database import Database, Snapshot
from shop.store.reads import info
from tools.answers import Answer, WriteAnswer
from tools.arguments import ToolArguments
from tools.desk import Desk, Session, Submission
from tools.knowledge.guide_library import Library
from tools.schemas import compact


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything a tool may use.

    `key`, where the caller has one, makes the one submission of this tool call idempotent: the same key
    again gives the earlier answer back and does nothing.
    """

    db: Database
    desk: Desk
    session: Session
    guides: Path | Library | None
    clock: Clock
    key: str | None = None


class Effect(StrEnum):
    """What a tool does to the world."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Tool:
    """A typed tool: `run(shop, **arguments)`; `kind` is the action kind that a writing tool submits."""

    name: str
    capability: str
    effect: Effect
    kind: str | None
    run: Callable[..., Answer]
    args: type[ToolArguments]
    description: str

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """JSON Schema of the arguments, without titles and references."""
        return compact(self.args.model_json_schema())

    def schema(self) -> dict[str, Any]:
        """The tool as a model is told of it."""
        return {"name": self.name, "description": self.description, "parameters": dict(self.parameters)}


def reads(capability: str, run: Callable[..., Answer]) -> Tool:
    """A tool that only looks."""
    return _tool(capability, Effect.READ, None, run)


def writes(capability: str, action: type[Action], run: Callable[..., WriteAnswer]) -> Tool:
    """A tool that submits one kind of action to the desk."""
    return _tool(capability, Effect.WRITE, action.kind, run)


def submit(shop: Shop, action: type[Action], request: str, **fields: Any) -> WriteAnswer:
    """Freeze an action and put it before the desk; `request` says in words what exactly is asked for.

    Raises InvalidActionError for fields that can never be such an action, and what the desk raises.
    """
    try:
        frozen = action(**fields)
    except ValidationError as error:
        raise InvalidActionError(f"{action.kind}: {in_words(error)}") from error
    key = None if shop.key is None else f"{shop.key}:{action.kind}"
    filed: Submission = shop.desk.submit(frozen, shop.session, key=key)
    return WriteAnswer(
        source="the desk, by the rules in force",
        as_of=shop.clock(),
        state=filed.state.value,
        action_id=filed.action_id,
        approval_id=filed.approval_id,
        request=request,
        words=filed.in_words(),
        why=tuple(
            one.text
            for one in filed.decision.fired
            if one.effect is filed.decision.verdict and one.rule != FACTS_AT_FAULT
        ),
        undo=f"{action.undo.value}: {action.undo_by}",
    )


def read_from(shop: Shop, snapshot: Snapshot, what: str) -> dict[str, Any]:
    """The `source` and `as_of` of an answer that was read from the store."""
    store = info.store_info(snapshot)
    day = info.business_day(snapshot, shop.clock)
    return {"source": f"{what} of {store.name}, store day {day.isoformat()}", "as_of": shop.clock()}


def _tool(capability: str, effect: Effect, kind: str | None, run: Callable[..., Answer]) -> Tool:
    name = run.__name__
    return Tool(name, capability, effect, kind, run, _arguments(run), inspect.getdoc(run) or "")


def _arguments(run: Callable[..., Answer]) -> type[ToolArguments]:
    """The arguments of a tool as its signature declares them, `shop` left out."""
    hints = get_type_hints(run, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(run).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            fields |= _arguments_of_each(get_args(hints[name])[0])
        elif name != "shop":
            fields[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    model: type[ToolArguments] = create_model(f"{run.__name__}_arguments", __base__=ToolArguments, **fields)
    return model


def _arguments_of_each(group: Any) -> dict[str, Any]:
    """Arguments that several tools share, as a typed dictionary names them; what it may lack is None."""
    hints = get_type_hints(group, include_extras=True)
    return {
        name: (get_args(hint)[0], None) if get_origin(hint) is NotRequired else (hint, ...)
        for name, hint in hints.items()
    }


def values_of(arguments: BaseModel) -> dict[str, Any]:
    """The validated arguments by name."""
    return {name: getattr(arguments, name) for name in type(arguments).model_fields}
