"""The facts of every kind of action: all there, of the right type, and no others."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.judge import Verdict, decide
from policies.rules import SHIPPED, load_policies, parse_policies
from policies.vocabulary import FACTS
from shop.actions import KINDS, parse_action
from shop.money import Money
from shop.people import Kind
from shop.store.database import Database
from tests.gate import AGENT, RULES, Gate, order, session
from tests.service_store import add_goods_that_are_back, add_service
from tools.desk import State
from tools.facts import Asked, Gathered, gather

ADDRESS = {"street": "1 Mill Lane", "city": "York", "postcode": "YO1 1AA", "country": "GB"}

POSSIBLE: dict[str, dict[str, Any]] = {
    "adjust_stock": {"sku": "MUG-01", "location": "leeds", "change": -3, "reason": "damage"},
    "transfer_stock": {"sku": "MUG-01", "from_location": "leeds", "to_location": "bristol", "quantity": 5},
    "place_purchase_order": order().as_json(),
    "cancel_purchase_order": {"purchase_order": "PO-78", "reason": "late"},
    "receive_purchase_order": {"purchase_order": "PO-78", "lines": [{"sku": "TEA-100", "quantity": 24}]},
    "change_price": {"sku": "MUG-01", "price": {"minor": 1300, "cur": "GBP"}, "reason": "cost"},
    "change_prices": {
        "lines": [
            {"sku": "MUG-01", "price": {"minor": 1300, "cur": "GBP"}},
            {"sku": "TEA-100", "price": {"minor": 849, "cur": "GBP"}},
        ],
        "reason": "cost",
    },
    "refund_order": {"order": "1042", "amount": {"minor": 1000, "cur": "GBP"}, "reason": "late"},
    "cancel_order": {"order": "1043", "reason": "asked"},
    "add_order_note": {"order": "1042", "note": "called back"},
    "request_return": {"order": "2001", "lines": [{"line": 1, "quantity": 1}], "reason": "too small"},
    "cancel_return": {"rma": "RMA-301", "reason": "kept"},
    "receive_return": {"rma": "RMA-301"},
    "inspect_return": {"rma": "RMA-302", "result": "restock"},
    "request_exchange": {
        "order": "2001",
        "lines": [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}],
        "reason": "other colour",
    },
    "complete_exchange": {"exchange": "EX-1"},
    "change_order_items": {"order": "2002", "lines": [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}]},
    "change_order_payment": {"order": "2002", "method": "pm-paypal"},
    "change_order_address": {"order": "2002", **ADDRESS},
    "change_customer_address": {"customer": "C-10001", **ADDRESS},
    "reship_order": {"order": "2001", "lines": [{"line": 1, "quantity": 1}], "reason": "damaged"},
    "give_credit": {"customer": "C-10001", "amount": {"minor": 500, "cur": "GBP"}, "reason": "sorry"},
    "draft_reply": {"ticket": "T-501", "text": "Thank you."},
    "add_demand_signal": {
        "effect": "promotion",
        "category": "Kitchen",
        "percent": 20,
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-29",
        "reason": "spring sale",
    },
    "add_supply_signal": {
        "effect": "delay",
        "purchase_order": "PO-78",
        "days": 10,
        "starts_on": "2026-11-20",
        "reason": "strike",
    },
    "remove_signal": {"signal": "S-1", "reason": "called off"},
}


@pytest.fixture
def gate(database: Database) -> Gate:
    """The small store with what service needs and goods that are back, on both databases."""
    gate = Gate(database)
    add_service(database)
    add_goods_that_are_back(database)
    return gate


def _facts(gate: Gate, kind: str, **changed: Any) -> Gathered:
    asked = Asked(gate.db.tenant, "act_x", "agent", Kind.AGENT, tainted=False, now=gate.now)
    windows = load_policies(SHIPPED).window_facts(kind)
    with gate.db.reading() as snapshot:
        return gather(snapshot, parse_action(kind, {**POSSIBLE[kind], **changed}), asked, windows)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_possible_action_has_exactly_the_declared_facts(gate: Gate, kind: str) -> None:
    """Every declared fact and every window in use is there, none beside them, each of its type."""
    gathered = _facts(gate, kind)
    assert gathered.missing == []
    windows = {window.name for window in load_policies(SHIPPED).window_facts(kind)}
    assert set(gathered.values) == set(FACTS[kind]) | windows
    assert decide(load_policies(SHIPPED), kind, gathered.values, ()).missing == ()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_small_usual_action_passes_the_shipped_rules(gate: Gate, kind: str) -> None:
    """The shipped rules let the everyday case of each kind pass, or ask a person; they do not forbid it."""
    verdict = decide(load_policies(SHIPPED), kind, _facts(gate, kind).values, ()).verdict
    assert verdict is not Verdict.DENY


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("adjust_stock", {"sku": "NOPE"}),
        ("adjust_stock", {"location": "nowhere"}),
        ("transfer_stock", {"to_location": "nowhere"}),
        ("place_purchase_order", {"supplier": "nobody"}),
        ("place_purchase_order", {"location": "nowhere"}),
        ("cancel_purchase_order", {"purchase_order": "PO-1"}),
        ("receive_purchase_order", {"lines": [{"sku": "MUG-01", "quantity": 1}]}),
        ("change_price", {"sku": "NOPE"}),
        ("change_prices", {"lines": [{"sku": "NOPE", "price": {"minor": 1300, "cur": "GBP"}}]}),
        ("refund_order", {"order": "1"}),
        ("cancel_order", {"order": "1"}),
        ("add_order_note", {"order": "1"}),
        ("request_return", {"order": "1"}),
        ("cancel_return", {"rma": "RMA-1"}),
        ("complete_exchange", {"exchange": "EX-9"}),
        ("change_customer_address", {"customer": "C-9"}),
        ("draft_reply", {"ticket": "T-9"}),
        ("add_demand_signal", {"category": "Nothing"}),
        ("add_demand_signal", {"location": "nowhere"}),
        ("add_supply_signal", {"purchase_order": "PO-76"}),
        ("remove_signal", {"signal": "S-99"}),
    ],
)
def test_what_is_not_there_is_missing_and_denied(gate: Gate, kind: str, changed: dict[str, Any]) -> None:
    """An unknown record leaves facts out with a reason in words, and the judge denies."""
    gathered = _facts(gate, kind, **changed)
    assert gathered.missing
    decision = decide(load_policies(SHIPPED), kind, gathered.values, ())
    assert decision.verdict is Verdict.DENY
    assert decision.missing


def test_foreign_orders_are_valued_at_a_dated_rate(gate: Gate) -> None:
    """An order in euros is worth pounds at the latest rate, whose age is a fact too."""
    line = {"sku": "MUG-01", "quantity": 100, "unit_cost": {"minor": 450, "cur": "EUR"}}
    gathered = _facts(gate, "place_purchase_order", supplier="nordlicht", lines=[line])
    assert gathered.values["total"] == Money.of("391.50", "GBP")
    assert gathered.values["rate.age_days"] == 2
    assert gathered.values["supplier.new"] is True


def test_a_currency_without_a_rate_has_no_value(gate: Gate) -> None:
    """Without a rate there is no value in the home currency, so the order is denied."""
    gate.sql("DELETE FROM exchange_rates")
    line = {"sku": "MUG-01", "quantity": 100, "unit_cost": {"minor": 450, "cur": "EUR"}}
    gathered = _facts(gate, "place_purchase_order", supplier="nordlicht", lines=[line])
    assert "total" not in gathered.values
    assert gathered.missing == ["no exchange rate for 'EUR' on or before 2026-11-20"]


def test_cover_counts_stock_incoming_and_the_order(gate: Gate) -> None:
    """Cover after the order: (available 32 + incoming 72 + ordered 24) over sales of 32 in 56 days."""
    assert _facts(gate, "place_purchase_order").values["cover_after_days"] == 128 * 56 // 32


def test_windows_count_what_is_under_way(gate: Gate) -> None:
    """Spend of the last day with a supplier includes earlier orders and this one."""
    gate.desk.submit(order(), session())
    values = _facts(gate, "place_purchase_order").values
    assert values["spend.supplier.24h"] == Money.of(240, "GBP")
    assert values["requests_last_hour"] == 2


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), (23, "friday", False)),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), (0, "saturday", True)),
        (datetime(2026, 6, 28, 22, 59, tzinfo=UTC), (23, "sunday", True)),
        (datetime(2026, 6, 28, 23, 0, tzinfo=UTC), (0, "monday", False)),
    ],
)
def test_the_clock_is_the_stores(gate: Gate, moment: datetime, told: tuple[int, str, bool]) -> None:
    """Hour, weekday and weekend are those of London, an hour ahead of UTC in summer."""
    gate.now = moment
    values = _facts(gate, "add_order_note").values
    assert (values["clock.hour"], values["clock.weekday"], values["clock.is_weekend"]) == told


@pytest.mark.parametrize(
    ("more", "channel"),
    [({}, "cli"), ({"conversation": "c1"}, "chat"), ({"run": "r1"}, "run")],
)
def test_the_channel_is_that_of_the_session(gate: Gate, more: dict[str, str], channel: str) -> None:
    """A run, a conversation or neither: the desk tells them apart, when asked and when carried out."""
    text = (
        f"{RULES}  - {{id: other, action: place_purchase_order,"
        f" deny: {{when: [{{channel: {{in: [{others(channel)}]}}}}]}}}}\n"
    )
    gate.rules = parse_policies({"gate.yaml": text})
    assert gate.desk.submit(order(), session(AGENT, **more)).state is State.EXECUTED


def others(channel: str) -> str:
    """The channels beside this one, as a rule file lists them."""
    return ", ".join(sorted({"chat", "run", "cli", "api"} - {channel}))


def test_a_product_that_was_never_ordered_is_noticed(gate: Gate) -> None:
    """An order is a first order when any of its SKUs never stood in an order that was not cancelled."""
    before = _facts(gate, "place_purchase_order").values["products.first_order"]
    gate.sql("DELETE FROM purchase_order_lines WHERE sku = 'MUG-01'")
    after = _facts(gate, "place_purchase_order").values["products.first_order"]
    assert (before, after) == (False, True)


def test_a_first_price_change_is_noticed(gate: Gate) -> None:
    """A price that was never changed is told apart from one that was."""
    gate.sql("UPDATE products SET price_changed_at = NULL WHERE sku = 'MUG-01'")
    assert _facts(gate, "change_price").values["price.first"] is True
    gate.sql("UPDATE products SET price_changed_at = '2026-11-01T00:00:00.000000Z' WHERE sku = 'MUG-01'")
    assert _facts(gate, "change_price").values["price.first"] is False


def test_margins_and_changes_are_percentages_at_two_decimals(gate: Gate) -> None:
    """From 12.50 to 13.00 is 4.00 %, and leaves 61.54 % over a cost of 5.00."""
    values = _facts(gate, "change_price").values
    assert (values["change_pct"], values["margin_after_pct"]) == (Decimal("4.00"), Decimal("61.54"))


def test_refunds_know_the_customer(gate: Gate) -> None:
    """Earlier refunds of the customer count with this one."""
    values = _facts(gate, "refund_order").values
    assert values["customer.refunds_90d"] == Money.of(15, "GBP")
    assert values["customer.refund_count_90d"] == 2
    assert values["within_refundable"] is True
