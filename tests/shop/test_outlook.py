"""Stock ahead, with and without an order."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shop.money import Money
from shop.outlook import Arrival, outlook

TODAY = date(2026, 11, 20)
DAYS = 40
arrivals = st.builds(
    Arrival, st.integers(-5, DAYS - 1).map(lambda day: TODAY + timedelta(days=day)), st.integers(0, 200)
)


@given(st.integers(-5, 300), st.integers(0, 30), st.lists(arrivals, max_size=4), arrivals)
def test_nothing_is_lost_or_made(available: int, rate: int, coming: list[Arrival], order: Arrival) -> None:
    """What was there and came is sold or left; what was asked for is sold or unserved."""
    found = outlook("A", TODAY, available, float(rate), coming, order, DAYS)
    sold = rate * DAYS - found.unserved
    assert max(available, 0) + sum(one.pieces for one in coming) == sold + found.without[-1]
    assert all(a <= b for a, b in zip(found.without, found.with_order, strict=True))


def test_lost_margin_counts_whole_pieces() -> None:
    """Two and a half pieces asked for in vain are two margins."""
    found = outlook("A", TODAY, 0, 0.5, [], Arrival(TODAY, 1), 5)
    assert (found.unserved, found.lost_margin(Money(700, "GBP"))) == (2.5, Money(1400, "GBP"))
    assert found.empty_on == TODAY
