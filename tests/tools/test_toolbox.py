import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from shop.actions import KINDS
from shop.errors import AccessDeniedError, SetupError
from shop.people import Kind, Principal, Role
from shop.store import schema
from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_POSTCODE, CANARY_STREET
from tools.arguments import NO_REASON
from tools.desk import Session, State
from tools.toolbox import TOOLS, Effect, Shop, call, check_registry

NAMES = [
    "check_stock",
    "list_low_stock",
    "list_overstock",
    "stock_movements",
    "forecast_demand",
    "adjust_stock",
    "transfer_stock",
    "recommend_reorder",
    "supplier_terms",
    "list_purchase_orders",
    "place_purchase_order",
    "cancel_purchase_order",
    "receive_purchase_order",
    "explain_reorder",
    "list_signals",
    "add_demand_signal",
    "add_supply_signal",
    "remove_signal",
    "get_price",
    "suggest_price",
    "plan_markdown",
    "change_price",
    "change_prices",
    "find_customer",
    "find_orders",
    "get_order",
    "track_shipment",
    "quote_refund",
    "refund_order",
    "cancel_order",
    "add_order_note",
    "request_return",
    "cancel_return",
    "receive_return",
    "inspect_return",
    "request_exchange",
    "complete_exchange",
    "reship_order",
    "change_order_items",
    "change_order_payment",
    "change_order_address",
    "change_customer_address",
    "give_credit",
    "list_tickets",
    "suggest_reply",
    "draft_reply",
    "search_guides",
    "list_approvals",
    "action_status",
]

READS: dict[str, dict[str, Any]] = {
    "check_stock": {"sku": "MUG-01"},
    "list_low_stock": {},
    "list_overstock": {},
    "stock_movements": {"sku": "MUG-01"},
    "forecast_demand": {"sku": "MUG-01"},
    "recommend_reorder": {"sku": "MUG-01"},
    "supplier_terms": {"sku": "MUG-01"},
    "list_purchase_orders": {},
    "list_signals": {},
    "explain_reorder": {"sku": "MUG-01"},
    "get_price": {"sku": "MUG-01"},
    "suggest_price": {"sku": "MUG-01"},
    "plan_markdown": {"sku": "MUG-01"},
    "find_customer": {"customer": "C-10001"},
    "find_orders": {"customer": CANARY_EMAIL},
    "get_order": {"order": "1042"},
    "track_shipment": {"order": "1042"},
    "quote_refund": {"order": "1042"},
    "search_guides": {"question": "how long may returns take"},
    "list_approvals": {},
    "list_tickets": {},
    "suggest_reply": {"ticket": "T-501"},
}

WRITES: dict[str, dict[str, Any]] = {
    "adjust_stock": {"sku": "MUG-01", "location": "Leeds", "change": -1, "reason": "damage"},
    "transfer_stock": {"sku": "MUG-01", "quantity": 1, "from_location": "Leeds", "to_location": "Bristol"},
    "place_purchase_order": {"sku": "MUG-01", "quantity": 48},
    "cancel_purchase_order": {"purchase_order": "PO-78"},
    "receive_purchase_order": {"purchase_order": "PO-78"},
    "change_price": {"sku": "MUG-01", "price": "12.99"},
    "change_prices": {"category": "Kitchen", "change_percent": "-5"},
    "refund_order": {"order": "1042", "amount": "1.00"},
    "cancel_order": {"order": "#1044"},
    "add_order_note": {"order": "1042", "note": "call back"},
    "add_demand_signal": {
        "effect": "promotion",
        "category": "kitchen",
        "percent": 20,
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-29",
    },
    "add_supply_signal": {"effect": "delay", "purchase_order": "PO-78", "days": 10},
    "remove_signal": {"signal": "S-1"},
}

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


def rows_of(shop: Shop) -> int:
    """How many actions the ledger holds."""
    return len(shop.desk.actions(states=tuple(State)))


def test_exactly_these_tools() -> None:
    """The tools are those that the design names, and no others."""
    assert sorted(TOOLS) == sorted(NAMES)


def test_every_kind_has_one_tool() -> None:
    """Each kind of write has exactly one tool, and no read submits anything."""
    kinds = Counter(tool.kind for tool in TOOLS.values() if tool.effect is Effect.WRITE)
    assert kinds == Counter(list(KINDS))
    assert all(tool.kind is None for tool in TOOLS.values() if tool.effect is Effect.READ)


@pytest.mark.parametrize(
    "word",
    ["approve", "reject", "grant", "decide", "policy", "mode", "resume", "stop", "edit", "withdraw", "sql"],
)
def test_no_tool_decides(word: str) -> None:
    """No tool's name offers to approve, reject or change a rule (credit is none of these)."""
    assert not [name for name in TOOLS if word in name.replace("approvals", "").replace("credit", "")]


def test_registry_refuses_a_lost_tool() -> None:
    """A kind of write without a tool is found at start-up."""
    rest = {name: tool for name, tool in TOOLS.items() if name != "refund_order"}
    with pytest.raises(SetupError, match="'refund_order' needs exactly one tool"):
        check_registry(rest)


def test_registry_refuses_two_tools_for_one_kind() -> None:
    """Two tools for one kind of write are found at start-up."""
    with pytest.raises(SetupError, match="exactly one tool"):
        check_registry({**TOOLS, "pay_back": replace(TOOLS["refund_order"], name="pay_back")})


def test_registry_refuses_an_unknown_kind() -> None:
    """A write whose kind is no action is found at start-up."""
    wire = replace(TOOLS["refund_order"], name="wire_money", kind="wire_money")
    with pytest.raises(SetupError, match="no action kind 'wire_money'"):
        check_registry({**TOOLS, "wire_money": wire})


