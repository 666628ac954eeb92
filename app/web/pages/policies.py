"""The rules in words beside their text, what is wrong with them, and how two people change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from app.bootstrap import House
from app.deciding import decides
from app.rule_versions import active_version, counts_of, replayed
from app.web.notes import back_to, note_of
from app.web.rendering import fragment, page
from app.web.rule_files import written_rules
from app.web.who import Opened, Posted, SignedIn
from app.web.work import Work
from policies.difference import difference
from policies.lint import lint
from policies.model import PolicySet, Rule
from policies.reading import rule_in_words
from policies.strict_yaml import read_strict
from shop.errors import NotFoundError, PolicyLoadError
from tools.ledger.policy_versions import PROPOSED, PolicyVersion, Status

router = APIRouter()

FIRST: Final = "reordering.yaml"
"""The file that is opened where none is named."""

REPLAY_SECONDS: Final = 600
"""Of 30 days that are looked back on, ten minutes more or less tell nothing; the page says when it was."""


@router.get("/policies")
def shown(request: Request, house: Opened, visit: SignedIn, file: str = "") -> Response:
    """The rules in force, a file at a time, their findings, and every version there was."""
    active, rules = active_version(house), rules_told(house)
    chosen = next((one for one in rules.files if one.name == (file or FIRST)), None)
    if file and chosen is None:
        raise NotFoundError(f"there is no rule file {file!r}")
    return page(
        request,
        "policies.html",
        visit,
        active=active,
        rules=rules,
        shown=chosen or rules.files[0],
        versions=list(reversed(house.policymaking.versions())),
        may_draft=decides(visit.principal),
        note=note_of(request, visit),
    )


@router.get("/policies/{version}")
def one(request: Request, house: Opened, visit: SignedIn, version: str) -> Response:
    """One version: what differs from the rules in force, and what it would have answered otherwise."""
    meant = house.policymaking.version(version)
    rules = house.policymaking.rules(meant)
    work: Work = request.app.state.work
    report, at = house.kept.lately(
        house.clock(),
        ("replay", rules.sha),
        lambda: replayed(house, rules),
        partial(work.start, f"replay:{rules.sha}"),
        seconds=REPLAY_SECONDS,
    )
    return page(
        request,
        "policy_version.html",
        visit,
        version=meant,
        changes=difference(house.policies(), rules),
        report=report,
        replayed_at=at,
        findings=fragment(house, "policy_findings.html", findings=lint(rules)),
        files=sorted(house.policymaking.files(meant)),
        compared=house.policymaking.compared(meant) if meant.status in PROPOSED else (),
        proposed=meant.status in PROPOSED,
        shadowed=meant.status is Status.SHADOW,
        may_activate=decides(visit.principal),
        note=note_of(request, visit),
    )


@router.get("/policies/{version}/edit/{name}")
def editor(request: Request, house: Opened, visit: SignedIn, version: str, name: str) -> Response:
    """One rule file of a version in a form; sending it makes a draft."""
    files = house.policymaking.files(house.policymaking.version(version))
    if name not in files:
        raise PolicyLoadError(f"there is no rule file {name!r}; there are {', '.join(sorted(files))}")
    return page(
        request, "policy_edit.html", visit, version=version, name=name, text=files[name], reason="", fault=""
    )


@router.post("/policies/{version}/edit/{name}")
def draft(request: Request, house: Opened, form: Posted, version: str, name: str) -> Response:
    """Keep the changed file as a draft; what is wrong with it is said beside the text, which stays."""
    files = dict(house.policymaking.files(house.policymaking.version(version)))
    text = form.text("text").replace("\r\n", "\n") + "\n"
    try:
        made = house.policymaking.draft({**files, name: text}, form.person, form.text("reason"))
    except PolicyLoadError as error:
        values: dict[str, Any] = {"version": version, "name": name, "text": text, "fault": str(error)}
        return page(request, "policy_edit.html", form.visit, status=422, reason=form.text("reason"), **values)
    return back_to(f"/policies/{made.name}", f"{made.name} is a draft; nothing has changed yet", form.visit)


@router.post("/policies/{version}/shadow")
def shadow(house: Opened, form: Posted, version: str) -> Response:
    """Try a draft: every decision is also taken under it, without any effect."""
    tried = house.policymaking.shadow(version, form.person)
    return back_to(f"/policies/{tried.name}", f"{tried.name} is in the shadow", form.visit)


@router.post("/policies/{version}/activate")
def activate(house: Opened, form: Posted, version: str) -> Response:
    """Put a version in force, as its second person."""
    meant = house.policymaking.version(version)
    report = replayed(house, house.policymaking.rules(meant))
    done = house.policymaking.activate(meant.name, form.person, counts_of(report))
    return back_to("/policies", f"{done.name} is in force", form.visit)


@router.post("/policies/{version}/withdraw")
def withdraw(house: Opened, form: Posted, version: str) -> Response:
    """Give a draft up."""
    gone = house.policymaking.withdraw(version, form.person)
    return back_to("/policies", f"{gone.name} is withdrawn", form.visit)


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A rule file with its rules as sentences beside how they are written."""

    name: str
    count: int
    body: Markup


@dataclass(frozen=True, slots=True)
class Told:
    """A version of the rules as its page tells it to everybody."""

    count: int
    faults: int
    findings: Markup
    files: tuple[ToldFile, ...]


def rules_told(house: House) -> Told:
    """The rules in force as their page tells them, made once for each version."""
    active, rules = active_version(house), house.policies()
    return house.kept.always(("rules", active.number, rules.sha), lambda: _told(house, active, rules))


def _told(house: House, version: PolicyVersion, rules: PolicySet) -> Told:
    """The findings, and each rule file."""
    found = lint(rules)
    by_name = {policy.name: policy for policy in rules.policies}
    files = tuple(
        _file(house, name, text, policy.rules)
        for name, text in sorted(house.policymaking.files(version).items())
        if (policy := by_name.get(read_strict(text.encode()).get("policy"))) is not None
    )
    findings = fragment(house, "policy_findings.html", findings=found)
    return Told(sum(one.count for one in files), len(found), findings, files)


def _file(house: House, name: str, text: str, rules: Sequence[Rule]) -> ToldFile:
    written = written_rules(text)
    kinds: dict[str, list[tuple[Rule, str, str]]] = {}
    for rule in rules:
        kinds.setdefault(rule.kind, []).append((rule, rule_in_words(rule), written.get(rule.id, "")))
    body = fragment(house, "policy_file.html", name=name, text=text, kinds=list(kinds.items()))
    return ToldFile(name, len(rules), body)
