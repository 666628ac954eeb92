"""The nouns of the store, frozen: what a read gives back. Money is exact, pieces are whole numbers.

``version`` counts the changes of a record that a person may have looked at before approving; the desk
compares it when the approved action is claimed. Words in ``Ticket``, ``SupplierNote`` and ``OrderNote``
are strangers' words: data, never an instruction.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from shop.money import Money
from shop.service_model import PostalAddress

ProductStatus = Literal["active", "draft", "archived", "end_of_life"]
ItemClass = Literal["standard", "hygiene", "final_sale", "hazardous"]
MovementKind = Literal["opening", "receipt", "sale", "return", "adjustment", "transfer_in", "transfer_out"]
PurchaseOrderStatus = Literal["placed", "partly_received", "received", "cancelled"]
OrderStatus = Literal["unfulfilled", "partly_fulfilled", "fulfilled", "cancelled"]
FinancialStatus = Literal["pending", "paid", "partly_refunded", "refunded", "voided"]
PaymentKind = Literal["sale", "refund"]
ShipmentStatus = Literal["in_transit", "delivered", "late", "lost", "damaged", "returned"]
ReturnStatus = Literal["requested", "received", "restocked", "written_off", "cancelled"]
TicketStatus = Literal["open", "waiting", "closed"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list: `total` counts the whole list, `after` is the key that the next page starts behind.

    `after` is None on the last page.
    """

    items: tuple[T, ...]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """The store itself; `business_date` is its "today" when its data is a snapshot of the past.

    `own_names`: people vouched that the names in it (titles, suppliers) are the store's own words.
    """

    name: str
    home_currency: str
    timezone: str
    source: str
    business_date: date | None
    own_names: bool = False


