"""The nouns of customer service, frozen: how customers pay, where parcels go, what is sent instead."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shop.money import Money

ExchangeStatus = Literal["requested", "completed", "cancelled"]
PaymentMethodKind = Literal["card", "gift_card", "paypal", "other"]


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """How a customer pays: never more of a card than its last four digits. Only gift cards have a balance."""

    id: str
    customer: str
    kind: PaymentMethodKind
    brand: str
    last_four: str
    balance: Money | None
    version: int

    @property
    def words(self) -> str:
        """The method as people name it.

        >>> PaymentMethod("pm-1", "C-1", "card", "Visa", "4242", None, 1).words
        'Visa card ending 4242'
        """
        if self.kind == "card":
            return f"{self.brand} card ending {self.last_four}".strip()
        return {"gift_card": "gift card", "paypal": "PayPal"}.get(self.kind, self.brand or self.kind)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where parcels go: mask it before it leaves the store."""

    street: str
    street2: str
    city: str
    region: str
    postcode: str
    country: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Another variant for pieces that come back; the customer pays a `difference` over zero."""

    id: str
    rma: str
    order: str
    line_no: int
    quantity: int
    new_sku: str
    unit_price: Money
    difference: Money
    method_id: str | None
    status: ExchangeStatus
    requested_on: date
    completed_on: date | None
    location: str | None = None
    """Where the new goods are held back; None: where the order came from."""
