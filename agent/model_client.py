"""One question to a language model: streamed, retried in one place, never doubled, errors in words.

The openai client's own retries are switched off and no LangChain retry is used; tenacity is the one
layer. Only what may pass is tried again: timeouts, broken connections, a stream cut short, 5xx and 429
(as long as ``Retry-After`` asks). A refused key or a malformed request is told at once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import openai
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_any,
    wait_random_exponential,
)
from tenacity.stop import stop_base as StopBase  # noqa: N812 - tenacity's name for a class

from agent.models import ModelSettings, Usage
from shop.errors import ModelError, ModelUnavailableError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool

_SERVER_FAULT: Final = 500
_TOO_MANY: Final = 429
_CHARACTERS_PER_TOKEN: Final = 4
"""English text has about four characters to a token; used only when the server reports no usage."""
_BACKOFF: Final = wait_random_exponential(multiplier=0.5, max=8)
_SECRET = re.compile(r"(sk-|key-|Bearer\s+)[\w*.\-]+", re.IGNORECASE)


class _CutStreamError(Exception):
    """The stream ended before the model said it was finished."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the asker does while the model speaks: hear text, start over, be allowed to stop the call."""

    text: Callable[[str], None] = lambda _text: None
    restart: Callable[[], None] = lambda: None
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Reply:
    """The model's message and what it used; `fell_back` when another model than the first answered."""

    message: AIMessage
    usage: Usage
    fell_back: bool = False


@dataclass(slots=True)
class ModelClient:
    """Asks the configured model, then the fallback model if the first cannot be reached.

    `chat` makes the LangChain model for a name; tests give their own. `sleep` waits between tries.
    """

    settings: ModelSettings
    chat: Callable[[str], BaseChatModel] | None = None
    sleep: Callable[[float], None] = time.sleep
    timer: Callable[[], float] = time.monotonic
    _models: dict[str, BaseChatModel] = field(default_factory=dict)

    def ask(self, messages: Sequence[BaseMessage], tools: Sequence[BaseTool], hearing: Hearing) -> Reply:
        """The model's next message.

        Raises ModelUnavailableError when no model could be reached after all tries, ModelError when the
        request was refused, and whatever `hearing.check` raises to end the call.
        """
        names = self.settings.names
        for name in names:
            try:
                reply = self._ask_one(name, messages, tools, hearing)
            except ModelUnavailableError:
                if name == names[-1]:
                    raise
                hearing.restart()
            else:
                return Reply(reply.message, reply.usage, fell_back=name != names[0])
        raise ModelUnavailableError("no language model is configured; set SHOPHAND_MODEL")

    @property
    def primary(self) -> BaseChatModel:
        """The first model, as LangChain wants it."""
        return self._model(self.settings.names[0])

    def _ask_one(
        self, name: str, messages: Sequence[BaseMessage], tools: Sequence[BaseTool], hearing: Hearing
    ) -> Reply:
        model = self._model(name)
        # "auto" is the protocol's default, which some servers (llama-cpp-python's) take for "none".
        bound = model.bind_tools(tools, tool_choice="auto") if tools else model
        started = self.timer()
        tries = 0

        def attempt() -> AIMessage:
            nonlocal tries
            tries += 1
            hearing.check()
            if tries > 1:
                hearing.restart()
            return self._listen(bound, messages, hearing)

        try:
            message = self._retrying()(attempt)
        except (openai.OpenAIError, _CutStreamError) as error:
            raise self._in_words(error, name, tries) from error
        return Reply(message, self._usage(message, name, messages, self.timer() - started, tries))

    def _listen(self, model: Any, messages: Sequence[BaseMessage], hearing: Hearing) -> AIMessage:
        if not self.settings.stream:
            message: AIMessage = model.invoke(list(messages))
            hearing.text(str(message.text))
            return message
        whole: AIMessageChunk | None = None
        for chunk in model.stream(list(messages)):
            hearing.check()
            whole = chunk if whole is None else whole + chunk
            if chunk.text:
                hearing.text(str(chunk.text))
        if whole is None or not whole.response_metadata.get("finish_reason"):
            raise _CutStreamError
        return whole

    def _model(self, name: str) -> BaseChatModel:
        if name not in self._models:
            self._models[name] = self.chat(name) if self.chat else openai_model(name, self.settings)
        return self._models[name]

    def _retrying(self) -> Retrying:
        too_long = _AsksToWaitOver(self.settings.longest_wait_seconds)
        return Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_any(stop_after_attempt(self.settings.attempts), too_long),
            wait=_wait,
            sleep=self.sleep,
            reraise=True,
        )

    def _usage(
        self, message: AIMessage, name: str, sent: Sequence[BaseMessage], seconds: float, tries: int
    ) -> Usage:
        tokens_in, tokens_out = tokens_of(message, sent)
        price = self.settings.price
        return Usage(
            model=name,
            input=tokens_in,
            output=tokens_out,
            seconds=seconds,
            attempts=tries,
            cost=price.of(tokens_in, tokens_out) if price else None,
            currency=price.currency if price else "",
            estimated=message.usage_metadata is None,
        )

    def _in_words(self, error: Exception, name: str, tries: int) -> ModelError:
        where = f"the model {name!r} at {self.settings.endpoint}"
        if _may_pass(error):
            count = "1 try" if tries == 1 else f"{tries} tries"
            return ModelUnavailableError(f"{where} could not be reached after {count}: {_reason(error)}")
        if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
            return ModelError(f"{where} refused the key: check OPENAI_API_KEY")
        if isinstance(error, openai.NotFoundError):
            return ModelError(f"{where} does not exist there: check SHOPHAND_MODEL and OPENAI_BASE_URL")
        if getattr(error, "code", None) == "context_length_exceeded":
            return ModelError(f"this conversation is too long for {where}: start a new one")
        if getattr(error, "code", None) == "insufficient_quota":
            return ModelError(f"the account of {where} has no quota left")
        return ModelError(f"{where} refused the request: {self._harmless(_reason(error))}")

    def _harmless(self, text: str) -> str:
        if self.settings.api_key:
            text = text.replace(self.settings.api_key, "***")
        return _SECRET.sub(r"\1***", text)[:300]


