"""Random rules, facts and grants over a small vocabulary that has every type of fact."""

import json
from decimal import Decimal
from random import Random
from typing import Any

from policies.judge import Grant
from policies.rule_files import policy_of
from policies.rules import PolicySet, build, parse_policies
from policies.vocabulary import BoolFact, DecimalFact, EnumFact, FactValue, IntFact, MoneyFact, Vocabulary
from shop.money import Money

VOCABULARY: Vocabulary = {
    kind: {
        "total": MoneyFact(minimum=1),
        "spend": MoneyFact(),
        "count": IntFact("pieces", minimum=None),
        "change": DecimalFact(scale=2),
        "known": BoolFact(),
        "carrier": EnumFact(("post", "ship", "van")),
    }
    for kind in ("buy", "pay")
}
ROLES = ("admin", "finance", "support_lead")
PEOPLE = ("ann", "bob", "eve")

RuleBody = dict[str, Any]

USUAL_SHARE = 0.8
"""So often there is a wide allow rule: without one almost everything is denied, which tests little."""


def rule_bodies(random: Random, most: int = 9) -> list[RuleBody]:
    """Up to nine rules as a rule file holds them."""
    usual = {"id": "usual", "action": "buy", "allow": {"when": [{"known": "true"}]}}
    others = [_rule(random, number) for number in range(random.randint(0, most - 1))]
    return [usual, *others] if random.random() < USUAL_SHARE else others


def loaded(bodies: list[RuleBody]) -> PolicySet:
    """The rules after the loader."""
    document = {"policy": "random", "version": "1", "default": "deny", "rules": bodies}
    return build([policy_of(document, VOCABULARY)], VOCABULARY)


def loaded_from_text(bodies: list[RuleBody]) -> PolicySet:
    """The same by way of a rule file's text: JSON is YAML."""
    document = {"policy": "random", "version": "1", "default": "deny", "rules": bodies}
    return parse_policies({"random.json": json.dumps(document)}, VOCABULARY)


def some_facts(random: Random) -> dict[str, FactValue]:
    """Complete facts; numbers lie on and around the limits of the rules."""
    return {
        "total": Money(max(1, 100 * random.randint(1, 5) + random.randint(-1, 1)), "EUR"),
        "spend": Money(100 * random.randint(1, 5) + random.randint(-1, 1), "EUR"),
        "count": random.randint(-1, 6),
        "change": Decimal(100 * random.randint(-3, 3) + random.randint(-1, 1)).scaleb(-2),
        "known": random.random() < 0.9,
        "carrier": random.choice(("post", "ship", "van")),
    }


def spoiled_facts(random: Random) -> dict[str, Any]:
    """Facts of which some are missing, extra, of a wrong type or in another currency."""
    facts: dict[str, Any] = some_facts(random)
    name = random.choice(sorted(facts))
    fault = random.random()
    if fault < 0.3:
        del facts[name]
    elif fault < 0.6:
        facts[name] = random.choice(
            [None, "5", 5, 5.0, True, Decimal("NaN"), Decimal("0.001"), [], Money(5, "JPY")]
        )
    elif fault < 0.9:
        facts[random.choice(["total", "spend"])] = Money(random.randint(1, 500), "JPY")
    else:
        facts["surplus"] = 1
    return facts


def some_grants(random: Random) -> list[Grant]:
    """Grants of up to three people with some of the roles, the same person more than once at times."""
    return [
        Grant(random.choice(PEOPLE), frozenset(random.sample(ROLES, random.randint(0, len(ROLES)))))
        for _ in range(random.choice((0, 0, 1, 2, 4)))
    ]


def _rule(random: Random, number: int) -> RuleBody:
    effect = random.choice(["allow", "allow", "allow", "approve", "approve", "approve", "deny"])
    most = 1 if effect == "allow" else 3 if effect == "deny" else 2
    body: RuleBody = {"when": [_condition(random, effect) for _ in range(random.randint(1, most))]}
    if random.random() < 0.5:
        body["because"] = "It is {value}, the limit is {limit}."
    if effect == "approve":
        body |= _people(random)
    return {"id": f"r{number}", "action": random.choice(["buy", "buy", "pay"]), effect: body}


def _people(random: Random) -> RuleBody:
    roles = random.sample(ROLES, random.randint(1, 3))
    if random.random() < 0.3:
        return {"by_each": roles}
    return {"by": roles, "quorum": str(random.randint(1, 2))}


def _condition(random: Random, effect: str) -> RuleBody:
    fact = random.choice(["total", "spend", "count", "change", "known", "carrier"])
    if fact == "known":
        return {"known": "true" if effect == "allow" or random.random() < 0.3 else "false"}
    if fact == "carrier":
        members = random.sample(["post", "ship", "van"], random.randint(1, 2))
        return {"carrier": members[0] if random.random() < 0.3 else {"in": members}}
    tests = ["over", "under", "outside", "between"] + (["is"] if fact != "change" else [])
    test = random.choice(tests)
    if test in {"outside", "between"}:
        ends = sorted(random.choices(range(-3, 6) if fact == "change" else range(6), k=2))
        return {fact: {test: [_literal(fact, end) for end in ends]}}
    return {fact: {test: _literal(fact, random.randint(-3, 3) if fact == "change" else random.randint(0, 5))}}


def _literal(fact: str, number: int) -> str:
    return f"{number} EUR" if fact in {"total", "spend"} else str(number)
