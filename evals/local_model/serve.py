"""Serves a local GGUF model over OpenAI's chat protocol, tool calls included: an aid of evaluations.

Run it with the Python of an environment of its own that has ``llama-cpp-python`` (compiled for the processor
at hand: minutes once, then faster) or ``xllamacpp`` (llama.cpp as a ready-made wheel); nothing of the project
is imported here, and nothing of this is a dependency of the project:

    python evals/local_model/serve.py --model qwen.gguf --port 8711

For models of the ChatML family that keep to no format of tool calls by themselves: a grammar holds the model
to a message or to one of the offered names, and a call's arguments to their JSON Schema; one call at a time.
The format is that of llama-cpp-python's ``chatml-function-calling`` with these differences: descriptions and
results of tools are shown to the model, ``tool_choice`` need not be set, and an answer may be any words (a
grammar there lets only further calls through once tools are offered, so no answer can come). The prefix that
a prompt shares with the last one is not read again.
"""

import argparse
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

LONGEST = 400
"""Tokens of one answer or of one call's arguments: a small model does not always find an end."""
STOP = ["<|im_end|>"]
_HOW = """

You have access to the following functions:
{functions}
You can respond with either a single message or a function call.

To respond with a message begin with 'message:', in this format:

message:
<message>

To call a function begin with 'functions.<function_name>:', in this format:

functions.<function_name>:
{{"arg1": "value1", "arg2": "value2"}}"""


Complete = Callable[[str, str | None, dict[str, Any] | None], dict[str, Any]]
"""A completion of a text, held by a GBNF grammar or by a JSON Schema, in the form of OpenAI's completions."""


def compiled(options: argparse.Namespace) -> Complete:
    """Completions by llama-cpp-python; ImportError where it is not there."""
    import llama_cpp  # type: ignore[import-not-found]  # noqa: PLC0415 - an environment of its own may have it

    model = llama_cpp.Llama(
        options.model, n_ctx=options.context, n_threads=options.threads, n_threads_batch=options.threads,
        n_batch=512, verbose=False,
    )  # fmt: skip

    def complete(text: str, grammar: str | None, schema: dict[str, Any] | None) -> dict[str, Any]:
        held = None
        if grammar is not None:
            held = llama_cpp.LlamaGrammar.from_string(grammar, verbose=False)
        elif schema is not None:
            held = llama_cpp.LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)
        # Tokens, since a text would get the model's own beginning in front.
        tokens = model.tokenize(text.encode(), add_bos=False, special=True)
        done: dict[str, Any] = model.create_completion(
            tokens, max_tokens=LONGEST, temperature=0.0, stop=STOP, grammar=held
        )
        return done

    return complete


def ready_made(options: argparse.Namespace) -> Complete:
    """Completions by xllamacpp, in two slots; ImportError where it is not there."""
    import xllamacpp  # type: ignore[import-not-found]  # noqa: PLC0415 - an environment of its own may have it

    wanted = xllamacpp.CommonParams()
    wanted.model.path = options.model
    wanted.n_ctx = 2 * options.context
    wanted.n_parallel = 2
    wanted.port = 0
    wanted.cpuparams.n_threads = options.threads
    wanted.cpuparams_batch.n_threads = options.threads
    server = xllamacpp.Server(wanted)

    def complete(text: str, grammar: str | None, schema: dict[str, Any] | None) -> dict[str, Any]:
        held = {"grammar": grammar} if grammar is not None else {"json_schema": schema} if schema else {}
        asked = {"prompt": text, "n_predict": LONGEST, "temperature": 0.0, "stop": STOP, **held}
        done: dict[str, Any] = server.handle_completions({**asked, "cache_prompt": True})
        return done

    return complete


