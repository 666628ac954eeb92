"""A local server that speaks the OpenAI chat completions protocol and follows the script it is sent.

The script is JSON in a user message: ``{"calls": [turn, turn, ...], "text": ..., "faults": [...]}``. A turn
is a list of ``{"name", "args"}`` (or ``"raw"``: arguments as they are, broken or not), or a text. Turn *n*
answers the request with *n* assistant messages since the script; after the last turn comes ``text``, or a
text that quotes the last tool result. ``faults[k]`` befalls the k-th request for this script: ``{"status",
"retry_after"}``, ``{"hang"}`` until the client goes away, ``{"cut": n}`` drops the connection after n pieces,
``{"silent_cut": n}`` ends the stream after n pieces as if all were said, ``{"hold": n}`` waits after n pieces
until the test sets `released`. ``"usage": false`` tells no usage.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Self

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse


class OpenAIServer(uvicorn.Server):
    """The server in a thread; `requests` keeps every body it was sent, `base_url` is where it listens."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self._count: Counter[str] = Counter()
        self._ready = threading.Event()
        self.released = threading.Event()
        app = FastAPI()
        app.post("/v1/chat/completions")(self._complete)
        app.post("/v1/embeddings")(self._embed)
        super().__init__(
            uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", ws="none", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self._thread.join(20)

    @property
    def base_url(self) -> str:
        """Where the OpenAI client should look."""
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"

    async def startup(self, sockets: Any = None) -> None:
        """Listen, then let the tests begin."""
        await super().startup(sockets)
        self._ready.set()

    async def _embed(self, request: Request) -> Response:
        """Vectors that count a few letters, given in reverse order, as a server may."""
        body = await request.json()
        self.requests.append(body)
        rows = [
            {
                "object": "embedding",
                "index": place,
                "embedding": [text.count(letter) + 0.5 for letter in "aeiou"],
            }
            for place, text in enumerate(body["input"])
        ]
        return JSONResponse({"object": "list", "model": body["model"], "data": rows[::-1]})

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        script, since = _script(body["messages"])
        key = json.dumps([script, body["model"]])
        fault = (script.get("faults", []) + [None] * 99)[self._count[key]] or {}
        if body["model"] == script.get("down"):
            fault = {"status": 503}
        self._count[key] += 1
        if "status" in fault:
            headers = {"retry-after": fault["retry_after"]} if "retry_after" in fault else {}
            error = fault.get("error", {"message": "no", "code": None})
            return JSONResponse({"error": error}, fault["status"], headers)
        if fault.get("hang"):
            await _gone(request)
        message = _answer(script, since, len(self.requests))
        if body.get("stream"):
            events = _events(message, body, script, fault, self.released)
            return StreamingResponse(events, media_type="text/event-stream")
        return JSONResponse(_whole(message, body, script))


async def _gone(request: Request) -> None:
    while not await request.is_disconnected():  # noqa: ASYNC110 - Starlette tells only when asked
        await asyncio.sleep(0.01)


def _script(messages: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    for index in range(len(messages) - 1, -1, -1):
        content = str(messages[index].get("content"))
        if messages[index]["role"] == "user" and content.startswith('{"'):
            return json.loads(content), messages[index + 1 :]
    return {"calls": [], "text": "There is no script."}, []


def _answer(script: dict[str, Any], since: list[dict[str, Any]], unique: int) -> dict[str, Any]:
    done = sum(message["role"] == "assistant" for message in since)
    turns = script.get("calls", [])
    if script.get("forever") and turns:
        turns = turns * (done + 1)
    if done >= len(turns):
        results = [message["content"] for message in since if message["role"] == "tool"]
        quoted = f"The last result was: {results[-1]}" if results else "Nothing to do."
        return {"role": "assistant", "content": script.get("text", quoted)}
    turn = turns[done]
    if isinstance(turn, str):
        return {"role": "assistant", "content": turn}
    calls = [
        {
            "id": f"call_{unique}_{index}",
            "type": "function",
            "function": {
                "name": call["name"],
                "arguments": call.get("raw", json.dumps(call.get("args", {}))),
            },
        }
        for index, call in enumerate(turn)
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _usage(script: dict[str, Any]) -> dict[str, Any] | None:
    if script.get("usage") is False:
        return None
    return {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}


def _reason(message: dict[str, Any]) -> str:
    return "tool_calls" if message.get("tool_calls") else "stop"


def _whole(message: dict[str, Any], body: dict[str, Any], script: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "finish_reason": _reason(message)}
    whole = {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [choice],
    }
    return whole | ({"usage": _usage(script)} if _usage(script) else {})


def _deltas(message: dict[str, Any]) -> list[dict[str, Any]]:
    text = message["content"] or ""
    pieces = [{"role": "assistant", "content": text[at : at + 7]} for at in range(0, len(text), 7)]
    for index, call in enumerate(message.get("tool_calls", [])):
        arguments = call["function"]["arguments"]
        head = call | {"index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        pieces.append({"role": "assistant", "content": None, "tool_calls": [head]})
        for at in range(0, len(arguments), 9):
            part = {"index": index, "function": {"arguments": arguments[at : at + 9]}}
            pieces.append({"tool_calls": [part]})
    return pieces


async def _events(
    message: dict[str, Any],
    body: dict[str, Any],
    script: dict[str, Any],
    fault: dict[str, Any],
    released: threading.Event,
) -> AsyncIterator[str]:
    frame = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}

    def event(delta: dict[str, Any], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return f"data: {json.dumps(frame | {'choices': [choice]})}\n\n"

    for count, delta in enumerate(_deltas(message)):
        if count == fault.get("cut"):
            raise ConnectionAbortedError
        if count == fault.get("silent_cut"):
            return
        while count == fault.get("hold") and not released.is_set():  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.01)
        yield event(delta)
        await asyncio.sleep(0)
    yield event({}, _reason(message))
    if _usage(script) and body.get("stream_options", {}).get("include_usage"):
        yield f"data: {json.dumps(frame | {'choices': [], 'usage': _usage(script)})}\n\n"
    yield "data: [DONE]\n\n"
