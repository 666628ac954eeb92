"""One condition of a rule: a fact, a test and a limit, compiled once to a plain comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from reprlib import repr as repr_short
from typing import Any, Final

from policies.fact_types import BoolFact, EnumFact, FactType, FactValue, NumberFact
from policies.vocabulary import type_of
from policies.windows import usual_windows, window_fault
from shop.errors import MoneyError, PolicyLoadError
from shop.money import Money

BARE: Final = "bare"
"""The test of a condition that only names a value, such as ``supplier.approved: true``."""

_RANGES: Final = frozenset({"outside", "between"})


@dataclass(frozen=True, slots=True)
class Condition:
    """`limits` holds one value, the two ends of a range (both inside it), or the members of ``in``.

    `limit_shown` is the limit as operators read it (``1,000.00 GBP``, ``-10.00 to 10.00``, ``yes``); `edges`
    are the acceptable values on both sides of every place where the answer changes, in steps and as values.
    """

    fact: str
    test: str
    limits: tuple[FactValue, ...]
    type: FactType
    holds: Callable[[Any], bool] = field(init=False, repr=False, compare=False)
    limit_shown: str = field(init=False, repr=False, compare=False)
    edges: tuple[tuple[int, FactValue], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        word = " to " if self.test in _RANGES else " or "
        shown = word.join(self.type.shown(limit) for limit in self.limits)
        object.__setattr__(self, "holds", _compiled(self.test, self.limits))
        object.__setattr__(self, "limit_shown", shown)
        object.__setattr__(self, "edges", tuple(_edges(self.type, self.test, self.limits)))

    @property
    def currency(self) -> str | None:
        """The currency of a money limit."""
        first = self.limits[0]
        return first.currency if isinstance(first, Money) else None

    def in_words(self) -> str:
        """The test and its limit: ``over 1,000.00 GBP``."""
        return self.limit_shown if self.test == BARE else f"{self.test} {self.limit_shown}"

    def as_json(self) -> dict[str, Any]:
        """The condition as a rule file writes it, each literal in its canonical spelling."""
        literals = [self.type.written(limit) for limit in self.limits]
        if self.test == BARE:
            return {self.fact: literals[0]}
        return {self.fact: {self.test: literals if self.test in _RANGES | {"in"} else literals[0]}}


def parse_condition(kind: str, body: Any, types: Mapping[str, FactType]) -> Condition:
    """The condition of one item of ``when``; PolicyLoadError says what was expected."""
    if not isinstance(body, dict) or len(body) != 1:
        raise PolicyLoadError(
            "each item of 'when' is one fact with its test, like {total: {over: 1_000 GBP}}, "
            f"got {repr_short(body)}"
        )
    fact, wanted = next(iter(body.items()))
    fact_type = known_type(kind, fact, types)
    try:
        test, limits = _limits(fact_type, wanted)
    except PolicyLoadError as error:
        raise PolicyLoadError(f"{fact}: {error}") from error
    return Condition(fact, test, limits, fact_type)


def known_type(kind: str, fact: str, types: Mapping[str, FactType]) -> FactType:
    """The type of a fact or window of a kind; PolicyLoadError names the nearest one that there is."""
    found = type_of(kind, fact, types)
    if found is not None:
        return found
    fault = window_fault(kind, fact)
    if fault is not None:
        raise PolicyLoadError(fault)
    near = get_close_matches(fact, [*types, *usual_windows(kind)], n=1, cutoff=0.5)
    if near:
        raise PolicyLoadError(f"{kind} has no fact {fact!r}; did you mean {near[0]!r}?")
    raise PolicyLoadError(f"{kind} has no fact {fact!r}{did_you_mean(fact, types)}")


def did_you_mean(word: str, known: Mapping[str, Any] | frozenset[str]) -> str:
    """The end of an error about an unknown word: the nearest known one, or all of them."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f" (known: {', '.join(sorted(known))})"


