"""Laws that hold for every policy and every request."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decision import JUDGE_FAILED
from policies.judge import Decision, decide
from policies.rules import PolicySet, parse_policies
from policies.vocabulary import FactValue, IntFact
from shop.errors import PolicyLoadError
from tests.policies.oracle_rules import HEAD
from tests.policies.random_policies import (
    RuleBody,
    loaded,
    loaded_from_text,
    rule_bodies,
    some_facts,
    some_grants,
    spoiled_facts,
)

chances = st.integers(0, 2**32).map(Random)
"""Seeds; a failing example names its seed."""


def strictness(bodies: list[RuleBody], facts: dict[str, FactValue], grants: list[Any]) -> int:
    """How strict the decision about buying is."""
    return decide(loaded(bodies), "buy", facts, grants).verdict.strictness


@given(chances)
@settings(max_examples=3000, deadline=None)
def test_raising_a_limit_is_never_stricter(random: Random) -> None:
    """P20: a higher `over` limit of an approve or deny rule loosens or keeps every decision."""
    bodies = rule_bodies(random)
    facts, grants = some_facts(random), some_grants(random)
    before = strictness(bodies, facts, grants)
    for rule in bodies:
        for condition in (rule.get("approve") or rule.get("deny") or {"when": []})["when"]:
            for fact, wanted in condition.items():
                if isinstance(wanted, dict) and "over" in wanted and random.random() < 0.7:
                    number, *currency = wanted["over"].split(" ")
                    condition[fact] = {"over": " ".join([str(int(number) + random.randint(1, 3)), *currency])}
    assert strictness(bodies, facts, grants) <= before


@given(chances)
@settings(max_examples=300, deadline=None)
def test_order_has_no_influence(random: Random) -> None:
    """P21: shuffled rules, conditions, facts and grants give the same verdict by the same rules."""
    bodies, grants = rule_bodies(random), some_grants(random)
    facts: dict[str, Any] = (spoiled_facts if random.random() < 0.3 else some_facts)(random)

    def answer(decision: Decision) -> tuple[Any, ...]:
        return decision.verdict, [one.rule for one in decision.fired], decision.missing, decision.required

    before = answer(decide(loaded(bodies), "buy", facts, grants))
    shuffled = random.sample(bodies, len(bodies))
    for rule in shuffled:
        for effect in {"allow", "approve", "deny"} & set(rule):
            random.shuffle(rule[effect]["when"])
    turned = dict(random.sample(sorted(facts.items(), key=lambda item: item[0]), len(facts)))
    assert answer(decide(loaded(shuffled), "buy", turned, random.sample(grants, len(grants)))) == before


@given(chances)
@settings(max_examples=300, deadline=None)
def test_another_grant_is_never_stricter(random: Random) -> None:
    """One more yes loosens or keeps a decision."""
    bodies, facts, grants = rule_bodies(random), some_facts(random), some_grants(random)
    more = grants + some_grants(random)
    assert strictness(bodies, facts, more) <= strictness(bodies, facts, grants)


@given(chances)
@settings(max_examples=300, deadline=None)
def test_another_deny_or_approve_rule_is_never_looser(random: Random) -> None:
    """One more restricting rule tightens or keeps a decision."""
    bodies, facts, grants = rule_bodies(random), some_facts(random), some_grants(random)
    more = [rule for rule in rule_bodies(random) if "allow" not in rule]
    for number, rule in enumerate(more):
        rule["id"] = f"extra{number}"
    assert strictness(bodies + more, facts, grants) >= strictness(bodies, facts, grants)


@given(chances)
@settings(max_examples=200, deadline=None)
def test_canonical_form_loads_as_itself(random: Random) -> None:
    """Rules written out in canonical form load as the same rules with the same digest."""
    policies = loaded(rule_bodies(random))
    again = loaded_from_text(policies.policies[0].as_json()["rules"])
    assert (again.sha, again.policies[0].as_json()) == (policies.sha, policies.policies[0].as_json())


@given(
    chances,
    st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.integers(), st.text(), st.decimals())),
)
@settings(max_examples=300, deadline=None)
def test_loaded_policy_never_raises(random: Random, surprises: dict[str, Any]) -> None:
    """Whatever the facts are, the judge answers and never has to fall back on its own failure."""
    facts = {**spoiled_facts(random), **surprises}
    decision = decide(loaded(rule_bodies(random)), "buy", facts, some_grants(random))
    assert all(one.rule != JUDGE_FAILED for one in decision.fired)
    assert json.dumps(decision.as_json())


def loads_or_refuses(source: bytes | str) -> PolicySet | None:
    """The set, or None for a PolicyLoadError; anything else fails the test."""
    try:
        return parse_policies({"fuzz.yaml": source})
    except PolicyLoadError:
        return None


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
@settings(max_examples=500, deadline=None)
def test_any_bytes_load_or_are_refused(source: bytes | str) -> None:
    """No file makes the loader raise anything but PolicyLoadError."""
    loads_or_refuses(source)


LANGUAGE = """policy version default deny rules tests id action allow approve when because by by_each quorum
distinct expires escalate after to over under outside between is in refund_order total amount
share_pct delivered lines true false finance admin r1 24h 1 70 -10 1_000 12.5 NaN ~ quorm {value} {nope}"""
WORDS = st.sampled_from([*LANGUAGE.split(), "1_000 GBP", "5 JPY"])
TREES = st.recursive(
    WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(TREES)
@settings(max_examples=600, deadline=None)
def test_any_rules_load_or_are_refused(tree: Any) -> None:
    """P22: no tree of the language's own words makes the loader raise anything but PolicyLoadError."""
    loads_or_refuses(json.dumps({"policy": "x", "version": "1", "default": "deny", "rules": tree}))


