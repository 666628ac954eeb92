"""Runs a suite from its name to its result: a plan, the trials, the summary, the report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from evals.harness.brains import Model, capped, model_named
from evals.harness.case import Case
from evals.harness.proofs import digest, require
from evals.harness.report import as_html
from evals.harness.results import Plan, RunFiles, Trial, find_run, summary
from evals.harness.suite_files import Suite, find_suite
from evals.harness.tasks import Bench, Progress, task_of
from evals.harness.world import Worlds, worlds
from prompts import prompt
from shop.errors import CapReachedError, ConflictError, ModelError

MOST_AT_ONCE: Final = 4
_QUIET: Final[Progress] = lambda _trial, _done, _total: None  # noqa: E731 - a default


def run_suite(
    root: Path,
    suite: Suite,
    model: Model,
    *,
    now: datetime,
    epochs: int = 1,
    limit: int | None = None,
    cap: Decimal | None = None,
    resume: str | None = None,
    at_once: int | None = None,
    progress: Progress = _QUIET,
    note: Callable[[str], None] = lambda _words: None,
    reused: Worlds | None = None,
) -> RunFiles:
    """Play a suite `epochs` times and leave the run's files; see `evals.harness.results`.

    `reused` are worlds that other runs use too. Raises ToolInputError for an unsound case,
    CapReachedError when the spend cap ended it (the finished trials are kept), ConflictError when a run to
    be resumed was of other cases, SetupError when something is missing.
    """
    cases = suite.cases[:limit]
    begun = time.perf_counter()
    with nullcontext(reused) if reused is not None else worlds() as made:
        require(cases, made, root / "proofs.json", note)
        files, plan = _planned(root, suite, model, cases, made, epochs, resume, now)
        done = {(each.case, each.epoch): each for each in files.trials()}
        bench = Bench(
            made, capped(model, cap), files, {each.id: each for each in cases}, done, len(cases) * epochs,
            progress, cap, sum((Decimal(each.cost) for each in done.values()), Decimal(0)),
        )  # fmt: skip
        _drive(suite, bench, epochs, files, at_once or (1 if model.settings.offline else MOST_AT_ONCE))
    if bench.left_out:
        raise CapReachedError(
            f"the cap of {cap} is spent: {len(bench.finished)} of {bench.total} trials are finished and kept;"
            f" go on with --resume {plan.run} and a higher cap"
        )
    finish(files, plan, time.perf_counter() - begun)
    return files


def finish(files: RunFiles, plan: Plan, seconds: float) -> dict[str, Any]:
    """Write summary and report of the finished trials."""
    trials = files.trials()
    body = summary(plan, trials, seconds)
    files.write("result.json", json.dumps(body, indent=2))
    files.write("report.html", as_html(body, trials))
    return body


def _drive(suite: Suite, bench: Bench, epochs: int, files: RunFiles, at_once: int) -> None:
    """Let inspect_ai play what is left."""
    task = task_of(suite, bench, epochs)
    from inspect_ai import eval as inspect_eval  # noqa: PLC0415 - an extra; task_of has found it

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


def _planned(
    root: Path, suite: Suite, model: Model, cases: tuple[Case, ...], made: Worlds, epochs: int,
    resume: str | None, now: datetime,
) -> tuple[RunFiles, Plan]:  # fmt: skip
    digests = {each.id: digest(each) for each in cases}
    if resume is not None:
        files = find_run(root, resume)
        plan = files.plan()
        if (plan.suite, plan.model, dict(plan.digests)) != (suite.name, model.name, digests):
            raise ConflictError(
                f"the run {plan.run!r} is of {plan.suite} with {plan.model}, or its cases have changed"
            )
        files.mend()
        files.begin(replace(plan, epochs=epochs))
        return files, replace(plan, epochs=epochs)
    name = f"{suite.name}-{model.name}-{now:%Y%m%d-%H%M%S}".lower()
    name = "".join(each if each.isalnum() or each in "-." else "-" for each in name)[:90]
    files = RunFiles(root / name)
    plan = Plan(
        name, suite.name, model.name, epochs, tuple(each.id for each in cases), digests,
        prompt("operator").sha, made.policies.sha, floor={"idle": 0.0},
    )  # fmt: skip
    files.begin(plan)
    return files, plan


def run_named(
    root: Path, suite: str, model: str, now: Callable[[], datetime], **options: Any
) -> dict[str, Any]:
    """As `run_suite`, by names; gives the summary."""
    files = run_suite(root, find_suite(suite), model_named(model), now=now(), **options)
    return files.result()


__all__ = ["Trial", "finish", "run_named", "run_suite"]
