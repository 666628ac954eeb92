"""What the rules would say to an edit of a waiting action: judged as it would be filed, nothing written."""

from __future__ import annotations

from dataclasses import dataclass

from policies.decision import Verdict
from shop.actions import Action
from shop.errors import AccessDeniedError, ConflictError
from shop.money import Money
from shop.people import Principal
from tools.approving import check_edit
from tools.filing import Bench, Session, asked_by, check_requester, judge, trusted
from tools.ledger import waiting
from tools.ledger.states import Card, State


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to an edit that was not made: the verdict, its words, its value and its card."""

    verdict: Verdict
    words: str
    money: Money | None
    card: Card


def tried(bench: Bench, approval_id: str, action: Action, person: Principal) -> Trial:
    """Judge an edit of a waiting action as if this person had made it.

    Raises AccessDeniedError and InvalidActionError as the edit itself would, ConflictError when nothing
    waits any more, and NotFoundError.
    """
    bench.admit(person)
    if not person.is_human:
        raise AccessDeniedError("only a person edits a waiting request")
    check_requester(person)
    action = trusted(action)
    with bench.db.reading() as snapshot:
        old = waiting.get(snapshot, bench.tenant, approval_id).action
        if old.state is not State.PENDING:
            raise ConflictError(f"{approval_id} is {old.state.value} already: {old.reason}")
        check_edit(old, action)
        session = Session(person, old.conversation, old.run, old.tainted)
        judgement = judge(snapshot, bench, action, asked_by(bench, session, old.id))
    facts = judgement.facts
    return Trial(judgement.decision.verdict, judgement.reason, facts.money, facts.card(action))
