"""A night's reorder run over a large catalogue: from Parquet partitions to judged orders in the ledger.

Run it with ``python bench/reorder_scale.py [--sizes 10000,100000,1000000] [--engine local|ray]``. The store
is made up: four locations, a hundred suppliers, a year of sales, stock as an (s, S) policy leaves it. Making
it is not measured. Measured is `run_reorder` in a process of its own, from its start: reading, forecasts,
levels, one purchase of all lines, and the desk, which reads facts, judges, places and signs each order.
Transfers are switched off: made-up stock is out of balance everywhere, and each move is an action of its own.
The rules are the shipped ones with limits of a business of this size. CPU is user and system time of all
processes; memory is the coordinator's peak and the largest worker's peak once per worker, which is an upper
bound. Exits with 1 over 60 s or 4 GiB at a million.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from agent.partitioned_draft import Partitioned
from agent.reorder_run import ReorderRequest, run_reorder
from policies.rules import SHIPPED, PolicySet, parse_policies
from shop.backends.embedded import EmbeddedEffects
from shop.engines import WORKERS, Engine
from shop.plan_inputs import History, Incoming, Items, Offers, PlanInputs, PlanSettings, Suppliers
from shop.store import schema
from shop.store.bulk import insert_columns
from shop.store.database import Database
from shop.store.founding import found_store
from shop.store.migrate import upgrade
from tools.desk import Desk

PART = 10_000
PLACES = ("leeds", "york", "bath", "ely")
SUPPLIERS = 100
DAYS = 364
BLOCKS = 8
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TODAY = NOW.date()
MILLION, SECONDS, GIB = 1_000_000, 60.0, 4.0
QUIET = 6


@dataclass(frozen=True)
class Deps:
    """What a run needs."""

    db: Database
    desk: Desk

    def clock(self) -> datetime:
        """The night of the run."""
        return NOW


def main() -> None:
    """Make each store, run over it, print a line, compare with the budget."""
    given = _arguments()
    if given.make:
        _make(Path(given.make), given.size)
        return
    if given.run:
        print(json.dumps(_run(Path(given.run), given)))
        return
    print(
        f"{'SKU-locations':>14}{'wall s':>9}{'CPU s':>9}{'us CPU each':>13}{'GiB':>7}"
        f"{'lines':>9}{'orders':>8}  how they ended"
    )
    over = False
    for size in (int(one) for one in given.sizes.split(",")):
        with TemporaryDirectory() as directory:
            _child("--make", directory, "--size", str(size))
            told = _child("--run", directory, "--engine", given.engine, "--workers", str(given.workers))
        found = json.loads(told)
        print(
            f"{size:14,}{found['wall']:9.1f}{found['cpu']:9.1f}{found['cpu'] / size * 1e6:13.1f}"
            f"{found['gib']:7.2f}{found['lines']:9,}{found['orders']:8,}  {found['ended']}"
        )
        over |= size >= MILLION and (found["wall"] > SECONDS or found["gib"] > GIB)
    if over:
        raise SystemExit(f"over {SECONDS:g} s or {GIB:g} GiB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--engine", type=Engine, default=Engine.LOCAL)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--make", help=argparse.SUPPRESS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _run(directory: Path, given: argparse.Namespace) -> dict[str, Any]:
    started = perf_counter()
    db = Database(f"sqlite:///{directory}/shop.db")
    rules = _rules()
    deps = Deps(db, Desk(db, lambda: rules, EmbeddedEffects(db), lambda: NOW))
    where = Partitioned(directory / "night", given.engine, given.workers)
    request = ReorderRequest(partitioned=where, settings=PlanSettings(transfers=False))
    report = run_reorder(deps, request)
    wall = perf_counter() - started
    db.close()
    own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    counts = report.kpis
    assert counts.checked == _rows(directory)
    return {
        "wall": wall,
        "cpu": own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime,
        "gib": (own.ru_maxrss + given.workers * theirs.ru_maxrss) / 2**20,
        "lines": sum(
            request.lines for request in report.draft.requests if request.kind == "place_purchase_order"
        ),
        "orders": counts.orders,
        "ended": report.steps[-1],
    }


def _rows(directory: Path) -> int:
    """How many SKU-locations the store was made with."""
    return int((directory / "size").read_text("utf-8"))


def _rules() -> PolicySet:
    """The shipped rules of stock, every limit of money and of requests a hundred times higher."""
    return parse_policies({name: _wider(name) for name in ("reordering.yaml", "inventory.yaml")})


def _wider(name: str) -> str:
    text = (SHIPPED / name).read_text("utf-8").split("\ntests:")[0]
    text = re.sub(r"over: ([\d_]+) GBP", lambda found: f"over: {int(found[1]) * 100} GBP", text)
    return re.sub(r"requests_last_hour: {over: \d+}", "requests_last_hour: {over: 100_000}", text)


def _make(directory: Path, size: int) -> None:
    """The store in SQLite and its partitions; sizes are whole partitions."""
    from shop.partition_writing import tables_of, write_partition  # noqa: PLC0415 - loads numba

    rng = np.random.default_rng(size)
    night = directory / "night"
    night.mkdir()
    (directory / "size").write_text(str(size), "utf-8")
    db = Database(f"sqlite:///{directory}/shop.db")
    upgrade(db)
    suppliers = _suppliers(rng)
    _load_suppliers(db, suppliers)
    blocks = [_block(rng) for _ in range(BLOCKS)]
    for place in range(size // PART):
        inputs = _inputs(rng, place, suppliers, blocks[place % BLOCKS])
        write_partition(tables_of(inputs)(np.arange(PART)), night, place)
        _load(db, inputs)
    with db.writing() as tx:
        tx.exec_driver_sql("ANALYZE")  # as the sample does: the indexes are chosen by what the tables hold
    db.close()


def _block(rng: np.random.Generator) -> tuple[Any, Any]:
    """Rates and a year of sales of a partition: mostly slow movers, few fast ones, a quiet Sunday."""
    rate = np.exp(rng.normal(-1.0, 1.1, PART))
    week = np.where((np.arange(DAYS) % 7) == QUIET, 0.5, 1.08)
    return rate, rng.poisson(rate * week[:, None]).astype(np.float32)


def _suppliers(rng: np.random.Generator) -> Suppliers:
    names = _texts(f"supplier-{number:03d}" for number in range(SUPPLIERS))
    return Suppliers(
        id=names,
        name=names,
        currency=_texts(["GBP"] * SUPPLIERS),
        lead_time_days=rng.integers(3, 25, SUPPLIERS).astype(np.float64),
        lead_time_sd_days=rng.integers(0, 4, SUPPLIERS).astype(np.float64),
        minimum_minor=np.full(SUPPLIERS, 10_000, dtype=np.int64),
        approved=np.ones(SUPPLIERS, dtype=bool),
    )


def _inputs(rng: np.random.Generator, place: int, suppliers: Suppliers, block: tuple[Any, Any]) -> PlanInputs:
    rate, sold = block
    turn = rng.permutation(PART)
    rate, sold = rate[turn], sold[:, turn]
    skus = PART // len(PLACES)
    cost = rng.integers(100, 3_000, skus)
    pack = rng.choice([1, 6, 12], skus)
    supplier = rng.integers(0, SUPPLIERS, skus)
    lasting = suppliers.lead_time_days[np.repeat(supplier, len(PLACES))] + rng.uniform(12, 80, PART)
    none, nobody = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.object_)
    names = _texts(f"S{place:03d}{number:05d}" for number in range(skus))
    items = Items(
        sku=np.repeat(names, len(PLACES)),
        title=np.repeat(names, len(PLACES)),
        location=np.tile(_texts(PLACES), skus),
        category=np.repeat(_texts(f"category-{number % 20}" for number in range(skus)), len(PLACES)),
        status=_texts(["active"] * PART),
        currency=_texts(["GBP"] * PART),
        price_minor=np.repeat(cost * 2, len(PLACES)),
        cost_minor=np.repeat(cost, len(PLACES)),
        on_hand=np.ceil(rate * lasting + 1.5 * np.sqrt(rate * lasting)).astype(np.int64),
        committed=np.zeros(PART, dtype=np.int64),
        unavailable=np.zeros(PART, dtype=np.int64),
        observed_from=np.zeros(PART, dtype=np.int64),
        in_scope=np.ones(PART, dtype=bool),
    )
    return PlanInputs(
        as_of=TODAY,
        home_currency="GBP",
        items=items,
        history=History(
            starts_on=TODAY - timedelta(days=DAYS), sold=sold, stocked_out=np.zeros(sold.shape, dtype=bool)
        ),
        incoming=Incoming(item=none, quantity=none, due_in_days=none, source=nobody, supplier=nobody),
        suppliers=suppliers,
        offers=Offers(
            sku=names,
            supplier=supplier,
            unit_cost_minor=cost,
            moq=pack,
            pack_size=pack,
            rank=np.zeros(skus, dtype=np.int64),
            break_offer=none,
            break_from=none,
            break_cost_minor=none,
        ),
    )


def _load_suppliers(db: Database, suppliers: Suppliers) -> None:
    with db.writing() as tx:
        found_store(tx, name="Scale", currency="GBP", timezone="UTC")
        tx.execute(schema.store_info.update().values(business_date=TODAY))
        insert_columns(tx, schema.locations, {"id": PLACES, "name": PLACES})
        columns = {
            "id": suppliers.id.tolist(),
            "name": suppliers.name.tolist(),
            "currency": suppliers.currency.tolist(),
            "lead_time_days": suppliers.lead_time_days.tolist(),
            "lead_time_sd_days": suppliers.lead_time_sd_days.tolist(),
            "minimum_order_minor": suppliers.minimum_minor.tolist(),
        }
        insert_columns(tx, schema.suppliers, columns)
        # An order of each supplier that came long ago, so that none is new.
        past = date(TODAY.year - 2, 1, 1)
        orders = {
            "id": [f"PO-{number}" for number in range(1, SUPPLIERS + 1)],
            "supplier": suppliers.id.tolist(),
            "location": ["leeds"] * SUPPLIERS,
            "status": ["received"] * SUPPLIERS,
            "currency": ["GBP"] * SUPPLIERS,
            "total_minor": [1] * SUPPLIERS,
            "ordered_on": [past] * SUPPLIERS,
            "expected_on": [past] * SUPPLIERS,
            "received_on": [past] * SUPPLIERS,
        }
        insert_columns(tx, schema.purchase_orders, orders)


def _load(db: Database, inputs: PlanInputs) -> None:
    """What the desk looks at: products, terms, stock, and the last eight weeks' sales in one row each."""
    items, offers = inputs.items, inputs.offers
    first = slice(None, None, len(PLACES))
    keys = {"sku": items.sku.tolist(), "location": items.location.tolist()}
    with db.writing() as tx:
        products = {
            "sku": items.sku[first].tolist(),
            "title": items.title[first].tolist(),
            "category": items.category[first].tolist(),
            "price_minor": items.price_minor[first].tolist(),
            "cost_minor": items.cost_minor[first].tolist(),
            "currency": items.currency[first].tolist(),
        }
        insert_columns(tx, schema.products, products)
        terms = {
            "supplier": inputs.suppliers.id[offers.supplier].tolist(),
            "sku": offers.sku.tolist(),
            **{name: getattr(offers, name).tolist() for name in ("unit_cost_minor", "moq", "pack_size")},
        }
        insert_columns(tx, schema.offers, terms)
        levels = {**keys, "on_hand": items.on_hand.tolist(), "updated_at": [NOW] * len(items)}
        insert_columns(tx, schema.stock_levels, levels)
        sold = inputs.history.sold[-56:].sum(axis=0).astype(int)
        moves = {
            **keys,
            "day": [TODAY - timedelta(days=7)] * len(items),
            "kind": ["sale"] * len(items),
            "quantity": (-sold).tolist(),
        }
        insert_columns(tx, schema.stock_movements, moves)


def _texts(values: Any) -> Any:
    listed = list(values)
    found = np.empty(len(listed), dtype=np.object_)
    found[:] = listed
    return found


if __name__ == "__main__":
    main()
