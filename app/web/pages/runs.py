"""Reorder runs: the list, one run while it works and when it is done, a new one, a dry one, the CSV."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from agent.reorder_report import as_csv
from agent.reorder_report.charts import Chart, projection_charts, supplier_chart
from agent.reorder_report.tables import ACTED, budget_of, groups, line_rows, request_rows, tiles_of, title_of
from agent.reorder_run import RUN, ReorderRequest, load_report
from agent.run_report import Outcome, RunReport
from app.bootstrap import House
from app.web.rendering import fragment, page
from app.web.running import begin, fault_of, planned, run_of
from app.web.who import Opened, Posted, SignedIn, require
from shop.money import Money
from shop.people import Role
from shop.store import journal
from shop.store.journal import Stream
from shop.store.reads import catalogue, purchasing
from shop.store.reads.info import store_info

router = APIRouter()

LIST: Final = 50
MOST_LINES: Final = 100
"""Lines shown on the page; all of them are in the CSV."""

MOST_OF_A_REASON: Final = 40
"""Lines shown that were not ordered for the same reason."""


@router.get("/runs")
def listed(request: Request, house: Opened, visit: SignedIn) -> Response:
    """The newest runs, and the form that starts one."""
    with house.db.reading() as snapshot:
        places = catalogue.locations(snapshot)
        suppliers = purchasing.suppliers(snapshot)
    runs = house.conversations.journal.streams(RUN, LIST)
    return page(request, "runs.html", visit, runs=runs, places=places, suppliers=suppliers)


@router.post("/runs")
def start(request: Request, house: Opened, form: Posted) -> Response:
    """Start a run and go to its page; a dry one is shown at once and leaves no trace."""
    require(form.person, Role.OPERATOR, Role.PURCHASING_MANAGER, Role.ADMIN)
    asked = _request_of(house, form)
    if asked.dry_run:
        report = planned(house, asked, form.person)
        return _report_page(request, form.visit, _view(house, report), running=None)
    begin(request, house, asked, form.person, lambda report: finished(house, report.run))
    return RedirectResponse(f"/runs/key/{asked.key}", 303)


@router.get("/runs/key/{key}")
def by_key(request: Request, house: Opened, visit: SignedIn, key: str) -> Response:
    """The page of a run that was just started: waits until its plan is stored."""
    with house.db.reading() as snapshot:
        stream = journal.find_by_key(snapshot, key)
    if stream is not None:
        return RedirectResponse(f"/runs/{stream.id}", 303)
    fault = fault_of(request, key)
    answer = page(request, "run_starting.html", visit, fault=fault)
    if not fault:
        answer.headers["refresh"] = "1"
    return answer


@router.get("/runs/{run}")
def one(request: Request, house: Opened, visit: SignedIn, run: str) -> Response:
    """A run: its progress while it works, its report when it is done."""
    stream = run_of(house, run)
    if stream.state != journal.DONE:
        answer = page(request, "run_working.html", visit, run=stream, progress=_progress(house, stream))
        if stream.state == journal.RUNNING:
            answer.headers["refresh"] = "2"
        return answer
    return _report_page(request, visit, finished(house, run), running=run)


@router.get("/runs/{run}/lines.csv")
def lines(house: Opened, visit: SignedIn, run: str) -> Response:
    """Every SKU-location of a run with its verdict and numbers."""
    del visit
    headers = {"content-disposition": f'attachment; filename="{run}.csv"'}
    return Response(as_csv(load_report(house.db, run)), media_type="text/csv; charset=utf-8", headers=headers)


def _request_of(house: House, form: Posted) -> ReorderRequest:
    with house.db.reading() as snapshot:
        currency = store_info(snapshot).home_currency
    budget = form.text("budget")
    return ReorderRequest(
        location=form.text("location") or None,
        supplier=form.text("supplier") or None,
        budget=Money.parse(budget if " " in budget else f"{budget} {currency}") if budget else None,
        dry_run=bool(form.text("dry")),
        key=form.text("key") or f"pages-{house.clock():%Y%m%dT%H%M%S}",
    )


def _progress(house: House, stream: Stream) -> dict[str, Any]:
    """How many of its requests a run has made, and what it has said."""
    with house.db.reading() as snapshot:
        planned = journal.read_kinds(snapshot, stream.id, ("run_plan",))
        answers = journal.read_kinds(snapshot, stream.id, ("run_answer",))
        notices = journal.read_kinds(snapshot, stream.id, ("notice",))
    requests = planned[0].body["requests"] if planned else []
    return {
        "of": len(requests),
        "made": len(answers),
        "last": [event.body["words"] for event in answers[-5:]],
        "notices": [event.body["text"] for event in notices],
    }


@lru_cache(maxsize=16)
def finished(house: House, run: str) -> dict[str, Any]:
    """What the page shows of a run that is done: it never changes again, so it is made once."""
    return _view(house, load_report(house.db, run))


def _view(house: House, report: RunReport) -> dict[str, Any]:
    charts: list[Chart] = [chart for chart in (supplier_chart(report), *projection_charts(report)) if chart]
    rows = line_rows(report, ACTED)
    body = fragment(
        house,
        "run_report.html",
        report=report,
        tiles=tiles_of(report),
        budget=budget_of(report),
        charts=charts,
        requests=request_rows(report),
        lines=rows[:MOST_LINES],
        line_count=len(rows),
        attention=groups(report, Outcome.NEEDS_ATTENTION),
        not_ordered=groups(report, Outcome.NOT_ORDERED),
        svg=Markup,
        most=MOST_LINES,
        most_of_a_reason=MOST_OF_A_REASON,
    )
    return {
        "title": title_of(report),
        "started_at": report.draft.started_at,
        "dry": report.draft.dry_run,
        "resumed": report.resumed,
        "body": body,
    }


def _report_page(request: Request, visit: Any, view: dict[str, Any], *, running: str | None) -> Response:
    return page(request, "run.html", visit, run=running, **view)
