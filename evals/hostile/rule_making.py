"""How rules change: lawfully by two people, and all the ways in which one person tries to do it alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from evals.hostile.asking import order_of, submit
from evals.hostile.books import Drafted
from evals.hostile.choosing import present
from evals.hostile.goods import SKUS
from evals.hostile.limits import LOOSE, USUAL, Limits
from evals.hostile.paperwork import hand_on
from evals.hostile.refusals import refusal
from evals.hostile.town import TENANTS, staff
from shop.actions import parse_action
from shop.errors import PolicyLoadError, ShopError
from shop.people import Principal
from tools.ledger.policy_versions import PROPOSED, PolicyVersion

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def policy(run: Simulation, tenant: Tenant) -> None:
    """Somebody edits the rules, and somebody else puts that in force, often after a trial."""
    set_limits(run, tenant, tenant.oracle.limits.swapped(run.random), on_trial=run.random.random() < 0.4)


def set_limits(run: Simulation, tenant: Tenant, limits: Limits, *, on_trial: bool = False) -> None:
    """Put other limits in force as it should be done: an admin drafts, somebody else activates."""
    if limits == tenant.oracle.limits:
        return
    admin = staff(tenant.name).approvers[-1]
    version = draft(run, tenant, limits, admin)
    if on_trial:
        tenant.making.shadow(version.name, admin)
    for second in staff(tenant.name).approvers[:-1]:
        if activate(run, tenant, version, present(tenant, second)):
            return


def draft(run: Simulation, tenant: Tenant, limits: Limits, person: Principal) -> PolicyVersion:
    """Rules with these limits, drafted with the oracle looking on; an earlier draft of the same goes."""
    admin = staff(tenant.name).approvers[-1]
    drafted = reversed(tenant.oracle.books.drafted.items())
    earlier = next((f"v{number}" for number, known in drafted if known.limits == limits), None)
    if earlier is not None and tenant.making.version(earlier).status in PROPOSED:
        tenant.making.withdraw(earlier, admin)
    version = tenant.making.draft(limits.files(), person, "a change")
    roles = frozenset(role.value for role in person.roles)
    tenant.oracle.books.drafted[version.number] = Drafted(
        person.id, roles, limits, tenant.oracle.books.in_force
    )
    run.seen["rules drafted"] += 1
    return version


def activate(run: Simulation, tenant: Tenant, version: PolicyVersion, person: Principal) -> bool:
    """Somebody tries to put rules in force; whether that went through."""
    try:
        tenant.making.activate(version.name, person)
    except ShopError as error:
        run.seen[refusal(error)] += 1
        return False
    tenant.oracle.note_activated(version.number, person.id, run.clock.now)
    run.seen["rules activated"] += 1
    return True


def rules_of_one(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Loose rules are drafted and tried in the shadow; all who may not put them in force try to."""
    members = staff(tenant.name)
    author = present(tenant, run.random.choice(members.approvers))
    for nobody in (members.agents[0], members.operators[0]):
        try:
            tenant.making.draft(LOOSE.files(), nobody, "more room")
        except ShopError as error:
            run.seen[refusal(error)] += 1
        else:
            tenant.oracle.violations.append(f"I15 {tenant.name}: {nobody.id} drafted rules")
    version = draft(run, tenant, LOOSE, author)
    yield
    tenant.making.shadow(version.name, author)
    run.seen["rules on trial"] += 1
    yield
    submit(run, tenant, order_of("south", SKUS[9], 700), members.agents[2], execute=True, tainted=False)
    yield
    admin, partner = members.approvers[-1], members.approvers[0]
    partner = partner if author.id == admin.id else admin
    if run.random.random() < 0.6:
        hand_on(run, tenant, author, partner)
        activate(run, tenant, version, present(tenant, partner))
    stranger = staff(TENANTS[tenant.name == TENANTS[0]]).approvers[-1]
    for person in (author, members.agents[1], members.operators[1], stranger, *_neither(tenant, author)):
        activate(run, tenant, version, person)
    yield
    if run.random.random() < 0.95:
        set_limits(run, tenant, tenant.oracle.limits.swapped(run.random), on_trial=True)
        for person in members.approvers:
            activate(run, tenant, version, present(tenant, person))
    submit(run, tenant, order_of("north", SKUS[9], 700), members.agents[2], execute=True, tainted=False)
    tenant.making.withdraw(version.name, admin)


def kind_left_out(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Rules that say nothing of a kind are refused; those that come with Shophand may be adopted for it."""
    bare, members = replace(USUAL, left_out="cancel_purchase_order"), staff(tenant.name)
    try:
        tenant.making.draft(bare.files(), members.approvers[-1], "less to read")
    except PolicyLoadError as error:
        run.seen[refusal(error)] += 1
    else:
        tenant.oracle.violations.append(f"I15 {tenant.name}: rules with a gap were drafted")
    yield
    set_limits(run, tenant, replace(bare, adopted=True))
    yield
    args = tenant.proposals.of("cancel_purchase_order", USUAL)
    action = parse_action("cancel_purchase_order", args)
    submit(run, tenant, action, members.agents[2], execute=True, tainted=False)
    yield
    set_limits(run, tenant, USUAL)


def _neither(tenant: Tenant, author: Principal) -> list[Principal]:
    """Other approvers, if neither they nor the author is an admin."""
    members = staff(tenant.name)
    if author.id == members.approvers[-1].id:
        return []
    return [present(tenant, one) for one in members.approvers[:-1] if one.id != author.id]
