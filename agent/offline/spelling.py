"""Spelling: one form for the marks people type, and repair of slips in the words of the trade."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.offline.ordinary import ORDINARY

TRADE_WORDS: Final = tuple(
    """
    stock inventory available availability reorder replenish recommend recommendation recommended suggest
    suggestion supplier suppliers supply supplies purchase purchases orders ordered order deliver delivery
    delivered deliveries receive received arrived arriving arrival forecast demand expected movement movements
    history transfer transferred adjust adjustment damaged broken missing written price prices pricing charge
    margin customer customers account address refund refunded refunds refundable cancel cancelled tracking
    track parcel package shipment shipped shipping status approval approvals approve approved pending waiting
    decision policy policies procedure handbook guideline guidelines guide rules quantity overstock
    overstocked surplus minimum terms running short shortage stockout selling sell price increase reduce
    lower raise change update warehouse location return returns returned quote note comment please should
    what which where when much many have left units pieces expired recount duplicate mistake changed
    product products overdue outstanding open late incoming allowed hello thanks today tomorrow week month
    inventory unfulfilled discount could would there their about going needs cheaper
    """.split()
)
"""Words that carry a request's meaning; a slip in one of them is repaired."""

_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_SHORT: Final = {
    "u": "you",
    "r": "are",
    "ur": "your",
    "pls": "please",
    "plz": "please",
    "pcs": "pieces",
    "pc": "pieces",
    "whats": "what's",
    "wheres": "where's",
    "whos": "who's",
    "hows": "how's",
    "dont": "don't",
    "doesnt": "doesn't",
    "didnt": "didn't",
    "cant": "can't",
    "wont": "won't",
    "isnt": "isn't",
    "arent": "aren't",
    "havent": "haven't",
    "hasnt": "hasn't",
    "shouldnt": "shouldn't",
    "im": "i'm",
    "ive": "i've",
    "id": "id",
    "thx": "thanks",
    "cust": "customer",
    "custs": "customers",
    "qty": "quantity",
    "qtys": "quantities",
    "inv": "inventory",
    "avail": "available",
    "rec": "recommend",
    "recs": "recommend",
    "wh": "warehouse",
    "whse": "warehouse",
    "gimme": "give me",
    "wanna": "want to",
    "gonna": "going to",
    "lemme": "let me",
    "addr": "address",
    "approx": "approximately",
    "yr": "your",
    "tmrw": "tomorrow",
    "tmw": "tomorrow",
    "b/c": "because",
    "bc": "because",
    "cos": "because",
    "coz": "because",
    "cuz": "because",
    "ords": "orders",
    "del": "delivery",
    "dely": "delivery",
    "dlvry": "delivery",
    "mvmt": "movement",
    "mvmts": "movements",
    "fcst": "forecast",
    "fcast": "forecast",
    "supp": "supplier",
    "sup": "supplier",
    "prc": "price",
    "temme": "tell me",
    "packet": "parcel",
    "packets": "parcels",
    "article": "product",
    "articles": "products",
    "storno": "cancel",
    "w/": "with",
    "w/o": "without",
    "clients": "customers",
    "client": "customer",
    "chef": "boss",
    "n": "and",
    "em": "them",
    "bk": "back",
    "hw": "how",
    "shud": "should",
    "shld": "should",
    "cud": "could",
    "cld": "could",
    "wud": "would",
    "wld": "would",
    "wot": "what",
    "wots": "what's",
    "arnt": "aren't",
    "aint": "isn't",
    "wasnt": "wasn't",
    "werent": "weren't",
    "couldnt": "couldn't",
    "wouldnt": "wouldn't",
    "havnt": "haven't",
    "hav": "have",
    "hv": "have",
    "shes": "she's",
    "hes": "he's",
    "theyre": "they're",
    "thats": "that's",
    "theres": "there's",
    "gotta": "have to",
    "dunno": "don't know",
    "innit": "isn't it",
    "sum": "some",
    "summat": "something",
    "owt": "anything",
    "nowt": "nothing",
    "luv": "love",
    "ppl": "people",
    "msg": "message",
    "msgs": "messages",
    "acct": "account",
    "wk": "week",
    "wks": "weeks",
    "mth": "month",
    "mths": "months",
    "tho": "though",
    "thru": "through",
    "atm": "at the moment",
    "rn": "right now",
    "abt": "about",
    "btw": "by the way",
    "stk": "stock",
    "sold-out": "sold out",
    "ordr": "order",
    "delivry": "delivery",
    "adress": "address",
    "recieve": "receive",
    "recieved": "received",
}
_TOKEN: Final = re.compile(r"<\w+>|\bw/o?(?=\s)|[a-z][a-z'/]*[a-z]|[a-z]", re.IGNORECASE)


def plain(text: str) -> str:
    r"""The text in one Unicode form, with straight quotes and single hyphens; as long as it was, or shorter.

    >>> plain("what’s “left”")
    'what\'s "left"'
    """
    straight = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in straight)


def repaired(text: str) -> str:
    """Lower case with chat short forms written out and slips in words of the trade corrected.

    >>> repaired("how mnay <sku> do we hav in stok, pls")
    'how many <sku> do we have in stock, please'
    """
    return _TOKEN.sub(lambda hit: _word(hit.group().lower()), text)


@lru_cache(maxsize=4096)
def _word(word: str) -> str:
    if word.startswith("<") or (word in ORDINARY and word not in _SHORT):
        return word
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < 3 or word in TRADE_WORDS:
        return word
    if len(word) > 4 and word.endswith("in") and f"{word}g" in ORDINARY:
        return f"{word}g"  # "runnin", "goin"
    slips = 1 if len(word) < 7 else 2
    near = process.extract(word, TRADE_WORDS, scorer=OSA.distance, score_cutoff=slips, limit=3)
    fitting = [found for found in near if _is_slip(word, found[0])]
    return min(fitting, key=lambda one: (one[1], one[0][-1] != word[-1]))[0] if fitting else word


def _is_slip(word: str, meant: str) -> bool:
    """A slip keeps the first letter; in short words only a swapped or a forgotten letter counts."""
    if word[0] != meant[0]:
        return False
    if len(word) > 4:
        return True
    return len(meant) == len(word) + 1 or sorted(word) == sorted(meant)
