"""Tools for selling prices: look, suggest, change."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from shop import pricing
from shop.actions import ChangePrice
from shop.competition import CompetitorPrice, competition
from shop.errors import ToolInputError
from shop.model import Product
from shop.money import Money
from shop.price_effect import break_even_percent, effect_at
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, prices, stock
from tools import lookups
from tools.answers import Amount, Answer, Record, WriteAnswer
from tools.arguments import (
    NO_REASON,
    AmountText,
    PercentText,
    Reason,
    Sku,
    parse_amount,
    parse_percent,
)
from tools.price_limits import price_limits
from tools.price_outlook import ElasticityRecord, elasticity_of, weekly_pieces
from tools.tool import Shop, read_from, submit

SALES_DAYS: Final = 56
_SHOWN_CHANGES: Final = 5
_SHOWN_COMPETITORS: Final = 10


class PriceChangeRecord(Record):
    """A price as it was set at a moment."""

    at: datetime
    price: Amount
    source: str


class PromotionRecord(Record):
    """A discount that runs on the store's day, or starts within four weeks."""

    name: str
    starts_on: date
    ends_on: date
    discount_percent: Decimal


class CompetitorPriceRecord(Record):
    """What one competitor asks, and when that was seen; `fresh` prices are compared with, others are not."""

    price: Amount
    seen_on: date
    age_days: int
    fresh: bool


class PriceAnswer(Answer):
    """The price of a product and what bounds it; margin is a share of the price in percent.

    `competitors` are newest first. `competitor_median` is the middle of the fresh ones and
    `competitor_index_percent` our price in percent of it, both None without a fresh one in its currency.
    """

    sku: str
    title: str
    price: Amount
    cost: Amount | None
    margin_percent: Decimal | None
    map_price: Amount | None
    changes: tuple[PriceChangeRecord, ...]
    promotions: tuple[PromotionRecord, ...]
    competitors: tuple[CompetitorPriceRecord, ...]
    competitor_median: Amount | None
    competitor_index_percent: Decimal | None


class SuggestedPriceAnswer(Answer):
    """A price by fixed rules, with its reasons and its effect; nothing is changed.

    `expected_weekly_pieces` are low, middle and high of the elasticity's interval; `break_even_percent` is by
    how much the pieces sold must change for the margin to stay, None while the price leaves none.
    """

    sku: str
    title: str
    price: Amount
    suggested: Amount
    change_percent: Decimal
    margin_percent: Decimal
    floor: Amount
    weekly_pieces: Decimal
    expected_weekly_pieces: tuple[Decimal, Decimal, Decimal]
    weekly_revenue: Amount
    expected_weekly_revenue: Amount
    weekly_margin: Amount
    expected_weekly_margin: Amount
    break_even_percent: Decimal | None
    elasticity: ElasticityRecord
    reasons: tuple[str, ...]


def get_price(shop: Shop, sku: Sku) -> PriceAnswer:
    """Show the price, cost, margin, MAP, price changes, promotions and competitors' prices of one product."""
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        today = info.business_day(snapshot, shop.clock)
        changes = catalogue.price_changes(snapshot, product.sku)[-_SHOWN_CHANGES:]
        running = catalogue.promotions(snapshot, product, first=today, last=today + timedelta(days=28))
        seen = prices.seen_at_competitors(snapshot, [product.sku]).get(product.sku, [])
        others = competition(seen, today, product.price.currency)
        return PriceAnswer.copied(
            product,
            **read_from(shop, snapshot, "catalogue and price history"),
            changes=tuple(PriceChangeRecord.copied(one) for one in reversed(changes)),
            promotions=tuple(PromotionRecord.copied(one) for one in running),
            competitors=_seen(seen, today, product.price.currency),
            competitor_median=Amount.maybe(others.median),
            competitor_index_percent=others.index_percent(product.price) if others.median else None,
        )


