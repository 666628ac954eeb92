"""What all renderings of a run share: tiles, rows and groups as text, so that no two of them disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.run_report import OUTCOME_WORDS, Line, Outcome, Outlook, RunReport, request_outcome
from shop.money import Money
from shop.plan_words import NOTE_WORDS, instead, sentences

ACTED: Final = (
    Outcome.WAITING,
    Outcome.PLACED,
    Outcome.PLANNED,
    Outcome.TRANSFERRED,
    Outcome.REFUSED,
    Outcome.FAILED,
    Outcome.RECORDED,
)
"""Outcomes of lines for which the desk was asked (or would be), most interesting first."""

REASON_WORDS: Final = {
    "at_reorder_point": "at or below the reorder point",
    "backordered": "sold but not there",
    "surplus_elsewhere": "surplus at another location",
    "enough_stock": "enough stock",
    "no_demand": "no demand",
    "demand_too_low": "demand too low to order",
    "not_for_sale": "not for sale",
    "end_of_life": "end of life",
    "other_supplier": "bought from another supplier",
    "over_budget": "over the budget",
    "supplier_minimum": "supplier's minimum not reached",
    "supplier_minimum_urgent": "urgent, but under the supplier's minimum",
    "no_supplier": "no supplier",
    "unknown_supplier": "unknown supplier",
    "no_cost": "no unit cost",
    "no_exchange_rate": "no exchange rate",
    "no_lead_time": "no lead time",
    "pack_size_zero": "pack size under 1",
    "moq_negative": "negative MOQ",
    "moq_over_maximum": "MOQ over the maximum cover",
    "moq_over_shelf_life": "MOQ over the shelf life",
    "quantity_over_limit": "quantity over the limit",
    "negative_stock": "negative stock",
    "no_history": "no history",
    "supplier_unavailable": "cannot be had from the supplier",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the first screen, with a line below it."""

    label: str
    figure: str
    detail: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request to the desk and what became of it."""

    title: str
    outcome: Outcome
    state: str
    value: str
    expected_on: str
    approval: str
    words: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One SKU-location as it is shown."""

    line: Line
    outcome: Outcome
    state: str
    cover: str
    risk: str
    quantity: str
    value: str
    why: str
    approval: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    signals: tuple[str, ...]
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A line that ended otherwise than in the previous run."""

    sku: str
    location: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines with the same reason."""

    reason: str
    rows: tuple[LineRow, ...]


def title_of(report: RunReport) -> str:
    """The run in one line."""
    draft = report.draft
    scope = [part for part in (draft.location, draft.supplier) if part]
    where = f" ({', '.join(scope)})" if scope else ""
    kind = "Reorder plan (dry run)" if draft.dry_run else "Reorder run"
    return f"{kind} of {draft.as_of.isoformat()}{where}"


def tiles_of(report: RunReport) -> list[Tile]:
    """The figures of the first screen."""
    kpis = report.kpis
    found = [
        Tile("SKU-locations checked", f"{kpis.checked:,}", f"{kpis.not_ordered:,} need nothing"),
        Tile("Placed", f"{kpis.placed:,}", str(kpis.money_placed)),
        Tile("Waiting for a person", f"{kpis.waiting:,}", str(kpis.money_waiting)),
        Tile("Refused by policy", f"{kpis.refused:,}", str(kpis.money_refused)),
        Tile("Moved between locations", f"{kpis.transferred:,}", f"{kpis.transfers:,} transfers asked for"),
        Tile("Needs attention", f"{kpis.needs_attention:,}", "data to be corrected"),
        Tile(
            "Expected stock-outs",
            f"{kpis.stockouts_without:.1f}",
            f"{kpis.stockouts_with:.1f} if all of it is ordered",
        ),
    ]
    if report.draft.dry_run:
        found[1:4] = [Tile("Would be asked for", f"{kpis.planned:,}", str(kpis.money_total))]
    if kpis.recorded or kpis.failed:
        lines = kpis.recorded + kpis.failed
        found.append(Tile("Recorded only or failed", f"{lines:,}", str(kpis.money_other)))
    return found


def budget_of(report: RunReport) -> tuple[Money, Money, str] | None:
    """Budget, what the plan uses of it, and the sentence about both; None without a budget."""
    budget = report.draft.budget
    if budget is None:
        return None
    used, left_out = report.kpis.money_total, report.kpis.money_over_budget
    share = f" ({used.percent_of(budget, 1)} %)" if budget else ""
    return budget, used, f"{used} of {budget} used{share}; {left_out} more was needed and left out"


