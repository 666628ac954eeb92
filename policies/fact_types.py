"""The types that a fact of an action may have: what counts as a value and how rules and people write it.

Nothing is ever coerced: a number as text, a bool as a number or a float as money is a fault, and the judge
denies on any fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from shop.errors import MoneyError, PolicyLoadError
from shop.money import MAX_MINOR, Money, exponent

FactValue = Money | int | Decimal | bool | str

NUMBER_TESTS: Final = ("over", "under", "outside", "between", "is")
MAX_LITERAL: Final = 40
"""Longer than any amount that money can hold; a longer literal is refused unread."""

MAX_DECIMAL: Final = Decimal(10) ** 15
_WHOLE = re.compile(r"-?[0-9]{1,16}(?:_[0-9]{3})*")
_DECIMAL = re.compile(r"-?[0-9]{1,16}(?:_[0-9]{3})*(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class MoneyFact:
    """An exact amount; `minimum` is the least acceptable number of minor units, None for no bound."""

    minimum: int | None = 0
    name: ClassVar[str] = "money"
    tests: ClassVar[tuple[str, ...]] = NUMBER_TESTS

    def parse(self, literal: str) -> Money:
        """The amount of a literal such as ``1_000 GBP``; PolicyLoadError otherwise."""
        try:
            return Money.parse(_short(literal))
        except MoneyError as error:
            raise PolicyLoadError(str(error)) from error

    def written(self, value: FactValue) -> str:
        """The literal that parses to this value, in its one canonical spelling."""
        money = _as_money(value)
        return f"{money.amount:.{exponent(money.currency)}f} {money.currency}"

    def fault(self, value: object) -> str | None:
        """Why this is not an acceptable value, or None."""
        if type(value) is not Money:
            return _not_a("money", value)
        return None if self.minimum is None or value.minor >= self.minimum else "is too small"

    def shown(self, value: FactValue) -> str:
        """The amount as operators read it."""
        return str(value)

    def units(self, value: FactValue) -> int:
        """The amount as a whole number of its smallest steps (minor units)."""
        return _as_money(value).minor

    def at(self, units: int, like: FactValue) -> Money:
        """The value of so many steps, in the currency of `like`."""
        return Money(units, _as_money(like).currency)


@dataclass(frozen=True, slots=True)
class IntFact:
    """A whole number of a unit (pieces, days, hours, lines); `minimum` None for no bound."""

    unit: str
    minimum: int | None = 0
    name: ClassVar[str] = "whole number"
    tests: ClassVar[tuple[str, ...]] = NUMBER_TESTS

    def parse(self, literal: str) -> int:
        """The number of a literal such as ``180`` or ``1_000``; PolicyLoadError otherwise."""
        if not _WHOLE.fullmatch(_short(literal)) or abs(int(literal)) > MAX_MINOR:
            raise PolicyLoadError(f"expected a whole number of {self.unit} like 70, got {literal!r}")
        return int(literal)

    def written(self, value: FactValue) -> str:
        """The literal that parses to this value, in its one canonical spelling."""
        return str(value)

    def fault(self, value: object) -> str | None:
        """Why this is not an acceptable value, or None; a bool is no number."""
        if type(value) is not int:
            return _not_a(f"a whole number of {self.unit}", value)
        if abs(value) > MAX_MINOR:
            return "is out of bounds"
        return None if self.minimum is None or value >= self.minimum else "is too small"

    def shown(self, value: FactValue) -> str:
        """The number with thousands marked; the rule's sentence names the unit."""
        return f"{self.units(value):,}"

    def units(self, value: FactValue) -> int:
        """The number itself."""
        if type(value) is not int:
            raise TypeError(f"expected a whole number, got {type(value).__name__}")
        return value

    def at(self, units: int, like: FactValue) -> int:  # noqa: ARG002 - money needs `like` for its currency
        """The value of so many steps."""
        return units


