"""The verbs: one frozen, typed class for each way in which Shophand may change the world.

An action is what a person approves and what is executed, byte for byte: its digest is SHA-256 over
canonical JSON (RFC 8785) of the tenant, the kind and the arguments. To add one: write the class here,
its facts in ``policies/vocabulary.py`` and ``tools/facts/``, its rules in ``policies/*.yaml`` and its
effect in ``shop/store/effects.py``; start-up refuses an action that lacks any of them. What all actions
have in common stands in ``shop/action.py``.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Final, Self

import rfc8785
from pydantic import Field, ValidationError, model_validator

from shop.action import (
    MAX_PIECES,
    Action,
    Commented,
    Identifier,
    Part,
    Pieces,
    Reasoned,
    Undo,
    above_zero,
    canonical,
    digest_of,
    each_once,
)
from shop.canonical import canonical_bytes
from shop.errors import InvalidActionError
from shop.money import Money
from shop.price_actions import ChangePrices, PriceLine
from shop.service_actions import (
    SERVICE_ACTIONS,
    AddOrderNote,
    CancelOrder,
    CancelReturn,
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    CompleteExchange,
    DraftReply,
    GiveCredit,
    InspectReturn,
    ReceiveReturn,
    RefundOrder,
    RequestExchange,
    RequestReturn,
    ReshipOrder,
)
from shop.signal_actions import AddDemandSignal, AddSupplySignal, RemoveSignal

__all__ = [
    "KINDS",
    "MAX_PIECES",
    "Action",
    "AddDemandSignal",
    "AddOrderNote",
    "AddSupplySignal",
    "AdjustReason",
    "AdjustStock",
    "CancelOrder",
    "CancelPurchaseOrder",
    "CancelReturn",
    "ChangeCustomerAddress",
    "ChangeOrderAddress",
    "ChangeOrderItems",
    "ChangeOrderPayment",
    "ChangePrice",
    "ChangePrices",
    "CompleteExchange",
    "DraftReply",
    "GiveCredit",
    "InspectReturn",
    "PlacePurchaseOrder",
    "PriceLine",
    "PurchaseLine",
    "ReceivePurchaseOrder",
    "ReceiveReturn",
    "ReceivedLine",
    "RefundOrder",
    "RemoveSignal",
    "RequestExchange",
    "RequestReturn",
    "ReshipOrder",
    "TransferStock",
    "Undo",
    "canonical",
    "digest_of",
    "in_words",
    "parse_action",
]


MAX_PURCHASE_LINES: Final = 5_000


class PurchaseLine(Part):
    """So many pieces of one SKU at one unit cost."""

    sku: Identifier
    quantity: Pieces
    unit_cost: Money


class ReceivedLine(Part):
    """So many pieces of one SKU, as counted at the door."""

    sku: Identifier
    quantity: Pieces


_TWICE: Final = "a SKU stands in two lines; put it in one"
PurchaseLines = Annotated[
    tuple[PurchaseLine, ...],
    Field(min_length=1, max_length=MAX_PURCHASE_LINES),
    each_once(attrgetter("sku"), _TWICE),
]
ReceivedLines = Annotated[
    tuple[ReceivedLine, ...],
    Field(min_length=1, max_length=MAX_PURCHASE_LINES),
    each_once(attrgetter("sku"), _TWICE),
]


class AdjustReason(StrEnum):
    """Why a stock figure is corrected."""

    COUNT = "count"
    DAMAGE = "damage"
    LOSS = "loss"
    FOUND = "found"
    EXPIRED = "expired"


class AdjustStock(Commented):
    """Correct the stock on hand of a SKU at a location by a number of pieces."""

    kind: ClassVar[str] = "adjust_stock"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "adjust the stock back"

    sku: Identifier
    location: Identifier
    change: Annotated[int, Field(ge=-MAX_PIECES, le=MAX_PIECES)]
    reason: AdjustReason

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.change == 0:
            raise ValueError("change must not be 0")
        return self


class TransferStock(Action):
    """Move pieces of a SKU from one location to another."""

    kind: ClassVar[str] = "transfer_stock"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "transfer the pieces back"

    sku: Identifier
    from_location: Identifier
    to_location: Identifier
    quantity: Pieces

    @model_validator(mode="after")
    def _moves_somewhere(self) -> Self:
        if self.from_location == self.to_location:
            raise ValueError("from_location and to_location must differ")
        return self


class PlacePurchaseOrder(Action):
    """Order goods from a supplier for a location, at the unit costs of the supplier's terms."""

    kind: ClassVar[str] = "place_purchase_order"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "cancel the purchase order while nothing has been received"

    supplier: Identifier
    location: Identifier
    lines: PurchaseLines
    expected_on: date

    @model_validator(mode="after")
    def _has_one_price_list(self) -> Self:
        if len({line.unit_cost.currency for line in self.lines}) > 1:
            raise ValueError("the lines mix currencies")
        if any(line.unit_cost.minor <= 0 for line in self.lines):
            raise ValueError("a unit cost must be over zero")
        return self

    @property
    def total(self) -> Money:
        """The value of all lines, in the supplier's currency."""
        return Money.total(
            (line.unit_cost * line.quantity for line in self.lines), self.lines[0].unit_cost.currency
        )


class CancelPurchaseOrder(Reasoned):
    """Cancel what has not arrived of a purchase order."""

    kind: ClassVar[str] = "cancel_purchase_order"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "place the purchase order again"

    purchase_order: Identifier


class ReceivePurchaseOrder(Action):
    """Book goods of a purchase order into stock as they were counted."""

    kind: ClassVar[str] = "receive_purchase_order"
    undo: ClassVar[Undo] = Undo.COMPENSABLE
    undo_by: ClassVar[str] = "adjust the stock back"

    purchase_order: Identifier
    lines: ReceivedLines


class ChangePrice(Reasoned):
    """Set the selling price of a SKU."""

    kind: ClassVar[str] = "change_price"
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    undo_by: ClassVar[str] = "change the price back"

    sku: Identifier
    price: Annotated[Money, above_zero("a price")]


_ALL: Final[tuple[type[Action], ...]] = (
    AdjustStock,
    TransferStock,
    PlacePurchaseOrder,
    CancelPurchaseOrder,
    ReceivePurchaseOrder,
    ChangePrice,
    ChangePrices,
    *SERVICE_ACTIONS,
    AddDemandSignal,
    AddSupplySignal,
    RemoveSignal,
)
KINDS: Final = {action.kind: action for action in _ALL}
"""Every kind of write there is; an action outside this table cannot be submitted."""


def parse_action(kind: str, args: dict[str, Any]) -> Action:
    """The action of a kind from JSON values; raises InvalidActionError in words.

    >>> parse_action("add_order_note", {"order": "1042", "note": "call back"}).digest("main")[:8]
    '09336857'
    """
    if kind not in KINDS:
        raise InvalidActionError(f"unknown action {kind!r}; known are {', '.join(sorted(KINDS))}")
    try:
        return KINDS[kind].model_validate_json(canonical_bytes(args))
    except ValidationError as error:
        raise InvalidActionError(f"{kind}: {in_words(error)}") from error
    except rfc8785.CanonicalizationError as error:
        raise InvalidActionError(f"{kind}: {error}") from error


def in_words(error: ValidationError) -> str:
    """What pydantic found wrong, one clause for each fault, with the place and without the input."""
    clauses = []
    for fault in error.errors(include_url=False, include_input=False):
        place = ".".join(str(step) for step in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        clauses.append(f"{place}: {message}" if place else message)
    return "; ".join(clauses)
