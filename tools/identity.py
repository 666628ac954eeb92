"""Who is on the other side of a conversation with a customer, and what exactly they agreed to.

Both are facts that code establishes: a match against the store's records, and the digest of one action. No
sentence in a prompt and no argument of a tool can claim either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.judge import Decision, Verdict, decide
from shop.action import Action
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError, NotFoundError
from shop.model import Customer
from shop.people import Principal
from shop.store.database import Snapshot, Transaction
from shop.store.reads import customers
from tools.facts import gather
from tools.filing import Bench, Session, asked_by, session_again, trusted
from tools.ledger import chain, rows, talks
from tools.ledger.states import ActionView, CardLine, State

MAX_ATTEMPTS: Final = 5
"""After so many attempts that matched nobody, a person has to take over."""

_DIGEST_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to a customer: the action in words and figures, and what follows on a yes.

    `digest` names exactly this action; `decision` is what the rules would answer with the yes.
    """

    action_id: str
    title: str
    lines: tuple[CardLine, ...]
    digest: str
    decision: Decision


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

    def talk(self, conversation: str) -> talks.Talk | None:
        """The conversation with a customer and whom code has matched in it; None for any other one."""
        with self._bench.db.reading() as snapshot:
            return talks.talk(snapshot, conversation)

    def question(self, action_id: str) -> Question | None:
        """What the customer is to be asked: an action that was refused for want of their yes alone.

        None for every other action: the rules would refuse it with a yes too, nobody was identified, or the
        yes was given: a second click on it is no second action.
        """
        with self._bench.db.reading() as snapshot:
            return _asked(snapshot, self._bench, rows.get(snapshot, self._bench.tenant, action_id))

    def agree(self, action_id: str, person: Principal) -> tuple[Action, Session]:
        """The customer said yes to exactly the action that was put to them; gives what is to be submitted.

        For doors only, where `person` heard the yes. Raises ConflictError if the action, as the books
        stand now, is nothing that a yes would let through.
        """
        self._bench.admit(person)
        if not person.is_human:
            raise AccessDeniedError(f"{person.name} cannot hear a customer's yes; a person records it")
        # Looked at and noted in one transaction: between the two, another click could have been served whole.
        with self._bench.db.writing() as tx:
            view = rows.get(tx, self._bench.tenant, action_id)
            asked = _asked(tx, self._bench, view)
            if asked is None:
                raise ConflictError(f"{action_id} does not wait for a customer's yes; ask for it again")
            self._consent(tx, str(view.conversation), asked.digest, by=person.id)
        return view.action, session_again(view)

    def consent(self, conversation: str, digest: str, *, by: str = "") -> None:
        """The identified customer said yes to the action of this digest, as it was shown; it counts once.

        `by` is the id of the person who heard it, empty where the customer told the door itself. For doors
        only: what a model says cannot give it. Raises AccessDeniedError before the customer is identified,
        ConflictError for a conversation that is not with a customer.
        """
        if len(digest) != _DIGEST_LENGTH:
            raise InvalidActionError(
                "a consent is to the digest of one action, 64 hexadecimal digits: give the one that was shown"
            )
        with self._bench.db.writing() as tx:
            self._consent(tx, conversation, digest, by=by)

    def digest_of(self, action: Action) -> str:
        """The digest that a customer who is shown this action agrees to; raises InvalidActionError."""
        return trusted(action).digest(self._bench.tenant)

    def _consent(self, tx: Transaction, conversation: str, digest: str, *, by: str) -> None:
        known = self._talk(tx, conversation)
        if known.customer is None:
            raise AccessDeniedError("identify the customer before asking for consent")
        talks.consent(tx, conversation, digest, self._bench.ids("yes"), self._bench.clock())
        heard = {"by": by} if by else {}
        self._record(tx, "consent.given", conversation, customer=known.customer, **heard)

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
            raise ConflictError("this is no conversation with a customer: open one first")
        return known

    def _record(self, tx: Transaction, event: str, conversation: str, **body: str) -> None:
        bench = self._bench
        actor = chain.Actor("system", "identity")
        body = {"conversation": conversation, **body}
        chain.append(tx, bench.tenant, bench.clock(), actor, event, body=body)


def _asked(snapshot: Snapshot, bench: Bench, view: ActionView) -> Question | None:
    if view.state is not State.DENIED or talks.talk(snapshot, view.conversation) is None:
        return None
    return None if _stands(snapshot, bench, view) else _question(snapshot, bench, view)


def _stands(snapshot: Snapshot, bench: Bench, view: ActionView) -> bool:
    """Whether the action was filed again after its refusal and not refused: the yes to it was given."""
    filed = rows.in_states(snapshot, bench.tenant, tuple(State), conversation=view.conversation)
    later = (one for one in filed if one.created_at >= view.created_at and one.state is not State.DENIED)
    return any(one.is_of(view.action) for one in later)


def _question(snapshot: Snapshot, bench: Bench, view: ActionView) -> Question | None:
    session = session_again(view)
    rules = bench.policies.at(snapshot).active
    facts = gather(snapshot, view.action, asked_by(bench, session), rules.window_facts(view.kind))
    known = (facts.values.get("identity"), facts.values.get("consent"))
    if known != ("this_customer", "missing"):
        return None
    decision = decide(rules, view.kind, {**facts.values, "consent": "given"}, (), facts.places)
    if decision.verdict is Verdict.DENY:
        return None
    card = facts.card(view.action)
    return Question(view.id, card.title, card.lines, view.action.digest(bench.tenant), decision)


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