def request_rows(report: RunReport) -> list[RequestRow]:
    """Every request in the order in which it was made."""
    found = []
    for place, request in enumerate(report.draft.requests):
        answer = report.answers[place] if place < len(report.answers) else None
        outcome = request_outcome(report.draft, report.answers, place)
        found.append(
            RequestRow(
                title=request.title,
                outcome=outcome,
                state=OUTCOME_WORDS[outcome],
                value=str(request.value) if request.value else "",
                expected_on=request.expected_on.isoformat() if request.expected_on else "",
                approval=(answer.approval_id or answer.reference) if answer else "",
                words=answer.words if answer else "nothing was submitted",
            )
        )
    return found


def line_rows(report: RunReport, outcomes: Sequence[Outcome]) -> list[LineRow]:
    """Lines with one of these outcomes, in the outcomes' order, the dearest first."""
    chosen = [(line, report.outcome_of(line)) for line in report.draft.lines]
    rank = {outcome: place for place, outcome in enumerate(outcomes)}
    kept = [(line, outcome) for line, outcome in chosen if outcome in rank]
    kept.sort(
        key=lambda pair: (
            rank[pair[1]],
            -(pair[0].home_value.minor if pair[0].home_value else 0),
            pair[0].sku,
            pair[0].location,
        )
    )
    return [line_row(report, line) for line, _ in kept]


def line_row(report: RunReport, line: Line) -> LineRow:
    """One line as text."""
    figures, outcome, answer = line.arithmetic, report.outcome_of(line), report.answer_of(line)
    cover = figures.cover_days
    refused = answer.words if answer and outcome in {Outcome.REFUSED, Outcome.FAILED, Outcome.WAITING} else ""
    return LineRow(
        line=line,
        outcome=outcome,
        state=OUTCOME_WORDS[outcome],
        cover="" if cover is None else f"{cover:,.1f} d",
        risk=f"{figures.risk_without * 100:.0f} %",
        quantity=f"{line.quantity:,}" if line.quantity else "",
        value=str(line.value) if line.value else "",
        why=" ".join(part for part in (line.words, refused) if part),
        approval=(answer.approval_id or answer.reference) if answer else "",
        steps=(*sentences(figures), *_outlook(line.outlook)),
        notes=tuple(NOTE_WORDS[note] for note in line.notes),
        signals=line.signals,
        instead=tuple(instead(line.alternatives)),
    )


def _outlook(outlook: Outlook | None) -> tuple[str, ...]:
    """The stock ahead in one sentence, with and without what is done."""
    if outlook is None:
        return ()
    without = f"{_fate(outlook.empty_without)}, {outlook.level_without:g} left"
    with_plan = f"{_fate(outlook.empty_with)}, {outlook.level_with:g} left"
    return (f"In {outlook.days} days: without it {without}; with it {with_plan}.",)


def _fate(empty_on: int | None) -> str:
    return "it does not run out" if empty_on is None else f"out of stock from day {empty_on}"


def comparison_of(report: RunReport) -> str:
    """The previous run of the same scope in one sentence; empty where there was none."""
    previous = report.draft.previous
    if previous is None:
        return ""
    listed = len(previous.changes)
    more = f", the {listed} largest are listed" if listed < previous.total else ""
    return (
        f"Compared with the run {previous.key} of {previous.as_of.isoformat()}: "
        f"{previous.total} SKU-locations ended otherwise{more}"
    )


def change_rows(report: RunReport) -> list[ChangeRow]:
    """What changed since the previous run, the largest quantity first, and why."""
    previous = report.draft.previous
    if previous is None:
        return []
    return [
        ChangeRow(one.sku, one.location, one.before, one.after, "; ".join(one.why))
        for one in previous.changes
    ]


def groups(report: RunReport, outcome: Outcome) -> list[Group]:
    """Lines of one outcome by reason, the largest group first."""
    found: dict[str, list[LineRow]] = {}
    for row in line_rows(report, [outcome]):
        found.setdefault(row.line.reason, []).append(row)
    order = sorted(found, key=lambda reason: (-len(found[reason]), reason))
    return [Group(REASON_WORDS[reason], tuple(found[reason])) for reason in order]
