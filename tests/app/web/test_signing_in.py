"""Who gets in to the pages, and who does not."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.auth import REFUSED
from app.bootstrap import House
from app.web.sessions import FAILURES, IDLE, LONGEST, TOO_MANY, Sessions
from shop.errors import AccessDeniedError
from shop.people import Kind, Role
from shop.store.people import Scope
from tests.app.web.conftest import SignIn


@pytest.mark.parametrize("path", ["/", "/approvals", "/approvals/A-1"])
def test_a_stranger_is_asked_to_sign_in(stranger: TestClient, path: str) -> None:
    """Every page sends somebody who is not signed in to the sign-in form, with the way back."""
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_a_token_opens_the_pages(sign_in: SignIn) -> None:
    """Whoever sends their token sees Today."""
    assert "Today" in sign_in("operator").get("/").text


def test_a_wrong_token_is_refused_in_the_usual_words(stranger: TestClient) -> None:
    """A token that nobody has gives 403 and the words that every invalid token gets."""
    answer = stranger.post("/sign-in", data={"token": "shp_nonsense"})
    assert answer.status_code == 403
    assert REFUSED[1:] in answer.text


def test_an_agent_cannot_sign_in(house: House, stranger: TestClient) -> None:
    """A token of an agent opens no page: pages are for humans."""
    house.people.create("robot", "Robot", [Role.OPERATOR], kind=Kind.AGENT)
    token = house.people.issue("robot")
    assert stranger.post("/sign-in", data={"token": token}).status_code == 403


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ASK])
def test_a_narrow_token_signs_nobody_in(house: House, stranger: TestClient, scope: Scope) -> None:
    """A token for programs that may do less than its person does not become a session of that person."""
    token = house.people.issue("owner", scope=scope)
    assert stranger.post("/sign-in", data={"token": token}).status_code == 403


def test_a_one_time_link_works_once(house: House) -> None:
    """The second use of a one-time key is refused."""
    sessions = Sessions(house.db, house.clock)
    key = house.people.issue("owner", timedelta(minutes=10), Scope.LINK)
    assert sessions.sign_in(key, "10.0.0.1")
    with pytest.raises(AccessDeniedError):
        sessions.sign_in(key, "10.0.0.1")


def test_a_one_time_link_is_no_token(house: House) -> None:
    """A one-time key opens the sign-in form and nothing else."""
    key = house.people.issue("owner", timedelta(minutes=10), Scope.LINK)
    with pytest.raises(AccessDeniedError):
        house.people.principal_for(key)


def test_looking_at_a_one_time_link_does_not_use_it_up(house: House, stranger: TestClient) -> None:
    """A mail scanner that opens the address signs nobody in: only sending the form does."""
    key = house.people.issue("owner", timedelta(minutes=10), Scope.LINK)
    stranger.get("/sign-in", params={"key": key})
    assert stranger.post("/sign-in", data={"token": key}, follow_redirects=False).status_code == 303


def test_too_many_failures_wait(house: House) -> None:
    """After ten failures even the right token waits, from that address only."""
    sessions = Sessions(house.db, house.clock)
    for _ in range(FAILURES):
        with pytest.raises(AccessDeniedError):
            sessions.sign_in("shp_wrong", "10.0.0.1")
    token = house.credentials.tokens()["owner"]
    with pytest.raises(AccessDeniedError, match=TOO_MANY):
        sessions.sign_in(token, "10.0.0.1")
    assert sessions.sign_in(token, "10.0.0.2")


@pytest.mark.parametrize("later", [IDLE + timedelta(seconds=1), LONGEST])
def test_a_session_ends_by_itself(house: House, later: timedelta) -> None:
    """A session that lies idle, or is a day old, is over."""
    start = house.clock()
    cookie = Sessions(house.db, lambda: start).sign_in(house.credentials.tokens()["owner"], "10.0.0.1")
    assert Sessions(house.db, lambda: start + later).visit(cookie) is None


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    """After signing out the old cookie opens nothing."""
    browser = sign_in("operator")
    cookies = dict(browser.client.cookies)
    browser.post("/sign-out")
    browser.client.cookies.update(cookies)
    assert browser.get("/").path == "/sign-in"


def test_signing_out_everywhere_ends_every_session_of_oneself(sign_in: SignIn) -> None:
    """The page about oneself tells each session, and one button ends them all, nobody else's."""
    here, elsewhere, other = sign_in("operator"), sign_in("operator"), sign_in("maya")
    told = here.get("/account").text
    assert (told.count("Last used"), told.count("this browser")) == (3, 1)  # the head and two sessions
    assert "Sign out everywhere" in told
    refused = here.client.post("/sign-out", data={"everywhere": "1"})
    assert (refused.status_code, elsewhere.get("/").path) == (403, "/")
    here.post("/sign-out", everywhere="1")
    assert [one.get("/account").path for one in (here, elsewhere, other)] == [
        "/sign-in",
        "/sign-in",
        "/account",
    ]


def test_somebody_deactivated_is_out_at_once(house: House, sign_in: SignIn) -> None:
    """Deactivating a person ends what they are doing, not only their next sign-in."""
    browser = sign_in("maya")
    house.people.deactivate("maya")
    assert browser.get("/").path == "/sign-in"


def test_revoking_tokens_ends_sessions_too(house: House, sign_in: SignIn) -> None:
    """Whoever signed in with a token that got lost is out when the person's tokens are revoked."""
    browser = sign_in("maya")
    house.people.revoke_all("maya")
    assert browser.get("/").path == "/sign-in"


def test_over_tls_a_session_is_bound_to_this_host(house: House, stranger: TestClient) -> None:
    """Another host of the domain cannot set the cookie, no script reads it, signing out takes it away."""
    with TestClient(stranger.app, base_url="https://desk.example") as browser:
        given = browser.post("/sign-in", data={"token": house.credentials.tokens()["owner"]}).history[0]
        set_to = given.headers["set-cookie"]
        csrf = browser.get("/").text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        browser.post("/sign-out", data={"csrf": csrf})
        assert set_to.startswith("__Host-shophand=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(set_to.split("; "))
        assert not browser.cookies


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_way_back_never_leads_to_another_site(house: House, stranger: TestClient, next_page: str) -> None:
    """An address with a foreign way back leads to Today instead."""
    token = house.credentials.tokens()["owner"]
    answer = stranger.post("/sign-in", data={"token": token, "next": next_page}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(("scope", "roles"), [(Scope.READ, {"viewer"}), (Scope.ASK, {"viewer"})])
def test_a_scope_only_takes_away(house: House, scope: Scope, roles: set[str]) -> None:
    """What is left of the owner, who is no operator, under a narrow token is looking on."""
    principal = house.people.principal_for(house.people.issue("owner", scope=scope))
    assert set(principal.roles) == roles
