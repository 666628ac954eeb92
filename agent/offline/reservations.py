"""What a message holds beside its command that speaks against doing it now: a denial, a condition, a test, a doubt.

Patterns of commands know what they look for; this net knows nothing of commands. It takes out of a message what is
ordinary beside a command ("no rush", "she does not need it any more", "as soon as possible"), and where a word of
denial, condition, future, test, doubt or somebody else's voice is left, nothing is changed: the change is offered.
A word too many asked back costs one "do it"; a word overheard costs money.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agent.offline.dialogue import Ask, Call, Offer, Say, Step
from agent.offline.filling import WRITES
from agent.offline.mood import without_lead

_NOTES: Final = frozenset({"add_order_note", "draft_reply"})
_SIGNALS: Final = frozenset({"add_demand_signal", "add_supply_signal"})
"""Changes whose matter is the future, and what cannot be had."""
_CANCELS: Final = frozenset({"cancel_order", "cancel_purchase_order", "cancel_return", "remove_signal"})
_WHO: Final = (
    r"(?:(?<!\w)<\w+>|\b(?:(?:the|her|his|their|its|our|this|these|those) (?!(?:cancel|refund|transfer|move|change|command|request))\w+|"
    r"he|she|they|it|who|which|that|there|customers?|buyers?|clients?|shoppers?|lady|gentleman|man|woman|guy|chap|bloke|"
    r"person|people|parcel|box|package|orders?|goods|items?|pieces?|courier|carrier|postman|supplier|delivery|one|ones|lot|"
    r"size|colou?r|address|card|everything|stuff|product|lid|seal)\b)"
)
_HAS_NOT: Final = (
    r"(?:(?:does|did|is|are|was|were|has|have|had|ca|could|wo)n't|(?:does|did|is|was|has|ca|wo)nt\b|cannot|"
    r"(?:does|did|is|are|was|were|has|have|had|can|could|will) (?:\w+ )?not|(?:has |have |had |was )?never)"
)
_WILL: Final = (
    r"(?:agree|approv|confirm|authori|allow|permit|decid|sure\b|certain\b|ready\b|sign|supposed|meant|to be|an? (?:order|command|"
    r"instruction)|(?:an? |my )?(?:request|job)|for real|real\b|serious|what i\b|what we\b)"
)
"""What is no reason when it is missing, but a condition."""
_MADE: Final = (
    r"(?:cancell?ations?|(?:cancel|refund|reimburs|mov|transferr|order|re-?order|buy|purchas|pric|repric|dropp|rais|lower|"
    r"reduc|cutt|increas|sett|sell|send|shipp|resend|reshipp|chang|adjust|writ|book|receiv|giv|credit|exchang|return|swapp|pay|"
    r"plac|add|tak|mak|do|runn|execut|submitt)(?:l?ing)|refunds?|transfers?|price (?:change|rise|increase|cut|drop)|adjustments?|idea|plan|command|"
    r"instruction)\b"
)
_ORDINARY: Final = re.compile(
    "|".join(
        (
            # what is not so, as the reason
            rf"{_WHO}(?:'s|'ve)?(?: (?!(?:and|but|or|so|then|please|just|also|only|do)\b)\w+){{0,2}}? {_HAS_NOT}\b(?!\s+(?:\w+ )?{_WILL})",
            rf"\b(?:and|so|but) (?:really |just |now )?(?:does|did|is|was|has|had)(?:n't| not)\b(?!\s+(?:\w+ )?{_WILL})",
            rf"\b(?:they|who|which|customers|buyers|clients|shoppers|people|goods|items|pieces)(?: really| just| simply)? (?:don't|do not|dont)\b(?!\s+(?:\w+ )?{_WILL})",
            r"\b(?:we|i)(?:'ve|'ll| have| do)? ?(?:(?:do|wo|ca|did|have)n't|(?:do |will |can |did |have )not|cannot|no longer|never)(?: \w+)? "
            r"(?:need(?:ing)?|have|had|use|sell|stock|got|get|carry|receiv\w+|charge|expect|found|find|trust|re-?sell|seen?|order(?:ed)?|want (?!to\b|you\b|order\b|<))\b",
            r"\b(?:cannot|can't|can not) be (?:sold|resold|repaired|fixed|used|returned|delivered|found|saved)\b",
            r"\b(?:did|does)(?:n't| not) (?:like|fit|work|arrive|come|match|suit|show)\b|\bnot true\b|\band not <sku>|\bnot with (?:the|her|his|their|that) (?:\w+ )?card\b",
            r"\bnot (?:yet )?(?:been )?(?:packed|shipped|sent|dispatched|despatched|delivered|arrived|received|left|gone|out|fulfilled|paid|working|"
            r"selling|sellable|resellable|sold|what (?!i\b|we\b)|needed|wanted|required|enough|happy|pleased|satisfied|available|right|good|great|well|urgent|"
            r"usable|only|found|there|here|much|many|fit|fully|properly|correct|returned|collected|opened|used|moving|counted|listed)\b(?: yet)?",
            r"\bnot (?:as|to|on|onto|via|by|all|in|into|store|gift|shipping|postage|the|a|her|his|their|from|at)\b"
            r"(?! (?:\w+ )?(?:now|real|joke|test|drill|me|life|all|chance|way|cancel\w*|refund\w*|be|do|go|run)\b)",
            r"\bnever (?:arrived|came|showed|turned|got|received|reached|delivered|been|was|worked|ordered|left|shipped|used|opened)\b",
            r"\b(?:order|po|customer|invoice|ticket|article|item|part) no\b|\bno\.? ?(?=<(?:order_id|po_id|number|ticket_id|customer_id)>)",
            r"\bno (?:longer|rush|hurry|charge|problem|worries|use|good|stock|invoice|fault|sign|trace|more than|less than|later than|fewer than|"
            r"matter|doubt|interest|demand|space|room|answer|reply|response|questions?|biggie|thanks to|more stock|further|other|extra|cost)\b",
            r"\bno need to (?:reply|hurry|rush|wait|ask|thank|worry|tell|call)\b|\bno reason (?:given|needed|told)\b|\bnos\b",
            r"\bnothing (?:missing|short|broken|damaged|better|but trouble|else|wrong|special|was|is|arrived|came)\b",
            r"\bnone (?:left|arrived|missing|of (?:it|them) \w+)\b|\bnobody (?:home|in|wants|buys|there|signed|was|had (?:counted|noticed|seen|booked))\b",
            r"\bwithout (?:a |an |any |the |her |his |their |its )*(?:shipping|postage|lid|box|label|invoice|handle|receipt|parts?|warning|delay|"
            r"packaging|charge|cost|notice|<\w+>)",
            r"\b(?:don't|do not|dont|needn't|no need to) (?:forget|hesitate|worry|bother|wait|mind|ask|reply|rush|hurry|tell|charge|bill|include|want|"
            r"(?:e-?)?mail|let (?:it|this|that|them)|send (?:them |her |him )?(?:a |an |any )?(?:e-?mail|notification|invoice|message))\b",
            r"\b(?:can't|couldn't|won't|wouldn't|why don't) (?:you|we)\b|\b(?:don't|wouldn't) mind\b|\b(?:is|does|do|are)n't (?:it|they|that)\b",
            # when it is to be done, and when it happened
            r"\bif (?:possible|poss|you (?:can|could|would|please|will|like|want|don't|may|have)|necessary|needed|need be|that(?:'s| is) (?:ok|okay|fine|all right|alright)|i may)\b",
            r"\b(?:as|even) if\b|\bas soon as (?:possible|poss|you can|you could)\b|\b(?:in that|in this|in any|just in|display|show) case\b",
            r"\b(?:let me know|tell me|ping me|report back|confirm|shout|say so)(?: \w+){0,3}? (?:when|once|if|after)\b[^,.;]*",
            r"\bonce (?:more|again|already|before|for all)\b|\b(?:at|all at|just|only|than|it|them|him|her) once\b(?= ?(?:[,.;!]|$|please|now|already|and))",
            r"\bafter (?!.*\b(?:has|have|is|are|will|agree\w*|approv\w*|confirm\w*|gets?|comes?|arrives?|leaves?|goes|returns?|ok|okays?)\b)[^,.;]*?"
            r"\b(?:\w+ed|was|were|had|came|got|broke|fell|went|left|took|lost|found)\b",
            r"\bafter (?:(?:a|an|the|our|my|his|her|their|this|that|last|yesterday's|today's|all|<period>|<number>) )*(?:\w+ ){0,2}?(?:delays?|mix-?ups?|mess|"
            r"trouble|complaints?|call|damage|count|stock ?take|inventory|recount|inspection|breakage|accident|flood|spill|theft|hassle|"
            r"incident|wait|problems?|mistake|error|shambles|all)\b",
            r"(?<!not )\bbefore (?:it|they|that|the \w+|<order_id>|<po_id>|anything|any|someone|anybody)(?:'s|'re)? (?:goes|go|ships?|leaves?|gets?|is|are|can|has|have|moves?|too|out)\b[^,.;]*",
            r"(?<!not )\bbefore (?:dispatch|shipping|shipment|delivery|packing|it's|<period>|christmas|noon|the (?:weekend|cut-?off|pick-?up|collection|van|courier|carrier))\b|\bbest before\b|\b(?:as|than|like) before\b",
            r"\bwhen (?!(?:.* )?(?:has|have|is|are|will)\b)(?:<\w+>|[a-z']+)(?: \w+| <\w+>){0,3}? ?(?:arrived|came|got|was|were|had|fell|broke|\w+ed)\b",
            r"\bwhen (?:unpacking|counting|moving|opening|handling|packing|re-?stocking|shelving|cleaning|unloading|picking|delivered|dropped|received|opened)\b",
            r"\bwhen you (?:can|get|have|are|like|please|find)\b[^,.;]*",
            r"(?<!not )(?<!wait )(?<!only )\b(?:until|till) (?:<period>|further notice|i (?:say|tell)|then)\b|\b(?:the|our|at|cash) till\b",
            r"<period> later|\blater than\b|\bbehind schedule\b",
            # what else sounds like it
            r"\btests? (?:order|purchase|customer|account)\b|\b(?:failed|passed)(?: \w+){0,3}? tests?\b",
            r"\b(?:the|her|his|their|long|a) wait\b|\bwait(?:ed|ing)\b|\b(?:made|make|making|had|having|kept|keep) (?:\w+ ){0,2}?wait\b",
            r"\b(?:has|have|had|having) second thoughts\b|\b(?:can|could|would|will) you (?:maybe|perhaps|possibly|probably)\b",
            r"\byou might (?:as well|want to)\b|\bmight as well\b",
        )
    )
)
"""What stands beside a command every day and speaks for nothing else."""
_OPENED: Final = re.compile(
    r"^(?:[\s,.!-]|\b(?:oh|ok|okay|sorry|actually|right|please|well)\b[\s,.!:-]+|\b(?:no|nope|wait|hang on|hold on)\b(?:\s*[,.!:-]+\s*)|\b(?:hmm+|nah|nope)[\s,.]+(?=(?:ok|just|get|take|okay|fine|right|yes|let's|go|make|i'll|we'll)\b))*"
)
"""What somebody says who puts right the message before."""
_REASON: Final = re.compile(
    r"\b(?:because|since (?!<)|due to|on account of|the reason is|reason ?:|as (?:she|he|they|it|the|we|there|our|her|his|their)\b)"
    r".*?(?=[.;(!]|,? (?:but|only|though|although)\b|\s-+\s|$)"
)
_DENIED: Final = r"\b(?:not|never|no|nope|nah|none|nothing|nobody|neither|nor|dont|cannot|without|refrain|cease|avoid|no one)\b|n't\b"
_DO_NOT: Final = r"\b(?:don't|do not|dont|never|mustn't|must not|shouldn't|should not) (?:\w+ )?(?:do|run|execute|submit|carry|act|actually|really|yet|commit|cancel|refund|process|touch|change|go|proceed|make|place|order|move|book|pay|put it|file)\b|\bnot (?:yet|now|today|really|before|until|for real|real|live|serious)\b"
_HALTED: Final = (
    r"\b(?:hold (?:on|off|it|that|this|back|fire|the)|on hold|hang on(?! to)|wait|pause|not so fast|leave (?:it|that|this) (?:for|alone|as|be|until|till)|"
    r"(?:ignore|disregard|forget|scratch|strike) (?:it|that|this|me|about|the above|what)|never ?mind|on second thoughts?|second thoughts?|"
    r"(?:check|ask|confirm|clear|verify|talk|speak|discuss)(?: \w+){0,3}? (?:with|to|by) (?!(?:the |your |our )?(?:desk|shop)\b)\w+|(?:ask|tell|let) me (?:know )?(?:before|first))\b"
)
_UNDONE: Final = (
    r"\b(?:stop|halt|prevent|avoid|block|abandon|skip|scrap|forget|hold|pause|suspend|delay|postpone|withhold|refrain from|cease|quit|"
    r"drop|cancel|abort|kill|reverse|undo|against|ignore|call off|spare)"
    rf"(?: (?:the|that|this|any|all|our|my|your|idea|plan|of|for|about|from|to|whole|planned|request|<\w+>)){{0,5}} {_MADE}"
)
_IF: Final = (
    r"\b(?:if|unless|once|until|till|when|whenever|as soon as|as long as|so long as|in case|in the event|on condition|on the condition|"
    r"subject to|depending|by the time|the moment|after|before|upon|contingent|conditional|"
    r"(?:provided|providing|assuming)(?= (?:that|the|he|she|it|they|you|we|nobody|nothing|<|\w+ (?:is|has|agrees|says))))\b"
    r"|\bpending (?:\S+ )?(?:approval|confirmation|ok|okay|sign-?off|agreement|decision|review|check|answer|reply)\b"
    r"|(?:^|[,;:.] ?)should (?:he|she|they|it|we|the|<)"
)
_SOON: Final = (
    r"\b(?:later|tonight|this evening|this afternoon|eventually|some ?day|sometime|at some (?:point|stage)|in due course|next time|in (?:the )?future|shortly|"
    r"overnight|scheduled?|end of (?:the )?(?:day|week|month|shift)|in (?:a|an|<number>|half an|\w+) (?:hours?|minutes?|bit|while|moments?)|"
    r"at (?:noon|midnight|closing)|remind)\b"
)
_PLAYED: Final = (
    r"\b(?:tests?|testing|drill|training|rehears\w+|simulat\w+|pretend\w*|joke|joking|jokes|kidding|kidded|jest|haha|lol|prank|april fool\w*|"
    r"hypothetical\w*|imagin\w+|sandbox|mock|fictitious|make-?believe|role-?play|dry run|sarcas\w+|ironic\w*|messing (?:with|about|around)|"
    r"demo|demonstration|for (?:example|instance|fun|show|learning|teaching)|as an? (?:example|exercise|demo|trial)|practi[cs](?:e|ing)|(?:just|only|merely) (?:an? )?(?:exercise|example|practi[cs]e|trial)|"
    r"(?:just|only) (?:trying|playing|seeing|looking)|trying (?:this|you|it) out|(?:just |only )?to see (?:if|what|how|whether)|see what happens|what would)\b"
)
_UNSURE: Final = (
    r"\b(?:maybe|perhaps|probably|possibly|presumably|supposedly|allegedly|not sure|unsure|undecided|tempted|wonder\w*|considering|toying|"
    r"or (?:not|maybe|perhaps)|if at all|i (?:think|guess|suppose|doubt|reckon|might|may|could|was going)|we (?:might|may|could|think|guess)|(?:i'm|we're) thinking|hmm+)\b"
)
_VOICED: Final = (
    r"\b(?:is|was|were|that's|are|it's|its|-|,) ?(?:exactly |just |more or less )?(?:what|how|as) (?!you\b|i\b|we\b)(?:\w+ ){1,3}?(?:wrote|writes|said|says|asked|asks|told|put|"
    r"wants|wanted|demands|demanded|texted|mailed|e-?mailed|typed|sent|requested|claims|claimed)\b"
    r"|\b(?:quote|unquote|according to|(?:in )?(?:his|her|their)(?: own| exact)? words|word for word|verbatim|so (?:says|said)|as per (?:his|her|their)|on behalf of)\b"
    r"|\b(?:says|said|writes|wrote|claims|claimed|reckons|texted|mailed|emailed|messaged|insists|insisted|suggests|suggested)[\s.!)]*$"
    r"|^(?!(?:system|carrier|courier|tracking)\b)[a-z]+ (?:says|said|wrote|writes|texted|mailed|emailed|messaged|suggests|suggested|insists|reckons)\b(?! (?:it|the|she|he|they)\b)"
)
_ALWAYS: Final = re.compile(f"{_PLAYED}|{_DO_NOT}|{_HALTED}|{_VOICED}")
_IN_TIME: Final = re.compile(f"{_IF}|{_SOON}")
_OF_ITSELF: Final = re.compile(f"{_DENIED}|{_UNSURE}|(?<!non)\\bstop\\b|\\bhalt\\b")
_NEGATED: Final = re.compile(_UNDONE)
_TAIL: Final = re.compile(r"(?:\s-+\s*|[,;.(!] ?)(?:not|no|never|nope|nah|joke|psych)\b[\s.!)]*$")
_LOOK: Final = re.compile(
    r"^(?:show|list|check|find|look|get me|pull|what|what's|which|who|where|where's|why|how|is|are|was|were|does|did|has|have|tell|give me|see|any|"
    r"when (?:will|is|was|did|does|are|can)|track|search|compare|explain|forecast|recommend|suggest)\b"
)


def reserved(steps: Sequence[Step], text: str, beside: str) -> list[Step]:
    """The steps, where no change is made that the message has a word against: it is offered instead.

    `text` is the request, `beside` what else the message says (`about_changes`).
    """
    told = [(step, _against(step, text) or _against(step, beside)) for step in steps]
    if sum(isinstance(step, Call) and bool(word) for step, word in told) > 1:
        word = next(word for _, word in told if word)
        return [Say(_SEVERAL.format(word=word))]
    return [_held(step, word) if word else step for step, word in told]


_SEVERAL: Final = "Your message says “{word}”, so I have changed nothing. Tell me what is to be done now, one change at a time."


def _against(step: Step, text: str) -> str:
    """The word against a change that a step makes or prepares; empty where there is none."""
    call = step if isinstance(step, Call) else step.call if isinstance(step, Ask) else None
    return word_against(text, call.tool) if call is not None and call.tool in WRITES else ""


def _held(step: Step, word: str) -> Step:
    if isinstance(step, Call):
        return Offer(step, word)
    return Say(
        f"Your message says “{word}”, so I have changed nothing. If it is to be done now, tell me the whole request again."
    )


def about_changes(texts: Sequence[str]) -> str:
    """The requests of a message without those that plainly look something up, as one text."""
    kept = [one for one in texts if not _LOOK.match(without_lead(one))]
    return " , ".join(kept)


def word_against(text: str, tool: str) -> str:
    """The words of a tagged, repaired message that speak against a change now; empty where none does.

    >>> word_against("once <order_id> has shipped, cancel <order_id>", "cancel_order")
    'once'
    >>> word_against("cancel <order_id> asap, no rush, she does not need it any more", "cancel_order")
    ''
    """
    told = re.split(r"<words>|:|\bsaying\b", text, maxsplit=1)[0] if tool in _NOTES else text
    told = _OPENED.sub("", told)
    hit = _TAIL.search(told) or (_NEGATED.search(told) if not _undoes(told, tool) else None)
    told = _ORDINARY.sub(" ~ ", told)
    hit = hit or _ALWAYS.search(told)
    if tool not in _SIGNALS | _NOTES:
        alone = _REASON.sub(" ~ ", told)
        hit = hit or _IN_TIME.search(told) or _OF_ITSELF.search(_own_verbs(alone, tool))
    return "" if hit is None else hit.group().split("<")[0].strip(" ,.;:()-") or "not"


def _undoes(text: str, tool: str) -> bool:
    """Whether taking something back is what the tool does: a price, a return, a signal."""
    undone = r"\b(?:undo|reverse|revert|cancel|stop|drop|scrap|call off)\b"
    if tool == "change_price":
        return (
            re.search(r"\b(?:undo|reverse|revert|cancel)\b.*\bprice (?:change|rise|increase|cut|drop)", text)
            is not None
        )
    if tool == "cancel_return":
        return (
            re.search(
                r"\b(?:decided against|forget about|cancel|stop|drop|scrap|call off)\b.*\breturn(?:ing)?\b",
                text,
            )
            is not None
        )
    return tool == "remove_signal" and re.search(undone, text) is not None


_STOPPED: Final = re.compile(
    r"\b(?:stop|halt) (?:it|that|this|them|the (?:order|parcel|shipment|return|box)|(?:order |po |purchase order |return |the )*<\w+>)|\b(?:must|has to|have to|should|needs to) (?:be )?stop\b"
    r"|\bdon't (?:ship|send|dispatch|post) \w+|\b(?:do not|dont) (?:ship|send|dispatch|post)\b|\bstop (?=[,.!]|$)"
)


def _own_verbs(text: str, tool: str) -> str:
    """The text without "stop it" where stopping is what the tool does."""
    return _STOPPED.sub(" ~ ", text) if tool in _CANCELS else text
