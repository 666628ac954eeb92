"""Whether a request commands a change, asks, supposes or reports: only a clear command becomes a write."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from agent.offline.concepts import roots


class Mood(StrEnum):
    """How a request is meant."""

    COMMAND = "command"
    QUESTION = "question"
    SUPPOSITION = "supposition"
    """A what-if, a condition, a plan that is being considered."""
    REPORT = "report"
    """A statement of what happened, or the words of somebody else."""
    FORBIDDEN = "forbidden"
    """The operator said that nothing is to be done."""


_POLITE: Final = (
    r"(?:would|do) you mind (?:to )?|(?:can|could|would|will|can't|couldn't|won't) you (?:\w+ ){0,2}?(?:please |kindly |maybe |just |quickly |also |possibly |then |perhaps )*"
    r"|(?:(?:i|we)(?:'d| would)? )?(?:also |now |just |really )?(?:want|need|like|wish|have) (?:you )?(?:all )?to (?:please |now |also )?"
    r"|i(?:'d| would) like to |let's |let us |go ahead and |make sure (?:you |to |that you )?|be sure to |be so kind (?:and|as to) "
    r"|(?:do not|don't|dont) (?:forget|hesitate) to |remember to |(?:you (?:should|must|may|can)|feel free to|help me(?: to)?|try (?:to|and)) "
    r"|(?:i|we) (?:need|want|would like|wish)(?: it)? that you (?:please )?"
    r"|(?:would you |will you |can you |please )?be (?:a |an )?(?:dear|darling|star|angel|love|gem|hero|kind|so good|so nice|good) (?:and|as to|to) "
    r"|i'm asking you to |your job is to |(?:i'm|i am|we're|we are) (?:all set|ready|good) to |go (?:and )?(?=\w)|do (?:me )?(?:a|the) favou?r (?:and )?"
)
_FILLER: Final = (
    r"(?:hi|hello|hey|hiya|morning|good (?:morning|afternoon|evening|day)|dear|team|guys|folks|mate|there|ok|okay|right|alright|"
    r"so|well|and|then|also|plus(?! <number>)|but|or|please(?! (?:to|you) \w)|kindly|now|just|fine|great|good|thanks|thank you|sure|yes|yep|yeah|no|nope|listen|btw|"
    r"by the way|quick (?:question|one)|sorry|actually|oh|um|uh|cool|perfect|next|finally|lastly|first(?:ly| of all)?|second(?:ly)?|"
    r"third(?:ly)?|after that|afterwards|in addition|additionally|furthermore|if (?:possible|you can|you could|you don't mind|you would)|"
    r"shophand|assistant|bot|asap|urgent(?:ly)?|immediately|important|today|again|in that case|therefore|hence|instead|simply|quickly|"
    r"heads up|fyi|for info(?:rmation)?(?! only)|"
    r"wait|go ahead|go on|oh bless|bless|hmm+|(?:i|we)(?:'ve| have) decided|decided|decision made|right then|let's do it|let us do it|do it|one more thing|another thing|as well|<number>(?=\s*[.)]))"
)
_FOREIGN: Final = (
    r"please (?:to|you) (?=\w)|(?:i|we) (?:want|like|need|wish|must|have to) (?=(?:buy|order|purchase|cancel|move|transfer|refund|change|send|book|write|give|return|put|set|add)\b)"
    r"|(?:can|could|may) (?:we|i) (?:please )?(?:have|get) (?=[^?]*\bplease\b[^?]*$)"
)
"""Commands as people word them who think in another language; with a question mark they ask."""
_LEAD: Final = re.compile(
    rf"^(?:[\s,.;:!?()*•\"'-]+|(?:from |as of |starting )?<period>[\s,]*|{_FILLER}\b[\s,.;:!?-]*|(?:{_FOREIGN})|(?:{_POLITE}))",
    re.IGNORECASE,
)
_WRAP_POLITE: Final = re.compile(rf"^(?:{_POLITE})", re.IGNORECASE)

_ASKS: Final = re.compile(
    r"^(?:who|whose|what|what's|when|when's|where|where's|which|why|how|how's|is|isn't|are|aren't|was|were|do(?! (?:a|an|the|it|that|this|full|partial)\b)|does|doesn't|did|didn't|has|hasn't|have|"
    r"haven't|had(?! (?:a|an|the|to)\b)|can|can't|could|should|shouldn't|shall|may|might|must|will|won't|would|am|any|anything|anyone|anybody|whether|who's|time to|"
    r"tell me|let me know|show|list|i wonder|wondering|do you know|any idea|i (?:want|need|would like|wish) to (?:know|see|find|understand)|"
    r"to know|know|see|find out|explain|check (?:if|whether|how|what|that|for)|ask(?:ing)?)\b"
)
_SUPPOSES: Final = re.compile(
    r"\b(?:what if|what would|what happens if|what will happen|what'd happen|suppose|supposing|hypothetical\w*|imagine|imagining|"
    r"would it|theoretically|in theory|thinking (?:of|about)|considering|wondering|let's say|"
    r"if (?:i|we|you) (?:were|was)|would happen|how would|would we|would that|would i|would there|simulate|what-if|say we|say i)\b"
)
_CONDITION: Final = re.compile(
    r"\b(?:if|unless|in case|provided|assuming|as soon as|(?<!\bat )once)\b(?! (?:already\b|too often\b|before\b|possible|you (?:can|could|would|don't mind)|so\b|necessary|more\b|again))"
)
_WHEN: Final = re.compile(
    r"(?<=\w|>) when(?:ever)? (?:<\w+>|(?:the |a |an |our |my |their |his |her )?[a-z]+) "
    r"(?!was\b|does\b|this\b)(?:[a-z]+s|have|are|can|get|call|come)\b(?! (?:it|they|he|she|we)\b)"
)
"""What has not happened yet: "when the customer calls back"."""
_DOUBTS: Final = re.compile(
    r"^(?:i|we) (?:really |still |rather )?(?:doubt|question|don't think|do not think)\b"
)
_ASKED_WHETHER: Final = re.compile(
    r"\b(?:see|check|know|tell me|ask(?:s|ing|ed)?|wonder(?:ing)?|unsure|sure|find out|out) (?:if|whether)\b"
)
_FORBIDS: Final = re.compile(
    r"\b(?:just|only|merely) (?:asking|curious|wondering|checking|a question|want(?:ed)? to (?:know|see|ask)|interested|for (?:my )?information|info)\b"
    r"|\b(?:don't|do not|never|without|not) (?:actually |really |yet |go and |please )?(?:do|doing|execute|executing|submit|submitting|place|placing|carry|"
    r"carrying|act|acting|commit|committing|make|making|touch|touching|change|changing|order|ordering|send|sending|book|booking|move|moving)\b"
    r"(?: (?:it|that|this|them|anything|any changes?|out|on it|one|nothing|stock|actually|yet))*\s*(?:$|[.,!?;]|\bjust\b|\byet\b|\band\b|\bonly\b|\bbut\b)"
    r"|^(?:stop|quit|avoid|cease|refrain from) [a-z]+ing\b"
    r"|^(?:undo|reverse|take back) (?:the |that |this |my |our )?(?:cancell?ation|cancelling|refund|return|exchange|order|credit|move|transfer|adjustment|note)\b"
    r"|[,;.]\s*(?:it|that|this) (?:need not|needn't|does not need to|doesn't need to|(?:must|should|may) not be|mustn't be|shouldn't be|(?:is not|isn't) (?:allowed|permitted|to be))\b"
    r"|\bdry[- ]run\b|\bnot yet\b|\bno (?:action|changes?|writes?)\b|\bhold (?:off|on)\b|\bpurely hypothetical\w*|\bfor information only\b|\bread[- ]only\b"
)
_TAKEN_BACK: Final = re.compile(
    r"[,;.!-]\s*(?:(?:oh|hmm+|actually|sorry|well|ah|wait|but)[\s,]+)*"
    r"(?:no|nope|nah|(?:rather|better|probably|maybe|perhaps|i think|i guess|i suppose) not|not really|on second thoughts?|leave it|keep it|"
    r"never ?mind|forget (?:it|that)|don't(?: do (?:it|that))?|do not)\b"
    r"(?:[\s,.!-]|\b(?:keep|leave|forget|no|not|it|that|them|really|alone|please|thanks|as it is)\b)*$"
)
"""A command that its own end takes back: "cancel it, no, leave it"."""
_REPORTS: Final = re.compile(
    r"^(?:(?:the |a |our )?(?:van|truck|lorry|driver)\b(?! (?:is )?(?:late|due))).*<location>|^(?:<location>|the (?:shop|store|warehouse) in <location>) (?:needs?|wants?|lacks?|could use)\b|^(?:(?:the|a|an|our|my|this|that|some|one|another) (?:\w+ ){0,2}?(?:customer|client|buyer|lady|gentleman|guy|woman|man|chap|bloke|person|courier|supplier|driver|carrier|warehouse|colleague|boss|"
    r"manager|box|parcel|goods|delivery|ticket|email|mail)|(?:customer|client|buyer|supplier|boss)|we|i|they|he|she|it|somebody|someone|there|"
    r"<customer_id>|<supplier>|<location>|<ticket_id>|(?:the )?<order_id>|(?:the )?<po_id>|(?:the |our |<number> (?:of )?(?:the )?(?:\w+ )?)?<sku>)\b"
    r"(?:'s|'ve|'re|'d)?\s+(?!(?:needs?|want|to|at|for|from|x|like|in|on|by|of|down|up)\b)(?:\w+n't |just |has |have |had |is |are |was |were |already |already |only )*"
    r"(?:\w+(?:ed|s|t|n't|ght|ke|st|nd|me|ew|ne)|got|is|are|was|were|has|have|had|says?|told|am)\b"
)
_SPEECH: Final = re.compile(
    r"(?:(?:customers?|clients?|buyers?|shoppers?|supplier|he|she|they|<customer_id>|<supplier>|<order_id>|<ticket_id>|tickets?|e-?mails?|mail|messages?|notes?|"
    r"letter|review|boss|colleague)\s+(?:\w+\s+){0,3}?(?:says?|said|saying|writes?|wrote|asks?|asked|asking|wants?|wanted|demands?|demanded|reads?|tells?|"
    r"told|requests?|requested|would like|'d like|claims?|claimed|insists?|begs?|begged|needs?)|(?:quote|begin(?:ning)? of|forwarded|fwd|subject|body|text))"
    r"\s*(?:(?:me|us|you|that|to|for|on|please|kindly|just|<words>)\s*)*[\s:,'\"-]*$"
)
_QUOTES_ON: Final = re.compile(
    r"(?:says?|said|writes?|wrote|reads?|message|mail|ticket|note|text|review|letter|forwarded|quote)\b[^.?!\n]{0,30}:\s*$"
)
_SPOKEN: Final = re.compile(
    r"(?:\b(?<!<)(?:customers?|clients?|buyers?|shoppers?|suppliers?|competitors?|mrs?|ms|he|she|they|somebody|someone|lady|guy|driver|courier|boss|manager|colleague|"
    r"tickets?|e-?mails?|mails?|messages?|notes?|letter|label|review)\b|<(?:customer_id|supplier|order_id|rma_id|ticket_id)>)"
    r"(?:\s+(?:\w+|<\w+>)){0,4}?\s+(?:says?|said|saying|writes?|wrote|writing|asks?|asked|asking|demands?|demanded|begs?|begged|e-?mails?|e-?mailed|texts?|texted|"
    r"messaged|rang|phoned|called|repl(?:y|ies|ied)|insists?|insisted|claims?|claimed|complains?|complained|tells?|told|thinks?|thought|believes?|reckons?|suggests?|"
    r"suggested|requests?|requested|reads?)\b"
)
"""Somebody else who says something."""
FOR_ME: Final = re.compile(
    r"\b(?:give|let|put|owe|pay|send|grant|credit) me\b|\bmy (?:account|card|money|gift ?card)\b|\bi (?:want|demand|deserve)\b"
)
"""Money for who speaks: the words of a customer, whoever wrote them down."""
_CITES: Final = re.compile(
    rf"(?:{_SPOKEN.pattern}|\bgoes|\bwants?|\bwanted)[^:.!?]{{0,30}}:|{_SPOKEN.pattern}(?: us| me)?[\s,-]+please\b|\bfrom <customer_id>\s*:"
)
"""Somebody else's words that a colon or a "please" opens."""
_SAID_AFTER: Final = re.compile(
    r"(?:\b(?:says?|said|writes|wrote|claims?|claimed|demands?|demanded|asks?|asked|insists?|insisted|begs?|begged) (?:the |a |our |my )?"
    r"(?:customer|client|buyer|shopper|supplier|driver|courier|boss|manager|colleague|he|she|they|<customer_id>|<supplier>)"
    r"|[,;-] ?(?:(?:the |a |our |my )?(?:customer|client|buyer|supplier|driver|courier|boss|manager|colleague)|he|she|they|<customer_id>|<supplier>) "
    r"(?:says?|said|writes|wrote|claims?|claimed|demands?|demanded|insists?|insisted|begs?|begged|reckons?|thinks?))[\s.!]*$"
)
"""Somebody else, named behind the words: "..., she claims"."""
_ALL_THERE: Final = re.compile(
    r"\b(?:nothing|none|no (?:items?|pieces?|goods))(?:'s| is| are| was)? (?:missing|short|broken|damaged)\b"
)
_DENIES: Final = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|cannot|without)\b|n't\b|\b(?:dont|wont|cant|shouldnt)\b"
)
_ANSWERED_AWAY: Final = re.compile(
    r"(?:[\s,.!-]|\b(?:hmm+|well|oh|ah|um|uh|actually|sorry|ok|please|or|but|on second thoughts?)\b)*"
    r"(?:no|nope|nah|never|(?:rather|better|probably|maybe|certainly|definitely|of course) not|not (?:really|now|yet|today|possible|allowed|at all|a chance|necessary|needed)|"
    r"i (?:think|guess|suppose|hope) not|i (?:don't|do not) think|i doubt|leave|keep|don't|do not|wait|forget)\b"
)
_DOES_NOTHING: Final = re.compile(
    r"(?:leave|keep|hold|stop|wait|forget|skip|don't|do not|show|check|tell|let me|see|look|ask)\b"
)
_CLAUSE: Final = re.compile(
    r"[,;:.!?\n()]+|\s-+\s|\b(?:and|then|so|but|please|also|just|kindly|therefore|instead)\b"
)

