"""A run over partitions of the sample store: the orders of an ordinary run, judged and accounted for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from agent.partition_line import opened_lines
from agent.partitioned_draft import Partitioned
from agent.reorder_run import ReorderRequest, load_report, run_reorder
from agent.run_report import Line, Outcome
from policies.rules import load_policies
from shop.backends.embedded import EmbeddedEffects
from shop.errors import ImportFileError, NotFoundError
from shop.partition_writing import write_partitions
from shop.run_tables import LINES
from shop.store.database import Database
from shop.store.history import plan_inputs
from shop.store.reads.info import business_day
from tools.desk import Desk

UNTOLD = {"source", "after_moq", "after_packs", "order_cost", "holding_cost"} | {
    "back_tests",
    "loss_by_days",
    "loss_by_weeks",
}
"""What tables of a run over partitions do not keep of every line: ages of figures, steps of the rounding."""

RULES = Path(__file__).parents[2] / "policies"


@dataclass(frozen=True)
class Deps:
    """What a run needs."""

    db: Database
    desk: Desk
    clock: Callable[[], datetime]


@pytest.fixture
def deps(sample: Database, clock: Callable[[], datetime]) -> Deps:
    """The sample store behind a desk with the shipped rules."""
    rules = load_policies(RULES)
    return Deps(sample, Desk(sample, lambda: rules, EmbeddedEffects(sample), clock), clock)


@pytest.fixture
def night(deps: Deps, tmp_path: Path) -> Path:
    """The sample store as one partition."""
    with deps.db.reading() as snapshot:
        inputs = plan_inputs(snapshot, business_day(snapshot, deps.clock), as_sold=True)
    write_partitions(inputs, tmp_path / "night")
    return tmp_path / "night"


def test_a_run_over_partitions_asks_for_what_an_ordinary_run_asks(deps: Deps, night: Path) -> None:
    """The requests of a whole catalogue in one partition are those of the database's path; all are judged."""
    usual = run_reorder(deps, ReorderRequest(dry_run=True, key="night"))
    report = run_reorder(deps, ReorderRequest(partitioned=Partitioned(night, workers=1), key="night"))
    assert [one.args for one in report.draft.requests] == [one.args for one in usual.draft.requests] != []
    assert {answer.state for answer in report.answers} >= {"executed", "pending"}
    kpis = report.kpis
    assert sum(getattr(kpis, outcome.value) for outcome in Outcome) == kpis.checked == usual.kpis.checked
    assert kpis.needs_attention == usual.kpis.needs_attention
    assert (kpis.stockouts_without, kpis.stockouts_with) == pytest.approx(
        (usual.kpis.stockouts_without, usual.kpis.stockouts_with), abs=0.02
    )
    assert report.draft.quality == usual.draft.quality != ()
    explained = {(line.sku, line.location): line for line in usual.draft.lines}
    for place, row in lines_by_place(night / "plan-night").items():
        line = explained[place]
        assert row["alternatives"] == [one.words for one in line.alternatives]
        assert row["lost_sales_without"] == line.arithmetic.lost_sales_without
        assert row["bound"] == line.arithmetic.constraint
        assert row["signals"] == list(line.signals)
    same_when_opened(night / "plan-night", usual.draft.lines)
    again = run_reorder(deps, ReorderRequest(partitioned=Partitioned(night, workers=1), key="night"))
    assert again.repeated
    assert load_report(deps.db, report.run).kpis == kpis


def test_a_run_over_partitions_says_in_words_what_changed_since_the_last(deps: Deps, night: Path) -> None:
    """Each candidate has its sentence, and the next run names what is no longer bought, and that sentence."""
    first = run_reorder(deps, ReorderRequest(partitioned=Partitioned(night, workers=1), key="first"))
    before = lines_by_place(night / "plan-first")
    ordered = {place: line for place, line in before.items() if line["verdict"] == "ordered"}
    assert all(str(line["reorder_point"]) in line["words"] for line in ordered.values())
    second = run_reorder(deps, ReorderRequest(partitioned=Partitioned(night, workers=1), key="second"))
    after = lines_by_place(night / "plan-second")
    previous = second.draft.previous
    assert previous is not None
    assert (first.draft.previous, previous.run) == (None, first.run)
    told = {(change.sku, change.location): change.before for change in previous.changes}
    gone = {place: f"ordered {line['quantity']}" for place, line in ordered.items() if place not in after}
    assert gone.items() <= told.items()
    assert gone


def same_when_opened(tables: Path, lines: Sequence[Line]) -> None:
    """Lines of the tables, ordered or not, open with the words and figures of an ordinary run's."""
    reasons = {line.reason: line for line in lines}
    assert len(reasons) > 4
    for line in [*reasons.values(), *lines[::40]]:
        (opened,) = opened_lines(tables, line.sku, line.location)
        usual = asdict(line.arithmetic)
        told = opened["arithmetic"]
        assert (opened["reason"], opened["words"]) == (line.reason, line.words)
        assert {name for name in usual if usual[name] != told[name]} <= UNTOLD
        if line.outlook is not None:
            assert opened["outlook"] == line.outlook.model_dump()


def test_a_sku_that_was_not_checked_cannot_be_opened(deps: Deps, night: Path) -> None:
    """A SKU that no partition holds is one clear error, and so is a directory without a run's tables."""
    run_reorder(deps, ReorderRequest(partitioned=Partitioned(night, workers=1), key="night", dry_run=True))
    with pytest.raises(NotFoundError, match="checked no NOTHING-1"):
        opened_lines(night / "plan-night", "NOTHING-1")
    with pytest.raises(ImportFileError, match="no finished run"):
        opened_lines(night, "NOTHING-1")


def lines_by_place(directory: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """The lines of a run over partitions."""
    return {(row["sku"], row["location"]): row for row in parquet.read_table(directory / LINES).to_pylist()}


def test_a_directory_without_partitions_is_told(deps: Deps, tmp_path: Path) -> None:
    """An empty directory is one clear error that names the command that fills it."""
    with pytest.raises(ImportFileError, match="export partitions"):
        run_reorder(deps, ReorderRequest(partitioned=Partitioned(tmp_path), key="none"))
