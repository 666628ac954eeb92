"""Money given back and goodwill: each piece, the shipping and the whole are paid back once."""

from typing import Any

from sqlalchemy import text

from tests.service_asking import done, refused, rows
from tools.tool import Shop
from tools.toolbox import call


def test_credit_goes_on_the_gift_card(desk_shop: Shop) -> None:
    """A little goodwill is on the customer's gift card at once; the sum of 90 days is limited."""
    for _ in range(3):
        done(desk_shop, "give_credit", customer="C-10001", amount="10.00", reason="sorry")
    assert rows(desk_shop, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == [(5_000,)]
    words = refused(desk_shop, "give_credit", customer="C-10001", amount="5.00", reason="again")
    assert "35.00 GBP credit in 90 days" in words


def test_goodwill_lowers_what_is_refundable(desk_shop: Shop) -> None:
    """Credit that was given for an order cannot be had a second time as a refund of it."""
    done(desk_shop, "give_credit", customer="C-10001", amount="5", order="2001", reason="late")
    quote = call(desk_shop, "quote_refund", {"order": "2001"}).result
    assert quote is not None
    assert quote.refundable.text == "28.99 GBP"  # type: ignore[attr-defined]  # a quote's answer
    assert "more than what may still be refunded" in refused(
        desk_shop, "refund_order", order="2001", amount="29"
    )
    done(desk_shop, "refund_order", order="2001", amount="28.99")


def test_a_line_and_the_shipping_are_refunded_once(desk_shop: Shop) -> None:
    """What was refunded of a line, piece by piece, and of the shipping is gone; other lines keep theirs."""
    with desk_shop.db.writing() as tx:
        tx.execute(text("UPDATE orders SET shipping_minor = 399, total_minor = 3798 WHERE id = '2001'"))
        tx.execute(text("UPDATE payments SET amount_minor = 3798 WHERE order_id = '2001'"))
    mug = [{"sku": "MUG-01", "quantity": 1}]
    done(desk_shop, "refund_order", order="2001", items=mug, include_shipping=True)
    paid_back = "SELECT amount_minor FROM payments WHERE kind = 'refund' AND order_id = '2001'"
    assert rows(desk_shop, paid_back) == [(1_649,)]
    both = [{"sku": "MUG-01", "quantity": 2}]
    again = refused(desk_shop, "refund_order", order="2001", items=both, include_shipping=True)
    assert "1 of the 2 pieces of 'MUG-01' on order #2001 were refunded before" in again
    quoted: Any = call(desk_shop, "quote_refund", {"order": "2001"}).result
    assert [(one.sku, one.quantity, one.refundable.minor) for one in quoted.lines] == [
        ("MUG-01", 1, 1_250),
        ("TEA-100", 1, 899),
    ]
    assert quoted.shipping.minor == 0


def test_a_refund_of_more_than_is_left_says_how_much_is(desk_shop: Shop) -> None:
    """The refusal names the amount that may be asked for instead."""
    done(desk_shop, "refund_order", order="2001", amount="20")
    words = refused(desk_shop, "refund_order", order="2001", amount="20")
    assert "At most 13.99 GBP of order #2001 can still be refunded." in words


def test_credit_for_an_order_stays_within_what_is_left_of_it(desk_shop: Shop) -> None:
    """Goodwill that names an order is at most what was paid for it and has not gone back."""
    done(desk_shop, "refund_order", order="2001", amount="30")
    words = refused(desk_shop, "give_credit", customer="C-10001", amount="9", order="2001", reason="sorry")
    assert "Only 3.99 GBP of order #2001 is left: give credit without the order." in words
    done(desk_shop, "give_credit", customer="C-10001", amount="9", reason="sorry")
