"""A copy of a real store as the world of a captured case: its people replaced, the ledger empty.

What the conversation or run itself did is taken back where the store tells how: stock that it moved, orders
to suppliers, notes, drafts, returns and signals that it made. What it did beyond that is named, so that a
person can put it right in the case's world.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evals.harness.change import Change
from evals.harness.template import BUSINESS, watch
from shop.errors import SetupError
from shop.store.database import Database

_KEPT: Final = (set(BUSINESS) - {"imports"}) | {"alembic_version", "customer_names", "product_numbers"}
_TAKEN_BACK: Final = {
    "add_demand_signal", "add_order_note", "add_supply_signal", "adjust_stock", "draft_reply",
    "place_purchase_order", "request_return", "transfer_stock",
}  # fmt: skip
"""Kinds whose effects leave nothing else behind than rows with the action's id."""
_MADE: Final = (
    "order_notes", "exchanges", "payments", "purchase_orders", "refund_parts", "returns", "signals",
    "store_credits", "ticket_replies",
)  # fmt: skip
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD: Final = re.compile(r"(\w+)")
_LEAST_LETTERS: Final = 3
_STAND_INS: Final = {
    "customers": {
        "phone": "07700 900000", "street": "1 High Street", "street2": "", "city": "Leeds", "region": "",
        "postcode": "AB1 2CD",
    },
    "orders": {
        "ship_street": "1 High Street", "ship_street2": "", "ship_city": "Leeds", "ship_region": "",
        "ship_postcode": "AB1 2CD",
    },
    "payment_methods": {"brand": "", "last_four": "4242"},
    "suppliers": {"email": "supplier@example.com"},
    "order_notes": {"author": "service desk"},
}  # fmt: skip
"""What stands in for what a column holds; what is blank stays blank."""
_PLAIN: Final = (
    "UPDATE orders SET ship_street2 = '', ship_city = '', ship_region = '', ship_postcode = '',"
    " ship_country = '' WHERE ship_street = ''",
    "UPDATE payments SET method = 'card ending 4242' WHERE method LIKE '%ending%'",
    "UPDATE shipments SET tracking = 'T' || rowid WHERE tracking <> ''",
)
_TEXTS: Final = {
    "tickets": ("subject", "body"),
    "ticket_replies": ("text", "author"),
    "order_notes": ("text",),
    "returns": ("reason", "inspection"),
    "payments": ("method",),
    "signals": ("reason", "author"),
    "store_credits": ("reason",),
    "supplier_notes": ("subject", "body"),
}


class UseStore(Change):
    """The case is played in this copy of a store at this moment, not in the sample store."""

    file: Path
    at: datetime

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """What it holds counts, not where it lies."""
        return [("holds", hashlib.sha256(self.file.read_bytes()).hexdigest()), ("at", self.at)]

    def apply(self, store: sqlite3.Connection) -> None:
        """Nothing to change: the store begins as this copy."""


