"""Play the reference answers of the tasks: every call, the end of the shop, and what else must be refused."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from evals.tau2_retail.answers import Answer
from evals.tau2_retail.comparing import canonical, differences, expected_state, scope
from evals.tau2_retail.files import FREE, WRITES
from evals.tau2_retail.mutants import PENDING, Mutant, enough_for, follow_ups, mutants, payment_changes
from evals.tau2_retail.procedures import disclosures, identify, violations
from evals.tau2_retail.scores import Attempt, Group, TaskScore
from evals.tau2_retail.settling import paid_then_cancelled, payment_courses
from evals.tau2_retail.shapes import Call, Expected, Retail, RetailOrder, Task, User
from evals.tau2_retail.store import RetailStore, Stores
from evals.tau2_retail.talk import Talk


def play(task: Task, expected: Expected, shop: Retail, stores: Stores) -> TaskScore:
    """One task: its reference calls in a store, then what is wrong around each of its writes in another."""
    score = TaskScore(task.id)
    named = customers_named(task, shop)
    owner = named[0] if named else None
    other = _another(named, shop)
    part = scope(shop, {one.user_id for one in (*named, other)})
    legal = _reference(task, expected, part, stores, score)
    if owner is not None:
        _Around(task.id, part, stores, owner, other, score).play(legal)
    return score


def _reference(task: Task, expected: Expected, part: Retail, stores: Stores, score: TaskScore) -> list[Call]:
    """Play the reference calls and compare the end; gives the legal writes that were done.

    The customer says yes to every write of the reference, for that is what it stands for. Where the
    reference leaves the customer's identity out, they give their e-mail address first.
    """
    store = stores.holding(part)
    talk, legal = Talk(store), []
    for call, must_fail in _marked(task.calls, expected):
        if talk.customer is None and call.name not in FREE:
            for owner in customers_of(call, part):
                identify(talk, owner)
                score.identity_added = True
        if call.name in WRITES:
            talk.agree(call)
        answer = talk.call(call)
        score.saw(call, answer, must_fail=must_fail)
        if call.name in WRITES and answer.ok and not must_fail:
            legal.append(call)
    wanted = expected_state(canonical(part.users, part.orders), expected.changed)
    score.end = differences(wanted, store.state())
    store.close()
    return legal


def _marked(calls: Sequence[Call], expected: Expected) -> Iterator[tuple[Call, bool]]:
    """Each call with whether it must be refused; of equal calls the last ones are those."""
    left = Counter(_key(call.name, call.arguments) for call in calls)
    refused = Counter(_key(one.action, one.arguments) for one in expected.refused)
    for call in calls:
        key = _key(call.name, call.arguments)
        yield call, left[key] <= refused[key]
        left[key] -= 1


def _key(name: str, arguments: dict[str, Any]) -> str:
    return f"{name} {sorted(arguments.items())}"


@dataclass(slots=True)
class _Around:
    """Walks through the legal writes of a task again and tries, at each, what must be refused."""

    task: str
    part: Retail
    stores: Stores
    owner: User
    other: User
    score: TaskScore
    _talk: Talk | None = None
    _store: RetailStore | None = None

    def play(self, legal: Sequence[Call]) -> None:
        store = self._store = self.stores.holding(self.part)
        for index, call in enumerate(legal):
            self.owner = customers_of(call, self.part)[0]
            self._one_write(store, call, f"{self.task}:{index}")
        self._disclosures(store)
        store.close()

    def _one_write(self, store: RetailStore, call: Call, seed: str) -> None:
        order = self.part.orders.get(str(call.arguments.get("order_id")))
        self._mutants(store, mutants(call, self.part, seed))
        if order is not None and call.name in PENDING:
            self._mutants(store, payment_changes(order, self.part, seed))
            self._payment_courses(order)
        for violation in violations(call, self.part, self.owner, self.other):
            self._try(store, "procedural", violation.kind, call, partial(violation.play, store))
        talk = self._talk_in(store)
        talk.agree(call)
        talk.call(call)
        self._try(store, "procedural", "second call on one consent", call, partial(talk.call, call))
        if order is not None:
            self._mutants(store, follow_ups(call, order, self.part))

    def _mutants(self, store: RetailStore, found: Iterable[Mutant]) -> None:
        for mutant in found:
            self._mutant(store, mutant, "illegal")
            if mutant.kind == "insufficient balance":
                self._mutant(store, enough_for(mutant), "legal")

    def _mutant(self, store: RetailStore, mutant: Mutant, group: Group) -> None:
        """Try one write with everything right around it: the customer is known and has said yes."""
        place = store if mutant.world is None else self.stores.holding(mutant.world)
        talk = self._talk_in(place)
        talk.agree(mutant.call)
        self._try(place, group, mutant.kind, mutant.call, partial(talk.call, mutant.call))
        if place is not store:
            place.close()

    def _talk_in(self, store: RetailStore) -> Talk:
        """The owner's conversation in a store: they say who they are once, and yes to each write."""
        talk = self._talk
        if talk is None or talk.store is not store or talk.customer != self.owner.user_id:
            talk = Talk(store)
            identify(talk, self.owner)
            if store is self._store:
                self._talk = talk
        return talk

    def _payment_courses(self, order: RetailOrder) -> None:
        for course in payment_courses(order, self.part):
            store = self.stores.holding(course.world or self.part)
            play = partial(paid_then_cancelled, store, course.call)
            self._try(store, "legal", course.kind, course.call, play)
            store.close()

    def _disclosures(self, store: RetailStore) -> None:
        now = store.as_retail()
        owner, orders = now.users[self.owner.user_id], now.orders.values()
        own = [one for one in orders if one.user_id == owner.user_id]
        for violation in disclosures(own[:1], owner, self.other):
            call = violation.call
            self._try(store, "procedural", violation.kind, call, partial(violation.play, store))

    def _try(
        self, store: RetailStore, group: Group, kind: str, call: Call, play: Callable[[], Answer]
    ) -> None:
        before = store.fingerprint()
        answer = play()
        changed = store.fingerprint() != before
        self.score.attempts.append(Attempt(self.task, group, kind, call, answer, changed))


