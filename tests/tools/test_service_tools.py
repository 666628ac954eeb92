from typing import Any

import pytest
from sqlalchemy import text

from tests.small_store import CANARY_EMAIL, CANARY_PHONE, CANARY_STREET
from tools.desk import State
from tools.toolbox import Shop, call


def result(shop: Shop, name: str, **arguments: Any) -> Any:
    """The result of a tool call that must succeed."""
    answer = call(shop, name, arguments)
    assert answer.error is None
    return answer.result


def filed(shop: Shop) -> Any:
    """The arguments of the only action that was filed."""
    (action,) = shop.desk.actions(states=tuple(State))
    return action.args


def test_order_with_its_money(shop: Shop) -> None:
    """An order shows its lines, what was paid and refunded, and what may still be refunded."""
    found = result(shop, "get_order", order="order #1042")
    assert (found.id, found.customer, found.customer_name) == ("1042", "C-10001", "Johanna C.")
    assert (found.paid.text, found.refunded.text, found.refundable.text) == (
        "29.95 GBP",
        "5.00 GBP",
        "24.95 GBP",
    )
    assert [(line.sku, line.quantity, line.unit_price.minor) for line in found.lines] == [("MUG-01", 2, 1250)]
    assert (found.notes, found.tickets, found.returns[0].id) == (2, ("T-501 open",), "RMA-301")


def test_messages_say_whose_they_are(shop: Shop) -> None:
    """Notes, reasons and tickets come as strangers' words with their origin."""
    found = result(shop, "get_order", order="1042", include_messages=True)
    assert [one.origin for one in found.messages] == [
        "note on order #1042 by dana",
        "note on order #1042 by customer",
        "reason of return RMA-301 by the customer",
        "ticket T-501 by the customer",
    ]


READERS = [
    ("get_order", {"order": "1042"}),
    ("find_customer", {"customer": "C-10001"}),
    ("suggest_reply", {"ticket": "T-501"}),
]


@pytest.mark.parametrize(("name", "arguments"), READERS)
def test_what_was_written_tells_no_address(shop: Shop, name: str, arguments: dict[str, str]) -> None:
    """Messages are read without the customer's name, number, street and postcode, by whichever tool."""
    said = f"I am Johanna Canary, {CANARY_EMAIL}, {CANARY_PHONE}, {CANARY_STREET}, LS97QX. Where is it?"
    with shop.db.writing() as tx:
        for table, column in (("tickets", "body"), ("order_notes", "text"), ("returns", "reason")):
            tx.execute(text(f"UPDATE {table} SET {column} = :said"), {"said": said})
    found = result(shop, name, **arguments, include_messages=True)
    told = " ".join(one.text for one in found.messages)
    assert told.count("Where is it?") == len(found.messages) > 0
    assert not [one for one in (CANARY_EMAIL, CANARY_PHONE, CANARY_STREET, "Canary", "LS97QX") if one in told]


def test_nobody_learns_a_surname_letter_by_letter(shop: Shop) -> None:
    """The beginning of a surname, or most of its letters, finds nobody, also beside the right first name."""
    tried = ["can", "canar", "cannary", "Johanna C", "Johanna Canar", "joh canar", "anary"]
    assert [call(shop, "find_customer", {"customer": one}).result for one in tried] == [None] * len(tried)
    known = ["johanna", "johan", "Johana Canary", "joh canary"]
    assert [result(shop, "find_customer", customer=one).id for one in known] == ["C-10001"] * len(known)


@pytest.mark.parametrize("text", ["#1042", "1042", "RM123456785GB"])
def test_parcels_are_found(shop: Shop, text: str) -> None:
    """A parcel is found by its order or its tracking number, and is late by so many days until today."""
    found = result(shop, "track_shipment", order=text)
    assert (found.order, found.shipments[0].status, found.shipments[0].days_late) == ("1042", "late", 6)


