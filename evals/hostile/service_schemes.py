"""Schemes of customer service and pricing: each takes several steps, with other things in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from evals.hostile.asking import submit, take_back
from evals.hostile.customers import sell
from evals.hostile.deciding import carry_out, say_yes
from evals.hostile.goods import SKUS
from evals.hostile.limits import USUAL
from evals.hostile.rule_making import set_limits
from evals.hostile.sales import CUSTOMERS, customer_of
from evals.hostile.staging import calm, next_day, people, tried
from evals.hostile.surroundings import change
from shop.actions import parse_action
from tools.desk import Submission

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def _ask(run: Simulation, tenant: Tenant, kind: str, **args: Any) -> Submission:
    action, agent = parse_action(kind, args), people(tenant)["nightly"]
    return submit(run, tenant, action, agent, execute=True, tainted=False)


def _agreed(run: Simulation, tenant: Tenant, answer: Submission) -> None:
    """If people are asked, one of them mostly says yes at once."""
    if answer.approval_id is not None and run.random.random() < 0.8:
        support = people(tenant)["fay"]
        tried(run, partial(say_yes, run, tenant, answer.approval_id, support, execute=True))


def _last(tenant: Tenant, table: str, order: str) -> str:
    query = f"SELECT id FROM {table} WHERE order_id = :id ORDER BY id DESC"
    return str(tenant.world.one(query, id=order) or "RMA-0")


def goods_come_back(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A piece comes back, is booked in, inspected and paid for; then each of these is tried again."""
    calm(run, tenant)
    next_day(run, tenant)
    order = sell(run, tenant, "delivered")
    yield
    for _ in range(2):
        _ask(run, tenant, "request_return", order=order, lines=[{"line": 1, "quantity": 1}], reason="no")
        yield
    rma = _last(tenant, "returns", order)
    for _ in range(2):
        _ask(run, tenant, "receive_return", rma=rma)
        yield
    for _ in range(2):
        _ask(run, tenant, "inspect_return", rma=rma, result=run.random.choice(("restock", "write_off")))
        yield
    _ask(run, tenant, "request_return", order=order, lines=[{"line": 1, "quantity": 1}], reason="again")
    yield
    paid = tenant.world.one("SELECT total_minor FROM orders WHERE id = :id", id=order)
    for _ in range(2):
        part = {"minor": min(4_900, int(paid) * 6 // 10), "cur": "GBP"}
        _ask(run, tenant, "refund_order", order=order, amount=part, reason="it is back")
        yield


def exchanged(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A piece is exchanged: agreed twice, completed too early, given up or completed, and once more."""
    calm(run, tenant)
    yield from _exchange(run, tenant)
    yield from _exchange(run, tenant)


def _exchange(run: Simulation, tenant: Tenant) -> Iterator[None]:
    order = sell(run, tenant, "delivered")
    number = (int(order) - 1000) % len(SKUS)
    new = SKUS[min(number // 4 * 4 + (number + 1) % 4, len(SKUS) - 2)]
    method = f"gift-{customer_of(int(order) - 1000)}" if run.random.random() < 0.7 else None
    lines = [{"line": 1, "quantity": 1, "new_sku": new}]
    for _ in range(2):
        answer = _ask(run, tenant, "request_exchange", order=order, lines=lines, method=method, reason="size")
        _agreed(run, tenant, answer)
        yield
    exchange, rma = _last(tenant, "exchanges", order), _last(tenant, "returns", order)
    _ask(run, tenant, "complete_exchange", exchange=exchange)
    yield
    if run.random.random() < 0.3:
        _ask(run, tenant, "cancel_return", rma=rma, reason="kept")
    else:
        _ask(run, tenant, "receive_return", rma=rma)
    yield
    for _ in range(3):
        _ask(run, tenant, "complete_exchange", exchange=exchange)
        yield


def changed_while_pending(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A pending order is changed: who pays, where it goes, what it is; then all of it again."""
    calm(run, tenant)
    yield from _changes(run, tenant)
    yield from _changes(run, tenant)


def _changes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    order = sell(run, tenant, None)
    number = int(order) - 1000
    new = SKUS[number % len(SKUS) // 4 * 4 + (number + 1) % 4]
    address = {"street": "High Street 1", "city": "Leeds", "postcode": "LS1", "country": "GB"}
    for _ in range(2):
        gift = f"gift-{customer_of(number)}"
        _ask(run, tenant, "change_order_payment", order=order, method=gift)
        yield
        _ask(run, tenant, "change_order_address", order=order, **address)
        yield
        lines = [{"line": 1, "quantity": 1, "new_sku": new}]
        _agreed(run, tenant, _ask(run, tenant, "change_order_items", order=order, lines=lines, method=None))
        yield
    for _ in range(2):
        _ask(run, tenant, "cancel_order", order=order, reason="no")
        yield


def sent_again_twice(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Lost goods are sent again, and then once more; the replacement is called back."""
    calm(run, tenant)
    order = sell(run, tenant, run.random.choice(("lost", "damaged")))
    lines, done = [{"line": 1, "quantity": 1}], None
    yield
    for _ in range(2):
        answer = _ask(run, tenant, "reship_order", order=order, lines=lines, reason="lost")
        done = done or answer
        yield
    if done is not None:
        take_back(run, tenant, done.action_id, execute=True)


def credited_again_and_again(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Credits below every limit add up over that of 90 days, and one person answers for two roles."""
    calm(run, tenant)
    customer, answer = f"C-{run.random.randrange(CUSTOMERS)}", None
    for _ in range(8):
        amount = {"minor": 990, "cur": "GBP"}
        answer = _ask(run, tenant, "give_credit", customer=customer, amount=amount, reason="sorry")
        yield
        if answer.approval_id is not None:
            break
    if answer is not None and answer.approval_id is not None:
        say_yes(run, tenant, answer.approval_id, people(tenant)["fay"], execute=True)


def campaign_overtaken(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A campaign is approved, then one of its lines falls out of bounds: by the rules, or by its cost."""
    calm(run, tenant)
    staff_of = people(tenant)
    lines = []
    for number in run.random.sample(range(len(SKUS) - 1), 2):
        query = "SELECT price_minor FROM products WHERE sku = :sku"
        old = int(tenant.world.one(query, sku=SKUS[number]))
        lines.append({"sku": SKUS[number], "price": {"minor": old * 125 // 100, "cur": "GBP"}})
    answer = _ask(run, tenant, "change_prices", lines=lines, reason="season")
    yield
    if answer.approval_id is not None:
        say_yes(run, tenant, answer.approval_id, staff_of["lea"])
    sku, dear = lines[0]["sku"], run.random.random() < 0.5
    if dear:
        change(tenant, f"UPDATE products SET cost_minor = cost_minor * 9 WHERE sku = '{sku}'")
    else:
        set_limits(run, tenant, replace(USUAL, price_hard_pct=15))
    try:
        carry_out(run, tenant, answer.action_id)
    finally:
        if dear:
            change(tenant, f"UPDATE products SET cost_minor = cost_minor / 9 WHERE sku = '{sku}'")


SERVICE_SCHEMES: Final = (
    goods_come_back,
    exchanged,
    changed_while_pending,
    sent_again_twice,
    credited_again_and_again,
    campaign_overtaken,
)
