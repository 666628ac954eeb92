"""Approvals, the grants people gave on them, and the switches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from shop.actions import Undo, canonical
from shop.errors import ConflictError, NotFoundError
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions, approvals, grants, switches
from shop.store.prepared import Prepared
from tools.ledger import delegations, judged, rows
from tools.ledger.states import ActionView, ApprovalView, Card, CardLine, GrantView, State

_SPOKEN = re.compile(r"(?:a-?)?([0-9]{1,9})", re.IGNORECASE)


def number_of(approval_id: str) -> int:
    """The number in ``A-17``, ``a17`` or ``17``; raises NotFoundError for anything else."""
    match = _SPOKEN.fullmatch(approval_id.strip())
    if match is None:
        raise NotFoundError(f"{approval_id!r} is no approval; they look like A-17")
    return int(match[1])


def file(
    tx: Transaction,
    tenant: str,
    action_id: str,
    digest: str,
    required: Sequence[Mapping[str, Any]],
    card: Card,
    now: datetime,
) -> str:
    """Put an action before people; gives the spoken number, or renews the card of an earlier one."""
    number = _NUMBER.scalar(tx, {"b_tenant": tenant, "b_action": action_id})
    body = {"required": canonical(list(required)), "card": _card_json(card), "asked_at": now}
    if number is not None:
        _RENEW.run(tx, {"b_tenant": tenant, "b_number": number, **{f"b_{k}": v for k, v in body.items()}})
        return f"A-{number}"
    number = (_LAST_NUMBER.scalar(tx, {"b_tenant": tenant}) or 0) + 1
    row = {"tenant": tenant, "number": number, "action_id": action_id, "digest": digest, "created_at": now}
    _INSERT.run(tx, {**row, **body})
    return f"A-{number}"


def get(
    snapshot: Snapshot, tenant: str, approval_id: str, *, action: ActionView | None = None
) -> ApprovalView:
    """One approval; raises NotFoundError. Whoever has its action gives it, so that it is not read again."""
    row = _BY_NUMBER.first(snapshot, {"b_tenant": tenant, "b_number": number_of(approval_id)})
    if row is None:
        raise NotFoundError(f"there is no approval {approval_id!r}")
    return _view(snapshot, row, action)


def listed(
    snapshot: Snapshot,
    tenant: str,
    states: Iterable[State],
    limit: int,
    after: int = 0,
    *,
    awake_at: datetime | None = None,
) -> list[ApprovalView]:
    """Approvals whose action is in any of some states, by number, after a number.

    With `awake_at`, those that wait and are snoozed beyond that moment are left out.
    """
    query = (
        select(approvals)
        .join(actions, (actions.c.tenant == approvals.c.tenant) & (actions.c.id == approvals.c.action_id))
        .where(
            approvals.c.tenant == tenant,
            approvals.c.number > after,
            actions.c.state.in_([state.value for state in states]),
        )
        .order_by(approvals.c.number)
        .limit(limit)
    )
    if awake_at is not None:
        until = approvals.c.snoozed_until
        over = actions.c.state != State.PENDING.value
        query = query.where(or_(until.is_(None), until <= awake_at, over))
    return [_view(snapshot, row) for row in snapshot.execute(query).all()]


def note(tx: Transaction, approval: ApprovalView, **values: Any) -> None:
    """Write down what people noted on an approval: until when it is snoozed, to whom it is assigned."""
    tx.execute(
        approvals.update()
        .where(approvals.c.tenant == approval.action.tenant, approvals.c.number == number_of(approval.id))
        .values(**values)
    )


def grant(tx: Transaction, approval: ApprovalView, yes: GrantView) -> None:
    """Write down one person's yes to this digest; raises ConflictError if it is there already."""
    if any(earlier.person == yes.person for earlier in approval.grants):
        raise ConflictError(f"{yes.person!r} has approved {approval.id} already; it needs another person")
    values = {
        "tenant": approval.action.tenant,
        "approval": number_of(approval.id),
        "person": yes.person,
        "round": approval.round,
        "roles": " ".join(sorted(yes.roles)),
        "digest": approval.action.digest,
        "at": yes.at,
        "note": yes.note,
        "acting_for": yes.acting_for,
        "delegation": None if yes.delegation is None else delegations.number_of(yes.delegation),
    }
    _GRANT.run(tx, values)


def consume(tx: Transaction, action: ActionView, fence: int) -> None:
    """Mark the grants of an action as used by a claim; a used grant never counts again."""
    if action.approval_id is not None:
        number = number_of(action.approval_id)
        _CONSUME.run(tx, {"b_tenant": action.tenant, "b_number": number, "b_fence": fence})


