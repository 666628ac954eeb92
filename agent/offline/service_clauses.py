"""Requests of customer service in free wording: a clause that commands, and what the message must name.

A rule needs its records, words somewhere in the message that tell the matter, and either a clause that begins
with one of its verbs in the operator's own voice or a statement of what is to be. A verb alone is never enough,
and neither is a story: "the parcel got lost" asks for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agent.offline.mood import FOR_ME, before_speech, commanded, is_denied, own_words, without_lead

_ORDER: Final = "<order_id>"
_RMA: Final = "<rma_id>"
_WHO: Final = (
    r"(?:(?:the |a |this |our |my )?(?:\w+ )?(?:customer|client|buyer|shopper|lady|gentleman|guy|chap|bloke|woman|man|"
    r"person)|he|she|they|<customer_id>)"
)
_WISHES: Final = (
    rf"{_WHO}(?: (?:on the (?:line|phone)|of {_ORDER}))?(?:'d like|'s (?:asking|hoping)|(?: now| really| just)?"
    r" (?:wants?|would like|wishes|wish|needs?|prefers?|asks?|is asking|has asked|hopes))(?: us)?"
)
_GOODS: Final = (
    r"\b(?:goods|items?|contents?|stuff|pieces?|things?|them|beyond|broken|damaged|smashed|unsellable|worn|dirty|"
    r"ruined|faulty|used|torn|stained|rubbish|trashed|wrecked|mouldy|shot)\b"
)
_PENDING: Final = (
    r"\b(?:pending|unshipped|unfulfilled|still (?:here|open|with us|in the warehouse)|before it (?:goes|leaves|ships)|"
    r"(?:not|hasn't|has not|hasnt|haven't|isn't|is not)(?: yet)? (?:been )?(?:left|gone|shipped|sent|dispatched|out|packed))\b"
)
_LOST_OR_BROKEN: Final = (
    r"\b(?:lost|missing|stolen|vanish\w*|disappear\w*|never (?:\w+ ){0,2}?(?:came|arrived|reached|showed|turned)|damag\w*|"
    r"brok\w*|smash\w*|shatter\w*|crack\w*|chip\w*|crush\w*)\b"
)
_SWAP: Final = r"\b(?:instead of|rather than|in place of|in lieu of|for|to|into|with|by|against)\b"
_MONEY: Final = r"<money>|<percent>|\b(?:refund\w*|money|price|credit note)\b"
_LETTER: Final = r"\b(?:e-?mails?|mails?|invoices?|confirmations?|receipts?|labels?|links?)\b"


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way to ask for a tool; `needs` must all be found in the message, `never` must not."""

    tool: str
    needs: tuple[re.Pattern[str], ...]
    verbs: re.Pattern[str] | None
    states: re.Pattern[str] | None
    never: re.Pattern[str] | None

    def fits(self, text: str) -> bool:
        """Whether the message asks for it in this way."""
        if not all(one.search(text) for one in self.needs) or (self.never and self.never.search(text)):
            return False
        if self.tool == "give_credit" and FOR_ME.search(text):
            return False
        told = own_words(without_lead(text))
        stated = self.states is not None and self.states.search(told) is not None
        stated = stated and before_speech(told) == told and not is_denied(re.sub(_PENDING, "", told))
        return stated or (self.verbs is not None and commanded(text, self.verbs))


def _rule(tool: str, *needs: str, verbs: str = "", states: str = "", never: str = "") -> _Rule:
    return _Rule(
        tool,
        tuple(re.compile(one) for one in needs),
        re.compile(rf"^(?:{verbs})") if verbs else None,
        re.compile(states) if states else None,
        re.compile(never) if never else None,
    )


