"""The sample store's stock adds up on every shelf and every day."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], list[tuple[Any, ...]]]


def test_on_hand_is_the_sum_of_the_movements(ask: Ask) -> None:
    """On every shelf the stock on hand is the sum of its movements."""
    wrong = ask(
        "SELECT level.sku, level.location FROM stock_levels level LEFT JOIN stock_movements movement "
        "ON movement.sku = level.sku AND movement.location = level.location "
        "GROUP BY level.sku, level.location HAVING max(level.on_hand) <> coalesce(sum(movement.quantity), 0)"
    )
    assert wrong == []


def test_no_movement_is_without_a_shelf(ask: Ask) -> None:
    """Every movement belongs to a SKU-location that has a stock level."""
    assert ask(
        "SELECT count(*) FROM stock_movements WHERE (sku, location) NOT IN (SELECT sku, location "
        "FROM stock_levels)"
    ) == [(0,)]


def test_no_shelf_was_ever_negative(ask: Ask) -> None:
    """In the evening of every day every shelf holds zero or more."""
    lowest = ask(
        "SELECT min(held) FROM (SELECT sum(quantity) OVER (PARTITION BY sku, location ORDER BY day "
        "RANGE UNBOUNDED PRECEDING) AS held FROM stock_movements)"
    )
    assert lowest[0][0] == 0


@pytest.mark.parametrize(
    ("kind", "sign"),
    [("opening", 1), ("receipt", 1), ("sale", -1), ("return", 1), ("transfer_in", 1), ("transfer_out", -1)],
)
def test_each_kind_of_movement_has_its_sign(ask: Ask, kind: str, sign: int) -> None:
    """Receipts add, sales take away, and no kind is missing."""
    total, wrong = ask(
        f"SELECT count(*), coalesce(sum(quantity * {sign} <= 0), 0) FROM stock_movements WHERE kind = "
        f"'{kind}'"
    )[0]
    assert total > 0
    assert wrong == 0


def test_one_row_per_shelf_day_and_kind(ask: Ask) -> None:
    """A shelf has one movement of a kind on a day, except receipts of two purchase orders."""
    assert (
        ask("SELECT 1 FROM stock_movements GROUP BY sku, location, day, kind, ref HAVING count(*) > 1") == []
    )


def test_transfers_move_and_lose_nothing(ask: Ask) -> None:
    """What leaves one location of a SKU on a day arrives at another."""
    assert (
        ask(
            "SELECT sku, day FROM stock_movements WHERE kind IN ('transfer_in', 'transfer_out') "
            "GROUP BY sku, day HAVING sum(quantity) <> 0"
        )
        == []
    )


def test_receipts_are_what_purchase_orders_received(ask: Ask) -> None:
    """For each purchase order line the receipts with its number add up to what it says was received."""
    wrong = ask(
        "WITH came AS MATERIALIZED (SELECT ref, sku, location, sum(quantity) AS pieces FROM stock_movements "
        "WHERE kind = 'receipt' GROUP BY ref, sku, location) "
        "SELECT line.purchase_order, line.sku FROM purchase_order_lines line "
        "JOIN purchase_orders po ON po.id = line.purchase_order "
        "LEFT JOIN came ON came.ref = po.id AND came.sku = line.sku AND came.location = po.location "
        "WHERE line.received <> coalesce(came.pieces, 0)"
    )
    assert wrong == []


def test_every_receipt_names_its_purchase_order(ask: Ask) -> None:
    """No goods arrived without a purchase order."""
    assert ask(
        "SELECT count(*) FROM stock_movements WHERE kind = 'receipt' AND (ref, sku) NOT IN "
        "(SELECT purchase_order, sku FROM purchase_order_lines)"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("status", "received"),
    [
        ("received", "received = ordered"),
        ("partly_received", "received > 0 AND received < ordered"),
        ("placed", "received = 0"),
        ("cancelled", "received = 0"),
    ],
)
def test_the_status_of_a_purchase_order_is_what_was_received(ask: Ask, status: str, received: str) -> None:
    """A purchase order's status agrees with its lines."""
    total, right = ask(
        f"SELECT count(*), sum({received}) FROM (SELECT sum(received) AS received, sum(quantity) AS ordered "
        "FROM purchase_orders JOIN purchase_order_lines ON purchase_order = id "
        f"WHERE status = '{status}' GROUP BY id)"
    )[0]
    assert total > 0
    assert right == total


def test_purchase_order_totals_add_up(ask: Ask) -> None:
    """A purchase order's total is the sum of its lines, in its supplier's currency."""
    assert (
        ask(
            "SELECT po.id FROM purchase_orders po JOIN purchase_order_lines ON purchase_order = po.id "
            "JOIN suppliers ON suppliers.id = po.supplier GROUP BY po.id "
            "HAVING max(total_minor) <> sum(quantity * unit_cost_minor) OR max(po.currency <> "
            "suppliers.currency)"
        )
        == []
    )


def test_received_orders_carry_the_day_of_their_last_receipt(ask: Ask) -> None:
    """A received purchase order was received when its last goods came."""
    assert (
        ask(
            "SELECT ref FROM purchase_orders po JOIN stock_movements ON ref = po.id AND kind = 'receipt' "
            "WHERE status = 'received' GROUP BY ref HAVING max(received_on) <> max(day)"
        )
        == []
    )


def test_committed_is_what_open_orders_wait_for(ask: Ask) -> None:
    """On every shelf the committed pieces are those of order lines not yet shipped."""
    waiting = (
        "(SELECT coalesce(sum(quantity - fulfilled), 0) FROM order_lines JOIN orders ON orders.id = order_id "
        "WHERE orders.status IN ('unfulfilled', 'partly_fulfilled') AND order_lines.sku = level.sku "
        "AND orders.location = level.location)"
    )
    assert ask(f"SELECT sku, location FROM stock_levels level WHERE committed <> {waiting}") == []
    assert ask("SELECT sum(committed) > 100 FROM stock_levels") == [(1,)]


def test_a_stockout_day_sells_out(ask: Ask) -> None:
    """In the evening of a stockout day the shelf held no more than came back that day."""
    assert ask(
        "WITH held AS (SELECT out.sku, out.location, out.day, sum(movement.quantity) AS pieces, "
        "sum(CASE WHEN movement.day = out.day AND kind IN ('return', 'transfer_in', 'adjustment') "
        "THEN movement.quantity ELSE 0 END) AS back FROM stockout_days out JOIN stock_movements movement "
        "ON movement.sku = out.sku AND movement.location = out.location AND movement.day <= out.day "
        "WHERE out.day >= '2026-10-01' GROUP BY out.sku, out.location, out.day) "
        "SELECT count(*) FROM held WHERE pieces > back"
    ) == [(0,)]


def test_an_empty_shelf_of_an_active_product_is_a_stockout_day(ask: Ask) -> None:
    """Whoever has nothing on hand today and sells something usually had a stockout day on the last day."""
    empty = ask(
        "SELECT count(*), sum((sku, location) IN (SELECT sku, location FROM stockout_days WHERE day >= "
        "'2026-11-18')) FROM stock_levels JOIN products USING (sku) WHERE on_hand = 0 AND status = 'active'"
    )[0]
    assert empty[0] > 5
    assert empty[1] >= empty[0] * 0.8
