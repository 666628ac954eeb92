"""The options that measurements by simulation share: how many cases, which seed, and JSON."""

from __future__ import annotations

import argparse


def simulation_options(
    module: str, about: str | None, *, counted: str, usually: int
) -> argparse.ArgumentParser:
    """A parser of ``--<counted> N``, ``--seed N`` and ``--json``; `usually` is N where nothing is said."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument(f"--{counted}", type=int, default=usually)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser
