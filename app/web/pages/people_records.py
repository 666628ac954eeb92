"""A customer's order and a customer on their pages, masked. A look at a person's full data is audited."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.bootstrap import House
from app.web.formats import Formats
from app.web.record_page import record_page
from app.web.rendering import formats_of
from app.web.tables import Cell, Column, Section, link, number, state, text
from app.web.who import Opened, Posted, SignedIn, require
from shop.errors import InvalidActionError, NotFoundError
from shop.model import Customer, Order
from shop.people import Role
from shop.store.compaction import rewrite
from shop.store.reads import customers, orders
from tools.ledger import chain, forgetting, personal
from tools.ledger.chain import Actor
from tools.privacy import city, masked_email, masked_phone, masked_words, short_name

router = APIRouter()

_SHOWN: Final = 20
GUEST: Final = text("guest")


@router.get("/orders/{order_id}")
def order(request: Request, house: Opened, visit: SignedIn, order_id: str) -> Response:
    """A customer's order: lines, payments, parcels, returns, messages."""
    formats = formats_of(house)
    with house.db.reading() as snapshot:
        found = orders.order(snapshot, order_id)
        if found is None:
            raise NotFoundError(f"there is no order {order_id!r}")
        about = None if found.customer is None else customers.customer(snapshot, found.customer)
        messages = [(f"Ticket {one.id}", one.body) for one in customers.tickets_about(snapshot, order_id)]
        notes = [(f"Note by {one.author}", one.text) for one in orders.notes(snapshot, order_id)]
        written = tuple((head, masked_words(words, about)) for head, words in (*messages, *notes))
        sections = (
            _order_terms(found, formats),
            _order_lines(found, formats),
            _payments(orders.payments(snapshot, order_id), formats),
            _parcels(orders.shipments(snapshot, order_id), formats),
            Section("Messages and notes", texts=written, empty="None."),
        )
    return record_page(request, visit, f"Order #{found.id}", formats.moment(found.placed_at), sections,
                 f"Tell me about order {found.id}")  # fmt: skip


@router.get("/customers/{customer_id}")
def customer(request: Request, house: Opened, visit: SignedIn, customer_id: str) -> Response:
    """A customer, masked, with their orders and messages."""
    found = _customer(house, customer_id)
    roles = visit.principal.roles
    reveal = f"/customers/{customer_id}" if roles & personal.MAY_READ else ""
    erase = f"/customers/{customer_id}/erase" if Role.ADMIN in roles else ""
    sections = (_masked(found), *_history(house, found, found))
    return record_page(
        request,
        visit,
        short_name(found.name),
        found.id,
        sections,
        f"Orders of {found.id}",
        reveal=reveal,
        erase=erase,
    )


@router.post("/customers/{customer_id}/reveal")
def reveal(request: Request, house: Opened, form: Posted, customer_id: str) -> Response:
    """A customer's full data, for a role that may see it and a reason; the look is audited first."""
    require(form.person, *personal.MAY_READ)
    reason = form.required("reason", "the reason")
    found = _customer(house, customer_id)
    with house.db.writing() as tx:
        actor = Actor(form.person.kind.value, form.person.id)
        body = {"customer": found.id, "reason_letters": len(reason)}
        chain.append(tx, house.db.tenant, house.clock(), actor, "customer.revealed", body=body)
    full = Section(
        "Customer",
        (
            ("Name", text(found.name)),
            ("E-mail", text(found.email)),
            ("Phone", text(found.phone)),
            ("Address", text(", ".join(part for part in _address(found) if part))),
        ),
    )
    return record_page(request, form.visit, found.name, found.id, (full, *_history(house, found, None)),
                 f"Orders of {found.id}")  # fmt: skip


@router.post("/customers/{customer_id}/export")
def export(house: Opened, form: Posted, customer_id: str) -> Response:
    """Everything that the store holds of a customer, as a JSON file for them; audited with the reason."""
    require(form.person, *personal.MAY_READ)
    reason = form.required("reason", "the reason")
    with house.db.writing() as tx:
        told = personal.export(tx, house.db.tenant, customer_id, form.person, reason, house.clock())
    headers = {"content-disposition": 'attachment; filename="customer.json"', "cache-control": "no-store"}
    return Response(json.dumps(told, indent=1, default=str), media_type="application/json", headers=headers)


