import gzip
import json
from pathlib import Path

import pytest

from app.bootstrap import House
from app.settings import Settings
from shop.people import Kind, Role
from shop.store.database import Database
from shop.store.people import Scope
from tests.app.conftest import Shophand

ROWS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,White heart,6,2011-11-01 08:26:00,2.55,17850,United Kingdom
536366,85123A,White heart,4,2011-11-08 09:00:00,2.55,17850,United Kingdom
536367,71053,Lantern,many,2011-11-08 09:00:00,3.39,17850,United Kingdom
"""


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A small sales log with one row that cannot be used."""
    path = tmp_path / "sales.csv"
    path.write_text(ROWS)
    return path


def test_an_import_into_an_empty_directory_makes_a_store(sales: Path, shophand: Shophand) -> None:
    """Tables, rules and two people are there afterwards, and stderr says so."""
    said = shophand("import", "transactions", "sales.csv", "--name", "Lanterns", "--currency", "eur")
    assert said.code == 0
    assert "There is no store in .shophand yet: making one." in said.err
    assert "--as owner" in said.err
    assert "3 rows read and imported" in said.out
    assert json.loads(shophand("status", "--json").out)["store"] == "Lanterns"
    doctor = {one["name"]: one["health"] for one in json.loads(shophand("doctor", "--json").out)["checks"]}
    assert (doctor["policy"], doctor["approvers"], doctor["prices"]) == ("ok", "warn", "ok")


def test_a_second_import_changes_nothing_and_admits_nobody(sales: Path, shophand: Shophand) -> None:
    """The same file again: nothing changes, and the people keep their tokens."""
    shophand("import", "transactions", "sales.csv")
    tokens = Path(".shophand/credentials.toml").read_text()
    said = shophand("import", "transactions", "sales.csv")
    assert said.code == 0
    assert "nothing changed" in said.out
    assert Path(".shophand/credentials.toml").read_text() == tokens


def test_a_dry_run_makes_nothing(sales: Path, shophand: Shophand) -> None:
    """--dry-run without a store reports and leaves no trace."""
    said = shophand("import", "transactions", "sales.csv", "--dry-run", "--json")
    body = json.loads(said.out)
    assert (body["schema"], body["dry_run"], body["rows"]) == ("shophand.import/1", True, 3)
    assert not Path(".shophand").exists()


def test_rows_that_cannot_be_used_are_kept(sales: Path, shophand: Shophand) -> None:
    """The rejects file holds the row with its line and reason."""
    shophand("import", "transactions", "sales.csv", "--rejects", "rejects.csv")
    rejects = Path("rejects.csv").read_text()
    assert "71053" in rejects
    assert len(rejects.splitlines()) == 2


def test_a_packed_log_is_read_as_it_is(sales: Path, shophand: Shophand) -> None:
    """A .csv.gz needs no unpacking."""
    Path("sales.csv.gz").write_bytes(gzip.compress(sales.read_bytes()))
    assert shophand("import", "transactions", "sales.csv.gz").code == 0


@pytest.mark.parametrize(("content", "code"), [(None, 2), (b"", 1), (b"a,b\n1,2\n", 1), (b"\x00\xff\xfe", 1)])
def test_a_file_that_is_no_sales_log_is_one_clear_error(
    shophand: Shophand, content: bytes | None, code: int
) -> None:
    """Missing, empty, foreign and binary files are refused in words."""
    if content is not None:
        Path("log.csv").write_bytes(content)
    said = shophand("import", "transactions", "log.csv")
    assert (said.code, said.out) == (code, "")
    assert "log.csv" in said.err
    assert "bug" not in said.err


def test_an_import_that_failed_leaves_room_for_the_right_file(sales: Path, shophand: Shophand) -> None:
    """After an error the next import makes the store as if nothing had been."""
    Path("wrong.csv").write_text("a,b\n1,2\n")
    assert shophand("import", "transactions", "wrong.csv").code == 1
    assert shophand("import", "transactions", "sales.csv").code == 0
    assert shophand("approvals", "list").code == 0


def test_an_import_into_another_kind_of_store_is_refused(
    house: House, sales: Path, shophand: Shophand
) -> None:
    """The sample store does not take a sales log."""
    said = shophand("import", "transactions", "sales.csv")
    assert said.code == 1
    assert "this store holds the sample data" in said.err


def test_somebody_has_to_be_an_operator_to_import(
    sales: Path, shophand: Shophand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a store there, a wrong token imports nothing."""
    shophand("import", "transactions", "sales.csv")
    monkeypatch.setenv("SHOPHAND_TOKEN", "shp_wrong")
    assert shophand("import", "transactions", "sales.csv").code == 4


@pytest.mark.parametrize(
    ("kind", "role", "scope"),
    [
        (Kind.AGENT, Role.VIEWER, Scope.FULL),
        (Kind.HUMAN, Role.VIEWER, Scope.FULL),
        (Kind.HUMAN, Role.OPERATOR, Scope.READ),
        (Kind.HUMAN, Role.OPERATOR, Scope.ASK),
    ],
)
def test_no_token_that_may_not_change_the_store_imports(
    house: House, shophand: Shophand, monkeypatch: pytest.MonkeyPatch, kind: Kind, role: Role, scope: Scope
) -> None:
    """No desk stands behind an import: agents, viewers and tokens for reading or asking are refused."""
    assert shophand("export", "suppliers", "terms.csv").code == 0
    house.people.create("robin", "Robin", [role], kind=kind)
    monkeypatch.setenv("SHOPHAND_TOKEN", house.people.issue("robin", scope=scope))
    said = shophand("import", "suppliers", "terms.csv")
    assert (said.code, "may not import" in said.err) == (4, True)


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ASK])
def test_a_narrow_token_signs_nobody_in(
    house: House, shophand: Shophand, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    """An address that signs in would be more than a token for reading or asking is for."""
    house.people.create("robin", "Robin", [Role.OPERATOR])
    monkeypatch.setenv("SHOPHAND_TOKEN", house.people.issue("robin", scope=scope))
    assert shophand("sign-in").code == 4


def test_terms_go_out_and_come_back(sales: Path, shophand: Shophand) -> None:
    """The exported suppliers file can be loaded back as it is, and an existing file is not overwritten."""
    shophand("import", "transactions", "sales.csv")
    assert shophand("export", "suppliers", "terms.csv").code == 0
    assert shophand("export", "suppliers", "terms.csv").code == 5
    assert shophand("import", "suppliers", "terms.csv").code == 0


def test_a_store_without_people_is_completed(sales: Path, shophand: Shophand) -> None:
    """Cut off between data and people, the same import again (or init) finishes the home."""
    shophand("import", "transactions", "sales.csv")
    for name in ("credentials.toml", "policies"):
        path = Path(".shophand") / name
        if path.is_dir():
            for rule in path.iterdir():
                rule.unlink()
            path.rmdir()
        else:
            path.unlink()
    _forget_people()
    assert shophand("import", "transactions", "sales.csv").code == 0
    assert shophand("policy", "check").code == 0
    assert "owner" in shophand("people", "list").out


def _forget_people() -> None:
    from sqlalchemy import text  # noqa: PLC0415 - only this helper looks under the table

    db = Database(Settings.load().store_url)
    with db.writing() as tx:
        tx.execute(text("DELETE FROM tokens"))
        tx.execute(text("DELETE FROM people"))
    db.close()
