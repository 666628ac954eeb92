"""Values of arguments as a request words them: amounts, signs, directions, reasons, whole or part."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agent.offline.mentions import Mention, Sort
from agent.offline.names import WORD, StoreNames, stem
from agent.offline.ordinary import ORDINARY
from agent.offline.requests import TAG, Request
from agent.offline.spelling import TRADE_WORDS
from tools.arguments import ASKED_BY_OPERATOR

_FULL: Final = re.compile(
    r"\b(?:in full|full(?:y)?|entirely|completely|all the money|100 ?%|maximum|max)\b"
    r"|\b(?:everything|entire|complete|whole|all of it|the lot|total|all)\b"
    r"(?! (?:(?!because|since|as\b|and\b|so\b)[\w'-]+ |<\w+> ){0,4}(?:was|were|is|are|wasn't|weren't|isn't|aren't|arrived|came|got|broke|had|has|never|went)\b)"
)
"""All of the money; the whole box that was crushed is no sum."""
_DOWN: Final = re.compile(
    r"\b(?:lower|drop|reduce|cut|down|decrease|off|discount|cheaper|slash|mark ?down|less|minus|take|knock|shave)\b"
)
_ADJUST_REASONS: Final = (
    (
        "damage",
        r"\b(?:damag\w*|brok\w*|smash\w*|shatter\w*|crack\w*|chip\w*|ruin\w*|torn|dent\w*|crush\w*|faulty|defect\w*|scratch\w*|leak\w*|water|dropped|bent|wet|soak\w*|breakages?|spil\w+|squash\w*|snapp\w*|burst|bust(?:ed)?)\b",
    ),
    (
        "expired",
        r"\b(?:expir\w*|out of date|past (?:their|its|the) |best before|use by|sell by|gone off|mould\w*|spoil\w*|perish\w*|rotten|stale)\b",
    ),
    (
        "loss",
        r"\b(?:lost|loss|missing|stolen|theft|vanish\w*|disappear\w*|shrink\w*|nicked|shoplift\w*|can't find|cannot find|gone)\b",
    ),
    (
        "found",
        r"\b(?:found|(?:turned|popped|showed|cropped) up|came across|find|discover\w*|extra|behind|reappear\w*)\b",
    ),
    ("count", r"\b(?:count\w*|recount\w*|stock ?take|inventory|audit|actual\w*|really)\b"),
)
_GAIN: Final = re.compile(
    r"\b(?:found|add|plus|extra|turned up|put back|increase|up by|more|surplus|raise|discover\w*|higher|over|above|popped up|showed up|cropped up)\b"
)
_BOOKS: Final = r"\b(?:system|books?|computer|screen|records?|software|app|till|shophand)\b"
_BOOKS_MORE: Final = re.compile(
    rf"{_BOOKS} (?:says|shows|has|is|are|thinks|claims|lists|counts)\b.*\b(?:more|higher|too (?:many|much|high))\b(?!.*\bthan the (?:system|books?)\b)"
)
_BOOKS_FEWER: Final = re.compile(
    rf"{_BOOKS} (?:says|shows|has|is|are|thinks|claims|lists|counts)\b.*\b(?:less|fewer|lower|short|too (?:few|little|low))\b"
)
_FEWER: Final = re.compile(r"\b(?:less|fewer|short|below|under|down|too (?:many|much|high))\b")
_REDUCING: Final = frozenset({"damage", "expired", "loss"})
_LOSS: Final = re.compile(
    r"\b(?:write|off|damag\w*|brok\w*|lost|missing|stolen|remove|delete|erase|clear|take|minus|deduct|subtract|scrap|bin|dispose|discard|throw|chuck|dump|trash|"
    r"reduce|decrease|lower|down by|expired|smash\w*|knock|crack\w*|chip\w*|gone|shatter\w*)\b"
)
_COUNTED: Final = re.compile(
    r"\b(?:(?:re-?)?count(?:ed)?|stock ?take|actual\w*|really|physical\w*|set|correct)\b.*?(?:\bto\b|\bis\b|\bare\b|\bwas\b|\bat\b|:|=|\bonly\b|\bof\b|\bgave\b|\bsays\b|\bshows\b)\s*(?:only |just |actually |really )*<number>"
    r"(?! (?:pieces? |units? )?(?:more|higher|fewer|less|lower|short|over|under|above|below|too)\b)"
    r"|\b(?:adjust|increase|raise|lower|reduce|decrease|bring|drop|change|update|fix|put|take|move)\b[^.?!]*?\bto (?:only |just )?<number>"
    r"(?! (?:pieces? |units? )?(?:more|higher|fewer|less|lower|short|over|under|above|below|too)\b)"
    r"|\b(?:there (?:are|is)|we (?:only |actually |really )*have) (?:only |actually |really |just )+<number>|\bcounted <number>"
)
_REASON: Final = re.compile(
    r"\b(?:because(?: of)?|since|as(?= (?:the|it|she|he|they|we|a|this|there|our))|due to|reason(?: is|:)?|for being|on account of|so that)\b[\s:]*(?P<why>.+)$"
)
_FROM: Final = re.compile(
    r"\b(?:from|out of|off|leaving|taking (?:it|them) from)\s+(?:the\s+|our\s+)?(?:\w+\s+)?<location>"
)
_TO: Final = re.compile(r"\b(?:to|into|towards|over to)\s+(?:the\s+|our\s+)?<location>")


_TOWARDS: Final = re.compile(r"\b(?:for|in|at)\s+(?:the\s+|our\s+)?<location>")


_SPARES: Final = re.compile(
    r"\bof (?:the )?<location>['’]|<location>['’]s (?:stock|pile|shel\w+|own)"
    r"|<location> (?:has|have|holds?|got|can spare|sits on) (?:too|plenty|more|excess|enough|lots|spare|surplus|\w+ to spare)"
)
_NEEDS: Final = re.compile(
    r"<location>(?: (?:really|badly|urgently))? (?:needs?|wants?|lacks?|could (?:do|use)|asks?|ran|runs|"
    r"(?:is|are) (?:\w+ )?(?:out|short|low|empty|dry|crying|begging|desperate|running|waiting|sold|down))\b"
)
_SIDE_BY_SIDE: Final = re.compile(r"<location>\s*(?:[-=]*>|→|[,/-])?\s*<location>")
"""Without a word for the direction the order says it only where nothing stands between the two."""


def is_full(request: Request) -> bool:
    """Whether the operator means all of it ("refund it in full")."""
    return _FULL.search(request.text) is not None


def lowers(request: Request) -> bool:
    """Whether a change is meant downwards ("10% off")."""
    return _DOWN.search(request.text) is not None


def amount(request: Request) -> Mention | None:
    """The amount of money of a request; a bare number counts where no amount with a sign or point stands."""
    money = request.of(Sort.MONEY)
    if money:
        return money[0]
    numbers = [replace(one, sort=Sort.MONEY) for one in request.of(Sort.NUMBER)]
    return numbers[-1] if numbers else None


def amount_text(mention: Mention, home: str) -> str:
    """The amount as tools take it; the currency is written out when it is not the store's own."""
    value = mention.value.lstrip("+")
    return f"{value} {mention.currency}" if mention.currency and mention.currency != home else value


