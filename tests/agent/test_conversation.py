"""Conversations with a scripted model: memory, plans, stops, caps, taint and what a crash leaves behind."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from agent.brain import TurnState
from agent.conversation import Conversations, TurnResult
from agent.earlier import summary
from agent.journal import EventKind
from agent.liveness import this_process
from agent.models import Caps, Price
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError, StoreError
from shop.people import Kind, Principal, Role
from shop.store import journal as store
from tests.gate import MARCUS, PRIYA, SAM
from tools.desk import State

STOCK = [("check_stock", {"sku": "MUG-01"})]
BIG = [("place_order", {"quantity": 240})]
SMALL = [("place_order", {"quantity": 24})]


def ask(conversations: Conversations, text: str = "hello", conversation: str | None = None) -> TurnResult:
    """One turn of Sam, in a new conversation unless told otherwise."""
    return conversations.turn(conversation or conversations.start(SAM), text, principal=SAM)


def bodies(result: TurnResult, kind: str) -> list[Any]:
    """The bodies of the events of one kind."""
    return [event.body for event in result.events if event.kind == kind]


def sent(house: Any, call: int = -1) -> list[tuple[str, str]]:
    """Type and text of the messages of one model call."""
    return [(message.type, str(message.text)) for message in house.model.seen[call]]


def test_a_turn_ends_with_an_answer_and_an_end(house: Any) -> None:
    """The last two events of a turn are its answer and its end, and the conversation is open again."""
    conversations = house.scripted(STOCK, "Seven mugs.")
    result = ask(conversations)
    assert [event.kind for event in result.events][-2:] == ["answer", "end"]
    assert result.events[-1].body["state"] == "done"
    assert conversations.journal.stream(result.conversation).state == "open"


def test_the_journal_holds_the_turn_as_it_was_told(house: Any) -> None:
    """What a listener got is what stands in the journal, numbered without gaps."""
    heard: list[Any] = []
    conversations = house.scripted(STOCK, "Seven mugs.")
    conversation = conversations.start(SAM)
    result = conversations.turn(conversation, "how many?", heard.append, principal=SAM)
    stored = [event for event in heard if event.kind != "delta"]
    assert stored == conversations.history(conversation) == list(result.events)
    assert [event.number for event in stored] == list(range(1, len(stored) + 1))
    assert "".join(event.body["text"] for event in heard if event.kind == "delta") == "Seven mugs."


def test_what_the_model_said_is_stored_before_its_first_call_runs(house: Any) -> None:
    """A tool that looks finds the model's message and the announced call in the journal, as do listeners."""
    conversations = house.scripted(STOCK, "Seven mugs.")
    conversation = conversations.start(SAM)
    found: list[list[str]] = []
    run = house.toolbox.run

    def looking(name: str, args: Any, **rest: Any) -> Any:
        found.append([event.kind for event in conversations.history(conversation)])
        return run(name, args, **rest)

    house.toolbox.run = looking
    conversations.turn(conversation, "how many?", principal=SAM)
    assert [kinds[-3:] for kinds in found] == [["usage", "message", "tool_call"]]


def test_what_the_model_said_is_stored_when_its_call_is_not_made(house: Any) -> None:
    """A turn that ends between the model's message and its call keeps the message."""
    failing = [("fail", {"sku": "A"})]
    result = ask(house.scripted(failing, failing, failing))
    assert (result.state, len(house.toolbox.ran)) == (TurnState.CAPPED, 2)
    assert len([body for body in bodies(result, "message") if body["message"].get("tool_calls")]) == 3


def test_the_next_turn_remembers_the_one_before(house: Any) -> None:
    """The model gets every earlier message back, word for word, tool results included."""
    conversations = house.scripted(STOCK, "Seven mugs.", "As I said.")
    first = ask(conversations, "how many?")
    ask(conversations, "again?", first.conversation)
    assert sent(house)[1:] == [
        ("human", "how many?"),
        ("ai", ""),
        ("tool", '{"on_hand":7,"sku":"MUG-01"}'),
        ("ai", "Seven mugs."),
        ("human", "again?"),
    ]


def test_a_restarted_program_remembers(house: Any) -> None:
    """Another process on the same database goes on where the first one was."""
    first = ask(house.scripted(STOCK, "Seven mugs."), "how many?")
    again = ask(house.scripted("As I said."), "again?", first.conversation)
    assert ("ai", "Seven mugs.") in sent(house)
    assert again.turn == 2


