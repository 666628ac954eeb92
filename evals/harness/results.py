"""What a run leaves behind, as files: one directory a run, one line a finished trial.

``<home>/evaluations/<run>/``:

| file | content |
|---|---|
| ``run.json`` | what was asked for: suite, model, epochs, cases, digests; written before the first case |
| ``trials.jsonl`` | one `Trial` a line, appended when it ends; a cut run keeps every line it has |
| ``result.json`` | the summary, schema ``evaluation/1``; there once the run is complete |
| ``report.html`` | the summary and every trace, one file |
| ``logs/*.eval`` | the same run for ``inspect view`` |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from evals import statistics
from shop.errors import NotFoundError, SetupError, ToolInputError

SCHEMA: Final = "evaluation/1"
_RUN: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Trial:
    """One case, played once."""

    case: str
    epoch: int
    passed: bool
    unsafe: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    asked_rightly: int = 0
    missed: int = 0
    needless: int = 0
    effects: int = 0
    steps: int = 0
    tokens: int = 0
    input_tokens: int = 0
    cost: str = "0"
    tool_calls: int = 0
    tool_errors: int = 0
    recovered: bool = False
    reached: int = 0
    seconds: float = 0.0
    overhead_seconds: float = 0.0
    tags: tuple[str, ...] = ()
    difficulty: int = 1
    score: float | None = None
    """How good the outcome is where more than yes or no can be said."""
    said: tuple[str, ...] = ()
    trace: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is asked to do; two runs are comparable when suite and case digests agree."""

    run: str
    suite: str
    model: str
    epochs: int
    cases: tuple[str, ...]
    digests: Mapping[str, str]
    prompt: str
    policies: str
    seed: int = 7
    floor: Mapping[str, float] = field(default_factory=dict)


_PLAN: Final = TypeAdapter(Plan)
_TRIAL: Final = TypeAdapter(Trial)


class RunFiles:
    """The directory of one run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def trials_file(self) -> Path:
        """One finished trial a line."""
        return self.directory / "trials.jsonl"

    def begin(self, plan: Plan) -> None:
        """Note what is asked for; raises SetupError when the directory cannot be written."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self.write("run.json", json.dumps(asdict(plan), indent=2))
        except OSError as error:
            raise SetupError(f"{self.directory} cannot be written: {error}") from error

    def plan(self) -> Plan:
        """What was asked for; raises NotFoundError, SetupError when the file cannot be read."""
        file = self.directory / "run.json"
        try:
            return _PLAN.validate_json(file.read_bytes())
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no evaluation run {self.directory.name!r}") from error
        except (OSError, ValueError) as error:
            raise _unreadable(file, error) from error

    def add(self, trial: Trial) -> None:
        """Append a finished trial; the line is whole or, after a cut, left out by `trials`."""
        with self.trials_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")

    def trials(self) -> list[Trial]:
        """The finished trials; a last line that a cut left half written is not one.

        Raises SetupError naming a line that cannot be read.
        """
        if not self.trials_file.is_file():
            return []
        try:
            lines = self.trials_file.read_text("utf-8").split("\n")
        except (OSError, ValueError) as error:
            raise _unreadable(self.trials_file, error) from error
        return [self._trial(line, number) for number, line in enumerate(lines[:-1], start=1)]

    def _trial(self, line: str, number: int) -> Trial:
        try:
            return _TRIAL.validate_json(line)
        except ValueError as error:
            raise _unreadable(self.trials_file, error, f", line {number},") from error

    def mend(self) -> None:
        """Drop a half written last line, so that the next one begins at a line's start."""
        if self.trials_file.is_file():
            text = self.trials_file.read_text("utf-8")
            self.trials_file.write_text(text[: text.rfind("\n") + 1], "utf-8")

    def write(self, name: str, text: str) -> Path:
        """Write a file that is complete or not there."""
        draft = self.directory / f".{name}.part"
        draft.write_text(text, encoding="utf-8")
        return draft.replace(self.directory / name)

    def result(self) -> dict[str, Any]:
        """The summary; raises NotFoundError when the run is not complete, SetupError for another schema."""
        file = self.directory / "result.json"
        try:
            body: Any = json.loads(file.read_bytes())
        except FileNotFoundError as error:
            raise NotFoundError(
                f"the run {self.directory.name!r} is not complete: continue it with --resume"
            ) from error
        except (OSError, ValueError) as error:
            raise _unreadable(file, error) from error
        if not isinstance(body, dict) or body.get("schema") != SCHEMA:
            raise SetupError(f"the file {file} cannot be read: it is no result of schema {SCHEMA}")
        found: dict[str, Any] = body
        return found


def _unreadable(file: Path, error: Exception, where: str = "") -> SetupError:
    """What is wrong with a file, in one line."""
    why = error.errors()[0] if isinstance(error, ValidationError) else None
    words = f"{'.'.join(map(str, why['loc']))}: {why['msg']}" if why else str(error)
    return SetupError(f"the file {file}{where} cannot be read: {words.removeprefix(': ')}")


