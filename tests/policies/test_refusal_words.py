"""What the rules of service and pricing say when they refuse or ask: what was wrong, and what to do next."""

import re
from typing import Final

import pytest

from policies.decision import WORD_FLIP
from policies.fact_types import BoolFact, EnumFact
from policies.judge import Verdict, decide
from policies.model import Rule, RuleTest
from policies.rules import SHIPPED, PolicySet, load_policies
from policies.vocabulary import FACTS, type_of

SET: Final[PolicySet] = load_policies(SHIPPED)
ASKED: Final = ("service", "pricing")
RULES: Final = [rule for one in SET.policies if one.name in ASKED for rule in one.rules]
SAID: Final = [rule for rule in RULES if rule.effect is not Verdict.ALLOW]
TESTS: Final = [test for one in SET.policies if one.name in ASKED for test in one.tests]

NEXT_STEP: Final = re.compile(
    r"(?:^|[;.:,] |or |and )(?:then )?(?:ask|cancel|change|choose|exchange|find out|finish|go on|identify|"
    r"inspect|look|make|name|open|pay|receive|refund|return|send|show|take|wait|(?:a|the) [a-z ]+ may|"
    r"a person opens)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "rule", [rule for rule in SAID if rule.effect is Verdict.DENY], ids=lambda one: one.id
)
def test_a_refusal_says_what_to_do_next(rule: Rule) -> None:
    """Each rule that denies names a step that a person can take instead."""
    assert NEXT_STEP.search(rule.because), f"{rule.id}: {rule.because}"


@pytest.mark.parametrize("rule", SAID, ids=lambda one: one.id)
def test_a_limit_is_told_with_the_figure_that_broke_it(rule: Rule) -> None:
    """Where one figure was over or under a limit, the rule tells both."""
    counted = [
        one
        for one in rule.when
        if not isinstance(type_of(rule.kind, one.fact, FACTS[rule.kind]), BoolFact | EnumFact)
    ]
    if len(rule.when) == 1 == len(counted):
        assert "{value}" in rule.because
        assert "{limit}" in rule.because


@pytest.mark.parametrize(
    "test",
    [test for test in TESTS if test.expect is not Verdict.ALLOW],
    ids=lambda one: f"{one.kind}: {one.name}",
)
def test_what_is_said_is_whole_sentences_without_the_judges_own_terms(test: RuleTest) -> None:
    """Each example is answered in whole sentences: every place filled, no fact called by its name."""
    decision = decide(SET, test.kind, test.facts, test.grants, test.places)
    words = decision.in_words()
    assert re.search(r"[{}_]|\.\.|\. \.|  ", words) is None
    assert words.endswith((".", ")."))
    assert WORD_FLIP not in words or "were" not in words
