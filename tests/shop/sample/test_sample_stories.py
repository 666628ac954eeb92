"""Each story of the sample store, checked by its numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from shop.imports.sample import STORIES, STORY_ORDERS

Ask = Callable[[str], list[tuple[Any, ...]]]

OPEN = "purchase_orders.status IN ('placed', 'partly_received')"


def sold_a_day(ask: Ask, sku: str, location: str, since: str, until: str = "2026-11-20") -> float:
    """Pieces sold on a day with stock, between two days."""
    pieces, days, empty = ask(
        f"SELECT -sum(quantity), julianday('{until}') - julianday('{since}'), (SELECT count(*) FROM "
        "stockout_days "
        f"WHERE sku = '{sku}' AND location = '{location}' AND day >= '{since}' AND day < '{until}') "
        f"FROM stock_movements WHERE kind = 'sale' AND sku = '{sku}' AND location = '{location}' "
        f"AND day >= '{since}' AND day < '{until}'"
    )[0]
    return float(pieces) / float(days - empty)


def on_hand(ask: Ask, sku: str, location: str) -> int:
    """Pieces on the shelf at the business date."""
    return int(
        ask(f"SELECT on_hand - committed FROM stock_levels WHERE sku = '{sku}' AND location = '{location}'")[
            0
        ][0]
    )


def incoming(ask: Ask, sku: str) -> int:
    """Pieces on open purchase orders."""
    return int(
        ask(
            "SELECT coalesce(sum(quantity - received), 0) FROM purchase_order_lines "
            f"JOIN purchase_orders ON id = purchase_order WHERE sku = '{sku}' AND {OPEN}"
        )[0][0]
    )


def test_every_story_names_what_exists(ask: Ask) -> None:
    """The SKUs, locations and suppliers of the stories are in the store."""
    known = {row[0] for row in ask("SELECT sku FROM products")}
    places = {row[0] for row in ask("SELECT id FROM locations")} | {""}
    suppliers = {row[0] for row in ask("SELECT id FROM suppliers")}
    for story in STORIES.values():
        assert set(story.skus) <= known
        assert story.location in places
        assert set(story.suppliers) <= suppliers


def test_the_bestseller_runs_out_before_an_order_can_arrive(ask: Ask) -> None:
    """The navy cap has about five days of cover in Leeds, none is coming, and Northwind takes twelve days."""
    cover = on_hand(ask, "CAP-01", "leeds") / sold_a_day(ask, "CAP-01", "leeds", "2026-10-23")
    assert 4 <= cover <= 7
    assert incoming(ask, "CAP-01") == 0
    assert ask(
        "SELECT lead_time_days FROM suppliers JOIN offers ON supplier = id WHERE sku = 'CAP-01' AND rank = 0"
    ) == [(12.0,)]
    best = ask(
        "SELECT sku FROM stock_movements WHERE kind = 'sale' GROUP BY sku ORDER BY sum(quantity) LIMIT 3"
    )
    assert ("CAP-01",) in best


def test_the_dust_collector_lasts_a_year(ask: Ask) -> None:
    """Bristol's one-litre jars last about 400 days."""
    cover = on_hand(ask, "JAR-1000", "bristol") / sold_a_day(ask, "JAR-1000", "bristol", "2026-08-20")
    assert 300 <= cover <= 520


def test_glasgow_can_help_leeds(ask: Ask) -> None:
    """Leeds has under a week of red kettles, Glasgow more than three months."""
    leeds = on_hand(ask, "KET-ENM-RED", "leeds") / sold_a_day(ask, "KET-ENM-RED", "leeds", "2026-09-20")
    glasgow = on_hand(ask, "KET-ENM-RED", "glasgow") / sold_a_day(ask, "KET-ENM-RED", "glasgow", "2026-09-20")
    assert leeds < 7
    assert glasgow > 90


def test_the_minimum_quantity_is_far_more_than_is_needed(ask: Ask) -> None:
    """A carton of pepper mills lasts Leeds more than half a year, and few mills are left."""
    moq = ask("SELECT moq FROM offers WHERE sku = 'PEP-30' AND rank = 0")[0][0]
    daily = sold_a_day(ask, "PEP-30", "leeds", "2026-08-20")
    assert moq / daily > 180
    assert on_hand(ask, "PEP-30", "leeds") / daily < 30


def test_matcha_would_pass_its_date(ask: Ask) -> None:
    """Leeds sells less than a case of matcha while it keeps, and hardly any is left."""
    moq, life = ask("SELECT moq, shelf_life_days FROM offers JOIN products USING (sku) WHERE sku = 'MAT-30'")[
        0
    ]
    daily = sold_a_day(ask, "MAT-30", "leeds", "2026-06-01")
    assert moq > daily * life
    assert on_hand(ask, "MAT-30", "leeds") / daily < 14


def test_the_sunset_lamp_went_viral(ask: Ask) -> None:
    """Over all locations the lamp sells at least three times its former rate on days with stock."""
    before = sum(
        sold_a_day(ask, "SUN-01", place, "2026-09-01", "2026-11-11") for place in ("leeds", "bristol")
    )
    after = sum(sold_a_day(ask, "SUN-01", place, "2026-11-11") for place in ("leeds", "bristol"))
    assert after > 3 * before


