"""How long 100,000 past decisions take to be decided again. Prints CPU seconds; the budget is 5 s.

Run it with ``python bench/replay.py``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

from policies.decision import facts_as_json
from policies.judge import verdict
from policies.replay import Recorded, replay
from policies.rules import SHIPPED, PolicySet, load_policies, parse_policies
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
    started = process_time()
    report = replay(records, looser)
    both = process_time() - started
    print(f"{report.decisions:,} decisions, {report.changed:,} changed, {report.stricter} stricter")
    print(f"under a draft                   {both:6.2f} s CPU (budget {BUDGET:.0f} s)")
    started = process_time()
    replay(records, looser, against=policies)
    print(f"under two sets of rules         {process_time() - started:6.2f} s CPU (budget {BUDGET:.0f} s)")
    with TemporaryDirectory() as directory:
        db = Database(f"sqlite:///{directory}/shop.db")
        upgrade(db)
        store(db, records)
        records.clear()  # or the collector of garbage walks over all of them again and again
        started = process_time()
        with db.reading() as snapshot:
            read = replay(recorded_decisions(snapshot, db.tenant, START), looser)
        print(f"read from the ledger, then too  {process_time() - started:6.2f} s CPU")
        db.close()
    if (read.transitions, both < BUDGET) != (report.transitions, True):
        raise SystemExit("the ledger gives another answer, or the budget is exceeded")


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


def store(db: Database, records: list[Recorded]) -> None:
    """The records as rows, as the desk writes them; nothing else is needed of the actions here."""
    with db.writing() as tx:
        for start in range(0, len(records), 5_000):
            part = records[start : start + 5_000]
            tx.execute(actions.insert(), [_action(db.tenant, one) for one in part])
            tx.execute(decisions.insert(), [_decision(db.tenant, one) for one in part])


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


def _decision(tenant: str, one: Recorded) -> dict[str, object]:
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
        "body": json.dumps({"missing": []}),
    }


if __name__ == "__main__":
    main()
