"""Whatever fails, dies or is decided: a plan ends as all done, or taken back with its finals reported."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from shop.actions import (
    Action,
    AddOrderNote,
    AdjustReason,
    AdjustStock,
    ChangePrice,
    RefundOrder,
    TransferStock,
)
from shop.errors import ShopError
from shop.money import Money
from shop.store import schema
from shop.store.database import Database
from tests.gate import MARCUS, PRIYA, SAM, BackendDied, Gate, order, rules, session
from tools.desk import PlanState, State
from tools.ledger import chain

KINDS: dict[str, Callable[[int], Action]] = {
    "move": lambda n: TransferStock(sku="TEA-100", from_location="leeds", to_location="bristol", quantity=n),
    "count": lambda n: AdjustStock(sku="TEA-100", location="leeds", change=n, reason=AdjustReason.COUNT),
    "damage": lambda n: AdjustStock(
        sku="TEA-100", location="leeds", change=-30 - n, reason=AdjustReason.DAMAGE
    ),
    "price": lambda n: ChangePrice(sku="MUG-01", price=Money.of(f"12.{50 + n}", "GBP"), reason="plan"),
    "swing": lambda n: ChangePrice(sku="TEA-100", price=Money.of(f"12.{50 + n}", "GBP"), reason="plan"),
    "order": lambda n: order(24 + 12 * n),
    "refund": lambda n: RefundOrder(order="1042", amount=Money(n, "GBP"), reason="plan"),
    "note": lambda n: AddOrderNote(order="1043", note=f"plan {n}"),
}
FAULTS = ("", "", "dies before", "dies after", "silent before", "silent after", "refuses")
steps = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(1, 9)), min_size=2, max_size=5)
events = st.lists(
    st.sampled_from(("recover", "approve", "approve", "reject", "withdraw", "stale", "wait", "tighten")),
    max_size=6,
)
_keys = itertools.count()


@pytest.fixture
def gate(sqlite_database: Database) -> Gate:
    """A desk over the small store; the store is the same for all examples and goes on changing."""
    return Gate(sqlite_database)


def world(gate: Gate) -> dict[str, Any]:
    """What a plan may change: stock, prices, open orders, money paid back, notes."""
    stock, products, bought = schema.stock_levels, schema.products, schema.purchase_orders
    with gate.db.reading() as snapshot:
        return {
            "stock": {
                (row.sku, row.location): row.on_hand
                for row in snapshot.execute(select(stock).where(stock.c.on_hand != 0))
            },
            "prices": {row.sku: row.price_minor for row in snapshot.execute(select(products))},
            "open": {
                row.id for row in snapshot.execute(select(bought).where(bought.c.status == "placed")).all()
            },
            "paid": len(snapshot.execute(select(schema.payments)).all()),
            "notes": len(snapshot.execute(select(schema.order_notes)).all()),
        }


def survive(gate: Gate, step: Callable[[], object]) -> None:
    """Do something; a process that dies leaves the rest to the next start."""
    with suppress(BackendDied, ShopError):
        step()


def disturb(gate: Gate, plan_id: str, event: str) -> None:
    """One thing that happens to a plan from outside."""
    plan = gate.desk.plan(plan_id)
    waiting = [
        one.approval_id for step in plan.steps for one in (step.action, *step.undone_by) if one.approval_id
    ]
    if event == "recover":
        survive(gate, gate.restarted().recover)
    elif event == "wait":
        gate.later(hours=30)
    elif event == "stale":
        gate.sql("UPDATE stock_levels SET version = version + 1 WHERE sku = 'TEA-100'")
    elif event == "withdraw":
        survive(gate, lambda: gate.desk.withdraw_plan(plan_id, SAM))
    elif event == "tighten":
        gate.rules = rules({"{margin_after_pct: {over: 15}}": "{margin_after_pct: {over: 59}}"})
    for approval in waiting:
        for who in (PRIYA, MARCUS):
            if event == "approve":
                survive(gate, lambda approval=approval, who=who: gate.desk.approve(approval, who))  # type: ignore[misc]
            elif event == "reject":
                survive(gate, lambda approval=approval, who=who: gate.desk.reject(approval, who, "no"))  # type: ignore[misc]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chosen=steps, faults=st.lists(st.sampled_from(FAULTS), max_size=8), happening=events)
def test_a_plan_is_done_or_taken_back(
    gate: Gate, chosen: list[tuple[str, int]], faults: list[str], happening: list[str]
) -> None:
    """Through random refusals, deaths, silences, decisions and drift: done, or as before with questions."""
    gate.rules, gate.backend.script = rules(), []
    gate.later(days=40)  # sums and expiries of earlier examples are over
    before = world(gate)
    actions = [KINDS[kind](number) for kind, number in chosen]
    plan = gate.desk.propose_plan(actions, session(), key=f"plan {next(_keys)}", execute=False)
    gate.backend.script = list(faults)
    for event in ("approve", *happening, "approve"):
        disturb(gate, plan.id, event)
    gate.backend.script = []
    for _ in range(4):  # nothing is wrong any more: let it come to its end
        disturb(gate, plan.id, "approve")
        gate.later(hours=80)
        gate.desk.expire_due()
        gate.restarted().recover()
    ended = gate.desk.plan(plan.id)
    left = {step.number for step in ended.questions}
    done = {step.number for step in ended.steps if step.action.state is State.EXECUTED}
    assert ended.state in {PlanState.DONE, PlanState.REFUSED, PlanState.COMPENSATED, PlanState.EXCEPTION}
    assert (ended.state is PlanState.EXCEPTION) == bool(left)
    if ended.state is PlanState.DONE:
        assert len(done) == len(actions)
        assert [step.undone_by for step in ended.steps] == [()] * len(actions)
    else:
        assert_as_before_but(gate, before, [actions[number - 1] for number in sorted(left)])
    finals = {step.number for step in ended.steps if step.undo.value == "final"} & done
    assert ended.state is PlanState.DONE or finals <= left
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)


def assert_as_before_but(gate: Gate, before: dict[str, Any], stays: list[Action]) -> None:
    """The shop is as it was before the plan, but for the steps that a person was asked about."""
    after = world(gate)
    kinds = {one.kind for one in stays}
    assert after["paid"] - before["paid"] == sum(one.kind == "refund_order" for one in stays)
    assert after["notes"] - before["notes"] == sum(one.kind == "add_order_note" for one in stays)
    if not kinds & {"adjust_stock", "transfer_stock"}:
        assert after["stock"] == before["stock"]
    if "change_price" not in kinds:
        assert after["prices"] == before["prices"]
    if "place_purchase_order" not in kinds:
        assert after["open"] == before["open"]
