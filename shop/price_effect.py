"""What a price does before it is set: margin, revenue and pieces, with and without an elasticity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from shop.money import Money


def break_even_percent(old: Money, new: Money, cost: Money) -> Decimal | None:
    """By how many percent the pieces sold may change before the margin of all of them does.

    -change / (margin a piece + change): Nagle and Mueller, The Strategy and Tactics of Pricing, 6th ed., ch.
    9 (break-even sales change). Rounded up to two decimals; None while the new price leaves no margin.

    >>> break_even_percent(Money(1000, "GBP"), Money(900, "GBP"), Money(600, "GBP"))
    Decimal('33.34')
    """
    if new <= cost:
        return None
    change = Decimal((old - new).minor) * 100 / (new - cost).minor
    return change.quantize(Decimal("0.01"), ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """Pieces, revenue and margin a week at a price, at the elasticity's estimate and its interval's ends.

    `pieces` are (low, middle, high) for one decimal; money belongs to the middle.
    """

    pieces: tuple[Decimal, Decimal, Decimal]
    revenue: Money
    margin: Money


def effect_at(
    price: Money, present: Money, cost: Money, pieces_a_week: Decimal, elasticity: tuple[float, float, float]
) -> PriceEffect:
    """Pieces a week * (price / present) ** elasticity, and what they bring: constant elasticity of demand.

    `elasticity` is (low, middle, high) of its interval. Talluri and van Ryzin, The Theory and Practice of
    Revenue Management (2004), section 7.3.2.

    >>> effect_at(Money(900, "GBP"), Money(1000, "GBP"), Money(600, "GBP"), Decimal(10), (-3, -2, -1)).pieces
    (Decimal('11.1'), Decimal('12.3'), Decimal('13.7'))
    """
    ratio = price.minor / present.minor
    expected = [pieces_a_week * Decimal(ratio**one) for one in elasticity]
    low, middle, high = sorted(one.quantize(Decimal("0.1")) for one in expected)
    exact = expected[1]
    return PriceEffect((low, middle, high), price.times(exact), (price - cost).times(exact))
