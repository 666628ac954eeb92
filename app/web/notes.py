"""One sentence that survives a redirect: what came of the form that was just sent.

It travels in the address and is shown as text. The session signs it, so nobody can put words into our
pages by sending somebody a link.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse

from app.web.sessions import Visit

LONGEST: Final = 400


def back_to(path: str, words: str, visit: Visit) -> RedirectResponse:
    """To a page of ours, with a sentence to show there."""
    said = words[:LONGEST]
    joint = "&" if urlsplit(path).query else "?"
    query = urlencode({"note": said, "sign": visit.signature(said)})
    return RedirectResponse(f"{path}{joint}{query}", 303)


def note_of(request: Request, visit: Visit) -> str:
    """The sentence that one of our own redirects brought here; nothing for any other."""
    said = request.query_params.get("note", "")
    given = request.query_params.get("sign", "")
    return said if said and hmac.compare_digest(given.encode(), visit.signature(said).encode()) else ""
