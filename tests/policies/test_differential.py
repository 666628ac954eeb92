"""The judge against a naive evaluator of the same semantics, on random rules and requests."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from policies.decision import JUDGE_FAILED
from policies.judge import Decision, Grant, decide
from tests.planting import Plant, planted
from tests.policies.judge_plants import IN_BOTH, IN_DECISION
from tests.policies.naive_judge import naive
from tests.policies.random_policies import (
    RuleBody,
    loaded_from_text,
    rule_bodies,
    some_facts,
    some_grants,
    spoiled_facts,
)

Request = tuple[list[RuleBody], str, dict[str, Any], list[Grant], Decision]

POLICIES, REQUESTS = 250, 20
FLOOR = 0.1


def requests() -> Iterator[Request]:
    """The same few thousand random requests each time."""
    random = Random(20_261_121)
    for _ in range(POLICIES):
        bodies = rule_bodies(random)
        policies = loaded_from_text(bodies)
        for _ in range(REQUESTS):
            kind = "wire" if random.random() < 0.02 else random.choice(["buy", "buy", "pay"])
            facts: dict[str, Any] = (spoiled_facts if random.random() < 0.1 else some_facts)(random)
            grants = some_grants(random)
            yield bodies, kind, facts, grants, decide(policies, kind, facts, grants)


@pytest.fixture(scope="module")
def decided() -> list[Request]:
    """Every request with the judge's decision."""
    return list(requests())


def test_judge_agrees_with_the_naive_evaluator(decided: list[Request]) -> None:
    """No request gets another verdict from the plain second implementation."""
    differing = [one for one in decided if naive(*one[:4]) != one[4].verdict]
    assert differing == []


def test_requests_are_varied(decided: list[Request]) -> None:
    """Each verdict makes up at least a tenth of the requests, else agreement would prove little."""
    counts = Counter(one[4].verdict for one in decided)
    assert min(counts.values()) >= FLOOR * len(decided), counts
    assert len(counts) == 3


def test_judge_never_fails(decided: list[Request]) -> None:
    """A policy that loaded never raises at decision time, whatever the facts."""
    assert not [one for one in decided if any(rule.rule == JUDGE_FAILED for rule in one[4].fired)]


@pytest.mark.parametrize(
    "bug",
    [
        "approve_as_allow",
        "approve_beats_deny",
        "missing_is_zero",
        "currency_ignored",
        "first_match",
        "any_grant",
        "grants_counted",
    ],
)
def test_planted_bug_is_caught(decided: list[Request], bug: str) -> None:
    """Each evaluator bug seen elsewhere makes the two implementations differ."""
    assert any(naive(*one[:4], bug=bug) != one[4].verdict for one in decided)


@pytest.mark.parametrize("bug", [*IN_BOTH, *IN_DECISION], ids=str)
def test_bug_in_the_judge_itself_is_caught(decided: list[Request], bug: Plant) -> None:
    """With a bug planted in its source the judge differs from the naive evaluator on some request."""
    with planted(bug):
        assert any(decide(loaded_from_text(one[0]), *one[1:4]).verdict != naive(*one[:4]) for one in decided)
