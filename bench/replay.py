"""How long 100,000 past decisions take to be decided again; the budget is 5 s of CPU.

Run it with ``python bench/replay.py``. Prints wall and CPU seconds. The ledger holds whole decisions, as the
desk writes them. Exits with 1 over the budget.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from policies.decision import facts_as_json
from policies.judge import decide, verdict
from policies.replay import Recorded, ReplayReport, replay
from policies.rules import SHIPPED, PolicySet, load_policies, parse_policies
from policies.scope import SCOPE_KEYS
from shop.actions import canonical
from shop.money import Money
from shop.store.database import Database
from shop.store.ledger_schema import actions, decisions
from shop.store.migrate import upgrade
from tools.ledger.history import recorded_decisions

DECISIONS = 100_000
BUDGET = 5.0
START = datetime(2026, 10, 1, tzinfo=UTC)


def main() -> None:
    """Decide in memory, then once more from a ledger on disk."""
    policies = load_policies(SHIPPED)
    looser = raised()
    records = list(some_records(policies, Random(7)))
    print(f"{'100,000 decisions':36}{'wall s':>8}{'CPU s':>8}{'budget CPU s':>14}")
    report, under_a_draft = _timed("under a draft", lambda: replay(records, looser))
    _, under_two = _timed("under two sets of rules", lambda: replay(records, looser, against=policies))
    with TemporaryDirectory() as directory:
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        store(db, records, policies)
        records.clear()  # or the collector of garbage walks over all of them again and again
        read, from_ledger = _timed("read from the ledger, then too", lambda: _of_ledger(db, looser))
        db.close()
    print(f"{report.decisions:,} decisions, {report.changed:,} changed, {report.stricter} stricter")
    if read.transitions != report.transitions:
        raise SystemExit("the ledger gives another answer")
    if max(under_a_draft, under_two, from_ledger) > BUDGET:
        raise SystemExit("the budget is exceeded")


def _timed(what: str, work: Callable[[], ReplayReport]) -> tuple[ReplayReport, float]:
    wall, cpu = perf_counter(), process_time()
    report = work()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    print(f"{what:36}{wall:8.2f}{cpu:8.2f}{BUDGET:14.1f}")
    return report, cpu


def _of_ledger(db: Database, rules: PolicySet) -> ReplayReport:
    with db.reading() as snapshot:
        return replay(recorded_decisions(snapshot, db.tenant, START), rules)


def raised() -> PolicySet:
    """The shipped rules with the purchasing manager's limit doubled."""
    files = {path.name: path.read_text("utf-8") for path in SHIPPED.glob("*.yaml")}
    text = files["reordering.yaml"]
    files["reordering.yaml"] = text.replace("total: {over: 1_000 GBP}", "total: {over: 2_000 GBP}")
    return parse_policies(files)


def some_records(policies: PolicySet, random: Random) -> list[Recorded]:
    """Purchase orders with totals around the limits, and every other kind as the rule tests have it."""
    examples = [test for test in policies.tests if set(test.facts) == set(policies.kinds[test.kind].facts)]
    records = []
    for number in range(DECISIONS):
        test = random.choice(examples)
        facts = dict(test.facts)
        money = Money(int(random.lognormvariate(11, 1)), "GBP")
        if "total" in facts:
            facts["total"] = money
        records.append(
            Recorded(
                action_id=f"act_{number:06d}",
                kind=test.kind,
                at=START + timedelta(seconds=25 * number + 1),
                requester="agent",
                verdict=verdict(policies, test.kind, facts),
                facts=facts,
                money=money,
            )
        )
    return records


def store(db: Database, records: list[Recorded], policies: PolicySet) -> None:
    """The records as rows, as the desk writes them; nothing else is needed of the actions here."""
    with db.writing() as tx:
        for start in range(0, len(records), 5_000):
            part = records[start : start + 5_000]
            tx.execute(actions.insert(), [_action(db.tenant, one) for one in part])
            tx.execute(decisions.insert(), [_decision(db.tenant, one, policies) for one in part])


def _action(tenant: str, one: Recorded) -> dict[str, object]:
    money = one.money or Money(0, "GBP")
    return {
        "tenant": tenant,
        "id": one.action_id,
        "kind": one.kind,
        "args": "{}",
        "digest": one.action_id,
        "idempotency_key": one.action_id,
        "requester": one.requester,
        "requester_kind": "agent",
        "tainted": False,
        "state": "denied",
        "decision_id": one.action_id,
        "versions": "{}",
        "money_minor": money.minor,
        "money_currency": money.currency,
        "created_at": one.at,
        "expires_at": one.at,
    }


def _decision(tenant: str, one: Recorded, policies: PolicySet) -> dict[str, object]:
    places = {**{key: ["northwind"] for key in SCOPE_KEYS}, "channel": ["run"], "tenant": [tenant]}
    return {
        "tenant": tenant,
        "id": one.action_id,
        "action_id": one.action_id,
        "stage": "submit",
        "at": one.at,
        "verdict": one.verdict.value,
        "policy_sha": "",
        "engine": "1",
        "facts": canonical(facts_as_json(one.facts)),
        "body": canonical({**decide(policies, one.kind, one.facts).as_json(), "places": places}),
    }


if __name__ == "__main__":
    main()
