"""Taking what people typed out of an ended action, while its digest and the audit chain stay as they are.

The chain holds no arguments, so it verifies before and after. The digest of the action stays too: it still
names what was approved, and nobody can carry the action out any more, because it has ended and because
what is left of it no longer fits its digest. The salt that went into the digest beside the text goes with
the text: what stays confirms no guess. Only actions filed before digests were salted have none.

What was said in the conversation goes as well: the events that hold the text, and the arguments with which
the tool was called.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import select

from shop.actions import KINDS, canonical, parse_action
from shop.errors import AccessDeniedError, ConflictError
from shop.people import Principal, Role
from shop.store import journal
from shop.store.database import Snapshot, Transaction
from shop.store.ledger_schema import actions, approvals, audit, grants
from shop.store.schema import order_notes
from tools.ledger import chain, rows
from tools.ledger.salts import digest_of_args
from tools.ledger.states import ABSORBING, ActionView

EVENT: Final = "action.text_erased"
_BATCH: Final = 1_000


def erase_action_text(
    tx: Transaction, tenant: str, action_id: str, person: Principal, now: datetime, salt: bytes
) -> tuple[str, ...]:
    """Replace the free text of an ended action by markers, wherever the desk keeps it; gives the arguments.

    The fields are those that the action's class declares in `free_text`. A marker is a keyed hash
    (HMAC-SHA256 with the secret `salt` over action, field and text): with the key somebody can still check
    whether a text that is shown to them is the one that stood there; without it nothing can be guessed
    from the marker. The words of people about the action go too: the notes on its approvals, the reason of
    its end, the text on its card, and the order note that it wrote; and every place in the events of its
    conversation or run in which the text stands.

    Raises AccessDeniedError for anybody but a human admin, NotFoundError, and ConflictError while the
    action may still move or when nothing is left to erase.
    """
    if not person.is_human or Role.ADMIN not in person.roles:
        raise AccessDeniedError(f"{person.name} may not erase what was written; it takes the role admin")
    view = rows.get(tx, tenant, action_id)
    if view.state not in ABSORBING:
        raise ConflictError(f"{view.id} is {view.state.value}; only what has ended can be erased")
    if is_erased(tx, tenant, view.id):
        raise ConflictError(f"the text of {view.id} was erased already")
    fields = KINDS[view.kind].free_text
    markers = {name: _marker(salt, view.id, name, str(view.args[name])) for name in fields if view.args[name]}
    _erase(tx, view, markers)
    actor = chain.Actor(person.kind.value, person.id)
    body = {"kind": view.kind, "digest": view.digest, "fields": sorted(markers)}
    chain.append(tx, tenant, now, actor, EVENT, action_id=view.id, body=body)
    return tuple(sorted(markers))


def is_erased(snapshot: Snapshot, tenant: str, action_id: str) -> bool:
    """Whether the chain says that the text of an action was erased; the action itself cannot claim it."""
    query = select(audit.c.seq).where(
        audit.c.tenant == tenant, audit.c.type == EVENT, audit.c.action_id == action_id
    )
    return snapshot.execute(query.limit(1)).first() is not None


def changed_actions(snapshot: Snapshot, tenant: str) -> Iterator[str]:
    """Ids of actions whose arguments no longer fit their digest although no entry says they were erased."""
    query = select(actions.c.id, actions.c.kind, actions.c.args, actions.c.digest, actions.c.salt)
    query = query.where(actions.c.tenant == tenant).order_by(actions.c.id)
    for row in snapshot.execute(query, execution_options={"yield_per": _BATCH}):
        digest = digest_of_args(row.kind, json.loads(row.args), tenant, row.salt)
        if digest != row.digest and not is_erased(snapshot, tenant, row.id):
            yield row.id


def _erase(tx: Transaction, view: ActionView, markers: Mapping[str, str]) -> None:
    args = {**view.args, **markers}
    parse_action(view.kind, args)  # it must still be readable as the action that it was
    mine = (actions.c.tenant == view.tenant) & (actions.c.id == view.id)
    gone = {str(view.args[name]): marker for name, marker in markers.items()}
    tx.execute(
        actions.update().where(mine).values(args=canonical(args), reason="its text was erased", salt=None)
    )
    for stream in filter(None, (view.conversation, view.run)):
        journal.replace_texts(tx, stream, gone)
    card = (approvals.c.tenant == view.tenant) & (approvals.c.action_id == view.id)
    shown = tx.execute(select(approvals.c.number, approvals.c.card).where(card)).first()
    if shown is not None:
        tx.execute(
            approvals.update().where(card).values(card=canonical(_without(json.loads(shown.card), gone)))
        )
        notes = (grants.c.tenant == view.tenant) & (grants.c.approval == shown.number) & (grants.c.note != "")
        tx.execute(grants.update().where(notes).values(note="erased"))
    if "note" in markers:
        written = order_notes.c.action_id == view.id
        tx.execute(order_notes.update().where(written).values(text=markers["note"]))


def _without(body: Any, gone: Mapping[str, str]) -> Any:
    """A JSON value with the marker wherever exactly the erased text stands."""
    if isinstance(body, dict):
        return {name: _without(value, gone) for name, value in body.items()}
    if isinstance(body, list):
        return [_without(value, gone) for value in body]
    return gone.get(body, body) if isinstance(body, str) else body


def _marker(salt: bytes, action_id: str, field: str, erased: str) -> str:
    message = canonical([action_id, field, erased]).encode()
    return f"[erased {hmac.new(salt, message, sha256).hexdigest()[:32]}]"
