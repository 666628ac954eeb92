"""Sign-in through an identity provider: who gets in, with which roles, and every answer that is refused."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from app.bootstrap import House
from app.settings import Settings
from app.sign_in_groups import roles_by_group
from app.web.limits import Buckets
from app.web.oidc import provider_of
from app.web.server import create_app
from shop.errors import SetupError
from shop.people import Role
from tests.app.web.conftest import HOST
from tests.app.web.identity_provider import CLIENT, SECRET, FakeProvider, running

MAPPING = "buyers=operator+purchasing_manager, heads=admin, guests=viewer"


@pytest.fixture
def idp() -> Iterator[FakeProvider]:
    """The provider."""
    with running(time.time) as found:
        yield found


@pytest.fixture
def browser(house: House, idp: FakeProvider) -> Iterator[TestClient]:
    """A stranger's browser at a desk that knows the provider."""
    settings = Settings.load(
        {
            "home": house.home,
            "public_url": HOST,
            "oidc_issuer": idp.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_roles": MAPPING,
            "oidc_limit": "5000 GBP",
        }
    )
    app = create_app(House(settings, house.db), buckets=Buckets(1e6, 1e6))
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client


def begun(browser: TestClient, back: str = "/") -> str:
    """The address at the provider that a browser is sent to."""
    answer = browser.get("/sign-in/oidc", params={"next": back}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def came_back(browser: TestClient, answer: dict[str, str]) -> Any:
    """What the desk says to somebody who comes back."""
    return browser.get("/sign-in/oidc/back", params=answer, follow_redirects=False)


def signed_in(browser: TestClient, idp: FakeProvider, back: str = "/") -> Any:
    """The whole way, there and back."""
    return came_back(browser, idp.sign_in(begun(browser, back)))


def newcomers(house: House) -> dict[str, frozenset[Role]]:
    """People whom the provider brought, with their roles."""
    return {one.id: one.roles for one in house.people.everybody() if one.id.startswith("sso-")}


def test_somebody_of_a_known_group_gets_in_where_they_wanted(browser: TestClient, idp: FakeProvider) -> None:
    """A checked sign-in leads to the page that was asked for, with a session."""
    answer = signed_in(browser, idp, "/approvals")
    assert (answer.status_code, answer.headers["location"]) == (303, "/approvals")
    assert "Dana Bell" in browser.get("/").text


def test_what_is_sent_to_the_provider(browser: TestClient, idp: FakeProvider) -> None:
    """The address holds state, nonce and a hashed challenge, and comes back to the public address only."""
    asked = parse_qs(urlsplit(begun(browser)).query)
    assert asked["redirect_uri"] == [f"{HOST}/sign-in/oidc/back"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert begun(browser) != begun(browser)


def test_roles_are_those_of_the_mapped_groups_and_no_others(
    browser: TestClient, idp: FakeProvider, house: House
) -> None:
    """A group that is called like a role opens nothing unless the setting maps it; a limit holds for all."""
    idp.claims = {"groups": ["buyers", "finance", "admin"]}
    signed_in(browser, idp)
    assert list(newcomers(house).values()) == [{Role.OPERATOR, Role.PURCHASING_MANAGER}]
    limits = [one.limit for one in house.people.everybody() if one.id.startswith("sso-")]
    assert [str(limit) for limit in limits] == ["5,000.00 GBP"]


@pytest.mark.parametrize(
    "groups", [[], ["admin"], "purchasing_manager", None, {"buyers": True}, [["buyers"]]]
)
def test_nobody_without_a_mapped_group_gets_in(
    browser: TestClient, idp: FakeProvider, house: House, groups: object
) -> None:
    """Being known to the provider is not enough, whatever form the claim has."""
    idp.claims = {"groups": groups}
    answer = signed_in(browser, idp)
    assert answer.status_code == 403
    assert "no group that may use this desk" in answer.text
    assert newcomers(house) == {}


def test_roles_follow_the_groups_at_the_next_sign_in(
    browser: TestClient, idp: FakeProvider, house: House
) -> None:
    """Whoever left a group loses its roles when they next come, and stays the same person."""
    signed_in(browser, idp)
    idp.claims = {"groups": ["guests"], "preferred_username": "dana-renamed"}
    signed_in(browser, idp)
    assert list(newcomers(house).values()) == [{Role.VIEWER}]


def test_a_name_takes_over_nobody(browser: TestClient, idp: FakeProvider, house: House) -> None:
    """Somebody whom the provider calls owner is a new person beside the store's own owner."""
    idp.claims = {"preferred_username": "owner", "sub": "u-2"}
    signed_in(browser, idp)
    assert [name.rsplit("-", 1)[0] for name in newcomers(house)] == ["sso-owner"]
    assert "Dana Bell" in browser.get("/").text


def test_somebody_deactivated_stays_out(browser: TestClient, idp: FakeProvider, house: House) -> None:
    """The provider cannot bring back whom this store let go."""
    signed_in(browser, idp)
    house.people.deactivate(next(iter(newcomers(house))))
    assert signed_in(browser, idp).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-program"},
        {"aud": [CLIENT, "another-program"]},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000},
        {"exp": None},
        {"sub": None},
    ],
)
def test_an_id_token_that_does_not_fit_is_refused(
    browser: TestClient, idp: FakeProvider, house: House, claims: dict[str, object]
) -> None:
    """Nonce, audience, issuer, end and subject are all checked."""
    idp.claims = claims
    answer = signed_in(browser, idp)
    assert answer.status_code == 403
    assert "does not hold" in answer.text
    assert newcomers(house) == {}


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256", "kid": "one"}])
def test_a_token_without_a_key_pairs_signature_is_refused(
    browser: TestClient, idp: FakeProvider, header: dict[str, str]
) -> None:
    """Neither an unsigned token nor one signed with the shared secret signs anybody in."""
    idp.header = header
    assert signed_in(browser, idp).status_code == 403


