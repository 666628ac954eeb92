"""Whatever is asked for in whatever order: at most what was paid goes back, by line, by payment, in all."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shop.actions import parse_action
from shop.backends.ports import Claim
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.model import Order, OrderLine
from shop.money import Money
from shop.refund_parts import Settled, line_values, open_parts
from shop.store import return_effects, service_effects  # noqa: F401 - they register what is carried out here
from shop.store.database import Database, Transaction
from shop.store.effects import carry_out
from shop.store.reads import orders
from shop.store.reads.credits import settled
from tests.service_store import add_goods_that_are_back, add_service
from tests.small_store import fill

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHY = {"reason": "asked for"}


def pence(minor: int) -> dict[str, Any]:
    """Money as an action carries it."""
    return {"minor": minor, "cur": "GBP"}


amounts = st.sampled_from([1, 50, 399, 624, 899, 1250, 2500])
placed = st.sampled_from(["2001", "2001", "2001", "2002", "1042"])
methods = st.sampled_from([None, None, "pm-gift", "pm-card", "pm-paypal"])
goods = st.builds(
    lambda line, pieces, minor: {"line": line, "quantity": pieces, "amount": pence(minor)},
    st.integers(1, 2),
    st.integers(0, 2),
    amounts,
)


def refund(
    of: str, to: str | None, parts: list[dict[str, Any]], shipping: int, amount: int
) -> tuple[str, Any]:
    """A refund of lines and shipping, or where there are none, of an amount."""
    whole = sum(one["amount"]["minor"] for one in parts) + shipping
    named = {"lines": parts or None, "shipping": pence(shipping) if shipping else None}
    args = {"order": of, "to": to, "amount": pence(whole or amount), **WHY}
    return "refund_order", {**args, **(named if whole else {})}


one_line = st.builds(refund, placed, methods, goods.map(lambda one: [one]), st.just(0), amounts)
plain = st.builds(refund, placed, methods, st.just([]), st.just(0), amounts)
with_shipping = st.builds(
    refund, placed, methods, st.lists(goods, max_size=1), st.sampled_from([1, 200, 399]), amounts
)
swap = {"lines": [{"line": 1, "quantity": 1, "new_sku": "MUG-02"}]}
others = st.one_of(
    st.builds(lambda one: ("cancel_order", {"order": one, **WHY}), placed),
    st.builds(
        lambda one, minor: (
            "give_credit",
            {"customer": "C-10001", "order": one, "amount": pence(minor), **WHY},
        ),
        placed,
        amounts,
    ),
    st.builds(
        lambda one, method: ("change_order_items", {"order": one, "method": method, **swap}),
        placed,
        methods.filter(lambda one: one != "pm-paypal"),
    ),
    st.builds(lambda one: ("change_order_payment", {"order": "2002", "method": one}), methods.filter(bool)),
    st.just(("complete_exchange", {"exchange": "EX-1"})),
    st.just(("request_return", {"order": "2001", "lines": [{"line": 1, "quantity": 1}], **WHY})),
)


@pytest.fixture(scope="module")
def books(empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The small store with service, goods that are back, and a cheaper mug to exchange them for."""
    path = tmp_path_factory.mktemp("books") / "shop.db"
    shutil.copy(empty_template, path)
    database = Database(f"sqlite:///{path}")
    fill(database)
    add_service(database)
    add_goods_that_are_back(database)
    with database.writing() as tx:
        tx.execute(text("UPDATE orders SET shipping_minor = 399, total_minor = 3798 WHERE id = '2001'"))
        tx.execute(text("UPDATE payments SET amount_minor = 2798 WHERE id = 'pay-2001'"))
        tx.execute(
            text(
                "INSERT INTO payments (id, order_id, kind, method, amount_minor, currency, at, method_id) "
                "SELECT 'pay-gift', order_id, kind, 'gift card', 1000, currency, at, 'pm-gift' "
                "FROM payments WHERE id = 'pay-2001'"
            )
        )
        tx.execute(text("UPDATE exchanges SET difference_minor = -50"))
        tx.execute(text("UPDATE products SET price_minor = 1190 WHERE sku = 'MUG-02'"))
    yield database
    database.close()