_COMMANDS: Final[dict[str, str]] = {
    "adjust_stock": r"(?:write|adjust|correct|scrap|bin|dispose|discard|throw|chuck|dump|trash|deduct|subtract|remove|take|knock|add|book|put|set|reduce|"
    r"increase|decrease|lower|raise|record|log|update|change|fix|recount|mark|count|stock|inventory|chalk|write-?offs?|adjustments?|corrections?|account for|minus|plus|delete|clear|erase|get rid|pull)\b",
    "transfer_stock": r"(?:transfer\w*|move|shift|send|ship|relocate|rebalance|redistribute|bring|take|pull|push|get|give|drive|haul|stock transfer|swap|load|put|re-?stock|replenish|top up|stock up|fill|supply|let|pass|re-?allocate|hand|pop|stick|sling|run|ferry|whizz)\b",
    "place_purchase_order": r"(?:order|buy|purchase|re-?order|restock|replenish|procure|stock up|top up|get|place|raise|create|make|issue|submit|put|open|cut|"
    r"send|new|po|purchase order|do|bring|fetch|start|draft|grab|pick up|nab|secure|commission|top-?up|book|request|call in|ask|have|take)\b",
    "cancel_purchase_order": r"(?:remove|cancel\w*|call|scrap|drop|void|kill|stop|withdraw|revoke|annul|undo|abort|bin|pull(?! up| out)|get rid|delete|close|make (?:a |the )?cancel\w*|do (?:a |the )?cancel\w*)\b",
    "receive_purchase_order": r"(?:receiv\w+|finish|complete|process|finali[sz]e|book|check|accept|goods[- ]?in|goods receipt|take|put|mark|confirm|log|record|register|close|enter|add|receipt)\b",
    "change_price": r"(?:set|change|update|raise|increase|put|drop|lower|reduce|cut|bump|mark|re-?price|make|adjust|knock|take|lift|hike|slash|discount|"
    r"decrease|sell|charge|list|offer|price|new|amend|modify|alter|edit|push|move|round|bring|correct|fix|give|run|stick|pop|peg|trim|shave|nudge|tweak|chop|revert|restore|return|reset)\b",
    "refund_order": r"(?:goodwill|courtesy|refund\w*|give|pay|reimburse|return|compensate|credit|issue|send|transfer|put|process|partial|full|make|wire|hand|do|money|sort|let|allow|offer)\b",
    "cancel_order": r"(?:pull(?! up| out)|get rid|(?:make|do) (?:a |the )?cancel\w*|don't send|do not send|cancel\w*|void|kill|stop|call|abort|annul|undo|scrap|revoke|withdraw|drop|do not ship|don't ship)\b",
    "add_order_note": r"(?:add|put|leave|write|make|attach|jot|record|log|append|drop|note\w*|comment|remark|memo|annotate|stick|place|set|enter|save|create|new|pop|mention|mark|memo|stick|file)\b",
}
_IMPERATIVE: Final = {tool: re.compile(rf"^{verbs}") for tool, verbs in _COMMANDS.items()}
COMMANDED: Final = tuple(_COMMANDS)
"""The tools that only a command calls."""
_ANY_VERB: Final = re.compile(
    "|".join(
        (
            *_COMMANDS.values(),
            r"(?:re-?ship|re-?send|exchange|replace|inspect|re-?stock|plan|note|restore|complete|treat|switch|use|charge|deliver|open|swap)\b",
        )
    )
)
_TO_BE_CANCELLED: Final = r"(?:(?:must|has to|needs to) be (?:cancelled|stopped|voided)|needs (?:cancell?ing|stopping|voiding|killing|calling off))\b"
_DECLARED: Final[dict[str, re.Pattern[str]]] = {
    "change_price": re.compile(
        r"^(?:i|we) want <sku> (?:at|for|to (?:be|cost)) <money>|"
        r"\b(?:should|must|shall|has to|needs to|is to|will|to) (?:now )?(?:cost|be priced at|sell (?:for|at)|go (?:for|up|down)|be)\b.*(?:<money>|<number>)|^<sku> (?:@|to|=|:) ?<money>|^<sku>[\s,]+(?:(?:up|down|back) )?(?:at|for|@|to|is) <money>(?: now| from now on| please| (?:from|as of|starting|effective) <period>|[ ,.!])*$|^<sku> (?:goes|moves|drops|comes) (?:up |down )?(?:to|for) <money>|^<sku> (?:should|must|shall|has to|needs to|ought to) (?:now )?(?:be|get|become|go) (?:up |down )?(?:by )?<percent>(?: (?:dearer|cheaper|more|less|higher|lower|up|down)\b|[\s.!]*$)|^(?:the )?price (?:of|for) <sku> (?:please )?(?:make|to|is now|:|=)? ?<money>"
    ),
    "receive_purchase_order": re.compile(
        r"\b(?:delivery|goods|shipment|lorry|truck|van|driver)\b.*<po_id>.*\b(?:complete\w*|in full|all there|counted|nothing(?:'s| is)? (?:missing|short))\b|"
        r"<po_id>.*\b(?:arrived|here|came|come|in|landed|turned up|received|delivered)\b.*\b(?:complete\w*|in full|all there|everything|counted|all of it|fully)\b"
        r"|\b(?:received|got|counted|unloaded)\b.*\b(?:everything|all|complete\w*|in full|the lot)\b.*<po_id>"
    ),
    "adjust_stock": re.compile(
        r"^<location> ?: ?<number> (?:x |of |pieces )*<sku>[^?]*\b(?:found|turned up|broken?|damaged|lost|stolen|missing|expired|smashed|cracked|crushed|leaking|mouldy)\b[^?]*$|^(?:stock ?take|stock ?count|cycle count|count|recount|inventory count)\b.*<number>"
        r"|\b(?:must|has to|have to|needs? to) be (?:written off|corrected|adjusted|taken (?:out|off)|scrapped)\b"
    ),
    "cancel_order": re.compile(rf"<order_id>.*\b{_TO_BE_CANCELLED}"),
    "cancel_purchase_order": re.compile(rf"<po_id>.*\b{_TO_BE_CANCELLED}"),
    "refund_order": re.compile(
        r"^(?:order |customer of |the customer of )?<order_id> (?:gets?|receives?|is to get|should get) <money>(?: back)?\b[^?]*$|<order_id>.*\b(?:must|has to|needs to) be (?:refunded|reimbursed)\b"
    ),
    "place_purchase_order": re.compile(
        r"^(?:another |a further |an extra )?<number> (?:x |of |more |pieces |units )*<sku>[^?]*<supplier>[^?]*\b(?:please|asap|order|now)\b"
    ),
    "add_order_note": re.compile(r"<order_id>.*\b(?:note|comment)\W*<words>"),
    "transfer_stock": re.compile(
        r"^(?:from )?<location> to <location>.*<number>.*<sku>|\b(?:must|has to|have to|needs? to) be (?:moved|transferred|sent)\b.*<location>|^<number> (?:x |of |pieces |units )*<sku>.*<location>.*\bto\b.*<location>|^<sku> (?:x ?)?<number> .*\bto <location>"
    ),
}
"""Statements that tell what is to be, or what is to be recorded."""


