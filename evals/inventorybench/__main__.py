"""How good are the reorder decisions: ``python -m evals.inventorybench --instances FILE [--json]``.

Plays every instance of FILE (InventoryBench: single item, lost sales) with the product's own forecasting and
ordering code and prints the mean score, the mean of each group beside the best published one, and 95 %
intervals. 1 would be perfect foresight and delivery at once. Exit code 0 when all instances were played,
2 for a wrong call or a wrong file.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evals.inventorybench.instances import read_instances
from evals.inventorybench.scores import PUBLISHED, Report, play, report
from shop.errors import ShopError

USAGE_ERROR: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print."""
    options = _options(arguments)
    started = time.perf_counter()
    try:
        instances = read_instances(options.instances)
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE_ERROR
    found = report(instances, play(instances))
    seconds = round(time.perf_counter() - started, 1)
    if options.json:
        print(json.dumps({**found.as_json(), "seconds": seconds}, indent=2))
    else:
        print(table(found))
        print(f"{found.instances} instances in {seconds} s")
    return 0


def table(found: Report) -> str:
    """The groups and the whole, one line each."""
    lines = [f"{'group':32}{'instances':>10}{'score':>8}{'95 % interval':>18}{'best published':>16}"]
    for name, score in found.groups.items():
        low, high = found.group_intervals[name]
        best = f"{PUBLISHED[name]:.3f}" if name in PUBLISHED else "-"
        span = f"{low:.3f} to {high:.3f}"
        lines.append(f"{name:32}{found.group_sizes[name]:>10}{score:>8.3f}{span:>18}{best:>16}")
    low, high = found.interval
    lines.append(f"{'all':32}{found.instances:>10}{found.mean:>8.3f}{f'{low:.3f} to {high:.3f}':>18}")
    return "\n".join(lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evals.inventorybench", description=__doc__)
    parser.add_argument("--instances", type=Path, required=True, help="CSV, gzip or not")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
