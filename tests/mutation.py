"""How many small changes of the gate's code the tests notice: a run of mutmut, told as a table.

``python -m tests.mutation`` tries every mutant; ``--sample 20`` tries that many of each file, always the same
ones; ``--only tools/desk.py`` tries one file. Exits with 1 while the score is under the floor.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path

from mutmut.configuration import config
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

FLOOR = 0.90
NOTICED = ("killed", "timeout", "segfault")
Z = 1.96


def main() -> None:
    """Run mutmut on the chosen mutants, then print the table."""
    asked = _asked()
    chosen = {path: _chosen(path, asked.sample) for path in _files(asked.only)}
    names = [name for of_file in chosen.values() for name in of_file]
    if not asked.table:
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.processes), *names]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit("mutmut could not finish: the tests must pass before anything is changed")
    _tell(chosen)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="mutants of each file, 0 for all")
    parser.add_argument("--only", action="append", default=[], help="a file, may be given several times")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="only print what was found before")
    return parser.parse_args()


def _files(only: Sequence[str]) -> Iterator[Path]:
    for pattern in config().only_mutate:
        yield from (path for path in sorted(Path().glob(pattern)) if not only or str(path) in only)


def _chosen(path: Path, sample: int) -> list[str]:
    """Mutants of one file in an order that only their names decide."""
    found = mutate_file_contents(str(path), path.read_text("utf-8")).mutant_names
    names = [get_mutant_name(path, name) for name in found]
    names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())
    return names[: sample or len(names)]


def _tell(chosen: dict[Path, list[str]]) -> None:
    total: Counter[str] = Counter()
    missed = []
    print(f"{'file':36}{'mutants':>9}{'killed':>9}{'score':>9}   95 % interval (Wilson)")
    for path, names in chosen.items():
        results = _results(path)
        found = {name: status_by_exit_code[results.get(name)] for name in names}
        counts = Counter("killed" if one in NOTICED else one for one in found.values())
        tried = Counter({one: counts[one] for one in counts if one != "not checked"})
        missed += [name for name, one in found.items() if one not in NOTICED and one != "not checked"]
        total += tried
        print(_row(str(path), tried))
    print(_row("all", total))
    print("\nnot noticed:", *sorted(missed), sep="\n  ")
    if total["killed"] < FLOOR * total.total():
        raise SystemExit(f"under the floor of {FLOOR:.0%}")


def _results(path: Path) -> dict[str, int]:
    stored = Path("mutants") / f"{path}.meta"
    return json.loads(stored.read_text("utf-8"))["exit_code_by_key"] if stored.exists() else {}


def _row(name: str, counts: Counter[str]) -> str:
    tried, killed = counts.total(), counts["killed"]
    if not tried:
        return f"{name:36}{0:9}"
    low, high = _wilson(killed, tried)
    return f"{name:36}{tried:9}{killed:9}{killed / tried:9.1%}   {low:.1%} to {high:.1%}"


def _wilson(hits: int, tried: int) -> tuple[float, float]:
    """The score interval of Wilson (1927) for a share, 95 %."""
    share = hits / tried
    middle = (share + Z * Z / (2 * tried)) / (1 + Z * Z / tried)
    half = Z / (1 + Z * Z / tried) * sqrt(share * (1 - share) / tried + Z * Z / (4 * tried * tried))
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    main()
