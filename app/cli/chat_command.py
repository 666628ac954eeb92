from __future__ import annotations

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final

import typer

from agent.brain import TurnState
from agent.conversation import Conversations, TurnResult
from app.bootstrap import House
from app.cli import screen
from app.cli.chat_events import Cards
from app.cli.chat_serving import SERVING, SERVING_HELP, serve, show_questions
from app.cli.exits import Code
from app.cli.options import As, AsJson, house
from shop.people import Principal, Role

app = typer.Typer(rich_markup_mode=None, add_completion=False)
HELP: Final = "/approvals lists what waits, /quit ends; Ctrl-C stops the request under way."


@app.command()
def chat(
    context: typer.Context,
    message: Annotated[
        str | None, typer.Option("-m", "--message", metavar="TEXT", help="Ask this one thing, then end.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on with an earlier conversation.")
    ] = None,
    with_customer: Annotated[
        bool, typer.Option("--with-customer", help="You speak with a customer: who they are is checked.")
    ] = False,
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Talk to the assistant. It asks for changes in your name; it cannot approve any.

    With --with-customer nothing is done before the customer is identified and said yes to exactly that.

    With -m the exit code says what came of it: 0 answered, 6 refused by policy, 7 waits for approval.
    """
    if message is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise typer.BadParameter("there is no terminal to talk at; give the request with -m TEXT")
    opened = house(context, recover=True)
    person = opened.front_door.somebody(as_name, _is_operator, "talk to the assistant")
    conversations = opened.conversations
    if with_customer and conversation:
        raise typer.BadParameter("--with-customer begins a conversation; leave out --conversation")
    talk = conversation or conversations.start(person, with_customer=with_customer)
    if message is None:
        _talk(opened, conversations, talk, person)
        return
    result = _turn(conversations, talk, message, person, quiet=as_json)
    if as_json:
        screen.answer("turn/1", _as_json(opened, result))
    elif opened.desk.identity.talk(talk) is not None:
        screen.talk(f"The conversation is {talk}.")
        show_questions(opened, talk)
    raise typer.Exit(_code(result))


def _talk(opened: House, conversations: Conversations, talk: str, person: Principal) -> None:
    screen.talk(f"{opened.brain_name}. You are {person.name}. {HELP}")
    if opened.desk.identity.talk(talk) is not None:
        screen.talk(SERVING_HELP)
    for event in conversations.refresh(talk):
        screen.talk(str(event.body.get("text", "")))
    while True:
        try:
            text = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if text in {"/quit", "/exit"}:
            break
        if text.startswith(SERVING):
            serve(opened, talk, person, text)
        elif text == "/approvals":
            for one in opened.desk.approvals():
                screen.data(f"{one.id}  {one.card.title}")
        elif text:
            _turn(conversations, talk, text, person)
            show_questions(opened, talk)
    screen.talk(f"To go on later: shophand chat --conversation {talk}")


def _turn(
    conversations: Conversations, talk: str, text: str, person: Principal, *, quiet: bool = False
) -> TurnResult:
    """One request in a thread of its own, so that Ctrl-C asks it to stop instead of tearing it apart."""
    cards = Cards(quiet=quiet)
    with ThreadPoolExecutor(max_workers=1) as worker:
        future = worker.submit(conversations.turn, talk, text, cards.show, principal=person)
        while not future.done():
            try:
                future.result()
            except KeyboardInterrupt:
                screen.talk("stopping ...")
                conversations.stop(talk, person.id)
    result = future.result()
    cards.finish(result.answer)
    return result


def _code(result: TurnResult) -> Code:
    if result.state is not TurnState.DONE:
        return Code.FAILED
    states = {event.body.get("state") for event in result.events if event.kind == "tool_result"}
    if "pending" in states:
        return Code.WAITING
    return Code.REFUSED if "denied" in states else Code.OK


def _as_json(opened: House, result: TurnResult) -> dict[str, Any]:
    calls = [event.body for event in result.events if event.kind == "tool_call"]
    outcomes = {event.body["call"]: event.body for event in result.events if event.kind == "tool_result"}
    return {
        "conversation": result.conversation,
        "turn": result.turn,
        "state": result.state.value,
        "brain": opened.settings.model,
        "answer": result.answer,
        "tools": [
            {"name": call["name"], "args": call["args"], **_outcome(outcomes.get(call["call"], {}))}
            for call in calls
        ],
        "usage": {"steps": result.usage.steps, "tokens": result.usage.tokens, "cost": str(result.usage.cost)},
    }


def _outcome(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: body.get(key) for key in ("status", "summary", "state", "action", "approval")}


def _is_operator(person: Principal) -> bool:
    return person.is_human and Role.OPERATOR in person.roles
