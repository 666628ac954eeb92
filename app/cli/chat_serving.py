"""Speaking with a customer on the terminal: identifying them, and recording their yes."""

from __future__ import annotations

from typing import Final

from app.bootstrap import House
from app.cli import screen
from app.serving import agreed, identify, questions
from shop.errors import ShopError
from shop.people import Principal

IDENTIFY: Final = "/identify"
AGREE: Final = "/agree"
SERVING: Final = (IDENTIFY, AGREE)
SERVING_HELP: Final = (
    "With a customer: /identify EMAIL, or /identify FULL NAME, POSTCODE; "
    "/agree ACTION when they said yes to it."
)


def serve(opened: House, talk: str, person: Principal, line: str) -> None:
    """Do what a line that begins with one of `SERVING` says; an error is said, and the talk goes on."""
    command, _, said = line.partition(" ")
    try:
        if command == IDENTIFY:
            _identify(opened, talk, said.strip())
        else:
            screen.data(agreed(opened, said.strip(), person).in_words())
    except ShopError as error:
        screen.talk(str(error))


def show_questions(opened: House, talk: str) -> None:
    """Everything that waits for the customer's yes, in figures."""
    for one in questions(opened, talk):
        screen.data(f"Ask the customer: {one.title}?")
        for line in one.lines:
            change = f"{line.before} -> {line.after}" if line.before else line.after
            screen.data(f"  {line.label}: {change}")
        screen.data(
            f"  On a yes: {one.decision.verdict.value.replace('_', ' ')}. Then: /agree {one.action_id}"
        )


def _identify(opened: House, talk: str, said: str) -> None:
    name, comma, postcode = said.rpartition(",")
    if comma:
        customer = identify(opened, talk, name=name.strip(), postcode=postcode.strip())
    else:
        customer = identify(opened, talk, email=said)
    screen.talk(f"the customer is {customer}")
