"""Past decisions as the ledger holds them, in the order in which they were taken, read batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import Row, String, and_, bindparam, select, type_coerce

from policies.decision import Decision, StoredFacts, Verdict, facts_from_json
from policies.replay import Recorded
from policies.scope import Places, places_from_json
from policies.vocabulary import FactValue
from shop.errors import NotFoundError
from shop.money import Money
from shop.store.database import Snapshot
from shop.store.ledger_schema import actions, decisions
from tools.ledger.states import ActionView

BATCH: Final = 2_000


def recorded_decisions(snapshot: Snapshot, tenant: str, since: datetime) -> Iterator[Recorded]:
    """What was decided about each action when it was asked for, since a moment, oldest first.

    Only as much as one batch is held at a time, so the snapshot must stay open while this is read.
    """
    values = {"b_tenant": tenant, "b_since": since}
    facts_of = _FactsByKind()
    for row in snapshot.execute(_SUBMITTED, values, execution_options={"yield_per": BATCH}):
        yield _recorded(row, facts_of)


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One decision about an action; `stage` is submit or claim."""

    id: str
    stage: str
    at: datetime
    decision: Decision
    facts: Mapping[str, FactValue]
    places: Places


def decisions_about(snapshot: Snapshot, tenant: str, action: ActionView) -> list[PastDecision]:
    """Every decision about an action, oldest first."""
    found = snapshot.execute(_ABOUT, {"b_tenant": tenant, "b_action": action.id})
    return [_past(action.kind, row) for row in found]


def _past(kind: str, row: Row[Any]) -> PastDecision:
    body = json.loads(row.body)
    return PastDecision(
        id=row.id,
        stage=row.stage,
        at=row.at,
        decision=Decision.from_json(body),
        facts=facts_from_json(kind, json.loads(row.facts)),
        places=places_from_json(body.get("places", {})),
    )


def action_with_digest(snapshot: Snapshot, tenant: str, start: str) -> str:
    """The id of the latest action whose digest begins so; raises NotFoundError."""
    found = snapshot.scalar(_WITH_DIGEST, {"b_tenant": tenant, "b_start": start})
    if found is None:
        raise NotFoundError(f"there is no action with a digest that begins with {start!r}")
    return str(found)


class _FactsByKind(dict[str, StoredFacts]):
    def __missing__(self, kind: str) -> StoredFacts:
        self[kind] = StoredFacts(kind)
        return self[kind]


def _recorded(row: Sequence[Any], facts_of: _FactsByKind) -> Recorded:
    action_id, at, verdict, facts, body, kind, requester, minor, currency = row
    return Recorded(
        action_id=action_id,
        kind=kind,
        at=datetime.fromisoformat(at),
        requester=requester,
        verdict=Verdict(verdict),
        facts=facts_of[kind].typed(from_json(facts)),
        money=None if minor is None else Money(minor, currency),
        missing=frozenset(_said(body, '"missing":')),
        assisted=_BY_THE_DIAL in body,
        places=places_from_json(_said(body, '"places":') or {}),
    )


def _said(body: str, key: str) -> Any:
    """The value of one key of a decision's body, without reading the rest; None if it is not there.

    Inside a text the quotes of the key would be escaped, and no smaller part of a decision has such a key.
    """
    found = body.find(key)
    return None if found < 0 else _VALUE(body, found + len(key))[0]


_VALUE: Final = json.JSONDecoder().raw_decode
_BY_THE_DIAL: Final = '"rule":"mode-assist"'
"""The dial's own rule name, as canonical JSON writes it: inside a text its quotes would be escaped."""
_SUBMITTED: Final = (
    select(
        decisions.c.action_id,
        type_coerce(decisions.c.at, String),  # a hundred thousand of them are read faster by hand
        decisions.c.verdict,
        decisions.c.facts,
        decisions.c.body,
        actions.c.kind,
        actions.c.requester,
        actions.c.money_minor,
        actions.c.money_currency,
    )
    .join(actions, and_(actions.c.tenant == decisions.c.tenant, actions.c.id == decisions.c.action_id))
    .where(
        decisions.c.tenant == bindparam("b_tenant"),
        decisions.c.stage == "submit",
        decisions.c.at > bindparam("b_since", type_=decisions.c.at.type),
    )
    .order_by(decisions.c.at, decisions.c.id)
)
_ABOUT: Final = (
    select(decisions)
    .where(
        decisions.c.tenant == bindparam("b_tenant"),
        decisions.c.action_id == bindparam("b_action"),
    )
    .order_by(decisions.c.at, decisions.c.stage.desc(), decisions.c.id)
)
_WITH_DIGEST: Final = (
    select(actions.c.id)
    .where(
        actions.c.tenant == bindparam("b_tenant"),
        actions.c.digest.startswith(bindparam("b_start")),
    )
    .order_by(actions.c.created_at.desc(), actions.c.id.desc())
    .limit(1)
)
