"""Attacks and accidents that take several steps, with whatever else happens in between.

Each is a generator; a step ends at each ``yield``. Chance alone meets these too seldom, and a run that never
meets them proves little about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from evals.hostile.asking import submit, take_back
from evals.hostile.deciding import carry_out, recover, say_yes
from evals.hostile.dials import tighten
from evals.hostile.goods import EURO, SKUS
from evals.hostile.limits import EDITED, USUAL
from evals.hostile.paperwork import decide_all, end, hand_on
from evals.hostile.rule_making import kind_left_out, rules_of_one, set_limits
from evals.hostile.sales import ORDERS, paid
from evals.hostile.service_schemes import SERVICE_SCHEMES
from evals.hostile.staging import calm, next_day, people, some_order, tried
from evals.hostile.surroundings import change, set_rate
from evals.hostile.town import staff
from policies.modes import Mode
from shop.actions import parse_action
from shop.money import Money
from shop.people import Principal

if TYPE_CHECKING:
    from evals.hostile.simulation import Simulation, Tenant

Scheme = Callable[["Simulation", "Tenant"], Iterator[None]]


def changed_after_yes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """What was approved changes before it is carried out."""
    calm(run, tenant)
    staff_of = people(tenant)
    answer = submit(run, tenant, some_order(run, 2_000), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["priya"])
    yield
    change(tenant, "UPDATE suppliers SET version = version + 1 WHERE id = 'north'")
    yield
    carry_out(run, tenant, answer.action_id)


def worth_more_after_yes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody with a limit says yes to an order in euros, which then comes to be worth more than that."""
    calm(run, tenant)
    staff_of = people(tenant)
    set_rate(run, tenant, EURO)
    order = some_order(run, 1_300, "euro")
    answer = submit(run, tenant, order, staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["pete"])
    set_rate(run, tenant, "0.97")
    yield
    carry_out(run, tenant, answer.action_id)


