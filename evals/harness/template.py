"""The sample store that every case begins with: made once, kept between runs, watched.

Its triggers note which tables were written, so that a write beside the effects of the ledger is seen whoever
made it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from evals.in_memory import place_in_memory
from shop.errors import SetupError
from shop.store.database import Database
from shop.store.migrate import upgrade

BUSINESS: Final = (
    "competitor_prices", "customers", "exchange_rates", "exchanges", "imports", "locations", "offers",
    "order_lines", "order_notes", "orders", "payment_methods", "payments", "price_breaks", "price_changes",
    "products", "promotions", "purchase_order_lines", "purchase_orders", "refund_parts", "returns",
    "shipments", "signals", "stock_levels", "stock_movements", "stockout_days", "store_credits", "store_info",
    "supplier_notes", "suppliers", "ticket_replies", "tickets",
)  # fmt: skip
"""Tables of the business."""
AUTHORITY: Final = ("delegations", "identities", "people", "policy_versions", "switches", "tokens")
"""Tables of who may do what; no action of the assistant writes any of them."""
WATCHED: Final = (*BUSINESS, *AUTHORITY)
"""All that is written by effects alone: everything but the ledger, the journal and the search."""

_KEPT: Final = (".py", ".csv", ".md")
_UNUSED_SECONDS: Final = 2 * 24 * 60 * 60


@contextmanager
def scratch() -> Iterator[Path]:
    """A private directory, in memory where the machine has room for it."""
    with tempfile.TemporaryDirectory(prefix="shophand-evaluation-", dir=place_in_memory()) as directory:
        yield Path(directory)


def sample_store() -> Path:
    """The kept sample store of this version of its generator and its tables."""
    root = Path(__file__).parents[2] / "shop"
    sources = sorted(
        [Path(__file__), *(root / "imports" / "sample").rglob("*"), *(root / "store").rglob("*.py")]
    )
    digest = hashlib.sha256(
        b"".join(each.read_bytes() for each in sources if each.suffix in _KEPT)
    ).hexdigest()
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shophand"
    kept = base / f"evaluation-store-{digest[:16]}.db"
    if kept.is_file():
        with suppress(OSError):  # a cache that may only be read is as good
            os.utime(kept)
        return kept
    try:
        base.mkdir(parents=True, exist_ok=True)
        remove_unused(base, kept)
    except OSError as error:
        raise SetupError(
            f"{base} cannot be written; name another place with XDG_CACHE_HOME: {error}"
        ) from error
    make_template(kept)
    return kept


def remove_unused(base: Path, kept: Path) -> None:
    """Remove the stores of other versions that nobody took for two days; `kept` may be another process's."""
    for old in base.glob("evaluation-store-*.db"):
        with suppress(FileNotFoundError):  # somebody else removed it
            if old != kept and time.time() - old.stat().st_mtime > _UNUSED_SECONDS:
                old.unlink()


def make_template(path: Path) -> None:
    """Make the sample store in a file, with the watch on its tables; the file is complete or not there."""
    from shop.imports.sample import create_sample_store  # noqa: PLC0415 - only when it is made

    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        draft = Path(scratch) / "store.db"
        db = Database(f"sqlite:///{draft}")
        upgrade(db)
        create_sample_store(db)
        db.close()
        watch(draft)
        draft.replace(path)


def watch(path: Path) -> None:
    """Put the watch on a store's tables, in place of an earlier one, and its file in the smallest form."""
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        _watch(store)
        store.execute("VACUUM")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _watch(store: sqlite3.Connection) -> None:
    for (trigger,) in store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'evaluation_*'"
    ).fetchall():
        store.execute(f'DROP TRIGGER "{trigger}"')
    store.execute("DROP TABLE IF EXISTS evaluation_watch")
    store.execute("CREATE TABLE evaluation_watch (name TEXT PRIMARY KEY)")
    tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in WATCHED:
        for event in ("INSERT", "UPDATE", "DELETE") if name in tables else ():
            store.execute(
                f"CREATE TRIGGER evaluation_{name}_{event.lower()} AFTER {event} ON {name}"
                f" BEGIN INSERT INTO evaluation_watch SELECT '{name}'"
                f" WHERE NOT EXISTS (SELECT 1 FROM evaluation_watch WHERE name = '{name}'); END"
            )
