"""Answers about the whole ledger that many pages show: worked out once for each state of the ledger.

Every change of actions, approvals, switches and rules adds an entry to the audit in the same transaction, so
the number of its last entry tells whichever process wrote last that an answer is out of date. What time alone
changes (a request expires, or is no longer put off) shows after `SECONDS` at most.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeVar

from shop.store.database import Snapshot
from tools.ledger import chain

SECONDS: Final = 5
_MOST: Final = 256

T = TypeVar("T")


class Kept:
    """The answers of one store in this process."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()

    def of(
        self,
        snapshot: Snapshot,
        now: datetime,
        what: Hashable,
        make: Callable[[], T],
        *,
        seconds: int = SECONDS,
    ) -> T:
        """The answer to a question, from `make` unless it is known for this state of the ledger.

        `seconds` is how long time alone may be out of sight in it.
        """
        stamp = (chain.last_number(snapshot, self._tenant), int(now.timestamp()) // seconds)
        with self._lock:
            known = self._answers.get(what)
        if known is not None and known[0] == stamp:
            return known[1]  # type: ignore[no-any-return]  # it was put there under the same question
        answer = make()
        with self._lock:
            self._answers[what] = (stamp, answer)
            self._answers.move_to_end(what)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)
        return answer
