"""Why a reorder run ordered so many of a product, or none: from the arithmetic that the run stored."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from shop.plan_results import Alternative, Arithmetic
from shop.plan_words import NOTE_WORDS, instead, sentences
from shop.store import journal
from shop.store.database import Snapshot
from tools import lookups
from tools.answers import Answer, Record
from tools.arguments import LocationName, Sku
from tools.todays_plan import todays_plan
from tools.tool import Shop, read_from

if TYPE_CHECKING:
    from shop.plan_results import ItemVerdict

LOOKED_BACK: Final = 20
"""So many runs are searched, the latest first."""

_ARITHMETIC: Final[TypeAdapter[Arithmetic]] = TypeAdapter(Arithmetic)
_ALTERNATIVES: Final[TypeAdapter[tuple[Alternative, ...]]] = TypeAdapter(tuple[Alternative, ...])


class ExplanationRecord(Record):
    """What a run decided about a product at a location, with every step and what was not done instead."""

    location: str
    verdict: str
    quantity: int
    words: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    signals: tuple[str, ...]
    instead: tuple[str, ...]
    asked: str


class ExplanationAnswer(Answer):
    """The explanation of one product; `run` is the run that decided, empty for a plan made just now."""

    sku: str
    title: str
    run: str
    day: date | None
    items: tuple[ExplanationRecord, ...]
    note: str = ""


def explain_reorder(shop: Shop, sku: Sku, location: LocationName | None = None) -> ExplanationAnswer:
    """Explain why the last reorder run ordered so many of one product, or none: its arithmetic step by step.

    Also what was not done instead, and what doing nothing would lose. Reads what the run stored.
    """
    with shop.db.reading() as snapshot:
        product = lookups.product(snapshot, sku)
        place = None if location is None else lookups.location(snapshot, location).id
        source = read_from(shop, snapshot, "reorder run")
        for stream in journal.streams(snapshot, "run", LOOKED_BACK):
            lines = _stored(snapshot, stream.id, product.sku, place)
            if lines:
                return ExplanationAnswer(
                    **source,
                    sku=product.sku,
                    title=product.title,
                    run=stream.key or stream.id,
                    day=lines[0][1],
                    items=tuple(record for record, _ in lines),
                )
        return ExplanationAnswer(
            **source,
            sku=product.sku,
            title=product.title,
            run="",
            day=None,
            items=tuple(_planned(one) for one in _verdicts(shop, snapshot, product.sku, place)),
            note="no stored run speaks of it; this is what a run would decide now",
        )


def _stored(
    snapshot: Snapshot, run: str, sku: str, place: str | None
) -> list[tuple[ExplanationRecord, date]]:
    """The lines of a stored run about a product, and the day of the run."""
    plans = journal.read_kinds(snapshot, run, ("run_plan",))
    if not plans:
        return []
    answers = {
        event.body["index"]: event.body for event in journal.read_kinds(snapshot, run, ("run_answer",))
    }
    body = plans[0].body
    day = date.fromisoformat(body["as_of"])
    return [
        (_record(line, answers.get(line["submission"])), day)
        for line in body["lines"]
        if line["sku"] == sku and place in (None, line["location"])
    ]


def _record(line: dict[str, Any], answer: Mapping[str, Any] | None) -> ExplanationRecord:
    figures = _ARITHMETIC.validate_python(line["arithmetic"])
    return ExplanationRecord(
        location=line["location"],
        verdict=line["verdict"],
        quantity=line["quantity"],
        words=line["words"],
        steps=tuple(sentences(figures)),
        notes=tuple(NOTE_WORDS[note] for note in line["notes"]),
        signals=tuple(line.get("signals", ())),
        instead=tuple(instead(_ALTERNATIVES.validate_python(line.get("alternatives", ())))),
        asked=_asked(answer),
    )


def _asked(answer: Mapping[str, Any] | None) -> str:
    """What became of the request that holds the line."""
    if answer is None:
        return ""
    named = answer.get("reference") or answer.get("approval_id") or answer["action_id"]
    return f"{answer['state']} ({named}): {answer['words']}" if answer["words"] else answer["state"]


def _verdicts(shop: Shop, snapshot: Snapshot, sku: str, place: str | None) -> "list[ItemVerdict]":
    today = todays_plan(shop, snapshot)
    items = today.inputs.items
    return [
        today.plan.verdicts[int(row)]
        for row in (items.sku == sku).nonzero()[0]
        if place in (None, items.location[row])
    ]


def _planned(verdict: "ItemVerdict") -> ExplanationRecord:
    return ExplanationRecord(
        location=verdict.location,
        verdict=verdict.verdict.value,
        quantity=verdict.arithmetic.quantity or verdict.arithmetic.transferred_in,
        words=verdict.words,
        steps=tuple(sentences(verdict.arithmetic)),
        notes=tuple(NOTE_WORDS[note.value] for note in verdict.notes),
        signals=verdict.signals,
        instead=tuple(instead(verdict.alternatives)),
        asked="",
    )
