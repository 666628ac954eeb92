"""Where numba comes from: one import for all kernels, and a cache that never outlives their source.

Numba keeps compiled code beside each file and looks at that file's age only. A kernel that was built into
another file's kernel stays there when it changes, and a changed layout of an array then writes where it must
not. So the cache is one directory for each state of all kernels: their texts name it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numba

if TYPE_CHECKING:
    from numba import njit
else:
    njit = numba.njit

__all__ = ["compiled_before", "njit"]

HERE: Final = Path(__file__).parent


def state_of_kernels(directory: Path = HERE) -> str:
    """A name for the present text of all compiled code, and for the numba that compiles it."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(directory.rglob("*.py")):
        text = path.read_bytes()
        if b"njit" in text:
            digest.update(path.relative_to(directory).as_posix().encode() + b"\0" + text)
    return digest.hexdigest()[:16]


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
