"""Exact money: whole minor units (pence, cents) of one ISO 4217 currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from shop.errors import CurrencyMismatchError, MoneyError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

# Canonical JSON (RFC 8785) carries integers exactly only below 2**53.
MAX_MINOR = 2**53 - 1

_ALL_DIGITS = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Moves a point without losing a digit; the usual context keeps 28 and would round the 29th away unseen."""
_MOST_DIGITS = len(str(MAX_MINOR))

_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LITERAL = re.compile(r"(-?[0-9]+(?:_[0-9]{3})*(?:\.[0-9]+)?) ([A-Z]{3})")


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency by ISO 4217: 2 for GBP, 0 for JPY, 3 for BHD.

    Raises MoneyError for a code that ISO 4217 does not list with a minor unit.

    >>> exponent("GBP"), exponent("JPY"), exponent("BHD")
    (2, 0, 3)
    """
    from iso4217 import Currency  # noqa: PLC0415 - it parses the ISO table, so only when money is used

    try:
        places = Currency(currency).exponent
    except ValueError:
        places = None
    if places is None:
        raise MoneyError(f"unknown currency {currency!r}: expected an ISO 4217 code such as 'GBP'")
    return int(places)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of one currency.

    >>> Money.of("12.50", "GBP") * 3
    Money(minor=3750, currency='GBP')
    >>> str(Money.of("1240", "GBP"))
    '1,240.00 GBP'
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise MoneyError(f"minor units must be a whole number, got {self.minor!r}")
        if abs(self.minor) > MAX_MINOR:
            raise MoneyError(f"amount out of bounds: {self.minor} minor units")
        exponent(self.currency)

    @classmethod
    def of(cls, amount: str | int | Decimal, currency: str) -> Money:
        """An amount in major units, exact at the currency's decimals; raises MoneyError otherwise."""
        minor = _in_minor_units(_exact(amount), currency)
        if minor != minor.to_integral_value():
            raise MoneyError(f"{amount} has more decimals than {currency} knows ({exponent(currency)})")
        return cls(int(minor), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """A computed amount in major units, rounded half to even at the currency's decimals."""
        if not amount.is_finite():
            raise MoneyError(f"not a finite amount: {amount}")
        minor = _in_minor_units(amount, currency).to_integral_value(ROUND_HALF_EVEN)
        return cls(int(minor), currency)

    @classmethod
    def parse(cls, text: str) -> Money:
        """A literal of the rule files such as ``1_000 GBP`` or ``0.50 EUR``."""
        match = _LITERAL.fullmatch(text)
        if match is None:
            raise MoneyError(f'expected an amount like "1_000 GBP", got {text!r}')
        if len(match[1].partition(".")[2]) > exponent(match[2]):  # 50.000 is fifty here, fifty thousand there
            raise MoneyError(f"{text} has more decimals than {match[2]} knows ({exponent(match[2])})")
        return cls.of(match[1].replace("_", ""), match[2])

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money, in this currency."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Sum of amounts that must all be in `currency`."""
        result = cls.zero(currency)
        for amount in amounts:
            result += amount
        return result

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        if type(count) is not int:
            raise MoneyError(f"money is multiplied by a whole number or with times(), got {count!r}")
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, factor: Decimal) -> Money:
        """The amount times an exact factor, rounded half to even at the currency's decimals."""
        return Money.rounded(self.amount * factor, self.currency)

    def percent_of(self, whole: Money, places: int = 2) -> Decimal:
        """This amount as a percentage of `whole`, at `places` decimals; `whole` must not be zero.

        >>> Money.of("25", "GBP").percent_of(Money.of("40", "GBP"))
        Decimal('62.50')
        """
        base = Decimal(self._same(whole))
        if not base:
            raise MoneyError("a share of zero money is undefined")
        return (Decimal(self.minor) * 100 / base).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Shares by weight that add up to the amount exactly; the largest remainders get the odd pennies.

        >>> [part.minor for part in Money(100, "GBP").split([1, 1, 1])]
        [34, 33, 33]
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise MoneyError("weights must be whole numbers of at least 0 with a positive sum")
        shares = [divmod(self.minor * weight, whole) for weight in weights]
        missing = self.minor - sum(share for share, _ in shares)
        order = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))
        extra = set(order[:missing])
        return [Money(share + (place in extra), self.currency) for place, (share, _) in enumerate(shares)]

    def as_json(self) -> dict[str, int | str]:
        """The canonical form, as digests and the audit carry it."""
        return {"minor": self.minor, "cur": self.currency}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Money:
        """The inverse of as_json; any other shape raises MoneyError."""
        if set(body) != {"minor", "cur"}:
            raise MoneyError(f"expected money as {{minor, cur}}, got keys {sorted(body)}")
        return cls(body["minor"], body["cur"])

    def __str__(self) -> str:
        return f"{self.amount:,.{exponent(self.currency)}f} {self.currency}"

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise MoneyError(f"money compares with money only, got {other!r}")
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} meets {other.currency} without a dated rate")
        return other.minor

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema  # noqa: PLC0415 - pydantic is loaded by those who validate

        def accept(value: Any) -> Money:
            if isinstance(value, Money):
                return value
            if isinstance(value, dict):
                try:
                    return cls.from_json(value)
                except MoneyError as error:
                    raise ValueError(str(error)) from error
            raise ValueError(f"expected money as {{minor, cur}}, got {value!r}")

        return core_schema.no_info_plain_validator_function(
            accept,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda money: money.as_json()),
        )


def _in_minor_units(amount: Decimal, currency: str) -> Decimal:
    if amount and amount.adjusted() > _MOST_DIGITS:  # before digits by the million are written out
        raise MoneyError(f"amount out of bounds: {amount.normalize():.3E} {currency}")
    return amount.scaleb(exponent(currency), _ALL_DIGITS)


def _exact(amount: str | int | Decimal) -> Decimal:
    if isinstance(amount, Decimal) and amount.is_finite():
        return amount
    if type(amount) is int:
        return Decimal(amount)
    if isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        return Decimal(amount)
    raise MoneyError(f"not an exact amount: {amount!r} (digits with an optional point, such as '12.50')")
