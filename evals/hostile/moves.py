"""What a hostile model, careless people, the world and the machines do in one step."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from evals.hostile.refusals import refusal
from evals.hostile.town import ORDERS, SKUS, SUPPLIERS, TENANTS, cost_of, staff
from policies.modes import OWNERS, Mode
from shop.actions import Action, parse_action
from shop.errors import ConflictError, ShopError
from shop.people import Principal
from tools.desk import Session, State, Submission, Turned

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

MOVES: Final = {
    "propose": 270,
    "lawful": 130,
    "use_tool": 45,
    "approve": 130,
    "execute": 120,
    "reject": 22,
    "edit": 26,
    "withdraw": 26,
    "undo": 18,
    "delegate": 14,
    "revoke": 12,
    "batch": 20,
    "sort_out": 26,
    "recover": 18,
    "policy": 12,
    "drift": 25,
    "switch": 14,
    "role": 6,
    "probe": 5,
    "scheme": 28,
}
RECENT: Final = 25
TOOL_KINDS: Final = ("place_purchase_order", "refund_order", "change_price", "adjust_stock", "transfer_stock",
                     "add_order_note", "cancel_order")  # fmt: skip


def propose(run: Simulation, tenant: Tenant) -> None:
    """The model asks for something, sometimes under a key that was used before."""
    if tenant.keys and run.random.random() < 0.12:
        key, kind, args = run.random.choice(tenant.keys)
        if run.random.random() < 0.5:
            kind, args = tenant.proposals.draw(run.limits)
    else:
        key = f"key-{run.number()}"
        kind, args = tenant.proposals.draw(run.limits)
    tenant.keys.append((key, kind, args))
    submit(run, tenant, parse_action(kind, args), who(run, tenant), key=key)


def lawful(run: Simulation, tenant: Tenant) -> None:
    """Somebody asks for something that most rules allow."""
    kind, args = tenant.proposals.lawful(run.limits)
    submit(run, tenant, parse_action(kind, args), who(run, tenant), execute=run.random.random() < 0.8)


def submit(
    run: Simulation,
    tenant: Tenant,
    action: Action,
    person: Principal,
    *,
    key: str | None = None,
    execute: bool | None = None,
    tainted: bool | None = None,
) -> Submission:
    """Put an action before the desk, with the oracle looking on."""
    chat = f"c{run.steps // 400}-{run.random.randrange(20)}" if run.random.random() < 0.5 else None
    session = Session(person, chat, tainted=run.random.random() < 0.05 if tainted is None else tainted)
    asked = run.asked(action, person, tainted=session.tainted)
    tenant.oracle.note_asked(None, asked)
    at_once = run.random.random() < 0.5 if execute is None else execute
    answer = tenant.desk.submit(action, session, key=key, execute=at_once)
    if key is not None:
        tenant.oracle.note_key(key, asked.identity, answer.action_id)
    run.remember(tenant, answer, action, asked)
    return answer


def approve(run: Simulation, tenant: Tenant) -> None:
    """Somebody says yes to something, fit for it or not."""
    approval_id, action_id = waiting_one(run, tenant)
    person = approver(run, tenant, kind_of(tenant, action_id))
    earlier = tenant.oracle.books.yeses[action_id]
    if earlier and run.random.random() < 0.45:  # the same person again
        person = next(one for one in staff(tenant.name).everybody if one.id == earlier[-1].person)
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


def execute(run: Simulation, tenant: Tenant) -> None:
    """A worker carries something out, or tries what is over and done with."""
    if tenant.over and run.random.random() < 0.35:
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


def reject(run: Simulation, tenant: Tenant) -> None:
    """Somebody says no."""
    approval_id, action_id = waiting_one(run, tenant)
    tenant.desk.reject(approval_id, approver(run, tenant, kind_of(tenant, action_id)), "no")
    run.seen["rejected"] += 1
    run.ended(tenant, action_id, "rejected")


def edit(run: Simulation, tenant: Tenant) -> None:
    """Somebody puts another action in the place of one that waits."""
    approval_id, old = waiting_one(run, tenant)
    old_kind = kind_of(tenant, old)
    kind, args = tenant.proposals.draw(run.limits)
    if run.random.random() < 0.7:
        while kind != old_kind:
            kind, args = tenant.proposals.draw(run.limits)
    action = parse_action(kind, args)
    person = approver(run, tenant, old_kind)
    if run.random.random() < 0.1:
        person = staff(tenant.name).agents[0]
    earlier = tenant.oracle.books.asked.get(old)
    asked = run.asked(action, person, tainted=earlier is not None and earlier.tainted)
    tenant.oracle.note_asked(None, asked)
    answer = tenant.desk.edit(approval_id, action, person)
    run.seen["edited"] += 1
    run.ended(tenant, old, "superseded")
    run.remember(tenant, answer, action, asked)


def withdraw(run: Simulation, tenant: Tenant) -> None:
    """Whoever asked takes it back, or somebody else tries to."""
    draw = run.random.random()
    action_id = waiting_one(run, tenant)[1] if draw < 0.5 else pick(run, tenant.recent)
    if draw > 0.7 and tenant.approved:
        action_id = run.random.choice(tenant.approved)
    person = who(run, tenant)
    asked = tenant.oracle.books.asked.get(action_id)
    if asked is not None and run.random.random() < 0.6:
        person = next((one for one in staff(tenant.name).everybody if one.id == asked.requester), person)
    tenant.desk.withdraw(action_id, person)
    run.seen["withdrawn"] += 1
    run.ended(tenant, action_id, "withdrawn")


def undo(run: Simulation, tenant: Tenant) -> None:
    """Somebody wants what was done taken back, most often something that can be."""
    pool = tenant.executed if run.random.random() < 0.7 and tenant.executed else tenant.recent
    take_back(run, tenant, pick(run, pool), execute=run.random.random() < 0.5)


def take_back(run: Simulation, tenant: Tenant, action_id: str, *, execute: bool) -> Submission:
    """An undo, filed first and carried out afterwards, so that the oracle knows what is asked for."""
    person = run.random.choice(staff(tenant.name).operators)
    answer = tenant.desk.undo(action_id, Session(person), execute=False)
    run.seen[f"undo {'again' if answer.duplicate else 'asked'}"] += 1
    action = tenant.desk.status(answer.action_id).action
    run.remember(tenant, answer, action, run.asked(action, person, undoes=action_id))
    return carry_out(run, tenant, answer.action_id) if execute else answer


def recover(run: Simulation, tenant: Tenant) -> None:
    """A new process finishes what an old one left."""
    for answer in tenant.desk.recover():
        run.seen[f"recovered {answer.state.value}"] += 1


def policy(run: Simulation, tenant: Tenant) -> None:
    """Somebody edits the rules."""
    del tenant
    run.set_limits(run.limits.swapped(run.random))


def drift(run: Simulation, tenant: Tenant) -> None:
    """The world changes behind everybody's back."""
    sku, supplier, order = _looked_at(run, tenant)
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
        tx.execute(text(statement))


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


