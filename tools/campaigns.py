"""A campaign of prices: many SKUs, one request, one yes; each line bounded, and shown beforehand."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field

from shop import pricing
from shop.actions import ChangePrices, PriceLine
from shop.errors import ToolInputError
from shop.model import Product
from shop.money import Money
from shop.recent_sales import SALES_DAYS
from shop.store.database import Snapshot
from shop.store.reads import catalogue, info, prices
from tools import lookups
from tools.answers import Amount, Record, WriteAnswer
from tools.arguments import (
    NO_REASON,
    AmountText,
    Category,
    PercentText,
    Reason,
    Sku,
    ToolArguments,
    parse_amount,
    parse_percent,
)
from tools.planning import category_named
from tools.price_limits import price_limits
from tools.tool import Shop, submit

MOST: Final = 500
_NAMED: Final = 5


class PricedLine(ToolArguments):
    """The new price of one SKU."""

    sku: Sku
    price: AmountText


Lines = Annotated[
    list[PricedLine] | None,
    Field(max_length=MOST, description="new price of each product, instead of a category"),
]
NamedSkus = Annotated[
    list[Sku] | None,
    Field(max_length=MOST, description="products to change by percent, instead of a category"),
]


class CampaignLineRecord(Record):
    """One line: the price it has and would get; revenue and margin a week if as much is sold as recently."""

    sku: str
    title: str
    price: Amount
    new_price: Amount
    change_percent: Decimal
    margin_percent: Decimal | None
    weekly_revenue: Amount
    new_weekly_revenue: Amount
    note: str


class LeftOutRecord(Record):
    """A product that the campaign does not change, and why."""

    sku: str
    title: str
    reason: str


class CampaignAnswer(WriteAnswer):
    """What became of a campaign, and every line of it."""

    items: tuple[CampaignLineRecord, ...]
    left_out: tuple[LeftOutRecord, ...]


def change_prices(
    shop: Shop,
    category: Category | None = None,
    skus: NamedSkus = None,
    change_percent: PercentText | None = None,
    lines: Lines = None,
    reason: Reason = NO_REASON,
) -> CampaignAnswer:
    """Ask to set many selling prices as one campaign: a category or products by a percentage, or by lines.

    Changes them once the rules or a person allow it; one yes counts for all. Never goes below a product's
    floor (margin, MAP); what has no room is left out and named. Give lines, or change_percent with a category
    or skus.
    """
    with shop.db.reading() as snapshot:
        wanted, left = _wanted(shop, snapshot, category, skus, change_percent, lines)
        records = _records(shop, snapshot, wanted)
    filed = submit(
        shop,
        ChangePrices,
        _request(records, left, category, change_percent),
        lines=tuple(PriceLine(sku=product.sku, price=price) for product, price, _ in wanted),
        reason=reason,
    )
    return CampaignAnswer(
        **{name: getattr(filed, name) for name in WriteAnswer.model_fields}, items=records, left_out=left
    )


_Wanted = list[tuple[Product, Money, str]]


def _wanted(
    shop: Shop,
    snapshot: Snapshot,
    category: str | None,
    skus: Sequence[str] | None,
    change_percent: str | None,
    lines: Sequence[PricedLine] | None,
) -> tuple[_Wanted, tuple[LeftOutRecord, ...]]:
    by_percent = change_percent is not None and (category is None) != (not skus)
    if bool(lines) == by_percent or (lines and (category or skus or change_percent)):
        raise ToolInputError("give lines, or change_percent together with either a category or skus")
    if lines:
        named = [(lookups.product(snapshot, line.sku), line.price) for line in lines]
        return [(one, parse_amount(price, one.price.currency), "") for one, price in named], ()
    percent = parse_percent(change_percent or "0")
    if not percent or percent <= -100:  # noqa: PLR2004 - all of a price
        raise ToolInputError("change_percent must move the prices, by less than all of them, such as '-10'")
    return _by_percent(shop, _named(snapshot, category, skus), percent)


def _named(snapshot: Snapshot, category: str | None, skus: Sequence[str] | None) -> list[Product]:
    if category is None:
        return list({one.sku: one for one in (lookups.product(snapshot, sku) for sku in skus or ())}.values())
    group = category_named(snapshot, category)
    found = prices.skus_for_sale(snapshot, group)
    if not 0 < len(found) <= MOST:
        raise ToolInputError(
            f"{group} has {len(found)} products for sale; a campaign takes 1 to {MOST}, so name skus"
        )
    known = catalogue.products(snapshot, found)
    return [known[sku] for sku in found]


def _by_percent(
    shop: Shop, products: Sequence[Product], percent: Decimal
) -> tuple[_Wanted, tuple[LeftOutRecord, ...]]:
    limits = price_limits(shop.desk.rules())
    wanted: _Wanted = []
    left: list[LeftOutRecord] = []
    for product in products:
        price, why = pricing.campaign_price(product, percent, limits)
        if price is None:
            left.append(LeftOutRecord(sku=product.sku, title=product.title, reason=why))
        else:
            wanted.append((product, price, why))
    if not wanted:
        named = "; ".join(f"{one.sku}: {one.reason}" for one in left[:_NAMED])
        raise ToolInputError(
            f"none of the {len(left)} products can be moved by {percent:+} %, "
            f"so choose another change: {named}"
        )
    return wanted, tuple(left)


def _records(shop: Shop, snapshot: Snapshot, wanted: _Wanted) -> tuple[CampaignLineRecord, ...]:
    today = info.business_day(snapshot, shop.clock)
    skus = [product.sku for product, _, _ in wanted]
    sold = prices.sold(snapshot, skus, first=today - timedelta(days=SALES_DAYS - 1), last=today)
    return tuple(
        CampaignLineRecord(
            sku=product.sku,
            title=product.title,
            price=Amount.of(product.price),
            new_price=Amount.of(price),
            change_percent=(price - product.price).percent_of(product.price) if product.price else Decimal(0),
            margin_percent=None if product.cost is None else (price - product.cost).percent_of(price),
            weekly_revenue=Amount.of(product.price.times(_weekly(sold, product.sku))),
            new_weekly_revenue=Amount.of(price.times(_weekly(sold, product.sku))),
            note=note,
        )
        for product, price, note in wanted
    )


def _weekly(sold: dict[str, int], sku: str) -> Decimal:
    return Decimal(max(0, sold.get(sku, 0)) * 7) / SALES_DAYS


def _request(
    records: Sequence[CampaignLineRecord],
    left: Sequence[LeftOutRecord],
    category: str | None,
    percent: str | None,
) -> str:
    what = f"in {category} " if category else ""
    by = f"by {percent} % " if percent else ""
    named = ", ".join(f"{one.sku} {one.price.text} -> {one.new_price.text}" for one in records[:_NAMED])
    more = f" and {len(records) - _NAMED} more" if len(records) > _NAMED else ""
    out = f"; {len(left)} left out" if left else ""
    return f"change {len(records)} prices {what}{by}({named}{more}){out}"
