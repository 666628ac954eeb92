"""The weights kept beside the phrasebook, and both ways of weighing heard together."""

import numpy as np
import pytest

from agent.offline.likelihood import known, signs_of, together
from agent.offline.regression import Regression, digest_of, kept_digest, regression


def test_the_kept_weights_are_those_of_the_phrasebook() -> None:
    """Whoever changes the phrasebook finds the weights anew: python -m evals.request_weights."""
    assert kept_digest() == digest_of((tool, sorted(signs_of(phrase))) for tool, phrase in known())


def test_every_tool_of_the_phrasebook_has_weights() -> None:
    """No tool is left without a column."""
    assert set(regression().of(signs_of("cancel <order_id>"))) == {tool for tool, _ in known()}


def test_words_that_no_phrase_holds_tell_nothing() -> None:
    """Without a known sign there is no opinion."""
    assert regression().of({"zzz"}) == {}


def test_the_odds_of_a_sign_are_the_powers_of_its_weights() -> None:
    """One weight of 2 against 0, counted three times: odds of e to the sixth."""
    weighed = Regression(["a", "b"], ["x"], np.array([[2, 0]], dtype=np.int8), step=1.0).of({"x"})
    assert weighed["a"] - weighed["b"] == pytest.approx(6.0)
    assert sum(np.exp(list(weighed.values()))) == pytest.approx(1.0)


def test_what_both_ways_find_likely_is_likelier_than_what_one_does() -> None:
    """A tool that only one way is sure of falls behind one that both think possible."""
    shares = together({"a": 0.6, "b": 0.4}, {"a": np.log(0.01), "b": np.log(0.99)})
    assert next(iter(shares)) == "b"
    assert sum(shares.values()) == pytest.approx(1.0)
