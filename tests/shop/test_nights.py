"""Runs over partitions night after night, each going on from the states of the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from shop.forecasting.updates import Counts
from shop.nights import Nights
from shop.partition_plan import buy_together
from shop.partition_rounds import Planned, plan_partitions
from shop.partition_writing import write_partitions
from shop.partitions import partition_files
from shop.planning import PlanInputs, PlanSettings
from tests.shop.test_cuts import catalogue
from tests.shop.test_partitions import frame_of

Orders = list[tuple[str, str, str, int, int]]


def tomorrow(inputs: PlanInputs, corrected: int = 0) -> PlanInputs:
    """The day after: the window slides by one day; `corrected` pieces more were sold three weeks ago."""
    history = inputs.history
    today = history.sold[-7:-6]  # as a week ago
    sold = np.concatenate((history.sold[1:], today))
    sold[-21, 12] += corrected
    empty = np.concatenate((history.stocked_out[1:], history.stocked_out[-7:-6]))
    since = inputs.items.observed_from
    return replace(
        inputs,
        as_of=inputs.as_of + timedelta(days=1),
        items=replace(inputs.items, observed_from=np.where(since > 0, since - 1, 0)),
        history=replace(
            history, starts_on=history.starts_on + timedelta(days=1), sold=sold, stocked_out=empty
        ),
    )


def planned(inputs: PlanInputs, work: Path, states: Path | None) -> tuple[Planned, Orders]:
    """The plan of a night in two partitions, and every line that it orders."""
    night = work / inputs.as_of.isoformat()
    if not night.exists():
        write_partitions(inputs, night, rows=20)
    frame, settings = frame_of(inputs), PlanSettings()
    told = plan_partitions(partition_files(night), frame, settings, night / "out", workers=1, states=states)
    tables = [parquet.read_table(path).replace_schema_metadata(None) for path in told.candidates]
    found = buy_together(tables, frame, settings).plan(settings, ())
    lines = [
        (order.supplier, order.location, line.sku, line.quantity, line.unit_cost.minor)
        for order in found.orders
        for line in order.lines
    ]
    return told, lines


def test_a_second_night_goes_on_from_the_first(tmp_path: Path) -> None:
    """No series is fitted the day after, and the orders are those of a run that fits all of them."""
    first, _ = planned(catalogue(), tmp_path, tmp_path / "states")
    second, orders = planned(tomorrow(catalogue()), tmp_path, tmp_path / "states")
    _, fitted = planned(tomorrow(catalogue()), tmp_path / "anew", None)
    assert first.counts == Counts(fitted=40)
    assert second.counts == Counts(updated=40)
    assert [line[:3] for line in orders] == [line[:3] for line in fitted]
    assert [line[3] for line in orders] == pytest.approx([line[3] for line in fitted], rel=0.15)
    assert sum(line[3] for line in orders) == pytest.approx(sum(line[3] for line in fitted), rel=0.03)


def test_a_night_that_is_run_again_is_the_same_night(tmp_path: Path) -> None:
    """A run of the same day goes on from the day before, not from itself, and asks for the same."""
    planned(catalogue(), tmp_path, tmp_path / "states")
    one, orders = planned(tomorrow(catalogue()), tmp_path, tmp_path / "states")
    for table in (tmp_path / one.judging.as_of.isoformat() / "out").iterdir():
        table.unlink()
    again, same = planned(tomorrow(catalogue()), tmp_path, tmp_path / "states")
    assert again.counts == one.counts
    assert same == orders != []


def test_a_corrected_day_of_the_past_is_noticed_by_the_next_night(tmp_path: Path) -> None:
    """Of all series only the one whose past was corrected is fitted, and its verdict is that of a fit."""
    planned(catalogue(), tmp_path, tmp_path / "states")
    told, _ = planned(tomorrow(catalogue(), corrected=5), tmp_path, tmp_path / "states")
    assert told.counts == Counts(updated=39, corrected=1)


def test_states_of_other_code_are_not_gone_on_from(tmp_path: Path) -> None:
    """A day whose states other compiled code made, or that was not finished, is no day to go on from."""
    today = catalogue().as_of
    Nights.of(tmp_path, today - timedelta(days=2), "code").complete()
    Nights.of(tmp_path, today - timedelta(days=1), "code")
    assert Nights.of(tmp_path, today, "other").before is None
    before = Nights.of(tmp_path, today, "code").before
    assert before is not None
    assert before.name == (today - timedelta(days=2)).isoformat()


def test_only_the_last_two_nights_are_kept(tmp_path: Path) -> None:
    """A finished night removes what lies before the one it went on from, and nothing else."""
    today = catalogue().as_of
    (tmp_path / "notes").mkdir()
    for back in (3, 2, 1, 0):
        Nights.of(tmp_path, today - timedelta(days=back), "code").complete()
    days = [(today - timedelta(days=back)).isoformat() for back in (1, 0)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*days, "notes"]


def test_what_others_put_beside_the_nights_stays(tmp_path: Path) -> None:
    """A directory that is named as a day is not touched without our mark; of ours, only our files go."""
    today = catalogue().as_of
    export = tmp_path / (today - timedelta(days=9)).isoformat()
    export.mkdir()
    for name in ("part-00000.npz", "orders.csv"):
        (export / name).touch()
    for back in (3, 2, 1, 0):
        night = Nights.of(tmp_path, today - timedelta(days=back), "code")
        for name in ("part-00000.npz", "part-00001-77.half", *(["notes.txt"] if back == 3 else [])):
            (night.after / name).touch()
        night.complete()
    oldest = tmp_path / (today - timedelta(days=3)).isoformat()
    assert sorted(path.name for path in export.iterdir()) == ["orders.csv", "part-00000.npz"]
    assert [path.name for path in oldest.iterdir()] == ["notes.txt"]
    assert not (tmp_path / (today - timedelta(days=2)).isoformat()).exists()


@pytest.mark.parametrize("text", [b"", b"PK\x03\x04 cut off", b"\x93NUMPY no array"])
def test_states_that_cannot_be_read_stop_no_night(
    text: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The series of a partition whose states are broken are fitted, the others go on; the log says so."""
    told, _ = planned(catalogue(), tmp_path, tmp_path / "states")
    (tmp_path / "states" / told.judging.as_of.isoformat() / "part-00001.npz").write_bytes(text)
    with caplog.at_level("WARNING"):
        again, _ = planned(tomorrow(catalogue()), tmp_path, tmp_path / "states")
    assert (again.counts.fitted, again.counts.updated) == (20, 20)
    assert "part-00001.npz" in caplog.text
