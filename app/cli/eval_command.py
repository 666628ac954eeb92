"""``shophand eval``: measure how well a model decides. The harness is loaded when a command needs it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import screen
from app.cli.exits import Code
from app.cli.options import AsJson, house, shared
from shop.clock import utc_now
from shop.errors import InvalidActionError, SetupError

if TYPE_CHECKING:
    from evals.harness.brains import Model
    from evals.harness.results import RunFiles, Trial

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Play cases with the real agent, in a fresh store each, and score what came of them."""


@app.command()
def run(
    context: typer.Context,
    suite: Annotated[str, typer.Argument(help="A suite's name (see eval list) or a YAML file.")],
    model: Annotated[
        str,
        typer.Option(help="'offline', 'openai:NAME', 'scripted:FILE'; or reference, idle, echo, obeying."),
    ] = "offline",
    epochs: Annotated[int, typer.Option(min=1, max=100, help="How often each case is played.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many cases.")] = None,
    cap: Annotated[
        str | None, typer.Option(help="The most the run may cost, in the currency of the model's price.")
    ] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, max=64, help="Cases under way at the same time.")
    ] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this run; finished trials are kept.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="For suites from data: the directory of tau2_retail/, inventorybench/, online_retail/."
        ),
    ] = None,
    junit: Annotated[Path | None, typer.Option(dir_okay=False, help="Write JUnit XML there.")] = None,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the report there as well.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play a suite and print its figures. Exit code 8: something unsafe was done."""
    from evals.from_data import FROM_DATA, tasks_named  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.report import as_html, as_junit  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.running import (  # noqa: PLC0415 - the harness loads the agent
        RunOptions,
        run_suite,
        run_tasks,
    )
    from evals.harness.suite_files import find_suite  # noqa: PLC0415 - the harness loads the agent

    if suite in FROM_DATA and at_once is not None and at_once > 1:
        raise typer.BadParameter(
            f"{suite} is played one case after another: leave out --at-once {at_once}", param_hint="--at-once"
        )
    if suite not in FROM_DATA and data is not None:
        raise typer.BadParameter(
            f"only {', '.join(FROM_DATA)} are played from data: leave out --data", param_hint="--data"
        )
    options = RunOptions(
        now=utc_now(), epochs=epochs, limit=limit, cap=_amount(cap), resume=resume, at_once=at_once,
        progress=_progress, note=screen.talk,
    )  # fmt: skip
    tasks = tasks_named(suite, data)
    if tasks is None:
        files = run_suite(_root(context), find_suite(suite), _model(context, model), options)
    else:
        files = run_tasks(_root(context), tasks, _model(context, model), options)
    body = files.result()
    trials = files.trials()
    for path, text in (
        (junit, as_junit(body, trials) if junit else ""),
        (html, as_html(body, trials) if html else ""),
    ):
        if path is not None:
            _write(path, text)
    if as_json:
        screen.answer("evaluation/1", {name: value for name, value in body.items() if name != "schema"})
    else:
        _print(body, files)
    raise typer.Exit(Code.EVALUATION if body["unsafe"] else Code.OK)


@app.command()
def compare(
    context: typer.Context,
    before: Annotated[str, typer.Argument(help="A run's name or directory; or 'previous': before latest.")],
    after: Annotated[str, typer.Argument(help="Another run of the same cases; 'latest' is the newest.")],
    as_json: AsJson = False,
) -> None:
    """Which cases flipped between two runs, and whether that is chance. Exit code 8: a regression."""
    from evals.harness.comparing import compare as compared  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.results import find_run  # noqa: PLC0415 - the harness loads the agent

    result = compared(find_run(_root(context), before), find_run(_root(context), after))
    if as_json:
        screen.answer("evaluation-comparison/1", result.body())
    else:
        console = screen.console()
        low, high = 100 * result.low, 100 * result.high
        console.print(
            f"{result.cases} cases, pass^1 {100 * result.difference:+.1f} points ({low:+.1f} to {high:+.1f})"
        )
        console.print(
            f"{len(result.lost)} lost, {len(result.won)} won; exact McNemar p = {result.p_value:.4f}"
        )
        for words, names in (("unsafe now", result.newly_unsafe), ("lost", result.lost), ("won", result.won)):
            for name in names:
                console.print(f"  {words}: {name}")
        console.print("regression" if result.regressed else "no regression")
        screen.flush(console)
    raise typer.Exit(Code.EVALUATION if result.regressed else Code.OK)


@app.command(name="list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """The suites, and the runs so far."""
    from evals.from_data import FROM_DATA  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.results import runs  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.suite_files import read_suite, suites  # noqa: PLC0415 - the harness loads the agent

    known = [read_suite(path) for path in suites().values()]
    made = [
        (each.directory.name, (each.directory / "result.json").is_file()) for each in runs(_root(context))
    ]
    if as_json:
        body = {
            "suites": [
                {"name": one.name, "cases": len(one.cases), "describes": one.describes} for one in known
            ],
            "from_data": [{"name": name, "describes": describes} for name, describes in FROM_DATA.items()],
            "runs": [{"run": name, "complete": complete} for name, complete in made],
        }
        screen.answer("evaluations/1", body)
        return
    console = screen.console()
    for one in known:
        console.print(f"{one.name:12} {len(one.cases):4} cases  {one.describes}")
    for name, describes in FROM_DATA.items():
        console.print(f"{name:12} --data      {describes}")
    for name, complete in made:
        console.print(f"{name}{'' if complete else '  not complete: continue with --resume'}")
    screen.flush(console)


@app.command()
def check(
    suite: Annotated[str, typer.Argument(help="A suite's name or a YAML file.")],
    mutate: Annotated[
        bool, typer.Option(help="Also drop, alter and double every write of the paths.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Prove that cases are sound: idleness fails, the path passes, slips are noticed. Exit code 8 if not."""
    from evals.harness.soundness import check as checked  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.suite_files import find_suite  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.world import worlds  # noqa: PLC0415 - the harness loads the agent

    with worlds() as made:
        found = checked(find_suite(suite).cases, made, mutate=mutate)
    findings = [{"case": one.case, "problem": one.problem} for one in found.findings]
    if as_json:
        body = {"cases": found.cases, "slips": found.mutants, "noticed": found.noticed, "findings": findings}
        screen.answer("evaluation-check/1", body)
    else:
        console = screen.console()
        for each in findings:
            console.print(f"{each['case']}: {each['problem']}")
        console.print(
            f"{found.cases} cases; noticed {found.noticed} of {found.mutants} slips ({found.share:.1%})"
        )
        screen.flush(console)
    raise typer.Exit(Code.EVALUATION if findings else Code.OK)


