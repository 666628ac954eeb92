"""What can be told from its form alone: e-mail addresses, telephone numbers, postcodes, card numbers."""

from __future__ import annotations

import re
from typing import Final

from evals.harness import cards

PHONE: Final = "07700 900000"
STREET: Final = "1 High Street"
_GAP: Final = r"[ \t\u00a0\u202f#().\u2010-\u2015/-]{0,3}"
_DIGIT: Final = rf"{cards.NO_AMOUNT}{_GAP}\d"
_DATE: Final = r"\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d(?!\d)"
_BEGINS: Final = r"(?<!\w)(?<!\d[.,:/-])(?<![A-Za-z]-)(?<!\d[.,:/-]\()"
_ENDS: Final = r"(?!\w|[-\u2010-\u2015]\w|[.,]\d)"
_AREAS: Final = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY"
    " E EC EH EN EX FK FY G GIR GL GU GX GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD"
    " LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM"
    " SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
"""The postcode areas of the United Kingdom and its islands."""
_BARCODE: Final = re.compile(
    r"(\b(?:ean|gtin|upc|isbn|bar ?-?codes?)(?:-?1[234])?(?: is| no\.?| number)?[ :#=]*\d{8,14}(?!\d))",
    re.IGNORECASE,
)
FORMS: Final = (
    (re.compile(r"(?<![\w.+-])[\w.+-]+@(?!example\.com\b)[\w-]+(?:\.[\w-]+)+"), "customer@example.com"),
    # With a country's code (ITU-T E.164: at most 15 digits), with a leading 0, or as in North America. A
    # planner that took a part of the number for an order's writes a # before it.
    (re.compile(rf"{_BEGINS}(?:\+|00{_GAP}[1-9])(?:{_DIGIT}){{8,15}}{_ENDS}"), PHONE),
    (re.compile(rf"{_BEGINS}(?!{_DATE}|0[.,])\(?0(?=\d)(?:{_DIGIT}){{8,11}}{_ENDS}"), PHONE),
    (
        re.compile(
            rf"{_BEGINS}(?:1[-. ])?(?:\(\d{{3}}\) ?\d{{3}}|[2-9]\d\d[-.][2-9]\d\d)[-. ]\d{{4}}{_ENDS}"
        ),
        PHONE,
    ),
    (
        re.compile(
            rf"(?<![\w-])(?:{_AREAS.replace(' ', '|')})\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{{2}}(?![\w-])",
            re.IGNORECASE,
        ),
        "AB1 2CD",
    ),
    (re.compile(r"\b(ending (?:in |with )?)\d{4}\b", re.IGNORECASE), r"\g<1>4242"),
)


def without_forms(text: str) -> str:
    """A text with what looks like an address, a number of a telephone or a card, or a postcode replaced.

    What the text calls a barcode stays.

    >>> without_forms("Call +48 601 234 567 about order 1042, sw1a1aa, a@b.org")
    'Call 07700 900000 about order 1042, AB1 2CD, customer@example.com'
    """
    pieces = _BARCODE.split(text)
    return "".join(one if place % 2 else _masked(one) for place, one in enumerate(pieces))


def _masked(text: str) -> str:
    text = cards.without_cards(text)  # first: a group of it may look like a telephone number
    for pattern, instead in FORMS:
        text = pattern.sub(instead, text)
    return text
