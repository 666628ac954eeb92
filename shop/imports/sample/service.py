"""The customers' side of the sample store: orders, parcels, returns, tickets, letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shop.imports.sample import specials
from shop.imports.sample.customers import assign_customers, customer_rows
from shop.imports.sample.letters import order_note_rows, supplier_note_rows
from shop.imports.sample.parcels import Parcel, Rma, send_parcels, take_returns
from shop.imports.sample.stories import STOCK_TARGETS
from shop.imports.sample.tickets import Ticket, write_tickets
from shop.imports.sample.web_orders import WebOrder, build_orders, committed_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shop.imports.sample.catalogue import Catalogue
    from shop.imports.sample.demand import Shelves
    from shop.imports.sample.past import Past


@dataclass(frozen=True, slots=True)
class Service:
    """All of it; `committed` are pieces sold and not shipped, shape (shelves,)."""

    customers: list[dict[str, Any]]
    orders: list[WebOrder]
    parcels: list[Parcel]
    rmas: list[Rma]
    tickets: list[Ticket]
    supplier_notes: list[dict[str, Any]]
    order_notes: list[dict[str, Any]]
    committed: NDArray[np.int64]


def serve_customers(catalogue: Catalogue, shelves: Shelves, past: Past, rng: np.random.Generator) -> Service:
    """Cut web orders out of the past's sales and let things happen to them."""
    told = {target.sku for target in STOCK_TARGETS} | {specials.VIRAL}
    closed = np.array([catalogue.items[sku].sku in told for sku in shelves.sku])
    orders = build_orders(catalogue, shelves, past, closed, rng)
    assign_customers(orders, rng)
    parcels = send_parcels(orders, rng)
    rmas = take_returns(parcels, past, rng)
    customers = customer_rows(orders, rng)
    names = {place: str(customer["name"]) for place, customer in enumerate(customers)}
    return Service(
        customers=customers,
        orders=orders,
        parcels=parcels,
        rmas=rmas,
        tickets=write_tickets(catalogue, orders, parcels, rmas, names, rng),
        supplier_notes=supplier_note_rows(),
        order_notes=order_note_rows(orders),
        committed=committed_pieces(orders, len(shelves.sku)),
    )