def test_the_history_is_cut_by_whole_turns(house: Any) -> None:
    """A history that grew too long loses its oldest turns, and begins with an operator's words."""
    house.scripted(*["word " * 200] * 4)
    conversations = house.conversations(history_tokens=500)
    conversation = conversations.start(SAM)
    for number in range(4):
        ask(conversations, f"request {number}", conversation)
    kinds = sent(house)
    assert kinds[1] == ("human", summary([{"role": "user", "content": f"request {n}"} for n in range(2)], []))
    assert kinds[2] == ("human", "request 2")


def test_untrusted_text_is_never_a_system_message(house: Any) -> None:
    """A ticket's words reach the model as a tool's result and nowhere else."""
    ask(house.scripted([("read_ticket", {"sku": "T-1"})], "Done."))
    assert [kind for kind, text in sent(house) if "Ignore all rules" in text] == ["tool"]


def test_the_taint_stays(house: Any) -> None:
    """Once a stranger's words were read, every later call is tainted, after a restart too."""
    ticket = [("read_ticket", {"sku": "T-1"}), ("check_stock", {"sku": "A"})]
    first = ask(house.scripted(STOCK, ticket, "Done."))
    ask(house.scripted(STOCK, "Done."), "and now?", first.conversation)
    assert house.toolbox.tainted == [False, False, True, True]


def test_another_conversation_is_not_tainted(house: Any) -> None:
    """The taint belongs to the conversation that read the words."""
    ask(house.scripted([("read_ticket", {"sku": "T-1"})], "Done."))
    ask(house.scripted(STOCK, "Done."))
    assert house.toolbox.tainted == [False, False]


def test_each_call_has_a_key_of_its_own(house: Any) -> None:
    """The key names the conversation, the turn and the call, so that no two calls share one."""
    conversations = house.scripted(STOCK + STOCK, "One.", STOCK, "Two.")
    first = ask(conversations)
    ask(conversations, "again", first.conversation)
    start = first.conversation
    assert house.toolbox.keys == [f"{start}:1:1", f"{start}:1:2", f"{start}:2:1"]


def test_a_plan_is_shown_and_ticked(house: Any) -> None:
    """The steps of a plan are ticked as their tools run; what no tool does is done with the answer."""
    steps = [
        {"text": "Look at the stock", "tool": "check_stock"},
        {"text": "Order", "tool": "order"},
        {"text": "Say what was done"},
    ]
    calls = ([("make_plan", {"steps": steps})], STOCK, [("order", {"sku": "A"})], "Done.")
    result = ask(house.scripted(*calls))
    assert [step["text"] for step in bodies(result, "plan")[0]["steps"]] == [s["text"] for s in steps]
    ticks = [(body["index"], body["state"]) for body in bodies(result, "step")]
    assert ticks == [(0, "running"), (0, "done"), (1, "running"), (1, "done"), (2, "done")]


def test_a_plan_says_what_was_refused_and_skipped(house: Any) -> None:
    """A refused step is refused and a step whose tool never ran is skipped, not done."""
    steps = [{"text": "Refuse", "tool": "refuse"}, {"text": "Look", "tool": "check_stock"}]
    calls = ([("make_plan", {"steps": steps})], [("refuse", {"sku": "A"})], "It was refused.")
    result = ask(house.scripted(*calls))
    ticks = [(body["index"], body["state"]) for body in bodies(result, "step")]
    assert ticks == [(0, "running"), (0, "refused"), (1, "skipped")]


@pytest.mark.parametrize("steps", [[], "look", [{"tool": "check_stock"}], [{"text": " "}], 7])
def test_a_plan_that_is_none_is_an_error_for_the_model(house: Any, steps: Any) -> None:
    """A malformed plan is told to the model, and nothing is shown."""
    result = ask(house.scripted([("make_plan", {"steps": steps})], "Done."))
    assert bodies(result, "plan") == []
    assert bodies(result, "tool_result")[0]["status"] == "error"


