"""Rewriting the database's files, so that what was erased from the tables is not left beside them."""

from __future__ import annotations

from typing import Final

from shop.errors import StoreError
from shop.store.database import Database

_STATEMENTS: Final = {
    # Replaced text stands in free pages and in the write-ahead log until both are rewritten.
    "sqlite": ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": (
        "VACUUM (FULL) actions, approvals, grants, order_notes, customers, customer_names, orders, payments, "
        "payment_methods, returns, tickets, ticket_replies, store_credits, events, streams",
    ),
}


def rewrite(db: Database) -> None:
    """Rewrite what may still hold replaced text; copies of the files elsewhere are not reached.

    Needs free disk space of the size of the database and a moment without other writers; raises StoreError.
    """
    borrowed = db.engine.raw_connection()
    driver = borrowed.driver_connection
    try:
        if db.dialect == "postgresql" and driver is not None:
            driver.autocommit = True  # VACUUM runs outside of any transaction
        cursor = borrowed.cursor()
        for statement in _STATEMENTS[db.dialect]:
            cursor.execute(statement)
    except db.engine.dialect.loaded_dbapi.Error as error:
        raise StoreError(f"the files could not be rewritten now ({error}); run it again later") from error
    finally:
        borrowed.invalidate()  # the next user gets a connection in the usual state
