"""People are counted, never grants."""

import pytest

from policies.judge import satisfied
from policies.rules import Rule
from tests.policies.oracle_rules import granted, rules


def asking(who: str) -> Rule:
    """An approve rule that asks these people."""
    text = f"  - {{id: ask, action: refund_order, approve: {{when: [{{delivered: true}}], {who}}}}}"
    return rules(text).rules[0]


@pytest.mark.parametrize(
    ("who", "people", "enough"),
    [
        ("by: [finance]", [], False),
        ("by: [finance]", ["ann:finance"], True),
        ("by: [finance]", ["ann:support_lead"], False),
        ("by: [finance, support_lead]", ["ann:support_lead"], True),
        ("by: [finance, support_lead], quorum: 2", ["ann:finance,support_lead"], False),
        ("by: [finance, support_lead], quorum: 2", ["ann:finance", "ann:support_lead"], False),
        ("by: [finance, support_lead], quorum: 2", ["ann:finance", "bob:finance"], True),
        ("by: [finance], quorum: 2", ["ann:finance", "bob:operator"], False),
        ("by_each: [finance, support_lead]", ["ann:finance", "bob:finance"], False),
        ("by_each: [finance, support_lead]", ["ann:finance,support_lead"], False),
        ("by_each: [finance, support_lead]", ["ann:finance", "ann:support_lead"], False),
        ("by_each: [finance, support_lead]", ["ann:finance,support_lead", "bob:finance"], True),
        ("by_each: [finance, support_lead]", ["bob:finance", "ann:finance,support_lead"], True),
        (
            "by_each: [admin, finance, support_lead]",
            ["ann:admin,finance,support_lead", "bob:admin", "eve:admin,finance"],
            True,
        ),
        (
            "by_each: [admin, finance, support_lead]",
            ["ann:admin,finance", "bob:admin", "eve:admin,finance"],
            False,
        ),
    ],
)
def test_people_who_are_enough(who: str, people: list[str], enough: bool) -> None:
    """Distinct people with the right roles fulfil a rule; one person never counts twice."""
    assert satisfied(asking(who), granted(*people)) is enough


def test_a_rule_that_asks_nobody_is_fulfilled() -> None:
    """Allow and deny rules ask for no approval."""
    rule = rules("  - {id: go, action: refund_order, allow: {when: [{delivered: true}]}}").rules[0]
    assert satisfied(rule, [])
