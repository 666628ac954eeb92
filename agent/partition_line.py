"""One line of a run over partitions, opened: verdict, arithmetic, what was not done instead, projection."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.projections import day_by_day, outlook_of
from shop.plan_words import sentences

if TYPE_CHECKING:
    from shop.opened_lines import OpenedLine


def opened_lines(directory: Path, sku: str, location: str | None = None) -> list[dict[str, Any]]:
    """The lines of a SKU as plain values, read from the tables of a run; amounts as text.

    Raises ImportFileError for a directory without tables, NotFoundError for a SKU that was not checked.
    """
    from shop.opened_lines import lines_in  # noqa: PLC0415 - loads numba
    from shop.partitions import need_arrow  # noqa: PLC0415 - loads numpy, which only a plan needs

    need_arrow()
    return [_plain(line) for line in lines_in(directory, sku, location)]


def _plain(line: OpenedLine) -> dict[str, Any]:
    coming = list(line.coming)
    without, with_plan = day_by_day(line.arithmetic, coming, line.arrives_in)
    return {
        "sku": line.sku,
        "location": line.location,
        "as_of": line.as_of.isoformat(),
        "verdict": line.verdict.value,
        "reason": line.reason.value,
        "words": line.words,
        "steps": sentences(line.arithmetic),
        "signals": list(line.signals),
        "instead": list(line.alternatives),
        "outlook": outlook_of(line.arithmetic, coming, line.arrives_in).model_dump(),
        "without": list(without),
        "with": list(with_plan),
        "arithmetic": asdict(line.arithmetic),
    }
