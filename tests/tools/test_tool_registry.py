"""The list of tools: exactly these, each fit for what it does, told to models in few words."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from shop.actions import KINDS
from shop.errors import SetupError
from tools.toolbox import TOOLS, Effect, check_registry

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
