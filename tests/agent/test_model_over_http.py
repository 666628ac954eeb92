"""The language model brain against a real HTTP server on this machine, streamed and not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agent.answer_check import CORRECTION
from agent.brain import TurnState
from agent.conversation import TurnResult
from agent.models import Caps, Price
from tests.fakes.openai_server import OpenAIServer
from tests.gate import SAM

Script = Callable[..., str]


def stock(sku: str) -> dict[str, Any]:
    """A call of check_stock."""
    return {"name": "check_stock", "args": {"sku": sku}}


def ask(house: Any, text: str, **settings: Any) -> TurnResult:
    """One turn of a new conversation of Sam."""
    conversations = house.conversations(**settings)
    result: TurnResult = conversations.turn(conversations.start(SAM), text, principal=SAM)
    return result


def bodies(result: TurnResult, kind: str) -> list[Any]:
    """The bodies of the events of one kind."""
    return [event.body for event in result.events if event.kind == kind]


def shown(result: TurnResult) -> str:
    """The text a reader of the journal has in front of them at the end."""
    text = ""
    for body in bodies(result, "text"):
        text = body["text"] if body["restart"] else text + body["text"]
    return text


def test_a_tool_is_called_and_its_result_quoted(served: Any, script: Script) -> None:
    """The model's call reaches the tool, and the tool's answer reaches the model."""
    result = ask(served, script([stock("MUG-01")]))
    assert served.toolbox.ran == [("check_stock", {"sku": "MUG-01"})]
    assert result.state is TurnState.DONE
    assert result.answer == 'The last result was: {"on_hand":7,"sku":"MUG-01"}'


def test_parallel_calls_run_in_the_order_asked(served: Any, script: Script) -> None:
    """Several calls of one message all run, in order, and each gets its own answer."""
    skus = [f"SKU-{number}" for number in range(8)]
    result = ask(served, script([stock(sku) for sku in skus]))
    assert [args["sku"] for _, args in served.toolbox.ran] == skus
    calls = [(body["call"], body["args"]["sku"]) for body in bodies(result, "tool_call")]
    answers = [(body["call"], body["summary"]) for body in bodies(result, "tool_result")]
    assert [(call, f'{{"on_hand":7,"sku":"{sku}"}}') for call, sku in calls] == answers


def test_what_is_sent_begins_with_the_same_bytes(served: Any, script: Script, server: OpenAIServer) -> None:
    """System prompt and tools are the same in every request, so that a server may keep them."""
    ask(served, script([stock("A")], [stock("B")]))
    sent = server.requests[-3:]
    assert len({str([body["messages"][0], body["tools"]]) for body in sent}) == 1
    assert sent[0]["messages"][0]["role"] == "system"
    assert [body["messages"][: len(sent[0]["messages"])] for body in sent[1:]] == [sent[0]["messages"]] * 2


def test_the_tools_schema_is_sent_as_it_is(served: Any, script: Script, server: OpenAIServer) -> None:
    """The JSON Schema of a tool reaches the server unchanged."""
    ask(served, script())
    function = server.requests[-1]["tools"][0]["function"]
    assert function["name"] == "check_stock"
    assert function["parameters"]["properties"] == {"sku": {"type": "string"}}
    assert function["parameters"]["required"] == ["sku"]


def test_retry_after_is_honoured(served: Any, script: Script) -> None:
    """A 429 is tried again after exactly the time that the server asks for."""
    result = ask(served, script(faults=[{"status": 429, "retry_after": "7"}], text="Here."))
    assert (served.waits, result.answer) == ([7.0], "Here.")


def test_retry_after_zero_waits_for_nothing(served: Any, script: Script) -> None:
    """A 429 with Retry-After 0 is tried again at once."""
    result = ask(served, script(faults=[{"status": 429, "retry_after": "0"}], text="Here."))
    assert (served.waits, result.answer) == ([0.0], "Here.")


def test_a_wait_that_is_too_long_is_told(served: Any, script: Script) -> None:
    """A server that asks for an hour is not waited for."""
    result = ask(served, script(faults=[{"status": 429, "retry_after": "3600"}], text="Here."))
    assert (served.waits, result.state) == ([], TurnState.FAILED)
    assert "could not be reached after 1 try: HTTP 429" in result.answer


def test_a_server_fault_is_tried_again(served: Any, script: Script) -> None:
    """A 500 and then an answer is an answer; the tries are in the usage."""
    result = ask(served, script(faults=[{"status": 500}, {"status": 503}], text="Here."))
    assert result.answer == "Here."
    assert [body["attempts"] for body in bodies(result, "usage")] == [3]


def test_a_server_that_stays_down_is_told_in_words(served: Any, script: Script, server: OpenAIServer) -> None:
    """After all tries the operator is told which model at which host, and that is an error event."""
    before = len(server.requests)
    result = ask(served, script(faults=[{"status": 500}] * 9))
    assert len(server.requests) - before == 4
    assert result.state is TurnState.FAILED
    assert "the model 'fake-1' at 127.0.0.1 could not be reached after 4 tries: HTTP 500" in result.answer
    assert bodies(result, "error")[0]["error"] == "ModelUnavailableError"


def test_other_client_errors_are_never_tried_again(served: Any, script: Script, server: OpenAIServer) -> None:
    """A 400 is told at once, and no secret stands in the message."""
    error = {"message": "bad key sk-test-secret and sk-other-1", "code": "x"}
    before = len(server.requests)
    result = ask(served, script(faults=[{"status": 400, "error": error}]))
    assert len(server.requests) - before == 1
    assert "refused the request" in result.answer
    assert "secret" not in result.answer
    assert "other" not in result.answer


def test_a_refused_key_names_the_setting(served: Any, script: Script) -> None:
    """A 401 says what to check and does not repeat the key."""
    error = {"message": "Incorrect API key provided: sk-test-secret", "code": "invalid_api_key"}
    result = ask(served, script(faults=[{"status": 401, "error": error}]))
    assert "check OPENAI_API_KEY" in result.answer
    assert "secret" not in str([*bodies(result, "error"), *bodies(result, "answer")])


def test_an_empty_account_is_not_tried_again(served: Any, script: Script) -> None:
    """A 429 for lack of quota is no passing state."""
    error = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
    result = ask(served, script(faults=[{"status": 429, "error": error}]))
    assert (served.waits, result.state) == ([], TurnState.FAILED)
    assert "no quota" in result.answer


def test_a_timeout_is_tried_again(served: Any, script: Script) -> None:
    """A server that does not answer in time is asked again, until it does."""
    text = script([stock("A")], faults=[{"hang": True}], text="Here.")
    # On a busy machine more tries than the first may be late; no try waits for the next.
    result = ask(served, text, timeout_seconds=1.0, attempts=20)
    assert result.answer == "Here."
    first, second = (body["attempts"] for body in bodies(result, "usage"))
    assert first >= 2
    assert second >= 1


def test_a_server_that_never_answers_is_told_in_words(served: Any, script: Script) -> None:
    """Only timeouts end in words, too."""
    result = ask(served, script(faults=[{"hang": True}] * 4), timeout_seconds=0.2, attempts=2)
    assert "could not be reached after 2 tries: no answer in time" in result.answer


def test_a_server_that_is_not_there_is_told_in_words(served: Any, script: Script) -> None:
    """A closed port is no connection."""
    result = ask(served, "hello", base_url="http://127.0.0.1:9/v1", attempts=2)
    assert "could not be reached after 2 tries: no connection" in result.answer


@pytest.mark.parametrize("fault", ["cut", "silent_cut"])
def test_a_cut_stream_is_told_once(served: Any, script: Script, fault: str) -> None:
    """A stream that breaks off is asked for again, and no word is shown twice."""
    if not served.settings.stream:
        pytest.skip("only a stream can be cut")
    text = "There are seven mugs on hand in Leeds, and none are on their way."
    live: list[str] = []
    conversations = served.conversations()
    result = conversations.turn(
        conversations.start(SAM),
        script(text=text, faults=[{fault: 5}]),
        lambda event: live.append(event.body["text"]) if event.kind == "delta" else None,
        principal=SAM,
    )
    assert result.answer == text
    assert shown(result) == text
    assert "".join(live) == text


def test_a_cut_tool_call_never_runs_by_half(served: Any, script: Script) -> None:
    """A tool call whose arguments broke off is not completed by guessing; the whole one runs once."""
    result = ask(served, script([stock("LONG-SKU-0001")], faults=[{"cut": 2}, {"silent_cut": 2}]))
    assert served.toolbox.ran == [("check_stock", {"sku": "LONG-SKU-0001"})]
    assert result.state is TurnState.DONE


@pytest.mark.parametrize("raw", ['{"sku": "A', "sku=A", '["A"]', '{"sku": "A"}}', '"A"', "7"])
def test_malformed_arguments_become_an_error_for_the_model(served: Any, script: Script, raw: str) -> None:
    """Arguments that are no JSON object run nothing; the model is told and may go on."""
    result = ask(served, script([{"name": "check_stock", "raw": raw}], [stock("A")]))
    assert served.toolbox.ran == [("check_stock", {"sku": "A"})]
    assert [body["status"] for body in bodies(result, "tool_result")] == ["error", "ok"]
    assert "not valid JSON" in bodies(result, "tool_result")[0]["summary"]
    assert result.state is TurnState.DONE


def test_a_good_call_beside_a_malformed_one_runs(served: Any, script: Script) -> None:
    """One broken call in a message does not keep the others from running."""
    result = ask(served, script([{"name": "check_stock", "raw": "{"}, stock("B")]))
    assert served.toolbox.ran == [("check_stock", {"sku": "B"})]
    assert [body["status"] for body in bodies(result, "tool_result")] == ["error", "ok"]


def test_an_unknown_tool_becomes_an_error_for_the_model(served: Any, script: Script) -> None:
    """A tool that does not exist is named, with the ones that do."""
    result = ask(served, script([{"name": "approve", "args": {"id": "A-1"}}]))
    (answer,) = bodies(result, "tool_result")
    assert answer["status"] == "error"
    assert "there is no tool 'approve'; the tools are check_stock," in answer["summary"]
    assert result.state is TurnState.DONE


def test_an_endless_loop_ends_at_the_step_cap(served: Any, script: Script, server: OpenAIServer) -> None:
    """A model that only calls tools is ended in words after the capped number of model calls."""
    before = len(server.requests)
    result = ask(served, script([stock("A")], forever=True), turn=Caps(steps=5))
    assert len(server.requests) - before == 5
    assert result.state is TurnState.CAPPED
    assert "the limit of 5 model calls for this request is reached" in result.answer


WRITTEN = [
    'functions.get_price: {"sku": "A"}',
    '<tool_call>{"name": "check_stock"}</tool_call>',
    'Let me look.\n```json\n{"name": "check_stock", "arguments": {"sku": "A"}}\n```',
    'check_stock(sku="A")',
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_call_written_as_text_is_corrected_once(
    served: Any, script: Script, server: OpenAIServer, text: str
) -> None:
    """A tool call in words is no answer: nobody sees it, and the model gets one more chance."""
    result = ask(served, script(text, [stock("A")], text="Seven."))
    assert (result.answer, shown(result)) == ("Seven.", "Seven.")
    assert served.toolbox.ran == [("check_stock", {"sku": "A"})]
    assert server.requests[-2]["messages"][-1]["content"] == CORRECTION


def test_a_call_written_twice_as_text_is_a_failure_in_words(served: Any, script: Script) -> None:
    """A model that cannot call tools is told to the operator; its text is not shown."""
    result = ask(served, script("functions.get_price:", "functions.get_price:"))
    assert result.state is TurnState.FAILED
    assert "nothing was run" in result.answer
    assert shown(result) == ""


def test_an_empty_answer_is_asked_for_again(served: Any, script: Script) -> None:
    """Nothing at all is no answer either."""
    assert ask(served, script("", text="Seven.")).answer == "Seven."


def test_usage_is_counted_and_priced(served: Any, script: Script) -> None:
    """Tokens come from the server, also of streams, and cost what the settings say, exactly."""
    price = Price(Decimal("0.0025"), Decimal("0.01"), "EUR")
    result = ask(served, script([stock("A")]), price=price)
    assert (result.usage.steps, result.usage.tokens) == (2, 2_200)
    assert result.usage.cost == Decimal("0.007")
    assert bodies(result, "usage")[0]["cost"] == "0.0035"
    assert not bodies(result, "usage")[0]["estimated"]


def test_usage_that_is_not_told_is_estimated(served: Any, script: Script) -> None:
    """A server without usage does not switch the caps off: letters are counted instead."""
    result = ask(served, script(usage=False, text="Here."))
    (body,) = bodies(result, "usage")
    assert body["estimated"]
    assert body["input"] > 250


def test_the_fallback_model_answers_when_the_first_is_down(served: Any, script: Script) -> None:
    """When the first model cannot be reached the second is asked, and the operator is told."""
    result = ask(served, script(text="Here.", down="fake-1"), fallback="openai:fake-2", attempts=2)
    assert result.answer == "Here."
    assert bodies(result, "usage")[0]["model"] == "fake-2"
    assert "fake-2 answered" in bodies(result, "notice")[0]["text"]


def test_the_key_is_sent_and_kept_nowhere(served: Any, script: Script, server: OpenAIServer) -> None:
    """The key goes to the server and into no event, message or representation."""
    result = ask(served, script([stock("A")]))
    assert server.keys[-1] == "Bearer sk-test-secret"
    assert "secret" not in str(result)
    assert "secret" not in repr(replace(served.settings))
