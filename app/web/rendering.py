"""Templates to pages: escaped by default, an unknown name is an error, every page has the same frame."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.bootstrap import House
from app.web.formats import Formats
from app.web.frame import frame_of
from app.web.sessions import Visit
from shop.store.reads.info import store_info

STATIC: Final = Path(__file__).parent / "static"


@cache
def templates() -> Environment:
    """The templates of this package."""
    found = Environment(
        loader=PackageLoader("app.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["static"] = static_url
    found.filters["capitalize_first"] = capitalized
    found.filters["without_roles"] = without_roles
    return found


@cache
def static_url(name: str) -> str:
    """The address of a static file with its digest, so that it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def capitalized(text: str) -> str:
    """The text with a capital first letter, the rest as it is.

    >>> capitalized("done: PO-1042 placed")
    'Done: PO-1042 placed'
    """
    return text[:1].upper() + text[1:]


def without_roles(reason: str) -> str:
    """A decision's reason without whom it needs, which is the same for a whole list of requests.

    >>> without_roles("Needs approval by finance: Order of 1,200.00 GBP is over the 1,000.00 GBP limit.")
    'Order of 1,200.00 GBP is over the 1,000.00 GBP limit.'
    """
    head, _, rest = reason.partition(": ")
    return rest if rest and head.startswith("Needs approval by ") else reason


def formats_of(house: House) -> Formats:
    """How this store writes values."""
    with house.db.reading() as snapshot:
        return known_formats(house.settings.locale, store_info(snapshot).timezone)


known_formats: Final = lru_cache(maxsize=16)(Formats.of)
"""Reading a locale's data takes longer than most pages."""


def _writing(formats: Formats) -> dict[str, Any]:
    """How a template writes values; `told` is for sentences that hold dates and amounts."""
    return {
        "money": formats.money,
        "number": formats.number,
        "day": formats.day,
        "moment": formats.moment,
        "told": formats.told,
    }


def fragment(house: House, template: str, **values: Any) -> Markup:
    """A part of a page that is the same for everybody, to be kept."""
    formats = formats_of(house)
    found = templates().get_template(template)
    return Markup(found.render(**_writing(formats), **values))  # noqa: S704 - the template has escaped its values


def page(
    request: Request, template: str, visit: Visit | None, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page in the common frame; `values` are what its template shows."""
    house: House = request.app.state.house
    now: datetime = house.clock()
    with house.db.reading() as snapshot:
        info = store_info(snapshot)
        frame = None if visit is None else frame_of(house, snapshot, info.name, visit, request.url.path)
    formats = known_formats(house.settings.locale, info.timezone)
    body = templates().get_template(template)
    text = body.render(
        visit=visit,
        frame=frame,
        provider=request.app.state.provider is not None,
        path=request.url.path,
        now=now,
        **_writing(formats),
        until=lambda at: formats.until(at, now),
        status=status,
        **values,
    )
    return HTMLResponse(text, status)
