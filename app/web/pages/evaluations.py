"""Evaluations: the stored runs, one with its failures, what was done in a case, two runs compared."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.evaluated import (
    UNREADABLE,
    case_of,
    cases_of,
    comparable,
    effects_of,
    evaluation_of,
    evaluations,
    files_of,
    parts_of,
    said_of,
)
from app.web.failures import status_of
from app.web.rendering import page
from app.web.who import Opened, SignedIn
from evals.harness.comparing import Comparison, compare
from evals.harness.results import Trial
from shop.errors import ConflictError, SetupError

router = APIRouter()

LIST: Final = 100


@router.get("/evaluations")
def listed(request: Request, house: Opened, visit: SignedIn) -> Response:
    """The newest runs, and the form that compares two of them."""
    found = evaluations(house, LIST)
    done = [each for each in found if each.figures is not None]
    pairs = ((each, comparable(each, done)) for each in done)
    later, alike = next(((each, others) for each, others in pairs if others), (None, []))
    return page(
        request,
        "evaluations.html",
        visit,
        runs=found,
        done=done,
        earlier=alike[0].name if alike else "",
        later=later.name if later else "",
        most=LIST,
    )


@router.get("/evaluations/compare")
def compared(request: Request, house: Opened, visit: SignedIn, before: str = "", after: str = "") -> Response:
    """Two runs of the same cases: what was fixed, what broke, and whether that is chance."""
    pair = evaluation_of(house, before), evaluation_of(house, after)
    result: Comparison | None = None
    fault, status = "", 200
    try:
        result = compare(files_of(house, before), files_of(house, after))
    except (ConflictError, SetupError) as error:
        fault, status = said_of(house, error), status_of(error)
    return page(
        request,
        "evaluation_compare.html",
        visit,
        status=status,
        before=pair[0],
        after=pair[1],
        result=result,
        fault=fault,
    )


@router.get("/evaluations/{run}")
def one(request: Request, house: Opened, visit: SignedIn, run: str) -> Response:
    """One run: its figures, and its cases with the failures first."""
    found = evaluation_of(house, run)
    trials: list[Trial] = []
    fault = found.fault if found.state == UNREADABLE else ""
    try:
        trials = files_of(house, run).trials()
    except SetupError as error:
        fault = fault or said_of(house, error)
    cases = cases_of(trials)
    return page(
        request,
        "evaluation.html",
        visit,
        status=503 if fault else 200,
        run=found,
        fault=fault,
        trials=len(trials),
        failed=[each for each in cases if each.passed < len(each.trials)],
        passed=[each for each in cases if each.passed == len(each.trials)],
        others=comparable(found, evaluations(house, LIST)) if found.figures else [],
    )


@router.get("/evaluations/{run}/cases/{case:path}")
def trace(request: Request, house: Opened, visit: SignedIn, run: str, case: str) -> Response:
    """What was asked in a case, every step, what came of it, and why it failed."""
    row = case_of(house, run, case)
    told = [(trial, parts_of(trial), effects_of(trial)) for trial in row.trials]
    return page(request, "evaluation_case.html", visit, run=evaluation_of(house, run), row=row, trace=told)
