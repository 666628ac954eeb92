"""Shopify's customers export, current and older; customers are known by their e-mail address."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shop.imports import cells
from shop.imports.cells import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shop.imports.shopify.tally import Source
    from shop.store.loading import Row


@dataclass(slots=True)
class Customers:
    """All customers of the files; `ids` are those that the store gave to e-mail addresses before."""

    ids: dict[str, str]
    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, row: Mapping[str, str], source: Source) -> None:
        """Take one row in; raises CellError with the reason when it cannot be used."""
        email = plain_email(row["email"])
        shopify_id = row["id"]
        if not email and not shopify_id:
            raise CellError("neither a customer id nor an e-mail address")
        if shopify_id and not (shopify_id.isascii() and shopify_id.isdigit() and len(shopify_id) <= 40):  # noqa: PLR2004
            raise CellError("the customer id is not a number")
        own = f"C-{shopify_id}" if shopify_id else id_of_email(email)
        key = self.ids.setdefault(email, own) if email else own
        customer: Row = {
            "id": key,
            "name": cells.plain_text(f"{row['first_name']} {row['last_name']}", 200),
            "email": email or None,
            "phone": cells.plain_text(row["phone"] or row["address_phone"], 80),
            "street": cells.plain_text(f"{row['street']} {row['street2']}", 200),
            "city": cells.plain_text(row["city"], 120),
            "postcode": cells.plain_text(row["zip"], 40),
            "country": cells.plain_text(row["country"], 80),
        }
        known = self.rows.setdefault(key, customer)
        if known is customer:
            source.count("customer")
        elif known == customer:
            source.count("duplicate")
        else:
            raise CellError("this customer stands on another row already, with other details")

    def of_order(self, email: str) -> str | None:
        """The id of the customer behind an order's e-mail address; None without one."""
        return self.ids.setdefault(email, id_of_email(email)) if email else None


def plain_email(cell: str) -> str:
    """An e-mail address for comparing: lower case, at most 200 characters; raises CellError.

    >>> plain_email(" Ann@Example.org ")
    'ann@example.org'
    """
    email = cell.strip().lower()
    if email and ("@" not in email or len(email) > 200 or any(letter.isspace() for letter in email)):  # noqa: PLR2004
        raise CellError("the e-mail address is none")
    return email


def id_of_email(email: str) -> str:
    """The id of a customer of whom only the address is known: stable, and not the address itself."""
    return f"C-{hashlib.sha256(email.encode()).hexdigest()[:12]}"
