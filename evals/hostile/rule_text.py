"""The rules of the simulation as a rule file, made from its limits: each rule with the test that it needs.

A rule is a line: its id, its kind, what it does, when, and the facts that make it fire where the usual ones
of its kind do not. Words in braces are limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_PURCHASING: Final = {"by": ["purchasing_manager"]}
_PRICING: Final = {"by": ["pricing_manager"]}
_STOCK: Final = {"by": ["inventory_manager"]}
_SUPPORT: Final = {"by": ["support_lead"]}
_BOTH: Final = {"by_each": ["support_lead", "finance"]}

_SPOKEN: Final = "identity in staff this_customer, consent in not_needed given"
"""Whoever asks is of the shop, or the customer whom it is about and who said yes to exactly this."""

_USUAL: Final[dict[str, str]] = {
    "place_purchase_order": "supplier.approved true, products.active true, quantities.fit_terms true, "
    "terms.current true, tainted false, total 10 GBP, spend.all.24h 10 GBP, spend.supplier.24h 10 GBP",
    "cancel_purchase_order": "open true",
    "receive_purchase_order": "open true, over_received 0",
    "refund_order": f"within_refundable true, method.allowed true, {_SPOKEN}, amount 10 GBP, "
    "spend.all.24h 10 GBP",
    "change_price": "below_cost false, change_pct 1",
    "change_prices": "below_cost false, lines 2, change_pct.lowest -1, change_pct.highest 1",
    "adjust_stock": "stays_non_negative true, value 10 GBP",
    "transfer_stock": "enough_available true, value 10 GBP",
    "add_demand_signal": "lasts_days 3, percent 10",
    "add_supply_signal": "lasts_days 3",
    "remove_signal": "in_force true",
    "cancel_order": f"cancellable true, {_SPOKEN}",
    "add_order_note": "length 10",
    "request_return": f"delivered true, items.returnable true, return_open false, method.allowed true, "
    f"{_SPOKEN}, days_since_delivery 3",
    "cancel_return": f"open true, {_SPOKEN}",
    "receive_return": "open true",
    "inspect_return": "received true, restock true, item_class standard",
    "request_exchange": "delivered true, items.returnable true, return_open false, items.on_order true, "
    f"items.same_product true, items.different true, items.available true, method.can_pay true, {_SPOKEN}, "
    "difference 1 GBP",
    "complete_exchange": "exchange_open true, returned true, method.can_pay true",
    "change_order_items": "pending true, items.changed_before false, items.on_order true, "
    f"items.same_product true, items.different true, items.available true, method.can_pay true, {_SPOKEN}, "
    "difference 1 GBP",
    "change_order_payment": "pending true, items.changed_before false, paid_once true, "
    f"method.different true, method.can_pay true, {_SPOKEN}",
    "change_order_address": f"pending true, items.changed_before false, {_SPOKEN}, country_changes false",
    "change_customer_address": f"{_SPOKEN}, country_changes false",
    "reship_order": "items.on_order true, items.available true, reshipped_before false, carrier lost, "
    f"{_SPOKEN}, value 10 GBP",
    "give_credit": f"order.of_customer true, {_SPOKEN}, amount 1 GBP, customer.credits_90d 1 GBP",
    "draft_reply": "ticket_open true, length 10",
}
"""The facts of an action of each kind that its rules allow; of a set of values the first."""

Line = tuple[str, str, str, str, str, Mapping[str, Any]]

_ALLOWED: Final[tuple[tuple[str, str, str], ...]] = (
    ("po", "place_purchase_order", "supplier.approved true, products.active true, quantities.fit_terms true"),
    ("cancel-po", "cancel_purchase_order", "open true"),
    ("receive", "receive_purchase_order", "open true, over_received under 1"),
    ("refund", "refund_order", f"within_refundable true, method.allowed true, {_SPOKEN}"),
    ("price", "change_price", "below_cost false"),
    ("campaign", "change_prices", "below_cost false"),
    ("adjust", "adjust_stock", "stays_non_negative true"),
    ("transfer", "transfer_stock", "enough_available true"),
    ("signal", "add_demand_signal", "lasts_days over 0"),
    ("supply", "add_supply_signal", "lasts_days under {supply_days}"),
    ("remove-signal", "remove_signal", "in_force true"),
    ("cancel-order", "cancel_order", f"cancellable true, {_SPOKEN}"),
    ("note", "add_order_note", "length under {note_length}"),
    ("return", "request_return", "delivered true, items.returnable true, return_open false, "
     f"method.allowed true, {_SPOKEN}"),
    ("cancel-return", "cancel_return", f"open true, {_SPOKEN}"),
    ("receive-return", "receive_return", "open true"),
    ("inspect", "inspect_return", "received true"),
    ("exchange", "request_exchange", "delivered true, items.returnable true, return_open false, "
     "items.on_order true, items.same_product true, items.different true, items.available true, "
     f"method.can_pay true, {_SPOKEN}"),
    ("complete", "complete_exchange", "exchange_open true, returned true, method.can_pay true"),
    ("items", "change_order_items", "pending true, items.changed_before false, items.on_order true, "
     "items.same_product true, items.different true, items.available true, "
     f"method.can_pay true, {_SPOKEN}"),
    ("payment", "change_order_payment", "pending true, items.changed_before false, paid_once true, "
     f"method.different true, method.can_pay true, {_SPOKEN}"),
    ("ship-to", "change_order_address", f"pending true, items.changed_before false, {_SPOKEN}"),
    ("address", "change_customer_address", _SPOKEN),
    ("reship", "reship_order", "items.on_order true, items.available true, reshipped_before false, "
     f"carrier in lost damaged, {_SPOKEN}"),
    ("credit", "give_credit", f"order.of_customer true, {_SPOKEN}"),
    ("draft", "draft_reply", "ticket_open true, length under {note_length}"),
)  # fmt: skip
"""What is allowed, all conditions together; everything else is denied, and what follows narrows it."""

_NARROWED: Final[tuple[Line, ...]] = (
    ("po-terms", "place_purchase_order", "deny", "terms.current false", "terms.current false", {}),
    ("po-hard", "place_purchase_order", "deny", "total over {order_hard} GBP", "total 9000000 GBP", {}),
    ("po-day-hard", "place_purchase_order", "deny", "spend.all.24h over {order_day_hard} GBP",
     "spend.all.24h 9000000 GBP", {}),
    ("po-soft", "place_purchase_order", "approve", "total over {order_soft} GBP",
     "total 9000000 GBP", {"by": ["purchasing_manager", "admin"]}),
    ("po-two", "place_purchase_order", "approve", "total over {order_two_people} GBP",
     "total 9000000 GBP", {"by": ["purchasing_manager", "finance"], "quorum": "2"}),
    ("po-day-soft", "place_purchase_order", "approve", "spend.supplier.24h over {order_day_soft} GBP",
     "spend.supplier.24h 9000000 GBP", _PURCHASING),
    ("po-tainted", "place_purchase_order", "approve", "tainted true", "tainted true",
     {**_PURCHASING, "escalate": {"after": "20m", "to": ["admin"]}}),
    ("refund-hard", "refund_order", "deny", "amount over {refund_hard} GBP", "amount 9000000 GBP", {}),
    ("refund-stranger", "refund_order", "deny", "identity in none another_customer", "identity none", {}),
    ("refund-unasked", "refund_order", "deny", "consent missing", "consent missing", {}),
    ("refund-soft", "refund_order", "approve", "amount over {refund_soft} GBP", "amount 9000000 GBP",
     _SUPPORT),
    ("refund-day-soft", "refund_order", "approve", "spend.all.24h over {refund_day_soft} GBP",
     "spend.all.24h 9000000 GBP", _BOTH),
    ("price-hard", "change_price", "deny", "change_pct outside -{price_hard_pct} {price_hard_pct}",
     "change_pct -99", {}),
    ("price-soft", "change_price", "approve", "change_pct outside -{price_soft_pct} {price_soft_pct}",
     "change_pct -99", _PRICING),
    ("campaign-low", "change_prices", "deny", "change_pct.lowest under -{price_hard_pct}",
     "change_pct.lowest -99", {}),
    ("campaign-high", "change_prices", "deny", "change_pct.highest over {price_hard_pct}",
     "change_pct.highest 99", {}),
    ("campaign-down", "change_prices", "approve", "change_pct.lowest under -{price_soft_pct}",
     "change_pct.lowest -99", _PRICING),
    ("campaign-up", "change_prices", "approve", "change_pct.highest over {price_soft_pct}",
     "change_pct.highest 99", _PRICING),
    ("campaign-size", "change_prices", "approve", "lines over {campaign_lines}", "lines 400",
     {"by_each": ["pricing_manager", "finance"]}),
    ("adjust-soft", "adjust_stock", "approve", "value over {adjust_soft} GBP", "value 9000000 GBP", _STOCK),
    ("transfer-soft", "transfer_stock", "approve", "value over {transfer_soft} GBP", "value 9000000 GBP",
     _STOCK),
    ("signal-hard", "add_demand_signal", "deny", "percent outside -{signal_hard_pct} {signal_hard_pct}",
     "percent 9999", {}),
    ("signal-soft", "add_demand_signal", "approve", "percent outside -{signal_soft_pct} {signal_soft_pct}",
     "percent 9999", _PURCHASING),
    ("return-late", "request_return", "approve", "days_since_delivery over {return_days}",
     "days_since_delivery 999", _SUPPORT),
    ("inspect-hygiene", "inspect_return", "approve", "restock true, item_class in hygiene hazardous",
     "item_class hygiene", _STOCK),
    ("exchange-soft", "request_exchange", "approve", "difference over {swap_soft} GBP",
     "difference 9000000 GBP", _SUPPORT),
    ("items-soft", "change_order_items", "approve", "difference over {swap_soft} GBP",
     "difference 9000000 GBP", _SUPPORT),
    ("ship-to-abroad", "change_order_address", "approve", "country_changes true", "country_changes true",
     _SUPPORT),
    ("address-abroad", "change_customer_address", "approve", "country_changes true", "country_changes true",
     _SUPPORT),
    ("reship-soft", "reship_order", "approve", "value over {reship_soft} GBP", "value 9000000 GBP", _SUPPORT),
    ("credit-hard", "give_credit", "deny", "amount over {credit_hard} GBP", "amount 9000000 GBP", {}),
    ("credit-soft", "give_credit", "approve", "amount over {credit_soft} GBP", "amount 9000000 GBP",
     _SUPPORT),
    ("credit-sum", "give_credit", "approve", "customer.credits_90d over {credit_90d_soft} GBP",
     "customer.credits_90d 9000000 GBP", _BOTH),
)  # fmt: skip
"""What denies or asks people: id, kind, effect, when, the facts of its test, and who is asked."""

RULES: Final = tuple(one[0] for one in (*_ALLOWED, *_NARROWED))
"""The ids of all rules."""

_MONEY: Final = re.compile(r"-?\d+ GBP")
_VERBS: Final = frozenset({"over", "under", "outside", "in"})


def rule_file(limits: Mapping[str, int], left_out: str = "") -> str:
    """The rule file of these limits, with its tests; JSON, which is YAML as well. It may leave a kind out."""
    rules: list[Any] = []
    worst: dict[str, dict[str, str]] = {kind: {} for kind in _USUAL if kind != left_out}
    allowed: list[Line] = [(name, kind, "allow", when, "", {}) for name, kind, when in _ALLOWED]
    lines = (one for one in (*allowed, *_NARROWED) if one[1] != left_out)
    for name, kind, effect, when, case, people in lines:
        asked = {**people, "expires": "1h"} if effect == "approve" else {}
        body = {"when": [_condition(one, limits) for one in when.split(", ")]}
        rules.append({"id": name, "action": kind, effect: body | asked})
        worst[kind] |= _facts(case, limits) if case else {}
    tests = [_tests(kind, worst[kind], limits) for kind in worst]
    head = {"policy": "hostile", "version": "1", "default": "deny"}
    return json.dumps({**head, "rules": rules, "tests": tests})


def _condition(text: str, limits: Mapping[str, int]) -> dict[str, Any]:
    """One condition: a fact and its value, or a fact, a verb and what the verb needs."""
    fact, *rest = text.format(**limits).split(" ")
    if rest[0] not in _VERBS:
        return {fact: " ".join(rest)}
    verb, *values = rest
    if verb in {"outside", "in"}:
        return {fact: {verb: values}}
    return {fact: {verb: " ".join(values)}}


def _facts(text: str, limits: Mapping[str, int]) -> dict[str, str]:
    found = {}
    for one in text.format(**limits).split(", "):
        fact, *rest = one.split(" ")
        amount = _MONEY.search(one)
        found[fact] = amount[0] if amount else rest[1] if rest[0] == "in" else rest[0]
    return found


def _tests(kind: str, worst: Mapping[str, str], limits: Mapping[str, int]) -> dict[str, Any]:
    """What is usual is allowed; and all at once that narrows it, so that each rule fires in a test."""
    denied = any(one[1] == kind and one[2] == "deny" for one in _NARROWED)
    cases = [{"name": f"usual {kind}", "facts": {}, "expect": "allow"}]
    if worst:
        verdict = "deny" if denied else "needs_approval"
        cases.append({"name": f"worst {kind}", "facts": worst, "expect": verdict})
    return {"action": kind, "usual": _facts(_USUAL[kind], limits), "cases": cases}
