"""Pseudonyms for a store's customers, wherever their names stand in what was said and written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from evals.harness.masks import PHONE, STREET
from shop.store.database import Database

_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD: Final = re.compile(r"(\w+)")
_TOKEN: Final = re.compile(r"[\w-]+")
_LEAST_LETTERS: Final = 3
_LEAST_DIGITS: Final = 6
_SAME_DIGITS: Final = 9
"""So many last digits are the same with and without a country's code."""
_NUMBER: Final = re.compile(r"\+?\(?\d(?:[\s().#/\u2010-\u2015-]{0,3}\d){5,16}")
_WITHOUT_BLANKS: Final = ("CJK ", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no blank between a name and the words or endings around it."""


class People:
    """The pseudonyms of a store's customers, the same in the copy of the store and in what was said.

    `customers` are rows of id, name and e-mail address; `phones` and `streets` are those of anybody.
    """

    def __init__(
        self,
        customers: Iterable[Sequence[str | None]],
        phones: Iterable[str] = (),
        streets: Iterable[str] = (),
    ) -> None:
        self._phones = {one[-_SAME_DIGITS:] for one in map(_digits, phones) if len(one) >= _LEAST_DIGITS}
        self._within: dict[str, str] = {}
        self._names: dict[tuple[str, ...], str] = {}
        self._emails: dict[str, str] = {}
        self._called: dict[str, str] = {}
        for key, name, email in customers:
            self._called[str(key)] = name or ""
            if email:
                self._emails[email.casefold()] = str(key)
            pieces = _pieces(name or "")[1:-1]
            if _is_name(pieces):
                self._names[tuple(map(_folded, pieces))] = f"Customer {key}"
            if _is_without_blanks(name or ""):
                self._within["".join((name or "").split())] = f"Customer {key}"
        for street in streets:
            pieces = _pieces(street)[1:-1]
            if len(pieces) > 1:  # one word may be anything
                self._names.setdefault(tuple(map(_folded, pieces)), STREET)
        longest = sorted(self._within, key=len, reverse=True)
        self._inside = re.compile("|".join(r"\s*".join(map(re.escape, one)) for one in longest) or r"(?!)")
        self._lengths: dict[str, list[int]] = {}
        for length, first in sorted({(len(name), name[0]) for name in self._names}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def without(self, text: str, of: Iterable[str] = ()) -> str:
        """A text with names, e-mail addresses, telephone numbers and streets of customers replaced.

        Of names that begin with the same word the longest counts. Letters' case, accents, the width of blanks
        and a hyphen for a blank do not. A name of one word counts when it begins with a capital here: rather
        is a month lost to a customer "May" than a customer's name kept, and "may" stays. The text is about
        the customers `of`: a first name or a surname of theirs counts by itself.

        >>> people = People([("C-1", "Anna Kowalska", None), ("C-2", "May", None)])
        >>> people.without("Where is ANNA  KOWALSKA's parcel? May may know.")
        "Where is Customer C-1's parcel? Customer C-2 may know."
        """
        text = _EMAIL.sub(self._instead, text)
        text = _NUMBER.sub(self._number, text)
        text = self._inside.sub(
            lambda one: self._within["".join(one[0].split())], unicodedata.normalize("NFC", text)
        )
        words = self._words_of(of)
        pieces = _pieces(text)
        folded = [_folded(piece) for piece in pieces]
        at = 1
        while at < len(pieces):
            capital = not pieces[at][0].islower()
            length = self._length(folded, at, capital=capital)
            if length:
                pieces[at : at + length] = [
                    self._names[tuple(folded[at : at + length])],
                    *[""] * (length - 1),
                ]
            elif capital and folded[at] in words:
                pieces[at] = words[folded[at]]
            at += length + 1 if length else 2
        return "".join(pieces)

    def named_in(self, text: str) -> set[str]:
        """The customers whose id, whole name or e-mail address stands in a text.

        >>> people = People([("C-1", "Anna Kowalska", "a@b.pl"), ("C-2", "Jo May", None)])
        >>> sorted(people.named_in("A@b.pl, C-2"))
        ['C-1', 'C-2']
        """
        told = _EMAIL.sub(lambda one: self._emails.get(one[0].casefold(), one[0]), text)
        return self._called.keys() & set(_TOKEN.findall(self.without(told)))

    def _number(self, found: re.Match[str]) -> str:
        return PHONE if _digits(found[0])[-_SAME_DIGITS:] in self._phones else found[0]

    def _instead(self, address: re.Match[str]) -> str:
        key = self._emails.get(address[0].casefold())
        return address[0] if key is None else address_of(key)

    def _words_of(self, customers: Iterable[str]) -> dict[str, str]:
        """The single words of some customers' names that are long enough to be looked for."""
        return {
            _folded(word): f"Customer {key}"
            for key in sorted(customers)
            for word in _pieces(self._called.get(key, ""))[1::2]
            if _is_name([word])
        }

    def _length(self, folded: Sequence[str], at: int, *, capital: bool) -> int:
        """How many pieces from a word on are a name; 0 for none."""
        for length in self._lengths.get(folded[at], ()):
            found = tuple(folded[at : at + length])
            if found in self._names and (capital or " " in found):
                return length
        return 0


def _pieces(text: str) -> list[str]:
    """Words, and what stands between them: a word at each odd place."""
    return _WORD.split(unicodedata.normalize("NFC", text))


def _folded(piece: str) -> str:
    """A piece as it is compared: small letters without accents, one apostrophe, blanks and hyphens as one."""
    letters = unicodedata.normalize("NFKD", piece).replace("\u2019", "'")
    return re.sub(
        r"[\s\u2010-\u2015-]+", " ", "".join(one for one in letters if not unicodedata.combining(one))
    ).casefold()


def _is_name(pieces: Sequence[str]) -> bool:
    """Whether it can be looked for: several words, or one of enough letters that it is no initial."""
    letters = sum(one.isalpha() for piece in pieces for one in piece)
    several = any(piece.isspace() for piece in pieces)
    return letters > 0 if several else letters >= _LEAST_LETTERS


def _is_without_blanks(name: str) -> bool:
    """Whether it is a whole name in a script whose words have no blanks between them."""
    letters = [one for one in name if one.isalpha()]
    return len(letters) > 1 and all(unicodedata.name(one, "").startswith(_WITHOUT_BLANKS) for one in letters)


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdecimal())


def address_of(customer: str) -> str:
    """The made-up e-mail address of a customer by their id."""
    return f"{re.sub('[^a-z0-9]+', '-', customer.lower())}@example.com"


def people_of(db: Database) -> People:
    """The people of a store, on SQLite and on PostgreSQL."""
    with db.reading() as snapshot:
        rows = snapshot.exec_driver_sql("SELECT id, name, email FROM customers ORDER BY id")
        customers = [tuple(row) for row in rows]
        phones = [one for (one,) in snapshot.exec_driver_sql("SELECT phone FROM customers WHERE phone <> ''")]
        streets = snapshot.exec_driver_sql(
            "SELECT street FROM customers WHERE street <> ''"
            " UNION SELECT ship_street FROM orders WHERE ship_street <> ''"
        )
        return People(customers, phones, [one for (one,) in streets])