def switch(snapshot: Snapshot, tenant: str, kind: str) -> str | None:
    """The value of a switch, None if nobody ever set it."""
    value: str | None = _SWITCH.scalar(snapshot, {"b_tenant": tenant, "b_kind": kind})
    return value


def set_switch(
    tx: Transaction, tenant: str, kind: str, value: str, by: str, now: datetime, reason: str
) -> None:
    """Set a switch; the audit keeps what it was before."""
    _TAKE_OFF.run(tx, {"b_tenant": tenant, "b_kind": kind})
    row = {"tenant": tenant, "kind": kind, "value": value, "by": by, "at": now, "reason": reason}
    _SET.run(tx, row)


def _view(snapshot: Snapshot, row: Any, action: ActionView | None = None) -> ApprovalView:
    action = action or rows.get(snapshot, row.tenant, row.action_id)
    decision = judged.body_of(snapshot, row.tenant, action.decision_id)
    asked = {"b_tenant": row.tenant, "b_number": row.number, "b_round": row.round, "b_digest": action.digest}
    given = _GRANTS.rows(snapshot, asked)
    return ApprovalView(
        id=f"A-{row.number}",
        action=action,
        card=_card(row.card),
        why=tuple(
            fired["text"] for fired in decision.get("fired", ()) if fired["effect"] == "needs_approval"
        ),
        nearest_flip=decision.get("nearest_flip", ""),
        required=tuple(json.loads(row.required)),
        grants=tuple(
            GrantView(
                person=one.person,
                roles=frozenset(one.roles.split()),
                at=one.at,
                note=one.note,
                acting_for=one.acting_for,
                delegation=None if one.delegation is None else f"D-{one.delegation}",
            )
            for one in given
        ),
        created_at=row.created_at,
        asked_at=row.asked_at,
        snoozed_until=row.snoozed_until,
        assigned_to=row.assigned_to,
        round=row.round,
    )


def _card_json(card: Card) -> str:
    lines = [{"label": one.label, "before": one.before, "after": one.after} for one in card.lines]
    body = {"title": card.title, "lines": lines, "evidence": list(card.evidence)}
    return canonical({**body, "undo": card.undo.value, "undo_by": card.undo_by})


def _card(text: str) -> Card:
    body = json.loads(text)
    return Card(
        title=body["title"],
        lines=tuple(CardLine(**line) for line in body["lines"]),
        evidence=tuple(body["evidence"]),
        undo=Undo(body["undo"]),
        undo_by=body["undo_by"],
    )


# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(approvals.insert())
_THIS: Final = (switches.c.tenant == bindparam("b_tenant"), switches.c.kind == bindparam("b_kind"))
_SWITCH: Final = Prepared(select(switches.c.value).where(*_THIS))
_TAKE_OFF: Final = Prepared(switches.delete().where(*_THIS))
_SET: Final = Prepared(switches.insert())
_NUMBER: Final = Prepared(
    select(approvals.c.number).where(
        approvals.c.tenant == bindparam("b_tenant"), approvals.c.action_id == bindparam("b_action")
    )
)
_LAST_NUMBER: Final = Prepared(
    select(func.max(approvals.c.number)).where(approvals.c.tenant == bindparam("b_tenant"))
)
_HERE: Final = (approvals.c.tenant == bindparam("b_tenant"), approvals.c.number == bindparam("b_number"))
_BY_NUMBER: Final = Prepared(select(approvals).where(*_HERE))
_RENEW: Final = Prepared(
    approvals.update()
    .where(*_HERE)
    .values(
        round=approvals.c.round + 1,
        snoozed_until=None,
        required=bindparam("b_required"),
        card=bindparam("b_card"),
        asked_at=bindparam("b_asked_at", type_=approvals.c.asked_at.type),
    )
)
_GIVEN: Final = (grants.c.tenant == bindparam("b_tenant"), grants.c.approval == bindparam("b_number"))
_GRANT: Final = Prepared(grants.insert())
_GRANTS: Final = Prepared(
    select(grants)
    .where(*_GIVEN, grants.c.round == bindparam("b_round"), grants.c.digest == bindparam("b_digest"))
    .order_by(grants.c.at, grants.c.person)
)
_CONSUME: Final = Prepared(
    grants.update().where(*_GIVEN, grants.c.consumed_by.is_(None)).values(consumed_by=bindparam("b_fence"))
)
