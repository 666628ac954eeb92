"""The meanings that the phrasebook compares."""

import pytest

from agent.offline.concepts import concept
from agent.offline.phrases import Phrasebook


@pytest.mark.parametrize(
    ("one", "other"),
    [("clients", "customer"), ("smashed", "broken"), ("ordering", "purchase"), ("parcels", "packet")],
)
def test_words_for_one_thing_are_one_concept(one: str, other: str) -> None:
    """Two words that a shop uses for one thing are one concept, whatever their endings."""
    assert concept(one) == concept(other)


@pytest.mark.parametrize("tag", ["<sku>", "<order_id>"])
def test_a_tag_is_its_own_concept(tag: str) -> None:
    """A linked mention is never taken for a word."""
    assert concept(tag) == tag


def test_a_phrase_is_known_in_other_words() -> None:
    """A request is like a phrase that says the same with other words."""
    book = Phrasebook([("track_shipment", "where is the parcel"), ("get_price", "what does <sku> cost")])
    assert set(book.likeness("where are the packages")) == {"track_shipment"}


def test_chatter_around_a_phrase_costs_little() -> None:
    """Words that stand in no phrase do not hide the one that is meant."""
    book = Phrasebook([("track_shipment", "where is the parcel"), ("get_price", "what does <sku> cost")])
    said = "oh dear grumpy uncle again, where is the parcel"
    assert book.likeness(said)["track_shipment"] > 0.5