def tightened_after_yes(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Two people say yes, then the hard limit falls below what they approved."""
    calm(run, tenant)
    staff_of = people(tenant)
    answer = submit(run, tenant, some_order(run, 4_800), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["priya"])
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["max"])
    set_limits(run, tenant, replace(USUAL, order_hard=3_000))
    yield
    carry_out(run, tenant, answer.action_id)


def silent_split(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Orders below every limit, of which none is ever answered, add up over the day's."""
    calm(run, tenant)
    next_day(run, tenant)
    yield
    for _ in range(8):
        tenant.planned.clear()
        tenant.planned.append("silent after")
        submit(run, tenant, some_order(run, 990), people(tenant)["nightly"], execute=True, tainted=False)
        yield


def late_spending(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Orders are filed on one day and carried out on the next; they count on the day they happen."""
    calm(run, tenant)
    next_day(run, tenant)
    agent = people(tenant)["nightly"]
    filed = [submit(run, tenant, some_order(run, 960), agent, execute=False, tainted=False) for _ in range(6)]
    yield
    run.clock.now += timedelta(hours=20)
    for one in filed:
        carry_out(run, tenant, one.action_id)
    yield
    run.clock.now += timedelta(hours=5)
    for _ in range(2):
        submit(run, tenant, some_order(run, 960), agent, execute=True, tainted=False)


def lost_and_found(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A worker is lost before the effect; when it is found out, the effect must not happen any more."""
    calm(run, tenant)
    next_day(run, tenant)
    yield
    tenant.planned.append(run.random.choice(("silent before", "server error")))
    answer = submit(run, tenant, some_order(run, 900), people(tenant)["nightly"], execute=True, tainted=False)
    match run.random.randrange(4):
        case 0:
            set_limits(run, tenant, EDITED[1])
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
    calm(run, tenant)


def refunded_twice(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """All that was paid for a small order is paid back, and then again."""
    calm(run, tenant)
    next_day(run, tenant)
    number = run.random.randrange(30)
    amount = {"minor": paid(number), "cur": "GBP"}
    for reason in ("broken", "still broken"):
        args = {"order": str(1000 + number), "amount": amount, "reason": reason}
        action = parse_action("refund_order", args)
        submit(run, tenant, action, people(tenant)["nightly"], execute=True, tainted=False)
        yield


def one_for_both(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Refunds add up over the day's limit, where two roles must say yes; somebody who holds both says it."""
    calm(run, tenant)
    next_day(run, tenant)
    yield
    staff_of = people(tenant)
    for number in run.random.sample(range(30, ORDERS), 4):
        change(tenant, f"UPDATE payments SET amount_minor = amount_minor + 5000 WHERE id = 'pay-{number}'")
        args = {"order": str(1000 + number), "amount": {"minor": 4_900, "cur": "GBP"}, "reason": "late"}
        action = parse_action("refund_order", args)
        answer = submit(run, tenant, action, staff_of["nightly"], execute=True, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["fay"], execute=True)


def fit_no_more(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody says yes and loses the role before it is carried out."""
    calm(run, tenant)
    staff_of = people(tenant)
    answer = submit(run, tenant, some_order(run, 2_000), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["priya"])
    _leave_only(tenant, staff_of["priya"], "inventory_manager")
    yield
    carry_out(run, tenant, answer.action_id)


def _leave_only(tenant: Tenant, person: Principal, role: str) -> None:
    """Take all roles but one from somebody."""
    change(tenant, f"UPDATE people SET roles = '{role}' WHERE id = '{person.id}'")
    tenant.oracle.books.roles[person.id] = frozenset({role})


def handed_on(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody decides for another, who then no longer holds what was handed on, or takes it back."""
    calm(run, tenant)
    staff_of = people(tenant)
    lasts = timedelta(minutes=run.random.choice((20, 300)))
    delegation = hand_on(run, tenant, staff_of["priya"], staff_of["sam"], lasts=lasts)
    answer = submit(run, tenant, some_order(run, 2_000), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["sam"])
    match run.random.randrange(4):
        case 0:
            end(run, tenant, delegation, staff_of["priya"])
        case 1:
            _leave_only(tenant, staff_of["priya"], "inventory_manager")
        case 2:
            run.clock.now += timedelta(minutes=25)
        case _:
            pass
    yield
    carry_out(run, tenant, answer.action_id)


def handed_over_the_limit(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A delegate decides more than the giver may, or more than was handed on."""
    calm(run, tenant)
    staff_of = people(tenant)
    if run.random.random() < 0.5:
        hand_on(run, tenant, staff_of["pete"], staff_of["oli"])
    else:
        hand_on(run, tenant, staff_of["priya"], staff_of["oli"], limit=Money.of(1_100, "GBP"))
    answer = submit(run, tenant, some_order(run, 2_400), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["oli"], execute=True)


def asked_and_decided(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Whoever asks decides it, and lets two delegates decide it."""
    calm(run, tenant)
    staff_of = people(tenant)
    for name in ("oli", "sam"):
        hand_on(run, tenant, staff_of["max"], staff_of[name])
    answer = submit(run, tenant, some_order(run, 2_000), staff_of["max"], execute=False, tainted=False)
    yield
    for name in ("max", "oli", "sam"):
        tried(run, partial(say_yes, run, tenant, str(answer.approval_id), staff_of[name], execute=True))


def one_as_two(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """One person says yes, and then a delegate of the same person."""
    calm(run, tenant)
    staff_of = people(tenant)
    hand_on(run, tenant, staff_of["priya"], staff_of["oli"])
    answer = submit(run, tenant, some_order(run, 4_000), staff_of["nightly"], execute=False, tainted=False)
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["priya"])
    yield
    say_yes(run, tenant, str(answer.approval_id), staff_of["oli"], execute=True)


def too_early(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """An administrator decides what is asked of others, before it has waited long enough; then in time."""
    calm(run, tenant)
    next_day(run, tenant)
    staff_of = people(tenant)
    answer = submit(run, tenant, some_order(run, 500), staff_of["nightly"], execute=False, tainted=True)
    yield
    if run.random.random() < 0.5:
        run.clock.now += timedelta(minutes=25)
    say_yes(run, tenant, str(answer.approval_id), staff_of["ada"], execute=True)


def undone_twice(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """What was done is taken back, and then again."""
    calm(run, tenant)
    number = run.random.randrange(1, len(SKUS))
    args = {
        "sku": SKUS[number - 1],
        "location": "leeds",
        "change": run.random.choice((-3, 3)),
        "reason": "count",
    }
    answer = submit(
        run, tenant, parse_action("adjust_stock", args), people(tenant)["sam"], execute=True, tainted=False
    )
    yield
    for _ in range(2):
        take_back(run, tenant, answer.action_id, execute=True)
        yield


def undone_too_late(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """A price is changed again before somebody wants the first change taken back."""
    calm(run, tenant)
    staff_of, sku = people(tenant), run.random.choice(SKUS[:-1])
    first = None
    for more in (5, 3):
        old = int(tenant.world.one("SELECT price_minor FROM products WHERE sku = :sku", sku=sku))
        args = {"sku": sku, "price": {"minor": old + more, "cur": "GBP"}, "reason": "market"}
        action = parse_action("change_price", args)
        answer = submit(run, tenant, action, staff_of["nightly"], execute=True, tainted=False)
        first = first or answer
        yield
    if first is not None:
        for _ in range(2):
            tried(run, partial(take_back, run, tenant, first.action_id, execute=True))


def many_at_once(run: Simulation, tenant: Tenant) -> Iterator[None]:
    """Somebody with a limit decides together what is over it together."""
    calm(run, tenant)
    staff_of = people(tenant)
    orders = [
        submit(run, tenant, some_order(run, 1_150, one), staff_of["nightly"], execute=False, tainted=False)
        for one in ("north", "south")
    ]
    yield
    decide_all(run, tenant, [str(one.approval_id) for one in orders], staff_of["pete"])


SCHEMES: Final[tuple[Scheme, ...]] = (
    changed_after_yes,
    worth_more_after_yes,
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
    *SERVICE_SCHEMES,
    rules_of_one,
    kind_left_out,
)
