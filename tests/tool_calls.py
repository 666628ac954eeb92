"""One call of each tool that the small store can answer, and what the calls left in the ledger."""

from typing import Any

from tests.small_store import CANARY_EMAIL
from tools.desk import State
from tools.toolbox import Shop

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


def rows_of(shop: Shop) -> int:
    """How many actions the ledger holds."""
    return len(shop.desk.actions(states=tuple(State)))
