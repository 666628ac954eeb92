from typing import Annotated

import typer

from app.cli import screen
from app.cli.exits import code_of_state
from app.cli.options import As, AsJson, house
from shop.people import Principal, Role
from tools.desk import Session

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def undo(
    context: typer.Context,
    action_id: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="What was carried out: its action or approval, such as A-17."),
    ],
    sku: Annotated[
        str | None, typer.Option(help="Of a receipt of several SKUs, the one to take back.")
    ] = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Take back what was carried out, by the opposite action; the policy judges it like any other.

    Stock is adjusted or transferred back, a price set to what it was, an order of which nothing came
    cancelled. Money that was paid out does not come back, and a price that was changed since stays.
    """
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _may_ask, f"undo {action_id}")
    taken_back = opened.desk.status(action_id)
    done = opened.desk.undo(action_id, Session(person), sku=sku)
    if as_json:
        body = {
            "undoes": taken_back.id,
            "action": done.action_id,
            "kind": done.kind,
            "state": done.state.value,
            "text": done.in_words(),
            "awaits": done.approval_id if done.state.value == "pending" else None,
            "reference": done.receipt.reference if done.receipt else None,
        }
        screen.answer("undo/1", body)
    else:
        screen.data(done.in_words())
    raise typer.Exit(code_of_state(done.state))


def _may_ask(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles
