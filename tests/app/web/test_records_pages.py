"""Lists and records in the browser: complete, paged, and careful with people's data."""

import re
from datetime import date

import pytest

from app.bootstrap import House
from app.web.tables import PAGE
from shop.model import Customer
from shop.people import Role
from shop.store.reads import tables
from tests.app.web.conftest import Browser, SignIn
from tools.ledger import chain


@pytest.fixture
def browser(sign_in: SignIn) -> Browser:
    """A purchasing manager, who may not see whole customers."""
    return sign_in("maya")


@pytest.fixture
def lead(house: House, sign_in: SignIn) -> Browser:
    """A support lead, who may."""
    house.admit("lena", "Lena", frozenset({Role.SUPPORT_LEAD, Role.OPERATOR}))
    return sign_in("lena")


@pytest.mark.parametrize(
    "path", ["/stock", "/products", "/orders", "/customers", "/suppliers", "/purchase-orders"]
)
def test_every_list_leads_to_its_records(browser: Browser, path: str) -> None:
    """The first link of each list opens a page, and that page leads on to asking about it."""
    found = re.findall(r'<td><a href="(/[^"]+)">', browser.get(path).text)
    if not found:
        assert "There is nothing here yet" in browser.get(path).text
        return
    answer = browser.get(found[0])
    assert answer.status == 200
    assert "Ask about this" in answer.text


def test_a_search_finds_by_the_beginning_of_an_id_and_by_words(browser: Browser) -> None:
    """Both ways lead to the mug and to nothing else that does not fit."""
    assert "MUG-01" in browser.get("/products?q=MUG").text
    assert "Nothing fits this search." in browser.get("/products?q=zeppelin").text


def test_pages_follow_each_other_without_gap_or_repeat(house: House) -> None:
    """Going from page to page by key meets every shelf once."""
    with house.db.reading() as snapshot:
        whole = tables.shelves(snapshot, limit=10_000)
        met, after = [], None
        while part := tables.shelves(snapshot, after=after, limit=2):
            met += part
            after = (part[-1].sku, part[-1].location)
    assert met == whole
    assert len(whole) > 2
    assert PAGE >= 2


@pytest.mark.parametrize(
    "path", ["/products/NONE", "/orders/0", "/customers/C-0", "/suppliers/x", "/purchase-orders/PO-0"]
)
def test_a_record_that_is_not_there_is_not_found(browser: Browser, path: str) -> None:
    """An unknown id gives 404, never an empty page."""
    assert browser.get(path).status == 404


def customer(house: House) -> Customer:
    """Some customer of the small store with an e-mail address."""
    with house.db.reading() as snapshot:
        return next(one for one in tables.customers(snapshot) if one.email)


def test_a_customer_is_masked(browser: Browser, house: House) -> None:
    """Neither the list nor the page has an address at which somebody could be reached."""
    somebody = customer(house)
    for path in ("/customers", f"/customers/{somebody.id}"):
        text = browser.get(path).text
        assert str(somebody.email) not in text
        assert somebody.name not in text


def test_the_full_data_needs_a_role(browser: Browser, house: House) -> None:
    """A purchasing manager gets 403 and the audit no entry of a look."""
    assert browser.post(f"/customers/{customer(house).id}/reveal", reason="curious").status == 403
    assert "customer.revealed" not in events(house)


def test_the_full_data_needs_a_reason_and_is_audited(lead: Browser, house: House) -> None:
    """A support lead sees it for a reason; who looked at whom is in the audit, the reason's words are not."""
    somebody = customer(house)
    assert lead.post(f"/customers/{somebody.id}/reveal", reason="").status == 422
    assert (
        str(somebody.email) in lead.post(f"/customers/{somebody.id}/reveal", reason="parcel came back").text
    )
    assert events(house).count("customer.revealed") == 1
    with house.db.reading() as snapshot:
        assert not any("parcel" in str(entry["body"]) for entry in chain.entries(snapshot, house.db.tenant))


def test_a_customer_gets_a_file_and_is_forgotten(sign_in: SignIn, house: House) -> None:
    """An admin exports everything of a customer and erases them; the id must be typed for that."""
    admin, somebody = sign_in("owner"), customer(house)
    told = admin.post(f"/customers/{somebody.id}/export", reason="asked for it")
    assert str(somebody.email) in told.text
    assert admin.post(f"/customers/{somebody.id}/erase", reason="asked", confirm="no").status == 422
    assert admin.post(f"/customers/{somebody.id}/erase", reason="asked", confirm=somebody.id).status == 200
    with house.db.reading() as snapshot:
        assert somebody.name not in [one.name for one in tables.customers(snapshot)]
    assert events(house).count("customer.erased") == 1


def test_sales_are_drawn_without_inline_style(browser: Browser) -> None:
    """The drawing is an SVG of its own that our policy allows."""
    answer = browser.get("/products/MUG-01/sales.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "style=" not in answer.text


def test_the_figures_of_a_drawing_are_its_csv(browser: Browser) -> None:
    """Whoever cannot see the drawing of sales has the same weeks as a table."""
    header, first, *_ = browser.get("/products/MUG-01/sales.csv").text.splitlines()
    assert header == "week_from,pieces"
    assert date.fromisoformat(first.split(",")[0]).weekday() == 0
    assert browser.get("/products/NONE/sales.csv").status == 404


def test_words_of_strangers_are_text(browser: Browser, house: House) -> None:
    """Markup in a customer's message is shown as it was typed."""
    with house.db.reading() as snapshot:
        known = [one.id for one in tables.customers(snapshot)]
    pages = [browser.get(f"/customers/{one}").text for one in known]
    assert not any("<script>" in text for text in pages)


def events(house: House) -> list[str]:
    """The types of all audit entries."""
    with house.db.reading() as snapshot:
        return [str(entry["type"]) for entry in chain.entries(snapshot, house.db.tenant)]
