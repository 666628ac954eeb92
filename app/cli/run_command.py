from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.partitioned_draft import Partitioned
from agent.reorder_run import ReorderRequest, run_reorder
from agent.run_report import RunReport
from app.bootstrap import House
from app.cli import run_options as options
from app.cli import screen
from app.cli.exits import Code
from app.cli.options import As, AsJson, DryRun, house
from app.cli.progress import ProgressLine
from shop.budgets import Budget, Period
from shop.engines import WORKERS, Engine
from shop.errors import InvalidActionError, NotFoundError, SetupError
from shop.money import Money
from shop.partition_rounds import LAST_ROUND
from shop.people import Principal, Role
from shop.plan_inputs import PlanSettings
from shop.store.database import Snapshot
from shop.store.reads import catalogue, purchasing
from shop.store.reads.info import store_info
from tools.desk import Session

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Work that the assistant does by itself, inside the rules. No language model takes part."""


@app.command()
def reorder(
    context: typer.Context,
    as_of: options.AsOf = None,
    location: options.Location = None,
    supplier: options.Supplier = None,
    budget: options.MostToSpend = None,
    period_budget: options.PeriodBudgets = None,
    supplier_budget: options.SupplierBudgets = None,
    category_budget: options.CategoryBudgets = None,
    key: options.Key = None,
    out: options.Out = None,
    partitions: options.Partitions = None,
    engine: options.WhichEngine = Engine.LOCAL,
    workers: options.Workers = WORKERS,
    states: options.States = None,
    arithmetic: options.WithArithmetic = False,
    dry_run: DryRun = False,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Check every SKU at every location, order what the rules allow, ask for the rest.

    Exit code 0: nothing is left to decide. 7: the rest waits for approval. 6: the policy refused something.
    """
    if states is not None and partitions is None:
        raise typer.BadParameter("--states keeps the forecasts of a run over --partitions; name these too")
    opened = house(context, recover=True)
    starter = opened.front_door.somebody(as_name, _is_operator, "start a run")
    told = {"period": period_budget, "supplier": supplier_budget, "category": category_budget}
    request = ReorderRequest(
        as_of=as_of.date() if as_of else None,
        location=location,
        supplier=supplier,
        budget=_money(opened, budget),
        settings=PlanSettings(budgets=_budgets(opened, told)),
        dry_run=dry_run,
        key=key,
    )
    with ProgressLine() as line:
        line.show(_first_words())
        if partitions is not None:
            show = partial(_show_partitions, line)
            where = Partitioned(partitions, engine, workers, show, states)
            request = replace(request, partitioned=where)
        report = run_reorder(opened.shop(Session(starter)), request)
    if out is not None:
        _write(report, out)
    _answer(report, arithmetic=arithmetic, as_json=as_json)
    raise typer.Exit(code_of_run(report))


@app.command()
def line(
    directory: Annotated[Path, typer.Argument(help="Tables of a run: PARTITIONS/plan-KEY.")],
    sku: Annotated[str, typer.Argument(help="The SKU to open.")],
    location: Annotated[str | None, typer.Option(help="Only this location.")] = None,
    as_json: AsJson = False,
) -> None:
    """Open the arithmetic of a SKU in a run over partitions, ordered or not, as it was planned."""
    from agent.partition_line import opened_lines  # noqa: PLC0415 - only this command reads tables

    found = opened_lines(directory, sku, location)
    if as_json:
        screen.answer("run-line/1", {"lines": found})
        return
    for one in found:
        screen.data("\n".join(_line_in_words(one)))


def _line_in_words(one: dict[str, Any]) -> list[str]:
    outlook, verdict = one["outlook"], one["verdict"].replace("_", " ")
    empty = outlook["empty_with"]
    ends = "stock lasts" if empty is None else f"empty on day {empty}"
    return [
        f"{one['sku']} at {one['location']}, {one['as_of']}: {verdict}. {one['words']}",
        *(f"  {step}" for step in one["steps"]),
        *(f"  Signal: {signal}" for signal in one["signals"]),
        *(f"  Instead: {other}" for other in one["instead"]),
        f"  In {outlook['days']} days {outlook['level_with']:g} are expected to be left ({ends}); "
        f"without what is done {outlook['level_without']:g}.",
    ]