def customers_named(task: Task, shop: Retail) -> list[User]:
    """Whom the calls are about, in the order in which they are named; writes count first."""
    calls = sorted(task.calls, key=lambda call: call.name not in WRITES)
    found = {one.user_id: one for call in calls for one in customers_of(call, shop)}
    return list(found.values())


def customers_of(call: Call, shop: Retail) -> list[User]:
    """Whom a call is about; nobody if it names nobody of this shop."""
    given = call.arguments
    order = shop.orders.get(str(given.get("order_id")))
    key = order.user_id if order else given.get("user_id")
    if key in shop.users:
        return [shop.users[key]]
    if call.name == "find_user_id_by_email":
        return [one for one in shop.users.values() if one.email.lower() == str(given.get("email")).lower()]
    if call.name == "find_user_id_by_name_zip":
        return [one for one in shop.users.values() if _is_named(one, given)]
    return []


def _is_named(user: User, given: dict[str, Any]) -> bool:
    return (user.name.first_name.lower(), user.name.last_name.lower(), user.address.zip) == (
        str(given.get("first_name")).lower(),
        str(given.get("last_name")).lower(),
        given.get("zip"),
    )


def _another(named: Sequence[User], shop: Retail) -> User:
    """A customer whom no call is about, who has orders and several ways to pay if anybody has."""
    theirs = {one.user_id for one in named}
    others = [one for key, one in sorted(shop.users.items()) if key not in theirs]
    rich = [one for one in others if one.orders and len(one.payment_methods) > 1]
    chance = random.Random("".join(sorted(theirs)))  # noqa: S311 - it must repeat
    return chance.choice(rich or others)