@dataclass(frozen=True, slots=True)
class DecimalFact:
    """An exact decimal (percent) with at most `scale` decimals."""

    scale: int
    name: ClassVar[str] = "decimal"
    tests: ClassVar[tuple[str, ...]] = ("over", "under", "outside", "between")

    def parse(self, literal: str) -> Decimal:
        """The number of a literal such as ``-10`` or ``12.5``; PolicyLoadError otherwise."""
        if not _DECIMAL.fullmatch(_short(literal)):
            raise PolicyLoadError(f"expected a number like 12.5, got {literal!r}")
        value = Decimal(literal)
        if self.fault(value):
            raise PolicyLoadError(f"{literal} has more than {self.scale} decimals or is out of bounds")
        return value.quantize(self._step)

    def written(self, value: FactValue) -> str:
        """The literal that parses to this value, in its one canonical spelling."""
        return f"{_as_decimal(value):.{self.scale}f}"

    def fault(self, value: object) -> str | None:
        """Why this is not an acceptable value, or None."""
        if type(value) is not Decimal:
            return _not_a("a decimal", value)
        if not value.is_finite() or abs(value) > MAX_DECIMAL:
            return "is out of bounds"
        if value != value.quantize(self._step):
            return f"has more than {self.scale} decimals"
        return None

    def shown(self, value: FactValue) -> str:
        """The number at its scale with thousands marked; the rule's sentence names the unit."""
        return f"{_as_decimal(value):,.{self.scale}f}"

    def units(self, value: FactValue) -> int:
        """The number as a whole number of its smallest steps (hundredths at scale 2)."""
        return int(_as_decimal(value).scaleb(self.scale))

    def at(self, units: int, like: FactValue) -> Decimal:  # noqa: ARG002 - money needs `like` for its currency
        """The value of so many steps."""
        return Decimal(units).scaleb(-self.scale)

    @property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.scale)


@dataclass(frozen=True, slots=True)
class BoolFact:
    """Yes or no; rules write it bare: ``supplier.approved: true``."""

    name: ClassVar[str] = "yes or no"
    tests: ClassVar[tuple[str, ...]] = ()

    def parse(self, literal: str) -> bool:
        """Exactly ``true`` or ``false``; PolicyLoadError otherwise."""
        if literal not in {"true", "false"}:
            raise PolicyLoadError(f"expected true or false, got {literal!r}")
        return literal == "true"

    def written(self, value: FactValue) -> str:
        """The literal that parses to this value."""
        return "true" if value else "false"

    def fault(self, value: object) -> str | None:
        """Why this is not an acceptable value, or None."""
        return None if type(value) is bool else _not_a("yes or no", value)

    def shown(self, value: FactValue) -> str:
        """The value as operators read it."""
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class EnumFact:
    """One of a closed list of words; rules write it bare or with ``in: [...]``."""

    members: tuple[str, ...]
    name: ClassVar[str] = "one of a list"
    tests: ClassVar[tuple[str, ...]] = ("in",)

    def parse(self, literal: str) -> str:
        """A declared member; PolicyLoadError otherwise."""
        if literal not in self.members:
            raise PolicyLoadError(f"expected one of {', '.join(self.members)}, got {literal!r}")
        return literal

    def written(self, value: FactValue) -> str:
        """The literal that parses to this value."""
        return str(value)

    def fault(self, value: object) -> str | None:
        """Why this is not an acceptable value, or None."""
        if type(value) is not str:
            return _not_a(f"one of {', '.join(self.members)}", value)
        return None if value in self.members else f"is none of {', '.join(self.members)}"

    def shown(self, value: FactValue) -> str:
        """The value as operators read it."""
        return str(value).replace("_", " ")


NumberFact = MoneyFact | IntFact | DecimalFact
FactType = MoneyFact | IntFact | DecimalFact | BoolFact | EnumFact


def plain_value(fact_type: FactType) -> FactValue:
    """An acceptable value without a meaning, for a fact that no rule speaks of."""
    match fact_type:
        case MoneyFact():
            return Money(fact_type.minimum or 0, "EUR")
        case IntFact():
            return fact_type.minimum or 0
        case DecimalFact():
            return Decimal(0).scaleb(-fact_type.scale)
        case BoolFact():
            return False
        case EnumFact():
            return fact_type.members[0]


def _short(literal: str) -> str:
    if len(literal) > MAX_LITERAL:
        raise PolicyLoadError(f"a value of {len(literal)} characters is too long to be a limit")
    return literal


def _not_a(expected: str, value: object) -> str:
    return f"must be {expected}, not {type(value).__name__}"


def _as_money(value: FactValue) -> Money:
    if type(value) is not Money:
        raise TypeError(f"expected money, got {type(value).__name__}")
    return value


def _as_decimal(value: FactValue) -> Decimal:
    if type(value) is not Decimal:
        raise TypeError(f"expected a decimal, got {type(value).__name__}")
    return value
