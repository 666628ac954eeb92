from typing import Annotated, Any

import typer

from app.bootstrap import House
from app.cli import screen
from app.cli.approval_card import moment
from app.cli.moments import MOMENT, moment_from
from app.cli.options import As, AsJson, house
from shop.money import Money
from shop.people import Principal, Role
from shop.store.reads.info import store_info
from tools.desk import Delegation

_NOT_APPROVING = frozenset({Role.VIEWER, Role.OPERATOR})


def delegate(
    context: typer.Context,
    to: Annotated[str, typer.Argument(metavar="NAME", help="Who approves for you, such as 'priya'.")],
    until: Annotated[str, typer.Option(help=f"The end: {MOMENT}; a day counts to its end.")],
    since: Annotated[
        str | None, typer.Option(help="The beginning, written in the same way; else now.")
    ] = None,
    role: Annotated[
        list[Role] | None, typer.Option(help="Only this role of yours; repeat for several. Else all.")
    ] = None,
    limit: Annotated[
        str | None, typer.Option(help="The most they may approve for you, such as 500, in home currency.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Kept in the record.")] = "",
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Let another person approve for you for a time.

    It never carries more than you hold yourself when it is used, cannot be handed on, and does not serve
    for what either of you asked for. You and whoever acts for you count as one person.
    """
    opened = house(context)
    person = opened.front_door.somebody(as_name, _approves, "hand approving on")
    done = opened.desk.delegate(
        person,
        to,
        until=moment_from(opened, until, whole_day=True),
        since=None if since is None else moment_from(opened, since),
        roles=role or (),
        limit=None if limit is None else Money.of(limit, _currency(opened)),
        reason=reason,
    )
    if as_json:
        screen.answer("delegation/1", _as_json(done, opened))
    else:
        screen.data(f"{done.id}: {_in_words(done)}")
        screen.talk(f"To end it earlier: shophand approvals undelegate {done.id}")


def undelegate(
    context: typer.Context,
    delegation_id: Annotated[str, typer.Argument(metavar="ID", help="A delegation, such as D-3.")],
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """End a delegation at once. Its giver, its taker and an admin may."""
    opened = house(context)
    named = opened.desk.delegation(delegation_id)

    def may(person: Principal) -> bool:
        return person.is_human and person.id in {named.delegator, named.delegate}

    done = opened.desk.revoke_delegation(
        named.id, opened.front_door.somebody(as_name, may, f"end {named.id}")
    )
    if as_json:
        screen.answer("delegation/1", _as_json(done, opened))
    else:
        screen.data(f"{done.id} is over: {done.delegate} no longer approves for {done.delegator}")


def delegations(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over or revoked.")] = False,
    as_json: AsJson = False,
) -> None:
    """List who approves for whom, and until when."""
    opened = house(context)
    found = opened.desk.delegations(ended=everything)
    if as_json:
        screen.answer("delegations/1", {"delegations": [_as_json(one, opened) for one in found]})
    elif found:
        screen.table(
            ("id", "from", "to", "roles", "up to", "since", "until", "state"),
            [
                (one.id, one.delegator, one.delegate, _roles(one), one.limit or "their own limit",
                 moment(one.since), moment(one.until), _state(one, opened))
                for one in found
            ],
        )  # fmt: skip
    else:
        screen.talk("Nobody approves for somebody else.")


def _approves(person: Principal) -> bool:
    return person.is_human and bool(person.roles - _NOT_APPROVING)


def _currency(opened: House) -> str:
    with opened.db.reading() as snapshot:
        return store_info(snapshot).home_currency


def _in_words(one: Delegation) -> str:
    most = f" up to {one.limit}" if one.limit else ""
    when = f"from {moment(one.since)} until {moment(one.until)}"
    return f"{one.delegate} approves for {one.delegator} as {_roles(one)}{most}, {when}"


def _roles(one: Delegation) -> str:
    return ", ".join(role.replace("_", " ") for role in sorted(one.roles))


def _state(one: Delegation, opened: House) -> str:
    now = opened.clock()
    if one.revoked_at is not None:
        return "revoked"
    if now >= one.until:
        return "over"
    return "in force" if one.in_force(now) else "not yet"


def _as_json(one: Delegation, opened: House) -> dict[str, Any]:
    return {
        "id": one.id,
        "delegator": one.delegator,
        "delegate": one.delegate,
        "roles": sorted(one.roles),
        "limit": one.limit.as_json() if one.limit else None,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "state": _state(one, opened),
        "reason": one.reason,
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
        "revoked_by": one.revoked_by,
    }
