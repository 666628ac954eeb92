"""Two people for whatever loosens the gate: who may ask, who may confirm, and the store that has only one.

The two are different humans who both hold a role that decides something, and one of them is an
administrator. Delegated roles do not count here, and whoever acts for one of the two is not a second
person. Agents take no part.

A store with one such person would be stuck, so its founder may act alone: an administrator, as long as
nobody else with a deciding role was ever in the store. Whoever was in it counts even when they have left,
so an administrator cannot make themselves the only one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shop.errors import AccessDeniedError, ConflictError
from shop.people import Kind, Principal, Role
from shop.store.database import Snapshot
from shop.store.people import everybody, find_person
from tools.ledger import delegations

DECIDING: Final = frozenset(Role) - {Role.VIEWER, Role.OPERATOR}
"""Roles that decide something; operators and viewers take part in no loosening."""


def check_first(person: Principal, task: str) -> None:
    """Refuse anybody who may not even ask for it; `task` completes "it takes ... to"."""
    if not person.is_human:
        raise AccessDeniedError(f"only a person may {task}")
    if not person.roles & DECIDING:
        raise AccessDeniedError(f"{person.name} may not {task}: it takes a role that decides, or admin")


def is_alone(snapshot: Snapshot, person: Principal) -> bool:
    """Whether this administrator is the only human with a deciding role that the store ever had."""
    return person.is_human and Role.ADMIN in person.roles and founder(snapshot) == person.id


def founder(snapshot: Snapshot) -> str | None:
    """The id of the active administrator besides whom no human ever held a deciding role here, if any."""
    deciding = [one for one in everybody(snapshot) if one.kind is Kind.HUMAN and one.roles & DECIDING]
    if len(deciding) != 1 or not deciding[0].active or Role.ADMIN not in deciding[0].roles:
        return None
    return deciding[0].id


def check_second(
    snapshot: Snapshot,
    tenant: str,
    first: str,
    first_roles: Iterable[str],
    second: Principal,
    now: datetime,
    task: str,
) -> bool:
    """Refuse a second person who is none; gives whether the founder acts alone.

    `first` asked, with `first_roles` then. Raises AccessDeniedError, and ConflictError when the one who
    asked may not ask any more.
    """
    check_first(second, task)
    if is_alone(snapshot, second) and second.id == first:
        return True
    if second.id == first:
        raise AccessDeniedError(f"{second.name} asked for it, so somebody else must {task}")
    _refuse_one_person_as_two(snapshot, tenant, first, second, now)
    held = _held_still(snapshot, first, first_roles)
    if not held & DECIDING:
        raise ConflictError(f"{first} may not ask for it any more; ask for it anew")
    if Role.ADMIN not in held | second.roles:
        raise AccessDeniedError(f"one of the two must be an admin, and neither {first} nor {second.name} is")
    return False


def _refuse_one_person_as_two(
    snapshot: Snapshot, tenant: str, first: str, second: Principal, now: datetime
) -> None:
    handed = (
        *delegations.handed_to(snapshot, tenant, second.id, now),
        *delegations.handed_to(snapshot, tenant, first, now),
    )
    if any({one.delegator, one.delegate} == {first, second.id} for one in handed):
        raise AccessDeniedError(
            f"{first} and {second.name} act for one another at present, so they are not two people here"
        )
    if second.on_behalf_of == first:
        raise AccessDeniedError(f"{second.name} acts for {first}, so is not a second person here")


def _held_still(snapshot: Snapshot, first: str, roles_then: Iterable[str]) -> frozenset[Role]:
    """What the one who asked holds now, never more than then; people the list does not know keep theirs."""
    then = frozenset(Role(role) for role in roles_then)
    known = find_person(snapshot, first)
    if known is None:
        return then
    return then & known.roles if known.active and known.kind is Kind.HUMAN else frozenset()
