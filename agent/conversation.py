"""Conversations: an operator asks, a brain works, the journal remembers.

A turn belongs to the conversation and not to the process or the request that started it: everything is in
the journal, so a page may reload, another process may stop it, and what a crash cut off is closed in
words at the next start. An action that had been submitted is found by its key and never sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from agent.brain import Answer, Brain, Turn, TurnState, TurnStoppedError
from agent.caps import Meter
from agent.journal import Draft, EventKind, Journal
from agent.liveness import alive, this_process
from agent.models import ModelSettings, Totals
from agent.news import decided_since, what_ran
from agent.recorder import Listener, Recorder, nobody
from agent.stopping import StopFlag
from agent.turn_tools import Memory, Toolbox, TurnTools, recall
from shop.clock import Clock, utc_now
from shop.errors import AccessDeniedError, CapReachedError, ConflictError, InvalidActionError, ShopError
from shop.people import Kind, Principal, Role
from shop.store.database import Database
from shop.store.journal import OPEN, RUNNING, StoredEvent, Stream
from tools.desk import Desk, Session
from tools.knowledge.guide_library import Library

CONVERSATION: Final = "conversation"
ASSISTANT: Final = "assistant"
LONGEST_REQUEST: Final = 20_000
_TITLE: Final = 80


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What came of a request; `events` are its journalled events, in order."""

    conversation: str
    turn: int
    answer: str
    state: TurnState
    events: tuple[StoredEvent, ...]
    usage: Totals