_RULES: Final = (
    _rule(
        "inspect_return",
        _RMA,
        verbs=r"re-?stock\b|write\b.*\boff\b|re-?sell\b|shelve\b|(?:back|straight back) (?:in|on|to|into|onto)\b|"
        r"(?:put|take|place|return|move|send)\b.*\b(?:back|in|into|on)\b.*\b(?:stock|shel(?:f|ves)|sale|range|inventory)\b",
        states=rf"{_RMA} (?:can|may|should|must) (?:go |be put )?back (?:in|on|to|into|onto)\b"
        rf"|^(?:(?:i |we )?(?:have )?(?:checked|inspected|looked at|gone through)\b.*{_RMA}|{_RMA}[\s,:]+(?:checked|inspected)\b)"
        r"(?!.*\b(?:broken|damaged|dirty|missing|worn|faulty)\b).*\b(?:re-?sellable|sellable|as new|like new)\b",
    ),
    _rule(
        "inspect_return",
        _RMA,
        _GOODS,
        verbs=r"(?:bin|scrap|dump|junk|destroy|discard|dispose|throw|chuck|trash|toss|get rid)\b(?! (?:the |that |this )?(?:return|rma)\b)",
    ),
    _rule(
        "receive_return",
        _RMA,
        verbs=r"receive\b|accept\b|register\b|(?:book|check|take|log|sign|scan)\b.*\bin\b|"
        r"(?:mark|log|record|confirm|note)\b.*\b(?:received|arrived|arrival|receipt|here|back|in)\b",
        never=r"\b(?:re-?stock|write|inspect\w*)\b",
    ),
    _rule(
        "cancel_return",
        _RMA,
        verbs=r"cancel|call off\b|call\b.*\boff\b|scrap\b|drop\b|kill\b|void\b|withdraw\b|abort\b|annul\b|revoke\b|undo\b|"
        r"tear up\b|bin\b|stop\b|close\b|nix\b|axe\b|(?:take|strike)\b.*\boff\b",
        states=rf"{_RMA}.*\b(?:can|must|should|has to|needs to|may) be (?:cancelled|withdrawn|closed|voided|called off)\b",
        never=r"\b(?:goods|items?|contents?|stuff|broken|damaged|smashed)\b",
    ),
    _rule(
        "complete_exchange",
        r"\bex-\d+\b",
        verbs=r"complete\b|finish\b|finali[sz]e\b|close\b|wrap\b.*\bup\b|settle\b|send\b|ship\b|dispatch\b|release\b|conclude\b",
        states=r"\bex-\d+ (?:can|may|should|is (?:ready|good|clear) to) (?:now )?(?:go|be|ship|leave)\b",
        never=r"\bcancel",
    ),
    _rule(
        "change_order_items",
        _ORDER,
        "<sku>",
        _PENDING,
        verbs=r"(?:exchange|swap|trade|change|replace|switch|substitute|put|give|send|make|amend|correct)\b",
        states=rf"{_WISHES}.*{_SWAP}",
        never=rf"\b(?:address|payment)\b|<location>|<po_id>|{_MONEY}",
    ),
    _rule(
        "request_exchange",
        _ORDER,
        "<sku>",
        verbs=r"(?:exchange|swap|trade)\b",
        states=rf"^(?:(?:on|for|in|with) (?:order )?)?(?:{_ORDER}[\s,:]*)?{_WISHES} (?:to (?:swap|exchange|trade|change)\b.*<sku>.*{_SWAP}"
        r"|<sku> (?:instead of|rather than|for) (?:the )?<sku>.*\bexchange)",
        never=rf"<location>|<po_id>|{_MONEY}",
    ),
    _rule(
        "change_order_items",
        _ORDER,
        r"<sku>.*<sku>|\b(?:colou?r|size|variant)\b",
        verbs=r"(?:change|replace|switch|substitute)\b|put\b.*\b(?:in place of|instead of)\b",
        never=rf"\b(?:address|payment|back)\b|<location>|<po_id>|{_MONEY}",
    ),
    _rule(
        "change_order_address",
        _ORDER,
        "<address>",
        verbs=r"(?:send|ship|deliver|redirect|re-?route|divert|change|update|correct|set|fix|use|amend|put|make|dispatch)\b",
        states=rf"{_ORDER}[\s,]* (?:must|should|has to|needs to|is to|shall|ought to|goes|is going|to (?:go|be (?:sent|delivered|shipped)))\b.*<address>"
        rf"|\b(?:wrong|new|incorrect|different|other|correct|right) (?:delivery |shipping )?address\b.*<address>",
        never=r"<po_id>|\bagain\b",
    ),
    _rule(
        "change_customer_address",
        "<customer_id>",
        "<address>",
        verbs=r"(?:change|update|correct|set|fix|note|record|amend|adapt|use|put|make)\b",
        states=r"<customer_id>[\s,]*(?: has| have|'s|'ve)?(?: just| recently| now)? (?:moved|relocated|lives?|is living|resides?)\b"
        r".*<address>|\b(?:new|home|correct) address (?:of|for|is)\b.*<customer_id>|<customer_id>.*\bnew (?:address|home|flat|place|house)\b",
        never=_ORDER,
    ),
    _rule(
        "change_order_payment",
        _ORDER,
        r"\bgift ?card\b|\b(?:card|one|visa|mastercard) (?:\w+ ){0,2}?ending\b|\b(?:other|another|different|second) (?:\w+ )?card\b",
        r"\b(?:pay|pays|paid|paying|payment|charge[ds]?|charging|bill|billed|card|gift ?card)\b",
        verbs=r"(?:change|switch|update|let|put|charge|take|use|move|make|bill|set|have|pay|run|place)\b",
        states=rf"{_WISHES}(?: to)? (?:pay|be charged|use|settle)\b|{_ORDER} (?:must|should|is to|has to) be (?:paid|charged)\b"
        rf"|^{_ORDER}[\s,:]*(?:not )?(?:with|by|via|on|using|from)\b.*\bplease\b",
        never=r"\b(?:refund\w*|goodwill|top up|back|issue|grant)\b|<money>",
    ),
    _rule(
        "reship_order",
        _ORDER,
        verbs=r"re-?(?:ship|send|dispatch)\b|(?:send|ship|dispatch|despatch|post|get|mail|put|do|arrange|organi[sz]e)\b.*\b(?:again|once more|another|"
        r"replacements?|anew|afresh|a new one|a second|fresh)\b",
        never=rf"{_LETTER}|{_MONEY}|<address>|<po_id>|<location>",
    ),
    _rule(
        "reship_order",
        _ORDER,
        _LOST_OR_BROKEN,
        verbs=r"(?:a |an |the |one )?(?:fresh|new|replacement|another) (?:one|parcel|box|lot|set|order)?\b|replacement\b|"
        r"replace (?:it|them|the (?:goods|parcel|order|lot|whole)|everything)\b",
        never=rf"{_LETTER}|{_MONEY}|<address>|<po_id>|<location>",
    ),
    _rule(
        "give_credit",
        "<customer_id>",
        "<money>",
        r"\b(?:credit|goodwill|gift ?card)\b",
        verbs=r"(?:give|grant|issue|offer|credit|put|add|top up|load|send|let|book|apply|throw|drop|slip|shoot|toss|pop|stick|post|hand)\b|"
        r"<money> (?:of |in |as )?(?:a )?(?:goodwill|store credit|credit|courtesy)\b|"
        r"<money> (?:on|onto|to|into) (?:the |her |his |their )?gift ?card\b",
        states=r"^(?:customer )?<customer_id> (?:gets?|receives?|is to get|should get) <money>",
        never=rf"\brefund|\bcredit (?:note|card|report|check|limit|score)\b|{_ORDER}.*\bcredit\b",
    ),
    _rule(
        "request_return",
        _ORDER,
        verbs=r"(?:start|open|create|request|raise|register|book|begin|file|make|set up|get|do|issue|sort|arrange|log|process|"
        r"organi[sz]e|initiate|generate|prepare|kick off)\b.*\b(?:returns?|rma)\b|(?:rma|return)\b|"
        r"(?:take|send|accept|have)\b(?!.*\bstock\b).*\bback\b",
        states=rf"(?:{_WISHES}|^{_WHO}\b[^?]* and (?:would like|wants?|wishes))(?: to)? (?:return|(?:send|give|bring|ship|hand)\b.*\bback)\b|^{_WHO} (?:sends?|is sending|are sending)\b.*\bback\b",
        never=rf"{_MONEY}|<(?:location|supplier|po_id|rma_id)>|\b(?:label|policy|window)\b|\bback (?:to|up|at)\b(?! us)",
    ),
    _rule(
        "draft_reply",
        "<ticket_id>",
        "<words>",
        r"\b(?:repl(?:y|ies)|answers?|response)\b",
        verbs=r"(?:keep|save|store|draft|write|file|note|put|record|use|add|jot|take)\b",
    ),
)
"""The first that fits counts."""

