"""The Parquet tables that a run over partitions leaves: written whole, read with one clear error."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from shop.errors import ImportFileError
from shop.whole_files import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

LINES: Final = "lines.parquet"
"""The table of a run's candidates, with what is bought of each."""

_log = logging.getLogger(__name__)


def write_table(table: pa.Table, path: Path, **how: Any) -> None:
    """Write a table, complete or not there; `how` as in ``pyarrow.parquet.write_table``."""
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    with whole_file(path) as half:
        parquet.write_table(table, half, **{"compression": "zstd", **how})


def read_table(path: Path, **how: Any) -> pa.Table:
    """A table of a run; raises ImportFileError for one that is not there or broken, with what to do.

    `how` as in ``pyarrow.parquet.read_table``.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    try:
        return parquet.read_table(path, **{"use_threads": False, **how})
    except (OSError, pa.ArrowException) as error:
        raise ImportFileError(
            f"{path} cannot be read ({_first_line(error)}); remove it and start the run again, which makes "
            "it anew, or, if that run has ended, a run with another key"
        ) from error


def source_of(path: Path) -> str | None:
    """What a table says it was made from; None where it is not there, or broken, which is logged."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need
    from pyarrow import parquet  # noqa: PLC0415 - half a second that only large runs need

    if not path.exists():
        return None
    try:
        told = parquet.read_schema(path).metadata or {}
    except (OSError, pa.ArrowException) as fault:
        _log.warning("%s cannot be read and is made anew: %s", path, _first_line(fault))
        return None
    return str(told.get(b"source", b"").decode(errors="replace"))


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]
