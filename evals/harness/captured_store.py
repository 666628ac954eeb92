"""A copy of a real store as the world of a captured case: its people replaced, the ledger empty.

What the conversation or run itself did is taken back where the store tells how: stock that it moved, orders
to suppliers, notes, drafts, returns and signals that it made. What it did beyond that is named, so that a
person can put it right in the case's world.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evals.harness.change import Change
from evals.harness.pseudonyms import address_of
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
    "signals": {"author": "operator", "removed_by": "operator"},
    "ticket_replies": {"author": "service desk"},
}  # fmt: skip
"""What stands in for what a column holds; what is blank stays blank."""
_PLAIN: Final = (
    "UPDATE orders SET ship_street2 = '', ship_city = '', ship_region = '', ship_postcode = '',"
    " ship_country = '' WHERE ship_street = ''",
    "UPDATE payments SET method = 'card ending 4242' WHERE method LIKE '%ending%'",
    "UPDATE shipments SET tracking = 'T' || rowid WHERE tracking <> ''",
)
_OF_ORDER: Final = "(SELECT customer FROM orders WHERE id = order_id)"
_TEXTS: Final = {
    "tickets": ("customer", "subject", "body"),
    "ticket_replies": ("(SELECT customer FROM tickets WHERE id = ticket)", "text", "author"),
    "order_notes": (_OF_ORDER, "text"),
    "returns": (_OF_ORDER, "reason", "inspection"),
    "payments": (_OF_ORDER, "method"),
    "signals": ("NULL", "reason", "author"),
    "store_credits": ("customer", "reason"),
    "supplier_notes": ("NULL", "subject", "body"),
}
"""Columns that hold words, after the customer whom a row's words are about."""

Masked = Callable[[str, str | None], str]
"""Replaces people in a text that is about this customer, if about any."""


class UseStore(Change):
    """The case is played in this copy of a store at this moment, not in the sample store."""

    file: Path
    at: datetime

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """What it holds counts, not where it lies."""
        return [("holds", hashlib.sha256(self.file.read_bytes()).hexdigest()), ("at", self.at)]

    def apply(self, store: sqlite3.Connection) -> None:
        """Nothing to change: the store begins as this copy."""


def customers_of_orders(db: Database, orders: Collection[str]) -> set[str]:
    """The customers of some orders, on SQLite and on PostgreSQL; what is no order's id is passed over."""
    with db.reading() as snapshot:
        rows = snapshot.exec_driver_sql("SELECT id, customer FROM orders")
        return {str(customer) for order, customer in rows if order in orders and customer is not None}


def must_be_new(path: Path) -> None:
    """Raises SetupError for a file that is there already, as it may be somebody's store, or has no place."""
    if os.path.lexists(path):
        raise SetupError(f"{path} is there already; name a new file, or move that one away first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise SetupError(f"{path} cannot be written: there is no directory {path.parent} to write into")


def leave_copy(db: Database, to: Path, done: Mapping[str, str], masked: Masked) -> list[str]:
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
            _publish(draft, to)
    except (OSError, sqlite3.Error) as error:
        raise SetupError(f"{to} cannot be written: {error}") from error
    return sorted(set(done.values()) - _TAKEN_BACK)


def _publish(draft: Path, to: Path) -> None:
    """Give the draft its name; raises SetupError when a file of that name has come up meanwhile."""
    try:
        os.link(draft, to)
    except FileExistsError:
        must_be_new(to)
    except OSError:  # a file system without links
        to.touch(mode=0o600, exist_ok=False)
        draft.replace(to)


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


def _replace_people(store: sqlite3.Connection, masked: Masked) -> None:
    for table, (customer, *columns) in _TEXTS.items():
        for column in columns:
            rows = store.execute(
                f"SELECT rowid, {column}, {customer} FROM {table} WHERE {column} IS NOT NULL"
            ).fetchall()
            store.executemany(
                f"UPDATE {table} SET {column} = ? WHERE rowid = ?",
                [(masked(str(text), about), row) for row, text, about in rows],
            )
    for (key,) in store.execute("SELECT id FROM customers").fetchall():
        store.execute(
            "UPDATE customers SET name = ?, email = CASE WHEN email IS NULL THEN NULL ELSE ? END"
            " WHERE id = ?",
            (f"Customer {key}", address_of(key), key),
        )
    for table, stand_ins in _STAND_INS.items():
        for column, instead in stand_ins.items():
            store.execute(f"UPDATE {table} SET {column} = ? WHERE {column} <> ''", (instead,))
    for statement in _PLAIN:
        store.execute(statement)
