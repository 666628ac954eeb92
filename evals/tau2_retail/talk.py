"""tau2's 16 tools in one conversation with a customer, on the store's own desk.

Who speaks and what they agreed to is not an argument of any tool: the desk knows it of the conversation. A
write becomes an action, is submitted, judged and, if the rules allow it, carried out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from evals.tau2_retail import exporting
from evals.tau2_retail.answers import Answer, RefusedCallError
from evals.tau2_retail.arithmetic import calculate
from evals.tau2_retail.files import FREE, WRITES
from evals.tau2_retail.loading import number_of
from evals.tau2_retail.shapes import Call, dollars
from evals.tau2_retail.store import ASSISTANT, RetailStore
from evals.tau2_retail.translating import action_of, check_arguments
from policies.decision import FACTS_AT_FAULT, Verdict
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError, ShopError
from shop.store.database import Snapshot
from tools.desk import Session, State, Submission

TICK: Final = timedelta(seconds=1)
_TYPES: Final[tuple[tuple[type[ShopError], str], ...]] = (
    (NotFoundError, "not-found"),
    (AccessDeniedError, "not-admitted"),
    (ConflictError, "conflict"),
    (InvalidActionError, "invalid-action"),
)


class Talk:
    """One conversation: it starts with nobody known and nothing agreed to."""

    def __init__(self, store: RetailStore) -> None:
        self.store = store
        self.id = f"talk-{next(store.conversations)}"
        self.customer: str | None = None
        self._session = Session(ASSISTANT, conversation=self.id)
        store.desk.identity.open(self.id)

    def agree(self, call: Call) -> Answer:
        """The customer says yes to exactly this write; refused if it fits no action."""
        return self._answered(lambda: self._agreed(call))

    def call(self, call: Call) -> Answer:
        """Call one of the 16 tools."""
        self.store.wait(TICK)
        if call.name in WRITES:
            return self._answered(lambda: self._written(call))
        return self._answered(lambda: self._read(call))

    def _answered(self, step: Callable[[], Answer]) -> Answer:
        try:
            return step()
        except RefusedCallError as refusal:
            return Answer.refused(refusal.reason, words=str(refusal))
        except ShopError as error:
            reason = next((word for kind, word in _TYPES if isinstance(error, kind)), "refused")
            return Answer.refused(reason, words=str(error))

    def _agreed(self, call: Call) -> Answer:
        with self.store.db.reading() as snapshot:
            action = action_of(snapshot, call.name, call.arguments)
        desk = self.store.desk
        desk.identity.consent(self.id, desk.identity.digest_of(action))
        return Answer.told(None)

    def _written(self, call: Call) -> Answer:
        with self.store.db.reading() as snapshot:
            action = action_of(snapshot, call.name, call.arguments)
        return _as_answer(self.store.desk.submit(action, self._session))

    def _read(self, call: Call) -> Answer:
        check_arguments(call.name, call.arguments)
        if call.name not in FREE and self.customer is None:
            raise RefusedCallError(
                "not-identified", "find the customer by e-mail, or by name and zip code, first"
            )
        with self.store.db.reading() as snapshot:
            return Answer.told(_READ[call.name](self, snapshot, call.arguments))

    def find_by_email(self, _: Snapshot, given: Mapping[str, Any]) -> str:
        """The customer with this e-mail address; from now on the one who is spoken with."""
        self.customer = self.store.desk.identity.verify(self.id, email=given["email"])
        return self.customer

    def find_by_name(self, _: Snapshot, given: Mapping[str, Any]) -> str:
        """The customer of this name and zip code; from now on the one who is spoken with."""
        name = f"{given['first_name']} {given['last_name']}"
        self.customer = self.store.desk.identity.verify(self.id, name=name, postcode=given["zip"])
        return self.customer

    def user(self, snapshot: Snapshot, given: Mapping[str, Any]) -> dict[str, Any]:
        """The customer's own record."""
        self._own(given["user_id"])
        return _plain(exporting.users(snapshot, id=given["user_id"])[given["user_id"]])

    def order(self, snapshot: Snapshot, given: Mapping[str, Any]) -> dict[str, Any]:
        """One of the customer's own orders."""
        found = exporting.orders(snapshot, id=number_of(given["order_id"]))
        if not found:
            raise NotFoundError(f"there is no order {given['order_id']!r}")
        ((_, order),) = found.items()
        self._own(order.user_id)
        return _plain(order)

    def product(self, snapshot: Snapshot, given: Mapping[str, Any]) -> dict[str, Any]:
        """A product with its variants."""
        found = exporting.products(snapshot, product_group=given["product_id"])
        if given["product_id"] not in found:
            raise NotFoundError(f"there is no product {given['product_id']!r}")
        return _plain(found[given["product_id"]])

    def item(self, snapshot: Snapshot, given: Mapping[str, Any]) -> dict[str, Any]:
        """One variant."""
        for product in exporting.products(snapshot, sku=given["item_id"]).values():
            return _plain(product.variants[given["item_id"]])
        raise NotFoundError(f"there is no item {given['item_id']!r}")

    def product_types(self, snapshot: Snapshot, _: Mapping[str, Any]) -> str:
        """Every product's name with its id, as JSON."""
        found = exporting.products(snapshot)
        return json.dumps({one.name: key for key, one in found.items()}, sort_keys=True)

    def _own(self, customer: str) -> None:
        if customer != self.customer:
            raise RefusedCallError("another-customer", "this conversation is with another customer")


def _plain(record: BaseModel) -> dict[str, Any]:
    """A record as tau2 writes it, amounts in dollars."""
    return {key: _in_dollars(key, value) for key, value in record.model_dump(exclude_none=True).items()}


_AMOUNTS: Final = frozenset({"price", "amount", "balance", "exchange_price_difference"})


def _in_dollars(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_dollars(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_dollars(name, one) for one in value]
    return dollars(value) if name in _AMOUNTS else value


_READ: Final[Mapping[str, Callable[[Talk, Snapshot, Mapping[str, Any]], Any]]] = {
    "find_user_id_by_email": Talk.find_by_email,
    "find_user_id_by_name_zip": Talk.find_by_name,
    "get_user_details": Talk.user,
    "get_order_details": Talk.order,
    "get_product_details": Talk.product,
    "get_item_details": Talk.item,
    "list_all_product_types": Talk.product_types,
    "calculate": lambda _, __, given: calculate(given["expression"]),
    "transfer_to_human_agents": lambda _, __, ___: "Transfer successful",
    "think": lambda _, __, ___: "",
}


def _as_answer(submission: Submission) -> Answer:
    """What became of a submission: done now, or refused by these rules; what waits is not done."""
    words = submission.in_words()
    if submission.state is State.EXECUTED and not submission.duplicate:
        return Answer.told(words)
    if submission.state is State.EXECUTED:
        return Answer.refused("done-before", words=words)
    if submission.state is State.FAILED:
        return Answer.refused("failed", words=words)
    fired = (one.rule for one in submission.decision.fired if one.effect is not Verdict.ALLOW)
    reasons = tuple(fired) or (FACTS_AT_FAULT,)
    return Answer.refused(*reasons, words=words)
