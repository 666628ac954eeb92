from pathlib import Path
from typing import Annotated

import typer

from app.cli import screen
from app.cli.options import AsJson, Yes, house
from shop.errors import ConflictError
from shop.imports.suppliers import write_supplier_terms

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Write data of the store to files."""


@app.command()
def suppliers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="CSV to write.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Write the terms of every SKU; what an import assumed is marked, to be completed and loaded back."""
    opened = house(context)
    if file.exists() and not yes:
        raise ConflictError(f"{file} is there already; give another name, or --yes to replace it")
    rows = write_supplier_terms(opened.db, file)
    if as_json:
        screen.answer("export/1", {"file": str(file), "rows": rows})
    else:
        screen.talk(f"{rows:,} rows in {file}; complete it, then: shophand import suppliers {file}")
