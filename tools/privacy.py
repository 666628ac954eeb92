"""What of a customer's data may leave the store: enough to recognise somebody, not enough to reach them."""

import re
from typing import Final

from shop.model import Customer

MASKED: Final = "***"
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"(?<![\w#.,-])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ()-]{0,2}\d){8,18}(?!\w)")
"""Nine digits and more, as telephones and cards have them; no day, amount or ``#`` number of an order."""
_LEAST_LETTERS: Final = 3
_CITY_WORDS: Final = 4
_LONGEST: Final = 40


def masked_email(email: str | None) -> str:
    """The first letter and the host.

    >>> masked_email("johanna@example.com"), masked_email(None), masked_email("garbage")
    ('j***@example.com', '', '***')
    """
    if not email:
        return ""
    name, at, host = email.strip().rpartition("@")
    return f"{name[:1]}***@{host[:_LONGEST]}" if at and name and " " not in host else "***"


def masked_phone(phone: str) -> str:
    """The last two digits.

    >>> masked_phone("+44 7700 900842"), masked_phone("")
    ('***42', '')
    """
    digits = "".join(mark for mark in phone if mark.isdigit())
    return f"***{digits[-2:]}" if len(digits) > 2 else ("***" if phone else "")  # noqa: PLR2004 - last two


def short_name(name: str) -> str:
    """The first name and an initial: a whole sentence in a name field does not come through.

    >>> short_name("Johanna van Canary"), short_name("Cher"), short_name("  ")
    ('Johanna C.', 'Cher', 'no name')
    """
    words = name.split()
    if not words:
        return "no name"
    first = words[0][:_LONGEST]
    return first if len(words) == 1 else f"{first} {words[-1][:1]}."


def city(customer: Customer) -> str:
    """The city without street or postcode, cut to what a city's name needs."""
    return " ".join(customer.city.split()[:_CITY_WORDS])[:_LONGEST]


def masked_words(text: str, about: Customer | None = None) -> str:
    """What somebody wrote, without addresses and numbers at which anybody could be reached.

    Of the customer whom it is about, name, telephone, street and postcode go too, however they are spaced,
    and the surname by itself where it begins with a capital. What the words tell in other ways stays.

    >>> masked_words("Ring 07700 900813 or write to jo@example.org about order 1042 of 2026-11-20")
    'Ring *** or write to j***@example.org about order 1042 of 2026-11-20'
    """
    text = _EMAIL.sub(lambda found: masked_email(found[0]), text)
    text = _NUMBER.sub(MASKED, text)
    if about is None:
        return text
    text = _without(text, about.name, short_name(about.name), re.IGNORECASE)
    surname = (about.name.split() or [""])[-1]
    if surname != about.name.strip() and surname[:1].isupper():
        text = _without(text, surname, f"{surname[:1]}.")
    for own in (about.phone, about.street, about.street2, about.postcode):
        text = _without(text, own, MASKED, re.IGNORECASE)
    return text


def _without(text: str, own: str, instead: str, flags: int = 0) -> str:
    """The text with every place replaced at which something stands, whatever blanks are in it."""
    if len(own.strip()) < _LEAST_LETTERS:
        return text
    spaced = r"[\s,]*".join(map(re.escape, own.split()))
    return re.sub(rf"(?<!\w){spaced}(?!\w)", lambda _: instead, text, flags=flags)