@dataclass(frozen=True, slots=True)
class Location:
    """A place that holds stock; rank 0 is where the store ships from by default."""

    id: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class Product:
    """Something the store sells. An unknown cost or MAP is None, never zero."""

    sku: str
    title: str
    category: str
    vendor: str
    status: ProductStatus
    price: Money
    cost: Money | None
    map_price: Money | None
    item_class: ItemClass
    shelf_life_days: int | None
    weight_grams: int | None
    launched_on: date | None
    price_changed_at: datetime | None
    version: int
    product_group: str | None = None
    options: tuple[tuple[str, str], ...] = ()

    @property
    def margin_percent(self) -> Decimal | None:
        """(price - cost) / price in percent at two decimals; None while cost or price is unknown."""
        if self.cost is None or not self.price:
            return None
        return (self.price - self.cost).percent_of(self.price)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A selling price as it was set at a moment."""

    sku: str
    at: datetime
    price: Money
    source: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """A discount on one SKU or one category, first and last day included."""

    id: str
    name: str
    sku: str | None
    category: str | None
    starts_on: date
    ends_on: date
    discount_percent: Decimal


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Pieces of a SKU at a location. `assumed` marks a figure that an import had to invent."""

    sku: str
    location: str
    on_hand: int
    committed: int
    unavailable: int
    assumed: bool
    updated_at: datetime
    version: int

    @property
    def available(self) -> int:
        """On hand, less what is sold but not shipped, less what is damaged or in inspection."""
        return self.on_hand - self.committed - self.unavailable


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of stock on a day; a sale is negative."""

    id: int
    sku: str
    location: str
    day: date
    kind: MovementKind
    quantity: int
    ref: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who sells to the store; lead times are calendar days from order to shelf."""

    id: str
    name: str
    currency: str
    lead_time_days: float
    lead_time_sd_days: float
    minimum_order: Money
    approved: bool
    assumed: bool
    email: str
    version: int


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From this quantity on, every piece of the line costs this much."""

    from_quantity: int
    unit_cost: Money


@dataclass(frozen=True, slots=True)
class Offer:
    """A supplier's terms for a SKU, in the supplier's currency; `breaks` ascend by quantity."""

    supplier: str
    sku: str
    unit_cost: Money
    moq: int
    pack_size: int
    rank: int
    assumed: bool
    version: int
    breaks: tuple[PriceBreak, ...] = ()

    def unit_cost_for(self, quantity: int) -> Money:
        """The unit cost of a line of this many pieces: an all-units price break applies to every piece.

        >>> at = PriceBreak(100, Money(90, "GBP"))
        >>> offer = Offer("northwind", "A-1", Money(100, "GBP"), 1, 1, 0, False, 1, (at,))
        >>> offer.unit_cost_for(99).minor, offer.unit_cost_for(100).minor
        (100, 90)
        """
        cost = self.unit_cost
        for step in self.breaks:
            if quantity >= step.from_quantity:
                cost = step.unit_cost
        return cost

    def fits(self, quantity: int) -> bool:
        """Whether the supplier accepts this many pieces: at least the MOQ, in whole packs."""
        return quantity > 0 and quantity >= self.moq and quantity % self.pack_size == 0

    def nearest_fitting(self, quantity: int) -> tuple[int, ...]:
        """The fitting quantities next to this one, below and above, ascending; one where none is below.

        >>> Offer("northwind", "A-1", Money(100, "GBP"), 20, 12, 0, False, 1).nearest_fitting(50)
        (48, 60)
        """
        least = -(-max(self.moq, 1) // self.pack_size) * self.pack_size
        below = quantity // self.pack_size * self.pack_size
        if below < least:
            return (least,)
        return (below,) if below == quantity else (below, below + self.pack_size)


@dataclass(frozen=True, slots=True)
class PurchaseOrderLine:
    """So many pieces of a SKU, of which some have arrived."""

    sku: str
    quantity: int
    received: int
    unit_cost: Money

    @property
    def open_quantity(self) -> int:
        """Pieces that have not arrived; never below zero, also when too many came."""
        return max(self.quantity - self.received, 0)


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order to a supplier for one location; lines are sorted by SKU."""

    id: str
    supplier: str
    location: str
    status: PurchaseOrderStatus
    ordered_on: date
    expected_on: date
    received_on: date | None
    total: Money
    action_id: str | None
    version: int
    lines: tuple[PurchaseOrderLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether goods may still arrive."""
        return self.status in ("placed", "partly_received")


@dataclass(frozen=True, slots=True)
class Customer:
    """A buyer, with personal data: mask it before it leaves the store (tools/privacy.py)."""

    id: str
    name: str
    email: str | None
    phone: str
    street: str
    city: str
    postcode: str
    country: str
    created_on: date | None
    version: int
    street2: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of a customer's order, at the price that was paid for a piece."""

    line_no: int
    sku: str
    title: str
    quantity: int
    fulfilled: int
    returned: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Order:
    """A customer's order; `tax` is part of `total`; lines are sorted by line number.

    `ship_country` may be known where the address is not, "" where neither is.
    """

    id: str
    customer: str | None
    placed_at: datetime
    status: OrderStatus
    financial_status: FinancialStatus
    subtotal: Money
    shipping: Money
    tax: Money
    discount: Money
    total: Money
    location: str | None
    cancelled_at: datetime | None
    version: int
    lines: tuple[OrderLine, ...]
    ship_to: PostalAddress | None = None
    cancel_cause: str = ""
    items_changed_at: datetime | None = None
    replaces: str | None = None
    ship_country: str = ""

    @property
    def has_shipped(self) -> bool:
        """Whether any piece has left the store."""
        return any(line.fulfilled > 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money in (sale) or back to the customer (refund); the amount is always positive."""

    id: str
    order: str
    kind: PaymentKind
    method: str
    amount: Money
    at: datetime
    action_id: str | None
    method_id: str | None = None

    @property
    def source(self) -> str:
        """What tells one payment method of an order from another: its id, else its words."""
        return self.method_id or self.method


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel of an order."""

    id: str
    order: str
    carrier: str
    tracking: str
    status: ShipmentStatus
    shipped_on: date
    promised_on: date
    delivered_on: date | None


@dataclass(frozen=True, slots=True)
class Return:
    """An RMA: pieces of an order line that the customer sends back."""

    id: str
    order: str
    line_no: int
    quantity: int
    reason: str
    status: ReturnStatus
    requested_on: date
    received_on: date | None
    method_id: str | None = None
    inspection: str = ""
    closed_on: date | None = None
    action_id: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class OrderNote:
    """A note on an order."""

    id: int
    order: str
    at: datetime
    author: str
    text: str
    action_id: str | None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A customer's message."""

    id: str
    customer: str | None
    order: str | None
    opened_at: datetime
    status: TicketStatus
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class SupplierNote:
    """A supplier's message."""

    id: str
    supplier: str
    received_on: date
    subject: str
    body: str
