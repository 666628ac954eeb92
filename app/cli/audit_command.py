from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import screen
from app.cli.options import As, AsJson, Yes, house
from shop.errors import AuditBrokenError, SetupError
from shop.people import Principal, Role
from shop.store.compaction import rewrite
from tools.ledger import chain, erasure
from tools.ledger import head as heads

if TYPE_CHECKING:
    from app.bootstrap import House

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
    signed_head: Annotated[
        Path | None, typer.Option(help="A file of audit head: its signature and its entry must hold.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole record; says the first entry that does not hold (exit code 1)."""
    opened = house(context)
    if signed_head is not None:
        report = _verified(opened, signed_head)
    else:
        with opened.db.reading() as snapshot:
            report = chain.verify(snapshot, opened.db.tenant, known_head=head)
    _check_arguments(opened)
    if as_json:
        screen.answer("audit/1", {"verified": True, "entries": report.entries, "head": report.head})
        return
    entries = "1 entry" if report.entries == 1 else f"{report.entries:,} entries"
    screen.data(f"verified: {entries}, head {report.head}")
    if signed_head is None and head is None:
        screen.talk("Keep the end outside this machine, signed: shophand audit head --out FILE")


def _check_arguments(opened: House) -> None:
    with opened.db.reading() as snapshot:
        changed = next(erasure.changed_actions(snapshot, opened.db.tenant), None)
    if changed is not None:
        raise AuditBrokenError(f"the record holds, but the arguments of {changed} were changed since", 0)


@app.command("head")
def sign_head(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The file to write; keep it on another machine.")],
) -> None:
    """Verify the record and sign its end, so that entries cut off later are found."""
    opened = house(context)
    key = opened.audit_key.read()
    with opened.db.reading() as snapshot:
        signed = heads.sign_present(snapshot, opened.db.tenant, opened.clock(), key)
    try:
        out.write_text(signed.as_json() + "\n", encoding="utf-8")
    except OSError as error:
        raise SetupError(f"cannot write {out}: {error.strerror}") from error
    screen.talk(f"{out}: entry {signed.head.entries:,}, head {signed.head.head}")
    screen.talk(f"Keep it outside this machine; later: shophand audit verify --signed-head {out}")


@app.command()
def export(context: typer.Context) -> None:
    """Print every entry as one JSON document per line, with its hash, for another system to keep."""
    opened = house(context)
    with opened.db.reading() as snapshot:
        for entry in chain.entries(snapshot, opened.db.tenant):
            shown = {"schema": "shophand.audit_entry/1", **entry, "body": json.loads(entry["body"])}
            # ASCII only: control and direction marks in a text reach a terminal as JSON escapes.
            screen.data(json.dumps(shown, ensure_ascii=True))


@app.command()
def erase(
    context: typer.Context,
    action: Annotated[str, typer.Option(help="An action that has ended: 'act_4x8k2m' or 'A-17'.")],
    as_name: As = None,
    yes: Yes = False,
) -> None:
    """Replace what people typed in an ended action (notes, reasons) by markers; takes an admin.

    The record and the digest of the action stay as they are, and confirm no guess of what stood there. The
    conversation in which it was asked for is reached too, wherever that text stands in it; what was said in
    other words, and copies of the database elsewhere, are not.
    """
    opened = house(context)
    person = opened.front_door.somebody(as_name, _is_admin, "erase what was written")
    view = opened.desk.status(action)
    if not screen.confirmed(f"Erase the text of {view.id} for good?", yes=yes):
        raise typer.Exit(1)
    with opened.db.writing() as tx:
        salt, now = opened.audit_key.read(), opened.clock()
        erased = erasure.erase_action_text(tx, opened.db.tenant, view.id, person, now, salt)
    rewrite(opened.db)
    screen.talk(f"{view.id}: {', '.join(erased) or 'nothing that people typed'} erased, files rewritten.")


def _is_admin(person: Principal) -> bool:
    return person.is_human and Role.ADMIN in person.roles


def _verified(opened: House, file: Path) -> chain.AuditReport:
    try:
        signed = heads.parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{file} is no text file, so no signed head") from error
    with opened.db.reading() as snapshot:
        return heads.verify(snapshot, opened.db.tenant, signed, opened.audit_key.read())