def quantity(request: Request) -> int | None:
    """The number of pieces of a request, without its sign; "a mug" is one."""
    numbers = request.of(Sort.NUMBER)
    if numbers:
        return abs(int(numbers[0].value))
    doubtful = [one for one in request.of(Sort.ORDER) if not one.known and one.value.isdigit()]
    if doubtful and request.of(Sort.SKU):  # "order 5000 from northwind of X" counts goods
        return int(doubtful[0].value)
    return 1 if re.search(r"\b(?:a|an|another|one|single|1)\s+(?:\w+\s+)?<sku>", request.text) else None


def adjust_reason(request: Request) -> str:
    """Why stock is adjusted, as the stock ledger names it; a correction without a reason is a count."""
    for reason, pattern in _ADJUST_REASONS:
        if re.search(pattern, request.text):
            return reason
    return "count" if re.search(r"<number>", request.text) and not _LOSS.search(request.text) else "loss"


def adjusted_by(request: Request) -> int | None:
    """The change of stock in pieces, with its sign: explicit, or by the words around it.

    None where nothing tells whether there are more or fewer: a guess would move the figure the wrong way.
    """
    numbers = request.of(Sort.NUMBER)
    signed = next((one for one in numbers if one.value[0] in "+-"), None)
    if signed is not None:
        return int(signed.value)
    pieces = quantity(request)
    if pieces is None:
        return None
    text = request.text
    if _BOOKS_MORE.search(text) or _BOOKS_FEWER.search(text):
        return -pieces if _BOOKS_MORE.search(text) else pieces
    why = adjust_reason(request)
    if why in _REDUCING:
        return None if why == "loss" and _TURNED_UP.search(text) else -pieces
    if why == "found" or (_GAIN.search(text) and not _taken_off(text)):
        return pieces
    return -pieces if _LOSS.search(text) or _FEWER.search(text) else None


_TURNED_UP: Final = re.compile(
    r"\b(?:found|(?:turned|popped|showed|cropped) up|reappear\w*|discover\w*|put back|came back)\b"
)
"""What was lost and is there again: more than the books say, or as many, nobody can tell from the words."""


def change_for(request: Request, reason: object) -> int | None:
    """The change of stock that a bare number tells once the reason is known: what was found is more."""
    numbers = request.of(Sort.NUMBER)
    if len(numbers) != 1 or numbers[0].value[0] in "+-" or reason not in {"found", *_REDUCING}:
        return None
    return int(numbers[0].value) * (1 if reason == "found" else -1)


def _taken_off(text: str) -> bool:
    return (
        re.search(
            r"\bwrite\b.*\boff\b|\bdamag\w*|\bbrok\w*|\bscrap\b|\bbin\b|\bexpired\b|\blost\b|\bout of stock\b",
            text,
        )
        is not None
    )


def counted(request: Request) -> int | None:
    """The figure that a count gave, when the operator tells the figure and not the difference."""
    numbers = request.of(Sort.NUMBER)
    if not numbers or numbers[0].value[0] in "+-" or not _COUNTED.search(request.text):
        return None
    return int(numbers[0].value)


def direction(request: Request) -> tuple[Mention | None, Mention | None]:
    """(from, to) of a move: by the prepositions, by who has and who lacks, else in the order said.

    (None, None) when nothing tells which is which: a guess would move goods the wrong way.
    """
    places = request.of(Sort.LOCATION)
    start = _placed(request, _FROM) or _first(request, _SPARES)
    end = _placed(request, _TO) or _first(request, _NEEDS) or _placed(request, _TOWARDS)
    if start is end:
        end = None
    rest = [one for one in places if one is not start and one is not end]
    if start is None and end is None and len(rest) > 1:
        return (rest[0], rest[1]) if _SIDE_BY_SIDE.search(request.text) else (None, None)
    if start is None and end is not None and rest:
        start = rest[0]
    elif end is None and start is not None and rest:
        end = rest[0]
    elif start is None and end is None and rest:
        start = rest[0]
    return start, end


def _first(request: Request, pattern: re.Pattern[str]) -> Mention | None:
    """The place at the beginning of what a pattern finds."""
    hit = pattern.search(request.text)
    if hit is None:
        return None
    until = hit.start() + hit.group().index("<location>")
    number = len(TAG.findall(request.text[:until]))
    return request.mentions[number] if number < len(request.mentions) else None


def _placed(request: Request, pattern: re.Pattern[str]) -> Mention | None:
    hit = pattern.search(request.text)
    if hit is None:
        return None
    number = len(TAG.findall(request.text[: hit.end()])) - 1
    return request.mentions[number] if number < len(request.mentions) else None


def reason(request: Request) -> str:
    """Why, in the operator's words: the reason said, else the whole request."""
    said = request.said
    hit = _REASON.search(said)
    if hit is not None:
        return hit.group("why").strip(" ,.;-")
    parts = [part.strip(" ,.;-") for part in re.split(r"\s-\s|,\s|;\s|\.\s|:\s", said) if part.strip(" ,.;-")]
    telling = [
        part for part in parts[1:] if len(part.split()) > 1 and not part.lower().startswith(("please", "pls"))
    ]
    return telling[-1] if telling else f"{ASKED_BY_OPERATOR}: {said}"


_FLAT: Final = re.compile(r"^(?:flat|apartment|apt|unit|floor|suite|building|block|room)\b", re.IGNORECASE)
_ADDRESS_PARTS: Final = {
    4: ("street", "city", "postcode", "country"),
    5: ("street", "street2", "city", "postcode", "country"),
    6: ("street", "street2", "city", "region", "postcode", "country"),
}


def address(text: str) -> dict[str, str] | None:
    """The parts of an address that commas part, letter for letter; None where they are not all clear.

    >>> address("5 High Street, Leeds, LS1 4AP, United Kingdom")["postcode"]
    'LS1 4AP'
    >>> address("5 High Street, Leeds, United Kingdom") is None
    True
    """
    parts = [part.strip(" .") for part in text.split(",")]
    names = _ADDRESS_PARTS.get(len(parts))
    if names is None or not all(parts):
        return None
    told = dict(zip(names, parts, strict=True))
    clear = any(map(str.isdigit, told["postcode"])) and not any(
        map(str.isdigit, told["city"] + told["country"])
    )
    return told if clear and ("street2" not in told or _FLAT.match(told["street2"])) else None


def category(text: str, names: StoreNames) -> str | None:
    """The category of the store that a text names, as the store writes it; the longest name counts."""
    stems = f" {' '.join(stem(word) for word in WORD.findall(text.lower()))} "
    named = [one for one in names.categories if f" {one} " in stems]
    return names.categories[max(named, key=len)] if named else None


def unknown_words(request: Request, *, start: str = "") -> str:
    """The run of words in a request that are neither common nor of the trade: perhaps a name.

    `start` limits the search to what follows a pattern, such as "called".
    """
    text = request.text
    if start:
        hit = re.search(start, text)
        if hit is None:
            return ""
        text = text[hit.end() :]
    runs: list[list[str]] = [[]]
    for word in re.findall(r"<\w+>|[^\s,.;:!?()]+", text):
        if _is_foreign(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    longest = max(len(run) for run in runs)
    return " ".join(next(run for run in runs if len(run) == longest))


def _is_foreign(word: str) -> bool:
    bare = word.strip("'\"-").removesuffix("'s")
    return (
        not word.startswith("<")
        and len(bare) > 2
        and bare.isascii()
        and any(map(str.isalpha, bare))
        and bare not in ORDINARY
        and bare not in TRADE_WORDS
        and bare.rstrip("s") not in ORDINARY
        and not bare.endswith(("ed", "ing", "ly", "wise", "able"))
    )
