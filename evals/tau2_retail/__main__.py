"""tau2's retail shop on Shophand's own actions: ``python -m evals.tau2_retail --db FILE ...``.

Plays the reference answers of every task through the real desk (facts, rules, identity, consent, effects) and
compares the end of the shop with what is expected, to the cent. Then it tries, around every legal write, what
must be refused: writes that are illegal in themselves, and legal ones in a conversation that went wrong.
Exit code 0 when all of it came out right, 1 when something did not, 2 for a wrong call or a wrong file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evals.in_memory import place_in_memory
from evals.tau2_retail.drawing import drawn_tasks
from evals.tau2_retail.files import read_expected, read_retail, read_tasks
from evals.tau2_retail.playing import play
from evals.tau2_retail.scores import Report
from evals.tau2_retail.store import Stores
from evals.tau2_retail.tables import table
from shop.errors import ImportFileError, ShopError

USAGE_ERROR: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print."""
    options = _options(arguments)
    try:
        report = run(options.db, options.tasks, options.expected, drawn=options.drawn, seed=options.seed)
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        return USAGE_ERROR
    print(json.dumps(report.as_json(), indent=2) if options.json else table(report))
    return 0 if report.is_perfect else 1


def run(
    db: Path, tasks_file: Path | None, expected_file: Path | None, *, drawn: int = 0, seed: int = 1
) -> Report:
    """Play all tasks of the files, or so many drawn ones; raises ImportFileError for a wrong file."""
    started = time.perf_counter()
    shop = read_retail(db)
    if drawn:
        tasks, expected = drawn_tasks(shop, drawn, seed)
    elif tasks_file is None or expected_file is None:
        raise ImportFileError("give --tasks and --expected, or --drawn with a number of tasks")
    else:
        tasks = read_tasks(tasks_file)
        expected = dict(read_expected(expected_file, tasks))
    with tempfile.TemporaryDirectory(prefix="tau2-retail-", dir=place_in_memory()) as directory:
        stores = Stores(Path(directory))
        scores = [play(task, expected[task.id], shop, stores) for task in tasks]
    return Report(scores, time.perf_counter() - started)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evals.tau2_retail", description=__doc__)
    parser.add_argument("--db", type=Path, required=True, help="the shop: products, users, orders (JSON)")
    parser.add_argument("--tasks", type=Path, help="tasks with their reference answers (JSON)")
    parser.add_argument("--drawn", type=int, default=0, help="instead of files: so many tasks by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    parser.add_argument("--expected", type=Path, help="the end of each task (JSON)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