def suggest_price(
    shop: Shop, sku: Sku, target_margin_percent: PercentText | None = None
) -> SuggestedPriceAnswer:
    """Suggest a selling price for one product from cost, MAP, stock and sales, with the reasons.

    Changes nothing. Refuses while the cost is unknown.
    """
    target = None if target_margin_percent is None else parse_percent(target_margin_percent)
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        cover = _cover_days(shop, snapshot, product)
        found = pricing.suggest(product, surroundings(shop, snapshot, product, target, cover))
        today = info.business_day(snapshot, shop.clock)
        elasticity = elasticity_of(snapshot, product, today)
        pieces = weekly_pieces(snapshot, product.sku, today)
        cost = product.cost or Money.zero(product.price.currency)
        before = effect_at(product.price, product.price, cost, pieces, elasticity.interval)
        after = effect_at(found.price, product.price, cost, pieces, elasticity.interval)
        return SuggestedPriceAnswer(
            **read_from(shop, snapshot, f"catalogue, stock and {SALES_DAYS} days of sales"),
            sku=product.sku,
            title=product.title,
            price=Amount.of(product.price),
            suggested=Amount.of(found.price),
            change_percent=found.change_percent,
            margin_percent=found.margin_percent,
            floor=Amount.of(found.floor),
            weekly_pieces=before.pieces[1],
            expected_weekly_pieces=after.pieces,
            weekly_revenue=Amount.of(before.revenue),
            expected_weekly_revenue=Amount.of(after.revenue),
            weekly_margin=Amount.of(before.margin),
            expected_weekly_margin=Amount.of(after.margin),
            break_even_percent=break_even_percent(product.price, found.price, cost),
            elasticity=elasticity,
            reasons=(*found.reasons, elasticity.words),
        )


def change_price(
    shop: Shop,
    sku: Sku,
    price: AmountText | None = None,
    change_percent: PercentText | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to set the selling price of one product, to an amount or by a percentage of the present price.

    Changes the price once the rules or a person allow it. Give either price or change_percent, not both.
    """
    if (price is None) == (change_percent is None):
        raise ToolInputError("give either price, such as '12.50', or change_percent, such as '5'")
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
    new = _new_price(product, price, change_percent)
    request = f"change the price of {product.sku} {product.title} from {product.price} to {new}"
    return submit(shop, ChangePrice, request, sku=product.sku, price=new, reason=reason)


def _new_price(product: Product, price: str | None, change_percent: str | None) -> Money:
    if price is not None:
        return parse_amount(price, product.price.currency)
    return pricing.changed_by(product.price, parse_percent(change_percent or "0"))


def _seen(known: Iterable[CompetitorPrice], today: date, currency: str) -> tuple[CompetitorPriceRecord, ...]:
    """The prices of competitors that were seen by this day, the newest first."""
    told = [one for one in known if one.seen_on <= today]
    newest_first = sorted(told, key=lambda one: (one.age_days(today), one.price.minor))
    return tuple(
        CompetitorPriceRecord(
            price=Amount.of(one.price),
            seen_on=one.seen_on,
            age_days=one.age_days(today),
            fresh=one.is_fresh(today) and one.price.currency == currency,
        )
        for one in newest_first[:_SHOWN_COMPETITORS]
    )


def surroundings(
    shop: Shop,
    snapshot: Snapshot,
    product: Product,
    target: Decimal | None = None,
    cover: Decimal | None = None,
) -> pricing.Surroundings:
    """What the suggestion looks at: the competitors, the prices in force before, and the rules' limits."""
    now, today = shop.clock(), info.business_day(snapshot, shop.clock)
    changed = prices.changes(snapshot, [product.sku]).get(product.sku, [])
    at = product.price_changed_at
    seen = prices.seen_at_competitors(snapshot, [product.sku]).get(product.sku, [])
    return pricing.Surroundings(
        target_margin_percent=target,
        cover_days=cover,
        competition=competition(seen, today, product.price.currency),
        day_ago=prices.in_force(changed, now - timedelta(days=1), product.price),
        week_ago=prices.in_force(changed, now - timedelta(days=7), product.price),
        hours_since_change=None if at is None else max(0, int((now - at).total_seconds() // 3600)),
        limits=price_limits(shop.desk.rules()),
    )


def _cover_days(shop: Shop, snapshot: Snapshot, product: Product) -> Decimal | None:
    """Days the available stock lasts; without any sale it counts as the whole window having sold one."""
    today = info.business_day(snapshot, shop.clock)
    first = today - timedelta(days=SALES_DAYS - 1)
    if product.launched_on is not None and product.launched_on > first:
        return None  # too new to say that it does not sell
    available = sum(max(one.available, 0) for one in stock.levels_of(snapshot, product.sku))
    sold = stock.units_sold(snapshot, product.sku, first=first, last=today)
    return Decimal(available * SALES_DAYS) / max(sold, 1)
