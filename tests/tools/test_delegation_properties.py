"""Whatever is handed to whom in whatever order: nobody gets more than the one who handed it on holds."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from shop.errors import ShopError
from shop.money import Money
from shop.people import Role
from shop.store import schema
from shop.store.database import Database
from shop.store.ledger_schema import delegations
from tests.gate import Gate, person
from tools.ledger import authority

NAMES = ("ann", "bea", "cat", "dot")
ROLES = (Role.OPERATOR, Role.PURCHASING_MANAGER, Role.FINANCE, Role.SUPPORT_LEAD)

names = st.sampled_from(NAMES)
roles = st.sets(st.sampled_from(ROLES), min_size=1)
limits = st.none() | st.integers(1, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("delegate"), names, names, st.sets(st.sampled_from(ROLES)), limits),
        st.tuples(st.just("revoke"), names, st.integers(1, 4)),
        st.tuples(st.just("change"), names, roles, limits, st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    min_size=1,
    max_size=14,
)


@dataclass
class Book:
    """What the test itself knows of everybody: roles, limit in pounds (None is no limit), active."""

    people: dict[str, tuple[frozenset[Role], int | None, bool]] = field(default_factory=dict)
    edges: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store; the database is the same for all examples, its people are not."""
    return Gate(sqlite_database)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(start=st.tuples(*(st.tuples(roles, limits) for _ in NAMES)), sequence=steps)
def test_nobody_gets_what_no_delegator_holds(
    gate: Gate, start: tuple[tuple[set[Role], int | None], ...], sequence: list[tuple[Any, ...]]
) -> None:
    """Each authority in somebody's hands is within the roles and the limit of the one who gave it, now."""
    book = begin(gate, start)
    for step in sequence:
        take(gate, book, *step)
        for name in NAMES:
            for held in in_hands(gate, name):
                own, limit, active = book.people[held.holder]
                assert (held.holder, name) in book.edges
                assert active
                assert book.people[name][2]
                assert held.roles <= {role.value for role in own - {Role.OPERATOR}}
                assert limit is None or (held.limit is not None and held.limit <= Money.of(limit, "GBP"))


def begin(gate: Gate, start: tuple[tuple[set[Role], int | None], ...]) -> Book:
    """Four people with these roles and limits, and no delegation."""
    book = Book()
    with gate.db.writing() as tx:
        for table in (delegations, schema.people):
            tx.execute(delete(table))
        for name, (held, limit) in zip(NAMES, start, strict=True):
            book.people[name] = (frozenset(held), limit, True)
            values = row(held, limit, active=True)
            tx.execute(
                insert(schema.people).values(id=name, name=name, kind="human", created_at=gate.now, **values)
            )
    return book


def row(held: set[Role], limit: int | None, *, active: bool) -> dict[str, object]:
    """The columns of somebody with these roles and this limit in pounds."""
    return {
        "roles": " ".join(sorted(held)),
        "limit_minor": None if limit is None else limit * 100,
        "limit_currency": None if limit is None else "GBP",
        "active": active,
    }


def take(gate: Gate, book: Book, what: str, *more: Any) -> None:
    """Do one step; what the desk refuses changes nothing."""
    if what == "wait":
        gate.later(hours=more[0])
    elif what == "change":
        name, held, limit, active = more
        book.people[name] = (frozenset(held), limit, active)
        with gate.db.writing() as tx:
            values = row(held, limit, active=active)
            tx.execute(update(schema.people).where(schema.people.c.id == name).values(**values))
    elif what == "revoke":
        with suppress(ShopError):
            gate.desk.revoke_delegation(f"D-{more[1]}", person(str(more[0]), Role.OPERATOR))
    else:
        giver, taker, held, limit = more
        with suppress(ShopError):
            most = None if limit is None else Money.of(limit, "GBP")
            who = person(str(giver), *book.people[str(giver)][0])
            until = gate.now + timedelta(hours=24)
            gate.desk.delegate(who, str(taker), until=until, roles=held, limit=most)
            book.edges.add((str(giver), str(taker)))


def in_hands(gate: Gate, name: str) -> list[authority.Authority]:
    """What somebody may use of others at this moment."""
    with gate.db.reading() as snapshot:
        return authority.handed_to(snapshot, gate.db.tenant, name, gate.now)


def test_the_property_can_fail(gate: Gate) -> None:
    """Delegations that carry something do occur: the property above is not about nothing."""
    book = begin(gate, tuple(({Role.FINANCE}, 3) for _ in NAMES))
    take(gate, book, "delegate", "ann", "bea", set(), 2)
    (held,) = in_hands(gate, "bea")
    assert held.roles == {"finance"}
    assert held.limit == Money.of(2, "GBP")
