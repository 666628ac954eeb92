"""An approval on the terminal and as JSON: everything a person needs to decide, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from app.cli import screen
from app.deciding import asked_roles
from app.masks import Mask
from tools.desk import ApprovalView, GrantView


def print_table(approvals: Sequence[ApprovalView]) -> None:
    """One line for each approval."""
    screen.table(
        ("id", "what", "value", "why", "who decides", "state", "expires"),
        [
            (
                one.id,
                one.card.title,
                one.action.money or "",
                one.why[0] if one.why else one.action.reason,
                asked_roles(one),
                one.state.value,
                moment(one.action.expires_at),
            )
            for one in approvals
        ],
        right=("value",),
    )


def print_card(approval: ApprovalView, mask: Mask) -> None:
    """The whole card: what, why, before and after, evidence, how to undo it, who decides."""
    approval, action = mask.approval(approval), approval.action
    parts: list[Any] = [
        Text(f"{approval.id}  {screen.visible(approval.card.title)}", style="bold"),
        Text(f"{action.state.value}: {screen.visible(action.reason)}"),
        Text(),
    ]
    if approval.why:
        parts += _section(
            "Why you are asked", [*approval.why, *([approval.nearest_flip] if approval.nearest_flip else [])]
        )
    if approval.card.lines:
        parts += [Text("What changes", style="bold"), Padding(_lines(approval), (0, 0, 1, 2))]
    if approval.card.evidence:
        parts += _section("What this rests on", approval.card.evidence)
    parts += _section("To decide", _terms(approval))
    screen.render(Group(*parts))
    if action.state.value == "pending":
        screen.talk(
            f"Decide: shophand approvals approve {approval.id}, "
            f"or shophand approvals reject {approval.id} --reason TEXT"
        )


def as_json(approval: ApprovalView, mask: Mask) -> dict[str, Any]:
    """The approval as plain JSON values, masked."""
    approval, action = mask.approval(approval), approval.action
    return {
        "id": approval.id,
        "state": action.state.value,
        "reason": action.reason,
        "kind": action.kind,
        "args": mask.args(action),
        "digest": action.digest,
        "title": approval.card.title,
        "lines": [
            {"label": line.label, "before": line.before, "after": line.after} for line in approval.card.lines
        ],
        "evidence": list(approval.card.evidence),
        "undo": approval.card.undo.value,
        "undo_by": approval.card.undo_by,
        "value": None if action.money is None else action.money.as_json(),
        "why": list(approval.why),
        "nearest_flip": approval.nearest_flip,
        "required": [dict(one) for one in approval.required],
        "grants": [
            {
                "person": one.person,
                "acting_for": one.acting_for,
                "at": one.at.isoformat(),
                "note": one.note,
            }
            for one in approval.grants
        ],
        "requester": action.requester,
        "on_behalf_of": action.on_behalf_of,
        "conversation": action.conversation,
        "run": action.run,
        "tainted": action.tainted,
        "created_at": approval.created_at.isoformat(),
        "expires_at": action.expires_at.isoformat(),
        "action": action.id,
        "snoozed_until": approval.snoozed_until.isoformat() if approval.snoozed_until else None,
        "assigned_to": approval.assigned_to,
        "compensates": action.compensates,
        "supersedes": action.supersedes,
        "superseded_by": action.superseded_by,
        "reference": action.receipt.reference if action.receipt else None,
    }


def moment(at: datetime) -> str:
    """A moment in the one format of all screens.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 21, 9, 5, tzinfo=UTC))
    '2026-11-21 09:05 UTC'
    """
    return at.strftime("%Y-%m-%d %H:%M %Z")


def _terms(approval: ApprovalView) -> list[str]:
    action = approval.action
    for_whom = f" for {action.on_behalf_of}" if action.on_behalf_of else ""
    given = [
        f"approved by {_giver(one)} at {moment(one.at)}{': ' + one.note if one.note else ''}"
        for one in approval.grants
    ]
    tainted = (
        ["the request came after a stranger's text was read: check that it is what you want"]
        if action.tainted
        else []
    )
    return [
        f"value: {action.money}" if action.money else "value: none",
        f"asked by {action.requester}{for_whom} at {moment(approval.created_at)}",
        f"expires {moment(action.expires_at)}",
        f"who decides: {asked_roles(approval)}",
        *given,
        *_notes(approval),
        *tainted,
        f"to undo it: {approval.card.undo_by} ({approval.card.undo.value})",
        f"digest {action.digest[:16]}: this exact request and no other is approved",
    ]


def _giver(one: GrantView) -> str:
    return f"{one.person} for {one.acting_for}" if one.acting_for else one.person


def _notes(approval: ApprovalView) -> list[str]:
    notes = [
        ("assigned to", approval.assigned_to),
        ("snoozed until", approval.snoozed_until and moment(approval.snoozed_until)),
        ("undoes", approval.action.compensates),
    ]
    return [f"{label} {value}" for label, value in notes if value]


def _section(title: str, lines: Sequence[str]) -> list[Any]:
    body = Text("\n".join(screen.visible(line) for line in lines))
    return [Text(title, style="bold"), Padding(body, (0, 0, 1, 2))]


def _lines(approval: ApprovalView) -> Table:
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column("")
    grid.add_column("before", justify="right")
    grid.add_column("after", justify="right")
    for line in approval.card.lines:
        grid.add_row(*(Text(screen.visible(cell)) for cell in (line.label, line.before, line.after)))
    return grid
