from datetime import UTC, datetime, timedelta

import pytest

from app.auth import People, hash_of
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Role
from shop.store.database import Database
from shop.store.web_schema import tokens
from tools.ledger import chain

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class MovingClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The moment that was set."""
        return self.now


@pytest.fixture
def watch() -> MovingClock:
    """The clock of these tests."""
    return MovingClock()


@pytest.fixture
def people(database: Database, watch: MovingClock) -> People:
    """The people of an empty store, on both databases."""
    return People(database, watch)


def test_a_token_proves_who_somebody_is(people: People) -> None:
    """A person comes back from their token with roles and limit."""
    people.create("priya", "Priya Nair", [Role.PURCHASING_MANAGER], limit=Money.of("25000", "GBP"))
    principal = people.principal_for(people.issue("priya"))
    assert (principal.id, principal.name, principal.kind) == ("priya", "Priya Nair", Kind.HUMAN)
    assert (principal.roles, principal.limit) == (
        frozenset({Role.PURCHASING_MANAGER}),
        Money.of("25000", "GBP"),
    )


def test_a_token_is_not_kept(people: People, database: Database) -> None:
    """Only the hash of a token is in the database."""
    people.create("sam", "Sam", [Role.OPERATOR])
    token = people.issue("sam")
    with database.reading() as snapshot:
        stored = [str(row) for row in snapshot.execute(tokens.select())]
    assert token.startswith("shp_")
    assert not any(token in row for row in stored)
    assert any(hash_of(token) in row for row in stored)


def test_every_invalid_token_is_refused_in_the_same_words(people: People, watch: MovingClock) -> None:
    """Unknown, expired, revoked and deactivated tokens cannot be told apart."""
    for name in ("ann", "bob", "cat"):
        people.create(name, name, [Role.OPERATOR])
    expired, revoked, inactive = (
        people.issue("ann", timedelta(days=1)),
        people.issue("bob"),
        people.issue("cat"),
    )
    watch.now += timedelta(days=1)
    people.revoke_all("bob")
    people.deactivate("cat")
    words = set()
    for token in ("", "shp_nonsense", expired, revoked, inactive):
        with pytest.raises(AccessDeniedError) as refusal:
            people.principal_for(token)
        words.add(str(refusal.value))
    assert len(words) == 1


def test_a_token_is_valid_until_the_moment_it_expires(people: People, watch: MovingClock) -> None:
    """One second before its end a token still opens."""
    people.create("ann", "Ann", [Role.OPERATOR])
    token = people.issue("ann", timedelta(days=1))
    watch.now += timedelta(days=1) - timedelta(seconds=1)
    assert people.principal_for(token).id == "ann"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.FINANCE, Role.PURCHASING_MANAGER, Role.SUPPORT_LEAD])
def test_an_agent_never_holds_an_approving_role(people: People, role: Role) -> None:
    """A program with a role that approves cannot be created."""
    with pytest.raises(InvalidActionError, match="only humans may be"):
        people.create("bot", "Bot", [Role.OPERATOR, role], kind=Kind.AGENT)


def test_an_id_is_taken_once(people: People) -> None:
    """A second person of the same id is refused, also when the first is inactive."""
    people.create("ann", "Ann", [Role.OPERATOR])
    people.deactivate("ann")
    with pytest.raises(ConflictError, match="already"):
        people.create("ann", "Another Ann", [Role.ADMIN])


@pytest.mark.parametrize("name", ["", "Ann", "a b", "../etc", "x" * 41, "1a"])
def test_an_id_that_is_no_name_is_refused(people: People, name: str) -> None:
    """Ids stand in files and commands, so they are short plain names."""
    with pytest.raises(InvalidActionError, match="is no id"):
        people.create(name, "Ann", [Role.OPERATOR])


def test_somebody_without_a_role_is_refused(people: People) -> None:
    """Everybody has at least one role."""
    with pytest.raises(InvalidActionError, match="at least one role"):
        people.create("ann", "Ann", [])


def test_an_inactive_person_gets_no_token(people: People) -> None:
    """A deactivated person cannot come back through a new token."""
    people.create("ann", "Ann", [Role.OPERATOR])
    people.deactivate("ann")
    with pytest.raises(InvalidActionError, match="deactivated"):
        people.issue("ann")


def test_nobody_gets_no_token(people: People) -> None:
    """A token for an unknown id is an error."""
    with pytest.raises(NotFoundError):
        people.issue("nobody")


def test_changes_of_people_are_on_the_record(people: People, database: Database) -> None:
    """Adding, issuing and deactivating stand in the audit chain, without any token."""
    people.create("ann", "Ann", [Role.OPERATOR])
    token = people.issue("ann")
    people.deactivate("ann")
    with database.reading() as snapshot:
        entries = list(chain.entries(snapshot, database.tenant))
    assert [entry["type"] for entry in entries] == ["person.added", "token.issued", "person.deactivated"]
    assert not any(token in str(entry) or hash_of(token) in str(entry) for entry in entries)
