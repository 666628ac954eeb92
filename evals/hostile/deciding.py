"""What people decide about what waits, and what workers carry out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evals.hostile.choosing import action_behind, approver, kind_of, pick, present, waiting_one
from evals.hostile.town import staff
from shop.errors import ConflictError, ShopError
from shop.people import Principal
from tools.desk import State, Submission

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def approve(run: Simulation, tenant: Tenant) -> None:
    """Somebody says yes to something, fit for it or not."""
    approval_id, action_id = waiting_one(run, tenant)
    person = approver(run, tenant, kind_of(tenant, action_id))
    earlier = tenant.oracle.books.yeses[action_id]
    if earlier and run.random.random() < 0.45:  # the same person again
        same = (one for one in staff(tenant.name).everybody if one.id == earlier[-1].person)
        person = next(same, person)  # a stranger's yes may stand there when the process died over it
    say_yes(run, tenant, approval_id, present(tenant, person), execute=run.random.random() < 0.5)


def say_yes(
    run: Simulation, tenant: Tenant, approval_id: str, person: Principal, *, execute: bool = False
) -> Submission:
    """A person's yes, with the oracle looking on."""
    action_id = action_behind(tenant, approval_id)
    action = tenant.actions.get(action_id) or tenant.desk.status(action_id).action
    tenant.oracle.note_yes(action_id, person.id, action, run.clock.now)
    try:
        answer = tenant.desk.approve(approval_id, person, execute=execute)
    except ShopError as error:
        tenant.oracle.books.yeses[action_id].pop()
        if isinstance(error, ConflictError):
            run.no_longer_waits(tenant, approval_id)
        raise
    if answer.state is not State.PENDING:
        run.no_longer_waits(tenant, approval_id)
    run.seen[f"approved {answer.state.value}"] += 1
    if answer.state is State.EXECUTED:
        tenant.executed.append(action_id)
    return answer


def reject(run: Simulation, tenant: Tenant) -> None:
    """Somebody says no."""
    approval_id, action_id = waiting_one(run, tenant)
    tenant.desk.reject(approval_id, approver(run, tenant, kind_of(tenant, action_id)), "no")
    run.seen["rejected"] += 1
    run.ended(tenant, action_id, "rejected")


def execute(run: Simulation, tenant: Tenant) -> None:
    """A worker carries something out, or tries what is over and done with."""
    if tenant.oracle.stopped and tenant.approved and run.random.random() < 0.5:
        carry_out(run, tenant, run.random.choice(tenant.approved))
    elif tenant.over and run.random.random() < 0.35:
        ended = tenant.over[run.random.choice(sorted(tenant.over))]
        carry_out(run, tenant, run.random.choice(ended))
    else:
        carry_out(run, tenant, pick(run, tenant.recent))


def carry_out(run: Simulation, tenant: Tenant, action_id: str) -> Submission:
    """Carry one action out."""
    answer = tenant.desk.execute(action_id)
    state = answer.state.value
    run.seen[f"executed {state}"] += 1
    if answer.state is State.EXECUTED:
        tenant.executed.append(action_id)
    elif answer.state in {State.EXPIRED, State.STALE, State.FAILED, State.DENIED}:
        run.is_over(tenant, action_id, state)
    return answer


def recover(run: Simulation, tenant: Tenant) -> None:
    """A new process finishes what an old one left."""
    if run.random.random() < 0.25:
        tenant.planned.append("silent before")
    for answer in tenant.desk.recover():
        run.seen[f"recovered {answer.state.value}"] += 1
