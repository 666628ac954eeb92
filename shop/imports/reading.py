"""CSV files as they come: streamed, plain or gzip, strictly UTF-8; an unreadable file is one clear error."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final, cast

from shop.errors import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_LINE_BYTES: Final = 1_000_000
"""A longer line is a broken file (an unclosed quote, a binary), and must not fill the memory."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_OTHER_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a plain or gzip file, whatever its name ends in; raises ImportFileError."""
    if path.is_dir():
        raise ImportFileError(f"{path} is a directory; name one CSV file in it")
    try:
        with path.open("rb") as plain:
            start = plain.read(4)
            plain.seek(0)
            if start == _ZIP:
                raise ImportFileError(f"{path.name} is a zip archive; unpack it and name the CSV file in it")
            if start[:2] == _GZIP:
                with gzip.GzipFile(fileobj=plain) as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield plain
    except FileNotFoundError as error:
        raise ImportFileError(f"there is no file {path}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportFileError(
            f"{path.name} is not a whole gzip file ({error}); copy or download it again"
        ) from error
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror}") from error


class CsvRows:
    """The rows of one CSV file with the line each begins on; `digest` grows with what has been read.

    Raises ImportFileError, while iterating too: not UTF-8 (with the offset), NUL bytes, endless lines, an
    unclosed quote, an empty file.
    """

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        self._file = file
        self._hash = hashlib.sha256()
        self._line = 0
        self._reader = csv.reader(self._lines(), strict=True)
        self.header: tuple[str, ...] = self._read_header()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the unpacked bytes read so far: of the whole file, once iterated to its end."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) of each row after the header; blank lines are not rows."""
        reader = self._reader
        begins = reader.line_num + 1
        try:
            for cells in reader:
                if cells:
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise self._broken(begins, error) from error

    def _read_header(self) -> tuple[str, ...]:
        try:
            for cells in self._reader:
                if any(cell.strip() for cell in cells):
                    self._check_separator(cells)
                    return tuple(cell.strip() for cell in cells)
        except csv.Error as error:
            raise self._broken(1, error) from error
        raise ImportFileError(f"{self.name} is empty; a header line and rows are expected")

    def _check_separator(self, cells: Sequence[str]) -> None:
        for separator, word in _OTHER_SEPARATORS.items():
            if len(cells) == 1 and separator in cells[0]:
                raise ImportFileError(
                    f"{self.name} is separated by {word}; save it as comma-separated CSV (UTF-8)"
                )

    def _broken(self, line: int, error: csv.Error) -> ImportFileError:
        if "field limit" in str(error):
            return ImportFileError(
                f"{self.name}: the row that begins on line {line} has a cell of over "
                f"{csv.field_size_limit():,} characters; look for a quote that is opened and never closed"
            )
        if "unexpected end" in str(error):
            return ImportFileError(
                f"{self.name} ends inside a quoted cell of the row that begins on line {line}; "
                "the file was cut off or a quote is never closed"
            )
        if "new-line character" in str(error):
            return ImportFileError(
                f"{self.name}: the row that begins on line {line} has a carriage return (CR) outside quotes "
                "that ends no line; save the file with lines that end in LF or CRLF"
            )
        return ImportFileError(f"{self.name}: the row that begins on line {line} is not CSV: {error}")

    def _lines(self) -> Iterator[str]:
        offset = 0
        while line := self._file.readline(MAX_LINE_BYTES + 1):
            self._line += 1
            self._hash.update(line)
            if len(line) > MAX_LINE_BYTES:
                why = "save the file with lines that end in LF or CRLF" if b"\r" in line else "no CSV of rows"
                raise ImportFileError(
                    f"{self.name}: line {self._line} is over {MAX_LINE_BYTES:,} bytes long; {why}"
                )
            yield self._decoded(line, offset)
            offset += len(line)

    def _decoded(self, line: bytes, offset: int) -> str:
        if b"\0" in line:
            place = offset + line.index(b"\0")
            raise ImportFileError(
                f"{self.name}: NUL byte at offset {place} (line {self._line}); "
                "the file is binary, UTF-16 or damaged: save it as CSV UTF-8"
            )
        try:
            return line.decode("utf-8-sig" if offset == 0 else "utf-8")
        except UnicodeDecodeError as error:
            raise ImportFileError(
                f"{self.name} is not UTF-8: byte 0x{line[error.start]:02x} at offset {offset + error.start} "
                f"(line {self._line}); save it as CSV UTF-8"
            ) from error


def plain_name(column: str) -> str:
    """A column's name without case, blanks and punctuation, by which headers are compared.

    >>> plain_name("Customer ID"), plain_name("unit_price")
    ('customerid', 'unitprice')
    """
    return "".join(letter for letter in column.lower() if letter.isalnum())
