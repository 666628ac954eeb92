"""The lines of a run over partitions: each candidate with what is bought of it, or why not, in words.

One row for each candidate; what no partition wanted to buy has its verdict in the partition's own table. The
sentence is the one that an ordinary run says of such a line (`shop.verdicts.WORDS`); what bound the quantity,
what was not done instead and what doing nothing is expected to lose are those of `shop.explanations`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shop.explanations import Explanations
from shop.plan_results import Reason, Verdict
from shop.signalled import added_lead_time
from shop.verdicts import ATTENTION, WORDS

if TYPE_CHECKING:
    import pyarrow as pa

    from shop.partition_plan import Together
    from shop.plan_inputs import Ints, PlanSettings
    from shop.purchase_lines import Line


def lines_of(together: Together, settings: PlanSettings) -> pa.Table:
    """All candidates by SKU and location; unit costs in minor units of their currency, null if not bought.

    What is bought has supplier, currency, MOQ, pack and lead time of its own offer, which need not be the
    first choice; else MOQ, pack and lead time are those of the first choice. `lost_margin_without_minor` is
    in minor units of the home currency.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that only large runs need

    inputs, state, outcome = together.inputs, together.state, together.outcome
    rows = range(len(inputs.items))
    bought = [outcome.lines.get(row) for row in rows]
    offer = _offers(together, bought)
    reasons = [_reason(together, row, line) for row, line in zip(rows, bought, strict=True)]
    behind = Explanations(inputs, settings, state, outcome, together.elsewhere)
    lost = [behind.alternatives.lost_without(row) for row in rows]
    return pa.table(
        {
            "sku": inputs.items.sku.tolist(),
            "title": inputs.items.title.tolist(),
            "location": inputs.items.location.tolist(),
            "verdict": [_verdict(reason, line).value for reason, line in zip(reasons, bought, strict=True)],
            "reason": [reason.value for reason in reasons],
            "words": [_words(together, settings, row, reasons[row]) for row in rows],
            "supplier": [line and str(inputs.suppliers.id[line.supplier]) for line in bought],
            "quantity": [line.quantity if line else 0 for line in bought],
            "unit_cost_minor": [line and line.unit_cost_minor for line in bought],
            "currency": [line and line.currency for line in bought],
            "position": state.position,
            "demand_per_day": state.per_day,
            "lead_time_days": [
                line.lead_time_days if line else float(state.lead_time_days[row])
                for row, line in enumerate(bought)
            ],
            "signal_delay_days": added_lead_time(inputs)[inputs.offers.supplier[offer]],
            "moq": inputs.offers.moq[offer],
            "pack_size": inputs.offers.pack_size[offer],
            "reorder_point": state.levels.reorder_point,
            "order_up_to": state.levels.order_up_to,
            "need": outcome.need,
            "bound": [behind.constraint(row).value for row in rows],
            "lost_sales_without": np.array([round(pieces, 4) for pieces, _ in lost], dtype=np.float64),
            "lost_margin_without_minor": pa.array([margin.minor for _, margin in lost], pa.int64()),
            "signals": pa.array(
                [_signals(behind, line, together, row) for row, line in enumerate(bought)],
                pa.list_(pa.string()),
            ),
            "alternatives": pa.array(
                [[one.words for one in behind.alternatives.of(row)] for row in rows], pa.list_(pa.string())
            ),
        }
    )


def _offers(together: Together, bought: list[Line | None]) -> Ints:
    """The offer that each candidate is bought by, or its first choice, which every candidate has."""
    offer = together.state.choice.offer.copy()
    for row, line in enumerate(bought):
        if line is not None:
            offer[row] = line.offer
    return offer


def _signals(behind: Explanations, line: Line | None, together: Together, row: int) -> tuple[str, ...]:
    """The signals that touch a candidate, by the supplier it is or would be bought from."""
    offers, suppliers = together.inputs.offers, together.inputs.suppliers
    chosen = line.supplier if line else int(offers.supplier[together.state.choice.offer[row]])
    return behind.signals(row, str(suppliers.id[chosen]))


def _reason(together: Together, row: int, line: Line | None) -> Reason:
    if line is None:
        return together.outcome.held[row]
    return Reason.BACKORDERED if together.state.position[row] < 0 else Reason.AT_REORDER_POINT


def _verdict(reason: Reason, line: Line | None) -> Verdict:
    if line is not None:
        return Verdict.ORDERED
    return Verdict.NEEDS_ATTENTION if reason in ATTENTION else Verdict.NOT_ORDERED


def _words(together: Together, settings: PlanSettings, row: int, reason: Reason) -> str:
    return WORDS[reason].format(
        position=together.state.position[row],
        owed=-together.state.position[row],
        reorder_point=together.state.levels.reorder_point[row],
        transferred_in=together.outcome.moved_in[row],
        maximum_cover_days=settings.maximum_cover_days,
        status=together.inputs.items.status[row],
        quantity_needed=together.outcome.need[row],
        **_terms(together, row),
    )


def _terms(together: Together, row: int) -> dict[str, Any]:
    """Supplier, least lot, what was wanted, and how long it keeps."""
    inputs, drafts = together.inputs, together.outcome.drafts
    line = together.outcome.lines.get(row)
    offer = line.offer if line else int(together.state.choice.offer[row])
    pack = max(int(inputs.offers.pack_size[offer]), 1)
    life = inputs.items.shelf_life_days
    return {
        "supplier": str(inputs.suppliers.id[inputs.offers.supplier[offer]]),
        "least": -(-max(int(inputs.offers.moq[offer]), 1) // pack) * pack,
        "quantity_wanted": drafts[row].quantity if row in drafts else 0,
        "shelf_life_days": 0 if life is None else int(life[row]),
    }
