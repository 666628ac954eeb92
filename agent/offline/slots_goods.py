"""Fills the arguments that name goods of an order: what comes back, what is wanted instead, what goes again.

A product is told by the words that were said where they may mean several: the tool knows what was ordered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.offline import values
from agent.offline.filling import Filled, Filling, MissingError, UnknownError
from agent.offline.mentions import Mention, Sort
from agent.offline.mood import without_lead
from agent.offline.names import stem
from agent.offline.requests import TAG, Request

_WHAT: Final = re.compile(
    r"\b(?:return|rma|back|exchange|swap|re-?ship|re-?send|send|ship|again|replacements?)\s+(?:for |of )?(?:the |a |an |one |her |his |their |<number> |x |pieces? )*"
    r"(?P<what>[a-z][^<]*?) (?:of|from|on|in) (?:the |her |his |their )*(?:order )?<order_id>"
)
_ALL: Final = re.compile(
    r"^(?:(?:all|everything|goods|items?|whole|complete|entire|order|contents?|things?|products?|it|them|of|the|out|again|return|replacements?|for|a|parcels?|packages?|box|boxes|shipment|delivery|lot|rma|customer|client|buyer|address|payment|authori[sz]ation|number|request|started|going|done|open|opened|sorted|me|us)\s*)*$"
)
_FOR: Final = re.compile(
    r"\b(?:for|to|into|with|against|by)\s+(?P<new>[^,.;!?]+?)(?= because\b| since\b| as\b|[,.;!?]|$)"
)
_REVERSED: Final = re.compile(
    r"(?P<new><sku>)(?: and not|,? not| instead of| rather than| in place of| in lieu of) (?:the )?(?P<old><sku>)"
)
"""What is wanted stands first."""
_SHOULD_BE: Final = re.compile(
    r"(?P<old><sku>),? (?:but )?(?:it |that )?(?:should|ought to|must) (?:have been|be) (?:the )?(?P<new><sku>)"
)
_WANTED: Final = re.compile(
    r"(?P<old><sku>)[^<]*?\b(?:wants?|would (?:like|rather|prefer)|'d (?:like|rather|prefer)|prefers?|needs?|meant|ordered the wrong)\b"
    r"[^<]*?(?P<new><sku>)(?: instead)?"
)
_UNSAID: Final = re.compile(
    r"\b(?:the|a|an|one|ones|variant|version|instead|please|in|colour|color|size|of|from|on|order|it|that|<order_id>)\b|<order_id>"
)
_LOST: Final = re.compile(
    r"\b(?:lost|missing|stolen|vanish\w*|disappear\w*|(?:went|gone) (?:astray|walkabout|for good)|never (?:\w+ ){0,2}?(?:came|arrived|reached|showed|turned|made))\b"
)
_DAMAGED: Final = re.compile(
    r"\b(?:damag\w*|brok\w*|smash\w*|shatter\w*|crack\w*|chip\w*|crush\w*|squash\w*|dent\w*|torn|leak\w*|"
    r"ruin\w*|wreck\w*|soak\w*|in (?:bits|pieces))\b"
)


def named_pieces(filling: Filling) -> list[dict[str, Any]] | None:
    """The products that are named with their pieces; None for the whole order."""
    request = filling.request
    skus = [one for one in request.mentions if one.sort is Sort.SKU]
    if not skus:
        what = _untagged(request)
        if what is None:
            _check_whole(request)
            return None
        return [{"sku": stem(what), "quantity": _counted(filling, what)}]
    numbers = [one for one in request.mentions if one.sort is Sort.NUMBER]
    if len(numbers) == len(skus):
        return [
            {"sku": _called(sku), "quantity": abs(int(number.value))}
            for sku, number in zip(skus, numbers, strict=True)
        ]
    return [{"sku": _called(one), "quantity": _one(filling, one.said.strip(), _called(one))} for one in skus]


def _untagged(request: Request) -> str | None:
    """Words that name goods which the store's names do not hold; None where the whole order is meant."""
    hit = _WHAT.search(re.sub(r"#\s*<order_id>", "<order_id>", request.text))
    if hit is None or _ALL.match(hit.group("what")):
        return None
    return hit.group("what").strip()


def _check_whole(request: Request) -> None:
    """Refuse to take the whole order where words beside it may name a part of it."""
    head, named, tail = request.text.partition("<order_id>")
    if not named:
        return
    part = _PART_OF.search(head)
    if part is not None and not _ALL.match(f"{part['what']} "):
        raise UnknownError(_WHICH_GOODS)
    if not _VERB.match(f"{without_lead(head)} "):
        return  # an answer to a question, or words that no request begins with
    words = re.sub(rf"{_VERB.pattern}|[\s,.#:]+", " ", without_lead(head)).strip()
    if not _ALL.match(words) or tail.startswith("'") or _PART.search(tail):
        raise UnknownError(_WHICH_GOODS)


