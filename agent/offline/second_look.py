"""A second look at a request: what the patterns made of it, beside what its words most likely mean.

Patterns are sure of what somebody thought of; the likelihood learnt from the phrasebook knows the rest. A look-up
may follow from the likelihood alone. A change may not: it also takes a command in the operator's own voice, and
where that is missing the look-up answers and the change is only offered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agent.offline.concepts import concept
from agent.offline.filling import WRITES
from agent.offline.intents import ADVICE, Intent, is_negated
from agent.offline.likelihood import NONE, likely, opening_words
from agent.offline.mentions import Sort
from agent.offline.mood import (
    FOR_ME,
    Mood,
    before_speech,
    commanded_by,
    is_denied,
    mood,
    own_words,
    without_lead,
)
from agent.offline.phrases import phrases
from agent.offline.requests import Request

SURE: Final = 0.9
"""So likely a tool must be to count against what the patterns say."""
VERY_SURE: Final = 0.97
"""So likely, to make a question of what the patterns took for a command, or a command of what they did not."""
COMMANDED: Final = 0.93
"""So likely a change must be that is commanded, where the patterns see none."""
_LIKELY: Final = 0.55
"""So likely a look-up must be where the patterns say nothing."""

_INSTEAD: Final = {
    **ADVICE,
    **dict.fromkeys(
        ("request_return", "request_exchange", "reship_order", "change_order_items", "change_order_payment"),
        "get_order",
    ),
    "change_order_address": "get_order",
    "change_customer_address": "find_customer",
    "give_credit": "find_customer",
    "draft_reply": "suggest_reply",
    "add_demand_signal": "list_signals",
    "add_supply_signal": "list_signals",
    "remove_signal": "list_signals",
}
"""The look-up that answers where a change is talked of and not commanded."""
_PARTICLE: Final = r"(?:in|out|off|up|down|back|over|through|on|away|again)"
_THING: Final = r"(?:it|them|that|this|these|those|<\w+>)"
_ASIDE: Final = re.compile(
    rf"(?:^|[,.;:!]\s*|\s-+\s|\b(?:and|then|so|please|just|now) )(?:please |just |then |so |now )*(?P<verb>[a-z-]+) (?:{_THING}\b(?: {_PARTICLE}\b)?|{_PARTICLE}\b)?"
    r"(?: \w+){0,3}? ?(?:please|for me|for us|asap)\b"
    rf"|(?<=<rma_id> )(?:box |parcel |package |goods )?(?:is |are )?(?:here|back|in)[\s,]+(?P<then>[a-z-]+) (?:{_THING})\b"
)
"""A command in the midst of what is told: "it's 5 short, fix it please", "RMA-1 is here book it in"."""
_WISHED: Final = frozenset(
    (
        "request_return",
        "request_exchange",
        "change_order_items",
        "change_order_payment",
        "change_order_address",
        "change_customer_address",
        "cancel_return",
        "reship_order",
    )
)
"""Changes that are asked for by telling that they are needed; money is never given away so."""
_WISH: Final = re.compile(
    r"\b(?:(?:needs?|has|have|ought|is|are) to|must|should|need(?:s|ing)? \w+ing?)\b(?! (?:know|ask|be asked)\b)"
)
"""What is to be done, told as such."""
_PUT_RIGHT: Final = frozenset(
    (
        "cancel_order",
        "cancel_purchase_order",
        "receive_purchase_order",
        "receive_return",
        "inspect_return",
        "remove_signal",
        "adjust_stock",
        "transfer_stock",
        "complete_exchange",
    )
)
_TO_BE_DONE: Final = re.compile(
    r"\bneeds? (?!(?:ordering|refunding|paying)\b)(?:\w+ing|(?:to be )\w+(?:ed|en|wn|t)|to (?:come|go) (?:off|out|away))\b|\b(?:must|has to|have to|is to|are to) be \w+(?:ed|en|wn|t)\b"
)
"""What is to be done to the record named: "PO-77 needs cancelling"; money and new orders take a command."""
_DOING: Final = frozenset(
    concept(word)
    for word in (
        "send ship post dispatch give issue grant credit pay refund reimburse return exchange swap switch change replace"
        " cancel void stop kill scrap bin drop pull withdraw close open start raise create set put make move shift transfer"
        " take bring book receive accept log record note jot write add append attach mark save draft store reply answer"
        " remove delete clear restock shelve complete finish settle wrap release update correct fix amend use charge bill"
        " reship resend redirect reroute divert order buy get purchase place lift lower reduce cut knock sort arrange"
        " organise organize process do pop stick chuck bung whack sling lob nudge trim shave tweak undo ditch axe dump load"
        " stock count adjust deduct plan call throw slap top hand run flag cough stump treat nick shove tuck plug file"
    ).split()
)
"""Verbs that command something to be done, whatever it is."""
_RATHER: Final = re.compile(r"\b(?:would|'d) (?:rather|prefer|like)\b|\bprefers?\b|\bwants?\b")
_AND_DO_IT: Final = re.compile(
    r"[.,;!]\s+(?:so |and |please )*(?:do (?:it|that|so)|sort (?:it|that|this)(?: out)?|make it so|see to it)\b[\s.!]*$"
)
"""A command that only points at what was told."""
_OF_RETURNS: Final = frozenset(("receive_return", "inspect_return", "cancel_return"))
"""Changes without a look-up of their own: where they are talked of they are offered, and nothing is shown."""
_CHOSEN: Final = frozenset(("change_order_payment", "change_order_address", "change_order_items"))
"""What a customer may choose while the order is pending: "she would rather pay by gift card" asks for it."""


def told_apart(request: Request) -> str:
    """The text with returns, exchanges and signals tagged as such: ``<rma_id>``, ``<exchange_id>``, ``<signal_id>``."""
    text = re.sub(r"#\s*<order_id>", "<order_id>", request.text.strip())
    text = re.sub(r"\bs-\d+\b", "<signal_id>", re.sub(r"\bex-\d+\b", "<exchange_id>", text))
    tickets = (one for one in request.mentions if one.sort is Sort.TICKET)
    return re.sub(
        "<ticket_id>",
        lambda _: (
            "<rma_id>" if (one := next(tickets, None)) and one.value.startswith("RMA") else "<ticket_id>"
        ),
        text,
    )


def second_look(request: Request, meant: Intent | None, how: Mood, resolved: str = "") -> Intent | None:
    """What a request means when patterns and likelihood are both heard.

    `meant` is what the patterns say; `how` the mood, the one before considered.
    """
    if request.quoted or is_negated(request.text):
        return meant
    text = told_apart(request)
    overruled = _overruled(request, meant, text)
    if overruled is not None:
        return overruled
    tool, share = likeliest(resolved or text)
    if tool in ("", NONE) or (meant is not None and (tool == meant.tool or share < SURE)):
        return meant
    if tool not in WRITES:
        return _looked_up(tool, share, meant)
    return meant if share < SURE else _changed(tool, share, text, meant, how)


def _overruled(request: Request, meant: Intent | None, text: str) -> Intent | None:
    """What a request means whose patterns took the past for the future, or a supplier's price for the shop's."""
    if meant is None:
        return None
    if meant.tool == "forecast_demand" and _is_past(request):
        return Intent("stock_movements")
    if meant.tool == "change_price" and _SUPPLIERS_PRICE.search(text):
        return Intent("supplier_terms", offered="add_supply_signal")
    return None


def _is_past(request: Request) -> bool:
    """Whether a request asks what was sold, not what will be."""
    past = any(_PAST.search(one.said) for one in request.of(Sort.PERIOD)) or "since <period>" in request.text
    return (past or _SOLD.search(request.text) is not None) and not _TO_COME.search(request.text)


_PAST: Final = re.compile(r"\b(?:last|past|previous|yesterday|since|ago|this morning)\b", re.IGNORECASE)
_SOLD: Final = re.compile(
    r"\b(?:did|have) (?:we|it|they|<sku>) (?:\w+ )?(?:sell|sold|shift(?:ed)?|do|done|move|moved)\b"
)
_TO_COME: Final = re.compile(
    r"\b(?:forecast\w*|predict\w*|project\w*|expect\w*|outlook|estimat\w*|will|going to|next|coming|likely|based on)\b"
)
_SUPPLIERS_PRICE: Final = re.compile(
    r"\b(?:price|cost|costs|charges?)\b[^.?!]*\b(?:from|at|with|of) <supplier>|<supplier>(?: '?s)? (?:price|cost|charges?|wants?|asks?)\b"
)
"""What a supplier asks for its goods, which is not what customers pay."""


def is_one_command(whole: Request, pieces: Sequence[Request]) -> bool:
    """Whether the pieces of a message together command one change, and no piece clearly means another tool."""
    text = told_apart(whole)
    tool, share = likeliest(text)
    if tool not in WRITES or share < VERY_SURE or not asks_for(text, tool, share):
        return False
    if any(mood(piece.text) is Mood.QUESTION and "?" not in piece.text for piece in pieces[1:]):
        return False  # "... and then tell me what is left" is a request of its own
    own = [piece for piece in pieces if piece.mentions or not _POINTS_BACK.search(piece.text)]
    others = (likeliest(told_apart(piece)) for piece in own)
    return all(other == tool or chance < _LIKELY for other, chance in others)


_POINTS_BACK: Final = re.compile(r"\b(?:it|that|this|them)\b")


def likeliest(text: str) -> tuple[str, float]:
    """The likeliest tool of those that take the records which the text names, and its probability; or ("", 0)."""
    named = {tag for tag in _RECORDS if tag in text}
    fitting = {tool: share for tool, share in likely(text).items() if _takes(tool, named)}
    whole = sum(fitting.values())
    if whole < _LEAST:
        return "", 0.0
    tool, share = next(iter(fitting.items()))
    return tool, share / whole


_RECORDS: Final = (
    "<order_id>",
    "<po_id>",
    "<rma_id>",
    "<ticket_id>",
    "<action_id>",
    "<exchange_id>",
    "<signal_id>",
)
_LEAST: Final = 0.02
"""Where so little is left, the words speak for none of the tools that take the records named."""
_ABOUT: Final = {
    **dict.fromkeys(
        ("quote_refund", "refund_order", "cancel_order", "add_order_note", "get_order"), "<order_id>"
    ),
    **dict.fromkeys(("request_return", "request_exchange", "reship_order", "track_shipment"), "<order_id>"),
    **dict.fromkeys(("change_order_items", "change_order_payment", "change_order_address"), "<order_id>"),
    **dict.fromkeys(("cancel_purchase_order", "receive_purchase_order"), "<po_id>"),
    **dict.fromkeys(("cancel_return", "receive_return", "inspect_return"), "<rma_id>"),
    **dict.fromkeys(("suggest_reply", "draft_reply"), "<ticket_id>"),
    "action_status": "<action_id>",
    "complete_exchange": "<exchange_id>",
    "remove_signal": "<signal_id>",
}
"""The record that a tool is about."""


def _takes(tool: str, named: set[str]) -> bool:
    """Whether a tool is not about another record than those named."""
    about = _ABOUT.get(tool)
    return about is None or not named or about in named


def _looked_up(tool: str, share: float, meant: Intent | None) -> Intent | None:
    if meant is not None and meant.tool in WRITES:
        return Intent(tool, offered=meant.tool) if share >= VERY_SURE else meant
    return Intent(tool) if share >= _LIKELY else meant


def _changed(tool: str, share: float, text: str, meant: Intent | None, how: Mood) -> Intent | None:
    if share >= COMMANDED and how is Mood.COMMAND and asks_for(text, tool, share):
        return Intent(tool)
    if meant is not None and meant.tool in WRITES:
        return _doubted(meant.tool) if share >= VERY_SURE else meant
    instead = _INSTEAD.get(tool, "" if tool in _OF_RETURNS else None)
    if instead is None or (not instead and how is Mood.FORBIDDEN):
        return meant
    return Intent(instead, offered=tool if how is not Mood.FORBIDDEN else None)


def _doubted(tool: str) -> Intent:
    """A change that the words speak against: its look-up answers; where it has none, it is offered."""
    instead = _INSTEAD.get(tool)
    return Intent("", offered=tool) if instead is None else Intent(instead)


def asks_for(text: str, tool: str, share: float = 0.0) -> bool:
    """Whether a text, in the operator's own voice, commands what a tool does or tells that it is to be done.

    Where the words leave no doubt of the tool (`share` is its probability), any verb of doing commands it.
    """
    if mood(text) is not Mood.COMMAND or _is_denied_to(text, tool) or not own_words(text).strip():
        return False
    if tool != "add_supply_signal":  # what a supplier told of itself is the matter of a signal
        text = before_speech(text)
    verbs = _verbs().get(tool, frozenset()) | (_DOING - _NO_VERBS if share >= VERY_SURE else frozenset())
    return (
        commanded_by(text, lambda head: _first(head) in verbs)
        or (
            "?" not in text
            and any(concept(hit["verb"] or hit["then"]) in verbs for hit in _ASIDE.finditer(text))
        )
        or ("?" not in text and _is_told_to_be(text, tool))
    )


def _is_denied_to(text: str, tool: str) -> bool:
    """Whether a denial, or money asked for by who is to get it, speaks against a change."""
    if tool == "add_supply_signal":
        return _NOT_LATE.search(text) is not None
    if tool == "reship_order":
        return is_denied(_NEVER_CAME.sub("", text))
    if tool in ("give_credit", "refund_order") and FOR_ME.search(text):
        return True
    return is_denied(_NOT_GONE.sub("", text))


_NOT_LATE: Final = re.compile(
    r"(?:\b(?:not|never|no|no longer)|n't)\b(?: \w+| <\w+>){0,2} (?:late|later|delayed|delay|behind|dearer|more)\b|\b(?:no longer|nothing|nobody)\b"
)
_CAME: Final = r"(?:came|come|arrived?|reach\w*|show\w*|turn\w*|got|get|received?|had|delivered|seen?)"
_NEVER_CAME: Final = re.compile(
    rf"(?:\b(?:never|not|hasnt|didnt)|(?:has|have|did|was|were|is|are)n't)(?: yet)?(?: \w+)?? {_CAME}\b"
)
"""A parcel that never came is why it is sent again."""
_NOT_GONE: Final = re.compile(
    r"(?:\b(?:not|hasnt)|(?:has|have|is|are)n't)(?: yet)?(?: been)? (?:left|gone|shipped|sent|dispatched|out|packed)\b"
)
"""An order that is still here is why it can be changed."""


def _is_told_to_be(text: str, tool: str) -> bool:
    """Whether a text tells that something is to be, and the tool is one for which that is enough."""
    if _NOT_OURS.search(text):
        return False
    declared = tool in _DECLARED and _DECLARED[tool].search(text) is not None
    chosen = tool in _CHOSEN and _RATHER.search(text) is not None
    needed = tool in _WISHED and _WISH.search(text) is not None
    needed = needed or (tool in _PUT_RIGHT and _TO_BE_DONE.search(text) is not None)
    return declared or chosen or needed or _AND_DO_IT.search(text) is not None


_DECLARED: Final = {
    "change_prices": re.compile(
        r"^(?:the )?(?:selling )?prices? (?:of|for|in) (?:category |all |the |our )*[a-z& ]{2,30} by <percent>[\s.!]*$|\b(?:must|should|shall|have to|has to|need to|are to|to) (?:go|come|be)\b.*<percent>"
        r"|^(?!.*(?:<period>|\b(?:last|since|again|than|year|month|week)\b))(?:all |the |every )*[a-z][a-z& ]{2,24}(?: prices?)?"
        r"(?: ?:)? (?:(?:up|down|plus|minus) (?:by )?<percent>|<percent> (?:up|down|off|cheaper|dearer))(?= please|[\s,.!]*$|,| across| (?:on )?(?:all|everything|from))"
    ),
    "inspect_return": re.compile(
        r"\b(?:can|may|should|must) (?:be )?(?:go|put|back|sold|binned|scrapped|written)\b"
    ),
    "receive_return": re.compile(r"\b(?:book|check|sign|log|take|put) (?:it|them|that) in\b"),
    "remove_signal": re.compile(
        r"<signal_id> (?:can|should|must|has to) (?:now )?(?:go|come (?:off|out)|be (?:removed|dropped|deleted|withdrawn))\b"
    ),
}
"""Statements that tell what is to be."""
_NOT_OURS: Final = re.compile(
    r"\b(?:competitors?|rivals?|competition|others)\b|\b(?:should|must|would|could|might|may|ought to) have\b|\bbut\b"
    r"|\bby <percent>.*\b(?:last|ago|yesterday|already)\b|\b(?:were|was|have been|has been|went|came|rose|fell)\b.*<percent>"
)
"""What others do, what would have had to be, what was, and what is taken back: none of it is to be."""


def _first(clause: str) -> str:
    words = re.match(r"[a-z][a-z'-]*", clause)
    return concept(words[0]) if words else ""


@lru_cache(maxsize=1)
def _verbs() -> dict[str, frozenset[str]]:
    """The words with which each change was commanded, by their meaning."""
    lines = [line for line in phrases() if line[0] in WRITES]
    found = opening_words(lines, (without_lead(phrase) for _, phrase in lines))
    return {tool: words - _NO_VERBS for tool, words in found.items()}


_NO_VERBS: Final = frozenset(
    concept(word)
    for word in (
        "i we he she they you it that this these those there customer client buyer boss goods parcel box the a an"
        " one some my our his her their what why how who when where which is are was were do does did can could"
        " should would will shall may might must has have had not no yes new wrong from to in on at for with by"
        " of and or but if someone somebody courier carrier postman return order product price supplier everything"
        " all each every after before because as since due system stock damaged broken found lost another"
        " season school demand delivery heads lead black please item end"
    ).split()
)
"""Words that begin what was said and command nothing."""
