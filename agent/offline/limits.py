"""What no request gets from the offline planner: going round the rules, strangers' data, a model's work."""

from __future__ import annotations

import re
from typing import Final

from agent.offline.dialogue import Say
from agent.offline.mood import without_lead

ABILITIES: Final = (
    "I can check and correct stock, list what runs low or sells slowly, show movements, forecast demand, recommend"
    " and place purchase orders, receive or cancel them, show suppliers' terms, look up, suggest and change prices,"
    " find customers and orders, track parcels, quote and pay refunds, cancel orders, add notes, search the store's"
    " guides, and show approvals."
)

_NOUNS: Final = (
    r"(?:limits?|polic(?:y|ies)|rules?|approvals?|checks?|guards?|guardrails?|safeguards?|restrictions?|permissions?|sign-?offs?|controls?|gate|system|"
    r"instructions|safety|manager|thresholds?|desk)"
)
_ROUND: Final = (
    re.compile(
        r"\b(?:make|making|as) an exception\b|\b(?:go|going) (?:over|above|beyond) (?:the |my |our )?(?:limit|threshold)\b"
    ),
    re.compile(
        rf"\b(?:ignor\w+|bypass\w*|skip\w*|overrid\w+|overrul\w+|circumvent\w*|disabl\w+|disregard\w*|suspend\w*|switch\w* off|turn\w* off|get(?:ting)? (?:a)?round|"
        rf"work(?:ing)? (?:a)?round|go(?:ing)? (?:a)?round|evad\w+|avoid\w*|forget|drop|deactivat\w+|sidestep\w*|dodg\w+|cheat\w*|break|remove|lift|waive)"
        rf"\b[^.?!]{{0,40}}?\b{_NOUNS}\b"
    ),
    re.compile(
        r"\b(?:without|so (?:that )?(?:nobody|no one|no-one|we don't)|no need for|no need of|don't need|doesn't need|needs? no|don't wait for|no)\b[^.?!]{0,30}\b"
        r"(?:approv\w+|sign(?:ing)?[- ]?off|permission|asking (?:anyone|anybody)|authori[sz]\w+|has to (?:approve|sign|know)|notic\w+)\b"
    ),
    re.compile(
        r"\b(?:under|below|beneath) the (?:approval )?(?:limit|threshold|radar)\b|\bsplit\b.*\b(?:small\w*|approv\w+|limit|parts|several|orders)\b"
    ),
    re.compile(
        r"\b(?:admin|god|developer|debug|root|maintenance|super ?user|unrestricted|jailbreak) ?(?:mode|rights|access)?\b.*\b(?:mode|are off|is off|now|enabled|rights|access)\b|\bpretend (?:to be|you are|that you)\b|\byou are now\b|\bact as (?:if|an?|the)\b"
    ),
    re.compile(rf"\b(?:all|the|our|every) {_NOUNS} (?:are|is) (?:off|disabled|lifted|suspended|gone|void)\b"),
)
_DECIDES: Final = re.compile(
    r"^(?:approve|reject|decline|deny|sign off|sign-off|authori[sz]e|green-?light|rubber-?stamp|wave (?:it |them |that )?through|ok|okay|accept|confirm|grant|veto|release|unblock|force)\b"
    r"(?=.*(?:<action_id>|\b(?:everything|all|pending|waiting|requests?|approvals?|queue|it|that|them|these|those|yourself|order|refund|one|change|purchase)\b))"
)
_DECIDES_FOR: Final = re.compile(
    r"\b(?:approve|reject|authori[sz]e|sign off)\b.*\b(?:yourself|for me|on my behalf|in my name|as me|without me|automatically|right away|now)\b"
)
_RULES_CHANGED: Final = re.compile(
    r"^(?:change|raise|increase|set|lift|lower|remove|delete|edit|update|disable|turn off|switch off|relax|loosen|drop|reduce|add|make|give|grant|double|modify)\b"
    r"[^.?!]*\b(?:limits?|polic(?:y|ies)|thresholds?|rules?|autonomy|permissions?|roles?|admin|audit|approver|access|rights)\b(?!.*<order_id>)"
)
_AUDIT: Final = re.compile(
    r"\b(?:delete|erase|wipe|clear|drop|purge|tamper|edit|falsify|truncate|remove|destroy|hide)\b.*\b(?:audit|logs?|history|database|db|tables?|records?|everything|evidence|traces?|all data|journal)\b"
)
_EVERYBODY: Final = re.compile(
    r"\b(?:all|every|everyone's|everybody's|each|other|another|someone else's|somebody else's|any|different|random|the whole|list of|export|dump)\b[^.?!]{0,30}\b"
    r"(?:customers?'?s?|clients?|buyers?|shoppers?|people|persons?|users?|e-?mails?|addresses|phone numbers?|(?<!gift )(?<!gift)cards?|personal data|accounts?)\b"
)
_PERSONAL: Final = re.compile(
    r"\b(?:addresses|address|cards?|phones?|phone numbers?|e-?mails?|passwords?|personal|private|bank|payment details|names|data|details|credit|birthdays?|accounts?|list|export|dump|download|send|database)\b"
)
_SECRETS: Final = re.compile(
    r"\b(?:passwords?|card numbers?|credit cards?|cvv|cvc|api keys?|secret keys?|tokens?|credentials|bank details|iban|system prompt)\b"
)
_PAID_WITH: Final = re.compile(
    r"^(?=.*<order_id>)(?=.*\b(?:pay|paid|paying|payment|charge[ds]?|put|switch|move)\b)(?=.*\b(?:gift ?card|ending)\b)"
    r"(?!.*\b(?:show|tell|list|give me|read|what|which|export|send me|(?<!<)numbers?)\b)"
)
"""How one order is to be paid: no card is asked for."""
_SWEEPING: Final = re.compile(
    r"\b(?:refund|cancel|reimburse|delete|write off|approve|reprice|buy|order|pay back)\b[^.?!]{0,15}\b(?:all|every|everybody|everyone|any)\b[^.?!]{0,20}\b(?:orders?|customers?|purchase orders?|pos|requests?|products?|approvals?|stock|prices?|everything)\b"
)
_CREATIVE: Final = re.compile(
    r"\b(?:write|draft|compose|create|generate|make up|invent|come up with|design|rewrite|rephrase|word|formulate|give me|need|want|send|do|prepare|brainstorm|reply|respond|answer)\b"
    r"[^.?!]{0,60}\b(?:poems?|songs?|stor(?:y|ies)|jokes?|essays?|letters?|e-?mails?|mails?|repl(?:y|ies)|tweets?|posts?|blogs?|articles?|descriptions?|slogans?|taglines?|ads?|adverts?|"
    r"apolog(?:y|ies|ise|ize)|newsletters?|captions?|text|copy|messages?|haikus?|limericks?|speech|presentation|slides|campaign|strategy|image|picture|logo|code|script|ideas?|names?)\b"
    r"|\b(?:mood|sentiment|tone|feeling|vibe|emotions?|angr(?:y|iest)|happiest|happy with us|themes?)\b|\btranslat\w+\b|\bin (?:german|french|spanish|italian|portuguese|polish|chinese|japanese|dutch|latin|klingon)\b"
    r"|\b(?:summari[sz]e|summary of|sum up|analy[sz]e|digest|cluster|classify|categori[sz]e|interpret|read through)\b[^.?!]{0,40}\b(?:tickets?|reviews?|feedback|complaints?|messages?|e-?mails?|conversations?|notes?|mails?|what customers)\b"
    r"|\b(?:marketing|strateg(?:y|ic)|campaigns?|seo|social media|instagram|facebook|tiktok|brand(?:ing)?|competitors? (?:analysis|research)|business plan|hire|hiring|tax advice|legal advice)\b"
    r"|^(?:please )?(?:reply|respond|answer|write back|write to|contact|e-?mail|phone|text|message) (?:to )?(?:the |this |our |that )?(?:customer|client|buyer|<customer_id>)"
    r"|\b(?:what|how) do (?:our |the |my |most )?(?:customers|people|shoppers|you) (?:think|feel|like|say|love|hate)\b|\bwhat are (?:our |the |my )?(?:customers|people|shoppers) (?:\w+ing)\b|\b(?:chart|graph|plot|diagram|spreadsheet|pie)\b|\bwhy (?:do|are|don't) (?:our |the )?customers\b"
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:weather|rain|news|football|world cup|soccer|president|prime minister|capital of|recipe|movie|film|music|song|joke|bitcoin|lottery|horoscope|meaning of life|"
    r"flight|hotel|restaurant|train times?|translate|exchange rate of|election|how old are you|your name|girlfriend|my homework|pizza|coffee|lunch|dinner|birthday|"
    r"who (?:won|invented|wrote|discovered|painted)|tell me a (?:joke|story|riddle|fact|secret|tale)|sing|dance|alarm|reminder for me|calendar|meeting room|vpn|printer|wifi|password)\b"
)
_GREETS: Final = re.compile(
    r"^(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|morning|evening)\b[\s\w,!.]{0,30}$"
)
_THANKS: Final = re.compile(
    r"\b(?:thanks|thank you|thx|cheers|ta|great job|well done|good job|nice work|awesome|brilliant|perfect|lovely|much appreciated|you're the best|good bot|bye|goodbye|see you|have a (?:nice|good|great))\b"
)
_SHORT_WORDS: Final = 12
"""Who only thanks is brief; longer talk that holds a "lovely" wants something."""
_HELP: Final = re.compile(
    r"\b(?:what can you do|what (?:do|are) you (?:do|able)|who are you|what are you|how (?:do|can) you help|how do i use (?:you|this)|what (?:are|is) your (?:abilities|skills|features|purpose|job)|"
    r"are you (?:a )?(?:human|bot|robot|real|there|ai)|what else can you|your capabilities|what should i ask)\b|^(?:help|\?+|menu|commands|examples?)\W*$"
)


