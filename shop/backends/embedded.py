"""The write side of the embedded store: each action's effect is one transaction, done at most once."""

from __future__ import annotations

import json

from sqlalchemy import select

from shop.actions import Action, canonical
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.store import effects, signal_effects  # noqa: F401 - the second registers its effects with the first
from shop.store.database import Database, Snapshot, Transaction
from shop.store.ledger_schema import actions as claimed
from shop.store.ledger_schema import approvals, grants, switches
from shop.store.prepared import insert_into, select_by
from shop.store.schema import effects as done


class EmbeddedEffects:
    """Carries actions out in the same database that holds the ledger.

    The effect and the note that it happened (table ``effects``, keyed by the action's id) are one
    commit. The claim's fence is compared inside it, so a worker that was given up for dead and then
    wakes up cannot act any more; and the switches are read inside it, so that from the moment at which
    somebody was told that a switch is turned there is no further effect, not even of an earlier claim.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def apply(self, action: Action, claim: Claim) -> Receipt:
        """Carry the action out once; a second call with the same claim's action id changes nothing."""
        try:
            with self._db.writing() as tx:
                earlier = _earlier(tx, claim.action_id)
                if earlier is not None:
                    return earlier
                if not _still_ours(tx, claim):
                    return Receipt(Outcome.CONFLICT, "another worker has taken this action over")
                halted = _halted(tx, action.kind, claim)
                if halted is not None:
                    return Receipt(Outcome.CONFLICT, halted)
                receipt = effects.carry_out(action, tx, claim)
                _remember(tx, action, claim, receipt)
                return receipt
        except (ConflictError, NotFoundError) as error:
            return Receipt(Outcome.CONFLICT, str(error))
        except InvalidActionError as error:
            return Receipt(Outcome.REJECTED, str(error))

    def reconcile(self, action_id: str) -> Receipt | None:
        """What was noted when the action was carried out; None proves that it never was."""
        with self._db.reading() as snapshot:
            return _earlier(snapshot, action_id)


def _earlier(snapshot: Snapshot, action_id: str) -> Receipt | None:
    row = select_by(done, "action_id").first(snapshot, {"action_id": action_id})
    if row is None:
        return None
    body = json.loads(row.receipt)
    return Receipt(Outcome.ALREADY_APPLIED, **body)


def _still_ours(tx: Transaction, claim: Claim) -> bool:
    row = select_by(claimed, "tenant", "id").first(tx, {"tenant": claim.tenant, "id": claim.action_id})
    return row is not None and (row.state, row.fence, row.digest) == ("executing", claim.fence, claim.digest)


def _halted(tx: Transaction, kind: str, claim: Claim) -> str | None:
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


def _remember(tx: Transaction, action: Action, claim: Claim, receipt: Receipt) -> None:
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
