"""What changes around the desk: the shop's records, people's roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from evals.hostile.choosing import RECENT
from evals.hostile.goods import EURO, SKUS
from evals.hostile.sales import ORDERS
from evals.hostile.town import SUPPLIERS, staff
from shop.people import Principal

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

RATES: Final = (EURO, EURO, "0.71", "0.80", "0.94", "1.06")
"""What a euro comes to be worth."""


def drift(run: Simulation, tenant: Tenant) -> None:
    """The world changes behind everybody's back."""
    sku, supplier, order = _looked_at(run, tenant)
    if run.random.random() < 0.15:
        set_rate(run, tenant, run.random.choice(RATES))
    change(
        tenant,
        run.random.choice(
            (
                f"UPDATE offers SET version = version + 1 WHERE sku = '{sku}'",
                f"UPDATE suppliers SET version = version + 1 WHERE id = '{supplier}'",
                f"UPDATE products SET version = version + 1 WHERE sku = '{sku}'",
                f"UPDATE stock_levels SET version = version + 1, on_hand = 2000 WHERE sku = '{sku}'",
                f"UPDATE orders SET version = version + 1 WHERE id = '{order}'",
                "UPDATE orders SET version = version + 1, status = 'unfulfilled' WHERE status = 'cancelled'",
                f"UPDATE payments SET amount_minor = amount_minor + 3000 WHERE id = 'pay-{order[2:]}'",
            )
        ),
    )
    run.seen["drift"] += 1


def change(tenant: Tenant, statement: str) -> None:
    """A change of the shop's tables that no action made."""
    with tenant.db.writing() as tx:
        tx.exec_driver_sql(statement)


def set_rate(run: Simulation, tenant: Tenant, rate: str) -> None:
    """From now on a euro is worth so many pounds."""
    change(tenant, f"UPDATE exchange_rates SET rate = '{rate}' WHERE currency = 'EUR'")
    run.seen["rate"] += 1


def _looked_at(run: Simulation, tenant: Tenant) -> tuple[str, str, str]:
    """A SKU, a supplier and an order, most often of something that was asked for lately."""
    args: dict[str, Any] = {}
    if tenant.recent and run.random.random() < 0.8:
        name = tenant.recent[-1 - run.random.randrange(min(RECENT, len(tenant.recent)))]
        args = tenant.actions[name].as_json()
    sku = args.get("sku") or args.get("lines", [{}])[0].get("sku") or run.random.choice(SKUS)
    supplier = args.get("supplier") or run.random.choice(SUPPLIERS)
    order = str(args.get("order") or 1000 + run.random.randrange(ORDERS))
    known = sku if sku in SKUS else SKUS[0], supplier if supplier in SUPPLIERS else SUPPLIERS[0]
    return *known, order if order.isascii() and order.isdigit() else "1000"


def role(run: Simulation, tenant: Tenant) -> None:
    """Somebody loses a role, or gets it back."""
    set_roles(run, tenant, run.random.choice(staff(tenant.name).approvers[:-1]))


def set_roles(run: Simulation, tenant: Tenant, person: Principal) -> None:
    """Take one role from somebody who holds them all, or give all back."""
    full = frozenset(role.value for role in person.roles)
    held = tenant.oracle.books.roles[person.id]
    new = full if held != full else frozenset(run.random.sample(sorted(full), len(full) - 1))
    tenant.oracle.books.roles[person.id] = new
    change(tenant, f"UPDATE people SET roles = '{' '.join(sorted(new))}' WHERE id = '{person.id}'")
    run.seen["role"] += 1
