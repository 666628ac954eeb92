"""Whether two states of the shop are the same: cents as whole numbers, lists of items as multisets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from evals.tau2_retail.shapes import Changed, Retail, RetailOrder, User

State = Mapping[str, Mapping[str, Any]]
"""``orders.#W1`` and ``users.u1`` with their canonical records."""
_MULTISETS: Final = ("items", "exchange_items", "exchange_new_items", "return_items")


def canonical(users: Mapping[str, User], orders: Mapping[str, RetailOrder]) -> State:
    """The records in the one form that is compared: None is absent, the order of items does not matter."""
    plain_users = {f"users.{key}": one.model_dump(exclude_none=True) for key, one in users.items()}
    return {**plain_users, **{f"orders.{key}": _order(one) for key, one in orders.items()}}


def _order(order: RetailOrder) -> dict[str, Any]:
    plain = order.model_dump(exclude_none=True)
    for name in _MULTISETS:
        if name in plain:
            plain[name] = sorted(plain[name], key=_key)
    for parcel in plain["fulfillments"]:
        parcel["item_ids"] = sorted(parcel["item_ids"])
    return plain


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def expected_state(start: State, changed: Changed) -> State:
    """The start with the changed records in the place of the old ones."""
    return {**start, **canonical(changed.users, changed.orders)}


def differences(expected: State, found: State) -> list[str]:
    """Every place in which two states differ, in words; none means that they are equal.

    >>> differences({"users.u": {"email": "a"}}, {"users.u": {"email": "b"}})
    ["users.u.email: expected 'a', found 'b'"]
    """
    return _differ("", dict(expected), dict(found))


def _differ(place: str, expected: Any, found: Any) -> list[str]:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        names = [*expected, *(name for name in found if name not in expected)]
        return [
            words
            for name in names
            for words in _differ(
                f"{place}.{name}" if place else str(name), expected.get(name), found.get(name)
            )
        ]
    return [] if expected == found else [f"{place}: expected {expected!r}, found {found!r}"]


def scope(retail: Retail, users: set[str]) -> Retail:
    """The part of the shop that some customers can touch: themselves, their orders, every product."""
    return Retail.model_construct(
        products=retail.products,
        users={key: one for key, one in retail.users.items() if key in users},
        orders={key: one for key, one in retail.orders.items() if one.user_id in users},
    )
