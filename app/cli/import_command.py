from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import House, build_house, is_founded, open_house, settle
from app.cli import screen
from app.cli.options import As, AsJson, DryRun, shared
from app.cli.progress import ProgressLine
from app.cli.welcome import people_here
from app.settings import Settings
from shop.errors import InvalidActionError
from shop.imports.assumptions import Assumptions
from shop.imports.competitor_prices import import_competitor_prices
from shop.imports.report import ImportReport, Progress
from shop.imports.shopify.importing import ShopifyOptions, import_shopify
from shop.imports.suppliers import import_suppliers
from shop.imports.transactions import TransactionOptions, import_transactions
from shop.model import StoreInfo
from shop.people import Principal, Role
from shop.store.reads.info import store_info

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Watch = Callable[[Progress], None]
Load = Callable[[House, StoreInfo | None, Watch], ImportReport]
Rejects = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="Write the rows that could not be used, with their reasons."),
]
Currency = Annotated[str | None, typer.Option(help="Home currency (default: the store's, else GBP).")]
Timezone = Annotated[str | None, typer.Option(help="Time zone (default: the store's, else Europe/London).")]
LeadTime = Annotated[float, typer.Option(help="Assumed lead time where none is known.")]
LeadTimeSpread = Annotated[float, typer.Option(help="Assumed spread of it.")]
CostPercent = Annotated[str, typer.Option(help="Assumed cost in percent of the price.")]
CoverDays = Annotated[int, typer.Option(help="Assumed stock, in days of recent sales.")]
StoreName = Annotated[str, typer.Option("--name", help="What the store is called.")]


@app.callback()
def _group() -> None:
    """Load data. Every row is accounted for; a second import of the same file changes nothing.

    In a directory without a store, an import makes one: tables, policies, an operator and an owner.
    """


@app.command()
def transactions(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, plain or .gz.")
    ],
    currency: Currency = None,
    timezone: Timezone = None,
    name: StoreName = "",
    lead_time_days: LeadTime = 14,
    lead_time_sd_days: LeadTimeSpread = 4,
    cost_percent: CostPercent = "50",
    cover_days: CoverDays = 21,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Load a sales log: one row for each invoice line."""
    assumed = Assumptions(lead_time_days, lead_time_sd_days, _percent(cost_percent), cover_days)

    def load(house: House, info: StoreInfo | None, watch: Watch) -> ImportReport:
        options = TransactionOptions(
            currency=_first(currency, info.home_currency if info else None, "GBP").upper(),
            timezone=_first(timezone, info.timezone if info else None, "Europe/London"),
            store_name=name,
            assumptions=assumed,
        )
        return import_transactions(
            house.db,
            file,
            options=options,
            dry_run=dry_run,
            rejects=rejects,
            progress=watch,
            clock=house.clock,
        )

    _import(context, load, dry_run=dry_run, as_name=as_name, as_json=as_json)


@app.command()
def shopify(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(exists=True, readable=True, help="Directory, .zip or one .csv of the exports.")
    ],
    currency: Currency = None,
    timezone: Timezone = None,
    name: StoreName = "",
    location_name: Annotated[str, typer.Option(help="Location of stock in files that name none.")] = "Main",
    lead_time_days: LeadTime = 14,
    lead_time_sd_days: LeadTimeSpread = 4,
    cost_percent: CostPercent = "50",
    cover_days: CoverDays = 21,
    dry_run: DryRun = False,
    rejects: Rejects = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Load Shopify's CSV exports: products, inventory, orders, customers, known by their columns."""
    assumed = Assumptions(lead_time_days, lead_time_sd_days, _percent(cost_percent), cover_days)

    def load(house: House, info: StoreInfo | None, watch: Watch) -> ImportReport:
        options = ShopifyOptions(
            currency=(currency or "").upper() or (info.home_currency if info else ""),
            timezone=_first(timezone, info.timezone if info else None, "Europe/London"),
            store_name=name,
            location_name=location_name,
            assumptions=assumed,
        )
        return import_shopify(
            house.db,
            path,
            options=options,
            dry_run=dry_run,
            rejects=rejects,
            progress=watch,
            clock=house.clock,
        )

    _import(context, load, dry_run=dry_run, as_name=as_name, as_json=as_json)


@app.command()
def suppliers(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV of terms.")],
    dry_run: DryRun = False,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Load a completed suppliers file (see: shophand export suppliers); all of it or nothing."""

    def load(house: House, _info: StoreInfo | None, _watch: Watch) -> ImportReport:
        return import_suppliers(house.db, file, dry_run=dry_run, clock=house.clock)

    open_house(shared(context).settings()).db.close()  # raises without a store: terms alone make none
    _import(context, load, dry_run=dry_run, as_name=as_name, as_json=as_json)


@app.command("competitor-prices")
def competitor_prices(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV of prices.")],
    dry_run: DryRun = False,
    rejects: Rejects = None,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Load what competitors ask: columns sku, competitor, price, seen_on, and currency if not the store's."""

    def load(house: House, _info: StoreInfo | None, _watch: Watch) -> ImportReport:
        return import_competitor_prices(house.db, file, dry_run=dry_run, rejects=rejects, clock=house.clock)

    open_house(shared(context).settings()).db.close()  # raises without a store: prices alone make none
    _import(context, load, dry_run=dry_run, as_name=as_name, as_json=as_json)


def _import(context: typer.Context, load: Load, *, dry_run: bool, as_name: str | None, as_json: bool) -> None:
    with _house(shared(context).settings(), dry_run=dry_run) as house:
        info = _info(house)
        settled = info is not None and bool(house.people.everybody())
        if settled:
            house.front_door.entrusted(as_name, _is_operator, "import (a person with the role operator may)")
        with ProgressLine() as line:
            report = load(house, info, lambda step: line.show(step.phase, step.rows))
        if not settled and not dry_run:
            _move_in(house)
    if as_json:
        screen.answer("import/1", report.to_json())
    else:
        screen.data(report.in_words())


@contextmanager
def _house(settings: Settings, *, dry_run: bool) -> Iterator[House]:
    """The store there is, or a new home; a dry run without a store happens in a home that is thrown away."""
    with ExitStack() as stack:
        if is_founded(settings):
            house = open_house(settings)
        elif dry_run:
            nowhere = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            house = build_house(settings.model_copy(update={"home": nowhere, "database_url": None}))
        else:
            screen.talk(f"There is no store in {settings.home} yet: making one.")
            house = build_house(settings)
        stack.callback(house.db.close)
        yield house


def _move_in(house: House) -> None:
    """The first data is in: give the new store its policies and people, in the currency of the data."""
    info = _info(house)
    if info is not None:
        settle(house, name=info.name, currency=info.home_currency, timezone=info.timezone)
        screen.talk("Two people can act from this machine:")
        people_here(house)


def _info(house: House) -> StoreInfo | None:
    if not is_founded(house.settings):
        return None
    with house.db.reading() as snapshot:
        return store_info(snapshot)


def _first(*choices: str | None) -> str:
    return next(choice for choice in choices if choice)


def _percent(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InvalidActionError(f"--cost-percent {text!r}: expected a number such as 50") from error


def _is_operator(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles
