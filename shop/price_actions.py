"""A campaign: new selling prices for many SKUs, asked for and approved as one."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shop.action import Action, Identifier, Undo, Words
from shop.money import Money


class PriceLine(BaseModel):
    """The new selling price of one SKU."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    sku: Identifier
    price: Money


class ChangePrices(Action):
    """Set the selling prices of several SKUs; each line is done or left by itself, with its own result."""

    kind: ClassVar[str] = "change_prices"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "change the prices back"
    free_text: ClassVar[tuple[str, ...]] = ("reason",)

    lines: Annotated[tuple[PriceLine, ...], Field(min_length=1, max_length=500)]
    reason: Words

    @model_validator(mode="after")
    def _are_prices(self) -> Self:
        if len({line.sku for line in self.lines}) < len(self.lines):
            raise ValueError("a SKU stands in two lines; give it one price")
        if any(line.price.minor <= 0 for line in self.lines):
            raise ValueError("a price must be over zero")
        return self
