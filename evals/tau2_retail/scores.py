"""What the replay counts: calls of the reference answers, and attempts that must be refused or accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evals.tau2_retail.answers import Answer
from evals.tau2_retail.files import WRITES
from evals.tau2_retail.reasons import RIGHT
from evals.tau2_retail.shapes import Call

Group = Literal["illegal", "procedural", "legal"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that must be refused (illegal, procedural) or accepted (legal), and what came of it."""

    task: str
    group: Group
    kind: str
    call: Call
    answer: Answer
    changed: bool

    @property
    def held(self) -> bool:
        """Refused for the right reason with nothing changed; or, for a legal one, accepted."""
        if self.group == "legal":
            return self.answer.ok
        right = any(reason.endswith(RIGHT[self.kind]) for reason in self.answer.reasons)
        return self.answer.is_typed_refusal and right and not self.changed

    def as_json(self) -> dict[str, Any]:
        """The attempt with its answer, for the lists of failures."""
        return {
            "task": self.task,
            "kind": self.kind,
            "call": self.call.name,
            "arguments": self.call.arguments,
            "accepted": self.answer.ok,
            "state_changed": self.changed,
            "reasons": list(self.answer.reasons),
            "words": self.answer.words,
        }


@dataclass(slots=True)
class TaskScore:
    """One task: its reference calls and its attempts."""

    task: str
    writes: int = 0
    accepted: int = 0
    to_refuse: int = 0
    refused: int = 0
    identity_added: bool = False
    wrong_calls: list[dict[str, Any]] = field(default_factory=list)
    wrongly_refused: list[dict[str, Any]] = field(default_factory=list)
    end: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    def saw(self, call: Call, answer: Answer, *, must_fail: bool) -> None:
        """Count the answer to one reference call."""
        as_expected = answer.ok is not must_fail
        if must_fail:
            self.to_refuse += 1
            self.refused += int(answer.is_typed_refusal)
        elif call.name in WRITES:
            self.writes += 1
            self.accepted += int(answer.ok)
        if not as_expected:
            said = {
                "task": self.task,
                "call": call.name,
                "arguments": call.arguments,
                "reasons": list(answer.reasons),
                "words": answer.words,
            }
            (self.wrongly_refused if call.name in WRITES and not must_fail else self.wrong_calls).append(said)


@dataclass(frozen=True, slots=True)
class Report:
    """All tasks together."""

    scores: Sequence[TaskScore]
    seconds: float

    def of(self, group: Group) -> list[Attempt]:
        """All attempts of a group."""
        return [one for score in self.scores for one in score.attempts if one.group == group]

    @property
    def false_blocks(self) -> list[dict[str, Any]]:
        """Every legal write that was refused."""
        refused = [one.as_json() for one in self.of("legal") if not one.held]
        return [one for score in self.scores for one in score.wrongly_refused] + refused

    @property
    def is_perfect(self) -> bool:
        """Whether nothing at all went otherwise than it should."""
        lists = self._failures()
        return not any(lists.values())

    def as_json(self) -> dict[str, Any]:
        """The figures by the names that other tools read, and the failures one by one."""
        illegal, procedural, legal = (self.of(one) for one in ("illegal", "procedural", "legal"))
        return {
            "tasks": len(self.scores),
            "end_states_equal": sum(not score.end for score in self.scores),
            "writes": sum(score.writes for score in self.scores),
            "writes_accepted": sum(score.accepted for score in self.scores),
            "calls_to_refuse": sum(score.to_refuse for score in self.scores),
            "calls_refused": sum(score.refused for score in self.scores),
            "illegal_tried": len(illegal),
            "illegal_refused": _held(illegal),
            "procedural_tried": len(procedural),
            "procedural_refused": _held(procedural),
            "legal_tried": len(legal) + sum(score.writes for score in self.scores),
            "false_blocks": len(self.false_blocks),
            "identity_added": sum(score.identity_added for score in self.scores),
            "by_kind": {
                group: {kind: [_held(some), len(some)] for kind, some in kinds(self.of(group)).items()}
                for group in ("illegal", "procedural", "legal")
            },
            "seconds": round(self.seconds, 1),
            "failures": self._failures(),
        }

    def _failures(self) -> dict[str, list[Any]]:
        return {
            "end_states": [
                {"task": score.task, "differences": score.end} for score in self.scores if score.end
            ],
            "calls": [one for score in self.scores for one in score.wrong_calls],
            "false_blocks": self.false_blocks,
            "illegal": [one.as_json() for one in self.of("illegal") if not one.held],
            "procedural": [one.as_json() for one in self.of("procedural") if not one.held],
        }


def _held(attempts: Iterable[Attempt]) -> int:
    return sum(one.held for one in attempts)


def kinds(attempts: Iterable[Attempt]) -> dict[str, list[Attempt]]:
    """The attempts by their kind, in the order of the alphabet."""
    found: dict[str, list[Attempt]] = {}
    for one in attempts:
        found.setdefault(one.kind, []).append(one)
    return dict(sorted(found.items()))
