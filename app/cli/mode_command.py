from typing import Annotated

import typer

from app.bootstrap import House
from app.cli import screen
from app.cli.options import As, AsJson, house
from shop.people import Principal, Role
from tools.desk import Mode

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Kept in the record.")]


@app.callback()
def _group() -> None:
    """How much the assistant may do by itself, for each kind of action.

    observe: only record what it would do. assist: everything asks a person. auto: what the rules allow
    happens by itself.
    """


@app.command("list")
def list_modes(context: typer.Context, as_json: AsJson = False) -> None:
    """List the dial of each kind of action, and the stop switch."""
    desk = house(context).desk
    modes = {kind: mode.value for kind, mode in desk.modes().items()}
    if as_json:
        screen.answer("modes/1", {"stopped": desk.is_stopped(), "modes": modes})
        return
    screen.table(("action", "mode"), modes.items())
    if desk.is_stopped():
        screen.talk("STOPPED: nothing is carried out; to go on: shophand mode resume --reason TEXT")


@app.command("set")
def set_mode(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="A kind of action, such as place_purchase_order, or 'all'.")],
    mode: Annotated[Mode, typer.Argument(help="observe, assist or auto.")],
    reason: Reason = "",
    as_name: As = None,
) -> None:
    """Turn a dial. An operator may tighten it; to loosen it takes an admin."""
    opened = house(context)
    person = _somebody(opened, as_name)
    for each in opened.desk.modes() if kind == "all" else (kind,):
        opened.desk.set_mode(each, mode, person, reason)
        screen.talk(f"{each}: {mode.value}")


@app.command()
def stop(context: typer.Context, reason: Reason = "", as_name: As = None) -> None:
    """Stop everything at once: nothing is carried out any more, whoever approved it."""
    opened = house(context)
    opened.desk.stop_all(opened.front_door.somebody(as_name, _is_operator, "stop everything"), reason)
    screen.talk("Stopped. To go on: shophand mode resume --reason TEXT (takes an admin)")


@app.command()
def resume(context: typer.Context, reason: Reason = "", as_name: As = None) -> None:
    """Release the stop switch; takes an admin."""
    opened = house(context)
    opened.desk.resume(opened.front_door.somebody(as_name, _is_admin, "release the stop switch"), reason)
    screen.talk("Resumed.")


def _somebody(opened: House, as_name: str | None) -> Principal:
    """The admin of this machine, who may turn both ways; anybody else says who they are."""
    return opened.front_door.somebody(as_name, _is_admin, "turn a dial")


def _is_operator(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles


def _is_admin(person: Principal) -> bool:
    return person.is_human and Role.ADMIN in person.roles
