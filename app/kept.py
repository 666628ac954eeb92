"""Answers about the whole ledger that many pages show: worked out once for each state of the ledger.

Every change of actions, approvals, switches and rules adds an entry to the audit in the same transaction, so
the number of the last such entry tells whichever process wrote last that an answer is out of date; entries
about people who sign in or look at a customer change no answer. What time alone changes (a request expires,
or is no longer put off) shows after `SECONDS` at most. Whoever asks while another works an answer out waits
for that one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeVar, cast

from shop.store.database import Snapshot
from tools.ledger import chain
from tools.ledger.queue import Queue

SECONDS: Final = 5
MINUTE: Final = 60
"""For what time alone changes slowly or not at all."""

_MOST: Final = 256

T = TypeVar("T")


@dataclass(slots=True)
class _Answer:
    """One question's answer and what it was worked out for; the lock is held by whoever works it out."""

    stamp: Hashable = None
    value: Any = None
    lock: Lock = field(default_factory=Lock)


class Kept:
    """The answers of one store in this process, and the queue that tells when they are out of date."""

    def __init__(self, tenant: str) -> None:
        self.queue = Queue(tenant)
        self._tenant = tenant
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()

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

        `seconds` is how long time alone may be out of sight in it. `make` may not ask the same question.
        """
        version = self.queue.at(snapshot).version
        stamp = (version, int(now.timestamp()) // seconds)
        answer = self._place(what)
        with answer.lock:
            if answer.stamp == stamp:
                return cast("T", answer.value)
            value = make()
            if chain.last_number(snapshot, self._tenant) >= version:  # else it is of before the version
                answer.value, answer.stamp = value, stamp
            return value

    def lately(
        self,
        now: datetime,
        what: Hashable,
        make: Callable[[], T],
        begin: Callable[[Callable[[], None]], object],
        *,
        seconds: int,
    ) -> tuple[T, datetime]:
        """An answer that takes long and may be some seconds old, with its moment.

        An older one is still given, while `begin` has it worked out anew behind everybody's back.
        """
        answer = self._place(what)

        def renew() -> None:
            value = make()
            answer.value, answer.stamp = (value, now), now

        with answer.lock:
            if answer.stamp is None:
                renew()
            value, at = cast("tuple[T, datetime]", answer.value)
        if (now - at).total_seconds() >= seconds:
            begin(renew)
        return value, at

    def always(self, what: Hashable, make: Callable[[], T]) -> T:
        """An answer that depends on nothing but its question."""
        answer = self._place(what)
        with answer.lock:
            if answer.stamp is None:
                answer.value, answer.stamp = make(), what
            return cast("T", answer.value)

    def _place(self, what: Hashable) -> _Answer:
        with self._lock:
            answer = self._answers.setdefault(what, _Answer())
            self._answers.move_to_end(what)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)
            return answer
