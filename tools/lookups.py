"""Find the record an operator means: any case, with or without prefix, by part of a name, with a typo.

One match is used. Several raise AmbiguousError with up to five candidates, none raises NotFoundError with
the nearest. An exact id always wins over a partial match. A bare number is an id or the end of an id; it
never matches a title, and where it could be two things the answer is a question.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar

from shop.errors import AmbiguousError, NotFoundError, ToolInputError
from shop.model import Customer, Location, Order, Product, PurchaseOrder, Supplier, Ticket
from shop.store.database import Snapshot
from shop.store.reads import catalogue, customers, orders, purchasing, spelling
from tools.nearest import Named, closest, closest_people, matching, nearest
from tools.privacy import short_name

T = TypeVar("T")

MAX_CANDIDATES: Final = 5
MAX_TEXT: Final = 200

_NUMBER: Final = re.compile(r"[0-9]+")
_NO: Final = r"(?:(?:no|nr|number)\b[\s:#.]*)?"
_LEAD: Final[dict[spelling.Kind, re.Pattern[str]]] = {
    "product": re.compile(r"(?:sku|product|item|article)[\s:#.]+", re.IGNORECASE),
    "order": re.compile(
        r"(?:(?:customer\s+)?order|ord)[\s:#.]+(?:(?:no|nr|number)\b[\s:#.]*)?", re.IGNORECASE
    ),
    "purchase_order": re.compile(
        r"(?:purchase[\s-]*order|p\.?\s?o\.?(?![a-z]))[\s:#.-]*(?:(?:no|nr|number)\b[\s:#.]*)?", re.IGNORECASE
    ),
    "customer": re.compile(r"(?:customer|client)[\s:#.]+", re.IGNORECASE),
    "ticket": re.compile(r"ticket[\s:#.]+", re.IGNORECASE),
    "supplier": re.compile(r"(?:supplier|vendor)[\s:#.]+", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A record that a text may mean."""

    kind: spelling.Kind
    id: str

    def __str__(self) -> str:
        return f"order #{self.id}" if self.kind == "order" else f"{self.kind.replace('_', ' ')} {self.id}"


def product(snapshot: Snapshot, text: str) -> Product:
    """The product of a SKU in any spelling, or of a title or part of it."""
    wanted, sku = _product_id(snapshot, text)
    if sku is None:
        sku = _product_titled(snapshot, wanted)
    found = catalogue.product(snapshot, sku)
    if found is None:
        raise NotFoundError(f"product {sku!r} has just been removed: look it up again")
    return found


def location(snapshot: Snapshot, text: str) -> Location:
    """The location of this id, name or part of the name, in any case."""
    places = {one.id: one for one in catalogue.locations(snapshot)}
    return places[_by_name("location", clean(text), [Named(one.id, one.name) for one in places.values()])]


def supplier(snapshot: Snapshot, text: str) -> Supplier:
    """The supplier of this id, name or part of the name, in any case."""
    known = {one.id: one for one in purchasing.suppliers(snapshot)}
    wanted = _without_lead("supplier", clean(text))
    return known[_by_name("supplier", wanted, [Named(one.id, one.name) for one in known.values()])]


def order(snapshot: Snapshot, text: str, *, number_must_be_clear: bool = False) -> Order:
    """The order of ``#1042``, ``1042`` or ``order 1042``.

    `number_must_be_clear`: a bare number that is also a purchase order's raises AmbiguousError.
    """
    order_id = _id(snapshot, "order", text, rival="purchase_order" if number_must_be_clear else None)
    found = orders.order(snapshot, order_id)
    if found is None:
        raise NotFoundError(f"order {order_id!r} has just been removed: look it up again")
    return found


def purchase_order(snapshot: Snapshot, text: str, *, number_must_be_clear: bool = False) -> PurchaseOrder:
    """The purchase order of ``PO-77``, ``po 77`` or ``77``.

    `number_must_be_clear`: a bare number that is also a customer's order raises AmbiguousError.
    """
    rival: spelling.Kind | None = "order" if number_must_be_clear else None
    found = purchasing.purchase_order(snapshot, _id(snapshot, "purchase_order", text, rival=rival))
    if found is None:
        raise NotFoundError(f"purchase order {text!r} has just been removed: look it up again")
    return found


