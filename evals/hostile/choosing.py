"""Whom and what a step is about: people, actions and approvals, some of them wrong on purpose."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from evals.hostile.town import TENANTS, staff
from policies.modes import OWNERS
from shop.people import Principal

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

RECENT: Final = 25


def kind_of(tenant: Tenant, action_id: str) -> str:
    """The kind of an action, from memory where it was seen before."""
    known = tenant.actions.get(action_id)
    return known.kind if known is not None else tenant.desk.status(action_id).kind


def pick(run: Simulation, names: deque[str]) -> str:
    """A name, most often of the last few; sometimes one that means nothing."""
    if not names or run.random.random() < 0.04:
        return run.random.choice(("A-999999", "act-nobody", "A-1"))
    if run.random.random() < 0.9:
        return names[-1 - run.random.randrange(min(RECENT, len(names)))]
    return run.random.choice(names)


def waiting_one(run: Simulation, tenant: Tenant) -> tuple[str, str]:
    """An approval and its action's name, most often one that still waits."""
    name = pick(run, tenant.approvals)
    if tenant.waiting and run.random.random() < 0.85:
        name = run.random.choice(tenant.waiting)
    return name, action_behind(tenant, name)


def action_behind(tenant: Tenant, approval_id: str) -> str:
    """The name of an approval's action, from memory where it was seen before."""
    return tenant.behind.get(approval_id) or tenant.desk.approval(approval_id).action.id


def who(run: Simulation, tenant: Tenant) -> Principal:
    """Somebody who asks: most often an agent."""
    members = staff(tenant.name)
    pool = members.agents if run.random.random() < 0.8 else (*members.operators, *members.approvers)
    return present(tenant, run.random.choice(pool))


def approver(run: Simulation, tenant: Tenant, kind: str) -> Principal:
    """Somebody who decides: fit for it, or an approver, or anybody, or a stranger."""
    members, draw = staff(tenant.name), run.random.random()
    pool: tuple[Principal, ...] = members.approvers
    if draw < 0.45:
        fit = {OWNERS[kind].value, "finance"}
        pool = tuple(one for one in members.approvers if {role.value for role in one.roles} & fit)
    elif draw > 0.98:
        pool = staff(TENANTS[1] if tenant.name == TENANTS[0] else TENANTS[0]).approvers
    elif draw > 0.82:
        pool = members.everybody
    return present(tenant, run.random.choice(pool))


def present(tenant: Tenant, person: Principal) -> Principal:
    """Somebody with the roles that they hold at this moment."""
    held = tenant.oracle.books.roles.get(person.id)
    if held is None:
        return person
    roles = frozenset(role for role in person.roles if role.value in held)
    return Principal(
        person.id, person.name, person.kind, roles, person.on_behalf_of, person.limit, person.tenant
    )
