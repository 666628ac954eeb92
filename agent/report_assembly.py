"""The report of a run from its two stored parts: the draft, and what the desk said to each request."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from agent.run_report import (
    OUTCOME_WORDS,
    Answer,
    Draft,
    Kpis,
    Outcome,
    RunReport,
    SupplierTotal,
    outcome_of,
    request_outcome,
)
from shop.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def assemble(
    run: str,
    draft: Draft,
    answers: Sequence[Answer],
    finished_at: datetime,
    *,
    resumed: bool = False,
    repeated: bool = False,
) -> RunReport:
    """The report from its two parts."""
    return RunReport(
        run=run,
        draft=draft,
        answers=tuple(answers),
        finished_at=finished_at,
        resumed=resumed,
        repeated=repeated,
        kpis=_kpis(draft, answers),
        suppliers=_by_supplier(draft, answers),
        steps=_steps(draft, answers),
    )


def _kpis(draft: Draft, answers: Sequence[Answer]) -> Kpis:
    count = Counter(outcome_of(line, draft, answers) for line in draft.lines)
    count += _elsewhere(draft, answers)
    money = _money_by_outcome(draft, answers)
    known = (Outcome.PLACED, Outcome.WAITING, Outcome.REFUSED)
    other = (amount for outcome, amount in money.items() if outcome not in known)
    return Kpis(
        checked=count.total(),
        **{outcome.value: count[outcome] for outcome in Outcome},
        orders=sum(request.kind == "place_purchase_order" for request in draft.requests),
        transfers=sum(request.kind == "transfer_stock" for request in draft.requests),
        money_placed=money[Outcome.PLACED],
        money_waiting=money[Outcome.WAITING],
        money_refused=money[Outcome.REFUSED],
        money_other=Money.total(other, draft.home_currency),
        money_total=Money.total(money.values(), draft.home_currency),
        money_over_budget=draft.unmet,
        stockouts_without=draft.stockouts_without,
        stockouts_with=draft.stockouts_with,
    )


def _elsewhere(draft: Draft, answers: Sequence[Answer]) -> Counter[Outcome]:
    """How the SKU-locations of a run over partitions ended: those ordered as their order did."""
    told = draft.elsewhere
    if told is None:
        return Counter()
    count = Counter(
        {
            Outcome.NOT_ORDERED: sum(told.not_ordered.values()),
            Outcome.NEEDS_ATTENTION: sum(told.needs_attention.values()),
        }
    )
    count[Outcome.PLANNED if draft.dry_run else Outcome.TRANSFERRED] += told.transferred
    for place, request in enumerate(draft.requests):
        if request.kind == "place_purchase_order":
            count[request_outcome(draft, answers, place)] += request.lines
    return count


def _money_by_outcome(draft: Draft, answers: Sequence[Answer]) -> dict[Outcome, Money]:
    found = {outcome: Money.zero(draft.home_currency) for outcome in Outcome}
    for place, request in enumerate(draft.requests):
        if request.home_value is not None:
            found[request_outcome(draft, answers, place)] += request.home_value
    return found


def _by_supplier(draft: Draft, answers: Sequence[Answer]) -> tuple[SupplierTotal, ...]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, request in enumerate(draft.requests):
        if request.home_value is not None:
            places[request.supplier].append(place)
    found = [_supplier_total(name, draft, answers, places[name]) for name in sorted(places)]
    return tuple(sorted(found, key=lambda total: -_sum(total).minor))


def _sum(total: SupplierTotal) -> Money:
    return total.placed + total.waiting + total.refused + total.other


def _supplier_total(
    name: str, draft: Draft, answers: Sequence[Answer], places: Sequence[int]
) -> SupplierTotal:
    columns = {Outcome.PLACED: "placed", Outcome.WAITING: "waiting", Outcome.REFUSED: "refused"}
    sums = {column: Money.zero(draft.home_currency) for column in (*columns.values(), "other")}
    for place in places:
        column = columns.get(request_outcome(draft, answers, place), "other")
        sums[column] += draft.requests[place].home_value or Money.zero(draft.home_currency)
    return SupplierTotal(supplier=name, orders=len(places), **sums)


def _steps(draft: Draft, answers: Sequence[Answer]) -> tuple[str, ...]:
    told = draft.elsewhere
    checked = told.checked if told else len(draft.lines)
    places = told.locations if told else len({line.location for line in draft.lines})
    needed = sum(line.arithmetic.raw_need > 0 for line in draft.lines)
    needed += told.ordered + told.transferred if told else 0
    orders = sum(request.kind == "place_purchase_order" for request in draft.requests)
    transfers = len(draft.requests) - orders
    ended = Counter(request_outcome(draft, answers, place) for place in range(len(answers)))
    said = ", ".join(f"{ended[outcome]} {OUTCOME_WORDS[outcome]}" for outcome in Outcome if ended[outcome])
    asked = "Dry run: nothing submitted" if draft.dry_run else f"Asked the desk: {said or 'nothing to ask'}"
    return (
        f"Read stock, sales, orders and terms of {checked} SKU-locations at {places} locations",
        f"Found {needed} at or below their reorder point",
        f"Planned {transfers} transfers and {orders} purchase orders",
        asked,
    )
