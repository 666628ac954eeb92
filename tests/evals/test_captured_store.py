"""The copy of a store under a captured case: nothing of its people is in it, nothing is overwritten by it."""

import re
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evals.harness.captured_store import leave_copy
from evals.harness.capturing import without_people
from evals.harness.pseudonyms import People, people_of
from shop.errors import SetupError
from shop.store.database import Database
from tests.small_store import fill

PEOPLE = People(
    [
        ("C-1", "Anna Kowalska", "anna@kowalska.pl"),
        ("C-2", "Maria del Carmen Ruiz", None),
        ("C-3", "Kate O'Brien", None),
        ("C-4", "May", None),
        ("C-5", "José Núñez", None),
        ("C-6", "Anna Kowalska Nowak", None),
        ("C-7", "Al", None),
        ("C-8", "", None),
        ("C-9", "王小明", None),
        ("C-10", "Jean-Luc Picard", None),
    ],
    phones=["+44 7911 123456", ""],
    streets=["12 Mill Lane", "Broadway"],
)
PRIVATE = (
    "UPDATE payments SET method = 'Visa card ending 1881' WHERE id = (SELECT min(id) FROM payments)",
    "UPDATE customers SET region = 'West Yorkshire', phone = '' WHERE id = 'C-10002'",
    "UPDATE orders SET ship_street = '5 Secret Row', ship_city = 'Otley', ship_region = 'West Yorkshire'"
    " WHERE id = '1042'",
    "UPDATE orders SET ship_city = 'Otley', ship_region = 'Yorkshire' WHERE id = '1043'",
    "INSERT INTO payment_methods (id, customer, kind, brand, last_four)"
    " VALUES ('pm-1', 'C-10002', 'card', 'Visa', '1881')",
    "INSERT INTO returns (id, order_id, line_no, quantity, reason, status, requested_on, inspection)"
    " VALUES ('RMA-9', '1042', 1, 1, 'broken', 'received', '2026-11-19', 'John  Smith: fell; Johanna too')",
    "INSERT INTO signals (id, effect, starts_on, reason, author, added_at, removed_by, version)"
    " VALUES ('S-9', 'season', '2026-11-19', 'cold', 'wanda', '2026-11-19T09:00:00+00:00', 'wanda', 1)",
    "INSERT INTO ticket_replies (ticket, author, text, at)"
    " SELECT min(id), 'wanda', 'soon', '2026-11-19T09:00:00+00:00' FROM tickets",
    "INSERT INTO refund_parts VALUES ('earlier', '1042', 1, 1, 100, 'GBP'),"
    " ('mine', '1042', 0, 1, 50, 'GBP')",
)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("please refund Anna Kowalska today", "please refund Customer C-1 today"),
        ("Where is Anna Kowalska's parcel", "Where is Customer C-1's parcel"),
        ("Is Maria del Carmen Ruiz known?", "Is Customer C-2 known?"),
        ("ANNA KOWALSKA wrote, anna  kowalska called", "Customer C-1 wrote, Customer C-1 called"),
        ("Anna\nKowalska", "Customer C-1"),
        ("Call Anna Kowalska Nowak", "Call Customer C-6"),
        ("Kate O\u2019Brien's mug", "Customer C-3's mug"),
        ("Jose Nunez", "Customer C-5"),
        ("Anna Kowalska and Kate O'Brien", "Customer C-1 and Customer C-3"),
        ("ANNA@kowalska.pl", "c-1@example.com"),
        ("May asks; she may wait", "Customer C-4 asks; she may wait"),
        ("我是王小明。", "我是Customer C-9。"),
        ("Jean Luc Picard, jean-luc picard", "Customer C-10, Customer C-10"),
        ("07911/123456 or 07911 123457", "07700 900000 or 07911 123457"),
        ("Send it to 12 mill  lane, not Broadway", "Send it to 1 High Street, not Broadway"),
        ("Al, Anna and Kowalskaya; Anna, Kowalska", "Al, Anna and Kowalskaya; Anna, Kowalska"),
    ],
)
def test_a_known_name_is_found_wherever_it_stands(said: str, instead: str) -> None:
    """Names are looked for directly: beside other words, in any case, with any blanks; the longest first."""
    assert PEOPLE.without(said) == instead


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("Dear Anna, ms kowalska, ANNA!", "Dear Customer C-1, ms kowalska, Customer C-1!"),
        ("Kate wrote: O'Brien; José answered Al", "Kate wrote: O'Brien; Customer C-5 answered Al"),
        ("Anna Kowalska Nowak is not Anna", "Customer C-6 is not Customer C-1"),
    ],
)
def test_whom_a_text_is_about_is_found_by_one_name(said: str, instead: str) -> None:
    """First names and surnames of these customers count by themselves, with a capital; others' stay."""
    assert PEOPLE.without(said, of=["C-1", "C-5", "C-7"]) == instead


