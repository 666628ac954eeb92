"""The reorder run over the sample store and the shipped rules: once, again, cut off, accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from agent.reorder_run import REORDER_AGENT, ReorderRequest, load_report, run_reorder
from agent.run_report import Outcome, RunReport
from policies.rules import load_policies
from shop.actions import Action, PlacePurchaseOrder
from shop.backends.embedded import EmbeddedEffects
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.store import schema
from shop.store.database import Database
from tools.desk import Desk, Session, State, Submission

RULES = Path(__file__).parents[2] / "policies"
BUDGET = Money.of("4000", "GBP")
SMALL = ReorderRequest(location="bristol")


class KilledError(Exception):
    """The process is gone."""


@dataclass
class FragileDesk:
    """A desk whose process dies when so many requests have been filed."""

    desk: Desk
    survives: int
    asked: list[Action] = field(default_factory=list)

    def submit(self, action: Action, session: Session, *, key: str | None = None) -> Submission:
        """Submit, or die before doing so."""
        if len(self.asked) == self.survives:
            raise KilledError
        self.asked.append(action)
        return self.desk.submit(action, session, key=key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.desk, name)


@dataclass(frozen=True)
class Deps:
    """What a run needs."""

    db: Database
    desk: Any
    clock: Callable[[], datetime]


@pytest.fixture
def deps(sample: Database, clock: Callable[[], datetime]) -> Deps:
    """The sample store behind a desk with the shipped rules."""
    rules = load_policies(RULES)
    return Deps(sample, Desk(sample, lambda: rules, EmbeddedEffects(sample), clock), clock)


def counted(db: Database) -> dict[str, int]:
    """How many rows the tables hold that a run could change."""
    tables = [*schema.metadata.tables.values()]
    with db.reading() as snapshot:
        return {table.name: snapshot.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def placed(db: Database) -> int:
    """How many purchase orders the store holds."""
    return counted(db)["purchase_orders"]


def bought(report: RunReport) -> set[tuple[str, str]]:
    """SKU-locations for which an order was placed or waits."""
    good = (Outcome.PLACED, Outcome.WAITING)
    return {
        (line.sku, line.location)
        for line in report.draft.lines
        if line.verdict == "ordered" and report.outcome_of(line) in good
    }


def test_a_run_places_what_the_rules_allow_and_files_the_rest(deps: Deps) -> None:
    """Orders within the rules are placed, others wait with their approval, the rest is refused."""
    before = placed(deps.db)
    report = run_reorder(deps, ReorderRequest())
    states = {answer.state for answer in report.answers}
    assert {"executed", "pending"} <= states
    executed = [answer for answer in report.answers if answer.reference.startswith("PO-")]
    assert placed(deps.db) - before == len(executed) > 0
    waiting = [answer.approval_id for answer in report.answers if answer.state == "pending"]
    assert waiting == [view.id for view in deps.desk.approvals(limit=500)]


def test_the_figures_of_a_report_reconcile(deps: Deps) -> None:
    """Outcomes add up to the lines, money to the requests, suppliers to the money."""
    report = run_reorder(deps, ReorderRequest())
    kpis = report.kpis
    assert sum(getattr(kpis, outcome.value) for outcome in Outcome) == kpis.checked == len(report.draft.lines)
    values = [request.home_value for request in report.draft.requests if request.home_value]
    assert kpis.money_total == Money.total(values, "GBP")
    parts = (kpis.money_placed, kpis.money_waiting, kpis.money_refused, kpis.money_other)
    assert kpis.money_total == Money.total(parts, "GBP")
    by_supplier = (
        amount
        for total in report.suppliers
        for amount in (total.placed, total.waiting, total.refused, total.other)
    )
    assert Money.total(by_supplier, "GBP") == kpis.money_total
    shares = [line.home_value for line in report.draft.lines if line.home_value]
    assert Money.total(shares, "GBP") == kpis.money_total


def test_the_same_key_orders_nothing_twice(deps: Deps) -> None:
    """The second run with a key gives the stored report, says so, and changes no row."""
    first = run_reorder(deps, SMALL)
    after = counted(deps.db)
    again = run_reorder(deps, SMALL)
    assert again.repeated
    assert counted(deps.db) == after
    assert again.model_copy(update={"repeated": False}) == first


def test_another_key_does_not_order_what_is_placed_or_waits(deps: Deps) -> None:
    """A run under another key asks again only for what was refused."""
    first = run_reorder(deps, SMALL)
    second = run_reorder(deps, ReorderRequest(location="bristol", key="afternoon"))
    assert bought(first)
    assert (
        bought(first) & {(line.sku, line.location) for line in second.draft.lines if line.quantity} == set()
    )


def test_a_rejected_order_is_needed_again(deps: Deps) -> None:
    """What a person rejected no longer counts as supply: the next run asks for it again."""
    first = run_reorder(deps, SMALL)
    roles = frozenset({Role.PURCHASING_MANAGER, Role.FINANCE, Role.OPERATOR})
    priya = Principal("priya", "Priya", Kind.HUMAN, roles)
    orders = [
        view for view in deps.desk.approvals(limit=500) if isinstance(view.action.action, PlacePurchaseOrder)
    ]
    deps.desk.reject(orders[0].id, priya, "too early")
    second = run_reorder(deps, ReorderRequest(location="bristol", key="afternoon"))
    wanted = {line["sku"] for line in orders[0].action.args["lines"]}
    asked = {line["sku"] for request in second.draft.requests for line in request.args.get("lines", ())}
    assert first.run != second.run
    assert wanted <= asked


@pytest.mark.parametrize("survives", [0, 1, 7])
def test_a_killed_run_is_finished_with_its_stored_plan(deps: Deps, survives: int) -> None:
    """Cut off anywhere, the next start submits exactly the rest of the stored plan."""
    fragile = FragileDesk(deps.desk, survives)
    with pytest.raises(KilledError):
        run_reorder(replace(deps, desk=fragile), replace(SMALL, budget=BUDGET))
    report = run_reorder(deps, replace(SMALL, budget=BUDGET))
    assert report.resumed
    assert report.kpis.orders + report.kpis.transfers == len(report.answers) == len(report.draft.requests)
    filed = deps.desk.actions(run=report.run)
    assert len(filed) == len(report.draft.requests)
    assert {view.key for view in filed} == {request.key for request in report.draft.requests}


def test_a_run_cut_off_after_filing_before_executing_is_executed_once(deps: Deps) -> None:
    """An action that was allowed but not carried out at the kill is carried out by the next start."""

    class FilesOnly(FragileDesk):
        def submit(self, action: Action, session: Session, *, key: str | None = None) -> Submission:
            self.desk.submit(action, session, key=key, execute=False)
            raise KilledError

    with pytest.raises(KilledError):
        run_reorder(replace(deps, desk=FilesOnly(deps.desk, 0)), SMALL)
    report = run_reorder(deps, SMALL)
    assert report.answers[0].state == State.EXECUTED.value
    assert len(deps.desk.actions(run=report.run)) == len(report.draft.requests)


def test_a_run_under_another_key_finishes_the_one_that_was_cut_off(deps: Deps) -> None:
    """Nothing is planned on top of a half-submitted plan of the same day."""
    with pytest.raises(KilledError):
        run_reorder(
            replace(deps, desk=FragileDesk(deps.desk, 3)), ReorderRequest(location="bristol", key="morning")
        )
    run_reorder(deps, ReorderRequest(location="bristol", key="noon"))
    morning = run_reorder(deps, ReorderRequest(location="bristol", key="morning"))
    assert morning.repeated
    assert len(morning.answers) == len(morning.draft.requests)


def test_a_plan_of_an_earlier_day_is_closed_not_submitted(deps: Deps, now: datetime) -> None:
    """A run that was cut off on another day is given up: its plan is stale."""
    with pytest.raises(KilledError):
        run_reorder(
            replace(deps, desk=FragileDesk(deps.desk, 0)), ReorderRequest(location="bristol", key="old")
        )
    with deps.db.writing() as tx:
        day = tx.scalar(select(schema.store_info.c.business_date))
        assert day is not None
        tx.execute(schema.store_info.update().values(business_date=day + timedelta(days=1)))
    report = run_reorder(deps, ReorderRequest(location="bristol", key="new"))
    assert {view.run for view in deps.desk.actions()} == {report.run}
    with pytest.raises(ConflictError, match="cut off on an earlier day"):
        run_reorder(deps, ReorderRequest(location="bristol", key="old"))


def test_a_dry_run_writes_nothing(deps: Deps) -> None:
    """A dry run plans everything and changes no row of any table."""
    before = counted(deps.db)
    report = run_reorder(deps, ReorderRequest(dry_run=True))
    assert counted(deps.db) == before
    assert report.kpis.planned > 0
    assert report.answers == ()


def test_a_budget_is_not_exceeded_and_what_was_left_out_is_said(deps: Deps) -> None:
    """All requests together cost at most the budget; the rest has a sum and a reason."""
    report = run_reorder(deps, ReorderRequest(dry_run=True, budget=BUDGET))
    assert Money.zero("GBP") < report.kpis.money_total <= BUDGET
    assert report.kpis.money_over_budget > Money.zero("GBP")
    assert any(line.reason == "over_budget" for line in report.draft.lines)


def test_a_run_for_one_location_asks_for_that_location_only(deps: Deps) -> None:
    """The scope narrows verdicts and requests."""
    report = run_reorder(deps, ReorderRequest(dry_run=True, location="leeds"))
    assert {line.location for line in report.draft.lines} == {"leeds"}
    assert {request.location for request in report.draft.requests} == {"leeds"}


def test_only_a_dry_run_may_look_at_another_day(deps: Deps, now: datetime) -> None:
    """Orders are placed as of today; a look at last month must be a dry run."""
    past = now.date() - timedelta(days=40)
    with pytest.raises(InvalidActionError, match="dry run"):
        run_reorder(deps, ReorderRequest(as_of=past))
    assert run_reorder(deps, ReorderRequest(as_of=past, dry_run=True)).draft.as_of == past


@pytest.mark.parametrize("request_", [ReorderRequest(location="atlantis"), ReorderRequest(supplier="nobody")])
def test_an_unknown_scope_is_refused(deps: Deps, request_: ReorderRequest) -> None:
    """A location or supplier that the store does not have is an error in words."""
    with pytest.raises(NotFoundError):
        run_reorder(deps, request_)


def test_a_malformed_key_is_refused(deps: Deps) -> None:
    """A key with a line break or 200 letters is no key."""
    for key in ("a\nb", "x" * 200, ""):
        with pytest.raises(InvalidActionError, match="run key"):
            run_reorder(deps, ReorderRequest(location="bristol", key=key))


def test_the_run_acts_as_an_agent_without_approving_roles(deps: Deps) -> None:
    """Requests carry the run and its agent as requester."""
    report = run_reorder(deps, SMALL)
    views = deps.desk.actions(run=report.run)
    assert {view.requester for view in views} == {REORDER_AGENT.id}
    assert REORDER_AGENT.kind is Kind.AGENT


def test_a_stored_report_is_found_by_its_run(deps: Deps) -> None:
    """The report survives as JSON in the journal, to the last figure."""
    report = run_reorder(deps, SMALL)
    stored = load_report(deps.db, report.run)
    assert stored.model_copy(update={"repeated": False}) == report
    assert RunReport.model_validate_json(report.model_dump_json()) == report