def _answer(report: RunReport, *, arithmetic: bool, as_json: bool) -> None:
    if as_json:
        screen.answer("run/1", report.model_dump(mode="json"))
    else:
        _print(report, arithmetic=arithmetic)


def _first_words() -> str:
    from shop.compiled import compiled_before  # noqa: PLC0415 - loads numba, which only a plan needs

    if compiled_before():
        return "planning and asking"
    return "planning and asking; the first run on a machine compiles its arithmetic, about half a minute"


def _show_partitions(line: ProgressLine, what: str, done: int, total: int) -> None:
    if (what, done) == (LAST_ROUND, total):
        line.show("buying together and asking")
    else:
        line.show(f"{what} partition {done} of {total}")


def code_of_run(report: RunReport) -> Code:
    """What a scheduler is told about a run."""
    if report.kpis.failed:
        return Code.FAILED
    if report.kpis.waiting:
        return Code.WAITING
    return Code.REFUSED if report.kpis.refused else Code.OK


def _money(opened: House, text: str | None) -> Money | None:
    if text is None:
        return None
    with opened.db.reading() as snapshot:
        return Money.of(text, store_info(snapshot).home_currency)


def _budgets(opened: House, told: Mapping[str, list[str] | None]) -> tuple[Budget, ...]:
    """The budgets as they were given, by kind."""
    return tuple(_budget(opened, text, kind) for kind, texts in told.items() for text in texts or ())


def _budget(opened: House, text: str, kind: str) -> Budget:
    """A budget from `NAME=AMOUNT` or `NAME=AMOUNT/PERIOD`; raises InvalidActionError for anything else."""
    name, found, rest = text.rpartition("=")
    amount, _, period = rest.partition("/")
    if kind == "period":
        name, period = "", name
    periods = [each.value for each in Period]
    if not found or (kind != "period" and not name) or (period or Period.RUN.value) not in periods:
        example = "month=20000" if kind == "period" else f"{kind.upper()}=2000/month"
        raise InvalidActionError(
            f"--{kind}-budget {text!r}: expected something like {example}; periods are {', '.join(periods)}"
        )
    with opened.db.reading() as snapshot:
        _check_named(snapshot, kind, name)
        money = Money.of(amount, store_info(snapshot).home_currency)
    return Budget(
        amount=money,
        period=Period(period or Period.RUN.value),
        supplier=name if kind == "supplier" else None,
        category=name if kind == "category" else None,
    )


def _check_named(snapshot: Snapshot, kind: str, name: str) -> None:
    """A budget for nobody would hold nothing back: the supplier or category must be known."""
    if kind == "supplier" and purchasing.supplier(snapshot, name) is None:
        raise NotFoundError(f"there is no supplier {name!r}")
    if kind == "category" and name not in catalogue.categories(snapshot):
        raise NotFoundError(f"there is no category {name!r}")


def _is_operator(person: Principal) -> bool:
    return Role.OPERATOR in person.roles


def _print(report: RunReport, *, arithmetic: bool) -> None:
    from agent.reorder_report import print_report  # noqa: PLC0415 - a JSON answer needs no renderer

    console = screen.console()
    print_report(report, console, arithmetic=arithmetic)
    screen.flush(console)


def _write(report: RunReport, out: Path) -> None:
    """The report in every form; each file is complete or not there."""
    from agent.reorder_report import as_csv, as_html, as_markdown  # noqa: PLC0415 - charts load a renderer

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("report.html", as_html(report)),
            ("report.md", as_markdown(report)),
            ("lines.csv", as_csv(report)),
            ("report.json", report.model_dump_json(indent=2)),
        ):
            draft = out / f".{name}.part"
            draft.write_text(text, encoding="utf-8", newline="")
            draft.replace(out / name)
    except OSError as error:
        raise SetupError(f"--out {out}: {error.strerror or error}") from error
    screen.talk(f"report.html, report.md, lines.csv and report.json are in {out}")