def without_lead(text: str) -> str:
    """The text without greetings, fillers and polite wrappers at its start.

    >>> without_lead("ok, could you please cancel <po_id>")
    'cancel <po_id>'
    """
    while True:
        shorter = _LEAD.sub("", text, count=1)
        if shorter == text:
            return text
        text = shorter


def mood(text: str, *, quoted: bool = False) -> Mood:
    """The mood of a tagged, repaired request; `quoted` when it stands within somebody else's words."""
    bare = without_lead(text)
    if _FORBIDS.search(text) or _FORBIDS.match(bare) or _TAKEN_BACK.search(text):
        return Mood.FORBIDDEN
    if quoted:
        return Mood.REPORT
    if _supposes(text, bare):
        return Mood.SUPPOSITION
    if _ASKS.search(bare) or _ASKED_WHETHER.search(text):
        return Mood.QUESTION
    if text.rstrip().endswith("?") and not _asks_politely(text):
        return Mood.QUESTION
    return _answered_mood(text) if "?" in text else Mood.COMMAND


def _supposes(text: str, bare: str) -> bool:
    if _SUPPOSES.search(text) or _WHEN.search(text) or _DOUBTS.search(bare):
        return True
    return _CONDITION.search(text) is not None and _ASKED_WHETHER.search(text) is None


