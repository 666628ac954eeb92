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
from policies.rules import PolicySet
from policies.vocabulary import Vocabulary
from shop.money import Money, exponent
from tests.policies.random_policies import VOCABULARY, RuleBody

_TYPES = {IntFact: "Long", DecimalFact: "Long", BoolFact: "Bool", EnumFact: "String"}
_UNFIT = "(no such value)"
"""A text where a number or a yes or no belongs: the schema refuses it."""


class CedarJudge:
    """A set of rules, translated, checked against the schema and parsed once."""

    def __init__(
        self, bodies: Sequence[RuleBody], vocabulary: Vocabulary = VOCABULARY, currency: str = "EUR"
    ) -> None:
        if any("scope" in rule for rule in bodies):
            raise AssertionError("rules with a scope are not translated")
        translation = _Translation(vocabulary, currency)
        schema = translation.schema()
        lines = [translation.line(rule) for rule in bodies]
        bounds = translation.bounds() + translation.currencies(bodies)
        base = [line for rule, line in zip(bodies, lines, strict=True) if "approve" not in rule]
        for text in ("\n".join(lines + bounds), "\n".join(base + bounds)):
            found = cedarpy.validate_policies(text, schema)
            if not found.validation_passed:
                raise AssertionError(f"Cedar does not accept the translation: {found.errors}\n{text}")
        self._full = cedarpy.PolicySet.from_str("\n".join(lines + bounds))
        self._base = cedarpy.PolicySet.from_str("\n".join(base + bounds))
        self._schema = cedarpy.Schema.from_str(schema)
        self._vocabulary = vocabulary

    @classmethod
    def of(cls, policies: PolicySet, currency: str) -> "CedarJudge":
        """Loaded rules, with the windows that they speak of."""
        bodies = [rule.as_json() for rule in policies.rules]
        return cls(bodies, {kind: one.facts for kind, one in policies.kinds.items()}, currency)

    def verdict(self, kind: str, facts: Mapping[str, Any], satisfied: Sequence[str]) -> str:
        """allow, needs_approval or deny; `satisfied` are the approve rules that have their people."""
        request = {
            "principal": 'Agent::"agent"',
            "action": f'Action::"{kind}"',
            "resource": 'Tenant::"main"',
            "context": {**_context(facts, self._vocabulary.get(kind, {})), "satisfied": list(satisfied)},
        }
        full, base = (
            cedarpy.is_authorized(request, rules, _NOBODY, self._schema) for rules in (self._full, self._base)
        )
        if full.diagnostics.errors or base.diagnostics.errors:
            return "deny"
        if full.allowed:
            return "allow"
        return "needs_approval" if base.allowed else "deny"


class _Translation:
    """Rules over a vocabulary as lines of Cedar."""

    def __init__(self, vocabulary: Vocabulary, currency: str) -> None:
        self._vocabulary, self._currency = vocabulary, currency

    def schema(self) -> str:
        """An action for each kind, its facts as the attributes of the context."""
        blocks = [
            f'action "{kind}" appliesTo {{principal: Agent, resource: Tenant, context: '
            f"{{{', '.join(_attributes(types))}, satisfied: Set<String>}}}};"
            for kind, types in self._vocabulary.items()
        ]
        return "entity Agent; entity Tenant;\n" + "\n".join(blocks)

    def line(self, rule: RuleBody) -> str:
        """A rule."""
        effect = next(word for word in ("allow", "approve", "deny") if word in rule)
        conditions = " && ".join(self._condition(rule["action"], one) for one in rule[effect]["when"])
        head = f'@id("{rule["id"]}") {"permit" if effect == "allow" else "forbid"}'
        line = f'{head}(principal, action == Action::"{rule["action"]}", resource) when {{ {conditions} }}'
        asked = f' unless {{ context.satisfied.contains("{rule["id"]}") }}' if effect == "approve" else ""
        return f"{line}{asked};"

    def _condition(self, kind: str, condition: Mapping[str, Any]) -> str:
        ((fact, wanted),) = condition.items()
        type_ = self._vocabulary[kind][fact]
        if isinstance(type_, BoolFact):
            return f"{_named(fact)} == {wanted}"
        if isinstance(type_, EnumFact):
            members = [wanted] if isinstance(wanted, str) else wanted["in"]
            return "(" + " || ".join(f'{_named(fact)} == "{member}"' for member in members) + ")"
        ((test, literal),) = wanted.items()
        ends = [self._long(type_, one) for one in (literal if isinstance(literal, list) else [literal])]
        low, high = ends[0], ends[-1]
        name = _named(fact, "_minor") if isinstance(type_, MoneyFact) else _named(fact)
        return {
            "over": f"{name} > {low}",
            "under": f"{name} < {low}",
            "is": f"{name} == {low}",
            "between": f"({name} >= {low} && {name} <= {high})",
            "outside": f"({name} < {low} || {name} > {high})",
        }[test]

    def _long(self, type_: FactType, literal: str) -> int:
        if isinstance(type_, MoneyFact):
            number, currency = literal.split(" ")
            assert currency == self._currency
            return int(Decimal(number).scaleb(exponent(currency)))
        return int(Decimal(literal).scaleb(type_.scale if isinstance(type_, DecimalFact) else 0))

    def bounds(self) -> list[str]:
        """A declared least value, as a line of its own for each kind."""
        return [
            f'@id("least.{kind}.{name}") forbid(principal, action == Action::"{kind}", resource) '
            f"when {{ {_named(name, '_minor' if isinstance(type_, MoneyFact) else '')} < {type_.minimum} }};"
            for kind, types in self._vocabulary.items()
            for name, type_ in types.items()
            if isinstance(type_, MoneyFact | IntFact) and type_.minimum is not None
        ]

    def currencies(self, bodies: Sequence[RuleBody]) -> list[str]:
        """One unconditional line for each money fact that a kind's rules compare."""
        compared = {
            (rule["action"], fact)
            for rule in bodies
            for word in ("allow", "approve", "deny")
            for condition in rule.get(word, {"when": []})["when"]
            for fact in condition
            if isinstance(self._vocabulary[rule["action"]][fact], MoneyFact)
        }
        return [
            f'@id("currency.{kind}.{fact}") forbid(principal, action == Action::"{kind}", resource) '
            f'when {{ {_named(fact, "_cur")} != "{self._currency}" }};'
            for kind, fact in sorted(compared)
        ]


def _named(fact: str, part: str = "") -> str:
    return f'context["{fact}{part}"]'


def _attributes(types: Mapping[str, FactType]) -> list[str]:
    return [
        f'"{name}_minor": Long, "{name}_cur": String'
        if isinstance(type_, MoneyFact)
        else f'"{name}": {_TYPES[type(type_)]}'
        for name, type_ in types.items()
    ]


def _context(facts: Mapping[str, Any], types: Mapping[str, FactType]) -> dict[str, Any]:
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


_NOBODY = cedarpy.Entities.from_json_str("[]")
