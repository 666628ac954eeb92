from datetime import date, timedelta
from decimal import Decimal

import pytest

from shop.errors import NotFoundError, SetupError
from shop.money import Money
from shop.store.database import Database
from shop.store.reads import catalogue, customers, info, orders, purchasing, spelling, stock
from tests.small_store import CANARY_EMAIL, TODAY, at, fill


@pytest.fixture
def store(database: Database) -> Database:
    """The small store, on both databases."""
    fill(database)
    return database


def test_product_with_exact_money(store: Database) -> None:
    """A product comes back with its price and cost as exact money."""
    with store.reading() as snapshot:
        mug = catalogue.product(snapshot, "MUG-01")
    assert mug is not None
    assert (mug.price, mug.cost, mug.map_price) == (Money(1250, "GBP"), Money(500, "GBP"), None)
    assert mug.margin_percent == Decimal("60.00")


def test_unknown_cost_stays_unknown(store: Database) -> None:
    """A product without a cost has no margin instead of a margin of 100 %."""
    with store.reading() as snapshot:
        lamp = catalogue.product(snapshot, "LAMP-7")
    assert lamp is not None
    assert lamp.margin_percent is None


def test_missing_records_are_none(store: Database) -> None:
    """A record that is not there is None in every subject."""
    with store.reading() as snapshot:
        assert catalogue.product(snapshot, "mug-01") is None
        assert stock.level(snapshot, "77", "leeds") is None
        assert purchasing.supplier(snapshot, "x") is None
        assert purchasing.offer(snapshot, "northwind", "LAMP-7") is None
        assert purchasing.purchase_order(snapshot, "PO-1") is None
        assert orders.order(snapshot, "1") is None
        assert customers.customer(snapshot, "C-1") is None
        assert customers.ticket(snapshot, "T-1") is None


def test_products_by_sku(store: Database) -> None:
    """Several products are read at once and unknown SKUs are left out."""
    with store.reading() as snapshot:
        found = catalogue.products(snapshot, ["LAMP-7", "NO-1", "77"])
    assert sorted(found) == ["77", "LAMP-7"]


def test_pages_cover_the_catalogue_once(store: Database) -> None:
    """Following the page keys gives every product exactly once, and the total never changes."""
    seen: list[str] = []
    after = None
    with store.reading() as snapshot:
        while True:
            page = catalogue.product_page(snapshot, after=after, limit=2)
            assert page.total == 5
            seen += [product.sku for product in page.items]
            after = page.after
            if after is None:
                break
    assert seen == sorted(seen) == ["77", "LAMP-7", "MUG-01", "MUG-02", "TEA-100"]


def test_available_stock(store: Database) -> None:
    """Available is on hand less committed less unavailable."""
    with store.reading() as snapshot:
        level = stock.level(snapshot, "MUG-01", "leeds")
        everywhere = stock.levels_of(snapshot, "MUG-01")
    assert level is not None
    assert level.available == 32
    assert [one.location for one in everywhere] == ["leeds", "bristol"]


def test_movement_pages(store: Database) -> None:
    """Movements come newest first, and two pages meet without gap or overlap."""
    with store.reading() as snapshot:
        first = stock.movements(snapshot, "MUG-01", limit=4)
        second = stock.movements(snapshot, "MUG-01", after=first.after, limit=4)
    assert [one.id for one in first.items] == [6, 5, 4, 3]
    assert [one.id for one in second.items] == [2, 1]
    assert (first.total, second.after) == (6, None)


def test_units_sold_everywhere(store: Database) -> None:
    """Units sold without a location are those of all locations; returns are not subtracted."""
    with store.reading() as snapshot:
        assert stock.units_sold(snapshot, "MUG-01", first=TODAY - timedelta(days=6), last=TODAY) == 35


def test_stockout_days(store: Database) -> None:
    """Days with an empty shelf are counted inside the window only."""
    with store.reading() as snapshot:
        assert stock.stockout_days(snapshot, "MUG-02", first=date(2026, 11, 19), last=TODAY) == 1
        assert stock.stockout_days(snapshot, "MUG-02", first=TODAY, last=TODAY) == 0


def test_incoming(store: Database) -> None:
    """Incoming is what open purchase orders have not delivered yet."""
    with store.reading() as snapshot:
        assert stock.incoming(snapshot, "MUG-01", "leeds") == 72
        assert stock.incoming(snapshot, "TEA-100", "leeds") == 54
        assert stock.incoming(snapshot, "MUG-01", "bristol") == 0


@pytest.mark.parametrize(("quantity", "minor"), [(24, 500), (119, 500), (120, 480), (239, 480), (240, 450)])
def test_price_breaks(store: Database, quantity: int, minor: int) -> None:
    """The unit cost of a quantity is that of the highest price break it reaches."""
    with store.reading() as snapshot:
        offer = purchasing.offer(snapshot, "northwind", "MUG-01")
    assert offer is not None
    assert offer.unit_cost_for(quantity) == Money(minor, "GBP")


def test_offer_currency_is_the_suppliers(store: Database) -> None:
    """An offer is priced in the supplier's currency, and the preferred supplier comes first."""
    with store.reading() as snapshot:
        offers = purchasing.offers_for(snapshot, "MUG-01")
    assert [(one.supplier, one.unit_cost.currency) for one in offers] == [
        ("northwind", "GBP"),
        ("nordlicht", "EUR"),
    ]


def test_offers_of_a_supplier(store: Database) -> None:
    """What a supplier offers is paged by SKU."""
    with store.reading() as snapshot:
        first = purchasing.offers_of(snapshot, "northwind", limit=1)
        second = purchasing.offers_of(snapshot, "northwind", after=first.after, limit=1)
    assert [one.sku for one in first.items + second.items] == ["MUG-01", "TEA-100"]
    assert len(first.items[0].breaks) == 2


