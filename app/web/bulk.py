"""Deciding several requests in two steps: what is ticked with its total, then the decision on just that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.bootstrap import House
from app.web.pages.today import total_by_currency
from shop.errors import ConflictError, NotFoundError
from shop.money import Money
from shop.people import Principal
from tools.approving import check_seen
from tools.batch import BatchItem, BatchResult, named_once
from tools.desk import ApprovalView, State


@dataclass(frozen=True, slots=True)
class Batch:
    """What would be decided: what still waits with its total for each currency, and what cannot be."""

    approve: bool
    reason: str
    waiting: tuple[ApprovalView, ...]
    left_out: tuple[tuple[str, str], ...]
    total: tuple[Money, ...]


def batch_of(house: House, chosen: Sequence[str], *, approve: bool, reason: str) -> Batch:
    """The requests behind some ids; what waits no more, or never was there, is named with the reason."""
    waiting: list[ApprovalView] = []
    left_out: list[tuple[str, str]] = []
    for one in named_once(chosen):
        try:
            approval = house.desk.approval(one)
        except NotFoundError as error:
            left_out.append((one, str(error)))
            continue
        if approval.state is State.PENDING:
            waiting.append(approval)
        else:
            left_out.append((one, f"{approval.state.value} already: {approval.action.reason}"))
    amounts = [one.action.money for one in waiting if one.action.money is not None]
    return Batch(approve, reason, tuple(waiting), tuple(left_out), total_by_currency(amounts))


def decided(
    house: House, chosen: Sequence[str], seen: Sequence[str], person: Principal, *, approve: bool, reason: str
) -> BatchResult:
    """Decide each; a yes counts only for the card that was shown (``A-17:9f3c...``).

    Raises as the desk does for the total of all.
    """
    wanted = named_once(chosen)
    if not approve:
        return house.desk.reject_many(wanted, person, reason)
    shown = dict(one.partition(":")[::2] for one in seen)
    changed = {one: fault for one in wanted if (fault := _changed(house, one, shown.get(one, "")))}
    done = house.desk.approve_many([one for one in wanted if one not in changed], person, reason, seen=shown)
    refused = tuple(BatchItem(one, None, ConflictError(fault)) for one, fault in changed.items())
    return BatchResult((*done.items, *refused))


def _changed(house: House, approval_id: str, seen: str) -> str:
    """Why a yes would not be to what was shown; nothing if it would. What is not there says so itself."""
    try:
        check_seen(house.desk.approval(approval_id), seen)
    except NotFoundError:
        return ""
    except ConflictError as error:
        return str(error)
    return ""
