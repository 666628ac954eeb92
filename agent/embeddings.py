"""Vectors of texts from an OpenAI-compatible server, for search in the guides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent.models import ModelSettings
from shop.errors import ModelError, ModelUnavailableError, SetupError
from tools.knowledge.embedding import Embedder, offline_embedder

if TYPE_CHECKING:
    from tools.knowledge.embedding import Vectors

WORDS = "words"
OFFLINE = "offline"
_AT_ONCE = 64


class ServerEmbedder:
    """Asks ``/embeddings`` of the model's server. Texts of guides and questions about them go there."""

    def __init__(self, model: str, settings: ModelSettings) -> None:
        self._model = model
        self._settings = settings

    @property
    def id(self) -> str:
        """The model and the server that answers under its name."""
        return f"{self._model} at {self._settings.endpoint}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text, of length 1; raises ModelUnavailableError and ModelError."""
        import numpy as np  # noqa: PLC0415 - only questions about guides need it

        rows = [
            row
            for start in range(0, len(texts), _AT_ONCE)
            for row in self._asked(texts[start : start + _AT_ONCE])
        ]
        vectors: Vectors = np.array(rows, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if len(rows) != len(texts) or not np.isfinite(lengths).all() or not lengths.all():
            raise ModelError(f"{self.id} gave vectors that cannot be used")
        scaled: Vectors = vectors / lengths
        return scaled

    def _asked(self, texts: Sequence[str]) -> list[list[float]]:
        import openai  # noqa: PLC0415 - takes seconds to load

        client: Any = openai.OpenAI(
            api_key=self._settings.api_key or "none",
            base_url=self._settings.base_url,
            timeout=self._settings.timeout_seconds,
            max_retries=0,
        )
        try:
            found = client.embeddings.create(model=self._model, input=list(texts), encoding_format="float")
        except openai.OpenAIError as error:
            raise ModelUnavailableError(f"{self.id} gives no vectors ({type(error).__name__})") from error
        finally:
            client.close()
        return [one.embedding for one in sorted(found.data, key=lambda one: one.index)]


def embedder_of(chosen: str, settings: ModelSettings) -> Embedder | None:
    """The embedder that a setting names: offline, words (none) or openai:NAME.

    Offline is None where the extra `knowledge` is not installed. Raises SetupError for openai:NAME without a
    key or an address.
    """
    if chosen == WORDS:
        return None
    if chosen == OFFLINE:
        return offline_embedder()
    if settings.api_key is None and settings.base_url is None:
        raise SetupError(f"embeddings = {chosen!r} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    return ServerEmbedder(chosen.partition(":")[2], settings)
