"""Writes that must be refused, made from writes that are legal: one thing is wrong with each of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evals.tau2_retail.shapes import Booking, Call, Fulfillment, Method, Retail, RetailOrder, User

REASONS: Final = ("no longer needed", "ordered by mistake")
PENDING: Final = frozenset(
    {
        "cancel_pending_order",
        "modify_pending_order_address",
        "modify_pending_order_payment",
        "modify_pending_order_items",
    }
)
_SWAPS: Final = frozenset({"modify_pending_order_items", "exchange_delivered_order_items"})
_ITEMS: Final = _SWAPS | {"return_delivered_order_items"}
_PAYING: Final = _ITEMS | {"modify_pending_order_payment"}
_CARD: Final = Method(source="gift_card", id="gift_card_0000001", balance=0)
_PLAIN: Final = Method(source="credit_card", id="credit_card_0000001", brand="visa", last_four="0001")


@dataclass(frozen=True, slots=True)
class Mutant:
    """An illegal write. `world` is the shop it is tried in, None for the one before the legal write."""

    kind: str
    call: Call
    world: Retail | None = None


def mutants(call: Call, shop: Retail, seed: str) -> Iterator[Mutant]:
    """The illegal variants of a legal write; `shop` is the state just before it."""
    rng = random.Random(seed)  # noqa: S311 - chance that must repeat
    if call.name == "modify_user_address":
        yield Mutant("unknown customer", _with(call, user_id="nobody_0000"))
        yield Mutant("missing argument", _without(call, "zip"))
        return
    order = shop.orders[call.arguments["order_id"]]
    yield Mutant("unknown order", _with(call, order_id="#W0000000"))
    yield Mutant("missing argument", _without(call, max(call.arguments)))
    for status in _wrong_statuses(call):
        yield Mutant("wrong status", call, _in_status(shop, order, status))
    if call.name == "cancel_pending_order":
        for reason in ("changed my mind", "", "found it cheaper"):
            yield Mutant("invalid reason", _with(call, reason=reason))
    if call.name in _PAYING:
        yield from _payments(call, shop, order, rng)
    if call.name in _ITEMS:
        yield from _item_lists(call, shop, order, rng)
    if call.name in _SWAPS:
        yield from _swaps(call, shop, order, rng)
    if call.name == "return_delivered_order_items":
        user = _with_method(shop.users[order.user_id], _PLAIN)
        other = _with(call, payment_method_id=_PLAIN.id)
        yield Mutant("refund to a new card", other, _with_user(shop, user))


def payment_changes(order: RetailOrder, shop: Retail, seed: str) -> Iterator[Mutant]:
    """Changes of a pending order's payment that must be refused."""
    rng = random.Random(seed)  # noqa: S311 - chance that must repeat
    total = sum(item.price for item in order.items)
    user = shop.users[order.user_id]
    short = _with_method(user, _CARD.model_copy(update={"balance": total - 1}))
    change = Call(
        name="modify_pending_order_payment", arguments={"order_id": order.order_id, "payment_method_id": ""}
    )
    same = order.payment_history[0].payment_method_id
    yield Mutant("same payment method", _with(change, payment_method_id=same))
    yield Mutant("insufficient balance", _with(change, payment_method_id=_CARD.id), _with_user(shop, short))
    plain = _with_user(shop, _with_method(user, _PLAIN))
    legal = _with(change, payment_method_id=_PLAIN.id)
    for status in _wrong_statuses(change):
        yield Mutant("wrong status", legal, _in_status(plain, order, status))
    yield from _payments(change, shop, order, rng)


def _payments(call: Call, shop: Retail, order: RetailOrder, rng: random.Random) -> Iterator[Mutant]:
    """The same write with a payment method that is somebody else's, or nobody's."""
    others = [user for key, user in sorted(shop.users.items()) if key != order.user_id]
    foreign = {
        one.source: one for user in rng.sample(others, len(others)) for one in user.payment_methods.values()
    }
    for source in sorted(foreign):
        yield Mutant("another customer's payment", _with(call, payment_method_id=foreign[source].id))
    yield Mutant("unknown payment", _with(call, payment_method_id="paypal_0000000"))


