"""The commands that change rules: draft, shadow, activate, withdraw, and what shows the versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.bootstrap import House
from app.cli import policy_replay, screen
from app.cli.approval_card import moment
from app.cli.options import As, AsJson, Yes, house
from app.cli.policy_sources import differs_from_active, in_force, source_of
from app.deciding import decides, second_person
from app.rule_versions import active_version, counts_of, replayed
from policies.adoption import adopted, unruled_kinds
from policies.difference import RuleChange, difference
from shop.errors import ConflictError, SetupError
from shop.people import Principal
from shop.store.reads.info import store_info
from tools.ledger.policy_versions import PROPOSED, PolicyVersion, Status

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version (v3) or its digest.")]
Rules = Annotated[
    str | None, typer.Argument(metavar="FILE_OR_DIR", help="Rule files; else the store's working copy.")
]


def draft(
    context: typer.Context,
    rules: Rules = None,
    reason: Annotated[str, typer.Option(help="Why the rules should change; kept with them.")] = "",
    as_name: As = None,
    as_json: AsJson = False,
) -> None:
    """Keep changed rules as a draft. They must load, mean what they say and pass their own tests.

    A file stands in the place of the file of its name among the rules in force; a directory stands for
    all of them. Nothing changes until somebody else activates the draft.
    """
    opened = house(context)
    source = source_of(opened, rules)
    changes = difference(opened.policies(), source.rules())
    new = opened.policymaking.draft(source.files, _person(opened, as_name, "draft rules"), reason)
    if as_json:
        screen.answer("policy_version/1", {**_as_json(new), "changes": [one.as_json() for one in changes]})
        return
    screen.data(f"{new.name} is a draft, digest {new.sha[:12]}: {_count(changes)} against v{new.base}")
    screen.talk(f"What it would have changed: shophand policy replay --with {new.name}")
    screen.talk(f"To try it beside the rules in force: shophand policy shadow {new.name}")
    screen.talk(f"In force once somebody else says so: shophand policy activate {new.name}")


def adopt(context: typer.Context, as_name: As = None, as_json: AsJson = False) -> None:
    """Draft the rules that come with Shophand for kinds of action of which your rules say nothing.

    For a store that is older than the kinds. Nothing changes until somebody else activates the draft.
    """
    opened = house(context)
    source = in_force(opened)
    with opened.db.reading() as snapshot:
        currency = store_info(snapshot).home_currency
    added = adopted(source.rules(), source.files, currency)
    if not added:
        raise ConflictError("your rules speak of every kind of action; there is nothing to adopt")
    kinds = ", ".join(sorted(unruled_kinds(source.rules())))
    files = {**source.files, **added}
    new = opened.policymaking.draft(files, _person(opened, as_name, "draft rules"), f"shipped rules: {kinds}")
    if as_json:
        screen.answer("policy_version/1", _as_json(new))
        return
    screen.data(f"{new.name} is a draft with the shipped rules of {kinds}, in {', '.join(sorted(added))}")
    screen.talk(f"To read them: shophand policy diff active {new.name}")
    screen.talk(f"In force once somebody else says so: shophand policy activate {new.name}")


def shadow(context: typer.Context, version: Version, as_name: As = None, as_json: AsJson = False) -> None:
    """Try a draft: every decision is also taken under it and written down, without any effect."""
    opened = house(context)
    tried = opened.policymaking.shadow(version, _person(opened, as_name, "try rules in the shadow"))
    if as_json:
        screen.answer("policy_version/1", _as_json(tried))
        return
    screen.data(f"{tried.name} is in the shadow, digest {tried.sha[:12]}")
    screen.talk("What it answers otherwise: shophand policy versions")


def activate(
    context: typer.Context, version: Version, as_name: As = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Put a draft or the shadow in force. Takes another person than its author; one of the two is an admin.

    Shows first what would have been answered otherwise in the last 30 days. The founder of a store in which
    nobody else ever held a deciding role may do both.
    """
    opened = house(context)
    meant = opened.policymaking.version(version)
    person = second_person(opened, as_name, meant.author, f"put {meant.name} in force")
    report = replayed(opened, opened.policymaking.rules(meant))
    if not as_json:
        policy_replay.show(report)
        _show_shadow(opened, meant)
    if not screen.confirmed(f"Put {meant.name} (by {meant.author}: {meant.reason}) in force?", yes=yes):
        raise typer.Exit(1)
    done = opened.policymaking.activate(meant.name, person, counts_of(report))
    if as_json:
        screen.answer("policy_version/1", {**_as_json(done), "replayed": counts_of(report)})
        return
    screen.data(f"{done.name} is in force, digest {done.sha[:12]}")
    if done.author == done.activated_by:
        screen.talk("You drafted and activated it alone: nobody else here decides anything.")
    if differs_from_active(opened):
        screen.talk(
            f"The files in {opened.policies_directory} are others; to fetch these: "
            f"shophand policy export {opened.policies_directory} --overwrite"
        )


