"""The vectors of the guides in chromadb: on disk or in memory, never made twice for the same text.

The only place that knows chromadb. It is given our own vectors (`embedding_function=None`: its default would
download a model), and reports nothing to anybody.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from tools.knowledge.embedding import Embedder, TokenEmbedder
from tools.knowledge.token_store import TokenStore

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors

_AT_ONCE: Final = 256
_LOCK: Final = "index.lock"
_TOKENS: Final = "tokens"


@dataclass(frozen=True, slots=True)
class Change:
    """What a renewal of the index did, in passages."""

    added: int
    removed: int
    kept: int


class VectorStore:
    """Vectors of texts by id, made by one embedder; those of another embedder are thrown away."""

    def __init__(self, kept_in: Path | None, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept_in = kept_in
        self._name = "guides" if kept_in is not None else f"guides-{uuid4().hex}"
        self._client = _client(kept_in)
        self._tokens = TokenStore(kept_in / _TOKENS if kept_in is not None else None)

    def renew(self, texts: Mapping[str, str]) -> Change:
        """Make the collection hold exactly these texts (id -> text): only what is new is embedded.

        Raises what the embedder raises; what it made until then is kept.
        """
        with self._alone():
            collection = self._collection()
            there = set(collection.get(include=[])["ids"])
            whole = there & self._tokens.ids() if isinstance(self._embedder, TokenEmbedder) else there
            new = [one for one in texts if one not in whole]
            gone = sorted(there - texts.keys())
            for some in _portions(new):
                collection.upsert(
                    ids=list(some), embeddings=self._embedded({one: texts[one] for one in some})
                )
            for some in _portions(gone):
                collection.delete(ids=list(some))
                self._tokens.drop(some)
        return Change(len(new), len(gone), len(texts) - len(new))

    def tokens(self, one: str, text: str) -> Vectors | None:
        """The vectors of a text's tokens; None when the embedder tells none. Broken ones are made again."""
        if not isinstance(self._embedder, TokenEmbedder):
            return None
        kept = self._tokens.of(one)
        if kept is None:
            self._embedded({one: text})
            kept = self._tokens.of(one)
        return kept

    def _embedded(self, texts: Mapping[str, str]) -> Vectors:
        """The vectors of texts; those of their tokens are kept on the way."""
        if not isinstance(self._embedder, TokenEmbedder):
            return self._embedder.embed(list(texts.values()))
        vectors, tokens = self._embedder.embed_tokens(list(texts.values()))
        for one, its in zip(texts, tokens, strict=True):
            self._tokens.keep(one, its.vectors)
        return vectors

    def nearest(self, vector: Vectors, most: int) -> dict[str, float]:
        """Id -> cosine similarity (-1 to 1) of the nearest texts, at most so many."""
        collection = self._collection()
        most = min(most, collection.count())
        if not most:
            return {}
        found = collection.query(query_embeddings=[vector], n_results=most, include=["distances"])
        return {
            one: 1.0 - float(far) for one, far in zip(found["ids"][0], found["distances"][0], strict=True)
        }

    def forget(self) -> None:
        """Throw every vector away."""
        with self._alone():
            self._delete()

    def _collection(self) -> Any:
        """The collection of this embedder; one that another embedder made is replaced by an empty one."""
        about = {"hnsw:space": "cosine", "embedder": self._embedder.id}
        found = self._client.get_or_create_collection(self._name, metadata=about, embedding_function=None)
        if (found.metadata or {}).get("embedder") == self._embedder.id:
            return found
        self._delete()
        return self._client.create_collection(self._name, metadata=about, embedding_function=None)

    def _delete(self) -> None:
        self._tokens.clear()
        if self._name in {one.name for one in self._client.list_collections()}:
            self._client.delete_collection(self._name)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time changes an index on disk."""
        if self._kept_in is None:
            yield
            return
        with (self._kept_in / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _client(kept_in: Path | None) -> Any:
    import chromadb  # noqa: PLC0415 - takes seconds to load, only for questions about guides
    from chromadb.config import Settings  # noqa: PLC0415 - takes seconds to load, only for questions about guides

    if kept_in is None:
        return chromadb.EphemeralClient(Settings(anonymized_telemetry=False))
    kept_in.mkdir(mode=0o700, parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(kept_in), Settings(anonymized_telemetry=False))


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