def _answered_mood(text: str) -> Mood:
    """The mood of a question and what stands behind it: "cancel it? no" forbids, "cancel it? hmm" still asks."""
    at = text.rindex("?") + 1
    asked, rest = text[:at], text[at:]
    if commanded_by(rest, lambda head: _ANY_VERB.match(head) is not None and not _DOES_NOTHING.match(head)):
        return Mood.COMMAND
    if _ANSWERED_AWAY.match(rest):
        return Mood.FORBIDDEN
    return Mood.COMMAND if _asks_politely(asked) else Mood.QUESTION


def is_denied(text: str) -> bool:
    """Whether a text has a word of denial anywhere."""
    return _DENIES.search(text) is not None


def before_speech(text: str) -> str:
    """What stands before the words of somebody else that a text reports, all of it where it reports none."""
    spoken = _SPOKEN.search(text)
    return text if spoken is None else text[: spoken.start()]


def own_words(text: str) -> str:
    """What stands before somebody else's words that a colon opens.

    >>> own_words("<customer_id> demands: cancel <order_id>")
    ''
    """
    if _SAID_AFTER.search(text):
        return ""
    cited = _CITES.search(text)
    return text if cited is None else text[: cited.start()]


def commands(text: str, tool: str) -> bool:
    """Whether some clause of the text commands what the tool does, in the operator's own voice."""
    declared = tool in _DECLARED and _DECLARED[tool].search(own_words(without_lead(text))) is not None
    told = _ALL_THERE.sub("", text.split("<words>", maxsplit=1)[0])
    declared = declared and not is_denied(told) and before_speech(told) == told
    return declared or commanded(text, _IMPERATIVE[tool])


