"""What the judge answers, as values that can be stored: decision, fired rules, people required."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from policies.vocabulary import FACTS, DecimalFact, FactValue, MoneyFact, Vocabulary, type_of
from shop.errors import MoneyError
from shop.money import Money

MAX_DECIMAL_TEXT: Final = 40

FACTS_AT_FAULT: Final = "(facts)"
NOTHING_ALLOWS: Final = "(no rule allows it)"
UNKNOWN_ACTION: Final = "(unknown action)"
JUDGE_FAILED: Final = "(judge failed)"
"""These stand in place of a rule id where no rule speaks; a real id never has parentheses."""

WORD_FLIP: Final = "It "
"""How a nearest flip begins that is no figure but another word."""
NO: Final = "Denied: "
"""How a refusal begins in words."""
_TOLD_REASONS: Final = 3


class Verdict(StrEnum):
    """The three answers, from the loosest to the strictest."""

    ALLOW = "allow"
    NEEDS_APPROVAL = "needs_approval"
    DENY = "deny"

    @property
    def strictness(self) -> int:
        """0 for allow, 1 for needs approval, 2 for deny."""
        return _STRICTNESS[self]


_STRICTNESS: Final = {Verdict.ALLOW: 0, Verdict.NEEDS_APPROVAL: 1, Verdict.DENY: 2}


@dataclass(frozen=True, slots=True)
class Grant:
    """One person's valid yes to this very action, with the roles that count.

    The desk counts as valid only: same digest, unexpired, a human who is neither requester nor represented.
    `waited` is how long the question had stood when they said it.
    """

    person: str
    roles: frozenset[str]
    waited: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that spoke, with the fact, value and limit of its headline filled into its words."""

    rule: str
    effect: Verdict
    fact: str | None
    value: str
    limit: str
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """Who must still say yes for one rule: `quorum` people of `by`, or one of every role of `by_each`.

    Once the question has stood for `escalate_after`, people of `escalate_to` may say yes as well.
    """

    rule: str
    by: tuple[str, ...]
    quorum: int
    by_each: tuple[str, ...]
    expires: timedelta
    escalate_after: timedelta | None = None
    escalate_to: tuple[str, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """The roles that are asked from the first moment on."""
        return frozenset({*self.by, *self.by_each})

    def also_asked(self, waited: timedelta) -> frozenset[str]:
        """The roles that are asked in addition once the question has stood so long."""
        if self.escalate_after is None or waited < self.escalate_after:
            return frozenset()
        return frozenset(self.escalate_to)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Requirement:
        """The requirement as Decision.as_json stored it."""
        return cls(
            rule=body["rule"],
            by=tuple(body["by"]),
            quorum=body["quorum"],
            by_each=tuple(body["by_each"]),
            expires=timedelta(seconds=body["expires_seconds"]),
            escalate_after=timedelta(seconds=after) if (after := body.get("escalate_seconds")) else None,
            escalate_to=tuple(body.get("escalate_to", ())),
        )

    def in_words(self) -> str:
        """Who is asked, for example ``purchasing manager and finance (different people)``."""
        also = f"; after {_span(self.escalate_after)} also {_listed(self.escalate_to, 'or')}"
        return self._first_asked() + (also if self.escalate_to else "")

    def _first_asked(self) -> str:
        if self.by_each:
            return _listed(self.by_each, "and") + (" (different people)" if len(self.by_each) > 1 else "")
        people = _listed(self.by, "or")
        return people if self.quorum == 1 else f"{self.quorum} people who are {people}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The judge's answer about one action, with its reasons; a value, never an error.

    `missing` names the facts at fault, `required` holds what is still to be approved (empty unless the
    verdict is needs_approval), `nearest_flip` tells the smallest change of one fact that would loosen it.
    """

    verdict: Verdict
    fired: tuple[FiredRule, ...]
    missing: tuple[str, ...]
    required: tuple[Requirement, ...]
    nearest_flip: str
    policy_sha: str
    engine: str

    def in_words(self) -> str:
        """A few sentences for operators: the answer, its reasons, and the figure that would change it.

        A refusal tells its first three reasons, a question its first. That a yes in place of a no would
        help says nothing that the reason did not say.
        """
        first = f"{_ANSWERS[self.verdict]}{self._asked()}: {self._reason()}"
        figure = "" if self.nearest_flip.startswith(WORD_FLIP) else self.nearest_flip
        return f"{first} {figure}".rstrip()

    def _asked(self) -> str:
        if self.verdict is not Verdict.NEEDS_APPROVAL:
            return ""
        asked = dict.fromkeys(requirement.in_words() for requirement in self.required)
        return f" by {'; and by '.join(asked)}"

    def _reason(self) -> str:
        open_rules = {requirement.rule for requirement in self.required}
        reasons = [
            one.text
            for one in self.fired
            if one.effect is self.verdict and (not open_rules or one.rule in open_rules)
        ]
        if not reasons:
            return "no rule speaks against it."
        told = _TOLD_REASONS if self.verdict is Verdict.DENY else 1
        more = f" ({_more_rules(len(reasons) - told)})" if len(reasons) > told else ""
        sentences = ". ".join(one.rstrip(".") for one in reasons[:told])
        return f"{sentences}{more}."

    def as_json(self) -> dict[str, Any]:
        """Plain values that canonical JSON can carry; `from_json` is the inverse."""
        return {
            "verdict": self.verdict.value,
            "fired": [_fired_json(one) for one in self.fired],
            "missing": list(self.missing),
            "required": [_requirement_json(one) for one in self.required],
            "nearest_flip": self.nearest_flip,
            "policy_sha": self.policy_sha,
            "engine": self.engine,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Decision:
        """The decision that was stored with as_json."""
        return cls(
            verdict=Verdict(body["verdict"]),
            fired=tuple(FiredRule(**{**one, "effect": Verdict(one["effect"])}) for one in body["fired"]),
            missing=tuple(body["missing"]),
            required=tuple(Requirement.from_json(one) for one in body["required"]),
            nearest_flip=body["nearest_flip"],
            policy_sha=body["policy_sha"],
            engine=body["engine"],
        )


_ANSWERS: Final = {
    Verdict.ALLOW: "Allowed",
    Verdict.NEEDS_APPROVAL: "Needs approval",
    Verdict.DENY: "Denied",
}


def facts_as_json(facts: Mapping[str, FactValue]) -> dict[str, Any]:
    """Facts as canonical JSON carries them: money as ``{minor, cur}``, decimals as text."""
    return {name: _value_json(value) for name, value in facts.items()}


def facts_from_json(
    kind: str, body: Mapping[str, Any], vocabulary: Vocabulary = FACTS
) -> dict[str, FactValue]:
    """The facts that were stored with facts_as_json, typed by the vocabulary of the kind.

    What does not fit its type stays as it is: the judge then names and denies it.
    """
    return StoredFacts(kind, vocabulary).typed(body)


class StoredFacts:
    """Reads stored facts of one kind, many times: what each fact's type asks for is looked up once."""

    def __init__(self, kind: str, vocabulary: Vocabulary = FACTS) -> None:
        self._kind, self._types = kind, vocabulary.get(kind, {})
        self._readers: dict[str, _Reader] = {}

    def typed(self, body: Mapping[str, Any]) -> dict[str, FactValue]:
        """As `facts_from_json`."""
        try:
            return {name: self._readers[name](value) for name, value in body.items()}
        except KeyError:
            self._readers |= {name: self._reader(name) for name in body}
            return self.typed(body)

    def _reader(self, name: str) -> _Reader:
        fact_type = type_of(self._kind, name, self._types)
        if isinstance(fact_type, MoneyFact):
            return _stored_money
        return _stored_decimal if isinstance(fact_type, DecimalFact) else _as_stored


_Reader = Callable[[Any], FactValue]


def _as_stored(value: Any) -> FactValue:
    return value  # type: ignore[no-any-return]


def _stored_money(value: Any) -> FactValue:
    try:
        return Money.from_json(value) if isinstance(value, dict) else _as_stored(value)
    except MoneyError:
        return _as_stored(value)


def _stored_decimal(value: Any) -> FactValue:
    try:
        fits = isinstance(value, str) and len(value) <= MAX_DECIMAL_TEXT
        return Decimal(value) if fits else _as_stored(value)
    except InvalidOperation:
        return _as_stored(value)


def _value_json(value: FactValue) -> Any:
    if isinstance(value, Money):
        return value.as_json()
    return str(value) if isinstance(value, Decimal) else value


def _fired_json(one: FiredRule) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "effect": one.effect.value,
        "fact": one.fact,
        "value": one.value,
        "limit": one.limit,
        "text": one.text,
    }


def _requirement_json(one: Requirement) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "by": list(one.by),
        "quorum": one.quorum,
        "by_each": list(one.by_each),
        "expires_seconds": int(one.expires.total_seconds()),
        **_escalation_json(one),
    }


def _escalation_json(one: Requirement) -> dict[str, Any]:
    if one.escalate_after is None:
        return {}
    return {
        "escalate_seconds": int(one.escalate_after.total_seconds()),
        "escalate_to": list(one.escalate_to),
    }


def _span(span: timedelta | None) -> str:
    minutes = int(span.total_seconds()) // 60 if span else 0
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _listed(roles: Sequence[str], word: str) -> str:
    return f" {word} ".join(role.replace("_", " ") for role in roles)


def _more_rules(count: int) -> str:
    return "and 1 more reason" if count == 1 else f"and {count} more reasons"
