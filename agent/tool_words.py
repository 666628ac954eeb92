"""The words of a request as the tool index weighs them: meanings of words, and shapes of ids and amounts."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from agent.offline.concepts import concept
from agent.offline.mentioned_words import PLAIN_ADDRESS

_FILE: Final = Path(__file__).with_name("tool_words.txt")
_NO_COUNT: Final = r"(?![.,]?\d| ?(?:%|gbp|eur|usd|pieces|units|pcs|of|x)| [a-z]{2,5}-)"
"""Four or five digits are an order's number unless pieces of something or money follow."""
_SHAPES: Final = (
    (PLAIN_ADDRESS.pattern, "<address>"),
    (r"\bex-\d+\b", "<exchange_id>"),
    (r"[\w.+-]+@[\w-]+\.[\w.]+", "<customer_id>"),
    (r"\bpo[- ]?#?\d+\b|\bpurchase order #?\d+", "<po_id>"),
    (r"\brma[- #]{0,2}\d+", "<return_id>"),
    (r"\b(?:ticket #?|t-)\d+", "<ticket_id>"),
    (r"\bc-\d{3,}", "<customer_id>"),
    (r"\b(?:a-\d+|act_\w+|approval #?\d+)", "<action_id>"),
    (r"\b(?:sig|sg|s)-\d+|\bsig_\w+", "<signal_id>"),
    (r"#\s?w?\d{3,}|(?:\border (?:no\.? ?|number )?#?|(?<![.,\d]))\b\d{4,5}\b" + _NO_COUNT, "<order_id>"),
    (
        r"[£$€¥] ?\d[\d,.]*|\b\d[\d,.]* ?(?:gbp|eur|usd|pounds?|euros?|quid)\b",
        "<money>",
    ),
    (r"\b\d[\d.]* ?(?:%|percent\b|per cent\b|pct\b)", "<percent>"),
    (
        r"\b(?=[a-z0-9-]*[a-z])[a-z0-9]{2,}(?:-[a-z0-9]+)*-(?:\d[a-z0-9]*|[a-z]{2,4})\b"
        r"(?<!-in)(?<!-up)(?<!-out)(?<!-of)(?<!-off)",
        "<sku>",
    ),
    (r"\b\d[\d,.]*\b", "<number>"),
)
"""Ids and amounts by their look; the order counts."""
_COMPILED: Final = tuple((re.compile(pattern, re.IGNORECASE), tag) for pattern, tag in _SHAPES)
_WORD: Final = re.compile(r"<\w+>|[a-z][a-z']*")
_SHORT: Final = 4
_COMMON: Final = (
    "a an the of to is are be it please for on at and our my me i we you us or by with from in this that"
    " these those do does can could would should has have had what which how many much there any some"
)
COMMON: Final = frozenset(_COMMON.split())


def tagged(text: str) -> str:
    """A request in small letters with ids and amounts replaced by tags, such as ``<po_id>``.

    >>> tagged("Cancel PO-77, and refund 12.50 GBP of #1042 to ann@example.net")
    'cancel <po_id>, and refund <money> of <order_id> to <customer_id>'
    """
    text = text.lower().replace("\u2019", "'")
    for pattern, tag in _COMPILED:
        text = pattern.sub(tag, text)
    return text


def meanings(text: str) -> list[str]:
    """The telling words of a text, each as its meaning.

    >>> meanings("Which mugs are we running out of?")
    ['mug', 'run', 'out']
    """
    return [_folded(concept(word)) for word in _WORD.findall(tagged(text)) if word not in COMMON]


def _folded(word: str) -> str:
    """A root without its last e: "shortages" and "shortage" lose different endings."""
    return word[:-1] if len(word) > _SHORT and word.endswith("e") else word


@lru_cache(maxsize=1)
def known_words() -> dict[str, str]:
    """The words under which each tool is looked for."""
    lines = _FILE.read_text("utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name.strip(): words.strip() for name, _, words in pairs}
