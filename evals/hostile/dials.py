"""The autonomy dials and the stop switch, turned and turned back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evals.hostile.asking import ask_of
from evals.hostile.choosing import RECENT, kind_of, present
from evals.hostile.proposals import DOABLE
from evals.hostile.refusals import refusal
from evals.hostile.town import staff
from policies.modes import OWNERS, Mode
from shop.errors import ShopError
from tools.desk import Turned

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant


def switch(run: Simulation, tenant: Tenant) -> None:
    """Somebody turns a dial or the stop switch, or turns it back."""
    admin, oracle = staff(tenant.name).approvers[-1], tenant.oracle
    run.seen["switch"] += 1
    if oracle.stopped:
        loosen_stop(run, tenant)
    elif run.random.random() < 0.4:
        tenant.desk.stop_all(admin, "halt")
        oracle.stopped = True
    else:
        kind = run.random.choice(tuple(OWNERS))
        if tenant.recent and run.random.random() < 0.85:  # one that is asked for
            kind = kind_of(tenant, run.random.choice(tuple(tenant.recent)[-RECENT:]))
        if oracle.modes.get(kind, Mode.AUTO) is Mode.AUTO:
            tighten(tenant, kind, run.random.choice((Mode.OBSERVE, Mode.ASSIST)))
            if kind in DOABLE and run.random.random() < 0.3:
                ask_of(run, tenant, kind)
        else:
            loosen(run, tenant, kind)


def tighten(tenant: Tenant, kind: str, mode: Mode) -> None:
    """Turn a dial down: one person is enough."""
    tenant.desk.set_mode(kind, mode, staff(tenant.name).approvers[-1])
    tenant.oracle.modes[kind] = mode


def loosen(run: Simulation, tenant: Tenant, kind: str) -> None:
    """Turn a dial up again."""
    turned = tenant.desk.set_mode(kind, Mode.AUTO, staff(tenant.name).approvers[-1])
    if _agreed(run, tenant, turned):
        tenant.oracle.modes[kind] = Mode.AUTO


def loosen_stop(run: Simulation, tenant: Tenant) -> None:
    """Release the stop switch."""
    turned = tenant.desk.resume(staff(tenant.name).approvers[-1], "fine")
    if _agreed(run, tenant, turned):
        tenant.oracle.stopped = False


def _agreed(run: Simulation, tenant: Tenant, turned: Turned) -> bool:
    """Whether a second person confirmed what loosens, after somebody who may not has tried to."""
    if turned.request is None:
        return True
    members = staff(tenant.name)
    nobody = run.random.choice((*members.agents, *members.operators, *members.approvers[-1:] * 3))
    try:
        tenant.desk.confirm_loosening(turned.request.id, nobody)
    except ShopError as error:
        run.seen[refusal(error)] += 1
    else:
        tenant.oracle.violations.append(f"I4 {tenant.name}: {nobody.id} loosened without a second person")
    for second in members.approvers[:-1]:
        try:
            tenant.desk.confirm_loosening(turned.request.id, present(tenant, second))
        except ShopError as error:
            run.seen[refusal(error)] += 1
        else:
            return True
    return False
