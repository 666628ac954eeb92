from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from shop.errors import AmbiguousError, NotFoundError, ShopError, ToolInputError
from shop.store import schema
from shop.store.database import Database
from tests.small_store import CANARY_EMAIL, at
from tools import lookups


def find(store: Database, kind: str, text: str, **options: Any) -> str:
    """The id that a look-up finds."""
    with store.reading() as snapshot:
        found = getattr(lookups, kind)(snapshot, text, **options)
    return str(getattr(found, "sku", None) or found.id)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("product", "MUG-01", "MUG-01"),
        ("product", "mug-01", "MUG-01"),
        ("product", "mug 01", "MUG-01"),
        ("product", "mug01", "MUG-01"),
        ("product", " SKU: mug_01 ", "MUG-01"),
        ("product", "\uff2d\uff35\uff27-01", "MUG-01"),
        ("product", "MUG-01 Blue Stoneware Mug", "MUG-01"),
        ("product", "blue mug", "MUG-01"),
        ("product", "earl grey", "TEA-100"),
        ("product", "green stonewear mugs", "MUG-02"),
        ("product", "bras desk lamp", "LAMP-7"),
        ("product", "77", "77"),
        ("location", "LEEDS", "leeds"),
        ("location", "bris", "bristol"),
        ("location", "Bristoll", "bristol"),
        ("supplier", "northwind", "northwind"),
        ("supplier", "Trading", "northwind"),
        ("supplier", "supplier Nordlicht", "nordlicht"),
        ("supplier", "nordlict keramik", "nordlicht"),
        ("order", "1042", "1042"),
        ("order", "#1042", "1042"),
        ("order", "order 1042", "1042"),
        ("order", "Order no. #1042", "1042"),
        ("purchase_order", "PO-77", "PO-77"),
        ("purchase_order", "po 77", "PO-77"),
        ("purchase_order", "po77", "PO-77"),
        ("purchase_order", "P.O. 77", "PO-77"),
        ("purchase_order", "purchase order 77", "PO-77"),
        ("purchase_order", "77", "PO-77"),
        ("purchase_order", "#77", "PO-77"),
        ("customer", "C-10001", "C-10001"),
        ("customer", "c10001", "C-10001"),
        ("customer", "10001", "C-10001"),
        ("customer", CANARY_EMAIL.upper(), "C-10001"),
        ("customer", "canary", "C-10001"),
        ("customer", "Johana Canary", "C-10001"),
        ("ticket", "T-501", "T-501"),
        ("ticket", "ticket 501", "T-501"),
        ("ticket", "t501", "T-501"),
        ("reference", "PO-77", "PO-77"),
        ("reference", "#1042", "1042"),
        ("reference", "t-501", "T-501"),
        ("reference", "order 1043", "1043"),
    ],
)
def test_one_match_is_used(store: Database, kind: str, text: str, expected: str) -> None:
    """A text that means one record finds it, however it is spelt."""
    assert find(store, kind, text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "candidates"),
    [
        ("product", "stoneware", ["MUG-01 Blue Stoneware Mug", "MUG-02 Green Stoneware Mug"]),
        ("product", "stonewear mugs", ["MUG-01 Blue Stoneware Mug", "MUG-02 Green Stoneware Mug"]),
        ("product", "100", ["TEA-100 Earl Grey Tea, 100 bags"]),
        ("customer", "smith", ["C-10002 John S.", "C-10003 Joan S."]),
        ("reference", "77", ["purchase order PO-77", "product 77"]),
    ],
)
def test_several_matches_ask(store: Database, kind: str, text: str, candidates: list[str]) -> None:
    """A text that could mean several records, or a number that is no id, lists them and asks."""
    with pytest.raises(AmbiguousError) as raised:
        find(store, kind, text)
    assert list(raised.value.candidates) == candidates
    assert "Which one?" in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        ("product", "red bowl", "no product matches 'red bowl'"),
        ("product", "blue stoneware plate", "nearest: MUG-01 Blue Stoneware Mug"),
        ("product", "9", "no product has the SKU '9'"),
        ("location", "Paris", "nearest: leeds Leeds; bristol Bristol"),
        ("order", "42", "no order matches '42'"),
        ("order", "77", "nearest: purchase order PO-77"),
        ("order", "PO-77", "nearest: purchase order PO-77"),
        ("purchase_order", "1042", "nearest: order #1042"),
        ("purchase_order", "7", "no purchase order matches '7'"),
        ("customer", "nobody@example.com", "no customer matches"),
        ("reference", "blue mug", "no record matches"),
    ],
)
def test_no_match_says_what_is_near(store: Database, kind: str, text: str, hint: str) -> None:
    """A text that means nothing says so with the nearest records, and the end of a number is no match."""
    with pytest.raises(NotFoundError) as raised:
        find(store, kind, text)
    assert hint in str(raised.value)


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "\ud800", "x" * 201, "\u202eevil"])
def test_unusable_text_is_refused(store: Database, text: str) -> None:
    """Empty, overlong and unprintable texts are refused before the database sees them."""
    with pytest.raises(ToolInputError):
        find(store, "product", text)


