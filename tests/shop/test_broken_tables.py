"""Tables of a run over partitions that were cut off or spoilt: made anew, or one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shop.errors import ImportFileError
from shop.forecasting.states import read_states
from shop.opened_lines import lines_in
from shop.partition_rounds import plan_partitions
from shop.partition_writing import write_partitions
from shop.partitions import Frame, partition_files
from shop.plan_inputs import PlanSettings
from shop.run_tables import LINES, read_table
from shop.whole_files import whole_file
from tests.shop.test_partitions import catalogue, frame_of


def planned(frame: Frame, night: Path) -> list[Path]:
    """All tables of a run by one process, by name."""
    plan_partitions(partition_files(night), frame, PlanSettings(), night / "out", workers=1)
    return sorted((night / "out").iterdir())


def test_a_table_that_was_cut_off_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Fits, candidates and verdicts that were cut short are made again, said by name, and give the same."""
    inputs = catalogue()
    write_partitions(inputs, tmp_path, rows=60)
    frame = frame_of(inputs)
    tables = planned(frame, tmp_path)
    before = {path.name: path.read_bytes() for path in tables}
    # Files with the same in them may differ: Arrow leaves bits that nobody reads as they were in memory.
    held = {path: read_table(path) for path in tables if path.suffix == ".parquet"}
    spoilt = [path for path in tables if not path.name.startswith("judged")]
    for length in (0, 3_000):
        for path in spoilt:
            path.write_bytes(before[path.name][:length])
        caplog.clear()
        again = planned(frame, tmp_path)
        assert [path.name for path in again] == [path.name for path in tables]
        assert all(read_table(path).equals(table, check_metadata=True) for path, table in held.items())
        assert "candidates-00000.parquet cannot be read" in caplog.text
        assert "fits-00000.npz cannot be read" in caplog.text


def test_rows_for_judging_that_are_gone_are_picked_again(tmp_path: Path) -> None:
    """The rows by which forecasts are judged are there after each run, also if somebody removed them."""
    inputs = catalogue()
    write_partitions(inputs, tmp_path, rows=60)
    tables = planned(frame_of(inputs), tmp_path)
    (judged,) = [path for path in tables if path.name.startswith("judged")]
    judged.unlink()
    assert planned(frame_of(inputs), tmp_path) == tables


def test_states_with_a_spoilt_byte_are_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Of a file with one wrong byte there are no states, and the log says why."""
    path = tmp_path / "part-00000.npz"
    np.savez(path, days=np.arange(4))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 99  # a way of packing that nobody knows
    path.write_bytes(content)
    assert read_states(path) is None
    assert path.name in caplog.text


@pytest.mark.parametrize("spoilt", [LINES, "verdicts-00000.parquet"])
def test_a_line_of_a_broken_table_is_one_clear_error(spoilt: str, tmp_path: Path) -> None:
    """Opening a line from a table that is no table names the file and what to do."""
    for name in (LINES, "verdicts-00000.parquet"):
        (tmp_path / name).write_bytes(b"PAR1 cut off")
    with pytest.raises(ImportFileError, match=rf"{spoilt} cannot be read .*another key"):
        read_table(tmp_path / spoilt)
    with pytest.raises(ImportFileError, match=LINES):
        lines_in(tmp_path, "SKU-00")


def test_two_writers_of_one_file_never_mix(tmp_path: Path) -> None:
    """Two runs that write one table at once each write their own half; the last one to end is what stays."""
    path = tmp_path / "part-00000.parquet"
    with whole_file(path) as one:
        one.write_text("one", encoding="utf-8")
        with whole_file(path) as other:
            other.write_text("other", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "other"
    assert path.read_text(encoding="utf-8") == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_could_not_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    """A table whose writing fails half-way changes nothing, and leaves no half behind."""
    path = tmp_path / "part-00000.parquet"
    path.write_text("before", encoding="utf-8")

    def fail() -> None:
        with whole_file(path) as half:
            half.write_text("hal", encoding="utf-8")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert [one.read_text(encoding="utf-8") for one in tmp_path.iterdir()] == ["before"]
