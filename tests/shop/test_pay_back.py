"""Money goes back as it was paid: never more than a method paid, never more than is left, and all adds up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.errors import InvalidActionError
from shop.model import Payment
from shop.money import Money
from shop.service import nets, pay_back

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
METHODS = ("card ending 4242", "PayPal", "gift card")


def payment(number: int, kind: str, method: str, minor: int) -> Payment:
    """A payment in pounds."""
    moment = NOON + timedelta(minutes=number)
    return Payment(f"p{number}", "1042", kind, method, Money(minor, "GBP"), moment, None)  # type: ignore[arg-type]  # a kind of the tests


def left_of(payments: list[Payment]) -> Money:
    """What was paid and not paid back."""
    return Money.total(nets(payments).values(), "GBP")


sales = st.lists(st.tuples(st.sampled_from(METHODS), st.integers(1, 50_000)), min_size=1, max_size=4)
wishes = st.lists(
    st.tuples(st.integers(1, 60_000), st.sampled_from((None, *METHODS))), min_size=1, max_size=8
)


@settings(max_examples=300)
@given(sales, wishes)
def test_no_sequence_of_refunds_pays_more_than_was_paid(
    paid: list[tuple[str, int]], asked: list[tuple[int, str | None]]
) -> None:
    """However often and to whatever method money goes back, it is at most what was paid, to the penny."""
    payments = [payment(number, "sale", method, minor) for number, (method, minor) in enumerate(paid)]
    whole = sum(minor for _, minor in paid)
    back = 0
    for minor, method in asked:
        if minor > left_of(payments).minor:
            with pytest.raises(InvalidActionError, match="can still be refunded"):
                pay_back(payments, Money(minor, "GBP"))
            continue
        shares = pay_back(payments, Money(minor, "GBP"))
        assert sum(share.minor for _, share in shares) == minor
        before = nets(payments)
        assert all(0 < share.minor <= before[sale.source].minor for sale, share in shares)
        written = (
            [(sale.method, share.minor) for sale, share in shares] if method is None else [(method, minor)]
        )
        for to, amount in written:
            payments.append(payment(len(payments), "refund", to, amount))
        back += minor
        assert left_of(payments).minor == whole - back >= 0


def test_nets_add_up_by_method() -> None:
    """A method's net is what it paid less what it got back; a strange one is below zero."""
    payments = [payment(1, "sale", "PayPal", 900), payment(2, "refund", "gift card", 200)]
    assert {name: one.minor for name, one in nets(payments).items()} == {"PayPal": 900, "gift card": -200}