def test_a_token_of_another_key_is_refused(browser: TestClient, idp: FakeProvider) -> None:
    """Only keys that the provider publishes count."""
    idp.published = [idp.key]
    idp.key = ECKey.generate_key("P-256", {"kid": "one"}, auto_kid=False)
    assert signed_in(browser, idp).status_code == 403


def test_keys_are_not_fetched_for_every_bad_token(browser: TestClient, idp: FakeProvider) -> None:
    """Strangers cannot make this server ask the provider again and again."""
    idp.header = {"alg": "ES256", "kid": "unknown"}
    for _ in range(3):
        signed_in(browser, idp)
    assert idp.key_reads == 1


def test_an_answer_for_another_browser_is_refused(
    browser: TestClient, idp: FakeProvider, house: House
) -> None:
    """A code that somebody else began with signs nobody in here."""
    answer = idp.sign_in(begun(browser))
    browser.cookies.clear()
    assert came_back(browser, answer).status_code == 403
    begun(browser)
    assert "not begun in this browser" in came_back(browser, answer).text
    assert newcomers(house) == {}


def test_a_stolen_code_is_worth_nothing_without_its_verifier(browser: TestClient, idp: FakeProvider) -> None:
    """A code of another sign-in, under this browser's state, is refused by the provider: PKCE."""
    idp.sign_in(begun(browser), "stolen")
    answer = idp.sign_in(begun(browser))
    assert "did not take the code" in came_back(browser, {**answer, "code": "stolen"}).text


def test_a_refusal_is_said_in_words(browser: TestClient, idp: FakeProvider) -> None:
    """What the provider sends as an error is told in our own words, never repeated."""
    answer = idp.sign_in(begun(browser))
    said = came_back(browser, {"state": answer["state"], "error": "<b>owned</b>"})
    assert said.status_code == 403
    assert "owned" not in said.text
    again = idp.sign_in(begun(browser))
    assert "you cancelled" in came_back(browser, {"state": again["state"], "error": "access_denied"}).text


def test_an_answer_of_another_issuer_is_refused(browser: TestClient, idp: FakeProvider) -> None:
    """A mix-up of providers is noticed by the issuer in the answer."""
    answer = idp.sign_in(begun(browser))
    assert came_back(browser, {**answer, "iss": "https://evil.example"}).status_code == 403


def test_a_document_about_another_issuer_is_refused(browser: TestClient, idp: FakeProvider) -> None:
    """What the issuer's address publishes must be about that issuer."""
    idp.document = {"issuer": "https://evil.example"}
    assert browser.get("/sign-in/oidc", follow_redirects=False).status_code == 403


def test_the_way_back_stays_on_this_site(browser: TestClient, idp: FakeProvider) -> None:
    """A foreign way back leads to Today."""
    assert signed_in(browser, idp, "//evil.example").headers["location"] == "/"


def test_without_a_provider_there_is_no_such_page(stranger: TestClient) -> None:
    """A store without the setting offers no link and has no page for it."""
    assert stranger.get("/sign-in/oidc").status_code == 404
    assert "organisation" not in stranger.get("/sign-in").text


def test_half_a_setting_is_refused() -> None:
    """An issuer without roles would let in nobody or everybody: the start says what is missing."""
    with pytest.raises(SetupError, match="SHOPHAND_OIDC_ROLES"):
        provider_of(Settings.load({"oidc_issuer": "https://id.example"}))


@pytest.mark.parametrize("text", ["", "buyers", "buyers=boss", "a=viewer, a=admin", "=admin"])
def test_a_mapping_that_says_nothing_clear_is_refused(text: str) -> None:
    """Unknown roles, groups named twice and empty mappings are errors at the start."""
    with pytest.raises(SetupError):
        roles_by_group(text)
