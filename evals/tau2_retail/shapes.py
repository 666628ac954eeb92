"""The shapes of tau2's retail data: shop, tasks and expected states, read strictly, money in whole cents."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

CURRENCY: Final = "USD"
_CENT: Final = Decimal("0.01")


def cents(amount: object) -> int:
    """An amount in whole cents: tau2 adds floats, so 0.04999999999999716 stands for 5 cents.

    Raises ValueError for what is no finite number.

    >>> cents(0.04999999999999716), cents(1819.92), cents(-26)
    (5, 181992, -2600)
    """
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal):
        raise ValueError(f"expected an amount, not {amount!r}")  # noqa: TRY004 - pydantic collects ValueError
    try:
        return int(Decimal(str(amount)).quantize(_CENT, ROUND_HALF_EVEN) * 100)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is no amount of dollars") from error


def dollars(minor: int) -> float:
    """Cents as tau2's JSON writes them, which holds dollars as binary floats.

    The one place where an amount becomes a float: it leaves for a file or an answer in tau2's form, and
    nothing is added up or compared after it. What comes in is made cents again by `cents`.

    >>> dollars(181992)
    1819.92
    """
    return minor / 100


Cents = Annotated[int, BeforeValidator(cents)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Address(_Shape):
    """Where somebody lives, or where an order goes."""

    address1: str
    address2: str
    city: str
    country: str
    state: str
    zip: str


class Name(_Shape):
    """A customer's name."""

    first_name: str
    last_name: str


class Method(_Shape):
    """A payment method; only a gift card has a balance."""

    source: Literal["credit_card", "gift_card", "paypal"]
    id: str
    brand: str | None = None
    last_four: str | None = None
    balance: Cents | None = None


class User(_Shape):
    """A customer."""

    user_id: str
    name: Name
    address: Address
    email: str
    payment_methods: dict[str, Method]
    orders: list[str]


class Variant(_Shape):
    """One item of a product that can be bought."""

    item_id: str
    options: dict[str, str]
    available: bool
    price: Cents


class ProductType(_Shape):
    """A product with its variants."""

    name: str
    product_id: str
    variants: dict[str, Variant]


class Item(_Shape):
    """A piece of an order, at the price that was paid."""

    name: str
    product_id: str
    item_id: str
    price: Cents
    options: dict[str, str]


class Fulfillment(_Shape):
    """A parcel."""

    tracking_id: list[str]
    item_ids: list[str]


class Booking(_Shape):
    """Money in or out of an order; the amount is never negative."""

    transaction_type: Literal["payment", "refund"]
    amount: Cents
    payment_method_id: str


class RetailOrder(_Shape):
    """An order; what is optional was written by a cancellation, an exchange or a return."""

    order_id: str
    user_id: str
    address: Address
    items: list[Item]
    status: str
    fulfillments: list[Fulfillment]
    payment_history: list[Booking]
    cancel_reason: str | None = None
    exchange_items: list[str] | None = None
    exchange_new_items: list[str] | None = None
    exchange_payment_method_id: str | None = None
    exchange_price_difference: Cents | None = None
    return_items: list[str] | None = None
    return_payment_method_id: str | None = None


class Retail(_Shape):
    """The whole shop."""

    products: dict[str, ProductType]
    users: dict[str, User]
    orders: dict[str, RetailOrder]

    def variant(self, item_id: str) -> tuple[ProductType, Variant] | None:
        """An item with its product; None if the shop has no such item."""
        for product in self.products.values():
            if item_id in product.variants:
                return product, product.variants[item_id]
        return None


class Call(BaseModel):
    """A tool call of a reference answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    arguments: dict[str, Any]


class _Criteria(BaseModel):
    actions: list[Call] | None = None


class Task(BaseModel):
    """What of a task matters here: its name and the reference calls."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    id: str
    initial_state: None = None
    evaluation_criteria: _Criteria | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The reference calls in their order."""
        criteria = self.evaluation_criteria
        return tuple((criteria.actions if criteria else None) or ())


class RefusedCall(BaseModel):
    """A reference call that must be refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    action: str
    arguments: dict[str, Any]


class Changed(_Shape):
    """The records that differ from the shop's start, whole."""

    orders: dict[str, RetailOrder] = Field(default_factory=dict)
    users: dict[str, User] = Field(default_factory=dict)


class Expected(BaseModel):
    """The end of a task."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    changed: Changed
    refused: list[RefusedCall] = Field(default_factory=list)
