"""Who the caller is, as the desk sees them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from app.web.api.shapes import MoneyOut, Out
from app.web.who import Caller, Opened, called

router = APIRouter(tags=["me"])


class Me(Out):
    """The caller: roles as this credential leaves them, and the largest amount they may approve."""

    id: str
    name: str
    kind: str
    roles: list[str]
    limit: MoneyOut | None
    scope: str
    tenant: str


@router.get("/me", summary="Who this credential is")
def me(request: Request, house: Opened, caller: Caller) -> Me:
    """The person or agent behind the credential."""
    return Me(
        id=caller.id,
        name=caller.name,
        kind=caller.kind.value,
        roles=sorted(role.value for role in caller.roles),
        limit=None if caller.limit is None else MoneyOut.model_validate(caller.limit),
        scope=called(request).scope.value,
        tenant=house.db.tenant,
    )