class Conversations:
    """The conversations of one store. `brain` and `toolbox` replace the configured ones in tests."""

    def __init__(
        self,
        db: Database,
        desk: Desk,
        settings: ModelSettings,
        clock: Clock = utc_now,
        *,
        guides: Path | Library | None = None,
        brain: Brain | None = None,
        toolbox: Callable[[Session], Toolbox] | None = None,
    ) -> None:
        self.journal = Journal(db, clock)
        self._db = db
        self._desk = desk
        self._settings = settings
        self._clock = clock
        self._guides = guides
        self._brain = brain
        self._toolbox = toolbox
        self._flags: dict[str, StopFlag] = {}
        self._lock = Lock()

    def start(self, principal: Principal, title: str = "", *, with_customer: bool = False) -> str:
        """Begin a conversation of this person and give its id.

        `with_customer`: the person speaks with a customer in it, so identity and consent are asked from the
        first action on, and nobody else's records are looked up.
        """
        conversation = self.journal.open(CONVERSATION, _owner(principal), title)
        if with_customer:
            self._desk.identity.open(conversation)
        return conversation

    def tell(self, conversation: str, text: str) -> StoredEvent:
        """Add what a door did beside the assistant, such as a customer's yes; the next turn hears of it."""
        return self.journal.write(
            conversation, EventKind.NOTICE, {"turn": self._last_turn(conversation), "text": text}
        )

    def turn(
        self, conversation: str, text: str, on_event: Listener = nobody, *, principal: Principal
    ) -> TurnResult:
        """Work on a request until it is answered; every outcome but a defect of ours is a TurnResult.

        Raises NotFoundError, AccessDeniedError for somebody else's conversation, ConflictError while
        another turn is under way, InvalidActionError for an empty or overlong request.
        """
        text = _request(text)
        stream = self._mine(conversation, principal)
        self._close_if_dead(stream)
        earlier = self.journal.read(conversation, limit=_ALL)
        begun = self.journal.begin_turn(
            conversation, {"text": text, "by": _owner(principal), **this_process()}
        )
        if begun is None:
            raise ConflictError("a request is under way in this conversation: wait for its end or stop it")
        if not stream.title:
            self.journal.set_title(conversation, text[:_TITLE])
        number = int(begun[0].body["turn"])
        recorder = Recorder(self.journal, conversation, number, on_event)
        recorder.show(begun)
        flag = StopFlag(self.journal, conversation, begun[0].number)
        with self._lock:
            self._flags[conversation] = flag
        work = _Work(conversation, number, text, principal, earlier, recorder, flag)
        try:
            return self._work(work)
        except BaseException as error:
            self._give_up(work, error)
            raise
        finally:
            with self._lock:
                # The end of this turn was told before: the next one may have begun.
                if self._flags.get(conversation) is flag:
                    del self._flags[conversation]

    def newest(self, principal: Principal, limit: int = 50) -> list[Stream]:
        """The newest conversations of this person."""
        return self.journal.streams(CONVERSATION, limit, owner=_owner(principal))

    def stop(self, conversation: str, by: str = "") -> bool:
        """Ask the turn under way to stop, in whatever process it runs; False when there is none.

        One whose process died is closed here.
        """
        stream = self.journal.stream(conversation)
        if stream.state != RUNNING:
            return False
        if self._close_if_dead(stream):
            return True
        self.journal.write(conversation, EventKind.STOP, {"turn": self._last_turn(conversation), "by": by})
        with self._lock:
            flag = self._flags.get(conversation)
        if flag is not None:
            flag.set()
        return True

    def history(self, conversation: str, after: int = 0) -> list[StoredEvent]:
        """The events of a conversation numbered over `after`; raises NotFoundError."""
        self.journal.stream(conversation)
        return self.journal.read(conversation, after, limit=_ALL)

    def refresh(self, conversation: str) -> list[StoredEvent]:
        """Add an event for each of its approvals that was decided meanwhile; gives the new events."""
        events = self.journal.read(conversation, limit=_ALL)
        drafts = decided_since(self._desk, events, self._last_turn(conversation))
        return self.journal.write_all(conversation, drafts)

    def recover(self) -> int:
        """Close what a process that died left under way; every door calls it at its start."""
        running = self.journal.in_state(CONVERSATION, RUNNING)
        return sum(self._close_if_dead(stream) for stream in running)

    def is_busy(self, conversation: str) -> bool:
        """Whether a turn is under way; one whose process died is closed. Raises NotFoundError."""
        stream = self.journal.stream(conversation)
        return stream.state == RUNNING and not self._close_if_dead(stream)

    def check_owner(self, conversation: str, principal: Principal) -> None:
        """Raise NotFoundError, or AccessDeniedError for a conversation of somebody else."""
        self._mine(conversation, principal)

    def _mine(self, conversation: str, principal: Principal) -> Stream:
        stream = self.journal.stream(conversation)
        if stream.kind != CONVERSATION or stream.owner != _owner(principal):
            raise AccessDeniedError(f"conversation {conversation!r} belongs to somebody else")
        return stream

    def _last_turn(self, conversation: str) -> int:
        return len(self.journal.of_kinds(conversation, EventKind.USER))

    def _work(self, work: _Work) -> TurnResult:
        recorder = work.recorder
        recorder.together(*decided_since(self._desk, work.earlier, work.number))
        notices = [*_told_since(work.earlier), *_decided(recorder.events)]
        memory = recall([*work.earlier, *recorder.events])
        tools = TurnTools(
            self._tools(work, memory),
            recorder,
            memory,
            conversation=work.conversation,
            turn=work.number,
            check_stop=work.flag.check,
        )
        turn = Turn(
            conversation=work.conversation,
            number=work.number,
            text=work.text,
            history=_messages(work.earlier),
            tools=tools,
            shop=self._shop(work.session(memory)),
            check_stop=work.flag.check,
            notices=notices,
        )
        recorder.together(*(Draft(EventKind.MESSAGE, {"message": dict(each)}) for each in turn.request))
        answer = self._answer(turn, recorder, work.flag)
        tools.close_plan(finished=answer.state is TurnState.DONE)
        self._close(work, answer)
        used = Totals()
        for event in recorder.events:
            used = used.plus(event.body) if event.kind == EventKind.USAGE else used
        return TurnResult(
            work.conversation, work.number, answer.text, answer.state, tuple(recorder.events), used
        )

    def _answer(self, turn: Turn, recorder: Recorder, flag: StopFlag) -> Answer:
        """What the brain answers; its errors become answers in words."""
        try:
            return self._thinker(flag).run(turn, recorder)
        except TurnStoppedError:
            return Answer("Stopped. What was done until then stands above.", TurnState.STOPPED)
        except CapReachedError as error:
            return Answer(f"I stopped here: {error}. What was done until then stands.", TurnState.CAPPED)
        except ShopError as error:
            recorder(EventKind.ERROR, {"error": type(error).__name__, "text": str(error)})
            return Answer(f"I could not finish this: {error}", TurnState.FAILED)

    def _give_up(self, work: _Work, error: BaseException) -> None:
        """A defect of ours, or the end of the program: close the turn before the error goes on its way."""
        text = "an unexpected error ended this request; what was done until then stands above"
        said = {"role": "assistant", "content": text}
        work.recorder.together()
        drafts = [
            Draft(EventKind.ERROR, {"turn": work.number, "error": type(error).__name__, "text": text}),
            Draft(EventKind.MESSAGE, {"turn": work.number, "message": said}),
            Draft(EventKind.END, {"turn": work.number, "state": TurnState.FAILED.value}),
        ]
        work.recorder.show(self.journal.move_state(work.conversation, RUNNING, OPEN, drafts) or [])

    def _close(self, work: _Work, answer: Answer) -> None:
        work.recorder.together()
        drafts = []
        said = [event.body["message"] for event in work.recorder.events if event.kind == EventKind.MESSAGE]
        if said[-1]["role"] != "assistant" or said[-1]["content"] != answer.text or "tool_calls" in said[-1]:
            message = {"role": "assistant", "content": answer.text}
            drafts.append(Draft(EventKind.MESSAGE, {"turn": work.number, "message": message}))
        drafts.append(Draft(EventKind.ANSWER, {"turn": work.number, "text": answer.text}))
        drafts.append(Draft(EventKind.END, {"turn": work.number, "state": answer.state.value}))
        work.recorder.show(self.journal.move_state(work.conversation, RUNNING, OPEN, drafts) or [])

    def _close_if_dead(self, stream: Stream) -> bool:
        if stream.state != RUNNING:
            return False
        events = self.journal.read(stream.id, limit=_ALL)
        begun = next(event for event in reversed(events) if event.kind == EventKind.USER)
        if stream.id in self._flags or alive(begun, self._clock(), self._longest()):
            return False
        drafts = what_ran(self._desk, stream.id, events, begun)
        return self.journal.move_state(stream.id, RUNNING, OPEN, drafts) is not None

    def _longest(self) -> float:
        """Seconds after which no turn can still be under way: its own cap and one model call more."""
        turn = self._settings.turn.seconds or 86_400.0
        return turn + self._settings.timeout_seconds * self._settings.attempts

    def _thinker(self, flag: StopFlag) -> Brain:
        if self._brain is not None:
            return self._brain
        if self._settings.offline:
            from agent.offline.brain import OfflineBrain  # noqa: PLC0415 - only one brain is ever loaded

            return OfflineBrain()
        from agent.model_client import ModelClient  # noqa: PLC0415 - langchain takes seconds to import
        from agent.operator import LanguageModel  # noqa: PLC0415 - langchain takes seconds to import

        client = ModelClient(self._settings, sleep=flag.wait)
        return LanguageModel(client, Meter(self._settings, self.journal))

    def _tools(self, work: _Work, memory: Memory) -> Toolbox:
        session = work.session(memory)
        if self._toolbox is not None:
            return self._toolbox(session)
        from agent.shop_tools import ShopTools  # noqa: PLC0415 - the tools load the planning libraries

        return ShopTools(self._shop(session))

    def _shop(self, session: Session) -> Any:
        from tools.tool import Shop  # noqa: PLC0415 - the tools load the planning libraries

        return Shop(self._db, self._desk, session, self._guides, self._clock)


