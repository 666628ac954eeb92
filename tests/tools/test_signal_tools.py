"""Signals through the desk: told, listed, used by the plan and by orders, taken back, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from policies.rules import SHIPPED, load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from shop.store.reads.signals import live_signals, signal
from tools.desk import Desk, Session
from tools.todays_plan import todays_plan
from tools.toolbox import Shop, ToolAnswer, call

PRIYA = Principal("priya", "Priya", Kind.HUMAN, frozenset({Role.PURCHASING_MANAGER, Role.OPERATOR}))
SAM = Principal("sam", "Sam", Kind.HUMAN, frozenset({Role.OPERATOR}))
AGENT = Principal("agent", "Agent", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="sam")
PROMOTION = {
    "effect": "promotion",
    "category": "Kitchen",
    "percent": 20,
    "starts_on": "2026-11-23",
    "ends_on": "2026-11-29",
    "reason": "spring sale",
}


@pytest.fixture
def store(sample: Database, clock: Callable[[], datetime]) -> Shop:
    """The sample store under the shipped rules, as the agent sees it."""
    rules = load_policies(SHIPPED)
    desk = Desk(sample, lambda: rules, EmbeddedEffects(sample), clock)
    return Shop(sample, desk, Session(AGENT, conversation="con_1"), None, clock)


def told(shop: Shop, tool: str, **changed: Any) -> Any:
    """The result of a tool call that must not fail."""
    answer: ToolAnswer = call(shop, tool, changed)
    assert answer.error is None, answer.error
    return answer.result


def kitchen(shop: Shop) -> str:
    """A category of the sample store."""
    with shop.db.reading() as snapshot:
        return str(todays_plan(shop, snapshot).inputs.items.category[0])


def promotion(shop: Shop, **changed: Any) -> Any:
    """A promotion of that category."""
    return told(shop, "add_demand_signal", **{**PROMOTION, "category": kitchen(shop), **changed})


def test_a_promotion_is_noted_with_its_author_and_listed(store: Shop) -> None:
    """What the rules allow is in force at once, in the words of who told it."""
    done = promotion(store)
    assert done.state == "executed", done.words
    (one,) = told(store, "list_signals").items
    assert (one.id, one.author, one.percent, one.reason) == ("S-1", "sam", 20, "spring sale")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"percent": 80}, "pending"),
        ({"ends_on": "2027-01-20"}, "pending"),
        ({"percent": 2_000}, "denied"),
        ({"ends_on": "2029-01-20"}, "denied"),
    ],
)
def test_large_signals_ask_and_absurd_ones_are_refused(
    store: Shop, changed: dict[str, Any], state: str
) -> None:
    """The shipped rules bound what may be told without a person."""
    assert promotion(store, **changed).state == state


def test_the_whole_store_must_be_said_outright(store: Shop) -> None:
    """A promotion that names nothing is refused; one of the whole store asks a person."""
    nothing = {name: value for name, value in PROMOTION.items() if name != "category"}
    assert call(store, "add_demand_signal", nothing).error_kind == "InvalidActionError"
    assert told(store, "add_demand_signal", **nothing, whole_store=True).state == "pending"


def test_a_tainted_conversation_asks(store: Shop) -> None:
    """After a stranger's words were read, a person decides."""
    tainted = replace(store, session=replace(store.session, tainted=True))
    assert promotion(tainted).state == "pending"


def test_a_second_signal_for_the_same_days_asks(store: Shop) -> None:
    """Two promotions of one category in one week would both count."""
    promotion(store)
    assert promotion(store, reason="again", percent=25).state == "pending"


def test_the_plan_names_the_signal_in_the_lines_it_touches_and_in_no_other(store: Shop) -> None:
    """Lines of the category say id, author and days."""
    name = kitchen(store)
    promotion(store)
    with store.db.reading() as snapshot:
        today = todays_plan(store, snapshot)
    for row, verdict in enumerate(today.plan.verdicts):
        mine = [words for words in verdict.signals if words.startswith("S-1:")]
        assert bool(mine) == (today.inputs.items.category[row] == name), verdict.sku
        assert all("by sam" in words and "2026-11-23 to 2026-11-29" in words for words in mine)


