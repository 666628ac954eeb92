import json
from typing import Annotated

import typer

from app.cli import screen
from app.cli.options import AsJson, house
from tools.ledger import chain

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The record of everything that happened. Each entry carries the hash of the one before it."""


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(help="A hash noted earlier outside: the record must still contain it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole record; says the first entry that does not hold (exit code 1)."""
    opened = house(context)
    with opened.db.reading() as snapshot:
        report = chain.verify(snapshot, opened.db.tenant, known_head=head)
    if as_json:
        screen.answer("audit/1", {"verified": True, "entries": report.entries, "head": report.head})
        return
    entries = "1 entry" if report.entries == 1 else f"{report.entries:,} entries"
    screen.data(f"verified: {entries}, head {report.head}")
    screen.talk("Note the head outside this machine; later: shophand audit verify --head HASH")


@app.command()
def export(context: typer.Context) -> None:
    """Print every entry as one JSON document per line, with its hash, for another system to keep."""
    opened = house(context)
    with opened.db.reading() as snapshot:
        for entry in chain.entries(snapshot, opened.db.tenant):
            shown = {"schema": "shophand.audit_entry/1", **entry, "body": json.loads(entry["body"])}
            screen.data(json.dumps(shown, ensure_ascii=False, default=str))