class People:
    """The pseudonyms of a store's customers, the same in the copy of the store and in what was said.

    `customers` are rows of id, name and e-mail address.
    """

    def __init__(self, customers: Iterable[Sequence[str | None]]) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        self._emails: dict[str, str] = {}
        for key, name, email in customers:
            if email:
                self._emails[email.casefold()] = _address(str(key))
            pieces = _pieces(name or "")[1:-1]
            if _is_name(pieces):
                self._names[tuple(map(_folded, pieces))] = f"Customer {key}"
        self._lengths: dict[str, list[int]] = {}
        for length, first in sorted({(len(name), name[0]) for name in self._names}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def without(self, text: str) -> str:
        """A text with names and e-mail addresses of customers replaced by their pseudonyms.

        Of names that begin with the same word the longest counts. Letters' case, accents and the width of
        blanks do not. A name of one word counts when it begins with a capital here: rather is a month lost
        to a customer "May" than a customer's name kept, and "may" stays.

        >>> people = People([("C-1", "Anna Kowalska", None), ("C-2", "May", None)])
        >>> people.without("Where is ANNA  KOWALSKA's parcel? May may know.")
        "Where is Customer C-1's parcel? Customer C-2 may know."
        """
        text = _EMAIL.sub(lambda one: self._emails.get(one[0].casefold(), one[0]), text)
        pieces = _pieces(text)
        folded = [_folded(piece) for piece in pieces]
        at = 1
        while at < len(pieces):
            length = self._length(folded, at, capital=not pieces[at][0].islower())
            if length:
                pieces[at : at + length] = [
                    self._names[tuple(folded[at : at + length])],
                    *[""] * (length - 1),
                ]
            at += length + 1 if length else 2
        return "".join(pieces)

    def _length(self, folded: Sequence[str], at: int, *, capital: bool) -> int:
        """How many pieces from a word on are a name; 0 for none."""
        for length in self._lengths.get(folded[at], ()):
            found = tuple(folded[at : at + length])
            if found in self._names and (capital or " " in found):
                return length
        return 0


def _pieces(text: str) -> list[str]:
    """Words, and what stands between them: a word at each odd place."""
    return _WORD.split(unicodedata.normalize("NFC", text))


def _folded(piece: str) -> str:
    """A piece as it is compared: small letters without accents, one blank, one kind of apostrophe."""
    letters = unicodedata.normalize("NFKD", piece).replace("\u2019", "'")
    return re.sub(r"\s+", " ", "".join(one for one in letters if not unicodedata.combining(one))).casefold()


def _is_name(pieces: Sequence[str]) -> bool:
    """Whether it can be looked for: several words, or one of enough letters that it is no initial."""
    letters = sum(one.isalpha() for piece in pieces for one in piece)
    several = any(piece.isspace() for piece in pieces)
    return letters > 0 if several else letters >= _LEAST_LETTERS


def _address(customer: str) -> str:
    return f"{re.sub('[^a-z0-9]+', '-', customer.lower())}@example.com"


def people_of(db: Database) -> People:
    """The people of a store, on SQLite and on PostgreSQL."""
    with db.reading() as snapshot:
        rows = snapshot.exec_driver_sql("SELECT id, name, email FROM customers ORDER BY id")
        return People([tuple(row) for row in rows])


def must_be_new(path: Path) -> None:
    """Raises SetupError for a file that is there already: it may be a store that somebody works with."""
    if os.path.lexists(path):
        raise SetupError(f"{path} is there already; name a new file, or move that one away first")


def leave_copy(db: Database, to: Path, done: Mapping[str, str], masked: Callable[[str], str]) -> list[str]:
    """Write the copy; `done` are the kinds of the stream's effects by action, `masked` replaces people.

    Gives the kinds of what could not be taken back. Raises SetupError when the file is there already or
    cannot be written, or the store is no SQLite file.
    """
    store = _file(db)
    must_be_new(to)
    try:
        with _draft(to) as draft:
            with (
                closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(draft, isolation_level=None)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA foreign_keys = OFF")
                copy.execute("BEGIN")
                _take_back(copy, tuple(done))
                _empty(copy)
                _replace_people(copy, masked)
                copy.execute("COMMIT")
            watch(draft)
            draft.replace(to)
    except (OSError, sqlite3.Error) as error:
        raise SetupError(f"{to} cannot be written: {error}") from error
    return sorted(set(done.values()) - _TAKEN_BACK)


@contextmanager
def _draft(to: Path) -> Iterator[Path]:
    """A file beside it that nobody else may read, gone in the end with what SQLite put beside it."""
    draft = to.with_name(f".{to.name}.part")
    files = [draft.with_name(draft.name + suffix) for suffix in ("", "-journal", "-wal", "-shm")]
    try:
        for each in files:
            each.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield draft
    finally:
        for each in files:
            each.unlink(missing_ok=True)


def _file(db: Database) -> Path:
    url = db.url.partition("#")[0]
    if not url.startswith("sqlite:///"):
        raise SetupError(
            "only a store in an SQLite file can be copied; leave --store out and complete the world"
        )
    return Path(url.removeprefix("sqlite:///"))


def _take_back(store: sqlite3.Connection, actions: Sequence[str]) -> None:
    for action in actions:
        for sku, place, moved in store.execute(
            "SELECT sku, location, sum(quantity) FROM stock_movements WHERE ref = ? GROUP BY sku, location",
            (action,),
        ).fetchall():
            store.execute(
                "UPDATE stock_levels SET on_hand = on_hand - ? WHERE sku = ? AND location = ?",
                (moved, sku, place),
            )
        store.execute("DELETE FROM stock_movements WHERE ref = ?", (action,))
        store.execute(
            "DELETE FROM purchase_order_lines WHERE purchase_order IN"
            " (SELECT id FROM purchase_orders WHERE action_id = ?)",
            (action,),
        )
        for table in _MADE:
            store.execute(f"DELETE FROM {table} WHERE action_id = ?", (action,))


def _empty(store: sqlite3.Connection) -> None:
    """Leave the business and nothing of the ledger, the talks, the people and their sessions."""
    tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in tables:
        if name not in _KEPT and not name.startswith(("sqlite_", "product_search")):
            for (trigger,) in store.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
                " AND sql LIKE '%RAISE%'",
                (name,),
            ).fetchall():
                store.execute(f'DROP TRIGGER "{trigger}"')
            store.execute(f'DELETE FROM "{name}"')


def _replace_people(store: sqlite3.Connection, masked: Callable[[str], str]) -> None:
    for table, columns in _TEXTS.items():
        for column in columns:
            rows = store.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
            store.executemany(
                f"UPDATE {table} SET {column} = ? WHERE rowid = ?",
                [(masked(str(text)), row) for row, text in rows],
            )
    for (key,) in store.execute("SELECT id FROM customers").fetchall():
        store.execute(
            "UPDATE customers SET name = ?, email = CASE WHEN email IS NULL THEN NULL ELSE ? END"
            " WHERE id = ?",
            (f"Customer {key}", _address(key), key),
        )
    for table, stand_ins in _STAND_INS.items():
        for column, instead in stand_ins.items():
            store.execute(f"UPDATE {table} SET {column} = ? WHERE {column} <> ''", (instead,))
    for statement in _PLAIN:
        store.execute(statement)
