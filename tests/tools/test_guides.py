from pathlib import Path

import pytest

import shop.imports.sample
from shop.errors import SetupError
from tools.guide_index import index_of, passages_of
from tools.toolbox import Shop, call

SAMPLE = Path(shop.imports.sample.__file__).parent / "guides"

QUESTIONS = [
    ("what's our returns policy?", "returns.md"),
    ("how many days do customers have to send things back", "returns.md"),
    ("how do we handle a damaged delivery", "damaged-goods.md"),
    ("what are our rules on price matching", "price-matching.md"),
    ("what to do when a parcel is lost", "late-parcels.md"),
    ("what's the procedure for a stock count", "stock-count.md"),
    ("can a customer change the delivery address after shipping", "address-changes.md"),
    ("is the mug dishwasher safe", "care-stoneware.md"),
    ("do we ship gas canisters", "hazardous-goods.md"),
    ("lead time of Pennine Candle Works", "supplier-pennine.md"),
    ("who approves a new supplier", "supplier-approval.md"),
    ("how long is the warranty on a tent", "warranty.md"),
    ("too many pieces were delivered by the supplier", "receiving-goods.md"),
    ("how large may a price change be", "pricing.md"),
    ("recall of an unsafe product", "product-safety.md"),
]


@pytest.mark.parametrize(("question", "file"), QUESTIONS)
def test_questions_find_their_guide(question: str, file: str) -> None:
    """An operator's question finds the guide that answers it among the first three passages."""
    assert file in [one.file for one in index_of(SAMPLE).search(question, 3)]


@pytest.mark.parametrize(
    "question", ["what is the capital of France", "who won the world cup", "??", "the of a"]
)
def test_questions_beside_the_point_find_nothing(question: str) -> None:
    """A question that the guides do not touch finds nothing."""
    assert index_of(SAMPLE).search(question, 3) == []


def test_answer_says_where_and_how_old(shop: Shop) -> None:
    """A passage comes with its file, heading, audience and date."""
    answer = call(shop, "search_guides", {"question": "How many days for sending goods back?"})
    assert answer.result is not None
    (found,) = answer.result.model_dump(mode="json")["items"]
    assert found == {
        "file": "returns.md",
        "title": "Returns",
        "heading": "Returns > How long",
        "audience": "customer",
        "valid_from": "2026-01-01",
        "updated": "2026-09-14",
        "text": "You may send goods back within 30 days of delivery.",
    }


def test_nothing_found_is_said(shop: Shop) -> None:
    """When nothing is relevant the answer says so instead of guessing."""
    answer = call(shop, "search_guides", {"question": "who won the world cup"})
    assert answer.result is not None
    assert answer.result.model_dump()["note"] == "the guides say nothing about this"


def test_changed_guides_count_at_once(shop: Shop) -> None:
    """A changed, added or removed file is found by the next question."""
    assert shop.guides is not None
    question = {"question": "wholesale discount for hotels"}
    path = shop.guides / "wholesale.md"
    assert "say nothing" in str(call(shop, "search_guides", question).result)
    path.write_text("# Wholesale\nHotels get a wholesale discount of 20 %.\n", encoding="utf-8")
    assert "20 %" in str(call(shop, "search_guides", question).result)
    path.write_text("# Wholesale\nHotels get a wholesale discount of 25 %.\n", encoding="utf-8")
    assert "25 %" in str(call(shop, "search_guides", question).result)
    path.unlink()
    assert "say nothing" in str(call(shop, "search_guides", question).result)


def test_guides_without_front_matter() -> None:
    """A guide without front matter takes its title from the file's name."""
    (found,) = passages_of("stock-count.md", b"Count on Mondays.\n")
    assert (found.title, found.heading, found.updated) == ("stock count", "", None)


def test_headings_make_a_path() -> None:
    """A passage knows the headings above it, and a # inside a code fence is no heading."""
    found = passages_of("x.md", b"# A\none\n## B\ntwo\n```\n# not a heading\n```\n# C\nthree\n")
    assert [one.heading for one in found] == ["A", "A > B", "C"]
    assert "# not a heading" in found[1].text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"---\ntitle: [\n---\ntext", b"---\n- a\n- b\n---\ntext"])
def test_broken_guides_are_named(content: bytes) -> None:
    """A file that is no guide is an error that names it."""
    with pytest.raises(SetupError, match="guide bad"):
        passages_of("bad.md", content)


def test_empty_directory_has_no_answers(tmp_path: Path) -> None:
    """A directory without guides answers nothing."""
    assert index_of(tmp_path).search("returns", 3) == []
