"""What every change of a case's world is."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from shop.money import Money

MOMENT: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""The moment at which every case begins; the sample store's business day."""


class Change(BaseModel):
    """A change of the store; each kind says what it sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def apply(self, store: sqlite3.Connection) -> None:
        """Make it."""
        raise NotImplementedError


def stamp(moment: datetime) -> str:
    """A moment as the store writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def only_one(store: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> None:
    """Run an update that must meet exactly one row."""
    if store.execute(statement, values).rowcount != 1:
        raise ValueError(f"the store has no such record: {values}")


def minor(amount: str | int, currency: str = "GBP") -> int:
    """An amount such as ``12.50`` in minor units."""
    return Money.of(Decimal(str(amount)), currency).minor