def refusal(text: str) -> Say | None:
    """The refusal that a tagged, repaired request gets when it asks what no assistant may do, or None."""
    bare = without_lead(text)
    asks = (
        re.match(
            r"(?:who|what|which|how|why|when|where|is|are|do|does|has|have|was|anything|show|list|can (?!you))\b",
            bare,
        )
        is not None
    )
    if any(pattern.search(text) for pattern in _ROUND) and not (
        asks and "how do" not in bare and "can" not in bare
    ):
        return Say(
            "I can't go round the store's rules, and nobody can make me by asking. A request within the limits is"
            " carried out; one above them is filed for the person whom the rules name, who decides on the approvals"
            " page or with `shophand approvals`. Nothing was changed.",
            refuses=True,
        )
    if (_DECIDES.search(bare) or (_DECIDES_FOR.search(text) and not asks)) and not asks:
        return Say(
            "I can't approve or reject anything: a person with the right role decides, signed in as themselves, on the"
            " approvals page or with `shophand approvals approve` or `reject`. Nothing was changed.",
            refuses=True,
        )
    if _RULES_CHANGED.search(bare) or _AUDIT.search(text):
        return Say(
            "I can't change rules, limits, roles or records of what was done. An administrator edits the rules, and the"
            " audit trail is never edited. Nothing was changed.",
            refuses=True,
        )
    if not _PAID_WITH.search(text) and (
        _SECRETS.search(text)
        or (_EVERYBODY.search(_without_one(text)) and _PERSONAL.search(_EVERYBODY.sub(_kept, text)))
    ):
        return Say(
            "I don't hand out personal or payment data of customers in bulk, or of anybody but the one customer you are"
            " serving. Give me one customer's e-mail address or an order number.",
            refuses=True,
        )
    if _SWEEPING.search(text) and not asks:
        return Say(
            "I don't change everything at once. Name one record, such as an order number or a SKU, and I submit it"
            " under the store's rules. Nothing was changed.",
            refuses=True,
        )
    return None