def test_a_stop_acts_before_the_next_tool(house: Any) -> None:
    """After a stop no further tool runs, and the answer says that it was stopped."""
    conversations: Conversations = house.scripted(STOCK + STOCK, "never said")
    conversation = conversations.start(SAM)

    def stop_at_first_result(event: Any) -> None:
        if event.kind == "tool_result":
            assert conversations.stop(conversation, "sam")

    result = conversations.turn(conversation, "go", stop_at_first_result, principal=SAM)
    assert result.state is TurnState.STOPPED
    assert len(house.toolbox.ran) == 1
    assert len(house.model.seen) == 1


def test_a_stop_from_another_process_acts_before_the_next_model_call(house: Any) -> None:
    """A stop that only stands in the journal ends the turn as well."""
    conversations = house.scripted(STOCK, "never said")
    conversation = conversations.start(SAM)
    elsewhere = house.conversations()

    def stop_elsewhere(event: Any) -> None:
        if event.kind == "tool_result":
            assert elsewhere.stop(conversation, "sam")

    result = conversations.turn(conversation, "go", stop_elsewhere, principal=SAM)
    assert result.state is TurnState.STOPPED
    assert len(house.model.seen) == 1


def test_a_stop_ends_a_stream_in_the_middle(house: Any) -> None:
    """The operator need not read to the end: the stream ends at the next piece, the pieces shown stay."""
    conversations = house.scripted("one two three four five")
    conversation = conversations.start(SAM)

    def stop_at_two(event: Any) -> None:
        if event.kind == "delta" and "three" in event.body["text"]:
            conversations.stop(conversation)

    result = conversations.turn(conversation, "go", stop_at_two, principal=SAM)
    assert result.state is TurnState.STOPPED
    text = "".join(body["text"] for body in bodies(result, "text"))
    assert "three" in text
    assert "five" not in text


def test_nothing_under_way_cannot_be_stopped(house: Any) -> None:
    """A stop without a turn does nothing, and does not stop the next turn."""
    conversations = house.scripted("One.", "Two.")
    first = ask(conversations)
    assert not conversations.stop(first.conversation)
    assert ask(conversations, "go on", first.conversation).answer == "Two."


def test_a_stopped_conversation_goes_on(house: Any) -> None:
    """The turn after a stop works, and the model is told where the last one ended."""
    conversations = house.scripted(STOCK + STOCK, "Here.")
    conversation = conversations.start(SAM)
    conversations.turn(
        conversation,
        "go",
        lambda event: conversations.stop(conversation) and None if event.kind == "tool_call" else None,
        principal=SAM,
    )
    assert ask(conversations, "go on", conversation).answer == "Here."
    assert [kind for kind, _ in sent(house)] == ["system", "human", "ai", "tool", "tool", "ai", "human"]


def test_one_turn_at_a_time(house: Any) -> None:
    """A second request while one is under way is refused, wherever it comes from."""
    conversations = house.scripted(STOCK, "Done.")
    elsewhere = house.conversations()
    conversation = conversations.start(SAM)
    refused: list[str] = []

    def try_another(event: Any) -> None:
        if event.kind == "tool_call":
            for each in (conversations, elsewhere):
                with pytest.raises(ConflictError) as error:
                    each.turn(conversation, "me too", principal=SAM)
                refused.append(str(error.value))

    conversations.turn(conversation, "go", try_another, principal=SAM)
    assert len(refused) == 2
    assert "under way" in refused[0]


def test_a_conversation_belongs_to_its_owner(house: Any) -> None:
    """Somebody else cannot speak in a conversation; the owner's assistant can."""
    conversations = house.scripted("Hello.")
    conversation = conversations.start(SAM)
    with pytest.raises(AccessDeniedError):
        conversations.turn(conversation, "hi", principal=MARCUS)
    agent = Principal("bot", "Bot", Kind.AGENT, frozenset({Role.OPERATOR}), on_behalf_of="sam")
    assert conversations.turn(conversation, "hi", principal=agent).answer == "Hello."


def test_unknown_conversations_and_empty_requests_are_refused(house: Any) -> None:
    """There must be a conversation and something to say."""
    conversations = house.scripted("Hello.")
    with pytest.raises(NotFoundError):
        conversations.turn("con_x", "hi", principal=SAM)
    with pytest.raises(NotFoundError):
        conversations.history("con_x")
    for text in ("", " \n", "x" * 20_001):
        with pytest.raises(InvalidActionError):
            conversations.turn(conversations.start(SAM), text, principal=SAM)


