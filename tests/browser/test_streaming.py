"""An answer that comes piece by piece from a language model, watched in the browser."""

import json
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served, entering, serving
from tests.fakes.openai_server import OpenAIServer

WORDS = (
    "Forty mugs stand in Leeds and ten more in Bristol. Two of them are set aside, six are promised to "
    "customers. At the present pace that is enough for about a week, so an order this week is in time."
)
BEGINNING = re.compile("^Forty mugs stand in Leeds and ten more in Bristol")
HELD = 20


PLANNED = """event: plan
data: {"steps": [{"text": "Look at it", "state": "waiting"}, {"text": "Order", "state": "waiting"}]}

event: step
data: {"index": 0, "state": "done"}

"""


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    """A language model that stops half-way until it is released."""
    with OpenAIServer() as server:
        yield server
        server.released.set()


@pytest.fixture(scope="module")
def desk(
    store_template: Path, tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer
) -> Iterator[Served]:
    """A store whose assistant asks that model; no turn has to wait for its libraries."""
    for name in ("agent.operator", "agent.openai_chat", "langchain_openai", "langchain.agents"):
        import_module(name)
    home = tmp_path_factory.mktemp("streaming") / "home"
    shutil.copytree(store_template, home)
    flags = {"model": "openai:scripted", "openai_base_url": model.base_url, "openai_api_key": "made-up"}
    with serving(home, **flags) as served:
        yield served


@pytest.fixture
def asking(
    desk: Served, model: OpenAIServer, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """The page of a question whose answer waits half-way for its release; the turn ends with the test."""
    model.released.clear()
    with entering(desk, chromium) as enter:
        page = asked(enter("operator", "/ask"), request.node.name)
        yield page
        model.released.set()
        assert "event: end" in heard_to_its_end(page)


def asked(page: Page, name: str) -> Page:
    """Put the question whose answer stops half-way, once for each test of a name."""
    script = {"for": name, "text": WORDS, "faults": [{"hold": HELD}]}
    page.get_by_label("Your question").fill(json.dumps(script))
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/con_*")
    return page


def heard_to_its_end(page: Page) -> str:
    """All events of a conversation: the server ends the answer when its turn is over, and not before."""
    return page.context.request.get(f"{urlsplit(page.url).path}/events").text()


def test_an_answer_is_seen_while_it_comes(asking: Page, model: OpenAIServer) -> None:
    """Its beginning is on the page while the model still speaks; then it is there as a whole, once."""
    expect(asking.locator(".said")).to_have_text(BEGINNING)
    expect(asking.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    model.released.set()
    expect(asking.locator(".answer")).to_have_text(WORDS)


def test_a_reload_in_the_middle_loses_and_doubles_nothing(asking: Page, model: OpenAIServer) -> None:
    """After a reload in mid-stream the answer comes to its end and stands on the page once."""
    expect(asking.locator(".said")).to_have_text(BEGINNING)
    asking.reload()
    model.released.set()
    expect(asking.locator(".answer")).to_have_text(WORDS)


def test_stop_ends_the_answer(asking: Page, model: OpenAIServer) -> None:
    """Stop ends the turn, says so, and lets somebody ask again."""
    expect(asking.locator(".said")).to_have_text(BEGINNING)
    asking.get_by_role("button", name="Stop", exact=True).click()
    model.released.set()
    expect(asking.locator(".cost")).to_contain_text("stopped")
    expect(asking.get_by_label("Your question")).to_be_editable()


def test_steps_are_ticked_off_while_they_are_done(asking: Page) -> None:
    """A plan that is made while somebody looks stands there step by step, each with how far it is."""
    asking.route("**/events?*", lambda route: route.fulfill(content_type="text/event-stream", body=PLANNED))
    asking.reload()
    expect(asking.locator(".steps li")).to_have_text(["Look at it done", "Order waiting"])
