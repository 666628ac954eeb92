"""How long a decision takes: the judge alone, with its facts read, and a whole submission on disk.

Run it with ``python bench/decision.py``. Prints the median and the 99th percentile in milliseconds of wall
time on the small store of the tests, with the shipped rules. Budgets: the judge with facts 5 ms with the
ledger on disk, one durable entry of the audit 5 ms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from policies.judge import decide
from policies.rules import SHIPPED, load_policies
from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.gate import Gate, order, session
from tools.facts import Asked
from tools.filing import Bench, judge
from tools.ledger import chain
from tools.rulebook import Given

ROUNDS = 300


def main() -> None:
    """Measure and print."""
    with TemporaryDirectory() as directory:
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        gate = Gate(db)
        gate.rules = load_policies(SHIPPED)
        print(f"{'what':44}{'median ms':>12}{'p99 ms':>10}")
        for what, work in _works(gate).items():
            taken = _timed(work)
            print(f"{what:44}{median(taken):12.3f}{taken[int(len(taken) * 0.99)]:10.3f}")
        db.close()


def _works(gate: Gate) -> dict[str, Callable[[], object]]:
    bench = Bench(gate.db, Given(lambda: gate.rules), gate.backend, lambda: gate.now)
    principal = session().principal
    asked = Asked("main", "act_x", principal.id, principal.kind, tainted=False, now=gate.now)
    with gate.db.reading() as snapshot:
        facts = judge(snapshot, bench, order(), asked).facts

    def with_facts() -> None:
        with gate.db.reading() as snapshot:
            judge(snapshot, bench, order(), asked)

    def entry() -> None:
        with gate.db.writing() as tx:
            chain.append(tx, "main", gate.now, chain.Actor("human", "ann"), "bench", body={"n": 1})

    def submission() -> None:
        gate.later(minutes=30)
        gate.desk.submit(order(), session(), execute=False)

    return {
        "the judge alone, facts given": lambda: decide(
            gate.rules, "place_purchase_order", facts.values, (), facts.places
        ),
        "facts read from disk, and judged": with_facts,
        "one durable entry of the audit": entry,
        "a whole submission, durable": submission,
    }


def _timed(work: Callable[[], object]) -> list[float]:
    for _ in range(10):
        work()
    taken = []
    for _ in range(ROUNDS):
        started = perf_counter()
        work()
        taken.append((perf_counter() - started) * 1_000)
    return sorted(taken)


if __name__ == "__main__":
    main()
