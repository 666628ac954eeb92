"""The rejects file: each row that was not imported, with its line, the reason and its cells as they came."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from shop.errors import ImportFileError
from shop.imports.safe_csv import SafeCsvWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Reject = Callable[[str, int, str, Sequence[str]], None]


@contextmanager
def rejects_file(path: Path | None) -> Iterator[Reject]:
    """A function (file name, line, reason, cells) that writes one row; without a path it writes nothing.

    The file is complete or not there: it gets its name when the import ends without an error. Cells are
    defused, since they are strangers' text that somebody will open in a spreadsheet.
    """
    if path is None:
        yield lambda _name, _line, _reason, _cells: None
        return
    part = path.with_name(f"{path.name}.part")
    try:
        file = part.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise ImportFileError(f"the rejects file {path} cannot be written: {error.strerror}") from error
    try:
        with file:
            writer = SafeCsvWriter(file, ("file", "line", "reason", "cells as they came"))
            yield lambda name, line, reason, cells: writer.row((name, line, reason, *cells))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
