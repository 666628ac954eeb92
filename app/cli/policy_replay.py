"""A replay of past decisions on the terminal."""

from __future__ import annotations

import re
from datetime import timedelta

import typer

from app.cli import screen
from policies.replay import ReplayReport, Transition

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hd])")


def span(text: str) -> timedelta:
    """How far back; a typer error for anything but hours and days.

    >>> span("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"--since takes hours or days such as 48h or 30d, not {text!r}")
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(days=int(found[1]))


def show(report: ReplayReport) -> None:
    """The report: what would change, for how much money, and the biggest examples."""
    screen.data(_headline(report))
    if report.transitions:
        screen.table(
            ("then", "by these rules", "decisions", "money"),
            [_row(one) for one in report.transitions],
            right=("decisions", "money"),
        )
    if report.changed:
        screen.data(f"Questions to people: {report.extra_approvals_per_day:+} a day on average.")
        screen.table(
            ("action", "asked at (UTC)", "by", "then", "now", "money", "the new answer"),
            [
                (
                    one.action_id,
                    f"{one.at:%Y-%m-%d %H:%M}",
                    one.requester,
                    one.before.value,
                    one.after.value,
                    one.money or "",
                    one.reason,
                )
                for one in report.examples
            ],
            right=("money",),
        )
    for one in report.lacking:
        facts = ", ".join(one.facts)
        screen.data(f"Not decided again: {one.decisions} {one.kind}, their record does not hold {facts}.")
    screen.talk(report.caveat)
    screen.talk(f"policy {report.policy_sha[:12]}")


def _headline(report: ReplayReport) -> str:
    if not report.decisions:
        return "Nothing was asked for in that time."
    return (
        f"{report.decisions:,} decisions in {_days(report.days)}: {report.changed} would change, "
        f"{report.stricter} of them to a stricter answer."
    )


def _days(count: int) -> str:
    return "one day" if count == 1 else f"{count} days"


def _row(one: Transition) -> tuple[str, str, str, str]:
    after = one.after.value if one.is_change else "the same"
    return one.before.value, after, f"{one.decisions:,}", ", ".join(str(money) for money in one.money)
