"""The sample store's orders: arithmetic, statuses, and their place in the sales."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[[str], list[tuple[Any, ...]]]


def test_totals_add_up(ask: Ask) -> None:
    """Every order's total is its subtotal plus shipping minus discount, and the VAT in it is a sixth."""
    assert (
        ask(
            "SELECT id FROM orders WHERE total_minor <> subtotal_minor + shipping_minor - discount_minor "
            "OR abs(tax_minor * 6 - total_minor) > 3 OR total_minor <= 0"
        )
        == []
    )


def test_subtotals_are_the_lines(ask: Ask) -> None:
    """Every order's subtotal is the sum of its lines."""
    assert (
        ask(
            "SELECT orders.id FROM orders LEFT JOIN order_lines ON order_id = orders.id GROUP BY orders.id "
            "HAVING max(subtotal_minor) <> coalesce(sum(quantity * unit_price_minor), -1)"
        )
        == []
    )


@pytest.mark.parametrize(
    ("financial_status", "paid", "refunded"),
    [
        ("pending", "paid = 0", "refunded = 0"),
        ("voided", "paid = 0", "refunded = 0"),
        ("paid", "paid = total", "refunded = 0"),
        ("partly_refunded", "paid = total", "refunded > 0 AND refunded < total"),
        ("refunded", "paid = total", "refunded = total"),
    ],
)
def test_payments_agree_with_the_financial_status(
    ask: Ask, financial_status: str, paid: str, refunded: str
) -> None:
    """What was paid and paid back is what an order's financial status says."""
    total, right = ask(
        f"SELECT count(*), sum(({paid}) AND ({refunded})) FROM (SELECT max(total_minor) AS total, "
        "coalesce(sum(CASE WHEN kind = 'sale' THEN amount_minor END), 0) AS paid, "
        "coalesce(sum(CASE WHEN kind = 'refund' THEN amount_minor END), 0) AS refunded "
        "FROM orders LEFT JOIN payments ON order_id = orders.id "
        f"WHERE financial_status = '{financial_status}' GROUP BY orders.id)"
    )[0]
    assert total > 0
    assert right == total


@pytest.mark.parametrize(
    ("status", "shipped"),
    [
        ("unfulfilled", "fulfilled = 0 AND parcels = 0"),
        ("cancelled", "fulfilled = 0 AND parcels = 0"),
        ("partly_fulfilled", "fulfilled > 0 AND fulfilled < ordered AND parcels = 1"),
        ("fulfilled", "fulfilled = ordered AND parcels = 1"),
    ],
)
def test_parcels_agree_with_the_status(ask: Ask, status: str, shipped: str) -> None:
    """An order's status says whether its lines were shipped, and then there is a parcel."""
    total, right = ask(
        f"SELECT count(*), sum({shipped}) FROM (SELECT sum(quantity) AS ordered, sum(fulfilled) AS "
        "fulfilled, "
        "(SELECT count(*) FROM shipments WHERE shipments.order_id = orders.id) AS parcels "
        f"FROM orders JOIN order_lines ON order_id = orders.id WHERE status = '{status}' GROUP BY orders.id)"
    )[0]
    assert total > 0
    assert right == total


def test_shipped_lines_never_exceed_the_sales(ask: Ask) -> None:
    """The web orders shipped of a SKU from a location on a day are a part of its sale movements."""
    assert (
        ask(
            "WITH shipped AS (SELECT line.sku, orders.location, shipped_on AS day, sum(fulfilled) AS pieces "
            "FROM order_lines line JOIN orders ON orders.id = line.order_id "
            "JOIN shipments ON shipments.order_id = orders.id GROUP BY 1, 2, 3) "
            "SELECT shipped.sku FROM shipped LEFT JOIN stock_movements sold ON sold.kind = 'sale' "
            "AND sold.sku = shipped.sku AND sold.location = shipped.location AND sold.day = shipped.day "
            "WHERE shipped.pieces > -coalesce(sold.quantity, 0) AND shipped.pieces > 0"
        )
        == []
    )


