"""Sorting what waits: put one aside until later, or name the person who should look at it.

Neither is a decision: a snoozed approval still expires and can still be decided, and being assigned one
gives nobody a right that they do not hold.
"""

from __future__ import annotations

from datetime import datetime

from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.people import Kind, Principal
from shop.store.database import Transaction
from shop.store.people import person as somebody
from tools.approving import Approving
from tools.filing import Bench, actor_of, check_requester
from tools.ledger import chain, waiting
from tools.ledger.states import ApprovalView, State


class Triage:
    """Snoozing and assigning, each one row and one audit entry."""

    def __init__(self, bench: Bench, approving: Approving) -> None:
        self._bench = bench
        self._approving = approving

    def snooze(self, approval_id: str, until: datetime | None, person: Principal) -> ApprovalView:
        """Leave an approval out of the list until a moment before its expiry; None puts it back."""
        with self._bench.db.writing() as tx:
            found, now = self._waiting(tx, approval_id, person), self._bench.clock()
            if until is not None and until <= now:
                raise InvalidActionError("snooze until a moment that is still to come")
            if until is not None and until >= found.action.expires_at:
                expires = f"{found.action.expires_at:%Y-%m-%d %H:%M} UTC"
                raise InvalidActionError(f"{found.id} expires {expires}; snooze it until before that")
            shown = None if until is None else until.isoformat()
            waiting.note(tx, found, snoozed_until=until)
            return self._noted(tx, found, person, "approval.snoozed", until=shown)

    def assign(self, approval_id: str, to: str | None, person: Principal) -> ApprovalView:
        """Name who should decide, somebody who may; None names nobody."""
        with self._bench.db.writing() as tx:
            found = self._waiting(tx, approval_id, person)
            if to is not None:
                self._check_may_decide(tx, found, to)
            waiting.note(tx, found, assigned_to=to)
            return self._noted(tx, found, person, "approval.assigned", to=to)

    def _waiting(self, tx: Transaction, approval_id: str, person: Principal) -> ApprovalView:
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person sorts what waits for people")
        check_requester(person)
        found = waiting.get(tx, self._bench.tenant, approval_id)
        if found.state is not State.PENDING:
            raise ConflictError(f"{found.id} is {found.state.value} already: {found.action.reason}")
        if self._bench.clock() >= found.action.expires_at:
            raise ConflictError(f"{found.id} has expired; ask for it again")
        return found

    def _check_may_decide(self, tx: Transaction, found: ApprovalView, to: str) -> None:
        listed = somebody(tx, to)
        principal = Principal(listed.id, listed.name, listed.kind, listed.roles, limit=listed.limit)
        may = listed.active and listed.kind is Kind.HUMAN
        if not (may and self._approving.may_decide(tx, found, principal, amount_counts=True)):
            raise InvalidActionError(
                f"{listed.name} may not decide {found.id}; assign it to somebody who may"
            )

    def _noted(
        self, tx: Transaction, found: ApprovalView, person: Principal, event: str, **body: str | None
    ) -> ApprovalView:
        chain.append(
            tx,
            self._bench.tenant,
            self._bench.clock(),
            actor_of(person),
            event,
            action_id=found.action.id,
            body={"approval": found.id, **body},
        )
        return waiting.get(tx, self._bench.tenant, found.id)
