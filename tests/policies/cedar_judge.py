"""The rules once more in Cedar: a second judge by other people, from the rules as written.

Each rule becomes one line. A money fact becomes two attributes (minor units and currency), a percentage whole
hundredths. Grants enter as the ids of the rules that they satisfy. Three answers come from two evaluations:
all lines, and all but those that ask people; any error of either is a deny.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import cedarpy

from policies.fact_types import BoolFact, DecimalFact, EnumFact, FactType, IntFact, MoneyFact
from shop.money import Money, exponent
from tests.policies.random_policies import VOCABULARY, RuleBody

CURRENCY = "EUR"
_TYPES = {IntFact: "Long", DecimalFact: "Long", BoolFact: "Bool", EnumFact: "String"}
_UNFIT = "(no such value)"
"""A text where a number or a yes or no belongs: the schema refuses it."""


class CedarJudge:
    """A set of rules, translated, checked against the schema and parsed once."""

    def __init__(self, bodies: Sequence[RuleBody]) -> None:
        lines = [_line(rule) for rule in bodies] + _bounds() + _currencies(bodies)
        base = [line for rule, line in zip(bodies, lines, strict=False) if "approve" not in rule]
        base += lines[len(bodies) :]
        for text in ("\n".join(lines), "\n".join(base)):
            if not cedarpy.validate_policies(text, SCHEMA).validation_passed:
                raise AssertionError(f"Cedar does not accept the translation:\n{text}")
        self._full = cedarpy.PolicySet.from_str("\n".join(lines))
        self._base = cedarpy.PolicySet.from_str("\n".join(base))

    def verdict(self, kind: str, facts: Mapping[str, Any], satisfied: Sequence[str]) -> str:
        """allow, needs_approval or deny; `satisfied` are the approve rules that have their people."""
        request = {
            "principal": 'Agent::"agent"',
            "action": f'Action::"{kind}"',
            "resource": 'Tenant::"main"',
            "context": {**_context(facts), "satisfied": list(satisfied)},
        }
        full, base = (
            cedarpy.is_authorized(request, rules, _NOBODY, _SCHEMA) for rules in (self._full, self._base)
        )
        if full.diagnostics.errors or base.diagnostics.errors:
            return "deny"
        if full.allowed:
            return "allow"
        return "needs_approval" if base.allowed else "deny"


def _schema() -> str:
    blocks = [
        f"action {kind} appliesTo {{principal: Agent, resource: Tenant, context: "
        f"{{{', '.join(_attributes(types))}, satisfied: Set<String>}}}};"
        for kind, types in VOCABULARY.items()
    ]
    return "entity Agent; entity Tenant;\n" + "\n".join(blocks)


def _attributes(types: Mapping[str, FactType]) -> list[str]:
    return [
        f"{name}_minor: Long, {name}_cur: String"
        if isinstance(type_, MoneyFact)
        else f"{name}: {_TYPES[type(type_)]}"
        for name, type_ in types.items()
    ]


def _line(rule: RuleBody) -> str:
    effect = next(word for word in ("allow", "approve", "deny") if word in rule)
    conditions = " && ".join(_condition(one) for one in rule[effect]["when"])
    head = f'@id("{rule["id"]}") {"permit" if effect == "allow" else "forbid"}'
    line = f'{head}(principal, action == Action::"{rule["action"]}", resource) when {{ {conditions} }}'
    asked = f' unless {{ context.satisfied.contains("{rule["id"]}") }}' if effect == "approve" else ""
    return f"{line}{asked};"


def _condition(condition: Mapping[str, Any]) -> str:
    ((fact, wanted),) = condition.items()
    type_ = VOCABULARY["buy"][fact]
    if isinstance(type_, BoolFact):
        return f"context.{fact} == {wanted}"
    if isinstance(type_, EnumFact):
        members = [wanted] if isinstance(wanted, str) else wanted["in"]
        return "(" + " || ".join(f'context.{fact} == "{member}"' for member in members) + ")"
    ((test, literal),) = wanted.items()
    ends = [_long(type_, one) for one in (literal if isinstance(literal, list) else [literal])]
    low, high = ends[0], ends[-1]
    name = f"context.{fact}_minor" if isinstance(type_, MoneyFact) else f"context.{fact}"
    return {
        "over": f"{name} > {low}",
        "under": f"{name} < {low}",
        "is": f"{name} == {low}",
        "between": f"({name} >= {low} && {name} <= {high})",
        "outside": f"({name} < {low} || {name} > {high})",
    }[test]


def _long(type_: FactType, literal: str) -> int:
    if isinstance(type_, MoneyFact):
        number, currency = literal.split(" ")
        assert currency == CURRENCY
        return int(Decimal(number).scaleb(exponent(currency)))
    return int(Decimal(literal).scaleb(type_.scale if isinstance(type_, DecimalFact) else 0))


def _bounds() -> list[str]:
    """A declared least value, as a line of its own for each kind."""
    return [
        f'@id("least.{kind}.{name}") forbid(principal, action == Action::"{kind}", resource) '
        f"when {{ context.{name}_minor < {type_.minimum} }};"
        for kind, types in VOCABULARY.items()
        for name, type_ in types.items()
        if isinstance(type_, MoneyFact) and type_.minimum is not None
    ]


def _currencies(bodies: Sequence[RuleBody]) -> list[str]:
    """One unconditional line for each money fact that a kind's rules compare."""
    compared = {
        (rule["action"], fact)
        for rule in bodies
        for word in ("allow", "approve", "deny")
        for condition in rule.get(word, {"when": []})["when"]
        for fact in condition
        if isinstance(VOCABULARY["buy"][fact], MoneyFact)
    }
    return [
        f'@id("currency.{kind}.{fact}") forbid(principal, action == Action::"{kind}", resource) '
        f'when {{ context.{fact}_cur != "{CURRENCY}" }};'
        for kind, fact in sorted(compared)
    ]


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    types = VOCABULARY["buy"]
    context: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(types.get(name), MoneyFact):
            money = value if type(value) is Money else None
            context[f"{name}_minor"] = money.minor if money else _UNFIT
            context[f"{name}_cur"] = money.currency if money else _UNFIT
        else:
            context[name] = _attribute(types.get(name), value)
    return context


def _attribute(type_: FactType | None, value: Any) -> Any:
    if isinstance(type_, DecimalFact):
        exact = type(value) is Decimal and value.is_finite() and value.scaleb(type_.scale) % 1 == 0
        return int(value.scaleb(type_.scale)) if exact else _UNFIT
    if isinstance(type_, EnumFact):
        # An unknown member is a text to Cedar like any other: as something else the schema refuses it.
        return value if value in type_.members else 0
    return value if type(value) in {int, bool} else _UNFIT


SCHEMA = _schema()
_SCHEMA = cedarpy.Schema.from_str(SCHEMA)
_NOBODY = cedarpy.Entities.from_json_str("[]")
