"""Other variants for pieces of an order: what may be swapped, and what it costs or pays back.

Used for the items of a pending order and for the exchange of delivered ones. The difference of a line is the
new variant's price less the price that was paid for a piece, times the pieces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.model import Order, OrderLine, Product, Return
from shop.money import Money
from shop.service_actions import SwappedPieces
from shop.service_model import PaymentMethod


@dataclass(frozen=True, slots=True)
class Swap:
    """Pieces of a line and the variant that takes their place."""

    line: OrderLine
    quantity: int
    new: Product

    @property
    def difference(self) -> Money:
        """What the customer pays more (over zero) or gets back (below zero)."""
        return (self.new.price - self.line.unit_price) * self.quantity


@dataclass(frozen=True, slots=True)
class SwapQuote:
    """Whether a swap may be, test by test, and the difference over all lines.

    `swaps` holds the lines that exist and whose new SKU is known; `difference` adds these up.
    """

    swaps: tuple[Swap, ...]
    difference: Money
    on_order: bool
    same_product: bool
    different: bool
    available: bool

    @property
    def is_possible(self) -> bool:
        """Whether nothing stands against it."""
        return self.on_order and self.same_product and self.different and self.available

    @property
    def fault(self) -> str:
        """What stands against it, in words; empty if nothing does."""
        if not self.on_order:
            return "the order has no such pieces to swap; ask for fewer"
        if not self.same_product:
            return "the new item is no variant of the same product; choose one that is"
        if not self.different:
            return "the new item is the one that was ordered; name another variant"
        return "" if self.available else "the new variant is not available; choose another one"


def quote_swaps(
    order: Order,
    wanted: Sequence[SwappedPieces],
    free: Mapping[int, int],
    products: Mapping[str, Product],
    available: Mapping[str, int],
) -> SwapQuote:
    """The swap of some lines of an order.

    `free` is how many pieces of each line may be swapped, `products` are the old and new SKUs by name,
    `available` the pieces of each new SKU that can be promised.
    """
    lines = {line.line_no: line for line in order.lines}
    taken = Counter[int]()
    needed = Counter[str]()
    for one in wanted:
        taken[one.line] += one.quantity
        needed[one.new_sku] += one.quantity
    swaps = tuple(
        Swap(lines[one.line], one.quantity, products[one.new_sku])
        for one in wanted
        if one.line in lines and one.new_sku in products
    )
    return SwapQuote(
        swaps=swaps,
        difference=Money.total((one.difference for one in _in_currency(swaps, order)), order.total.currency),
        on_order=bool(wanted) and all(pieces <= free.get(line, 0) for line, pieces in taken.items()),
        same_product=len(swaps) == len(wanted)
        and len(_in_currency(swaps, order)) == len(swaps)
        and all(_same_product(products.get(one.line.sku), one.new) for one in swaps),
        different=all(one.line.sku != one.new.sku for one in swaps),
        available=all(pieces <= available.get(sku, 0) for sku, pieces in needed.items()),
    )


def unshipped(order: Order) -> dict[int, int]:
    """Pieces of each line that have not left, by line number."""
    return {line.line_no: line.quantity - line.fulfilled for line in order.lines}


def returnable(order: Order, returns: Sequence[Return]) -> dict[int, int]:
    """Pieces of each line that were sent and are neither back nor on an RMA, by line number."""
    asked = Counter[int]()
    for one in returns:
        if one.status != "cancelled":
            asked[one.line_no] += one.quantity
    return {
        line.line_no: max(line.fulfilled - max(asked[line.line_no], line.returned), 0) for line in order.lines
    }


def can_pay(method: PaymentMethod | None, customer: str | None, charge: Money) -> bool:
    """Whether a payment method is the customer's own and, if a gift card, holds what is charged to it."""
    if method is None or customer is None or method.customer != customer:
        return False
    if method.kind != "gift_card" or charge.minor <= 0:
        return True
    balance = method.balance
    return balance is not None and balance.currency == charge.currency and balance >= charge


def _in_currency(swaps: Sequence[Swap], order: Order) -> list[Swap]:
    return [one for one in swaps if one.new.price.currency == order.total.currency]


def _same_product(old: Product | None, new: Product) -> bool:
    if old is None or new.status != "active" or old.product_group is None:
        return False
    return old.product_group == new.product_group
