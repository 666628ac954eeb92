"""Countries as people write them: the same one under its code, its name and its usual short names."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_ALSO: Final = {
    "uk": "gb",
    "great britain": "gb",
    "england": "gb",
    "scotland": "gb",
    "wales": "gb",
    "northern ireland": "gb",
    "usa": "us",
    "united states of america": "us",
    "holland": "nl",
    "the netherlands": "nl",
    "czech republic": "cz",
}
_ISO: Final = re.compile("[A-Z]{2}")


def same_country(one: str, other: str) -> bool:
    """Whether two texts name one country; what is no known country is only the same as itself.

    Names are the English ones of Unicode's CLDR, codes those of ISO 3166-1 (two letters).

    >>> same_country("GB", "United Kingdom"), same_country("uk", " England "), same_country("FR", "Spain")
    (True, True, False)
    """
    return _key(one) == _key(other)


def _key(text: str) -> str:
    plain = " ".join(text.casefold().split())
    known = _ALSO.get(plain) or (_codes().get(plain) if len(plain) > 1 else None)
    return known or plain


@cache
def _codes() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 - its tables are read at the first address, not at the start

    names = {code: name for code, name in Locale("en").territories.items() if _ISO.fullmatch(code)}
    by_name = {name.casefold(): code.casefold() for code, name in names.items()}
    return {**by_name, **{code.casefold(): code.casefold() for code in names}}
