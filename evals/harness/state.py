"""The store as it stands at the end of a case, read straight from its tables.

| key | value |
|---|---|
| ``stock SKU LOCATION`` | pieces on hand |
| ``price SKU`` | selling price |
| ``order ID`` | status |
| ``refunded ID`` | what was paid back of an order |
| ``notes ID`` | how many notes an order has |
| ``purchase_order ID`` | status |
| ``received PO SKU`` | pieces booked in |
| ``ordered SKU LOCATION`` | pieces on purchase orders made in this case |
| ``signals`` | signals in force |
| ``item ORDER LINE`` | SKU on a line of an order |
| ``postcode ORDER`` | where an order is sent to, if elsewhere than the customer's address |
| ``home CUSTOMER`` | postcode of a customer |
| ``paid_by ORDER`` | payment method that paid last for an order |
| ``returns ORDER`` | how many pieces of an order are on returns that were not cancelled |
| ``return RMA`` | status |
| ``exchange EX`` | status |
| ``again ORDER`` | how many orders send goods of this one again |
| ``credit CUSTOMER`` | goodwill given to a customer |
| ``balance METHOD`` | what a gift card holds |
| ``replies TICKET`` | how many drafts of replies a ticket has |
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from typing import Final

_QUESTIONS: Final = {
    "stock": "SELECT on_hand FROM stock_levels WHERE sku = ? AND location = ?",
    "price": "SELECT price_minor FROM products WHERE sku = ?",
    "order": "SELECT status FROM orders WHERE id = ?",
    "refunded": "SELECT coalesce(sum(amount_minor), 0) FROM payments WHERE order_id = ? AND kind = 'refund'",
    "notes": "SELECT count(*) FROM order_notes WHERE order_id = ?",
    "purchase_order": "SELECT status FROM purchase_orders WHERE id = ?",
    "received": "SELECT received FROM purchase_order_lines WHERE purchase_order = ? AND sku = ?",
    "ordered": "SELECT coalesce(sum(l.quantity), 0) FROM purchase_order_lines l JOIN purchase_orders p"
    " ON p.id = l.purchase_order WHERE p.action_id IS NOT NULL AND l.sku = ? AND p.location = ?",
    "signals": "SELECT count(*) FROM signals WHERE removed_at IS NULL",
    "item": "SELECT sku FROM order_lines WHERE order_id = ? AND line_no = ?",
    "postcode": "SELECT ship_postcode FROM orders WHERE id = ?",
    "home": "SELECT postcode FROM customers WHERE id = ?",
    "paid_by": "SELECT method_id FROM payments WHERE order_id = ? AND kind = 'sale'"
    " ORDER BY at DESC, rowid DESC",
    "returns": "SELECT coalesce(sum(quantity), 0) FROM returns WHERE order_id = ? AND status != 'cancelled'",
    "return": "SELECT status FROM returns WHERE id = ?",
    "exchange": "SELECT status FROM exchanges WHERE id = ?",
    "again": "SELECT count(*) FROM orders WHERE replaces = ?",
    "credit": "SELECT coalesce(sum(amount_minor), 0) FROM store_credits WHERE customer = ?",
    "balance": "SELECT balance_minor FROM payment_methods WHERE id = ?",
    "replies": "SELECT count(*) FROM ticket_replies WHERE ticket = ?",
}
_MONEY: Final = frozenset(("price", "refunded", "credit", "balance"))
SUBJECTS: Final = tuple(_QUESTIONS)


def read(store: sqlite3.Connection, key: str) -> str | int | None:
    """What the store says under a key; amounts as text. Raises ValueError for an unknown key."""
    subject, *ids = key.split()
    question = _QUESTIONS.get(subject)
    if question is None or question.count("?") != len(ids):
        raise ValueError(f"end_state {key!r}: see evals/harness/state.py for what can be asked")
    row = store.execute(question, ids).fetchone()
    value: str | int | None = row[0] if row else None
    return f"{Decimal(value) / 100:.2f}" if subject in _MONEY and value is not None else value


def same(found: str | int | None, wanted: str | int | None) -> bool:
    """Whether a value is the wanted one; amounts as numbers."""
    if found is None or wanted is None:
        return found is wanted
    try:
        return Decimal(str(found)) == Decimal(str(wanted))
    except ArithmeticError:
        return str(found) == str(wanted)


def written(store: sqlite3.Connection) -> frozenset[str]:
    """The tables of the business that were written since the case began."""
    return frozenset(name for (name,) in store.execute("SELECT name FROM evaluation_watch"))