def test_the_first_request_is_the_title(house: Any) -> None:
    """A conversation without a title takes the first request's first letters."""
    conversations = house.scripted("Hello.")
    result = ask(conversations, "Where is order 1042?\nIt is late.")
    assert conversations.journal.stream(result.conversation).title == "Where is order 1042? It is late."


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(steps=2), "2 model calls for this request"),
        (Caps(tokens=1), "1 tokens for this request"),
        (Caps(cost=Decimal("0.00001")), "0.00001 EUR for this request"),
        (Caps(seconds=0.0), "0 seconds for this request"),
    ],
)
def test_a_turn_ends_at_its_caps(house: Any, caps: Caps, words: str) -> None:
    """Each cap ends a turn in words before the next model call."""
    house.scripted(STOCK, STOCK, STOCK, "never said")
    price = Price(Decimal("0.01"), Decimal("0.02"), "EUR")
    result = ask(house.conversations(turn=caps, price=price))
    assert result.state is TurnState.CAPPED
    assert words in result.answer


def test_a_day_counts_what_other_processes_used_meanwhile(house: Any) -> None:
    """A journal that has been read before sees what another one wrote since, once."""
    house.scripted("One.", "Two.", "Three.", "Four.")
    first, second = house.conversations(day=Caps(steps=3)), house.conversations(day=Caps(steps=3))
    for conversations in (first, second, first):
        assert ask(conversations).state is TurnState.DONE
    assert [ask(each).state for each in (first, second)] == [TurnState.CAPPED] * 2


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(steps=3), "3 model calls for today"),
        (Caps(tokens=10), "10 tokens for today"),
        (Caps(cost=Decimal("0.001")), "0.001 EUR for today"),
    ],
)
def test_a_day_ends_at_its_caps_and_the_next_begins(house: Any, caps: Caps, words: str) -> None:
    """What all conversations of a day used counts, from the journal; the next day starts at nothing."""
    price = Price(Decimal("0.01"), Decimal("0.02"), "EUR")
    house.scripted(STOCK, STOCK, "One.", "Two.", "Three.")
    ask(house.conversations(price=price))
    result = ask(house.conversations(day=caps, price=price))
    assert (result.state, words in result.answer) == (TurnState.CAPPED, True)
    assert ask(house.conversations(day=caps, price=price)).state is TurnState.CAPPED
    house.gate.later(days=1)
    assert ask(house.conversations(day=caps, price=price)).answer == "Two."


def test_the_same_failing_call_is_cut_after_two(house: Any) -> None:
    """A model that repeats a failing call gets two failures, then the turn ends in words."""
    result = ask(house.scripted(*[[("fail", {"sku": "A"})]] * 9))
    assert len(house.toolbox.ran) == 2
    assert result.state is TurnState.CAPPED
    assert "fail failed 2 times with the same arguments" in result.answer


def test_other_arguments_may_be_tried(house: Any) -> None:
    """Correcting the arguments is no repetition."""
    calls = [[("fail", {"sku": sku})] for sku in "ABCD"]
    assert ask(house.scripted(*calls, "No luck.")).answer == "No luck."


def test_what_was_refused_is_refused_again_without_asking(house: Any) -> None:
    """A denied call is not run a second time in this conversation, a restart changes nothing."""
    no = [("refuse", {"sku": "A"})]
    first = ask(house.scripted(no, no, "It is refused."))
    again = ask(house.scripted(no, "Still refused."), "try again", first.conversation)
    assert len(house.toolbox.ran) == 1
    assert "refused again" in bodies(again, "tool_result")[0]["summary"]


def test_a_refused_call_does_not_loop(house: Any) -> None:
    """A model that repeats a denied call is ended in words."""
    result = ask(house.scripted(*[[("refuse", {"sku": "A"})]] * 9))
    assert (len(house.toolbox.ran), result.state) == (1, TurnState.CAPPED)


def test_an_order_inside_the_rules_is_placed_for_the_operator(ordering: Any) -> None:
    """A chat reaches the desk as the assistant on behalf of the person, in this conversation."""
    result = ask(ordering.scripted(SMALL, "Ordered."))
    (action,) = ordering.gate.desk.actions(conversation=result.conversation)
    assert (action.requester, action.requester_kind, action.on_behalf_of) == ("assistant", "agent", "sam")
    assert action.state is State.EXECUTED
    assert bodies(result, "tool_result")[0]["state"] == "executed"


