"""The judge against Cedar on random rules and requests, and what that comparison would find."""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from policies.judge import Grant, Verdict, satisfied, verdict
from policies.rules import SHIPPED, load_policies
from tests.planting import Plant, planted
from tests.policies.cedar_judge import CedarJudge
from tests.policies.judge_plants import IN_BOTH, IN_VERDICT
from tests.policies.naive_judge import naive
from tests.policies.random_policies import (
    RuleBody,
    loaded,
    rule_bodies,
    some_facts,
    some_grants,
    spoiled_facts,
)

Case = tuple[list[RuleBody], str, dict[str, Any], list[Grant], Verdict, str]

pytestmark = pytest.mark.timeout(1_800)  # a hundred thousand decisions take some minutes

REQUESTS = 20
DECISIONS = 100_000 if os.environ.get("SHOPHAND_PROVE") == "1" else 10_000
FLOOR = 0.1
BUGS = {
    "approve_as_allow": "an approve rule stands in for an allow",
    "approve_beats_deny": "a question to people wins over a deny",
    "missing_is_zero": "a missing fact is taken for zero",
    "short_circuit": "the currency is looked at only where a condition is reached",
    "currency_ignored": "amounts in two currencies are compared",
    "any_grant": "one person's yes satisfies every rule",
    "first_match": "only the first rule that fires counts",
}


def cases() -> Iterator[Case]:
    """Random requests, each with the judge's verdict and Cedar's; the same ones each time."""
    random = Random(26_112_126)
    for _ in range(DECISIONS // REQUESTS):
        bodies = rule_bodies(random)
        policies, cedar = loaded(bodies), CedarJudge(bodies)
        for _ in range(REQUESTS):
            kind = "wire" if random.random() < 0.02 else random.choice(["buy", "buy", "pay"])
            facts: dict[str, Any] = (spoiled_facts if random.random() < 0.12 else some_facts)(random)
            grants = some_grants(random) if random.random() < 0.6 else []
            ours = verdict(policies, kind, facts, grants)
            fulfilled = [rule.id for rule in policies.rules if rule.approvers and satisfied(rule, grants)]
            yield bodies, kind, facts, grants, ours, cedar.verdict(kind, facts, fulfilled)


@pytest.fixture(scope="module")
def judged() -> list[Case]:
    """Every request with both answers."""
    return list(cases())


def test_the_judge_agrees_with_cedar(judged: list[Case]) -> None:
    """Not one of the requests gets another verdict from Cedar."""
    assert [one for one in judged if one[4] != one[5]] == []
    assert len(judged) == DECISIONS


def test_every_outcome_is_frequent(judged: list[Case]) -> None:
    """Each verdict makes up at least a tenth of the requests, else agreement would prove little."""
    counts = Counter(one[5] for one in judged)
    assert len(counts) == 3
    assert min(counts.values()) >= FLOOR * len(judged), counts


@pytest.mark.parametrize("bug", BUGS)
def test_cedar_finds_a_planted_bug(judged: list[Case], bug: str) -> None:
    """An evaluator with one of the bugs seen elsewhere differs from Cedar on some request."""
    assert any(naive(*one[:4], bug=bug) != one[5] for one in judged)


@pytest.mark.parametrize("bug", [*IN_BOTH, *IN_VERDICT], ids=str)
def test_cedar_finds_a_bug_in_the_judge_itself(judged: list[Case], bug: Plant) -> None:
    """With a bug planted in its source the judge differs from Cedar on some request."""
    with planted(bug):
        assert any(verdict(loaded(one[0]), *one[1:4]) != one[5] for one in judged)


def test_the_shipped_rules_agree_with_cedar() -> None:
    """Each rule test of the shipped rules gets the same verdict from Cedar."""
    policies = load_policies(SHIPPED)
    cedar = CedarJudge.of(policies, "GBP")
    for test in policies.tests:
        facts = {name: test.facts[name] for name in policies.kinds[test.kind].facts}
        fulfilled = [rule.id for rule in policies.rules if rule.approvers and satisfied(rule, test.grants)]
        ours = verdict(policies, test.kind, facts, test.grants)
        assert cedar.verdict(test.kind, facts, fulfilled) == ours, test.name