def test_exact_id_wins(store: Database) -> None:
    """An exact SKU is used even if it is spelt like another one and part of a title."""
    with store.writing() as transaction:
        row = {"title": "Cup", "price_minor": 100, "currency": "GBP"}
        transaction.execute(insert(schema.products), [{"sku": "MUG01", **row}, {"sku": "mug", **row}])
    assert find(store, "product", "MUG01") == "MUG01"
    assert find(store, "product", "MUG-01") == "MUG-01"
    assert find(store, "product", "mug") == "mug"
    with pytest.raises(AmbiguousError):
        find(store, "product", "mug_01")


def test_at_most_five_candidates(store: Database) -> None:
    """A question lists five candidates and says that there are more."""
    with store.writing() as transaction:
        row = {"price_minor": 100, "currency": "GBP"}
        cups = [{"sku": f"CUP-{n}", "title": f"Cup {n}", **row} for n in range(9)]
        transaction.execute(insert(schema.products), cups)
    with pytest.raises(AmbiguousError) as raised:
        find(store, "product", "cup")
    assert len(raised.value.candidates) == 5
    assert "and more" in str(raised.value)


def test_bare_number_of_two_kinds_asks(store: Database) -> None:
    """Where the verb fits both, a bare number that is an order and a purchase order asks."""
    with store.writing() as transaction:
        order = {"id": "77", "placed_at": at(1), "status": "unfulfilled", "financial_status": "paid"}
        money = {"currency": "GBP", "subtotal_minor": 1, "total_minor": 1}
        transaction.execute(insert(schema.orders), [order | money])
    for kind in ("order", "purchase_order"):
        with pytest.raises(AmbiguousError) as raised:
            find(store, kind, "77", number_must_be_clear=True)
        assert set(raised.value.candidates) == {"order #77", "purchase order PO-77"}
    assert find(store, "order", "order 77", number_must_be_clear=True) == "77"
    assert find(store, "order", "#77", number_must_be_clear=True) == "77"
    assert find(store, "order", "order #77", number_must_be_clear=True) == "77"
    assert find(store, "purchase_order", "PO-77", number_must_be_clear=True) == "PO-77"
    assert find(store, "order", "77") == "77"


LOOK_UPS: list[Callable[..., Any]] = [
    lookups.product,
    lookups.location,
    lookups.supplier,
    lookups.order,
    lookups.purchase_order,
    lookups.customer,
    lookups.ticket,
    lookups.reference,
]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
    deadline=None,
)
@given(
    text=st.text(max_size=30) | st.sampled_from(["PO-", "#", "po", "order", "%", "_", "'", "\\", "C-", "T-"])
)
def test_only_shop_errors_come_out(store: Database, text: str) -> None:
    """Whatever is typed, a look-up finds a record or raises an error of the shop."""
    with store.reading() as snapshot:
        for look_up in LOOK_UPS:
            try:
                assert look_up(snapshot, text) is not None
            except ShopError:
                continue
