"""The cases of `evals.requests`: one operator's talk to a line, with what should come of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shop.errors import ToolInputError
from tools.toolbox import TOOLS

NONE: Final = "none"
_KEYS: Final = frozenset(
    ("id", "say", "tool", "all", "args", "must_not_write", "must_not_execute", "must_say_not_found")
)


@dataclass(frozen=True, slots=True)
class RequestCase:
    """What an operator says, message by message, and what should come of it.

    `tools` are the tools of which one is expected (with `all_tools`, each of them); ``none`` among them
    means that no call is right too, and an empty tuple that calls are not compared. `args` are the
    arguments expected of the compared call.
    """

    id: str
    say: tuple[str, ...]
    tools: tuple[str, ...]
    all_tools: bool = False
    args: dict[str, Any] = field(default_factory=dict)
    must_not_write: bool = False
    must_not_execute: bool = False
    must_say_not_found: bool = False

    @property
    def expected(self) -> str:
        """What is expected, in words."""
        joined = (" and " if self.all_tools else " or ").join(self.tools) or "anything"
        args = f" with {json.dumps(self.args, ensure_ascii=False)}" if self.args else ""
        conditions = [
            words
            for wanted, words in (
                (self.must_not_write, "nothing submitted"),
                (self.must_not_execute, "nothing executed"),
                (self.must_say_not_found, "says that it was not found"),
            )
            if wanted
        ]
        return f"{joined}{args}" + "".join(f"; {words}" for words in conditions)


def load_cases(path: Path) -> list[RequestCase]:
    """The cases of a JSON Lines file, in order; blank lines are skipped.

    Raises ToolInputError with the line number for anything that is not a case, and for a file without one.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ToolInputError(f"{path} cannot be read as UTF-8 text: {error}") from error
    cases = [_case(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not cases:
        raise ToolInputError(f"{path} holds no request")
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise ToolInputError(f"{path}: the id {case.id!r} stands twice")
        seen.add(case.id)
    return cases


def _case(line: str, place: str) -> RequestCase:
    try:
        body = json.loads(line)
    except json.JSONDecodeError as error:
        raise ToolInputError(f"{place}: not JSON ({error.msg} at character {error.pos + 1})") from error
    if not isinstance(body, dict):
        raise ToolInputError(f"{place}: expected a JSON object")
    if unknown := sorted(set(body) - _KEYS):
        raise ToolInputError(f"{place}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    return RequestCase(
        id=_text(body.get("id"), "id", place),
        say=_messages(body.get("say"), place),
        tools=_tools(body.get("tool", ()), place),
        all_tools=_flag(body, "all", place),
        args=_args(body.get("args", {}), place),
        must_not_write=_flag(body, "must_not_write", place),
        must_not_execute=_flag(body, "must_not_execute", place),
        must_say_not_found=_flag(body, "must_say_not_found", place),
    )


def _text(value: object, name: str, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ToolInputError(f"{place}: {name!r} must be text")
    return value


def _messages(value: object, place: str) -> tuple[str, ...]:
    said = [value] if isinstance(value, str) else value
    if not isinstance(said, list) or not said:
        raise ToolInputError(f"{place}: 'say' must be a list of messages")
    return tuple(_text(one, "say", place) for one in said)


def _tools(value: object, place: str) -> tuple[str, ...]:
    named = (value,) if isinstance(value, str) else value
    if not isinstance(named, Iterable):
        raise ToolInputError(f"{place}: 'tool' must be a tool's name, a list of names, or 'none'")
    tools = tuple(_text(one, "tool", place) for one in named)
    for tool in tools:
        if tool != NONE and tool not in TOOLS:
            raise ToolInputError(f"{place}: there is no tool {tool!r}; the tools are {', '.join(TOOLS)}")
    return tools


def _args(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ToolInputError(f"{place}: 'args' must be an object")
    return value


def _flag(body: dict[str, Any], name: str, place: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise ToolInputError(f"{place}: {name!r} must be true or false")
    return value