def commanded(text: str, verbs: re.Pattern[str]) -> bool:
    """Whether some clause of the text begins with these verbs, in the operator's own voice."""
    return commanded_by(text, lambda head: verbs.search(head) is not None)


def commanded_by(text: str, begins: Callable[[str], bool]) -> bool:
    """Whether some clause of the text in the operator's own voice begins as `begins` wants it."""
    at = 0
    text = own_words(text)
    for cut in (*_CLAUSE.finditer(text), None):
        clause = text[at : cut.start() if cut else len(text)].strip()
        clause = re.sub(r"^(?:to|you) ", "", clause) if text[:at].endswith("please") else clause
        only_asked = cut is not None and "?" in cut.group() and not _asks_politely(f"{clause}?")
        if only_asked and text[cut.end() if cut else at :].strip():
            at = cut.end() if cut else at
            continue
        if any(begins(one) for one in _heads(clause)) and not _SPEECH.search(text[:at]):
            return True
        at = cut.end() if cut else at
    return False


_RECORD_FIRST: Final = re.compile(
    r"^(?:(?:order|purchase order|return|customer|product|number)\s+)?#?\s*<(?:order_id|po_id|sku|ticket_id|rma_id|customer_id)>[\s,:-]+"
    r"(?=(?:please )?(?!\w+(?:ed|s)\b)[a-z])"
)


