import numpy as np
import pytest

from agent.embeddings import ServerEmbedder, embedder_of
from agent.models import ModelSettings
from shop.errors import ModelUnavailableError, SetupError
from tests.fakes.openai_server import OpenAIServer
from tools.knowledge.embedding import offline_embedder


def test_a_server_gives_vectors_in_the_order_of_the_texts() -> None:
    """Vectors come back scaled to length 1 and in the order asked, in as many calls as needed."""
    texts = ["a" * (number % 7) + "e" * (number % 5) for number in range(100)]
    with OpenAIServer() as server:
        embedder = ServerEmbedder("small", ModelSettings(model="offline", base_url=server.base_url))
        rows = embedder.embed(texts)
        assert [len(one["input"]) for one in server.requests] == [64, 36]
    wanted = np.array([[text.count(letter) + 0.5 for letter in "aeiou"] for text in texts])
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert np.allclose(rows, wanted, atol=1e-6)


def test_a_server_that_is_away_is_said() -> None:
    """Where nobody listens, the error names the model and the server."""
    settings = ModelSettings(model="offline", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailableError, match=r"small at .* gives no vectors"):
        ServerEmbedder("small", settings).embed(["text"])


def test_a_setting_names_the_embedder() -> None:
    """Words means none, offline the package's, openai:NAME the server's, which needs to be known."""
    nothing = ModelSettings(model="offline")
    assert embedder_of("words", nothing) is None
    assert embedder_of("offline", nothing) is offline_embedder()
    with pytest.raises(SetupError, match="OPENAI_API_KEY"):
        embedder_of("openai:small", nothing)
    known = embedder_of("openai:small", ModelSettings(model="offline", api_key="k"))
    assert known is not None
    assert known.id.startswith("small at ")