_LOOKS: Final = tuple(
    (tool, re.compile(pattern))
    for tool, pattern in (
        (
            "suggest_reply",
            r"^(?:how|what|help|can|could|should|suggest|propose|reply|answer|respond|draft|prepare|write)\b(?!.*<words>)"
            r"(?=.*\b(?:repl(?:y|ies)|answer|respon[ds]\w*|say|tell|write)\b).*<ticket_id>",
        ),
        (
            "list_tickets",
            r"^(?!.*<)(?:.*\b(?:who|which customers?|anyone|anybody|somebody|customers?|people)\b.*\b(?:wait\w*|hanging on|holding on|chasing)\b.*\b(?:hear|answers?|repl(?:y|ies)|response|us|back)\b"
            r"|.*\b(?:support|customer service|service|help ?desk|tickets?|customers?'?s?) (?:inbox|queue|backlog|mail ?box)\b"
            r"|.*\b(?:questions|messages|mails?|e-?mails?|enquiries)\b.*\b(?:not|n't|un)\b.*\b(?:answer\w*|repl\w*|respond\w*)\b"
            r"|.*\b(?:unanswered|unreplied) (?:customers?|messages|mails?|e-?mails?|tickets?|questions)\b"
            r"|.*\bopen tickets?\b|.*\btickets?\b.*\b(?:open|waiting|unanswered|outstanding|left|oldest|pending)\b)",
        ),
    )
)
"""Look-ups and how they are asked for."""


def service_request(text: str) -> str | None:
    """The tool of customer service that a tagged, repaired message asks for, or None.

    Returns are tagged ``<rma_id>`` in `text`, other tickets ``<ticket_id>``.
    """
    return next((rule.tool for rule in _RULES if rule.fits(text)), None)


def service_look(text: str) -> str | None:
    """The look-up of customer service that a tagged, repaired message asks for, or None."""
    bare = without_lead(text)
    return next((tool for tool, pattern in _LOOKS if pattern.search(bare)), None)
