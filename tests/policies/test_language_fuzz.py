"""Every type of fact with every test and every kind of literal, and every place with a key that is none."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from policies.decision import JUDGE_FAILED
from policies.fact_types import BoolFact, DecimalFact, EnumFact, IntFact, MoneyFact
from policies.judge import decide
from policies.rules import parse_policies
from shop.errors import PolicyLoadError
from shop.money import Money

VOCABULARY: Any = {
    "buy": {
        "money": MoneyFact(),
        "pieces": IntFact("pieces"),
        "percent": DecimalFact(2),
        "known": BoolFact(),
        "carrier": EnumFact(("post", "van")),
    }
}
TESTS = ("bare", "over", "under", "outside", "between", "is", "in", "above", "", "when", "not", ">", "OVER")
LITERALS: tuple[Any, ...] = (
    "1_000 GBP", "0 GBP", "-5 GBP", "1.005 GBP", "1,000 GBP", "5 JPY", "0.5 JPY", "5 XXQ", "GBP", "1e3 GBP",
    "70", "-1", "0", "1_000", "1__0", "010", "0x1F", "12:30", "1.0", "12.5", "12.555", "NaN", "inf", "-inf",
    "99999999999999999999999", "1e308", "1e400", "true", "false", "yes", "on", "null", "~", "", " ", "post",
    "van", "Post", "{value}", "\u0661\u0660", "\u202e5", [], ["1"], ["1", "2"], ["2", "1"], ["post"],
    ["post", "post"], ["1 GBP", "2 GBP"], ["1 GBP", "2 EUR"], ["true", "false"], ["1", "2", "3"], {},
    [["1", "2"]],
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    Money(100, "GBP"), Money(-1, "GBP"), Money(5, "JPY"), 0, 1, -1, 2**70, True, False, Decimal("1.5"),
    Decimal("NaN"), Decimal("1e999"), 1.5, float("nan"), "post", "rail", "", None, [], {}, "100", b"1",
)  # fmt: skip
RULE: dict[str, Any] = {
    "policy": "x",
    "version": "1",
    "default": "deny",
    "rules": [
        {
            "id": "r1",
            "action": "refund_order",
            "scope": {"channel": "chat"},
            "approve": {
                "when": [{"amount": {"over": "5 GBP"}}],
                "by": ["finance"],
                "quorum": "1",
                "expires": "24h",
                "escalate": {"after": "4h", "to": ["admin"]},
                "because": "{value} is over {limit}.",
            },
        }
    ],
    "tests": [
        {
            "action": "refund_order",
            "usual": {"amount": "9 GBP"},
            "scope": {"channel": "chat"},
            "cases": [{"name": "one", "facts": {}, "expect": "deny", "rule": "r1"}],
        }
    ],
}


def rules_with(fact: str, test: str, literal: Any) -> str:
    """A rule file with one condition."""
    wanted = literal if test == "bare" else {test: literal}
    rule = {"id": "r1", "action": "buy", "deny": {"when": [{fact: wanted}]}}
    return json.dumps({"policy": "x", "version": "1", "default": "deny", "rules": [rule]})


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("fact", sorted(VOCABULARY["buy"]))
def test_a_condition_loads_or_is_refused(fact: str, test: str) -> None:
    """P22: each pair of fact type and test is a load error or decides on every value, and never raises."""
    good: dict[str, Any] = {
        "money": Money(1, "GBP"),
        "pieces": 1,
        "percent": Decimal(1),
        "known": True,
        "carrier": "post",
    }
    loaded = 0
    for literal in LITERALS:
        try:
            policies = parse_policies({"x.yaml": rules_with(fact, test, literal)}, VOCABULARY)
        except PolicyLoadError:
            continue
        loaded += 1
        for value in VALUES:
            decision = decide(policies, "buy", {**good, fact: value})
            assert decision.verdict.value == "deny"
            assert all(one.rule != JUDGE_FAILED for one in decision.fired)
    assert bool(loaded) == (test in _sensible(fact))


def _sensible(fact: str) -> set[str]:
    """The tests that a fact of this type takes with at least one of the literals."""
    if fact in {"known", "carrier"}:
        return {"known": {"bare"}, "carrier": {"bare", "in"}}[fact]
    return set(VOCABULARY["buy"][fact].tests)


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every block of keys in a rule file."""
    if isinstance(part, dict):
        return [path] + [one for key, inner in part.items() for one in places(inner, (*path, key))]
    if isinstance(part, list):
        return [one for number, inner in enumerate(part) for one in places(inner, (*path, number))]
    return []


@pytest.mark.parametrize("path", places(RULE), ids=lambda path: ".".join(map(str, path)) or "the file")
@pytest.mark.parametrize("key", ["quorm", "When", "allow ", "__class__", "", "1", "expires\u200b"])
def test_an_unknown_key_is_refused(path: tuple[Any, ...], key: str) -> None:
    """P22: a key that the language does not know is a load error wherever it stands."""
    parse_policies({"x.yaml": json.dumps(RULE)})
    changed = copy.deepcopy(RULE)
    block: Any = changed
    for step in path:
        block = block[step]
    block[key] = "1"
    with pytest.raises(PolicyLoadError):
        parse_policies({"x.yaml": json.dumps(changed)})
