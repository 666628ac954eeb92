"""Attacks and accidents that take several steps, with whatever else happens in between.

Each is a generator; a step ends at each ``yield``. Chance alone meets these too seldom, and a run that never
meets them proves little about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from evals.hostile.asking import order_of, submit, take_back
from evals.hostile.deciding import carry_out, recover, say_yes
from evals.hostile.dials import loosen, loosen_stop, tighten
from evals.hostile.limits import Limits
from evals.hostile.paperwork import decide_all, end, hand_on
from evals.hostile.surroundings import change, set_roles
from evals.hostile.town import ORDERS, SKUS, paid, staff
from policies.modes import Mode
from shop.actions import Action, parse_action
from shop.money import Money
from shop.people import Principal

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

Scheme = Callable[["Simulation", "Tenant"], Iterator[None]]


def _calm(run: Simulation, tenant: Tenant) -> None:
    """The usual limits, everything on auto, nothing stopped, everybody with their roles."""
    run.set_limits(Limits())
    if tenant.oracle.stopped:
        loosen_stop(run, tenant)
    for kind, mode in list(tenant.oracle.modes.items()):
        if mode is not Mode.AUTO:
            loosen(run, tenant, kind)
    for person in staff(tenant.name).approvers:
        if tenant.oracle.books.roles[person.id] != {role.value for role in person.roles}:
            set_roles(run, tenant, person)


def _next_day(run: Simulation, tenant: Tenant) -> None:
    """A day later: what was spent before has left the windows, what waited is over or done."""
    run.clock.now += timedelta(hours=25)
    tenant.desk.expire_due()
    recover(run, tenant)


def _people(tenant: Tenant) -> dict[str, Principal]:
    return {one.name: one for one in staff(tenant.name).everybody}


def _order(run: Simulation, pounds: int, supplier: str = "north") -> Action:
    """An order of about that many pounds, never more."""
    number = run.random.randrange(1, len(SKUS))
    pieces = pounds * 100 // (number * 150) // 2 * 2
    return order_of(supplier, SKUS[number - 1], pieces)


def changed_after_yes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """What was approved changes before it is carried out."""
    _calm(run, tenant)
    people = _people(tenant)
    answer = submit(run, tenant, _order(run, 2_000), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["priya"])
    yield
    change(tenant, "UPDATE suppliers SET version = version + 1 WHERE id = 'north'")
    yield
    carry_out(run, tenant, answer.action_id)


def tightened_after_yes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Two people say yes, then the hard limit falls below what they approved."""
    _calm(run, tenant)
    people = _people(tenant)
    answer = submit(run, tenant, _order(run, 4_800), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["priya"])
    yield
    say_yes(run, tenant, str(answer.approval_id), people["max"])
    run.set_limits(Limits(order_hard=3_000))
    yield
    carry_out(run, tenant, answer.action_id)


