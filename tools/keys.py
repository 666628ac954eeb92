"""Idempotency keys under which the desk itself files what follows from something that was filed.

Whoever comes after a crash finds by them what was done already. So nobody else files under such a key: an
action that stood there would be taken for the undo of a step, or keep an approved one from coming back.
"""

from __future__ import annotations

import re
from typing import Final

from shop.errors import InvalidActionError

_OWN: Final = re.compile(r"plan:P-[0-9]+:.*|undo:[^:]+:[0-9]+|[^:]+:(?:again|edit)", re.DOTALL)


def check_free(key: str) -> None:
    """Refuse a key that belongs to the desk; raises InvalidActionError.

    >>> check_free("monday-7f3a:place_purchase_order")
    >>> check_free("plan:P-1:1:undo")
    Traceback (most recent call last):
    shop.errors.InvalidActionError: the key 'plan:P-1:1:undo' is one of the desk's own; choose another
    """
    if _OWN.fullmatch(key):
        raise InvalidActionError(f"the key {key[:80]!r} is one of the desk's own; choose another")


def of_edit(action_id: str) -> str:
    """The key of what took the place of an edited action."""
    return f"{action_id}:edit"


def of_return(action_id: str) -> str:
    """The key of what was asked again for a stale action."""
    return f"{action_id}:again"


def of_undo(action_id: str, number: int) -> str:
    """The key of one undo of an action; earlier ones were refused."""
    return f"undo:{action_id}:{number}"


def of_step(plan_id: str, step: int) -> str:
    """The key of a step of a plan."""
    return f"plan:{plan_id}:{step}"


def of_step_undo(plan_id: str, step: int, sku: str | None) -> str:
    """The key of what takes a step of a plan back, or one SKU of it."""
    return f"plan:{plan_id}:{step}:undo" + (f":{sku}" if sku is not None else "")
