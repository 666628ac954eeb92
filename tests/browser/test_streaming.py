"""An answer that comes piece by piece from a language model, watched in the browser."""

import json
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

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


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """A language model that stops half-way until it is released."""
    with OpenAIServer() as server:
        yield server
        server.released.set()


@pytest.fixture(scope="module", autouse=True)
def _libraries() -> None:
    """The first turn in a process waits for the model's libraries, which is not what is looked at here."""
    for name in ("agent.operator", "agent.openai_chat", "langchain_openai", "langchain.agents"):
        import_module(name)


@pytest.fixture
def asking(store_template: Path, tmp_path: Path, model: OpenAIServer, chromium: Browser) -> Iterator[Page]:
    """The page of a question whose answer has begun and waits for its release."""
    shutil.copytree(store_template, tmp_path / "home")
    flags = {"model": "openai:scripted", "openai_base_url": model.base_url, "openai_api_key": "made-up"}
    with serving(tmp_path / "home", **flags) as served, entering(served, chromium) as enter:
        yield asked(enter("operator", "/ask"))
        model.released.set()
        ended(served)


def asked(page: Page) -> Page:
    """Put the question whose answer stops half-way."""
    page.get_by_label("Your question").fill(json.dumps({"text": WORDS, "faults": [{"hold": HELD}]}))
    page.keyboard.press("Enter")
    return page


def ended(served: Served) -> None:
    """Wait for the turn's end, so that nothing is written to a store that is gone."""
    (stream,) = served.house.conversations.journal.streams("conversation")
    list(served.house.conversations.history(stream.id))


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