@settings(
    max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
@given(steps=st.lists(st.one_of(one_line, one_line, with_shipping, plain, others), min_size=12, max_size=20))
def test_no_sequence_pays_more_back_than_was_paid(books: Database, steps: list[Any]) -> None:
    """By line, by payment method and in all: at most what was paid, whatever was asked before."""
    with books.writing() as tx:
        point = tx.begin_nested()
        for number, (kind, args) in enumerate(steps):
            claim = Claim("main", f"act-{number}", "d" * 64, 1, "maya", NOON)
            try:
                with tx.begin_nested():
                    carry_out(parse_action(kind, args), tx, claim)
            except (ConflictError, NotFoundError, InvalidActionError):
                continue
            for one in ("1042", "2001", "2002"):
                assert_books(tx, one)
        point.rollback()


def assert_books(tx: Transaction, number: str) -> None:
    """What went back of an order is covered by what was paid for it."""
    found = orders.order(tx, number)
    assert found is not None
    paid, back = orders.paid(tx, found), orders.refunded(tx, found)
    assert back <= paid
    values = {0: found.shipping, **line_values(found)}
    pieces = {line.line_no: line.quantity for line in found.lines}
    if found.items_changed_at is None:
        for line, gone in settled(tx, found).items():
            assert gone.amount <= values[line]
            assert gone.quantity <= pieces.get(line, 0)
    query = text(
        "SELECT method_id, sum(CASE kind WHEN 'sale' THEN amount_minor ELSE -amount_minor END) "
        "FROM payments WHERE order_id = :id AND method_id IS NOT NULL AND method_id <> 'pm-gift' "
        "GROUP BY method_id"
    )
    assert all(net >= 0 for _, net in tx.execute(query, {"id": number}))


def ordered(bought: list[tuple[int, int]], shipping: int) -> Order:
    """An order of lines (pieces, price in pennies)."""
    goods = sum(pieces * price for pieces, price in bought)
    nothing = Money.zero("GBP")
    lines = tuple(
        OrderLine(number, f"SKU-{number}", "Mug", pieces, pieces, 0, Money(price, "GBP"))
        for number, (pieces, price) in enumerate(bought, 1)
    )
    return Order(
        id="1042",
        customer="C-1",
        placed_at=NOON,
        status="fulfilled",
        financial_status="paid",
        subtotal=Money(goods, "GBP"),
        shipping=Money(shipping, "GBP"),
        tax=nothing,
        discount=nothing,
        total=Money(goods + shipping, "GBP"),
        location="leeds",
        cancelled_at=None,
        version=1,
        lines=lines,
    )


lines = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9_999)), min_size=1, max_size=5)


@given(
    bought=lines, shipping=st.integers(0, 999), gone=st.lists(st.integers(0, 100), max_size=6), data=st.data()
)
def test_parts_add_up_to_no_more_than_is_left(
    bought: list[tuple[int, int]], shipping: int, gone: list[int], data: st.DataObject
) -> None:
    """Each part lies between nothing and its value less what was settled; together they fit the rest."""
    found = ordered(bought, shipping)
    values = {0: found.shipping, **line_values(found)}
    before = {
        line: Settled(0, Money(values[line].minor * percent // 100, "GBP"))
        for line, percent in enumerate(gone)
        if line in values
    }
    left = Money(data.draw(st.integers(0, found.total.minor)), "GBP")
    parts = open_parts(found, before, left)
    assert Money.total(parts.values(), "GBP") <= left
    for line, part in parts.items():
        most = values[line] - before[line].amount if line in before else values[line]
        assert Money.zero("GBP") <= part <= most
