"""Legal courses that no reference answer takes: pay otherwise, then cancel; and a balance to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from evals.tau2_retail.answers import Answer
from evals.tau2_retail.mutants import Mutant, with_another_card, with_full_gift_card
from evals.tau2_retail.procedures import identify
from evals.tau2_retail.shapes import Call, Retail, RetailOrder
from evals.tau2_retail.store import RetailStore
from evals.tau2_retail.talk import Talk


def payment_courses(order: RetailOrder, shop: Retail) -> Iterator[Mutant]:
    """Legal changes of a pending order's payment: to a card, and to a gift card of exactly its total."""
    for kind, (method, world) in {
        "pay by another card, then cancel": with_another_card(order, shop),
        "pay by a gift card to the cent, then cancel": with_full_gift_card(order, shop),
    }.items():
        arguments = {"order_id": order.order_id, "payment_method_id": method}
        yield Mutant(kind, Call(name="modify_pending_order_payment", arguments=arguments), world)


def paid_then_cancelled(store: RetailStore, change: Call) -> Answer:
    """Change the payment and cancel; refused if either is, or if a method does not end where it began.

    The refunds of a cancellation are net of those before: tau2's own tools pay back twice what was paid.
    """
    order_id = change.arguments["order_id"]
    owner = store.shop.users[store.shop.orders[order_id].user_id]
    cancel = Call(
        name="cancel_pending_order", arguments={"order_id": order_id, "reason": "ordered by mistake"}
    )
    talk = Talk(store)
    identify(talk, owner)
    for call in (change, cancel):
        talk.agree(call)
        answer = talk.call(call)
        if not answer.ok:
            return answer
    return _settled(store, order_id)


def _settled(store: RetailStore, order_id: str) -> Answer:
    now = store.as_retail()
    order = now.orders[order_id]
    kept: Counter[str] = Counter()
    for one in order.payment_history:
        kept[one.payment_method_id] += one.amount if one.transaction_type == "payment" else -one.amount
    wrong = [f"{method} is out by {amount} cents" for method, amount in kept.items() if amount]
    before = store.shop.users[order.user_id].payment_methods
    after = now.users[order.user_id].payment_methods
    first = order.payment_history[0].payment_method_id
    for key, method in after.items():
        began = before[key].balance
        began = None if began is None else began + (order.payment_history[0].amount if key == first else 0)
        if method.balance != began:
            wrong.append(f"{key} holds {method.balance} cents, not {began}")
    return Answer.refused("wrong-amount", words="; ".join(wrong)) if wrong else Answer.told(None)
