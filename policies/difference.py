"""What differs between two sets of rules, rule by rule, whatever their order, spelling and comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.model import PolicySet, Rule


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that was added (`before` is None), removed (`after` is None) or written differently."""

    rule: str
    kind: str
    before: Rule | None
    after: Rule | None

    @property
    def what(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def lines(self) -> list[str]:
        """The parts that differ, as rule files write them: ``- `` for what was, ``+ `` for what is."""
        before, after = _parts(self.before), _parts(self.after)
        names = dict.fromkeys([*before, *after])
        gone = [
            f"- {name}: {before[name]}"
            for name in names
            if name in before and before.get(name) != after.get(name)
        ]
        come = [
            f"+ {name}: {after[name]}"
            for name in names
            if name in after and before.get(name) != after.get(name)
        ]
        return gone + come

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rule": self.rule,
            "action": self.kind,
            "what": self.what,
            "before": self.before.as_json() if self.before else None,
            "after": self.after.as_json() if self.after else None,
        }


def difference(old: PolicySet, new: PolicySet) -> list[RuleChange]:
    """Every rule that differs, by action and id; an empty list for the same rules.

    >>> from policies.rules import parse_policies
    >>> difference(parse_policies({}), parse_policies({}))
    []
    """
    before, after = ({rule.id: rule for rule in one.rules} for one in (old, new))
    changes = [
        RuleChange(name, (after.get(name) or before[name]).kind, before.get(name), after.get(name))
        for name in before.keys() | after.keys()
        if _json(before.get(name)) != _json(after.get(name))
    ]
    return sorted(changes, key=lambda one: (one.kind, one.rule))


def _json(rule: Rule | None) -> dict[str, Any] | None:
    return rule.as_json() if rule else None


def _parts(rule: Rule | None) -> dict[str, str]:
    """The keys of a rule with their values as one line each; those of its effect beside the others."""
    if rule is None:
        return {}
    flat: dict[str, str] = {}
    for key, value in rule.as_json().items():
        if key in {"allow", "approve", "deny"}:
            flat["effect"] = key
            flat |= {inner: _written(part) for inner, part in value.items()}
        elif key != "id":
            flat[key] = _written(value)
    return flat


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_written(part)}' for key, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_written(part) for part in value)}]"
    return str(value)
