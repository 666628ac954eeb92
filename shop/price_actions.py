"""A campaign: new selling prices for many SKUs, asked for and approved as one."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, ClassVar

from pydantic import Field

from shop.action import Identifier, Part, Reasoned, Undo, above_zero, each_once
from shop.money import Money


class PriceLine(Part):
    """The new selling price of one SKU."""

    sku: Identifier
    price: Annotated[Money, above_zero("a price")]


class ChangePrices(Reasoned):
    """Set the selling prices of several SKUs; each line is done or left by itself, with its own result."""

    kind: ClassVar[str] = "change_prices"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "change the prices back"

    lines: Annotated[
        tuple[PriceLine, ...],
        Field(min_length=1, max_length=500),
        each_once(attrgetter("sku"), "a SKU stands in two lines; give it one price"),
    ]
