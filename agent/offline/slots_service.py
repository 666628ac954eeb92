"""Fills the arguments of the tools of customer service."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from agent.offline import values
from agent.offline.filling import QUESTIONS, Filled, Filling, MissingError, UnknownError
from agent.offline.mentions import Sort
from agent.offline.slots_goods import GOODS, named_pieces


def _customer(filling: Filling, args: dict[str, Any]) -> Filled:
    called = values.unknown_words(
        filling.request, start=r"\b(?:called|named|name of|customer|mr|mrs|ms|client)\b"
    )
    said = filling.request.of(Sort.CUSTOMER)
    args["customer"] = called if called and not said else filling.record("customer", Sort.CUSTOMER)
    args["include_messages"] = _wants_messages(filling.request.text)
    return args, ""


def _wants_messages(text: str) -> bool | None:
    """Whether strangers' words are asked for; they are shown as theirs and taint the conversation."""
    asked = re.search(r"\b(?:messages?|tickets?|wrote|written|complain\w*|said|mails?|notes)\b", text)
    return asked is not None or None


def _order(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    return args, ""


def _shown_order(filling: Filling, args: dict[str, Any]) -> Filled:
    return _order(filling, {**args, "include_messages": _wants_messages(filling.request.text)})


def _track(filling: Filling, args: dict[str, Any]) -> Filled:
    tracking = filling.request.of(Sort.TRACKING)
    args["order"] = tracking[0].value if tracking else filling.record("order", Sort.ORDER)
    return args, ""


def _quote(filling: Filling, args: dict[str, Any]) -> Filled:
    _order(filling, args)
    if _with_shipping(filling.request.text):
        args["include_shipping"] = True
    return args, ""


def _refund(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    if _TO_CARD.search(filling.request.text) and not _NO_CARD.search(filling.request.text):
        args["to"] = "gift card"
    shipping = _with_shipping(filling.request.text)
    goods = bool(filling.request.of(Sort.SKU))
    money = filling.request.of(Sort.MONEY)
    if goods or shipping:
        args["include_shipping"] = shipping
        args["items"] = named_pieces(filling) if goods else None if values.is_full(filling.request) else []
    said = None if goods and not money else values.amount(filling.request)
    if said is not None:
        args["amount"] = values.amount_text(said, filling.home)
        return args, ""
    percents = filling.request.of(Sort.PERCENT)
    if percents:
        args["percent"] = percents[0].value
        return args, ""
    if _HALF.search(filling.request.text):
        args["percent"] = "50"
        return args, ""
    if goods or shipping:
        return args, ""
    quoted = filling.dialogue.last is not None and filling.dialogue.last.tool == "quote_refund"
    if values.is_full(filling.request) or (quoted and _THAT_MUCH.search(filling.request.text)):
        return args, ""  # without an amount the tool pays what the quote says
    raise MissingError("amount", QUESTIONS["amount"])


_POSTAGE: Final = r"(?:shipping|postage|delivery (?:cost|costs|fee|fees|charge|charges))"
_SHIPPING: Final = re.compile(rf"\b{_POSTAGE}\b(?! (?:address|day|date|late|delay))")
_NO_SHIPPING: Final = re.compile(
    r"\b(?:without|excluding|excl|except|not|no|minus|less|bar|but|keep|save|leave out|apart from|other than)"
    rf" (?:(?:not|including|for|with|any|of|the|her|his|their) )*(?:{_POSTAGE}|delivery)\b"
    rf"|\b(?:{_POSTAGE}|delivery) (?:is |are |was |stays |cost )*(?:not|excluded|excepted|non)\b"
)
"""Postage that stays with the store."""


def _with_shipping(text: str) -> bool:
    """Whether the postage is to be paid back too."""
    return _SHIPPING.search(text) is not None and _NO_SHIPPING.search(text) is None


_CARD: Final = r"(?:gift ?-?cards?|store credit)\b"
_TO_CARD: Final = re.compile(
    rf"\b(?:to|onto|on|as|into) (?:(?:a|an|the|her|his|their|customer's|new|own|existing|form|of|in) )*{_CARD}"
)
_NO_CARD: Final = re.compile(
    rf"(?:\b(?:not|no|never|without|instead of|rather than|neither|nor|refuse[sd]?)|n't)\b(?:(?!\bbut\b)[^,.;<]){{0,40}}?\b{_CARD}"
)
_WORTH: Final = r"(?:price|order|money|amount|total|value|sum|cost|payment|purchase|refund)"
_HAPPENED: Final = r"(?! (?:was|is|were|are|came|arrived|got|never|had|has|did|didn't|broke|went)\b)"
_HALF: Final = re.compile(
    r"\bhalf (?:of )?(?:(?:the|that|her|his|their|its|what) )*"
    rf"(?:(?:it|that)\b{_HAPPENED}|{_WORTH}\b(?! <){_HAPPENED}|(?:order )?(?:# ?)?<order_id>{_HAPPENED}|order (?:# ?)?<order_id>{_HAPPENED}"
    r"|(?:they|she|he|was) paid\b)"
    r"|\b(?:refund|reimburse|back|pay|repay|return)(?: (?:only|just|them|her|him|by|a|one|order|#|<\w+>))* half"
    r"(?=[\s,.!]*$|\s*[,.;]|,? (?:back|please|for|because|as|since|to|on|onto|only|now)\b)"
)
"""Half of the money; half a box that was crushed is no sum."""


_THAT_MUCH: Final = re.compile(r"\b(?:that|it|this|so much|the amount|the sum)\b")


def _cancel_order(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    args["reason"] = values.reason(filling.request)
    causes = [cause for cause, pattern in _CAUSES if re.search(pattern, filling.request.text)]
    args["cause"] = causes[0] if len(causes) == 1 else None
    return args, ""


_CAUSES: Final = (
    ("ordered_by_mistake", r"\bmistak\w*|\bby accident\b|\baccidental\w*|\bin error\b"),
    (
        "no_longer_needed",
        r"\bno longer (?:need|want)\w*|\bnot need\w* (?:it )?any ?more\b|\bchanged (?:his|her|their) mind\b",
    ),
    ("out_of_stock", r"\bout of stock\b|\bsold out\b"),
    ("suspected_fraud", r"\bfraud\w*|\bstolen card\b"),
)
"""Causes that the rules know; without clear words none is told."""


def _note(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    words = filling.request.of(Sort.WORDS)
    if not words:
        raise MissingError("note", QUESTIONS["note"])
    args["note"] = words[0].value
    return args, ""


def _credit(filling: Filling, args: dict[str, Any]) -> Filled:
    request = filling.request
    named = _CREDITED.search(request.text)
    called = (
        next((name for name in named.groups() if name), "") if named and not request.of(Sort.CUSTOMER) else ""
    )
    pronoun = not called or called in {"them", "him", "her", "the customer", "the client", "customer"}
    args["customer"] = filling.record("customer", Sort.CUSTOMER) if pronoun else called
    args["order"] = filling.record("order", Sort.ORDER, required=False)
    args["reason"] = values.reason(request)
    said = values.amount(request)
    if said is None:
        raise MissingError("amount", "How much credit? Name an amount, such as 10 GBP.")
    args["amount"] = values.amount_text(said, filling.home)
    return args, ""


_CREDITED: Final = re.compile(
    r"^\W*(?:\w+ )*?(?:give|grant|issue|offer) (?:customer |client )?(?!a |an |some |store |goodwill |credit)(?P<first>[a-z][a-z' .-]*?)"
    r" (?:a |an |some )*(?:<money>|<number>|goodwill|store credit|credit)"
    r"|\bcredit (?:to|for) (?:customer |client )?(?P<last>[a-z][a-z' .-]*?)(?= for\b| because\b| as\b| on\b|[,;!.]|\s*$)"
)


def _address(filling: Filling, args: dict[str, Any]) -> Filled:
    """The whole address, or a question for it: an address is never put together from parts."""
    told = filling.request.of(Sort.ADDRESS)
    parts = values.address(told[0].value) if told else None
    if parts is None:
        raise UnknownError(_WHOLE_ADDRESS)
    args.update(parts)
    return args, ""


_WHOLE_ADDRESS: Final = (
    "I need the whole address in one go: tell me again with 'address to' and then street, city, postcode and"
    " country, parted by commas, such as 5 High Street, Leeds, LS1 4AP, United Kingdom"
)


def _order_address(filling: Filling, args: dict[str, Any]) -> Filled:
    return _address(filling, _order(filling, args)[0])


def _customer_address(filling: Filling, args: dict[str, Any]) -> Filled:
    args["customer"] = filling.record("customer", Sort.CUSTOMER)
    return _address(filling, args)


def _payment(filling: Filling, args: dict[str, Any]) -> Filled:
    args["order"] = filling.record("order", Sort.ORDER)
    said = filling.request.said
    card = re.search(r"\bending(?: in| with| on)? #?(\d{4})\b", said, re.IGNORECASE)
    others = {hit.lower() for hit in _OTHER_WAYS.findall(said)}
    others |= {"gift card"} if _GIFT_CARD.search(said) else set()
    ways = [*([f"card ending {card[1]}"] if card else []), *sorted(others)]
    method = ways[0] if len(ways) == 1 else ""
    if not method:
        raise MissingError(
            "method", "Which payment method? Say 'gift card' or 'card ending' and four digits."
        )
    args["method"] = method
    return args, ""


_OTHER_WAYS: Final = re.compile(r"\b(?:paypal|klarna|apple pay|google pay)\b", re.IGNORECASE)
_GIFT_CARD: Final = re.compile(r"\bgift ?card\b", re.IGNORECASE)


def _ticket(filling: Filling, args: dict[str, Any]) -> Filled:
    args["ticket"] = filling.record("ticket", Sort.TICKET)
    return args, ""


def _suggested(filling: Filling, args: dict[str, Any]) -> Filled:
    return _ticket(filling, {**args, "include_messages": _wants_words(filling.request.text)})


def _wants_words(text: str) -> bool | None:
    return re.search(r"\b(?:their|his|her|the customer's) (?:words|message)\b", text) is not None or None


def _draft(filling: Filling, args: dict[str, Any]) -> Filled:
    _ticket(filling, args)
    words = filling.request.of(Sort.WORDS)
    if not words:
        raise MissingError("text", "What should the reply say?")
    args["text"] = words[0].value
    return args, ""


def _rma(filling: Filling, args: dict[str, Any]) -> Filled:
    named = [one.value for one in filling.request.of(Sort.TICKET) if one.value.startswith("RMA")]
    spoken_of = filling.dialogue.focus.get(Sort.TICKET, "")
    if not named and not spoken_of.startswith("RMA"):
        raise MissingError("rma", QUESTIONS["rma"])
    args["rma"] = named[0] if named else spoken_of
    return args, ""


def _cancel_return(filling: Filling, args: dict[str, Any]) -> Filled:
    return _rma(filling, {**args, "reason": values.reason(filling.request)})


def _inspect(filling: Filling, args: dict[str, Any]) -> Filled:
    _rma(filling, args)
    text = filling.request.text
    sound, broken = _SOUND.search(text), _BROKEN.search(text)
    if bool(sound) == bool(broken):
        raise MissingError("result", "Restock the goods, or write them off?")
    args["result"] = "restock" if sound else "write_off"
    return args, ""


_SOUND: Final = re.compile(
    r"\bre-?stock\b|\bsound\b|\bre-?sell(?:able)?\b|\bsellable\b|\b(?:as|like) new\b|\bshelve\b|\bback (?:in|on|to|into|onto)\b.*\b(?:stock|shel(?:f|ves)|sale|range|inventory)\b"
)
_BROKEN: Final = re.compile(
    r"\bwrite (?:\S+ )*?off\b|\b(?:bin|scrap|dump|junk|destroy|discard|dispose|throw|chuck|trash|toss|get rid)\b"
)


def _complete(filling: Filling, args: dict[str, Any]) -> Filled:
    named = re.search(r"\bEX-\d+\b", filling.request.said, re.IGNORECASE)
    spoken_of = filling.dialogue.focus.get("exchange")
    if named is None and spoken_of is None:
        raise MissingError("exchange", QUESTIONS["exchange"])
    args["exchange"] = named.group().upper() if named else spoken_of
    return args, ""


def _nothing(_filling: Filling, args: dict[str, Any]) -> Filled:
    return args, ""


def _question(filling: Filling, args: dict[str, Any]) -> Filled:
    said = filling.request.said
    bare = _LEAD_IN.sub("", said)
    args["question"] = bare if re.search(r"\w{3}", bare) else said
    return args, ""


_LEAD_IN: Final = re.compile(
    r"^(?:please |can you |could you |tell me |remind me )*"
    r"(?:what (?:do|does|did) (?:(?:our|the|your) )?(?:\w+ )?(?:rules?|guides?|handbook|policy|policies|guidelines?|manual) (?:say|tell us) (?:about|on|of)"
    r"|what(?: is|'s|s| are) (?:our|the|your) (?:policy|policies|rules?|guidelines?|guidance) (?:on|about|for|with|regarding))\s+",
    re.IGNORECASE,
)
"""Words before the matter of a question, which would be searched for in the guides like the matter itself."""


SERVICE: Final[dict[str, Callable[[Filling, dict[str, Any]], Filled]]] = {
    "find_customer": _customer,
    "get_order": _shown_order,
    "track_shipment": _track,
    "quote_refund": _quote,
    "refund_order": _refund,
    "cancel_order": _cancel_order,
    "add_order_note": _note,
    "give_credit": _credit,
    "change_order_address": _order_address,
    "change_customer_address": _customer_address,
    "change_order_payment": _payment,
    "list_tickets": _nothing,
    "suggest_reply": _suggested,
    "draft_reply": _draft,
    "receive_return": _rma,
    "cancel_return": _cancel_return,
    "inspect_return": _inspect,
    "complete_exchange": _complete,
    **GOODS,
    "search_guides": _question,
}
"""For each tool of customer service its filler."""
