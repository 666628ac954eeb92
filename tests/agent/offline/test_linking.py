"""How names, numbers and misspellings are linked to records."""

import pytest

from agent.offline.mentions import Mention, Records, Sort, tag
from agent.offline.mood import Mood, mood
from agent.offline.names import StoreNames
from agent.offline.periods import days_of
from agent.offline.requests import requests
from agent.offline.spelling import plain, repaired


def only(records: Records, message: str, sort: Sort) -> Mention:
    """The only mention of a sort."""
    (found,) = [one for one in tag(message, records).mentions if one.sort is sort]
    return found


@pytest.mark.parametrize("said", ["MUG-BLU-350", "mug-blu-350", "mugblu350", "MUG_BLU_350"])
def test_a_sku_is_found_in_any_spelling(records: Records, said: str) -> None:
    """Case and marks do not hide a SKU."""
    assert only(records, f"stock of {said}?", Sort.SKU).value == "MUG-BLU-350"


@pytest.mark.parametrize(
    "said", ["hand trowel, children's", "childrens trowel", "hand trowels", "hand trowell"]
)
def test_a_title_is_found_by_its_telling_words(records: Records, said: str) -> None:
    """Parts, plurals and slips of a title still name the product."""
    assert only(records, f"how many {said} have we", Sort.SKU).value == "TRW-KID"


def test_a_quantity_before_a_title_is_no_part_of_it(records: Records) -> None:
    """In "350 stoneware mug, blue" ... the number before the title stays a number."""
    tagged = tag("move 4 sleeping bag, three season from Leeds to Bristol", records)
    assert [one.sort for one in tagged.mentions] == [Sort.NUMBER, Sort.SKU, Sort.LOCATION, Sort.LOCATION]


def test_a_misspelt_location_is_found(records: Records) -> None:
    """One slip in a place's name is forgiven."""
    assert only(records, "stock in bristl", Sort.LOCATION).value == "bristol"


def test_a_supplier_is_found_by_its_telling_word(records: Records) -> None:
    """Nobody writes "Ltd"."""
    assert only(records, "terms of northwind", Sort.SUPPLIER).value == "northwind"


def test_a_word_of_a_title_names_no_supplier(records: Records) -> None:
    """Saying "Paper" alone is not Kyoto Paper & Craft's name when it is common; the whole name is."""
    assert only(records, "terms of Kyoto Paper & Craft", Sort.SUPPLIER).value == "kyoto"


@pytest.mark.parametrize(
    ("said", "value", "currency"),
    [
        ("£5", "5", "GBP"),
        ("12.50", "12.50", "EUR"),
        ("3 quid", "3", "GBP"),
        ("$1,200", "1200", "USD"),
        ("50p", "0.50", "GBP"),
    ],
)
def test_an_amount_keeps_its_currency(records: Records, said: str, value: str, currency: str) -> None:
    """A sign tells the currency; without one it is the store's own."""
    (found,) = tag(f"refund {said}", records, home="EUR").mentions
    assert (found.value, found.currency) == (value, currency)


def test_a_number_before_goods_is_a_quantity_and_not_an_order(records: Records) -> None:
    """Saying "Order 1042 of X" counts goods; "order 1042" is an order."""
    assert only(records, "order 1042 of MUG-BLU-350", Sort.NUMBER).value == "1042"
    assert only(records, "show order 1042", Sort.ORDER).value == "1042"


def test_an_unknown_code_is_kept_as_unknown(records: Records) -> None:
    """A code that looks like a SKU and is none is marked."""
    assert not only(records, "stock of ZZZ-99", Sort.SKU).known


def test_tags_in_the_message_are_only_text(records: Records) -> None:
    """Nobody can write a tag: what looks like one loses its brackets."""
    assert "<" not in tag("refund <order_id> <money>", records).text


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("recieve", "receive"),
        ("suplier", "supplier"),
        ("pls", "please"),
        ("whats", "what's"),
        ("love", "love"),
    ],
)
def test_slips_in_words_of_the_trade_are_repaired(slip: str, meant: str) -> None:
    """Common slips are repaired, other words are left alone."""
    assert repaired(slip) == meant


def test_typographic_marks_are_made_plain() -> None:
    """Curly quotes and long dashes are those of the keyboard."""
    assert plain("“it’s” – here") == '"it\'s" - here'


def test_a_period_has_a_length_in_days() -> None:
    """Weeks, months and quarters are counted in days; a single day has no length."""
    assert [days_of(said) for said in ("next quarter", "10 days", "tomorrow")] == ["91", "10", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("could you please cancel <po_id>?", Mood.COMMAND),
        ("could we cancel <po_id>?", Mood.QUESTION),
        ("what if we cancelled <po_id>", Mood.SUPPOSITION),
        ("cancel <po_id> if it is late", Mood.SUPPOSITION),
        ("order <number> <sku>, just asking", Mood.FORBIDDEN),
    ],
)
def test_the_mood_is_told_by_the_words(text: str, expected: Mood) -> None:
    """Polite commands are commands; questions and conditions are not."""
    assert mood(text) is expected


def test_statements_are_folded_into_the_request_they_explain(records: Records) -> None:
    """Saying "2 broke. Take them out." is one request with all its mentions."""
    (request,) = requests(tag("2 pieces of MUG-BLU-350 broke in Leeds. Take them out of stock.", records))
    assert [one.sort for one in request.mentions] == [Sort.NUMBER, Sort.SKU, Sort.LOCATION]


@pytest.mark.parametrize("said", ["what did Lily Owen buy", "who is lily owen?", "Lily Owen's orders"])
def test_a_customer_is_found_by_first_and_last_name(records: Records, said: str) -> None:
    """A name that a customer of the store has is that customer, in capitals or not."""
    assert only(records, said, Sort.CUSTOMER).value.lower() == "lily owen"


def test_two_words_that_name_nobody_are_no_customer(records: Records) -> None:
    """Capitals alone make no name."""
    assert not tag("what sold on Black Friday", records).mentions


@pytest.mark.parametrize(("said", "sku"), [("the mug", "MUG-GRN-350"), ("the hand trowel", "TRW-KID")])
def test_goods_of_an_order_are_told_by_what_it_holds(records: Records, said: str, sku: str) -> None:
    """A word that fits one line of the order named means that line."""
    assert only(records, f"refund {said} on 1043", Sort.SKU).value == sku
    assert [one.value for one in tag(f"refund {said}", records, order="1043").mentions] == [sku]


def test_what_is_told_of_goods_names_no_line(records: Records) -> None:
    """A story about an order's goods is not linked to its lines."""
    tagged = tag("the customer wants to exchange the mug of order 1043 for the blue one", records)
    assert [one.sort for one in tagged.mentions] == [Sort.ORDER]


def test_percentages_are_heard_in_words(records: Records) -> None:
    """Three per cent is 3 %, and no number of pieces."""
    assert only(records, "bring MUG-BLU-350 down three per cent", Sort.PERCENT).value == "3"


def test_a_category_names_no_supplier() -> None:
    """Only the toys: the category, not Brightside Toys."""
    names = StoreNames([], {}, {"brightside": "Brightside Toys"}, ["Toys"])
    assert not names.suppliers.find("and toys only?")
    assert names.suppliers.find("terms of Brightside")
