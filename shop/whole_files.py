"""Files that are complete or not there, also where two runs write the same one at the same time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path of this writer alone; what is written there takes the place of `path` at the end, or is removed.

    A process may be killed and leave its half, ``NAME-*.half``; a process id would not do for the name, as
    the machines of a cluster share the directory, and a process may have two threads that write.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as directory:
    ...     told = Path(directory) / "part-00000.txt"
    ...     with whole_file(told) as half:
    ...         _ = half.write_text("all of it", encoding="utf-8")
    ...     [path.name for path in Path(directory).iterdir()]
    ['part-00000.txt']
    """
    half = path.with_name(f"{path.stem}-{uuid4().hex}.half")
    try:
        yield half
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