def withdraw(context: typer.Context, version: Version, as_name: As = None) -> None:
    """Give a draft or the shadow up; its author may, or an admin."""
    opened = house(context)
    gone = opened.policymaking.withdraw(version, _person(opened, as_name, "withdraw a draft"))
    screen.talk(f"{gone.name} is withdrawn.")


def versions(context: typer.Context, as_json: AsJson = False) -> None:
    """List every version of the rules: who drafted it and why, who put it in force, what the shadow says."""
    opened = house(context)
    found = opened.policymaking.versions()
    if as_json:
        body = [{**_as_json(one), "compared": _compared(opened, one)} for one in found]
        screen.answer(
            "policy_versions/1", {"versions": body, "working_copy_differs": differs_from_active(opened)}
        )
        return
    screen.table(
        ("version", "status", "digest", "drafted by", "at", "activated by", "why"),
        [
            (one.name, one.status.value, one.sha[:12], one.author, moment(one.drafted_at),
             one.activated_by or "", one.reason)
            for one in found
        ],
    )  # fmt: skip
    for one in found:
        if one.status is Status.SHADOW:
            _show_shadow(opened, one)
    if differs_from_active(opened):
        screen.talk(f"The files in {opened.policies_directory} differ from the rules in force.")


def diff(
    context: typer.Context,
    old: Annotated[
        str | None, typer.Argument(help="A version, file or directory; else those in force.")
    ] = None,
    new: Annotated[str | None, typer.Argument(help="The same; else the working copy.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show rule by rule what differs: between those in force and the working copy, or between two others.

    With one argument, between the rules in force and that one.
    """
    opened = house(context)
    if old is not None and new is None:
        old, new = None, old
    before = in_force(opened) if old is None else source_of(opened, old)
    after = source_of(opened, new)
    changes = difference(before.rules(), after.rules())
    if as_json:
        body = {"old": before.name, "new": after.name, "changes": [one.as_json() for one in changes]}
        screen.answer("policy_diff/1", body)
        return
    for one in changes:
        screen.data(f"{one.what} {one.rule} ({one.kind})")
        for line in one.lines():
            screen.data(f"  {line}")
    screen.talk(f"{before.name} -> {after.name}: {_count(changes)}")


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(file_okay=False, help="Where to write the rule files.")],
    version: Annotated[str | None, typer.Option(help="A version or its digest; else those in force.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files of the same names.")] = False,
) -> None:
    """Write the rule files of a version, to read or to change them."""
    opened = house(context)
    meant = active_version(opened) if version is None else opened.policymaking.version(version)
    files = opened.policymaking.files(meant)
    taken = sorted(name for name in files if (directory / name).exists())
    if taken and not overwrite:
        raise SetupError(f"{directory} holds {', '.join(taken)} already; add --overwrite to replace them")
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in sorted(files.items()):
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
    screen.talk(f"{meant.name}: {', '.join(sorted(files))} in {directory}")


def _person(opened: House, as_name: str | None, task: str) -> Principal:
    return opened.front_door.somebody(as_name, decides, task)


def _show_shadow(opened: House, version: PolicyVersion) -> None:
    found = opened.policymaking.compared(version)
    total = sum(one.decisions for one in found)
    if version.status is not Status.SHADOW or version.shadow_since is None:
        screen.data(f"{version.name} is not in the shadow.")
        return
    screen.data(f"{version.name} in the shadow since {moment(version.shadow_since)}: {total:,} decisions")
    other = [one for one in found if one.active.value != one.shadow]
    for one in other:
        screen.data(f"  {one.active.value} -> {one.shadow}: {one.decisions:,}")
    if total and not other:
        screen.data("  the same answer each time")


def _compared(opened: House, version: PolicyVersion) -> list[dict[str, Any]]:
    if version.status not in PROPOSED:
        return []
    return [
        {"active": one.active.value, "shadow": one.shadow, "decisions": one.decisions}
        for one in opened.policymaking.compared(version)
    ]


def _as_json(one: PolicyVersion) -> dict[str, Any]:
    return {
        "version": one.number,
        "sha": one.sha,
        "status": one.status.value,
        "base": one.base,
        "author": one.author,
        "reason": one.reason,
        "drafted_at": one.drafted_at.isoformat(),
        "shadow_since": one.shadow_since.isoformat() if one.shadow_since else None,
        "activated_at": one.activated_at.isoformat() if one.activated_at else None,
        "activated_by": one.activated_by,
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
    }


def _count(changes: list[RuleChange]) -> str:
    return "1 rule differs" if len(changes) == 1 else f"{len(changes)} rules differ"
