from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import screen
from app.cli.options import As, AsJson, Yes, house
from app.serving import agreed, identify
from shop.errors import SetupError
from shop.people import Principal, Role
from shop.store.compaction import rewrite
from shop.store.reads import customers
from tools import lookups
from tools.ledger import forgetting, personal
from tools.privacy import city, masked_email, masked_phone, short_name

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Who = Annotated[str, typer.Argument(help="The customer's id, e-mail address or name: C-10001.")]
Why = Annotated[str, typer.Option(help="The reason; it stays in the record, so name nobody in it.")]


@app.callback()
def _group() -> None:
    """Customers: who speaks, what the store holds of them, and taking it out. Every full look is audited."""


@app.command()
def show(
    context: typer.Context,
    customer: Who,
    reason: Annotated[str, typer.Option(help="Why all is shown; without it the data is masked.")] = "",
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Show one customer: masked, or in full for a support lead with a reason."""
    opened = house(context)
    found = _found(opened, customer)
    if reason:
        person = opened.front_door.somebody(as_name, _may_read, "read personal data in full")
        with opened.db.writing() as tx:
            shown = personal.read_in_full(tx, opened.db.tenant, found, person, reason, opened.clock())
    else:
        shown = _masked(opened, found)
    if as_json:
        screen.answer("customer/1", {"customer": _plain(shown)})
        return
    for name, value in shown.items():
        screen.data(f"{name}: {screen.visible_lines(str(value))}")


@app.command()
def export(
    context: typer.Context,
    customer: Who,
    reason: Why,
    out: Annotated[Path, typer.Option(help="The JSON file to write; it holds personal data.")],
    as_name: As = None,
) -> None:
    """Write everything that the store holds of one customer to a file, for the customer."""
    opened = house(context)
    found = _found(opened, customer)
    person = opened.front_door.somebody(as_name, _may_read, "export personal data")
    with opened.db.writing() as tx:
        told = personal.export(tx, opened.db.tenant, found, person, reason, opened.clock())
    try:
        out.touch(mode=0o600)
        out.write_text(json.dumps(_plain(told), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot write {out}: {error.strerror}") from error
    screen.talk(f"{out}: {sum(len(rows) for rows in told.values())} records of {found}; only you may read it")


@app.command()
def erase(context: typer.Context, customer: Who, reason: Why, as_name: As = None, yes: Yes = False) -> None:
    """Take out for good who a customer is and what was written of them; takes an admin.

    Orders, money and dates stay. The text of ended actions about them goes too, as in audit erase; what is
    still under way is named and must end first. Copies of the database elsewhere are not reached.
    """
    opened = house(context)
    found = _found(opened, customer)
    person = opened.front_door.somebody(as_name, _is_admin, "erase a customer")
    if not screen.confirmed(f"Erase customer {found} for good?", yes=yes):
        raise typer.Exit(1)
    salt, now = opened.audit_key.read(), opened.clock()
    with opened.db.writing() as tx:
        forgotten = forgetting.forget(tx, opened.db.tenant, found, person, reason, now, salt)
    rewrite(opened.db)
    screen.talk(f"{found} is erased, with the text of {len(forgotten.actions)} actions; files rewritten.")


@app.command("identify")
def identify_customer(
    context: typer.Context,
    conversation: Annotated[str, typer.Argument(help="A conversation of chat --with-customer.")],
    email: Annotated[str | None, typer.Option(help="The account's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option(help="The full name, with --postcode.")] = None,
    postcode: Annotated[str | None, typer.Option(help="The postcode of the account.")] = None,
    as_name: As = None,
) -> None:
    """Match the customer you speak with against the store's records; five misses end the conversation."""
    opened = house(context)
    person = opened.front_door.somebody(as_name, _is_operator, "speak with a customer")
    opened.conversations.check_owner(conversation, person)
    found = identify(opened, conversation, email=email, name=name, postcode=postcode)
    screen.talk(f"the customer of {conversation} is {found}")


@app.command()
def agree(
    context: typer.Context,
    action: Annotated[str, typer.Argument(help="What was put to the customer: act_4x8k2m.")],
    as_name: As = None,
) -> None:
    """Record the customer's yes to exactly this action, and ask for it again."""
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _is_operator, "speak with a customer")
    screen.data(agreed(opened, action, person).in_words())


def _found(opened: Any, customer: str) -> str:
    with opened.db.reading() as snapshot:
        return lookups.customer(snapshot, customer).id


def _masked(opened: Any, customer: str) -> dict[str, Any]:
    with opened.db.reading() as snapshot:
        found = customers.customer(snapshot, customer)
    if found is None:
        return {}
    return {
        "id": found.id,
        "name": short_name(found.name),
        "email": masked_email(found.email),
        "phone": masked_phone(found.phone),
        "city": city(found),
        "country": found.country,
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _may_read(person: Principal) -> bool:
    return person.is_human and bool(person.roles & personal.MAY_READ)


def _is_admin(person: Principal) -> bool:
    return person.is_human and Role.ADMIN in person.roles


def _is_operator(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles
