"""The write side of the embedded store: each action's effect is one transaction, done at most once."""

from __future__ import annotations

from shop.actions import Action
from shop.backends.ports import Claim, Outcome, Receipt
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.store import (  # noqa: F401 - those that end in _effects register with effects
    claims,
    effects,
    price_effects,
    return_effects,
    service_effects,
    signal_effects,
)
from shop.store.database import Database


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
                earlier = claims.earlier(tx, claim.action_id)
                if earlier is not None:
                    return earlier
                if not claims.still_ours(tx, claim):
                    return Receipt(Outcome.CONFLICT, "another worker has taken this action over")
                halted = claims.halted(tx, action.kind, claim)
                if halted is not None:
                    return Receipt(Outcome.CONFLICT, halted)
                receipt = effects.carry_out(action, tx, claim)
                claims.remember(tx, action, claim, receipt)
                return receipt
        except (ConflictError, NotFoundError) as error:
            return Receipt(Outcome.CONFLICT, str(error))
        except InvalidActionError as error:
            return Receipt(Outcome.REJECTED, str(error))

    def reconcile(self, action_id: str) -> Receipt | None:
        """What was noted when the action was carried out; None proves that it never was."""
        with self._db.reading() as snapshot:
            return claims.earlier(snapshot, action_id)
