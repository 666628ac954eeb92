"""From a message to the steps that it asks for, in the light of the conversation so far."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from agent.offline import follow_up, limits
from agent.offline.campaigns import campaign_step
from agent.offline.corrections import heard
from agent.offline.dialogue import Ask, Call, Dialogue, Offer, Say, Step
from agent.offline.doubtful_figures import surely
from agent.offline.filling import WRITES
from agent.offline.intents import Intent, coordinated, intent, is_negated, moods_of
from agent.offline.mentions import Records, Sort, tag
from agent.offline.mood import Mood, is_statement, mood
from agent.offline.requests import Request, about_one, as_one, requests
from agent.offline.reservations import about_changes, reserved
from agent.offline.second_look import is_one_command, second_look
from agent.offline.service_requests import service_step
from agent.offline.several import as_one_order, each_change, of_several
from agent.offline.signals import signal_step
from agent.offline.slots import fill
from agent.offline.spelling import repaired

MOST_STEPS: Final = 8
"""A message that asks for more gets its first steps and a word about the rest."""

_NEVER_MIND: Final = re.compile(
    r"^(?:(?:no|ok|okay|actually|oh|wait|sorry|stop|please|well|hmm)[\s,.!-]*)*"
    r"(?:never ?mind|forget (?:it|that|about it)|stop(?: it| that)?|cancel that|leave it|scrap that|drop it|no thanks?(?: you)?|no|nope|don't(?: do (?:it|that))?|"
    r"nothing|not now|skip it|abort)\b(?!.*<)"
)


def understand(
    text: str, dialogue: Dialogue, records: Records, *, home: str = "GBP", today: date | None = None
) -> list[Step]:
    """The steps of a message, at least one; `dialogue` learns what the message talks of.

    `today` is the store's own day, from which "next week" counts.
    Never raises on any text. A step that changes something comes only from a clear command.
    """
    told = heard(tag(text, records, home=home, order=dialogue.focus.get(Sort.ORDER)))
    tagged = told.message
    whole = repaired(tagged.text)
    numbers = [one.value for one in tagged.mentions if one.sort is Sort.NUMBER]
    whom = [one.value for one in tagged.mentions if one.sort is Sort.SUPPLIER]
    agreed = (
        follow_up.agreed_order(whole, numbers, dialogue, *whom)
        if len(tagged.mentions) == len(numbers) + len(whom) and len(whom) < 2
        else None
    )
    special = _special(whole, dialogue) or ([agreed] if agreed else None)
    if special is not None:
        return reserved(special, whole, "")
    steps: list[Step] = []
    before: Mood | None = None
    asked = requests(tagged)
    if len(asked) > 1 and about_one(tagged):
        one = as_one(tagged)  # "... is back, please check it in"
        served = signal_step(one, today) or service_step(one, dialogue, records, home)
        asked = [one] if served is not None or is_one_command(one, asked) else asked
    for request in (replace(one, today=today) for one in asked):
        alone = len(asked) == 1  # a signal is a message of its own
        signal = (signal_step(request, today) or campaign_step(request)) if alone else None
        meant = [signal] if signal else _steps(request, dialogue, records, home, before)
        beside = about_changes([one.text for one in asked if one.text != request.text])
        for step in reserved(surely(meant, request, told.doubt), request.text, beside):
            if step not in steps:
                steps.append(step)
        before = moods_of(request, before)
        dialogue.notice(request.mentions)
    return _kept(steps)


def _kept(steps: list[Step]) -> list[Step]:
    """The steps without words that a call makes needless, and not more than one message may ask."""
    if any(isinstance(step, Say) and step.refuses for step in steps):
        return [step for step in steps if isinstance(step, Say) and step.refuses]
    useful = [step for step in steps if not isinstance(step, Say)]
    if len(useful) > MOST_STEPS:
        rest = Say(f"That is more than {MOST_STEPS} steps at once; ask me for the others afterwards.")
        return [*useful[:MOST_STEPS], rest]
    return (
        steps if not useful else [step for step in steps if not (isinstance(step, Say) and step in _NEEDLESS)]
    )


_NEEDLESS: Final = (
    limits.outside(),
    Say("You're welcome."),
    Say("All right, I leave it. Nothing was changed."),
)


def _special(whole: str, dialogue: Dialogue) -> list[Step] | None:
    """Answers to what was asked back or offered: yes, no, never mind."""
    if dialogue.offered is not None and follow_up.agrees(whole):
        return [dialogue.offered]
    if follow_up.orders_advice(whole) and dialogue.advice and mood(whole) is Mood.COMMAND:
        return follow_up.advised_orders(dialogue)
    if _NEVER_MIND.search(whole) and "<" not in whole:
        waiting = dialogue.settled == "pending"
        dialogue.asked = dialogue.offered = None
        note = (
            " What I filed before still waits for approval; withdraw it there if you no longer want it."
            if waiting
            else ""
        )
        return [Say(f"All right, I do nothing.{note}")]
    return None


def _steps(
    request: Request, dialogue: Dialogue, records: Records, home: str, before: Mood | None
) -> list[Step]:
    refused = limits.refusal(request.text)
    if refused is not None:
        return [refused]
    served = service_step(request, dialogue, records, home)
    if served is not None:
        return [served]
    continued = follow_up.continued(request, dialogue, records, home)
    if continued is not None:
        return continued
    beyond = limits.needs_model(request.text)
    if beyond is not None:
        return [beyond]
    resolved = follow_up.resolved(request, dialogue)
    meant = intent(request, before, within_reach=follow_up.within_reach(request, dialogue), resolved=resolved)
    meant = second_look(request, meant, moods_of(request, before), resolved)
    if meant is None:
        return [_words(request, dialogue, records, home)]
    return _filled(meant, request, dialogue, records, home)


def _words(request: Request, dialogue: Dialogue, records: Records, home: str) -> Step:
    if is_negated(request.text):
        return Say("All right, I leave it. Nothing was changed.")
    advising = follow_up.advising_tool(request.text, dialogue)
    if advising is not None:
        return fill(advising, request, dialogue, records.names, home)
    return (
        limits.small_talk(request.text) or _shown_record(request, dialogue, records, home) or limits.outside()
    )


def _shown_record(request: Request, dialogue: Dialogue, records: Records, home: str) -> Step | None:
    """Who names a record, and nothing that is understood beside it, is shown the record."""
    if is_statement(request.text):
        return None
    for mention in request.mentions:
        tool = _SHOWN_BY.get(mention.sort.value) if not mention.value.startswith("RMA") else None
        if tool is not None:
            return fill(tool, request, dialogue, records.names, home)
    return None


_SHOWN_BY: Final = {
    "sku": "check_stock",
    "order_id": "get_order",
    "po_id": "list_purchase_orders",
    "customer_id": "find_customer",
    "action_id": "action_status",
    "tracking_id": "track_shipment",
    "ticket_id": "suggest_reply",
    "supplier": "supplier_terms",
}


def _filled(meant: Intent, request: Request, dialogue: Dialogue, records: Records, home: str) -> list[Step]:
    if not meant.tool and meant.offered is not None:
        return _offer(meant.offered, request, dialogue, records, home) or [limits.outside()]
    joined = coordinated(request.text) if meant.tool not in WRITES else ()
    if len(joined) > 1:
        return [fill(tool, request, dialogue, records.names, home) for tool in joined]
    tool = of_several(meant.tool, request)
    several = each_change(tool, request)
    if isinstance(several, Say):
        return [several]
    asked = follow_up.each_product(tool, request) if several is None else several
    made = as_one_order(tool, [fill(tool, one, dialogue, records.names, home) for one in asked])
    steps = list(made)
    if meant.offered is not None and len(made) == 1 and isinstance(made[0], Call):
        steps += _offer(meant.offered, request, dialogue, records, home)
    return steps


def _offer(tool: str, request: Request, dialogue: Dialogue, records: Records, home: str) -> list[Step]:
    """The change that was talked of, offered; where the operator told that it is needed, what lacks is asked."""
    offer = fill(tool, request, dialogue, records.names, home)
    if isinstance(offer, Call):
        return [Offer(offer)]
    told = isinstance(offer, Ask) and mood(request.text, quoted=request.quoted) is Mood.COMMAND
    if told and isinstance(offer, Ask) and offer.missing in _NUMBERS:
        return [replace(offer, text=f"I have changed nothing. If it is to be put right: {offer.text}")]
    return []


_NUMBERS: Final = frozenset({"change", "quantity"})
"""What lacks that one number tells: who answers it wants the change."""


def remember(dialogue: Dialogue, steps: list[Step]) -> None:
    """Keep what the steps leave open for the next message."""
    calls = [step for step in steps if isinstance(step, Call)]
    asks = [step for step in steps if isinstance(step, Ask)]
    offers = [step for step in steps if isinstance(step, Offer)]
    dialogue.asked = replace(asks[-1]) if asks else None
    dialogue.offered = offers[-1].call if offers else None
    if calls:
        dialogue.last = calls[-1]
