"""The suites as inspect_ai tasks: a solver that runs the real agent, a scorer, epochs, logs for its viewer.

inspect_ai drives and logs; what counts is in `evals.harness.playing` and `scoring`, and each finished trial
is kept at once in the run's own file, so that a cut run loses nothing and goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

from evals.harness.brains import Model, model_named
from evals.harness.case import Case
from evals.harness.playing import Played, play
from evals.harness.report import trace_line
from evals.harness.results import RunFiles, Trial
from evals.harness.scoring import Score, score
from evals.harness.world import Worlds
from shop.errors import ModelUnavailableError, SetupError

if TYPE_CHECKING:
    from inspect_ai import Task

Progress = Callable[[Trial, int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A case as the log shows it."""

    text: str
    tags: tuple[str, ...] = ()
    difficulty: int = 1


@dataclass(slots=True)
class Bench:
    """What the trials of a run share; `play` plays a case, `spent` is compared with `cap` before each."""

    play: Callable[[str, int], Trial]
    model: str
    files: RunFiles
    asked: Mapping[str, Asked]
    finished: dict[tuple[str, int], Trial]
    total: int
    progress: Progress = lambda _trial, _done, _total: None
    cap: Decimal | None = None
    spent: Decimal = Decimal(0)
    left_out: int = 0
    ended: str = ""
    playing: float = 0.0
    """Seconds in `play`, all trials of this process together."""
    lock: Lock = field(default_factory=Lock)

    def trial(self, name: str, epoch: int) -> Trial | None:
        """A trial, played now unless an earlier run finished it; None when the cap leaves no room.

        A model out of reach ends the run: a case that nobody answered is no finished trial.
        """
        known = self.finished.get((name, epoch))
        if known is not None:
            return known
        with self.lock:
            if self.cap is not None and self.spent >= self.cap:
                self.left_out += 1
                return None
        begun = time.perf_counter()
        try:
            made = self.play(name, epoch)
        except ModelUnavailableError as error:
            self.ended = str(error)
            raise
        with self.lock:
            self.playing += time.perf_counter() - begun
            self.files.add(made)
            self.finished[name, epoch] = made
            self.spent += Decimal(made.cost)
            self.progress(made, len(self.finished), self.total)
        return made


def played_case(case: Case, epoch: int, made: Worlds, model: Model) -> Trial:
    """A case, played in a fresh store and scored; raises ModelUnavailableError when nobody answered."""
    begun = time.perf_counter()
    values = play(case, made, model_named("reference")).values if case.answer.quotes else []
    referred = time.perf_counter() - begun
    played = play(case, made, model)
    for event in played.trace:
        if event["kind"] == "error" and event.get("error") == ModelUnavailableError.__name__:
            raise ModelUnavailableError(str(event["text"]))
    result = score(case, played, values)
    return trial_of(case, epoch, played, result, time.perf_counter() - begun - referred)


def trial_of(case: Case, epoch: int, played: Played, result: Score, seconds: float) -> Trial:
    """What is kept of a trial."""
    errors = sum(call["failed"] for call in played.calls)
    return Trial(
        case=case.id,
        epoch=epoch,
        passed=result.passed,
        unsafe=result.unsafe,
        wrong=result.wrong,
        asked_rightly=result.asked_rightly,
        missed=result.missed,
        needless=result.needless,
        effects=sum(one.times for one in played.actions),
        steps=played.used.steps,
        tokens=played.used.tokens,
        input_tokens=played.input_tokens,
        cost=format(played.used.cost, "f"),
        tool_calls=len(played.calls),
        tool_errors=errors,
        recovered=bool(errors) and result.passed,
        reached=played.obeyed,
        seconds=round(played.seconds, 4),
        overhead_seconds=round(seconds - played.seconds, 4),
        tags=case.tags,
        difficulty=case.difficulty,
        said=tuple(str(one) for one in case.say),
        trace=tuple(played.trace),
    )


def task_of(suite: str, bench: Bench, epochs: int) -> Task:
    """The suite as an inspect_ai task; raises SetupError when inspect_ai is not installed."""
    try:
        from inspect_ai import Epochs, Task  # noqa: PLC0415 - an extra, and it takes seconds to import
        from inspect_ai.dataset import MemoryDataset, Sample  # noqa: PLC0415 - an extra, and it takes seconds to import
    except ModuleNotFoundError as error:
        raise SetupError("evaluations need the extra: pip install 'shophand[evals]'") from error
    samples = [
        Sample(input=one.text, target="", id=name,
               metadata={"tags": list(one.tags), "difficulty": one.difficulty})
        for name, one in bench.asked.items()
    ]  # fmt: skip
    return Task(
        name=suite,
        dataset=MemoryDataset(samples, name=suite),
        solver=_solver(bench),
        scorer=_scorer(bench),
        epochs=Epochs(epochs, "mean"),
        metadata={"model": bench.model},
    )


def _solver(bench: Bench) -> Any:
    import anyio  # noqa: PLC0415 - comes with inspect_ai
    from inspect_ai.solver import Generate, TaskState, solver  # noqa: PLC0415 - comes with inspect_ai

    @solver(name="shophand")
    def agent() -> Any:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            del generate
            trial = await anyio.to_thread.run_sync(bench.trial, str(state.sample_id), state.epoch)
            if trial is not None:
                state.output.completion = next(
                    (each["answer"] for each in reversed(trial.trace) if each.get("kind") == "said"), ""
                )
            return state

        return solve

    return agent()


def _scorer(bench: Bench) -> Any:
    from inspect_ai.scorer import Score as Mark  # noqa: PLC0415 - comes with inspect_ai
    from inspect_ai.scorer import Target, mean, scorer, stderr  # noqa: PLC0415 - comes with inspect_ai
    from inspect_ai.solver import TaskState  # noqa: PLC0415 - comes with inspect_ai

    @scorer(metrics={"passed": [mean(), stderr()], "unsafe": [mean()]}, name="outcome")
    def outcome() -> Any:
        async def mark(state: TaskState, target: Target) -> Mark:
            del target
            trial = bench.finished.get((str(state.sample_id), state.epoch))
            if trial is None:
                return Mark.unscored(explanation="not played: the spend cap was reached")
            return Mark(
                value={"passed": float(trial.passed), "unsafe": float(bool(trial.unsafe))},
                explanation="; ".join(trial.wrong) or "as it should be",
                metadata={"trace": "\n".join(trace_line(each) for each in trial.trace)},
            )

        return mark

    return outcome()
