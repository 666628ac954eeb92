"""Reorder runs: the list, one run with its report and lines, and starting one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from agent.reorder_run import RUN, ReorderRequest, load_report
from agent.run_report import Outcome, RunReport
from app.bootstrap import House
from app.web.api.shapes import (
    PAGE,
    After,
    Id,
    In,
    Limit,
    Listed,
    MoneyIn,
    MoneyOut,
    Out,
    Words,
    place_in_list,
)
from app.web.places import mark_of_stream, streams_behind
from app.web.running import begin, fault_of, planned, run_of
from app.web.who import Asker, Caller, Opened, require
from shop.people import Role
from shop.store import journal
from shop.store.journal import Stream

router = APIRouter(tags=["runs"])


class RunOut(Out):
    """One run: running, done or failed."""

    id: str
    key: str | None
    title: str
    state: str
    started_at: datetime
    ended_at: datetime | None


class KpisOut(Out):
    """Counts of SKU-locations by how they ended, and money in the home currency."""

    checked: int
    placed: int
    waiting: int
    refused: int
    recorded: int
    failed: int
    planned: int
    transferred: int
    not_ordered: int
    needs_attention: int
    orders: int
    transfers: int
    money_placed: MoneyOut
    money_waiting: MoneyOut
    money_refused: MoneyOut
    money_total: MoneyOut
    money_over_budget: MoneyOut
    stockouts_without: float
    stockouts_with: float


class RequestOut(Out):
    """One request of a run and what the desk said to it."""

    kind: str
    title: str
    supplier: str
    location: str
    lines: int
    pieces: int
    value: MoneyOut | None
    home_value: MoneyOut | None
    expected_on: date | None
    action_id: str | None = None
    state: str | None = None
    words: str | None = None
    approval_id: str | None = None


class ReportOut(Out):
    """What a run did, or a dry run would do."""

    as_of: date
    dry_run: bool
    finished_at: datetime
    kpis: KpisOut
    requests: list[RequestOut]
    steps: list[str]

    @classmethod
    def of(cls, report: RunReport) -> ReportOut:
        """From the stored report."""
        requests = []
        for number, asked in enumerate(report.draft.requests):
            answer = report.answers[number] if number < len(report.answers) else None
            known = (
                {}
                if answer is None
                else answer.model_dump(include={"action_id", "state", "words", "approval_id"})
            )
            requests.append(RequestOut.model_validate(asked).model_copy(update=known))
        return cls(
            as_of=report.draft.as_of,
            dry_run=report.draft.dry_run,
            finished_at=report.finished_at,
            kpis=KpisOut.model_validate(report.kpis),
            requests=requests,
            steps=list(report.steps),
        )


class RunDetail(Out):
    """A run, with its report once it is done; `fault` says why one did not begin."""

    run: RunOut | None
    report: ReportOut | None
    key: str
    fault: str = ""


class LineOut(Out):
    """One SKU at one location with its verdict; every one that was checked has one."""

    sku: str
    title: str
    location: str
    verdict: str
    outcome: Outcome
    words: str
    supplier: str
    quantity: int
    value: MoneyOut | None
    home_value: MoneyOut | None


class StartIn(In):
    """What to reorder; the same key is the same run. A dry run asks for nothing and leaves no trace."""

    location: Words | None = None
    supplier: Words | None = None
    budget: MoneyIn | None = None
    dry_run: Annotated[bool, Field(strict=True)] = False
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}$")] | None = None


@router.get("/runs", summary="Reorder runs, newest first")
def listed(house: Opened, caller: Caller, after: After = "", limit: Limit = PAGE) -> Listed[RunOut]:
    """Runs of every door."""
    del caller
    found = streams_behind(house, RUN, after, limit + 1)
    following = mark_of_stream(found[limit - 1]) if len(found) > limit else None
    return Listed(items=[RunOut.model_validate(one) for one in found[:limit]], next=following)


@router.post("/runs", summary="Start a run, or plan one (dry)", status_code=202,
             responses={200: {"model": RunDetail, "description": "What a dry run found."}})  # fmt: skip
def start(request: Request, response: Response, house: Opened, asker: Asker, asked: StartIn) -> RunDetail:
    """A dry run is answered at once with 200; a real one goes on by itself: ask for it by its key."""
    require(asker, Role.OPERATOR, Role.PURCHASING_MANAGER, Role.ADMIN)
    key = asked.key or f"api-{house.clock():%Y%m%dT%H%M%S%f}"
    wanted = ReorderRequest(
        location=asked.location,
        supplier=asked.supplier,
        budget=asked.budget.money() if asked.budget else None,
        dry_run=asked.dry_run,
        key=key,
    )
    if asked.dry_run:
        response.status_code = 200
        report = planned(house, wanted, asker)
        return RunDetail(run=None, report=ReportOut.of(report), key=key)
    begin(request, house, wanted, asker)
    return _by_key(request, house, key)


@router.get("/runs/key/{key}", summary="A run by the key it was started with")
def by_key(request: Request, house: Opened, caller: Caller, key: Id) -> RunDetail:
    """`run` is null until its plan is stored; `fault` says why it will not begin."""
    del caller
    return _by_key(request, house, key)


@router.get("/runs/{run_id}", summary="One run with its report")
def one(house: Opened, caller: Caller, run_id: Id) -> RunDetail:
    """`report` is null until the run is done."""
    del caller
    return _detail(house, run_of(house, run_id))


@router.get("/runs/{run_id}/lines", summary="Every SKU-location of a run that is done")
def lines(
    house: Opened, caller: Caller, run_id: Id, after: After = "", limit: Limit = PAGE
) -> Listed[LineOut]:
    """With verdict and reason, in the order of the report."""
    del caller
    run_of(house, run_id)
    report = load_report(house.db, run_id)
    first = place_in_list(after)
    last = first + limit
    found = [
        LineOut.model_validate({**_plain(line), "outcome": report.outcome_of(line)})
        for line in report.draft.lines[first:last]
    ]
    return Listed(items=found, next=str(last) if last < len(report.draft.lines) else None)


def _plain(line: object) -> dict[str, object]:
    return {name: getattr(line, name) for name in LineOut.model_fields if name != "outcome"}


def _by_key(request: Request, house: House, key: str) -> RunDetail:
    with house.db.reading() as snapshot:
        stream = journal.find_by_key(snapshot, key)
    if stream is not None and stream.kind == RUN:
        return _detail(house, stream)
    return RunDetail(run=None, report=None, key=key, fault=fault_of(request, key))


def _detail(house: House, stream: Stream) -> RunDetail:
    report = ReportOut.of(load_report(house.db, stream.id)) if stream.state == journal.DONE else None
    return RunDetail(run=RunOut.model_validate(stream), report=report, key=stream.key or "")