def ticket(snapshot: Snapshot, text: str) -> Ticket:
    """The ticket of ``T-501``, ``501`` or ``ticket 501``."""
    found = customers.ticket(snapshot, _id(snapshot, "ticket", text))
    if found is None:
        raise NotFoundError(f"ticket {text!r} has just been removed: look it up again")
    return found


def customer(snapshot: Snapshot, text: str) -> Customer:
    """The customer of an id, a whole e-mail address, or words of a name.

    A surname must be known whole; candidates name people by first name and initial only.
    """
    text = clean(text)
    ids = _ids_of_kind(snapshot, "customer", text)
    wanted = _without_lead("customer", text)
    if not ids and "@" in wanted:
        ids = [one.id for one in customers.customers_by_email(snapshot, wanted)]
    elif not ids and not _NUMBER.fullmatch(wanted):
        ids = [one.id for one in customers.customers_named(snapshot, wanted.split())]
        if not ids:
            names = (Named(*row) for row in customers.customer_names(snapshot))
            ids = [one.id for one in closest_people(wanted, list(names))]
    found = [one for key in ids if (one := customers.customer(snapshot, key)) is not None]
    return _only("customer", wanted, found, lambda one: f"{one.id} {short_name(one.name)}", list)


def reference(snapshot: Snapshot, text: str) -> Reference:
    """What an id means when nothing says which kind it is of: ``PO-77``, ``#1042``, ``T-501``, ``77``.

    A number that is the id of two records raises AmbiguousError; a name raises NotFoundError.
    """
    wanted = clean(text)
    kinds: tuple[spelling.Kind, ...] = ("order", "purchase_order", "ticket", "product", "customer")
    led = [kind for kind in kinds if _without_lead(kind, wanted) != wanted]
    found = [Reference(kind, key) for kind in led or kinds for key in _ids_of_kind(snapshot, kind, wanted)]
    return _only("record", wanted, found, str, list)


def clean(text: str) -> str:
    """A text with ordinary spaces only; raises ToolInputError for empty, overlong or unprintable text."""
    words = " ".join(unicodedata.normalize("NFKC", text).split())
    if not words:
        raise ToolInputError("an empty text names nothing")
    if len(words) > MAX_TEXT:
        raise ToolInputError(f"a text of {len(words)} characters names nothing; use the id or a few words")
    if not words.isprintable():
        raise ToolInputError("the text holds control characters; write the id or the name plainly")
    return words


def _product_id(snapshot: Snapshot, text: str) -> tuple[str, str | None]:
    text = clean(text)
    ids = _ids_of_kind(snapshot, "product", text)
    wanted = _without_lead("product", text)
    if not ids and _NUMBER.fullmatch(wanted):
        _ask_about_number(snapshot, wanted)
    if not ids and " " in wanted:  # a candidate as we list it: "MUG-01 Blue Stoneware Mug"
        first = catalogue.product(snapshot, wanted.split()[0])
        if first is not None and wanted.casefold() == f"{first.sku} {first.title}".casefold():
            ids = [first.sku]
    if len(ids) > 1:
        known = catalogue.products(snapshot, ids)
        _ask("product", wanted, [_listed(sku, known[sku].title) for sku in ids])
    return wanted, ids[0] if ids else None


def _ask_about_number(snapshot: Snapshot, number: str) -> NoReturn:
    """A bare number that is no SKU is never taken for a part of a SKU or title: it asks, or finds nothing."""
    ending = catalogue.products(snapshot, spelling.ids_ending(snapshot, "product", number)).values()
    rows = [(one.sku, one.title) for one in ending] + catalogue.titles_with(snapshot, [number])
    if rows:
        _ask("product", number, [_listed(*row) for row in dict.fromkeys(rows)])
    raise NotFoundError(f"no product has the SKU {number!r}; give the whole SKU or words of the title")


