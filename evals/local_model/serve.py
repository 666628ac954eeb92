"""Serves a local GGUF model over OpenAI's chat protocol, tool calls included: an aid of evaluations.

Run it with the Python of an environment of its own that has ``llama-cpp-python[server]``; nothing of the
project is imported here, and nothing of this is a dependency of the project:

    python evals/local_model/serve.py --model qwen.gguf --n_ctx 16384 --host 127.0.0.1 --port 8711

The options are those of ``python -m llama_cpp.server``. That server's own format for tool calls
(``chatml-function-calling``) leaves out descriptions and the results of tools, needs ``tool_choice`` to be
set, and once tools are offered lets the model write tool calls only, so that no answer in words can come.
This format differs in exactly these four points. As there, a grammar holds the model to the offered names
and to the JSON Schema of the arguments; one call at a time.
"""

import json
import sys
from typing import Any

import llama_cpp  # type: ignore[import-not-found]  # an environment of its own has it, the project's has not
from llama_cpp.llama_chat_format import (  # type: ignore[import-not-found]  # as above: not of this project
    register_chat_completion_handler,
)

LONGEST = 400
"""Tokens of one answer or of one call's arguments."""
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


def tools_in_words(
    llama: Any, messages: list[Any], tools: Any = None, tool_choice: Any = None, **options: Any
) -> Any:
    """One chat completion; see the module's text."""
    offered = [] if tool_choice == "none" else [each["function"] for each in tools or ()]
    prompt = _prompt(messages, offered)
    names = ("temperature", "top_p", "top_k", "min_p", "seed")
    kept: dict[str, Any] = {name: options[name] for name in names if name in options}
    chosen, spent = "message", [0, 0]
    if offered:
        rules = " | ".join(json.dumps(f"functions.{each['name']}:") for each in offered)
        chosen = _complete(
            llama, prompt, spent, {**kept, "temperature": 0.0}, f'root ::= "message:" | {rules}'
        )
        chosen = chosen.strip().removesuffix(":")
    call = next((each for each in offered if f"functions.{each['name']}" == chosen), None)
    if call is None:
        begun = prompt + ("message:\n" if offered else "")
        message: dict[str, Any] = {
            "role": "assistant",
            "content": _complete(llama, begun, spent, kept).strip(),
        }
    else:
        schema = json.dumps(call["parameters"])
        arguments = _complete(llama, f"{prompt}{chosen}:\n", spent, kept, schema=schema)
        function = {"name": call["name"], "arguments": arguments.strip()}
        made = {"id": f"call_{spent[0]}_{spent[1]}", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [made]}
    body = _body(message, spent)
    return _streamed(body) if options.get("stream") else body


def _complete(
    llama: Any, prompt: str, spent: list[int], options: dict[str, Any], rule: str = "", schema: str = ""
) -> str:
    """A completion; adds to `spent` the prompt's tokens (of the first one only) and those written."""
    grammar = None
    if rule:
        grammar = llama_cpp.LlamaGrammar.from_string(rule, verbose=False)
    elif schema:
        grammar = llama_cpp.LlamaGrammar.from_json_schema(schema, verbose=False)
    done = llama.create_completion(
        prompt=prompt, max_tokens=LONGEST, stop=["<|im_end|>"], grammar=grammar, **options
    )
    spent[0] = spent[0] or done["usage"]["prompt_tokens"]
    spent[1] += done["usage"]["completion_tokens"]
    return str(done["choices"][0]["text"])


def _prompt(messages: list[Any], offered: list[Any]) -> str:
    """The conversation as the model reads it, system message and functions in front."""
    parts = []
    for message in messages:
        role, text = message["role"], _text(message.get("content"))
        if role == "system" and offered:
            functions = "".join(map(_function, offered))
            text += _HOW.format(functions=functions)
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


def _body(message: dict[str, Any], spent: list[int]) -> dict[str, Any]:
    reason = "tool_calls" if "tool_calls" in message else "stop"
    usage = {"prompt_tokens": spent[0], "completion_tokens": spent[1], "total_tokens": sum(spent)}
    choice = {"index": 0, "message": message, "finish_reason": reason, "logprobs": None}
    return {
        "id": "chatcmpl-local",
        "object": "chat.completion",
        "created": 0,
        "model": "local",
        "choices": [choice],
        "usage": usage,
    }


def _streamed(body: dict[str, Any]) -> Any:
    """The answer as a stream of two chunks: everything, and the end."""
    (choice,) = body["choices"]
    delta = dict(choice["message"])
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": 0, **each} for each in delta["tool_calls"]]
    for part, reason in ((delta, None), ({}, choice["finish_reason"])):
        made = {"index": 0, "delta": part, "finish_reason": reason, "logprobs": None}
        yield {**body, "object": "chat.completion.chunk", "choices": [made], "usage": None}


if __name__ == "__main__":
    from llama_cpp.server.__main__ import main  # type: ignore[import-not-found]  # as above: not of this project

    register_chat_completion_handler("tools-in-words")(tools_in_words)
    sys.argv += ["--chat_format", "tools-in-words"]
    main()
