"""How long a chain of 1,000,000 audit entries takes to verify. Prints CPU seconds; the budget is 10 s.

Run it with ``python bench/audit_verify.py``, or with another number of entries as its argument.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from shop.actions import canonical, digest_of
from shop.store.database import Database
from shop.store.ledger_schema import audit
from shop.store.migrate import upgrade
from tools.ledger import chain

ENTRIES = 1_000_000
BUDGET = 10.0
BODY = canonical(
    {
        "kind": "place_purchase_order",
        "digest": digest_of("an order"),
        "state": "executed",
        "requester": "assistant",
        "on_behalf_of": "operator",
        "run": "run_0f8k2m4x9a",
        "conversation": None,
        "approval": "A-17",
        "supersedes": None,
        "money": {"minor": 124_050, "cur": "GBP"},
        "fence": 1,
        "outcome": "applied",
        "reference": "PO-1042",
    }
)
START = datetime(2026, 1, 1, tzinfo=UTC)
EVENTS = ("action.approved", "action.executing", "action.executed", "action.pending", "approval.granted")


def main() -> None:
    """Write a chain in bulk, then walk it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with TemporaryDirectory() as directory:
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        head = fill(db, count)
        started = process_time()
        with db.reading() as snapshot:
            report = chain.verify(snapshot, db.tenant, known_head=head, known_entries=count)
        spent = process_time() - started
        db.close()
    each = spent / count * 1e6
    print(
        f"{report.entries:,} entries verified in {spent:.2f} s CPU"
        f" (budget {BUDGET:.0f} s, {each:.2f} us each)"
    )
    if spent > BUDGET * max(1, count / ENTRIES):
        raise SystemExit("the budget is exceeded")


def fill(db: Database, count: int) -> str:
    """Store a chain of `count` entries; gives the hash of the last one."""
    with db.writing() as tx:
        entries = some_entries(db.tenant, count)
        head = chain.GENESIS
        while rows := list(islice(entries, 20_000)):
            tx.execute(audit.insert(), rows)
            head = rows[-1]["hash"]
    return head


def some_entries(tenant: str, count: int) -> Iterator[dict[str, Any]]:
    """Entries as the desk writes them, each with the hash of the one before."""
    previous = chain.GENESIS
    for seq in range(1, count + 1):
        row = {
            "tenant": tenant,
            "seq": seq,
            "prev": previous,
            "at": (START + timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor_kind": "agent",
            "actor": "assistant",
            "type": EVENTS[seq % len(EVENTS)],
            "action_id": f"act_{seq // 3:012d}",
            "decision_id": f"dec_{seq // 3:012d}",
            "policy_sha": chain.GENESIS,
            "body": BODY,
        }
        previous = chain.entry_hash(row)
        yield {**row, "hash": previous}


if __name__ == "__main__":
    main()
