"""Whether the people who said yes are those whom the limits ask for, worked out by trying all ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from evals.hostile.books import ANY_AMOUNT, Asked, Books, Yes

LATER: Final = timedelta(minutes=20)
"""After so long an administrator may stand in where a rule escalates."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Roles, how many people, whether each role needs its own, and whether an admin may come in later."""

    roles: frozenset[str]
    people: int = 1
    each: bool = False
    escalates: bool = False

    @property
    def seats(self) -> list[frozenset[str]]:
        """What each of the people must hold one of."""
        return [frozenset({role}) for role in sorted(self.roles)] if self.each else [self.roles] * self.people


@dataclass(frozen=True, slots=True)
class Standing:
    """One way in which a yes may count: who gave it, on whose authority, with which roles, how late."""

    people: frozenset[str]
    roles: frozenset[str]
    waited: timedelta

    def takes(self, seat: frozenset[str], wanted: Wanted) -> bool:
        """Whether it fills a seat."""
        stands_in = wanted.escalates and self.waited >= LATER and "admin" in self.roles
        return stands_in or bool(self.roles & seat)


def standings(books: Books, yes: Yes, asked: Asked, pounds: Decimal, now: datetime) -> list[Standing]:
    """Every way in which a yes may count at this moment; none for whoever asked."""
    involved = {asked.requester, asked.on_behalf_of}
    if yes.person not in books.humans or yes.person in involved:
        return []
    waited = yes.at - asked.at
    found = []
    if pounds <= books.may_approve_pounds.get(yes.person, ANY_AMOUNT):
        own = books.roles.get(yes.person, frozenset())
        found.append(Standing(frozenset({yes.person}), own, waited))
    for one in books.handed.values():
        limit = min(one.pounds, books.may_approve_pounds.get(one.giver, ANY_AMOUNT))
        in_force = one.since <= yes.at and now < one.until
        if one.taker == yes.person and one.giver not in involved and in_force and pounds <= limit:
            roles = one.roles & books.roles.get(one.giver, frozenset())
            found.append(Standing(frozenset({yes.person, one.giver}), roles, waited))
    return found


def enough(wanted: Wanted, yeses: Sequence[Sequence[Standing]]) -> bool:
    """Whether different people can take all seats; nobody stands behind two of them."""
    return _seated(wanted, wanted.seats, yeses, frozenset())


def _seated(
    wanted: Wanted,
    seats: Sequence[frozenset[str]],
    yeses: Sequence[Sequence[Standing]],
    taken: frozenset[str],
) -> bool:
    if not seats:
        return True
    return any(
        _seated(wanted, seats[1:], yeses, taken | one.people)
        for one in _able(wanted, seats[0], yeses)
        if not one.people & taken
    )


def _able(wanted: Wanted, seat: frozenset[str], yeses: Sequence[Sequence[Standing]]) -> Iterator[Standing]:
    return (one for ways in yeses for one in ways if one.takes(seat, wanted))
