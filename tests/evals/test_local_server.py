"""The local model's server: what the model reads, and what a client gets, without the model."""

from __future__ import annotations

import importlib.util
import json
import threading
from http.server import HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import Request, urlopen

import pytest

TOOL = {"type": "function", "function": {"name": "check_stock", "description": "Stock.", "parameters": {}}}
TALK = [
    {"role": "system", "content": "You assist."},
    {"role": "user", "content": "How many?"},
    {"role": "assistant", "content": None,
     "tool_calls": [{"id": "c", "function": {"name": "check_stock", "arguments": '{"sku":"A"}'}}]},
    {"role": "tool", "tool_call_id": "c", "content": '{"on_hand":7}'},
]  # fmt: skip


@pytest.fixture
def serve() -> ModuleType:
    """The script as a module; the library that it runs on is not installed here."""
    path = Path(__file__).parents[2] / "evals" / "local_model" / "serve.py"
    spec = importlib.util.spec_from_file_location("serve", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_model_reads_descriptions_calls_and_results(serve: ModuleType) -> None:
    """Nothing that OpenAI's protocol carries is lost on the way into the prompt."""
    text = serve.prompt(TALK, [TOOL["function"]])
    assert "functions.check_stock: Stock." in text
    assert 'functions.check_stock:\n{"sku":"A"}<|im_end|>' in text
    assert 'Result of the function:\n{"on_hand":7}<|im_end|>' in text
    assert text.endswith("<|im_start|>assistant\n")


class Echo:
    """A model that calls the first tool, or answers."""

    def __init__(self, serve: ModuleType) -> None:
        self._serve = serve

    def answer(self, request: dict[str, Any]) -> Any:
        """A call if tools are offered."""
        if not request.get("tools"):
            return self._serve.body({"role": "assistant", "content": "Seven."}, [5, 2])
        made = {"id": "c1", "type": "function", "function": {"name": "check_stock", "arguments": "{}"}}
        return self._serve.body({"role": "assistant", "content": None, "tool_calls": [made]}, [9, 1, 3])


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_of_the_protocol_understands_it(serve: ModuleType, *, stream: bool) -> None:
    """Calls, words and tokens arrive whole and streamed."""
    server = HTTPServer(("127.0.0.1", 0), serve.handler(Echo(serve), threading.Lock()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
        body = {"messages": TALK, "tools": [TOOL], "stream": stream}
        with urlopen(Request(url, json.dumps(body).encode()), timeout=10) as answer:
            text = answer.read().decode()
    finally:
        server.shutdown()
        server.server_close()
    if not stream:
        whole = json.loads(text)
        assert whole["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "check_stock"
        assert whole["usage"] == {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
        return
    parts = [json.loads(line[6:]) for line in text.split("\n\n") if line.startswith("data: {")]
    assert parts[0]["choices"][0]["delta"]["tool_calls"][0]["index"] == 0
    assert parts[1]["choices"][0]["finish_reason"] == "tool_calls"
    assert parts[2]["usage"]["prompt_tokens"] == 9
