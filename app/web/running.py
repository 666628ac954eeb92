"""Starting a reorder run from a page or the API, and finding one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

from fastapi import Request

from agent.reorder_run import RUN, ReorderRequest, run_reorder
from agent.run_report import RunReport
from app.bootstrap import House
from app.web.work import Work
from shop.errors import NotFoundError
from shop.people import Principal
from shop.store.journal import Stream
from tools.desk import Session

_ONE_PLAN: Final = Lock()
"""Plans are made one after the other: each takes all the memory and all the cores that planning may have."""


def planned(house: House, wanted: ReorderRequest, person: Principal) -> RunReport:
    """Do a run, or plan a dry one, when no other is being planned in this process; raises as it does."""
    with _ONE_PLAN:
        return run_reorder(house.shop(Session(person)), wanted)


def begin(
    request: Request,
    house: House,
    wanted: ReorderRequest,
    person: Principal,
    then: Callable[[RunReport], object] = lambda _: None,
) -> None:
    """Start a run in the background, and what follows on it; nothing while one of this key is starting."""
    work: Work = request.app.state.work
    work.start(f"run:{wanted.key}", lambda: then(planned(house, wanted, person)))


def fault_of(request: Request, key: str) -> str:
    """Why a run that was asked for here did not begin; raises NotFoundError for one nobody asked for."""
    work: Work = request.app.state.work
    fault = work.fault_of(f"run:{key}")
    if not fault and not work.is_under_way(f"run:{key}"):
        raise NotFoundError(f"there is no run {key!r}")
    return fault


def run_of(house: House, run: str) -> Stream:
    """One run; raises NotFoundError."""
    stream = house.conversations.journal.stream(run)
    if stream.kind != RUN:
        raise NotFoundError(f"there is no run {run!r}")
    return stream
