"""Goods that went out again are paid back on top only by a person, unless the replacement is lost too."""

from typing import Any

import pytest
from sqlalchemy import text

from shop.store.reads import orders
from tools.answers import WriteAnswer
from tools.tool import Shop
from tools.toolbox import call

MUG = {"sku": "MUG-01", "quantity": 1}


@pytest.fixture
def desk_shop(desk_shop: Shop) -> Shop:
    """The shop whose order #2001, two mugs and a tea, arrived damaged."""
    books(desk_shop, "UPDATE shipments SET status = 'damaged' WHERE order_id = '2001'")
    return desk_shop


def said(shop: Shop, name: str, **arguments: Any) -> tuple[str, str]:
    """The state of what a tool asked for, and its words with all reasons."""
    answer = call(shop, name, arguments)
    assert answer.result is not None, answer.error
    assert isinstance(answer.result, WriteAnswer)
    return answer.result.state, " ".join((answer.result.words, *answer.result.why))


def books(shop: Shop, statement: str) -> None:
    """Make the books say something else."""
    with shop.db.writing() as tx:
        tx.execute(text(statement))


def sent_again(shop: Shop, pieces: int = 2, order: str = "2001") -> None:
    """So many mugs of the order are sent again."""
    items = [{"sku": "MUG-01", "quantity": pieces}]
    assert said(shop, "reship_order", order=order, reason="damaged", items=items)[0] == "executed"


def test_money_on_top_of_goods_sent_again_asks(desk_shop: Shop) -> None:
    """A refund of pieces that went out again waits for a support lead, and says why."""
    sent_again(desk_shop)
    state, words = said(desk_shop, "refund_order", order="2001", items=[MUG])
    assert (state, "were sent again or exchanged" in words) == ("pending", True)


def test_money_for_no_goods_in_particular_asks_after_a_replacement(desk_shop: Shop) -> None:
    """An amount may be for the goods that went out again, so a person decides."""
    sent_again(desk_shop, 1)
    assert said(desk_shop, "refund_order", order="2001", amount="5")[0] == "pending"


@pytest.mark.parametrize("refunded", [{"items": [{"sku": "TEA-100", "quantity": 1}]}, {"items": [MUG]}])
def test_other_pieces_are_paid_back_as_ever(desk_shop: Shop, refunded: dict[str, Any]) -> None:
    """Another line, and the other piece of a line of which one went out again, ask nobody."""
    sent_again(desk_shop, 1)
    assert said(desk_shop, "refund_order", order="2001", **refunded)[0] == "executed"


@pytest.mark.parametrize(
    "undone",
    [
        "UPDATE orders SET status = 'cancelled' WHERE replaces = '2001'",
        "UPDATE order_lines SET returned = quantity WHERE order_id LIKE '2001-R%'",
        "INSERT INTO shipments (id, order_id, carrier, tracking, status, shipped_on, promised_on) "
        "SELECT 'P-9', id, 'DPD', 'T9', 'lost', '2026-11-19', '2026-11-20' FROM orders "
        "WHERE replaces = '2001'",
    ],
    ids=["cancelled", "came back", "lost again"],
)
def test_a_replacement_that_nobody_has_counts_for_nothing(desk_shop: Shop, undone: str) -> None:
    """Where the replacement was cancelled, came back or is lost too, the money goes back as ever."""
    sent_again(desk_shop)
    books(desk_shop, undone)
    assert said(desk_shop, "refund_order", order="2001", items=[MUG])[0] == "executed"


def test_an_exchange_that_is_completed_counts_as_sent_again(desk_shop: Shop) -> None:
    """Who has the new variant gets the old one's money only from a person."""
    both = {"sku": "MUG-01", "quantity": 2, "new_sku": "MUG-02"}
    assert said(desk_shop, "request_exchange", order="2001", items=[both])[0] == "executed"
    with desk_shop.db.reading() as snapshot:
        (exchange,) = orders.exchanges(snapshot, "2001")
    assert said(desk_shop, "receive_return", rma=exchange.rma)[0] == "executed"
    assert said(desk_shop, "complete_exchange", exchange=exchange.id)[0] == "executed"
    assert said(desk_shop, "refund_order", order="2001", items=[MUG])[0] == "pending"
