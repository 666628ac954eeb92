"""Past decisions decided again by other rules."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decision import Verdict
from policies.judge import decide, verdict
from policies.replay import EXAMPLES, Recorded, replay
from policies.rules import PolicySet, parse_policies, read_draft, rule_texts
from policies.vocabulary import FactValue
from shop.money import Money
from tests.policies.oracle_rules import ORACLE, ORDER, eur
from tests.policies.random_policies import loaded, rule_bodies, some_facts, some_grants, spoiled_facts

chances = st.integers(0, 2**32).map(Random)
START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.NEEDS_APPROVAL, Verdict.DENY


@pytest.fixture(scope="module")
def before() -> PolicySet:
    """The example rules: an order over 1,000 EUR asks."""
    return parse_policies({"purchasing.yaml": ORACLE})


@pytest.fixture(scope="module")
def after() -> PolicySet:
    """The same rules with a limit of 2,000 EUR."""
    return parse_policies({"purchasing.yaml": ORACLE.replace("over: 1_000 EUR", "over: 2_000 EUR")})


def recorded(policies: PolicySet, total: str, number: int = 1, **more: Any) -> Recorded:
    """An order of a total, as it was decided, two a day."""
    facts: Mapping[str, FactValue] = {**ORDER, "total": eur(total)}
    return Recorded(
        action_id=f"act_{number:03d}",
        kind="place_purchase_order",
        at=START + timedelta(hours=12 * number),
        requester="sam",
        **{
            "verdict": decide(policies, "place_purchase_order", facts).verdict,
            "facts": facts,
            "money": eur(total),
            **more,
        },
    )


@given(chances)
@settings(max_examples=1000, deadline=None)
def test_verdict_alone_is_the_verdict_of_the_decision(random: Random) -> None:
    """The fast path answers what decide answers, whatever the rules, facts and grants."""
    policies = loaded(rule_bodies(random))
    for _ in range(4):
        kind = random.choice(["buy", "pay", "wire"])
        facts: dict[str, Any] = (spoiled_facts if random.random() < 0.3 else some_facts)(random)
        grants = some_grants(random)
        assert verdict(policies, kind, facts, grants) is decide(policies, kind, facts, grants).verdict


def test_same_rules_change_nothing(before: PolicySet) -> None:
    """Replaying under the rules that decided gives every recorded verdict again."""
    report = replay([recorded(before, total) for total in ("400", "1240", "60000")], before)
    assert [(one.before, one.after, one.decisions) for one in report.transitions] == [
        (ALLOW, ALLOW, 1),
        (ASK, ASK, 1),
        (DENY, DENY, 1),
    ]
    assert (report.changed, report.examples) == (0, ())


def test_raised_limit_lets_through(before: PolicySet, after: PolicySet) -> None:
    """Two orders between the limits would pass, with their money, and nothing becomes stricter."""
    report = replay([recorded(before, total) for total in ("400", "1240", "1999.99", "2500")], after)
    (change,) = [one for one in report.transitions if one.is_change]
    assert (change.before, change.after, change.decisions) == (ASK, ALLOW, 2)
    assert change.money == (eur("3239.99"),)
    assert report.stricter == 0


def test_two_sets_of_rules_are_compared(before: PolicySet, after: PolicySet) -> None:
    """With a second set the comparison is with its answer, not with the record."""
    record = recorded(before, "1240", verdict=DENY)
    (change,) = replay([record], after, against=before).transitions
    assert (change.before, change.after) == (ASK, ALLOW)


def test_extra_approvals_are_counted_by_day(before: PolicySet, after: PolicySet) -> None:
    """Lowering the limit asks people more often, on the days when such orders came."""
    records = [recorded(after, "1240", number) for number in range(4)]
    report = replay(records, before)
    assert report.extra_approvals == {date(2026, 11, 1): 2, date(2026, 11, 2): 2}
    assert report.extra_approvals_per_day == Decimal("2.00")


def test_examples_are_the_biggest(before: PolicySet, after: PolicySet) -> None:
    """Ten changed decisions with the most money are shown, the biggest first, with the new reason."""
    records = [recorded(before, str(1100 + number), number) for number in range(30)]
    examples = replay(records, after).examples
    assert [one.money for one in examples] == [eur(str(1129 - n)) for n in range(EXAMPLES)]
    assert examples[0].reason == "Allowed: Supplier is approved: yes."


def test_unrecorded_fact_is_told_apart(before: PolicySet) -> None:
    """A record without a fact that the rules ask for is no deny: it is reported by itself."""
    facts = {name: value for name, value in ORDER.items() if name != "supplier.approved"}
    report = replay([recorded(before, "400", facts=facts)], before)
    (lacking,) = report.lacking
    assert (lacking.kind, lacking.facts, lacking.decisions) == (
        "place_purchase_order",
        ("supplier.approved",),
        1,
    )
    assert report.transitions == ()


def test_fact_that_no_rule_uses_may_be_unrecorded(before: PolicySet) -> None:
    """What no rule speaks of cannot change the answer, so its absence does not matter."""
    facts = {name: value for name, value in ORDER.items() if name != "lines"}
    (same,) = replay([recorded(before, "400", facts=facts, verdict=ALLOW)], before).transitions
    assert (same.before, same.after) == (ALLOW, ALLOW)


def test_fact_of_the_past_is_left_out(before: PolicySet) -> None:
    """A recorded fact that is not declared any more does not deny."""
    facts = {**ORDER, "moon.phase": 3}
    (same,) = replay([recorded(before, "400", facts=facts, verdict=ALLOW)], before).transitions
    assert (same.before, same.after) == (ALLOW, ALLOW)


def test_scope_of_a_draft_is_tried(before: PolicySet) -> None:
    """A rule with a scope changes the records inside it; one that does not know its place is told apart."""
    rule = (
        "  - {id: tea, action: place_purchase_order, scope: {category: tea},"
        " deny: {when: [{lines: {over: 0}}]}}\n"
    )
    draft = parse_policies({"purchasing.yaml": ORACLE + rule})
    inside, outside = ({"category": frozenset({name})} for name in ("tea", "mugs"))
    records = [recorded(before, "400", n, places=places) for n, places in enumerate([inside, outside, {}])]
    report = replay(records, draft)
    assert [(one.after, one.decisions) for one in report.transitions] == [(ALLOW, 1), (DENY, 1)]
    assert report.lacking[0].facts == ("scope.category",)


def test_unreadable_fact_still_denies(before: PolicySet) -> None:
    """A fact that could not be read at the time denies now as then."""
    facts = {name: value for name, value in ORDER.items() if name != "total"}
    record = recorded(before, "400", facts=facts, verdict=DENY, missing=frozenset({"total"}))
    (same,) = replay([record], before).transitions
    assert (same.before, same.after) == (DENY, DENY)


def test_dial_on_assist_is_kept(before: PolicySet) -> None:
    """What asked a person only because of the dial asks a person in the replay too."""
    (same,) = replay([recorded(before, "400", verdict=ASK, assisted=True)], before).transitions
    assert (same.before, same.after) == (ASK, ASK)


def test_unknown_kind_is_denied(before: PolicySet) -> None:
    """An action that the rules do not know is denied in a replay as at the desk."""
    record = Recorded("act_1", "wire", START, "sam", ALLOW, {"total": Money(1, "EUR")})
    (change,) = replay([record], before).transitions
    assert (change.before, change.after) == (ALLOW, DENY)


@given(chances)
@settings(max_examples=300, deadline=None)
def test_replay_agrees_with_the_judge(random: Random) -> None:
    """On complete facts a replay finds what decide finds, for every random rule set."""
    policies = loaded(rule_bodies(random))
    facts = some_facts(random)
    record = Recorded("act_1", "buy", START, "sam", ALLOW, facts)
    (one,) = replay([record], policies).transitions
    assert one.after is decide(policies, "buy", facts).verdict


def test_draft_file_replaces_the_file_of_its_name(tmp_path: Any, after: PolicySet) -> None:
    """A draft stands in for the store's file of the same name, the other files stay."""
    store, draft = tmp_path / "policies", tmp_path / "draft"
    store.mkdir()
    draft.mkdir()
    (store / "purchasing.yaml").write_text(ORACLE, "utf-8")
    (draft / "purchasing.yaml").write_text(ORACLE.replace("over: 1_000 EUR", "over: 2_000 EUR"), "utf-8")
    assert read_draft(rule_texts(store), draft / "purchasing.yaml").sha == after.sha
    assert read_draft(rule_texts(store), draft).sha == after.sha
