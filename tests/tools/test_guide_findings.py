"""Guides that are stale, contradict each other or contradict the rules; the sample's guides do none of it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

import shop.imports.sample
from evals.guides import Question, read_questions, score
from policies.rules import SHIPPED, PolicySet, load_policies
from tools.knowledge.findings import GuideFinding, findings
from tools.knowledge.guide import Guide
from tools.knowledge.guide_library import Library
from tools.knowledge.reading import guides_of

TODAY = date(2026, 11, 20)
SAMPLE = Library(Path(shop.imports.sample.__file__).parent / "guides")
QUESTIONS = Path("evals/data/guides_questions.jsonl")


@pytest.fixture(scope="module")
def rules() -> PolicySet:
    """The rules as they are shipped."""
    return load_policies(SHIPPED)


def _guides(**texts: str) -> list[Guide]:
    return guides_of({f"{name}.md": text.encode() for name, text in texts.items()})


def _found(guides: Sequence[Guide], rules: PolicySet | None = None) -> list[tuple[str, str]]:
    return [(one.kind, one.file) for one in findings(guides, rules, TODAY)]


def test_the_samples_guides_agree_with_the_rules(rules: PolicySet) -> None:
    """The sample's guides are fresh, at one with each other and with the shipped rules."""
    assert findings(SAMPLE.guides(), rules, TODAY) == []


def test_the_samples_guides_state_limits_of_each_subject(rules: PolicySet) -> None:
    """At least thirty claims of the sample's guides are held against rules, of four rule files."""
    ids = {rule.id: policy.name for policy in rules.policies for rule in policy.rules}
    claimed = [term.partition(".")[0] for one in SAMPLE.guides() for term in one.about.states]
    held = [ids[term] for term in claimed if term in ids]
    assert len(held) >= 30
    assert len(set(held)) == 4


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ("refund-late: 14 days", "says 14 days where the rule refund-late says 30"),
        ("refund-lead: 50 EUR", "says 50 EUR where the rule refund-lead says 50.00 GBP"),
        ("refund-lead.by: finance", "says finance where the rule refund-lead.by says support lead"),
        ("refund-lead.expires: 24 h", "says 24 h where the rule refund-lead.expires says 48 h"),
        (
            "refund-latte: 30 days",
            "states refund-latte, but no rule has this name (see: shophand policy list)",
        ),
        ("refund-lead.pieces: 3", "states refund-lead.pieces, but the rule refund-lead has no pieces"),
    ],
)
def test_a_guide_that_says_otherwise_than_a_rule_is_found(states: str, text: str, rules: PolicySet) -> None:
    """A claim that is not the rule's, in number, currency, people or name, is a finding."""
    body = "14 days 30 days 50 EUR 24 h 3 finance"
    guides = _guides(a=f"---\nstates: {{{states}}}\n---\n{body}")
    assert findings(guides, rules, TODAY) == [GuideFinding("rules", "a.md", text)]


def test_a_claim_must_stand_in_the_text(rules: PolicySet) -> None:
    """Front matter that claims what the text does not say is a finding."""
    guides = _guides(a="---\nstates: {refund-late: 30 days}\n---\nSend it back within 130 days.")
    assert _found(guides, rules) == [("front matter", "a.md")]


def test_marked_terms_must_agree() -> None:
    """Two guides in force that give a term different values contradict each other."""
    guides = _guides(
        a="---\nstates: {return window: 30 days}\n---\n30 days",
        b="---\nstates: {return window: 14 days}\n---\n14 days",
        old="---\nstates: {return window: 7 days}\nvalid_until: 2025-01-01\n---\n7 days",
    )
    assert _found(guides) == [("contradiction", "a.md"), ("stale", "old.md")]


def test_like_sentences_must_agree() -> None:
    """Two guides that say one thing with different numbers contradict each other; other subjects do not."""
    guides = _guides(
        a="# Care\nCustomers report broken goods within 14 days of delivery.",
        b="# Care\nCustomers report broken goods within 30 days of delivery.",
        c="# Care\nGas canisters travel by road within 3 days.",
    )
    titled = [one for one in guides if one.file != "c.md"]
    assert _found(titled) == [("contradiction", "a.md")]
    assert _found([guides[0], guides[2]]) == []


@pytest.mark.parametrize(
    "front",
    ["valid_until: 2026-11-19", "review_by: 2026-11-19", "updated: 2025-11-19", "valid_untill: 2027-01-01"],
)
def test_age_and_unread_keys_are_found(front: str) -> None:
    """A guide past its validity or review, untouched for a year, or with a key nobody reads is a finding."""
    assert len(_found(_guides(a=f"---\n{front}\n---\ntext"))) == 1


def test_the_questions_are_many_and_of_the_samples_guides() -> None:
    """The own questions number over 100 with an answer and over 30 without, about guides that exist."""
    questions = read_questions(QUESTIONS)
    known = {Path(guide.file).stem for guide in SAMPLE.guides()}
    assert len([one for one in questions if one.guide]) >= 100
    assert len([one for one in questions if one.guide is None]) >= 30
    assert {one.guide for one in questions if one.guide} == known
    assert read_questions(QUESTIONS, "tuning")[:1] + read_questions(QUESTIONS, "kept")[:1] == questions[:2]


def test_hits_and_refusals_are_counted() -> None:
    """A right guide first is a hit at one; silence is right without an answer and wrong with one."""
    questions = [
        Question("how long is the warranty on a tent", "warranty"),
        Question("who was the first man on the moon", None),
        Question("where do penguins live", "returns"),
    ]
    scored, faults = score(questions, SAMPLE)
    assert (scored.questions, scored.hit_1, scored.hit_3) == (3, 0.5, 0.5)
    assert (scored.refusals_right, scored.refusals_wrong) == (1, 1)
    assert len(faults) == 1
