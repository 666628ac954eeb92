"""What schemes begin with: a calm shop, a new day, people by their names, an order of some value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from evals.hostile.asking import order_of
from evals.hostile.deciding import recover
from evals.hostile.dials import loosen, loosen_stop
from evals.hostile.goods import SKUS
from evals.hostile.limits import USUAL
from evals.hostile.refusals import refusal
from evals.hostile.rule_making import set_limits
from evals.hostile.surroundings import set_roles
from evals.hostile.town import staff
from policies.modes import Mode
from shop.actions import Action
from shop.errors import ShopError
from shop.people import Principal

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def calm(run: Simulation, tenant: Tenant) -> None:
    """The usual limits, everything on auto, nothing stopped, everybody with their roles."""
    set_limits(run, tenant, USUAL)
    if tenant.oracle.stopped:
        loosen_stop(run, tenant)
    for kind, mode in list(tenant.oracle.modes.items()):
        if mode is not Mode.AUTO:
            loosen(run, tenant, kind)
    for person in staff(tenant.name).approvers:
        if tenant.oracle.books.roles[person.id] != {role.value for role in person.roles}:
            set_roles(run, tenant, person)


def next_day(run: Simulation, tenant: Tenant) -> None:
    """A day later: what was spent before has left the windows, what waited is over or done."""
    run.clock.now += timedelta(hours=25)
    tenant.desk.expire_due()
    recover(run, tenant)


def people(tenant: Tenant) -> dict[str, Principal]:
    """The staff of a tenant by name."""
    return {one.name: one for one in staff(tenant.name).everybody}


def tried(run: Simulation, attempt: Callable[[], object]) -> None:
    """Something that is to be refused, after which the scheme goes on."""
    try:
        attempt()
    except ShopError as error:
        run.seen[refusal(error)] += 1


def some_order(run: Simulation, pounds: int, supplier: str = "north") -> Action:
    """An order of about that many pounds, never more."""
    number = run.random.randrange(1, len(SKUS))
    pieces = pounds * 100 // (number * 150) // 2 * 2
    return order_of(supplier, SKUS[number - 1], pieces)
