"""Rule tests that fail say how."""

from policies.rules import parse_policies
from policies.selftest import run_tests
from tests.policies.oracle_rules import HEAD

RULES = (
    HEAD.format(name="x")
    + """
  - {id: note-short, action: add_order_note, allow: {when: [{length: {under: 100}}]}}
  - {id: note-never, action: add_order_note, deny: {when: [{tainted: true}]}}
tests:
  - action: add_order_note
    usual: {requester.is_agent: true, tainted: false, requests_last_hour: 1, length: 50}
    cases:
      - {name: short, expect: allow, rule: note-short}
"""
)


def outcome(case: str) -> str:
    """What the report says about one more case."""
    return run_tests(parse_policies({"x.yaml": RULES + f"      - {case}\n"})).outcomes[-1].text


def test_passing_case_says_nothing() -> None:
    """A test that holds has no text."""
    assert outcome("{name: long, facts: {length: 500}, expect: deny}") == ""


def test_wrong_verdict_is_explained() -> None:
    """A wrong verdict is told with the rules that spoke and why."""
    text = outcome("{name: a, facts: {tainted: true}, expect: allow}")
    assert text.startswith("expected allow, got deny (note-never, note-short): Denied: ")


def test_wrong_rule_is_explained() -> None:
    """The right verdict by another rule is a failure."""
    text = outcome("{name: a, expect: allow, rule: note-never}")
    assert text == "expected note-never to fire, got note-short"


def test_incomplete_facts_fail() -> None:
    """A test without all facts is denied like an action without all facts."""
    text = RULES.replace("length: 50}", "}").replace(", length", "").replace("1, }", "1}")
    report = run_tests(parse_policies({"x.yaml": text}))
    assert "'length' of add_order_note: is missing" in report.outcomes[0].text


def test_rule_without_test_is_reported() -> None:
    """A rule that no test makes fire fails the report."""
    report = run_tests(parse_policies({"x.yaml": RULES}))
    assert ([rule.id for rule in report.unhit], report.failed, report.passed) == (["note-never"], (), False)
