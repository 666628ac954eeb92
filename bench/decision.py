"""How long a decision takes: the judge alone, Cedar beside it, with its facts read, a whole submission.

Run it with ``python bench/decision.py``. Prints the median and the 99th percentile in milliseconds of wall
time on the small store of the tests, with the shipped rules. Cedar (cedarpy) gets the same rules translated,
with a schema, parsed once; it gives no reasons. Both must agree on every rule test. With ``--cpu`` it is
processor time that counts, for a machine that does much else: the wait for the disk is not in it then.
Exits with 1 over a budget.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from policies.judge import Grant, decide, satisfied, verdict
from policies.rules import SHIPPED, PolicySet, load_policies
from shop.store.database import Database
from shop.store.migrate import upgrade
from tests.gate import Gate, order, session
from tests.policies.cedar_judge import CedarJudge
from tools.facts import Asked
from tools.filing import Bench, judge
from tools.ledger import chain
from tools.rulebook import Given

ROUNDS = 300
RUNS = 5
KIND = "place_purchase_order"
BY_PROCESSOR = "--cpu" in sys.argv[1:]
ALONE, ON_DISK, ENTRY = (
    "the judge alone, facts given",
    "facts read from disk, and judged",
    "one durable entry of the audit",
)
BUDGETS = {ALONE: 1.0, ON_DISK: 5.0, ENTRY: 5.0}
"""The 99th percentile in milliseconds."""


def main() -> None:
    """Measure, print, and compare with the budgets."""
    over = []
    with TemporaryDirectory() as directory:
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        gate = Gate(db)
        gate.rules = load_policies(SHIPPED)
        _agree(gate.rules)
        print("milliseconds of the processor" if BY_PROCESSOR else "milliseconds of the clock")
        print(f"{'what':44}{'median ms':>12}{'p99 ms':>10}{'budget p99':>12}")
        for what, work in _works(gate).items():
            taken, budget = _timed(work), BUDGETS.get(what)
            p99 = taken[int(ROUNDS * 0.99)]
            print(f"{what:44}{median(taken):12.3f}{p99:10.3f}{budget or '':>12}")
            over += [what] if budget and p99 > budget else []
        db.close()
    if over:
        raise SystemExit(f"over the budget: {', '.join(over)}")


def _agree(policies: PolicySet) -> None:
    """The two judges on every rule test of the shipped rules."""
    cedar = CedarJudge.of(policies, "GBP")
    for test in policies.tests:
        facts = {name: test.facts[name] for name in policies.kinds[test.kind].facts}
        if cedar.verdict(test.kind, facts, _fulfilled(policies, test.grants)) != verdict(
            policies, test.kind, facts, test.grants
        ):
            raise SystemExit(f"Cedar answers otherwise: {test.name}")


def _fulfilled(policies: PolicySet, grants: Sequence[Grant]) -> list[str]:
    return [rule.id for rule in policies.rules if rule.approvers and satisfied(rule, grants)]


def _works(gate: Gate) -> dict[str, Callable[[], object]]:
    bench = Bench(gate.db, Given(lambda: gate.rules), gate.backend, lambda: gate.now)
    principal = session().principal
    asked = Asked("main", "act_x", principal.id, principal.kind, tainted=False, now=gate.now)
    with gate.db.reading() as snapshot:
        facts = judge(snapshot, bench, order(), asked).facts

    cedar = CedarJudge.of(gate.rules, "GBP")

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
        ALONE: lambda: decide(gate.rules, KIND, facts.values, (), facts.places),
        "the verdict alone, without reasons": lambda: verdict(
            gate.rules, KIND, facts.values, (), facts.places
        ),
        "Cedar on the same rules and facts": lambda: cedar.verdict(KIND, facts.values, ()),
        ON_DISK: with_facts,
        ENTRY: entry,
        "a whole submission, durable": submission,
    }


def _timed(work: Callable[[], object]) -> list[float]:
    """Milliseconds of each round, sorted: of the quietest of some runs, for other work delays a whole run."""
    for _ in range(10):
        work()
    runs = [sorted(_once(work) for _ in range(ROUNDS)) for _ in range(RUNS)]
    return min(runs, key=lambda run: run[int(ROUNDS * 0.99)])


def _once(work: Callable[[], object]) -> float:
    now = process_time if BY_PROCESSOR else perf_counter
    started = now()
    work()
    return (now() - started) * 1_000


if __name__ == "__main__":
    main()
