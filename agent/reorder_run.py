"""The autonomous reorder run: plan, store the plan, ask the desk, report, exit. No model takes part.

A run has a key; the same key is the same run. Its plan is stored before anything is asked, so that a run
that was killed is finished by the next start with exactly that plan, and a run that has ended answers with
its stored report. Whatever was asked before and is placed or waits for a person counts as supply, so that a
run under another key does not order it again.

Events of a run's stream: ``run_plan`` (the draft), ``run_answer`` (index and answer), ``run_report``
(finished_at, answers), ``notice`` (text).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from agent.partitioned_draft import Partitioned, partitioned_draft
from agent.reorder_draft import action_of, draft_of
from agent.report_assembly import assemble
from agent.run_changes import compared
from agent.run_report import Answer, Draft, Request, RunReport
from shop.clock import Clock
from shop.errors import ConflictError, InvalidActionError, NotFoundError
from shop.money import Money
from shop.people import Kind, Principal, Role
from shop.plan_check import faults_of
from shop.plan_inputs import PlanSettings
from shop.planning import plan
from shop.store import journal
from shop.store.database import Database, Snapshot
from shop.store.history import plan_frame, plan_inputs
from shop.store.reads import catalogue, purchasing
from shop.store.reads.info import business_day
from tools.desk import Desk, Session, State
from tools.todays_plan import proposed_supply

if TYPE_CHECKING:
    from typing import Protocol

    from shop.store.journal import Stream

    class Deps(Protocol):
        """What a run needs; `tools.toolbox.Shop` has it."""

        @property
        def db(self) -> Database:
            """The store."""

        @property
        def desk(self) -> Desk:
            """The gate."""

        @property
        def clock(self) -> Clock:
            """The time."""


RUN: Final = "run"
TRIES: Final = 3
LOOKED_BACK: Final = 20
"""So many earlier runs are searched for one of the same scope."""
REORDER_AGENT: Final = Principal(
    id="reorder-agent", name="Reorder run", kind=Kind.AGENT, roles=frozenset({Role.OPERATOR})
)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,99}")


@dataclass(frozen=True, slots=True)
class ReorderRequest:
    """What to reorder. `as_of` is the store's own day unless it is a dry run about another one.

    `location` and `supplier` are ids and narrow the run; `budget` (home currency) caps its purchases.
    `partitioned`: stock, sales and terms come from Parquet partitions instead of the database.
    """

    as_of: date | None = None
    location: str | None = None
    supplier: str | None = None
    budget: Money | None = None
    dry_run: bool = False
    key: str | None = None
    settings: PlanSettings = PlanSettings()  # noqa: RUF009 - frozen
    partitioned: Partitioned | None = None


def run_reorder(deps: Deps, request: ReorderRequest) -> RunReport:
    """Do the run, or finish it, or give the report of the run that this key names.

    A dry run submits and writes nothing. Raises NotFoundError for an unknown location or supplier,
    InvalidActionError for a malformed key, budget or day, SetupError without a store.
    """
    as_of = _day_of(deps, request)
    key = _key_of(request, as_of)
    if request.dry_run:
        draft = _planned(deps, request, as_of, key)
        return assemble("", draft, (), deps.clock())
    earlier = _stream_of(deps, key)
    if earlier is not None:
        return _taken_up(deps, earlier)
    _finish_others(deps, as_of)
    return _started(deps, request, as_of, key)


def load_report(db: Database, run: str) -> RunReport:
    """The stored report of a run by its stream id; raises NotFoundError for one that has not ended."""
    with db.reading() as snapshot:
        draft = journal.read_kinds(snapshot, run, ("run_plan",))
        ended = journal.read_kinds(snapshot, run, ("run_report",))
    if not draft or not ended:
        raise NotFoundError(f"there is no finished reorder run {run!r}")
    body = ended[-1].body
    return assemble(
        run,
        Draft.model_validate(draft[0].body),
        [Answer.model_validate(answer) for answer in body["answers"]],
        datetime.fromisoformat(body["finished_at"]),
        repeated=True,
    )


def _day_of(deps: Deps, request: ReorderRequest) -> date:
    with deps.db.reading() as snapshot:
        today = business_day(snapshot, deps.clock)
        _check_scope(deps, request)
    if request.as_of is None or request.as_of == today:
        return today
    if not request.dry_run:
        raise InvalidActionError(
            f"orders are placed as of today ({today}); use a dry run to look at {request.as_of}"
        )
    return request.as_of


def _check_scope(deps: Deps, request: ReorderRequest) -> None:
    with deps.db.reading() as snapshot:
        places = [place.id for place in catalogue.locations(snapshot)]
        if request.location is not None and request.location not in places:
            raise NotFoundError(f"there is no location {request.location!r}; there are {', '.join(places)}")
        if request.supplier is not None and purchasing.supplier(snapshot, request.supplier) is None:
            raise NotFoundError(f"there is no supplier {request.supplier!r}")


def _key_of(request: ReorderRequest, as_of: date) -> str:
    """The given key, or one for the day and the scope."""
    if request.key is not None:
        if not _KEY.fullmatch(request.key):
            raise InvalidActionError(
                f"the run key {request.key!r} may hold letters, digits and . _ : @ -, at most 100 characters"
            )
        return request.key
    parts = ["reorder", as_of.isoformat(), request.location, request.supplier]
    return "-".join(part for part in parts if part)


def _planned(deps: Deps, request: ReorderRequest, as_of: date, key: str) -> Draft:
    started_at = deps.clock()
    budget = request.settings.budget if request.budget is None else request.budget
    settings = replace(request.settings, budget=budget)
    if request.partitioned is not None:
        return _planned_in_partitions(deps, request.partitioned, request, settings, as_of, key, started_at)
    with deps.db.reading() as snapshot:
        proposed = proposed_supply(snapshot, deps.db.tenant, as_of)
        inputs = plan_inputs(
            snapshot, as_of, location=request.location, supplier=request.supplier, proposed=proposed
        )
    found = plan(inputs, settings)
    faults = faults_of(found, inputs)
    if faults:
        raise InvalidActionError(f"the plan breaks its own rules, nothing was asked: {'; '.join(faults[:5])}")
    draft = draft_of(
        found,
        inputs,
        key=key,
        tenant=deps.db.tenant,
        started_at=started_at,
        location=request.location,
        dry_run=request.dry_run,
    )
    with deps.db.reading() as snapshot:
        before = _previous(snapshot, request)
    if before is None:
        return draft
    return draft.model_copy(update={"previous": compared(draft.lines, *before)})


def _planned_in_partitions(
    deps: Deps,
    where: Partitioned,
    request: ReorderRequest,
    settings: PlanSettings,
    as_of: date,
    key: str,
    started_at: datetime,
) -> Draft:
    with deps.db.reading() as snapshot:
        proposed = proposed_supply(snapshot, deps.db.tenant, as_of)
        frame = plan_frame(
            snapshot, as_of, location=request.location, supplier=request.supplier, proposed=proposed
        )
        before = _previous(snapshot, request)
    return partitioned_draft(
        where,
        frame,
        settings,
        key=key,
        tenant=deps.db.tenant,
        started_at=started_at,
        dry_run=request.dry_run,
        before=before,
    )


def _previous(snapshot: Snapshot, request: ReorderRequest) -> tuple[Draft, str] | None:
    """The plan of the latest run of the same scope that has ended, and its stream.

    Runs over partitions are compared with each other: their lines are of another make.
    """
    for stream in journal.streams(snapshot, RUN, LOOKED_BACK, owner=REORDER_AGENT.id):
        if stream.state != journal.DONE:
            continue
        for event in journal.read_kinds(snapshot, stream.id, ("run_plan",)):
            body = event.body
            alike = (body.get("elsewhere") is None) == (request.partitioned is None)
            if alike and (body["location"], body["supplier"]) == (request.location, request.supplier):
                return Draft.model_validate(body), stream.id
    return None


def _stream_of(deps: Deps, key: str) -> Stream | None:
    with deps.db.reading() as snapshot:
        return journal.find_by_key(snapshot, key)


def _taken_up(deps: Deps, stream: Stream) -> RunReport:
    """The stored report of a run that has ended, or the rest of one that was cut off."""
    if stream.state == journal.RUNNING:
        return _carried_out(deps, stream.id, resumed=True)
    if stream.state != journal.DONE:
        raise ConflictError(
            f"the run {stream.key!r} was cut off on an earlier day and closed; use another key"
        )
    return load_report(deps.db, stream.id)


def _started(deps: Deps, request: ReorderRequest, as_of: date, key: str) -> RunReport:
    """Plan and store the plan; plan again if another run came in between."""
    for _ in range(TRIES):
        draft = _planned(deps, request, as_of, key)
        run = _stored(deps, draft)
        if run is not None:
            return _carried_out(deps, run, resumed=False)
        earlier = _stream_of(deps, key)
        if earlier is not None:
            return _taken_up(deps, earlier)
        _finish_others(deps, as_of)
    raise ConflictError("other reorder runs keep starting; try again when they have ended")


def _stored(deps: Deps, draft: Draft) -> str | None:
    """Open the run's stream with its plan in one transaction; None if a run is open or has this key."""
    now = deps.clock()
    with deps.db.writing() as tx:
        if journal.find_by_key(tx, draft.key) is not None or _open_runs(tx):
            return None
        title = f"Reorder run of {draft.as_of.isoformat()}"
        run = journal.open_stream(tx, RUN, REORDER_AGENT.id, title, draft.key, now=now, state=journal.RUNNING)
        journal.append(tx, run, "run_plan", draft.model_dump(mode="json"), now)
    return run


