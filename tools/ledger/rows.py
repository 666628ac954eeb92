"""Actions and decisions as rows: written once, moved by guarded updates, never deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, select

from shop.actions import Action, canonical
from shop.backends.ports import Outcome, Receipt
from shop.errors import ConflictError, NotFoundError
from shop.money import Money
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions, answered_keys, approvals, plan_steps
from shop.store.prepared import Prepared
from tools.ledger import windows
from tools.ledger.states import RESERVING, ActionView, State
from tools.ledger.windows import Entry


@dataclass(frozen=True, slots=True)
class NewAction:
    """Everything that is fixed when an action is filed."""

    tenant: str
    id: str
    action: Action
    args: Mapping[str, Any]
    digest: str
    key: str
    requester: str
    requester_kind: str
    on_behalf_of: str | None
    conversation: str | None
    run: str | None
    tainted: bool
    state: State
    reason: str
    decision_id: str
    versions: Mapping[str, int]
    money: Money | None
    supplier: str | None
    customer: str | None
    created_at: datetime
    expires_at: datetime
    entries: Sequence[Entry] = ()
    supersedes: str | None = None
    compensates: str | None = None
    salt: str | None = None


def insert(tx: Transaction, new: NewAction) -> None:
    """File an action; its arguments and digest never change afterwards."""
    values = {
        "tenant": new.tenant,
        "id": new.id,
        "kind": new.action.kind,
        "args": canonical(new.args),
        "digest": new.digest,
        "salt": new.salt,
        "idempotency_key": new.key,
        "requester": new.requester,
        "requester_kind": new.requester_kind,
        "on_behalf_of": new.on_behalf_of,
        "conversation": new.conversation,
        "run": new.run,
        "tainted": new.tainted,
        "state": new.state.value,
        "reason": new.reason,
        "decision_id": new.decision_id,
        "versions": versions_json(new.versions),
        "money_minor": new.money.minor if new.money else None,
        "money_currency": new.money.currency if new.money else None,
        "supplier": new.supplier,
        "customer": new.customer,
        "created_at": new.created_at,
        "expires_at": new.expires_at,
        "supersedes": new.supersedes,
        "compensates": new.compensates,
    }
    _INSERT.run(tx, values)
    for_whom = new.on_behalf_of or new.requester
    windows.enter(tx, new.tenant, new.id, new.action.kind, for_whom, new.state, new.entries)


def as_filed(new: NewAction, approval_id: str | None) -> ActionView:
    """The view of an action that was just inserted, without reading it back."""
    return ActionView(
        tenant=new.tenant,
        id=new.id,
        kind=new.action.kind,
        args=new.args,
        digest=new.digest,
        key=new.key,
        requester=new.requester,
        requester_kind=new.requester_kind,
        on_behalf_of=new.on_behalf_of,
        conversation=new.conversation,
        run=new.run,
        tainted=new.tainted,
        state=new.state,
        reason=new.reason,
        decision_id=new.decision_id,
        versions=dict(new.versions),
        money=new.money,
        created_at=new.created_at,
        expires_at=new.expires_at,
        supersedes=new.supersedes,
        superseded_by=None,
        fence=0,
        worker=None,
        lease_until=None,
        attempts=0,
        receipt=None,
        effect_at=None,
        approval_id=approval_id,
        compensates=new.compensates,
        salt=new.salt,
    )


def get(snapshot: Snapshot, tenant: str, action_id: str) -> ActionView:
    """One action; raises NotFoundError."""
    found = _views(snapshot, _BY_ID, {"b_tenant": tenant, "b_id": action_id})
    if not found:
        raise NotFoundError(f"there is no action {action_id!r}")
    return found[0]


def by_key(snapshot: Snapshot, tenant: str, key: str) -> ActionView | None:
    """The action that was filed under an idempotency key, or that the key was answered with, if any."""
    values = {"b_tenant": tenant, "b_key": key}
    found = _views(snapshot, _BY_KEY, values)
    if found:
        return found[0]
    answered = _ANSWERED.scalar(snapshot, values)
    return get(snapshot, tenant, answered) if answered else None


def use_up(tx: Transaction, tenant: str, key: str, action_id: str) -> None:
    """Bind a key to the action that it was answered with, though that was filed under another."""
    _USE_UP.run(tx, {"tenant": tenant, "idempotency_key": key, "action_id": action_id})


def refused_before(
    snapshot: Snapshot, tenant: str, conversation: str, action: Action, *, by_people: bool = False
) -> ActionView | None:
    """The same action, already refused in this conversation; with `by_people` not by rules alone."""
    values = {"b_tenant": tenant, "b_conversation": conversation, "b_kind": action.kind}
    states = (State.REJECTED,) if by_people else (State.REJECTED, State.DENIED)
    views = _views(snapshot, _REFUSED, values)
    found = [one for one in views if one.state in states and one.is_of(action)]
    return found[-1] if found else None


def in_states(
    snapshot: Snapshot,
    tenant: str,
    states: Iterable[State],
    *,
    kind: str | None = None,
    run: str | None = None,
    conversation: str | None = None,
    limit: int | None = None,
) -> list[ActionView]:
    """Actions in any of some states, oldest first."""
    wanted = [state.value for state in states]
    if (kind, run, conversation, limit) == (None, None, None, None):
        return _views(snapshot, _IN_STATES, {"b_tenant": tenant, "b_states": wanted})
    if conversation is not None and limit is None:
        found = _views(snapshot, _SPOKEN_OF, {"b_tenant": tenant, "b_conversation": conversation})
        return [
            one
            for one in found
            if one.state.value in wanted and kind in {None, one.kind} and run in {None, one.run}
        ]
    conditions = [actions.c.tenant == tenant, actions.c.state.in_(wanted)]
    if kind is not None:
        conditions.append(actions.c.kind == kind)
    if run is not None:
        conditions.append(actions.c.run == run)
    if conversation is not None:
        conditions.append(actions.c.conversation == conversation)
    return _select(snapshot, and_(*conditions), limit)


def overdue(snapshot: Snapshot, tenant: str, states: Iterable[State], now: datetime) -> list[ActionView]:
    """Actions in any of some states whose time is over."""
    values = {"b_tenant": tenant, "b_states": [state.value for state in states], "b_now": now}
    return _views(snapshot, _OVERDUE, values)


def move(tx: Transaction, before: ActionView, state: State, reason: str, **changes: Any) -> None:
    """Take an action from the state it was read in to another; raises ConflictError if it moved on."""
    values = {
        "b_tenant": before.tenant,
        "b_id": before.id,
        "b_digest": before.digest,
        "b_state": before.state.value,
        "b_fence": before.fence,
        **{
            f"new_{name}": value
            for name, value in {**changes, "state": state.value, "reason": reason}.items()
        },
    }
    if _move(("state", "reason", *changes)).run(tx, values) != 1:
        raise ConflictError(f"action {before.id!r} is no longer {before.state.value}")
    windows.pass_on(tx, before.tenant, before.id, before.state, state, changes.get("effect_at"))


def link(tx: Transaction, old: ActionView, new_id: str) -> None:
    """Note on an ended action which new one took its place; in a plan the new one is the step then."""
    _LINK.run(tx, {"b_tenant": old.tenant, "b_id": old.id, "b_new": new_id})
    tx.execute(
        plan_steps.update()
        .where(plan_steps.c.tenant == old.tenant, plan_steps.c.action_id == old.id)
        .values(action_id=new_id)
    )


def versions_json(versions: Mapping[str, int]) -> str:
    """Entity versions as canonical JSON."""
    return canonical(dict(versions))


def reserving(snapshot: Snapshot, tenant: str, kind: str, *, customer: str) -> list[ActionView]:
    """Actions of a kind for a customer that are approved or under way, without a booked effect yet."""
    return _views(snapshot, _RESERVING, {"b_tenant": tenant, "b_kind": kind, "b_customer": customer})


def done_for(
    snapshot: Snapshot, tenant: str, kinds: Sequence[str], customer: str, since: datetime
) -> list[str]:
    """Ids of actions of some kinds for a customer that were asked for since a moment and are done or due."""
    values = {"b_tenant": tenant, "b_kinds": list(kinds), "b_customer": customer, "b_since": since}
    return [row.id for row in _DONE_FOR.rows(snapshot, values)]


def compensating(snapshot: Snapshot, tenant: str, action_id: str) -> list[ActionView]:
    """The actions that were filed to take an action back, whatever became of them, oldest first."""
    return _views(snapshot, _COMPENSATING, {"b_tenant": tenant, "b_action": action_id})


def receipt_json(receipt: Receipt) -> str:
    """A receipt as canonical JSON."""
    return canonical(
        {
            "outcome": receipt.outcome.value,
            "detail": receipt.detail,
            "reference": receipt.reference,
            "before": dict(receipt.before),
            "after": dict(receipt.after),
        }
    )


def receipt_from(text: str | None) -> Receipt | None:
    """The inverse of receipt_json; None stays None."""
    if text is None:
        return None
    body = json.loads(text)
    return Receipt(**{**body, "outcome": Outcome(body["outcome"])})


def _select(snapshot: Snapshot, condition: ColumnElement[bool], limit: int | None = None) -> list[ActionView]:
    return [_view(row) for row in snapshot.execute(_FOUND.where(condition).limit(limit))]


def _views(snapshot: Snapshot, query: Prepared, values: Mapping[str, Any]) -> list[ActionView]:
    found = [_view(row) for row in query.rows(snapshot, values)]
    return found if len(found) < 2 else sorted(found, key=lambda one: (one.created_at, one.id))  # noqa: PLR2004 - of one there is no order


@cache
def _move(changed: tuple[str, ...]) -> Prepared:
    """The guarded change of some columns: it touches nothing if the action is not as it was read."""
    return Prepared(
        actions.update()
        .where(
            actions.c.tenant == bindparam("b_tenant"),
            actions.c.id == bindparam("b_id"),
            actions.c.digest == bindparam("b_digest"),
            actions.c.state == bindparam("b_state"),
            actions.c.fence == bindparam("b_fence"),
        )
        .values({name: bindparam(f"new_{name}", type_=actions.c[name].type) for name in changed})
    )


def _view(row: Any) -> ActionView:
    money = None if row.money_minor is None else Money(row.money_minor, row.money_currency)
    return ActionView(
        tenant=row.tenant,
        id=row.id,
        kind=row.kind,
        args=json.loads(row.args),
        digest=row.digest,
        key=row.idempotency_key,
        requester=row.requester,
        requester_kind=row.requester_kind,
        on_behalf_of=row.on_behalf_of,
        conversation=row.conversation,
        run=row.run,
        tainted=row.tainted,
        state=State(row.state),
        reason=row.reason,
        decision_id=row.decision_id,
        versions=json.loads(row.versions),
        money=money,
        created_at=row.created_at,
        expires_at=row.expires_at,
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        fence=row.fence,
        worker=row.worker,
        lease_until=row.lease_until,
        attempts=row.attempts,
        receipt=receipt_from(row.receipt),
        effect_at=row.effect_at,
        approval_id=None if row.number is None else f"A-{row.number}",
        compensates=row.compensates,
        salt=row.salt,
    )


# Built once: making a statement costs more than running it.
_INSERT: Final = Prepared(actions.insert())
_FOUND: Final = (
    select(actions, approvals.c.number)
    .outerjoin(approvals, and_(approvals.c.tenant == actions.c.tenant, approvals.c.action_id == actions.c.id))
    .order_by(actions.c.created_at, actions.c.id)
)
# Few rows each, ordered once they are read: asked for an order, a database walks all actions by their moment.
_MINE: Final = _FOUND.order_by(None).where(actions.c.tenant == bindparam("b_tenant"))
_BY_ID: Final = Prepared(_MINE.where(actions.c.id == bindparam("b_id")))
_BY_KEY: Final = Prepared(_MINE.where(actions.c.idempotency_key == bindparam("b_key")))
_ANSWERED: Final = Prepared(
    select(answered_keys.c.action_id).where(
        answered_keys.c.tenant == bindparam("b_tenant"), answered_keys.c.idempotency_key == bindparam("b_key")
    )
)
_USE_UP: Final = Prepared(answered_keys.insert())
_SPOKEN_OF: Final = Prepared(_MINE.where(actions.c.conversation == bindparam("b_conversation")))
_REFUSED: Final = Prepared(
    _MINE.where(
        actions.c.conversation == bindparam("b_conversation"),
        actions.c.kind == bindparam("b_kind"),
        actions.c.state.in_((State.DENIED.value, State.REJECTED.value)),
    )
)
_IN_STATES: Final = Prepared(_MINE.where(actions.c.state.in_(bindparam("b_states", expanding=True))))
_OVERDUE: Final = Prepared(
    _MINE.where(
        actions.c.state.in_(bindparam("b_states", expanding=True)),
        actions.c.expires_at <= bindparam("b_now", type_=actions.c.expires_at.type),
    )
)
_RESERVING: Final = Prepared(
    _MINE.where(
        actions.c.kind == bindparam("b_kind"),
        actions.c.customer == bindparam("b_customer"),
        actions.c.state.in_([state.value for state in RESERVING]),
    )
)
_DONE_FOR: Final = Prepared(
    select(actions.c.id).where(
        actions.c.tenant == bindparam("b_tenant"),
        actions.c.kind.in_(bindparam("b_kinds", expanding=True)),
        actions.c.customer == bindparam("b_customer"),
        actions.c.created_at >= bindparam("b_since", type_=actions.c.created_at.type),
        actions.c.state.in_([state.value for state in (*RESERVING, State.EXECUTED)]),
    )
)
_COMPENSATING: Final = Prepared(_MINE.where(actions.c.compensates == bindparam("b_action")))
_LINK: Final = Prepared(
    actions.update()
    .where(actions.c.tenant == bindparam("b_tenant"), actions.c.id == bindparam("b_id"))
    .values(superseded_by=bindparam("b_new"))
)