def _without_one(text: str) -> str:
    """The text without "any account under <one customer>", which asks for nobody else."""
    return re.sub(r"\b(?:any|other) (?:\w+ ){1,2}(?:\w+ )?<customer_id>", "", text)


def _kept(hit: re.Match[str]) -> str:
    """What remains of a bulk request when its "all customers" is taken out, the data asked for kept."""
    return re.sub(
        r"\b(?:customers?'?s?|clients?|buyers?|shoppers?|people|persons?|users?)\b", "", hit.group()
    )


def needs_model(text: str) -> Say | None:
    """The answer to a request that takes a language model's reading or writing, or None."""
    if (
        _CREATIVE.search(text)
        and "<words>" not in text
        and not re.search(r"\b(?:note|comment) (?:on|to|for)\b", text)
    ):
        return Say(
            f"I can't do that without a language model: the offline planner neither writes nor interprets texts. {ABILITIES}"
        )
    if _ELSEWHERE.search(text):
        return Say(f"That is outside what I know: I work on this store's own data. {ABILITIES}")
    return None


def small_talk(text: str) -> Say | None:
    """The answer to a greeting, to thanks and to "what can you do", or None."""
    if _HELP.search(text):
        return Say(ABILITIES)
    if _GREETS.search(text.strip(" .!?,")):
        return Say(f"Hello. {ABILITIES}")
    if _THANKS.search(text) and len(text.split()) <= _SHORT_WORDS and not text.endswith("?"):
        return Say("You're welcome.")
    return None


def outside() -> Say:
    """The answer to what was not understood at all."""
    return Say(f"I can't do that without a language model, or I did not understand it. {ABILITIES}")
