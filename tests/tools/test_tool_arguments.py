"""What a tool takes: whole pieces, exact money, ids; whatever else comes back in words."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from shop.store import schema
from tests.tool_calls import WRITES, rows_of
from tools.arguments import NO_REASON
from tools.desk import State
from tools.toolbox import Shop, call

NOT_PIECES: list[Any] = [
    -1,
    0,
    2**63,
    10**30,
    1_000_001,
    1.5,
    5.0,
    float("nan"),
    float("inf"),
    None,
    True,
    [],
    {},
    {"quantity": 5},
    b"5",
    "",
    "5",
    "100",
    "1e9",
    "1_000",
    " 5 ",
    "\u0661\u0660\u0660",
]


@pytest.mark.parametrize("value", NOT_PIECES, ids=repr)
@pytest.mark.parametrize("name", ["place_purchase_order", "transfer_stock"])
def test_only_whole_numbers_are_quantities(shop: Shop, name: str, value: Any) -> None:
    """Nothing but a JSON whole number from 1 to a million passes as a quantity."""
    answer = call(shop, name, {**WRITES[name], "quantity": value})
    assert answer.error_kind == "ToolInputError"
    assert rows_of(shop) == 0


@pytest.mark.parametrize("value", [*(one for one in NOT_PIECES if one != -1), -1_000_001], ids=repr)
def test_only_whole_numbers_are_changes(shop: Shop, value: Any) -> None:
    """Nothing but a JSON whole number other than 0 passes as a correction of stock."""
    if value == 1_000_001:
        value = 2**31
    answer = call(shop, "adjust_stock", {**WRITES["adjust_stock"], "change": value})
    assert answer.error_kind == "ToolInputError"
    assert rows_of(shop) == 0


@pytest.mark.parametrize(
    "value",
    [
        *(-1, 1.5, 12.50, float("nan"), True, [], 10**30, "1e9", "\u0661", "1_000", "-5", "£5", "12,5"),
        *("1.2.3", "5 gbp", "NaN", "5 GBP GBP", "0x10", "12.999"),
    ],
    ids=repr,
)
def test_only_exact_amounts_are_money(shop: Shop, value: Any) -> None:
    """An amount is digits with an optional point and currency; floats and everything else are refused."""
    for name in ("refund_order", "change_price"):
        field = "amount" if name == "refund_order" else "price"
        answer = call(shop, name, {**WRITES[name], field: value})
        assert answer.error_kind == "ToolInputError"
    assert rows_of(shop) == 0


@pytest.mark.parametrize(
    ("value", "minor"), [("1.00", 100), ("1", 100), (1, 100), ("1.5 GBP", 150), (" 2.25 ", 225)]
)
def test_amounts_are_exact(shop: Shop, value: Any, minor: int) -> None:
    """Text and whole numbers become exact minor units."""
    call(shop, "refund_order", {"order": "1042", "amount": value})
    (filed,) = shop.desk.actions(states=tuple(State))
    assert filed.args["amount"] == {"minor": minor, "cur": "GBP"}


def test_foreign_amounts_are_refused(shop: Shop) -> None:
    """An amount in another currency than the order's is refused before the desk."""
    answer = call(shop, "refund_order", {"order": "1042", "amount": "5.00 EUR"})
    assert answer.error == "the amount must be in GBP, not EUR"


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("no_such_tool", {}, "there is no tool 'no_such_tool'"),
        ("check_stock", {}, "sku is needed"),
        ("check_stock", {"sku": "MUG-01", "place": "Leeds"}, "'place'; the arguments are sku, location"),
        ("check_stock", {"sku": "MUG-01", "approved": True}, "no argument 'approved'"),
        ("check_stock", {"sku": ["MUG-01"]}, "expected text"),
        ("check_stock", {"sku": "   "}, "sku"),
        ("check_stock", {"sku": "a\x00b"}, "cannot be stored"),
        ("check_stock", {"sku": "stoneware"}, "could be more than one product"),
        ("check_stock", {"sku": "unicorn"}, "no product matches 'unicorn'"),
        ("transfer_stock", {**WRITES["transfer_stock"], "quantity": "5"}, "must be a whole number"),
        ("transfer_stock", {**WRITES["transfer_stock"], "to_location": "leeds"}, "name two different ones"),
        ("adjust_stock", {**WRITES["adjust_stock"], "reason": "theft"}, "reason"),
        ("place_purchase_order", {"sku": "MUG-01", "quantity": 50}, "48 or 60 would fit, 50 does not"),
        ("place_purchase_order", {"sku": "MUG-01", "quantity": 10}, "24 would fit, 10 does not"),
        ("place_purchase_order", {"sku": "MUG-02", "quantity": 10}, "no supplier offers MUG-02"),
        (
            "place_purchase_order",
            {"sku": "LAMP-7", "quantity": 10, "supplier": "northwind"},
            "Northwind Trading Ltd does not offer LAMP-7",
        ),
        ("receive_purchase_order", {"purchase_order": "PO-76"}, "PO-76 is received"),
        (
            "receive_purchase_order",
            {"purchase_order": "PO-78", "counted": [{"sku": "MUG-01", "quantity": 1}]},
            "MUG-01 is not on PO-78",
        ),
        ("change_price", {"sku": "MUG-01"}, "give either price"),
        ("change_price", {"sku": "MUG-01", "price": "1", "change_percent": "5"}, "give either price"),
        ("change_price", {"sku": "MUG-01", "price": "0"}, "over zero"),
        ("suggest_price", {"sku": "LAMP-7"}, "the cost of LAMP-7 is unknown"),
        ("refund_order", {"order": "1044"}, "there is nothing to refund on order #1044"),
        ("find_orders", {"page": "nonsense"}, "is no page"),
        ("stock_movements", {"sku": "MUG-01", "page": "nonsense"}, "is no page"),
        ("list_low_stock", {"page": "-1"}, "is no page"),
        ("list_low_stock", {"category": "Cars"}, "the categories are Kitchen, Lighting, Pantry"),
        ("list_approvals", {"page": "nine"}, "is no page"),
        ("list_purchase_orders", {"limit": 0}, "limit"),
        ("list_purchase_orders", {"limit": 10_000}, "limit"),
        ("action_status", {"action": "A-99"}, "A-99"),
        ("supplier_terms", {}, "give a sku, a supplier or both"),
    ],
)  # fmt: skip
def test_errors_are_answers_in_words(shop: Shop, name: str, arguments: Mapping[str, Any], words: str) -> None:
    """An error that other arguments would cure comes back in words, and nothing is filed."""
    answer = call(shop, name, arguments)
    assert answer.result is None
    assert answer.error is not None
    assert words in answer.error
    assert rows_of(shop) == 0


def test_blank_options_count_as_left_out(shop: Shop) -> None:
    """An optional argument that is null or empty is as good as not given."""
    answer = call(shop, "check_stock", {"sku": "MUG-01", "location": ""})
    assert answer.result == call(shop, "check_stock", {"sku": "MUG-01", "location": None}).result
    call(shop, "cancel_order", {"order": "#1044", "reason": " "})
    (filed,) = shop.desk.actions(states=tuple(State))
    assert filed.args["reason"] == NO_REASON


def test_numbers_are_ids_too(shop: Shop) -> None:
    """An id that a model writes as a number is read as its digits."""
    assert call(shop, "get_order", {"order": 1042}).error is None


def test_orders_stay_as_they_were(shop: Shop) -> None:
    """A refused quantity changes no table of the shop."""
    call(shop, "place_purchase_order", {"sku": "MUG-01", "quantity": 50})
    with shop.db.reading() as snapshot:
        assert len(snapshot.execute(select(schema.purchase_orders)).all()) == 3
