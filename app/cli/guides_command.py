from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import screen
from app.cli.options import AsJson, house
from shop.errors import InvalidActionError, SetupError
from shop.store.reads.info import business_day
from tools.knowledge.findings import findings, stale
from tools.knowledge.guide import AUDIENCES, STAFF

if TYPE_CHECKING:
    from app.bootstrap import House
    from tools.knowledge.guide import Passage
    from tools.knowledge.guide_library import Library

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The store's guides: what people read and the assistant searches. Rules decide, guides inform."""


@app.command()
def index(
    context: typer.Context,
    anew: Annotated[bool, typer.Option("--anew", help="Make every vector again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the search index up to date; only passages that changed are read again."""
    library = _library(house(context))
    change = library.renew(anew=anew)
    body = {"embedder": library.embedder.id if library.embedder else None, **asdict(change)}
    if as_json:
        screen.answer("guides_index/1", body)
    elif library.embedder is None:
        screen.data(f"{change.kept} passages are searched by words alone; nothing is kept on disk")
    else:
        screen.data(
            f"{change.added} passages added, {change.removed} removed, {change.kept} as before "
            f"({library.embedder.id})"
        )


@app.command()
def search(
    context: typer.Context,
    question: Annotated[list[str], typer.Argument(help="The question, in your words.")],
    audience: Annotated[str, typer.Option(help="customer: only what a customer may be told.")] = STAFF,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="As of this day; else the store's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=20, help="Passages, at most.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Quote what the guides say about a question, with file, section and date."""
    if audience not in AUDIENCES:
        raise InvalidActionError(f"--audience is one of {', '.join(sorted(AUDIENCES))}")
    opened = house(context)
    today = _day(opened, on)
    found = _library(opened).search(" ".join(question), limit, audience=audience, on=today)
    if as_json:
        passages = [_as_json(one, today) for one in found.passages]
        lapsed = [one.file for one in found.lapsed]
        screen.answer("guides_search/1", {"passages": passages, "by": found.how, "not_in_force": lapsed})
        return
    for one in found.passages:
        screen.data(f"{one.title}, {one.heading} ({_source(one)})\n{screen.visible_lines(one.text)}\n")
    if not found.passages:
        screen.data("The guides say nothing about this.")
    for guide in found.lapsed:
        screen.talk(f"{guide.file} speaks of this but is not in force on {today}")
    if found.trouble:
        screen.talk(f"searched by words alone: {found.trouble}")


@app.command()
def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Look for guides that are stale, contradict each other, or contradict the rules in force."""
    opened = house(context)
    found = findings(_library(opened).guides(), opened.policies(), _day(opened, None))
    if as_json:
        screen.answer("guides_check/1", {"findings": [asdict(one) for one in found]})
    else:
        for one in found:
            screen.data(f"{one.kind}: {one.file} {one.text}")
        screen.data(f"{len(_library(opened).guides())} guides, {len(found)} findings")
    if any(one.kind in {"rules", "contradiction"} for one in found):
        raise SetupError("guides contradict the rules or each other; see the lines above")


def _library(opened: House) -> Library:
    if opened.guides is None:
        raise SetupError(
            f"this store has no guides; put Markdown, HTML, PDF or text into {opened.guides_directory}"
        )
    return opened.guides


def _day(opened: House, said: str | None) -> date:
    if said is None:
        with opened.db.reading() as snapshot:
            return business_day(snapshot, opened.clock)
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise InvalidActionError(f"--on is {said!r}; write a day such as 2026-11-20") from error


def _source(one: Passage) -> str:
    dated = f", updated {one.about.updated}" if one.about.updated else ""
    return f"{one.file}, version {one.about.version}{dated}"


def _as_json(one: Passage, today: date) -> dict[str, object]:
    about = one.about
    return {
        "file": one.file,
        "title": about.title,
        "heading": one.heading,
        "audience": about.audience,
        "version": about.version,
        "valid_from": about.valid_from,
        "valid_until": about.valid_until,
        "updated": about.updated,
        "stale": stale(about, today),
        "text": one.text,
    }
