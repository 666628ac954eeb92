"""The semantics a second time, as plainly as can be: an oracle for the judge, with bugs to plant."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations
from typing import Any

from policies.judge import Grant
from shop.money import Money
from tests.policies.random_policies import VOCABULARY, RuleBody

TYPES: dict[str, Any] = {
    "total": Money,
    "spend": Money,
    "count": int,
    "change": Decimal,
    "known": bool,
    "carrier": str,
}


def naive(
    bodies: list[RuleBody], kind: str, facts: Mapping[str, Any], grants: list[Grant], bug: str = ""
) -> str:
    """The verdict from the rules as written, one plain step after the other."""
    mine = [rule for rule in bodies if rule["action"] == kind]
    if kind not in VOCABULARY:
        return "deny"
    if bug == "missing_is_zero":
        facts = {"total": Money(1, "EUR"), "spend": Money(0, "EUR"), "count": 0, "change": Decimal(0)} | dict(
            facts
        )
    if set(facts) != set(TYPES) or any(not acceptable(name, value) for name, value in facts.items()):
        return "deny"
    compared = {fact for rule in mine for one in condition_list(rule) for fact in one}
    foreign = any(facts[fact].currency != "EUR" for fact in compared & {"total", "spend"})
    if bug == "short_circuit":
        foreign = any(foreign_reached(rule, facts) for rule in mine)
    if foreign and bug != "currency_ignored":
        return "deny"
    fired = [rule for rule in mine if all(holds(one, facts) for one in condition_list(rule))]
    if bug == "first_match":
        fired = fired[:1]
    open_rules = [rule for rule in fired if "approve" in rule and not enough(rule["approve"], grants, bug)]
    allowed = any("allow" in rule for rule in fired)
    if bug == "approve_as_allow":
        allowed = allowed or any("approve" in rule for rule in fired)
    if bug == "approve_beats_deny" and allowed and open_rules:
        return "needs_approval"
    if any("deny" in rule for rule in fired) or not allowed:
        return "deny"
    return "needs_approval" if open_rules else "allow"


def foreign_reached(rule: RuleBody, facts: Mapping[str, Any]) -> bool:
    """Whether another currency is met before a condition of the rule fails: what a short cut would see."""
    for condition in condition_list(rule):
        if any(isinstance(facts[fact], Money) and facts[fact].currency != "EUR" for fact in condition):
            return True
        if not holds(condition, facts):
            return False
    return False


def condition_list(rule: RuleBody) -> list[dict[str, Any]]:
    """The conditions of a rule, whatever its effect."""
    body = rule.get("allow") or rule.get("approve") or rule["deny"]
    return list(body["when"])


def acceptable(name: str, value: Any) -> bool:
    """Exactly the declared type, within bounds."""
    if type(value) is not TYPES[name]:
        return False
    if name == "change":
        return bool(value.is_finite() and value * 100 == int(value * 100))
    least = {"total": 1, "spend": 0}
    return (
        value.minor >= least[name] if name in least else name != "carrier" or value in {"post", "ship", "van"}
    )


def holds(condition: dict[str, Any], facts: Mapping[str, Any]) -> bool:
    """One condition."""
    ((fact, wanted),) = condition.items()
    value = facts[fact]
    if fact == "known":
        return bool(value is (wanted == "true"))
    if isinstance(wanted, str):
        return bool(value == wanted)
    ((test, literal),) = wanted.items()
    if test == "in":
        return value in literal
    number = value.amount if isinstance(value, Money) else Decimal(value)
    ends = [
        Decimal(str(one).split(" ", maxsplit=1)[0])
        for one in (literal if isinstance(literal, list) else [literal])
    ]
    low, high = ends[0], ends[-1]
    return {
        "over": number > low,
        "under": number < low,
        "is": number == low,
        "between": low <= number <= high,
        "outside": number < low or number > high,
    }[str(test)]


def enough(asked: RuleBody, grants: list[Grant], bug: str) -> bool:
    """Whether the people suffice, by trying every seating."""
    if bug == "any_grant":
        return bool(grants)
    if bug == "grants_counted":
        return sum(bool(grant.roles & set(asked.get("by", []))) for grant in grants) >= int(
            asked.get("quorum", 9)
        )
    roles = {
        name: set().union(*(g.roles for g in grants if g.person == name))
        for name in {g.person for g in grants}
    }
    if "by_each" in asked:
        each = asked["by_each"]
        return any(
            all(role in roles[name] for role, name in zip(each, seated, strict=True))
            for seated in permutations(sorted(roles), len(each))
        )
    return sum(bool(held & set(asked["by"])) for held in roles.values()) >= int(asked["quorum"])
