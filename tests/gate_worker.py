"""One process of the tests that run many: it opens the gate's store, waits for its start, does one job.

``python -m tests.gate_worker JOB`` with a JSON object; says ``ready``, waits for a line, answers in JSON.
"""

import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from policies.modes import Mode
from shop.backends.embedded import EmbeddedEffects
from shop.errors import ConflictError
from shop.store.database import Database
from tests.gate import PRIYA, count_effects, order, person_of, rules, session
from tools.desk import Desk, State

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LEFT = (State.PENDING, State.APPROVED, State.EXECUTING, State.UNKNOWN)


def approve(desk: Desk, job: dict[str, Any]) -> dict[str, int]:
    """Say yes to each approval, in an order of its own; losing a race is no error."""
    ids = list(job["approvals"])
    random.Random(job["seed"]).shuffle(ids)
    said: Counter[str] = Counter()
    for approval in ids:
        try:
            said[desk.approve(approval, person_of(job["person"]), execute=False).state.value] += 1
        except ConflictError:
            said["conflict"] += 1
    return dict(said)


def execute(desk: Desk, job: dict[str, Any]) -> dict[str, int]:
    """Carry out whatever is approved until nothing is left, or until everything is stopped.

    With `until` each is followed by a new one, so that nobody is done before the switch is turned.
    """
    came: Counter[str] = Counter()
    waited_for = LEFT if job.get("until") is None else LEFT[1:]
    while not desk.is_stopped() and desk.actions(states=waited_for, limit=1):
        found = desk.actions(states=(State.APPROVED,), limit=20)
        random.Random(job["seed"]).shuffle(found)
        for view in found:
            came[desk.execute(view.id).state.value] += 1
            if job.get("until") is not None:
                desk.submit(order(), session(), execute=False)
        if job.get("recovers"):
            desk.recover()
    return dict(came)


def submit(desk: Desk, job: dict[str, Any]) -> dict[str, int]:
    """Ask for some orders, each under a key of its own."""
    return dict(
        Counter(
            desk.submit(order(), session(), key=f"{job['name']}:{number}").state.value
            for number in range(job["times"])
        )
    )


def same_key(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """Ask for one order under a key that others use too."""
    try:
        answer = desk.submit(order(job["quantity"]), session(), key="shared")
    except ConflictError:
        return {"conflict": True}
    return {"action": answer.action_id, "duplicate": answer.duplicate, "quantity": job["quantity"]}


def tighten(desk: Desk, job: dict[str, Any]) -> dict[str, int]:
    """Wait for some effects, turn a switch, and count the effects right after it was acknowledged."""
    db = desk._bench.db
    while count_effects(db) < job["after"]:
        assert desk.actions(states=LEFT, limit=1), "nothing is left that could be carried out"
    if job["switch"] == "stop":
        desk.stop_all(PRIYA, "halt")
    else:
        desk.set_mode("place_purchase_order", Mode(job["switch"]), PRIYA)
    return {"effects": count_effects(db)}


JOBS = {one.__name__: one for one in (approve, execute, submit, same_key, tighten)}


def main() -> None:
    """Do the job that the command line names."""
    job = json.loads(sys.argv[1])
    db = Database(job["url"], tenant=job["tenant"])
    policies = rules(job["rules"])
    desk = Desk(db, lambda: policies, EmbeddedEffects(db), lambda: NOW)
    desk.is_stopped()  # connected, before anybody starts
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(JOBS[job["job"]](desk, job)))
    db.close()


if __name__ == "__main__":
    main()
