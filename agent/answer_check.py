"""What a model's message must pass before it is delivered, and what it is told when it does not.

A tool call written as text, or nothing at all, is no answer. An answer whose numbers no tool returned is sent
back once; if it stays wrong, the numbers are taken out and the operator is told so. A model that goes in
circles, or fails twice with results in hand, is asked once more without any tools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.brain import ToolOutcome
from agent.number_check import UNSUPPORTED, Known, says_numbers, unsupported, without
from agent.plan import MAKE_PLAN
from agent.textflow import looks_like_a_call
from agent.tool_choice import FIND_TOOLS

CORRECTION: Final = (
    "[Shophand] Your last message was not delivered: it was empty, or a tool call written as text. Nothing"
    " was run. To use a tool, make a tool call; to answer, write plain sentences."
)
CONCLUDE: Final = (
    "[Shophand] No tools are offered now: answer the operator in plain sentences from the results that you"
    " have, and say what could not be found out."
)
_NUMBERS_END: Final = (
    ". Never calculate or guess. Look it up with a tool, or answer once again with the numbers of the tool"
    " results exactly as they stand."
)
UNCONFIRMED: Final = "[not confirmed]"
TAKEN_OUT: Final = "Numbers that no tool returned were taken out of this answer."
_SAME_RESULT: Final = 3
"""So often may a tool give the same result in a turn before the model is told to answer."""
_LETTERS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A message as it may stand. `fault` is what the model is told instead of delivering it.

    `hopeless`: another try would not help. `taken_out` are the numbers that were replaced in the text.
    """

    message: AIMessage
    fault: str | None = None
    hopeless: bool = False
    taken_out: tuple[str, ...] = ()


@dataclass(slots=True)
class AnswerCheck:
    """The checks of one turn. `names` are all its tools; `rules` is what the system message says of rules.

    `concluding`: from now on no tools are offered.
    """

    names: Sequence[str]
    rules: str = ""
    concluding: bool = False
    _results: list[str] = field(default_factory=list)
    _same: Counter[str] = field(default_factory=Counter)
    _failures: int = 0
    _sent_back: bool = False

    def begin(self) -> str | None:
        """A new step: what the model is told first, if it has gone in circles."""
        self._failures = 0
        if self.concluding or not any(times >= _SAME_RESULT for times in self._same.values()):
            return None
        self.concluding = True
        return CONCLUDE

    def keep(self, outcome: ToolOutcome) -> None:
        """Remember a tool's result."""
        self._same[f"{outcome.name} {outcome.content}"] += 1
        if not outcome.tainted and not outcome.failed and outcome.name not in (MAKE_PLAN, FIND_TOOLS):
            self._results.append(outcome.content)

    def judge(self, message: AIMessage, sent: Sequence[BaseMessage]) -> Judged:
        """Whether the message may be delivered; `sent` is what the model was sent."""
        if message.tool_calls:
            return Judged(message)
        text = str(message.text)
        if not text.strip() or looks_like_a_call(text, self.names):
            return self._no_answer(message)
        wrong = unsupported(text, self._known(sent)) if says_numbers(text) else []
        if not wrong:
            return Judged(message)
        if not self._sent_back:
            self._sent_back = True
            return Judged(message, UNSUPPORTED + ", ".join(wrong) + _NUMBERS_END)
        text = f"{without(text, wrong, UNCONFIRMED)}\n\n{TAKEN_OUT}"
        return Judged(message.model_copy(update={"content": text}), taken_out=tuple(wrong))

    def _no_answer(self, message: AIMessage) -> Judged:
        self._failures += 1
        if self._failures == 1:
            return Judged(message, CORRECTION)
        if self.concluding or not self._results:
            return Judged(message, CORRECTION, hopeless=True)
        self.concluding = True
        results = "\n".join(dict.fromkeys(self._results))[-_LETTERS:]
        return Judged(message, f"{CONCLUDE} The results:\n{results}")

    def _known(self, sent: Iterable[BaseMessage]) -> Known:
        """What operator, tools and rules have said; our own corrections repeat wrong numbers."""
        known = Known()
        known.learn(self.rules)
        for message in sent:
            text = str(message.text)
            if isinstance(message, ToolMessage) or (
                isinstance(message, HumanMessage) and not text.startswith(UNSUPPORTED)
            ):
                known.learn(text)
        return known
