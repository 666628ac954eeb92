"""Plain requests of customer service: returns, exchanges, replacements, credit, addresses, tickets.

Few, strict patterns over tagged text that begin with what is to be done: what is not clearly such a request
goes the ordinary way. A change comes only from a command in the operator's own voice.
"""

from __future__ import annotations

import re
from typing import Final

from agent.offline.dialogue import Dialogue, Step
from agent.offline.filling import WRITES
from agent.offline.follow_up import resolved
from agent.offline.intents import is_negated
from agent.offline.mentions import Records, Sort
from agent.offline.mood import FOR_ME, Mood, mood, without_lead
from agent.offline.requests import Request
from agent.offline.second_look import told_apart
from agent.offline.service_clauses import service_look, service_request
from agent.offline.slots import fill

_START: Final = (
    r"^(?:start|open|create|request|raise|register|book|begin|file|make|set up)(?: me)? (?:a |an |the |new )*"
)
_ORDER: Final = r"(?:<order_id>|\borders?\b)"
_NO_MONEY: Final = (
    r"(?!.*(?:<money>|<percent>|\b(?:money|amount|payment|cash|price|paid|funds|balance|cost|shipping|postage|half|"
    r"refund\w*|label|policy)\b))"
)
_REPLY: Final = r"\b(?:repl(?:y|ies)|answers?|response)\b"
_TICKETS_END: Final = (
    r"(?:,? (?:are|is|there|still|do|have|we|open|waiting|wait|unanswered|to answer|for (?:an answer|us|me)|<period>|"
    r"now|left|new|pending|unresolved|please|right))*[\s.?!]*$"
)
_REQUESTS: Final = tuple(
    (tool, re.compile(pattern))
    for tool, pattern in (
        ("draft_reply", rf"^(?:keep|save|store|draft|write|file)\b.*{_REPLY}.*<ticket_id>.*<words>"),
        (
            "suggest_reply",
            rf"^(?:suggest|propose|draft|prepare|write|make|give me)\b.*{_REPLY}.*<ticket_id>"
            r"|^(?:suggest|propose|draft|prepare) (?:me )?(?:a|an|the) (?:reply|answer|response)"
            r"(?: (?:to|for) (?:the|that|this|a) ticket)?[\s.!]*$"
            r"|^(?:reply|answer|respond)(?: to)? (?:the )?(?:ticket )?<ticket_id>[\s.!]*$"
            r"|^what (?:should|can|could|do|would) (?:i|we|you) (?:answer|reply|suggest|say|tell)\b.*<ticket_id>",
        ),
        (
            "list_tickets",
            r"^(?:(?:show|list|give)(?: me)? |what are |are there |any |which |what |how many )*"
            r"(?:the |our |all |any |customers?'?s? |support |open |new |unanswered |waiting |pending |unresolved )*"
            rf"tickets?{_TICKETS_END}"
            rf"|^what do (?:the |our )?customers want{_TICKETS_END}"
            r"|^(?:(?:show|open)(?: me)? |what(?:'s| is) in )(?:the |our )?"
            rf"(?:tickets?|customers?'?s?|support|service) (?:inbox|queue|messages){_TICKETS_END}"
            rf"|^(?:(?:show|open|check|see)(?: me)? |what(?:'s| is| have we got| have i got) (?:new |waiting )?in |(?:is there )?anything (?:new |waiting )?in )"
            rf"(?:the |our |my )?(?:inbox|mail ?box){_TICKETS_END}",
        ),
        ("receive_return", r"^(?:receive|book in) (?:the )?(?:goods of )?(?:return |rma )?<ticket_id>"),
        ("cancel_return", r"^cancel (?:the )?(?:return|rma)?\s*<ticket_id>|^cancel (?:the )?return\b(?!.*<)"),
        (
            "inspect_return",
            r"^(?:restock|write off|inspect) (?:the )?(?:goods of )?(?:return |rma )?<ticket_id>",
        ),
        ("complete_exchange", r"^(?:complete|finish) (?:the )?exchange\b"),
        (
            "request_return",
            rf"{_START}(?:return|rma)\b{_NO_MONEY}"
            rf"|^(?:return|take back|send back)\b{_NO_MONEY}(?!.*<(?:location|supplier|po_id)>).*{_ORDER}",
        ),
        (
            "request_exchange",
            rf"^(?:exchange|swap)\b(?!.*<(?:location|po_id)>)(?!.*\b(?:payment|card|address)\b).*{_ORDER}|{_START}exchange\b",
        ),
        (
            "change_order_items",
            r"^(?:change|replace|switch)\b(?! (?:the )?(?:\w+ )?(?:address|payment|price))"
            r".*<sku>.*<order_id> (?:to|for|into|with|by)\b",
        ),
        ("change_order_payment", rf"^(?:change|switch|update) (?:the )?payment\b.*{_ORDER}"),
        (
            "change_customer_address",
            r"^(?:change|update|correct|set|fix)\b(?!.*<order_id>).*(?<!mail )\baddress\b.*<customer_id>"
            r"|^(?:change|update|correct|set|fix)\b(?!.*<order_id>).*<customer_id>.*(?<!mail )\baddress\b",
        ),
        (
            "change_order_address",
            r"^(?:change|update|correct|new)\b(?!.*<po_id>).*(?<!mail )\baddress\b"
            rf"(?:.*{_ORDER}|.*<address>|[\s.!]*$)"
            rf"|^(?:send|ship|redirect)\b.*{_ORDER}.*(?<!mail )\baddress\b",
        ),
        (
            "reship_order",
            rf"^(?:re-?ship|re-?send)(?: it)?[\s.!]*$|^(?:re-?ship|re-?send)\b(?!.*\b(?:e-?mail|mail|invoice|confirmation|receipt)\b).*{_ORDER}"
            rf"|^(?:send|ship)\b.*{_ORDER}.*\bagain\b|^(?:send|ship) (?:out )?(?:a |another )?replacements?\b.*{_ORDER}",
        ),
        (
            "give_credit",
            r"^(?:give|grant|issue|offer)\b(?! (?:me|us)\b)(?!.*\brefund)(?:(?!<order_id>).)*\bcredit\b"
            r"(?! (?:note|card|report|check|limit|score))"
            r"|^credit <customer_id>",
        ),
    )
)
"""Tools and how they are asked for; the first that fits counts."""


