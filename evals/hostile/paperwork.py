"""What people do about approvals besides deciding one: hand them on, decide many at once, put them aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evals.hostile.books import ANY_AMOUNT, Handed
from evals.hostile.choosing import action_behind, approver, present, waiting_one
from evals.hostile.town import staff
from shop.actions import Action, PlacePurchaseOrder, RefundOrder
from shop.errors import ShopError
from shop.money import Money
from shop.people import Principal, Role

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def delegate(run: Simulation, tenant: Tenant) -> None:
    """Somebody hands roles to another: fewer, more than they hold, to themselves or to an agent."""
    members = staff(tenant.name)
    giver = run.random.choice(
        members.approvers if run.random.random() < 0.8 else (*members.operators, *members.agents)
    )
    taker = run.random.choice((*members.operators, *members.approvers, *members.agents))
    if run.random.random() < 0.12:
        taker = giver
    roles: list[Role] = run.random.sample(sorted(giver.roles), 1) if run.random.random() < 0.6 else []
    if run.random.random() < 0.1:
        roles = [Role.FINANCE]
    limit = (
        Money.of(run.random.choice((40, 1_100, 5_000, 5_000)), "GBP") if run.random.random() < 0.5 else None
    )
    if run.random.random() < 0.25:  # more than the giver may approve
        giver, limit = next(one for one in members.approvers if one.limit is not None), Money.of(9_000, "GBP")
    hand_on(run, tenant, giver, taker, roles, limit, timedelta(hours=run.random.choice((1, 5, 30))))


def hand_on(
    run: Simulation,
    tenant: Tenant,
    giver: Principal,
    taker: Principal,
    roles: Any = (),
    limit: Money | None = None,
    lasts: timedelta = timedelta(hours=5),
) -> str:
    """Hand roles on, with the oracle looking on; the delegation's id."""
    until: datetime = run.clock.now + lasts
    done = tenant.desk.delegate(
        present(tenant, giver), taker.id, until=until, since=run.clock.now, roles=roles, limit=limit
    )
    given = frozenset(role.value for role in roles) or tenant.oracle.books.roles[giver.id]
    pounds = ANY_AMOUNT if limit is None else limit.amount
    tenant.oracle.books.handed[done.id] = Handed(giver.id, taker.id, given, pounds, run.clock.now, until)
    run.seen["delegated"] += 1
    return done.id


def revoke(run: Simulation, tenant: Tenant) -> None:
    """Somebody ends a delegation, theirs or not."""
    found = tenant.desk.delegations()
    if found:
        one = run.random.choice(found)
        giver = next(person for person in staff(tenant.name).everybody if person.id == one.delegator)
        end(
            run, tenant, one.id, giver if run.random.random() < 0.7 else approver(run, tenant, "refund_order")
        )


def end(run: Simulation, tenant: Tenant, delegation: str, person: Principal) -> None:
    """End a delegation: nothing it gave counts from here on."""
    tenant.desk.revoke_delegation(delegation, person)
    tenant.oracle.books.handed.pop(delegation, None)
    run.seen["revoked"] += 1


def batch(run: Simulation, tenant: Tenant) -> None:
    """Somebody decides several approvals at once; most often yes."""
    names = {waiting_one(run, tenant)[0] for _ in range(run.random.randrange(2, 6))}
    person = approver(run, tenant, "place_purchase_order")
    if run.random.random() < 0.65:
        decide_all(run, tenant, sorted(names), person)
    else:
        refuse_all(run, tenant, sorted(names), person)


def decide_all(run: Simulation, tenant: Tenant, names: list[str], person: Principal) -> None:
    """A yes to several approvals, with the oracle adding up what was decided."""
    books, found = tenant.oracle.books, _found(tenant, names)
    for action_id, action in found.values():
        tenant.oracle.note_yes(action_id, person.id, action, run.clock.now)
    try:
        result = tenant.desk.approve_many(names, person, execute=run.random.random() < 0.5)
    except ShopError:
        for action_id, _ in found.values():
            books.yeses[action_id].pop()
        raise
    total = Decimal(0)
    for item in result.items:
        decided = found.get(item.approval_id)
        if decided is None:
            continue
        if item.submission is None:
            books.yeses[decided[0]].pop()
            continue
        run.seen["approved in a batch"] += 1
        total += _pounds(decided[1])
    limit = books.may_approve_pounds.get(person.id, ANY_AMOUNT)
    helped = any(one.taker == person.id for one in books.handed.values())
    if total > limit and not helped:
        tenant.oracle.violations.append(f"I4 {tenant.name}: {person.id} approved {total} in one batch")


def refuse_all(run: Simulation, tenant: Tenant, names: list[str], person: Principal) -> None:
    """A no to several approvals."""
    found = _found(tenant, names)
    for item in tenant.desk.reject_many(names, person, "no").items:
        if item.submission is not None and item.approval_id in found:
            run.seen["rejected in a batch"] += 1
            run.ended(tenant, found[item.approval_id][0], "rejected")


def _found(tenant: Tenant, names: list[str]) -> dict[str, tuple[str, Action]]:
    """The actions of those approvals that there are."""
    found = {}
    for name in names:
        try:
            action_id = action_behind(tenant, name)
        except ShopError:
            continue
        action = tenant.actions.get(action_id) or tenant.desk.status(action_id).action
        found[name] = (action_id, action)
    return found


def _pounds(action: Action) -> Decimal:
    if isinstance(action, PlacePurchaseOrder) and action.total.currency == "GBP":
        return action.total.amount
    if isinstance(action, RefundOrder) and action.amount.currency == "GBP":
        return action.amount.amount
    return Decimal(0)


def sort_out(run: Simulation, tenant: Tenant) -> None:
    """Somebody puts an approval aside for a while, or names who should decide it."""
    approval_id, action_id = waiting_one(run, tenant)
    person = approver(run, tenant, "place_purchase_order")
    if run.random.random() < 0.5:
        until = run.clock.now + timedelta(minutes=run.random.choice((-5, 5, 10, 20, 30, 900)))
        tenant.desk.snooze(approval_id, until, person)
        run.seen["snoozed"] += 1
    else:
        tenant.desk.assign(approval_id, approver(run, tenant, "place_purchase_order").id, person)
        run.seen["assigned"] += 1
    if action_id in tenant.oracle.books.ended:
        tenant.oracle.violations.append(f"I10 {tenant.name} {approval_id}: sorted out after its end")
