"""Speaking with a customer at a door: who they are, what they are asked, and what follows on their yes."""

from __future__ import annotations

from app.bootstrap import House
from shop.errors import ConflictError
from shop.people import Principal
from tools.desk import Submission
from tools.identity import Question
from tools.ledger.states import ActionView


def identify(
    house: House,
    conversation: str,
    *,
    email: str | None = None,
    name: str | None = None,
    postcode: str | None = None,
) -> str:
    """Match the customer of a conversation, tell it, and give the customer's id; raises as verify does."""
    customer = house.desk.identity.verify(conversation, email=email, name=name, postcode=postcode)
    by = "e-mail address" if email is not None else "name and postcode"
    house.conversations.tell(conversation, f"The customer is {customer}, identified by {by}.")
    return customer


def questions(house: House, conversation: str) -> list[Question]:
    """What the customer of a conversation is still asked to agree to, each action once, as first asked."""
    found: dict[str, Question] = {}
    filed = house.desk.actions(conversation=conversation)
    for at, view in enumerate(filed):
        asked = house.desk.identity.question(view.id)
        if asked is not None and not any(_is_same(view, later) for later in filed[at + 1 :]):
            found[asked.digest] = asked
    return list(found.values())


def agreed(house: House, action_id: str, person: Principal) -> Submission:
    """Record the customer's yes to what was put to them, submit exactly that, and tell the conversation.

    Raises AccessDeniedError for anybody but the person whose conversation it is, ConflictError where no yes
    is waited for, and as submit does.
    """
    view = house.desk.status(action_id)
    if view.conversation is None:
        raise ConflictError(f"{view.id} was not asked for in a conversation")
    house.conversations.check_owner(view.conversation, person)
    action, session = house.desk.identity.agree(view.id, person)
    outcome = house.desk.submit(action, session)
    kind = view.kind.replace("_", " ")
    house.conversations.tell(view.conversation, f"The customer agreed ({kind}): {outcome.in_words()}")
    return outcome


def _is_same(refused: ActionView, later: ActionView) -> bool:
    """Whether a refused action was filed again later: that one stands for it, whatever became of it."""
    return later.is_of(refused.action)