def _heads(clause: str) -> tuple[str, ...]:
    """The beginnings of a clause that may command: "cancel it", and "1042: cancel it" without its record."""
    bare = without_lead(clause)
    after = _RECORD_FIRST.sub("", bare, count=1)
    asked = _MIND.search(clause)
    if asked is not None:  # "would you mind cancelling it"
        return tuple(f"{root}{clause[asked.end() :]}" for root in roots(asked["verb"]))
    return (bare,) if after == bare else (bare, without_lead(after))


_MIND: Final = re.compile(r"\b(?:would|do) you mind (?:please |just |kindly )*(?P<verb>[a-z-]+ing)\b")


def is_statement(text: str) -> bool:
    """Whether the text tells what is or was, and asks for nothing by itself."""
    return _REPORTS.search(without_lead(text)) is not None


def opens_quotation(text: str) -> bool:
    """Whether what follows this text is somebody else's ("the ticket says: ...")."""
    return _QUOTES_ON.search(text) is not None


def _asks_politely(text: str) -> bool:
    """Whether the last sentence or clause is a polite command ("can you move them over?")."""
    clauses = [clause for clause in re.split(r"[.!?;,]", text) if clause.strip()]
    return any(_WRAP_POLITE.search(_unfilled(clause.strip())) for clause in (text, *clauses[-1:]))


def _unfilled(text: str) -> str:
    filler = re.compile(rf"^(?:[\s,.;:!-]+|{_FILLER}\b[\s,.;:!-]*)", re.IGNORECASE)
    while True:
        shorter = filler.sub("", text, count=1)
        if shorter == text:
            return text
        text = shorter
