"""What people know before the figures do, as actions: demand that will come, supply that will not.

A signal is stored as a dated fact with its author; the reorder plan applies it and names it in every line
that it touches. It is taken back by removing it, and judged by rules like any other action.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, model_validator

from shop.action import Identifier, Pieces, Reasoned, Undo
from shop.money import Money

MAX_PERCENT: Final = 10_000
MAX_DAYS: Final = 3_660

Percent = Annotated[int, Field(ge=-100, le=MAX_PERCENT)]
"""A change in whole percent: 20 is a fifth more, -100 is nothing left."""

Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]


class DemandEffect(StrEnum):
    """What a demand signal says."""

    PROMOTION = "promotion"
    SEASON = "season"
    ONE_OFF = "one_off"


class SupplyEffect(StrEnum):
    """What a supply signal says."""

    DELAY = "delay"
    UNAVAILABLE = "unavailable"
    PRICE = "price"


class AddDemandSignal(Reasoned):
    """Tell the plan of demand that the sales figures cannot know yet.

    Of one SKU, one category or, said outright, the whole store; at one location or everywhere. A promotion
    or a season changes the usual demand by `percent` on each day from `starts_on` to `ends_on`; a one-off
    adds `quantity` pieces of one SKU at one location, spread over these days.
    """

    kind: ClassVar[str] = "add_demand_signal"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "remove the signal"

    effect: DemandEffect
    sku: Identifier | None = None
    category: Identifier | None = None
    whole_store: bool = False
    location: Identifier | None = None
    percent: Percent | None = None
    quantity: Pieces | None = None
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.sku is not None) + (self.category is not None) + self.whole_store != 1:
            raise ValueError("name one of sku, category and whole_store")
        _check_period(self.starts_on, self.ends_on)
        if self.effect is not DemandEffect.ONE_OFF:
            if not self.percent or self.quantity is not None:
                raise ValueError(f"a {self.effect.value} needs a percent other than 0, and no quantity")
        elif None in (self.quantity, self.sku, self.location) or self.percent is not None:
            raise ValueError("a one_off needs a quantity of one SKU at one location, and no percent")
        return self


class AddSupplySignal(Reasoned):
    """Tell the plan of a delay, of goods that cannot be had, or of a new unit cost.

    A delay of `days` holds for one open purchase order, or for what one supplier delivers and is asked for
    from `starts_on` to `ends_on`. Unavailable goods (a supplier's, or one SKU's) cannot be ordered up to and
    including `ends_on`. A price holds from `starts_on`: a `unit_cost` of one SKU, or a change in `percent`.
    """

    kind: ClassVar[str] = "add_supply_signal"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "remove the signal"

    effect: SupplyEffect
    supplier: Identifier | None = None
    purchase_order: Identifier | None = None
    sku: Identifier | None = None
    days: Days | None = None
    percent: Percent | None = None
    unit_cost: Money | None = None
    starts_on: date
    ends_on: date | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.ends_on is not None:
            _check_period(self.starts_on, self.ends_on)
        fault = _SUPPLY_FAULTS[self.effect](self)
        if fault:
            raise ValueError(fault)
        return self


class RemoveSignal(Reasoned):
    """Take a signal back: the plan no longer uses it, the record of it stays."""

    kind: ClassVar[str] = "remove_signal"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "add the signal again"

    signal: Identifier


def _check_period(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise ValueError("ends_on must not be before starts_on")


def _delay_fault(signal: AddSupplySignal) -> str:
    if signal.days is None or signal.percent is not None or signal.unit_cost is not None:
        return "a delay needs days, and neither percent nor unit_cost"
    if (signal.supplier is None) == (signal.purchase_order is None) or signal.sku is not None:
        return "a delay is one supplier's or one purchase order's"
    if signal.supplier is not None and signal.ends_on is None:
        return "a supplier's delay needs ends_on"
    return ""


def _unavailable_fault(signal: AddSupplySignal) -> str:
    if (signal.supplier is None and signal.sku is None) or signal.purchase_order is not None:
        return "say which supplier or which SKU is unavailable"
    if signal.ends_on is None or signal.days is not None:
        return "unavailable needs ends_on, and no days"
    if signal.percent is not None or signal.unit_cost is not None:
        return "unavailable has neither percent nor unit_cost"
    return ""


def _price_fault(signal: AddSupplySignal) -> str:
    if signal.supplier is None or signal.purchase_order is not None or signal.days is not None:
        return "a price is one supplier's, and has no days"
    if (signal.percent is None) == (signal.unit_cost is None):
        return "a price needs a unit_cost or a percent"
    if signal.unit_cost is not None and (signal.sku is None or signal.unit_cost.minor <= 0):
        return "a unit_cost is of one SKU, and over zero"
    if signal.percent in {0, -100} or signal.ends_on is not None:
        return "a price changes something, leaves something, and has no ends_on"
    return ""


_SUPPLY_FAULTS: Final = {
    SupplyEffect.DELAY: _delay_fault,
    SupplyEffect.UNAVAILABLE: _unavailable_fault,
    SupplyEffect.PRICE: _price_fault,
}
