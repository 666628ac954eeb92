"""Filing the action that takes an executed one back."""

from __future__ import annotations

from tools import compensating, keys
from tools.filing import (
    Bench,
    Session,
    Submission,
    answered,
    check_requester,
    file_action,
    submission,
    trusted,
)
from tools.ledger import rows


def file_undo(bench: Bench, action_id: str, session: Session, sku: str | None) -> Submission:
    """The compensating action of an executed one, filed and judged; the earlier one while that stands.

    Raises ConflictError when there is nothing to undo or the world has moved on, InvalidActionError for what
    is final, NotFoundError, and AccessDeniedError for somebody who may not ask.
    """
    bench.admit(session.principal)
    check_requester(session.principal)
    with bench.db.writing() as tx:
        done = rows.get(tx, bench.tenant, action_id)
        earlier = compensating.standing(tx, done, sku)
        if earlier is not None:
            return submission(tx, earlier, duplicate=True)
        action = trusted(compensating.compensation(tx, done, bench.clock, sku))
        number = len(rows.compensating(tx, bench.tenant, done.id)) + 1
        key = keys.of_undo(done.id, number)
        filed = file_action(tx, bench, action, session, key=key, compensates=done.id)
    return answered(filed.view, filed.decision)