def switch(run: Simulation, tenant: Tenant) -> None:
    """Somebody turns a dial or the stop switch, or turns it back."""
    admin, oracle = staff(tenant.name).approvers[-1], tenant.oracle
    run.seen["switch"] += 1
    if oracle.stopped:
        loosen_stop(run, tenant)
    elif run.random.random() < 0.3:
        tenant.desk.stop_all(admin, "halt")
        oracle.stopped = True
    else:
        kind = run.random.choice(tuple(OWNERS))
        if oracle.modes.get(kind, Mode.AUTO) is Mode.AUTO:
            tighten(tenant, kind, run.random.choice((Mode.OBSERVE, Mode.ASSIST)))
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


def scheme(run: Simulation, tenant: Tenant) -> None:
    """Somebody begins something that takes several steps."""
    run.begin(tenant)


def probe(run: Simulation, tenant: Tenant) -> None:
    """I11: a day later, a flood of waiting requests does not keep one lawful order from passing."""
    oracle = tenant.oracle
    if oracle.stopped or oracle.modes.get("place_purchase_order", Mode.AUTO) is not Mode.AUTO:
        return
    run.clock.now += timedelta(hours=25)
    tenant.desk.expire_due()
    if tenant.desk.actions(states=(State.APPROVED, State.EXECUTING, State.UNKNOWN)):
        return
    for _ in range(6):
        _probing(run, tenant, staff(tenant.name).agents[2], "S11", 134)
    answer = _probing(run, tenant, staff(tenant.name).operators[0], "S01", 2)
    run.seen["probe"] += 1
    if answer.state is not State.APPROVED:
        oracle.violations.append(f"I11 {tenant.name}: a lawful order was {answer.state.value}")


def _probing(run: Simulation, tenant: Tenant, person: Principal, sku: str, pieces: int) -> Submission:
    return submit(run, tenant, order_of("south", sku, pieces), person, execute=False, tainted=False)


def order_of(supplier: str, sku: str, pieces: int) -> Action:
    """A purchase order at the supplier's terms."""
    cost = {"minor": cost_of(SKUS.index(sku) + 1), "cur": "GBP"}
    line = {"sku": sku, "quantity": pieces, "unit_cost": cost}
    args = {"supplier": supplier, "location": "leeds", "lines": [line], "expected_on": "2026-12-24"}
    return parse_action("place_purchase_order", args)


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
    elif draw > 0.85:
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
