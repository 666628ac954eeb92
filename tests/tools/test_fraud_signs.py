"""Signs of fraud are facts, and each asks a person: nothing is refused for one, nothing is paid past one."""

from typing import Any

import pytest
from sqlalchemy import text

from tools.answers import WriteAnswer
from tools.tool import Shop
from tools.toolbox import call

HOME = {"street": "1 Mill Lane", "city": "York", "postcode": "YO1 1AA", "country": "GB"}


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


def test_the_third_address_in_a_month_asks(desk_shop: Shop) -> None:
    """Address changes of a customer count together, of orders and of the account."""
    assert said(desk_shop, "change_order_address", order="2002", **HOME)[0] == "executed"
    assert said(desk_shop, "change_customer_address", customer="C-10001", **HOME)[0] == "executed"
    state, words = said(desk_shop, "change_order_address", order="2002", **{**HOME, "street": "2 Mill Lane"})
    assert (state, "address change number 3 for this customer" in words) == ("pending", True)


@pytest.mark.parametrize(
    ("opened", "amount", "state"),
    [("2026-11-15", "31", "pending"), ("2026-11-15", "30", "executed"), ("2026-01-05", "31", "executed")],
)
def test_a_new_account_waits_for_larger_refunds(
    desk_shop: Shop, opened: str, amount: str, state: str
) -> None:
    """Over 30 pounds for an account of less than two weeks a person decides; less, or an old one, is paid."""
    books(desk_shop, f"UPDATE customers SET created_on = '{opened}' WHERE id = 'C-10001'")
    assert said(desk_shop, "refund_order", order="2001", amount=amount)[0] == state


def test_an_account_of_unknown_age_counts_as_new(desk_shop: Shop) -> None:
    """Where nobody knows when an account was opened, the careful answer holds."""
    books(desk_shop, "UPDATE customers SET created_on = NULL WHERE id = 'C-10001'")
    assert "younger than 14 days" in said(desk_shop, "refund_order", order="2001", amount="31")[1]


def test_an_order_to_another_country_asks_before_money_goes_back(desk_shop: Shop) -> None:
    """The order's own address in another country than the customer's is a reason to look."""
    books(desk_shop, "UPDATE orders SET ship_street = 'Rue 1', ship_country = 'France' WHERE id = '2001'")
    state, words = said(desk_shop, "refund_order", order="2001", amount="5")
    assert (state, "another country" in words) == ("pending", True)


@pytest.mark.parametrize("customer", ["FR", "GB", ""])
def test_an_order_does_not_follow_its_customer_abroad(desk_shop: Shop, customer: str) -> None:
    """An order that knows its country, and no street, is not sent to another one without a person."""
    books(desk_shop, "UPDATE orders SET ship_street = '', ship_country = 'GB' WHERE id = '2002'")
    books(desk_shop, f"UPDATE customers SET country = '{customer}' WHERE id = 'C-10001'")
    assert said(desk_shop, "change_order_address", order="2002", **{**HOME, "country": "FR"})[0] == "pending"


def test_an_order_without_a_country_goes_where_its_customer_lives(desk_shop: Shop) -> None:
    """Of an order that tells nothing, the customer's country counts."""
    books(desk_shop, "UPDATE orders SET ship_street = '', ship_country = '' WHERE id = '2002'")
    assert said(desk_shop, "change_order_address", order="2002", **HOME)[0] == "executed"


def test_goods_sent_again_and_again_ask(desk_shop: Shop) -> None:
    """A second replacement for the same customer in three months says that it is the second."""
    lost = "UPDATE shipments SET status = 'lost', delivered_on = NULL WHERE order_id = '2001'"
    books(desk_shop, lost)
    one = [{"sku": "TEA-100", "quantity": 1}]
    assert said(desk_shop, "reship_order", order="2001", reason="lost", items=one)[0] == "executed"
    state, words = said(desk_shop, "reship_order", order="2001", reason="lost", items=one)
    assert (state, "replacement number 2 for this customer" in words) == ("pending", True)
