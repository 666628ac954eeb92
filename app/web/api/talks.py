"""Speaking with a customer: who they are, what they are asked, and their yes to exactly one action."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints, model_validator

from app.bootstrap import House
from app.serving import agreed, identify, questions
from app.web.api.conversations import ConversationOut
from app.web.api.shapes import Id, In, Out, SubmissionOut
from app.web.asking import mine
from app.web.who import Asker, Caller, Opened
from shop.errors import AccessDeniedError, ConflictError, InvalidActionError
from shop.people import Principal
from shop.store.journal import RUNNING
from tools.identity import MAX_ATTEMPTS, Question

router = APIRouter(tags=["customers"])

Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]


class IdentifyIn(In):
    """What the customer says of themselves: the account's e-mail address, or full name and postcode."""

    email: Said | None = None
    name: Said | None = None
    postcode: Said | None = None

    @model_validator(mode="after")
    def _one_way(self) -> IdentifyIn:
        given = (self.email is not None, self.name is not None, self.postcode is not None)
        if given not in {(True, False, False), (False, True, True)}:
            raise ValueError("give email, or name and postcode")
        return self


class ConsentIn(In):
    """The action that the customer was asked about, and its digest as it was shown to them."""

    action_id: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FigureOut(Out):
    """A figure of the action: what it is, before and after."""

    label: str
    before: str
    after: str


class QuestionOut(Out):
    """What the customer is asked: the action in figures, and what the rules answer to their yes."""

    action_id: str
    title: str
    lines: list[FigureOut]
    digest: str
    on_a_yes: str

    @classmethod
    def of(cls, asked: Question) -> QuestionOut:
        """From the desk's question."""
        lines = [FigureOut.model_validate(one) for one in asked.lines]
        return cls(
            action_id=asked.action_id,
            title=asked.title,
            lines=lines,
            digest=asked.digest,
            on_a_yes=asked.decision.verdict.value,
        )


class TalkOut(Out):
    """A conversation with a customer; `customer` is null until code has matched them."""

    conversation: str
    customer: str | None
    attempts_left: int
    questions: list[QuestionOut]


@router.post("/conversations/with-customer", summary="Begin a conversation with a customer", status_code=201)
def begin(house: Opened, asker: Asker) -> ConversationOut:
    """From its first moment on every action in it needs the customer's identity and their yes."""
    conversation = house.conversations.start(_person(asker), with_customer=True)
    return ConversationOut.model_validate(house.conversations.journal.stream(conversation))


@router.get(
    "/conversations/{conversation_id}/customer", summary="Who the customer is, and what they are asked"
)
def spoken_with(house: Opened, caller: Caller, conversation_id: Id) -> TalkOut:
    """The questions are those that nothing but the customer's yes holds back; none while a turn goes on."""
    stream = mine(house, conversation_id, caller)
    return _talk(house, conversation_id, with_questions=stream.state != RUNNING)


@router.post("/conversations/{conversation_id}/customer", summary="Identify the customer")
def identified(house: Opened, asker: Asker, conversation_id: Id, said: IdentifyIn) -> TalkOut:
    """404 when nobody, or more than one, fits; five misses end it, and a second customer is refused."""
    mine(house, conversation_id, _person(asker))
    _talk(house, conversation_id, with_questions=False)
    identify(house, conversation_id, email=said.email, name=said.name, postcode=said.postcode)
    return _talk(house, conversation_id, with_questions=True)


@router.post("/conversations/{conversation_id}/consents", summary="Record the customer's yes")
def customer_agreed(house: Opened, asker: Asker, conversation_id: Id, said: ConsentIn) -> SubmissionOut:
    """To exactly what was shown, 409 when it reads otherwise by now; the action is then asked for again."""
    person = _person(asker)
    mine(house, conversation_id, person)
    if house.desk.status(said.action_id).conversation != conversation_id:
        raise InvalidActionError(f"{said.action_id} was not asked for in this conversation")
    asked = house.desk.identity.question(said.action_id)
    if asked is None or asked.digest != said.digest:
        raise ConflictError(
            f"{said.action_id} does not wait for a yes to this digest; read the questions again"
        )
    return SubmissionOut.of(agreed(house, said.action_id, person))


def _person(asker: Principal) -> Principal:
    """Only people hear what a customer says."""
    if not asker.is_human:
        raise AccessDeniedError(f"{asker.name} cannot speak with a customer; use the token of a person")
    return asker


def _talk(house: House, conversation: str, *, with_questions: bool) -> TalkOut:
    known = house.desk.identity.talk(conversation)
    if known is None:
        raise ConflictError("this conversation is not with a customer; begin one that is")
    asked = questions(house, conversation) if with_questions else []
    return TalkOut(
        conversation=conversation,
        customer=known.customer,
        attempts_left=max(MAX_ATTEMPTS - known.failed, 0),
        questions=[QuestionOut.of(one) for one in asked],
    )
