"""Counts over the ledger for whoever watches the servers: true whichever process did the work."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from shop.store.database import Snapshot
from shop.store.ledger_schema import actions, decisions


@dataclass(frozen=True, slots=True)
class Count:
    """So many of a kind of action; `what` is a verdict or a state."""

    kind: str
    what: str
    number: int


def decisions_by_verdict(snapshot: Snapshot, tenant: str) -> list[Count]:
    """What the rules answered when actions were asked for."""
    same = and_(actions.c.tenant == decisions.c.tenant, actions.c.id == decisions.c.action_id)
    query = (
        select(actions.c.kind, decisions.c.verdict, func.count())
        .select_from(decisions.join(actions, same))
        .where(decisions.c.tenant == tenant, decisions.c.stage == "submit")
        .group_by(actions.c.kind, decisions.c.verdict)
        .order_by(actions.c.kind, decisions.c.verdict)
    )
    return [Count(*row) for row in snapshot.execute(query)]


def actions_by_state(snapshot: Snapshot, tenant: str) -> list[Count]:
    """Where actions stand."""
    query = (
        select(actions.c.kind, actions.c.state, func.count())
        .where(actions.c.tenant == tenant)
        .group_by(actions.c.kind, actions.c.state)
        .order_by(actions.c.kind, actions.c.state)
    )
    return [Count(*row) for row in snapshot.execute(query)]
