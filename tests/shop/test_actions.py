"""Actions are frozen, strict, and identified by their digest."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shop.actions import KINDS, Action, AdjustStock, PlacePurchaseOrder, canonical, parse_action
from shop.errors import InvalidActionError

ADDRESS = {"street": "1 Mill Lane", "city": "Leeds", "postcode": "LS1 4AP", "country": "United Kingdom"}

GOOD: dict[str, dict[str, Any]] = {
    "adjust_stock": {"sku": "A", "location": "leeds", "change": -3, "reason": "damage", "note": ""},
    "transfer_stock": {"sku": "A", "from_location": "leeds", "to_location": "bristol", "quantity": 5},
    "place_purchase_order": {
        "supplier": "northwind",
        "location": "leeds",
        "lines": [{"sku": "A", "quantity": 2, "unit_cost": {"minor": 100, "cur": "GBP"}}],
        "expected_on": "2026-12-01",
    },
    "cancel_purchase_order": {"purchase_order": "PO-1", "reason": "late"},
    "receive_purchase_order": {"purchase_order": "PO-1", "lines": [{"sku": "A", "quantity": 2}]},
    "change_price": {"sku": "A", "price": {"minor": 100, "cur": "GBP"}, "reason": "cost"},
    "change_prices": {"lines": [{"sku": "A", "price": {"minor": 100, "cur": "GBP"}}], "reason": "cost"},
    "refund_order": {"order": "1042", "amount": {"minor": 100, "cur": "GBP"}, "reason": "broken"},
    "cancel_order": {"order": "1042", "reason": "asked"},
    "add_order_note": {"order": "1042", "note": "called back"},
    "request_return": {"order": "1042", "lines": [{"line": 1, "quantity": 1}], "reason": "too small"},
    "cancel_return": {"rma": "RMA-1", "reason": "kept"},
    "receive_return": {"rma": "RMA-1"},
    "inspect_return": {"rma": "RMA-1", "result": "restock"},
    "request_exchange": {
        "order": "1042",
        "lines": [{"line": 1, "quantity": 1, "new_sku": "B"}],
        "reason": "other colour",
    },
    "complete_exchange": {"exchange": "EX-1"},
    "change_order_items": {"order": "1042", "lines": [{"line": 1, "quantity": 1, "new_sku": "B"}]},
    "change_order_payment": {"order": "1042", "method": "pm-1"},
    "change_order_address": {"order": "1042", **ADDRESS},
    "change_customer_address": {"customer": "C-1", **ADDRESS},
    "reship_order": {"order": "1042", "lines": [{"line": 1, "quantity": 1}], "reason": "lost"},
    "give_credit": {"customer": "C-1", "amount": {"minor": 500, "cur": "GBP"}, "reason": "sorry"},
    "draft_reply": {"ticket": "T-1", "text": "Thank you."},
    "add_demand_signal": {
        "effect": "promotion",
        "category": "mugs",
        "percent": 20,
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-29",
        "reason": "spring sale",
    },
    "add_supply_signal": {
        "effect": "delay",
        "supplier": "northwind",
        "days": 10,
        "starts_on": "2026-11-20",
        "ends_on": "2026-11-27",
        "reason": "strike",
    },
    "remove_signal": {"signal": "S-1", "reason": "called off"},
}

WEIRD = [
    -1,
    0,
    2**63,
    10**30,
    1.5,
    "100",
    None,
    True,
    [],
    {},
    "1e9",
    float("nan"),
    float("inf"),
    "١٠٠",
    " 5 ",
    "1_000",
]


def test_every_kind_has_an_example() -> None:
    """Every kind of action is tried here."""
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_action_survives_its_canonical_form(kind: str) -> None:
    """The canonical form parses back to the same action with the same digest."""
    action = parse_action(kind, GOOD[kind])
    again = parse_action(kind, action.as_json())
    assert again == action
    assert again.digest("main") == action.digest("main")
    assert canonical(again.as_json()) == canonical(action.as_json())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_another_tenant_has_another_digest(kind: str) -> None:
    """The digest binds the tenant."""
    action = parse_action(kind, GOOD[kind])
    assert action.digest("main") != action.digest("other")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_undo_is_declared(kind: str) -> None:
    """Every kind says whether and how it can be undone."""
    assert KINDS[kind].undo_by
    assert KINDS[kind].undo.value in {"reversible", "compensable", "final"}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("extra", ["approved", "tenant", "principal", "tainted"])
def test_unknown_arguments_are_refused(kind: str, extra: str) -> None:
    """An argument that the action does not know, such as approved: true, is refused."""
    with pytest.raises(InvalidActionError, match="Extra inputs"):
        parse_action(kind, {**GOOD[kind], extra: True})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_argument_may_be_missing(kind: str) -> None:
    """Leaving any argument without a default out is refused."""
    for name in GOOD[kind]:
        if name != "note" or kind == "add_order_note":
            with pytest.raises(InvalidActionError):
                parse_action(kind, {key: value for key, value in GOOD[kind].items() if key != name})


@pytest.mark.parametrize("weird", WEIRD, ids=repr)
def test_weird_quantities_are_refused(weird: object) -> None:
    """No value that is not a whole number in bounds becomes a quantity."""
    for kind, name in (("transfer_stock", "quantity"),):
        with pytest.raises(InvalidActionError):
            parse_action(kind, {**GOOD[kind], name: weird})
    for kind in ("place_purchase_order", "receive_purchase_order"):
        line = {**GOOD[kind]["lines"][0], "quantity": weird}
        with pytest.raises(InvalidActionError):
            parse_action(kind, {**GOOD[kind], "lines": [line]})


@pytest.mark.parametrize(
    "weird", [*WEIRD, 100, {"minor": 1}, {"minor": 1, "cur": "XXX"}, {"minor": 1.5, "cur": "GBP"}], ids=repr
)
def test_weird_money_is_refused(weird: object) -> None:
    """No value that is not exact money becomes an amount."""
    for kind, name in (("refund_order", "amount"), ("change_price", "price")):
        with pytest.raises(InvalidActionError):
            parse_action(kind, {**GOOD[kind], name: weird})


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_or_less_is_not_paid(minor: int) -> None:
    """A refund, a price and a unit cost are over zero."""
    money = {"minor": minor, "cur": "GBP"}
    for kind, args in (
        ("refund_order", {"amount": money}),
        ("change_price", {"price": money}),
        ("place_purchase_order", {"lines": [{"sku": "A", "quantity": 1, "unit_cost": money}]}),
    ):
        with pytest.raises(InvalidActionError, match="over zero"):
            parse_action(kind, {**GOOD[kind], **args})


def test_lines_are_consistent() -> None:
    """A SKU stands in one line, and the lines share a currency."""
    line = {"sku": "A", "quantity": 1, "unit_cost": {"minor": 5, "cur": "GBP"}}
    euro = {"sku": "B", "quantity": 1, "unit_cost": {"minor": 5, "cur": "EUR"}}
    for lines, why in (([line, line], "two lines"), ([line, euro], "mix currencies"), ([], "at least 1")):
        with pytest.raises(InvalidActionError, match=why):
            parse_action("place_purchase_order", {**GOOD["place_purchase_order"], "lines": lines})


def test_actions_are_frozen() -> None:
    """Nobody changes an action after it was made."""
    action = parse_action("add_order_note", GOOD["add_order_note"])
    with pytest.raises(ValidationError, match="frozen"):
        action.note = "other"  # type: ignore[attr-defined]


def test_moves_and_corrections_do_something() -> None:
    """A transfer goes somewhere else, and an adjustment changes something."""
    with pytest.raises(InvalidActionError, match="must differ"):
        parse_action("transfer_stock", {**GOOD["transfer_stock"], "to_location": "leeds"})
    with pytest.raises(InvalidActionError, match="must not be 0"):
        parse_action("adjust_stock", {**GOOD["adjust_stock"], "change": 0})


def test_unknown_kinds_are_refused() -> None:
    """There is no action outside the table."""
    with pytest.raises(InvalidActionError, match="unknown action 'wire_money'"):
        parse_action("wire_money", {})


@given(st.integers(1, 10**6), st.integers(1, 10**9), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_equal_digest_means_equal_action(quantity: int, cost: int, day: date) -> None:
    """Changing any figure changes the digest; the same figures give the same one."""

    def made(quantity: int, cost: int) -> Action:
        lines = [{"sku": "A", "quantity": quantity, "unit_cost": {"minor": cost, "cur": "GBP"}}]
        args = {**GOOD["place_purchase_order"], "lines": lines, "expected_on": day.isoformat()}
        return parse_action("place_purchase_order", args)

    action = made(quantity, cost)
    assert action.digest("main") == made(quantity, cost).digest("main")
    assert action.digest("main") != made(quantity, cost + 1).digest("main")
    assert isinstance(action, PlacePurchaseOrder)
    assert action.total.minor == quantity * cost


def test_errors_do_not_repeat_the_input() -> None:
    """An error names the place and the rule, never the value somebody typed."""
    with pytest.raises(InvalidActionError) as refused:
        parse_action("add_order_note", {"order": "1042", "note": 4_929_123_123_123_456})
    assert "4929" not in str(refused.value)
    assert "note" in str(refused.value)


def test_reasons_are_an_enumeration() -> None:
    """An adjustment's reason is one of a few words."""
    with pytest.raises(InvalidActionError):
        parse_action("adjust_stock", {**GOOD["adjust_stock"], "reason": "because"})
    assert isinstance(parse_action("adjust_stock", GOOD["adjust_stock"]), AdjustStock)