def test_restocked_returns_are_return_movements(ask: Ask) -> None:
    """Every restocked RMA came back to its shelf on a day with as many returned pieces."""
    assert (
        ask(
            "WITH back AS (SELECT line.sku, orders.location, received_on AS day, "
            "sum(returns.quantity) AS pieces "
            "FROM returns JOIN order_lines line ON line.order_id = returns.order_id "
            "AND line.line_no = returns.line_no JOIN orders ON orders.id = line.order_id "
            "WHERE returns.status = 'restocked' GROUP BY 1, 2, 3) "
            "SELECT back.sku FROM back LEFT JOIN stock_movements moved ON moved.kind = 'return' "
            "AND moved.sku = back.sku AND moved.location = back.location AND moved.day = back.day "
            "WHERE back.pieces > coalesce(moved.quantity, 0)"
        )
        == []
    )


def test_lines_returned_are_the_rmas(ask: Ask) -> None:
    """A line's returned pieces are those of its RMAs that arrived, and never more than were shipped."""
    assert (
        ask(
            "SELECT line.order_id FROM order_lines line LEFT JOIN returns ON returns.order_id = "
            "line.order_id "
            "AND returns.line_no = line.line_no AND returns.status <> 'requested' "
            "GROUP BY line.order_id, line.line_no "
            "HAVING max(returned) <> coalesce(sum(returns.quantity), 0) OR max(returned) > max(fulfilled)"
        )
        == []
    )


def test_order_numbers_run_from_1001_in_time(ask: Ask) -> None:
    """The 6,000 orders are numbered 1001 to 7000 in the order in which they were placed."""
    numbers = [int(row[0]) for row in ask("SELECT id FROM orders ORDER BY placed_at, CAST(id AS INTEGER)")]
    assert numbers == list(range(1001, 7001))


@pytest.mark.parametrize("status", ["delivered", "in_transit", "late", "lost", "damaged", "returned"])
def test_every_fate_of_a_parcel_occurs(ask: Ask, status: str) -> None:
    """Parcels meet every fate that the shop knows, each in its own time."""
    delivered = "IS NOT NULL" if status in {"delivered", "damaged"} else "IS NULL"
    total, right = ask(
        f"SELECT count(*), sum(delivered_on {delivered} AND coalesce(delivered_on, '2026-11-19') <= "
        "'2026-11-19') "
        f"FROM shipments WHERE status = '{status}'"
    )[0]
    assert total >= 10
    assert right == total


def test_late_parcels_are_late(ask: Ask) -> None:
    """The promised day of every late parcel has passed; of those on their way it has not."""
    assert ask(
        "SELECT count(*) FROM shipments WHERE (status = 'late' AND promised_on >= '2026-11-20') "
        "OR (status = 'in_transit' AND promised_on < '2026-11-19')"
    ) == [(0,)]


def test_nobody_ordered_before_they_were_a_customer(ask: Ask) -> None:
    """Every order has a customer, who was created on its day or before."""
    assert ask(
        "SELECT count(*) FROM orders LEFT JOIN customers ON customers.id = customer "
        "WHERE customers.id IS NULL OR created_on > substr(placed_at, 1, 10)"
    ) == [(0,)]


def test_no_customer_can_be_a_real_person(ask: Ask) -> None:
    """All e-mail addresses are of example domains, all telephone numbers of those kept free for drama."""
    assert ask(
        "SELECT count(*) FROM customers WHERE NOT (email LIKE '%@example.com' OR email LIKE '%@example.org') "
        "OR NOT (phone LIKE '07700 900___' OR phone LIKE '01632 960___')"
    ) == [(0,)]


def test_nothing_happens_after_the_morning_of_the_business_date(ask: Ask) -> None:
    """No order, payment or ticket is later than 09:00 of the business date."""
    latest = ask(
        "SELECT max(at) FROM (SELECT max(placed_at) AS at FROM orders UNION SELECT max(at) FROM payments "
        "UNION SELECT max(opened_at) FROM tickets UNION SELECT max(at) FROM order_notes)"
    )[0][0]
    assert "2026-11-20" < latest < "2026-11-20T09"


def test_shipping_costs_what_the_guide_says(ask: Ask) -> None:
    """Shipping is 3.95 GBP, and free for goods of 50 GBP or more."""
    assert ask(
        "SELECT DISTINCT subtotal_minor >= 5000, shipping_minor FROM orders ORDER BY shipping_minor"
    ) == [(1, 0), (0, 395)]
