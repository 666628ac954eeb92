"""The outbox: every effect is written down before it is sent, and looked up by its key if no answer comes.

The claim is the entry. One commit takes an action to ``executing`` and with it stores what will be sent
(kind and arguments, under their digest), the key that the backend must remember it by (the action's id),
the fence, the worker and its lease. Only after that commit is anything sent. The answer is settled in a
commit of its own; an entry without one is open, and whoever finds it asks the backend by key before it
sends anything again, under the same key. There is no second table that could say something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions
from tools.ledger import rows
from tools.ledger.states import ActionView, State

OPEN: Final = (State.EXECUTING, State.UNKNOWN)
"""An action in one of these was, or may have been, sent, and its answer is not settled."""


@dataclass(frozen=True, slots=True)
class Intent:
    """An effect that was written down and has no settled answer yet.

    `key` is what the backend knows it by; `attempts` counts how often it may have been sent under it.
    """

    key: str
    kind: str
    digest: str
    fence: int
    attempts: int
    worker: str | None
    lease_until: datetime | None
    is_unknown: bool


def waiting(snapshot: Snapshot, tenant: str) -> list[Intent]:
    """All open entries, the oldest first."""
    return [_intent(view) for view in rows.in_states(snapshot, tenant, OPEN)]


def count_attempt(tx: Transaction, view: ActionView, lease_until: datetime) -> None:
    """Note, before it happens, that an entry is sent once more under its key, and who has time until when."""
    tx.execute(
        actions.update()
        .where(actions.c.tenant == view.tenant, actions.c.id == view.id, actions.c.fence == view.fence)
        .values(attempts=actions.c.attempts + 1, lease_until=lease_until)
    )


def note_worth(tx: Transaction, view: ActionView, worth: Mapping[str, object]) -> None:
    """Write down what an open entry is worth now (`money_minor`, `money_currency`), where that is news."""
    if worth:
        tx.execute(
            actions.update()
            .where(actions.c.tenant == view.tenant, actions.c.id == view.id, actions.c.fence == view.fence)
            .values(**worth)
        )


def _intent(view: ActionView) -> Intent:
    return Intent(
        key=view.id,
        kind=view.kind,
        digest=view.digest,
        fence=view.fence,
        attempts=view.attempts,
        worker=view.worker,
        lease_until=view.lease_until,
        is_unknown=view.state is State.UNKNOWN,
    )