def _limits(fact_type: FactType, wanted: Any) -> tuple[str, tuple[FactValue, ...]]:
    if isinstance(wanted, str):
        if not isinstance(fact_type, BoolFact | EnumFact):
            raise PolicyLoadError(f"a {fact_type.name} fact needs a test ({', '.join(fact_type.tests)})")
        return BARE, (fact_type.parse(wanted),)
    if not isinstance(wanted, dict) or len(wanted) != 1:
        raise PolicyLoadError(f"expected exactly one test with its limit, got {repr_short(wanted)}")
    test, literal = next(iter(wanted.items()))
    if test not in fact_type.tests:
        allowed = ", ".join(fact_type.tests) or "none: write the bare value, true or false"
        raise PolicyLoadError(f"unknown test {test!r} for a {fact_type.name} fact (known: {allowed})")
    return test, _parsed_limits(fact_type, test, literal)


def _parsed_limits(fact_type: FactType, test: str, literal: Any) -> tuple[FactValue, ...]:
    if test in _RANGES:
        return _parsed_range(fact_type, test, literal)
    if test == "in":
        return _parsed_members(fact_type, literal)
    return (fact_type.parse(_text(literal, test)),)


def _parsed_range(fact_type: FactType, test: str, literal: Any) -> tuple[FactValue, ...]:
    if not isinstance(literal, list) or len(literal) != 2:  # noqa: PLR2004 - a range has two ends
        raise PolicyLoadError(f"{test} needs its two ends, like [-10, 10], got {repr_short(literal)}")
    low, high = (fact_type.parse(_text(end, test)) for end in literal)
    if isinstance(low, Money) and isinstance(high, Money) and low.currency != high.currency:
        raise PolicyLoadError(f"{test} mixes {low.currency} and {high.currency}")
    if low > high:  # type: ignore[operator]  # both ends have the type of the fact
        raise PolicyLoadError(f"{test} needs the lower end first, got {repr_short(literal)}")
    return (low, high)


def _parsed_members(fact_type: FactType, literal: Any) -> tuple[FactValue, ...]:
    if not isinstance(literal, list) or not literal:
        raise PolicyLoadError(f"in needs a list of values, got {repr_short(literal)}")
    members = tuple(sorted({str(fact_type.parse(_text(one, "in"))) for one in literal}))
    if len(members) < len(literal):
        raise PolicyLoadError("in names a value twice")
    return members


def _text(literal: Any, test: str) -> str:
    if not isinstance(literal, str):
        raise PolicyLoadError(f"{test} needs one value, got {repr_short(literal)}")
    return literal


def _edges(fact_type: FactType, test: str, limits: tuple[FactValue, ...]) -> Iterator[tuple[int, FactValue]]:
    if isinstance(fact_type, BoolFact | EnumFact):
        return
    for place, limit in enumerate(limits):
        at = fact_type.units(limit)
        for step in _STEPS[test][place]:
            value = _beside(fact_type, at + step, limit)
            if value is not None:
                yield at + step, value


_STEPS: Final[dict[str, tuple[tuple[int, ...], ...]]] = {
    "over": ((0, 1),),
    "under": ((-1, 0),),
    "outside": ((-1, 0), (0, 1)),
    "between": ((-1, 0), (0, 1)),
    "is": ((-1, 0, 1),),
}


def _beside(fact_type: NumberFact, units: int, like: FactValue) -> FactValue | None:
    """The value of so many steps, or None where no acceptable value lies."""
    try:
        value = fact_type.at(units, like)
    except MoneyError:
        return None
    return None if fact_type.fault(value) else value


def _compiled(test: str, limits: tuple[FactValue, ...]) -> Callable[[Any], bool]:
    """The comparison; money by its minor units, for the judge has compared the currencies before."""
    if isinstance(limits[0], Money):
        compare = _compared(test, tuple(limit.minor for limit in limits if isinstance(limit, Money)))
        return lambda money: compare(money.minor)
    return _compared(test, limits)


def _compared(test: str, limits: tuple[Any, ...]) -> Callable[[Any], bool]:
    first, last = limits[0], limits[-1]
    tests: dict[str, Callable[[Any], bool]] = {
        "over": lambda value: value > first,
        "under": lambda value: value < first,
        "outside": lambda value: value < first or value > last,
        "between": lambda value: first <= value <= last,
        "in": lambda value: value in limits,
        "is": lambda value: value == first,
        BARE: lambda value: value == first,
    }
    return tests[test]
