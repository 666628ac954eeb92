from typing import Annotated, Any

import typer

from app.bootstrap import House
from app.cli import approval_card, screen
from app.cli.delegation_commands import delegate, delegations, undelegate
from app.cli.exits import Code, code_of_all, code_of_error, code_of_state
from app.cli.moments import MOMENT, moment_from
from app.cli.options import As, AsJson, Yes, house
from app.deciding import batch_decider
from app.editing import edited
from app.masks import Mask, mask_of
from shop.errors import NotFoundError
from shop.people import Principal
from tools.desk import ApprovalView, BatchResult, State, Submission

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="An approval, such as A-17.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Approvals, such as A-17 A-18.")]


@app.callback()
def _group() -> None:
    """Decide what waits for a person. Nobody decides what they asked for themselves."""


@app.command("list")
def list_approvals(
    context: typer.Context,
    state: Annotated[State, typer.Option(help="Which ones.")] = State.PENDING,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    snoozed: Annotated[bool, typer.Option("--snoozed", help="Also those that are snoozed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List approvals, the oldest first."""
    opened = house(context)
    found = opened.desk.approvals(states=(state,), limit=limit, include_snoozed=snoozed)
    if as_json:
        screen.answer("approvals/1", {"approvals": [_json(opened, one) for one in found]})
    elif found:
        approval_card.print_table(found)
    else:
        screen.talk("Nothing waits for a decision." if state is State.PENDING else f"None is {state.value}.")


@app.command()
def show(context: typer.Context, approval_id: Id, as_json: AsJson = False) -> None:
    """Show one approval: what, why you are asked, before and after, how it can be undone."""
    opened = house(context)
    found = opened.desk.approval(approval_id)
    if as_json:
        screen.answer("approval/1", _json(opened, found))
    else:
        approval_card.print_card(found, _mask(opened, found))


@app.command()
def approve(
    context: typer.Context,
    approval_ids: Ids,
    note: Annotated[str, typer.Option(help="Kept with the approval.")] = "",
    yes: Yes = False,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Approve; with the last yes that is needed it is carried out at once, if it still holds.

    Several ids: the table first, then a question on a terminal, then one result per id; one that fails
    does not stop the others. Their total is weighed first: over your limit nothing is decided.
    """
    opened = house(context, recover=True)
    found = _found(opened, approval_ids)
    if len(approval_ids) > 1:
        if not as_json:
            approval_card.print_table(found)
        if not screen.confirmed(f"Approve these {len(found)}?", yes=yes):
            raise typer.Exit(Code.FAILED)
    person = batch_decider(opened, [one for one in found if _waits(one)] or found, as_name)
    _tell(opened.desk.approve_many(approval_ids, person, note), as_json=as_json)


@app.command()
def reject(
    context: typer.Context,
    approval_ids: Ids,
    reason: Annotated[str, typer.Option(help="Why; whoever asked reads it.")],
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Reject. One no is enough, and it is final."""
    opened = house(context, recover=True)
    found = _found(opened, approval_ids)
    asked = [one for one in found if _waits(one)] or found
    person = batch_decider(opened, asked, as_name, amount_counts=False)
    _tell(opened.desk.reject_many(approval_ids, person, _sentence(reason)), as_json=as_json)


@app.command()
def edit(
    context: typer.Context,
    approval_id: Id,
    quantity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SKU=PIECES", help="New pieces, or a campaign's new price, of a line; 0 drops it."
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Another field, such as price='12.50 GBP'."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the new request and change nothing.")
    ] = False,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Replace what waits by a changed request of yours, which the policy judges anew.

    You are its requester then: if it still needs approval, somebody else decides.
    """
    opened = house(context, recover=True)
    approval = opened.desk.approval(approval_id)
    action = edited(approval.action.action, quantity or [], change or [])
    if dry_run:
        shown = _mask(opened, approval).args_of(action.kind, action.as_json())
        screen.answer("action/1", {"kind": action.kind, "args": shown})
        return
    person = opened.front_door.somebody(as_name, _may_ask, f"edit {approval.id}")
    _finish(opened.desk.edit(approval.id, action, person), approval.id, as_json=as_json)


@app.command()
def withdraw(context: typer.Context, approval_id: Id, as_name: As = None, as_json: AsJson = False) -> None:
    """Take a request back before anybody decides it."""
    opened = house(context, recover=True)
    approval = opened.desk.approval(approval_id)
    person = opened.front_door.somebody(as_name, _may_ask, f"withdraw {approval.id}")
    _finish(opened.desk.withdraw(approval.id, person), approval.id, as_json=as_json)


@app.command()
def snooze(
    context: typer.Context,
    approval_id: Id,
    until: Annotated[str, typer.Option(help=f"When it comes back: {MOMENT}; 'now' ends a snooze.")],
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Leave an approval out of the list for a while. It still expires at its time."""
    opened = house(context)
    approval = opened.desk.approval(approval_id)
    person = opened.front_door.somebody(as_name, _may_ask, f"snooze {approval.id}")
    moment = None if until == "now" else moment_from(opened, until)
    done = opened.desk.snooze(approval.id, moment, person)
    if as_json:
        screen.answer("approval/1", _json(opened, done))
    else:
        shown = approval_card.moment(done.snoozed_until) if done.snoozed_until else ""
        screen.data(f"{done.id}: snoozed until {shown}" if shown else f"{done.id}: in the list again")


@app.command()
def assign(
    context: typer.Context,
    approval_id: Id,
    to: Annotated[str, typer.Argument(metavar="NAME", help="Who should decide; 'nobody' takes it back.")],
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Name the person who should decide. It gives them no right, and takes nobody's."""
    opened = house(context)
    approval = opened.desk.approval(approval_id)
    person = opened.front_door.somebody(as_name, _may_ask, f"assign {approval.id}")
    done = opened.desk.assign(approval.id, None if to == "nobody" else to, person)
    if as_json:
        screen.answer("approval/1", _json(opened, done))
    else:
        screen.data(f"{done.id}: assigned to {done.assigned_to or 'nobody'}")


app.command()(delegate)
app.command()(undelegate)
app.command()(delegations)


def _mask(opened: House, approval: ApprovalView) -> Mask:
    with opened.db.reading() as snapshot:
        return mask_of(snapshot, approval.action)


def _json(opened: House, approval: ApprovalView) -> dict[str, Any]:
    return approval_card.as_json(approval, _mask(opened, approval))


def _tell(done: BatchResult, *, as_json: bool) -> None:
    """One result for each id, and the exit code of all."""
    results: list[dict[str, Any]] = []
    codes = []
    for item in done.items:
        if item.submission is None:
            codes.append(Code.FAILED if item.error is None else code_of_error(item.error))
            results.append({"approval": item.approval_id, "state": "refused", "text": item.in_words()})
            named = "" if item.approval_id in item.in_words() else f"{item.approval_id}: "
            screen.talk(f"shophand: {named}{item.in_words()}")
            continue
        codes.append(code_of_state(item.submission.state))
        results.append({"approval": item.approval_id, **_result(item.submission)})
        if not as_json:
            screen.data(f"{item.approval_id}: {item.in_words()}")
    if as_json:
        screen.answer("decisions/1", {"results": results})
    raise typer.Exit(code_of_all(codes))


def _finish(done: Submission, approval_id: str, *, as_json: bool) -> None:
    if as_json:
        screen.answer("decisions/1", {"results": [{"approval": approval_id, **_result(done)}]})
    else:
        screen.data(f"{approval_id}: {done.in_words()}")
    raise typer.Exit(code_of_state(done.state))


def _result(done: Submission) -> dict[str, Any]:
    return {
        "state": done.state.value,
        "text": done.in_words(),
        "action": done.action_id,
        "awaits": done.approval_id if done.state is State.PENDING else None,
        "reference": done.receipt.reference if done.receipt else None,
    }


def _found(opened: House, approval_ids: list[str]) -> list[ApprovalView]:
    """Those that exist, each once; raises NotFoundError if none does."""
    found: dict[str, ApprovalView] = {}
    for approval_id in approval_ids:
        try:
            one = opened.desk.approval(approval_id)
        except NotFoundError:
            if len(approval_ids) == 1:
                raise
            continue  # reported with its own result line below
        found[one.id] = one
    if not found:
        raise NotFoundError(f"none of these is an approval: {', '.join(approval_ids)}")
    return list(found.values())


def _waits(approval: ApprovalView) -> bool:
    return approval.state is State.PENDING


def _sentence(text: str) -> str:
    """The text with a full stop, because others quote it.

    >>> _sentence("too many"), _sentence("Why?")
    ('too many.', 'Why?')
    """
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?" else f"{stripped}."


def _may_ask(person: Principal) -> bool:
    return person.is_human and any(role.value == "operator" for role in person.roles)
