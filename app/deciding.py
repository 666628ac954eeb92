"""Who decides an approval on this machine, and whether they may: the desk asks again, in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.bootstrap import House
from policies.decision import Grant, Requirement
from policies.satisfied import enough
from shop.people import Principal
from tools.desk import ApprovalView
from tools.four_eyes import DECIDING, is_alone


def decider(
    house: House, approval: ApprovalView, as_name: str | None, *, amount_counts: bool = True
) -> Principal:
    """The person who decides; raises AccessDeniedError when nobody or several here could."""

    def may(person: Principal) -> bool:
        return house.desk.may_decide(approval.id, person, amount_counts=amount_counts)

    return house.front_door.somebody(as_name, may, f"decide {approval.id} ({asked_roles(approval)} is asked)")


def batch_decider(
    house: House, approvals: Sequence[ApprovalView], as_name: str | None, *, amount_counts: bool = True
) -> Principal:
    """The one person who decides all of a batch; raises AccessDeniedError when nobody or several could."""
    if len(approvals) == 1:
        return decider(house, approvals[0], as_name, amount_counts=amount_counts)

    def may(person: Principal) -> bool:
        return person.is_human and all(
            house.desk.may_decide(one.id, person, amount_counts=amount_counts) for one in approvals
        )

    return house.front_door.somebody(as_name, may, "decide all of these")


def decides(person: Principal) -> bool:
    """Whether somebody holds a role that decides something."""
    return person.is_human and bool(person.roles & DECIDING)


def second_person(house: House, as_name: str | None, first: str, task: str) -> Principal:
    """Who says the second word: not the one who said the first, except the founder of a store of one.

    Raises AccessDeniedError when nobody or several here could.
    """

    def may(person: Principal) -> bool:
        if not decides(person):
            return False
        with house.db.reading() as snapshot:
            return person.id != first or is_alone(snapshot, person)

    return house.front_door.somebody(as_name, may, task)


def is_asked(approval: ApprovalView, person: Principal) -> bool:
    """Whether this person's decision could count: a human with an asked role, and not the requester."""
    involved = {approval.action.requester, approval.action.on_behalf_of}
    return person.is_human and person.id not in involved and bool(person.roles & _roles(approval))


def is_within_limit(approval: ApprovalView, person: Principal) -> bool:
    """Whether the amount is within what this person may approve."""
    money, limit = approval.action.money, person.limit
    return money is None or limit is None or (money.currency == limit.currency and money <= limit)


def asked_roles(approval: ApprovalView) -> str:
    """Who is asked, in words: ``purchasing manager and finance (different people)``."""
    return "; and ".join(dict.fromkeys(one.in_words() for one in _named(approval)))


@dataclass(frozen=True, slots=True)
class Asked:
    """So many people of the `needed` have said yes to what one rule asks, `who` is asked in words."""

    who: str
    given: int
    needed: int


def progress_of(approval: ApprovalView, grants: Sequence[Grant]) -> tuple[Asked, ...]:
    """How far an approval is that takes several people; empty where one yes is enough.

    `grants` are the yeses that count at this moment. A rule is shown as fulfilled only when it is: two yeses
    by the same role fill one of two different seats.
    """
    found = []
    for one in _named(approval):
        needed = len(one.by_each) or one.quorum
        given = len({grant.person for grant in grants if _counts(one, grant)})
        found.append(Asked(one.in_words(), needed if enough(one, grants) else min(given, needed - 1), needed))
    distinct = tuple(dict.fromkeys(found))
    return distinct if len(distinct) > 1 or any(one.needed > 1 for one in distinct) else ()


def _named(approval: ApprovalView) -> list[Requirement]:
    """What is asked, without what somebody who is asked beside others answers anyway."""
    asked = [Requirement.from_json(one) for one in approval.required]
    one_of_each = {role for one in asked for role in one.by_each}
    return [one for one in asked if one.by_each or one.quorum > 1 or not one_of_each & {*one.by}]


def _counts(asked: Requirement, grant: Grant) -> bool:
    return not grant.roles.isdisjoint(asked.roles | asked.also_asked(grant.waited))


def _roles(approval: ApprovalView) -> frozenset[str]:
    return frozenset(role for one in approval.required for role in (*one["by"], *one["by_each"]))
