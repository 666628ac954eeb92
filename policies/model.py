"""A loaded policy: rules compiled to plain comparisons, ready to be asked and impossible to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from policies.conditions import BARE, Condition
from policies.decision import Grant, Requirement, Verdict
from policies.scope import Places, is_inside
from policies.vocabulary import FactType, FactValue
from policies.windows import Window, window_of
from shop.actions import digest_of

EFFECT_KEYS: dict[str, Verdict] = {
    "allow": Verdict.ALLOW,
    "approve": Verdict.NEEDS_APPROVAL,
    "deny": Verdict.DENY,
}
"""The word with which a rule file names each effect."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to ask in addition once an approval has waited this long; it never approves anything."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who must say yes, and for how long the question stands."""

    by: tuple[str, ...]
    quorum: int
    by_each: tuple[str, ...]
    expires: timedelta
    escalation: Escalation | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The roles that are asked from the first moment on."""
        return frozenset({*self.by, *self.by_each})

    def also_asked(self, waited: timedelta) -> frozenset[str]:
        """The roles that are asked in addition once the question has stood so long."""
        if self.escalation is None or waited < self.escalation.after:
            return frozenset()
        return frozenset(self.escalation.to)

    def as_json(self) -> dict[str, Any]:
        """The keys of an ``approve`` body, defaults written out."""
        body: dict[str, Any] = {"expires": duration_written(self.expires)}
        if self.by_each:
            body["by_each"] = list(self.by_each)
        else:
            body |= {"by": list(self.by), "quorum": str(self.quorum)}
        if self.escalation:
            after, to = duration_written(self.escalation.after), list(self.escalation.to)
            body["escalate"] = {"after": after, "to": to}
        return body


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: it fires when all its conditions hold. `approvers` is there exactly for approve rules.

    A rule with a `scope` speaks only of actions inside it; without one it speaks of all of its kind.

    `headline` is the condition that {value} and {limit} speak of: the first with a test, else the first.
    `requirement` is what the rule asks of people, None if it asks nobody.
    """

    id: str
    kind: str
    effect: Verdict
    when: tuple[Condition, ...]
    because: str = ""
    approvers: Approvers | None = None
    scope: Places = field(default_factory=dict)
    fires: Callable[[Mapping[str, FactValue]], bool] = field(init=False, repr=False, compare=False)
    headline: Condition = field(init=False, repr=False, compare=False)
    requirement: Requirement | None = field(init=False, repr=False, compare=False)
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        headline = next((one for one in self.when if one.test != BARE), self.when[0])
        object.__setattr__(self, "fires", _compiled(self.when))
        object.__setattr__(self, "headline", headline)
        object.__setattr__(self, "requirement", _requirement(self.id, self.approvers))
        object.__setattr__(self, "_parts", tuple(split_placeholders(self.because)))

    def words(self, facts: Mapping[str, FactValue]) -> str:
        """The rule's reason with value and limit filled in; never formats text from outside."""
        shown, about = self.headline.type.shown, self.headline
        value, limit = shown(facts[about.fact]), about.limit_shown
        filled = {"{value}": value, "{limit}": limit}
        return "".join(filled.get(part, part) for part in self._parts)

    def as_json(self) -> dict[str, Any]:
        """The rule as a rule file writes it, in canonical spelling."""
        body: dict[str, Any] = {"when": [condition.as_json() for condition in self.when]}
        if self.because:
            body["because"] = self.because
        if self.approvers:
            body |= self.approvers.as_json()
        scope = {key: sorted(values) for key, values in sorted(self.scope.items())}
        head = {"id": self.id, "action": self.kind, **({"scope": scope} if scope else {})}
        return {**head, _EFFECT_WORDS[self.effect]: body}


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example in a rule file: these facts and grants, this verdict, and a rule that must have spoken."""

    name: str
    kind: str
    facts: Mapping[str, FactValue]
    grants: tuple[Grant, ...]
    expect: Verdict
    rule: str | None
    places: Places = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule file."""

    name: str
    version: int
    rules: tuple[Rule, ...]
    tests: tuple[RuleTest, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The file's rules in canonical form, sorted by id: comments, spelling and order do not count."""
        rules = sorted(self.rules, key=lambda rule: rule.id)
        return {
            "policy": self.name,
            "version": str(self.version),
            "default": "deny",
            "rules": [rule.as_json() for rule in rules],
        }


@dataclass(frozen=True, slots=True)
class KindRules:
    """All that the judge needs about one kind: fact types, the one currency of each money fact, the rules.

    `facts` are the declared ones and the windows that the rules speak of, which `windows` holds again.
    `scope_keys` are the places that some rule asks for.
    `about` holds the rules that speak of each fact, `by_effect` the rules of each effect.
    """

    kind: str
    facts: Mapping[str, FactType]
    rules: tuple[Rule, ...]
    currencies: Mapping[str, str] = field(init=False, repr=False, compare=False)
    scope_keys: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _narrowed: dict[tuple[str, ...], KindRules] = field(init=False, repr=False, compare=False)
    about: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    by_effect: Mapping[Verdict, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    windows: tuple[Window, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        about = {
            fact: tuple(rule for rule in self.rules if any(one.fact == fact for one in rule.when))
            for fact in self.facts
        }
        by_effect = {
            effect: tuple(rule for rule in self.rules if rule.effect is effect) for effect in Verdict
        }
        object.__setattr__(self, "about", MappingProxyType(about))
        object.__setattr__(self, "by_effect", MappingProxyType(by_effect))
        windows = (window_of(self.kind, fact) for fact in self.facts)
        object.__setattr__(self, "windows", tuple(one for one in windows if one is not None))
        object.__setattr__(self, "currencies", MappingProxyType(_currencies(self.rules)))
        keys = {key for rule in self.rules for key in rule.scope}
        object.__setattr__(self, "scope_keys", tuple(sorted(keys)))
        object.__setattr__(self, "_narrowed", {})

    def at(self, places: Places) -> KindRules:
        """Only the rules that speak of an action in these places, over the same facts."""
        if not self.scope_keys:
            return self
        rules = tuple(rule for rule in self.rules if is_inside(rule.scope, rule.effect, places))
        key = tuple(rule.id for rule in rules)
        if key not in self._narrowed:
            self._narrowed[key] = replace(self, rules=rules)
        return self._narrowed[key]

    @property
    def used(self) -> frozenset[str]:
        """The facts that some rule speaks of."""
        return frozenset(fact for fact, rules in self.about.items() if rules)


@dataclass(frozen=True)
class PolicySet:
    """Every rule in force, by kind. Two sets with equal rules have the same `sha`."""

    policies: tuple[Policy, ...]
    kinds: Mapping[str, KindRules]

    @cached_property
    def sha(self) -> str:
        """SHA-256 (hex) of the canonical form of all rules."""
        return digest_of([policy.as_json() for policy in self.policies])

    @property
    def version(self) -> str:
        """The files with their version numbers: ``inventory 1, pricing 3``."""
        return ", ".join(f"{policy.name} {policy.version}" for policy in self.policies)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every file."""
        return tuple(rule for policy in self.policies for rule in policy.rules)

    @property
    def tests(self) -> tuple[RuleTest, ...]:
        """Every rule test of every file."""
        return tuple(test for policy in self.policies for test in policy.tests)

    def window_facts(self, kind: str) -> tuple[Window, ...]:
        """The windows that rules of a kind speak of: what must be added up before they can be asked."""
        governed = self.kinds.get(kind)
        return governed.windows if governed else ()

    def rules_for(self, kind: str) -> tuple[Rule, ...]:
        """The rules of one kind, strictest first; empty for a kind without rules."""
        governed = self.kinds.get(kind)
        return governed.rules if governed else ()


def _currencies(rules: Sequence[Rule]) -> dict[str, str]:
    """The currency of each money fact that is compared; two of them match no amount, so the judge denies."""
    found: dict[str, set[str]] = {}
    for condition in (condition for rule in rules for condition in rule.when):
        if condition.currency is not None:
            found.setdefault(condition.fact, set()).add(condition.currency)
    return {fact: " and ".join(sorted(codes)) for fact, codes in found.items()}


_EFFECT_WORDS = {verdict: word for word, verdict in EFFECT_KEYS.items()}


def duration_written(span: timedelta) -> str:
    """A duration as rule files write it: ``90m``, ``72h``."""
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def split_placeholders(text: str) -> list[str]:
    """The text cut at {value} and {limit}, which stay as parts of their own.

    >>> split_placeholders("{value} is over {limit}.")
    ['', '{value}', ' is over ', '{limit}', '.']
    """
    parts = [text]
    for mark in ("{value}", "{limit}"):
        parts = [piece for part in parts for piece in _cut(part, mark)]
    return parts


def _requirement(name: str, asked: Approvers | None) -> Requirement | None:
    if asked is None:
        return None
    after, to = (asked.escalation.after, asked.escalation.to) if asked.escalation else (None, ())
    return Requirement(name, asked.by, asked.quorum, asked.by_each, asked.expires, after, to)


def _cut(text: str, mark: str) -> list[str]:
    if text == mark or mark not in text:
        return [text]
    pieces = text.split(mark)
    return [piece for pair in zip(pieces, [mark] * len(pieces), strict=True) for piece in pair][:-1]


def _compiled(when: tuple[Condition, ...]) -> Callable[[Mapping[str, FactValue]], bool]:
    checks = tuple((condition.fact, condition.holds) for condition in when)
    if len(checks) == 1:
        ((fact, holds),) = checks
        return lambda facts: holds(facts[fact])

    def fires(facts: Mapping[str, FactValue]) -> bool:
        for fact, holds in checks:  # noqa: SIM110 - a plain loop is twice as fast as all() over a generator
            if not holds(facts[fact]):
                return False
        return True

    return fires
