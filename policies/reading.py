"""Rules as sentences, for people who do not read YAML."""

from __future__ import annotations

from policies.decision import Verdict
from policies.model import Rule
from policies.vocabulary import label

_SAID = {
    Verdict.ALLOW: "Allowed",
    Verdict.NEEDS_APPROVAL: "Asks {who}",
    Verdict.DENY: "Refused",
}


def rule_in_words(rule: Rule) -> str:
    """``Asks purchasing manager when total over 1,000.00 GBP.``; scopes first, then who and when."""
    who = rule.requirement.in_words() if rule.requirement else ""
    said = _SAID[rule.effect].format(who=who)
    when = " and ".join(_condition(one.fact, one.in_words()) for one in rule.when)
    where = "; ".join(f"{key} {', '.join(sorted(values))}" for key, values in sorted(rule.scope.items()))
    return f"{'For ' + where + ': ' if where else ''}{said} when {when}."


def _condition(fact: str, words: str) -> str:
    """A condition with the fact as people call it, which not every condition names itself."""
    if fact in words:
        return words.replace(fact, label(fact), 1)
    return f"{label(fact)}: {words}" if words in {"yes", "no"} else f"{label(fact)} {words}"
