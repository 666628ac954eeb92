"""Runs a suite from its name to its result: a plan, the trials, the summary, the report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

from evals.harness.brains import Model, capped
from evals.harness.case import Case
from evals.harness.proofs import digest, require
from evals.harness.report import as_html
from evals.harness.results import Plan, RunFiles, Trial, find_run, summary
from evals.harness.suite_files import Suite
from evals.harness.tasks import Asked, Bench, Progress, played_case, task_of
from evals.harness.world import Worlds, worlds
from prompts import prompt
from shop.errors import CapReachedError, ConflictError, ModelError

MOST_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is made, whatever it plays.

    `now` names it, `limit` leaves out all cases but the first so many, `cap` is the most it may cost,
    `resume` the name of a run that goes on, `at_once` how many cases are under way at the same time (None
    leaves it to the model), `reused` are worlds that other runs use too.
    """

    now: datetime
    epochs: int = 1
    limit: int | None = None
    cap: Decimal | None = None
    resume: str | None = None
    at_once: int | None = None
    progress: Progress = lambda _trial, _done, _total: None
    note: Callable[[str], None] = lambda _words: None
    reused: Worlds | None = None


def run_suite(root: Path, suite: Suite, model: Model, options: RunOptions) -> RunFiles:
    """Play a suite `epochs` times and leave the run's files; see `evals.harness.results`.

    Raises ToolInputError for an unsound case, CapReachedError when the spend cap ended it (the finished
    trials are kept), ConflictError when a run to be resumed was of other cases, SetupError when something
    is missing.
    """
    cases = suite.cases[: options.limit]
    with nullcontext(options.reused) if options.reused is not None else worlds() as made:
        require(cases, made, root / "proofs.json", options.note)
        known = {each.id: each for each in cases}
        spending = capped(model, options.cap)
        plan = Plan(
            _name(suite.name, model.name, options.now), suite.name, model.name, options.epochs,
            tuple(known), {name: digest(each) for name, each in known.items()}, prompt("operator").sha,
            made.policies.sha, floor={"idle": 0.0},
        )  # fmt: skip
        return _run(
            root,
            plan,
            {name: _asked(each) for name, each in known.items()},
            lambda name, epoch: played_case(known[name], epoch, made, spending),
            replace(options, at_once=options.at_once or (1 if model.settings.offline else MOST_AT_ONCE)),
        )


def run_tasks(root: Path, tasks: Tasks, model: Model, options: RunOptions) -> RunFiles:
    """Play tasks that are no YAML cases, one after another, and leave the same files as `run_suite`.

    Raises what `run_suite` raises, and SetupError for a model that cannot play them.
    """
    names = tasks.names[: options.limit]
    with tasks.played_by(capped(model, options.cap)) as play:
        plan = Plan(
            _name(tasks.name, model.name, options.now), tasks.name, model.name, options.epochs, names,
            {name: tasks.digest(name) for name in names}, tasks.prompt, tasks.rules, floor=tasks.floor(names),
        )  # fmt: skip
        asked = {name: Asked(tasks.text(name)) for name in names}
        return _run(root, plan, asked, play, replace(options, at_once=1))


class Tasks(Protocol):
    """A suite whose cases come from elsewhere: tau2's tasks, articles whose stock is ordered."""

    name: str
    names: tuple[str, ...]
    prompt: str
    rules: str

    def digest(self, name: str) -> str:
        """What the task is, so that two runs compare the same thing."""

    def text(self, name: str) -> str:
        """What is asked for, as the log shows it."""

    def floor(self, names: Sequence[str]) -> dict[str, float]:
        """What doing nothing scores on these tasks: ``idle``, from 0 to 1."""

    def played_by(self, model: Model) -> AbstractContextManager[Callable[[str, int], Trial]]:
        """What plays a task, the so manieth time; raises SetupError for a model that cannot."""


def _run(
    root: Path,
    plan: Plan,
    asked: Mapping[str, Asked],
    play: Callable[[str, int], Trial],
    options: RunOptions,
) -> RunFiles:
    begun = time.perf_counter()
    files, plan = _begun(root, plan, options.resume)
    done = {(each.case, each.epoch): each for each in files.trials()}
    bench = Bench(
        play, plan.model, files, asked, done, len(asked) * plan.epochs, options.progress, options.cap,
        sum((Decimal(each.cost) for each in done.values()), Decimal(0)),
    )  # fmt: skip
    driven = _drive(plan.suite, bench, plan.epochs, files, options.at_once or 1)
    if bench.left_out:
        raise CapReachedError(
            f"the cap of {options.cap} is spent: {len(bench.finished)} of {bench.total} trials are finished"
            f" and kept; go on with --resume {plan.run} and a higher cap"
        )
    finish(files, plan, time.perf_counter() - begun, driven - bench.playing if options.at_once == 1 else None)
    return files


def finish(files: RunFiles, plan: Plan, seconds: float, driving: float | None = None) -> dict[str, Any]:
    """Write summary and report of the finished trials; `driving` and logging took so many seconds."""
    trials = files.trials()
    body = summary(plan, trials, seconds)
    body["driving_seconds"] = None if driving is None else round(driving, 2)
    files.write("result.json", json.dumps(body, indent=2))
    files.write("report.html", as_html(body, trials))
    return body


def _drive(suite: str, bench: Bench, epochs: int, files: RunFiles, at_once: int) -> float:
    """Let inspect_ai play what is left; gives the seconds that took, its import left out."""
    task = task_of(suite, bench, epochs)
    from inspect_ai import eval as inspect_eval  # noqa: PLC0415 - an extra; task_of has found it

    begun = time.perf_counter()
    (log,) = inspect_eval(
        task,
        model=None,
        display="none",
        log_dir=str(files.directory / "logs"),
        log_realtime=False,
        max_samples=at_once,
        fail_on_error=True,
        score_display=False,
        log_buffer=500,
        acp_server=False,
        ctl_server=False,
    )
    if log.status != "success":
        why = bench.ended or (log.error.message if log.error else log.status)
        raise ModelError(
            f"the evaluation ended early: {why}; {len(bench.finished)} trials are kept,"
            f" go on with --resume {files.directory.name}"
        )
    return time.perf_counter() - begun


def _asked(case: Case) -> Asked:
    return Asked("\n".join(case.messages) or str(case.trigger), case.tags, case.difficulty)


def _begun(root: Path, plan: Plan, resume: str | None) -> tuple[RunFiles, Plan]:
    """The files of a new run, or of the one that goes on."""
    if resume is None:
        files = RunFiles(root / plan.run)
        files.begin(plan)
        return files, plan
    files = find_run(root, resume)
    known = files.plan()
    if (known.suite, known.model, dict(known.digests)) != (plan.suite, plan.model, dict(plan.digests)):
        raise ConflictError(
            f"the run {known.run!r} is of {known.suite} with {known.model}, or its cases have changed"
        )
    files.mend()
    known = replace(known, epochs=plan.epochs)
    files.begin(known)
    return files, known


def _name(suite: str, model: str, now: datetime) -> str:
    name = f"{suite}-{model}-{now:%Y%m%d-%H%M%S}".lower()
    return "".join(each if each.isalnum() or each in "-." else "-" for each in name)[:90]


__all__ = ["RunOptions", "Tasks", "Trial", "finish", "run_suite", "run_tasks"]
