"""What the tools for customers and orders answer."""

from datetime import date, datetime

from tools.answers import Amount, Answer, ListAnswer, Record, Untrusted


class CustomerAnswer(Answer):
    """A customer, masked: enough to recognise somebody, not enough to reach them."""

    id: str
    name: str
    email: str
    phone: str
    city: str
    country: str
    customer_since: date | None
    orders: int
    latest_orders: tuple[str, ...]
    tickets: tuple[str, ...]
    messages: tuple[Untrusted, ...] = ()


class OrderRecord(Record):
    """An order in one line."""

    id: str
    customer: str | None
    placed_at: datetime
    status: str
    financial_status: str
    total: Amount
    pieces: int


class OrdersAnswer(ListAnswer):
    """Orders, the newest first."""

    items: tuple[OrderRecord, ...]


class OrderLineRecord(Record):
    """A line of an order, in pieces."""

    line: int
    sku: str
    title: str
    quantity: int
    fulfilled: int
    returned: int
    unit_price: Amount


class PaymentRecord(Record):
    """Money in (sale) or back (refund)."""

    kind: str
    method: str
    amount: Amount
    at: datetime


class ParcelRecord(Record):
    """A parcel; `days_late` counts to its delivery, or to today while it has not arrived."""

    carrier: str
    tracking: str
    status: str
    shipped_on: date
    promised_on: date
    delivered_on: date | None
    days_late: int


class ReturnRecord(Record):
    """An RMA: pieces of a line that come back."""

    id: str
    line: int
    quantity: int
    status: str
    requested_on: date


class OrderAnswer(Answer):
    """An order with its lines, money, parcels and returns."""

    id: str
    customer: str | None
    customer_name: str
    placed_at: datetime
    status: str
    financial_status: str
    shipping: Amount
    discount: Amount
    total: Amount
    paid: Amount
    refunded: Amount
    refundable: Amount
    lines: tuple[OrderLineRecord, ...]
    more_lines: int
    payments: tuple[PaymentRecord, ...]
    shipments: tuple[ParcelRecord, ...]
    returns: tuple[ReturnRecord, ...]
    tickets: tuple[str, ...]
    notes: int
    messages: tuple[Untrusted, ...] = ()


class ShipmentAnswer(Answer):
    """The parcels of an order."""

    order: str
    status: str
    shipments: tuple[ParcelRecord, ...]
    note: str
