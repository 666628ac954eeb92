"""Rules and dials in the browser: read in words, changed by two people."""

import html
import re

import pytest

from app.bootstrap import House
from app.web.rendering import formats_of
from policies.reading import rule_in_words
from policies.vocabulary import label
from shop.people import Role
from tests.app.web.conftest import Browser, SignIn
from tools.ledger.policy_versions import Status


@pytest.fixture
def author(sign_in: SignIn) -> Browser:
    """A purchasing manager who drafts."""
    return sign_in("maya")


@pytest.fixture
def owner(sign_in: SignIn) -> Browser:
    """The owner, an administrator."""
    return sign_in("owner")


def drafted(author: Browser) -> str:
    """The path of a draft whose first approval limit of 1,000 is 1,100."""
    page = author.get("/policies/v1/edit/reordering.yaml").text
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])  # type: ignore[index]
    changed = text.replace("Order of {value} is over", "This order of {value} is over")
    assert changed != text
    return author.post("/policies/v1/edit/reordering.yaml", text=changed, reason="clearer words").path


def test_every_rule_is_a_sentence(author: Browser, house: House) -> None:
    """The page of each file has its rules in words, and beside them how they are written."""
    names = house.policymaking.files(house.policymaking.version("v1"))
    text = html.unescape("".join(author.get(f"/policies?file={name}").text for name in names))
    told = formats_of(house).told
    assert all(told(rule_in_words(rule)) in text for rule in house.policies().rules)
    assert all(text.count(f"- id: {rule.id}\n") == 2 for rule in house.policies().rules)


def test_a_file_that_is_none_is_not_found(author: Browser) -> None:
    """A name that no rule file has is answered with 404."""
    assert author.get("/policies?file=none.yaml").status == 404


def test_a_changed_file_becomes_a_draft(author: Browser, house: House) -> None:
    """Sending a changed file makes a draft, and the rules in force stay."""
    before = house.policies().sha
    path = drafted(author)
    draft = house.policymaking.version(path.rsplit("/", 1)[1])
    assert draft.status is Status.DRAFT
    assert house.policies().sha == before


def test_a_draft_says_what_it_would_change(author: Browser) -> None:
    """Its page has the rule that differs and the replay of past decisions."""
    text = author.get(drafted(author)).text
    assert "Changed" in text
    assert "decisions would be others" in text


def test_its_author_cannot_put_a_draft_in_force(author: Browser, house: House) -> None:
    """Activation by the author is refused while others decide here."""
    path = drafted(author)
    house.admit("noor", "Noor", frozenset({Role.FINANCE, Role.ADMIN}))
    assert author.post(f"{path}/activate").status == 403


def test_a_second_person_puts_it_in_force(author: Browser, owner: Browser, house: House) -> None:
    """Another person, an administrator, activates it, and it counts at once."""
    path = drafted(author)
    owner.post(f"{path}/activate")
    assert house.policymaking.version(path.rsplit("/", 1)[1]).status is Status.ACTIVE


def test_a_faulty_file_keeps_what_was_typed(author: Browser, house: House) -> None:
    """What is wrong is said beside the text; nothing is stored."""
    answer = author.post("/policies/v1/edit/reordering.yaml", text="policy: x\nrulez: []", reason="r")
    assert answer.status == 422
    assert "rulez: []" in answer.text
    assert len(house.policymaking.versions()) == 1


def test_a_dial_is_tightened_at_once(author: Browser, house: House) -> None:
    """One person turns a dial down and it holds."""
    author.post("/autonomy", kind="change_price", mode="observe")
    assert house.desk.modes()["change_price"].value == "observe"


def test_a_dial_is_loosened_by_two(author: Browser, owner: Browser, house: House) -> None:
    """Loosening waits until another person confirms it."""
    author.post("/autonomy", kind="change_price", mode="observe")
    author.post("/autonomy", kind="change_price", mode="auto", reason="works well")
    assert house.desk.modes()["change_price"].value == "observe"
    waiting = house.desk.loosenings()[0]
    owner.post(f"/autonomy/{waiting.id}/confirm")
    assert house.desk.modes()["change_price"].value == "auto"


def test_a_rule_in_words_names_what_it_looks_at(house: House) -> None:
    """No sentence says "when yes" without saying of what."""
    for rule in house.policies().rules:
        said = rule_in_words(rule)
        assert all(label(one.fact) in said for one in rule.when), said
