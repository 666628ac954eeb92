"""Delegations: who approves for whom, until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from app.web.api.shapes import (
    PAGE,
    After,
    Id,
    In,
    Limit,
    Listed,
    MoneyIn,
    MoneyOut,
    Note,
    Out,
    Words,
    place_in_list,
)
from app.web.who import Caller, Decider, Opened
from shop.people import Role
from tools.desk import Delegation

router = APIRouter(tags=["delegations"])


class DelegationOut(Out):
    """Who handed which roles to whom; it is worth what its giver holds when it is used."""

    id: str
    delegator: str
    delegate: str
    roles: list[str]
    limit: MoneyOut | None
    since: datetime
    until: datetime
    reason: str
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    @classmethod
    def of(cls, found: Delegation) -> DelegationOut:
        """From the ledger, with the roles in order."""
        own = {name: getattr(found, name) for name in cls.model_fields}
        return cls.model_validate({**own, "roles": sorted(found.roles)})


class DelegationIn(In):
    """Whom to let approve for you; without `roles` all that you hold, without `since` from now on."""

    to: Words
    until: AwareDatetime
    since: AwareDatetime | None = None
    roles: list[Role] = Field(default=[], max_length=len(Role))
    limit: MoneyIn | None = None
    reason: Note = ""


@router.get("/delegations", summary="Who approves for whom, by number")
def listed(
    house: Opened,
    caller: Caller,
    ended: Annotated[bool, Query(description="also those that are over")] = False,
    after: After = "",
    limit: Limit = PAGE,
) -> Listed[DelegationOut]:
    """Those that may still be used, now or later."""
    del caller
    behind = place_in_list(after)
    found = [one for one in house.desk.delegations(ended=ended) if _number(one) > behind]
    following = str(_number(found[limit - 1])) if len(found) > limit else None
    return Listed(items=[DelegationOut.of(one) for one in found[:limit]], next=following)


@router.post("/delegations", summary="Let somebody approve for you")
def delegate(house: Opened, person: Decider, asked: DelegationIn) -> DelegationOut:
    """Never more than you hold, never on to a third, never for what either of you asked for."""
    done = house.desk.delegate(
        person,
        asked.to,
        until=asked.until,
        since=asked.since,
        roles=asked.roles,
        limit=None if asked.limit is None else asked.limit.money(),
        reason=asked.reason,
    )
    return DelegationOut.of(done)


@router.get("/delegations/{delegation_id}", summary="One delegation")
def one(house: Opened, caller: Caller, delegation_id: Id) -> DelegationOut:
    """Ended or not."""
    del caller
    return DelegationOut.of(house.desk.delegation(delegation_id))


@router.post("/delegations/{delegation_id}/revoke", summary="End a delegation at once")
def revoke(house: Opened, person: Decider, delegation_id: Id) -> DelegationOut:
    """Its giver, its taker and an administrator may."""
    return DelegationOut.of(house.desk.revoke_delegation(delegation_id, person))


def _number(found: Delegation) -> int:
    return int(found.id.removeprefix("D-"))
