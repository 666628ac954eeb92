"""Who is on the other side of a conversation with a customer, and what exactly they agreed to.

Both are facts that code establishes: a match against the store's records, and the digest of one action. No
sentence in a prompt and no argument of a tool can claim either.
"""

from __future__ import annotations

from typing import Final

from shop.action import Action
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.model import Customer
from shop.store.database import Snapshot, Transaction
from shop.store.reads import customers
from tools.filing import Bench, trusted
from tools.ledger import chain, talks

MAX_ATTEMPTS: Final = 5
"""After so many attempts that matched nobody, a person has to take over."""

_DIGEST_LENGTH: Final = 64


class Identity:
    """Opens conversations with customers, identifies them, and records what they agree to."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def open(self, conversation: str) -> None:
        """From now on every action of this conversation needs identity and consent."""
        with self._bench.db.writing() as tx:
            talks.open_talk(tx, conversation, self._bench.clock())

    def verify(
        self,
        conversation: str,
        *,
        email: str | None = None,
        name: str | None = None,
        postcode: str | None = None,
    ) -> str:
        """Match the customer of a conversation by e-mail address, or by name and postcode; gives the id.

        Raises NotFoundError if nobody, or more than one, fits, AccessDeniedError for a second customer and
        after too many attempts, ConflictError for a conversation that is not with a customer.
        """
        with self._bench.db.writing() as tx:
            found = self._matched(tx, conversation, email, name, postcode)
        # The failure is counted and committed before it is raised.
        if found is None:
            raise NotFoundError(
                "no customer matches; ask for the account's e-mail address, or the full name and postcode"
            )
        return found

    def consent(self, conversation: str, digest: str) -> None:
        """The identified customer said yes to the action of this digest, as it was shown; it counts once.

        For doors only: what a model says cannot give it. Raises AccessDeniedError before the customer is
        identified, ConflictError for a conversation that is not with a customer.
        """
        if len(digest) != _DIGEST_LENGTH:
            raise InvalidActionError("a consent is to the digest of one action, 64 hexadecimal digits")
        with self._bench.db.writing() as tx:
            known = self._talk(tx, conversation)
            if known.customer is None:
                raise AccessDeniedError("identify the customer before asking for consent")
            talks.consent(tx, conversation, digest, self._bench.ids("yes"), self._bench.clock())
            self._record(tx, "consent.given", conversation, customer=known.customer)

    def digest_of(self, action: Action) -> str:
        """The digest that a customer who is shown this action agrees to; raises InvalidActionError."""
        return trusted(action).digest(self._bench.tenant)

    def _matched(
        self, tx: Transaction, conversation: str, email: str | None, name: str | None, postcode: str | None
    ) -> str | None:
        known = self._talk(tx, conversation)
        if known.customer is None and known.failed >= MAX_ATTEMPTS:
            raise AccessDeniedError(f"{known.failed} attempts matched nobody; a person must take over")
        found, by = _match(tx, email, name, postcode)
        if found is None:
            talks.count_failure(tx, known)
            return None
        if known.customer not in {None, found.id}:
            raise AccessDeniedError("this conversation is with another customer; open a new one")
        if known.customer is None:
            talks.identify(tx, conversation, found.id, by, self._bench.clock())
            self._record(tx, "customer.identified", conversation, customer=found.id, by=by)
        return found.id

    def _talk(self, snapshot: Snapshot, conversation: str) -> talks.Talk:
        known = talks.talk(snapshot, conversation)
        if known is None:
            raise ConflictError("this is no conversation with a customer")
        return known

    def _record(self, tx: Transaction, event: str, conversation: str, **body: str) -> None:
        bench = self._bench
        actor = chain.Actor("system", "identity")
        body = {"conversation": conversation, **body}
        chain.append(tx, bench.tenant, bench.clock(), actor, event, body=body)


def _match(
    snapshot: Snapshot, email: str | None, name: str | None, postcode: str | None
) -> tuple[Customer | None, str]:
    """The only customer that fits, and by what; several that fit are nobody."""
    if email is not None and name is None and postcode is None:
        found, by = customers.customers_by_email(snapshot, email.strip()), "email"
    elif email is None and name is not None and postcode is not None:
        found = [
            one
            for one in customers.customers_named(snapshot, name.split(), limit=200)
            if _plain(one.name) == _plain(name) and one.postcode and _plain(one.postcode) == _plain(postcode)
        ]
        by = "name_postcode"
    else:
        raise InvalidActionError("give an e-mail address, or a name and a postcode")
    return (found[0] if len(found) == 1 else None), by


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
