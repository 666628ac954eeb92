"""The outbox: what will be sent is written down first, under the one key that it is ever sent with."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.actions import Action
from shop.backends.ports import Claim, Receipt
from shop.store.database import Database
from tests.fakes.remote_backend import RemoteBackend
from tests.gate import PRIYA, Gate, order, rules, session
from tools.desk import Desk, State
from tools.executor import LEASE
from tools.ledger import outbox


class Remote:
    """The gate's store with a backend somewhere else."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        gate.rules = rules(
            {"spend.supplier.24h: {over: 2_000 GBP}": "spend.supplier.24h: {over: 49_000 GBP}"}
        )
        self.backend = RemoteBackend()
        self.desk = self.restarted()

    def restarted(self) -> Desk:
        """The desk of another process."""
        gate = self.gate
        return Desk(gate.db, lambda: gate.rules, self.backend, lambda: gate.now, gate.ids)


@pytest.fixture
def remote(database: Database) -> Remote:
    """A remote backend behind the desk, on both databases."""
    return Remote(Gate(database))


@pytest.fixture
def on_sqlite(sqlite_database: Database) -> Remote:
    """The same on SQLite alone."""
    return Remote(Gate(sqlite_database))


def test_the_intent_is_stored_before_anything_is_sent(remote: Remote) -> None:
    """While the backend works, a stranger sees key, body, fence and attempt in the ledger already."""
    seen: list[outbox.Intent] = []
    real = remote.backend.apply

    def looking(action: Action, claim: Claim) -> Receipt:
        seen.extend(remote.restarted().under_way())
        return real(action, claim)

    remote.backend.apply = looking  # type: ignore[method-assign]
    answer = remote.desk.submit(order(), session())
    (intent,) = seen
    view = remote.desk.status(answer.action_id)
    assert (intent.key, intent.digest, intent.fence, intent.attempts) == (view.id, view.digest, 1, 1)
    assert remote.desk.under_way() == []


@pytest.mark.parametrize("fault", ["lost request", "lost answer"])
def test_no_answer_is_looked_up_before_anything_is_sent_again(remote: Remote, fault: str) -> None:
    """A timeout before or after the effect ends, after a restart, in one effect under one key."""
    remote.backend.faults = [fault]
    answer = remote.desk.submit(order(), session(), key="k")
    assert answer.state is State.UNKNOWN
    assert [one.is_unknown for one in remote.desk.under_way()] == [True]
    (finished,) = remote.restarted().recover()
    assert finished.state is State.EXECUTED
    assert remote.backend.effects == {answer.action_id: 1}
    assert remote.backend.lookups == 1
    assert len(remote.backend.sent) == (2 if fault == "lost request" else 1)
    assert len(set(remote.backend.sent)) == 1
    assert remote.desk.submit(order(), session(), key="k").duplicate


def test_a_request_that_arrives_twice_is_one_effect(remote: Remote) -> None:
    """The network repeats a request: the key makes the second one a no-op."""
    remote.backend.faults = ["sent twice"]
    answer = remote.desk.submit(order(), session())
    assert answer.state is State.EXECUTED
    assert remote.backend.effects == {answer.action_id: 1}


def test_a_backend_that_cannot_be_asked_leaves_it_unknown(remote: Remote) -> None:
    """While the look-up fails too, nothing is sent and no start-up breaks; the budget stays reserved."""
    remote.backend.faults = ["lost answer", "unreachable", "unreachable"]
    answer = remote.desk.submit(order(), session())
    for _ in range(2):
        (still,) = remote.restarted().recover()
        assert still.state is State.UNKNOWN
    assert len(remote.backend.sent) == 1
    (finished,) = remote.restarted().recover()
    assert finished.state is State.EXECUTED
    assert remote.backend.effects == {answer.action_id: 1}


def test_a_refusal_is_no_unknown(remote: Remote) -> None:
    """A backend that says no has had no effect: the action has failed and is not sent again."""
    remote.backend.faults = ["refused"]
    assert remote.desk.submit(order(), session()).state is State.FAILED
    assert remote.restarted().recover() == []
    assert len(remote.backend.sent) == 1


def test_nothing_is_sent_again_after_a_stop(remote: Remote) -> None:
    """What may not have arrived is looked up even when stopped, but not sent again."""
    remote.backend.faults = ["lost request"]
    remote.desk.submit(order(), session())
    remote.desk.stop_all(PRIYA, "halt")
    (ended,) = remote.restarted().recover()
    assert ended.state is State.FAILED
    assert len(remote.backend.sent) == 1


def test_a_late_answer_of_a_lost_worker_changes_nothing(remote: Remote) -> None:
    """A worker that was given up settles nothing: the answer stands as whoever took over settled it."""
    real = remote.backend.apply

    def slow(action: Action, claim: Claim) -> Receipt:
        remote.backend.apply = real  # type: ignore[method-assign]
        receipt = real(action, claim)
        remote.gate.now += 2 * LEASE
        (taken,) = remote.restarted().recover()
        assert taken.state is State.EXECUTED
        return receipt

    remote.backend.apply = slow  # type: ignore[method-assign]
    answer = remote.desk.submit(order(), session())
    assert answer.state is State.EXECUTED
    assert remote.backend.effects == {answer.action_id: 1}
    assert remote.desk.status(answer.action_id).fence == 2


def test_attempts_are_counted_before_they_are_made(remote: Remote) -> None:
    """Sent, lost, and sent again under the same key: the ledger says two attempts."""
    remote.backend.faults = ["lost request", "lost request"]
    answer = remote.desk.submit(order(), session())
    remote.restarted().recover()
    assert remote.desk.status(answer.action_id).attempts == 2
    assert [one.attempts for one in remote.desk.under_way()] == [2]


FAULTS = ("", "lost request", "lost answer", "sent twice", "unreachable", "refused")
_numbers = itertools.count()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(faults=st.lists(st.sampled_from(FAULTS), max_size=8), steps=st.lists(st.booleans(), max_size=8))
def test_whatever_the_network_does(on_sqlite: Remote, faults: list[str], steps: list[bool]) -> None:
    """Any faults, submissions and restarts: one key has one body and one effect at most."""
    remote = on_sqlite
    remote.backend.faults = list(faults)
    remote.gate.later(days=2)  # a budget of its own for each example
    key = f"example {next(_numbers)}"
    for restarts in steps:
        if restarts:
            remote.restarted().recover()
        else:
            remote.desk.submit(order(), session(), key=key)
    remote.backend.faults = []
    remote.restarted().recover()
    assert remote.desk.under_way() == []
    assert set(remote.backend.effects.values()) <= {1}
    assert len(dict(remote.backend.sent)) == len(set(remote.backend.sent))
    executed = {view.id for view in remote.desk.actions(states=(State.EXECUTED,))}
    assert executed == set(remote.backend.effects)