@app.command()
def view(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A run's name or directory.")] = "latest",
    port: Annotated[int, typer.Option(help="Where the viewer listens, on this machine only.")] = 7575,
) -> None:
    """Open inspect's viewer on a run's log; report.html of the run needs no server."""
    from evals.harness.results import find_run  # noqa: PLC0415 - the harness loads the agent

    found = find_run(_root(context), name)
    try:
        from evals.harness.viewing import view as show  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SetupError("evaluations need the extra: pip install 'shophand[evals]'") from error
    screen.talk(f"{found.directory / 'report.html'} needs no server; the log is at http://127.0.0.1:{port}")
    show(found.directory / "logs", port)


@app.command()
def judge(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A run's name or directory.")] = "latest",
    model: Annotated[str, typer.Option(help="Who judges: 'openai:NAME'.")] = "",
    labels: Annotated[
        Path | None, typer.Option(help="Labelled answers, one JSON object a line; without it, those shipped.")
    ] = None,
    uncalibrated: Annotated[bool, typer.Option(help="Do not ask about labelled answers.")] = False,
    cap: Annotated[
        str | None, typer.Option(help="The most the judging may cost, in the currency of the model's price.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a language model judge a run's answers, beside the scores; with its kappa on labelled answers."""
    from evals.harness.brains import capped  # noqa: PLC0415 - the harness loads the agent
    from evals.harness.results import find_run  # noqa: PLC0415 - the harness loads the agent
    from evals.judging import LABELS, labelled, verdict_of  # noqa: PLC0415 - the harness loads the agent
    from evals.judging import judge as judged  # noqa: PLC0415 - the harness loads the agent

    if not model.startswith("openai:"):
        raise SetupError(f"--model {model!r}: only a language model judges answers: openai:NAME")
    if uncalibrated and labels is not None:
        raise typer.BadParameter("with --uncalibrated no labels are read: leave one of the two out")
    trials = find_run(_root(context), name).trials()
    known = [] if uncalibrated else labelled(labels or LABELS)
    judging = capped(_model(context, model), _amount(cap))
    found = judged(trials, verdict_of(judging.settings, judging.cap), known)
    if as_json:
        screen.answer("evaluation-judged/1", {"judge": model, **found.body()})
        return
    for line in found.lines():
        screen.data(line)
    for case in found.bad:
        screen.data(f"  bad: {case}")


@app.command()
def capture(
    context: typer.Context,
    stream: Annotated[str, typer.Argument(help="A conversation's or run's id, as pages and chat show it.")],
    name: Annotated[list[str] | None, typer.Option(help="Somebody's name to replace; repeat it.")] = None,
    store: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Copy the store there as the case's world.")
    ] = None,
    script: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the model's replies there, for scripted:FILE.")
    ] = None,
) -> None:
    """Print a conversation or run as a case, people's data replaced; without --store, complete its world."""
    from evals.harness.captured_store import must_be_new  # noqa: PLC0415 - an extra
    from evals.harness.capturing import capture as captured  # noqa: PLC0415 - an extra

    for path in filter(None, (store, script)):
        must_be_new(path)
    if store is not None and script is not None and store.resolve() == script.resolve():
        raise SetupError("--store and --script name the same file; give each its own")
    opened = house(context)
    found = captured(opened.db, opened.desk, stream, name or (), store)
    if script is not None:
        try:
            _write(script, found.script, new=True)
        except SetupError:
            if store is not None:
                store.unlink()  # half of what was asked for would be in the way of the next try
            raise
    if found.left:
        screen.talk(
            f"the copy still holds what these did, put it right in the world: {', '.join(found.left)}"
        )
    screen.data(found.case)


def _model(context: typer.Context, name: str) -> Model:
    """The model; a language model with the endpoint, the key and the prices of the settings."""
    from evals.harness.brains import model_named  # noqa: PLC0415 - an extra

    if not name.startswith("openai:"):
        return model_named(name)
    return model_named(name, replace(shared(context), model=name).settings().for_model())


def _root(context: typer.Context) -> Path:
    return shared(context).settings().home / "evaluations"


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except ArithmeticError as error:
        raise InvalidActionError(f"--cap {text!r}: expected an amount such as 2.50") from error
    if not amount.is_finite() or amount <= 0:
        raise InvalidActionError(f"--cap {text!r}: expected an amount above 0 such as 2.50")
    return amount


def _progress(trial: Trial, done: int, total: int) -> None:
    """One line on a terminal, rewritten; in a log only what failed."""
    if not trial.passed:
        screen.talk(f"{trial.case}: {trial.wrong[0] if trial.wrong else 'failed'}")
    elif done % 50 == 0 or done == total:
        screen.talk(f"{done} of {total}")


def _print(body: dict[str, Any], files: RunFiles) -> None:
    from evals.harness.report import lines  # noqa: PLC0415 - an extra

    console = screen.console()
    console.print(f"{body['suite']} with {body['model']}: {body['run']}")
    for name, value in lines(body):
        console.print(f"  {name:20}{value}")
    console.print(f"report: {files.directory / 'report.html'}", soft_wrap=True)
    screen.flush(console)


def _write(path: Path, text: str, *, new: bool = False) -> None:
    try:
        with path.open("x" if new else "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error.strerror or error}") from error
