"""What the offline planner tells of competitors: their prices with days, the index, and what is too old."""

from datetime import UTC, date, datetime
from decimal import Decimal

from agent.offline.wording import answer
from shop.money import Money
from tools.answers import Amount
from tools.pricing import CompetitorPriceRecord, PriceAnswer


def seen(minor: int, day: date, age: int, *, fresh: bool) -> CompetitorPriceRecord:
    """A competitor's price in pounds."""
    return CompetitorPriceRecord(price=Amount.of(Money(minor, "GBP")), seen_on=day, age_days=age, fresh=fresh)


def words(*competitors: CompetitorPriceRecord, median: int | None = None, index: str | None = None) -> str:
    """The answer about a mug that sells for ten pounds."""
    price = Amount.of(Money(1_000, "GBP"))
    return answer(
        "get_price",
        PriceAnswer(
            source="catalogue",
            as_of=datetime(2026, 11, 20, tzinfo=UTC),
            sku="MUG-01",
            title="Mug",
            price=price,
            cost=None,
            margin_percent=None,
            map_price=None,
            changes=(),
            promotions=(),
            competitors=competitors,
            competitor_median=None if median is None else Amount.of(Money(median, "GBP")),
            competitor_index_percent=None if index is None else Decimal(index),
        ),
    )


def test_fresh_prices_are_told_with_their_days_and_the_index() -> None:
    """Each fresh price with its day, their middle, our price against it; the old one is set apart."""
    told = words(
        seen(900, date(2026, 11, 19), 1, fresh=True),
        seen(1_100, date(2026, 11, 17), 3, fresh=True),
        seen(700, date(2026, 10, 1), 50, fresh=False),
        median=1_000,
        index="100.00",
    )
    assert told.endswith(
        " Competitors ask 9.00 GBP (seen on 2026-11-19) and 11.00 GBP (seen on 2026-11-17): in the middle "
        "10.00 GBP, our price is 100.00 % of it. Not compared with: 7.00 GBP (seen on 2026-10-01), "
        "50 days ago."
    )


def test_stale_prices_alone_give_no_index() -> None:
    """Where every price is too old, that is said, with the prices and their age."""
    told = words(seen(700, date(2026, 10, 1), 50, fresh=False))
    assert "No competitor's price is fresh. Not compared with: 7.00 GBP" in told


def test_nothing_known_is_said() -> None:
    """Who asks what competitors ask hears that nobody looked."""
    assert words().endswith("No competitor's price is known.")