def test_purchase_order_lines(store: Database) -> None:
    """A purchase order comes with its lines and what is still open of them."""
    with store.reading() as snapshot:
        order = purchasing.purchase_order(snapshot, "PO-77")
    assert order is not None
    assert [(line.sku, line.open_quantity) for line in order.lines] == [("MUG-01", 72), ("TEA-100", 30)]
    assert order.is_open


def test_purchase_order_filters(store: Database) -> None:
    """Purchase orders are found by what they order and by whether goods may still arrive."""
    with store.reading() as snapshot:
        tea = purchasing.purchase_orders(snapshot, sku="TEA-100")
        to_come = purchasing.purchase_orders(snapshot, open_only=True, limit=1)
        rest = purchasing.purchase_orders(snapshot, open_only=True, limit=1, after=to_come.after)
    assert [one.id for one in tea.items] == ["PO-78", "PO-77"]
    assert [one.id for one in to_come.items + rest.items] == ["PO-78", "PO-77"]
    assert rest.after is None


def test_first_order_of_a_supplier(store: Database) -> None:
    """A supplier that never had an order is told apart from one that had."""
    with store.reading() as snapshot:
        assert purchasing.has_purchase_orders(snapshot, "northwind")
        assert not purchasing.has_purchase_orders(snapshot, "unproven")


def test_order_with_its_money(store: Database) -> None:
    """An order knows what was paid and what was refunded so far."""
    with store.reading() as snapshot:
        order = orders.order(snapshot, "1042")
        assert order is not None
        assert orders.paid(snapshot, order) == Money(2995, "GBP")
        assert orders.refunded(snapshot, order) == Money(500, "GBP")
    assert order.has_shipped
    assert order.lines[0].unit_price == Money(1250, "GBP")


def test_refunds_of_a_customer(store: Database) -> None:
    """A customer's refunds are counted from the given moment on, that moment included."""
    with store.reading() as snapshot:
        assert len(orders.refunds_since(snapshot, "C-10001", at(15))) == 1
        assert orders.refunds_since(snapshot, "C-10001", at(15, 13)) == []
        assert orders.refunds_since(snapshot, "C-10002", at(1)) == []


def test_order_pages(store: Database) -> None:
    """Orders come newest first and the pages meet exactly."""
    with store.reading() as snapshot:
        first = orders.orders_page(snapshot, limit=2)
        second = orders.orders_page(snapshot, limit=2, after=first.after)
        mine = orders.orders_page(snapshot, customer="C-10001", placed_before=at(19))
    assert [one.id for one in first.items] == ["1044", "1043"]
    assert [one.id for one in second.items] == ["1042"]
    assert [one.id for one in mine.items] == ["1042"]


def test_order_surroundings(store: Database) -> None:
    """Parcels, returns, notes and tickets of an order are found by its id."""
    with store.reading() as snapshot:
        assert orders.shipments(snapshot, "1042")[0].status == "late"
        assert orders.returns(snapshot, "1042")[0].id == "RMA-301"
        assert [note.author for note in orders.notes(snapshot, "1042")] == ["dana", "customer"]
        assert customers.tickets_about(snapshot, "1042")[0].id == "T-501"
        assert orders.orders_by_tracking(snapshot, "RM123456785GB") == ["1042"]


def test_customers_are_found(store: Database) -> None:
    """A customer is found by address in any case and by parts of the name."""
    with store.reading() as snapshot:
        assert customers.customers_by_email(snapshot, CANARY_EMAIL.upper())[0].id == "C-10001"
        assert len(customers.customers_named(snapshot, ["smith"])) == 2
        assert customers.customers_named(snapshot, ["smith", "joan"])[0].id == "C-10003"


@pytest.mark.parametrize("word", ["%", "_", "\\", "'"])
def test_search_words_are_literal(store: Database, word: str) -> None:
    """A wildcard of SQL in a search word is an ordinary character."""
    with store.reading() as snapshot:
        assert catalogue.titles_with(snapshot, [word]) == []
        assert spelling.ids_ending(snapshot, "order", word) == []


def test_rate_of_the_day(store: Database) -> None:
    """An exchange rate is the latest one at or before the day, with its own date."""
    with store.reading() as snapshot:
        assert info.rate(snapshot, "EUR", date(2026, 11, 17)) == (Decimal("0.85"), date(2026, 11, 2))
        assert info.rate(snapshot, "EUR", date(2026, 11, 18)) == (Decimal("0.87"), date(2026, 11, 18))
        assert info.rate(snapshot, "GBP", TODAY) == (Decimal(1), TODAY)


def test_no_rate_is_an_error(store: Database) -> None:
    """A day before the first rate has no rate at all."""
    with store.reading() as snapshot, pytest.raises(NotFoundError, match=r"'EUR' on or before 2026-11-01"):
        info.rate(snapshot, "EUR", date(2026, 11, 1))


def test_empty_database_says_so(database: Database) -> None:
    """A database without a store is a set-up error with its remedy."""
    with database.reading() as snapshot, pytest.raises(SetupError, match="import one"):
        info.store_info(snapshot)


def test_promotions_of_the_category(store: Database) -> None:
    """A promotion of the category counts for its products, on its last day too."""
    with store.reading() as snapshot:
        mug = catalogue.product(snapshot, "MUG-01")
        assert mug is not None
        found = catalogue.promotions(snapshot, mug, first=date(2026, 11, 22), last=date(2026, 11, 30))
        later = catalogue.promotions(snapshot, mug, first=date(2026, 11, 23), last=date(2026, 11, 30))
    assert [one.discount_percent for one in found] == [Decimal(10)]
    assert later == []