def _finish_others(deps: Deps, as_of: date) -> None:
    """Finish runs of this day that were cut off; close older ones, whose plan is stale."""
    with deps.db.reading() as snapshot:
        left = _open_runs(snapshot)
    for stream in left:
        if _draft(deps, stream.id).as_of == as_of:
            _carried_out(deps, stream.id, resumed=True)
        else:
            _given_up(deps, stream.id)


def _open_runs(snapshot: Snapshot) -> list[Stream]:
    running = journal.find_in_state(snapshot, RUN, journal.RUNNING)
    return [stream for stream in running if stream.owner == REORDER_AGENT.id]


def _given_up(deps: Deps, run: str) -> None:
    deps.desk.recover()
    now = deps.clock()
    text = "cut off on an earlier day; what it had asked for counts as supply, the rest is planned anew"
    with deps.db.writing() as tx:
        if journal.move_state(tx, run, journal.RUNNING, journal.FAILED, now):
            journal.append(tx, run, "notice", {"text": text}, now)


def _draft(deps: Deps, run: str) -> Draft:
    with deps.db.reading() as snapshot:
        return Draft.model_validate(journal.read_kinds(snapshot, run, ("run_plan",))[0].body)


def _carried_out(deps: Deps, run: str, *, resumed: bool) -> RunReport:
    """Submit every request of the stored plan under its key, finish what is half-way, store the report."""
    draft = _draft(deps, run)
    session = Session(principal=REORDER_AGENT, run=run)
    answers = []
    for place, request in enumerate(draft.requests):
        answer = _asked(deps, session, request)
        answers.append(answer)
        with deps.db.writing() as tx:
            body = {"index": place, **answer.model_dump(mode="json")}
            journal.append(tx, run, "run_answer", body, deps.clock())
    deps.desk.recover()
    settled = [_settled(deps, answer) for answer in answers]
    return _reported(deps, run, draft, settled, resumed=resumed)