def test_unshipped_order_has_no_parcel(shop: Shop) -> None:
    """An order that was not shipped says so."""
    found = result(shop, "track_shipment", order="1043")
    assert found.note == "nothing of order #1043 has been shipped; it is unfulfilled"


@pytest.mark.parametrize("text", ["C-10001", "johanna.canary@example.com", "canary", "#1042", "T-501"])
def test_customers_are_found(shop: Shop, text: str) -> None:
    """A customer is found by id, e-mail address, name, order or ticket, and shown masked."""
    found = result(shop, "find_customer", customer=text)
    assert (found.id, found.name, found.email, found.phone, found.city) == (
        "C-10001",
        "Johanna C.",
        "j***@example.com",
        "***42",
        "Leeds",
    )
    assert found.orders == 2


def test_unknown_customer(shop: Shop) -> None:
    """Somebody the store does not know is not found, and nobody else is offered."""
    answer = call(shop, "find_customer", {"customer": "nobody@example.com"})
    assert answer.error == "no customer matches 'nobody@example.com'"


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ({"customer": "C-10001"}, ["1044", "1042"]),
        ({"status": "unfulfilled"}, ["1044", "1043"]),
        ({"sku": "mug-01"}, ["1042"]),
        ({"placed_from": "2026-11-19"}, ["1044", "1043"]),
        ({"placed_until": "2026-11-18"}, ["1042"]),
        ({"placed_from": "2026-11-10", "placed_until": "2026-11-10"}, ["1042"]),
    ],
)
def test_orders_are_filtered(shop: Shop, arguments: dict[str, Any], ids: list[str]) -> None:
    """Orders are narrowed by customer, status, product and days of the store's calendar."""
    assert [one.id for one in result(shop, "find_orders", **arguments).items] == ids


def test_orders_are_paged(shop: Shop) -> None:
    """The pages of the orders join without gap or overlap."""
    first = result(shop, "find_orders", limit=2)
    second = result(shop, "find_orders", limit=2, page=first.next_page)
    assert [one.id for one in first.items + second.items] == ["1044", "1043", "1042"]


def test_wrong_days_are_refused(shop: Shop) -> None:
    """A day that is no day is refused in words."""
    for day in ("2026-02-30", "yesterday", 20261101):
        assert call(shop, "find_orders", {"placed_from": day}).error_kind == "ToolInputError"


def test_quote_of_everything(shop: Shop) -> None:
    """The quote of an order is what was paid and not yet refunded."""
    found = result(shop, "quote_refund", order="1042")
    assert (found.amount.text, found.refundable.text) == ("24.95 GBP", "24.95 GBP")


def test_quote_of_one_piece(shop: Shop) -> None:
    """One piece is quoted at what the customer paid for it."""
    found = result(shop, "quote_refund", order="1042", items=[{"sku": "blue mug", "quantity": 1}])
    assert found.amount.text == "12.50 GBP"


def test_quote_says_when_it_is_limited(shop: Shop) -> None:
    """Items worth more than what is left are limited to it, in words."""
    items = [{"sku": "MUG-01", "quantity": 2}]
    found = result(shop, "quote_refund", order="1042", items=items)
    assert found.amount.text == "24.95 GBP"
    assert found.note == "limited to the 24.95 GBP that was paid and not yet refunded"


def test_refund_defaults_to_the_quote(shop: Shop) -> None:
    """Without an amount exactly the quote is asked for."""
    items = [{"sku": "MUG-01", "quantity": 1}]
    done = result(shop, "refund_order", order="#1042", items=items, reason="chipped")
    amount = {"minor": 1250, "cur": "GBP"}
    lines = [{"line": 1, "quantity": 1, "amount": amount}]
    assert filed(shop) == {"order": "1042", "amount": amount, "lines": lines, "reason": "chipped"}
    assert done.undo.startswith("final")


def test_a_share_of_a_refund_is_worked_out_by_the_tool(shop: Shop) -> None:
    """Half of what the quote says is asked for as such, and rounded once."""
    items = [{"sku": "MUG-01", "quantity": 1}]
    result(shop, "refund_order", order="#1042", items=items, percent="50")
    assert filed(shop)["amount"] == {"minor": 625, "cur": "GBP"}


