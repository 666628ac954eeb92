"""The page of one record: a title, its sections, and asking the assistant about it."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from app.web.rendering import page
from app.web.sessions import Visit
from app.web.tables import Section


def record_page(
    request: Request,
    visit: Visit,
    title: str,
    subtitle: str,
    sections: tuple[Section, ...],
    about: str,
    *,
    reveal: str = "",
    erase: str = "",
) -> Response:
    """A record in the common frame.

    `about` is what to ask the assistant, `reveal` and `erase` are where that is done, empty where it is not.
    """
    return page(
        request,
        "record.html",
        visit,
        title=title,
        subtitle=subtitle,
        sections=sections,
        about=about,
        reveal=reveal,
        erase=erase,
    )
