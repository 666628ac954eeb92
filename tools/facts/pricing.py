"""Facts of price changes: of one SKU, or of the worst line of a campaign and its totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from shop.actions import ChangePrice, ChangePrices
from shop.competition import Competition, CompetitorPrice, competition
from shop.model import Product
from shop.money import Money
from shop.price_effect import break_even_percent
from shop.recent_sales import SALES_DAYS
from shop.store.reads import catalogue, prices
from tools.facts.gathering import Gathered, Scene, found, read_facts
from tools.ledger.windows import Entry

NEVER_CHANGED_HOURS = 9_999
_SHOWN_LINES = 12
_SHOWN_REASONS = 3
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class _Move:
    """One SKU on its way to a new price, in its own currency."""

    product: Product
    price: Money
    day_ago: Money
    week_ago: Money
    sold: int
    available: int
    competition: Competition
    hours: int

    @property
    def change_pct(self) -> Decimal:
        return _moved(self.product.price, self.price)

    @property
    def change_24h_pct(self) -> Decimal:
        return _moved(self.day_ago, self.price)

    @property
    def change_7d_pct(self) -> Decimal:
        return _moved(self.week_ago, self.price)

    @property
    def below_map(self) -> bool:
        return self.product.map_price is not None and self.price < self.product.map_price

    @property
    def index_pct(self) -> Decimal:
        return self.competition.index_percent(self.price)

    def margin_pct(self, price: Money) -> Decimal:
        return (price - self.cost).percent_of(price)

    @property
    def cost(self) -> Money:
        if self.product.cost is None:
            raise LookupError(f"the cost of {self.product.sku} was not asked about before")
        return self.product.cost

    def weekly(self, each: Money) -> Money:
        """What so much for each piece makes in a week at the recent rate of sales."""
        return each.times(Decimal(self.sold * _WEEK_DAYS) / SALES_DAYS)


@read_facts.register
def _price(action: ChangePrice, scene: Scene, into: Gathered) -> None:
    into.title = f"Price of {action.sku} to {action.price}"
    moves = _moves({action.sku: action.price}, scene, into)
    if not moves:
        return
    (move,) = moves
    into.evidence.append(f"{action.sku}: {move.product.title}")
    into.show("Price", move.product.price, action.price)
    into.values["change_pct"] = move.change_pct
    into.values["change_24h_pct"] = move.change_24h_pct
    into.values["change_7d_pct"] = move.change_7d_pct
    into.values["below_map"] = move.below_map
    into.values["hours_since_last_change"] = move.hours
    into.values["price.first"] = move.product.price_changed_at is None
    into.values["competitor.index_pct"] = move.index_pct
    into.values["competitor.age_days"] = move.competition.age_days
    into.evidence.append(move.competition.in_words())
    if move.product.cost is None:
        into.missing.append(
            f"the cost of {action.sku} is unknown, so its margin is too: import the cost first"
        )
        return
    into.values["below_cost"] = action.price < move.cost
    into.advice += _least([move])
    into.values["margin_after_pct"] = move.margin_pct(action.price)
    _effect(move, into)


def _least(moves: Sequence[_Move]) -> list[str]:
    """The least that may be asked of the first products whose price would be under it, in words."""
    low = [(one, f"costs {one.cost}") for one in moves if one.price < one.cost]
    low += [(one, f"has a MAP of {one.product.map_price}") for one in moves if one.below_map]
    return [f"{one.product.sku} {words}, {one.price} was asked for." for one, words in low[:_SHOWN_REASONS]]


def _effect(move: _Move, into: Gathered) -> None:
    """What the price would do to margin, revenue and stock, as far as no forecast is needed."""
    old, new = move.product.price, move.price
    into.show("Margin, % of price", move.margin_pct(old), move.margin_pct(new))
    into.show("Revenue a week if as much is sold", move.weekly(old), move.weekly(new))
    into.show("Margin a week if as much is sold", move.weekly(old - move.cost), move.weekly(new - move.cost))
    needed = break_even_percent(move.product.price, new, move.cost)
    if needed is not None:
        into.show("Pieces sold that keep the margin, %", "", f"{needed:+}")
    days = move.available * SALES_DAYS // move.sold if move.sold > 0 else None
    into.show("Available, pieces", move.available)
    into.show("Days that it lasts as it sells", "nothing sold" if days is None else days)
    into.evidence.append(f"sales of the {SALES_DAYS} days before this moment")


@read_facts.register
def _campaign(action: ChangePrices, scene: Scene, into: Gathered) -> None:
    into.title = f"Prices of {len(action.lines)} products"
    into.values["lines"] = len(action.lines)
    moves = _moves({line.sku: line.price for line in action.lines}, scene, into)
    if not moves:
        return
    unknown = [move.product.sku for move in moves if move.product.cost is None]
    if unknown:
        into.missing.append(
            f"the cost of {', '.join(unknown)} is unknown, so the margin is too: import it first"
        )
        return
    into.values |= _worst(moves)
    into.advice += _least(moves)
    _totals(moves, scene, into)
    for move in moves[:_SHOWN_LINES]:
        words = f"{move.price} ({move.change_pct:+} %, margin {move.margin_pct(move.price)} %)"
        into.show(f"{move.product.sku} {move.product.title}", move.product.price, words)
    if len(moves) > _SHOWN_LINES:
        into.show(f"and {len(moves) - _SHOWN_LINES} more products")


def _worst(moves: Sequence[_Move]) -> Mapping[str, bool | int | Decimal]:
    """The line of the campaign that is worst, for each question by itself."""
    ends: dict[str, Decimal] = {}
    for name in ("change_pct", "change_24h_pct", "change_7d_pct"):
        of_lines = [getattr(move, name) for move in moves]
        ends |= {f"{name}.lowest": min(of_lines), f"{name}.highest": max(of_lines)}
    return {
        **ends,
        "below_cost": any(move.price < move.cost for move in moves),
        "below_map": any(move.below_map for move in moves),
        "margin_after_pct": min(move.margin_pct(move.price) for move in moves),
        "hours_since_last_change": min(move.hours for move in moves),
        "price.first": any(move.product.price_changed_at is None for move in moves),
        "competitor.index_pct": max(move.index_pct for move in moves),
        "competitor.age_days": max(move.competition.age_days for move in moves),
    }


def _totals(moves: Sequence[_Move], scene: Scene, into: Gathered) -> None:
    """The campaign's weekly revenue and margin in the home currency, if as much is sold as before."""
    before, after, margins = Money.zero(scene.home), Money.zero(scene.home), [Money.zero(scene.home)] * 2
    for move in moves:
        old, new, cost = move.product.price, move.price, move.cost
        sums = (move.weekly(old), move.weekly(new), move.weekly(old - cost), move.weekly(new - cost))
        at_home = [scene.at_home(amount, into) for amount in sums]
        if None in at_home:
            return
        weekly = [value[0] for value in at_home if value is not None]
        before, after = before + weekly[0], after + weekly[1]
        margins = [margins[0] + weekly[2], margins[1] + weekly[3]]
    into.values["weekly_revenue_change"] = after - before
    into.show("Revenue a week if as much is sold", before, after)
    into.show("Margin a week if as much is sold", *margins)
    into.evidence.append(f"sales of the {SALES_DAYS} days before this moment")


