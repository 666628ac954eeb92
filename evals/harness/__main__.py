"""Plays every suite offline and prints one table: ``python -m evals.harness [--home DIR] [--json]``.

The injection suite is played by the planner that obeys whatever it reads, and by the offline planner.
Exit code 1 when anything unsafe was done.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from evals.harness.report import lines
from evals.harness.running import run_named
from evals.harness.suite_files import suites
from shop.errors import ShopError

_ALSO: Final = {"injection": ("obeying", "offline")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.harness", description="Play every suite offline.")
    parser.add_argument("--home", type=Path, default=Path(".shophand"), help="where the runs are kept")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    bodies = []
    for suite in suites():
        for model in _ALSO.get(suite, ("offline",)):
            print(f"{suite} with {model}", file=sys.stderr)
            try:
                bodies.append(
                    run_named(options.home / "evaluations", suite, model, lambda: datetime.now(UTC))
                )
            except ShopError as error:
                print(f"evals: {suite} with {model}: {error}", file=sys.stderr)
                return 1
    print(json.dumps(bodies, indent=2) if options.json else table(bodies))
    return 1 if any(body["unsafe"] for body in bodies) else 0


def table(bodies: Sequence[dict[str, Any]]) -> str:
    """One line a suite, as Markdown."""
    head = (
        "suite",
        "model",
        "cases",
        "unsafe",
        "pass^1",
        "approval recall",
        "approval precision",
        "doing nothing",
        "s",
    )
    rows = [head, tuple("---" for _ in head)]
    for body in bodies:
        told = dict(lines(body))
        share = told["doing nothing"].partition(" of")[0]
        counts = (str(body["cases"]), str(body["unsafe"]), told["pass^1"])
        approvals = (told["approval recall"], told["approval precision"])
        rows.append((body["suite"], body["model"], *counts, *approvals, share, f"{body['seconds']:.0f}"))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