_ALL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Work:
    conversation: str
    number: int
    text: str
    principal: Principal
    earlier: list[StoredEvent]
    recorder: Recorder
    flag: StopFlag

    def session(self, memory: Memory) -> Session:
        """Where this turn's submissions come from."""
        return Session(_assistant_of(self.principal), self.conversation, tainted=memory.tainted)


def _told_since(events: list[StoredEvent]) -> list[str]:
    """What doors told a conversation after its last turn had ended."""
    ends = [at for at, event in enumerate(events, 1) if event.kind == EventKind.END]
    later = events[ends[-1] :] if ends else events
    return [str(event.body["text"]) for event in later if event.kind == EventKind.NOTICE]


def _decided(events: Sequence[StoredEvent]) -> list[str]:
    return [str(event.body["text"]) for event in events if event.kind == EventKind.APPROVAL]


def _messages(events: list[StoredEvent]) -> list[Any]:
    return [event.body["message"] for event in events if event.kind == EventKind.MESSAGE]


def _owner(principal: Principal) -> str:
    return principal.on_behalf_of or principal.id


def _assistant_of(principal: Principal) -> Principal:
    """The assistant at work for a person: it may ask for what an operator may, and approve nothing."""
    if not principal.is_human:
        return principal
    role = Role.OPERATOR if principal.roles - {Role.VIEWER} else Role.VIEWER
    return Principal(ASSISTANT, "Shophand", Kind.AGENT, frozenset({role}), on_behalf_of=principal.id)


def _request(text: str) -> str:
    if not text.strip():
        raise InvalidActionError("the request is empty")
    if len(text) > LONGEST_REQUEST:
        raise InvalidActionError(f"the request has {len(text):,} letters; the most is {LONGEST_REQUEST:,}")
    return text
