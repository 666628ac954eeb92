"""What may be done for customers, as actions: money back, returns, exchanges, changes of a pending order.

Lines of an order are named by their number, payment methods by their id; a new SKU must be a variant of the
same product. No price is taken from an argument: what is charged or paid back is worked out from the books
when the action is judged and again when it is carried out (``shop/service.py``). The difference of a swap
stands in the action too: a customer's yes and an approval are to that amount, and stale at another one.
"""

from __future__ import annotations

from enum import StrEnum
from operator import attrgetter
from typing import Annotated, ClassVar, Final, Self

from pydantic import Field, StringConstraints, model_validator

from shop.action import (
    MAX_PIECES,
    Action,
    Commented,
    Identifier,
    Part,
    Pieces,
    Reasoned,
    Undo,
    Words,
    above_zero,
    each_once,
)
from shop.money import Money

MAX_LINES: Final = 200

LineNumber = Annotated[int, Field(ge=1, le=100_000)]
AddressPart = Annotated[str, StringConstraints(min_length=1, max_length=120)]
MaybePart = Annotated[str, StringConstraints(max_length=120)]

ADDRESS: Final = ("street", "street2", "city", "region", "postcode", "country")
"""The parts of a postal address; each is personal data, so each can be erased."""


class OrderPieces(Part):
    """So many pieces of one line of an order."""

    line: LineNumber
    quantity: Pieces


class RefundedPart(Part):
    """What of a refund is for one line: money for so many whole pieces, or (0) for a part of their price."""

    line: LineNumber
    quantity: Annotated[int, Field(ge=0, le=MAX_PIECES)]
    amount: Annotated[Money, above_zero("the refund of a line")]


class SwappedPieces(Part):
    """So many pieces of one line, and the variant of the same product that replaces them."""

    line: LineNumber
    quantity: Pieces
    new_sku: Identifier


_TWICE: Final = "a line stands there twice; put its pieces together"
OrderedLines = Annotated[
    tuple[OrderPieces, ...],
    Field(min_length=1, max_length=MAX_LINES),
    each_once(attrgetter("line"), _TWICE),
]
RefundedLines = Annotated[
    tuple[RefundedPart, ...], Field(max_length=MAX_LINES), each_once(attrgetter("line"), _TWICE)
]
SwappedLines = Annotated[
    tuple[SwappedPieces, ...],
    Field(min_length=1, max_length=MAX_LINES),
    each_once(attrgetter("line", "new_sku"), _TWICE),
]


class CancelCause(StrEnum):
    """Why an order is cancelled; a customer may give the first two."""

    NO_LONGER_NEEDED = "no_longer_needed"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"
    OUT_OF_STOCK = "out_of_stock"
    SUSPECTED_FRAUD = "suspected_fraud"


class InspectionResult(StrEnum):
    """What becomes of returned pieces."""

    RESTOCK = "restock"
    WRITE_OFF = "write_off"


class ReshipReason(StrEnum):
    """Why goods are sent again."""

    LOST = "lost"
    DAMAGED = "damaged"


class OfOrder(Action):
    """An action on one order of a customer."""

    order: Identifier


class OfReturn(Action):
    """An action on one RMA."""

    rma: Identifier


class ItemSwap(OfOrder):
    """Other variants of the same products for pieces of an order.

    The price difference goes to or comes from `method`, else the one that paid for the order. `difference` is
    what it was when it was asked for: over zero the customer pays, below zero they get it back.
    """

    left_out_unset: ClassVar[tuple[str, ...]] = ("difference",)

    lines: SwappedLines
    method: Identifier | None = None
    difference: Money | None = None


class NewAddress(Action):
    """Another postal address, whole."""

    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "change the address again; the one before is not kept"
    free_text: ClassVar[tuple[str, ...]] = ADDRESS

    street: AddressPart
    street2: MaybePart = ""
    city: AddressPart
    region: MaybePart = ""
    postcode: AddressPart
    country: AddressPart


class RefundOrder(Reasoned, OfOrder):
    """Pay money of an order back to the customer: as it was paid, or to one payment method of theirs.

    `to` is the order's own payment method, or a gift card of the customer. `lines` and `shipping` say what
    the amount is for, and add up to it; without both it is for no goods in particular.
    """

    kind: ClassVar[str] = "refund_order"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: money paid out cannot be called back"
    left_out_unset: ClassVar[tuple[str, ...]] = ("to", "lines", "shipping")

    amount: Annotated[Money, above_zero("a refund")]
    to: Identifier | None = None
    lines: RefundedLines | None = None
    shipping: Annotated[Money, above_zero("the refund of the shipping")] | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        named = [*(part.amount for part in self.lines or ()), *([self.shipping] if self.shipping else [])]
        if named and Money.total(named, self.amount.currency) != self.amount:
            raise ValueError("the parts of a refund add up to its amount")
        return self


