"""What every page promises whatever is on it."""

from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from app.bootstrap import House
from app.web.headers import CONTENT_SECURITY_POLICY
from app.web.limits import LARGEST_BODY, Buckets
from shop.people import Principal
from tests.app.web.conftest import Browser, SignIn


@pytest.fixture
def browser(sign_in: SignIn) -> Browser:
    """The browser of a manager."""
    return sign_in("maya")


@pytest.mark.parametrize(
    "path", ["/", "/approvals", "/sign-in", "/nowhere", "/healthz", "/static/style.css", "/approvals/A-99"]
)
def test_every_answer_carries_the_policy(browser: Browser, path: str) -> None:
    """Pages, files and errors all forbid inline scripts, foreign sources and frames."""
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/approvals", "/sign-in"])
def test_pages_have_no_inline_script_or_style(browser: Browser, path: str) -> None:
    """Nothing on a page would need a weaker policy."""
    text = browser.get(path).text
    assert "<script>" not in text
    assert "style=" not in text
    assert "onclick" not in text


def test_a_form_without_its_value_is_refused(browser: Browser, house: House) -> None:
    """A change without the session's own form value does nothing."""
    answer = browser.client.post("/stop", data={"reason": "x"})
    assert answer.status_code == 403
    assert not house.desk.is_stopped()


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}]
)
def test_a_form_from_another_site_is_refused(browser: Browser, house: House, headers: dict[str, str]) -> None:
    """Even with the right value, a change that another site sends does nothing."""
    answer = browser.client.post("/stop", data={"csrf": browser.csrf}, headers=headers)
    assert answer.status_code == 403
    assert not house.desk.is_stopped()


def test_no_address_that_is_only_opened_changes_anything(browser: Browser, house: House) -> None:
    """Opening the address of a change is no change: 405, and what is allowed there."""
    answer = browser.get("/stop")
    assert (answer.status, answer.headers.get("allow")) == (405, "POST")
    assert not house.desk.is_stopped()


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/autonomy", "GET, POST"),
        ("PUT", "/api/v1/conversations", "GET, POST"),
        ("DELETE", "/static/style.css", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_allowed_is_told_all_that_are(
    browser: Browser, method: str, path: str, allowed: str
) -> None:
    """Of an address with several routes the header names the methods of each, and of no other address."""
    answer = browser.client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (405, allowed)


def test_the_stop_switch_works_from_every_page(browser: Browser, house: House) -> None:
    """One press stops everything and says so."""
    assert "Stopped" in browser.post("/stop", back="/approvals").text
    assert house.desk.is_stopped()


def test_a_large_request_is_refused(browser: Browser) -> None:
    """A body over the limit is not read to its end."""
    assert browser.client.post("/stop", content=b"x" * (LARGEST_BODY + 1)).status_code == 413


def test_a_bucket_is_empty_after_its_burst() -> None:
    """One visitor's burst is used up; another one's is not, and time fills it again."""
    now = [0.0]
    buckets = Buckets(per_second=1.0, burst=2.0, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    assert buckets.take("b")
    now[0] = 1.0
    assert buckets.take("a")


def test_a_sentence_in_an_address_is_shown_only_if_we_wrote_it(browser: Browser) -> None:
    """Nobody puts words into our pages by sending somebody a link."""
    text = browser.get("/approvals?note=Your+token+expired&sign=0").text
    assert "Your token expired" not in text


def test_a_title_with_markup_is_text(
    browser: Browser, waiting: str, house: House, operator: Principal
) -> None:
    """Markup in what people typed is shown, not run."""
    evil = "<script>alert(1)</script>"
    house.desk.reject(waiting, house.people.principal_for(house.credentials.tokens()["owner"]), evil)
    text = browser.get(f"/approvals/{waiting}").text
    assert evil not in text
    assert "&lt;script&gt;" in text
    assert operator.id


def test_a_page_that_is_not_there_says_so(stranger: TestClient) -> None:
    """An unknown address gives 404 and a way on."""
    answer = stranger.get("/nowhere")
    assert answer.status_code == 404
    assert "Go to Today" in answer.text


def test_a_server_that_ends_is_not_ready(stranger: TestClient) -> None:
    """Whoever sends people to servers sends nobody more to one that was asked to end."""
    assert stranger.get("/readyz").status_code == httpx.codes.OK
    app: Any = stranger.app
    app.state.ending = True
    assert stranger.get("/readyz").json()["failed"] == {"server": "it is ending"}