def test_the_fidget_spinner_is_dying(ask: Ask) -> None:
    """It sells less than a fifth of what it sold a year ago."""
    year_ago, now = ask(
        "SELECT -sum(CASE WHEN day < '2026-01-20' AND day >= '2025-11-20' THEN quantity ELSE 0 END), "
        "-sum(CASE WHEN day >= '2026-09-20' THEN quantity ELSE 0 END) "
        "FROM stock_movements WHERE kind = 'sale' AND sku = 'FID-SPN'"
    )[0]
    assert now < year_ago / 5


def test_brightside_is_overdue(ask: Ask) -> None:
    """Orders to Brightside that were due on 8 November have not come at all."""
    overdue = ask(
        "SELECT expected_on FROM purchase_orders WHERE supplier = 'brightside' AND status = 'placed' "
        "AND expected_on < '2026-11-20'"
    )
    assert len(overdue) == 3
    assert {day for (day,) in overdue} == {"2026-11-08"}


def test_wick_trimmers_do_not_reach_pennines_minimum(ask: Ask) -> None:
    """Half a year of Glasgow's wick trimmers is worth less than Pennine's minimum; the shelf is empty."""
    cost, minimum = ask(
        "SELECT unit_cost_minor, minimum_order_minor FROM offers JOIN suppliers ON id = supplier "
        "WHERE sku = 'WCK-BLK' AND rank = 0"
    )[0]
    daily = sold_a_day(ask, "WCK-BLK", "glasgow", "2026-05-20")
    assert on_hand(ask, "WCK-BLK", "glasgow") / daily < 7
    assert cost * daily * 180 < minimum


def test_northwind_for_leeds_is_over_the_limit(ask: Ask) -> None:
    """What Leeds sells of Northwind's short goods in a month is worth more than 1,000 GBP."""
    short = ask(
        "SELECT offers.unit_cost_minor * sold.pieces FROM offers JOIN stock_levels USING (sku) JOIN "
        "(SELECT sku, location, -sum(quantity) AS pieces FROM stock_movements WHERE kind = 'sale' "
        "AND day >= '2026-10-23' GROUP BY sku, location) sold USING (sku, location) "
        "WHERE supplier = 'northwind' AND rank = 0 AND location = 'leeds' AND on_hand < sold.pieces / 2"
    )
    assert sum(value for (value,) in short) > 100_000


def test_first_light_is_new(ask: Ask) -> None:
    """First Light is approved, offers the teapots alone, and never got an order."""
    assert ask("SELECT approved FROM suppliers WHERE id = 'firstlight'") == [(1,)]
    assert ask("SELECT count(*) FROM purchase_orders WHERE supplier = 'firstlight'") == [(0,)]
    assert ask("SELECT DISTINCT supplier FROM offers WHERE sku LIKE 'TPT-%'") == [("firstlight",)]
    daily = sold_a_day(ask, "TPT-BLU", "leeds", "2026-10-01")
    assert on_hand(ask, "TPT-BLU", "leeds") / daily < 7


def test_quayside_is_not_approved(ask: Ask) -> None:
    """Quayside is the only supplier that is not approved, and the only one for gas and lighter fluid."""
    assert ask("SELECT id FROM suppliers WHERE NOT approved") == [("quayside",)]
    sole = ask("SELECT sku FROM offers WHERE sku LIKE 'GAS-%' OR sku LIKE 'LTF-%' ORDER BY sku")
    assert [sku for (sku,) in sole] == sorted(STORIES["unapproved_supplier"].skus)


def test_some_goods_have_no_supplier(ask: Ask) -> None:
    """Nobody offers the goods of that story, although they are active."""
    names = "', '".join(STORIES["no_supplier"].skus)
    assert ask(f"SELECT count(*) FROM offers WHERE sku IN ('{names}')") == [(0,)]
    assert ask(f"SELECT count(*) FROM products WHERE status = 'active' AND sku IN ('{names}')") == [(3,)]


@pytest.mark.parametrize(
    ("story", "fact"),
    [
        (
            "small_refund",
            "shipments.status = 'damaged' AND delivered_on > '2026-10-21' AND total_minor < 5000",
        ),
        (
            "large_refund",
            "shipments.status = 'damaged' AND delivered_on > '2026-10-21' AND total_minor > 5000",
        ),
        (
            "finance_refund",
            "financial_status = 'paid' AND delivered_on > '2026-10-21' AND total_minor > 50000",
        ),
        ("refund_too_late", "shipments.status = 'delivered' AND delivered_on < '2026-10-21'"),
        ("late_parcel", "shipments.status = 'late' AND delivered_on IS NULL"),
        ("lost_parcel", "shipments.status = 'lost'"),
    ],
)
def test_story_orders_are_what_they_are_called(ask: Ask, story: str, fact: str) -> None:
    """The order that stands for a situation is in that situation."""
    assert ask(
        "SELECT count(*) FROM orders JOIN shipments ON order_id = orders.id "
        f"WHERE orders.id = '{STORY_ORDERS[story]}' AND {fact}"
    ) == [(1,)]


def test_the_order_to_cancel_waits_and_its_customer_asked(ask: Ask) -> None:
    """The order to cancel is unfulfilled and paid, and a ticket asks for it."""
    order = STORY_ORDERS["to_cancel"]
    assert ask(f"SELECT status, financial_status FROM orders WHERE id = '{order}'") == [
        ("unfulfilled", "paid")
    ]
    assert ask(
        f"SELECT count(*) FROM tickets WHERE order_id = '{order}' AND lower(subject) LIKE '%cancel%'"
    ) == [(1,)]
