"""The sample store that every case begins with: made once, kept between runs, watched.

Its triggers note which tables were written, so that a write beside the effects of the ledger is seen whoever
made it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

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


@contextmanager
def scratch() -> Iterator[Path]:
    """A private directory, in memory where the machine offers that."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private directory in it
    with tempfile.TemporaryDirectory(prefix="shophand-evaluation-", dir=memory) as directory:
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
    if not kept.is_file():
        try:
            base.mkdir(parents=True, exist_ok=True)
            for old in base.glob("evaluation-store-*.db"):
                old.unlink(missing_ok=True)
        except OSError as error:
            raise SetupError(
                f"{base} cannot be written; name another place with XDG_CACHE_HOME: {error}"
            ) from error
        make_template(kept)
    return kept


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
    """Put the watch on a store's tables, and its file in the smallest form."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("CREATE TABLE evaluation_watch (name TEXT PRIMARY KEY)")
    tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name in WATCHED:
        for event in ("INSERT", "UPDATE", "DELETE") if name in tables else ():
            store.execute(
                f"CREATE TRIGGER evaluation_{name}_{event.lower()} AFTER {event} ON {name}"
                f" BEGIN INSERT INTO evaluation_watch SELECT '{name}'"
                f" WHERE NOT EXISTS (SELECT 1 FROM evaluation_watch WHERE name = '{name}'); END"
            )
    store.execute("VACUUM")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