class CancelOrder(Reasoned, OfOrder):
    """Cancel a customer's order that has not been shipped, and pay back what was paid, method by method."""

    kind: ClassVar[str] = "cancel_order"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: the customer is told and the money goes back"
    left_out_unset: ClassVar[tuple[str, ...]] = ("cause",)

    cause: CancelCause | None = None


class AddOrderNote(OfOrder):
    """Add an internal note to a customer's order."""

    kind: ClassVar[str] = "add_order_note"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "add a correcting note"
    free_text: ClassVar[tuple[str, ...]] = ("note",)

    note: Words


class RequestReturn(Reasoned, OfOrder):
    """Open an RMA for pieces of a delivered order; the money follows when they are back.

    `to` says where the money is to go: the order's payment method or a gift card; empty is as it was paid.
    """

    kind: ClassVar[str] = "request_return"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "cancel the return while nothing has come back"

    lines: OrderedLines
    to: Identifier | None = None


class CancelReturn(Reasoned, OfReturn):
    """Close an RMA of which nothing has come back, and the exchange that it belongs to."""

    kind: ClassVar[str] = "cancel_return"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: ask the customer and open a new return"


class ReceiveReturn(OfReturn):
    """Book the pieces of an RMA in as they came back; they cannot be sold until they are inspected."""

    kind: ClassVar[str] = "receive_return"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "inspect the return and write the pieces off"


class InspectReturn(Commented, OfReturn):
    """Say what becomes of returned pieces: back into stock, or written off."""

    kind: ClassVar[str] = "inspect_return"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: count the shelf and adjust the stock"

    result: InspectionResult


class RequestExchange(Reasoned, ItemSwap):
    """Agree to an exchange of delivered pieces for another variant of the same product.

    Opens an RMA and holds the new variant back; the price difference goes to or comes from `method` when the
    exchange is completed. No money moves before.
    """

    kind: ClassVar[str] = "request_exchange"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "cancel its return while nothing has come back"


class CompleteExchange(Action):
    """Send the new variant of an exchange whose old pieces are back, and settle the price difference."""

    kind: ClassVar[str] = "complete_exchange"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: the goods are on their way and the difference is settled"

    exchange: Identifier


class ChangeOrderItems(ItemSwap):
    """Change variants in a pending order, once; the difference is charged or paid back at once."""

    kind: ClassVar[str] = "change_order_items"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: the items of an order change only once"


class ChangeOrderPayment(OfOrder):
    """Let another payment method of the customer pay for a pending order; the first one is paid back."""

    kind: ClassVar[str] = "change_order_payment"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: the payment of an order changes only once"

    method: Identifier


class ChangeOrderAddress(NewAddress, OfOrder):
    """Send a pending order to another address."""

    kind: ClassVar[str] = "change_order_address"


class ChangeCustomerAddress(NewAddress):
    """Change the address of a customer; orders that are under way keep theirs."""

    kind: ClassVar[str] = "change_customer_address"

    customer: Identifier


class ReshipOrder(Commented, OfOrder):
    """Send pieces of an order again that were lost or arrived damaged, as a replacement at no charge."""

    kind: ClassVar[str] = "reship_order"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "cancel the replacement while it has not been shipped"

    lines: OrderedLines
    reason: ReshipReason


class GiveCredit(Reasoned):
    """Give a customer goodwill credit on a gift card of theirs, or on a new one."""

    kind: ClassVar[str] = "give_credit"
    undo: ClassVar[Undo] = Undo.FINAL
    undo_by: ClassVar[str] = "nothing: credit may be spent at once"

    customer: Identifier
    amount: Annotated[Money, above_zero("a credit")]
    order: Identifier | None = None


class DraftReply(Action):
    """Write the draft of a reply to a ticket; a person sends it."""

    kind: ClassVar[str] = "draft_reply"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "write another draft"
    free_text: ClassVar[tuple[str, ...]] = ("text",)

    ticket: Identifier
    text: Words


SERVICE_ACTIONS: Final[tuple[type[Action], ...]] = (
    RefundOrder,
    CancelOrder,
    AddOrderNote,
    RequestReturn,
    CancelReturn,
    ReceiveReturn,
    InspectReturn,
    RequestExchange,
    CompleteExchange,
    ChangeOrderItems,
    ChangeOrderPayment,
    ChangeOrderAddress,
    ChangeCustomerAddress,
    ReshipOrder,
    GiveCredit,
    DraftReply,
)