def _item_lists(call: Call, shop: Retail, order: RetailOrder, rng: random.Random) -> Iterator[Mutant]:
    """Nothing at all, an item that the order lacks, more of one than the order has."""
    arguments = call.arguments
    empty: dict[str, list[str]] = {name: [] for name in ("item_ids", "new_item_ids") if name in arguments}
    yield Mutant("empty list", _with(call, **empty))
    here = [item.item_id for item in order.items]
    strangers = sorted({key for one in shop.products.values() for key in one.variants} - set(here))
    alike = [key for key in strangers if key in _known(shop, arguments["item_ids"][-1])[0].variants]
    lacking = [*arguments["item_ids"][:-1], rng.choice(alike or strangers)]
    yield Mutant("item not in the order", _with(call, item_ids=lacking))
    one = arguments["item_ids"][0]
    more = [one] * (here.count(one) - arguments["item_ids"].count(one) + 1)
    news = {}
    if "new_item_ids" in arguments:
        news["new_item_ids"] = [*arguments["new_item_ids"], *arguments["new_item_ids"][:1] * len(more)]
    yield Mutant("more than the order has", _with(call, item_ids=[*arguments["item_ids"], *more], **news))


def _swaps(call: Call, shop: Retail, order: RetailOrder, rng: random.Random) -> Iterator[Mutant]:
    old, new = call.arguments["item_ids"], call.arguments["new_item_ids"]
    product, _ = _known(shop, old[-1])
    gone = sorted(key for key, one in product.variants.items() if not one.available and key != old[-1])
    if gone:
        yield Mutant("unavailable variant", _with(call, new_item_ids=[*new[:-1], rng.choice(gone)]))
    foreign = sorted(
        key
        for other in shop.products.values()
        if other.product_id != product.product_id
        for key, one in other.variants.items()
        if one.available
    )
    yield Mutant("other product", _with(call, new_item_ids=[*new[:-1], rng.choice(foreign)]))
    yield Mutant("unknown item", _with(call, new_item_ids=[*new[:-1], "0000000000"]))
    yield Mutant("unequal lists", _with(call, new_item_ids=[*new, new[-1]]))
    yield Mutant("unequal lists", _with(call, new_item_ids=new[:-1]))
    yield Mutant("item for itself", _with(call, new_item_ids=[*new[:-1], old[-1]]))
    dearer = _dearer(call, shop, order)
    if dearer is not None:
        yield Mutant("insufficient balance", *dearer)


def _dearer(call: Call, shop: Retail, order: RetailOrder) -> tuple[Call, Retail] | None:
    """The write with the dearest variants, paid from a gift card that lacks one cent; None if none is."""
    old = call.arguments["item_ids"]
    news, difference = [], 0
    for item in old:
        product, _ = _known(shop, item)
        choice = [one for key, one in sorted(product.variants.items()) if one.available and key != item]
        if not choice:
            return None
        dearest = max(choice, key=lambda one: one.price)
        news.append(dearest.item_id)
        difference += dearest.price - next(one.price for one in order.items if one.item_id == item)
    if difference <= 0:
        return None
    card = _CARD.model_copy(update={"balance": difference - 1})
    user = _with_method(shop.users[order.user_id], card)
    return _with(call, new_item_ids=news, payment_method_id=card.id), _with_user(shop, user)


def enough_for(mutant: Mutant) -> Mutant:
    """The same as an insufficient balance, with the missing cent on the card: that is legal."""
    assert mutant.world is not None  # noqa: S101 - such a mutant always brings its world
    key, user = next((key, one) for key, one in mutant.world.users.items() if _CARD.id in one.payment_methods)
    card = user.payment_methods[_CARD.id]
    full = card.model_copy(update={"balance": (card.balance or 0) + 1})
    world = _with_user(mutant.world, _with_method(mutant.world.users[key], full))
    return Mutant("balance to the cent", mutant.call, world)