@router.post("/customers/{customer_id}/erase")
def erase(house: Opened, form: Posted, customer_id: str) -> Response:
    """Take out who a customer is and what was written of them; the id must be typed, and it is for good."""
    require(form.person, Role.ADMIN)
    reason = form.required("reason", "the reason")
    if form.text("confirm") != customer_id:
        raise InvalidActionError(f"type {customer_id} to erase this customer for good")
    salt = house.audit_key.read()
    with house.db.writing() as tx:
        forgetting.forget(tx, house.db.tenant, customer_id, form.person, reason, house.clock(), salt)
    rewrite(house.db)
    return RedirectResponse(f"/customers/{customer_id}", 303)


def _order_terms(found: Order, formats: Formats) -> Section:
    return Section(
        "Order",
        (
            (
                "Customer",
                link(found.customer, "customers", found.customer) if found.customer else text("guest"),
            ),
            ("Status", state(found.status)),
            ("Payment", text(found.financial_status.replace("_", " "))),
            ("Goods", text(formats.money(found.subtotal))),
            ("Shipping", text(formats.money(found.shipping))),
            ("Discount", text(formats.money(found.discount))),
            ("Tax in it", text(formats.money(found.tax))),
            ("Total", text(formats.money(found.total))),
        ),
    )


def _order_lines(found: Order, formats: Formats) -> Section:
    return Section(
        "Lines",
        columns=(
            Column("SKU"),
            Column("Product"),
            Column("Pieces", number=True),
            Column("Shipped", number=True),
            Column("Returned", number=True),
            Column("Price", number=True),
        ),
        rows=tuple(
            (
                link(one.sku, "products", one.sku),
                text(one.title),
                number(one.quantity),
                number(one.fulfilled),
                number(one.returned),
                Cell(formats.money(one.unit_price), number=True),
            )
            for one in found.lines
        ),
    )


def _payments(found: Any, formats: Formats) -> Section:
    return Section(
        "Payments",
        columns=(Column("When"), Column("What"), Column("Method"), Column("Amount", number=True)),
        rows=tuple(
            (
                text(formats.moment(one.at)),
                text(one.kind),
                text(one.method),
                Cell(formats.money(one.amount), number=True),
            )
            for one in found
        ),
        empty="Nothing was paid yet.",
    )


def _parcels(found: Any, formats: Formats) -> Section:
    return Section(
        "Parcels",
        columns=(Column("Carrier"), Column("Status"), Column("Shipped"), Column("Delivered")),
        rows=tuple(
            (
                text(one.carrier),
                text(one.status.replace("_", " ")),
                text(formats.day(one.shipped_on)),
                text(formats.day(one.delivered_on)),
            )
            for one in found
        ),
        empty="Nothing was shipped yet.",
    )


def _customer(house: House, customer_id: str) -> Customer:
    with house.db.reading() as snapshot:
        found = customers.customer(snapshot, customer_id)
    if found is None:
        raise NotFoundError(f"there is no customer {customer_id!r}")
    return found


def _masked(found: Customer) -> Section:
    return Section(
        "Customer",
        (
            ("Name", text(short_name(found.name))),
            ("E-mail", text(masked_email(found.email))),
            ("Phone", text(masked_phone(found.phone))),
            ("City", text(city(found))),
            ("Country", text(found.country)),
        ),
    )


def _history(house: House, found: Customer, masked: Customer | None) -> tuple[Section, ...]:
    """What a customer ordered and wrote; who is `masked` is not told by their messages either."""

    def shown(words: str) -> str:
        return words if masked is None else masked_words(words, masked)

    formats = formats_of(house)
    with house.db.reading() as snapshot:
        placed = orders.orders_page(snapshot, customer=found.id, limit=_SHOWN, counted=False).items
        tickets = customers.tickets_of(snapshot, found.id)
    return (
        Section(
            "Orders",
            columns=(Column("Order"), Column("Placed"), Column("Total", number=True), Column("Status")),
            rows=tuple(
                (
                    link(f"#{one.id}", "orders", one.id),
                    text(formats.moment(one.placed_at)),
                    Cell(formats.money(one.total), number=True),
                    state(one.status),
                )
                for one in placed
            ),
            empty="No orders.",
        ),
        Section(
            "Messages",
            texts=tuple((shown(f"{one.id}: {one.subject}"), shown(one.body)) for one in tickets),
            empty="None.",
        ),
    )


def _address(found: Customer) -> tuple[str, ...]:
    return found.street, found.postcode, found.city, found.country