@given(chances, TREES)
@settings(max_examples=600, deadline=None)
def test_a_changed_rule_loads_or_is_refused(random: Random, tree: Any) -> None:
    """A good rule file with one part replaced by anything loads or is refused, and then still decides."""
    people = {"by": ["finance"], "expires": "24h", "because": "{value}"}
    when = [{"amount": {"over": "5 GBP"}}, {"share_pct": {"outside": ["1", "2"]}}]
    rule = {"id": "r1", "action": "refund_order", "approve": {"when": when, **people}}
    document = {"policy": "x", "version": "1", "default": "deny", "rules": [rule]}
    place: Any = document
    while True:
        key = random.choice(sorted(place) if isinstance(place, dict) else range(len(place)))
        if not place[key] or isinstance(place[key], str) or random.random() < 0.3:
            place[key] = tree
            break
        place = place[key]
    policies = loads_or_refuses(json.dumps(document))
    if policies is not None:
        assert decide(policies, "refund_order", {}).verdict == "deny"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_nearest_flip_is_the_nearest(data: st.DataObject) -> None:
    """The value that is told is the nearest that loosens the decision, by trying all of them."""
    ends = st.lists(st.integers(0, 20), min_size=2, max_size=2).map(sorted)
    shapes = st.tuples(
        st.sampled_from(["allow", "approve", "deny"]), st.sampled_from(["outside", "between"]), ends
    )
    lines = [
        f"  - {{id: r{number}, action: pay, {effect}: {{when: [{{count: {{{test}: {span}}}}}]"
        f"{', by: [finance]' if effect == 'approve' else ''}}}}}\n"
        for number, (effect, test, span) in enumerate(data.draw(st.lists(shapes, min_size=1, max_size=5)))
    ]
    vocabulary = {"pay": {"count": IntFact("pieces")}}
    policies = parse_policies({"x.yaml": HEAD.format(name="x") + "".join(lines)}, vocabulary)
    count = data.draw(st.integers(0, 22))
    decision = decide(policies, "pay", {"count": count})

    def looser(value: int) -> bool:
        there = decide(policies, "pay", {"count": value}).verdict
        return there.strictness < decision.verdict.strictness

    reachable = [value for value in range(30) if looser(value)]
    if not reachable:
        assert decision.nearest_flip == ""
    else:
        nearest = min(reachable, key=lambda value: (abs(value - count), value))
        span = decision.nearest_flip.split(" would ")[0].split(" could ")[0].replace(" or less", " to 0")
        told = [int(part) for part in span.replace(" or more", " to 99").split(" to ")]
        assert nearest in (min(told), max(told))
        assert all(looser(value) for value in range(min(told), min(max(told), 29) + 1))


def test_fuzz_vocabulary_is_real() -> None:
    """The words of the fuzz test do make a policy that loads."""
    text = "  - {id: r1, action: refund_order, deny: {when: [{amount: {over: 1_000 GBP}}]}}"
    assert loads_or_refuses(HEAD.format(name="x") + text) is not None


def test_fuzz_catches_foreign_errors() -> None:
    """An error of another kind would fail the fuzz tests."""
    with pytest.raises(AttributeError):
        loads_or_refuses(None)  # type: ignore[arg-type]
