"""What kind of answer a question wants, whether a passage has one, and what only the books can tell."""

import pytest

from tools.knowledge.answer_kinds import asks_the_books, lacks_answer
from tools.knowledge.evidence import POINTED_BY, Evidence, direction, points_to

CASSEROLE = "Enamelled casseroles. Warm water and mild soap. Let the pot cool first."
SUPPLIER = "Supplier: Northwind. Lead time 12 days. Minimum order 250.00 GBP. The kiln is closed in August."


@pytest.mark.parametrize(
    "question",
    [
        "how heavy is the casserole",
        "how big is the casserole",
        "how many litres does the casserole hold",
        "what does the casserole cost",
        "when was the casserole first made",
        "who designed the casserole",
        "which colours does the casserole come in",
        "what is the maker's telephone number",
        "how long do i soak the casserole",
    ],
)
def test_an_answer_of_a_kind_that_no_passage_has_is_lacking(question: str) -> None:
    """A mass, a size, a count, a price, a date, a maker, a colour, a number to ring and a span are missed."""
    assert lacks_answer(question, [CASSEROLE])


@pytest.mark.parametrize(
    "question",
    [
        "how long does northwind take",
        "how much must we order at northwind",
        "when is the kiln closed",
        "how many days is the lead time",
        "may i put it in the dishwasher",
    ],
)
def test_an_answer_that_may_be_there_is_not_lacking(question: str) -> None:
    """Where a passage has something of the kind, or no kind is asked for, nothing is missed."""
    assert not lacks_answer(question, [CASSEROLE, SUPPLIER])


@pytest.mark.parametrize(
    ("question", "books"),
    [
        ("how many caps do we have right now", True),
        ("has order 1042 shipped yet", True),
        ("what did we sell yesterday", True),
        ("does it still leave today", False),
        ("found it cheaper last week, do you match", False),
        ("may i refund order 1042 after 41 days", False),
    ],
)
def test_the_state_of_things_is_asked_of_the_books(question: str, books: bool) -> None:
    """How things stand now or stood then is no guide's matter; what one may do about it is."""
    assert asks_the_books(question) is books


def test_what_is_lacking_and_what_the_books_tell_speak_against_an_answer() -> None:
    """Of questions that are alike in all else, the guides answer the one that neither holds back."""
    alike = (4.0, 3.0, 3.0, 3.0, 0.5, 2)
    assert Evidence(*alike).answers
    assert not Evidence(*alike, lacks=True).answers
    assert not Evidence(*alike, books=True).answers


def test_the_direction_is_only_the_shipped_models() -> None:
    """In the vectors of another embedder the shipped direction says nothing, so it is not asked."""

    class Other:
        id = "other"

    assert points_to(Other(), direction()) is None  # type: ignore[arg-type]  # it is not asked for vectors
    Other.id = POINTED_BY
    assert (points_to(Other(), direction()) or 0.0) > 0  # type: ignore[arg-type]  # as above