_WHICH_GOODS: Final = (
    "Which goods do you mean? Say 'the mug of order #1042' for a part, or only the order for all of it"
)
_PART_OF: Final = re.compile(
    r"\b(?:the|a|an|one|his|her|their|two|three|both|some)\s+(?P<what>[a-z][a-z -]*?) (?:of|from|in|on) (?:the |her |his |their )*(?:order )?$"
)
"""Words before the order that may name a part of it, wherever the verb stands."""
_VERB: Final = re.compile(
    r"^(?:return|start|open|create|request|raise|register|book|begin|file|make|set up|take back|send back|re-?ship|re-?send|send|ship)\b"
    r"|\b(?:me|new|rma|another|an|please|pls)\b"
)
_PART: Final = re.compile(
    r"^ ?'s\b|\b(?:damaged|broken|smashed|cracked|lost|missing) (?!in\b|on\b|by\b|at\b|when\b|goods\b|parcel\b|again\b|and\b|during\b|transit\b|please\b)[a-z]{3,}"
)


def _called(mention: Mention) -> str:
    return mention.said.strip() if mention.choices else mention.value


def _counted(filling: Filling, what: str) -> int:
    numbers = [one for one in filling.request.mentions if one.sort is Sort.NUMBER]
    return abs(int(numbers[0].value)) if len(numbers) == 1 else _one(filling, what, what)


def _one(filling: Filling, said: str, called: str) -> int:
    """One piece for "the mug"; asks for "mugs" and for a bare code, which may be several."""
    single = re.search(
        r"\b(?:the|a|an|one|her|his|their)\s+(?:<sku>|" + re.escape(said.lower()) + r")", filling.request.text
    )
    if single and not said.lower().endswith("s"):
        return 1
    raise UnknownError(f"How many pieces of {called}? Tell me the whole request again, with the number")


def _return(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    args["items"] = named_pieces(filling)
    if re.search(r"\bgift ?cards?\b", filling.request.text):
        args["refund_to"] = "gift card"
    return args, ""


def _reship(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    lost, damaged = (pattern.search(filling.request.text) for pattern in (_LOST, _DAMAGED))
    args["items"] = named_pieces(filling)
    if bool(lost) == bool(damaged):
        raise MissingError("reason", "Were the goods lost, or did they arrive damaged?")
    args["reason"] = "lost" if lost else "damaged"
    return args, ""


def _exchange(filling: Filling, args: dict[str, Any]) -> Filled:
    args["reason"] = values.reason(filling.request)
    return _change_items(filling, args)


def _change_items(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    old, new = _swapped(filling.request)
    if not old:
        raise UnknownError("Which product of the order, and for which variant? Tell me both in one go")
    if not new:
        raise UnknownError(f"For which variant should {old} be exchanged? Tell me both in one go")
    numbers = filling.request.of(Sort.NUMBER)
    if len(numbers) > 1:
        raise UnknownError("How many pieces? One product at a time, please")
    counted = {"quantity": abs(int(numbers[0].value))} if numbers else {}
    args["items"] = [{"sku": old, "new_sku": new, **counted}]
    return args, ""


def _swapped(request: Request) -> tuple[str, str]:
    """What is given back and what is wanted instead, each empty where it is not said."""
    turned = next(
        (hit for one in (_REVERSED, _SHOULD_BE, _WANTED) if (hit := one.search(request.text)) is not None),
        None,
    )
    if turned is not None:
        new, old = (_spoken(request, *turned.span(name)) for name in ("new", "old"))
        return old, new
    first = re.search(r"<sku>", request.text)
    untold = _untagged(request)
    if first is None or untold:
        old, at = untold or "", 0
    else:
        old, at = _spoken(request, first.start(), first.end()), first.end()
    wanted = [
        hit
        for hit in _FOR.finditer(request.text, at)
        if not re.match(r"(?:the )?(?:order )?<order_id>", hit["new"])
    ]
    if not wanted:
        return old, ""
    start, end = wanted[0].span("new")
    return old, re.sub(r"\s+", " ", _UNSAID.sub(" ", _spoken(request, start, end))).strip(" -")


def _spoken(request: Request, start: int, end: int) -> str:
    """A part of the request with products by their SKU where that is clear, else as they were said."""
    passed = len(TAG.findall(request.text[:start]))
    mentions = iter(request.mentions[passed:])

    def put(_: re.Match[str]) -> str:
        one = next(mentions)
        return (
            _called(one)
            if one.sort is Sort.SKU
            else "<order_id>"
            if one.sort is Sort.ORDER
            else one.said.strip()
        )

    return TAG.sub(put, request.text[start:end])


GOODS: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "request_return": _return,
    "request_exchange": _exchange,
    "change_order_items": _change_items,
    "reship_order": _reship,
}
"""For each tool that names goods of an order its filler."""
