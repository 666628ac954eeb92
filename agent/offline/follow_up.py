"""Messages that live from the one before: "and in Bristol?", "no, 30", "order that", "yes"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from agent.offline import values
from agent.offline.dialogue import Ask, Call, Dialogue, Offer, Say, Step
from agent.offline.filling import WRITES
from agent.offline.intents import intent, takes
from agent.offline.mentions import Mention, Records, Sort
from agent.offline.mood import Mood, mood, without_lead
from agent.offline.narrowing import narrowed
from agent.offline.requests import Request
from agent.offline.second_look import SURE, likeliest, told_apart
from agent.offline.slots import fill
from agent.offline.sureness import COUNT, DIRECTED, ELLIPSIS, MEANT, TAKES_BACK, hedged

_YES: Final = re.compile(
    r"^(?:(?:yes|yep|yeah|yup|ok|okay|sure|fine|right|alright|great|good|please|correct|exactly|perfect|sounds good|all right|i confirm)[\s,.!]*)*"
    r"(?:(?:please )?(?:do (?:it|that|so)|go (?:ahead|for it|on)|go|proceed|make it so|confirm(?:ed)?|submit(?: it| that)?|send it|place it|order it|book it|carry on|execute(?: it)?|let's do (?:it|that)|"
    r"i confirm|that's right|please do|please|now)?)[\s,.!]*(?:please|then|now|thanks|thank you)?[\s.!]*$"
)
_THAT_ORDER: Final = re.compile(
    r"\b(?:order|buy|purchase|re-?order|get|place|do|submit|make) (?:that|it|this|them|those|the (?:recommended|suggested|proposed)(?: \w+)?|what you (?:recommend\w*|suggest\w*|said)|"
    r"exactly that|that (?:many|much|amount|quantity|order|then)|the (?:order|lot|quantity))\b|\bas (?:you )?(?:recommended|suggested|proposed)\b|\b(?:go with|take|accept) (?:that|the|your) (?:recommendation|suggestion|proposal)\b"
)
_TAKE_SO_MANY: Final = re.compile(
    r"^(?:(?:nah|nope|let's|i'll|we'll|let us|i will|we will|just|please|you can|can you|only),? )*"
    r"(?:(?:go )?(?:for|with)|take|do|get(?: us| me| in)?|make (?:it|that)|have|say|order|buy|settle on|bring in|put in for)? ?<number>"
    r"(?: (?:then|please|pieces|units|of (?:them|those|it|these)|now|more|in|instead|will do|is (?:enough|plenty|fine)|thanks|thank you))*[\s.!]*$"
)
_CORRECTS: Final = re.compile(
    r"\b(?:no|nope|not|sorry|oops|actually|i meant?|i mean|wrong|rather|instead|correction|typo|make (?:it|that))\b"
)
_ANAPHORA: Final = re.compile(
    r"\b(?:it|its|that|them|this|they|there|these|those|their|he|she|his|her|him|one|ones|same)\b"
)
_TWINS: Final = frozenset(
    (
        "check_stock",
        "stock_movements",
        "forecast_demand",
        "recommend_reorder",
        "supplier_terms",
        "get_price",
        "suggest_price",
    )
)
"""Look-ups of a product: asked for several products, each of them is looked up."""
_NEEDS: Final = {
    "sku": Sort.SKU,
    "location": Sort.LOCATION,
    "supplier": Sort.SUPPLIER,
    "order": Sort.ORDER,
    "purchase_order": Sort.PURCHASE_ORDER,
    "customer": Sort.CUSTOMER,
    "action": Sort.ACTION,
    "ticket": Sort.TICKET,
    "from_location": Sort.LOCATION,
    "to_location": Sort.LOCATION,
}


_STANDS_FOR: Final = re.compile(
    r"\b(?:it|that|this|them|they|those|these|their|its|his|her|him|she|he)\b(?! (?:order|parcel|product|supplier|customer)\b)"
)
_NAMED_BY: Final = {
    "sku": Sort.SKU,
    "order": Sort.ORDER,
    "purchase_order": Sort.PURCHASE_ORDER,
    "action": Sort.ACTION,
    "supplier": Sort.SUPPLIER,
    "rma": Sort.TICKET,
    "ticket": Sort.TICKET,
}
"""The arguments that tell what a call was about, the most telling first."""


def within_reach(request: Request, dialogue: Dialogue) -> frozenset[Sort]:
    """The sorts of record that were named now or before; words that may be a name count as named."""
    named = {one.sort for one in (*request.mentions, *request.context)}
    named |= {sort for sort in Sort if sort in dialogue.focus}
    if values.unknown_words(request):
        named |= {Sort.SKU, Sort.CUSTOMER}
    return frozenset(named)


def resolved(request: Request, dialogue: Dialogue) -> str:
    """The text with "it" replaced by what the last call was about; empty where nothing is to replace.

    A request that names no record and says no "it" ("arrived yet?") is about the last record too, if that
    was an order.
    """
    records = {*_NAMED_BY.values(), Sort.CUSTOMER, Sort.TRACKING}
    if dialogue.last is None or any(one.sort in records for one in request.mentions):
        return ""
    about = next((sort for name, sort in _NAMED_BY.items() if name in dialogue.last.args), None)
    latest = next(reversed(dialogue.focus), "")
    about = Sort.TICKET if latest == Sort.TICKET else about
    if about is None:
        return ""
    tag = "rma_id" if about is Sort.TICKET and dialogue.focus.get(about, "").startswith("RMA") else about
    if _STANDS_FOR.search(request.text):
        return _STANDS_FOR.sub(f"<{tag}>", request.text, count=1)
    named = about in (Sort.ORDER, Sort.TICKET) and len(request.text.split()) < _BRIEF
    return f"{request.text} <{tag}>" if named else ""


_BRIEF: Final = 8
"""A longer request that names nothing is about something new."""


def agrees(text: str) -> bool:
    """Whether a message is a plain yes."""
    return bool(text.strip(" .!")) and _YES.match(text) is not None


def orders_advice(text: str) -> bool:
    """Whether a message commands the order that was recommended ("order that")."""
    return _THAT_ORDER.search(text) is not None and "<number>" not in text and "<sku>" not in text


def advising_tool(text: str, dialogue: Dialogue) -> str | None:
    """The tool that advises on what was just looked up ("what would you suggest?"), or None."""
    if dialogue.last is None or not re.search(r"\b(?:suggest|recommend|advise|propose)\b", text):
        return None
    return _ADVISES.get(dialogue.last.tool)


_ADVISES: Final = {
    "get_price": "suggest_price",
    "check_stock": "recommend_reorder",
    "forecast_demand": "recommend_reorder",
    "supplier_terms": "recommend_reorder",
    "get_order": "quote_refund",
}


def agreed_order(
    request_text: str, numbers: list[str], dialogue: Dialogue, supplier: str | None = None
) -> Call | None:
    """The order of "yes, 24 please" after a recommendation; `supplier` is the one that the message names."""
    sku = dialogue.focus.get(Sort.SKU)
    if supplier is not None:
        request_text = _FROM_WHOM.sub("", request_text).strip(" ,")
    if dialogue.last is None or dialogue.last.tool != "recommend_reorder" or sku is None or len(numbers) != 1:
        return None
    agreed = _YES.match(request_text.replace("<number>", "").strip(" ,.")) and re.search(
        r"\b(?:yes|ok|okay|yep|please|fine|sure|go)\b", request_text
    )
    if not (agreed or _TAKE_SO_MANY.match(without_lead(request_text))):
        return None
    args: dict[str, Any] = {"sku": sku, "quantity": abs(int(numbers[0]))}
    return Call(
        "place_purchase_order",
        {
            **args,
            **({"location": dialogue.last.args["location"]} if "location" in dialogue.last.args else {}),
            **({"supplier": supplier} if supplier is not None else {}),
        },
    )


_FROM_WHOM: Final = re.compile(r"\b(?:from|with|at|via) <supplier>\s*,?")


def advised_orders(dialogue: Dialogue) -> list[Step]:
    """The purchase orders that the last recommendation advises, or words when it advises none."""
    items = dialogue.advice.get("items", ())
    if not items:
        return [
            Say(
                f"The recommendation for {dialogue.advice['sku']} was to order nothing now, so I ordered nothing."
            )
        ]
    return [
        Call("place_purchase_order", {name: value for name, value in item.items() if value}) for item in items
    ]


def continued(request: Request, dialogue: Dialogue, records: Records, home: str) -> list[Step] | None:
    """The steps of a message that only completes or varies the one before, or None."""
    if dialogue.asked is not None:
        answered = _answered(request, dialogue.asked, dialogue, records, home)
        # A sentence that leaves the question open and is more than a detail is a request of its own.
        open_still = isinstance(answered, Ask) and answered.missing == dialogue.asked.missing
        if answered is not None and not (open_still and not ELLIPSIS.match(request.text)):
            return [answered]
    if dialogue.last is None:
        return None
    fewer = narrowed(request, dialogue.last, records)
    if fewer is not None or not _varies(request, dialogue.last):
        return [fewer] if fewer else None
    varied = _varied(dialogue.last, request, dialogue, records, home)
    if (
        dialogue.last.tool in WRITES
        and isinstance(varied, Call)
        and dialogue.settled in ("executed", "pending")
    ):
        return [Offer(varied)]
    return [varied]


def _varies(request: Request, last: Call) -> bool:
    """Whether a message only names other records for the last call."""
    if not request.mentions or not (ELLIPSIS.match(request.text) or _puts_right(request)):
        return False
    if last.tool in WRITES and not _clearly_varies(request):
        return False
    return all(takes(last.tool, one.sort) for one in request.mentions)


def _clearly_varies(request: Request) -> bool:
    """Whether a message leaves no doubt that another record is to be changed in the same way."""
    if mood(request.text) is not Mood.COMMAND or hedged(request) or TAKES_BACK.search(request.text):
        return False
    return ELLIPSIS.match(request.text) is not None or MEANT.search(request.text) is not None


def _puts_right(request: Request) -> bool:
    """Whether a message only puts another record in the place of the one before ("wrong line, I meant 1043")."""
    if _CORRECTS.search(request.text) is None or mood(request.text) is Mood.QUESTION:
        return False
    return _detail(request.text) and likeliest(told_apart(request))[1] < SURE


def _answered(request: Request, asked: Ask, dialogue: Dialogue, records: Records, home: str) -> Step | None:
    """The call that was asked about, completed by an answer such as "in Leeds" or "24"."""
    if asked.missing == "note" and request.text:
        return Call(asked.call.tool, {**asked.call.args, "note": request.said})
    if asked.call.tool in WRITES and not _surely_answers(request, asked):
        return asked if ELLIPSIS.match(request.text) or _detail(request.text) else None
    short = (
        ELLIPSIS.match(request.text)
        or (_detail(request.text) and not _asks_anew(request, asked))
        or _tells_it(request, asked)
    )
    if not ((request.mentions or asked.missing in _TOLD_IN_WORDS) and short):
        return None
    if asked.missing == "change" and (change := values.change_for(request, asked.call.args.get("reason"))):
        return Call(asked.call.tool, {**asked.call.args, "change": change}, asked.call.derive)
    again = fill(asked.call.tool, request, _with_known(dialogue, asked.call), records.names, home)
    return _merged(asked.call, again, asked.missing, request)


def _surely_answers(request: Request, asked: Ask) -> bool:
    """Whether an answer is sure enough for a change to follow from it."""
    if asked.missing in _TOLD_IN_WORDS:
        return not request.text.rstrip().endswith("?")
    if COUNT.fullmatch(request.text.strip()):
        return True
    if hedged(request) or mood(request.text) is not Mood.COMMAND:
        return False
    return asked.missing != "change" or DIRECTED.search(request.text) is not None


def _asks_anew(request: Request, asked: Ask) -> bool:
    """Whether a message with the order that was asked for wants something else with it ("where is 1042?")."""
    if asked.missing != "order":
        return False
    if mood(request.text) is not Mood.COMMAND:
        return True
    meant = intent(request)
    return meant is not None and meant.tool in WRITES and meant.tool != asked.call.tool


def _tells_it(request: Request, asked: Ask) -> bool:
    """Whether a longer message tells the record that was asked for, and why, and wants nothing else."""
    sort = _NEEDS.get(asked.missing)
    if sort is None or not any(one.sort is sort for one in request.mentions):
        return False
    if mood(request.text) is not Mood.COMMAND or _OPENS.match(without_lead(request.text)) is None:
        return False
    tool, share = likeliest(told_apart(request))
    return tool == asked.call.tool or tool not in WRITES or share < SURE


_OPENS: Final = re.compile(
    r"(?:it(?:'s| is| was| should be)|that(?:'s| is| was| would be)|the|for|on|in|<\w+>|order|number)\b|<"
)
"""How a message begins that tells what was asked for."""


def _detail(text: str) -> bool:
    """Whether a message holds at most a few words beside its mentions."""
    return len(re.findall(r"(?<!<)\b[a-z']+\b(?!>)", text)) <= 6


def _merged(known: Call, again: Step, missing: str, request: Request) -> Step:
    """What was known before, completed by what the answer gives; the answer wins where it names a record."""
    if isinstance(again, Say):
        return again
    new = again.call if isinstance(again, Ask) else again
    if not isinstance(new, Call):
        return again
    args: dict[str, Any] = {**new.args, **known.args}
    place = request.of(Sort.LOCATION)
    if missing in ("from_location", "to_location") and place:
        args[missing] = place[0].value
    elif missing in new.args:
        args[missing] = new.args[missing]
    derive = new.derive or known.derive
    if _lacks(missing, args, derive):
        return Ask(Call(known.tool, args), missing, again.text if isinstance(again, Ask) else "")
    still = next((name for name in _REQUIRED.get(known.tool, ()) if _lacks(name, args, derive)), None)
    if still is not None and isinstance(again, Ask):
        return Ask(Call(known.tool, args), still, again.text)
    return Call(known.tool, args, derive)


def _lacks(name: str, args: dict[str, Any], derive: str) -> bool:
    """Whether an argument is still to be told: neither it is there nor what stands for it."""
    return name not in args and _INSTEAD.get(name, "") not in args and not derive


_INSTEAD: Final = {
    "change": "counted",
    "amount": "percent",
    "price": "change_percent",
    "counted": "change",
    "percent": "amount",
    "change_percent": "price",
}
"""Two arguments of which a call has one."""
_TOLD_IN_WORDS: Final = frozenset({"reason", "result", "method"})
"""What is asked back that an answer tells without a record or a number ("it got lost")."""
_REQUIRED: Final = {
    "adjust_stock": ("sku", "location", "change"),
    "transfer_stock": ("sku", "quantity", "from_location", "to_location"),
    "place_purchase_order": ("sku", "quantity"),
    "refund_order": ("order", "amount"),
    "change_price": ("sku", "price"),
    "reship_order": ("order", "reason"),
    "give_credit": ("customer", "amount"),
    "inspect_return": ("rma", "result"),
    "change_order_payment": ("order", "method"),
    "draft_reply": ("ticket", "text"),
}


def _with_known(dialogue: Dialogue, call: Call) -> Dialogue:
    focus = {**dialogue.focus}
    for name, sort in _NEEDS.items():
        if isinstance(call.args.get(name), str):
            focus[sort] = call.args[name]
    return replace(dialogue, focus=focus)


def _varied(last: Call, request: Request, dialogue: Dialogue, records: Records, home: str) -> Step:
    """The last call with what the message names put in its place."""
    again = fill(last.tool, request, _with_known(dialogue, last), records.names, home)
    new = again.call if isinstance(again, Ask) else again
    if not isinstance(new, Call):
        return again
    said = _said_now(new.args, request)
    kept = {name: value for name, value in last.args.items() if _INSTEAD.get(name) not in said}
    args = {**kept, **said}
    if last.tool == "transfer_stock":
        args = _redirected(last.args, args, request)
    return Call(last.tool, args, new.derive or ("" if "price" in new.args else last.derive))


def _said_now(args: dict[str, Any], request: Request) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, value in args.items():
        sort = _NEEDS.get(name)
        if sort is not None:
            chosen = _corrected(request, sort)
            if chosen is not None:
                said[name] = chosen.value
        elif name not in ("reason", "note"):
            said[name] = value
    return said


def _corrected(request: Request, sort: Sort) -> Mention | None:
    """The mention that holds: of "not Leeds, Bristol" the second, of "Bristol, not Leeds" the first."""
    mentions = [one for one in request.mentions if one.sort is sort]
    if len(mentions) > 1 and re.match(r"^.*\bnot (?:the |in |at |from )*<\w+>.*<\w+>", request.text):
        return mentions[-1]
    return mentions[0] if mentions else None


def _redirected(before: dict[str, Any], args: dict[str, Any], request: Request) -> dict[str, Any]:
    start, end = values.direction(request)
    named = start or end
    result = {**args, "from_location": before.get("from_location"), "to_location": before.get("to_location")}
    if named is not None:
        result["from_location" if start is not None and "from" in request.text else "to_location"] = (
            named.value
        )
    return {name: value for name, value in result.items() if value is not None}


def each_product(tool: str, request: Request) -> list[Request]:
    """One request for each product that a look-up names."""
    clear = [one for one in request.mentions if one.sort is Sort.SKU and one.known and not one.choices]
    if tool not in _TWINS or len({one.value for one in clear}) < 2:
        return [request]
    return [
        replace(request, mentions=(one, *(other for other in request.mentions if other.sort is not Sort.SKU)))
        for one in clear
    ]
