"""Suggested prices, markdown plans and campaigns, through the tools and the desk."""

from decimal import Decimal
from typing import Any

import pytest

from tools.desk import State
from tools.pricing import SuggestedPriceAnswer
from tools.toolbox import Shop, call


def result(shop: Shop, name: str, **arguments: Any) -> Any:
    """The result of a tool call that must succeed."""
    answer = call(shop, name, arguments)
    assert answer.error is None, answer.error
    return answer.result


def test_a_suggestion_shows_its_effect_and_where_its_elasticity_comes_from(sample_shop: Shop) -> None:
    """Pieces, revenue and margin are shown before and after, with the interval of what may be sold."""
    found = result(sample_shop, "suggest_price", sku="MUG-BLU-350")
    low, middle, high = found.expected_weekly_pieces
    assert low <= middle <= high
    assert found.elasticity.low < found.elasticity.estimate < found.elasticity.high < 0
    assert "observed, not tested" in found.reasons[-1]


def test_a_markdown_plan_earns_more_than_the_present_price(sample_shop: Shop) -> None:
    """The plan's prices never rise, keep to the floor, and bring at least what keeping the price brings."""
    found = result(sample_shop, "plan_markdown", sku="MUG-BLU-350", weeks=6)
    prices = [week.price.minor for week in found.weeks]
    assert len(prices) == 6
    assert prices == sorted(prices, reverse=True)
    assert found.gain.minor >= 0
    assert found.left <= found.left_at_present_price


def test_a_plan_without_stock_is_refused_in_words(shop: Shop) -> None:
    """Nothing available is nothing to mark down."""
    assert "has 0 pieces available" in str(call(shop, "plan_markdown", {"sku": "MUG-02"}).error)


def test_a_campaign_is_one_request_with_every_line(shop: Shop) -> None:
    """A category by a percentage: each line has its price, a floor leaves one out, and it is done at once."""
    done = result(shop, "change_prices", category="kitchen", change_percent="-10")
    assert done.state == "executed"
    assert [(one.sku, one.new_price.minor) for one in done.items] == [("MUG-01", 1149), ("MUG-02", 1249)]
    assert result(shop, "get_price", sku="MUG-02").price.minor == 1249
    receipt = shop.desk.explain(done.action_id).receipt
    assert receipt is not None
    assert [one["outcome"] for one in receipt.after["results"]] == ["applied", "applied"]


def test_what_has_no_room_is_left_out_and_named(shop: Shop) -> None:
    """The lamp of unknown cost is left out of a campaign, with the reason."""
    done = result(shop, "change_prices", category="Lighting", change_percent="5")
    assert [(one.sku, one.reason) for one in done.left_out] == [("LAMP-7", "its cost is unknown")]
    assert [one.sku for one in done.items] == ["77"]


def test_a_far_campaign_waits_for_one_approval(shop: Shop) -> None:
    """Thirty percent asks the pricing manager once, and changes nothing before."""
    done = result(shop, "change_prices", skus=["MUG-01", "TEA-100"], change_percent="-30")
    assert (done.state, done.approval_id) == ("pending", "A-1")
    assert any("A price moves by" in reason for reason in done.why)
    assert result(shop, "get_price", sku="MUG-01").price.minor == 1250


def test_a_campaign_is_rolled_back_as_one(shop: Shop) -> None:
    """Its undo asks for the old prices of all lines; so soon after the change a person decides."""
    done = result(shop, "change_prices", skus=["MUG-01", "TEA-100"], change_percent="-5")
    undone = shop.desk.undo(done.action_id, shop.session)
    assert (undone.kind, undone.state) == ("change_prices", State.PENDING)
    lines = shop.desk.status(undone.action_id).action.as_json()["lines"]
    assert [(line["sku"], line["price"]["minor"]) for line in lines] == [("MUG-01", 1250), ("TEA-100", 899)]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({}, "give lines, or change_percent"),
        ({"category": "Kitchen"}, "give lines, or change_percent"),
        ({"category": "Kitchen", "skus": ["MUG-01"], "change_percent": "5"}, "either a category or skus"),
        ({"category": "Nothing", "change_percent": "5"}, "no category"),
        ({"category": "Kitchen", "change_percent": "0"}, "must move the prices"),
        ({"skus": ["LAMP-7"], "change_percent": "-5"}, "its cost is unknown"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_in_words(
    shop: Shop, arguments: dict[str, Any], why: str
) -> None:
    """What is missing or impossible is said, and nothing is asked for."""
    assert why in str(call(shop, "change_prices", arguments).error)


def test_small_steps_add_up(shop: Shop) -> None:
    """Two steps of 8 % in one day are 15 % against the price of 24 hours ago: the rules see the sum."""
    result(shop, "change_price", sku="TEA-100", price="8.27")
    second = result(shop, "change_price", sku="TEA-100", price="7.61")
    assert second.state == "pending"
    assert any("24 hours ago" in reason for reason in second.why)


def test_a_campaign_shows_the_margin_of_each_line(shop: Shop) -> None:
    """Each line has its change and margin, worked out by code."""
    (line,) = result(shop, "change_prices", lines=[{"sku": "MUG-01", "price": "12.00"}]).items
    assert (line.change_percent, line.margin_percent) == (Decimal("-4.00"), Decimal("58.33"))


def test_the_sample_shows_its_competitors(sample_shop: Shop) -> None:
    """A suggestion tells the fresh median and what was too old, and follows it within the limits."""
    answer = call(sample_shop, "suggest_price", {"sku": "KET-ENM-RED"})
    assert isinstance(answer.result, SuggestedPriceAnswer)
    first = answer.result.reasons[0]
    assert first.startswith("2 competitors ask, in the middle, 39.70 GBP; not used: 1 seen more than 7 days")
    assert answer.result.suggested.text == "36.99 GBP"


def test_a_price_is_shown_with_what_competitors_ask(sample_shop: Shop) -> None:
    """The index is our price in percent of the middle of the fresh prices; what is too old is marked."""
    found = result(sample_shop, "get_price", sku="KET-ENM-RED")
    assert [one.fresh for one in found.competitors] == [True, True, False]
    assert found.competitors[-1].age_days > 7
    assert found.competitor_median.text == "39.70 GBP"
    assert found.competitor_index_percent == round(Decimal(found.price.minor) * 100 / 3970, 2)


def test_a_price_without_competitors_has_no_index(shop: Shop) -> None:
    """Where nobody looked at a competitor there is nothing to compare with."""
    found = result(shop, "get_price", sku="MUG-01")
    assert (found.competitors, found.competitor_median, found.competitor_index_percent) == ((), None, None)
