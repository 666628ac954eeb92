"""Files that cannot be imported at all: one clear error each, and nothing written."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.errors import ImportFileError
from shop.imports.reading import CsvRows, opened
from shop.imports.safe_csv import SafeCsvWriter, defuse, undefuse
from shop.imports.transactions import import_transactions
from shop.store.database import Database
from shop.store.loading import is_empty

HEADER = b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROW = b"536365,71053,WHITE METAL LANTERN,6.0,2010-12-01 08:26:00,3.39,17850.0,United Kingdom\n"
LOG = HEADER + ROW * 2000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (HEADER, "a header and no rows"),
        (b"InvoiceNo,Quantity,Country\n1,2,3\n", "lacks the columns StockCode, InvoiceDate, UnitPrice"),
        (HEADER.replace(b"Country", b"SKU") + ROW, "more than one column for StockCode"),
        (HEADER.replace(b",", b";") + ROW, "separated by semicolons"),
        (HEADER + ROW.replace(b"WHITE", b"WEI\xdfE"), "not UTF-8: byte 0xdf at offset 98 \\(line 2\\)"),
        (LOG.decode().encode("utf-16"), "not UTF-8|NUL"),
        (HEADER + ROW.replace(b"WHITE", b"WH\0TE"), "NUL byte at offset 97 \\(line 2\\)"),
        (gzip.compress(LOG)[:-20], "not a whole gzip file"),
        (gzip.compress(LOG)[:40] + b"garbage" * 9, "not a whole gzip file"),
        (HEADER + b"x" * 2_000_000, "line 2 is over 1,000,000 bytes"),
        (gzip.compress(b"\1" * 50_000_000), "over 1,000,000 bytes"),
        (HEADER + ROW + b'"536365,' + ROW * 2000, "begins on line 3 has a cell of over"),
        (HEADER + ROW + b'536365,"71053', "ends inside a quoted cell"),
        (HEADER + b'536365,"71053"X,\n', "not CSV"),
        (b"PK\x03\x04 and so on", "zip archive"),
        (LOG[:9_000].replace(b"\n", b"\r"), "line 1 has a carriage return .* end in LF or CRLF"),
        (LOG.replace(b"\n", b"\r") * 10, "over 1,000,000 bytes long; save the file with lines"),
    ],
)
def test_a_broken_file_is_one_clear_error(
    sqlite_database: Database, tmp_path: Path, content: bytes, words: str
) -> None:
    """The error says what is wrong and where, and no row of the file is imported."""
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=words):
        import_transactions(sqlite_database, path, rejects=tmp_path / "rejects.csv")
    with sqlite_database.reading() as snapshot:
        assert is_empty(snapshot, "products")
    assert [file.name for file in tmp_path.glob("*.part")] == []


def test_a_directory_and_a_missing_file_are_errors(sqlite_database: Database, tmp_path: Path) -> None:
    """A path that is no file is named in the error."""
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(ImportFileError, match=path.name):
            import_transactions(sqlite_database, path)


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    """A gzip file is unpacked whatever its name ends in, and has the digest of what it holds."""
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_bytes(LOG)
    packed.write_bytes(gzip.compress(LOG))
    digests = set()
    for path in (plain, packed):
        with opened(path) as file:
            rows = CsvRows(path.name, file)
            assert sum(1 for _ in rows) == 2000
            digests.add(rows.digest)
    assert len(digests) == 1


def test_a_row_is_named_by_its_first_line(tmp_path: Path) -> None:
    """Quoted line breaks and blank lines do not shift the line numbers."""
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"two\nlines"\n\n2,x\n', encoding="utf-8")
    with opened(path) as file:
        assert [(line, cells[0]) for line, cells in CsvRows("a.csv", file)] == [(2, "1"), (5, "2")]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+A1", "@SUM(A1)", "\t=1", "\r=1", " =1", "-cmd|'/C calc'!A0"]
)
def test_formulas_are_defused(cell: str) -> None:
    """No cell that a spreadsheet would run is written as it is."""
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12", "-3.50", "12", "O'Neill", "", "a=b"])
def test_plain_cells_are_written_as_they_are(cell: str) -> None:
    """Negative numbers and ordinary words keep their form."""
    assert defuse(cell) == cell


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=1, max_size=4
    )
)
def test_what_was_defused_comes_back(cells: list[str]) -> None:
    """Any row written by the safe writer is read back exactly, and no cell of it starts a formula."""
    file = io.StringIO(newline="")
    SafeCsvWriter(file, ["header"]).row(cells)
    file.seek(0)
    _, row = csv.reader(file)
    assert [undefuse(cell) for cell in row] == cells
    assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in row)


def test_the_writer_defuses_headers(tmp_path: Path) -> None:
    """A column name is a cell like any other."""
    file = io.StringIO()
    SafeCsvWriter(file, ["=1", "b"])
    assert file.getvalue() == "'=1,b\n"
