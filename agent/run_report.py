"""The report of a reorder run: what was checked, asked for, done, left alone, and every number behind it.

A report is made of two stored parts: the draft (the plan, before anything was submitted) and what the desk
said to each submission. The same two parts always give the same report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from shop.money import Money
from shop.plan_results import Alternative, Arithmetic


class Record(BaseModel):
    """A frozen part of the report; money as ``{minor, cur}`` in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """How a SKU-location ended in this run; every one has exactly one."""

    PLACED = "placed"
    WAITING = "waiting"
    REFUSED = "refused"
    RECORDED = "recorded"
    FAILED = "failed"
    PLANNED = "planned"
    TRANSFERRED = "transferred"
    NOT_ORDERED = "not_ordered"
    NEEDS_ATTENTION = "needs_attention"


OUTCOME_WORDS = {
    Outcome.PLACED: "placed",
    Outcome.WAITING: "waiting for a person",
    Outcome.REFUSED: "refused by policy",
    Outcome.RECORDED: "recorded only (observe)",
    Outcome.FAILED: "not carried out",
    Outcome.PLANNED: "planned (dry run)",
    Outcome.TRANSFERRED: "moved",
    Outcome.NOT_ORDERED: "not ordered",
    Outcome.NEEDS_ATTENTION: "needs attention",
}


class Outlook(Record):
    """Expected stock of a line over its exposure: `empty_*` is the first day without stock, None if none.

    Days count from the run's day; `level_*` is the stock at the end of `days`. What is ordered or moved
    arrives on day `arrives_in`.
    """

    days: int
    empty_without: int | None
    empty_with: int | None
    level_without: float
    level_with: float
    arrives_in: int | None = None


class Line(Record):
    """One SKU at one location: verdict, reason and arithmetic; `submission` is its place in the list.

    `signals` are those that touch it, `alternatives` what was not done instead.
    """

    sku: str
    title: str
    location: str
    verdict: str
    reason: str
    words: str
    notes: tuple[str, ...]
    supplier: str
    quantity: int
    value: Money | None
    home_value: Money | None
    submission: int | None
    arithmetic: Arithmetic
    signals: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    outlook: Outlook | None = None


class Request(Record):
    """What is asked of the desk: `args` are the frozen action's; `lines` counts its SKUs."""

    kind: str
    args: dict[str, Any]
    key: str
    title: str
    supplier: str
    location: str
    lines: int
    pieces: int
    value: Money | None
    home_value: Money | None
    expected_on: date | None


class Answer(Record):
    """What the desk said to a request, and how it stands at the end of the run."""

    action_id: str
    state: str
    words: str
    approval_id: str | None = None
    reference: str = ""
    reasons: tuple[str, ...] = ()


class Projection(Record):
    """Expected stock at the end of each day from `starts_on`, without and with what the run asks for."""

    sku: str
    title: str
    location: str
    starts_on: date
    without_order: tuple[float, ...]
    with_order: tuple[float, ...]
    reorder_point: int
    arrives_on: date | None


class Change(Record):
    """A line that ended otherwise than in the previous run; `pieces` more are ordered or moved (or fewer)."""

    sku: str
    title: str
    location: str
    before: str
    after: str
    pieces: int
    why: tuple[str, ...]


class Comparison(Record):
    """The previous run of the same scope, and what changed since; `total` counts what is not listed too."""

    run: str
    key: str
    as_of: date
    total: int
    changes: tuple[Change, ...]


class Elsewhere(Record):
    """SKU-locations whose lines lie in tables beside the partitions of a large run (`directory`).

    `checked` = `ordered` + `transferred` + what was left alone, by reason.
    """

    directory: str
    checked: int
    locations: int
    ordered: int
    transferred: int
    not_ordered: dict[str, int]
    needs_attention: dict[str, int]


class ForecastQuality(Record):
    """How good forecasts of the last `days` days were, from what was known before, for one demand class.

    As in `shop.forecasting.quality`: `bias`, `wape` and `pinball` are shares of the demand, `coverage` of the
    series; the last two at each of `shares`. `by_weeks` is how far the forecasts went by the weeks, the rest
    by the days, and `back_test` the pinball loss on the mornings by which that was judged; None for none.
    """

    demand_class: str
    series: int
    demand: float
    days: int
    bias: float
    wape: float
    shares: tuple[float, ...]
    pinball: tuple[float, ...]
    coverage: tuple[float, ...]
    by_weeks: float = 0.5
    back_test: float | None = None


class Draft(Record):
    """The plan as stored before the first submission; `signals` are all that said something to it."""

    key: str
    as_of: date
    started_at: datetime
    home_currency: str
    location: str | None
    supplier: str | None
    budget: Money | None
    dry_run: bool
    lines: tuple[Line, ...]
    requests: tuple[Request, ...]
    projections: tuple[Projection, ...]
    unmet: Money
    stockouts_without: float
    stockouts_with: float
    signals: tuple[str, ...] = ()
    previous: Comparison | None = None
    elsewhere: Elsewhere | None = None
    quality: tuple[ForecastQuality, ...] = ()


class Kpis(Record):
    """The tiles. The counts of SKU-locations add up to `checked`; money is in the home currency."""

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
    money_placed: Money
    money_waiting: Money
    money_refused: Money
    money_other: Money
    money_total: Money
    money_over_budget: Money
    stockouts_without: float
    stockouts_with: float


class SupplierTotal(Record):
    """Money per supplier by outcome, in the home currency."""

    supplier: str
    orders: int
    placed: Money
    waiting: Money
    refused: Money
    other: Money


class RunReport(Record):
    """A whole run. `repeated` tells that the run had ended before and nothing was done again."""

    run: str
    draft: Draft
    answers: tuple[Answer, ...]
    finished_at: datetime
    resumed: bool
    repeated: bool
    kpis: Kpis
    suppliers: tuple[SupplierTotal, ...]
    steps: tuple[str, ...]

    def outcome_of(self, line: Line) -> Outcome:
        """How a line ended."""
        return outcome_of(line, self.draft, self.answers)

    def answer_of(self, line: Line) -> Answer | None:
        """What the desk said to the request that holds a line; None if nothing was asked."""
        if line.submission is None or line.submission >= len(self.answers):
            return None
        return self.answers[line.submission]


_BY_STATE = {
    "executed": Outcome.PLACED,
    "pending": Outcome.WAITING,
    "approved": Outcome.WAITING,
    "executing": Outcome.WAITING,
    "unknown": Outcome.WAITING,
    "observed": Outcome.RECORDED,
    "denied": Outcome.REFUSED,
    "rejected": Outcome.REFUSED,
}


def outcome_of_answer(answer: Answer) -> Outcome:
    """What the state of an action means for its lines; a state that ended otherwise is a failure."""
    return _BY_STATE.get(answer.state, Outcome.FAILED)


def outcome_of(line: Line, draft: Draft, answers: Sequence[Answer]) -> Outcome:
    """How a line of the plan ended, given what the desk said."""
    if line.submission is None:
        return Outcome(line.verdict)
    return request_outcome(draft, answers, line.submission)


def request_outcome(draft: Draft, answers: Sequence[Answer], place: int) -> Outcome:
    """How a request ended."""
    if draft.dry_run:
        return Outcome.PLANNED
    outcome = outcome_of_answer(answers[place])
    moved = outcome is Outcome.PLACED and draft.requests[place].kind == "transfer_stock"
    return Outcome.TRANSFERRED if moved else outcome
