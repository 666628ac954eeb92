"""The tool that searches the store's own guides.

A guide's text is the store's own, and still data: it answers questions, it does not give orders.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from tools.answers import ListAnswer, Record
from tools.arguments import Limit, Words
from tools.guide_index import MAX_TEXT, index_of
from tools.tool import Shop

Question = Annotated[Words, Field(max_length=500, description="the question, in the operator's words")]


class GuideRecord(Record):
    """A passage of a guide: `file` and `heading` say where, `updated` how old it is."""

    file: str
    title: str
    heading: str
    audience: str
    valid_from: date | None
    updated: date | None
    text: str


class GuidesAnswer(ListAnswer):
    """Passages of the store's guides, the most relevant first; `note` says when nothing was found."""

    items: tuple[GuideRecord, ...]
    note: str = ""


def search_guides(shop: Shop, question: Question, limit: Limit = 3) -> GuidesAnswer:
    """Look up the store's own rules and know-how: returns, refunds, shipping, suppliers, care, procedures."""
    passages = [] if shop.guides is None else index_of(shop.guides).search(question, limit)
    note = ""
    if not passages:
        note = "the guides say nothing about this" if shop.guides else "this store has no guides"
    return GuidesAnswer(
        source="the store's guides",
        as_of=shop.clock(),
        total=len(passages),
        items=tuple(GuideRecord.copied(one, text=one.text[:MAX_TEXT]) for one in passages),
        note=note,
    )