def test_an_order_over_the_limit_waits_and_the_turn_ends(ordering: Any) -> None:
    """Nothing is suspended: the approval is filed, shown as an event, and the model answers."""
    result = ask(ordering.scripted(BIG, "It waits as A-1."))
    assert result.state is TurnState.DONE
    assert bodies(result, "approval")[0]["approval"] == "A-1"
    assert ordering.gate.effects() == 0


def test_a_decision_is_told_in_the_next_turn(ordering: Any) -> None:
    """An approval decided meanwhile is an event of the next turn, and the model is told of it."""
    first = ask(ordering.scripted(BIG, "It waits."))
    ordering.gate.desk.approve("A-1", PRIYA)
    again = ask(ordering.scripted("It was approved."), "and?", first.conversation)
    (news,) = bodies(again, "approval")
    assert (news["approval"], news["state"]) == ("A-1", "executed")
    assert sent(ordering)[-2][1].startswith("[Shophand] A-1 (place purchase order) is now executed: done:")
    third = ask(ordering.scripted("Yes."), "sure?", first.conversation)
    assert bodies(third, "approval") == []


def test_a_decision_can_be_told_between_turns(ordering: Any) -> None:
    """A page may ask for news without a turn; it is written once."""
    conversations = ordering.scripted(BIG, "It waits.")
    first = ask(conversations)
    assert conversations.refresh(first.conversation) == []
    ordering.gate.desk.reject("A-1", PRIYA, "Too much.")
    (news,) = conversations.refresh(first.conversation)
    assert (news.kind, news.body["state"]) == ("approval", "rejected")
    assert conversations.refresh(first.conversation) == []


def test_a_rejected_order_stays_rejected(ordering: Any) -> None:
    """What a person has rejected is refused again in this conversation: no effect, no second approval."""
    first = ask(ordering.scripted(BIG, "It waits."))
    ordering.gate.desk.reject("A-1", PRIYA, "Too much.")
    again = ask(ordering.scripted(*[BIG] * 9), "order them anyway", first.conversation)
    assert again.state is TurnState.CAPPED
    assert ordering.gate.effects() == 0
    assert [view.id for view in ordering.gate.desk.approvals(states=tuple(State))] == ["A-1"]


def test_a_viewers_assistant_may_look_only(ordering: Any) -> None:
    """The assistant of somebody who may only look cannot order; the turn ends in words."""
    viewer = Principal("vera", "Vera", Kind.HUMAN, frozenset({Role.VIEWER}))
    conversations = ordering.scripted(SMALL, "never said")
    result = conversations.turn(conversations.start(viewer), "order mugs", principal=viewer)
    assert (result.state, ordering.gate.effects()) == (TurnState.FAILED, 0)
    assert "may look" in result.answer


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_a_defect_closes_the_turn_and_goes_on_its_way(ordering: Any, when: str, effects: int) -> None:
    """An error of ours is not swallowed, and the conversation is not left under way."""
    ordering.dies = when
    conversations = ordering.scripted(SMALL)
    conversation = conversations.start(SAM)
    with pytest.raises(KeyboardInterrupt):
        ask(conversations, "order", conversation)
    assert conversations.journal.stream(conversation).state == "open"
    assert [event.kind for event in conversations.history(conversation)][-1] == "end"
    assert ordering.gate.effects() == effects


