"""What an effect must find in its own transaction: its claim held, no switch turned, nothing done yet."""

from __future__ import annotations

import json

from sqlalchemy import select

from shop.actions import Action, canonical
from shop.backends.ports import Claim, Outcome, Receipt
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions as claimed
from shop.store.ledger_schema import approvals, grants, switches
from shop.store.prepared import insert_into, select_by
from shop.store.schema import effects as done


def earlier(snapshot: Snapshot, action_id: str) -> Receipt | None:
    """What was noted when an action was carried out; None proves that it never was."""
    row = select_by(done, "action_id").first(snapshot, {"action_id": action_id})
    if row is None:
        return None
    body = json.loads(row.receipt)
    return Receipt(Outcome.ALREADY_APPLIED, **body)


def still_ours(tx: Transaction, claim: Claim) -> bool:
    """Whether the ledger still holds the action as this worker claimed it: same fence, same digest."""
    row = select_by(claimed, "tenant", "id").first(tx, {"tenant": claim.tenant, "id": claim.action_id})
    return row is not None and (row.state, row.fence, row.digest) == ("executing", claim.fence, claim.digest)


def halted(tx: Transaction, kind: str, claim: Claim) -> str | None:
    """Which switch was turned after the claim, so that it must have no effect; None if none was."""
    found = select_by(switches, "tenant").rows(tx, {"tenant": claim.tenant})
    turned = {row.kind: row.value for row in found if row.kind in {"*", kind}}
    if turned.get("*") == "stopped":
        return "everything was stopped before it had any effect"
    dial = turned.get(kind, "auto")
    if dial == "observe" or (dial == "assist" and not _was_granted(tx, claim)):
        return f"the dial was turned to {dial} before it had any effect"
    return None


def _was_granted(tx: Transaction, claim: Claim) -> bool:
    """Whether people said yes to this action."""
    used = (
        select(grants.c.person)
        .join(approvals, (approvals.c.tenant == grants.c.tenant) & (approvals.c.number == grants.c.approval))
        .where(
            approvals.c.tenant == claim.tenant,
            approvals.c.action_id == claim.action_id,
            grants.c.round == approvals.c.round,
            grants.c.consumed_by.is_not(None),
        )
    )
    return tx.execute(used).first() is not None


def remember(tx: Transaction, action: Action, claim: Claim, receipt: Receipt) -> None:
    """Note what was done under the action's id, in the transaction that does it."""
    body = {
        "detail": receipt.detail,
        "reference": receipt.reference,
        "before": dict(receipt.before),
        "after": dict(receipt.after),
    }
    values = {
        "action_id": claim.action_id,
        "kind": action.kind,
        "digest": claim.digest,
        "at": claim.at,
        "receipt": canonical(body),
    }
    insert_into(done).run(tx, values)
