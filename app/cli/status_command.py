from __future__ import annotations

from typing import Any

import typer

from app.bootstrap import House
from app.cli import screen
from app.cli.approval_card import moment, print_table
from app.cli.options import AsJson, house
from shop.store.reads.info import business_day, store_info
from tools.desk import ApprovalView

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_SHOWN = 5


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Today: the store, what waits for a decision and what it is worth, the last run, who thinks."""
    opened = house(context, recover=True)
    waiting = opened.desk.approvals(limit=1000)
    body = _body(opened, waiting)
    if as_json:
        screen.answer("status/1", body)
        return
    screen.data(f"{body['store']}, {body['today']} ({body['source']})")
    screen.data(_waiting_words(waiting))
    if waiting:
        print_table(sorted(waiting, key=_worth, reverse=True)[:_SHOWN])
    run = body["last_run"]
    screen.data(f"last run: {run['title']}, {run['state']}, {run['started_at']}" if run else "no run yet")
    screen.data(f"brain: {body['brain']}")
    if body["stopped"]:
        screen.talk("STOPPED: nothing is carried out; to go on: shophand mode resume --reason TEXT")


def _body(opened: House, waiting: list[ApprovalView]) -> dict[str, Any]:
    with opened.db.reading() as snapshot:
        info, today = store_info(snapshot), business_day(snapshot, opened.clock)
    runs = opened.conversations.journal.streams("run", limit=1)
    return {
        "store": info.name,
        "source": info.source,
        "today": today.isoformat(),
        "waiting": len(waiting),
        "waiting_value": _total(waiting),
        "oldest_waiting": waiting[0].created_at.isoformat() if waiting else None,
        "last_run": _run(runs[0]) if runs else None,
        "brain": opened.brain_name,
        "stopped": opened.desk.is_stopped(),
    }


def _run(stream: Any) -> dict[str, Any]:
    return {
        "id": stream.id,
        "title": stream.title,
        "state": stream.state,
        "started_at": moment(stream.started_at),
    }


def _waiting_words(waiting: list[ApprovalView]) -> str:
    if not waiting:
        return "nothing waits for a decision"
    things = "1 request waits" if len(waiting) == 1 else f"{len(waiting)} requests wait"
    worth = f", worth {_total(waiting)}" if _total(waiting) else ""
    return f"{things} for a decision{worth}; the oldest since {moment(waiting[0].created_at)}"


def _total(waiting: list[ApprovalView]) -> str | None:
    amounts = [one.action.money for one in waiting if one.action.money is not None]
    return str(sum(amounts[1:], amounts[0])) if amounts else None


def _worth(approval: ApprovalView) -> int:
    return approval.action.money.minor if approval.action.money else 0
