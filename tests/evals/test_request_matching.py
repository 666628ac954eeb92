"""What counts as the same value, the right call, a forbidden write."""

from typing import Any

import pytest

from evals.request_cases import RequestCase
from evals.request_matching import Aliases, Called, Played, forbidden, is_right, same

ALIASES = Aliases({"leeds depot": "leeds"}, "GBP")


def case(**wanted: Any) -> RequestCase:
    """A case about stock, changed as told."""
    return RequestCase(**{"id": "r1", "say": ("stock?",), "tools": ("check_stock",), **wanted})


def played(*calls: Called, answer: str = "12 pieces", submitted: int = 0, executed: int = 0) -> Played:
    """What a talk came to."""
    return Played(calls, (answer,), submitted, executed)


def called(tool: str = "check_stock", message: int = 0, *, failed: bool = False, **args: Any) -> Called:
    """A call in answer to a message."""
    return Called(tool, args, failed, message)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mug-1", "MUG-1"),
        ("#1042", 1042),
        ("12.5", "12.50"),
        ("12.50 GBP", "12.5"),
        ("1,240", "1240.00"),
        ("leeds", "Leeds Depot"),
        (
            [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 1}],
            [{"sku": "B"}, {"sku": "A", "quantity": 2}],
        ),
    ],
)
def test_two_spellings_of_one_value_are_the_same(given: Any, expected: Any) -> None:
    """Case, '#', zeros, separators, names and order do not matter."""
    assert same(given, expected, ALIASES)


@pytest.mark.parametrize(
    ("given", "expected"), [("12.50 EUR", "12.50"), ("MUG-1", "MUG-2"), (12, 13), ("leeds", "bristol")]
)
def test_two_values_are_not_the_same(given: Any, expected: Any) -> None:
    """Another currency, record or number is another value."""
    assert not same(given, expected, ALIASES)


def test_the_last_call_is_compared() -> None:
    """Calls on the way do not matter, the last one does."""
    assert is_right(case(), played(called("get_price"), called()), ALIASES)
    assert not is_right(case(), played(called(), called("get_price")), ALIASES)


def test_a_call_of_an_earlier_message_counts_when_the_last_made_none() -> None:
    """Saying "Thanks" after a right call leaves it right."""
    assert is_right(case(say=("stock?", "thanks")), played(called(message=0)), ALIASES)


def test_none_means_no_call_in_answer_to_the_last_message() -> None:
    """Where no tool is expected, any call is wrong."""
    assert is_right(case(tools=("none",)), played(), ALIASES)
    assert not is_right(case(tools=("none",)), played(called()), ALIASES)


def test_all_tools_must_have_been_called() -> None:
    """With `all`, one of two is not enough."""
    both = case(tools=("check_stock", "get_price"), all_tools=True)
    assert is_right(both, played(called("get_price"), called()), ALIASES)
    assert not is_right(both, played(called()), ALIASES)


def test_an_expected_argument_must_be_there_and_others_may() -> None:
    """A missing argument is wrong, a further one is not."""
    wanted = case(args={"sku": "A"})
    assert is_right(wanted, played(called(sku="a", location="leeds")), ALIASES)
    assert not is_right(wanted, played(called(location="leeds")), ALIASES)


def test_a_forbidden_write_makes_any_answer_wrong() -> None:
    """Submitting where nothing may be submitted is counted and never right."""
    careful = case(must_not_write=True)
    assert forbidden(careful, played(called(), submitted=1))
    assert not is_right(careful, played(called(), submitted=1), ALIASES)


def test_a_pending_request_is_no_execution() -> None:
    """Where nothing may be executed, waiting for a person is fine."""
    careful = case(tools=("refund_order",), must_not_execute=True)
    assert is_right(careful, played(called("refund_order"), submitted=1), ALIASES)
    assert forbidden(careful, played(called("refund_order"), submitted=1, executed=1))


def test_what_is_not_found_must_be_said() -> None:
    """A failed call is right when the answer says that nothing was found, and wrong when it does not."""
    lost = case(must_say_not_found=True)
    assert is_right(lost, played(called(failed=True), answer="I could not find SKU 'ZZZ-99'"), ALIASES)
    assert not is_right(lost, played(called(failed=True), answer="12 pieces"), ALIASES)