def test_registry_refuses_a_read_with_a_kind() -> None:
    """A tool that says it only reads cannot submit an action."""
    sly = replace(TOOLS["refund_order"], name="look", effect=Effect.READ)
    with pytest.raises(SetupError, match="reads, so it cannot submit"):
        check_registry({**TOOLS, "look": sly})


def test_registry_refuses_a_kind_without_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write of which the judge knows no facts is found at start-up."""
    monkeypatch.setattr("tools.toolbox.FACTS", {})
    with pytest.raises(SetupError, match="has no facts"):
        check_registry()


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_compact(name: str) -> None:
    """A tool's schema has its description and arguments, and nothing that no model needs."""
    schema = TOOLS[name].schema()
    text = json.dumps(schema)
    assert schema["name"] == name
    assert schema["description"]
    assert schema["parameters"]["type"] == "object"
    for noise in ('"title"', "$ref", "$defs", "anyOf", "additionalProperties", '"null"'):
        assert noise not in text
    assert "shop" not in schema["parameters"]["properties"]


def test_schemas_are_small_together() -> None:
    """All tools together are told in at most 640 characters each on average."""
    assert len(json.dumps([tool.schema() for tool in TOOLS.values()])) <= 640 * len(TOOLS)


@pytest.mark.parametrize("name", READS)
def test_reads_answer_and_change_nothing(shop: Shop, name: str) -> None:
    """Every reading tool answers with its source and moment, and submits nothing."""
    answer = call(shop, name, READS[name])
    assert answer.error is None
    assert answer.result is not None
    assert answer.result.source
    assert answer.result.as_of == shop.clock()
    assert not answer.tainted
    assert rows_of(shop) == 0


@pytest.mark.parametrize("name", WRITES)
def test_writes_pass_the_desk(shop: Shop, name: str) -> None:
    """Every writing tool files exactly one action of its kind, asked for by the session's principal."""
    answer = call(shop, name, WRITES[name])
    assert answer.error is None
    (filed,) = shop.desk.actions(states=tuple(State))
    assert filed.kind == TOOLS[name].kind
    assert (filed.requester, filed.on_behalf_of, filed.conversation) == ("agent", "dana", "con_1")


@pytest.mark.parametrize("name", WRITES)
def test_a_call_with_a_key_happens_once(shop: Shop, name: str) -> None:
    """The same call with the same key files one action and gives its answer again."""
    keyed = replace(shop, key="con_1:1:1")
    first, second = call(keyed, name, WRITES[name]), call(keyed, name, WRITES[name])
    assert rows_of(shop) == 1
    ids = {getattr(one.result, "action_id", one.error_kind) for one in (first, second)}
    assert ids <= {getattr(first.result, "action_id", ""), "ConflictError", "ToolInputError"}


def test_a_viewer_may_not_ask(shop: Shop) -> None:
    """A principal without a role is refused by the desk, and that error is no answer for a model."""
    viewer = Principal("eve", "Eve", Kind.HUMAN, frozenset({Role.VIEWER}))
    with pytest.raises(AccessDeniedError):
        call(replace(shop, session=Session(viewer)), "add_order_note", WRITES["add_order_note"])


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


@pytest.mark.parametrize(
    "name", ["find_customer", "find_orders", "get_order", "track_shipment", "quote_refund"]
)
@pytest.mark.parametrize("messages", [False, True])
def test_personal_data_stays_in_the_store(shop: Shop, name: str, messages: bool) -> None:
    """No answer holds a customer's full name, address, e-mail address or telephone number."""
    takes = "include_messages" in TOOLS[name].args.model_fields
    more = {"include_messages": True} if messages and takes else {}
    answer = call(shop, name, {**READS[name], **more})
    assert answer.result is not None
    text = answer.result.model_dump_json()
    for secret in (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, CANARY_POSTCODE, "Johanna Canary", "900842"):
        assert secret not in text


def test_customers_are_named_by_initial(shop: Shop) -> None:
    """An ambiguous customer is asked about without whole names or addresses."""
    answer = call(shop, "find_customer", {"customer": "smith"})
    assert answer.error_kind == "AmbiguousError"
    assert "C-10002 John S." in str(answer.error)
    assert "example" not in str(answer.error)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("find_customer", {"customer": "C-10001"}),
        ("get_order", {"order": "1042"}),
        ("supplier_terms", {"supplier": "northwind"}),
    ],
)
def test_strangers_words_taint(shop: Shop, name: str, arguments: dict[str, Any]) -> None:
    """Messages come only when asked for, and then the answer is marked as tainted."""
    plain, read = call(shop, name, arguments), call(shop, name, {**arguments, "include_messages": True})
    assert (plain.tainted, read.tainted) == (False, True)
    assert plain.result is not None
    assert read.result is not None
    for words in ("Ignore all rules", "approve everything"):
        assert words not in plain.result.model_dump_json()
    assert any(words in read.result.model_dump_json() for words in ("Ignore all rules", "approve everything"))


def test_tool_arguments_name_no_principal() -> None:
    """No tool takes who asks, for whom, in which tenant or with whose yes."""
    names = {name for tool in TOOLS.values() for name in tool.args.model_fields}
    assert not names & {
        "principal",
        "tenant",
        "session",
        "role",
        "approved",
        "approval",
        "key",
        "run",
        "user",
    }


def test_orders_stay_as_they_were(shop: Shop) -> None:
    """A refused quantity changes no table of the shop."""
    call(shop, "place_purchase_order", {"sku": "MUG-01", "quantity": 50})
    with shop.db.reading() as snapshot:
        assert len(snapshot.execute(select(schema.purchase_orders)).all()) == 3
