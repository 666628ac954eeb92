"""Reorder runs and the record of what happened, in the browser."""

import time
from datetime import timedelta

import pytest

from agent.reorder_run import ReorderRequest, run_reorder
from app.bootstrap import House
from app.web.work import Work
from shop.errors import ConflictError
from shop.people import Principal
from tests.app.web.conftest import Answer, Browser, SignIn
from tools.desk import Session


@pytest.fixture
def manager(sign_in: SignIn) -> Browser:
    """A purchasing manager."""
    return sign_in("maya")


def until_done(browser: Browser, answer: Answer) -> Answer:
    """The page of a run when it has ended; the run decides how long that takes."""
    deadline = time.monotonic() + 280
    while "refresh" in answer.headers:
        assert time.monotonic() < deadline
        answer = browser.get(answer.path)
    return answer


def test_a_run_is_started_and_reported(manager: Browser, house: House) -> None:
    """Run now leads to the report, whose figures are those of the stored run."""
    answer = until_done(manager, manager.post("/runs", key="one"))
    assert "SKU-locations checked" in answer.text
    run = house.conversations.journal.streams("run")[0]
    assert answer.path == f"/runs/{run.id}"


def test_a_dry_run_leaves_no_trace(manager: Browser, house: House) -> None:
    """A dry run shows the plan and stores nothing."""
    assert "nothing was submitted" in manager.post("/runs", dry="1").text
    assert not house.conversations.journal.streams("run")
    assert not house.desk.actions()


def test_the_csv_has_every_line(manager: Browser, house: House, operator: Principal) -> None:
    """The download has one row for each SKU-location checked, and a header."""
    report = run_reorder(house.shop(Session(operator)), ReorderRequest(key="one"))
    text = manager.get(f"/runs/{report.run}/lines.csv").text
    assert len(text.strip().splitlines()) == report.kpis.checked + 1


def test_a_run_that_cannot_start_says_why(manager: Browser) -> None:
    """A budget that is no amount is refused in words."""
    assert manager.post("/runs", budget="lots").status == 422


def test_a_run_that_is_not_there_is_not_found(manager: Browser) -> None:
    """An unknown run gives 404, by id and by key."""
    assert manager.get("/runs/run_x").status == 404
    assert manager.get("/runs/key/never").status == 404


def test_work_of_one_name_runs_once() -> None:
    """The same work is not begun again while it is under way, and its fault is kept in words."""
    work = Work(workers=1)
    begun = []

    def fail() -> None:
        begun.append(work.start("a", lambda: None))
        raise ConflictError("too late")

    assert work.start("a", fail)
    work.close()
    assert begun == [False]
    assert work.fault_of("a") == "too late"


def test_activity_shows_what_happened(manager: Browser, waiting: str, house: House) -> None:
    """A request stands in the list and leads to its trace."""
    action = house.desk.approval(waiting).action.id
    assert f"/activity/{action}" in manager.get("/activity").text


def test_a_trace_leads_from_the_effect_to_the_rules(manager: Browser, waiting: str, house: House) -> None:
    """The trace of a request has its decision in words, its facts and its audit entries."""
    action = house.desk.approval(waiting).action
    text = manager.get(f"/activity/{action.id}").text
    assert "When it was asked for: needs approval" in text
    assert action.digest in text
    assert "Audit entries" in text


def test_the_record_is_verified_from_the_page(manager: Browser, waiting: str) -> None:
    """One press walks the whole chain and says how many entries hold."""
    assert waiting
    assert "Verified: " in manager.post("/activity/verify").text


def test_activity_goes_on_where_a_page_ends(manager: Browser, house: House, operator: Principal) -> None:
    """Every action is on exactly one page."""
    run_reorder(house.shop(Session(operator)), ReorderRequest(key="one"))
    known = {view.id for view in house.desk.actions()}
    text = manager.get("/activity").text
    assert {action for action in known if f"/activity/{action}" in text} == known


@pytest.mark.parametrize("query", ["state=lost", "before=yesterday"])
def test_a_filter_that_means_nothing_is_refused(manager: Browser, query: str) -> None:
    """An unknown state or place in the list gives 422 with what is wrong."""
    assert manager.get(f"/activity?{query}").status == 422


def test_undo_from_the_trace_files_what_takes_it_back(manager: Browser, waiting: str, house: House) -> None:
    """The undo button files a compensating action of the person who pressed it."""
    digest = house.desk.approval(waiting).action.digest
    manager.post(f"/approvals/{waiting}/approve", digest=digest)
    action = house.desk.approval(waiting).action
    manager.post(f"/activity/{action.id}/undo")
    assert [one.requester for one in house.desk.undone_by(action.id)] == ["maya"]


def test_every_entry_of_the_audit_is_shown(manager: Browser, waiting: str) -> None:
    """Not only actions: who was given which rights, and who signed in, with a filter for each."""
    assert waiting
    everything = manager.get("/activity/record").text
    assert "Person added" in everything
    assert "Action pending" in everything
    people = manager.get("/activity/record?subject=person&before=3").text
    assert "Person added" in people
    assert "Action pending" not in people
    assert manager.get("/activity/record?subject=none").status == 422


def test_activity_of_a_day(manager: Browser, waiting: str, house: House) -> None:
    """Only what happened between two days is listed; a day that is none is refused with words."""
    assert waiting
    yesterday, tomorrow = (house.clock().date() + timedelta(days=days) for days in (-1, 1))
    assert waiting in manager.get(f"/activity?since={yesterday}&until={tomorrow}").text
    assert waiting not in manager.get(f"/activity?until={yesterday - timedelta(days=1)}").text
    assert "Nothing fits this filter." in manager.get("/activity?until=2020-01-01").text
    assert manager.get("/activity?since=tomorrow").status == 422
    assert manager.get("/activity?until=9999-12-31").status == 422
