"""What all of the API has in common: money, pages of a list, problems, the shape of what comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.web.places import number_at
from shop.errors import InvalidActionError
from shop.money import Money
from tools.desk import Submission

T = TypeVar("T")

PAGE: Final = 50
MOST: Final = 200

_TEXT: Final = r"^[^\x00]*$"
"""PostgreSQL holds no NUL in a text."""

Words = Annotated[str, StringConstraints(max_length=100, pattern=_TEXT)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=_TEXT)
]
Note = Annotated[str, StringConstraints(max_length=2_000, pattern=_TEXT)]
Id = Annotated[str, Path(min_length=1, max_length=200, pattern=_TEXT)]
After = Annotated[
    str,
    Query(max_length=300, pattern=_TEXT, description="`next` of the page before; empty for the first"),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]


class Out(BaseModel):
    """Part of an answer; made from the attributes of what the house's own functions give."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class In(BaseModel):
    """Part of a request: an unknown field is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MoneyOut(Out):
    """An exact amount in major units, as text: ``{"amount": "12.50", "currency": "GBP"}``."""

    amount: str
    currency: str

    @model_validator(mode="before")
    @classmethod
    def _from_money(cls, value: Any) -> Any:
        if isinstance(value, Money):
            return {"amount": str(value.amount), "currency": value.currency}
        return value


class MoneyIn(In):
    """An amount in major units, as text so that no program rounds it."""

    amount: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    def money(self) -> Money:
        """The amount; raises MoneyError for an unknown currency or too many decimals."""
        return Money.of(self.amount, self.currency)


class Listed(BaseModel, Generic[T]):
    """A page of a list. `next` goes into `after` for the page behind it, null on the last."""

    items: list[T]
    next: str | None = None


class SubmissionOut(Out):
    """What became of something that was asked for or decided; `words` says it in one sentence."""

    action_id: str
    kind: str
    state: str
    reason: str
    words: str
    approval_id: str | None
    duplicate: bool

    @classmethod
    def of(cls, done: Submission) -> SubmissionOut:
        """From the desk's answer."""
        return cls(
            action_id=done.action_id,
            kind=done.kind,
            state=done.state.value,
            reason=done.reason,
            words=done.in_words(),
            approval_id=done.approval_id,
            duplicate=done.duplicate,
        )


class Problem(BaseModel):
    """An error (RFC 9457). `error` is the kind of error, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    request_id: str = Field("", description="the same as in the header x-request-id and in the server's log")


_MEANING: Final = {
    400: "The request could not be read.",
    401: "No credential, or one that is not valid here.",
    403: "This credential may not do that.",
    404: "There is no such thing.",
    409: "The world has moved on: it was decided, changed or used already.",
    413: "The request is too large.",
    422: "A value does not fit; `detail` names it.",
    429: "Too many requests, or a cap is reached.",
    503: "The store, the rules or the model cannot be used at this moment.",
}
_PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problems() -> dict[int | str, dict[str, Any]]:
    """How any operation may fail, for the OpenAPI document."""
    return {status: {"description": words, "content": _PROBLEM} for status, words in _MEANING.items()}


def shown_args(value: Any) -> Any:
    """Arguments of an action with money as this API writes it.

    >>> shown_args({"price": {"minor": 1250, "cur": "GBP"}, "lines": [{"quantity": 2}]})
    {'price': {'amount': '12.50', 'currency': 'GBP'}, 'lines': [{'quantity': 2}]}
    """
    if isinstance(value, Mapping):
        if set(value) == {"minor", "cur"}:
            money = Money.from_json(dict(value))
            return {"amount": str(money.amount), "currency": money.currency}
        return {name: shown_args(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [shown_args(part) for part in value]
    return value


def taken_args(value: Any) -> Any:
    """Arguments of an action with money as the ledger writes it; raises MoneyError for no amount.

    >>> taken_args({"price": {"amount": "12.50", "currency": "GBP"}, "lines": [{"quantity": 2}]})
    {'price': {'minor': 1250, 'cur': 'GBP'}, 'lines': [{'quantity': 2}]}
    """
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"}:
            return Money.of(str(value["amount"]), str(value["currency"])).as_json()
        return {name: taken_args(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [taken_args(part) for part in value]
    return value


def place_in_list(after: str) -> int:
    """A place in a numbered list; raises InvalidActionError for what is none.

    >>> place_in_list(""), place_in_list("17")
    (0, 17)
    """
    found = number_at(after or "0")
    if found is None:
        raise InvalidActionError(f"{after!r} is no place in this list")
    return found
