"""Tasks drawn from a retail database by chance, with the ends that tau2's policy gives them.

The ends are worked out on plain records by arithmetic of its own, which shares nothing with the shop's: so
tools and courses that no task of a file uses (another payment, several writes on one order) are replayed too.
A draw is the same for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Final

from evals.tau2_retail.mutants import REASONS
from evals.tau2_retail.shapes import Expected, Retail, Task

Record = dict[str, Any]
Written = tuple[str, Record]

_MOST_WRITES: Final = 5


def drawn_tasks(shop: Retail, number: int, seed: int) -> tuple[list[Task], dict[str, Expected]]:
    """So many tasks of 1 to 5 legal writes each, and the end of each."""
    chance = random.Random(seed)  # noqa: S311 - a draw that can be repeated, no secret
    ready = sorted(key for key, user in shop.users.items() if user.orders)
    drawn = [_Course(shop, chance.choice(ready), chance).task(f"drawn-{at}") for at in range(1, number + 1)]
    return [task for task, _ in drawn], {task.id: end for task, end in drawn}


class _Course:
    """One customer's writes; `_user` and `_orders` are plain records that follow them, money in cents."""

    def __init__(self, shop: Retail, user_id: str, chance: random.Random) -> None:
        self._shop = shop
        self._chance = chance
        self._user = shop.users[user_id].model_dump(exclude_none=True)
        self._orders = {
            key: shop.orders[key].model_dump(exclude_none=True) for key in shop.users[user_id].orders
        }
        self._before = deepcopy((self._user, self._orders))

    def task(self, name: str) -> tuple[Task, Expected]:
        """The task with its end; the customer says who they are by e-mail or by name and zip code."""
        calls = [self._who()]
        for _ in range(self._chance.randint(1, _MOST_WRITES)):
            tools = [self._cancel, self._order_address, self._payment, self._items, self._items]
            tools += [self._exchange, self._return, self._user_address]
            written = self._chance.choice(tools)()
            if written is not None:
                calls.append(written)
        actions = [{"name": tool, "arguments": arguments} for tool, arguments in calls]
        body = {"id": name, "evaluation_criteria": {"actions": actions}}
        return Task.model_validate(body), Expected.model_validate({"changed": self._changed()})

    def _who(self) -> Written:
        if self._chance.random() < 1 / 2:
            return "find_user_id_by_email", {"email": self._user["email"]}
        return "find_user_id_by_name_zip", {**self._user["name"], "zip": self._user["address"]["zip"]}

    def _changed(self) -> Record:
        user, orders = self._before
        changed = {key: _in_dollars(one) for key, one in self._orders.items() if one != orders[key]}
        key = self._user["user_id"]
        return {"orders": changed, "users": {key: _in_dollars(self._user)} if self._user != user else {}}

    def _any(self, fits: Callable[[Record], bool]) -> Record | None:
        found = [one for one in self._orders.values() if fits(one)]
        return self._chance.choice(found) if found else None

    def _cancel(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "pending")
        if order is None:
            return None
        net: dict[str, int] = {}
        for row in order["payment_history"]:
            signed = row["amount"] if row["transaction_type"] == "payment" else -row["amount"]
            net[row["payment_method_id"]] = net.get(row["payment_method_id"], 0) + signed
        for method, amount in net.items():
            if amount:
                self._book(order, "refund", method, amount)
        reason = self._chance.choice(REASONS)
        order.update(status="cancelled", cancel_reason=reason)
        return "cancel_pending_order", {"order_id": order["order_id"], "reason": reason}

    def _order_address(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "pending")
        if order is None:
            return None
        order["address"] = self._new_address()
        return "modify_pending_order_address", {"order_id": order["order_id"], **order["address"]}

    def _user_address(self) -> Written:
        self._user["address"] = self._new_address()
        return "modify_user_address", {"user_id": self._user["user_id"], **self._user["address"]}

    def _payment(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "pending" and len(one["payment_history"]) == 1)
        if order is None:
            return None
        first = order["payment_history"][0]
        method = self._paying(first["amount"], {first["payment_method_id"]})
        if method is None:
            return None
        self._book(order, "payment", method, first["amount"])
        self._book(order, "refund", first["payment_method_id"], first["amount"])
        return _of(order, "modify_pending_order_payment", payment_method_id=method)

    def _items(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "pending")
        swap = None if order is None else self._swap(order)
        if order is None or swap is None:
            return None
        places, news, difference, method = swap
        olds = [order["items"][place]["item_id"] for place in places]
        self._book(order, "payment" if difference > 0 else "refund", method, abs(difference))
        for place, new in zip(places, news, strict=True):
            item = order["items"][place]
            _, variant = self._variant(new)
            item.update(item_id=new, price=variant.price, options=dict(variant.options))
        order["status"] = "pending (item modified)"
        named = {"item_ids": olds, "new_item_ids": news, "payment_method_id": method}
        return _of(order, "modify_pending_order_items", **named)

    def _exchange(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "delivered")
        swap = None if order is None else self._swap(order)
        if order is None or swap is None:
            return None
        places, news, difference, method = swap
        olds = [order["items"][place]["item_id"] for place in places]
        order.update(
            status="exchange requested",
            exchange_items=sorted(olds),
            exchange_new_items=sorted(news),
            exchange_payment_method_id=method,
            exchange_price_difference=difference,
        )
        named = {"item_ids": olds, "new_item_ids": news, "payment_method_id": method}
        return _of(order, "exchange_delivered_order_items", **named)

    def _return(self) -> Written | None:
        order = self._any(lambda one: one["status"] == "delivered")
        if order is None:
            return None
        chosen = self._chance.sample(order["items"], self._chance.randint(1, len(order["items"])))
        items = [one["item_id"] for one in chosen]
        cards = [key for key, one in self._user["payment_methods"].items() if one["source"] == "gift_card"]
        method = self._chance.choice([order["payment_history"][0]["payment_method_id"], *cards])
        order.update(status="return requested", return_items=sorted(items), return_payment_method_id=method)
        return _of(order, "return_delivered_order_items", item_ids=items, payment_method_id=method)

    def _swap(self, order: Record) -> tuple[list[int], list[str], int, str] | None:
        """Places of items, what they become, the difference in cents, and a method that can carry it."""
        places: list[int] = []
        news: list[str] = []
        difference = 0
        for place in self._chance.sample(range(len(order["items"])), len(order["items"])):
            item = order["items"][place]
            others = [
                key
                for key, one in sorted(self._shop.products[item["product_id"]].variants.items())
                if one.available and key != item["item_id"]
            ]
            if others and (not places or self._chance.random() < 1 / 2):
                news.append(self._chance.choice(others))
                places.append(place)
                difference += self._variant(news[-1])[1].price - item["price"]
        method = self._paying(difference, set())
        return None if method is None or not places else (places, news, difference, method)

    def _paying(self, amount: int, not_these: set[str]) -> str | None:
        fits = [
            key
            for key, one in self._user["payment_methods"].items()
            if key not in not_these and (one["source"] != "gift_card" or one["balance"] >= amount)
        ]
        return self._chance.choice(fits) if fits else None

    def _book(self, order: Record, kind: str, method: str, amount: int) -> None:
        row = {"transaction_type": kind, "amount": amount, "payment_method_id": method}
        order["payment_history"].append(row)
        known = self._user["payment_methods"][method]
        if known["source"] == "gift_card":
            known["balance"] += amount if kind == "refund" else -amount

    def _new_address(self) -> Record:
        return self._shop.users[self._chance.choice(sorted(self._shop.users))].address.model_dump()

    def _variant(self, item_id: str) -> Any:
        return self._shop.variant(item_id)


def _of(order: Record, tool: str, **arguments: str | Sequence[str]) -> Written:
    return tool, {"order_id": order["order_id"], **arguments}


_MONEY: Final = frozenset({"amount", "price", "balance", "exchange_price_difference"})


def _in_dollars(value: Any, name: str = "") -> Any:
    """A plain record with cents as tau2's files write them."""
    if isinstance(value, dict):
        return {key: _in_dollars(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_dollars(one) for one in value]
    return value / 100 if name in _MONEY else value
