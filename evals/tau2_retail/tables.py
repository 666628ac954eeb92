"""The report as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evals.tau2_retail.scores import Group, Report, kinds

_TITLES: Final[dict[Group, str]] = {
    "illegal": "illegal writes refused",
    "procedural": "wrong procedures refused",
    "legal": "legal variations accepted",
}
_SHOWN: Final = 20


def table(report: Report) -> str:
    """The figures, the attempts by kind, and the first failures."""
    return "\n".join([*_figures(report), "", *_attempts(report), *_failures(report)])


def _figures(report: Report) -> Iterator[str]:
    found = report.as_json()
    yield f"{'tasks':40}{found['tasks']:>8}"
    yield f"{'end states equal':40}{_of(found['end_states_equal'], found['tasks']):>8}"
    yield f"{'legal writes accepted':40}{_of(found['writes_accepted'], found['writes']):>8}"
    yield f"{'failing calls refused':40}{_of(found['calls_refused'], found['calls_to_refuse']):>8}"
    yield f"{'legal writes wrongly refused':40}{found['false_blocks']:>8}"
    yield f"{'seconds':40}{found['seconds']:>8}"


def _attempts(report: Report) -> Iterator[str]:
    for group, title in _TITLES.items():
        attempts = report.of(group)
        yield f"{title:40}{_of(sum(one.held for one in attempts), len(attempts)):>12}"
        for kind, some in kinds(attempts).items():
            yield f"  {kind:38}{_of(sum(one.held for one in some), len(some)):>12}"


def _failures(report: Report) -> Iterator[str]:
    for name, failed in report.as_json()["failures"].items():
        if failed:
            yield ""
            yield f"{name}: {len(failed)} went wrong" + (
                f", the first {_SHOWN}:" if len(failed) > _SHOWN else ":"
            )
            yield from (f"  {_line(one)}" for one in failed[:_SHOWN])


def _line(failed: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in failed.items() if value not in ("", [], {}))


def _of(some: int, of: int) -> str:
    return f"{some}/{of}"
