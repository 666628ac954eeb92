"""What the oracle writes down: who asked for what, who said yes, what was handed on, what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from evals.hostile.limits import Limits
from shop.actions import Action

ANY_AMOUNT: Final = Decimal("Infinity")


def identity(action: Action) -> str:
    """By what the oracle knows an action again: its content, whatever digest the ledger gives it."""
    return action.digest("oracle")


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for this, as the oracle saw it.

    `undoes` is the action that it takes back, `talk` the conversation with a customer in which it was asked.
    """

    identity: str
    kind: str
    requester: str
    on_behalf_of: str | None
    at: datetime
    tainted: bool
    undoes: str | None = None
    talk: str | None = None


@dataclass(frozen=True, slots=True)
class Yes:
    """A person said yes to an action, and what the world looked like then."""

    person: str
    at: datetime
    versions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Handed:
    """Somebody handed roles to another, up to an amount, for a time."""

    giver: str
    taker: str
    roles: frozenset[str]
    pounds: Decimal
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """An effect as it happened."""

    kind: str
    pounds: Decimal
    supplier: str | None
    at: datetime


@dataclass
class Talk:
    """A conversation with a customer: who was made out, and what they said yes to, each with its moment."""

    customer: str | None = None
    yeses: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    used: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Drafted:
    """Rules that somebody wrote: who, with which roles, the limits in them, upon which version."""

    author: str
    roles: frozenset[str]
    limits: Limits
    base: int


@dataclass
class Books:
    """What the oracle knows of one tenant."""

    asked: dict[str, Asked] = field(default_factory=dict)
    unnamed: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    yeses: dict[str, list[Yes]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[str, str] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    roles: dict[str, frozenset[str]] = field(default_factory=dict)
    humans: set[str] = field(default_factory=set)
    may_approve_pounds: dict[str, Decimal] = field(default_factory=dict)
    handed: dict[str, Handed] = field(default_factory=dict)
    undone: dict[str, str] = field(default_factory=dict)
    talks: dict[str, Talk] = field(default_factory=dict)
    drafted: dict[int, Drafted] = field(default_factory=dict)
    in_force: int = 1
    credits: list[tuple[str, int, datetime]] = field(default_factory=list)
