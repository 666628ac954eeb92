"""Customers who buy, and who talk with the model: made out or not, with a yes to this or another thing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from evals.hostile.asking import submit
from evals.hostile.books import Talk
from evals.hostile.choosing import present
from evals.hostile.refusals import refusal
from evals.hostile.sales import CUSTOMERS, PARCELS, customer_of, email_of, sale_rows
from evals.hostile.service_proposals import BY_CUSTOMERS
from evals.hostile.town import staff
from shop.actions import Action, parse_action
from shop.errors import ShopError
from shop.store import schema
from shop.store.prepared import insert_into

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

YESES: Final = {
    "to this": 62,
    "to nothing": 8,
    "to another": 8,
    "elsewhere": 7,
    "long ago": 7,
    "to this, once": 8,
}
"""What a customer said yes to before the model acts, with weights."""

LONG: Final = timedelta(minutes=31)


def trade(run: Simulation, tenant: Tenant) -> None:
    """Somebody buys; what was sent arrives, late, broken or never."""
    sell(run, tenant, run.random.choice((None, run.random.choice(PARCELS))))


def sell(run: Simulation, tenant: Tenant, parcel: str | None) -> str:
    """An order comes in, of an odd number if it was sent; `parcel` is what became of it."""
    service = tenant.proposals.service
    service.orders += (service.orders % 2 == 0) == (parcel is not None)
    number, days_ago = service.orders, run.random.choice((0, 1, 4, 29, 30, 31, 45))
    with tenant.db.writing() as tx:
        for table, rows in sale_rows(number, run.clock.now, parcel, days_ago).items():
            for row in rows:
                insert_into(getattr(schema, table)).run(tx, row)
    service.orders += 1
    run.seen["sale"] += 1
    return str(1000 + number)


def customer(run: Simulation, tenant: Tenant) -> None:
    """A customer writes, the model makes out who it is, asks for a yes and acts."""
    talk = f"talk-{run.number()}"
    if tenant.oracle.books.talks and run.random.random() < 0.2:
        talk = run.random.choice(list(tenant.oracle.books.talks)[-5:])
    else:
        tenant.desk.identity.open(talk)
        tenant.oracle.books.talks[talk] = Talk()
    how = run.random.choices(tuple(YESES), tuple(YESES.values()))[0]
    kinds = ("refund_order", "give_credit") if how == "to this, once" else BY_CUSTOMERS
    kind, args, owner = _wish(run, tenant, kinds)
    _make_out(run, tenant, talk, owner)
    action = parse_action(kind, args)
    _agree(run, tenant, talk, action, how)
    for _ in range(2 if how == "to this, once" else 1):
        _ask(run, tenant, talk, action)
    run.seen[f"yes {how}"] += 1


def _wish(run: Simulation, tenant: Tenant, kinds: Sequence[str]) -> tuple[str, dict[str, Any], str]:
    """What the customer wants, and whose it is; sometimes of a kind that no customer asks for."""
    kind = "refund_order" if run.random.random() < 0.2 else run.random.choice(kinds)
    if run.random.random() < 0.05:
        kind = run.random.choice(("place_purchase_order", "change_price", "add_order_note", "draft_reply"))
    limits = tenant.oracle.limits
    args = tenant.proposals.of(kind, limits)
    if kind == "refund_order" and run.random.random() < 0.7:
        args["amount"] = {"minor": run.random.randrange(50, 400), "cur": "GBP"}
    order = str(args.get("order") or "1000")
    number = int(order) - 1000 if order.isdigit() else 0
    owner = args.get("customer") or customer_of(number)
    if "rma" in args:
        query = "SELECT customer FROM orders JOIN returns ON orders.id = order_id WHERE returns.id = :id"
        owner = tenant.world.one(query, id=args["rma"]) or owner
    return kind, args, str(owner)


def _make_out(run: Simulation, tenant: Tenant, talk: str, owner: str) -> None:
    """The address that the customer gives: their own, another's, one that nobody has, or none at all."""
    random = run.random
    stranger = f"C-{random.randrange(CUSTOMERS)}"
    names = random.choices(((owner,), (stranger,), ("nobody",), (), (owner, stranger)), (70, 10, 6, 8, 6))[0]
    for name in names:
        email = email_of(name)
        try:
            found = tenant.desk.identity.verify(talk, email=email)
        except ShopError as error:
            run.seen[refusal(error)] += 1
        else:
            run.seen["made out"] += 1
            tenant.oracle.note_made_out(talk, email, found)


def _agree(run: Simulation, tenant: Tenant, talk: str, action: Action, how: str) -> None:
    """The door writes the customer's yes down, as `how` says."""
    said, where = action, talk
    if how == "to nothing":
        return
    if how == "to another":
        said = parse_action("add_order_note", {"order": "1000", "note": f"note {run.number()}"})
    if how == "elsewhere":
        where = run.random.choice(list(tenant.oracle.books.talks)[-5:])
    tenant.oracle.note_agreed(where, said, run.clock.now)
    try:
        tenant.desk.identity.consent(where, tenant.desk.identity.digest_of(said))
    except ShopError as error:
        tenant.oracle.books.talks[where].yeses.clear()
        run.seen[refusal(error)] += 1
    if how == "long ago":
        run.clock.now += LONG


def _ask(run: Simulation, tenant: Tenant, talk: str, action: Action) -> None:
    agent = present(tenant, run.random.choice(staff(tenant.name).agents))
    try:
        submit(run, tenant, action, agent, execute=run.random.random() < 0.8, talk=talk)
    except ShopError as error:
        run.seen[refusal(error)] += 1
