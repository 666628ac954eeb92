"""Decisions as they were taken: verdict, rules and facts, so that each can be explained and replayed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select

from shop.actions import canonical
from shop.errors import NotFoundError
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import decisions
from shop.store.prepared import Prepared


def keep(
    tx: Transaction,
    tenant: str,
    decision_id: str,
    action_id: str,
    stage: str,
    at: datetime,
    *,
    verdict: str,
    policy_sha: str,
    engine: str,
    facts: Mapping[str, Any],
    body: Mapping[str, Any],
    shadow_sha: str | None = None,
    shadow_verdict: str | None = None,
) -> None:
    """Keep a decision with the facts it was taken on, so that it can be explained and replayed."""
    values = {
        "tenant": tenant,
        "id": decision_id,
        "action_id": action_id,
        "stage": stage,
        "at": at,
        "verdict": verdict,
        "policy_sha": policy_sha,
        "engine": engine,
        "facts": canonical(dict(facts)),
        "body": canonical(dict(body)),
        "shadow_sha": shadow_sha,
        "shadow_verdict": shadow_verdict,
    }
    _INSERT.run(tx, values)


def body_of(snapshot: Snapshot, tenant: str, decision_id: str) -> dict[str, Any]:
    """What a stored decision said, with its facts under ``facts``; raises NotFoundError."""
    row = _BODY.first(snapshot, {"b_tenant": tenant, "b_id": decision_id})
    if row is None:
        raise NotFoundError(f"there is no decision {decision_id!r}")
    body: dict[str, Any] = json.loads(row.body)
    return {**body, "facts": json.loads(row.facts)}


# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(decisions.insert())
_BODY: Final = Prepared(
    select(decisions.c.body, decisions.c.facts).where(
        decisions.c.tenant == bindparam("b_tenant"), decisions.c.id == bindparam("b_id")
    )
)
