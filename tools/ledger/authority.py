"""On whose authority somebody decides: their own, or that of a person who handed it to them.

An authority is worked out anew each time it is used. What was handed on is cut down to what its giver
holds at that moment, roles and limit alike; a giver's own authority is never one that was handed to them,
so nothing is handed on twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policies.decision import Grant
from shop.errors import NotFoundError
from shop.money import Money
from shop.people import Kind, Principal
from shop.store.database import Snapshot
from shop.store.people import Person, find_person
from tools.ledger import delegations
from tools.ledger.delegations import Delegation
from tools.ledger.states import ActionView, ApprovalView, GrantView


@dataclass(frozen=True, slots=True)
class Authority:
    """The roles and the amount limit (None is no limit) with which somebody decides, and whose they are."""

    holder: str
    roles: frozenset[str]
    limit: Money | None
    delegation: str | None = None

    def covers(self, money: Money | None) -> bool:
        """Whether an amount is within the limit; an amount in another currency never is.

        >>> Authority("priya", frozenset(), Money.of(50, "GBP")).covers(Money.of(50, "EUR"))
        False
        """
        if money is None or self.limit is None:
            return True
        return money.currency == self.limit.currency and money <= self.limit


def own(person: Principal) -> Authority:
    """What somebody holds by themselves, as the session knows them."""
    return Authority(person.id, delegations.roles_of(role.value for role in person.roles), person.limit)


def handed_to(snapshot: Snapshot, tenant: str, person_id: str, now: datetime) -> list[Authority]:
    """What others handed to somebody and is worth something at this moment."""
    found = delegations.handed_to(snapshot, tenant, person_id, now)
    return [worth for one in found if (worth := _worth(snapshot, one)) is not None]


def uninvolved(action: ActionView, authorities: Iterable[Authority]) -> list[Authority]:
    """Those that do not belong to whoever asked for the action or is represented in it."""
    return [one for one in authorities if one.holder not in {action.requester, action.on_behalf_of}]


def valid_grants(snapshot: Snapshot, approval: ApprovalView, now: datetime) -> list[Grant]:
    """The yeses that count at this moment, as the judge takes them."""
    return [
        Grant(one.person, one.roles, min(one.at, now) - approval.asked_at)
        for one in counting(snapshot, approval, now)
    ]


def counting(snapshot: Snapshot, approval: ApprovalView, now: datetime) -> list[GrantView]:
    """The yeses that count at this moment, oldest first, with the roles that still count.

    A yes counts while its giver still holds the roles it was given with and may still approve the amount.
    One that was given for somebody else counts while the delegation is in force, for what its giver still
    holds. Whoever stands behind a yes stands behind no other: a person and somebody acting for them are
    one person.
    """
    counted: list[GrantView] = []
    seen = {one for one in (approval.action.requester, approval.action.on_behalf_of) if one}
    for given in approval.grants:
        roles = given.roles & _held_still(snapshot, approval.action, given, now)
        if roles and not behind([given]) & seen:
            seen |= behind([given])
            counted.append(replace(given, roles=roles))
    return counted


def behind(grants: Iterable[GrantView]) -> set[str]:
    """Everybody who gave one of these yeses, or for whom it was given."""
    return {name for one in grants for name in (one.person, one.acting_for) if name}


def _held_still(snapshot: Snapshot, action: ActionView, given: GrantView, now: datetime) -> frozenset[str]:
    giver = find_person(snapshot, given.person)
    if given.delegation is None:
        return given.roles if giver is None else _own_still(giver, action.money)
    if giver is None or not _may_decide(giver):
        return frozenset()
    try:
        delegation = delegations.get(snapshot, action.tenant, given.delegation)
    except NotFoundError:
        return frozenset()
    if delegation.delegate != given.person or not delegation.in_force(now):
        return frozenset()
    worth = _worth(snapshot, delegation)
    return worth.roles if worth is not None and worth.covers(action.money) else frozenset()


def _own_still(giver: Person, money: Money | None) -> frozenset[str]:
    held = Authority(giver.id, _roles(giver), giver.limit)
    return held.roles if held.covers(money) else frozenset()


def _worth(snapshot: Snapshot, delegation: Delegation) -> Authority | None:
    giver = find_person(snapshot, delegation.delegator)
    user = find_person(snapshot, delegation.delegate)
    if giver is None or user is None or not _may_decide(user):
        return None
    limits = [limit for limit in (giver.limit, delegation.limit) if limit is not None]
    if len({limit.currency for limit in limits}) > 1:
        return None
    roles = delegation.roles & _roles(giver)
    return Authority(giver.id, roles, _lowest(limits), delegation.id) if roles else None


def _lowest(limits: Sequence[Money]) -> Money | None:
    return min(limits, key=lambda limit: limit.minor) if limits else None


def _may_decide(person: Person) -> bool:
    return person.active and person.kind is Kind.HUMAN


def _roles(person: Person) -> frozenset[str]:
    """What the people's list says somebody holds; nothing for somebody inactive or no human."""
    return delegations.roles_of(person.roles) if _may_decide(person) else frozenset()