class Model:
    """The model, and what one answer of it has used so far."""

    def __init__(self, complete: Complete) -> None:
        self._completion = complete

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """One chat completion, as OpenAI's protocol has it."""
        tools = request.get("tools") or []
        offered = [] if request.get("tool_choice") == "none" else [each["function"] for each in tools]
        written = prompt(request["messages"], offered)
        spent: list[int] = []
        chosen = "message:"
        if offered:
            names = " | ".join(json.dumps(f"functions.{each['name']}:") for each in offered)
            chosen = self._complete(written, spent, grammar=f'root ::= "message:" | {names}').strip()
        call = next((each for each in offered if f"functions.{each['name']}:" == chosen), None)
        message: dict[str, Any] = {"role": "assistant", "content": None}
        if call is None:
            begun = f"{written}message:\n" if offered else written
            message["content"] = self._complete(begun, spent).strip()
        else:
            arguments = self._complete(f"{written}{chosen}\n", spent, schema=call["parameters"])
            function = {"name": call["name"], "arguments": arguments.strip()}
            made = {"id": f"call_{len(written)}", "type": "function", "function": function}
            message["tool_calls"] = [made]
        return body(message, spent)

    def _complete(
        self, text: str, spent: list[int], grammar: str | None = None, schema: dict[str, Any] | None = None
    ) -> str:
        """A completion; adds the prompt's tokens (of the first one) and those written to `spent`."""
        done = self._completion(text, grammar, schema)
        usage = done["usage"]
        spent += (
            [usage["completion_tokens"]] if spent else [usage["prompt_tokens"], usage["completion_tokens"]]
        )
        return str(done["choices"][0]["text"])


def prompt(messages: list[Any], offered: list[Any]) -> str:
    """The conversation as the model reads it, system message and functions in front."""
    parts = []
    for message in messages:
        role, text = message["role"], _text(message.get("content"))
        if role == "system" and offered:
            text += _HOW.format(functions="".join(map(_function, offered)))
        elif role == "tool":
            role, text = "user", f"Result of the function:\n{text}"
        elif role == "assistant" and message.get("tool_calls"):
            calls = [each["function"] for each in message["tool_calls"]]
            text = "\n".join(f"functions.{each['name']}:\n{each['arguments']}" for each in calls)
        elif role == "assistant" and offered:
            text = f"message:\n{text}"
        parts.append(f"<|im_start|>{role}\n{text}<|im_end|>\n")
    return "".join(parts) + "<|im_start|>assistant\n"


def _function(each: Any) -> str:
    return f"\nfunctions.{each['name']}: {each.get('description', '')}\n{json.dumps(each['parameters'])}\n"


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(each.get("text", "") for each in content)
    return content or ""


def body(message: dict[str, Any], spent: list[int]) -> dict[str, Any]:
    """The answer around a message."""
    reason = "tool_calls" if "tool_calls" in message else "stop"
    written = sum(spent[1:])
    usage = {"prompt_tokens": spent[0], "completion_tokens": written, "total_tokens": sum(spent)}
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 0,
        "model": "local",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
        "usage": usage,
    }


def chunks(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer as a stream: everything, the end, and what it used."""
    (choice,) = whole["choices"]
    delta = dict(choice["message"])
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": 0, **each} for each in delta["tool_calls"]]
    base = {**whole, "object": "chat.completion.chunk", "usage": None}
    ends: tuple[tuple[dict[str, Any], str | None], ...] = ((delta, None), ({}, choice["finish_reason"]))
    made = [{"index": 0, "delta": part, "finish_reason": reason, "logprobs": None} for part, reason in ends]
    return [*({**base, "choices": [one]} for one in made), {**base, "choices": [], "usage": whole["usage"]}]


def handler(model: Any, lock: Any) -> type[BaseHTTPRequestHandler]:
    """The requests' handler: one path, one request at a time."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/chat/completions":
                self.send_error(404)
                return
            with lock:
                whole = model.answer(request)
            streamed = bool(request.get("stream"))
            lines = [f"data: {json.dumps(each)}\n\n" for each in chunks(whole)]
            text = "".join([*lines, "data: [DONE]\n\n"]) if streamed else json.dumps(whole)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

    return Handler


def completions(options: argparse.Namespace) -> Complete:
    """Those of the library that is there, the compiled one first."""
    try:
        return compiled(options)
    except ImportError:
        return ready_made(options)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="Serve a GGUF model on this machine.")
    parser.add_argument("--model", required=True, help="the GGUF file")
    parser.add_argument("--port", type=int, default=8711)
    parser.add_argument("--context", type=int, default=16_384, help="tokens; every tool at once needs 16,384")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    server = HTTPServer(("127.0.0.1", options.port), handler(Model(completions(options)), threading.Lock()))
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