def test_a_late_supplier_moves_the_day_an_order_is_expected(store: Shop) -> None:
    """Ten days late until Friday: what is ordered today is expected ten days later."""
    with store.db.reading() as snapshot:
        offers = todays_plan(store, snapshot).inputs.offers
        suppliers = todays_plan(store, snapshot).inputs.suppliers
        before = todays_plan(store, snapshot).plan.orders
    supplier = str(suppliers.id[offers.supplier[0]])
    told(store, "add_supply_signal", effect="delay", supplier=supplier, days=10, ends_on="2026-11-27")
    with store.db.reading() as snapshot:
        after = todays_plan(store, snapshot).plan.orders
    days = {one.supplier: one.expected_on for one in before}
    later = {one.supplier: one.expected_on for one in after}
    assert (later[supplier] - days[supplier]).days == 10
    assert all(later[name] == day for name, day in days.items() if name != supplier and name in later)


def test_a_new_unit_cost_needs_people_and_then_holds_for_orders(store: Shop) -> None:
    """A price is confirmed by a person; from its day on orders are placed at it and pass the rules."""
    with store.db.reading() as snapshot:
        inputs = todays_plan(store, snapshot).inputs
    sku, supplier = str(inputs.offers.sku[0]), str(inputs.suppliers.id[inputs.offers.supplier[0]])
    asked = told(
        store, "add_supply_signal", effect="price", supplier=supplier, percent=5, starts_on="2026-11-20"
    )
    assert asked.state == "pending"
    store.desk.approve(asked.approval_id, PRIYA)
    terms = told(store, "supplier_terms", sku=sku, supplier=supplier).items[0]
    old = Money(int(inputs.offers.unit_cost_minor[0]), terms.unit_cost.cur)
    assert terms.unit_cost.minor in {old.minor * 105 // 100, old.minor * 105 // 100 + 1}
    pieces = -(-max(int(inputs.offers.moq[0]), 1) // int(inputs.offers.pack_size[0])) * int(
        inputs.offers.pack_size[0]
    )
    placed = told(store, "place_purchase_order", sku=sku, quantity=pieces, supplier=supplier)
    assert placed.state in {"executed", "pending"}


def test_a_removed_signal_no_longer_counts_and_stays_on_record(store: Shop) -> None:
    """Removing leaves a row with who removed it, and nothing in force."""
    promotion(store)
    removed = told(store, "remove_signal", signal="S-1")
    assert removed.state == "executed", removed.words
    with store.db.reading() as snapshot:
        stored = signal(snapshot, "S-1")
        assert live_signals(snapshot) == []
    assert stored is not None
    assert stored.removed_at is not None
    assert [one.removed for one in told(store, "list_signals", include_past=True).items] == [True]


def test_the_agent_may_not_remove_a_persons_signal_alone(store: Shop) -> None:
    """What Priya told, the removal by Sam's agent goes to a person."""
    promotion(replace(store, session=Session(PRIYA)))
    assert told(store, "remove_signal", signal="S-1").state == "pending"


def test_undo_takes_a_signal_back_and_again(store: Shop) -> None:
    """The undo of adding removes it; the undo of removing adds the same again."""
    added = promotion(replace(store, session=Session(SAM)))
    taken = store.desk.undo(added.action_id, Session(SAM))
    with store.db.reading() as snapshot:
        assert live_signals(snapshot) == []
    store.desk.undo(taken.action_id, Session(SAM))
    with store.db.reading() as snapshot:
        (again,) = live_signals(snapshot)
    assert (again.percent, again.starts_on, again.reason) == (20, date(2026, 11, 23), "spring sale")


def test_why_not_is_answered_from_the_plan_while_no_run_was_made(store: Shop) -> None:
    """Without a stored run the plan of now explains itself, step by step."""
    with store.db.reading() as snapshot:
        sku = str(todays_plan(store, snapshot).inputs.items.sku[0])
    answer = told(store, "explain_reorder", sku=sku)
    assert answer.run == ""
    assert all(len(one.steps) >= 6 for one in answer.items)
