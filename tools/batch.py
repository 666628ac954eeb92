"""Deciding several approvals at once: the total is weighed first, then each is decided by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shop.errors import AccessDeniedError, InvalidActionError, NotFoundError, ShopError
from shop.money import Money
from shop.people import Principal
from shop.store.database import Snapshot
from tools.approving import Approving
from tools.filing import Bench, Submission
from tools.ledger import waiting
from tools.ledger.authority import Authority
from tools.ledger.states import ApprovalView, State

MOST: Final = 500
"""More than this in one go is nobody's considered decision."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What became of one approval: the submission, or the error that refused this decision."""

    approval_id: str
    submission: Submission | None
    error: ShopError | None = None

    def in_words(self) -> str:
        """One sentence."""
        return self.submission.in_words() if self.submission else str(self.error)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One item for each approval, in the order they were named."""

    items: tuple[BatchItem, ...]

    @property
    def refused(self) -> tuple[BatchItem, ...]:
        """Those that this person could not decide."""
        return tuple(item for item in self.items if item.error is not None)


def each(approval_ids: Sequence[str], decide: Callable[[str], Submission]) -> BatchResult:
    """Decide one after the other; an error of one stands at its item and does not stop the others."""
    return BatchResult(tuple(_decided(one, decide) for one in approval_ids))


def named_once(approval_ids: Iterable[str]) -> list[str]:
    """The ids without repetitions, ``a1`` and ``A-1`` being the same; raises InvalidActionError over 500.

    >>> named_once(["A-2", "a1", "1", "A-1", "what"])
    ['A-2', 'A-1', 'what']
    """
    found = list(dict.fromkeys(_plain(one) for one in approval_ids))
    if len(found) > MOST:
        raise InvalidActionError(f"{len(found)} approvals at once; decide {MOST} at most")
    return found


def check_total(
    snapshot: Snapshot, bench: Bench, approving: Approving, approval_ids: Sequence[str], person: Principal
) -> None:
    """Refuse a batch whose total is over what this person may approve; raises AccessDeniedError.

    The value of everything in the batch that waits is added up for each authority that it would rest on
    and each currency: ten approvals below a limit are not together above it.
    """
    totals: dict[tuple[Authority, str], Money] = {}
    for approval in _waiting(snapshot, bench.tenant, approval_ids):
        money = approval.action.money
        held = approving.authority_for(snapshot, approval, person)
        if money is not None:
            place = (held, money.currency)
            totals[place] = totals.get(place, Money(0, money.currency)) + money
    for (held, _), total in totals.items():
        if not held.covers(total):
            acting = f" for {held.holder}" if held.delegation else ""
            raise AccessDeniedError(
                f"together these are {total} and {person.name} may approve{acting} up to {held.limit}; "
                "nothing was decided"
            )


def _waiting(snapshot: Snapshot, tenant: str, approval_ids: Sequence[str]) -> list[ApprovalView]:
    found = []
    for approval_id in approval_ids:
        try:
            approval = waiting.get(snapshot, tenant, approval_id)
        except NotFoundError:
            continue  # its own item says so
        if approval.state is State.PENDING:
            found.append(approval)
    return found


def _decided(approval_id: str, decide: Callable[[str], Submission]) -> BatchItem:
    try:
        return BatchItem(approval_id, decide(approval_id))
    except ShopError as error:
        return BatchItem(approval_id, None, error)


def _plain(approval_id: str) -> str:
    try:
        return f"A-{waiting.number_of(approval_id)}"
    except NotFoundError:
        return approval_id
