"""Signs of fraud as facts: how old an account is, where an order goes, what was asked for again and again.

None of them proves anything, so no shipped rule denies on one: a person is asked. What was done is counted
over all conversations and operators, by the desk's own record of what was done or is under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from shop.actions import ChangeCustomerAddress, ChangeOrderAddress
from shop.countries import same_country
from shop.model import Order
from shop.store.reads import customers
from tools.facts.gathering import Gathered, Scene
from tools.ledger import rows

ADDRESS_KINDS: Final = (ChangeOrderAddress.kind, ChangeCustomerAddress.kind)
ADDRESS_DAYS: Final = 30
RESHIP_DAYS: Final = 90


def add_account(order: Order, scene: Scene, into: Gathered) -> None:
    """The age of the account in days, nought if unknown, and whether the order goes to another country.

    An order that tells no country goes to its customer's, and an unknown country differs from none.
    """
    who = None if order.customer is None else customers.customer(scene.snapshot, order.customer)
    if who is None:
        return
    opened = who.created_on
    into.values["customer.age_days"] = 0 if opened is None else max(0, (scene.today - opened).days)
    there, home = order.ship_country.strip(), who.country.strip()
    into.values["country_differs"] = bool(there and home) and not same_country(there, home)


def asked_lately(kinds: Sequence[str], days: int, scene: Scene, into: Gathered) -> int:
    """How many actions of some kinds were done or are under way for the customer in so many days, with this.

    A guest's action is the only one that is known of them.
    """
    if into.customer is None:
        return 1
    since = scene.asked.now - timedelta(days=days)
    done = rows.done_for(scene.snapshot, scene.asked.tenant, kinds, into.customer, since)
    return sum(one != scene.asked.action_id for one in done) + 1