def killed(ordering: Any, when: str) -> str:
    """A conversation whose process died in the middle of an order: nothing was closed."""
    ordering.dies = when
    conversations = ordering.scripted(SMALL)
    conversations._give_up = lambda *_: None  # a dead process closes nothing
    conversation: str = conversations.start(SAM)
    with pytest.raises(KeyboardInterrupt):
        ask(conversations, "order", conversation)
    with ordering.gate.db.writing() as tx:  # as if another process had begun it
        (event,) = store.read_kinds(tx, conversation, ["user"])
        body = json.dumps({**event.body, "process": "proc_gone"})
        tx.exec_driver_sql("UPDATE events SET body = ? WHERE stream = ? AND number = 1", (body, conversation))
    ordering.dies = ""
    return conversation


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_a_killed_turn_is_closed_at_the_next_start(ordering: Any, when: str, effects: int) -> None:
    """The next start says what had been submitted and what not, and opens the conversation again."""
    conversation = killed(ordering, when)
    conversations = ordering.scripted("Sorry.")
    assert conversations.recover() == 1
    assert conversations.recover() == 0
    kinds = [event.kind for event in conversations.history(conversation)]
    assert kinds[-1] == "end"
    (notice,) = [e for e in conversations.history(conversation) if e.kind == "notice" and "interrupted" in
                 e.body["text"]]  # fmt: skip
    words = "had been submitted" if effects else "did not get to submit"
    assert words in notice.body["text"]
    assert ordering.gate.effects() == effects


def test_a_killed_turns_order_is_not_sent_again(ordering: Any) -> None:
    """The model of the next turn is told what ran, under the call that it made; nothing runs by itself."""
    conversation = killed(ordering, "after")
    result = ask(ordering.scripted("It is ordered."), "and?", conversation)
    (told,) = [text for kind, text in sent(ordering) if kind == "tool"]
    assert "had been submitted" in told
    assert "PO-79 placed" in told
    assert (result.answer, ordering.gate.effects()) == ("It is ordered.", 1)


def test_a_living_turn_is_not_closed(house: Any) -> None:
    """A start in another process leaves a turn alone that is really under way."""
    conversations = house.scripted(STOCK, "Done.")
    elsewhere = house.conversations()
    closed: list[int] = []
    conversation = conversations.start(SAM)
    conversations.turn(conversation, "go", lambda _: closed.append(elsewhere.recover()), principal=SAM)
    assert set(closed) == {0}


def test_a_turn_that_is_too_old_is_dead(house: Any) -> None:
    """Where nobody can ask the process, the age decides."""
    conversations = house.scripted("Done.")
    conversation = conversations.start(SAM)
    body = {"text": "x", "by": "sam", "host": "elsewhere", "pid": 1, "process": "proc_x"}
    conversations.journal.begin_turn(conversation, body)
    assert conversations.recover() == 0
    house.gate.later(hours=2)
    assert conversations.recover() == 1
    assert timedelta(0) < timedelta(seconds=conversations._longest()) < timedelta(hours=2)


def test_a_dead_process_is_known_by_its_id(house: Any) -> None:
    """On the same host a process that is gone is known at once."""
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    conversations = house.scripted("Done.")
    conversation = conversations.start(SAM)
    body = {"text": "x", "by": "sam", **this_process(), "pid": int(child.stdout), "process": "proc_x"}
    conversations.journal.begin_turn(conversation, body)
    assert conversations.recover() == 1


def test_an_error_of_the_store_is_told_and_the_conversation_lives(house: Any) -> None:
    """A database that refuses in the middle ends the turn in words."""
    result = ask(house.scripted(StoreError("the disk is full")))
    assert (result.state, "the disk is full" in result.answer) == (TurnState.FAILED, True)
    assert bodies(result, "error")[0]["error"] == "StoreError"


def test_conversations_are_listed_for_their_owner(house: Any) -> None:
    """A person sees the own conversations, newest first, and nobody else's."""
    conversations = house.scripted("One.")
    first = conversations.start(SAM, "first")
    house.gate.later(minutes=1)
    second = conversations.start(SAM, "second")
    conversations.start(MARCUS, "other")
    assert [stream.id for stream in conversations.newest(SAM)] == [second, first]


def test_time_runs_out_in_the_middle_of_an_answer(house: Any) -> None:
    """The cap on seconds ends a stream between two pieces, not only before a call."""
    seconds = iter(range(100))
    house.scripted("one two three four five six seven eight")
    house.timer = lambda: float(next(seconds))
    result = ask(house.conversations(turn=Caps(seconds=6.0)))
    assert (result.state, "6 seconds" in result.answer) == (TurnState.CAPPED, True)
    assert "three" in "".join(body["text"] for body in bodies(result, "text"))


def test_every_event_kind_is_known(house: Any) -> None:
    """What a turn writes is in the table of kinds."""
    result = ask(house.scripted(STOCK, "Done."))
    assert {event.kind for event in result.events} <= {kind.value for kind in EventKind}