@pytest.mark.parametrize("args", [{"percent": "0"}, {"percent": "101"}, {"percent": "50", "amount": "3.00"}])
def test_a_share_that_is_none_is_refused(shop: Shop, args: dict[str, str]) -> None:
    """Nothing, more than all, and a share beside an amount are refused with what to give."""
    assert "percent" in str(call(shop, "refund_order", {"order": "#1042", **args}).error)


def test_too_large_refund_is_denied(shop: Shop) -> None:
    """More than what may be refunded is denied by the desk, with the reason."""
    done = result(shop, "refund_order", order="1042", amount="24.96")
    assert done.state == "denied"
    assert done.why == ("The amount is more than what may still be refunded; ask for no more than that.",)


def test_refund_of_a_foreign_product(shop: Shop) -> None:
    """A product that is not on the order cannot be refunded."""
    answer = call(shop, "refund_order", {"order": "1042", "items": [{"sku": "TEA-100", "quantity": 1}]})
    assert answer.error == "TEA-100 is not on order #1042; on it are MUG-01"


def test_unshipped_order_is_cancelled(shop: Shop) -> None:
    """An order that was not shipped is cancelled, and its status says so afterwards."""
    done = result(shop, "cancel_order", order="order 1044", reason="changed her mind")
    assert done.state == "executed"
    assert result(shop, "get_order", order="1044").status == "cancelled"


def test_shipped_order_is_not_cancelled(shop: Shop) -> None:
    """An order that was shipped is not cancelled."""
    done = result(shop, "cancel_order", order="1042")
    assert done.state != "executed"
    assert result(shop, "get_order", order="1042").status == "fulfilled"


def test_note_is_added(shop: Shop) -> None:
    """A note is added as written."""
    done = result(shop, "add_order_note", order="1042", note="Leave with neighbour.")
    assert done.state == "executed"
    found = result(shop, "get_order", order="1042", include_messages=True)
    assert "Leave with neighbour." in [one.text for one in found.messages]


def test_price_with_its_bounds(shop: Shop) -> None:
    """A price is shown with cost, margin, MAP, latest changes first and running promotions."""
    found = result(shop, "get_price", sku="MUG-01")
    assert (found.price.text, found.cost.text, str(found.margin_percent)) == (
        "12.50 GBP",
        "5.00 GBP",
        "60.00",
    )
    assert [one.price.minor for one in found.changes] == [1250, 1200]
    assert [one.name for one in found.promotions] == ["Kitchen week"]
    assert result(shop, "get_price", sku="LAMP-7").cost is None


def test_price_by_percentage_is_worked_out_here(shop: Shop) -> None:
    """A change by a percentage is turned into an exact price by code."""
    done = result(shop, "change_price", sku="MUG-01", change_percent="5")
    assert filed(shop)["price"] == {"minor": 1312, "cur": "GBP"}
    assert done.request == "change the price of MUG-01 Blue Stoneware Mug from 12.50 GBP to 13.12 GBP"


def test_price_below_cost_is_denied(shop: Shop) -> None:
    """A price below cost is denied and stays as it was."""
    assert result(shop, "change_price", sku="MUG-01", price="0.01").state == "denied"
    assert result(shop, "get_price", sku="MUG-01").price.minor == 1250


def test_suggestion_has_reasons(shop: Shop) -> None:
    """A suggested price comes with its reasons, and changes nothing."""
    found = result(shop, "suggest_price", sku="TEA-100")
    assert found.suggested.minor == 849
    assert "more than 180" in found.reasons[0]
    assert result(shop, "get_price", sku="TEA-100").price.minor == 899


def test_suggestion_for_a_margin(shop: Shop) -> None:
    """A target margin is worked towards."""
    found = result(shop, "suggest_price", sku="MUG-01", target_margin_percent="62")
    assert (found.suggested.minor, str(found.margin_percent)) == (1349, "62.94")
