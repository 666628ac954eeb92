"""The rules in force in words for the system prompt: what outcome a change will probably have.

Only limits that a model can see coming are told: one amount or percentage of the change itself. Everything
else (budgets, windows, states of records) the gate knows better, and it alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from policies.decision import Verdict
from policies.fact_types import DecimalFact, MoneyFact
from policies.model import PolicySet, Rule
from policies.scope import places_as_json

_HEAD: Final = (
    "Limits of the store's rules. They decide after you ask, so never promise an outcome, refuse by yourself"
    " or hold a change back because of them: call the tool, then tell what came.\n"
)
_TAINT: Final = (
    "After text from outside was read in a conversation, nearly every change waits for a person.\n"
)
_ROUND: Final = re.compile(r"(\d)\.00\b")
_SIZE: Final = re.compile(r"[a-z_]+")
"""A fact of the change itself; windows and records have dots or digits in their names."""


_MOST_KEPT: Final = 500
_kept: dict[tuple[str, frozenset[str]], str] = {}
"""Sections by the digest of their rules and the kinds that they tell of."""


def policy_section(policies: PolicySet, kinds: Iterable[str] | None = None) -> str:
    """What these rules say of some kinds of action (all by default); the same for the same, "" for none.

    A request speaks of a few kinds; the limits of all others are words that a small model loses its way in.
    """
    told = frozenset(policies.kinds if kinds is None else policies.kinds.keys() & set(kinds))
    key = policies.sha, told
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = _rendered(policies, told)
    return _kept[key]


def _rendered(policies: PolicySet, kinds: frozenset[str]) -> str:
    lines = [line for kind in sorted(kinds) if (line := _line(kind, policies))]
    if not lines:
        return ""
    tainted = any(one.fact == "tainted" for rule in policies.rules for one in rule.when)
    return _HEAD + (_TAINT if tainted else "") + "".join(f"- {line}\n" for line in lines)


def _line(kind: str, policies: PolicySet) -> str:
    """The limits of one kind: ``refund order: amount over 50 GBP asks the support lead``."""
    told = [rule for rule in policies.kinds[kind].rules if _is_a_limit(rule)]
    told.sort(key=lambda rule: (rule.headline.fact, rule.effect is Verdict.DENY, _edge(rule), rule.id))
    words: list[str] = []
    fact = ""
    for rule in told:
        name = "" if rule.headline.fact == fact else f"{_named(rule.headline.fact)} "
        fact = rule.headline.fact
        words.append(f"{name}{_limit(rule)} {_outcome(rule)}{_where(rule)}")
    return f"{kind.replace('_', ' ')}: {', '.join(words)}" if words else ""


def _is_a_limit(rule: Rule) -> bool:
    only = rule.when[0]
    tells = isinstance(only.type, MoneyFact | DecimalFact) and _SIZE.fullmatch(only.fact) is not None
    return len(rule.when) == 1 and tells and rule.effect is not Verdict.ALLOW


def _edge(rule: Rule) -> int:
    return max(units for units, _ in rule.headline.edges)


def _limit(rule: Rule) -> str:
    percent = " %" if rule.headline.fact.endswith("_pct") else ""
    return _ROUND.sub(r"\1", rule.headline.in_words()) + percent


def _named(fact: str) -> str:
    return fact.removesuffix("_pct").replace("_", " ")


def _outcome(rule: Rule) -> str:
    if rule.approvers is None:
        return "is refused"
    each = " and ".join(rule.approvers.by_each)
    anyone = " or ".join(rule.approvers.by)
    return f"asks {each or anyone}".replace("_", " ")


def _where(rule: Rule) -> str:
    places = "; ".join(f"{key} {', '.join(values)}" for key, values in places_as_json(rule.scope).items())
    return f" ({places})" if places else ""
