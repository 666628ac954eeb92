from typing import Annotated

import typer

from app.bootstrap import build_house, settle
from app.cli import screen
from app.cli.options import shared
from app.cli.welcome import people_here

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What the store is called.")] = "My store",
    currency: Annotated[str, typer.Option(help="Home currency, ISO 4217.")] = "GBP",
    timezone: Annotated[str, typer.Option(help="Time zone of the store's days.")] = "Europe/London",
) -> None:
    """Make an empty store: its tables, policies and two people. Safe to repeat."""
    opened = build_house(shared(context).settings())
    context.call_on_close(opened.db.close)
    settle(opened, name=name, currency=currency.upper(), timezone=timezone)
    screen.talk(f"The store is in {opened.home}, its rules in {opened.policies_directory}.")
    people_here(opened)
    screen.talk("Next: shophand import transactions FILE, or shophand import shopify DIRECTORY")
