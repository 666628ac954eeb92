"""Where numba comes from: one import for all kernels, and a cache that never outlives their source.

Numba keeps compiled code beside each file and looks at that file's age only. A kernel that was built into
another file's kernel stays there when it changes, and a changed layout of an array then writes where it must
not. So the cache is one directory for each state of all kernels: their texts name it, with those of what they
import, as the columns of arrays, and of all that shapes the states and fits that runs keep.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numba

if TYPE_CHECKING:
    from numba import njit
else:
    njit = numba.njit

__all__ = ["compiled_before", "njit"]

HERE: Final = Path(__file__).parent
KEPT_BY: Final = ("forecasting/*.py", "demand*.py", "partition_sales.py", "sound_sales.py", "recent_sales.py")
"""Files that shape what is kept from one night to the next, compiled or not."""
_IMPORTED: Final = re.compile(rb"^(?:from|import) +shop\.([\w.]+)", re.MULTILINE)
"""A module of this package that a file needs when it runs; imports for type checkers are indented."""


def state_of_kernels(directory: Path = HERE) -> str:
    """A name for the present text of all compiled code and what it rests on, and for the numba of it."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name, text in sorted(_rested_on(directory).items()):
        digest.update(name.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()[:16]


def _rested_on(directory: Path) -> dict[str, bytes]:
    """The files with kernels, those of what is kept, and what these import, by name."""
    texts = {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*.py")}
    found = {
        path.relative_to(directory).as_posix() for pattern in KEPT_BY for path in directory.glob(pattern)
    }
    for name, text in texts.items():
        if b"njit" in text:
            found |= {name, *(f"{one.decode().replace('.', '/')}.py" for one in _IMPORTED.findall(text))}
    return {name: texts[name] for name in found if name in texts}


def cache_directory(wanted: str | None, state: str) -> Path:
    """The directory of this state: where the user wants caches, else beside the code, else the user's own."""
    if wanted:
        return Path(wanted) / state
    beside = HERE / "__pycache__"
    if os.access(beside if beside.is_dir() else HERE, os.W_OK):
        return beside / f"kernels-{state}"
    return Path.home() / ".cache" / "shophand" / f"kernels-{state}"


def compiled_before() -> bool:
    """Whether kernels of this state were compiled before; the first run takes half a minute for it."""
    return any(Path(vars(numba.config)["CACHE_DIR"]).rglob("*.nbi"))


# Numba makes its settings as it reads them, so that no type checker knows this one.
vars(numba.config)["CACHE_DIR"] = str(cache_directory(os.environ.get("NUMBA_CACHE_DIR"), state_of_kernels()))
