"""What of a customer's data may leave the store: enough to recognise somebody, not enough to reach them."""

from typing import Final

from shop.model import Customer

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
