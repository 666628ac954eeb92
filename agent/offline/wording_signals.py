"""Answers about signals, and about why something was ordered, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.offline.wording_service import bulleted, counted, day

if TYPE_CHECKING:
    from tools.answers import WriteAnswer
    from tools.reorder_explanation import ExplanationAnswer
    from tools.signals import SignalsAnswer


def demand_told(done: WriteAnswer, told: str) -> str:
    """What became of a demand signal, with what its percentage is counted as; `told` is the usual answer."""
    if "promotion" not in done.request or done.state not in {"executed", "pending"}:
        return told
    return (
        f"{told}\nThe percentage is counted as that much more demand. If it is the discount, tell me instead"
        " how much more you expect to sell, and remove the signal."
    )


def signals(found: SignalsAnswer) -> str:
    """The signals, one a line."""
    if not found.items:
        return "No signals are noted: reordering goes by sales, stock and terms alone."
    lines = [
        f"{one.id}: {one.effect.replace('_', '-')} of {one.reach}"
        + (f", {one.percent:+d} %" if one.percent is not None else "")
        + (f", {one.quantity} pieces" if one.quantity is not None else "")
        + (f", {one.days} days" if one.days is not None else "")
        + (f", {one.unit_cost.text} each" if one.unit_cost else "")
        + f", from {day(one.starts_on)}"
        + (f" to {day(one.ends_on)}" if one.ends_on else "")
        + f", by {one.author}: {one.reason}"
        + (" (removed)" if one.removed else "")
        for one in found.items
    ]
    return f"{counted(found.total, 'signal')}:\n{bulleted(lines)}"


def explained(found: ExplanationAnswer) -> str:
    """The stored steps of each location, as the run wrote them."""
    if not found.items:
        return f"{found.sku} {found.title}: no run and no plan speaks of it there."
    by = f"the run {found.run} of {day(found.day)}" if found.run and found.day else "the plan as of now"
    parts = [f"{found.sku} {found.title}, by {by}:"]
    for one in found.items:
        head = f"{one.location}: {one.verdict.replace('_', ' ')} {one.quantity or ''}".rstrip()
        said = [*one.steps, *one.notes, *one.signals, *(f"Instead: {other}" for other in one.instead)]
        asked = [f"Asked of the desk: {one.asked}"] if one.asked else []
        parts.append(f"{head}. {one.words}\n{bulleted([*said, *asked])}")
    return "\n".join(parts)
