from datetime import timedelta
from typing import Annotated, Any

import typer

from app.auth import People
from app.bootstrap import House
from app.cli import screen
from app.cli.options import As, AsJson, Yes, house
from shop.errors import AccessDeniedError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store.people import Person, Scope
from shop.store.reads.info import store_info
from tools.ledger.chain import Actor

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The person's id, such as 'priya'.")]


@app.callback()
def _group() -> None:
    """Who may do what. Only an admin changes it; tokens are shown once and stored as hashes."""


@app.command("list")
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List everybody, with roles and limits."""
    opened = house(context)
    here = opened.credentials.tokens()
    rows = [_as_json(person, here=person.id in here) for person in opened.people.everybody()]
    if as_json:
        screen.answer("people/1", {"people": rows})
        return
    screen.table(
        ("id", "name", "kind", "roles", "may approve up to", "active", "token on this machine"),
        [
            (row["id"], row["name"], row["kind"], " ".join(row["roles"]), row["limit"] or "no limit",
             _yes(row["active"]), _yes(row["token_here"]))
            for row in rows
        ],
    )  # fmt: skip


@app.command()
def add(
    context: typer.Context,
    person_id: Name,
    role: Annotated[list[Role], typer.Option(help="What they may do; repeat for several.")],
    name: Annotated[str, typer.Option(help="Full name; the id if not given.")] = "",
    limit: Annotated[
        str | None, typer.Option(help="The most they may approve, such as '5000' in the home currency.")
    ] = None,
    agent: Annotated[bool, typer.Option("--agent", help="A program; it can never approve.")] = False,
    as_name: As = None,
) -> None:
    """Add somebody. They can do nothing until they have a token."""
    opened = house(context)
    people = _people(opened, as_name)
    most = None if limit is None else Money.of(limit, _currency(opened))
    added = people.create(
        person_id, name or person_id, role, kind=Kind.AGENT if agent else Kind.HUMAN, limit=most
    )
    screen.talk(
        f"{added.id} is in as {', '.join(sorted(added.roles))}; next: shophand people token {added.id}"
    )


@app.command()
def token(
    context: typer.Context,
    person_id: Name,
    days: Annotated[int | None, typer.Option(min=1, help="Expires after so many days.")] = None,
    scope: Annotated[
        Scope, typer.Option(help="full: all that they may; ask: no deciding; read: looking only.")
    ] = Scope.FULL,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it on this machine instead of printing it.")
    ] = False,
    as_name: As = None,
) -> None:
    """Issue a token and print it, once; earlier ones stay valid until they are revoked."""
    opened = house(context)
    people = _people(opened, as_name)
    issued = people.issue(person_id, None if days is None else timedelta(days=days), scope)
    if keep:
        opened.credentials.keep({person_id: issued})
        screen.talk(f"{person_id} can act on this machine now: --as {person_id}")
    else:
        screen.data(issued)
        screen.talk("This token is shown only now; its owner puts it into SHOPHAND_TOKEN.")


@app.command()
def revoke(context: typer.Context, person_id: Name, as_name: As = None) -> None:
    """Make all tokens of somebody worthless; they stay a member."""
    opened = house(context)
    count = _people(opened, as_name).revoke_all(person_id)
    opened.credentials.forget(person_id)
    screen.talk(f"{count} token{'' if count == 1 else 's'} of {person_id} revoked, and their sessions ended")


@app.command()
def deactivate(context: typer.Context, person_id: Name, yes: Yes = False, as_name: As = None) -> None:
    """Let somebody in no more. What they did stays on record."""
    opened = house(context)
    people = _people(opened, as_name)
    if not screen.confirmed(f"Deactivate {person_id}?", yes=yes):
        raise typer.Exit(1)
    people.deactivate(person_id)
    opened.credentials.forget(person_id)
    screen.talk(f"{person_id} is deactivated and all their tokens are revoked")


@app.command("database-role")
def database_role(
    context: typer.Context,
    role: Annotated[str, typer.Argument(help="A PostgreSQL role that exists already.")],
    as_name: As = None,
) -> None:
    """Let a PostgreSQL role read the shop and write nothing, whatever rights it had."""
    from shop.store.roles import grants_for_agent  # noqa: PLC0415 - only this command needs every table

    opened = house(context)
    _people(opened, as_name)
    for statement in grants_for_agent(opened.db, role):
        screen.data(statement)
    screen.talk(f"{role} reads this store's shop and ledger now, and can write nothing")


def _people(opened: House, as_name: str | None) -> People:
    """The people, to be changed by an admin; raises AccessDeniedError for anybody else."""
    admin = opened.front_door.somebody(as_name, _is_admin, "change people")
    if not _is_admin(admin):
        raise AccessDeniedError(f"{admin.id} is no admin; only an admin changes people")
    return People(opened.db, opened.clock, Actor(admin.kind.value, admin.id))


def _is_admin(principal: Principal) -> bool:
    return principal.is_human and Role.ADMIN in principal.roles


def _currency(opened: House) -> str:
    with opened.db.reading() as snapshot:
        return store_info(snapshot).home_currency


def _as_json(person: Person, *, here: bool) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind.value,
        "roles": sorted(person.roles),
        "limit": None if person.limit is None else str(person.limit),
        "active": person.active,
        "token_here": here,
    }


def _yes(flag: object) -> str:
    return "yes" if flag else "no"
