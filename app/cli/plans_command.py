import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from app.bootstrap import House
from app.cli import screen
from app.cli.approval_card import moment
from app.cli.exits import Code
from app.cli.options import As, AsJson, house
from app.deciding import batch_decider
from app.masks import mask_of
from shop.actions import parse_action
from shop.errors import InvalidActionError
from shop.people import Principal, Role
from tools.desk import PlanState, PlanView, Session
from tools.ledger.plans import StepView

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="PLAN", help="A plan, such as P-3.")]
_CODES = {
    PlanState.WAITING: Code.WAITING,
    PlanState.RUNNING: Code.WAITING,
    PlanState.COMPENSATING: Code.WAITING,
    PlanState.EXCEPTION: Code.FAILED,
    PlanState.COMPENSATED: Code.FAILED,
    PlanState.REFUSED: Code.REFUSED,
}
"""How a command ends by the state of its plan; 0 for done and closed."""


@app.callback()
def _group() -> None:
    """Several actions as one: done in order once all are approved, or taken back in reverse."""


@app.command("list")
def list_plans(
    context: typer.Context,
    state: Annotated[PlanState | None, typer.Option(help="Which ones; all if left out.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List plans, the newest first."""
    opened = house(context, recover=True)
    found = opened.desk.plans(tuple(PlanState) if state is None else (state,), limit)
    if as_json:
        screen.answer("plans/1", {"plans": [_as_json(one, _args(opened, one)) for one in found]})
    elif not found:
        screen.talk("There is no plan." if state is None else f"No plan is {state.value}.")
    for one in () if as_json else found:
        asks = f"; {len(one.questions)} to be decided by a person" if one.questions else ""
        screen.data(f"{one.id}  {one.state.value}, {len(one.steps)} steps, asked by {one.requester}{asks}")


@app.command()
def show(context: typer.Context, plan_id: Id, as_json: AsJson = False) -> None:
    """Show one plan: each step, how it is undone, what waits, and what a person must decide."""
    opened = house(context, recover=True)
    _tell(opened, opened.desk.plan(plan_id), as_json=as_json)


@app.command()
def propose(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help='JSON: [{"kind": "transfer_stock", "args": {...}}, ...] in order.')
    ],
    key: Annotated[str | None, typer.Option(help="The same key again does nothing twice.")] = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Ask for the actions of a file as one plan; the policy judges each, and all together."""
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _may_ask, "propose a plan")
    plan = opened.desk.propose_plan(_read(file), Session(person), key=key)
    _tell(opened, plan, as_json=as_json)
    raise typer.Exit(_CODES.get(plan.state, Code.OK))


@app.command()
def approve(
    context: typer.Context,
    plan_id: Id,
    note: Annotated[str, typer.Option(help="Kept with each approval.")] = "",
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Say yes to every step that waits; the plan is carried out when none waits any more."""
    opened = house(context, recover=True)
    waiting = [opened.desk.approval(one) for one in opened.desk.plan(plan_id).approvals]
    person = (
        batch_decider(opened, waiting, as_name)
        if waiting
        else opened.front_door.somebody(as_name, _may_ask, f"approve {plan_id}")
    )
    plan, results = opened.desk.approve_plan(plan_id, person, note=note)
    for item in results.items:
        screen.talk(f"{item.approval_id}: {item.in_words()}")
    _tell(opened, plan, as_json=as_json)
    raise typer.Exit(_CODES.get(plan.state, Code.OK))


@app.command()
def withdraw(context: typer.Context, plan_id: Id, as_name: As = None, as_json: AsJson = False) -> None:
    """Stop a plan: what was not done is withdrawn, what was done is taken back."""
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _may_ask, f"withdraw {plan_id}")
    _tell(opened, opened.desk.withdraw_plan(plan_id, person), as_json=as_json)


@app.command()
def answer(
    context: typer.Context,
    plan_id: Id,
    step: Annotated[int, typer.Argument(min=1, help="The step that could not be taken back.")],
    note: Annotated[str, typer.Option(help="What was decided; others read it.")],
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a person decided about a step that could not be taken back."""
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _may_ask, f"answer {plan_id}")
    _tell(opened, opened.desk.answer_plan(plan_id, step, person, note), as_json=as_json)


def _may_ask(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles


def _read(file: Path) -> list[Any]:
    """The actions of a file, in order; raises InvalidActionError."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
        return [parse_action(one["kind"], one["args"]) for one in body]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidActionError(
            f'{file.name} is no plan: a JSON list of {{"kind": ..., "args": {{...}}}} is expected ({error})'
        ) from error


def _args(opened: House, plan: PlanView) -> list[dict[str, Any]]:
    """The arguments of each step with what people typed about a customer masked."""
    with opened.db.reading() as snapshot:
        return [mask_of(snapshot, step.action).args(step.action) for step in plan.steps]


def _tell(opened: House, plan: PlanView, *, as_json: bool) -> None:
    args = _args(opened, plan)
    if as_json:
        screen.answer("plan/1", _as_json(plan, args))
        return
    total = ", ".join(str(one) for one in plan.totals) or "none"
    head = [
        Text(f"{plan.id}  {plan.state.value}", style="bold"),
        Text(f"asked by {plan.requester} at {moment(plan.created_at)}; total {total}"),
    ]
    steps = zip(plan.steps, args, strict=True)
    lines = [Text(screen.visible(line)) for step, shown in steps for line in _in_words(step, shown)]
    warned = [Text(screen.visible(one)) for one in plan.warnings]
    screen.render(Group(*head, Padding(Group(*lines), (0, 0, 0, 2)), *warned))
    for step in plan.questions:
        screen.talk(f"Decide: shophand plans answer {plan.id} {step.number} --note TEXT")
    if plan.approvals:
        screen.talk(f"Decide: shophand plans approve {plan.id} (or each: {' '.join(plan.approvals)})")


def _in_words(step: StepView, args: Mapping[str, Any]) -> list[str]:
    action = step.action
    waits = f" {action.approval_id}" if action.approval_id else ""
    words = [
        f"{step.number}. {_title(step, args)}: {action.state.value}{waits}",
        f"   {action.reason}",
        f"   to undo it: {step.undo_by} ({step.undo.value})",
    ]
    words += [f"   taken back by {one.id}: {one.state.value}" for one in step.undone_by]
    words += [f"   {step.question}"] if step.question else []
    words += [f"   decided by {step.answered_by}: {step.answer}"] if step.answer else []
    return words


def _title(step: StepView, args: Mapping[str, Any]) -> str:
    plain = {name: value for name, value in args.items() if isinstance(value, str | int)}
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in plain.items() if value != "")
    worth = f" ({step.action.money})" if step.action.money else ""
    return f"{step.action.kind.replace('_', ' ')}: {figures}{worth}"


def _as_json(plan: PlanView, args: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "id": plan.id,
        "state": plan.state.value,
        "requester": plan.requester,
        "on_behalf_of": plan.on_behalf_of,
        "created_at": plan.created_at.isoformat(),
        "totals": [one.as_json() for one in plan.totals],
        "warnings": list(plan.warnings),
        "approvals": list(plan.approvals),
        "steps": [
            {
                "step": one.number,
                "action": one.action.id,
                "kind": one.action.kind,
                "args": shown,
                "state": one.action.state.value,
                "reason": one.action.reason,
                "approval": one.action.approval_id,
                "undo": one.undo.value,
                "undo_by": one.undo_by,
                "undone_by": [undo.id for undo in one.undone_by],
                "question": one.question,
                "answered_by": one.answered_by,
                "answer": one.answer,
            }
            for one, shown in zip(plan.steps, args, strict=True)
        ],
    }
