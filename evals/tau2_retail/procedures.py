"""Ways to go wrong around a write that is legal in itself: who is spoken with, and what was agreed to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from evals.tau2_retail.answers import Answer
from evals.tau2_retail.mutants import REASONS
from evals.tau2_retail.shapes import Call, Retail, RetailOrder, User
from evals.tau2_retail.store import RetailStore
from evals.tau2_retail.talk import Talk

LATER: Final = timedelta(days=1)
"""Older than any consent may be."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A course of a conversation whose last call must be refused."""

    kind: str
    call: Call
    play: Callable[[RetailStore], Answer]


def violations(call: Call, shop: Retail, owner: User, other: User) -> Iterator[Violation]:
    """The wrong courses towards one legal write; `other` is another customer of the shop."""
    another = altered(call, shop)

    def play(*steps: Callable[[Talk], object]) -> Callable[[RetailStore], Answer]:
        return lambda store: _played(Talk(store), steps, call)

    def as_owner(talk: Talk) -> object:
        return identify(talk, owner)

    def agree(talk: Talk) -> object:
        return talk.agree(call)

    yield Violation("no identity", call, play(agree))
    yield Violation("identity after the yes", call, play(agree, as_owner))
    yield Violation("another customer", call, play(lambda talk: identify(talk, other), agree))
    yield Violation("no consent", call, play(as_owner))
    yield Violation("consent to other arguments", call, play(as_owner, lambda talk: talk.agree(another)))
    yield Violation("stale consent", call, play(as_owner, agree, lambda talk: talk.store.wait(LATER)))
    yield Violation("consent in another conversation", call, lambda store: _elsewhere(store, call, owner))


def disclosures(orders: Sequence[RetailOrder], owner: User, other: User) -> Iterator[Violation]:
    """Asking for a customer's records without being known, or as somebody else; and being two customers."""
    details = [Call(name="get_user_details", arguments={"user_id": owner.user_id})]
    details += [Call(name="get_order_details", arguments={"order_id": one.order_id}) for one in orders]
    for call in details:
        yield Violation("record without identity", call, partial(_asked, None, call))
        yield Violation("another customer's record", call, partial(_asked, other, call))
    for second in (identification(owner), identification(owner, by_email=False)):
        yield Violation("second customer", second, partial(_asked, other, second))


def _asked(user: User | None, call: Call, store: RetailStore) -> Answer:
    talk = Talk(store)
    if user is not None:
        identify(talk, user)
    return talk.call(call)


def identification(user: User, *, by_email: bool = True) -> Call:
    """The call that finds a customer by e-mail, or by name and zip code."""
    if by_email:
        return Call(name="find_user_id_by_email", arguments={"email": user.email})
    arguments = {**user.name.model_dump(), "zip": user.address.zip}
    return Call(name="find_user_id_by_name_zip", arguments=arguments)


def identify(talk: Talk, user: User) -> Answer:
    """The customer says who they are."""
    return talk.call(identification(user))


def altered(call: Call, shop: Retail) -> Call:
    """The same tool with one argument that could be meant as well."""
    return call.model_copy(update={"arguments": {**call.arguments, **_other_argument(call.arguments, shop)}})


def _other_argument(given: Mapping[str, Any], shop: Retail) -> dict[str, Any]:
    if "reason" in given:
        return {"reason": next(one for one in REASONS if one != given["reason"])}
    if "zip" in given:
        return {"zip": "00000" if given["zip"] != "00000" else "00001"}
    if "new_item_ids" in given:
        other = _other_variant(given["item_ids"][-1], given["new_item_ids"][-1], shop)
        if other is not None:
            return {"new_item_ids": [*given["new_item_ids"][:-1], other]}
    elif "item_ids" in given:
        items = [one.item_id for one in shop.orders[given["order_id"]].items]
        more = [item for item in items if item not in given["item_ids"]]
        if more:
            return {"item_ids": [*given["item_ids"], more[0]]}
        if len(given["item_ids"]) > 1:
            return {"item_ids": given["item_ids"][:-1]}
    return {"payment_method_id": "paypal_0000000"}


def _other_variant(old: str, new: str, shop: Retail) -> str | None:
    found = shop.variant(old)
    choice = sorted(found[0].variants) if found else []
    return next((key for key in choice if key not in {old, new}), None)


def _played(talk: Talk, steps: Iterable[Callable[[Talk], object]], call: Call) -> Answer:
    for step in steps:
        step(talk)
    return talk.call(call)


def _elsewhere(store: RetailStore, call: Call, owner: User) -> Answer:
    first, second = Talk(store), Talk(store)
    for talk in (first, second):
        identify(talk, owner)
    first.agree(call)
    return second.call(call)
