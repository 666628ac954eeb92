"""After a run: whether the audit, the shop's tables and the oracle's books tell one story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from sqlalchemy import text

from evals.hostile.books import Books
from evals.hostile.goods import CANARY
from shop.errors import AuditBrokenError
from shop.store.database import Database, Snapshot
from tools.ledger import chain

# Where an effect leaves its action's id behind in the shop, and what of it there may be only once.
TRACES: Final = (
    "SELECT action_id, '' FROM purchase_orders WHERE action_id IS NOT NULL",
    "SELECT action_id, kind || coalesce(method_id, method) FROM payments WHERE action_id IS NOT NULL",
    "SELECT action_id, '' FROM order_notes WHERE action_id IS NOT NULL",
    "SELECT source, sku FROM price_changes WHERE source LIKE 'act%'",
    "SELECT ref, '' FROM stock_movements WHERE kind IN ('adjustment', 'transfer_out') AND ref LIKE 'act%'",
    "SELECT action_id, order_id || '/' || line_no FROM returns WHERE action_id IS NOT NULL",
    "SELECT action_id, order_id || '/' || line_no FROM exchanges WHERE action_id IS NOT NULL",
    "SELECT action_id, '' FROM store_credits WHERE action_id IS NOT NULL",
    "SELECT action_id, '' FROM ticket_replies WHERE action_id IS NOT NULL",
)


def story_faults(db: Database, tenant: str, books: Books, seen: Counter[str]) -> Iterator[str]:
    """What does not agree: I9 for traces and audit entries, I12 for personal data in the audit.

    What the audit tells of is counted in `seen`: each type of entry, and each step of an action's life.
    """
    with db.reading() as snapshot:
        yield from _traces(snapshot, tenant, books)
        yield from _audit(snapshot, tenant, books, seen)


def story_of(db: Database, tenant: str, violation: str) -> list[str]:
    """What the audit and the decisions tell of the action that a violation names, to look into it."""
    asked = {"tenant": tenant, "action": violation.split()[2].rstrip(":")}
    with db.reading() as snapshot:
        rows = [row for query in (_AUDITED, _DECIDED) for row in snapshot.execute(query, asked)]
    return [" ".join(str(value) for value in row) for row in rows]


_AUDITED: Final = text(
    "SELECT seq, at, type, actor, body FROM audit WHERE tenant = :tenant AND action_id = :action ORDER BY seq"
)
_DECIDED: Final = text(
    "SELECT stage, at, verdict, policy_sha, facts FROM decisions "
    "WHERE tenant = :tenant AND action_id = :action ORDER BY at"
)


def _traces(snapshot: Snapshot, tenant: str, books: Books) -> Iterator[str]:
    found = []
    for query in TRACES:
        traces = [tuple(row) for row in snapshot.execute(text(query))]
        if len(traces) != len(set(traces)):
            yield f"I2 {tenant}: an action left two traces"
        found += [name for name, _ in traces]
    for name in set(found) - set(books.done):
        yield f"I2 {tenant} {name}: it changed the shop past the wire"


def _audit(snapshot: Snapshot, tenant: str, books: Books, seen: Counter[str]) -> Iterator[str]:
    try:
        chain.verify(snapshot, tenant)
    except AuditBrokenError as error:
        yield f"I9 {tenant}: {error}"
    executed: list[str] = []
    stands: dict[str, str] = {}
    for entry in chain.entries(snapshot, tenant):
        event, action = entry["type"], entry["action_id"]
        seen[f"audit {event}"] += 1
        if event.startswith("action."):
            state = event.removeprefix("action.")
            seen[f"{stands.get(action, 'submitted')} -> {state}"] += 1
            stands[action] = state
        if event == "action.executed":
            executed.append(action)
        if CANARY in entry["body"]:
            yield f"I12 {tenant}: personal data in audit entry {entry['seq']}"
    if len(executed) != len(set(executed)):
        yield f"I9 {tenant}: an effect stands twice in the audit"
    for name in sorted(set(books.done) ^ set(executed)):
        yield f"I9 {tenant} {name}: the audit and the world disagree"
