"""Proves that the shipped cases are sound: ``python -m evals.prove [SUITE ...] [--new]``.

Doing nothing fails each case, its path passes, and each slip in the path's writes is noticed; printed is how
many slips. The proofs are kept in ``evals/suites/proofs.json``, suite by suite; ``--new`` proves only what no
proof is kept of. Exit code 1 when a case is not sound.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from evals.harness import proofs
from evals.harness.soundness import check
from evals.harness.suite_files import read_suite, suites
from evals.harness.world import worlds


def main(argv: Sequence[str] | None = None) -> int:
    """Prove, print, keep; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.prove", description=__doc__)
    parser.add_argument("suite", nargs="*", default=list(suites()))
    parser.add_argument("--new", action="store_true", help="only what no proof is kept of")
    options = parser.parse_args(argv)
    wrong = 0
    with worlds() as made:
        rests_on = proofs.basis(made)
        for name in options.suite:
            known = proofs.read(proofs.SHIPPED, rests_on)
            cases = read_suite(suites()[name]).cases
            tried = [case for case in cases if not options.new or proofs.digest(case) not in known]
            found = check(tried, made)
            for each in found.findings:
                print(f"{name}: {each.case}: {each.problem}")
            sound = [case for case in tried if case.id not in {each.case for each in found.findings}]
            proofs.write(proofs.SHIPPED, rests_on, {**known, **proofs.proven(sound, found)})
            wrong += len(found.findings)
            kept = proofs.read(proofs.SHIPPED, rests_on)
            slips = sum(kept[proofs.digest(case)].slips for case in cases if proofs.digest(case) in kept)
            print(f"{name}: {len(cases)} cases, {slips} slips, {len(found.findings)} findings", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
