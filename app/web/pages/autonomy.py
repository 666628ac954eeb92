"""The stop switch: one press on any page, and nothing is carried out any more."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.web.pages.sign_in import own_path
from app.web.who import Opened, Posted

router = APIRouter()


@router.post("/stop")
def stop(house: Opened, form: Posted) -> Response:
    """Stop all agents at once."""
    reason = form.text("reason") or f"stopped from the pages by {form.person.name}"
    house.desk.stop_all(form.person, reason)
    return RedirectResponse(own_path(form.text("back", "/")), 303)