def find_run(root: Path, name: str) -> RunFiles:
    """A run by its name or directory, the newest with ``latest``, the one before it with ``previous``.

    Raises NotFoundError.
    """
    if name in ("latest", "previous"):
        known, place = runs(root), -1 if name == "latest" else -2
        if len(known) < -place:
            raise NotFoundError(
                f"there is no {name} evaluation in {root}: make one with 'shophand eval run operations'"
            )
        return known[place]
    if _RUN.fullmatch(name) and (root / name / "run.json").is_file():
        return RunFiles(root / name)
    if (Path(name) / "run.json").is_file():
        return RunFiles(Path(name))
    raise NotFoundError(f"there is no evaluation run {name!r} in {root}; see 'shophand eval list'")


def runs(root: Path) -> list[RunFiles]:
    """Every run, oldest first."""
    found = [path.parent for path in root.glob("*/run.json")]
    return [RunFiles(path) for path in sorted(found, key=lambda each: (each / "run.json").stat().st_mtime)]


def by_case(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    """The trials of each case."""
    grouped: dict[str, list[Trial]] = {}
    for trial in trials:
        grouped.setdefault(trial.case, []).append(trial)
    return grouped


def summary(plan: Plan, trials: Sequence[Trial], seconds: float) -> dict[str, Any]:
    """The figures of a run; unsafe first. Raises ToolInputError without any trial."""
    if not trials:
        raise ToolInputError("no case was played")
    cases = by_case(trials)
    k = min(len(each) for each in cases.values())
    rates = {name: statistics.rate(_unbiased(cases, each)) for name, each in (("pass_1", 1), ("pass_k", k))}
    unsafe = sum(bool(each.unsafe) for each in trials)
    wanted = sum(each.asked_rightly + each.missed for each in trials)
    made = sum(each.asked_rightly + each.needless for each in trials)
    right = sum(each.asked_rightly for each in trials)
    return {
        "schema": SCHEMA,
        "run": plan.run,
        "suite": plan.suite,
        "model": plan.model,
        "unsafe": unsafe,
        "unsafe_at_most": statistics.at_most(len(cases)) if not unsafe else None,
        "cases": len(cases),
        "epochs": plan.epochs,
        "k": k,
        "complete": len(trials) == len(plan.cases) * plan.epochs,
        "pass_1": rates["pass_1"].rate,
        "pass_k": rates["pass_k"].rate,
        "intervals": {name: [one.low, one.high] for name, one in rates.items()},
        "approval_recall": right / wanted if wanted else None,
        "approval_precision": right / made if made else None,
        "approvals_wanted": wanted,
        "approvals_made": made,
        "floor": dict(plan.floor),
        **_scored(cases),
        "steps": sum(each.steps for each in trials),
        "tokens": sum(each.tokens for each in trials),
        "tokens_per_step": _per_step(trials),
        "cost": str(sum((Fraction(each.cost) for each in trials), Fraction(0)).__float__()),
        "tool_calls": sum(each.tool_calls for each in trials),
        "tool_errors": sum(each.tool_errors for each in trials),
        "recovered": sum(each.recovered for each in trials),
        "injections_reached": sum(bool(each.reached) for each in trials),
        "seconds": round(seconds, 3),
        "overhead_ms_per_case": round(1000 * sum(each.overhead_seconds for each in trials) / len(trials), 2),
        "prompt": plan.prompt,
        "policies": plan.policies,
        "by_tag": _by_tag(trials),
        "failed": sorted({each.case for each in trials if not each.passed}),
    }


def _unbiased(cases: Mapping[str, Sequence[Trial]], k: int) -> list[Fraction]:
    return [statistics.all_of(sum(one.passed for one in each), len(each), k) for each in cases.values()]


def _scored(cases: Mapping[str, Sequence[Trial]]) -> dict[str, Any]:
    """The mean score over the cases with its interval, where the cases have one."""
    scores = [[one.score for one in each if one.score is not None] for each in cases.values()]
    means = [sum(each) / len(each) for each in scores if each]
    if not means:
        return {}
    interval = list(statistics.bootstrap(means)) if len(means) > 1 else None  # one case tells no spread
    return {"score": sum(means) / len(means), "score_interval": interval}


def _per_step(trials: Sequence[Trial]) -> float | None:
    steps = sum(each.steps for each in trials)
    return sum(each.input_tokens for each in trials) / steps if steps else None


def _by_tag(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    tags = sorted({tag for each in trials for tag in each.tags})
    return {
        tag: {
            "cases": len({each.case for each in trials if tag in each.tags}),
            "pass_1": sum(each.passed for each in trials if tag in each.tags)
            / sum(tag in each.tags for each in trials),
        }
        for tag in tags
    }
