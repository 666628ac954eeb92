"""Every page by itself: accessible in both schemes, and nothing wider than a phone."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from agent.reorder_run import ReorderRequest, run_reorder
from tests.app.conftest import assistant_of, order_of
from tests.browser.conftest import Served, entering, serving
from tests.stored_evaluation import LOOK, REFUND, kept
from tools.desk import Session

WCAG = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
DARK = """axe.run({resultTypes: ["violations"], runOnly: ["color-contrast"]}).then(
  (found) => found.violations.flatMap((one) => one.nodes.map((node) => node.failureSummary)))"""
PATHS = (
    "/",
    "/ask",
    "/approvals",
    "/approvals/A-1",
    "/runs",
    "/runs/{run}",
    "/stock",
    "/activity",
    "/activity/{action}",
    "/policies",
    "/evaluations",
    "/evaluations/first",
    "/evaluations/first/cases/refund",
    "/evaluations/compare?before=first&after=second",
    "/autonomy",
    "/account",
    "/products",
    "/products/MUG-01",
    "/orders",
    "/orders/1042",
    "/customers",
    "/customers/C-10001",
    "/suppliers",
    "/suppliers/northwind",
    "/purchase-orders",
    "/purchase-orders/PO-77",
    "/nowhere",
    "/ask/{talk}",
    "/ask/{somebody_elses}",
    "/approvals?kind=refund_order",
    "/activity/record",
    "/activity?until=2020-01-01",
    "/policies/v1",
    "/policies/v1/edit/reordering.yaml",
)


@pytest.fixture(scope="module")
def lived_in(store_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store in which something waits, something was done, a run was made and a model evaluated."""
    home = tmp_path_factory.mktemp("pages") / "home"
    shutil.copytree(store_template, home)
    with serving(home) as served:
        operator = served.house.people.principal_for(served.house.credentials.tokens()["operator"])
        served.ask(480)
        for name in ("maya", "operator"):
            person = served.house.people.principal_for(served.house.credentials.tokens()[name])
            talk = served.house.conversations.start(person)
            served.house.conversations.turn(talk, "show the stock movements of MUG-01", principal=person)
        served.house.desk.submit(order_of(24), Session(assistant_of(operator)))
        run_reorder(served.house.shop(Session(operator)), ReorderRequest(key="pages"))
        kept(home, "first", REFUND, LOOK)
        kept(home, "second", replace(REFUND, passed=True), LOOK)
        yield served


@pytest.fixture(scope="module")
def page(lived_in: Served, chromium: Browser) -> Iterator[Page]:
    """A manager's browser on a phone."""
    with entering(lived_in, chromium) as enter:
        yield enter("maya", viewport={"width": 390, "height": 800})


def opened(page: Page, path: str, served: Served) -> Page:
    """A page of that store."""
    run = served.house.conversations.journal.streams("run")[0].id
    talks = {one.owner: one.id for one in served.house.conversations.journal.streams("conversation")}
    known = {"talk": talks.get("maya"), "somebody_elses": talks.get("operator")}
    page.goto(path.format(run=run, action=served.house.desk.actions()[0].id, **known))
    return page


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_fault_of_accessibility(page: Page, path: str, lived_in: Served) -> None:
    """Axe finds no violation of WCAG 2.2 AA, every folded part open; nothing sticks out at 390 px.

    In the dark only the colours are looked at again.
    """
    page.emulate_media(color_scheme="light")
    opened(page, path, lived_in)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(DARK) == []  # axe is in the page by now


def test_the_sign_in_page_has_no_fault_of_accessibility(lived_in: Served, chromium: Browser) -> None:
    """Axe finds nothing on the one page that strangers see."""
    context = chromium.new_context(base_url=lived_in.url)
    page = context.new_page()
    page.goto("/sign-in")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_menu_of_a_phone_leads_everywhere(page: Page, lived_in: Served) -> None:
    """Axe finds nothing in the open menu; however far one has scrolled, menu and switch are in sight."""
    opened(page, "/activity", lived_in)
    page.mouse.wheel(0, 2_000)
    assert page.get_by_role("button", name="Stop all agents").is_visible()
    page.get_by_role("button", name="Menu").click()
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Policies").click()
    page.wait_for_url("**/policies")
