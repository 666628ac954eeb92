"""The store behind the linking: names from an index that is kept while the catalogue stands, ids one by one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agent.offline.names import StoreNames
from shop.errors import AmbiguousError, NotFoundError, ToolInputError
from shop.store.reads import catalogue, customers, orders, purchasing
from tools import lookups

if TYPE_CHECKING:
    from shop.store.database import Database, Snapshot

_FRESH_SECONDS: Final = 30.0
"""An index this old is built again: a long conversation sees new products soon enough."""

_NAMESAKES: Final = 20
"""So many customers whose names begin alike are looked at."""
_STORES: Final = 2
"""So many stores are talked of at a time; the names of others would only hold memory."""

_built: dict[tuple[str, str], tuple[float, StoreNames]] = {}


def names_of(db: Database, snapshot: Snapshot) -> StoreNames:
    """The names of a store, from the last half minute."""
    key = (db.url, db.tenant)
    moment, names = _built.get(key, (0.0, None))
    if names is None or time.monotonic() - moment > _FRESH_SECONDS:
        names = StoreNames(
            catalogue.titles(snapshot),
            {one.id: one.name for one in catalogue.locations(snapshot)},
            {one.id: one.name for one in purchasing.suppliers(snapshot)},
            catalogue.categories(snapshot),
        )
        _built.pop(key, None)
        while len(_built) >= _STORES:
            _built.pop(next(iter(_built)))
        _built[key] = (time.monotonic(), names)
    return names


@dataclass(frozen=True, slots=True)
class StoreRecords:
    """Implements `agent.offline.mentions.Records` over one snapshot."""

    names: StoreNames
    snapshot: Snapshot

    def is_order(self, number: str) -> bool:
        """Whether a customer's order has this number, as the tools look it up."""
        try:
            lookups.order(self.snapshot, number)
        except (NotFoundError, ToolInputError):
            return False
        except AmbiguousError:
            return True
        return True

    def is_purchase_order(self, number: str) -> bool:
        """Whether a purchase order has this id, as the tools look it up."""
        try:
            lookups.purchase_order(self.snapshot, number)
        except (NotFoundError, ToolInputError):
            return False
        except AmbiguousError:
            return True
        return True

    def is_tracking(self, number: str) -> bool:
        """Whether a parcel carries this tracking number."""
        return bool(orders.orders_by_tracking(self.snapshot, number, limit=1))

    def is_customer(self, name: str) -> bool:
        """Whether a customer has this name, first and last."""
        words = name.lower().split()
        named = customers.named(self.snapshot, words, limit=_NAMESAKES)
        return any(set(words) <= set(one.name.lower().split()) for one in named)

    def lines_of(self, order: str) -> Sequence[tuple[str, str]]:
        """(SKU, title) of what an order holds; nothing where there is no such order."""
        try:
            return [(line.sku, line.title) for line in lookups.order(self.snapshot, order).lines]
        except (NotFoundError, ToolInputError, AmbiguousError):
            return ()