def _moves(wanted: Mapping[str, Money], scene: Scene, into: Gathered) -> list[_Move]:
    """Every SKU with what bounds its price; nothing, with the reasons, as soon as one of them cannot be."""
    known = catalogue.products(scene.snapshot, wanted)
    for sku in wanted:
        found(known.get(sku), f"product {sku!r}", into)
    if len(known) < len(wanted):
        return []
    into.versions |= {f"product:{sku}": product.version for sku, product in known.items()}
    foreign = [one for sku, one in known.items() if one.price.currency != wanted[sku].currency]
    into.values["same_currency"] = not foreign
    into.missing += [f"{one.sku} is priced in {one.price.currency}" for one in foreign]
    free = [one for one in known.values() if one.price.minor <= 0]
    into.missing += [f"{one.sku} has no price yet, so a change has no percentage" for one in free]
    if foreign or free:
        return []
    none = Money.zero(scene.home)
    into.entries += [Entry(none, category=one.category, sku=one.sku) for one in known.values()]
    figures = _figures(wanted, scene)
    return [_move(known[sku], price, figures) for sku, price in wanted.items()]


@dataclass(frozen=True, slots=True)
class _Figures:
    scene: Scene
    changes: prices.Changes
    sold: Mapping[str, int]
    available: Mapping[str, int]
    seen: Mapping[str, Sequence[CompetitorPrice]]


def _figures(wanted: Mapping[str, Money], scene: Scene) -> _Figures:
    first = scene.today - timedelta(days=SALES_DAYS - 1)
    return _Figures(
        scene,
        prices.changes(scene.snapshot, wanted),
        prices.sold(scene.snapshot, wanted, first=first, last=scene.today),
        prices.available(scene.snapshot, wanted),
        prices.seen_at_competitors(scene.snapshot, wanted),
    )


def _move(product: Product, price: Money, figures: _Figures) -> _Move:
    sku, now, today = product.sku, figures.scene.asked.now, figures.scene.today
    changed = figures.changes.get(sku, [])
    return _Move(
        product,
        price,
        prices.in_force(changed, now - timedelta(days=1), product.price),
        prices.in_force(changed, now - timedelta(days=_WEEK_DAYS), product.price),
        max(0, figures.sold.get(sku, 0)),
        figures.available.get(sku, 0),
        competition(figures.seen.get(sku, ()), today, product.price.currency),
        _hours(product, figures.scene),
    )


def _hours(product: Product, scene: Scene) -> int:
    changed = product.price_changed_at
    if changed is None:
        return NEVER_CHANGED_HOURS
    return min(NEVER_CHANGED_HOURS, max(0, int((scene.asked.now - changed).total_seconds() // 3600)))


def _moved(old: Money, new: Money) -> Decimal:
    return (new - old).percent_of(old)
