"""Prompts: versions, digests, and what must stand in them."""

from __future__ import annotations

from importlib.resources import files

import pytest

from prompts import parse_prompt, prompt, recorded
from shop.errors import SetupError

NAMES = sorted(
    each.name.removesuffix(".md") for each in files("prompts").iterdir() if each.name.endswith(".md")
)


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_text_needs_a_new_version(name: str) -> None:
    """The digest of each prompt is recorded under its version: add a version and its digest to change it."""
    found = prompt(name)
    assert recorded()[name].get(found.version) == found.sha, (
        f"prompts/{name}.md changed: raise its version and add {found.sha} to prompts/digests.json"
    )


def test_a_version_is_recorded_once() -> None:
    """No two versions of a prompt have the same text."""
    for versions in recorded().values():
        assert len(set(versions.values())) == len(versions)


def test_the_digest_follows_the_text() -> None:
    """Another text is another digest; white space at its ends is not."""
    one = parse_prompt("p", "---\nversion: 1\n---\nBe kind.\n")
    assert one.sha == parse_prompt("p", "---\nversion: 1\n---\n\nBe kind.\n\n").sha
    assert one.sha != parse_prompt("p", "---\nversion: 1\n---\nBe cruel.\n").sha


@pytest.mark.parametrize("content", ["Be kind.", "---\nBe kind.\n", "---\nversion: x\n---\nBe kind.", ""])
def test_a_prompt_without_a_version_is_refused(content: str) -> None:
    """A prompt needs its version in front."""
    with pytest.raises(SetupError, match="version: N"):
        parse_prompt("p", content)


def test_a_missing_prompt_is_a_set_up_error() -> None:
    """A prompt that is not there names itself."""
    with pytest.raises(SetupError, match="no prompt 'nothing'"):
        prompt("nothing")


@pytest.mark.parametrize(
    "words", ["make_plan", "awaiting approval", "Never calculate", "untrusted", "Do not try it again"]
)
def test_the_operator_prompt_says_what_the_product_promises(words: str) -> None:
    """The sentences that other rooms rely on stand in the prompt."""
    assert words in prompt("operator").text
