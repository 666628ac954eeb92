from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from agent.run_report import Answer, Outcome, Request, RunReport, outcome_of_answer
from app.auth import principal_of
from app.bootstrap import House
from app.cli import screen
from app.cli.options import AsJson, shared
from app.cli.progress import ProgressLine
from app.deciding import is_asked, is_within_limit
from app.demo import build_demo, run_demo
from tools.desk import ApprovalView

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_SHOWN: Final = 6


@app.command()
def demo(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Where to make it (default .shophand).")] = None,
    as_json: AsJson = False,
) -> None:
    """Build the sample store, run a reorder, show what needs a decision. Needs no key; safe to repeat."""
    with ProgressLine() as line:
        house = build_demo(shared(context).settings(home), line.show)
        context.call_on_close(house.db.close)
        line.show("reorder run")
        report = run_demo(house)
    waiting = sorted(house.desk.approvals(limit=1000), key=_worth, reverse=True)
    if as_json:
        screen.answer("demo/1", {"home": str(house.home), "run": report.run, "kpis": _kpis(report)})
        return
    _print_run(report)
    _print_waiting(house, waiting)
    _print_next(house, waiting, home)


def _print_run(report: RunReport) -> None:
    kpis = report.kpis
    screen.data(
        f"Reorder run of {report.draft.as_of}: {kpis.checked:,} SKU-locations checked, "
        f"{kpis.orders} orders and {kpis.transfers} transfers asked for."
    )
    done = [
        (answer.reference, request.title, request.home_value or "")
        for answer, request in _dearest_first(report)
        if outcome_of_answer(answer) is Outcome.PLACED
    ]
    screen.data(f"\nDone by itself, inside the rules ({len(done)}, worth {kpis.money_placed}):")
    screen.table(("reference", "what", "value"), done[:_SHOWN], right=("value",))
    _more(len(done), "shophand run reorder")


def _dearest_first(report: RunReport) -> list[tuple[Answer, Request]]:
    pairs = list(zip(report.answers, report.draft.requests, strict=True))
    return sorted(pairs, key=lambda pair: pair[1].home_value.minor if pair[1].home_value else 0, reverse=True)


def _print_waiting(house: House, waiting: list[ApprovalView]) -> None:
    screen.data(f"\nWaiting for a person ({len(waiting)}):")
    rows = [
        (one.id, one.card.title, one.action.money or "", one.why[0] if one.why else "", _who(house, one))
        for one in waiting
    ]
    screen.table(("id", "what", "value", "why", "may decide"), rows[:_SHOWN], right=("value",))
    _more(len(rows), "shophand approvals list")


def _print_next(house: House, waiting: list[ApprovalView], home: Path | None) -> None:
    command = "shophand" if home is None else f"shophand --home {house.home}"
    screen.data("\nNext (. .venv/bin/activate puts shophand on your path):")
    simple = [one.id for one in waiting if len(_able(house, one)) == 1]
    if simple:
        screen.data(f"  {command} approvals show {simple[0]}")
        screen.data(f"  {command} approvals approve {simple[0]}")
        screen.data(f'  {command} approvals reject {simple[-1]} --reason "not now"')
    screen.data(f'  {command} chat -m "what should we reorder first?"')
    screen.data(f"  {command} audit verify")
    screen.talk(f"\nThe store is in {house.home}. {house.brain_name}.")


def _more(count: int, command: str) -> None:
    if count > _SHOWN:
        screen.data(f"... and {count - _SHOWN} more: {command}")


def _who(house: House, approval: ApprovalView) -> str:
    joint = " and " if any(one["by_each"] for one in approval.required) else " or "
    return joint.join(_able(house, approval)) or "nobody here: over everybody's limit"


def _able(house: House, approval: ApprovalView) -> list[str]:
    people = (principal_of(person, house.db.tenant) for person in house.people.everybody() if person.active)
    return [one.id for one in people if is_asked(approval, one) and is_within_limit(approval, one)]


def _worth(approval: ApprovalView) -> int:
    return approval.action.money.minor if approval.action.money else 0


def _kpis(report: RunReport) -> dict[str, Any]:
    return report.kpis.model_dump(mode="json")
