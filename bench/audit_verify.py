"""How long a chain of 1,000,000 audit entries takes to verify, and whether a change in it is found.

Run it with ``python bench/audit_verify.py``, or with another number of entries as its argument. Prints wall
and CPU seconds; the budget is 10 s of CPU. Exits with 1 over it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import text

from shop.actions import canonical, digest_of
from shop.errors import AuditBrokenError
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
        took = _timed(lambda: _verified(db, head, count))
        place = count * 9 // 10
        _change(db, place)
        found = _timed(lambda: _broken_at(db, place))
        db.close()
    print(f"{'entries':>12}  {'what':24}{'wall s':>8}{'CPU s':>8}{'us each':>9}{'budget CPU s':>14}")
    budget = BUDGET * count / ENTRIES
    for what, many, (wall, cpu), limit in (
        ("the whole chain holds", count, took, f"{budget:14.1f}"),
        ("a changed one is found", place, found, ""),
    ):
        print(f"{many:12,}  {what:24}{wall:8.2f}{cpu:8.2f}{cpu / many * 1e6:9.2f}{limit}")
    if took[1] > budget:
        raise SystemExit("the budget is exceeded")


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = perf_counter(), process_time()
    work()
    return perf_counter() - wall, process_time() - cpu


def _verified(db: Database, head: str, count: int) -> None:
    with db.reading() as snapshot:
        report = chain.verify(snapshot, db.tenant, known_head=head, known_entries=count)
    if report.entries != count:
        raise SystemExit(f"{report.entries} of {count} entries were verified")


def _change(db: Database, place: int) -> None:
    """One letter of one entry, past the triggers."""
    with db.writing() as tx:
        tx.execute(text("DROP TRIGGER audit_no_update"))
        tx.execute(audit.update().where(audit.c.seq == place).values(actor="assistent"))


def _broken_at(db: Database, place: int) -> None:
    try:
        with db.reading() as snapshot:
            chain.verify(snapshot, db.tenant)
    except AuditBrokenError as error:
        if error.at_entry == place:
            return
    raise SystemExit(f"the change of entry {place} was not found at its place")


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
