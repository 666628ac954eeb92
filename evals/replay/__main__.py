"""Reordering replayed on a real sales log: ``python -m evals.replay --data FILE [--seeds 1 2 3] [--json]``.

FILE is a sales log as `shophand import transactions` reads it. Its last `--held-out` days are replayed day
by day with lost sales; the first `--warm-up` of them are not counted. Suppliers, lead times, unit costs,
holding rate and order cost are drawn by each seed: the log does not tell them. The product is called through
`shop.planning.plan`, the function of the reorder run. The others:

* min-max: fixed minimum and maximum as in Odoo and ERPNext, set from the history before the held-out part,
  in over a hundred settings, of which the best **in hindsight** is taken;
* base stock with normal demand, kept up to date, with and without an economic order quantity, likewise;
* CrostonSBA and AutoETS (statsforecast) feeding the product's own ordering rule; AutoETS on `--ets-items`
  SKUs, compared with the product on the same ones.

Nothing is fitted on the held-out part for the product. Exit code 0; 2 for a file that cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.replay.forecasters import ForecastRival
from evals.replay.product import Shophand
from evals.replay.report import Entry, as_row, as_table, entry, rivals_of, saving
from evals.replay.rivals import min_max_settings, normal_settings
from evals.replay.sales import Sales, read_sales
from evals.replay.simulation import Policy, replay
from evals.replay.world import World, draw
from shop.errors import ShopError

LEAST_SALE_DAYS = 10
USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Replay, print, and give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        sales = read_sales(options.data, options.held_out, LEAST_SALE_DAYS)
    except (ShopError, OSError) as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    found = measure(sales, options)
    print(json.dumps(found, indent=1) if options.json else _told(found))
    return 0


def measure(sales: Sales, options: argparse.Namespace) -> dict[str, Any]:
    """All figures of the replay as plain values."""
    chosen = _every_nth(sales.pieces.shape[1], options.items or sales.pieces.shape[1])
    worlds = [
        draw(
            sales,
            seed,
            held_out_days=options.held_out,
            warm_up_days=options.warm_up,
            review_days=options.review_days,
        ).of(chosen)
        for seed in options.seeds
    ]
    ours = _run("Shophand", "Shophand", [Shophand(world) for world in worlds], worlds)
    others = _rivals(worlds)
    if options.croston:
        names = [ForecastRival("CrostonSBA daily", world, "CrostonSBA", 7) for world in worlds]
        others.append(_run("CrostonSBA, same rule", "CrostonSBA", names, worlds))
    rows = [as_row("Shophand", ours)]
    rows += [as_row(label, each) | saving(ours, each) for label, each in rivals_of(ours, others)]
    if options.ets_items > 0:
        rows += _against_ets(worlds, ours, options.ets_items)
    return {
        "skus": len(chosen),
        "seeds": options.seeds,
        "counted_days": options.held_out - options.warm_up,
        "fill_rate": rows[0]["fill_rate"],
        "rows": rows,
    }


def _rivals(worlds: list[World]) -> list[Entry]:
    fixed = [min_max_settings(world) for world in worlds]
    normal = normal_settings()
    return [
        *(_run(chosen[0].name, "min-max", list(chosen), worlds) for chosen in zip(*fixed, strict=True)),
        *(_run(rule.name, "base stock, normal", [rule] * len(worlds), worlds) for rule in normal),
    ]


def _against_ets(worlds: list[World], ours: Entry, items: int) -> list[dict[str, Any]]:
    """AutoETS on every n-th SKU of each world, and the product on the same."""
    chosen = _every_nth(worlds[0].items, items)
    parts = [world.of(chosen) for world in worlds]
    fits = [ForecastRival("AutoETS", world, "AutoETS", 28) for world in parts]
    rival = _run("AutoETS weekly", "AutoETS", fits, parts)
    same = _run("Shophand", "Shophand", [Shophand(world) for world in parts], parts)
    label = f"on {len(chosen)} of {len(ours.cost)} SKUs"
    return [
        as_row(f"Shophand {label}", same),
        as_row(f"AutoETS {label}, same rule", rival) | saving(same, rival),
    ]


def _every_nth(count: int, wanted: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, wanted).astype(np.int64))


def _run(name: str, group: str, policies: Sequence[Policy], worlds: list[World]) -> Entry:
    results = [replay(world, policy) for world, policy in zip(worlds, policies, strict=True)]
    return entry(name, group, results)


def _told(found: dict[str, Any]) -> str:
    head = (
        f"{found['skus']:,} SKUs, {found['counted_days']} counted days, seeds {found['seeds']}; costs in the "
        "currency of the log, drawn by seed"
    )
    return head + "\n" + as_table(found["rows"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.replay", description="Reordering on real sales.")
    parser.add_argument("--data", type=Path, required=True, help="a sales log (CSV, plain or gzip)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--held-out", type=int, default=168, help="days replayed (default 168)")
    parser.add_argument("--warm-up", type=int, default=28, help="of which not counted (default 28)")
    parser.add_argument("--review-days", type=int, default=1)
    parser.add_argument("--ets-items", type=int, default=150, help="SKUs for AutoETS; 0 leaves it out")
    parser.add_argument("--items", type=int, default=0, help="SKUs of the log, evenly spread; 0 is all")
    parser.add_argument("--croston", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
