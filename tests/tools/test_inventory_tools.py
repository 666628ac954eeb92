from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tools.toolbox import Shop, call


def result(shop: Shop, name: str, **arguments: Any) -> Any:
    """The result of a tool call that must succeed."""
    answer = call(shop, name, arguments)
    assert answer.error is None
    return answer.result


def test_stock_by_location(shop: Shop) -> None:
    """Stock is shown for each location with what is available, incoming and recently sold."""
    found = result(shop, "check_stock", sku="blue mug")
    leeds, bristol = found.locations
    assert (leeds.on_hand, leeds.committed, leeds.unavailable, leeds.available) == (40, 6, 2, 32)
    assert (leeds.incoming, leeds.sold_28_days, leeds.days_of_cover) == (72, 32, Decimal("28.0"))
    assert (bristol.name, bristol.available) == ("Bristol", 10)
    assert (found.total_on_hand, found.total_available) == (50, 42)


def test_stock_at_one_location(shop: Shop) -> None:
    """A location narrows the answer to it."""
    found = result(shop, "check_stock", sku="MUG-01", location="BRISTOL")
    assert [one.location for one in found.locations] == ["bristol"]


def test_stock_that_never_was(shop: Shop) -> None:
    """A product that no location ever kept says so instead of showing zero."""
    found = result(shop, "check_stock", sku="77")
    assert (found.locations, found.note) == ((), "no stock of 77 was ever kept")


def test_days_of_cover_need_sales(shop: Shop) -> None:
    """Without recent sales there are no days of cover."""
    found = result(shop, "check_stock", sku="TEA-100")
    assert found.locations[0].days_of_cover is None


def test_movements_are_paged(shop: Shop) -> None:
    """The pages of the movements join without gap or overlap."""
    first = result(shop, "stock_movements", sku="MUG-01", limit=4)
    second = result(shop, "stock_movements", sku="MUG-01", limit=4, page=first.next_page)
    days = [(one.day, one.quantity) for one in first.items + second.items]
    assert len(days) == first.total == 6
    assert days[0] == (date(2026, 11, 20), -12)
    assert second.next_page is None


def test_movements_of_one_kind(shop: Shop) -> None:
    """Movements can be narrowed to a kind and a location."""
    found = result(shop, "stock_movements", sku="MUG-01", kind="sale", location="bristol")
    assert [one.quantity for one in found.items] == [-3]


def test_small_adjustment_is_done(shop: Shop) -> None:
    """An adjustment that the rules allow changes the stock and says what it did."""
    done = result(shop, "adjust_stock", sku="mug-01", location="leeds", change=-2, reason="damage")
    assert done.state == "executed"
    assert done.request == "adjust MUG-01 Blue Stoneware Mug at Leeds by -2 (damage)"
    assert result(shop, "check_stock", sku="MUG-01").locations[0].on_hand == 38


def test_a_count_is_subtracted_by_the_tool(shop: Shop) -> None:
    """Who counts says what is on the shelf; the difference to the books is the tool's to work out."""
    done = result(shop, "adjust_stock", sku="MUG-01", location="leeds", counted=38, reason="count")
    assert done.request == "adjust MUG-01 Blue Stoneware Mug at Leeds by -2 (count)"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"counted": 40}, "the books say 40 too"),
        ({"counted": 40, "change": -2}, "either change"),
        ({}, "either change"),
        ({"change": 0}, "must not be 0"),
    ],
)
def test_an_adjustment_says_one_thing(shop: Shop, args: dict[str, int], words: str) -> None:
    """Neither figure, both, or no difference is refused with what to give."""
    answer = call(shop, "adjust_stock", {"sku": "MUG-01", "location": "leeds", "reason": "count", **args})
    assert words in str(answer.error)


def test_adjustment_below_zero_is_denied(shop: Shop) -> None:
    """An adjustment that would make stock negative is denied with the reason, and nothing changes."""
    done = result(shop, "adjust_stock", sku="MUG-01", location="bristol", change=-11, reason="loss")
    assert (done.state, done.why) == ("denied", ("The stock would fall below zero.",))
    assert result(shop, "check_stock", sku="MUG-01").locations[1].on_hand == 10


def test_transfer_moves_pieces(shop: Shop) -> None:
    """A transfer that the rules allow changes both locations."""
    done = result(
        shop, "transfer_stock", sku="MUG-01", quantity=2, from_location="Leeds", to_location="Bristol"
    )
    assert done.state == "executed"
    found = result(shop, "check_stock", sku="MUG-01")
    assert [one.on_hand for one in found.locations] == [38, 12]


@pytest.mark.parametrize("field", ["source", "as_of"])
def test_answers_say_where_from(shop: Shop, field: str) -> None:
    """An answer carries its source with the store's day, and the moment it was read."""
    found = result(shop, "check_stock", sku="MUG-01")
    expected = {
        "source": "stock levels of Hearth & Home, store day 2026-11-20",
        "as_of": shop.clock(),
    }
    assert getattr(found, field) == expected[field]
