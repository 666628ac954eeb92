"""`shophand sign-in`: a one-time address that signs somebody of this machine in to the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

import typer

from app.auth import People
from app.cli import screen
from app.cli.options import As, AsJson, house
from shop.people import Principal
from shop.store.people import Scope
from tools.ledger.chain import Actor

app = typer.Typer(rich_markup_mode=None, add_completion=False)

GOOD_FOR: Final = timedelta(minutes=10)


@app.command()
def sign_in(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(help="Address of the pages (SHOPHAND_PUBLIC_URL).")] = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Print an address that signs you in to the pages once, within ten minutes."""
    opened = house(context)
    person = opened.front_door.entrusted(as_name, _is_human, "sign in")
    people = People(opened.db, opened.clock, Actor(person.kind.value, person.id))
    key = people.issue(person.id, GOOD_FOR, Scope.LINK)
    place = (url or opened.settings.public_url or "http://127.0.0.1:8321").rstrip("/")
    address = f"{place}/sign-in?{urlencode({'key': key})}"
    if as_json:
        screen.answer("sign-in/1", {"person": person.id, "url": address})
    else:
        screen.data(address)
        screen.talk(f"Signs {person.name} in once, within 10 minutes, where `shophand serve` runs.")


def _is_human(principal: Principal) -> bool:
    return principal.is_human
