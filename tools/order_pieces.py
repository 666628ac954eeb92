"""Products of an order and payment methods as people name them, turned into lines and ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shop.errors import ToolInputError
from shop.model import Order
from shop.service_actions import OrderPieces, SwappedPieces
from shop.service_model import PaymentMethod
from shop.store.database import Snapshot
from shop.store.reads import catalogue
from shop.store.reads.payment_methods import payment_methods
from tools import lookups
from tools.arguments import OrderedLine, Pieces, Sku, ToolArguments


@dataclass(frozen=True, slots=True)
class Free:
    """How many pieces of each line can be meant, which these are, and what to do where there are none."""

    pieces: Mapping[int, int]
    are: str
    instead: str


class ExchangedLine(ToolArguments):
    """Pieces of one SKU of an order, and the variant that takes their place."""

    sku: Sku
    quantity: Pieces = 1
    new_sku: Sku


def sku_on(snapshot: Snapshot, order: Order, text: str) -> str:
    """The SKU of the order that a text means; raises ToolInputError with those that are on it."""
    ordered = sorted({line.sku for line in order.lines})
    titled = {line.title.casefold(): line.sku for line in order.lines}
    holding = {sku for title, sku in titled.items() if text.casefold() in title}
    if text in ordered:
        return text
    sku = holding.pop() if len(holding) == 1 else lookups.product(snapshot, text).sku
    if sku not in ordered:
        raise ToolInputError(f"{sku} is not on order #{order.id}; on it are {', '.join(ordered)}")
    return sku


def pieces_of(
    snapshot: Snapshot, order: Order, items: list[OrderedLine] | None, free: Free
) -> tuple[OrderPieces, ...]:
    """The lines of some products, with so many pieces of each; without `items`, all that is free.

    Raises ToolInputError if fewer are free.
    """
    if not items:
        return _all_of(order, free)
    left, taken = dict(free.pieces), dict[int, int]()
    for item in items:
        sku = sku_on(snapshot, order, item.sku)
        for line, pieces in _spread(order, sku, item.quantity, left, free):
            taken[line] = taken.get(line, 0) + pieces
    return tuple(OrderPieces(line=line, quantity=pieces) for line, pieces in sorted(taken.items()))


def swaps_of(
    snapshot: Snapshot, order: Order, items: list[ExchangedLine], free: Free
) -> tuple[SwappedPieces, ...]:
    """The lines of some products, each with the variant that is wanted instead."""
    left, swaps = dict(free.pieces), list[SwappedPieces]()
    for item in items:
        sku = sku_on(snapshot, order, item.sku)
        new = _variant(snapshot, sku, item.new_sku)
        for line, pieces in _spread(order, sku, item.quantity, left, free):
            swaps.append(SwappedPieces(line=line, quantity=pieces, new_sku=new))
    return tuple(swaps)


def method_meant(snapshot: Snapshot, customer: str | None, text: str | None) -> str | None:
    """The id of the customer's payment method that a text means; None for no text.

    A gift card may be called "gift card", a card by its last four digits. Raises ToolInputError with the
    customer's methods when none or several fit.
    """
    if text is None or text.casefold() in {"original", "original payment"}:
        return None
    known = [] if customer is None else payment_methods(snapshot, customer)
    wanted = text.casefold()
    found = [one for one in known if wanted == one.id.casefold()] or [
        one for one in known if wanted in one.words.casefold() or one.words.casefold() in wanted
    ]
    if len(found) != 1:
        raise ToolInputError(_which_method(text, known, several=bool(found)))
    return found[0].id


def counted(number: int) -> str:
    """So many pieces, in words.

    >>> counted(1), counted(2)
    ('1 piece', '2 pieces')
    """
    return f"{number} piece" if number == 1 else f"{number} pieces"


def _which_method(text: str, known: list[PaymentMethod], *, several: bool) -> str:
    if not known:
        return "the customer has no payment method on file; leave it out: money then goes back as it was paid"
    listed = "; ".join(f"{one.id} ({one.words})" for one in known)
    if several:
        return f"{text!r} fits several payment methods of the customer: name one of {listed}"
    return f"{text!r} is no payment method of the customer: name one of {listed}"


def _all_of(order: Order, free: Free) -> tuple[OrderPieces, ...]:
    found = tuple(
        OrderPieces(line=line, quantity=pieces) for line, pieces in free.pieces.items() if pieces > 0
    )
    if not found:
        raise ToolInputError(f"nothing of order #{order.id} {free.are}: {_instead(order, free)}")
    return found


def _instead(order: Order, free: Free) -> str:
    return "it is cancelled, so open a new order" if order.status == "cancelled" else free.instead


def _spread(order: Order, sku: str, quantity: int, left: dict[int, int], free: Free) -> list[tuple[int, int]]:
    open_pieces, found = quantity, list[tuple[int, int]]()
    for line in (one for one in order.lines if one.sku == sku):
        pieces = min(open_pieces, left[line.line_no])
        if pieces > 0:
            left[line.line_no] -= pieces
            open_pieces -= pieces
            found.append((line.line_no, pieces))
    had = quantity - open_pieces
    if not had:
        raise ToolInputError(f"no piece of {sku} on order #{order.id} {free.are}: {_instead(order, free)}")
    if open_pieces:
        raise ToolInputError(
            f"of {sku} on order #{order.id}, {counted(had)} {free.are}, not {quantity}: ask for at most {had}"
        )
    return found


def _variant(snapshot: Snapshot, sku: str, text: str) -> str:
    """A variant of the same product by SKU, title or options ("green"); else whatever the text names."""
    product = catalogue.product(snapshot, sku)
    group = None if product is None else product.product_group
    others = [] if group is None else catalogue.variants(snapshot, group)
    wanted = text.casefold()
    exact = [one.sku for one in others if wanted in {one.sku.casefold(), one.title.casefold()}]
    fits = exact or [
        one.sku
        for one in others
        if one.sku != sku and all(word in one.title.casefold() for word in wanted.split())
    ]
    return fits[0] if len(fits) == 1 else lookups.product(snapshot, text).sku
