"""A tool that plans a markdown: which price each week, for a stock that must go."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from shop import pricing
from shop.errors import ToolInputError
from shop.markdowns import Markdown, MarkdownPlan, ladder_of, plan, reach_of
from shop.money import Money
from shop.price_bounds import PriceLimits, is_cooling
from shop.store.reads import info, prices
from tools import lookups
from tools.answers import Amount, Answer, Record
from tools.arguments import Sku
from tools.price_outlook import ElasticityRecord, elasticity_of, weekly_pieces
from tools.pricing import surroundings
from tools.tool import Shop, read_from

if TYPE_CHECKING:
    from shop.model import Product

_USUAL_WEEKS: Final = 8
_LEFTOVER_PERCENT: Final = 50
_LARGEST_STOCK: Final = 50_000
_ONE: Final = Decimal("0.1")

Weeks = Annotated[int, Field(strict=True, ge=1, le=26, description="weeks in which the stock is to go: 8")]
Leftover = Annotated[
    int,
    Field(strict=True, ge=0, le=100, description="worth of a piece left over, percent of its cost"),
]


class MarkdownWeekRecord(Record):
    """A week: the likeliest price; on average the pieces at its start, those sold, and what they bring."""

    week: int
    price: Amount
    stock: Decimal
    sold: Decimal
    revenue: Amount


class MarkdownAnswer(Answer):
    """A plan that earns most on average; nothing is changed. Later weeks follow what sells until then."""

    sku: str
    title: str
    price: Amount
    first_price: Amount
    pieces: int
    weeks: tuple[MarkdownWeekRecord, ...]
    revenue: Amount
    left: Decimal
    gain: Amount
    revenue_at_present_price: Amount
    left_at_present_price: Decimal
    elasticity: ElasticityRecord
    reasons: tuple[str, ...]


def plan_markdown(
    shop: Shop, sku: Sku, weeks: Weeks | None = None, leftover_percent: Leftover | None = None
) -> MarkdownAnswer:
    """Plan a markdown of one product: which price each week earns most from the stock, and what it brings.

    Without weeks, 8 or what the shelf life leaves. Prices never rise and never go below the floor. Changes
    nothing: ask for the first price with change_price.
    """
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        today = info.business_day(snapshot, shop.clock)
        around = surroundings(shop, snapshot, product)
        stock = prices.available(snapshot, [product.sku]).get(product.sku, 0)
        base = weekly_pieces(snapshot, product.sku, today)
        elasticity = elasticity_of(snapshot, product, today)
        heading = read_from(shop, snapshot, "catalogue, stock, price history and 52 weeks of sales")
    if not 0 < stock <= _LARGEST_STOCK:
        raise ToolInputError(
            f"{product.sku} has {stock} pieces available, a markdown plan takes 1 to {_LARGEST_STOCK:,}: "
            "receive goods first, or change the price by itself"
        )
    state = pricing.state_of(product, around)
    limits = around.limits
    ladder = ladder_of(state, limits, currency=product.price.currency)
    horizon = weeks or _horizon(product)
    worth = _leftover(product, leftover_percent)
    question = Markdown(
        ladder,
        reach_of(ladder, limits),
        float(base),
        min(float(elasticity.estimate), 0.0),
        horizon,
        stock,
        worth.minor,
        first_reach=_first_reach(ladder, around, product),
    )
    found, kept = plan(question), plan(_kept(question))
    cur = product.price.currency
    return MarkdownAnswer(
        **heading,
        sku=product.sku,
        title=product.title,
        price=Amount.of(product.price),
        first_price=Amount.of(Money(ladder[found.weeks[0].rung], cur)),
        pieces=stock,
        weeks=tuple(_week(question, found, cur)),
        revenue=_amount(found.revenue, cur),
        left=_rounded(found.left),
        gain=_amount(found.value - kept.value, cur),
        revenue_at_present_price=_amount(kept.revenue, cur),
        left_at_present_price=_rounded(kept.left),
        elasticity=elasticity,
        reasons=_reasons(product, question, base, worth, elasticity, limits),
    )


def _horizon(product: Product) -> int:
    """Eight weeks, or what the shelf life leaves of them."""
    if product.shelf_life_days is None:
        return _USUAL_WEEKS
    return max(1, min(_USUAL_WEEKS, product.shelf_life_days // 7))


def _leftover(product: Product, percent: int | None) -> Money:
    """What a piece is worth after the last week: nothing where it spoils, else half its cost."""
    cost = product.cost or Money.zero(product.price.currency)
    usual = 0 if product.shelf_life_days is not None else _LEFTOVER_PERCENT
    return cost.times(Decimal(usual if percent is None else percent) / 100)


def _first_reach(ladder: tuple[int, ...], around: pricing.Surroundings, product: Product) -> int:
    """The last rung that this very moment allows, given the prices of yesterday and of last week."""
    from shop.price_bounds import broken  # noqa: PLC0415 - beside the other bounds

    state = pricing.state_of(product, around)
    if is_cooling(state, around.limits):
        return 0
    return max((k for k, rung in enumerate(ladder) if not broken(rung, state, around.limits)), default=0)


def _kept(question: Markdown) -> Markdown:
    return Markdown(
        question.ladder[:1], (0,), question.base, question.elasticity, question.weeks, question.stock,
        question.leftover,
    )  # fmt: skip


def _week(question: Markdown, found: MarkdownPlan, cur: str) -> list[MarkdownWeekRecord]:
    return [
        MarkdownWeekRecord(
            week=one.week,
            price=Amount.of(Money(question.ladder[one.rung], cur)),
            stock=_rounded(one.stock),
            sold=_rounded(one.sold),
            revenue=_amount(one.revenue, cur),
        )
        for one in found.weeks
    ]


def _reasons(
    product: Product,
    question: Markdown,
    base: Decimal,
    worth: Money,
    elasticity: ElasticityRecord,
    limits: PriceLimits,
) -> tuple[str, ...]:
    cur = product.price.currency
    lowest = Money(question.ladder[-1], cur)
    spoils = f", as it keeps {product.shelf_life_days} days" if product.shelf_life_days is not None else ""
    reasons = [
        f"{question.stock} pieces, about {_rounded(float(base))} sold a week at {product.price}, "
        f"{question.weeks} weeks{spoils}",
        elasticity.words,
        f"{len(question.ladder)} prices from {product.price} down to {lowest}, each at most "
        f"{limits.step[0] / 100:g} % below the week before, none below the floor",
        f"a piece left over counts as {worth}",
    ]
    if len(question.ladder) == 1:
        reasons.append("floor and limits leave no lower price: only the pricing manager can go below it")
    if elasticity.estimate > -1:
        reasons.append(
            "demand reacts less than the price moves, so lowering it costs revenue unless stock must go"
        )
    return tuple(reasons)


def _amount(minor: float, cur: str) -> Amount:
    return Amount.of(Money(round(minor), cur))


def _rounded(pieces: float) -> Decimal:
    return Decimal(pieces).quantize(_ONE)
