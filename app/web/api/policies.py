"""The rules: versions, what is in force in words, and what a version would have answered lately."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from app.bootstrap import House
from app.rule_versions import active_version, counts_of, replayed
from app.web.api.shapes import (
    PAGE,
    After,
    Id,
    In,
    Limit,
    Listed,
    MoneyOut,
    Out,
    Reason,
    Words,
    place_in_list,
)
from app.web.who import LONGEST_FIELD, Caller, Decider, Opened
from policies.decision import Verdict
from policies.lint import lint
from policies.reading import rule_in_words
from tools.ledger.policy_versions import PolicyVersion

router = APIRouter(tags=["policies"])

_MOST_FILES: Final = 50
Text = Annotated[str, StringConstraints(max_length=LONGEST_FIELD, pattern=r"^[^\x00]*$")]
"""Of a rule file."""


class VersionOut(Out):
    """One version of the rules."""

    name: str
    sha: str
    status: str
    author: str
    reason: str
    drafted_at: datetime
    activated_at: datetime | None
    activated_by: str | None


class RuleOut(Out):
    """A rule as a sentence."""

    policy: str
    rule: str
    words: str


class FindingOut(Out):
    """Something that `policy check` says about the rules."""

    severity: str
    rule: str
    text: str


class RulesOut(Out):
    """A version with its files, its rules as sentences and the findings about them."""

    version: VersionOut
    files: dict[str, str]
    rules: list[RuleOut]
    findings: list[FindingOut]


class DraftIn(In):
    """The rule files that change, name and text, upon those of `base`; null takes a file away."""

    files: dict[Words, Text | None] = Field(min_length=1, max_length=_MOST_FILES)
    reason: Reason
    base: Words = Field(
        "", description="the version that the others are taken from; the one in force if empty"
    )


class TransitionOut(Out):
    """So many decisions from one verdict to another, with the money in them by currency."""

    before: Verdict
    after: Verdict
    decisions: int
    money: list[MoneyOut]


class ExampleOut(Out):
    """A changed decision with much money in it."""

    action_id: str
    kind: str
    at: datetime
    requester: str
    before: Verdict
    after: Verdict
    money: MoneyOut | None
    reason: str


class ReplayOut(Out):
    """What these rules would have answered to the decisions of the last 30 days."""

    policy_sha: str
    decisions: int
    changed: int
    stricter: int
    transitions: list[TransitionOut]
    extra_approvals_per_day: Decimal
    extra_approvals: dict[date, int]
    examples: list[ExampleOut]
    caveat: str


@router.get("/policies", summary="Versions of the rules, by number")
def listed(house: Opened, caller: Caller, after: After = "", limit: Limit = PAGE) -> Listed[VersionOut]:
    """Every version there ever was."""
    del caller
    behind = place_in_list(after)
    found = [one for one in house.policymaking.versions() if one.number > behind]
    following = str(found[limit - 1].number) if len(found) > limit else None
    return Listed(items=[VersionOut.model_validate(one) for one in found[:limit]], next=following)


@router.get("/policies/active", summary="The rules in force")
def active(house: Opened, caller: Caller) -> RulesOut:
    """In words and as their files."""
    del caller
    return _rules(house, active_version(house))


@router.get("/policies/{version}", summary="One version of the rules")
def one(house: Opened, caller: Caller, version: Id) -> RulesOut:
    """By number (``v3``) or the beginning of its digest."""
    del caller
    return _rules(house, house.policymaking.version(version))


@router.get("/policies/{version}/replay", summary="What a version would have answered")
def replay(house: Opened, caller: Caller, version: Id) -> ReplayOut:
    """The decisions of the last 30 days, decided again on the facts of their time."""
    del caller
    rules = house.policymaking.rules(house.policymaking.version(version))
    return ReplayOut.model_validate(replayed(house, rules))


@router.post("/policies", summary="Draft rules")
def draft(house: Opened, person: Decider, asked: DraftIn) -> VersionOut:
    """A draft changes nothing; rules that do not hold, or fail their tests, are refused with the place."""
    base = house.policymaking.version(asked.base) if asked.base else active_version(house)
    files = {**house.policymaking.files(base), **asked.files}
    kept = {name: text for name, text in files.items() if text is not None}
    return VersionOut.model_validate(house.policymaking.draft(kept, person, asked.reason))


@router.post("/policies/{version}/shadow", summary="Try a draft in the shadow")
def shadow(house: Opened, person: Decider, version: Id) -> VersionOut:
    """Every decision is then also taken under it, without any effect."""
    return VersionOut.model_validate(house.policymaking.shadow(version, person))


@router.post("/policies/{version}/activate", summary="Put rules in force, as the second person")
def activate(house: Opened, person: Decider, version: Id) -> VersionOut:
    """Somebody else than the author, one of the two an administrator; the counts of a replay are recorded."""
    meant = house.policymaking.version(version)
    counts = counts_of(replayed(house, house.policymaking.rules(meant)))
    return VersionOut.model_validate(house.policymaking.activate(meant.name, person, counts))


@router.post("/policies/{version}/withdraw", summary="Give a draft up")
def withdraw(house: Opened, person: Decider, version: Id) -> VersionOut:
    """Its author may, or an administrator."""
    return VersionOut.model_validate(house.policymaking.withdraw(version, person))


def _rules(house: House, version: PolicyVersion) -> RulesOut:
    rules = house.policymaking.rules(version)
    return RulesOut(
        version=VersionOut.model_validate(version),
        files=house.policymaking.files(version),
        rules=[
            RuleOut(policy=policy.name, rule=rule.id, words=rule_in_words(rule))
            for policy in rules.policies
            for rule in policy.rules
        ],
        findings=[FindingOut.model_validate(one) for one in lint(rules)],
    )
