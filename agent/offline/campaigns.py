"""Plain requests for many prices at once, and for a markdown: "lower all garden prices by 10 %".

Few, strict patterns over tagged text: what is not clearly such a request goes the ordinary way. Numbers are
taken over as they were said; every price is worked out by the tool.
"""

from __future__ import annotations

import re
from typing import Final

from agent.offline.dialogue import Ask, Call, Step
from agent.offline.intents import is_negated
from agent.offline.mentions import Sort
from agent.offline.mood import Mood, is_denied, mood, without_lead
from agent.offline.requests import Request
from agent.offline.values import reason

_DOWN: Final = r"lower|reduce|cut|drop|decrease|slash|discount|mark down"
_UP: Final = r"raise|increase|lift|put up|bump|hike|mark up"
_OF: Final = r"(?P<{0}>[a-z][a-z& ]*?)"
_REST: Final = r"(?: please)?(?: (?:now|today|because|as|since|for the)\b.*)?[\s.!]*$"
_CAMPAIGN: Final = re.compile(
    rf"^(?:(?P<down>{_DOWN})|{_UP}) (?:all |every |the |our |of )*"
    rf"(?:(?:selling )?prices? (?:of|for|in|on) (?:all |every |the |our )*{_OF.format('of')}(?: products?| goods| items?)?"
    rf"|{_OF.format('which')} (?:selling )?prices?|{_OF.format('what')} (?:products?|goods|items?)) by <percent>{_REST}"
)
_SOME: Final = r"<sku>(?:(?:,| and|, and) <sku>)+"
_SEVERAL: Final = re.compile(
    rf"^(?:(?:(?P<down>{_DOWN})|{_UP}) (?:the )?(?:(?:selling )?prices? (?:of|for|on) )?{_SOME} by <percent>"
    rf"|(?P<off>take|knock) <percent> off (?:the prices? of )?{_SOME}){_REST}"
)
"""Several products by one percentage are one campaign; half of it done would be a wrong change."""
_MARKDOWN: Final = re.compile(
    r"\b(?:plan|work out|make|suggest|draw up|propose|give me|show me|prepare)\b.*\b(?:mark ?-?downs?|clearance)\b"
    r"|^(?:a |the )?(?:mark ?-?down|clearance|sell-? ?off|discount) (?:plan|schedule|path)\b|\bhow (?:should|would|could|do) (?:we|i|you) mark\b.*\bdown\b"
    r"|\bhow (?:should|would|could|do) (?:we|i|you) clear\b.*<sku>"
    r"|^(?=.*<sku>)(?=.*<period>)(?=.*\b(?:gone|cleared?|clear out|shifted|rid of|sold off|sell off|out of here)\b)"
    r"(?=.*\bhow\b)(?=.*\b(?:low|cheap|come down|go down|bring down|drop|reduc\w+|discount|prices?)\b)"
)
_BACK: Final = re.compile(
    r"^(?!.*(?:<money>|<percent>|<number>|<order_id>|<location>))(?:"
    r"(?:undo|revert|reverse|roll ?-?back|take back|unwind) (?:the |our |my |that |last |latest |recent |selling )*price(?: changes?| update| increase| rise| cut| drop)?\b[^.?!,]*<sku>"
    r"|(?:undo|revert|reverse|roll ?-?back) <sku>(?: ?'s)? (?:last |latest |old )?price\b"
    r"|(?:put|set|bring|change|take|roll|return|restore|reset|revert) (?:the |our )*(?:selling )?(?:price (?:of|for|on) )?<sku>(?: ?'s)?(?: price)? (?:back )?to (?:its |the )?(?:(?:old|previous|last|former|original|earlier) price|what it (?:was|cost|sold for)(?: before)?)\b"
    r")"
)
"""A price is to be what it was before its last change."""
_DAYS_OF_A_WEEK: Final = 7
_MOST_WEEKS: Final = 26


def campaign_step(request: Request) -> Step | None:
    """The step of a request for a campaign or a markdown plan, or None where it is something else."""
    text = request.text.strip()
    if _MARKDOWN.search(text) and not is_negated(text) and not request.quoted:
        return _markdown(request)
    if _BACK.search(without_lead(text)) and _may_change(request):
        return _back(request)
    several = _SEVERAL.search(re.sub(r"\s+,", ",", without_lead(text)))
    if several is not None:
        return _several(request, down=bool(several["down"] or several["off"]))
    found = _CAMPAIGN.search(without_lead(text))
    if found is None or request.of(Sort.SKU) or is_negated(text):
        return None
    if mood(text, quoted=request.quoted) is not Mood.COMMAND:
        return None
    category = re.sub(
        r"^(?:category|department)\s+|\s+(?:category|department|range|section)$",
        "",
        (found["of"] or found["which"] or found["what"]).strip(),
    )
    sign = "-" if found["down"] else ""
    percent = request.of(Sort.PERCENT)[0].value
    args = {"category": category, "change_percent": f"{sign}{percent}", "reason": reason(request)}
    return Call("change_prices", args)


def _may_change(request: Request) -> bool:
    commanded = mood(request.text, quoted=request.quoted) is Mood.COMMAND
    return commanded and not is_negated(request.text) and not is_denied(request.text)


def _back(request: Request) -> Step | None:
    """The price that one product had before its last change."""
    goods = request.of(Sort.SKU)
    if len(goods) != 1 or goods[0].choices or not goods[0].known:
        return None
    return Call("change_price", {"sku": goods[0].value, "reason": reason(request)}, "back:0")


def _several(request: Request, *, down: bool) -> Step | None:
    """One campaign over the products named, each of them clear and known."""
    goods = request.of(Sort.SKU)
    clear = all(one.known and not one.choices for one in goods)
    commanded = mood(request.text, quoted=request.quoted) is Mood.COMMAND
    if not clear or not commanded or is_negated(request.text):
        return None
    percent = f"{'-' if down else ''}{request.of(Sort.PERCENT)[0].value}"
    args = {"skus": [one.value for one in goods], "change_percent": percent, "reason": reason(request)}
    return Call("change_prices", args)


def _markdown(request: Request) -> Step:
    skus = request.of(Sort.SKU)
    periods = [int(one.value) for one in request.of(Sort.PERIOD) if one.value]
    weeks = {}
    if periods:
        weeks = {"weeks": min(_MOST_WEEKS, max(1, -(-periods[0] // _DAYS_OF_A_WEEK)))}
    if not skus or skus[0].choices:
        return Ask(
            Call("plan_markdown", weeks), "sku", "Which product do you mean? Give me its SKU or title."
        )
    return Call("plan_markdown", {"sku": skus[0].value, **weeks})
