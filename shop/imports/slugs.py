"""Ids made from names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container


def slug(name: str, taken: Container[str] = ()) -> str:
    """A short lower-case id from a name, with a number behind it when it is taken.

    >>> slug("Café & Söhne"), slug("Acme", {"acme"}), slug("東京")
    ('cafe-sohne', 'acme-2', 'n-6771-4eac')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    stem = "-".join(words)[:60] or "n-" + "-".join(f"{ord(letter):x}" for letter in name[:12])
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found
