"""Which cases are known to be sound, so that a run refuses the others and proves none twice.

The shipped suites come with their proofs, made by ``python -m evals.prove``: one for each version of a case.
A case of your own is proven when it is first run, and its proof, kept beside the runs, counts for the version
of the case, of the shipped rules, of the sample store's generator and of what scores and proves (`basis`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from evals.harness.case import Case
from evals.harness.soundness import Soundness, check
from evals.harness.suite_files import HERE
from evals.harness.world import Worlds
from shop.errors import SetupError, ToolInputError

SHIPPED: Final = HERE / "proofs.json"
_JUDGES: Final = (
    "change", "changes", "customers", "earlier", "limits", "messages", "scoring",
    "soundness", "state", "told",
)  # fmt: skip
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """How many slips in a case's writes were tried; all that were slips were noticed.

    `limits` are the places beside the rules' limits where its path stood; see `evals.harness.limits`.
    """

    slips: int
    limits: frozenset[str] = frozenset()


def digest(case: Case) -> str:
    """What a case is, so that two runs compare the same thing."""
    return hashlib.sha256(repr(case).encode()).hexdigest()[:16]


def basis(made: Worlds) -> str:
    """What a proof rests on besides the case."""
    return hashlib.sha256(f"{made.policies.sha} {_judges()}".encode()).hexdigest()[:16]


@cache
def _judges() -> str:
    here = Path(__file__).parent
    sample = here.parents[1] / "shop" / "imports" / "sample"
    files = [here / f"{name}.py" for name in _JUDGES]
    files += sorted(path for path in sample.rglob("*") if path.suffix in (".py", ".csv", ".md"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def read(file: Path, rests_on: str | None = None) -> dict[str, Proof]:
    """The proofs of a file, all or those that rest on this; none when it is not there. Raises SetupError."""
    try:
        body: Any = json.loads(file.read_bytes())
        if rests_on not in (None, body["basis"]):
            return {}
        return {
            case: Proof(int(slips), frozenset(limits)) for case, (slips, *limits) in body["proofs"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SetupError(f"the file {file} cannot be read: {error}; it can be deleted") from error


def write(file: Path, rests_on: str, proofs: Mapping[str, Proof]) -> None:
    """Keep proofs; the file is complete or not there. Raises SetupError."""
    lines = ",\n".join(
        f"{json.dumps(case)}: {json.dumps([one.slips, *sorted(one.limits)])}"
        for case, one in sorted(proofs.items())
    )
    body = f'{{"basis": {json.dumps(rests_on)}, "proofs": {{\n{lines}\n}}}}\n'
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.part")
        draft.write_text(body, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise SetupError(f"{file} cannot be written: {error}") from error


def require(
    cases: Sequence[Case], made: Worlds, kept: Path, note: Callable[[str], None] = lambda _words: None
) -> None:
    """Let cases through that are known to be sound or prove to be now; the proofs are kept in a file.

    Raises ToolInputError that names an unsound case and what is wrong with it.
    """
    shipped = read(SHIPPED)
    new = [case for case in cases if digest(case) not in shipped]
    if not new:
        return
    rests_on = basis(made)
    known = read(kept, rests_on)
    new = [case for case in new if digest(case) not in known]
    if new:
        note(f"{len(new)} cases are new, or the rules are: proving that they are sound")
        found = check(new, made)
        if found.findings:
            raise ToolInputError(_told(found))
        write(kept, rests_on, {**known, **proven(new, found)})


def proven(cases: Iterable[Case], found: Soundness) -> dict[str, Proof]:
    """The proofs of cases that were all found sound."""
    return {
        digest(case): Proof(found.slips.get(case.id, 0), found.limits.get(case.id, frozenset()))
        for case in cases
    }


def _told(found: Soundness) -> str:
    wrong = found.findings
    more = f" (and {len(wrong) - _MOST} more: shophand eval check)" if len(wrong) > _MOST else ""
    words = "; ".join(f"case {each.case}: {each.problem}" for each in wrong[:_MOST])
    return f"unsound, so nothing was played: {words}{more}"


__all__ = ["Proof", "basis", "digest", "proven", "require"]