def _product_titled(snapshot: Snapshot, text: str) -> str:
    rows = [Named(*row) for row in catalogue.titles_with(snapshot, text.split(), limit=MAX_CANDIDATES + 1)]
    exact = [one for one in rows if one.name.casefold() == text.casefold()]
    if exact or rows:
        return _only("product", text, exact or rows, str, list).id
    known = [Named(*row) for row in catalogue.titles(snapshot)]
    return _only("product", text, closest(text, known), str, lambda: nearest(text, known)).id


def _id(snapshot: Snapshot, kind: spelling.Kind, text: str, *, rival: spelling.Kind | None = None) -> str:
    wanted = clean(text)
    if rival is not None and _NUMBER.fullmatch(wanted):
        both = [Reference(one, key) for one in (kind, rival) for key in _ids_of_kind(snapshot, one, wanted)]
        if len({one.kind for one in both}) > 1:
            _ask("record", wanted, [str(one) for one in both])
    found = [Reference(kind, key) for key in _ids_of_kind(snapshot, kind, wanted)]
    return _only(kind.replace("_", " "), wanted, found, str, lambda: _elsewhere(snapshot, kind, wanted)).id


def _elsewhere(snapshot: Snapshot, kind: spelling.Kind, text: str) -> list[str]:
    """Records of another kind that a text would name: an operator mixes up orders and purchase orders."""
    others: tuple[spelling.Kind, ...] = ("order", "purchase_order", "ticket")
    return [
        str(Reference(one, key)) for one in others if one != kind for key in _ids_of_kind(snapshot, one, text)
    ]


def _ids_of_kind(snapshot: Snapshot, kind: spelling.Kind, text: str) -> list[str]:
    return _ids(snapshot, kind, text) or _ids(snapshot, kind, _without_lead(kind, text))


def _ids(snapshot: Snapshot, kind: spelling.Kind, text: str) -> list[str]:
    """Ids that a text spells, exactly first; else, for a bare number, ids that end with it."""
    if spelling.is_id(snapshot, kind, text):
        return [text]
    spelled = spelling.ids_spelled(snapshot, kind, text)
    number = text.lstrip("#").strip()
    if not spelled and kind != "product" and _NUMBER.fullmatch(number):
        return spelling.ids_ending(snapshot, kind, number)
    return spelled


def _without_lead(kind: spelling.Kind, text: str) -> str:
    lead = _LEAD[kind].match(text)
    rest = text[lead.end() :].strip() if lead else ""
    if kind == "purchase_order" and not _NUMBER.fullmatch(rest):
        return text  # 'PO-77A' and 'Portable': the letters are part of the id
    return rest or text


def _by_name(kind: str, text: str, known: Sequence[Named]) -> str:
    same = [one for one in known if one.id == text]
    folded = [one for one in known if text.casefold() in (one.id.casefold(), one.name.casefold())]
    found = same or folded or matching(text, known) or closest(text, known)
    return _only(kind, text, found, str, lambda: nearest(text, known) or [str(one) for one in known]).id


def _only(
    kind: str, text: str, found: Sequence[T], listed: Callable[[T], str], others: Callable[[], Sequence[str]]
) -> T:
    if len(found) == 1:
        return found[0]
    if found:
        _ask(kind, text, [listed(one) for one in found])
    suggestions = list(others())[:MAX_CANDIDATES]
    hint = f"; nearest: {'; '.join(suggestions)}" if suggestions else ""
    raise NotFoundError(f"no {kind} matches {text!r}{hint}")


def _ask(kind: str, text: str, candidates: Sequence[str]) -> NoReturn:
    shown = list(candidates)[:MAX_CANDIDATES]
    more = " and more" if len(candidates) > MAX_CANDIDATES else ""
    raise AmbiguousError(
        f"{text!r} could be more than one {kind}: {'; '.join(shown)}{more}. Which one?", shown
    )


def _listed(sku: str, title: str) -> str:
    return f"{sku} {title}"
