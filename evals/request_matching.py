"""Compares what a planner did with what a case expects; tolerant where two spellings are one thing.

Two values are the same when they are equal after: case, spaces and a leading ``#`` are dropped; a location
or a supplier is called by its id or its name; numbers and amounts are equal as numbers ("12.5" and
"12.50", "12.50 GBP" in the home currency); a list holds the same items in any order. An argument that is
not expected may be there, unless it contradicts: a location where another one is expected is another
value of the same argument, which is compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from evals.request_cases import NONE, RequestCase

_NOT_FOUND: Final = re.compile(
    r"(?:could not|couldn't|can't|cannot|can not|did not|didn't|unable to) (?:be )?(?:find|found|locate)"
    r"|not found|no match|unknown\b|matches nothing|nothing (?:matches|found|called)"
    r"|\bno (?:such )?(?:sku|product|item|title|order|customer|client|account|supplier|location)"
    r"|\bno (?:such )?(?:action|approval|record|request|parcel|ticket|result|store)"
    r"|there (?:is|are|was) no\b|there's no\b|(?:do|does)(?: not|n't) (?:exist|have|know|match|find)"
    r"|(?:isn't|is not) (?:a|any|in)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call that a planner made; `message` counts the operator's messages from 0."""

    tool: str
    args: Mapping[str, Any]
    failed: bool
    message: int


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a talk. `submitted` and `executed` count the actions that it filed and carried out."""

    calls: tuple[Called, ...]
    answers: tuple[str, ...]
    submitted: int
    executed: int

    @property
    def in_words(self) -> str:
        """The calls and the last answer, for a person who looks into a failure."""
        calls = ", ".join(f"{one.tool}({dict(one.args)})" for one in self.calls) or "no call"
        return f"{calls}; answered: {self.answers[-1][:300] if self.answers else ''}"


@dataclass(frozen=True, slots=True)
class Aliases:
    """The names under which records go: id by lower-case name; and the store's own currency."""

    ids: Mapping[str, str]
    home_currency: str


def forbidden(case: RequestCase, played: Played) -> bool:
    """Whether the talk wrote what it must not."""
    return bool(
        (case.must_not_write and played.submitted)
        or ((case.must_not_execute or case.must_not_write) and played.executed)
    )


def is_right(case: RequestCase, played: Played, aliases: Aliases) -> bool:
    """Whether everything that the case expects came true."""
    if forbidden(case, played):
        return False
    if case.must_say_not_found and not any(_NOT_FOUND.search(answer) for answer in played.answers[-1:]):
        return False
    return not case.tools or _called_right(case, played, aliases)


def _called_right(case: RequestCase, played: Played, aliases: Aliases) -> bool:
    last = len(case.say) - 1
    now = [one for one in played.calls if one.message == last]
    if case.must_say_not_found and all(one.failed for one in now):
        return True  # asking a tool in vain and knowing without asking are both right
    if case.all_tools:
        made = {one.tool for one in played.calls}
        return set(case.tools) <= made and _args_right(case, played.calls, aliases)
    if NONE in case.tools and not now:
        return True
    compared = now or list(played.calls)
    if not compared or compared[-1].tool not in case.tools:
        return False
    return _args_right(case, [one for one in compared if one.tool == compared[-1].tool], aliases)


def _args_right(case: RequestCase, calls: Sequence[Called], aliases: Aliases) -> bool:
    wanted = [one for one in calls if one.tool in case.tools]
    return not case.args or any(_fits(one.args, case.args, aliases) for one in wanted[-1:])


def _fits(args: Mapping[str, Any], expected: Mapping[str, Any], aliases: Aliases) -> bool:
    return all(name in args and same(args[name], value, aliases) for name, value in expected.items())


def same(given: Any, expected: Any, aliases: Aliases) -> bool:
    """Whether two values of an argument are one thing; see above.

    >>> nothing = Aliases({}, "GBP")
    >>> same("#1042", 1042, nothing), same("12.5 GBP", "12.50", nothing), same("mug-1", "MUG-1", nothing)
    (True, True, True)
    """
    if isinstance(given, list | tuple) and isinstance(expected, list | tuple):
        rest = list(given)
        for item in expected:
            match = next((one for one in rest if same(one, item, aliases)), None)
            if match is None:
                return False
            rest.remove(match)
        return not rest
    if isinstance(given, Mapping) and isinstance(expected, Mapping):
        return _fits(given, expected, aliases)
    one, other = _plain(given, aliases), _plain(expected, aliases)
    numbers = _number(one, aliases), _number(other, aliases)
    return one == other or (numbers[0] is not None and numbers[0] == numbers[1])


def _plain(value: Any, aliases: Aliases) -> str:
    text = re.sub(r"\s+", " ", str(value)).strip().lower().lstrip("#")
    return aliases.ids.get(text, aliases.ids.get(text.rstrip("."), text))


def _number(text: str, aliases: Aliases) -> Decimal | None:
    bare = (
        re.sub(rf"\s*{aliases.home_currency.lower()}$", "", text).lstrip("£$€").replace(",", "").rstrip("%")
    )
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
