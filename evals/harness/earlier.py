"""What was asked for before a case begins, written straight into the ledger's rows.

Hundreds of requests in an hour, or a month's spending, would take the desk seconds for each case. What the
rules count are rows: a request of a requester at a moment, and what an effect was worth. `before` asks the
desk itself, where few requests are enough.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from evals.harness.change import MOMENT, Change, minor, stamp

_REQUESTED: Final = """
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :times)
INSERT INTO actions (tenant, id, kind, args, digest, idempotency_key, requester, requester_kind, on_behalf_of,
 tainted, state, reason, decision_id, versions, supplier, customer, created_at, expires_at, fence, attempts,
 effect_at, settled_at)
SELECT 'main', :id || n, :kind, '{}', '', :id || n, 'assistant', 'agent', 'oscar', 0, :state, '', '', '{}',
 :supplier, :customer, :at, :at, 0, 0, CASE :state WHEN 'executed' THEN :at END, :at FROM number
"""
_SPENT: Final = """
INSERT INTO entries (tenant, action_id, line, counts, at, kind, requester, supplier, customer, money_minor,
 pieces)
SELECT tenant, id, 1, 'spent', :at, kind, requester, supplier, customer, :worth, 0 FROM actions
WHERE kind = :kind AND id GLOB :id || '*'
"""


class Earlier(Change):
    """The assistant asked for this so many times, for a colleague; `worth` is what each effect was."""

    kind: str
    times: Annotated[int, Field(ge=1, le=5_000)] = 1
    hours_ago: Annotated[float, Field(gt=0, le=2_000)] = 0.5
    state: Literal["denied", "executed"] = "denied"
    worth: str | int | None = None
    supplier: str | None = None
    customer: str | None = None

    def apply(self, store: sqlite3.Connection) -> None:
        """Add the rows that the rules count."""
        values = {
            **self.model_dump(include={"kind", "times", "state", "supplier", "customer"}),
            "id": f"act_earlier_{self.kind}_",
            "at": stamp(MOMENT - timedelta(hours=self.hours_ago)),
            "worth": None if self.worth is None else minor(self.worth),
        }
        store.execute(_REQUESTED, values)
        if self.worth is not None:
            store.execute(_SPENT, values)
