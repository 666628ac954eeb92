"""The rule tests that stand in the rule files: run them all and say in words what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policies.judge import decide
from policies.model import PolicySet, Rule, RuleTest
from policies.rules import unhit_rules


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One rule test with what came of it; `text` is empty for a test that passed."""

    name: str
    kind: str
    text: str

    @property
    def passed(self) -> bool:
        """Whether the verdict and the rule were the expected ones."""
        return not self.text


@dataclass(frozen=True, slots=True)
class TestReport:
    """All rule tests of a set, and the rules that none of them makes fire."""

    outcomes: tuple[TestOutcome, ...]
    unhit: tuple[Rule, ...]

    @property
    def failed(self) -> tuple[TestOutcome, ...]:
        """The tests that did not pass."""
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)

    @property
    def passed(self) -> bool:
        """Whether every test passed and every rule fires in at least one of them."""
        return not self.failed and not self.unhit


def run_tests(policies: PolicySet) -> TestReport:
    """Decide every rule test of the files; nothing outside the set is read."""
    outcomes = tuple(TestOutcome(test.name, test.kind, _differs(policies, test)) for test in policies.tests)
    return TestReport(outcomes, tuple(unhit_rules(policies)))


def _differs(policies: PolicySet, test: RuleTest) -> str:
    decision = decide(policies, test.kind, test.facts, test.grants, test.places)
    fired = [one.rule for one in decision.fired]
    if decision.verdict is not test.expect:
        return f"expected {test.expect}, got {decision.verdict} ({_named(fired)}): {decision.in_words()}"
    if test.rule is not None and test.rule not in fired:
        return f"expected {test.rule} to fire, got {_named(fired)}"
    return ""


def _named(rules: Sequence[str]) -> str:
    return ", ".join(rules) or "no rule fired"
