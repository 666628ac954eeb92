"""What a run over partitions says of the one before, whose tables may be gone or broken."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from agent.partition_changes import compared_tables
from agent.run_report import Draft, Elsewhere
from shop.run_tables import LINES


def test_a_broken_table_of_the_run_before_stops_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the table of the last run cannot be read nothing is compared, and the log says why."""
    (tmp_path / LINES).write_bytes(b"PAR1 cut off")
    before = Draft.model_construct(key="monday", elsewhere=Elsewhere.model_construct(directory=str(tmp_path)))
    assert compared_tables(pa.table({"sku": ["A-1"]}), before, "run-1") is None
    assert "monday" in caplog.text
    assert LINES in caplog.text
