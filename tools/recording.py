"""What happens to an action goes into the audit in the same transaction, and how it moves on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tools.ledger import chain, rows
from tools.ledger.states import State

if TYPE_CHECKING:
    from shop.store.database import Transaction
    from tools.filing import Bench, Judgement
    from tools.ledger.states import ActionView


def record(
    tx: Transaction,
    bench: Bench,
    actor: chain.Actor,
    event: str,
    view: ActionView,
    judgement: Judgement | None = None,
) -> None:
    """Write the audit entry of a change of an action; ids and states only, no arguments.

    With the judgement that the change rests on, its verdict stands there under the digest of the rules,
    and beside it the verdict of the rules on trial under theirs.
    """
    chain.append(
        tx,
        bench.tenant,
        bench.clock(),
        actor,
        event,
        action_id=view.id,
        decision_id=view.decision_id,
        policy_sha=judgement.decision.policy_sha if judgement else "",
        body={
            **(_verdicts(judgement) if judgement else {}),
            "kind": view.kind,
            "digest": view.digest,
            "state": view.state.value,
            "requester": view.requester,
            "on_behalf_of": view.on_behalf_of,
            "run": view.run,
            "conversation": view.conversation,
            "approval": view.approval_id,
            "supersedes": view.supersedes,
            **({"compensates": view.compensates} if view.compensates else {}),
            "money": view.money.as_json() if view.money else None,
            "fence": view.fence,
            "outcome": view.receipt.outcome.value if view.receipt else None,
            "reference": view.receipt.reference if view.receipt else None,
        },
    )


def move(
    tx: Transaction,
    bench: Bench,
    actor: chain.Actor,
    view: ActionView,
    state: State,
    reason: str,
    judgement: Judgement | None = None,
    **changes: object,
) -> ActionView:
    """Take an action to another state and write the audit entry; gives it as it stands then.

    `judgement` is the one that this rests on, if any does. Raises ConflictError if it moved on.
    """
    rows.move(tx, view, state, reason, **changes)
    claimed = judgement is not None and _AS_CLAIMED.issuperset(changes)
    if state is State.PENDING or (changes and not claimed):
        moved = rows.get(tx, view.tenant, view.id)
    else:
        moved = replace(view, state=state, reason=reason, **changes)  # type: ignore[arg-type]  # named above
    record(tx, bench, actor, f"action.{state.value}", moved, judgement)
    return moved


_AS_CLAIMED: Final = frozenset({"fence", "worker", "lease_until", "attempts", "decision_id"})
"""What a claim changes, on a row read in the same transaction: it need not be read again."""


def _verdicts(judgement: Judgement) -> dict[str, str]:
    shadow = judgement.shadow
    beside = {"shadow_sha": shadow.sha, "shadow_verdict": shadow.verdict} if shadow else {}
    return {"verdict": judgement.decision.verdict.value, **beside}
