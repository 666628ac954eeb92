"""Tools that change a pending order or a customer, and that give credit."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict, Unpack

from pydantic import Field

from shop.actions import (
    ChangeCustomerAddress,
    ChangeOrderAddress,
    ChangeOrderItems,
    ChangeOrderPayment,
    GiveCredit,
)
from shop.errors import ToolInputError
from shop.service_actions import ADDRESS
from shop.store.reads import info
from shop.store.reads.swap_quotes import swap_quote
from shop.swaps import unshipped
from tools import lookups
from tools.answers import WriteAnswer
from tools.arguments import (
    NO_REASON,
    AmountText,
    CustomerName,
    OrderId,
    Reason,
    Words,
    parse_amount,
)
from tools.order_pieces import Free, method_meant, swaps_of
from tools.returns import Exchanged, Method
from tools.tool import Shop, submit


class Address(TypedDict):
    """A whole postal address, as arguments of a tool."""

    street: Annotated[Words, Field(max_length=120, description="street and number")]
    city: Annotated[Words, Field(max_length=120, description="city")]
    postcode: Annotated[Words, Field(max_length=120, description="postcode")]
    country: Annotated[Words, Field(max_length=120, description="country, in full")]
    street2: NotRequired[Annotated[Words | None, Field(max_length=120, description="flat, building: if any")]]
    region: NotRequired[Annotated[Words | None, Field(max_length=120, description="county or state: if any")]]


def change_order_items(
    shop: Shop, order: OrderId, items: Exchanged, method: Method | None = None
) -> WriteAnswer:
    """Ask to change variants in a pending order: once, so name all of them.

    The price difference is charged or paid back at once.
    """
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        free = Free(
            unshipped(found), "can change", "it was sent already; exchange it once it has been delivered"
        )
        lines = swaps_of(snapshot, found, items, free)
        difference = swap_quote(snapshot, found, lines, free.pieces).difference
        paying = method_meant(snapshot, found.customer, method)
    wanted = ", ".join(f"{line.quantity} of line {line.line} to {line.new_sku}" for line in lines)
    request = f"change items of order #{found.id}: {wanted}, difference {difference}"
    return submit(
        shop, ChangeOrderItems, request, order=found.id, lines=lines, method=paying, difference=difference
    )


def change_order_payment(shop: Shop, order: OrderId, method: Method) -> WriteAnswer:
    """Ask to let another payment method of the customer pay for a pending order; the first is paid back."""
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
        paying = method_meant(snapshot, found.customer, method)
    if paying is None:
        raise ToolInputError("name the payment method that is to pay instead")
    request = f"pay order #{found.id} by {paying}"
    return submit(shop, ChangeOrderPayment, request, order=found.id, method=paying)


def change_order_address(shop: Shop, order: OrderId, **address: Unpack[Address]) -> WriteAnswer:
    """Ask to send a pending order to another address; the whole address is needed."""
    with shop.db.reading() as snapshot:
        found = lookups.order(snapshot, order)
    request = f"send order #{found.id} to another address in {address['city']}"
    return submit(shop, ChangeOrderAddress, request, order=found.id, **_parts(address))


def change_customer_address(shop: Shop, customer: CustomerName, **address: Unpack[Address]) -> WriteAnswer:
    """Ask to change the address of a customer; orders that are under way keep theirs."""
    with shop.db.reading() as snapshot:
        who = lookups.customer(snapshot, customer)
    request = f"another address in {address['city']} for customer {who.id}"
    return submit(shop, ChangeCustomerAddress, request, customer=who.id, **_parts(address))


def give_credit(
    shop: Shop,
    customer: CustomerName,
    amount: AmountText,
    order: OrderId | None = None,
    reason: Reason = NO_REASON,
) -> WriteAnswer:
    """Ask to give a customer goodwill credit on a gift card of theirs."""
    with shop.db.reading() as snapshot:
        who = lookups.customer(snapshot, customer)
        about = None if order is None else lookups.order(snapshot, order).id
        money = parse_amount(amount, info.store_info(snapshot).home_currency)
    request = f"give customer {who.id} {money} credit"
    return submit(shop, GiveCredit, request, customer=who.id, amount=money, order=about, reason=reason)


def _parts(address: Address) -> dict[str, str]:
    """The parts of an address for an action; what was not said of it is empty."""
    return {name: str(address.get(name) or "") for name in ADDRESS}
