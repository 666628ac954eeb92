"""What tools accept: tolerant ids and names, strict numbers, exact amounts.

A quantity is a JSON whole number and nothing else: text, fractions, booleans and huge numbers are refused.
An amount of money is text such as ``"12.50"`` or ``"12.50 GBP"``, or a whole number; a JSON number with a
point is refused, because it has been a binary float on its way here.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shop.actions import MAX_PIECES
from shop.errors import MoneyError, ToolInputError
from shop.money import Money

MAX_PAGE: Final = 50

_ID_TEXT: Final = 200
_MAX_ID: Final = 10**15
_AMOUNT: Final = re.compile(r"([0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(\.[0-9]{1,4})?(?: ([A-Z]{3}))?")
_PERCENT: Final = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,2})?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _as_name(value: Any) -> Any:
    """An id or name; a whole number is an id whose digits were meant."""
    if type(value) is int and 0 <= value < _MAX_ID:
        return str(value)
    return _as_words(value)


def _as_words(value: Any) -> Any:
    """Text that any database and terminal can hold."""
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - pydantic turns ValueErrors into words
    if any(mark == "\x00" or "\ud800" <= mark <= "\udfff" for mark in value):
        raise ValueError("holds characters that cannot be stored")
    return value.strip()


def _as_amount(value: Any) -> Any:
    if type(value) is int and 0 <= value < _MAX_ID:
        value = str(value)
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value.strip()):
        raise ValueError('write the amount as text with digits and a point, such as "12.50" or "12.50 GBP"')
    return value.strip()


def _as_percent(value: Any) -> Any:
    value = str(value) if type(value) is int else value
    if not isinstance(value, str) or not _PERCENT.fullmatch(value.strip().removesuffix("%").strip()):
        raise ValueError('write the percentage as text, such as "5" or "-2.5"')
    return value.strip().removesuffix("%").strip()


def _as_day(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        return date.fromisoformat(
            value.strip()
        )  # a wrong day such as 2026-02-30 is a ValueError: said in words
    raise ValueError('write the day as text, such as "2026-11-20"')


Name = Annotated[str, BeforeValidator(_as_name), Field(min_length=1, max_length=_ID_TEXT)]
Words = Annotated[str, BeforeValidator(_as_words), Field(min_length=1, max_length=2_000)]


def numbered(prefix: str) -> AfterValidator:
    """For ids that are a prefix and a number: models drop the prefix, people write it in their own way.

    >>> [numbered("RMA").func(text) for text in ("301", "#301", "rma 301", "RMA-301", "act_4x")]
    ['RMA-301', 'RMA-301', 'RMA-301', 'RMA-301', 'act_4x']
    """
    written = re.compile(rf"(?:{prefix})?[-\s#]*([0-9]{{1,9}})", re.IGNORECASE)

    def whole(text: str) -> str:
        found = written.fullmatch(text)
        return f"{prefix}-{found[1]}" if found else text

    return AfterValidator(whole)


Sku = Annotated[Name, Field(description="SKU 'MUG-01', or title")]
LocationName = Annotated[Name, Field(description="location by name: 'Leeds'")]
SupplierName = Annotated[Name, Field(description="supplier by name: 'Northwind'")]
OrderId = Annotated[Name, Field(description="customer's order: '#1042'")]
PurchaseOrderId = Annotated[Name, Field(description="purchase order: 'PO-77'")]
CustomerName = Annotated[Name, Field(description="customer's id, e-mail address or name: 'C-10001'")]
Category = Annotated[Name, Field(description="product category: 'Kitchen'")]
Reason = Annotated[Words, Field(description="why, in a few words")]

Pieces = Annotated[int, Field(strict=True, ge=1, le=MAX_PIECES, description="number of pieces: 24")]
Limit = Annotated[int, Field(strict=True, ge=1, le=MAX_PAGE, description="how many to list")]
PageToken = Annotated[Name, Field(description="next_page of the last answer")]
AmountText = Annotated[
    str, BeforeValidator(_as_amount), Field(description="exact amount as text: '12.50' or '12.50 GBP'")
]
PercentText = Annotated[
    str, BeforeValidator(_as_percent), Field(description="percent as text: '5' or '-2.5'")
]
Day = Annotated[date, BeforeValidator(_as_day)]

NO_REASON: Final = "no reason was given"
ASKED_BY_OPERATOR: Final = "asked for by the operator"
"""How a reason begins that only repeats the request."""


def because(reason: str) -> str:
    """A reason to stand behind a request, empty where it says nothing new.

    >>> because("too small"), because(NO_REASON)
    (': too small', '')
    """
    return "" if reason.startswith((NO_REASON, ASKED_BY_OPERATOR)) else f": {reason}"


class ToolArguments(BaseModel):
    """Arguments of a tool; an optional one that is null or empty counts as not given."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if not _is_blank(cls, name, value)}


class OrderedLine(ToolArguments):
    """Pieces of one SKU."""

    sku: Sku
    quantity: Pieces


def parse_amount(text: str, currency: str) -> Money:
    """The exact money of an amount argument, in `currency`; raises ToolInputError.

    >>> parse_amount("1,240.50 GBP", "GBP")
    Money(minor=124050, currency='GBP')
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ToolInputError(f'{text!r} is no amount; write it such as "12.50"')
    if match[3] not in (None, currency):
        raise ToolInputError(f"the amount must be in {currency}, not {match[3]}")
    try:
        return Money.of(match[1].replace(",", "") + (match[2] or ""), currency)
    except MoneyError as error:
        raise ToolInputError(str(error)) from error


def parse_percent(text: str) -> Decimal:
    """The exact number of a percentage argument."""
    return Decimal(text)


def page_offset(token: str | None) -> int:
    """The place a list goes on at; raises ToolInputError for a token that no answer gave."""
    if token is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", token):
        raise ToolInputError(f"{token!r} is no page; use next_page of the answer before, or leave it out")
    return int(token)


def _is_blank(arguments: type[BaseModel], name: str, value: Any) -> bool:
    field = arguments.model_fields.get(name)
    blank = value is None or (isinstance(value, str) and not value.strip())
    return blank and field is not None and not field.is_required()
