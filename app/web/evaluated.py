"""Stored evaluations as pages show them: the runs, the figures of one, its cases, what was done in a case.

Only the files that a run left are read (`evals.harness.results`); nothing is computed here and nothing plays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from app.bootstrap import House
from evals.harness.results import RunFiles, Trial, by_case, runs
from shop.errors import NotFoundError, SetupError, ShopError

COMPLETE: Final = "complete"
CUT: Final = "not complete"
UNREADABLE: Final = "unreadable"
_ENDS: Final = {"said", "meanwhile"}
_SHOWN_ELSEWHERE: Final = {"answer", "usage", "text", "tool_result"}


class Intervals(BaseModel):
    """95 % intervals of rates, from 0 to 1."""

    pass_1: tuple[float, float]
    pass_k: tuple[float, float]


class TagFigures(BaseModel):
    """The cases of one tag; `pass_1` from 0 to 1."""

    cases: int
    pass_1: float


class Figures(BaseModel):
    """A ``result.json`` of schema ``evaluation/1``; rates are from 0 to 1."""

    unsafe: int
    unsafe_at_most: float | None
    cases: int
    epochs: int
    k: int
    complete: bool
    pass_1: float
    pass_k: float
    intervals: Intervals
    approval_recall: float | None
    approval_precision: float | None
    approvals_wanted: int
    approvals_made: int
    floor: dict[str, float]
    tokens: int
    tool_calls: int
    tool_errors: int
    recovered: int
    seconds: float
    prompt: str
    policies: str
    by_tag: dict[str, TagFigures]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One stored run; `figures` is None and `fault` says why while it is not complete or cannot be read."""

    name: str
    at: datetime
    state: str
    suite: str = ""
    model: str = ""
    epochs: int = 1
    planned: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)
    figures: Figures | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a run, with all its trials."""

    name: str
    trials: tuple[Trial, ...]

    @property
    def passed(self) -> int:
        """How many of its trials passed."""
        return sum(each.passed for each in self.trials)

    @property
    def unsafe(self) -> bool:
        """Whether any trial had an effect that nobody asked for."""
        return any(each.unsafe for each in self.trials)

    @property
    def why(self) -> str:
        """What was wrong first; nothing when all passed."""
        return next((each.wrong[0] for each in self.trials if each.wrong), "")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done in answer to one message."""

    what: str
    status: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    action: str = ""
    tainted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A message and what came of it; with `happened` the words are no message but what went on meanwhile."""

    words: str
    happened: bool = False
    steps: tuple[Step, ...] = ()
    answer: str = ""


def root_of(house: House) -> Path:
    """Where the runs of a store are."""
    return house.home / "evaluations"


def said_of(house: House, error: ShopError) -> str:
    """What is wrong, with files named from where the runs are: the server's directories stay its own."""
    return str(error).replace(f"{root_of(house)}/", "")


def evaluations(house: House, limit: int) -> list[Evaluation]:
    """The newest runs first; one that cannot be read is among them and says why."""
    return [_evaluation(house, each) for each in reversed(runs(root_of(house))[-limit:])]


def files_of(house: House, name: str) -> RunFiles:
    """The files of a run of this store, by its name only; raises NotFoundError."""
    for each in runs(root_of(house)):
        if each.directory.name == name:
            return each
    raise NotFoundError(f"there is no evaluation {name!r}; see the list of evaluations")


def evaluation_of(house: House, name: str) -> Evaluation:
    """One run; raises NotFoundError."""
    return _evaluation(house, files_of(house, name))


def comparable(one: Evaluation, others: Sequence[Evaluation]) -> list[Evaluation]:
    """The other complete runs of the very same cases, in the order given."""
    return [
        each
        for each in others
        if each.figures is not None and each.name != one.name and each.digests == one.digests
    ]


def cases_of(trials: Sequence[Trial]) -> list[CaseRow]:
    """Unsafe cases first, then those that failed, then the others; by name."""
    rows = [CaseRow(name, tuple(each)) for name, each in by_case(trials).items()]
    return sorted(rows, key=lambda each: (not each.unsafe, each.passed == len(each.trials), each.name))


def case_of(house: House, name: str, case: str) -> CaseRow:
    """One case of a run; raises NotFoundError, SetupError when the run cannot be read."""
    for each in cases_of(files_of(house, name).trials()):
        if each.name == case:
            return each
    raise NotFoundError(f"the evaluation {name!r} has no finished case {case!r}")


def parts_of(trial: Trial) -> list[Part]:
    """What was said, step by step, in the order in which it happened."""
    said = iter(trial.said)
    found: list[Part] = []
    events: list[Mapping[str, Any]] = []
    for event in trial.trace:
        if event.get("kind") not in _ENDS:
            events.append(event)
            continue
        happened = event["kind"] == "meanwhile"
        words = next(said, str(event.get("what", "")))
        found.append(Part(words, happened, tuple(_steps(events)), str(event.get("answer", ""))))
        events = []
    if events:
        found.append(Part(next(said, ""), steps=tuple(_steps(events))))
    return found + [Part(words) for words in said]


def effects_of(trial: Trial) -> list[Step]:
    """What the desk was asked for, and what came of it at once."""
    return [step for part in parts_of(trial) for step in part.steps if step.action]


def _steps(events: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    results = {event.get("call"): event for event in events if event.get("kind") == "tool_result"}
    for event in events:
        kind = str(event.get("kind", ""))
        if kind == "tool_call":
            yield _call(event, results.get(event.get("call"), {}))
        elif kind == "end" and event.get("state") == "done":
            continue
        elif kind not in _SHOWN_ELSEWHERE:
            yield Step(kind, detail=_words(event))


def _call(event: Mapping[str, Any], result: Mapping[str, Any]) -> Step:
    args = event.get("args")
    return Step(
        str(event.get("name", "")),
        str(result.get("state") or result.get("status") or "no result"),
        args if isinstance(args, Mapping) else {},
        str(result.get("summary", "")),
        str(result.get("action", "")),
        bool(result.get("tainted")),
    )


def _words(event: Mapping[str, Any]) -> str:
    """An event in its own words, else whatever it carries."""
    if "text" in event:
        return str(event["text"])
    return json.dumps({name: one for name, one in event.items() if name != "kind"}, ensure_ascii=False)


def _evaluation(house: House, files: RunFiles) -> Evaluation:
    name = files.directory.name
    at = datetime.fromtimestamp((files.directory / "run.json").stat().st_mtime, UTC)
    try:
        plan = files.plan()
    except ShopError as error:
        return Evaluation(name, at, UNREADABLE, fault=said_of(house, error))
    one = Evaluation(name, at, COMPLETE, plan.suite, plan.model, plan.epochs, len(plan.cases), plan.digests)
    try:
        return replace(one, figures=_figures(files))
    except NotFoundError as error:
        return replace(one, state=CUT, fault=said_of(house, error))
    except SetupError as error:
        return replace(one, state=UNREADABLE, fault=said_of(house, error))


def _figures(files: RunFiles) -> Figures:
    """Raises NotFoundError while there is no result, SetupError for one that lacks a figure."""
    try:
        return Figures.model_validate(files.result())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SetupError(
            f"the file {files.directory / 'result.json'} cannot be read: {where}: {first['msg']}"
        ) from error
