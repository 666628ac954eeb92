"""Why an action was decided as it was, on the terminal and as JSON."""

from __future__ import annotations

from typing import Any

from app.cli import screen
from policies.decision import facts_as_json
from policies.scope import places_as_json
from policies.vocabulary import FACTS, FactValue, label, type_of
from tools.explaining import Explanation
from tools.ledger.history import PastDecision


def show(found: Explanation) -> None:
    """The state, each decision, and the rules, facts and nearest way out of the one in force."""
    action, last = found.action, found.in_force
    screen.data(f"{action.id} ({action.kind}) is {action.state.value}: {action.reason}")
    screen.data(f"asked for by {action.requester} ({action.requester_kind}); digest {action.digest}")
    for one in found.decisions:
        screen.data(_line(one, in_force=one is last))
    screen.table(
        ("rule", "effect", "value", "limit", "in words"),
        [(one.rule, one.effect.value, one.value, one.limit, one.text) for one in last.decision.fired],
    )
    for asked in last.decision.required:
        screen.data(f"{asked.rule} asks for {asked.in_words()}")
    if last.decision.nearest_flip:
        screen.data(last.decision.nearest_flip)
    for key, values in sorted(last.places.items()):
        screen.data(f"{key}: {', '.join(sorted(values))}")
    screen.table(("fact", "value", "what it is"), _facts(action.kind, last))


def as_json(found: Explanation) -> dict[str, Any]:
    """Plain values; the decision in force stands by itself as well."""
    last = found.in_force
    return {
        "action": found.action.id,
        "kind": found.action.kind,
        "digest": found.action.digest,
        "state": found.action.state.value,
        "decision": last.decision.as_json(),
        "facts": facts_as_json(last.facts),
        "places": places_as_json(last.places),
        "decisions": [
            {
                "id": one.id,
                "stage": one.stage,
                "at": one.at.isoformat(),
                "decision": one.decision.as_json(),
                "facts": facts_as_json(one.facts),
            }
            for one in found.decisions
        ],
    }


def _line(one: PastDecision, *, in_force: bool) -> str:
    stage = "when it was asked for" if one.stage == "submit" else "before it was carried out"
    mark = ", in force" if in_force else ""
    return (
        f"{one.at:%Y-%m-%d %H:%M:%S} UTC, {stage}: {one.decision.verdict.value}{mark} "
        f"(policy {one.decision.policy_sha[:12]}, judge {one.decision.engine})"
    )


def _facts(kind: str, one: PastDecision) -> list[tuple[str, str, str]]:
    known = [(name, _shown(kind, name, value), label(name)) for name, value in sorted(one.facts.items())]
    return known + [(name, "could not be read", label(name)) for name in one.decision.missing]


def _shown(kind: str, name: str, value: FactValue) -> str:
    declared = type_of(kind, name, FACTS.get(kind, {}))
    return str(value) if declared is None or declared.fault(value) else declared.shown(value)