class _AsksToWaitOver(StopBase):
    """Give up when the server asks for a longer wait than an operator would sit through."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, retry_state: RetryCallState) -> bool:
        return (_retry_after(_error(retry_state)) or 0.0) > self._seconds


def openai_model(name: str, settings: ModelSettings) -> BaseChatModel:
    """The chat model of an OpenAI-compatible endpoint, without any retries of its own."""
    from pydantic import SecretStr  # noqa: PLC0415 - as below

    from agent.openai_chat import WholeCalls  # noqa: PLC0415 - heavy; only a configured model pays for it

    return WholeCalls(
        model=name,
        base_url=settings.base_url,
        api_key=SecretStr(settings.api_key or "none"),
        timeout=settings.timeout_seconds,
        max_retries=0,
        temperature=settings.temperature,
        stream_usage=settings.stream,
        use_responses_api=False,
    )


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, (_CutStreamError, openai.APIConnectionError)):
        return True
    if isinstance(error, openai.APIStatusError):
        if error.status_code == _TOO_MANY:
            return error.code != "insufficient_quota"
        return error.status_code >= _SERVER_FAULT
    return type(error) is openai.APIError  # an error told inside the stream, without a status


def _wait(state: RetryCallState) -> float:
    asked = _retry_after(_error(state))
    return _BACKOFF(state) if asked is None else asked


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _retry_after(error: BaseException | None) -> float | None:
    """Seconds that the server asks to wait (RFC 9110, section 10.2.3: seconds or a date); None if silent."""
    if not isinstance(error, openai.APIStatusError):
        return None
    value = error.response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _reason(error: Exception) -> str:
    if isinstance(error, _CutStreamError):
        return "the answer broke off"
    if isinstance(error, openai.APITimeoutError):
        return "no answer in time"
    if isinstance(error, openai.APIConnectionError):
        return "no connection"
    if isinstance(error, openai.APIStatusError) and _may_pass(error):
        return f"HTTP {error.status_code}"
    return str(getattr(error, "message", None) or type(error).__name__)


def tokens_of(message: AIMessage, sent: Sequence[BaseMessage]) -> tuple[int, int]:
    """The tokens that a model read and wrote, as its server told; else reckoned from the letters."""
    told = message.usage_metadata
    if told is not None:
        return told["input_tokens"], told["output_tokens"]
    read = sum(_length(each) for each in sent) // _CHARACTERS_PER_TOKEN
    return read, _length(message) // _CHARACTERS_PER_TOKEN + 1


def _length(message: BaseMessage) -> int:
    calls: list[Any] = getattr(message, "tool_calls", [])
    return len(str(message.text)) + sum(len(str(call["args"])) for call in calls)
