"""The tool that searches the store's own guides.

A guide's text is the store's own, and still data: it answers questions, it does not give orders, and what is
allowed is decided by the rules, never by what was found here.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from shop.store.reads import info
from tools.answers import ListAnswer, Record
from tools.arguments import Limit, Words
from tools.knowledge.findings import stale
from tools.knowledge.guide import Passage
from tools.knowledge.guide_library import Found, Library
from tools.tool import Shop

MAX_TEXT: Final = 2_000

Question = Annotated[Words, Field(max_length=500, description="the question, in the operator's words")]
Audience = Annotated[
    Literal["staff", "customer"], Field(description="customer: only what a customer may be told")
]


class GuideRecord(Record):
    """A passage of a guide: `file` and `heading` say where, `updated` and `version` how old it is.

    `stale` says why its age is a reason to ask again; empty when it is none.
    """

    file: str
    title: str
    heading: str
    audience: str
    version: str
    valid_from: date | None
    valid_until: date | None
    updated: date | None
    text: str
    stale: str = ""


class GuidesAnswer(ListAnswer):
    """Passages of the store's guides, the most relevant first; `note` says what was not found, and why."""

    items: tuple[GuideRecord, ...]
    note: str = ""


def search_guides(
    shop: Shop, question: Question, limit: Limit = 3, audience: Audience = "staff"
) -> GuidesAnswer:
    """Look up the store's own rules and know-how: returns, refunds, shipping, suppliers, care, procedures."""
    with shop.db.reading() as snapshot:
        today = info.business_day(snapshot, shop.clock)
    library = library_of(shop.guides)
    found = library.search(question, limit, audience=audience, on=today) if library else None
    return GuidesAnswer(
        source="the store's guides",
        as_of=shop.clock(),
        total=len(found.passages) if found else 0,
        items=tuple(_record(one, today) for one in found.passages) if found else (),
        note=_note(found) if found else "this store has no guides",
    )


def library_of(guides: Path | Library | None) -> Library | None:
    """The guides to search; those of a bare directory by words alone."""
    return Library(guides) if isinstance(guides, Path) else guides


def _record(one: Passage, today: date) -> GuideRecord:
    about = one.about
    return GuideRecord(
        file=one.file,
        title=about.title,
        heading=one.heading,
        audience=about.audience,
        version=about.version,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        updated=about.updated,
        text=one.text[:MAX_TEXT],
        stale=stale(about, today),
    )


def _note(found: Found) -> str:
    notes = [] if found.passages else ["the guides say nothing about this"]
    notes += [
        f"{one.file} speaks of this but is not in force today "
        f"(valid {one.about.valid_from or 'always'} to {one.about.valid_until or 'further notice'})"
        for one in found.lapsed
    ]
    notes += [f"searched by words alone: {found.trouble}"] if found.trouble else []
    return "; ".join(notes)