def _asked(deps: Deps, session: Session, request: Request) -> Answer:
    """One submission; a request that the desk cannot file at all is answered in words, and the run goes on.

    Any other error (the database is gone, say) ends the run here; the next start finishes it.
    """
    try:
        said = deps.desk.submit(action_of(request), session, key=request.key)
    except (ConflictError, InvalidActionError, NotFoundError) as error:
        return Answer(action_id="", state=State.FAILED.value, words=str(error))
    return Answer(
        action_id=said.action_id,
        state=said.state.value,
        words=said.reason,
        approval_id=said.approval_id,
        reference=said.receipt.reference if said.receipt else "",
        reasons=tuple(fired.text for fired in said.decision.fired if fired.text),
    )


def _settled(deps: Deps, answer: Answer) -> Answer:
    """The answer as the ledger has it now, for actions that were half-way when they were asked for."""
    if not answer.action_id or answer.state not in {"approved", "executing", "unknown"}:
        return answer
    view = deps.desk.status(answer.action_id)
    reference = view.receipt.reference if view.receipt else ""
    changed = {"state": view.state.value, "words": view.reason, "approval_id": view.approval_id}
    return answer.model_copy(update={**changed, "reference": reference})


def _reported(deps: Deps, run: str, draft: Draft, answers: list[Answer], *, resumed: bool) -> RunReport:
    now = deps.clock()
    body = {
        "finished_at": now.isoformat(),
        "answers": [answer.model_dump(mode="json") for answer in answers],
    }
    with deps.db.writing() as tx:
        if journal.move_state(tx, run, journal.RUNNING, journal.DONE, now):
            journal.append(tx, run, "run_report", body, now)
    return assemble(run, draft, answers, now, resumed=resumed)
