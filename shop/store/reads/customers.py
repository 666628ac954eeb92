"""Reads of customers and their messages. They give personal data: tools mask it before it leaves."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from shop.model import Customer, Page, Ticket
from shop.store import schema
from shop.store.database import Snapshot
from shop.store.prepared import Prepared, select_by
from shop.store.search_index import name_words

LAST_LETTER: Final = "\U0010ffff"
_LEAST_BEGINNING: Final = 3
"""Letters from which on a first name is found by its beginning: with fewer too many people are."""


def customer(snapshot: Snapshot, customer_id: str) -> Customer | None:
    """The customer of exactly this id."""
    row = select_by(schema.customers, "id").first(snapshot, {"id": customer_id})
    return None if row is None else Customer(*row)


def customers_by_email(snapshot: Snapshot, email: str, limit: int = 6) -> list[Customer]:
    """Customers with this e-mail address, without regard to case."""
    values = {"b_email": email.lower(), "b_limit": limit}
    return [Customer(*row) for row in _BY_EMAIL.rows(snapshot, values)]


def customers_named(snapshot: Snapshot, words: Sequence[str], limit: int = 6) -> list[Customer]:
    """Customers who are called by all of these words, as `named` tells; nobody is called by no words."""
    return named(snapshot, words, limit=limit)


def named(snapshot: Snapshot, words: Sequence[str], *, after: str = "", limit: int) -> list[Customer]:
    """Customers behind `after`, by id, whose names have every word; of the first name its beginning will do.

    First names are shown to everybody. All else of a name must be known whole to be asked for: who could ask
    for its beginnings would read it letter by letter. The index of names is asked first and by itself: with
    the table in the same question a database may read all of that instead.
    """
    whose, wanted = name_words.c.customer, _having(words)
    found = select(whose).distinct().where(whose > after, *wanted).order_by(whose).limit(limit)
    ids = list(snapshot.execute(found).scalars()) if wanted else []
    table = schema.customers
    rows = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    return [Customer(*row) for row in snapshot.execute(rows)] if ids else []


def _having(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Of the first word the entry itself, of every other one that its customer has an entry too."""
    names = name_words
    first, *others = " ".join(words).replace("-", " ").split() or [""]
    if not first:
        return []
    has = [select(names.c.customer).where(_entered(word)) for word in others]
    return [_entered(first), *(names.c.customer.in_(each) for each in has)]


def _entered(word: str) -> ColumnElement[bool]:
    """Entries of the index that are this word, or that it begins where the first name begins with it."""
    spelt, entry = _spellings(word), name_words.c.word
    if len(word) < _LEAST_BEGINNING:
        return entry.in_(spelt)
    people = schema.customers
    first = func.lower(func.substr(people.c.name, 1, len(word)))
    begins = exists().where(people.c.id == name_words.c.customer, first.in_(spelt)).correlate(name_words)
    ranges = (and_(entry >= start, entry < start + LAST_LETTER) for start in spelt)
    return and_(or_(*ranges), or_(entry.in_(spelt), begins))


def _spellings(word: str) -> list[str]:
    """In small letters by all alphabets, and by the English one alone, which is all that SQLite knows.

    A name begins with a capital or is written in capitals: whoever types it in small letters finds it too.
    """
    return sorted({word.lower(), *map(_in_english, (word, word.capitalize(), word.upper()))})


def _in_english(word: str) -> str:
    return "".join(each.lower() if each.isascii() else each for each in word)


def customer_names(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(id, name) of all customers, for approximate search."""
    table = schema.customers
    return [(row.id, row.name) for row in snapshot.execute(select(table.c.id, table.c.name))]


def ticket(snapshot: Snapshot, ticket_id: str) -> Ticket | None:
    """The ticket of exactly this id."""
    found = _tickets(snapshot, schema.tickets.c.id == ticket_id, limit=1)
    return found[0] if found else None


def tickets_of(snapshot: Snapshot, customer_id: str, limit: int = 5) -> list[Ticket]:
    """A customer's newest tickets."""
    return _tickets(snapshot, schema.tickets.c.customer == customer_id, limit=limit)


def open_tickets(snapshot: Snapshot, start: int = 0, limit: int = 10) -> Page[Ticket]:
    """Tickets that wait for an answer, the oldest first, from a place of the list on."""
    table = schema.tickets
    waiting = table.c.status == "open"
    total = snapshot.scalar(select(func.count()).select_from(table).where(waiting)) or 0
    rows = select(table).where(waiting).order_by(table.c.opened_at, table.c.id).offset(start).limit(limit)
    return Page(tuple(Ticket(*row) for row in snapshot.execute(rows)), int(total), None)


def tickets_about(snapshot: Snapshot, order_id: str, limit: int = 5) -> list[Ticket]:
    """The newest tickets about an order."""
    return _tickets(snapshot, schema.tickets.c.order_id == order_id, limit=limit)


def _tickets(snapshot: Snapshot, *conditions: Any, limit: int) -> list[Ticket]:
    table = schema.tickets
    rows = select(table).where(*conditions).order_by(table.c.opened_at.desc(), table.c.id.desc()).limit(limit)
    return [Ticket(*row) for row in snapshot.execute(rows)]


_BY_EMAIL: Final = Prepared(
    select(schema.customers)
    .where(func.lower(schema.customers.c.email) == bindparam("b_email"))
    .order_by(schema.customers.c.name, schema.customers.c.id)
    .limit(bindparam("b_limit"))
)
