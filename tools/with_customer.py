"""What tools may look at in a conversation with a customer: their own records, and what anybody may know.

An operator's conversation may look at everything. Once a door has opened one with a customer, nobody else's
record can be reached from it, whatever the model asks: a record of somebody else, one that does not exist and
a name that fits several are answered with the same words, so nothing can be found out by trying.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from policies.service_facts import FOR_CUSTOMERS
from shop.errors import AmbiguousError, NotFoundError, ToolInputError
from shop.store.database import Snapshot
from shop.store.reads import orders
from tools import lookups
from tools.ledger.talks import Talk, talk
from tools.tool import Shop, Tool

OF_THE_CUSTOMER: Final = frozenset(
    {"find_customer", "find_orders", "get_order", "track_shipment", "quote_refund"}
)
"""Reads that are about one customer or one order."""

OF_ANYBODY: Final = frozenset({"check_stock", "search_guides"})
"""Reads that are about nobody; of the guides only what a customer may be told."""

UNKNOWN: Final = "nobody is identified in this conversation yet: identify the customer first, then ask again"
NOT_THEIRS: Final = "the customer of this conversation has no such record: ask for one of theirs"


def arguments_for(shop: Shop, tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with which a tool may run here; those given, unless a customer is on the other side.

    Raises ToolInputError for a tool that is not for customers' conversations, before the customer is
    identified, and for a record that is not theirs.
    """
    with shop.db.reading() as snapshot:
        spoken = talk(snapshot, shop.session.conversation)
        if spoken is None:
            return dict(given)
        if tool.name in OF_ANYBODY:
            return {**given, "audience": "customer"} if "audience" in given else dict(given)
        if tool.name not in OF_THE_CUSTOMER and tool.kind not in FOR_CUSTOMERS:
            raise ToolInputError(
                f"{tool.name} is not for a conversation with a customer; open one of your own"
            )
        return _own(snapshot, spoken, given)


def _own(snapshot: Snapshot, spoken: Talk, given: Mapping[str, Any]) -> dict[str, Any]:
    if spoken.customer is None:
        raise ToolInputError(UNKNOWN)
    named = {name: given[name] for name in _OWNER_OF if given.get(name) is not None}
    for name, value in named.items():
        if _owner(snapshot, name, str(value)) != spoken.customer:
            raise ToolInputError(NOT_THEIRS)
    return {**given, "customer": spoken.customer} if "customer" in given else dict(given)


def _owner(snapshot: Snapshot, name: str, text: str) -> str | None:
    try:
        return _OWNER_OF[name](snapshot, text)
    except (NotFoundError, AmbiguousError):
        return None


def _owner_of_order(snapshot: Snapshot, text: str) -> str | None:
    tracked = orders.orders_by_tracking(snapshot, lookups.clean(text))
    return lookups.order(snapshot, tracked[0] if len(tracked) == 1 else text).customer


def _owner_of_return(snapshot: Snapshot, text: str) -> str | None:
    rma = orders.rma(snapshot, text.upper())
    order = None if rma is None else orders.order(snapshot, rma.order)
    return None if order is None else order.customer


_OWNER_OF: Final[Mapping[str, Callable[[Snapshot, str], str | None]]] = {
    "order": _owner_of_order,
    "rma": _owner_of_return,
    "customer": lambda snapshot, text: lookups.customer(snapshot, text).id,
}
