from enum import StrEnum
from typing import Annotated, Any

import typer

from app.cli import screen
from app.cli.approval_card import moment
from app.cli.options import As, AsJson, house
from app.deciding import second_person
from shop.people import Principal, Role
from tools.desk import Loosening, Mode, Turned

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Reason = Annotated[str, typer.Option(help="Kept in the record.")]
Request = Annotated[
    str, typer.Argument(metavar="REQUEST", help="A request to loosen something, such as L-3.")
]


class Names(StrEnum):
    """Whose words the names in the store are."""

    OWN = "own"
    FOREIGN = "foreign"


@app.callback()
def _group() -> None:
    """How much the assistant may do by itself, for each kind of action.

    observe: only record what it would do. assist: everything asks a person. auto: what the rules allow
    happens by itself. One person tightens at once; loosening takes two.
    """


@app.command("list")
def list_modes(context: typer.Context, as_json: AsJson = False) -> None:
    """List the dial of each kind of action, and the stop switch."""
    desk = house(context).desk
    modes = {kind: mode.value for kind, mode in desk.modes().items()}
    asked = desk.loosenings()
    if as_json:
        body = {"stopped": desk.is_stopped(), "modes": modes, "asked": [_as_json(one) for one in asked]}
        screen.answer("modes/1", body)
        return
    screen.table(("action", "mode"), modes.items())
    for one in asked:
        screen.data(f"{_in_words(one)}: shophand mode confirm {one.id}")
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
    """Turn a dial. An operator may tighten it at once; to loosen it takes two people, one of them an admin.

    What loosens is only asked for; it holds once somebody else confirms it, within 24 hours. The founder of
    a store in which nobody else ever held a deciding role loosens alone.
    """
    opened = house(context)
    person = opened.front_door.somebody(as_name, _is_admin, "turn a dial")
    kinds = opened.desk.modes() if kind == "all" else (kind,)
    turned = opened.desk.set_modes(kinds, mode, person, reason)
    for each in turned.done:
        screen.talk(f"{each}: {mode.value}")
    _tell_rest(turned)


@app.command()
def stop(context: typer.Context, reason: Reason = "", as_name: As = None) -> None:
    """Stop everything at once: nothing is carried out any more, whoever approved it."""
    opened = house(context)
    opened.desk.stop_all(opened.front_door.somebody(as_name, _is_operator, "stop everything"), reason)
    screen.talk("Stopped. To go on: shophand mode resume --reason TEXT (takes two people, one an admin)")


@app.command()
def resume(context: typer.Context, reason: Reason = "", as_name: As = None) -> None:
    """Release the stop switch. Takes two people: this asks for it, somebody else confirms."""
    opened = house(context)
    person = opened.front_door.somebody(as_name, _is_admin, "release the stop switch")
    turned = opened.desk.resume(person, reason)
    if turned.done:
        screen.talk("Resumed.")
    _tell_rest(turned)


@app.command()
def names(
    context: typer.Context,
    whose: Annotated[Names, typer.Argument(help="own or foreign.")],
    reason: Reason = "",
    as_name: As = None,
) -> None:
    """Say whose words titles, supplier names and guides are. Foreign ones taint a conversation.

    After an import of a catalogue they are foreign: what a conversation then asks for goes to a person. Two
    people make them the store's own, one makes them foreign at once.
    """
    opened = house(context)
    person = opened.front_door.somebody(as_name, _is_admin, "vouch for the names in the store")
    turned = opened.desk.vouch_names(person, reason, own=whose is Names.OWN)
    if turned.done:
        screen.talk(f"names: {whose.value}")
    _tell_rest(turned)


@app.command()
def confirm(context: typer.Context, request: Request, as_name: As = None) -> None:
    """Let a request to loosen something take effect; takes another person than the one who asked."""
    opened = house(context)
    asked = next((one for one in opened.desk.loosenings() if one.id.lower() == request.lower()), None)
    first = asked.requester if asked else ""
    turned = opened.desk.confirm_loosening(
        request, second_person(opened, as_name, first, f"confirm {request}")
    )
    for each in turned.done:
        screen.talk(f"{_switch(each)}: {turned.request.value if turned.request else ''}")


@app.command()
def withdraw(context: typer.Context, request: Request, as_name: As = None) -> None:
    """Take a request to loosen something back; whoever asked may, or an admin."""
    opened = house(context)
    gone = opened.desk.withdraw_loosening(
        request, opened.front_door.somebody(as_name, _is_admin, f"withdraw {request}")
    )
    screen.talk(f"{gone.id} is withdrawn.")


def _tell_rest(turned: Turned) -> None:
    if turned.request is not None:
        one = turned.request
        screen.talk(f"{_in_words(one)}; somebody else confirms: shophand mode confirm {one.id} --as NAME")
    if turned.alone:
        screen.talk("You loosened it alone: nobody else here ever held a role that decides.")


def _in_words(one: Loosening) -> str:
    what = ", ".join(_switch(switch) for switch in one.switches)
    return f"{one.id}: {one.requester} asks for {one.value} ({what}) until {moment(one.expires_at)}"


def _switch(switch: str) -> str:
    return "stop switch" if switch == "*" else switch


def _as_json(one: Loosening) -> dict[str, Any]:
    return {
        "id": one.id,
        "switches": list(one.switches),
        "value": one.value,
        "requester": one.requester,
        "reason": one.reason,
        "asked_at": one.asked_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }


def _is_operator(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles


def _is_admin(person: Principal) -> bool:
    return person.is_human and Role.ADMIN in person.roles
