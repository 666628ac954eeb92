"""The dials and the stop switch: one person tightens at once, two loosen.

Loosening a dial, or releasing the stop switch, is asked for by one person and confirmed by another within
a day. Whoever tightens the same switch in between overtakes the request: it never undoes a fresh stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from policies.modes import STRICTER, Mode
from shop.actions import KINDS
from shop.errors import AccessDeniedError, ConflictError, NotFoundError
from shop.people import Principal, Role
from shop.store.database import Snapshot, Transaction
from shop.store.founding import set_own_names
from shop.store.reads.info import store_info
from tools.filing import STOP, SYSTEM, Bench, actor_of, check_requester, mode_of, stopped
from tools.four_eyes import check_first, check_second, is_alone
from tools.ledger import chain, loosenings, waiting
from tools.ledger.loosenings import Loosening, Standing

CONFIRM_WITHIN: Final = timedelta(hours=24)
NAMES: Final = "names"
OWN: Final = "own"
FOREIGN: Final = "foreign"
STOPPED: Final = "stopped"
RUNNING: Final = "running"


_TASKS: Final = {STOP: "release the stop switch", NAMES: "vouch for the names in the store"}


@dataclass(frozen=True, slots=True)
class Turned:
    """What came of turning switches: those that stand as asked, and the request that waits for another.

    `alone`: the store's only deciding person loosened without a second one.
    """

    done: tuple[str, ...]
    request: Loosening | None = None
    alone: bool = False


class Switching:
    """Switches, each turned and audited in one transaction."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def set_modes(self, kinds: Iterable[str], mode: Mode, person: Principal, reason: str) -> Turned:
        """Turn the dials of some kinds of action."""
        wanted = tuple(dict.fromkeys(kinds))
        unknown = [kind for kind in wanted if kind not in KINDS]
        if unknown:
            raise NotFoundError(
                f"there is no kind of action {unknown[0]!r}; known are {', '.join(sorted(KINDS))}"
            )
        return self._turn(wanted, mode.value, person, reason)

    def stop(self, person: Principal, reason: str) -> Turned:
        """Let nothing be carried out any more, at once."""
        return self._turn((STOP,), STOPPED, person, reason)

    def resume(self, person: Principal, reason: str) -> Turned:
        """Ask for the release of the stop switch."""
        return self._turn((STOP,), RUNNING, person, reason)

    def vouch_names(self, person: Principal, reason: str, *, own: bool) -> Turned:
        """Say that the names in the store are its own words, or that they are not."""
        return self._turn((NAMES,), OWN if own else FOREIGN, person, reason)

    def confirm(self, loosening_id: str, person: Principal) -> Turned:
        """Let a request take effect: somebody else than the one who asked."""
        self._bench.admit(person)
        self._expire()
        with self._bench.db.writing() as tx:
            now, one = self._bench.clock(), loosenings.get(tx, self._bench.tenant, loosening_id)
            if one.standing is not Standing.OPEN:
                raise ConflictError(f"{one.id} is {one.standing.value}; ask for it anew")
            alone = check_second(
                tx, self._bench.tenant, one.requester, one.roles, person, now, f"confirm {one.id}"
            )
            done = loosenings.end(tx, self._bench.tenant, one, Standing.CONFIRMED, person.id, now)
            for switch in one.switches:
                self._set(tx, switch, one.value, person, one.reason, now, asked=one, alone=alone)
            return Turned(one.switches, done, alone)

    def withdraw(self, loosening_id: str, person: Principal) -> Loosening:
        """Take a request back: whoever asked, or an administrator."""
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person takes a request back")
        with self._bench.db.writing() as tx:
            one = loosenings.get(tx, self._bench.tenant, loosening_id)
            if person.id != one.requester and Role.ADMIN not in person.roles:
                raise AccessDeniedError(f"{person.name} did not ask for {one.id}")
            return self._end(tx, one, Standing.WITHDRAWN, actor_of(person))

    def waiting(self) -> list[Loosening]:
        """What waits for a second person at this moment, by number."""
        self._expire()
        with self._bench.db.reading() as snapshot:
            return loosenings.waiting(snapshot, self._bench.tenant)

    def _turn(self, switches: Sequence[str], value: str, person: Principal, reason: str) -> Turned:
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError("only a person may turn a dial or the stop switch")
        check_requester(person)
        self._expire()
        with self._bench.db.writing() as tx:
            now = self._bench.clock()
            looser = [switch for switch in switches if self._loosens(tx, switch, value)]
            alone = bool(looser) and self._may_loosen_alone(tx, person, looser)
            at_once = [switch for switch in switches if alone or switch not in looser]
            for switch in at_once:
                self._overtake(tx, switch, value, person)
                self._set(tx, switch, value, person, reason, now, alone=alone and switch in looser)
            request = None if alone or not looser else self._asked(tx, looser, value, person, reason, now)
            return Turned(tuple(at_once), request, alone)

    def _may_loosen_alone(self, tx: Transaction, person: Principal, looser: Sequence[str]) -> bool:
        task = _TASKS.get(looser[0], "loosen a dial, only tighten it")
        check_first(person, task)
        return is_alone(tx, person)

    def _loosens(self, snapshot: Snapshot, switch: str, value: str) -> bool:
        if switch == NAMES:
            return value == OWN and not store_info(snapshot).own_names
        if switch == STOP:
            return value == RUNNING and stopped(snapshot, self._bench.tenant)
        return STRICTER[Mode(value)] > STRICTER[mode_of(snapshot, self._bench.tenant, switch)]

    def _asked(
        self,
        tx: Transaction,
        switches: Sequence[str],
        value: str,
        person: Principal,
        reason: str,
        now: datetime,
    ) -> Loosening:
        """The request, written down; the same person's same request once only."""
        for one in loosenings.waiting(tx, self._bench.tenant):
            if (one.requester, one.switches, one.value) == (person.id, tuple(switches), value):
                return one
        new = loosenings.file(
            tx,
            self._bench.tenant,
            switches,
            value,
            requester=person.id,
            roles=[role.value for role in person.roles],
            reason=reason,
            now=now,
            expires_at=now + CONFIRM_WITHIN,
        )
        self._audit(tx, "loosening.asked", new, actor_of(person))
        return new

    def _overtake(self, tx: Transaction, switch: str, value: str, person: Principal) -> None:
        """End the requests that would loosen what somebody has just tightened."""
        for one in loosenings.waiting(tx, self._bench.tenant):
            if switch in one.switches and one.value != value:
                self._end(tx, one, Standing.OVERTAKEN, actor_of(person))

    def _set(
        self,
        tx: Transaction,
        switch: str,
        value: str,
        person: Principal,
        reason: str,
        now: datetime,
        *,
        asked: Loosening | None = None,
        alone: bool = False,
    ) -> None:
        before = waiting.switch(tx, self._bench.tenant, switch)
        waiting.set_switch(tx, self._bench.tenant, switch, value, person.id, now, reason)
        if switch == NAMES:
            set_own_names(tx, own=value == OWN)
        # The reason stands beside the switch: the chain keeps no words that people type.
        body: dict[str, object] = {"switch": switch, "before": before, "after": value}
        if asked is not None:
            body |= {"loosening": asked.id, "asked_by": asked.requester}
        if alone:
            body["alone"] = True
        chain.append(tx, self._bench.tenant, now, actor_of(person), "switch.turned", body=body)

    def _expire(self) -> None:
        now = self._bench.clock()
        with self._bench.db.reading() as snapshot:
            if not self._over(snapshot, now):
                return
        with self._bench.db.writing() as tx:
            for one in self._over(tx, now):
                self._end(tx, one, Standing.EXPIRED, SYSTEM)

    def _over(self, snapshot: Snapshot, now: datetime) -> list[Loosening]:
        return [one for one in loosenings.waiting(snapshot, self._bench.tenant) if one.expires_at <= now]

    def _end(self, tx: Transaction, one: Loosening, standing: Standing, actor: chain.Actor) -> Loosening:
        done = loosenings.end(tx, self._bench.tenant, one, standing, actor.id, self._bench.clock())
        self._audit(tx, f"loosening.{standing.value}", done, actor)
        return done

    def _audit(self, tx: Transaction, event: str, one: Loosening, actor: chain.Actor) -> None:
        body = {"loosening": one.id, "switches": list(one.switches), "value": one.value, "by": one.requester}
        chain.append(tx, self._bench.tenant, self._bench.clock(), actor, event, body=body)