def service_step(request: Request, dialogue: Dialogue, records: Records, home: str) -> Step | None:
    """The step of a request of customer service, or None where the request is something else."""
    if request.quoted or is_negated(request.text) or _tells_a_note(dialogue):
        return None
    text = re.sub(r"#\s*<order_id>", "<order_id>", without_lead(request.text.strip()))
    tool = next((tool for tool, pattern in _REQUESTS if pattern.search(text)), None)
    if tool == "give_credit" and FOR_ME.search(text):
        return None
    if tool in WRITES and "?" in text and _answers(request.text, text, tool):
        tool = None
    if tool == "cancel_return" and not _names_a_return(request):
        tool = None
    if tool is None:
        tool = _freely_worded(told_apart(request)) or _freely_worded(resolved(request, dialogue))
    if tool is None:
        return None
    if tool in WRITES and mood(request.text) is not Mood.COMMAND:
        return None
    return fill(tool, request, dialogue, records.names, home)


def _answers(said: str, text: str, tool: str) -> bool:
    """Whether a change only stands in a question, and what follows the question wants something else."""
    rest = without_lead(text[text.rindex("?") + 1 :].strip())
    polite = mood(said[: said.rindex("?") + 1]) is Mood.COMMAND
    return (
        bool(rest)
        and not polite
        and not any(pattern.search(rest) for name, pattern in _REQUESTS if name == tool)
    )


def _tells_a_note(dialogue: Dialogue) -> bool:
    """Whether the message answers what a note should say: then it is words, whatever it reads like."""
    return dialogue.asked is not None and dialogue.asked.missing == "note"


def _freely_worded(text: str) -> str | None:
    told = text.replace("<exchange_id>", "ex-1")
    return service_request(told) or service_look(told)


def _names_a_return(request: Request) -> bool:
    return all(one.value.startswith("RMA") for one in request.of(Sort.TICKET))
