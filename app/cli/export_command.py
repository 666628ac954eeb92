from pathlib import Path
from typing import Annotated

import typer

from app.cli import screen
from app.cli.options import AsJson, Yes, house
from shop.errors import ConflictError
from shop.imports.suppliers import write_supplier_terms
from shop.store.reads.info import business_day

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


@app.command()
def partitions(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(file_okay=False, help="Empty directory to write to.")],
    rows: Annotated[int, typer.Option(min=1, help="SKU-locations of a partition.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Write stock, a year of sales and terms as Parquet partitions, for: run reorder --partitions."""
    from shop.partition_writing import write_partitions  # noqa: PLC0415 - loads numba
    from shop.store.history import plan_inputs  # noqa: PLC0415 - loads numpy, which only a plan needs

    opened = house(context)
    with opened.db.reading() as snapshot:
        inputs = plan_inputs(snapshot, business_day(snapshot, opened.clock), as_sold=True)
    files = write_partitions(inputs, directory, rows)
    if as_json:
        told = {"directory": str(directory), "partitions": len(files), "rows": len(inputs.items)}
        screen.answer("export/1", told)
    else:
        screen.talk(f"{len(inputs.items):,} SKU-locations in {len(files)} partitions in {directory}")
