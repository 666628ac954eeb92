"""The real sales log, and a process that is killed while it imports it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shop.imports.transactions import import_transactions
from shop.store.database import Database
from shop.store.loading import is_empty

RowsOf = Callable[..., list[tuple[Any, ...]]]

CHILD = """
import sys
from pathlib import Path
from shop.imports.transactions import import_transactions
from shop.store.database import Database

def tell(step):
    print(step.phase, flush=True)
    if step.phase == sys.argv[3]:
        sys.stdin.readline()  # wait here to be killed

import shop.imports.transactions as transactions
if sys.argv[3] == "half written":
    # Stop after the first table of the difference is written, inside the open transaction.
    import shop.store.loading as loading
    insert = loading.insert_rows
    def insert_and_wait(tx, table, rows):
        insert(tx, table, rows)
        if table.name == "stock_movements":
            print("half written", flush=True)
            sys.stdin.readline()
    loading.insert_rows = insert_and_wait
import_transactions(Database(sys.argv[1]), Path(sys.argv[2]), progress=tell)
"""


@pytest.mark.real_data
def test_the_real_log_is_accounted_for(sqlite_database: Database, real_sales: Path, rows_of: RowsOf) -> None:
    """259,921 rows: 252,675 sales of 1,879 SKUs, 3,975 cancelled product lines, none rejected."""
    report = import_transactions(sqlite_database, real_sales)
    assert report.rows == report.accounted == 259_921
    assert sum(report.count(code) for code in ("imported", "merged", "cancelled")) == 252_675
    assert sum(report.count(code) for code in ("netted", "returned", "returned_unsold")) == 3_975
    assert report.count("not_a_product") == 2_032
    assert report.rejected == 0
    assert report.finding("duplicate_rows") == 2_556
    assert len(rows_of(sqlite_database, "products", ("sku",))) == 1_879
    assert rows_of(sqlite_database, "stock_movements", ("quantity",), kind="sale", sku="23166")[0] > (
        -74_215,
    )
    assert not import_transactions(sqlite_database, real_sales).changed_anything


@pytest.mark.processes
@pytest.mark.parametrize("moment", ["reading log.csv", "writing", "half written"])
def test_a_killed_import_leaves_the_store_empty(
    tmp_path: Path, sqlite_database: Database, moment: str
) -> None:
    """SIGKILL at any moment leaves nothing half imported, and the next import completes."""
    path = tmp_path / "log.csv"
    row = "536365,{sku},LANTERN,6.0,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n"
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    path.write_text(header + "".join(row.format(sku=10_000 + n) for n in range(12_000)), encoding="utf-8")
    command = [sys.executable, "-c", CHILD, sqlite_database.url, str(path), moment]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as child:
        assert child.stdout is not None
        for said in child.stdout:
            if said.strip() == moment:
                os.kill(child.pid, signal.SIGKILL)
                break
        assert child.wait() == -signal.SIGKILL
    with sqlite_database.reading() as snapshot:
        assert all(
            is_empty(snapshot, table) for table in ("store_info", "products", "stock_movements", "imports")
        )
    assert import_transactions(sqlite_database, path).change("products").added == 12_000