def follow_ups(done: Call, order: RetailOrder, shop: Retail) -> Iterator[Mutant]:
    """What must be refused once a write was done; `order` is the order as it was before."""
    if done.name == "modify_user_address" or done.name in {
        "modify_pending_order_address",
        "modify_pending_order_payment",
    }:
        return
    method = order.payment_history[0].payment_method_id
    first = order.items[0].item_id
    change = _any_swap(order, shop)
    base: dict[str, Any] = {"order_id": order.order_id, "payment_method_id": method}
    cancel = Call(name="cancel_pending_order", arguments={"order_id": order.order_id, "reason": REASONS[0]})
    address = {"order_id": order.order_id, **shop.users[order.user_id].address.model_dump()}
    calls = [cancel, Call(name="modify_pending_order_address", arguments=address)]
    if done.name not in PENDING:
        calls = [Call(name="return_delivered_order_items", arguments={**base, "item_ids": [first]})]
    if change is not None:
        name = "modify_pending_order_items" if done.name in PENDING else "exchange_delivered_order_items"
        calls.append(Call(name=name, arguments={**base, **change}))
    for call in calls:
        yield Mutant(f"after {_SHORT[done.name]}", call)


_SHORT: Final = {
    "cancel_pending_order": "a cancellation",
    "modify_pending_order_items": "an item change",
    "exchange_delivered_order_items": "an exchange",
    "return_delivered_order_items": "a return",
}


def _any_swap(order: RetailOrder, shop: Retail) -> Mapping[str, list[str]] | None:
    for item in order.items:
        for key, one in sorted(shop.products[item.product_id].variants.items()):
            if one.available and key != item.item_id and one.price <= item.price:
                return {"item_ids": [item.item_id], "new_item_ids": [key]}
    return None


def _wrong_statuses(call: Call) -> tuple[str, ...]:
    right = "pending" if call.name in PENDING else "delivered"
    return tuple(one for one in ("pending", "processed", "delivered", "cancelled") if one != right)


def _in_status(shop: Retail, order: RetailOrder, status: str) -> Retail:
    """The shop with one order in another status, with the parcel and the refund that belong to it."""
    first = order.payment_history[0]
    paid = Booking.model_construct(
        transaction_type="payment", amount=first.amount, payment_method_id=first.payment_method_id
    )
    back = paid.model_copy(update={"transaction_type": "refund"})
    parcel = Fulfillment(tracking_id=["100000000001"], item_ids=[item.item_id for item in order.items])
    changed = order.model_copy(
        update={
            "status": status,
            "fulfillments": [] if status == "pending" else (order.fulfillments or [parcel]),
            "payment_history": [paid, back] if status == "cancelled" else [paid],
        }
    )
    return shop.model_copy(update={"orders": {**shop.orders, order.order_id: changed}})


def _with_method(user: User, method: Method) -> User:
    return user.model_copy(update={"payment_methods": {**user.payment_methods, method.id: method}})


def _with_user(shop: Retail, user: User) -> Retail:
    return shop.model_copy(update={"users": {**shop.users, user.user_id: user}})


def _known(shop: Retail, item_id: str) -> Any:
    return shop.variant(item_id)


def _with(call: Call, **arguments: Any) -> Call:
    return call.model_copy(update={"arguments": {**call.arguments, **arguments}})


def _without(call: Call, name: str) -> Call:
    return call.model_copy(
        update={"arguments": {key: one for key, one in call.arguments.items() if key != name}}
    )


def with_another_card(order: RetailOrder, shop: Retail) -> tuple[str, Retail]:
    """A card that the order was not paid with, and the shop in which the customer has it."""
    return _PLAIN.id, _with_user(shop, _with_method(shop.users[order.user_id], _PLAIN))


def with_full_gift_card(order: RetailOrder, shop: Retail) -> tuple[str, Retail]:
    """A gift card that covers exactly the order, and the shop in which the customer has it."""
    card = _CARD.model_copy(update={"balance": sum(item.price for item in order.items)})
    return card.id, _with_user(shop, _with_method(shop.users[order.user_id], card))
