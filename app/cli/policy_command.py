from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import policy_explanation, policy_life, policy_replay, screen
from app.cli.options import AsJson, house
from app.cli.policy_sources import source_of
from policies.lint import Finding, Severity, lint
from policies.replay import replay
from policies.rules import PolicySet, Rule
from policies.selftest import TestReport, run_tests
from shop.errors import NotFoundError, PolicyLoadError
from tools.explaining import explain as explanation_of
from tools.explaining import names_an_action
from tools.knowledge.findings import disagreements
from tools.ledger.history import recorded_decisions

if TYPE_CHECKING:
    from app.bootstrap import House

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
Rules = Annotated[
    str | None,
    typer.Argument(
        metavar="FILE_OR_DIR_OR_VERSION",
        help="Rule files, a version (v3) or 'active'; else the store's working copy.",
    ),
]


@app.callback()
def _group() -> None:
    """The rules: what happens by itself, what asks a person, what never happens."""


@app.command("list")
def list_rules(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only rules about this kind of action.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every rule in force with its effect and its reason."""
    policies = house(context).policies()
    rules = [rule for rule in policies.rules if kind in (None, rule.kind)]
    if as_json:
        screen.answer("policy/1", {"sha": policies.sha, "rules": [rule.as_json() for rule in rules]})
        return
    screen.table(
        ("rule", "action", "effect", "when", "who decides"),
        [(rule.id, rule.kind, rule.effect.value, _conditions(rule), _who(rule)) for rule in rules],
    )
    screen.talk(f"{policies.version}; sha {policies.sha}")


@app.command()
def check(context: typer.Context, rules: Rules = None, as_json: AsJson = False) -> None:
    """Read the rule files strictly, look for rules that cannot mean what they say, run their tests."""
    opened = house(context)
    policies = source_of(opened, rules).rules()
    findings = [*lint(policies), *_guides_at_odds(opened, policies)]
    for finding in findings:
        screen.talk(f"{finding.severity.value}: {finding.rule} {finding.text}")
    _test(policies, as_json=as_json, brief=True, findings=findings)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise PolicyLoadError("the rules cannot mean what they say; see the lines above")


@app.command("test")
def run_rule_tests(context: typer.Context, rules: Rules = None, as_json: AsJson = False) -> None:
    """Run the tests that stand in the rule files, one line each."""
    _test(source_of(house(context), rules).rules(), as_json=as_json, brief=False)


@app.command()
def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="An approval (A-17), an action, its digest or a rule.")],
    as_json: AsJson = False,
) -> None:
    """Say why something was decided as it was, or what a rule does."""
    opened = house(context)
    if names_an_action(what):
        found = explanation_of(opened.db, what)
        if as_json:
            screen.answer("explanation/1", policy_explanation.as_json(found))
        else:
            policy_explanation.show(found)
    else:
        _explain_rule(opened.policies(), what, as_json=as_json)


@app.command("replay")
def replay_decisions(
    context: typer.Context,
    since: Annotated[str, typer.Option(metavar="30d", help="Hours (48h) or days (30d) back.")] = "30d",
    draft: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="RULES",
            help="Rules to try: a version or its digest, a file in place of its namesake, a directory.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide past requests again, by the rules in force or by a draft, and show what would change."""
    back = policy_replay.span(since)
    opened = house(context)
    policies = opened.policies() if draft is None else source_of(opened, draft).rules()
    with opened.db.reading() as snapshot:
        report = replay(recorded_decisions(snapshot, opened.db.tenant, opened.clock() - back), policies)
    if as_json:
        screen.answer("policy_replay/1", report.as_json())
    else:
        policy_replay.show(report)


for _command in (
    policy_life.draft,
    policy_life.adopt,
    policy_life.shadow,
    policy_life.activate,
    policy_life.withdraw,
    policy_life.versions,
    policy_life.diff,
    policy_life.export,
):
    app.command()(_command)


def _guides_at_odds(opened: House, policies: PolicySet) -> list[Finding]:
    """Where a guide of the store says something else than these rules: people would be told wrong."""
    if opened.guides is None:
        return []
    today = opened.clock().date()
    return [
        Finding(Severity.WARNING, one.file, f"(a guide) {one.text}")
        for one in disagreements(opened.guides.guides(), policies, today)
    ]


def _test(policies: PolicySet, *, as_json: bool, brief: bool, findings: Sequence[Finding] = ()) -> None:
    report = run_tests(policies)
    if as_json:
        tests = [{"name": one.name, "action": one.kind, "difference": one.text} for one in report.outcomes]
        body = {
            "sha": policies.sha,
            "rules": len(policies.rules),
            "passed": report.passed,
            "tests": tests,
            "findings": [asdict(one) for one in findings],
        }
        screen.answer("policy_check/1", body)
    else:
        shown = report.failed if brief else report.outcomes
        for one in shown:
            screen.data(f"{'ok  ' if one.passed else 'FAIL'} {one.kind}: {one.name}  {one.text}".rstrip())
        screen.data(
            f"{len(policies.rules)} rules, {len(report.outcomes)} tests, {len(report.failed)} failed "
            f"({policies.version})"
        )
    if not report.passed:
        raise PolicyLoadError(_failure(report))


def _failure(report: TestReport) -> str:
    if report.failed:
        return f"{len(report.failed)} rule tests fail; see the lines above"
    return f"no rule test makes these rules fire: {', '.join(rule.id for rule in report.unhit)}"


def _explain_rule(policies: PolicySet, name: str, *, as_json: bool) -> None:
    rule = next((rule for rule in policies.rules if rule.id == name), None)
    if rule is None:
        raise NotFoundError(f"there is no rule {name!r}; see: shophand policy list")
    if as_json:
        screen.answer("rule/1", {"rule": rule.as_json()})
        return
    screen.data(f"{rule.id}: {rule.effect.value} {rule.kind} when {_conditions(rule)}")
    if rule.because:
        screen.data(f"because: {rule.because}")
    if rule.approvers:
        screen.data(f"who decides: {_who(rule)}, within {rule.approvers.expires}")


def _conditions(rule: Rule) -> str:
    places = [f"{key} in {', '.join(sorted(values))}" for key, values in sorted(rule.scope.items())]
    return " and ".join([_words(condition) for condition in rule.when] + places)


def _words(condition: Any) -> str:
    fact, wanted = next(iter(condition.as_json().items()))
    if isinstance(wanted, dict):
        test, limit = next(iter(wanted.items()))
        return f"{fact} {test} {', '.join(limit) if isinstance(limit, list) else limit}"
    return f"{fact} is {wanted}"


def _who(rule: Rule) -> str:
    return rule.requirement.in_words() if rule.requirement else ""
