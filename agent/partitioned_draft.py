"""The draft of a run over partitions: the orders of a catalogue too large to keep every line's arithmetic.

The verdict of each SKU-location stays in the tables beside the partitions (`Elsewhere.directory`); the draft
holds the requests and the counts, which add up to the catalogue.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.partition_changes import compared_tables
from agent.reorder_draft import forecast_quality, order_request, transfer_request
from agent.run_report import Draft, Elsewhere, ForecastQuality
from shop.engines import WORKERS, Engine
from shop.errors import ImportFileError
from shop.money import Money
from shop.partition_rounds import Planned, plan_partitions
from shop.plan_results import PlannedTransfer, Reason
from shop.run_tables import LINES, read_table, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.partition_plan import Together
    from shop.partitions import Frame
    from shop.plan_inputs import PlanSettings


@dataclass(frozen=True, slots=True)
class Partitioned:
    """Where the partitions lie and who plans them; `show` is told how far they are.

    `states` is where forecasts are kept from one day to the next; None: every run fits all series.
    """

    directory: Path
    engine: Engine = Engine.LOCAL
    workers: int = WORKERS
    show: Callable[[str, int, int], None] | None = None
    states: Path | None = None


def partitioned_draft(
    where: Partitioned,
    frame: Frame,
    settings: PlanSettings,
    *,
    key: str,
    tenant: str,
    started_at: datetime,
    dry_run: bool,
    before: tuple[Draft, str] | None = None,
) -> Draft:
    """Plan all partitions, buy for them together, and make the requests; transfers first.

    `before` is the draft of the previous run of the same scope, and its stream.

    Raises ImportFileError for a directory without partitions, or with some of another day.
    """
    from shop.partitions import need_arrow  # noqa: PLC0415 - loads numpy, which only a plan needs

    need_arrow()
    from shop.partition_lines import lines_of  # noqa: PLC0415 - loads numba
    from shop.partition_plan import buy_together  # noqa: PLC0415 - loads numba

    out = where.directory / f"plan-{key.replace(':', '-')}"
    planned = _planned(where, frame, settings, out)
    tables = [read_table(path) for path in planned.candidates]
    together = buy_together([table.replace_schema_metadata(None) for table in tables], frame, settings)
    plan = together.plan(settings, _transfers(tables))
    requests = (
        *(transfer_request(move, key, tenant) for move in plan.transfers),
        *(order_request(order, key, tenant) for order in plan.orders),
    )
    lines = lines_of(together, settings)
    without, after = _stockouts(tables, together)
    previous = compared_tables(lines, *before) if before else None
    write_table(lines, out / LINES)
    return Draft(
        key=key,
        as_of=frame.as_of,
        started_at=started_at,
        home_currency=frame.home_currency,
        location=frame.location,
        supplier=frame.only_supplier,
        budget=settings.budget,
        dry_run=dry_run,
        lines=(),
        requests=requests,
        projections=(),
        unmet=_unmet(together),
        stockouts_without=without,
        stockouts_with=after,
        signals=tuple(signal.in_words() for signal in frame.signals),
        previous=previous,
        elsewhere=_elsewhere(out, planned, together),
        quality=_quality(planned),
    )


def _planned(where: Partitioned, frame: Frame, settings: PlanSettings, out: Path) -> Planned:
    """All partitions planned, their tables in `out`."""
    from shop.partitions import partition_files  # noqa: PLC0415 - loads numpy, which only a plan needs

    paths = partition_files(where.directory)
    if not paths:
        raise ImportFileError(
            f"{where.directory} holds no partitions; shophand export partitions writes them"
        )
    return plan_partitions(
        paths,
        frame,
        settings,
        out,
        engine=where.engine,
        workers=where.workers,
        show=where.show,
        states=where.states,
    )


def _quality(planned: Planned) -> tuple[ForecastQuality, ...]:
    """How good the forecasts were, by the rows that the partitions left for it: at most some thousands."""
    import pyarrow as pa  # noqa: PLC0415 - an extra that only large runs need

    from shop.partitions import inputs_of  # noqa: PLC0415 - loads numpy, which only a plan needs

    table = pa.concat_tables([read_table(path) for path in planned.judged])
    table = table.sort_by([("sku", "ascending"), ("location", "ascending")])
    return forecast_quality(inputs_of(table, planned.judging))


def _stockouts(tables: Sequence[pa.Table], together: Together) -> tuple[float, float]:
    """Expected stock-outs of all rows, without and with what is bought and moved."""
    told = [json.loads(table.schema.metadata[b"stockouts"]) for table in tables]
    without = sum(one["without"] for one in told)
    after = sum(one["after"] for one in told) + together.stockouts()
    return round(without / 10_000, 2), round(after / 10_000, 2)


def _transfers(tables: Sequence[pa.Table]) -> tuple[PlannedTransfer, ...]:
    told = [move for table in tables for move in json.loads(table.schema.metadata[b"transfers"])]
    found = [PlannedTransfer(**move) for move in told]
    return tuple(sorted(found, key=lambda move: (move.from_location, move.to_location, move.sku)))


def _unmet(together: Together) -> Money:
    """What the lines that no budget reached would have cost, in the home currency."""
    outcome, home = together.outcome, together.inputs.home_currency
    over = [row for row, reason in outcome.held.items() if reason is Reason.OVER_BUDGET]
    return Money(sum(outcome.drafts[row].home_minor for row in over if row in outcome.drafts), home)


def _elsewhere(out: Path, planned: Planned, together: Together) -> Elsewhere:
    """The counts of all SKU-locations in scope, each under one outcome."""
    from shop.partition_plan import CANDIDATE  # noqa: PLC0415 - loads numba
    from shop.verdicts import ATTENTION  # noqa: PLC0415 - loads numpy, which only a plan needs

    findings: Counter[str] = Counter()
    places: set[str] = set()
    for path in planned.verdicts:
        table = read_table(path, columns=["finding", "location"])
        findings.update({one["values"]: one["counts"] for one in table["finding"].value_counts().to_pylist()})
        places.update(table["location"].unique().to_pylist())
    checked = findings.total()
    del findings[CANDIDATE]
    transferred = findings.pop(Reason.SURPLUS_ELSEWHERE.value, 0)
    findings.update(reason.value for reason in together.outcome.held.values())
    attention = {reason.value for reason in ATTENTION}
    return Elsewhere(
        directory=str(out),
        checked=checked,
        locations=len(places),
        ordered=len(together.outcome.lines),
        transferred=transferred,
        not_ordered={name: findings[name] for name in sorted(findings) if name not in attention},
        needs_attention={name: findings[name] for name in sorted(findings) if name in attention},
    )
