"""Returns, exchanges, changes of pending orders and replacements: from request to receipt."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.service_asking import HOME, done, level, refused, rows
from tools.desk import State
from tools.tool import Shop


def test_a_return_goes_from_request_to_stock(desk_shop: Shop) -> None:
    """An RMA is opened, its goods are put aside when they are back, and sold again after the inspection."""
    before = level(desk_shop, "MUG-01")
    done(desk_shop, "request_return", order="2001", items=[{"sku": "mug", "quantity": 1}], reason="too small")
    ((rma,),) = rows(desk_shop, "SELECT id FROM returns WHERE order_id = '2001'")
    done(desk_shop, "receive_return", rma=rma)
    assert level(desk_shop, "MUG-01") == (before[0] + 1, before[1], before[2] + 1)
    done(desk_shop, "inspect_return", rma=rma, result="restock")
    assert level(desk_shop, "MUG-01") == (before[0] + 1, before[1], before[2])
    done(desk_shop, "refund_order", order="2001", items=[{"sku": "MUG-01", "quantity": 1}], to="gift card")
    assert rows(desk_shop, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == [(3_250,)]


def test_written_off_goods_leave_the_stock(desk_shop: Shop) -> None:
    """Returned goods that cannot be sold are neither on hand nor put aside afterwards."""
    before = level(desk_shop, "MUG-01")
    done(desk_shop, "request_return", order="2001", items=[{"sku": "MUG-01", "quantity": 2}])
    ((rma,),) = rows(desk_shop, "SELECT id FROM returns WHERE order_id = '2001'")
    done(desk_shop, "receive_return", rma=rma)
    done(desk_shop, "inspect_return", rma=rma, result="write_off", note="cracked")
    assert level(desk_shop, "MUG-01") == before


def test_a_late_return_says_who_may_except(desk_shop: Shop) -> None:
    """After the window the answer names the day, the limit and who may decide."""
    with desk_shop.db.writing() as tx:
        tx.execute(text("UPDATE shipments SET delivered_on = '2026-10-10' WHERE order_id = '2001'"))
    words = refused(desk_shop, "request_return", order="2001")
    assert "Delivered 41 days ago, the window is 30; a support lead may approve an exception." in words


def test_an_exchange_settles_its_difference_when_completed(desk_shop: Shop) -> None:
    """The new variant is held back at once; the difference is charged once the old goods are back."""
    item = {"sku": "MUG-01", "quantity": 1, "new_sku": "green"}
    done(desk_shop, "request_exchange", order="2001", items=[item], method="gift card")
    assert level(desk_shop, "MUG-02") == (5, 1, 0)
    assert rows(desk_shop, "SELECT count(*) FROM payments WHERE order_id = '2001'") == [(1,)]
    ((exchange, rma),) = rows(desk_shop, "SELECT id, rma FROM exchanges")
    done(desk_shop, "receive_return", rma=rma)
    done(desk_shop, "complete_exchange", exchange=exchange)
    paid = "SELECT kind, method_id, amount_minor FROM payments WHERE order_id = '2001' ORDER BY at, id"
    assert rows(desk_shop, paid)[-1] == ("sale", "pm-gift", 50)
    sent = rows(desk_shop, "SELECT status, total_minor FROM orders WHERE replaces = '2001'")
    assert sent == [("unfulfilled", 0)]


def test_an_exchange_waits_for_the_old_goods(desk_shop: Shop) -> None:
    """Nothing is sent before the old goods are back."""
    item = {"sku": "MUG-01", "quantity": 1, "new_sku": "MUG-02"}
    done(desk_shop, "request_exchange", order="2001", items=[item])
    assert "receive the return first" in refused(desk_shop, "complete_exchange", exchange="EX-1")


def test_a_cancelled_exchange_gives_the_variant_free(desk_shop: Shop) -> None:
    """Cancelling the return of an exchange closes both, and the variant can be promised again."""
    item = {"sku": "MUG-01", "quantity": 2, "new_sku": "MUG-02"}
    done(desk_shop, "request_exchange", order="2001", items=[item])
    ((rma,),) = rows(desk_shop, "SELECT rma FROM exchanges")
    done(desk_shop, "cancel_return", rma=rma)
    assert level(desk_shop, "MUG-02") == (5, 0, 0)
    assert rows(desk_shop, "SELECT status FROM exchanges") == [("cancelled",)]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            {"sku": "MUG-01", "quantity": 9, "new_sku": "MUG-02"},
            "2 pieces can come back, not 9: ask for at most 2",
        ),
        ({"sku": "MUG-01", "quantity": 1, "new_sku": "LAMP-7"}, "Only another variant of the same product"),
        ({"sku": "MUG-01", "quantity": 1, "new_sku": "MUG-01"}, "the one that was ordered"),
    ],
)
def test_impossible_exchanges_are_refused(desk_shop: Shop, item: dict[str, Any], reason: str) -> None:
    """More than was sent, another product and the same item are refused with the reason."""
    assert reason in refused(desk_shop, "request_exchange", order="2001", items=[item])


def test_items_of_a_pending_order_change_once(desk_shop: Shop) -> None:
    """The line, the totals, the promised stock and the money follow; a second change is refused."""
    committed = level(desk_shop, "MUG-01")[1]
    item = {"sku": "MUG-01", "quantity": 1, "new_sku": "MUG-02"}
    done(desk_shop, "change_order_items", order="2002", items=[item], method="pm-card")
    assert rows(desk_shop, "SELECT sku, unit_price_minor FROM order_lines WHERE order_id = '2002'") == [
        ("MUG-02", 1300)
    ]
    assert rows(desk_shop, "SELECT total_minor FROM orders WHERE id = '2002'") == [(1300,)]
    assert (level(desk_shop, "MUG-01")[1], level(desk_shop, "MUG-02")[1]) == (committed - 1, 1)
    back = {"sku": "MUG-02", "quantity": 1, "new_sku": "MUG-01"}
    assert "only once" in refused(desk_shop, "change_order_items", order="2002", items=[back])
    assert "nothing else of it changes" in refused(desk_shop, "change_order_address", order="2002", **HOME)


def test_cancelling_after_a_change_of_payment_refunds_the_net(desk_shop: Shop) -> None:
    """A cancelled order pays back what each method paid in the end, and nothing twice."""
    done(desk_shop, "change_order_payment", order="2002", method="gift card")
    assert rows(desk_shop, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == [(750,)]
    assert "changed before" in refused(desk_shop, "change_order_payment", order="2002", method="PayPal")
    done(desk_shop, "cancel_order", order="2002", cause="ordered_by_mistake")
    query = "SELECT kind, sum(amount_minor) FROM payments WHERE order_id = '2002' GROUP BY kind ORDER BY kind"
    assert rows(desk_shop, query) == [("refund", 2500), ("sale", 2500)]
    assert rows(desk_shop, "SELECT balance_minor FROM payment_methods WHERE id = 'pm-gift'") == [(2_000,)]


def test_an_address_changes_while_the_order_is_pending(desk_shop: Shop) -> None:
    """The whole address stands on the order; a shipped one keeps its own, another country asks."""
    done(desk_shop, "change_order_address", order="2002", **HOME)
    query = "SELECT ship_street, ship_postcode FROM orders WHERE id = '2002'"
    assert rows(desk_shop, query) == [("1 Mill Lane", "YO1 1AA")]
    assert "ask the carrier" in refused(desk_shop, "change_order_address", order="2001", **HOME)
    abroad = {**HOME, "country": "France"}
    assert "awaiting approval" in refused(desk_shop, "change_customer_address", customer="C-10001", **abroad)


def test_lost_goods_are_sent_again_once(desk_shop: Shop) -> None:
    """A replacement at no charge holds the goods back; the second one asks a person."""
    with desk_shop.db.writing() as tx:
        tx.execute(text("UPDATE shipments SET status = 'lost', delivered_on = NULL WHERE order_id = '2001'"))
    committed = level(desk_shop, "MUG-01")[1]
    done(desk_shop, "reship_order", order="2001", reason="lost", items=[{"sku": "MUG-01", "quantity": 1}])
    assert level(desk_shop, "MUG-01")[1] == committed + 1
    again = {"order": "2001", "reason": "lost", "items": [{"sku": "MUG-01", "quantity": 1}]}
    assert "sent again before" in refused(desk_shop, "reship_order", **again)


def test_a_return_and_a_replacement_are_taken_back(desk_shop: Shop) -> None:
    """The undo of an RMA cancels it, that of a replacement cancels its order and frees the goods."""
    session = desk_shop.session
    opened = done(desk_shop, "request_return", order="2001", items=[{"sku": "TEA-100", "quantity": 1}])
    assert desk_shop.desk.undo(opened.action_id, session).state is State.EXECUTED
    assert rows(desk_shop, "SELECT status FROM returns WHERE order_id = '2001'") == [("cancelled",)]
    with desk_shop.db.writing() as tx:
        tx.execute(text("UPDATE shipments SET status = 'lost' WHERE order_id = '2001'"))
    before = level(desk_shop, "TEA-100")
    sent = done(desk_shop, "reship_order", order="2001", reason="lost", items=[{"sku": "tea", "quantity": 1}])
    assert desk_shop.desk.undo(sent.action_id, session).state is State.EXECUTED
    assert level(desk_shop, "TEA-100") == before