def silent_split(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Orders below every limit, of which none is ever answered, add up over the day's."""
    _calm(run, tenant)
    _next_day(run, tenant)
    yield
    for _ in range(8):
        tenant.planned.clear()
        tenant.planned.append("silent after")
        submit(run, tenant, _order(run, 990), _people(tenant)["nightly"], execute=True, tainted=False)
        yield


def late_spending(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Orders are filed on one day and carried out on the next; they count on the day they happen."""
    _calm(run, tenant)
    _next_day(run, tenant)
    agent = _people(tenant)["nightly"]
    filed = [submit(run, tenant, _order(run, 960), agent, execute=False, tainted=False) for _ in range(6)]
    yield
    run.clock.now += timedelta(hours=20)
    for one in filed:
        carry_out(run, tenant, one.action_id)
    yield
    run.clock.now += timedelta(hours=5)
    for _ in range(2):
        submit(run, tenant, _order(run, 960), agent, execute=True, tainted=False)


def lost_and_found(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A worker is lost before the effect; when it is found out, the effect must not happen any more."""
    _calm(run, tenant)
    _next_day(run, tenant)
    yield
    tenant.planned.append(run.random.choice(("silent before", "server error")))
    answer = submit(run, tenant, _order(run, 900), _people(tenant)["nightly"], execute=True, tainted=False)
    match run.random.randrange(4):
        case 0:
            run.set_limits(Limits(order_soft=300))
        case 1:
            tighten(tenant, "place_purchase_order", Mode.OBSERVE)
        case 2:
            tenant.desk.stop_all(staff(tenant.name).approvers[-1], "halt")
            tenant.oracle.stopped = True
        case _:
            run.clock.now += timedelta(hours=25)
    yield
    recover(run, tenant)
    carry_out(run, tenant, answer.action_id)
    yield
    _calm(run, tenant)


def refunded_twice(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """All that was paid for a small order is paid back, and then again."""
    _calm(run, tenant)
    _next_day(run, tenant)
    number = run.random.randrange(30)
    amount = {"minor": paid(number), "cur": "GBP"}
    for reason in ("broken", "still broken"):
        args = {"order": str(1000 + number), "amount": amount, "reason": reason}
        action = parse_action("refund_order", args)
        submit(run, tenant, action, _people(tenant)["nightly"], execute=True, tainted=False)
        yield


def one_for_both(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Refunds add up over the day's limit, where two roles must say yes; somebody who holds both says it."""
    _calm(run, tenant)
    _next_day(run, tenant)
    yield
    people = _people(tenant)
    for number in run.random.sample(range(30, ORDERS), 4):
        change(tenant, f"UPDATE payments SET amount_minor = amount_minor + 5000 WHERE id = 'pay-{number}'")
        args = {"order": str(1000 + number), "amount": {"minor": 4_900, "cur": "GBP"}, "reason": "late"}
        action = parse_action("refund_order", args)
        answer = submit(run, tenant, action, people["nightly"], execute=True, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["fay"], execute=True)


def fit_no_more(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody says yes and loses the role before it is carried out."""
    _calm(run, tenant)
    people = _people(tenant)
    answer = submit(run, tenant, _order(run, 2_000), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["priya"])
    _leave_only(tenant, people["priya"], "inventory_manager")
    yield
    carry_out(run, tenant, answer.action_id)


def _leave_only(tenant: Tenant, person: Principal, role: str) -> None:
    """Take all roles but one from somebody."""
    change(tenant, f"UPDATE people SET roles = '{role}' WHERE id = '{person.id}'")
    tenant.oracle.books.roles[person.id] = frozenset({role})


def handed_on(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody decides for another, who then no longer holds what was handed on, or takes it back."""
    _calm(run, tenant)
    people = _people(tenant)
    lasts = timedelta(minutes=run.random.choice((20, 300)))
    delegation = hand_on(run, tenant, people["priya"], people["sam"], lasts=lasts)
    answer = submit(run, tenant, _order(run, 2_000), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["sam"])
    match run.random.randrange(4):
        case 0:
            end(run, tenant, delegation, people["priya"])
        case 1:
            _leave_only(tenant, people["priya"], "inventory_manager")
        case 2:
            run.clock.now += timedelta(minutes=25)
        case _:
            pass
    yield
    carry_out(run, tenant, answer.action_id)


def handed_over_the_limit(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A delegate decides more than the giver may, or more than was handed on."""
    _calm(run, tenant)
    people = _people(tenant)
    if run.random.random() < 0.5:
        hand_on(run, tenant, people["pete"], people["oli"])
    else:
        hand_on(run, tenant, people["priya"], people["oli"], limit=Money.of(1_100, "GBP"))
    answer = submit(run, tenant, _order(run, 2_400), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["oli"], execute=True)


def asked_and_decided(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Whoever asks lets a delegate decide it."""
    _calm(run, tenant)
    people = _people(tenant)
    hand_on(run, tenant, people["max"], people["oli"])
    answer = submit(run, tenant, _order(run, 2_000), people["max"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["oli"], execute=True)


def one_as_two(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """One person says yes, and then a delegate of the same person."""
    _calm(run, tenant)
    people = _people(tenant)
    hand_on(run, tenant, people["priya"], people["oli"])
    answer = submit(run, tenant, _order(run, 4_000), people["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), people["priya"])
    yield
    say_yes(run, tenant, str(answer.approval_id), people["oli"], execute=True)


def too_early(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """An administrator decides what is asked of others, before it has waited long enough; then in time."""
    _calm(run, tenant)
    _next_day(run, tenant)
    people = _people(tenant)
    answer = submit(run, tenant, _order(run, 500), people["nightly"], execute=False, tainted=True)
    yield
    if run.random.random() < 0.5:
        run.clock.now += timedelta(minutes=25)
    say_yes(run, tenant, str(answer.approval_id), people["ada"], execute=True)


def undone_twice(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """What was done is taken back, and then again."""
    _calm(run, tenant)
    number = run.random.randrange(1, len(SKUS))
    args = {
        "sku": SKUS[number - 1],
        "location": "leeds",
        "change": run.random.choice((-3, 3)),
        "reason": "count",
    }
    answer = submit(
        run, tenant, parse_action("adjust_stock", args), _people(tenant)["sam"], execute=True, tainted=False
    )
    yield
    for _ in range(2):
        take_back(run, tenant, answer.action_id, execute=True)
        yield


def undone_too_late(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A price is changed again before somebody wants the first change taken back."""
    _calm(run, tenant)
    people, sku = _people(tenant), run.random.choice(SKUS[:-1])
    first = None
    for more in (5, 3):
        old = int(tenant.world.one("SELECT price_minor FROM products WHERE sku = :sku", sku=sku))
        args = {"sku": sku, "price": {"minor": old + more, "cur": "GBP"}, "reason": "market"}
        action = parse_action("change_price", args)
        answer = submit(run, tenant, action, people["nightly"], execute=True, tainted=False)
        first = first or answer
        yield
    if first is not None:
        take_back(run, tenant, first.action_id, execute=True)


def many_at_once(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody with a limit decides together what is over it together."""
    _calm(run, tenant)
    people = _people(tenant)
    orders = [
        submit(run, tenant, _order(run, 1_150, supplier), people["nightly"], execute=False, tainted=False)
        for supplier in ("north", "south")
    ]
    yield
    decide_all(run, tenant, [str(one.approval_id) for one in orders], people["pete"])


SCHEMES: Final[tuple[Scheme, ...]] = (
    changed_after_yes,
    tightened_after_yes,
    silent_split,
    late_spending,
    lost_and_found,
    refunded_twice,
    one_for_both,
    fit_no_more,
    handed_on,
    handed_over_the_limit,
    asked_and_decided,
    one_as_two,
    too_early,
    undone_twice,
    undone_too_late,
    many_at_once,
)
