"""Token vectors of the guides' passages, kept as bytes so that no passage is read by the model twice."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tools.knowledge.embedding import Vectors

_STEPS: Final = 127


class TokenStore:
    """Token vectors of texts by id: a file each below a directory, or in memory without one.

    A component is kept as a byte, in 127ths of the largest of its vector.
    """

    def __init__(self, kept_in: Path | None) -> None:
        self._kept_in = kept_in
        self._there: dict[str, NDArray[np.int8]] = {}

    def ids(self) -> set[str]:
        """The texts whose tokens are kept."""
        if self._kept_in is None:
            return set(self._there)
        return {path.stem for path in self._kept_in.glob("*.npy")}

    def keep(self, text: str, tokens: Vectors) -> None:
        """Keep the vectors of a text (tokens x dimensions); a file is whole or not there."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        largest = np.abs(tokens).max(axis=1, keepdims=True) + 1e-12
        self._there[text] = np.rint(tokens / largest * _STEPS).astype(np.int8)
        if self._kept_in is not None:
            self._kept_in.mkdir(mode=0o700, parents=True, exist_ok=True)
            half = self._kept_in / f"{text}.{os.getpid()}.half"
            with half.open("wb") as file:
                np.save(file, self._there[text])
            half.replace(self._kept_in / f"{text}.npy")

    def of(self, text: str) -> Vectors | None:
        """The vectors of a text, each of length 1; None where there are none that can be read."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        kept = self._there.get(text)
        if kept is None:
            kept = self._read(text)
        if kept is None:
            return None
        plain = kept.astype(np.float32)
        scaled: Vectors = plain / np.maximum(np.linalg.norm(plain, axis=1, keepdims=True), 1e-12)
        return scaled

    def drop(self, texts: Collection[str]) -> None:
        """Forget the vectors of some texts."""
        for text in texts:
            self._there.pop(text, None)
            if self._kept_in is not None:
                (self._kept_in / f"{text}.npy").unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget all."""
        self._there.clear()
        if self._kept_in is not None:
            rmtree(self._kept_in, ignore_errors=True)

    def _read(self, text: str) -> NDArray[np.int8] | None:
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        if self._kept_in is None:
            return None
        try:
            kept: NDArray[np.int8] = np.load(self._kept_in / f"{text}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):  # taken away or broken: the caller makes it anew
            return None
        if kept.ndim != 2 or kept.dtype != np.int8:  # noqa: PLR2004 - tokens and dimensions
            return None
        self._there[text] = kept
        return kept