def test_a_further_name_is_found_with_any_blanks() -> None:
    """`--name` has the same care for blanks, and one of blanks replaces nothing."""
    assert (
        without_people("ISLA  cook, card ending 1881", ["Isla Cook", " "]) == "a customer, card ending 4242"
    )


def test_names_are_known_on_both_databases(database: Database) -> None:
    """On PostgreSQL the customers of the store are replaced as on SQLite."""
    fill(database)
    assert people_of(database).without("Ask Joan Smith") == "Ask Customer C-10003"


@pytest.fixture
def store(sqlite_database: Database) -> Database:
    """The small store with more that is private in it."""
    fill(sqlite_database)
    with sqlite_database.writing() as transaction:
        for statement in PRIVATE:
            transaction.exec_driver_sql(statement)
    return sqlite_database


Ask = Callable[[str], list[Any]]


@pytest.fixture
def ask(store: Database, tmp_path: Path) -> Ask:
    """Asks the copy of the store."""
    people = people_of(store)
    leave_copy(
        store, tmp_path / "copy.db", {"mine": "refund_order"},
        lambda text, about: people.without(text, filter(None, [about])),
    )  # fmt: skip

    def rows(question: str) -> list[Any]:
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            return copy.execute(question).fetchall()

    return rows


def test_nothing_private_is_left_in_the_copy(ask: Ask) -> None:
    """No name, region, street, card or inspection of the store is anywhere in the copy's tables."""
    tables = [name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    held = " ".join(str(row) for name in tables for row in ask(f'SELECT * FROM "{name}"'))
    private = r"Yorkshire|Secret|Otley|1881|Visa|Johan|John\s|Canary|'smith'|'canary'|wanda"
    assert re.findall(private, held, re.IGNORECASE) == []


def test_what_was_blank_stays_blank(ask: Ask) -> None:
    """An order that goes to its customer's address has none of its own; no telephone number is made up."""
    assert ask("SELECT ship_street, ship_city, ship_postcode FROM orders WHERE id = '1043'") == [("", "", "")]
    assert ask("SELECT ship_street, ship_city FROM orders WHERE id = '1042'") == [("1 High Street", "Leeds")]
    assert ask("SELECT phone FROM customers WHERE id = 'C-10002'") == [("",)]


def test_what_earlier_refunds_were_for_is_kept(ask: Ask) -> None:
    """Parts of refunds are business; only those that the stream itself refunded are taken back."""
    assert ask("SELECT action_id, amount_minor FROM refund_parts") == [("earlier", 100)]


def test_a_file_that_is_there_is_not_overwritten(store: Database) -> None:
    """The live store is named as the copy by mistake: refused, and it is as it was."""
    live = Path(store.url.removeprefix("sqlite:///"))
    with pytest.raises(SetupError, match=r"is there already; name a new file"):
        leave_copy(store, live, {}, lambda text, _: text)
    assert people_of(store).without("John Smith") == "Customer C-10002"


def test_a_file_that_came_up_meanwhile_is_not_overwritten(store: Database, tmp_path: Path) -> None:
    """Between the first look and the last step another process may have made a file of that name."""

    def meanwhile(text: str, _about: str | None) -> str:
        (tmp_path / "copy.db").write_text("theirs")
        return text

    with pytest.raises(SetupError, match=r"is there already; name a new file"):
        leave_copy(store, tmp_path / "copy.db", {}, meanwhile)
    assert (tmp_path / "copy.db").read_text() == "theirs"


def test_a_copy_of_a_copy_is_one(store: Database, tmp_path: Path) -> None:
    """The world of a captured case can be captured again, though it is watched already."""
    leave_copy(store, tmp_path / "one.db", {}, lambda text, _: text)
    again = Database(f"sqlite:///{tmp_path / 'one.db'}")
    leave_copy(again, tmp_path / "two.db", {}, lambda text, _: text)
    again.close()
    with closing(sqlite3.connect(tmp_path / "two.db")) as copy:
        assert copy.execute("SELECT count(*) FROM evaluation_watch").fetchone() == (0,)


def test_an_interrupted_capture_leaves_nothing(store: Database, tmp_path: Path) -> None:
    """While the copy still holds people only its owner may read it; interrupted, it is gone."""
    place = tmp_path / "place"
    place.mkdir()
    modes: set[int] = set()

    def interrupted(_: str, _about: str | None) -> str:
        modes.update(stat.S_IMODE(each.stat().st_mode) for each in place.iterdir())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave_copy(store, place / "copy.db", {}, interrupted)
    assert (modes, list(place.iterdir())) == ({0o600}, [])
