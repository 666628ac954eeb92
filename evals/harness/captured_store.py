"""A copy of a real store as the world of a captured case: its people replaced, the ledger empty.

What the conversation or run itself did is taken back where the store tells how: stock that it moved, orders
to suppliers, notes, drafts, returns and signals that it made. What it did beyond that is named, so that a
person can put it right in the case's world.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evals.harness.change import Change
from evals.harness.world import WATCHED, watch
from shop.errors import SetupError
from shop.store.database import Database

_KEPT: Final = (set(WATCHED) - {"people", "policy_versions", "switches"}) | {
    "alembic_version", "customer_names", "product_numbers", "stockout_days",
}  # fmt: skip
_TAKEN_BACK: Final = {
    "add_demand_signal", "add_order_note", "add_supply_signal", "adjust_stock", "draft_reply",
    "place_purchase_order", "request_return", "transfer_stock",
}  # fmt: skip
"""Kinds whose effects leave nothing else behind than rows with the action's id."""
_MADE: Final = (
    "order_notes", "exchanges", "payments", "purchase_orders", "returns", "signals", "store_credits",
    "ticket_replies",
)  # fmt: skip
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAME: Final = re.compile(r"\b[^\W\d_][\w'-]+(?: [^\W\d_][\w'-]+){1,2}")
_PLAIN: Final = (
    "UPDATE customers SET phone = CASE WHEN phone IS NULL THEN NULL ELSE '07700 900000' END,"
    " street = '1 High Street', street2 = '', city = 'Leeds', postcode = 'AB1 2CD'",
    "UPDATE orders SET ship_street = '1 High Street', ship_street2 = '', ship_city = 'Leeds',"
    " ship_postcode = 'AB1 2CD' WHERE ship_street IS NOT NULL",
    "UPDATE payment_methods SET last_four = '4242' WHERE last_four IS NOT NULL",
    "UPDATE shipments SET tracking = 'T' || rowid WHERE tracking IS NOT NULL",
    "UPDATE suppliers SET email = 'supplier@example.com' WHERE email IS NOT NULL",
    "UPDATE order_notes SET author = 'service desk'",
)
_TEXTS: Final = {
    "tickets": ("subject", "body"),
    "ticket_replies": ("text", "author"),
    "order_notes": ("text",),
    "returns": ("reason",),
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
    """The pseudonyms of a store's customers, the same in the copy of the store and in what was said."""

    def __init__(self, store: sqlite3.Connection) -> None:
        rows = store.execute("SELECT id, name, email FROM customers").fetchall()
        self._names = {str(name).casefold(): f"Customer {key}" for key, name, _ in rows}
        self._emails = {str(email).casefold(): _address(key) for key, _, email in rows if email}

    def without(self, text: str) -> str:
        """A text with full names and e-mail addresses of customers replaced by their pseudonyms."""
        text = _EMAIL.sub(lambda one: self._emails.get(one[0].casefold(), one[0]), text)
        return _NAME.sub(lambda one: self._named(one[0]), text)

    def _named(self, words: str) -> str:
        parts = words.split(" ")
        for size in range(len(parts), 1, -1):
            for start in range(len(parts) - size + 1):
                known = self._names.get(" ".join(parts[start : start + size]).casefold())
                if known:
                    before, after = " ".join(parts[:start]), " ".join(parts[start + size :])
                    return " ".join(filter(None, (before, known, after)))
        return words


def _address(customer: str) -> str:
    return f"{re.sub('[^a-z0-9]+', '-', customer.lower())}@example.com"


def people_of(db: Database) -> People:
    """The people of a store; raises SetupError for one that is no SQLite file."""
    with closing(sqlite3.connect(f"file:{_file(db)}?mode=ro", uri=True)) as store:
        return People(store)


def leave_copy(db: Database, to: Path, done: Mapping[str, str], masked: Callable[[str], str]) -> list[str]:
    """Write the copy; `done` are the kinds of the stream's effects by action, `masked` replaces people.

    Gives the kinds of what could not be taken back. Raises SetupError when the file cannot be written or the
    store is no SQLite file.
    """
    draft = to.with_name(f".{to.name}.part")
    try:
        draft.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(f"file:{_file(db)}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(draft, isolation_level=None)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA foreign_keys = OFF")
            _take_back(copy, tuple(done))
            _empty(copy)
            _replace_people(copy, masked)
        watch(draft)
        draft.replace(to)
    except (OSError, sqlite3.Error) as error:
        draft.unlink(missing_ok=True)
        raise SetupError(f"{to} cannot be written: {error}") from error
    return sorted(set(done.values()) - _TAKEN_BACK)


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
    for statement in _PLAIN:
        store.execute(statement)
