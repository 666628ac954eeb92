"""Many real processes on one store: approvers, executors, askers and a hand on the stop switch.

The quick form runs with ``make test``; ``SHOPHAND_PROVE=1`` runs 1,000 actions and 200 submissions.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from shop.store.database import Database
from tests.gate import Gate, big_order, order, rules, session
from tools.desk import State
from tools.ledger import chain

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1_800)]
PROVE: Final = os.environ.get("SHOPHAND_PROVE") == "1"
REPOSITORY: Final = Path(__file__).parents[2]
NO_DAY_LIMIT: Final = {"spend.supplier.24h: {over: 2_000 GBP}": "spend.supplier.24h: {over: 9_000_000 GBP}"}
BUDGET: Final = 60 if PROVE else 7
"""So many orders of 120 GBP fit into the day's budget."""
DAY_BUDGET: Final = {
    **NO_DAY_LIMIT,
    "[{total: {over: 50_000 GBP}}]": f"[{{spend.supplier.24h: {{over: {BUDGET * 120} GBP}}}}]",
}
WITHOUT_EFFECT: Final = tuple(state for state in State if state is not State.EXECUTED)


@pytest.fixture
def gate(database: Database) -> Gate:
    """A desk over the small store, on both databases, without a limit on what a supplier gets in a day."""
    gate = Gate(database)
    gate.rules = rules(NO_DAY_LIMIT)
    return gate


def together(gate: Gate, jobs: list[dict[str, Any]], changed: dict[str, str] = NO_DAY_LIMIT) -> list[Any]:
    """Run each job in a process of its own, all started at the same moment; what each one said."""
    store = {"url": gate.db.url, "tenant": gate.db.tenant, "rules": changed}
    running = [_started({**store, "seed": number, **job}) for number, job in enumerate(jobs)]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", "the process ended before it was ready"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=1_500)[0] for process in running]
        assert [process.returncode for process in running] == [0] * len(jobs)
        return [json.loads(one) for one in said]
    finally:
        for process in running:
            process.kill()
            process.wait()


def _started(job: dict[str, Any]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.gate_worker", json.dumps(job)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def assert_the_record_holds(gate: Gate) -> None:
    """The chain verifies, each executed action has one claim and one effect, and nothing hangs."""
    with gate.db.reading() as snapshot:
        chain.verify(snapshot, gate.db.tenant)
        moves = Counter((one["action_id"], one["type"]) for one in chain.entries(snapshot, gate.db.tenant))
    executed = gate.desk.actions(states=(State.EXECUTED,))
    assert {moves[one.id, "action.executing"] for one in executed} <= {1}
    assert {moves[one.id, "action.executed"] for one in executed} <= {1}
    assert gate.effects() == len(gate.purchase_orders()) == len(executed)
    assert gate.desk.actions(states=(State.EXECUTING, State.UNKNOWN)) == []


def test_two_approvers_and_many_executors_act_once(gate: Gate) -> None:
    """Approvers and executors that race over the same approvals carry each action out exactly once."""
    actions, executors = (1_000, 8) if PROVE else (24, 2)
    waiting = [gate.desk.submit(big_order(), session()).approval_id for _ in range(actions)]
    approving = [{"job": "approve", "approvals": waiting, "person": name} for name in ("priya", "ada")]
    executing = [{"job": "execute", "recovers": number % 2 == 0} for number in range(executors)]
    said = together(gate, [*approving, *executing])
    assert sum(one.get("approved", 0) for one in said[:2]) == actions
    assert gate.effects() == actions
    assert_the_record_holds(gate)


def test_parallel_submissions_use_a_budget_up_and_no_more(gate: Gate) -> None:
    """Of many orders asked for at once exactly those run that the day's budget has room for."""
    processes, each = (20, 10) if PROVE else (3, 5)
    jobs = [{"job": "submit", "name": f"asker {number}", "times": each} for number in range(processes)]
    said = together(gate, jobs, DAY_BUDGET)
    came = sum((Counter(one) for one in said), Counter())
    assert came == {"executed": BUDGET, "denied": processes * each - BUDGET}
    assert gate.effects() == BUDGET
    assert_the_record_holds(gate)


def test_one_key_is_one_action_in_many_processes(gate: Gate) -> None:
    """Processes that ask under one key get one action; those that mean another order get a conflict."""
    said = together(
        gate, [{"job": "same_key", "quantity": quantity} for quantity in (24, 36) * (4 if PROVE else 2)]
    )
    won = [one for one in said if "action" in one]
    assert len(won) == len(said) // 2
    assert len({one["quantity"] for one in won}) == len({one["action"] for one in won}) == 1
    assert [one["duplicate"] for one in won].count(False) == 1
    assert gate.effects() == 1
    assert_the_record_holds(gate)


@pytest.mark.parametrize("switch", ["stop", "observe", "assist"])
def test_nothing_is_carried_out_after_a_switch_was_turned(gate: Gate, switch: str) -> None:
    """From the moment at which somebody is told that the switch is turned there is no further effect."""
    actions, executors = (400, 8) if PROVE else (40, 2)
    for _ in range(actions):
        gate.desk.submit(order(), session(), execute=False)
    executing = [{"job": "execute", "until": switch} for _ in range(executors)]
    *_, acknowledged = together(
        gate, [*executing, {"job": "tighten", "switch": switch, "after": actions // 10}]
    )
    assert gate.effects() == acknowledged["effects"]
    assert gate.desk.actions(states=WITHOUT_EFFECT, limit=1), "all was done before the switch was turned"
    assert gate.desk.recover() is not None
    assert gate.effects() == acknowledged["effects"]
    assert_the_record_holds(gate)
