"""What a question's words are read as before the guides are searched."""

import pytest

from tools.knowledge.guide import Section, guide_of
from tools.knowledge.words import WordIndex


@pytest.fixture
def index() -> WordIndex:
    """The words of one guide, which speaks of bins and of an SKU."""
    text = "Bin bags hang on hooks. Empty BIN-20L on Mondays. Write to customers."
    return WordIndex(guide_of("bins.md", {}, [Section("", text)], title="Bins").passages)


@pytest.mark.parametrize(
    "question",
    [
        "how do I empty BIN-20L",
        "where is RMA-500",
        "what about PO-9",
        "CUSTOMRS-20",
        "pong-proof",
        "grand opening",
        "papers for customs",
        "bin bags",
    ],
)
def test_codes_and_the_words_of_guides_stay_as_they_are(index: WordIndex, question: str) -> None:
    """What is joined to a hyphen or a digit, and what the guides say themselves, is not replaced."""
    assert index.repaired(question) == question


def test_a_code_beside_words_of_the_street_is_still_a_code(index: WordIndex) -> None:
    """A question in plain words still names the code of a passage."""
    said = index.repaired("can I chuck BIN-20L")
    assert said == "can I throw away BIN-20L"
    assert index.names_a_code_of(said, 0)


def test_words_of_the_trade_are_put_plainly(index: WordIndex) -> None:
    """A word that the guides do not use is read as what it means, a slip as the word of the guides."""
    assert index.repaired("an RMA for customrs") == "an return for customers"
