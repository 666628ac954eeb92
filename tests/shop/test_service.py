from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import service
from shop.errors import InvalidActionError
from shop.model import Order, OrderLine, Payment, PaymentKind
from shop.money import Money

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def gbp(minor: int) -> Money:
    """Pounds from pennies."""
    return Money(minor, "GBP")


def order(*lines: tuple[str, int, int], total: int, shipping: int = 0) -> Order:
    """An order of lines (SKU, pieces, price in pennies)."""
    return Order(
        id="1042",
        customer="C-1",
        placed_at=NOON,
        status="fulfilled",
        financial_status="paid",
        subtotal=gbp(total - shipping),
        shipping=gbp(shipping),
        tax=gbp(0),
        discount=gbp(0),
        total=gbp(total),
        location="leeds",
        cancelled_at=None,
        version=1,
        lines=tuple(
            OrderLine(number, sku, sku, pieces, pieces, 0, gbp(price))
            for number, (sku, pieces, price) in enumerate(lines, 1)
        ),
    )


def payment(kind: PaymentKind, minor: int) -> Payment:
    """Money in or out."""
    return Payment(f"{kind}-{minor}", "1042", kind, "card ending 4242", gbp(minor), NOON, None)


TWO_MUGS = order(("MUG-01", 2, 1250), total=2995, shipping=495)


def test_whole_order() -> None:
    """Without items the quote is all that was paid and not yet refunded, shipping included."""
    found = service.quote(TWO_MUGS, [payment("sale", 2995), payment("refund", 500)])
    assert (found.amount, found.refundable, found.capped) == (gbp(2495), gbp(2495), False)


def test_one_piece() -> None:
    """One of two pieces is quoted at its half of the line, without the shipping."""
    found = service.quote(TWO_MUGS, [payment("sale", 2995)], quantities={"MUG-01": 1})
    assert (found.amount, found.shipping) == (gbp(1250), gbp(0))


def test_shipping_on_request() -> None:
    """The shipping is added to items only when asked for."""
    found = service.quote(TWO_MUGS, [payment("sale", 2995)], quantities={"MUG-01": 1}, with_shipping=True)
    assert found.amount == gbp(1745)


def test_discount_is_shared_by_value() -> None:
    """An order discount lowers each line by its share of the value."""
    found = order(("A", 1, 3000), ("B", 1, 1000), total=3600)
    assert service.line_values(found) == {1: gbp(2700), 2: gbp(900)}


def test_never_more_than_is_left() -> None:
    """Items that cost more than is left are quoted at what is left, and it says so."""
    found = service.quote(
        TWO_MUGS, [payment("sale", 2995), payment("refund", 2000)], quantities={"MUG-01": 2}
    )
    assert (found.amount, found.capped) == (gbp(995), True)


def test_unpaid_order() -> None:
    """An order that nobody paid has nothing to refund."""
    assert service.quote(TWO_MUGS, []).amount == gbp(0)


@pytest.mark.parametrize("quantities", [{"MUG-01": 3}, {"TEA-100": 1}])
def test_pieces_that_were_not_bought(quantities: dict[str, int]) -> None:
    """More pieces than were bought, or another product, cannot be quoted."""
    with pytest.raises(InvalidActionError, match="order #1042 has"):
        service.quote(TWO_MUGS, [payment("sale", 2995)], quantities=quantities)


def test_free_order() -> None:
    """Lines of an order that cost nothing are worth nothing."""
    assert service.line_values(order(("A", 1, 0), total=0)) == {1: gbp(0)}


lines = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 100_000)), min_size=1, max_size=6)


@given(
    bought=lines, discount=st.integers(0, 100), shipping=st.integers(0, 1000), earlier=st.integers(0, 10**6)
)
def test_refunds_are_bounded(
    bought: list[tuple[int, int]], discount: int, shipping: int, earlier: int
) -> None:
    """Lines add up to the goods exactly, and no quote is below zero or over what is left."""
    named = [(f"SKU-{place}", pieces, price) for place, (pieces, price) in enumerate(bought)]
    goods = sum(pieces * price for pieces, price in bought) * (100 - discount) // 100
    placed = order(*named, total=goods + shipping, shipping=shipping)
    values = service.line_values(placed)
    assert sum(value.minor for value in values.values()) == goods or goods == 0
    refunded = [payment("refund", min(earlier, goods + shipping))] if earlier else []
    payments = [payment("sale", goods + shipping), *refunded]
    quantities = {sku: 1 for sku, _, _ in named}
    for asked in (None, quantities):
        found = service.quote(placed, payments, quantities=asked, with_shipping=True)
        assert gbp(0) <= found.amount <= found.refundable <= found.paid


def test_quoting_keeps_the_order() -> None:
    """A quote is a value: the order is as it was."""
    before = replace(TWO_MUGS)
    service.quote(TWO_MUGS, [payment("sale", 2995)])
    assert before == TWO_MUGS
