"""The options of a reorder run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from shop.engines import Engine

AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The store's day; another one only dry.")
]
Location = Annotated[str | None, typer.Option(help="Only this location.")]
Supplier = Annotated[str | None, typer.Option(help="Only this supplier.")]
MostToSpend = Annotated[
    str | None, typer.Option(help="The most to spend, such as 5000, in the home currency.")
]
PeriodBudgets = Annotated[
    list[str] | None,
    typer.Option(help="PERIOD=AMOUNT, such as month=20000; what the period saw ordered counts."),
]
SupplierBudgets = Annotated[
    list[str] | None,
    typer.Option(help="SUPPLIER=AMOUNT or SUPPLIER=AMOUNT/PERIOD, such as northwind=2000/month."),
]
CategoryBudgets = Annotated[list[str] | None, typer.Option(help="CATEGORY=AMOUNT or CATEGORY=AMOUNT/PERIOD.")]
Key = Annotated[
    str | None, typer.Option(help="Name of this run; the same name is the same run, never a second one.")
]
Out = Annotated[
    Path | None, typer.Option(file_okay=False, help="Write the report there: HTML, Markdown, CSV, JSON.")
]
Partitions = Annotated[
    Path | None,
    typer.Option(
        file_okay=False,
        help="Stock, sales and terms from these Parquet partitions (see export partitions).",
    ),
]
WhichEngine = Annotated[Engine, typer.Option(help="Who plans the partitions.")]
States = Annotated[
    Path | None,
    typer.Option(
        file_okay=False,
        help="Keep there what forecasts rest on, and go on from the day before (with --partitions).",
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="So many partitions at a time.")]
WithArithmetic = Annotated[
    bool, typer.Option("--arithmetic", help="Also print the numbers behind every line.")
]
