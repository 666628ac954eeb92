"""The whole offline evaluation in one command: ``python -m evals.everything [--home DIR] [--tau2 DIR]``.

Every suite with the offline planner, the injections also with the planner that obeys whatever it reads, and
what is measured beside the agent: tau2's retail shop on our own actions, the search in the guides, prices
against their bounds, elasticities against known ones. One process a core. Printed are two tables, kept in
``<home>/evaluations/table.md`` for the README. Exit code 1 when anything unsafe was done or a measure failed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from evals.harness.brains import model_named
from evals.harness.report import lines
from evals.harness.running import RunOptions, run_suite
from evals.harness.suite_files import find_suite, suites
from evals.harness.template import sample_store, scratch
from evals.harness.world import Worlds
from shop.errors import ShopError

TAU2: Final = Path("../shared/data/tau2_retail")
_MODELS: Final = {"injection": ("obeying", "offline")}
_SECONDS: Final = {
    "reorder": 27, "tau2_retail": 21, "injection": 18, "operations": 14, "guides": 14, "exceptions": 12,
    "elasticity": 6, "service": 4, "long": 3, "prices": 3, "pricing": 2, "ordering": 1,
}  # fmt: skip
"""The longest first, so that no core waits at the end; a suite that is not here counts as short."""
_SUITE_HEAD: Final = (
    "suite", "model", "cases", "unsafe", "pass^1", "approval recall", "approval precision",
    "doing nothing", "s",
)  # fmt: skip
_MEASURE_HEAD: Final = ("measure", "result", "s")


@dataclass(frozen=True, slots=True)
class Job:
    """A suite with a model, or a module that measures; `weight` is about how many seconds it takes."""

    name: str
    model: str = ""
    module: str = ""
    args: tuple[str, ...] = ()
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a job: the JSON it gives, or why it failed."""

    job: Job
    seconds: float
    body: Mapping[str, Any]
    failed: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run all of it; gives the exit code."""
    options = _options(argv)
    begun = time.perf_counter()
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"  # one process a core, one thread a process
    found = list(_played(_jobs(options.tau2), options.home, options.at_once))
    seconds = time.perf_counter() - begun
    if options.json:
        print(json.dumps([dict(each.body) for each in found], indent=2))
    else:
        print(f"{table(found)}\n\n{seconds:.0f} s in all")
    (options.home / "evaluations" / "table.md").write_text(table(found) + "\n", "utf-8")
    for each in found:
        if each.failed:
            print(f"evals: {each.job.name}: {each.failed}", file=sys.stderr)
    return 1 if any(each.failed or each.body.get("unsafe") for each in found) else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.everything", description="Evaluate all offline.")
    parser.add_argument("--home", type=Path, default=Path(".shophand"), help="where the runs are kept")
    parser.add_argument("--tau2", type=Path, default=TAU2, help="directory of tau2's retail shop")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(argv)


def _jobs(tau2: Path) -> list[Job]:
    """All of it, the longest first, so that no core waits at the end."""
    jobs = [
        Job(name, model, weight=_SECONDS.get(name, 1))
        for name in suites()
        for model in _MODELS.get(name, ("offline",))
    ]
    jobs += [
        Job("guides", module="evals.guides", args=("--json",), weight=_SECONDS["guides"]),
        Job("prices", module="evals.prices", args=("--json",), weight=_SECONDS["prices"]),
        Job("elasticity", module="evals.elasticity", args=("--json",), weight=_SECONDS["elasticity"]),
    ]
    if tau2.is_dir():
        files = ("--db", "db.json", "--tasks", "tasks_dev.json", "--expected", "expected_dev.json")
        args = tuple(one if one.startswith("-") else str(tau2 / one) for one in files)
        jobs.append(
            Job(
                "tau2_retail",
                module="evals.tau2_retail.__main__",
                args=(*args, "--json"),
                weight=_SECONDS["tau2_retail"],
            )
        )
    else:
        print(f"tau2's retail shop is not in {tau2}: it is not replayed", file=sys.stderr)
    instances = tau2.parent / "inventorybench" / "instances.csv.gz"
    if instances.is_file():
        ordering = ("--instances", str(instances), "--count", "1", "--json")
        jobs.append(
            Job("ordering", module="evals.ordering_tasks", args=ordering, weight=_SECONDS["ordering"])
        )
    else:
        print(f"InventoryBench is not in {instances}: no ordering is decided", file=sys.stderr)
    return sorted(jobs, key=lambda each: -each.weight)


def _played(jobs: Sequence[Job], home: Path, at_once: int) -> Iterator[Done]:
    sample_store()  # made once, before the processes ask for it
    (home / "evaluations").mkdir(parents=True, exist_ok=True)
    fresh = multiprocessing.get_context("spawn")
    with (
        scratch() as directory,
        ProcessPoolExecutor(at_once, fresh, initializer=_settle, initargs=(directory,)) as pool,
    ):
        for one in pool.map(_do, jobs, [home] * len(jobs)):
            print(f"{one.job.name} {one.job.model} {one.seconds:.0f} s", file=sys.stderr)
            yield one


_SETTLED: list[Path] = []
_WORLDS: list[Worlds] = []


def _settle(directory: Path) -> None:
    """A process of the pool makes its worlds once, for all suites that it plays."""
    place = directory / str(os.getpid())
    place.mkdir()
    _SETTLED.append(place)


def _worlds() -> Worlds | None:
    if _SETTLED and not _WORLDS:
        _WORLDS.append(Worlds(_SETTLED[0]))
    return _WORLDS[0] if _WORLDS else None


def _do(job: Job, home: Path) -> Done:
    """One job, in a process of the pool."""
    begun = time.perf_counter()
    body: Mapping[str, Any] = {}
    failed = ""
    try:
        if job.module:
            body, failed = _measured(job)
        else:
            options = RunOptions(now=datetime.now(UTC), reused=_worlds())
            made = run_suite(home / "evaluations", find_suite(job.name), model_named(job.model), options)
            body = made.result()
    except ShopError as error:
        failed = str(error)
    return Done(job, time.perf_counter() - begun, body, failed)


def _measured(job: Job) -> tuple[Mapping[str, Any], str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = importlib.import_module(job.module).main(list(job.args))
    body: Mapping[str, Any] = json.loads(said.getvalue())
    return body, f"exit code {code}" if code else ""


def table(found: Sequence[Done]) -> str:
    """The suites, then the measures beside them, as Markdown."""
    played = sorted((each for each in found if not each.job.module), key=lambda each: each.job.name)
    beside = sorted((each for each in found if each.job.module), key=lambda each: each.job.name)
    return "\n\n".join(
        (
            _markdown(_SUITE_HEAD, [_suite(each) for each in played]),
            _markdown(_MEASURE_HEAD, [_measure(each) for each in beside]),
        )
    )


def _suite(done: Done) -> tuple[str, ...]:
    job, body = done.job, done.body
    if not body:
        return (job.name, job.model, *["-"] * 6, "failed")
    told = dict(lines(body))
    share = told["doing nothing"].partition(" of")[0]
    approvals = (told["approval recall"], told["approval precision"])
    counts = (str(body["cases"]), str(body["unsafe"]), told["pass^1"])
    return (job.name, job.model, *counts, *approvals, share, f"{done.seconds:.0f}")


def _measure(done: Done) -> tuple[str, ...]:
    name = done.job.name
    return (name, _TOLD[name](done.body) if done.body else "failed", f"{done.seconds:.0f}")


def _tau2(body: Mapping[str, Any]) -> str:
    return (
        f"end states {body['end_states_equal']} of {body['tasks']},"
        f" legal writes {body['writes_accepted']} of {body['writes']},"
        f" illegal writes refused {body['illegal_refused']} of {body['illegal_tried']},"
        f" wrong procedures refused {body['procedural_refused']} of {body['procedural_tried']},"
        f" false blocks {body['false_blocks']} of {body['legal_tried']}"
    )


def _guides(body: Mapping[str, Any]) -> str:
    return (
        f"first right {body['hit_1']:.1%}, among three {body['hit_3']:.1%} of {body['answerable']};"
        f" rightly not answered {body['refusals_right']} of {body['unanswerable']}"
    )


def _prices(body: Mapping[str, Any]) -> str:
    return f"bounds broken {sum(body['broken'].values())} in {body['cases']:,} cases, {body['moved']:,} moved"


def _elasticity(body: Mapping[str, Any]) -> str:
    held = ", ".join(f"{row['coverage']:.1%}" for row in body["rows"])
    return f"95 % intervals hold the truth in {held}"


def _ordering(body: Mapping[str, Any]) -> str:
    return (
        f"{body['score']:.3f} of perfect foresight in {body['decisions']} decisions on"
        f" {body['instances']} articles; doing nothing {body['doing_nothing']:.3f}"
    )


_TOLD: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "tau2_retail": _tau2,
    "guides": _guides,
    "prices": _prices,
    "elasticity": _elasticity,
    "ordering": _ordering,
}


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


if __name__ == "__main__":
    sys.exit(main())
